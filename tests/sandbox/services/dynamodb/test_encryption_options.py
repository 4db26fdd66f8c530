"""The three options, what is refused, and changing from one to another (F61-F76)."""

from __future__ import annotations

from itertools import product
from typing import Any

import boto3
import pytest

from tests.sandbox.services.dynamodb.common import ACCOUNT, switch, to_key

INVALID = "One or more parameter values were invalid: "


def sse_of(dynamodb: Any, name: str = "orders") -> dict[str, Any] | None:
    return dynamodb.describe_table(TableName=name)["Table"].get("SSEDescription")


def wait(sandbox: Any, dynamodb: Any) -> dict[str, Any] | None:
    sandbox.advance(seconds=30)
    return sse_of(dynamodb)


@pytest.mark.behaviour(61)
@pytest.mark.parametrize("sse", [{}, {"Enabled": False}])
def test_without_a_specification_a_key_of_aws_is_used(
    make_table: Any, dynamodb: Any, sse: Any
) -> None:
    assert "SSEDescription" not in make_table(**sse)
    assert sse_of(dynamodb) is None


@pytest.mark.behaviour(62)
@pytest.mark.parametrize(
    "sse",
    [
        {"Enabled": True},
        {"Enabled": True, "SSEType": "KMS"},
        {"SSEType": "KMS"},
        {"KMSMasterKeyId": "alias/aws/dynamodb"},
    ],
)
def test_the_aws_managed_key(make_table: Any, dynamodb: Any, kms: Any, sse: Any) -> None:
    made = make_table(**sse)["SSEDescription"]
    assert (made["Status"], made["SSEType"]) == ("ENABLED", "KMS")
    about = kms.describe_key(KeyId=made["KMSMasterKeyArn"])["KeyMetadata"]
    assert about["KeyManager"] == "AWS"
    assert sse_of(dynamodb) == made


@pytest.mark.behaviour(63)
@pytest.mark.parametrize("form", ["id", "arn", "alias", "alias arn"])
def test_a_customer_managed_key_however_it_is_named(
    make_table: Any, dynamodb: Any, kms: Any, key: str, form: str
) -> None:
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    alias_arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/orders"
    named = {"id": key.split("/")[1], "arn": key, "alias": "alias/orders", "alias arn": alias_arn}
    made = make_table(KMSMasterKeyId=named[form])
    expected = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
    assert made["SSEDescription"] == expected == sse_of(dynamodb)


def test_an_alias_is_read_once(make_table: Any, dynamodb: Any, kms: Any, key: str) -> None:
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    make_table(KMSMasterKeyId="alias/orders")
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.update_alias(AliasName="alias/orders", TargetKeyId=other)
    assert sse_of(dynamodb)["KMSMasterKeyArn"] == key


@pytest.mark.behaviour(64, 65, 66)
@pytest.mark.parametrize(
    ("sse", "text"),
    [
        ({"KMSMasterKeyId": "x"}, "SSEType KMS is required if KMSMasterKeyId is specified"),
        ({"Enabled": False, "SSEType": "KMS"}, "SSEType can not be specified if Enabled is false"),
        (
            {"Enabled": False, "KMSMasterKeyId": "x"},
            "KMSMasterKeyId can not be specified if Enabled is false",
        ),
        ({"Enabled": True, "SSEType": "AES256"}, "SSEType AES256 is not supported"),
    ],
)
def test_members_that_do_not_go_together(dynamodb: Any, refused: Any, sse: Any, text: str) -> None:
    schema = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
    with refused("ValidationException", INVALID + text):
        dynamodb.create_table(
            TableName="orders",
            **schema,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification=sse,
        )
    assert dynamodb.list_tables()["TableNames"] == []


@pytest.mark.parametrize(
    ("sse", "text"),
    [
        (
            {"SSEType": "kms"},
            "1 validation error detected: Value 'kms' at 'sSESpecification.sSEType' failed to "
            "satisfy constraint: Member must satisfy enum value set: [AES256, KMS]",
        ),
        (
            {"SSEType": "KMS", "KMSMasterKeyId": ""},
            "1 validation error detected: Value '' at 'sSESpecification.kMSMasterKeyId' failed to "
            "satisfy constraint: Member must have length greater than or equal to 1",
        ),
    ],
)
def test_values_that_the_members_cannot_have(
    make_table: Any, dynamodb: Any, refused: Any, sse: Any, text: str
) -> None:
    """B6."""
    make_table()
    with refused("ValidationException", text):
        switch(dynamodb, **sse)


