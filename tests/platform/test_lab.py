"""`make lab`: the course in JupyterLab, on loopback, on a free port, without the news pop-up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.needs import path_of

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-token-for-this-test"
START = "notebooks/00_start_here.ipynb"


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lab(port: str, home: Path, *options: str, root: Path = ROOT) -> subprocess.Popen[str]:
    """Start the course as `make lab` does, for a person without Jupyter settings."""
    own = ("JUPYTER", "IPYTHON", "COURSE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    # Git's settings of this clone are not the tests' to change.
    hidden = {"GIT_DIR": str(home / "no.git")} if root == ROOT else {}
    return subprocess.Popen(
        [sys.executable, str(root / "tools/lab.py"), "--no-browser", *options],
        env=kept | hidden | {"HOME": str(home), "PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running(home: Path, *options: str, root: Path = ROOT) -> Iterator[str]:
    """The address of a running JupyterLab."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = lab(str(port), home, f"--IdentityProvider.token={TOKEN}", *options, root=root)
    try:
        for _ in range(300):
            try:
                get(f"{address}/api/status")
                break
            except urllib.error.URLError:
                assert server.poll() is None, server.stdout and server.stdout.read()
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.communicate(timeout=20)


def last_line(server: subprocess.Popen[str]) -> tuple[str, str]:
    """What a server has said once it runs: all of it, and the address in the line that ends it."""
    assert server.stdout
    said = ""
    for line in server.stdout:
        said += line
        if line.startswith("Open notebook 00: "):
            return said, line.removeprefix("Open notebook 00: ").strip()
    raise AssertionError(said)


def get(address: str) -> Any:
    """Return the JSON that the server answers with."""
    request = urllib.request.Request(address, headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_the_first_page_is_served_with_our_defaults(tmp_path: Path) -> None:
    with running(tmp_path) as address:
        page = get(f"{address}/api/contents/{START}?content=0")
        assert page["type"] == "notebook"
        setting = get(f"{address}/lab/api/settings/@jupyterlab/apputils-extension:notification")
        news = setting["schema"]["properties"]
        assert (news["fetchNews"]["default"], news["checkForUpdates"]["default"]) == (
            "false",
            False,
        )
        kernels = get(f"{address}/api/kernelspecs")
        assert kernels["default"] == "python3"
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"{address}/api/contents", timeout=10)
    assert not (tmp_path / ".jupyter" / "labconfig").exists()


