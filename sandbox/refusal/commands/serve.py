"""``python -m refusal serve``: a sandbox over HTTP, on this machine only."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import tempfile
import threading
from typing import Any

from .. import storage
from ..errors import SandboxError
from ..sandbox import Sandbox
from ..serving.answers import HEALTH, READY
from ..serving.log import FORMS, Log
from ..serving.server import Server, no_port, require_sockets

_EPILOG = f"""\
It prints lines that set a shell up for it. GET {HEALTH} says that it answers, GET {READY} that it
takes requests. SIGTERM and Ctrl-C stop it when what has come in is answered.

--load and --save may name the same file: it is replaced as a whole, when the server stops.
"""


def add_to(commands: Any) -> None:
    """Add the command to ``argparse``'s commands."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "serve",
        help="an AWS sandbox for any SDK, over HTTP on this machine only",
        description="Serve an AWS sandbox (KMS, DynamoDB, IAM, STS) on this machine only.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--port", default="5000", help="0 takes a free one (5000)")
    add("--seed", help="the same seed gives the same account (0)")
    add("--load", metavar="FILE", help="start from an account that was saved")
    add("--save", metavar="FILE", help="save the account when the server stops")
    add("--log", choices=FORMS, help="a line for each call with its decisions, on stderr")
    parser.set_defaults(run=run)


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5:
        raise no_port(text)
    return int(text)


#: Of the services, in the variables for addresses of their own; these would win over the common
#: one (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
_NAMES = ("CLOUDTRAIL", "DYNAMODB", "DYNAMODB_STREAMS", "IAM", "KMS", "STS")


def _introduce(server: Server) -> None:
    credentials = server.sandbox.session().get_credentials()
    assert credentials is not None
    lines = (
        "unset AWS_PROFILE AWS_SESSION_TOKEN AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        f"unset {' '.join(f'AWS_ENDPOINT_URL_{name}' for name in _NAMES)}",
        "export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1",
        f"export AWS_ENDPOINT_URL={server.url}",
        f"export AWS_ACCESS_KEY_ID={credentials.access_key}",
        f"export AWS_SECRET_ACCESS_KEY={credentials.secret_key}",
        f"export AWS_DEFAULT_REGION={server.sandbox.region}",
        f"export AWS_REGION={server.sandbox.region}",
        f"export SANDBOX_TOKEN={server.token}",
    )
    said = (
        "# An AWS sandbox, on this machine only. Stop it with Ctrl-C.",
        "# These keys belong to its user `admin`; they open nothing else.",
    )
    try:
        print(*said, *lines, sep="\n", flush=True)
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - Until the process ends.
        raise SandboxError(
            f"The lines that set a shell up cannot be printed ({error.strerror})."
        ) from None


def _sandbox(arguments: argparse.Namespace) -> Sandbox:
    """A new sandbox, or one that was saved.

    Raises:
        SandboxError: the file to load is no account, or the one to save to cannot be written.
    """
    if arguments.save is not None:
        storage.check(arguments.save)
    if arguments.load == "":
        raise SandboxError("The name of the file to load is empty.")
    if arguments.load is None:
        return Sandbox(seed="0" if arguments.seed is None else arguments.seed)
    if arguments.seed is not None:
        raise SandboxError("Give --seed or --load: a saved account has its seed.")
    return Sandbox.load(arguments.load)


def _save(sandbox: Sandbox, path: str) -> None:
    """Save the account; if it has become impossible there, among the temporary files.

    Raises:
        SandboxError: it is not where it should be; the sentence says where it is.
    """
    try:
        sandbox.save(path)
    except SandboxError as error:
        number, kept = tempfile.mkstemp(prefix="refusal-account-", suffix=".json")
        os.close(number)
        sandbox.save(kept)
        raise SandboxError(f"{error} It was saved to {kept} instead.") from None


def _collect_less_often() -> None:
    """Look for garbage after so many objects more than Python would: a tenth of a request's time
    went into it. What has been imported stays, and is not looked at."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal ends it; returns the exit status."""
    stop = threading.Event()
    try:
        require_sockets()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with _sandbox(arguments) as sandbox:
            if arguments.log:
                sandbox.log(lambda recorder: Log(recorder, arguments.log, sys.stderr))
            server = Server(sandbox, _port(arguments.port))
            _collect_less_often()
            threading.Thread(target=server.serve, daemon=True).start()
            _introduce(server)
            stop.wait()
            server.close()
            if arguments.save is not None:
                _save(sandbox, arguments.save)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 2
    return 0
