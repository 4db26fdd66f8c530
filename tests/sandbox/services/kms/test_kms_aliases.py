"""Aliases."""

from __future__ import annotations

import pytest

A = pytest.mark.behaviour
ARN = "arn:aws:kms:us-east-1:123456789012:"


@A(11)
def test_an_alias_needs_its_prefix(kms, key, refused):
    text = (
        'Alias must start with the prefix "alias/". Please see '
        "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
    )
    with refused("ValidationException", text):
        kms.create_alias(AliasName="x", TargetKeyId=key["KeyId"])


@A(12)
def test_an_alias_is_unique(kms, key, refused):
    kms.create_alias(AliasName="alias/x", TargetKeyId=key["KeyId"])
    text = f"An alias with the name {ARN}alias/x already exists"
    with refused("AlreadyExistsException", text):
        kms.create_alias(AliasName="alias/x", TargetKeyId=key["KeyId"])


@A(13)
def test_names_of_aws_are_reserved(kms, key, refused, aliases_of):
    for name in ("alias/aws/x", "alias/aws/dynamodb"):
        with refused("NotAuthorizedException"):
            kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])
    kms.describe_key(KeyId="alias/aws/dynamodb")
    with refused("NotAuthorizedException"):
        kms.delete_alias(AliasName="alias/aws/dynamodb")
    assert kms.describe_key(KeyId="alias/aws/dynamodb") and aliases_of(kms) == []


@pytest.mark.parametrize("name", ["alias/", "alias/a:b"])
def test_an_alias_is_made_of_few_signs(kms, key, refused, name):
    with refused("ValidationException"):
        kms.create_alias(AliasName=name, TargetKeyId=key["KeyId"])


def test_an_alias_moves_and_goes(kms, key, refused):
    other = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/x", TargetKeyId=key["KeyId"])
    kms.update_alias(AliasName="alias/x", TargetKeyId=other["Arn"])
    assert kms.list_aliases(KeyId=key["KeyId"])["Aliases"] == []
    (shown,) = kms.list_aliases(KeyId=other["KeyId"])["Aliases"]
    assert shown["TargetKeyId"] == other["KeyId"] and shown["AliasArn"] == f"{ARN}alias/x"
    assert shown["LastUpdatedDate"] > shown["CreationDate"]
    assert kms.encrypt(KeyId="alias/x", Plaintext=b"x")["KeyId"] == other["Arn"]
    kms.delete_alias(AliasName="alias/x")
    text = f"Alias {ARN}alias/x is not found."
    for attempt in (
        lambda: kms.delete_alias(AliasName="alias/x"),
        lambda: kms.update_alias(AliasName="alias/x", TargetKeyId=key["KeyId"]),
        lambda: kms.encrypt(KeyId="alias/x", Plaintext=b"x"),
    ):
        with refused("NotFoundException", text):
            attempt()


def test_an_alias_leaves_a_key_pending_deletion_but_does_not_come_to_one(kms, key, refused):
    pending = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/x", TargetKeyId=pending["KeyId"])
    kms.schedule_key_deletion(KeyId=pending["KeyId"])
    kms.update_alias(AliasName="alias/x", TargetKeyId=key["KeyId"])
    with refused("KMSInvalidStateException", f"{pending['Arn']} is pending deletion."):
        kms.update_alias(AliasName="alias/x", TargetKeyId=pending["KeyId"])
    kms.delete_alias(AliasName="alias/x")


def test_an_alias_stays_with_its_kind_of_key(kms, key, refused):
    mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    kms.create_alias(AliasName="alias/x", TargetKeyId=key["KeyId"])
    with refused("ValidationException", contains="HMAC_256"):
        kms.update_alias(AliasName="alias/x", TargetKeyId=mac["KeyId"])


def test_an_alias_goes_from_one_asymmetric_key_to_another(kms, refused):
    """botocore's model of UpdateAlias: both asymmetric, with the same usage."""
    rsa, ecc, other = (
        kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
        for spec, usage in (
            ("RSA_2048", "SIGN_VERIFY"),
            ("ECC_NIST_P256", "SIGN_VERIFY"),
            ("RSA_2048", "ENCRYPT_DECRYPT"),
        )
    )
    kms.create_alias(AliasName="alias/x", TargetKeyId=rsa["KeyId"])
    kms.update_alias(AliasName="alias/x", TargetKeyId=ecc["KeyId"])
    assert kms.describe_key(KeyId="alias/x")["KeyMetadata"]["Arn"] == ecc["Arn"]
    with refused("ValidationException", contains="ENCRYPT_DECRYPT"):
        kms.update_alias(AliasName="alias/x", TargetKeyId=other["KeyId"])


def test_a_page_of_aliases_has_100_at_most(kms, key):
    keys = [key["KeyId"], *(kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))]
    for number in range(101):
        kms.create_alias(AliasName=f"alias/{number:03}", TargetKeyId=keys[number // 50])
    answer = kms.list_aliases(Limit=1000)
    assert (len(answer["Aliases"]), answer["Truncated"]) == (100, True)
    rest = kms.list_aliases(Marker=answer["NextMarker"])["Aliases"]
    assert rest[0]["AliasName"] == "alias/100" and len(rest) < 50


def test_a_key_has_50_aliases_and_they_come_in_pages(kms, key, refused):
    for n in range(50):
        kms.create_alias(AliasName=f"alias/n{n:02}", TargetKeyId=key["KeyId"])
    with refused("LimitExceededException"):
        kms.create_alias(AliasName="alias/more", TargetKeyId=key["KeyId"])
    pages = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 20})
    names = [[alias["AliasName"] for alias in page["Aliases"]] for page in pages]
    assert {len(page) for page in names[:-1]} == {20}
    listed = [name for page in names for name in page]
    assert listed[-50:] == [f"alias/n{n:02}" for n in range(50)]
