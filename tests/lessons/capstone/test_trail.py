"""Tasks 6 and 7: which event proves what, and a function that reads a trail."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.messages import say
from tests.lessons.capstone.clinic import Clinic

Event = dict[str, Any]
KEY = ["admin may everything", "ida may use; via, table"]


@pytest.fixture
def moved(clinic: Clinic) -> Clinic:
    """The visits under a key that Bo may not use."""
    clinic.move(clinic.key(*KEY))
    return clinic


def newest(clinic: Clinic, name: str, user: str = "bo") -> str:
    """The ID of the newest event of a name, by a user."""
    found = [x for x in clinic.lab.trail.events() if x.record["eventName"] == name]
    mine = [x.record for x in found if x.record["userIdentity"].get("userName") == user]
    return str(mine[-1]["eventID"])


def keys_deleted(clinic: Clinic) -> None:
    for key in clinic.iam.list_access_keys(UserName="bo")["AccessKeyMetadata"]:
        clinic.iam.delete_access_key(UserName="bo", AccessKeyId=key["AccessKeyId"])


def test_the_refusal_of_kms_is_the_proof(moved: Clinic) -> None:
    assert not moved.reads("bo", moved.visits)
    proof = newest(moved, "Decrypt")
    note = moved.says("8.6", proof)
    assert "5 of 6 parts are met" in note.sentence and "Bo has no access key left" in note.sentence
    keys_deleted(moved)
    note = moved.says("8.6", proof)
    assert note.word == say("check.correct"), note


def test_a_write_is_refused_as_well(moved: Clinic) -> None:
    bo = moved.lab.as_user("bo").client("dynamodb")
    with pytest.raises(ClientError):
        bo.put_item(TableName=moved.visits, Item={"visit_id": {"S": "v-9"}})
    keys_deleted(moved)
    assert moved.says("8.6", newest(moved, "Decrypt")).word == say("check.correct")


def test_a_proof_that_is_no_longer_true(clinic: Clinic) -> None:
    """Bo is refused for as long as it takes; the key itself would let him in."""
    clinic.move(clinic.key())
    clinic.policy("bo", "bo must not everything", name="for-now")
    assert not clinic.reads("bo", clinic.visits)
    clinic.iam.delete_user_policy(UserName="bo", PolicyName="for-now")
    keys_deleted(clinic)
    note = clinic.says("8.6", newest(clinic, "Decrypt"))
    assert "Bo cannot read a visit today" in note.sentence


def by_iam(clinic: Clinic) -> str:
    with pytest.raises(ClientError):
        clinic.lab.as_user("bo").client("iam").list_users()
    return newest(clinic, "ListUsers")


def by_kms_itself(clinic: Clinic) -> str:
    kms = clinic.lab.as_user("bo").client("kms")
    with pytest.raises(ClientError):
        kms.encrypt(KeyId=clinic.lab.invoices_key_arn, Plaintext=b"x")
    return newest(clinic, "Encrypt")


def past_dynamodb(clinic: Clinic) -> str:
    held = clinic.lab.at_rest(clinic.visits)
    with pytest.raises(ClientError):
        clinic.lab.as_user("bo").client("kms").decrypt(
            CiphertextBlob=held.wrapped_table_key,
            EncryptionContext=dict(held.encryption_context),
        )
    return newest(clinic, "Decrypt")


def by_dynamodb(clinic: Clinic) -> str:
    assert not clinic.reads("bo", clinic.visits)
    return newest(clinic, "GetItem")


def allowed(clinic: Clinic) -> str:
    assert clinic.reads("bo", clinic.lab.invoices_table_name)
    return newest(clinic, "Decrypt")


def the_invoices(clinic: Clinic) -> str:
    clinic.iam.delete_user_policy(UserName="bo", PolicyName="bo-inline")
    assert not clinic.reads("bo", clinic.lab.invoices_table_name)
    return newest(clinic, "Decrypt")


def of_max(clinic: Clinic) -> str:
    assert not clinic.reads("max", clinic.visits)
    return newest(clinic, "Decrypt", "max")


def the_request(clinic: Clinic) -> str:
    clinic.reads("bo", clinic.visits)
    return str(clinic.lab.trail.events()[-1].record["requestID"])


def the_whole_event(clinic: Clinic) -> Any:
    clinic.reads("bo", clinic.visits)
    return boto3.client("cloudtrail").lookup_events()["Events"][0]


@pytest.mark.parametrize(
    ("find", "says"),
    [
        (by_iam, "of something other than kms:Decrypt"),
        (by_kms_itself, "of something other than kms:Decrypt"),
        (past_dynamodb, "not caused by a request for visits"),
        (by_dynamodb, "DynamoDB passes on"),
        (allowed, "an event without a denial"),
        (the_invoices, "about another key"),
        (of_max, "for max"),
        (the_request, "the ID of a request"),
        (the_whole_event, "the whole event"),
        (lambda _: "AccessDenied", "`AccessDenied`"),
    ],
)
def test_another_event_proves_nothing(
    moved: Clinic, find: Callable[[Clinic], Any], says: str
) -> None:
    proof = find(moved)
    keys_deleted(moved)
    note = moved.says("8.6", proof)
    assert note.word == say("check.not yet"), note
    assert says in note.sentence


#: Which events count: a function that leaves one of these out finds too many.
KEEPS: dict[str, Callable[[Event, str], bool]] = {
    "the operation": lambda e, _: e["eventName"] == "Decrypt",
    "no error": lambda e, _: "errorCode" not in e,
    "the service": lambda e, _: "invokedBy" in e["userIdentity"],
    "the table": lambda e, table: table in json.dumps(e["requestParameters"]).split('"'),
}
#: And where a user's name stands.
NAMES: dict[str, Callable[[Event], str]] = {
    "userName": lambda e: str(e["userIdentity"]["userName"]),
    "arn": lambda e: str(e["userIdentity"]["arn"]).rpartition("/")[2],
}
SERVICE: dict[str, Callable[[Event, str], bool]] = {
    "sourceIPAddress": lambda e, _: e["sourceIPAddress"] == "dynamodb.amazonaws.com",
    "invokedBy": lambda e, _: e["userIdentity"].get("invokedBy") == "dynamodb.amazonaws.com",
}


def readers(
    keeps: dict[str, Callable[[Event, str], bool]],
    name: Callable[[Event], str] = NAMES["userName"],
    end: Callable[[list[str]], Any] = lambda names: sorted(set(names)),
) -> Callable[[list[Event], str], Any]:
    """A function for task 7, put together."""

    def found(events: list[Event], table: str) -> Any:
        return end([name(e) for e in events if all(keep(e, table) for keep in keeps.values())])

    return found


@pytest.mark.parametrize("service", SERVICE.values(), ids=SERVICE)
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_function_that_looks_at_all_four_is_right(
    clinic: Clinic, name: Callable[[Event], str], service: Callable[[Event, str], bool]
) -> None:
    note = clinic.says("8.7", readers({**KEEPS, "the service": service}, name))
    assert note.word == say("check.correct"), note


@pytest.mark.parametrize(
    ("keep", "says"),
    [
        (lambda e, _: e.get("errorCode") != "AccessDenied", "the key was disabled"),
        (lambda e, _: e.get("errorCode") != "DisabledException", "nobody whom KMS refused"),
    ],
)
def test_an_error_of_one_kind_is_not_every_error(
    clinic: Clinic, keep: Callable[[Event, str], bool], says: str
) -> None:
    note = clinic.says("8.7", readers({**KEEPS, "no error": keep}))
    assert note.word == say("check.not yet"), note
    assert says in note.sentence


@pytest.mark.parametrize("newest_first", [True, False])
def test_one_call_is_enough_in_whatever_order(clinic: Clinic, newest_first: bool) -> None:
    """A user's newest or oldest event does not decide: one that was allowed does."""

    def by_one_event(events: list[Event], table: str) -> list[str]:
        allowed: dict[str, bool] = {}
        others = {name: keep for name, keep in KEEPS.items() if name != "no error"}
        for e in sorted(events, key=lambda e: str(e["eventTime"]), reverse=newest_first):
            if all(keep(e, table) for keep in others.values()):
                allowed.setdefault(NAMES["userName"](e), "errorCode" not in e)
        return sorted(name for name, is_so in allowed.items() if is_so)

    note = clinic.says("8.7", by_one_event)
    assert note.word == say("check.not yet"), note


