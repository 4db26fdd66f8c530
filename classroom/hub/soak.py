"""A class at once through the real hub: each student fetches an assignment, solves it, hands it in.

    python classroom/hub/soak.py --students 10 [--assignment 05_denying_access]

The hub runs with jupyterhub_config.py, but for the log-in (none: an API token for each student) and
the spawner (all servers under one user of this machine). All traffic stays on loopback. Prints what
it took, in seconds and in megabytes; the exit status tells whether everybody's work arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from authoring.lesson import read_all
from authoring.release import write

ROOT = Path(__file__).resolve().parents[2]
COURSE = "encrypt-data-with-aws-kms"
#: The hub's proxy where none is on PATH, as jupyterhub_config.py has it.
OWN_PROXY = ROOT / "tests/node_modules/.bin/configurable-http-proxy"
#: What a soak has in the place of the log-in and the spawner of a class.
CONFIG = """\
load_subconfig({real!r})
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.JupyterHub.authenticator_class = "null"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.args += ["--allow-root"]
c.JupyterHub.services = [{{"name": "soak", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [
    {{"name": "soak", "services": ["soak"], "scopes": ["admin:users", "admin:servers", "tokens"]}}
]
"""


@dataclass
class Hub:
    """A running hub.

    Attributes:
        address: of its proxy, without a slash at the end.
        token: of the service that may make students and start their servers.
    """

    address: str
    token: str
    process: subprocess.Popen[bytes]
    log: Path

    async def ask(self, path: str, body: Any = None, method: str = "", token: str = "") -> Any:
        """Send a request, a POST where there is a body; return the answer's JSON.

        Raises:
            tornado.httpclient.HTTPClientError: the hub or a student's server refused it.
        """
        request = HTTPRequest(
            self.address + path,
            method=method or ("GET" if body is None else "POST"),
            headers={"Authorization": f"token {token or self.token}"},
            body=None if body is None else json.dumps(body),
            request_timeout=120,
        )
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if answer.body else None


@dataclass
class Student:
    """One student, and what their session took."""

    name: str
    seconds: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0.0
    correct: int = 0

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note how long a step takes."""
        start = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - start


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody uses, and that nobody is given in the meantime.

    They are below those of whoever asks for any port (ip(7), ip_local_port_range).
    """
    import socket

    ports: list[int] = []
    for port in random.sample(range(20_000, 30_000), 1000):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.append(port)
        if len(ports) == count:
            return ports
    raise RuntimeError("no port below the system's own is free")


@contextmanager
def running(folder: Path, exchange: Path) -> Iterator[Hub]:
    """A hub whose state is in ``folder``, with this exchange."""
    port, hub_port, proxy_port = free_ports(3)
    token = secrets.token_hex(16)
    config = folder / "soak_config.py"
    config.write_text(
        CONFIG.format(
            real=str(ROOT / "classroom/hub/jupyterhub_config.py"),
            homes=str(folder / "homes"),
            **{"port": port, "hub_port": hub_port, "proxy_port": proxy_port, "token": token},
        )
    )
    environment = {
        **os.environ,
        "HUB_EXCHANGE": str(exchange),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config), "--no-ssl"]
    with (folder / "hub.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield Hub(f"http://127.0.0.1:{port}", token, process, folder / "hub.log")
    finally:
        family: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):  # It may have ended: why is in its log.
            family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()  # the hub stops its proxy and the students' servers
        try:
            process.wait(timeout=30)
        finally:
            for one in family:
                with suppress(psutil.NoSuchProcess):
                    one.kill()


async def ready(hub: Hub) -> None:
    """Wait until the hub answers.

    Raises:
        RuntimeError: it stopped, or does not answer for a minute.
    """
    for _ in range(600):
        if hub.process.poll() is not None:
            break
        try:
            await hub.ask("/hub/api/")
        except (OSError, HTTPClientError):  # no proxy yet, or a proxy that knows no hub yet
            await asyncio.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the hub did not start:\n{hub.log.read_text()[-2000:]}")


async def session(hub: Hub, student: Student, solved: dict[str, str], assignment: str) -> None:
    """What one student does: log in, fetch, solve, run, save, hand in."""
    user = f"/hub/api/users/{student.name}"
    with student.timed("spawn"):
        await hub.ask(user, {})
        await hub.ask(f"{user}/server", {})
        while not (await hub.ask(user))["servers"].get("", {}).get("ready"):
            await asyncio.sleep(0.2)
    token = (await hub.ask(f"{user}/tokens", {}))["token"]
    base = f"/user/{student.name}"
    handed = {"course_id": COURSE, "assignment_id": assignment}
    file = f"{base}/api/contents/{assignment}/{assignment}.ipynb"
    with student.timed("fetch"):
        await hub.ask(f"{base}/assignments/fetch", handed, token=token)
        notebook = (await hub.ask(file, token=token))["content"]
    with student.timed("run"):
        for cell in notebook["cells"]:
            cell["source"] = solved.get(cell["id"], cell["source"])
        await run(hub, student, notebook, token)
    student.megabytes = memory(student.name)
    with student.timed("hand in"):
        saved = {"type": "notebook", "format": "json", "content": notebook}
        await hub.ask(file, saved, method="PUT", token=token)
        listed = await hub.ask(f"{base}/assignments/submit", handed, token=token)
        if not listed["success"]:
            raise RuntimeError(f"{student.name} could not hand in: {listed['value']}")


async def run(hub: Hub, student: Student, notebook: Any, token: str) -> None:
    """Run all cells in a kernel of the student's server, as a browser does.

    Raises:
        RuntimeError: a cell raised.
    """
    base = f"/user/{student.name}/api/kernels"
    kernel = (await hub.ask(base, {"name": "python3"}, token=token))["id"]
    address = f"{hub.address}{base}/{kernel}/channels".replace("http", "ws", 1)
    headers = {"Authorization": f"token {token}"}
    channel = await websocket_connect(HTTPRequest(address, headers=headers))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            shown = await execute(channel, cell["source"])
            if "error" in shown:
                raise RuntimeError(f"{student.name}: {cell['source']}\n{shown['error']}")
            if cell["source"].startswith("check("):
                student.correct += shown["text"].startswith("Correct")
    channel.close()


async def execute(channel: Any, code: str) -> dict[str, str]:
    """Run one cell; return the text that it showed, and its error if it raised."""
    identity = secrets.token_hex(8)
    header = {"msg_id": identity, "msg_type": "execute_request", "session": "soak"}
    header |= {"username": "", "version": "5.3", "date": "2026-01-01T00:00:00Z"}
    content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    await channel.write_message(json.dumps({**message, "channel": "shell", "buffers": []}))
    shown = {"text": ""}
    while True:
        answer = json.loads(await channel.read_message())
        if answer["parent_header"].get("msg_id") != identity:
            continue
        kind, content = answer["msg_type"], answer["content"]
        if kind == "error":
            shown["error"] = f"{content['ename']}: {content['evalue']}"
        elif kind == "execute_result":
            shown["text"] += content["data"].get("text/plain", "")
        elif kind == "status" and content["execution_state"] == "idle":
            return shown


def memory(name: str) -> float:
    """Megabytes that a student's server and kernel take, shared pages shared out (PSS)."""
    found = psutil.process_iter(["environ"])
    return sum(
        _pss(it) for it in found if (it.info["environ"] or {}).get("JUPYTERHUB_USER") == name
    )


def _pss(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss / 1e6)
    except psutil.Error:  # it has just ended
        return 0.0


def prepare(folder: Path, assignment: str) -> tuple[Path, dict[str, str]]:
    """A class with one assignment released; its folder, and each cell's right answer by id."""
    lessons = read_all(ROOT / "lessons")
    (lesson,) = [one for one in lessons if one.name == assignment]
    write(folder / "class", [lesson])
    nbgrader(folder / "class", "release_assignment", assignment)
    code = [cell for cell in lesson.cells if cell.kind == "code" and cell.answer]
    return folder / "class", {cell.identity: cell.solved() for cell in code}


def nbgrader(folder: Path, *command: str) -> None:
    """Run nbgrader as the instructor does."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    whole = [sys.executable, "-m", "nbgrader", *command, "--log-level=ERROR"]
    subprocess.run(whole, cwd=folder, env={**os.environ, "PATH": path}, check=True)


async def soak(hub: Hub, students: list[Student], solved: dict[str, str], assignment: str) -> float:
    """Everybody at once; returns the megabytes that the hub and its proxy take by themselves."""
    await ready(hub)
    work = [session(hub, student, solved, assignment) for student in students]
    await asyncio.gather(*work)
    family = [
        psutil.Process(hub.process.pid),
        *psutil.Process(hub.process.pid).children(recursive=True),
    ]
    return sum(_pss(one) for one in family if "JUPYTERHUB_USER" not in one.environ())


def report(students: list[Student], seconds: float, exercises: int, own: float) -> str:
    """What it took, as a small table."""
    rows = [f"{len(students)} students at once: {seconds:.0f} s from log-in to hand-in"]
    for step in students[0].seconds:
        took = [student.seconds[step] for student in students]
        rows.append(f"  {step:8} median {statistics.median(took):5.1f} s, most {max(took):5.1f} s")
    rows.append(f"  memory   {statistics.mean(s.megabytes for s in students):5.0f} MB a student")
    rows.append(f"           {own:5.0f} MB for the hub and its proxy")
    correct = sum(student.correct for student in students)
    rows.append(f"  checks   {correct} of {exercises * len(students)} correct")
    return "\n".join(rows)


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description="A class at once through the real hub.")
    parser.add_argument("--students", type=int, default=10)
    parser.add_argument("--assignment", default="05_denying_access")
    arguments = parser.parse_args(argv)
    if not shutil.which("configurable-http-proxy") and not OWN_PROXY.exists():
        sys.exit("The hub's proxy is missing: install npm, and `make setup-dev` brings it.")
    students = [Student(f"student{n + 1:02}") for n in range(arguments.students)]
    AsyncHTTPClient.configure(None, max_clients=4 * len(students))
    with tempfile.TemporaryDirectory() as name:
        folder, assignment = Path(name), arguments.assignment
        course, solved = prepare(folder, assignment)
        with running(folder, course.with_name("class-exchange")) as hub:
            start = time.monotonic()
            own = asyncio.run(soak(hub, students, solved, assignment))
            seconds = time.monotonic() - start
        nbgrader(course, "collect", assignment)
        arrived = {path.parent.name for path in course.glob(f"submitted/*/{assignment}")}
    print(report(students, seconds, len(solved), own))
    print(f"  arrived  {len(arrived)} of {len(students)} submissions")
    complete = arrived == {student.name for student in students}
    return 0 if complete and all(student.correct == len(solved) for student in students) else 1


if __name__ == "__main__":
    sys.exit(main())
