"""Make .venv and put into it exactly what a lock names, once.

    python3 tools/setup.py              what a learner needs (requirements.lock)
    python3 tools/setup.py --grading    and what instructors need (requirements-grading.lock)
    python3 tools/setup.py --dev        and what tests and authors need (requirements-dev.lock),
                                        with what a few tests use from npm (tests/package-lock.json)

Standard library only, and free of new syntax: it runs before anything is installed, and on a Python
that is too old for the course it must still be able to say so. Packages are installed by uv, which
is several times faster than pip; where uv cannot be had, pip installs the same files.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Dict, Iterator, List, Optional, Tuple, Union

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LEARNERS = ROOT / "requirements.lock"
GRADING = ROOT / "requirements-grading.lock"
DEVELOPERS = ROOT / "requirements-dev.lock"
#: Each lock names all that those before it do.
LOCKS = (LEARNERS, GRADING, DEVELOPERS)
LOG = ROOT / "setup.log"
#: What a notebook imports from this folder.
SOURCES = ("helpers", "lessons", "sandbox/refusal")
#: Held by the set-up that is under way.
LOCK = ROOT / ".setup.lock"
NPM_LOCK = ROOT / "tests" / "package-lock.json"
#: npm empties the folder before it fills it, so that the note goes when what it speaks of goes.
NPM_STAMP = ROOT / "tests" / "node_modules" / ".package-lock.sha256"
#: The site's kernel as an extension: JupyterLab itself cannot load it, and complains.
EXTENSIONS_OF_THE_SITE = Path("labextensions", "@jupyterlite")
OLDEST, NEWEST = (3, 11), (3, 14)
NO_NETWORK = (
    "dns error|failed to lookup|connection refused|connect error|error sending request|"
    "tcp connect|timed out|unreachable|NewConnectionError|name resolution|Max retries|"
    "ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT"
)

#: A part of a command.
Part = Union[str, Path]


class SetupError(Exception):
    """What a person has to do before the set-up can go on, in one sentence."""


def suits(version: Tuple[Any, ...]) -> bool:
    """Tell whether the course runs on a Python of this version (a tuple)."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def venv_version() -> Optional[Tuple[int, int]]:
    """Return the version of .venv's Python as a tuple, or None where .venv is not usable."""
    try:
        text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", text, re.MULTILINE)
    if found is None or not PYTHON.exists():
        return None
    return int(found.group(1)), int(found.group(2))


def state(lock: Path) -> Dict[str, Any]:
    """Return what must be unchanged for .venv to be still right: its place, Python and lock."""
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return {"root": str(ROOT), "python": list(venv_version() or ()), lock.name: digest}


def stamp(lock: Path) -> Path:
    """Return the file that says what was installed from a lock."""
    return VENV / ("." + lock.name + ".json")


def is_done(lock: Path) -> bool:
    """Tell whether .venv already holds what the lock names."""
    try:
        return bool(json.loads(stamp(lock).read_text(encoding="utf-8")) == state(lock))
    except (OSError, ValueError):
        return False


def is_ready(lock: Path) -> bool:
    """Tell whether nothing is to be done: with the Python that PYTHON names, if it does."""
    wanted_here = not os.environ.get("PYTHON") or venv_version() == sys.version_info[:2]
    return wanted_here and is_done(lock)


def record(lock: Path) -> None:
    """Note that .venv holds what the lock names."""
    stamp(lock).write_text(json.dumps(state(lock)), encoding="utf-8")


class Work:
    """A set-up under way: the step that it is at, said to whoever waits, and its log.

    Args:
        log: where the words of the commands go.
        steps: how many steps there will be.
    """

    def __init__(self, log: IO[str], steps: int) -> None:
        self.log = log
        self.steps = steps
        self.line = ""
        self.since = 0.0

    def begin(self, step: int, what: str) -> None:
        """Say that a step begins."""
        self.end()
        self.line = "  %d of %d  %s ..." % (step, self.steps, what)
        self.since = time.monotonic()
        print(self.line, end="", flush=True)

    def end(self) -> None:
        """Say that the step is done, if one has begun."""
        if self.line:
            self._tick()
            print(" done", flush=True)
            self.line = ""

    def stop(self) -> None:
        """End the line of a step that is not done: what is said next stands below it."""
        if self.line:
            print(flush=True)
            self.line = ""

    def run(self, *command: Part) -> bool:
        """Run a command with its words going to the log; tell whether it succeeded."""
        self.log.write("\n$ " + " ".join(map(str, command)) + "\n")
        self.log.flush()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            cwd=str(ROOT),
            env=dict(os.environ, PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1"),
        )
        try:
            while True:
                try:
                    return process.wait(timeout=1) == 0
                except subprocess.TimeoutExpired:
                    self._tick()
        finally:
            if process.poll() is None:  # stopped by Ctrl+C
                process.kill()
                process.wait()

    def _tick(self) -> None:
        """On a terminal, say in place for how long the step has been going on."""
        if self.line and sys.stdout.isatty():
            seconds = time.monotonic() - self.since
            print("\r%s %d s" % (self.line, seconds), end="", flush=True)


