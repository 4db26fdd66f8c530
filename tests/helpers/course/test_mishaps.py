"""What a cell shows when a call goes wrong, in IPython as a notebook has it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

RUN = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance(colors="nocolor")
told = []
for cell in json.loads(sys.argv[1]):
    with capture_output() as seen:
        result = shell.run_cell(cell)
    error = result.error_in_exec
    data = [output.data for output in seen.outputs]
    told.append({"error": type(error).__name__ if error else "", "data": data,
                 "text": seen.stdout + seen.stderr})
print(json.dumps(told))
"""
OPEN = "import boto3\nfrom helpers import *\nlab = open_lab('05')\nkms = boto3.client('kms')"


def run(*cells: str) -> list[dict[str, Any]]:
    """What each cell shows, after the lab of notebook 05 is open."""
    command = [sys.executable, "-c", RUN, json.dumps([OPEN, *cells])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])[1:]


def shown(seen: dict[str, Any]) -> str:
    assert "Traceback" not in seen["text"]
    return str(seen["data"][0]["text/plain"])


def test_an_error_of_aws_is_its_sentence() -> None:
    seen = run("x = 1\nkms.describe_key(KeyId='alias/none')")[0]
    assert seen["error"] == "NotFoundException"
    told = shown(seen).splitlines()
    assert told[0].startswith("NotFoundException: DescribeKey: Alias arn:aws:kms")
    assert told[1] == "Line 2 of the cell: kms.describe_key(KeyId='alias/none')"


def test_the_traceback_is_folded_and_the_same_on_every_machine() -> None:
    html = run("kms.describe_key(KeyId='alias/none')")[0]["data"][0]["text/html"]
    folded = html.partition("<details>")[2]
    assert "the cell, line 1" in folded and "botocore/client.py, line" in folded
    assert sys.prefix not in html and "site-packages" not in html


@pytest.mark.parametrize(
    ("cell", "error", "words"),
    [
        ("kms.encrypt(KeyId='k')", "ParamValidationError", "boto3 did not send the call."),
        ("kms.create_custom_key_store(CustomKeyStoreName='x')", "", "sandbox does not have"),
        ("boto3.client('s3').list_buckets()", "", "The sandbox does not have"),
        ("kms.decript(CiphertextBlob=b'x')", "AttributeError", "Did you mean `decrypt`?"),
        ("kms.delete_key()", "AttributeError", "client for KMS has no operation `delete_key`."),
        ("kms.zzz", "AttributeError", "has no operation `zzz`."),
        ("boto3.client('dynamo')", "UnknownServiceError", "Unknown service: 'dynamo'"),
    ],
)
def test_what_boto3_or_the_sandbox_refuses_is_a_sentence(cell: str, error: str, words: str) -> None:
    seen = run(cell)[0]
    assert words in shown(seen) and seen["error"]
    assert not error or seen["error"] == error


def test_a_client_of_an_account_that_is_gone_is_explained() -> None:
    make = "boto3.client('iam').create_user(UserName='m'); m = lab.as_user('m').client('kms')"
    fresh, stale = run(make, "m.list_keys()", OPEN, "m.list_keys()")[1::2]
    assert "started over" not in shown(fresh)
    assert "The security token included in the request is invalid." in shown(stale)
    assert "You have started over, and keys made before that are gone" in shown(stale)


def test_a_client_of_a_stopped_sandbox_and_then_python_as_ever() -> None:
    stopped, after = run("lab.sandbox.stop()\nkms.list_keys()", "1 / 0")
    assert "belongs to a sandbox that has stopped" in stopped["text"] + str(stopped["data"])
    assert "Traceback" in after["text"]


@pytest.mark.parametrize(
    ("cell", "call"),
    [
        ('predict("5.1", b)', 'predict("5.1", "b")'),
        ('predict(\n    "5.1", b\n)', 'predict("5.1", "b")'),
        ('predict("5.1", a, b)', 'predict("5.1", "a", "b")'),
        ('quiz("05", {"q1": b, "q2": c})', 'quiz("05", {"q1": "b", "q2": "c"})'),
    ],
)
def test_a_letter_without_quotation_marks_is_shown_with_them(cell: str, call: str) -> None:
    assert f"Write the letter in quotation marks: {call}." in shown(run(cell)[0])


@pytest.mark.parametrize(
    "cell",
    [
        'check("5.3", denial_parts)',
        'check("05.3",\n      denial_parts)',
        'note = check("5.3", denial_parts)',
        'check("5.3", str(denial_parts))',
    ],
)
def test_a_check_of_what_was_never_made_says_what_to_run_first(cell: str) -> None:
    told = shown(run(cell)[0])
    assert told.startswith("Check not run. `denial_parts` has no value yet. Run the cell above")


