"""A lab is built anew whenever it is asked for, wherever the learner comes from."""

from __future__ import annotations

import subprocess
import sys

import boto3
import pytest

from helpers import Sandbox, check, hint, open_lab, predict, quiz
from helpers.course.chapter import notebooks
from helpers.course.errors import CourseError

NOTEBOOKS = notebooks()


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_opening_twice_gives_the_same_world(notebook: str) -> None:
    first = open_lab(notebook).names
    before = _tables_and_keys()
    boto3.client("kms").create_key()
    for table in boto3.client("dynamodb").list_tables()["TableNames"]:
        boto3.client("dynamodb").delete_table(TableName=table)
    assert open_lab(notebook).names == first
    assert _tables_and_keys() == before


def _tables_and_keys() -> tuple[object, object]:
    keys = boto3.client("kms").list_keys()["Keys"]
    return boto3.client("dynamodb").list_tables()["TableNames"], keys


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_lab_opens_from_any_other(notebook: str) -> None:
    alone = open_lab(notebook).names
    for other in NOTEBOOKS:
        open_lab(other)
        assert open_lab(notebook).names == alone


def test_a_sandbox_that_the_learner_started_is_no_obstacle() -> None:
    Sandbox().start()
    assert open_lab("00").table_name == "players"


def test_another_seed_gives_another_world() -> None:
    one = open_lab("05", seed="ann").key_arn
    assert open_lab("05", seed="ben").key_arn != one
    assert open_lab("05", seed="ann").key_arn == one


def test_a_students_world_has_names_and_data_of_its_own() -> None:
    """So that copied literals fail; the plain seed has the names that the prose says."""
    plain, ann = open_lab("05"), open_lab("05", seed="ann")
    assert plain.table_name == "players"
    assert ann.table_name.startswith("players-")
    items = boto3.client("dynamodb").scan(TableName=ann.table_name)["Items"]
    ben = open_lab("05", seed="ben")
    assert ben.table_name != ann.table_name
    assert boto3.client("dynamodb").scan(TableName=ben.table_name)["Items"] != items


def test_the_course_seed_may_come_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = open_lab("05").key_arn
    monkeypatch.setenv("COURSE_SEED", "ann")
    assert open_lab("05").key_arn == open_lab("05", seed="ann").key_arn != plain


@pytest.mark.parametrize("wrong", ["42", "five", "", None, "../05"])
def test_an_unknown_notebook_is_refused_in_a_sentence(wrong: object) -> None:
    with pytest.raises(CourseError, match="There is no notebook"):
        open_lab(wrong)  # type: ignore[arg-type]


def test_a_user_gets_one_session() -> None:
    lab = open_lab("00")
    boto3.client("iam").create_user(UserName="mira")
    mira = lab.as_user("mira")
    assert mira.client("sts").get_caller_identity()["Arn"].endswith(":user/mira")
    assert lab.as_user("mira") is mira


def test_what_a_lab_cannot_do_is_said_in_a_sentence() -> None:
    lab = open_lab("00")
    for attempt, words in (
        (lambda: lab.as_user("nobody"), "no user `nobody`"),
        (lambda: lab.key_arn, "no `key_arn`"),
        (lambda: lab.advance(fortnights=1), "is not understood"),
        (lambda: lab.advance(days=-1), "cannot go back"),
        (lambda: lab.advance(7), r"lab\.advance\(minutes=6\)"),
        (lab.advance, r"lab\.advance\(minutes=6\)"),
        (lambda: lab.advance(minutes="6"), "is not understood"),
        (open_lab, r'open_lab\("05"\)'),
        (lambda: open_lab("05", "0"), r'open_lab\("05"\)'),
    ):
        with pytest.raises(CourseError, match=words):
            attempt()


def test_tab_offers_the_names_of_the_world() -> None:
    lab = open_lab("05")
    offered = dir(lab)
    assert {*lab.names, "advance", "as_user", "at_rest", "trail"} <= set(offered)
    assert all(getattr(lab, name) is not None for name in offered)


def test_a_course_error_shows_itself_without_a_traceback() -> None:
    """In IPython, as a learner would see it."""
    code = (
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        "Shell.instance().run_cell(\"from helpers import open_lab\\nopen_lab('42')\")"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip().startswith("There is no notebook `42`")
    assert "Traceback" not in run.stdout + run.stderr


def test_nothing_works_before_a_lab_is_open_and_nothing_breaks() -> None:
    answers = [predict("0.1", "a"), quiz("00", {"q1": "a"}), check("0.1"), hint("0.1")]
    assert all("run the set-up cell" in repr(answer) for answer in answers)


def test_a_stopped_sandbox_is_no_lab() -> None:
    open_lab("00").sandbox.stop()
    assert "run the set-up cell" in repr(check("0.1"))


def test_another_notebooks_lab_is_named() -> None:
    open_lab("00")
    assert "has the lab of notebook 00 open" in repr(predict("5.1", "a"))


def test_importing_helpers_costs_nothing() -> None:
    code = (
        "import helpers, sys; print([x for x in ('boto3', 'moto', 'pandas') if x in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_public_names_are_there() -> None:
    import helpers

    assert all(callable(getattr(helpers, name)) for name in helpers.__all__)
    with pytest.raises(AttributeError, match="has no `open_labs`"):
        _ = helpers.open_labs
