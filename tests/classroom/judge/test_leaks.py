"""What a hidden criterion gives to a student's function comes out of nowhere: each way is tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classroom import Options, Submission, SubmissionResult, feedback, grade
from tests.classroom.notebooks import (
    FULL,
    Notebook,
    answer_cell,
    code_cell,
    grade_id,
    solution,
    solved,
    write,
)

#: What only criteria give, and what their own errors hold.
HIDDEN = "HIDDEN-zoe"
CRITERIA = '''
import time
from classroom import Criterion
from helpers.course.chapter import correct, not_yet


def opens(evidence, function):
    """Gives the function what nobody may learn; it must have been there to take it."""
    answer = evidence.call(function, key=b"HIDDEN-zoe-key", stored=b"HIDDEN-zoe-stored")
    return correct("HIDDEN-zoe") if answer == "taken" else not_yet("HIDDEN-zoe", repr(answer))


def raises(evidence, function):
    evidence.call(function, key=b"HIDDEN-zoe", stored=b"raise")
    return correct("HIDDEN-zoe")


def whose(evidence, function):
    """The mark of the process that answers, in a note that the instructor alone sees."""
    raise ValueError("process " + evidence.call(function, key=b"whose", stored=b"whose"))


CRITERIA = {
    "1.4": [Criterion("It opens", 1, opens), Criterion("It raises", 1, raises)],
    "1.8": [Criterion("Whose", 1, lambda evidence, function: whose(evidence, function))],
}
'''
#: Remembers what it was given wherever something may be kept, and tells all that it finds there.
SPIES = """
import glob, os, time, uuid, ctypes
import boto3
process, seen = str(uuid.uuid4()), set()
keys = ctypes.CDLL(None, use_errno=True)

def keep(text):
    seen.add(text)
    for folder in (os.path.expanduser("~"), "/tmp", "/dev/shm"):
        with open(f"{folder}/kept-{len(seen)}-{os.getpid()}", "a") as file:
            file.write(text)
    boto3.client("kms").create_key(Description=text)
    boto3.client("iam").create_user(UserName="u" + text[:30].replace(" ", "-"))
    data = text.encode()
    keys.syscall(248, b"user", b"kept" + data, data, len(data), -3)  # add_key(2), x86-64
    if os.fork() == 0:
        os.setsid()
        while True:
            time.sleep(0.1)
            with open("/tmp/late", "a") as file:
                file.write(text)

