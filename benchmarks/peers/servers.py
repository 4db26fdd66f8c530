"""Other emulators: how each is installed, started, and made to ask who may."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from botocore.exceptions import BotoCoreError, ClientError

from .behaviours import World, may

#: How long an emulator has to start.
PATIENCE = 120.0
EVERYTHING = json.dumps(may("*"))


@dataclass(frozen=True)
class Peer:
    """An emulator from PyPI.

    Attributes:
        name: what it is called in the table.
        package: what pip installs, an extra included.
        command: its program and arguments, with ``{port}``; the program is one of its environment.
        settings: environment variables, among them the one that makes it enforce policies.
        first_key: the access key that may make an administrator before there is one.
        python: the Python that it needs, as uv names it.
    """

    name: str
    package: str
    command: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)
    first_key: str = "test"
    python: str = sys.executable


#: moto enforces after so many requests: those that make an administrator.
_BEFORE = "3"
#: AWS's managed policies, which moto has only if it is asked for them.
_MANAGED = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
PEERS = (
    Peer(
        "moto_server",
        "moto[server]",
        ("moto_server", "-H", "127.0.0.1", "-p", "{port}"),
        {"INITIAL_NO_AUTH_ACTION_COUNT": _BEFORE, **_MANAGED},
    ),
    Peer(
        "LocalEmu",
        "localemu[runtime]",
        ("localemu", "start", "--host", "127.0.0.1", "--port", "{port}"),
        {"IAM_ENFORCEMENT": "1", **_MANAGED},
        "__internal_call__",  # Its own requests are not asked; all others are refused at first.
        "3.13",
    ),
    Peer(
        "ministack",
        "ministack",
        ("ministack",),
        {"AUTH": "true", "GATEWAY_PORT": "{port}", "BIND_HOST": "127.0.0.1"},
    ),
)


@dataclass(frozen=True)
class Running:
    """A served emulator."""

    world: World
    process: psutil.Process

    @property
    def megabytes(self) -> float:
        """Resident memory of the server and of what it started."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(one.memory_info().rss for one in family)) / 2**20


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def install(peer: Peer, folder: Path) -> str:
    """Install a peer into an environment of its own; returns its version."""
    python = str(folder / "bin/python")
    commands = (
        ["uv", "venv", "--quiet", "--python", peer.python, str(folder)],
        ["uv", "pip", "install", "--quiet", "--python", python, peer.package],
    )
    for command in commands:
        subprocess.run(command, check=True)
    name = peer.package.partition("[")[0]
    asked = f"from importlib.metadata import version; print(version({name!r}))"
    done = subprocess.run([python, "-c", asked], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextlib.contextmanager
def started(peer: Peer, folder: Path) -> Iterator[Running]:
    """A peer that runs, with an administrator; it is stopped at the end."""
    port = str(free_port())
    program, *arguments = (part.format(port=port) for part in peer.command)
    settings = {name: value.format(port=port) for name, value in peer.settings.items()}
    own = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder)}
    with _process([str(folder / "bin" / program), *arguments], {**own, **settings}) as process:
        key, secret = _administrator(f"http://127.0.0.1:{port}", peer.first_key, process)
        world = World(f"http://127.0.0.1:{port}", key, secret)
        yield Running(world, psutil.Process(process.pid))


@contextlib.contextmanager
def sandbox() -> Iterator[Running]:
    """This library, served."""
    command = [sys.executable, "-m", "refusal", "serve", "--port", "0"]
    with _process(command, dict(os.environ), stdout=subprocess.PIPE) as process:
        exports: dict[str, str] = {}
        assert process.stdout is not None
        while "SANDBOX_TOKEN" not in exports:
            line = process.stdout.readline().decode()
            assert line, "the sandbox did not start"
            exports.update(re.findall(r"^export (\w+)=(\S+)", line))
        world = World(
            exports["AWS_ENDPOINT_URL"],
            exports["AWS_ACCESS_KEY_ID"],
            exports["AWS_SECRET_ACCESS_KEY"],
        )
        yield Running(world, psutil.Process(process.pid))


@contextlib.contextmanager
def _process(
    command: list[str], environment: dict[str, str], stdout: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        command, env=environment, stdout=stdout, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _administrator(url: str, first_key: str, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Make an administrator as soon as the emulator answers; its access key.

    Raises:
        RuntimeError: it has ended, or does not answer in time.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 1).close()
            break
        time.sleep(0.5)
    last = "it did not answer"
    iam = World.client_of(url, "iam", first_key, "test")
    while time.monotonic() < until and process.poll() is None:
        try:
            name = f"administrator-{time.monotonic_ns()}"
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=EVERYTHING)
            made = iam.create_access_key(UserName=name)["AccessKey"]
            return made["AccessKeyId"], made["SecretAccessKey"]
        except (BotoCoreError, ClientError) as error:
            last = str(error)
            time.sleep(1)
    raise RuntimeError(f"it did not start, or let nobody in ({last})")