@pytest.mark.behaviour(70)
def test_from_a_key_of_aws_to_a_customer_managed_key(
    sandbox: Any, make_table: Any, dynamodb: Any, key: str, item: Any
) -> None:
    make_table()
    dynamodb.put_item(TableName="orders", Item=item("1"))
    answer = to_key(dynamodb, key)
    assert answer["TableStatus"] == "ACTIVE"
    assert answer["SSEDescription"] == {"Status": "UPDATING"}
    sandbox.advance(seconds=9)
    now = dynamodb.describe_table(TableName="orders")["Table"]
    assert now["TableStatus"] == "ACTIVE"
    assert now["SSEDescription"] == {
        "Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": key,
    }  # fmt: skip
    assert wait(sandbox, dynamodb)["Status"] == "ENABLED"
    assert dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"] == item("1")


@pytest.mark.behaviour(71)
def test_from_one_key_to_another(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, item: Any
) -> None:
    other = kms.create_key()["KeyMetadata"]["Arn"]
    before = sandbox.at_rest("orders")
    answer = to_key(dynamodb, other)["SSEDescription"]
    assert (answer["Status"], answer["KMSMasterKeyArn"]) == ("UPDATING", key)
    sandbox.advance(seconds=10)
    assert sse_of(dynamodb)["KMSMasterKeyArn"] == other
    assert wait(sandbox, dynamodb) == {
        "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": other,
    }  # fmt: skip
    assert kms.list_grants(KeyId=key)["Grants"] == []
    assert len(kms.list_grants(KeyId=other)["Grants"]) == 2
    after = sandbox.at_rest("orders")
    assert after.wrapped_table_key != before.wrapped_table_key
    assert after.pages == before.pages  # The items are not encrypted anew (B17).
    assert dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"] == item("1")


def test_back_to_a_key_of_aws(sandbox: Any, table: str, dynamodb: Any, item: Any) -> None:
    """B7."""
    assert switch(dynamodb, Enabled=False)["SSEDescription"]["Status"] == "UPDATING"
    assert wait(sandbox, dynamodb) is None
    assert sandbox.at_rest("orders").key_arn is None
    assert dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"] == item("1")


OPTIONS: dict[str, dict[str, Any]] = {
    "owned": {"Enabled": False},
    "managed": {"Enabled": True},
    "customer": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/orders"},
}


#: From what to what; owned to owned is refused: see test_switching_off_what_is_off.
CHANGES = [pair for pair in product(OPTIONS, OPTIONS) if pair != ("owned", "owned")]


@pytest.mark.parametrize(("start", "end"), CHANGES)
def test_every_change_keeps_the_rows(
    sandbox: Any,
    make_table: Any,
    dynamodb: Any,
    kms: Any,
    key: str,
    item: Any,
    start: str,
    end: str,
) -> None:
    """B7; to the option it has, a table goes by naming an alias only (B10)."""
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    make_table(**OPTIONS[start])
    dynamodb.put_item(TableName="orders", Item=item("1"))
    managed = {"SSEType": "KMS", "KMSMasterKeyId": "alias/aws/dynamodb"}
    switch(dynamodb, **(managed if start == end == "managed" else OPTIONS[end]))
    dynamodb.put_item(TableName="orders", Item=item("2"))  # While it goes on, too.
    about = wait(sandbox, dynamodb)
    keys = {"owned": None, "customer": key}
    if end == "managed":
        keys["managed"] = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    assert (about or {}).get("KMSMasterKeyArn") == keys[end]
    assert sandbox.at_rest("orders").key_arn == keys[end]
    sandbox.advance(minutes=6)
    found = dynamodb.scan(TableName="orders")["Items"]
    assert found == [item("1"), item("2")]
    assert len(kms.list_grants(KeyId=key)["Grants"]) == (2 if end == "customer" else 0)