@pytest.mark.parametrize(
    ("port", "said"),
    [
        ("busy", "Port {port} is busy: give another PORT, or stop what uses it.\n"),
        ("http", "PORT=http is not a port: give a number from 1024 to 65535.\n"),
        ("80", "PORT=80 is not a port: give a number from 1024 to 65535.\n"),
    ],
)
def test_a_port_that_cannot_be_had(tmp_path: Path, port: str, said: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = str(other.getsockname()[1]) if port == "busy" else port
        done = lab(port, tmp_path)
        assert (done.communicate(timeout=20)[0], done.returncode) == (said.format(port=port), 1)


def test_a_busy_default_port_is_passed_over_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tools import lab as module

    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        busy = other.getsockname()[1]
        monkeypatch.setattr(module, "FIRST_PORT", busy)
        chosen = module.choose_port("")
    assert busy < chosen < busy + 50
    assert capsys.readouterr().out == (
        f"Port {busy} is busy, so the course opens on port {chosen}.\n"
    )


def test_a_house_without_notebooks(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    done = lab("", tmp_path, root=tmp_path)
    assert done.communicate(timeout=20)[0] == (
        f"{START} is missing: restore it with `git checkout notebooks`.\n"
    )
    assert done.returncode == 1


def test_it_ends_with_the_address_of_the_first_notebook(tmp_path: Path) -> None:
    asked = str(free_port())
    server = lab(asked, tmp_path)
    try:
        said, address = last_line(server)
        lines = said.splitlines()
        assert "Ctrl+C" in lines[-2] and "stop" in lines[-2]
        assert f"/lab/tree/{START}?token=" in address and f":{asked}" in address
        assert "/lab?token=" not in said and "Skipped" not in said
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert answer.status == 200
    finally:
        server.send_signal(signal.SIGINT)  # Ctrl+C, once, and no question
        told = server.communicate(timeout=20)[0]
    assert server.returncode == 0 and "y/[n]" not in told


def test_two_that_start_at_once_are_on_two_ports(tmp_path: Path) -> None:
    servers = [lab("", tmp_path) for _ in range(2)]
    try:
        addresses = {last_line(server)[1] for server in servers}
        assert len({address.partition("/lab/")[0] for address in addresses}) == 2
        for address in addresses:
            with urllib.request.urlopen(address, timeout=20) as answer:
                assert answer.status == 200
    finally:
        for server in servers:
            server.terminate()
            server.communicate(timeout=20)


def test_a_port_that_another_course_has_chosen_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its server does not listen yet."""
    from tools import lab as module

    monkeypatch.setattr(module, "FIRST_PORT", free_port())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    chosen = [module.choose_port("") for _ in range(2)]
    assert chosen[0] < chosen[1]
    with pytest.raises(SystemExit, match=f"Port {chosen[0]} is busy"):
        module.choose_port(str(chosen[0]))


def test_a_home_that_cannot_be_written_in(tmp_path: Path) -> None:
    """A file in its place: not even the administrator can write in that."""
    home = tmp_path / "home"
    home.touch()
    server = lab(str(free_port()), home)
    try:
        said, address = last_line(server)
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert answer.status == 200
    finally:
        server.terminate()
        server.communicate(timeout=20)
    assert "Traceback" not in said
    first = said.splitlines()[0]
    assert first.startswith(f"Nothing can be written in {home}/")
    assert f"cannot be kept in {home} either" in first and "progress() shows" in first


def test_without_any_place_to_write_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tools import lab as module

    (tmp_path / "home").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "home"))
    for name in module.FOLDERS:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SystemExit, match=r"can write neither in .*: set HOME to"):
        module.folders()


def test_looking_whether_all_works_needs_no_home(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/check.py")],
        env=dict(os.environ, HOME=str(tmp_path / "home")),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout.count("OK  ")) == (0, 5), done.stdout


RUN_ALL = """
async () => {
    const app = window.jupyterapp;
    await app.restored;
    const widget = app.shell.currentWidget;
    await widget.context.ready;
    await widget.sessionContext.ready;
    await widget.sessionContext.session.kernel.info;
    await app.commands.execute('notebook:run-all-cells');
    return widget.context.model.toJSON().cells;
}
"""


@pytest.mark.needs("chromium")
def test_a_learner_opens_the_course_and_runs_all(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    options = ["--no-sandbox", "--disable-quic", "--disable-background-networking"]
    options += ["--no-first-run", "--disable-component-update", "--disable-sync"]
    elsewhere: list[str] = []
    errors: list[str] = []
    exposed = "--LabApp.expose_app_in_browser=True"
    with running(tmp_path, exposed) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=options)
        page = browser.new_page()
        page.on("request", lambda it: it.url.startswith(address) or elsewhere.append(it.url))
        page.on("console", lambda it: errors.append(it.text) if it.type == "error" else None)
        page.goto(f"{address}/lab/tree/{START}?token={TOKEN}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        cells = page.evaluate(RUN_ALL)
        pop_ups = page.locator(".Toastify__toast, .jp-Dialog").all_inner_texts()
        browser.close()
    code = [cell for cell in cells if cell["cell_type"] == "code" and cell["source"]]
    assert code and not [cell for cell in code if not cell["execution_count"]]
    failed = [out for cell in code for out in cell["outputs"] if out["output_type"] == "error"]
    assert not failed
    assert not pop_ups
    assert not errors
    assert not [url for url in elsewhere if not url.startswith(("data:", "blob:", "ws:"))]