def make_venv(work: Work) -> None:
    """Make .venv, anew where its Python is gone, too old or not the one that PYTHON names."""
    version = venv_version()
    keep = version is not None and suits(version) and was_made_here()
    if keep and (not os.environ.get("PYTHON") or version == sys.version_info[:2]):
        work.begin(1, "Keep the environment that is there")
        return
    word = " anew," if VENV.exists() else ""
    work.begin(1, "Make an environment%s for Python %d.%d" % (word, *sys.version_info[:2]))
    if VENV.exists():
        shutil.rmtree(str(VENV))
    # Without pip, since Debian's Python may lack the part that brings it; see pip() below.
    if not work.run(base_python(), "-m", "venv", "--without-pip", VENV):
        raise SetupError(
            "This Python cannot make a virtual environment: install that part of it "
            "(Debian, Ubuntu: apt-get install python3-venv) and try again."
        )


def base_python() -> str:
    """Return the Python that runs this, also where .venv itself is activated."""
    return getattr(sys, "_base_executable", None) or sys.executable


def was_made_here() -> bool:
    """Tell whether .venv was made at this place; its programs name the place and can't move."""
    for lock in LOCKS:
        try:
            if json.loads(stamp(lock).read_text(encoding="utf-8"))["root"] != str(ROOT):
                return False
        except (OSError, ValueError, KeyError):
            continue
    return True


def pip(work: Work) -> List[Part]:
    """Return the start of a command that is pip for .venv; bring pip there only as a last way."""
    if work.run(PYTHON, "-m", "pip", "--version"):
        return [PYTHON, "-m", "pip"]
    if work.run(base_python(), "-m", "pip", "--python", PYTHON, "--version"):
        return [base_python(), "-m", "pip", "--python", PYTHON]
    if work.run(PYTHON, "-m", "ensurepip"):
        return [PYTHON, "-m", "pip"]
    raise SetupError(
        "This Python has no pip, and uv is not installed: install one of them "
        "(Debian, Ubuntu: apt-get install python3-pip) and try again."
    )


def block(lock: Path, name: str) -> str:
    """Return the lines of one package in a lock: its pin and hashes."""
    text = lock.read_text(encoding="utf-8")
    found = re.search(r"^%s==.*(?:\n    --hash.*)*" % re.escape(name), text, re.MULTILINE)
    if found is None:
        raise SetupError("%s does not name %s: run `make lock`." % (lock.name, name))
    return found.group(0).rstrip("\\ \n") + "\n"


def uv(work: Work) -> Optional[str]:
    """Return the path of uv, installing the locked one into .venv if there is none, else None."""
    for known in (shutil.which("uv"), shutil.which("uv", path=str(BIN))):
        if known and work.run(known, "--version"):
            return known
    wanted = VENV / "uv.txt"
    wanted.write_text(block(DEVELOPERS, "uv"), encoding="utf-8")
    options = ["--no-deps", "--only-binary=:all:", "--retries=1", "--require-hashes"]
    work.run(*pip(work), "install", *options, "-r", wanted)
    return shutil.which("uv", path=str(BIN))


def filled(work: Work, lock: Path, start: List[Part]) -> bool:
    """Install with a command that starts so; tell whether all of it is there."""
    packages = [*start, "--no-deps", "--require-hashes", "-r", lock]
    course = [*start, "--no-deps", "--no-build-isolation", "-e", "./sandbox", "-e", "."]
    if not work.run(*packages):
        return False
    work.begin(3, "Install the course")
    if not work.run(*course):
        return False
    # As with the packages: the first notebook need not, nor any where Python is told to keep none.
    work.run(PYTHON, "-m", "compileall", "-q", *SOURCES)
    return True


