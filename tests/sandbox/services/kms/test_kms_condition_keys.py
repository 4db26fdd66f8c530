"""The condition keys that KMS fills (A65-A68)."""

from __future__ import annotations

import pytest

from tests.sandbox.services.kms.test_kms_authorization import (
    ACCOUNT,
    OTHER,
    USER,
    iam_policy,
    not_identity,
)

A = pytest.mark.behaviour


@A(103)
def test_a_negated_condition_holds_on_an_absent_key(
    kms, key, blob, make_user, refused, policy, statement
):
    client = make_user("u").client("kms")
    elsewhere = {"StringNotEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    listed = statement(USER, "kms:Decrypt", Condition=elsewhere)
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(listed))
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


@A(104)
def test_for_all_values_holds_without_a_context(
    kms, key, blob, make_user, refused, policy, statement
):
    client = make_user("u").client("kms")
    keys = {"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["a"]}}
    listed = statement(USER, "kms:Decrypt", "kms:Encrypt", Condition=keys)
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(listed))
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    with refused("AccessDeniedException"):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"b": "c"})


@pytest.mark.parametrize(
    ("operator", "name", "value", "action", "good", "bad"),
    [
        (
            "StringEquals",
            "kms:EncryptionContext:APP",
            "x",
            "encrypt",
            {"Plaintext": b"x", "EncryptionContext": {"app": "x"}},
            {"Plaintext": b"x", "EncryptionContext": {"app": "X"}},
        ),
        (
            "ForAnyValue:StringEquals",
            "kms:EncryptionContextKeys",
            "a",
            "encrypt",
            {"Plaintext": b"x", "EncryptionContext": {"a": "1", "b": "2"}},
            {"Plaintext": b"x", "EncryptionContext": {"A": "1"}},
        ),
        (
            "ForAllValues:StringEquals",
            "kms:GrantOperations",
            ["Decrypt", "DescribeKey"],
            "create_grant",
            {"GranteePrincipal": USER, "Operations": ["Decrypt"]},
            {"GranteePrincipal": USER, "Operations": ["Decrypt", "Encrypt"]},
        ),
        (
            "StringEquals",
            "kms:GranteePrincipal",
            USER,
            "create_grant",
            {"GranteePrincipal": USER, "Operations": ["Decrypt"]},
            {"GranteePrincipal": USER[:-1] + "admin", "Operations": ["Decrypt"]},
        ),
        (
            "StringEquals",
            "kms:GrantConstraintType",
            "EncryptionContextEquals",
            "create_grant",
            {
                "GranteePrincipal": USER,
                "Operations": ["Decrypt"],
                "Constraints": {"EncryptionContextEquals": {"a": "b"}},
            },
            {"GranteePrincipal": USER, "Operations": ["Decrypt"]},
        ),
        (
            "NumericLessThanEquals",
            "kms:RotationPeriodInDays",
            "365",
            "enable_key_rotation",
            {},
            {"RotationPeriodInDays": 366},
        ),
        (
            "NumericGreaterThan",
            "kms:ScheduleKeyDeletionPendingWindowInDays",
            "20",
            "schedule_key_deletion",
            {},
            {"PendingWindowInDays": 20},
        ),
        (
            "Bool",
            "kms:BypassPolicyLockoutSafetyCheck",
            "false",
            "put_key_policy",
            {"BypassPolicyLockoutSafetyCheck": False},
            {"BypassPolicyLockoutSafetyCheck": True},
        ),
        (  # The request does not have it: KMS Developer Guide, the key's own example.
            "Null",
            "kms:BypassPolicyLockoutSafetyCheck",
            "true",
            "put_key_policy",
            {},
            {"BypassPolicyLockoutSafetyCheck": False},
        ),
        (
            "ForAnyValue:StringEquals",
            "aws:TagKeys",
            "team",
            "tag_resource",
            {"Tags": [{"TagKey": "team", "TagValue": "x"}]},
            {"Tags": [{"TagKey": "other", "TagValue": "x"}]},
        ),
        (
            "StringEquals",
            "aws:RequestTag/team",
            "x",
            "tag_resource",
            {"Tags": [{"TagKey": "team", "TagValue": "x"}]},
            {"Tags": [{"TagKey": "team", "TagValue": "y"}]},
        ),
    ],
)
def test_condition_keys_of_a_request(
    kms, key, make_user, refused, policy, statement, operator, name, value, action, good, bad
):
    client = make_user("u").client("kms")
    listed = statement(USER, "kms:*", Condition={operator: {name: value}})
    text = policy(listed, root=True)
    kms.put_key_policy(KeyId=key["KeyId"], Policy=text)
    more = {"Policy": text} if action == "put_key_policy" else {}
    with refused("AccessDeniedException"):
        getattr(client, action)(KeyId=key["KeyId"], **bad, **more)
    getattr(client, action)(KeyId=key["KeyId"], **good, **more)