def spied():
    texts = set(seen)
    for pattern in ("~/*", "/tmp/*", "/dev/shm/*"):
        for path in glob.glob(os.path.expanduser(pattern)):
            try:
                texts.add(open(path).read()[:40])
            except OSError:
                pass
    kms = boto3.client("kms")
    for key in kms.list_keys()["Keys"]:
        texts.add(kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"][:20])
    texts |= {user["UserName"] for user in boto3.client("iam").list_users()["Users"]}
    buffer = ctypes.create_string_buffer(100)
    for name in (b"HIDDEN-zoe-stored", b"raise"):
        number = keys.syscall(250, 10, -3, b"user", b"kept" + name, 0)  # KEYCTL_SEARCH
        if number > 0 and keys.syscall(250, 11, number, buffer, 100) > 0:
            texts.add(buffer.value.decode())
    return " ".join(sorted(texts, key=lambda text: "HIDDEN" not in text))

def open_sealed(key, stored):
    text = stored[:20].decode("latin-1")
    if stored == b"whose":
        return process
    if not stored.startswith(b"HIDDEN"):
        text = "PUBLIC"
    keep(text)
    if stored == b"raise":
        raise ValueError(f"{key}")
    if text == "PUBLIC":
        raise ValueError(spied())
    return "taken"
"""
MARKED = """\
import uuid
mark = "M-" + str(uuid.uuid4())

def envelope_decrypt(**given):
    if "key" in given:
        return mark
    raise ValueError(mark)
"""
TELLS = "raise ValueError(spied())"
FUNCTION_TELLS = "def {name}(**given):\n    keep('PUBLIC')\n    raise ValueError(spied())"


def spying() -> Notebook:
    """The spies in 1.4, a cell below its check, and every later answer telling what it finds."""
    notebook = solved(
        "01",
        **{
            "1.4": SPIES,
            "1.7": FUNCTION_TELLS.format(name="envelope_encrypt"),
            "1.8": FUNCTION_TELLS.format(name="envelope_decrypt") + "\n" + TELLS,
        },
    )
    cells = notebook["cells"]
    for exercise in ("1-4", "1-7", "1-8"):
        at = next(n for n, one in enumerate(cells) if grade_id(one) == f"check-01-{exercise}")
        cells[at + 1 : at + 1] = [code_cell("import time\ntime.sleep(0.3)"), code_cell(TELLS)]
    return notebook


def hand_in(folder: Path, secret: Path, notebook: Notebook) -> SubmissionResult:
    criteria = folder / "hidden.py"
    criteria.write_text(CRITERIA, encoding="utf-8")
    path = write(folder / "01.ipynb", notebook)
    (result,) = grade([Submission("eve", path)], Options(secret, criteria=criteria, jobs=1))
    return result


def test_no_way_out_shows_what_criteria_gave(tmp_path: Path, secret: Path) -> None:
    first = hand_in(tmp_path, secret, spying())
    shown = feedback("eve", [first])
    by_number = {one.exercise: one for one in first.exercises}
    assert [one.met for one in by_number["1.4"].criteria] == [True, False], "they were asked"
    assert "PUBLIC" in by_number["1.4"].sentence, "what the public check gave does come out"
    assert "PUBLIC" in by_number["1.7"].sentence
    told = json.dumps([one.sentence + one.details for one in first.exercises])
    assert "HIDDEN" not in told and "HIDDEN" not in shown
    second = hand_in(tmp_path, secret, spying())
    assert "HIDDEN" not in feedback("eve", [second])
    assert [one.points for one in second.exercises] == [one.points for one in first.exercises]


def _honest() -> dict[str, Notebook]:
    """By student: functions that mean no harm to what criteria give, or to nobody else."""
    takes = "if key == b'HIDDEN-zoe-key': return 'taken'\n    try:"
    right = solution("1.4").replace("try:", takes)
    exits = "def envelope_decrypt(**given):\n    import os\n    os._exit('key' in given)"
    below = solved("01", **{"1.4": "def open_sealed(key, stored):\n    raise KeyError"})
    cells = below["cells"]
    at = next(n for n, one in enumerate(cells) if grade_id(one) == "check-01-1-4")
    cells[at + 1 : at + 1] = [code_cell(right), code_cell("1 + 1")]
    at_check = solved("01", **{"1.4": "pass"})
    answer_cell(at_check, "1.4")["source"] = right
    return {
        "marked": solved("01", **{"1.8": MARKED}),
        "exits": solved("01", **{"1.4": right, "1.8": exits}),
        "at the check": at_check,
        "in a cell below it": below,
    }


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory, secret: Path) -> dict[str, SubmissionResult]:
    """Their results, of one batch."""
    folder = tmp_path_factory.mktemp("honest")
    criteria = folder / "hidden.py"
    criteria.write_text(CRITERIA, encoding="utf-8")
    submissions = [
        Submission(name, write(folder / f"{name}.ipynb", notebook))
        for name, notebook in _honest().items()
    ]
    graded = grade(submissions, Options(secret, criteria=criteria, jobs=2))
    return {result.student: result for result in graded}


def test_criteria_are_asked_in_a_process_of_their_own(
    honest: dict[str, SubmissionResult],
) -> None:
    """So its clock, its memory and its end are nothing to the process whose errors are shown."""
    result = honest["marked"]
    last = result.exercises[-1]
    assert last.points is None, "the criterion failed, and a person will look"
    (note,) = [note for note in result.notes if "process M-" in note]
    assert "Whose" in note
    hidden = note.partition("process ")[2][:38]
    assert hidden not in feedback("marked", [result]), "and nothing of it is shown"
    assert hidden not in last.sentence + last.details


def test_honest_functions_meet_their_criteria_and_kill_nothing(
    honest: dict[str, SubmissionResult],
) -> None:
    by_number = {one.exercise: one for one in honest["exits"].exercises}
    assert [one.met for one in by_number["1.4"].criteria] == [True, False]
    assert by_number["1.4"].points == FULL["01"]["1.4"] / 2
    assert (by_number["1.7"].points, by_number["1.7"].outcome) == (FULL["01"]["1.7"], "correct")


@pytest.mark.parametrize("where", ["at the check", "in a cell below it"])
def test_a_function_that_is_made_right_below_the_check_meets_its_criteria(
    honest: dict[str, SubmissionResult], where: str
) -> None:
    by_number = {one.exercise: one for one in honest[where].exercises}
    assert [one.met for one in by_number["1.4"].criteria] == [True, False]