@pytest.mark.parametrize("sse", [{"Enabled": True}, {"SSEType": "KMS"}])
def test_the_aws_managed_key_again(make_table: Any, dynamodb: Any, refused: Any, sse: Any) -> None:
    """Refused as the same ARN is: the sandbox's assumption."""
    make_table(Enabled=True)
    with refused("ValidationException", f"{INVALID}Table is already encrypted with given KMSMast"):
        switch(dynamodb, **sse)


def test_asking_again_and_again_comes_to_an_end(make_table: Any, dynamodb: Any, key: str) -> None:
    make_table()
    to_key(dynamodb, key)
    asked = 1
    while sse_of(dynamodb)["Status"] == "UPDATING" and asked < 20:
        asked += 1
    assert 2 <= asked < 10


@pytest.mark.behaviour(72)
def test_no_deletion_while_the_encryption_changes(
    sandbox: Any, make_table: Any, dynamodb: Any, key: str, refused: Any
) -> None:
    make_table()
    to_key(dynamodb, key)
    text = (
        "Attempt to change a resource which is still in use: Table: orders is in the process "
        "of being updated."
    )
    with refused("ResourceInUseException", text):
        dynamodb.delete_table(TableName="orders")
    with refused("ResourceInUseException", text):
        switch(dynamodb, Enabled=True)
    sandbox.advance(seconds=23)
    dynamodb.delete_table(TableName="orders")


@pytest.mark.behaviour(73)
def test_the_same_key_again(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    with refused(
        "ValidationException",
        f"{INVALID}Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId "
        "parameter if you want to change Master Key",
    ):
        to_key(dynamodb, key)
    assert to_key(dynamodb, key.split("/")[1])["SSEDescription"]["Status"] == "UPDATING"
    wait(sandbox, dynamodb)
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    assert to_key(dynamodb, "alias/orders")["SSEDescription"]["Status"] == "UPDATING"


@pytest.mark.behaviour(74)
def test_switching_off_what_is_off(make_table: Any, dynamodb: Any, refused: Any) -> None:
    make_table()
    with refused("ValidationException", f"{INVALID}Table is already encrypted by default"):
        switch(dynamodb, Enabled=False)


@pytest.mark.behaviour(75)
def test_four_changes_a_day(
    sandbox: Any, make_table: Any, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    make_table()
    keys = [key, *(kms.create_key()["KeyMetadata"]["Arn"] for _ in range(5))]
    kms.disable_key(KeyId=keys[5])
    with refused("ValidationException", "KMS key disabled error"):
        to_key(dynamodb, keys[5])  # What fails does not count.
    for changed in keys[:4]:
        to_key(dynamodb, changed)
        wait(sandbox, dynamodb)
    text = "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window"
    for wanted in (keys[4], keys[5]):  # The quota is looked at before the key.
        with refused("LimitExceededException", text, "Number of updates today: 4. Last change at"):
            to_key(dynamodb, wanted)
    sandbox.advance(hours=6)
    to_key(dynamodb, keys[4])
    wait(sandbox, dynamodb)
    with refused("LimitExceededException", "Number of updates today: 5"):
        to_key(dynamodb, keys[0])
    switch(dynamodb, Enabled=False)  # Always allowed.
    sandbox.advance(hours=25)
    to_key(dynamodb, keys[0])


@pytest.mark.behaviour(76)
def test_a_change_comes_alone(table: str, dynamodb: Any, refused: Any) -> None:
    text = "Server-Side Encryption modification must be the only operation in the request"
    with refused("ValidationException", INVALID + text):
        dynamodb.update_table(
            TableName="orders",
            SSESpecification={"Enabled": False},
            BillingMode="PAY_PER_REQUEST",
        )
    with refused("ValidationException", INVALID + text):  # Also with what the sandbox lacks.
        dynamodb.update_table(
            TableName="orders", SSESpecification={"Enabled": False}, TableClass="STANDARD"
        )


def test_a_table_of_the_resource_interface_waits(sandbox: Any, key: str) -> None:
    """``wait_until_exists`` and ``wait_until_not_exists`` end."""
    table = boto3.resource("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert table.table_status == "CREATING"
    table.wait_until_exists()
    table.reload()
    assert table.table_status == "ACTIVE"
    table.delete()
    table.wait_until_not_exists()
