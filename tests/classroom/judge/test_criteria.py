"""Hidden criteria: part of the points, their own look at the account, and nothing told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom import GradingError, Options, Submission, feedback, grade
from classroom.judge.criteria import load_criteria
from tests.classroom.notebooks import answered, solved, write

CRITERIA = '''
from botocore.exceptions import ClientError

from helpers.course.chapter import correct, not_yet
from classroom import Criterion


def destroys(evidence):
    """Tries what an attacker would: whatever it does, the next one finds the account whole."""
    dynamodb = evidence.client("dynamodb")
    for table in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=table)
    evidence.lab.advance(days=30)
    return correct("HIDDEN sentence.")


def still_there(evidence):
    tables = evidence.client("dynamodb").list_tables()["TableNames"]
    whole = evidence.lab.scores_table_name in tables and evidence.lab.sandbox.clock.now().day < 20
    return correct("HIDDEN sentence.") if whole else not_yet("HIDDEN", f"{tables}")


def by_update(evidence):
    """Asks more than the public check: the write must be an UpdateItem."""
    if any(r.name == "UpdateItem" and r.user == "mira" for r in evidence.records()):
        return correct("HIDDEN sentence.")
    return not_yet("HIDDEN expectation.", "HIDDEN observation.", "any-denial")


def is_text(evidence, proof):
    return correct("HIDDEN sentence.") if isinstance(proof, str) else not_yet("a text", "none")


def breaks(evidence):
    raise ValueError("HIDDEN trouble")


CRITERIA = {
    "5.1": [
        Criterion("Nothing is lost", 1, destroys),
        Criterion("The table is there", 1, still_there),
        Criterion("It is an update", 2, by_update),
    ],
    "5.2": [Criterion("It is a text", 1, is_text)],
    "5.3": [Criterion("Somebody erred", 1, breaks)],
}
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hidden.py"
    path.write_text(CRITERIA, encoding="utf-8")
    return path


def test_points_are_shared_out_and_what_fails_is_for_a_person(
    tmp_path: Path, file: Path, secret: Path
) -> None:
    (result,) = grade(
        [Submission("ann", write(tmp_path / "a.ipynb", solved("05")))],
        Options(secret, criteria=file, jobs=1),
    )
    first, second, third, *_ = result.exercises
    assert (first.points, first.out_of, first.outcome) == (0.5, 1, "not yet")
    assert [criterion.met for criterion in first.criteria] == [True, True, False]
    assert (second.points, second.outcome) == (2, "correct")
    assert (third.points, third.outcome) == (None, "not checked")
    assert {one.outcome for one in result.exercises[3:]} == {"correct"}
    assert result.points is None
    assert any("Somebody erred" in note and "HIDDEN trouble" in note for note in result.notes)
    page = feedback("ann", [result])
    assert "It is an update: not met" in page
    assert "HIDDEN" not in page
    assert "any-denial" not in page


def test_criteria_alone_decide_where_there_are_some(
    tmp_path: Path, file: Path, secret: Path
) -> None:
    """Neither less nor more than the criteria say, whatever the public check thinks."""
    updates = (
        "try:\n"
        '    key = {"player_id": {"S": "p-099"}}\n'
        "    mira_dynamodb.update_item(TableName=lab.table_name, Key=key)\n"
        "except ClientError as error:\n"
        "    print(error)"
    )
    notebook = answered("05", {"5.1": updates, "5.2": "proof = 'no event'"})
    (result,) = grade(
        [Submission("ann", write(tmp_path / "a.ipynb", notebook))],
        Options(secret, criteria=file, jobs=1),
    )
    first, second, *_ = result.exercises
    assert (first.points, first.outcome) == (1, "correct")
    assert (second.points, second.outcome) == (2, "correct")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("CRITERIA = {'99.1': []}", "no exercise 99.1"),
        ("CRITERIA = {'5.1': []}", "5.1 needs criteria"),
        (CRITERIA.replace('"It is an update", 2', '"It is an update", 0'), "weight above 0"),
        ("", "CRITERIA"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("CRITERIA = {", "SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "hidden.py"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(GradingError, match=words) as refused:
        load_criteria(path)
    assert str(path) in str(refused.value)


def test_no_file_is_no_criteria() -> None:
    assert load_criteria(None) == {}
