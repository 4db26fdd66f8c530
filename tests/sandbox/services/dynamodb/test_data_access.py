"""Who may read and write a table under a KMS key (F82-F94)."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest

from tests.sandbox.services.dynamodb.common import ACCOUNT, DENIED, KEY, USER, add_to_key, get, put


@pytest.mark.behaviour(82)
def test_a_key_of_aws_asks_nothing_more(
    make_table: Any, dynamodb: Any, user: Any, calls: Any, item: Any
) -> None:
    make_table()
    dynamodb.put_item(TableName="orders", Item=item("1"))
    assert get(user) == item("1")
    assert not [call for call, _, _ in calls if call.service == "kms"]


@pytest.mark.behaviour(83)
def test_the_aws_managed_key_asks_nothing_of_the_user(
    make_table: Any, dynamodb: Any, user: Any, item: Any
) -> None:
    make_table(Enabled=True)
    dynamodb.put_item(TableName="orders", Item=item("1"))
    assert get(user) == item("1")
    assert user.scan(TableName="orders")["Items"] == [item("1")]


@pytest.mark.behaviour(84)
@pytest.mark.parametrize("operation", ["get_item", "query", "scan"])
def test_the_denial(table: str, user: Any, key: str, refused: Any, operation: str) -> None:
    asked = {
        "get_item": {"Key": KEY},
        "query": {
            "KeyConditionExpression": "id = :i",
            "ExpressionAttributeValues": {":i": {"S": "1"}},
        },
        "scan": {},
    }
    text = (
        f"{DENIED}: com.amazonaws.services.kms.model.AWSKMSException: User: {USER} is not "
        f"authorized to perform: kms:Decrypt on resource: {key} because no identity-based "
        "policy allows the kms:Decrypt action (Service: AWSKMS; Status Code: 400; Error Code: "
        "AccessDeniedException; Request ID: "
    )
    with refused("AccessDeniedException", text, "; Proxy: null)"):
        getattr(user, operation)(TableName="orders", **asked[operation])


@pytest.mark.behaviour(84)
def test_the_denial_names_its_request(table: str, user: Any) -> None:
    with pytest.raises(user.exceptions.ClientError) as caught:
        get(user)
    message = caught.value.response["Error"]["Message"]
    assert re.search(r"Request ID: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}; Proxy", message)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.behaviour(85)
def test_writes_are_denied_and_leave_nothing(
    table: str, user: Any, dynamodb: Any, sandbox: Any, refused: Any
) -> None:
    before = sandbox.at_rest("orders").pages
    with refused("AccessDeniedException", DENIED, "kms:Decrypt"):
        put(user)
    with refused("AccessDeniedException", DENIED, "kms:Decrypt"):
        user.update_item(
            TableName="orders",
            Key=KEY,
            UpdateExpression="SET a = :a",
            ExpressionAttributeValues={":a": {"S": "x"}},
        )
    with refused("AccessDeniedException", DENIED, "kms:Decrypt"):
        user.delete_item(TableName="orders", Key=KEY)
    assert sandbox.at_rest("orders").pages == before
    assert dynamodb.scan(TableName="orders")["Count"] == 1


@pytest.mark.behaviour(86)
def test_looking_at_the_table_needs_no_key(table: str, user: Any) -> None:
    about = user.describe_table(TableName="orders")["Table"]
    assert (about["ItemCount"], about["SSEDescription"]["SSEType"]) == (1, "KMS")
    assert user.list_tables()["TableNames"] == ["orders"]


@pytest.mark.behaviour(87)
def test_encryption_does_not_prevent_deletion(table: str, user: Any, refused: Any) -> None:
    user.delete_table(TableName="orders")
    with refused("ResourceNotFoundException"):
        user.describe_table(TableName="orders")


@pytest.mark.behaviour(88)
def test_dynamodb_is_asked_first(
    table: str, make_user: Any, calls: Any, key: str, refused: Any
) -> None:
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    client = make_user("kim", inline={"Version": "2012-10-17", "Statement": [statement]}).client(
        "dynamodb"
    )
    calls.clear()
    text = (
        f"User: arn:aws:iam::{ACCOUNT}:user/kim is not authorized to perform: dynamodb:GetItem "
        f"on resource: arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders because no "
        "identity-based policy allows the dynamodb:GetItem action"
    )
    with refused("AccessDeniedException", text):
        get(client)
    assert not [call for call, _, _ in calls if call.service == "kms"]


@pytest.mark.behaviour(84, 89)
def test_a_key_user_reads(
    table: str, user: Any, kms: Any, key: str, item: Any, refused: Any
) -> None:
    add_to_key(kms, key, None)
    with refused("AccessDeniedException", DENIED, "because no identity-based policy allows"):
        get(user)
    add_to_key(kms, key, USER)
    assert get(user) == item("1")


@pytest.mark.behaviour(90, 94)
def test_decrypt_in_an_iam_policy_is_enough_to_read_and_write(
    table: str, user: Any, let: Any, key: str, item: Any
) -> None:
    let("kms:Decrypt", on=key)
    assert get(user) == item("1")
    put(user)
    assert user.scan(TableName="orders")["Count"] == 2


@pytest.mark.behaviour(57)
def test_decrypt_through_dynamodb_only(
    table: str, user: Any, let: Any, kms: Any, key: str, sandbox: Any, item: Any, refused: Any
) -> None:
    via = {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}
    let("kms:Decrypt", on=key, StringEquals=via)
    assert get(user) == item("1")
    stored = sandbox.at_rest("orders")
    key_pair = boto3.client("iam").create_access_key(UserName="mira")["AccessKey"]
    own = boto3.client(
        "kms",
        aws_access_key_id=key_pair["AccessKeyId"],
        aws_secret_access_key=key_pair["SecretAccessKey"],
    )
    with refused("AccessDeniedException"):
        own.decrypt(
            CiphertextBlob=stored.wrapped_table_key, EncryptionContext=stored.encryption_context
        )


def test_decrypt_for_one_table_only(
    table: str,
    make_table: Any,
    dynamodb: Any,
    user: Any,
    let: Any,
    key: str,
    item: Any,
    refused: Any,
) -> None:
    """B15: the encryption context as a condition."""
    make_table("bills", KMSMasterKeyId=key)
    dynamodb.put_item(TableName="bills", Item=item("1"))
    let("kms:Decrypt", StringEquals={"kms:EncryptionContext:aws:dynamodb:tableName": "orders"})
    assert get(user) == item("1")
    with refused("AccessDeniedException", DENIED):
        get(user, "bills")


@pytest.mark.behaviour(91)
@pytest.mark.parametrize("constraint", [None, {"aws:dynamodb:tableName": "orders"}])
def test_a_grant_reads(
    table: str, user: Any, kms: Any, key: str, item: Any, constraint: Any
) -> None:
    more = {"Constraints": {"EncryptionContextSubset": constraint}} if constraint else {}
    kms.create_grant(KeyId=key, GranteePrincipal=USER, Operations=["Decrypt"], **more)
    assert get(user) == item("1")


@pytest.mark.behaviour(92)
def test_a_grant_for_another_table(table: str, user: Any, kms: Any, key: str, refused: Any) -> None:
    subset = {"aws:dynamodb:tableName": "bills"}
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=USER,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": subset},
    )
    with refused("AccessDeniedException", DENIED):
        get(user)


@pytest.mark.behaviour(93)
def test_an_alias_as_resource_does_not_help(
    table: str, user: Any, let: Any, kms: Any, key: str, refused: Any
) -> None:
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key)
    let("kms:Decrypt", on=f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/orders")
    with refused("AccessDeniedException", DENIED):
        get(user)


@pytest.mark.behaviour(105)
def test_boto3_has_no_access_denied_exception_for_dynamodb(table: str, user: Any) -> None:
    """Nor one for what DynamoDB says of a disabled key: a program asks for the error's code."""
    for name in ("AccessDeniedException", "ValidationException"):
        with pytest.raises(AttributeError):
            getattr(user.exceptions, name)
    with pytest.raises(user.exceptions.ClientError) as caught:
        get(user)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert str(caught.value).startswith(
        "An error occurred (AccessDeniedException) when calling the GetItem operation"
    )
