"""The AWS managed keys, ``aws/dynamodb`` before all, and the aliases that AWS predefines."""

from __future__ import annotations

import json

import pytest

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture
def managed(sandbox, kms):
    """The account's ``aws/dynamodb`` key, as DynamoDB would have it made."""
    return sandbox.services.kms.managed_key("dynamodb", ACCOUNT, REGION)


def test_it_is_made_on_first_use_and_once(sandbox, kms, refused):
    assert kms.list_keys()["Keys"] == []
    first = sandbox.services.kms.managed_key("dynamodb", ACCOUNT, REGION)
    assert sandbox.services.kms.managed_key("dynamodb", ACCOUNT, REGION) is first
    (alias,) = [alias for alias in kms.list_aliases()["Aliases"] if "TargetKeyId" in alias]
    assert (alias["AliasName"], alias["TargetKeyId"]) == ("alias/aws/dynamodb", first.key_id)
    made = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert made["Arn"] == first.arn and made["KeyManager"] == "AWS"
    text = "Default key that protects my DynamoDB data when no other key is defined"
    assert made["Description"] == text


def test_describing_its_alias_makes_it(kms):
    assert kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["KeyManager"] == "AWS"


def test_predefined_aliases_are_listed_before_their_keys_are_made(kms, key):
    """H11, H61."""
    listed = {alias["AliasName"]: alias for alias in kms.list_aliases()["Aliases"]}
    assert {"alias/aws/dynamodb", "alias/aws/s3", "alias/aws/ssm"} <= set(listed)
    assert not any("TargetKeyId" in alias for alias in listed.values())
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/ssm"
    assert listed["alias/aws/ssm"] == {"AliasName": "alias/aws/ssm", "AliasArn": arn}
    assert kms.list_aliases(KeyId=key["KeyId"])["Aliases"] == []
    assert len(kms.list_keys()["Keys"]) == 1


@pytest.mark.parametrize("form", ["alias/aws/{}", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/{{}}"])
def test_describing_a_predefined_alias_makes_its_key_once(kms, refused, form):
    for alias in kms.list_aliases()["Aliases"]:
        name = alias["AliasName"].removeprefix("alias/aws/")
        made, again = (kms.describe_key(KeyId=form.format(name))["KeyMetadata"] for _ in range(2))
        assert made == again and made["KeyManager"] == "AWS"
        document = json.loads(kms.get_key_policy(KeyId=made["KeyId"])["Policy"])
        assert document["Id"] == f"auto-{name}-1"
        with refused("AccessDeniedException"):
            kms.disable_key(KeyId=made["KeyId"])
    assert all("TargetKeyId" in alias for alias in kms.list_aliases()["Aliases"])


def test_an_alias_that_aws_does_not_predefine_is_not_there(kms, refused):
    text = f"Alias arn:aws:kms:{REGION}:{ACCOUNT}:alias/aws/nothing is not found."
    with refused("NotFoundException", text):
        kms.describe_key(KeyId="alias/aws/nothing")


def test_its_policy(kms, managed):
    document = json.loads(kms.get_key_policy(KeyId=managed.key_id)["Policy"])
    assert document["Id"] == "auto-dynamodb-1"
    data, metadata, service = document["Statement"]
    assert data["Principal"] == {"AWS": "*"}
    assert data["Condition"] == {
        "StringEquals": {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": f"dynamodb.{REGION}.amazonaws.com",
        }
    }
    assert data["Action"] == [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:CreateGrant",
        "kms:DescribeKey",
    ]
    assert metadata["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert metadata["Action"] == ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
    assert service["Principal"] == {"Service": "dynamodb.amazonaws.com"}


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("schedule_key_deletion", {}),  # A27
        ("disable_key", {}),
        ("put_key_policy", {"Policy": "{}"}),
        ("disable_key_rotation", {}),
        ("tag_resource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("encrypt", {"Plaintext": b"x"}),
    ],
)
def test_not_even_an_administrator_changes_or_uses_it(kms, managed, refused, operation, params):
    with refused("AccessDeniedException", contains="no resource-based policy allows"):
        getattr(kms, operation)(KeyId=managed.key_id, **params)
    with refused("AccessDeniedException", contains="no resource-based policy allows"):
        kms.create_alias(AliasName="alias/mine", TargetKeyId=managed.key_id)


def test_it_rotates_every_year(sandbox, kms, managed):
    sandbox.advance(days=740)
    assert len(kms.list_key_rotations(KeyId=managed.key_id)["Rotations"]) == 2
    assert kms.get_key_rotation_status(KeyId=managed.key_id)["KeyRotationEnabled"]
