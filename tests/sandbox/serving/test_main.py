"""``python -m refusal``: starting, stopping, and what cannot start."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from tests.sandbox.serving.served import COMMAND, serve


def refused(*arguments: str) -> str:
    """The one sentence of a server that did not start."""
    done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly_with_status_0(number: signal.Signals) -> None:
    with serve() as served:
        assert served.client("kms").list_keys()["Keys"] == []
        served.process.send_signal(number)
        out, err = served.process.communicate(timeout=30)
        assert (served.process.returncode, out, err) == (0, "", "")
        with pytest.raises(OSError), socket.create_connection(("127.0.0.1", served.port)):
            pass


@pytest.mark.parametrize("port", ["abc", "", "70000", "-1", "80.5", "²", "9" * 5000])
def test_what_is_no_port_gets_a_sentence(port: str) -> None:
    sentence = refused(f"--port={port}")
    assert sentence == f"`{port[:20]}` is not a port; give one from 1 to 65535, or 0 for any.\n"


def test_a_busy_port_gets_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert refused("--port", str(port)) == (
            f"Port {port} on this machine is taken or not allowed; give another with --port.\n"
        )


@pytest.mark.skipif(shutil.which("sh") is None, reason="the lines are for a POSIX shell")
def test_the_lines_it_prints_set_a_shell_up_whatever_was_in_it() -> None:
    with serve() as served:
        script = f'{served.printed}"$0" -m awscli sts get-caller-identity --query Arn'
        real = {
            "AWS_SESSION_TOKEN": "real",
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIA",
            "AWS_PROFILE": "work",
            "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "http_proxy": "http://127.0.0.1:9",
        }
        done = subprocess.run(
            ["sh", "-c", script, sys.executable],
            env={**os.environ, **real},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (done.stdout, done.stderr) == ('"arn:aws:iam::123456789012:user/admin"\n', "")


def test_the_seed_makes_the_account_and_the_token_is_new_each_time() -> None:
    with serve("--seed", "7") as one, serve("--seed", "7") as two, serve("--seed", "8") as three:
        assert one.exports["AWS_SECRET_ACCESS_KEY"] == two.exports["AWS_SECRET_ACCESS_KEY"]
        assert one.exports["AWS_SECRET_ACCESS_KEY"] != three.exports["AWS_SECRET_ACCESS_KEY"]
        assert len({one.token, two.token, three.token}) == 3
