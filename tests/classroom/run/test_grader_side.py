"""The sandbox that a grader serves: what a student's process may ask, and what it may not."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from classroom import Limits
from classroom.run.grader_side import Died, Student, World
from classroom.run.zygote import Zygote
from helpers.course.lab import SERVED
from refusal import Sandbox, SandboxError, remote
from refusal.serving import Server
from tests.classroom.conftest import ROOT

SEED = "a seed that nobody may know"


class Served:
    """A world behind a socket, answering one request at a time in this thread."""

    def __init__(self) -> None:
        self.world = World("00", SEED)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        sandbox = self.world.lab.sandbox
        self.server = Server(sandbox, listener=self.listener, answer=self.world.answer)

    def until(self, done: Future[Any]) -> Any:
        """Serve until another thread has what it wants."""
        while not done.done():
            if select.select([self.listener], [], [], 0.02)[0]:
                self.server.sandbox = Sandbox.running() or self.server.sandbox
                self.server.answer_one()
        return done.result()

    def ask(self, method: str, token: str | None = None, **given: Any) -> tuple[int, str]:
        """Status and text of a request on the control channel."""
        token = self.server.token if token is None else token
        body = json.dumps({"method": method, "with": given}).encode()
        request = urllib.request.Request(
            self.url + remote.PATH, body, {remote.TOKEN_HEADER: token}, method="POST"
        )

        def send() -> tuple[int, str]:
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()

        with ThreadPoolExecutor(1) as pool:
            return self.until(pool.submit(send))  # type: ignore[no-any-return]


@pytest.fixture
def served() -> Iterator[Served]:
    one = Served()
    yield one
    one.server.close()
    one.listener.close()
    running = Sandbox.running()
    assert running is not None
    running.stop()


def test_what_a_lab_needs_is_answered(served: Served) -> None:
    table = served.world.lab.table_name
    for method, given in (
        ("describe", {}),
        ("advance", {"hours": 1}),
        ("trail", {}),
        ("at_rest", {"table_name": table}),
        ("admin_keys", {}),
    ):
        status, text = served.ask(method, **given)
        assert status == 200, text
        assert SEED not in text


@pytest.mark.parametrize("method", ["reset", "stop", "seed", "__init__", "build", "judged"])
def test_nothing_else_is(served: Served, method: str) -> None:
    assert served.ask(method)[0] == 400
    assert served.ask("describe", token="guessed")[0] == 403
    assert served.ask("open", notebook="05")[0] == 400
    assert served.ask("open")[0] == 400


def test_nothing_asked_is_nothing_done(served: Served) -> None:
    served.server.answer_one()
    assert served.ask("describe")[0] == 200


def test_the_set_up_cell_starts_over_from_the_second_time_on(served: Served) -> None:
    first = served.world.lab
    status, text = served.ask("open", notebook="00")
    assert status == 200 and json.loads(text)["names"] == first.names
    assert served.world.lab is first, "nobody has used it yet"
    first.sandbox.session().client("dynamodb").delete_table(TableName=first.table_name)
    served.ask("open", notebook="00")
    second = served.world.lab
    assert second is not first and second.names == first.names
    tables = second.sandbox.session().client("dynamodb").list_tables()["TableNames"]
    assert tables == [second.table_name]


def test_while_a_check_looks_nothing_is_built_anew(served: Served) -> None:
    served.world.judged = True
    with pytest.raises(SandboxError, match="lab of notebook 00"):
        served.world.answer(
            served.world.lab.sandbox, {"method": "open", "with": {"notebook": "00"}}
        )


ASKS = """
import os, urllib.request
url, token = os.environ["COURSE_SANDBOX"].split()
request = urllib.request.Request(url + PATH, b'{"method": "describe"}', {HEADER: token})
urllib.request.urlopen(request)
"""


def test_a_request_that_takes_too_long_ends_with_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The grader's own process is at work on it, and would not hear that time is up."""

    def never(*_: object) -> None:
        while True:
            pass

    world, zygote = World("00", SEED), Zygote("classroom.run.student", "[]")
    monkeypatch.setattr(world, "answer", never)
    limits = Limits().for_process(isolated=True)
    try:
        student = Student(zygote, world, limits, patience=60)
        source = f"PATH, HEADER = {remote.PATH!r}, {remote.TOKEN_HEADER!r}\n{ASKS}"
        with pytest.raises(Died) as death:
            student.ask("cell", source=source, seconds=0.5)
        assert death.value.why == "time"
        student.close()
    finally:
        zygote.close()
        world.lab.in_process.stop()


CELL = """
import boto3
from helpers import check, explain, open_lab
lab = open_lab("00", seed="mine")
print(lab.table_name, lab.opened.isoformat(), lab.keeps_progress)
before = lab.sandbox.clock.now()
print(lab.advance(days=2) - before >= __import__("datetime").timedelta(days=2))
boto3.client("iam").create_user(UserName="mira")
print(lab.as_user("mira").client("sts").get_caller_identity()["Arn"])
print(any(e.record["eventName"] == "CreateUser" for e in lab.trail.events()))
print(type(lab.at_rest()).__name__)
print(check("0.1").points)
try:
    open_lab("05")
except Exception as error:
    print(type(error).__name__)
"""


def test_a_lab_is_the_same_to_its_cells(served: Served) -> None:
    credentials = served.world.lab.sandbox.session().get_credentials()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "AWS_ENDPOINT_URL": served.url,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        "AWS_DEFAULT_REGION": "us-east-1",
        SERVED: f"{served.url} {served.server.token}",
    }
    for name in ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_ENDPOINT_URL_IAM"):
        environment.pop(name, None)
    command = [sys.executable, "-c", CELL]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(
            subprocess.run, command, env=environment, capture_output=True, text=True, timeout=100
        )
        run = served.until(asked)
    assert run.returncode == 0, run.stderr
    lab = served.world.lab
    lines = run.stdout.splitlines()
    assert lines[0] == f"{lab.table_name} {lab.opened.isoformat()} False"
    assert lines[1] == "True"
    assert lines[2].endswith(":user/mira")
    assert lines[3] == "True"
    assert lines[4:] == ["AtRest", "0", "SandboxError"], "no points, no other notebook's lab"
