"""The trail records every call as CloudTrail does, and no secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.services.audit import trail as trail_module
from tests.sandbox.services.audit.looking import lookup

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
CONTEXT = {"aws:dynamodb:tableName": "players", "aws:dynamodb:subscriberId": "123456789012"}
KEY = {"id": {"S": "p-001"}}


def records(sandbox: Sandbox, name: str) -> list[dict[str, Any]]:
    """The records of one operation, oldest first."""
    return [event.record for event in sandbox.trail.events(name=name)]


def test_an_error_that_moto_answers_is_in_the_record(sandbox: Sandbox) -> None:
    for call in ("put_item", "describe_table"):
        more = {"Item": KEY} if call == "put_item" else {}
        with pytest.raises(ClientError):
            getattr(boto3.client("dynamodb"), call)(TableName="none", **more)
    refused = records(sandbox, "PutItem") + records(sandbox, "DescribeTable")
    assert [record["errorCode"] for record in refused] == ["ResourceNotFoundException"] * 2
    assert "not found" in refused[0]["errorMessage"]


@pytest.mark.behaviour(102)
def test_a_users_read_leaves_a_decrypt_in_that_users_name(
    sandbox: Sandbox, key_arn: str, make_user: Callable[..., boto3.Session]
) -> None:
    mira = make_user("mira", FULL)
    with pytest.raises(ClientError):
        mira.client("dynamodb").get_item(TableName="players", Key=KEY)
    record = records(sandbox, "Decrypt")[-1]
    identity = record["userIdentity"]
    assert identity["type"] == "IAMUser" and identity["userName"] == "mira"
    assert identity["arn"] == "arn:aws:iam::123456789012:user/mira"
    assert identity["invokedBy"] == "dynamodb.amazonaws.com"
    assert record["sourceIPAddress"] == record["userAgent"] == "dynamodb.amazonaws.com"
    assert record["requestParameters"] == {"encryptionContext": CONTEXT}
    assert record["resources"] == [
        {"accountId": "123456789012", "type": "AWS::KMS::Key", "ARN": key_arn}
    ]
    assert record["errorCode"] == "AccessDenied"
    assert "no identity-based policy allows the kms:Decrypt action" in record["errorMessage"]


@pytest.mark.behaviour(102)
def test_what_dynamodb_does_in_its_own_name(sandbox: Sandbox, key_arn: str) -> None:
    [made] = records(sandbox, "GenerateDataKey")
    assert made["userIdentity"] == {"type": "AWSService", "invokedBy": "dynamodb.amazonaws.com"}
    assert made["requestParameters"] == {
        "keyId": key_arn,
        "keySpec": "AES_256",
        "encryptionContext": CONTEXT,
    }
    first, _ = records(sandbox, "CreateGrant")
    grants = boto3.client("kms").list_grants(KeyId=key_arn)["Grants"]
    grant_id = grants[0]["GrantId"]
    assert first["userIdentity"]["userName"] == "admin"
    assert first["requestParameters"]["constraints"] == {"encryptionContextSubset": CONTEXT}
    assert first["responseElements"] == {"grantId": grant_id, "keyId": key_arn}  # H68.
    assert first["readOnly"] is False and made["readOnly"] is True


def test_a_role_session_is_told_from_its_role(sandbox: Sandbox) -> None:
    trust = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = boto3.client("iam").create_role(RoleName="tester", AssumeRolePolicyDocument=document)[
        "Role"
    ]["Arn"]
    keys = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="noon")["Credentials"]
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1"
    )
    session.client("sts").get_caller_identity()
    identity = records(sandbox, "GetCallerIdentity")[-1]["userIdentity"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == "arn:aws:sts::123456789012:assumed-role/tester/noon"
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert (issuer["type"], issuer["arn"], issuer["userName"]) == ("Role", arn, "tester")
    assert lookup(Username="noon")[0]["EventName"] == "GetCallerIdentity"
    [assumed] = records(sandbox, "AssumeRole")
    role = {"accountId": "123456789012", "type": "AWS::IAM::Role", "ARN": arn}
    assert assumed["resources"] == [role]  # H68.
    assert keys["SecretAccessKey"] not in str(assumed)
    assert keys["SessionToken"] not in str(assumed)


def test_no_secret_and_no_item_is_in_any_record(sandbox: Sandbox, key_arn: str) -> None:
    kms, iam = boto3.client("kms"), boto3.client("iam")
    blob = kms.encrypt(KeyId=key_arn, Plaintext=b"launch-code")["CiphertextBlob"]
    plain = kms.decrypt(CiphertextBlob=blob)["Plaintext"]
    data_key = kms.generate_data_key(KeyId=key_arn, KeySpec="AES_256")
    iam.create_user(UserName="mira")
    secret = iam.create_access_key(UserName="mira")["AccessKey"]["SecretAccessKey"]
    iam.create_login_profile(UserName="mira", Password="pass-w0rd")
    grant = kms.create_grant(
        KeyId=key_arn, GranteePrincipal="123456789012", Operations=["Decrypt"]
    )["GrantToken"]
    dynamodb = boto3.client("dynamodb")
    with pytest.raises(ClientError):
        dynamodb.put_item(TableName="absent", Item=KEY | {"name": {"S": "Juno"}})
    kept = "\n".join(repr(vars(event)) + str(event.record) for event in sandbox.trail.events())
    secrets = [secret, "pass-w0rd", "Juno", plain.decode(), grant]
    secrets += [repr(value) for value in (blob, data_key["Plaintext"], data_key["CiphertextBlob"])]
    assert not [text for text in secrets if text in kept]
    assert sandbox.trail.events(name="CreateLoginProfile")


def test_a_direct_decrypt_names_its_algorithm(sandbox: Sandbox, key_arn: str) -> None:
    kms = boto3.client("kms")
    blob = kms.encrypt(KeyId=key_arn, Plaintext=b"x", EncryptionContext={"Game": "Reef"})
    kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext={"Game": "Reef"})
    record = records(sandbox, "Decrypt")[-1]
    assert record["requestParameters"] == {
        "encryptionContext": {"Game": "Reef"},
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    assert record["responseElements"] is None
    assert "invokedBy" not in record["userIdentity"]


def test_members_of_structures_and_keys_of_maps(sandbox: Sandbox) -> None:
    """Structures in lower camel case, as an UpdateTable event of real AWS shows them."""
    with pytest.raises(ClientError):
        boto3.client("dynamodb").update_table(
            TableName="players", SSESpecification={"Enabled": True, "KMSMasterKeyId": "X"}
        )
    [record] = records(sandbox, "UpdateTable")
    assert record["requestParameters"] == {
        "tableName": "players",
        "sSESpecification": {"enabled": True, "kMSMasterKeyId": "X"},
    }


def test_another_region_and_another_account_have_their_own_history(sandbox: Sandbox) -> None:
    boto3.client("kms", region_name="eu-west-1").list_keys()
    other = sandbox.session("210987654321")
    other.client("kms").list_aliases()
    assert not [e for e in lookup() if e["EventName"] in ("ListKeys", "ListAliases")]
    ireland = boto3.client("cloudtrail", region_name="eu-west-1").lookup_events()["Events"]
    assert [e["EventName"] for e in ireland] == ["ListKeys"]
    theirs = other.client("cloudtrail").lookup_events()["Events"]
    assert [e["EventName"] for e in theirs] == ["ListAliases"]


def test_who_only_looks_leaves_no_trace(sandbox: Sandbox) -> None:
    with sandbox.unrecorded():
        boto3.client("kms").list_keys()
    assert not sandbox.trail.events(name="ListKeys")
    boto3.client("kms").list_keys()
    assert len(sandbox.trail.events(name="ListKeys", user="admin")) == 1


def test_the_trail_does_not_grow_without_end(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_module, "MOST", 5)
    short = trail_module.Trail(sandbox._gate.entropy)
    boto3.client("kms").list_keys()
    [event] = sandbox.trail.events(name="ListKeys")
    for _ in range(9):
        short.call_ended(event.call, None, None)
    assert len(short.events()) == 5


def test_the_trail_forgets_what_event_history_forgets(sandbox: Sandbox) -> None:
    """AWS CloudTrail User Guide, "Working with CloudTrail event history": 90 days."""
    kms = boto3.client("kms")
    kms.list_keys()
    sandbox.advance(days=89)
    kms.list_aliases()
    assert sandbox.trail.events(name="ListKeys")
    sandbox.advance(days=2)
    kms.list_aliases()
    assert not sandbox.trail.events(name="ListKeys")
    assert len(sandbox.trail.events(name="ListAliases")) == 2


def test_what_changes_a_key_answers_its_arn_in_the_trail(sandbox: Sandbox) -> None:
    """H68: also where the operation itself answers nothing."""
    kms = boto3.client("kms")
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=arn)
    kms.enable_key(KeyId=arn)
    kms.enable_key_rotation(KeyId=arn)
    kms.tag_resource(KeyId=arn, Tags=[{"TagKey": "a", "TagValue": "b"}])
    kms.create_alias(AliasName="alias/x", TargetKeyId=arn)
    for name in ("DisableKey", "EnableKey", "EnableKeyRotation", "TagResource", "CreateAlias"):
        (record,) = records(sandbox, name)
        assert record["responseElements"] == {"keyId": arn}
    alias = {"ARN": arn.rsplit(":", 1)[0] + ":alias/x", "type": "AWS::KMS::Key"}
    assert record["resources"] == [
        {"accountId": "123456789012", "type": "AWS::KMS::Key", "ARN": arn},
        {"accountId": "123456789012", **alias},
    ]
    kms.update_alias(AliasName="alias/x", TargetKeyId=other)
    assert records(sandbox, "UpdateAlias")[0]["responseElements"] == {"keyId": other}
    kms.encrypt(KeyId=arn, Plaintext=b"x")
    assert records(sandbox, "Encrypt")[0]["responseElements"] is None
    with pytest.raises(ClientError):
        kms.create_alias(AliasName="alias/x", TargetKeyId=arn)
    assert records(sandbox, "CreateAlias")[1]["responseElements"] is None
    made = records(sandbox, "CreateKey")[0]["responseElements"]
    assert list(made) == ["keyMetadata"] and made["keyMetadata"]["arn"] == arn


def test_what_changes_a_table_answers_its_description_in_the_trail(
    sandbox: Sandbox, key_arn: str
) -> None:
    """H68."""
    options = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn}
    table = {
        "TableName": "games",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(**table)
    dynamodb.update_table(TableName="games", SSESpecification=options)
    (record,) = records(sandbox, "UpdateTable")
    asked = {"enabled": True, "sSEType": "KMS", "kMSMasterKeyId": key_arn}
    assert record["requestParameters"]["sSESpecification"] == asked
    shown = record["responseElements"]["tableDescription"]
    assert shown["sSEDescription"]["status"] == "UPDATING"
    assert shown["tableName"] == "games"
    assert re.fullmatch(r"Jan 5, 2026, \d+:\d\d:\d\d AM", shown["creationDateTime"])
    for name in ("PutItem", "DescribeTable"):
        assert all(record["responseElements"] is None for record in records(sandbox, name))


@pytest.mark.parametrize(
    ("hours", "written"),
    [(0, "Jan 5, 2026, 9:00:"), (3, "Jan 5, 2026, 12:00:"), (15, "Jan 6, 2026, 12:00:")],
)
def test_a_time_in_an_answer_is_written_out(sandbox: Sandbox, hours: int, written: str) -> None:
    """H68: with the month's name, and with twelve hours."""
    sandbox.advance(hours=hours)
    boto3.client("kms").create_key()
    shown = records(sandbox, "CreateKey")[-1]["responseElements"]["keyMetadata"]["creationDate"]
    assert shown.startswith(written)
    assert shown.endswith(" PM" if hours == 3 else " AM")


