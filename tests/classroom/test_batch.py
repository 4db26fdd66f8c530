"""A batch goes on where it was killed, gives the same marks every time, and stops in a sentence."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from classroom import Limits, Options, Submission, grade
from classroom.__main__ import main
from classroom.errors import GradingError
from classroom.messages import say
from classroom.results import SubmissionResult
from tests.classroom.attacks import HOLDS_PYTHON_LATER
from tests.classroom.conftest import ROOT, command, journal
from tests.classroom.notebooks import BLANK, FULL, answered, solution, solved, write

START = "00_start_here.ipynb"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A small class: four students, one of whom loops."""
    for student in ("ann", "ben", "cleo"):
        write(tmp_path / "class" / student / START, solved("00"))
    slow = answered("00", {"0.1": "while True: pass"})
    write(tmp_path / "class" / "fay" / START, slow)
    return tmp_path


def start(room: Path, secret: Path) -> subprocess.Popen[bytes]:
    """Begin to grade, one at a time."""
    arguments = [str(room / "class"), "--out", str(room / "marks.csv"), "--secret", str(secret)]
    return subprocess.Popen(
        [sys.executable, "-m", "classroom", *arguments, "--jobs", "1", "--seconds", "2"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def again(room: Path, secret: Path, out: str = "marks.csv") -> str:
    """Grade to the end, two at a time; what marks.csv then holds."""
    arguments = [room / "class", "--out", room / out, "--secret", secret, "--jobs", 2]
    assert main([*map(str, arguments), "--seconds", "2"]) == 0
    return (room / out).read_text(encoding="utf-8")


def test_a_killed_run_goes_on_and_grades_nobody_twice(room: Path, secret: Path) -> None:
    kept = room / "marks.csv.journal"
    first = start(room, secret)
    while not kept.exists() or kept.read_bytes().count(b"\n") < 2:
        assert first.poll() is None
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = journal(kept)
    assert not (room / "marks.csv").exists()
    with kept.open("ab") as stream:
        stream.write(b'{"fingerprint": "cut sho')  # As a crash in mid-write leaves it.
    marks = again(room, secret)
    after = journal(kept)
    assert after[: len(before)] == before
    assert sorted(one.student for one in after) == ["ann", "ben", "cleo", "fay"]
    assert again(room, secret) == marks
    assert journal(kept) == after, "a third run has nothing left to do"
    assert again(room, secret, "other.csv") == marks, "graded anew, the same marks"


def test_two_runs_do_not_write_to_one_journal(room: Path, secret: Path) -> None:
    first = start(room, secret)
    try:
        kept = room / "marks.csv.journal"
        while not (kept.exists() and kept.read_bytes()):  # From then on it has the lock.
            assert first.poll() is None
            time.sleep(0.02)
        first.send_signal(signal.SIGSTOP)  # So that it does not end while the other one begins.
        second = command(room / "class", "--out", room / "marks.csv", "--secret", secret)
    finally:
        first.kill()
        first.wait()
    assert second.returncode == 2
    assert second.stderr.startswith("Another run is writing to")


def test_a_changed_submission_is_graded_again(tmp_path: Path, secret: Path) -> None:
    write(tmp_path / "class" / "ann" / START, BLANK["00"])
    assert "ann,00,0.1,0,1,not attempted" in again(tmp_path, secret)
    write(tmp_path / "class" / "ann" / START, solved("00"))
    assert "ann,00,0.1,1,1,correct" in again(tmp_path, secret)
    assert len(journal(tmp_path / "marks.csv.journal")) == 2


def test_another_class_secret_means_other_worlds_and_grading_again(
    tmp_path: Path, secret: Path
) -> None:
    write(tmp_path / "class" / "ann" / START, solved("00"))
    other = tmp_path / "other.secret"
    assert main(["--new-secret", str(other)]) == 0
    assert again(tmp_path, secret) == again(tmp_path, other)
    assert len(journal(tmp_path / "marks.csv.journal")) == 2


def test_two_notebooks_of_one_student_wait_for_a_person(tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "class"
    for student in ("same", "differs"):
        write(folder / student / START, solved("00"))
        write(folder / student / "copy.ipynb", solved("00"))
    write(folder / "differs" / "copy.ipynb", answered("00", {"0.1": "pass"}))
    marks = again(tmp_path, secret)
    assert "same,00,0.1,1,1,correct" in marks
    assert marks.count("same,") == len(FULL["00"])
    rows = [line for line in marks.splitlines() if line.startswith("differs,")]
    assert rows and all("several notebooks 00 with different answers" in row for row in rows)


def test_the_command_says_what_is_missing_in_one_sentence(
    tmp_path: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "class"
    write(work / "ann" / START, BLANK["00"])
    open_ = tmp_path / "open.secret"
    shutil.copy(secret, open_)
    open_.chmod(0o644)
    broken = tmp_path / "broken.py"
    broken.write_text("CRITERIA = 1 / 0\n", encoding="utf-8")
    out = ("--out", tmp_path / "marks.csv")
    given: list[tuple[list[str | Path], str]] = [
        ([work], "--new-secret"),
        ([work, *out, "--secret", tmp_path / "none"], "cannot be read"),
        ([work, *out, "--secret", open_], "Others can read the class secret"),
        ([tmp_path / "nowhere", *out, "--secret", secret], "There is nothing at"),
        ([work, *out, "--secret", secret, "--criteria", broken], "ZeroDivisionError"),
        ([work, *out, "--secret", secret, "--student", "("], "not a regular expression"),
        ([work, *out, "--secret", secret, "--release", tmp_path / "x"], "no notebook with"),
        (["--new-secret", secret], "No secret can be made"),
    ]
    for arguments, words in given:
        assert main([str(argument) for argument in arguments]) == 2, arguments
        said = capsys.readouterr()
        assert words in said.err
        assert said.err.count("\n") == 1, said.err
        assert secret.read_text().strip() not in said.err + said.out


WITHOUT_RIGHTS = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
user = os.geteuid()
if user != 0:
    assert libc.unshare(0x10000000) == 0
    open("/proc/self/setgroups", "w").write("deny")
    open("/proc/self/uid_map", "w").write(f"0 {user} 1")
assert libc.prctl(24, 21, 0, 0, 0) == 0  # PR_CAPBSET_DROP, CAP_SYS_ADMIN
os.execv(sys.executable, [sys.executable, "-m", "classroom", *sys.argv[1:]])
"""


def without_rights(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command on a machine that grants no namespaces."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(WITHOUT_RIGHTS), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_without_isolation_it_stops_unless_told_otherwise(tmp_path: Path, secret: Path) -> None:
    write(tmp_path / "ann" / START, solved("00"))
    out = tmp_path / "marks" / "marks.csv"
    out.parent.mkdir()
    stopped = without_rights(tmp_path, "--out", out, "--secret", secret)
    assert stopped.returncode == 2, stopped.stderr
    assert stopped.stderr.startswith("This machine does not let the grader shut answers in")
    assert stopped.stderr.count("\n") == 1
    assert not out.exists()
    run = without_rights(tmp_path, "--out", out, "--secret", secret, "--unisolated")
    assert run.returncode == 0, run.stderr
    assert "ann,00,0.1,1,1,correct,,provisional,ann/00_start_here.ipynb" in out.read_text()
    for page in out.parent.rglob("*.html"):
        assert "Provisional:" in page.read_text(encoding="utf-8")


def test_a_submission_that_takes_too_long_as_a_whole_says_so(tmp_path: Path, secret: Path) -> None:
    path = write(tmp_path / START, answered("00", {"0.1": "import time\ntime.sleep(100)"}))
    options = Options(secret, jobs=1, limits=Limits(seconds=50), seconds=6)
    (late,) = grade([Submission("ann", path)], options)
    assert late.notes == (f"0.1: {say('grading.budget')}",)
    assert {one.sentence for one in late.exercises} == {say("grading.budget")}
    assert late.points is None and late.needs_a_person


def test_what_was_found_before_the_time_was_over_is_kept(tmp_path: Path, secret: Path) -> None:
    """Python answers nobody from some moment on, and a clock outside ends it."""
    holds = solution("5.3") + "\n" + HOLDS_PYTHON_LATER.replace("0.3", "0")
    path = write(tmp_path / "05.ipynb", solved("05", **{"5.3": holds}))
    options = Options(secret, jobs=1, limits=Limits(seconds=100), seconds=12)
    (late,) = grade([Submission("ann", path)], options)
    found = {one.exercise: one.points for one in late.exercises}
    assert found["5.1"] == FULL["05"]["5.1"] and found["5.2"] == FULL["05"]["5.2"]
    assert found["5.8"] is None
    assert any(say("grading.budget") in note for note in late.notes)


def test_nothing_is_left_running_when_the_command_is_killed(tmp_path: Path, secret: Path) -> None:
    path = write(tmp_path / "class" / "ann" / START, answered("00", {"0.1": "while True: pass"}))
    assert path.exists()
    arguments = [tmp_path / "class", "--out", tmp_path / "marks.csv", "--secret", secret]
    command = [sys.executable, "-m", "classroom", *map(str, arguments), "--seconds", "500"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        assert eventually(lambda: len(_descendants(process.pid)) >= 5)
        below = _descendants(process.pid)
    finally:
        process.kill()
        process.wait()
    assert eventually(lambda: not any(map(_runs, below)))


def eventually(true: Callable[[], bool]) -> bool:
    """Whether it comes true within two minutes, which a busy machine may need."""
    deadline = time.monotonic() + 120
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def _runs(process: int) -> bool:
    """Whether it has not ended; one whose end nobody has asked for yet has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_nothing_is_left_running_when_the_asker_stops(tmp_path: Path, secret: Path) -> None:
    path = write(tmp_path / START, answered("00", {"0.1": "while True: pass"}))
    good = write(tmp_path / "good.ipynb", solved("00"))
    options = Options(secret, jobs=2, limits=Limits(seconds=100))
    results = grade([Submission("ann", path), Submission("ben", good)], options)
    first = next(results)
    assert isinstance(first, SubmissionResult)
    assert (first.student, first.points) == ("ben", sum(FULL["00"].values()))
    results.close()
    assert eventually(lambda: not _descendants(os.getpid()))


def _descendants(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # It has ended since its parent was asked.
        return []
    zygotes = [int(c) for c in children if b"classroom" in _command_line(c)]
    return [*zygotes, *(below for zygote in zygotes for below in _descendants(zygote))]


def _command_line(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_the_secret_and_the_criteria_lie_where_answers_cannot_read(
    tmp_path: Path, secret: Path
) -> None:
    inside = ROOT / "helpers" / "paths.py"
    for options in ({"secret": inside}, {"secret": secret, "criteria": inside}):
        with pytest.raises(GradingError, match="Answers could read"):
            Options(**options)


def test_one_students_many_files_are_capped_and_wait_for_everybodys_first(
    tmp_path: Path, secret: Path
) -> None:
    folder = tmp_path / "class"
    for number in range(12):
        mine = answered("00", {"0.1": f"x = {number}"})
        write(folder / "mallory" / f"{number:02d}.ipynb", mine)
    for student in ("nora", "zoe"):
        write(folder / student / START, solved("00"))
    marks = again(tmp_path, secret)
    order = [one.student for one in journal(tmp_path / "marks.csv.journal")]
    assert sorted(order[:4]) != ["mallory"] * 4 and {"nora", "zoe"} < set(order[:4])
    run = [one for one in journal(tmp_path / "marks.csv.journal") if one.exercises]
    assert len(run) <= 5 + 1 + 2, "one more may have begun beside the fifth"
    (row,) = [line for line in marks.splitlines() if line.startswith("mallory,")]
    assert "several notebooks 00 with different answers" in row and "and 7 more" in row
    assert "zoe,00,0.1,1,1,correct" in marks


def test_one_exercise_is_graded_again_and_the_others_keep_their_marks(
    tmp_path: Path, secret: Path
) -> None:
    write(tmp_path / "class" / "ann" / "05.ipynb", solved("05"))
    criteria = tmp_path / "hidden.py"
    text = (
        "from classroom import Criterion\nfrom helpers.course.chapter import correct, not_yet\n"
        "def no(evidence, *given):\n    return not_yet('a', 'b')\n"
        "CRITERIA = {number: [Criterion('x', 1, no)] for number in ('5.1', '5.2')}\n"
    )
    others = [f"{points:g}" for points in list(FULL["05"].values())[2:]]
    out = ("--out", tmp_path / "marks.csv", "--secret", secret, "--criteria", criteria)
    arguments = [str(one) for one in (tmp_path / "class", *out)]
    for content, more, expected in (
        (text, (), ["0", "0", *others]),
        (
            text.replace("not_yet('a', 'b')", "correct('c')"),
            ("--exercise", "5.1"),
            ["1", "0", *others],
        ),
    ):
        criteria.write_text(content, encoding="utf-8")
        assert main([*arguments, *more]) == 0
        rows = (tmp_path / "marks.csv").read_text(encoding="utf-8").splitlines()[1:]
        assert [row.split(",")[3] for row in rows] == expected


def test_a_roster_makes_a_table_to_import(
    tmp_path: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "class"
    write(place / "smithjohn_101_9001_00_start_here.ipynb", solved("00"))
    write(place / "smithjohn_LATE_102_9002_00_start_here.ipynb", BLANK["00"])
    roster = tmp_path / "roster.csv"
    roster.write_text("Student,ID,SIS Login ID,Section\nSmith,101,a,x\nSmith,102,b,x\n")
    arguments = [place, "--out", tmp_path / "marks.csv", "--secret", secret, "--roster", roster]
    assert main([*map(str, arguments)]) == 0
    assert f"To import: {tmp_path / 'canvas.csv'}." in capsys.readouterr().out
    lines = (tmp_path / "canvas.csv").read_text(encoding="utf-8").splitlines()
    assert lines[2:] == [f"Smith,101,,a,x,{sum(FULL['00'].values()):g}", "Smith,102,,b,x,0"]


def test_secret_and_criteria_can_be_looked_at_before_anything_is_made(
    tmp_path: Path, secret: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    short = tmp_path / "short.secret"
    short.write_text("abc")
    short.chmod(0o600)
    bad = tmp_path / "bad.py"
    bad.write_text("CRITERIA = {'99.1': []}")
    assert main(["--check"]) == main(["--check", "--secret", str(secret)]) == 0
    assert main(["--check", "--secret", str(short)]) == 2
    assert "shorter than 16 characters" in capsys.readouterr().err
    assert main(["--check", "--criteria", str(bad)]) == 2
    assert "there is no exercise 99.1" in capsys.readouterr().err
