"""A key, tables, a user without KMS permissions, and a look at the calls that were made."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.services.dynamodb.data_keys import DataKey

FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
#: Refusals with status 500 are not retried here, as clients would for half a minute.
ONCE = Config(retries={"max_attempts": 0})


@pytest.fixture
def kms(sandbox: Sandbox) -> Any:
    """The administrator's KMS client."""
    return boto3.client("kms")


@pytest.fixture
def key(kms: Any) -> str:
    """The ARN of a customer managed key with the default policy."""
    return kms.create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def dynamodb(sandbox: Sandbox) -> Any:
    """The administrator's DynamoDB client."""
    return boto3.client("dynamodb", config=ONCE)


@pytest.fixture
def make_table(dynamodb: Any) -> Callable[..., dict[str, Any]]:
    """Create a table: ``make_table(name, KMSMasterKeyId=…)`` or with other SSE members."""

    def make(name: str = "orders", *, sort: bool = False, more: Any = None, **sse: Any) -> Any:
        if "KMSMasterKeyId" in sse:
            sse = {"Enabled": True, "SSEType": "KMS", **sse}
        attributes = ["id", "line"] if sort else ["id"]
        asked = {
            "TableName": name,
            "KeySchema": [
                {"AttributeName": attribute, "KeyType": kind}
                for attribute, kind in zip(attributes, ("HASH", "RANGE"), strict=False)
            ],
            "AttributeDefinitions": [
                {"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes
            ],
            "BillingMode": "PAY_PER_REQUEST",
        }
        if sse:
            asked["SSESpecification"] = sse
        return dynamodb.create_table(**{**asked, **(more or {})})["TableDescription"]

    return make


@pytest.fixture
def table(make_table: Any, dynamodb: Any, key: str) -> str:
    """T: a table under K, with one item."""
    make_table("orders", KMSMasterKeyId=key)
    dynamodb.put_item(TableName="orders", Item=item("1"))
    return "orders"


def item(name: str, text: str = "four blue chairs") -> dict[str, Any]:
    return {"id": {"S": name}, "what": {"S": text}}


@pytest.fixture
def user(sandbox: Sandbox, make_user: Any) -> Any:
    """U: a user with AmazonDynamoDBFullAccess and nothing else; a DynamoDB client."""
    sandbox.services.iam.load_managed_policy(FULL_ACCESS, sandbox.account_id)
    return make_user("mira", FULL_ACCESS).client("dynamodb", config=ONCE)


@pytest.fixture
def calls(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every call from now on, those of DynamoDB to KMS too: ``(call, result, error)``."""
    found: list[Any] = []

    class Recorder:
        def new_event_id(self) -> str:
            return ""

        def call_ended(self, call: Any, result: Any, error: Any) -> None:
            found.append((call, result, error))

    monkeypatch.setattr(sandbox._gate, "recorder", Recorder())
    return found


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The associated data of all that is decrypted with a data encryption key from now on."""
    found: list[bytes] = []
    opens = DataKey.open

    def counted(self: DataKey, sealed: bytes, associated_data: bytes) -> bytes:
        found.append(associated_data)
        return opens(self, sealed, associated_data)

    monkeypatch.setattr(DataKey, "open", counted)
    return found


@contextlib.contextmanager
def refused(code: str, *parts: str) -> Iterator[None]:
    """The block is refused with this code; the message has these parts."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    for part in parts:
        assert part in error["Message"], error["Message"]


@pytest.fixture(name="refused")
def refused_fixture() -> Callable[..., Any]:
    """``with refused(code, *parts):``; see the function."""
    return refused


@pytest.fixture(name="item")
def item_fixture() -> Callable[..., dict[str, Any]]:
    """``item(name, text)``: a row of the table ``orders``."""
    return item


@pytest.fixture
def let(sandbox: Sandbox) -> Callable[..., None]:
    """``let("kms:Decrypt", on=key)`` gives U an inline policy; ``let()`` takes it away."""
    import json

    def change(*actions: str, on: str = "*", effect: str = "Allow", **condition: Any) -> None:
        iam = boto3.client("iam")
        if not actions:
            iam.delete_user_policy(UserName="mira", PolicyName="more")
            return
        statement = {"Effect": effect, "Action": actions, "Resource": on}
        if condition:
            statement["Condition"] = condition
        document = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_user_policy(UserName="mira", PolicyName="more", PolicyDocument=json.dumps(document))

    return change