def test_a_key_that_a_call_names_twice_is_one_resource(sandbox: Sandbox) -> None:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["Arn"])
    (record,) = records(sandbox, "ReEncrypt")
    assert [resource["ARN"] for resource in record["resources"]] == [key["Arn"]]


def test_credentials_are_shown_without_their_secrets(sandbox: Sandbox) -> None:
    """H68."""
    sts = boto3.client("sts")
    given = sts.get_federation_token(Name="bob")
    (record,) = records(sandbox, "GetFederationToken")
    shown = record["responseElements"]
    assert shown["credentials"]["accessKeyId"] == given["Credentials"]["AccessKeyId"]
    assert shown["federatedUser"]["arn"] == given["FederatedUser"]["Arn"]
    text = json.dumps(record)
    assert given["Credentials"]["SecretAccessKey"] not in text
    assert given["Credentials"]["SessionToken"] not in text


def test_a_key_is_its_own_accounts(sandbox: Sandbox, key_arn: str) -> None:
    """AWS CloudTrail User Guide, "resources": the account ID of the resource's owner."""
    other = sandbox.session("444455556666").client("kms")
    with pytest.raises(ClientError):
        other.encrypt(KeyId=key_arn, Plaintext=b"x")
    boto3.client("kms").encrypt(KeyId=key_arn, Plaintext=b"x")
    for record in records(sandbox, "Encrypt"):
        for resource in record["resources"]:
            assert resource["accountId"] == "123456789012"


