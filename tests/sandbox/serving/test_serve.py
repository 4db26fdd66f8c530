"""``python -m refusal serve``: health, logs, a stop that answers first, accounts in files."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.remote import PATH
from refusal.serving import Server
from refusal.serving.answers import HEALTH, READY
from tests.sandbox.serving.served import COMMAND, TABLE, Served, send, serve


def stop(served: Served) -> tuple[int, str, str]:
    """Stop a server; its exit status, and what it printed since it started."""
    served.process.send_signal(signal.SIGTERM)
    out, err = served.process.communicate(timeout=60)
    return served.process.returncode, out, err


@pytest.mark.parametrize("words", [("serve",), ()])
def test_it_serves_with_and_without_its_name(words: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*COMMAND, *words, "--port=x"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "") and "is not a port" in done.stderr


def test_help_names_the_commands() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "serve" in done.stdout and "allows" in done.stdout


def test_health_and_readiness_need_no_token_and_tell_nothing() -> None:
    with serve("--seed", "blue") as served:
        assert send(served, "GET", HEALTH) == (200, '{"status": "ok"}')
        assert send(served, "GET", READY) == (200, '{"status": "ready"}')
        assert send(served, "HEAD", READY) == (200, "")
        assert send(served, "POST", READY, b"{}")[0] >= 400
        assert send(served, "GET", READY, Host="evil.example")[0] == 403
        assert send(served, "GET", PATH)[0] == 403


class Slow:
    """A sandbox that answers when it is told to."""

    def __init__(self) -> None:
        self.asked, self.may = threading.Event(), threading.Event()

    def handle(self, request: Any) -> Any:
        self.asked.set()
        assert self.may.wait(30)
        return 200, {}, b"answered"


def test_a_stop_answers_first_and_takes_no_more() -> None:
    slow = Slow()
    server = Server(slow)  # type: ignore[arg-type]  # It needs no more of a sandbox.
    port = int(server.url.rpartition(":")[2])

    def ask(method: str, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, b"{}" if method == "POST" else None)
            answer = connection.getresponse()
            return answer.status, answer.read()

    with ThreadPoolExecutor() as others:
        serving = others.submit(server.serve)
        early = others.submit(ask, "POST", "/")
        assert slow.asked.wait(30)
        closing = others.submit(server.close)
        # Until the server has heard of it: the early request keeps it from its end.
        stopping = (503, b'{"status": "stopping"}')
        assert any(ask("GET", READY) == stopping for _ in range(10_000))
        assert ask("GET", HEALTH) == (200, b'{"status": "ok"}')
        assert ask("POST", "/")[0] == 503
        assert not closing.done() and not early.done()
        slow.may.set()
        assert early.result(30) == (200, b"answered")
        closing.result(30)
        serving.result(30)
    with pytest.raises(OSError):
        ask("GET", HEALTH)


def test_health_does_not_wait_for_a_sandbox_that_is_at_work_elsewhere() -> None:
    with Sandbox() as sandbox, ThreadPoolExecutor() as others:
        key = sandbox.session().client("kms").create_key()["KeyMetadata"]["KeyId"]
        server = Server(sandbox)
        serving = others.submit(server.serve)
        remote = Sandbox.connect(server.url, server.token)
        kms = remote.session().client("kms")
        with sandbox._gate.paused():
            asked = others.submit(kms.describe_key, KeyId=key)
            for _ in range(20):
                with urllib.request.urlopen(server.url + HEALTH, timeout=30) as answer:
                    assert answer.status == 200
            assert not asked.done()
        assert asked.result(30)["KeyMetadata"]["KeyId"] == key
        assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key
        assert server.close()
        serving.result(30)


def denied_read(served: Served) -> None:
    iam, kms = served.client("iam"), served.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    served.client("dynamodb").create_table(TableName="scores", **TABLE, SSESpecification=sse)
    iam.create_user(UserName="mira")
    policy = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    iam.attach_user_policy(UserName="mira", PolicyArn=policy)
    made = iam.create_access_key(UserName="mira")["AccessKey"]
    keys = {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
    }
    mira = Served(served.process, served.exports | keys).client("dynamodb")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        mira.get_item(TableName="scores", Key={"id": {"S": "a-secret-name"}})


def test_the_log_as_json() -> None:
    with serve("--log", "json") as served:
        denied_read(served)
        status, out, err = stop(served)
    assert (status, out) == (0, "")
    lines = [json.loads(line) for line in err.splitlines()]
    asked, read = lines[-2:]
    assert (asked["call"], asked["via"]) == ("kms:Decrypt", "dynamodb.amazonaws.com")
    assert (asked["parent"], asked["error"]) == (read["request_id"], "AccessDeniedException")
    assert asked["principal"].endswith(":user/mira")
    (decision,) = asked["decisions"]
    assert decision["decision"] == "implicit_deny" and decision["action"] == "kms:Decrypt"
    assert "no identity-based policy of the caller allows kms:Decrypt" in decision["why"]
    assert "identity-based policy" in decision["reasons"]
    assert (read["call"], read["decisions"][0]["decision"]) == ("dynamodb:GetItem", "allow")
    assert "a-secret-name" not in err and served.exports["AWS_SECRET_ACCESS_KEY"] not in err


def test_the_log_as_text() -> None:
    with serve("--log", "text") as served:
        denied_read(served)
        _, _, err = stop(served)
    *_, asked, read = err.splitlines()
    assert ":user/mira via dynamodb.amazonaws.com kms:Decrypt | AccessDeniedException | " in asked
    assert ": implicit_deny, " in asked and "no identity-based policy of the caller" in asked
    assert ":user/mira dynamodb:GetItem | AccessDeniedException | dynamodb:GetItem on " in read
    assert "a-secret-name" not in err


def test_a_name_cannot_begin_another_line(capsys: pytest.CaptureFixture[str]) -> None:
    from refusal.serving.log import Log

    with Sandbox() as sandbox:
        sandbox.log(lambda recorder: Log(recorder, "text", sys.stdout))
        with pytest.raises(ClientError):
            sandbox.session().client("dynamodb").describe_table(TableName="x\nforged\u2028line")
        assert len(sandbox.trail.events()) == len(capsys.readouterr().out.splitlines())


def test_an_account_outlives_its_server(tmp_path: Path) -> None:
    path = str(tmp_path / "account.json")
    with serve("--seed", "blue", "--save", path) as served:
        denied_read(served)
        served.client("dynamodb").put_item(TableName="scores", Item={"id": {"S": "1"}})
        assert stop(served) == (0, "", "")
    with serve("--load", path, "--save", path) as served:
        remote = Sandbox.connect(served.url, served.token)
        assert remote.seed == "blue"
        got = served.client("dynamodb").get_item(TableName="scores", Key={"id": {"S": "1"}})
        assert got["Item"] == {"id": {"S": "1"}}
        served.client("kms").create_key()
        stop(served)
    with Sandbox.load(path) as sandbox:
        assert len(sandbox.session().client("kms").list_keys()["Keys"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--load", "none.json"), "none.json cannot be read: No such file or directory."),
        (
            ("--load", "foreign.json"),
            "is not an account that Sandbox.save wrote, or not all of it.",
        ),
        (("--load", "foreign.json", "--seed", "1"), "Give --seed or --load"),
        (("--save", "none/a.json"), "none/a.json cannot be written: there is no such folder."),
        (("--save", "."), ". cannot be written: it is a folder."),
        (("--save", "pipe"), "pipe cannot be written: it is not a regular file."),
        (("--save", "a" * 300), "a cannot be written: File name too long."),
        (("--save", ""), "The name of the file to save to is empty."),
        (("--load", ""), "The name of the file to load is empty."),
    ],
)
def test_what_cannot_be_loaded_or_saved_is_said_at_the_start(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "foreign.json").write_text('{"format": "other"}')
    os.mkfifo(tmp_path / "pipe")
    done = subprocess.run(
        [*COMMAND, "serve", "--port=0", *arguments],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, env=dict(os.environ),
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr
    assert (tmp_path / "foreign.json").read_text() == '{"format": "other"}'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["foreign.json", "pipe"]
    assert (tmp_path / "pipe").is_fifo()


def test_an_account_that_cannot_be_saved_any_more_is_saved_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    with serve("--save", str(folder / "account.json")) as served:
        served.client("kms").create_key()
        folder.rmdir()
        status, _, err = stop(served)
    assert (status, err.count("\n")) == (2, 1)
    assert "cannot be saved to" in err and "(No such file or directory)" in err
    kept = Path(err.partition(" It was saved to ")[2].removesuffix(" instead.\n"))
    try:
        with Sandbox.load(kept) as sandbox:
            assert len(sandbox.session().client("kms").list_keys()["Keys"]) == 1
    finally:
        kept.unlink()


def test_a_log_that_nobody_reads_any_more_breaks_no_call() -> None:
    with serve("--log", "json") as served:
        assert served.process.stderr is not None
        served.process.stderr.close()
        for _ in range(2):
            served.client("kms").create_key()
        assert len(served.client("kms").list_keys()["Keys"]) == 2
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(60) == 0


def test_without_a_reader_of_its_lines_it_says_so() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "--port=0"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    words = "The lines that set a shell up cannot be printed (No space left on device).\n"
    assert (done.returncode, done.stderr) == (2, words)