def install(work: Work, lock: Path) -> None:
    """Install a lock, and sandbox and course from their folders, by uv or else by pip."""
    pins = re.findall(r"(?m)^[\w.-]+==", lock.read_text(encoding="utf-8"))
    work.begin(2, "Install %d packages" % len(pins))
    program = uv(work)
    if program and filled(
        work, lock, [program, "pip", "install", "--python", PYTHON, "--compile-bytecode"]
    ):
        return
    work.stop()
    work.begin(2, "Install %d packages, by pip" % len(pins))
    if filled(work, lock, [*pip(work), "install", "--retries=1"]):
        return
    if lacked_a_network():
        raise SetupError(
            "The packages could not be fetched: connect to the network, or name your package "
            "mirror in pip's settings, and try again (details: %s)." % LOG.name
        )
    raise SetupError("The packages could not be installed: %s ends with the reason." % LOG.name)


def lacked_a_network() -> bool:
    """Tell whether the log shows that something could not be fetched."""
    said = LOG.read_text(encoding="utf-8", errors="replace")
    return re.search(NO_NETWORK, said, re.IGNORECASE) is not None


def set_aside(share: Path) -> None:
    """Move what belongs to the site alone out of JupyterLab's sight, to where `make site` looks."""
    seen, aside = (share / name / EXTENSIONS_OF_THE_SITE for name in ("jupyter", "jupyterlite"))
    if seen.is_dir():
        shutil.rmtree(str(aside), ignore_errors=True)
        aside.parent.mkdir(parents=True, exist_ok=True)
        seen.rename(aside)


def bring_from_npm(is_new: bool) -> None:
    """Bring what a few tests use from npm, unless it is there; without it, those are not run.

    That npm is absent is said only where .venv ``is_new``: later, the tests say it themselves.
    """
    digest = hashlib.sha256(NPM_LOCK.read_bytes()).hexdigest()
    if NPM_STAMP.exists() and NPM_STAMP.read_text(encoding="utf-8") == digest:
        return
    npm = shutil.which("npm")
    if npm is None:
        if is_new:
            print("npm is not installed, so a few tests will be listed as not run.")
        return
    options = ["--prefix", str(NPM_LOCK.parent), "--no-audit", "--no-fund"]
    options += ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    with alone():
        with LOG.open("w", encoding="utf-8") as log:
            brought = Work(log, steps=0).run(npm, "ci", *options)
        if brought:
            LOG.unlink()
            NPM_STAMP.write_text(digest, encoding="utf-8")
            return
    advice = "connect to the network" if lacked_a_network() else "see why in " + LOG.name
    print(
        "A few tests will be listed as not run, since npm could not bring what they need: "
        "%s, and run the same command again." % advice
    )


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other set-up is under way here, and keep others waiting.

    The system lets go of the file when the process ends, however it ends. Where there are no such
    locks (Windows, some network drives), two at once are not kept apart.
    """
    with LOCK.open("w") as held:
        if fcntl is not None:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another set-up is under way here: waiting for it ...", flush=True)
                fcntl.flock(held, fcntl.LOCK_EX)
            except OSError:
                pass
        yield


def set_up(lock: Path) -> None:
    """Fill .venv with what the lock names."""
    print("Setting up the course in the folder .venv, once: about a minute.", flush=True)
    with LOG.open("w", encoding="utf-8") as log:
        work = Work(log, steps=3)
        try:
            make_venv(work)
            install(work, lock)
            work.end()
        finally:
            work.stop()
    LOG.unlink()
    for installed in LOCKS[: LOCKS.index(lock) + 1]:
        record(installed)


def main(arguments: List[str]) -> int:
    """Set up what the arguments ask for. Returns the exit status."""
    parser = argparse.ArgumentParser(description="Set up the course in .venv.")
    parser.add_argument("--grading", action="store_true", help="for instructors, too")
    parser.add_argument("--dev", action="store_true", help="for tests and authors, too")
    wanted = parser.parse_args(arguments)
    lock = DEVELOPERS if wanted.dev else GRADING if wanted.grading else LEARNERS
    if not suits(sys.version_info):
        raise SetupError(
            "The course needs Python %d.%d to %d.%d, and this is %d.%d: install a newer one, or "
            "name it as PYTHON=..." % (OLDEST + NEWEST + sys.version_info[:2])
        )
    is_new = not is_ready(lock)
    if is_new:
        with alone():
            if not is_ready(lock):  # nor made so by the one that was waited for
                set_up(lock)
    if wanted.dev:
        set_aside(VENV / "share")
        bring_from_npm(is_new)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped before the set-up was complete: run the same command again.")
    except OSError as error:
        sys.exit("The set-up could not continue: %s." % error)