def test_a_use_of_another_accounts_key_is_in_both_trails(
    sandbox: Sandbox, key_arn: str, make_user: Callable[..., boto3.Session]
) -> None:
    """KMS Developer Guide, "Logging AWS KMS API calls": unless it was denied."""
    other = sandbox.session("444455556666")

    def trails() -> list[list[tuple[str, str]]]:
        found = []
        for session in (boto3.Session(), other):
            events = session.client("cloudtrail").lookup_events(
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Encrypt"}]
            )["Events"]
            records = [json.loads(event["CloudTrailEvent"]) for event in events]
            found.append(
                [(r["userIdentity"]["accountId"], r["recipientAccountId"]) for r in records]
            )
            assert all("errorCode" in r or "sharedEventID" in r for r in records)
        return found

    with pytest.raises(ClientError):
        other.client("kms").encrypt(KeyId=key_arn, Plaintext=b"x")
    assert trails() == [[], [("444455556666", "444455556666")]]
    kms = boto3.client("kms")
    policy = json.loads(kms.get_key_policy(KeyId=key_arn)["Policy"])
    more = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "kms:Encrypt"}
    policy["Statement"].append({**more, "Resource": "*"})
    kms.put_key_policy(KeyId=key_arn, Policy=json.dumps(policy))
    other.client("kms").encrypt(KeyId=key_arn, Plaintext=b"x")
    owner, caller = trails()
    assert owner == [("444455556666", "123456789012")]
    assert caller == [("444455556666", "444455556666")] * 2