@pytest.mark.parametrize(
    ("lacks", "says"),
    [
        ("no error", "nobody whom KMS refused"),
        ("the service", "nobody who called KMS without DynamoDB"),
        ("the table", "nobody who used only another table"),
        ("the operation", "KeyError"),
    ],
)
def test_a_function_that_leaves_one_out_is_told_which(
    clinic: Clinic, lacks: str, says: str
) -> None:
    keeps = {name: keep for name, keep in KEEPS.items() if name != lacks}
    note = clinic.says("8.7", readers(keeps))
    assert note.word != say("check.correct"), note
    assert says in note.sentence


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (lambda names: names, "sorted, and each name once"),
        (sorted, "sorted, and each name once"),
        (lambda names: sorted(set(names), reverse=True), "sorted, and each name once"),
        (lambda names: sorted(set(names) - {"admin"}), "admin is missing"),
        (lambda names: sorted({*names, "dynamodb.amazonaws.com"}), "nobody else"),
        (set, "a list of names"),
        (lambda names: sorted({*names, "ann"}), "the key was disabled"),
        (lambda names: sorted({"bo", *names}), "an empty list for a table without such calls"),
        (lambda names: None, "None; is a return missing"),
        (lambda _: ["admin", "bo", "max"], "the right list for another table"),
        (lambda _: "ida", "a list of names"),
    ],
)
def test_what_it_returns_is_looked_at(
    clinic: Clinic, end: Callable[[list[str]], Any], says: str
) -> None:
    note = clinic.says("8.7", readers(KEEPS, end=end))
    assert note.word == say("check.not yet"), note
    assert says in note.sentence


def test_the_history_is_of_whole_records(clinic: Clinic) -> None:
    """As ``lookup_events`` gives them; every caller's kind that the notebooks have met is there."""
    seen: list[Event] = []
    clinic.says("8.7", lambda events, table: seen.extend(events) or [])
    assert all({"eventTime", "sourceIPAddress", "userIdentity", "eventID"} <= set(e) for e in seen)
    assert {e["userIdentity"]["type"] for e in seen} == {"IAMUser", "AWSService"}
    assert len({e["eventSource"] for e in seen}) >= 3
