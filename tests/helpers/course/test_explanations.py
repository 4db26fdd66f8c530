"""``explain`` shows each decision of a call, and never more than was decided."""

from __future__ import annotations

from html.parser import HTMLParser

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import explain, open_lab
from helpers.course.lab import Lab

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


@pytest.fixture
def lab() -> Lab:
    """Notebook 05, with Mira in it."""
    opened = open_lab("05")
    iam = boto3.client("iam")
    iam.create_user(UserName="mira")
    iam.attach_user_policy(UserName="mira", PolicyArn=FULL)
    return opened


def denial(lab: Lab) -> ClientError:
    """Mira's read, refused."""
    with pytest.raises(ClientError) as caught:
        lab.as_user("mira").client("dynamodb").get_item(
            TableName=lab.table_name, Key={"player_id": {"S": "p-001"}}
        )
    return caught.value


def test_a_denial_shows_both_steps_and_what_decided(lab: Lab) -> None:
    told = repr(explain(denial(lab)))
    assert told.startswith("Who called: arn:aws:iam::123456789012:user/mira")
    assert "1. mira asked for dynamodb:GetItem" in told
    assert "2. DynamoDB then asked, as mira, for kms:Decrypt" in told
    assert "no identity-based policy of the caller allows kms:Decrypt" in told
    assert "Enable IAM User Permissions, Allow: yes, to the whole account" in told


def test_the_message_names_the_request_that_the_trail_has(lab: Lab) -> None:
    error = denial(lab)
    decrypt = lab.trail.events(name="Decrypt", user="mira")[-1]
    assert decrypt.record["requestID"] in error.response["Error"]["Message"]


@pytest.mark.parametrize("form", ["event", "listed", "record", "id"])
def test_an_event_of_the_trail_is_explained_like_the_error(lab: Lab, form: str) -> None:
    denial(lab)
    event = lab.trail.events(name="Decrypt", user="mira")[-1]
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
    listed = boto3.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"][0]
    given = {"event": event, "listed": listed, "record": event.record, "id": event.event_id}
    told = repr(explain(given[form]))
    assert "DynamoDB then asked, as mira, for kms:Decrypt" in told
    assert "dynamodb:GetItem" not in told


def test_an_answer_is_explained_too(lab: Lab) -> None:
    answer = boto3.client("dynamodb").get_item(
        TableName=lab.table_name, Key={"player_id": {"S": "p-001"}}
    )
    told = repr(explain(answer))
    assert "kms:Decrypt" in told and ": allowed." in told
    assert "Allow use of the key" in told


def test_what_no_policy_decided_is_said(lab: Lab) -> None:
    kms = boto3.client("kms")
    kms.disable_key(KeyId=lab.key_arn)
    with pytest.raises(ClientError) as caught:
        kms.encrypt(KeyId=lab.key_arn, Plaintext=b"x")
    told = explain(caught.value)
    assert repr(told).endswith(f"DisabledException: {lab.key_arn} is disabled.")
    assert "No policy decided this" in told._repr_html_()
    assert "(decides)" in repr(told)


def test_a_denial_before_any_policy(lab: Lab) -> None:
    session = boto3.Session("AKIAAAAAAAAAAAAAAAAA", "x" * 40, region_name="us-east-1")
    with pytest.raises(ClientError) as caught:
        session.client("kms").list_keys()
    assert "not in this lab's audit trail" in repr(explain(caught.value))


@pytest.mark.parametrize("junk", [None, 7, "no-such-id", {}, [], object()])
def test_anything_else_gets_a_sentence(lab: Lab, junk: object) -> None:
    assert "explain()" in repr(explain(junk))


def test_what_is_no_request_is_told_apart(lab: Lab) -> None:
    assert "`AccessDenied` is not the ID of a request" in repr(explain("AccessDenied"))
    assert "without quotation marks" in repr(explain("denial"))
    assert "A ValueError is not an answer from AWS" in repr(explain(ValueError("x")))


def test_without_an_error_the_newest_refusal_is_explained(lab: Lab) -> None:
    assert "No policy has refused anything" in repr(explain())
    error = denial(lab)
    boto3.client("kms").list_keys()
    assert repr(explain()) == repr(explain(error))


def test_without_a_lab() -> None:
    assert "explain()" in repr(explain("x"))


class Tags(HTMLParser):
    """Collects the tags of a page, and whether they are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_picture_says_in_words_what_it_shows(lab: Lab) -> None:
    page = Tags()
    page.feed(explain(denial(lab))._repr_html_())
    assert not page.open
    picture = next(attributes for _, attributes in page.seen if attributes.get("role") == "img")
    assert "kms:Decrypt" in str(picture["aria-label"])
    assert {"table", "caption", "th"} <= {tag for tag, _ in page.seen}
