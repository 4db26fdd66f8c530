"""What every boto3 that the library takes can do with it.

The suite runs this with the boto3 of the lock, and `.ci/oldest` with the oldest one that
sandbox/pyproject.toml names, so it asks for nothing that AWS added later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox, sandboxed
from refusal.testing import as_role, as_user, denied

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
KEY = {"id": {"S": "1"}}
ITEM = {**KEY, "team": {"S": "red"}, "points": {"N": "7"}}


@pytest.fixture
def account() -> Iterator[Sandbox]:
    """A sandbox with a table under a key."""
    with Sandbox() as running:
        key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        boto3.client("kms").create_alias(AliasName="alias/scores", TargetKeyId=key)
        boto3.client("dynamodb").create_table(
            TableName="scores",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        )
        boto3.client("dynamodb").put_item(TableName="scores", Item=ITEM)
        yield running


def read(session: Any) -> Any:
    return session.client("dynamodb").get_item(TableName="scores", Key=KEY)["Item"]


def allow(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_the_crux(account: Sandbox) -> None:
    for session, name in (as_user("mira", FULL), "mira"), (as_role("reader", FULL), "reader"):
        with denied("kms:Decrypt", by=name, because="identity-based policy") as denial:
            read(session)
        asked = account.explain(denial.error).to_json()["steps"]
        assert [(one["action"], one["decision"]) for one in asked] == [
            ("dynamodb:GetItem", "allow"),
            ("kms:Decrypt", "implicit_deny"),
        ]
        assert "no identity-based policy of the caller allows kms:Decrypt" in asked[1]["why"]
        assert asked[1]["why"] in str(account.explain(denial.error))
    assert read(as_user("mira", allow("kms:Decrypt"))) == ITEM
    assert read(as_role("reader", allow("kms:Decrypt"))) == ITEM


def test_nothing_of_a_row_is_readable_at_rest(account: Sandbox) -> None:
    assert "red" not in json.dumps(account.at_rest("scores").to_json())


def test_kms(account: Sandbox) -> None:
    kms = boto3.client("kms")
    context = {"purpose": "test"}
    sealed = kms.encrypt(KeyId="alias/scores", Plaintext=b"x", EncryptionContext=context)
    blob = sealed["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"x"
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=blob)
    pair = kms.generate_data_key(KeyId="alias/scores", KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=pair["CiphertextBlob"])["Plaintext"] == pair["Plaintext"]
    signing = kms.create_key(CustomerMasterKeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    asked = {"KeyId": signing["KeyMetadata"]["KeyId"], "Message": b"m"}
    asked["SigningAlgorithm"] = "ECDSA_SHA_256"
    assert kms.verify(**asked, Signature=kms.sign(**asked)["Signature"])["SignatureValid"]


def test_a_grant_and_its_end(account: Sandbox) -> None:
    kms, mira = boto3.client("kms"), as_user("mira", FULL)
    key = kms.describe_key(KeyId="alias/scores")["KeyMetadata"]["Arn"]
    arn = boto3.client("iam").get_user(UserName="mira")["User"]["Arn"]
    grant = kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Decrypt"])
    assert read(mira) == ITEM
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    account.advance(minutes=6)
    with denied("kms:Decrypt", by="mira"):
        read(mira)


def test_dynamodb(account: Sandbox) -> None:
    dynamodb = boto3.client("dynamodb")
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.put_item(
            TableName="scores", Item=KEY, ConditionExpression="attribute_not_exists(id)"
        )
    got = dynamodb.update_item(
        TableName="scores", Key=KEY, UpdateExpression="SET points = points + :n",
        ExpressionAttributeValues={":n": {"N": "1"}}, ReturnValues="ALL_NEW",
    )  # fmt: skip
    assert got["Attributes"]["points"] == {"N": "8"}
    dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": "scores", "Item": {"id": {"S": "2"}}}}]
    )
    assert dynamodb.scan(TableName="scores")["Count"] == 2
    rows = boto3.resource("dynamodb").Table("scores").scan()["Items"]
    assert sorted(row["id"] for row in rows) == ["1", "2"]


def test_the_trail(account: Sandbox) -> None:
    boto3.client("kms").list_keys()
    found = boto3.client("cloudtrail").lookup_events(MaxResults=1)["Events"]
    assert found[0]["EventName"] == "ListKeys"
    assert account.trail.events(name="GetCallerIdentity") == []
    boto3.client("sts").get_caller_identity()
    assert len(account.trail.events(name="GetCallerIdentity")) == 1


def test_saved_and_loaded(account: Sandbox, tmp_path: Path) -> None:
    account.save(tmp_path / "account.json")
    account.stop()
    with Sandbox.load(tmp_path / "account.json"):
        assert read(boto3) == ITEM


@sandboxed
def test_the_decorator_guards_clients() -> None:
    assert boto3.client("sts").get_caller_identity()["Arn"].endswith(":user/admin")
    with pytest.raises(ClientError):  # Not AWS's answer, but the sandbox's: it has no Amazon S3.
        boto3.client("s3").list_buckets()
