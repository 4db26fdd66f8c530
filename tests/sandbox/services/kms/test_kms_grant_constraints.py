"""Grants: the contexts, resources and kinds of keys that a grant's constraints hold it to."""

from __future__ import annotations

import pytest

A = pytest.mark.behaviour


ACCOUNT = "123456789012"
ADMIN = f"arn:aws:iam::{ACCOUNT}:user/admin"


def encrypt(kms, key, **context):
    return kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)[
        "CiphertextBlob"
    ]


@A(42, 43)
@pytest.mark.parametrize(
    ("constraint", "opens", "shut"),
    [
        ("EncryptionContextEquals", [{"d": "it"}], [{"d": "it", "p": "x"}, {}, {"D": "it"}]),
        ("EncryptionContextSubset", [{"d": "it"}, {"d": "it", "p": "x"}], [{"p": "x"}, {}]),
    ],
)
def test_a_constraint_holds_a_grant_to_its_context(
    kms, key, user, grant, refused, constraint, opens, shut
):
    client, arn = user
    grant(arn, "Decrypt", "DescribeKey", Constraints={constraint: {"d": "it"}})
    for context in opens:
        blob = encrypt(kms, key, **context)
        client.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    for context in shut:
        blob = encrypt(kms, key, **context)
        with refused("AccessDeniedException"):
            client.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    assert client.describe_key(KeyId=key["KeyId"])


@A(49)
def test_constraints_are_for_symmetric_keys(kms, refused):
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    text = (
        "EncryptionContext is supported only when creating a grant for a symmetric encryption "
        "KMS key."
    )
    with refused("ValidationException", text):
        kms.create_grant(
            KeyId=key,
            GranteePrincipal=ADMIN,
            Operations=["Decrypt"],
            Constraints={"EncryptionContextEquals": {"a": "b"}},
        )


@pytest.mark.parametrize(
    "pairs", [{f"k{n}": "v" for n in range(9)}, {"k": "v" * 385}], ids=["pairs", "length"]
)
def test_limits_of_a_constraint(grant, refused, pairs):
    most = {f"k{n}": "v" * 384 for n in range(8)}
    grant(ADMIN, "Decrypt", Constraints={"EncryptionContextSubset": most})
    with refused("ValidationException"):
        grant(ADMIN, "Decrypt", Constraints={"EncryptionContextSubset": pairs})


TABLE_ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"


def test_at_most_one_constraint_on_the_encryption_context(grant, refused):
    """H4; an empty one counts."""
    for equals in ({}, {"a": "b"}):
        both = {"EncryptionContextSubset": {"a": "b"}, "EncryptionContextEquals": equals}
        with refused("ValidationException", "More than one constraint supplied"):
            grant(ADMIN, "Decrypt", Constraints=both)


def test_a_grant_for_one_resource_gives_nothing_outside_of_it(kms, key, user, grant, refused):
    """H4: the constraint holds of every operation but RetireGrant."""
    client, arn = user
    operations = ("Decrypt", "DescribeKey", "CreateGrant", "RetireGrant")
    made = grant(arn, *operations, Constraints={"SourceArn": TABLE_ARN})
    (shown,) = kms.list_grants(KeyId=key["KeyId"])["Grants"]
    assert shown["Constraints"] == {"SourceArn": TABLE_ARN}
    passed = {"KeyId": key["KeyId"], "GranteePrincipal": ADMIN, "Operations": ["Decrypt"]}
    for attempt in (
        lambda: client.decrypt(CiphertextBlob=encrypt(kms, key)),
        lambda: client.describe_key(KeyId=key["KeyId"]),
        lambda: client.create_grant(**passed),
        lambda: client.create_grant(**passed, Constraints={"SourceArn": TABLE_ARN}),
    ):
        with refused("AccessDeniedException"):
            attempt()
    client.retire_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []


def test_a_resource_constraint_goes_with_keys_of_every_kind(kms, refused):
    key = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]
    wanted = {"KeyId": key["KeyId"], "GranteePrincipal": ADMIN, "Operations": ["VerifyMac"]}
    kms.create_grant(**wanted, Constraints={"SourceArn": TABLE_ARN})
    with refused("ValidationException"):
        kms.create_grant(**wanted, Constraints={"EncryptionContextSubset": {"a": "b"}})


def test_a_grant_with_an_exact_context_passes_on_that_context_only(key, user, grant, refused):
    client, arn = user
    exact = {"EncryptionContextEquals": {"a": "b"}}
    grant(arn, "CreateGrant", "Decrypt", Constraints=exact)
    wanted = {"KeyId": key["KeyId"], "GranteePrincipal": ADMIN, "Operations": ["Decrypt"]}
    client.create_grant(**wanted, Constraints=exact)
    for looser in (
        {"EncryptionContextSubset": {"a": "b"}},
        {"EncryptionContextEquals": {"a": "b", "c": "d"}},
        {"EncryptionContextEquals": {"a": "c"}},
    ):
        with refused("AccessDeniedException"):
            client.create_grant(**wanted, Constraints=looser)