@pytest.mark.parametrize(
    ("operator", "name", "value", "holds"),
    [
        ("StringEquals", "kms:KeySpec", "SYMMETRIC_DEFAULT", True),
        ("StringEquals", "kms:KeySpec", "RSA_2048", False),
        ("StringEquals", "kms:KeyUsage", "ENCRYPT_DECRYPT", True),
        ("StringEquals", "kms:KeyOrigin", "AWS_KMS", True),
        ("Bool", "kms:MultiRegion", "false", True),
        ("StringEquals", "kms:CallerAccount", ACCOUNT, True),
        ("StringEquals", "kms:CallerAccount", OTHER, False),
        ("StringEquals", "aws:ResourceAccount", ACCOUNT, True),
        ("StringEquals", "aws:ResourceTag/team", "x", True),
        ("StringEquals", "aws:ResourceTag/team", "y", False),
        ("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/app", True),
        ("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/other", False),
        ("StringEquals", "aws:username", "u", True),
    ],
)
def test_condition_keys_of_a_key(kms, make_user, refused, operator, name, value, holds):
    condition = {operator: {name: value}}
    client = make_user("u", inline=iam_policy("kms:Encrypt", Condition=condition)).client("kms")
    key = kms.create_key(Tags=[{"TagKey": "team", "TagValue": "x"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/app", TargetKeyId=key)
    if holds:
        assert client.encrypt(KeyId=key, Plaintext=b"x")
    else:
        with refused("AccessDeniedException"):
            client.encrypt(KeyId=key, Plaintext=b"x")


def test_a_right_by_the_alias_that_the_request_names(kms, key, make_user, refused):
    named = {"StringEquals": {"kms:RequestAlias": "alias/app"}}
    client = make_user("u", inline=iam_policy("kms:Encrypt", Condition=named)).client("kms")
    kms.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
    with refused("AccessDeniedException"):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    for name in ("alias/app", f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"):
        client.encrypt(KeyId=name, Plaintext=b"x")


def test_each_key_of_a_re_encrypt_has_its_own_alias(kms, key, make_user, refused):
    """Whoever may use a key by its alias cannot put another key's ciphertext under it."""
    mine = kms.create_key()["KeyMetadata"]
    for name, target in (("alias/secret", key), ("alias/mine", mine)):
        kms.create_alias(AliasName=name, TargetKeyId=target["KeyId"])
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    named = {"StringEquals": {"kms:RequestAlias": "alias/mine"}}
    client = make_user("u", inline=iam_policy("kms:*", Condition=named)).client("kms")
    for source in ({}, {"SourceKeyId": "alias/secret"}, {"SourceKeyId": key["KeyId"]}):
        with refused("AccessDeniedException", not_identity("ReEncryptFrom", key)):
            client.re_encrypt(CiphertextBlob=blob, DestinationKeyId="alias/mine", **source)
    sides = [
        {"Effect": "Allow", "Action": f"kms:ReEncrypt{side}", "Resource": "*",
         "Condition": {"StringEquals": {"kms:RequestAlias": name}}}
        for side, name in (("From", "alias/secret"), ("To", "alias/mine"))
    ]  # fmt: skip
    both = make_user("v", inline={"Version": "2012-10-17", "Statement": sides}).client("kms")
    both.re_encrypt(CiphertextBlob=blob, SourceKeyId="alias/secret", DestinationKeyId="alias/mine")
    with refused("AccessDeniedException", contains="kms:ReEncryptTo"):
        both.re_encrypt(
            CiphertextBlob=blob, SourceKeyId="alias/secret", DestinationKeyId="alias/secret"
        )


def test_the_algorithm_of_every_operation_that_encrypts(kms, key, blob, make_user, refused):
    """KMS Developer Guide, "kms:EncryptionAlgorithm": data keys have the symmetric one always."""
    other = {"StringNotEquals": {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}}
    document = iam_policy("kms:*")
    document["Statement"] += iam_policy("kms:*", effect="Deny", Condition=other)["Statement"]
    client = make_user("u", inline=document).client("kms")
    name = {"KeyId": key["KeyId"]}
    client.encrypt(**name, Plaintext=b"x")
    client.decrypt(CiphertextBlob=blob)
    client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["KeyId"])
    client.generate_data_key(**name, KeySpec="AES_256")
    client.generate_data_key_without_plaintext(**name, KeySpec="AES_256")
    client.generate_data_key_pair(**name, KeyPairSpec="ECC_NIST_P256")
    client.generate_data_key_pair_without_plaintext(**name, KeyPairSpec="ECC_NIST_P256")
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]
    with refused("AccessDeniedException", contains="kms:ReEncryptTo"):
        client.re_encrypt(
            CiphertextBlob=blob,
            DestinationKeyId=rsa["KeyId"],
            DestinationEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        )


def test_a_new_multi_region_key_is_a_primary_one(kms, make_user, refused):
    primary = {"StringEquals": {"kms:MultiRegionKeyType": "PRIMARY"}}
    client = make_user("u", inline=iam_policy("kms:*", Condition=primary)).client("kms")
    client.create_key(MultiRegion=True)
    with refused("AccessDeniedException"):
        client.create_key()


def test_only_grants_are_for_an_aws_resource(kms, key, make_user, refused, policy, statement):
    """The condition key is there for CreateGrant, ListGrants and RevokeGrant alone."""
    client = make_user("u").client("kms")
    own = {"Bool": {"kms:GrantIsForAWSResource": "false"}}
    listed = statement(USER, "kms:Encrypt", "kms:ListGrants", Condition=own)
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(listed))
    assert client.list_grants(KeyId=key["KeyId"])["Grants"] == []
    with refused("AccessDeniedException"):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