@pytest.mark.parametrize(
    "cell", ["print(b)", "b", "predict\nb", "def f(): return b\nf()", "1/0", "check\nb", "b''.x"]
)
def test_any_other_error_is_pythons_own(cell: str) -> None:
    seen = run(cell)[0]
    assert "Traceback" in seen["text"] and not seen["data"]


def test_the_handlers_of_the_learner_stay() -> None:
    mine = "get_ipython().set_custom_exc((KeyError,), lambda s, *_, tb_offset=None: print('mine'))"
    undo = "import refusal.notebook.errors as m\nm.uninstall()"
    own, aws, after, again = run(
        "m = None", undo + "\n" + mine + "\nopen_lab('05')", "{}['x']", "1/0", undo, "{}['x']"
    )[2:]
    assert "mine" in own["text"] and "mine" in again["text"]
    assert "Traceback" in aws["text"]  # None of ours.
    assert not after["error"]


def test_marking_leaves_errors_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    seen = run("kms.describe_key(KeyId='alias/none')")[0]
    assert "Traceback" in seen["text"] and not seen["data"]


def told(*cells: str) -> list[str]:
    """What each check among these cells says, in their order."""
    seen = run(*cells)
    said = [one["text"] + "".join(data["text/plain"] for data in one["data"]) for one in seen]
    asked = [text for cell, text in zip(cells, said, strict=True) if "check(" in cell]
    return [text.partition("]: ")[2].strip() or text for text in asked]


UNREAD = {
    "statement = {\n    'Effect': 'Allow'": "SyntaxError in line 1: '{' was never closed",
    "statement = = 1": "SyntaxError in line 1: invalid syntax",
    "if True:\nstatement = 1": "IndentationError in line 2: expected an indented block",
    "def statement(x)\n    return x": "SyntaxError in line 1: expected ':'",
}


@pytest.mark.parametrize("before", ["statement = ...", "statement = {'a': 1}"])
def test_an_answer_that_python_cannot_read_is_told_as_such(before: str) -> None:
    """Whatever the name had before, the check does not speak of that."""
    check = 'check("5.7", statement)'
    cells = [line for cell in UNREAD for line in (before, cell, check)]
    for says, text in zip(UNREAD.values(), told(*cells, "statement = {}", check), strict=False):
        assert text.startswith("Your code raised an error: Python could not read the cell"), text
        assert f"gives `statement` its value, so no line of it ran: {says}" in text
    assert "could not read" not in told(*cells, "statement = {}", check)[-1]


def test_an_answer_that_stops_half_way_is_told_as_such() -> None:
    check = 'check("5.7", statement)'
    fresh, older, unset = told(
        *("statement = ...", "statement = nowhere", check),
        *("statement = 7", "statement = nowhere", check),
        *("del statement\nstatement = (", check),
    )
    assert fresh == (
        "Your code raised an error: An error stopped the cell that gives `statement` its value: "
        "NameError: name 'nowhere' is not defined."
    )
    assert older.startswith("Not yet: ") and "NameError: name 'nowhere' is not defined." in older
    assert unset.startswith("Your code raised an error: Python could not read")


def test_a_name_that_an_unread_cell_would_have_set_is_told_so() -> None:
    text = told("statement = (", 'check("5.7", statement)')[0]
    assert text.startswith("Check not run. Python could not read the cell that gives `statement`")


def test_a_call_that_was_never_made_is_told_by_its_cell() -> None:
    """5.1 looks at the account, where a call that Python or boto3 stopped left nothing."""
    says = {
        "boto3.client('dynamodb').put_item(": "'(' was never closed",
        "dynamo.put_item()": "NameError: name 'dynamo' is not defined",
        "boto3.client('dynamodb').put_item()": "ParamValidationError: boto3 did not send the",
    }
    first, *others = told('check("5.1")', *(x for cell in says for x in (cell, 'check("5.1")')))
    assert first.startswith("Not attempted")
    for words, text in zip(says.values(), others, strict=True):
        assert text.startswith("Your code raised an error") and words in text, text
        assert "the last cell that you ran" in text
    # What was asked in between does not hide it.
    assert words in told(cell := list(says)[-1], 'hint("5.1")', '# again\ncheck("5.1")')[0], cell


def test_what_stopped_a_later_try_is_told_beside_an_older_one() -> None:
    """The trail knows the try that KMS refused, and not the one that boto3 did not send."""
    malformed, unsent = (
        f"kms.put_key_policy(KeyId=lab.key_arn, Policy={policy})" for policy in ("'7'", "{}")
    )
    older, later = told(malformed, 'check("5.8")', unsent, 'check("5.8")')
    assert "PutKeyPolicy failed with MalformedPolicyDocumentException" in older
    assert "An error stopped" not in older  # Once is enough.
    assert "An error stopped the last cell that you ran: ParamValidationError" in later
