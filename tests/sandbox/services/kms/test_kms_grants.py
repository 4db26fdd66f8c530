"""Grants: what they allow, to whom, and who ends them."""

from __future__ import annotations

import boto3
import pytest

from refusal.services.kms import grants

A = pytest.mark.behaviour
ACCOUNT = "123456789012"
ADMIN = f"arn:aws:iam::{ACCOUNT}:user/admin"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def encrypt(kms, key, **context):
    return kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)[
        "CiphertextBlob"
    ]


@A(40, 41)
def test_a_grant_alone_allows_its_operations_and_no_other(kms, key, user, grant, refused):
    client, arn = user
    blob = encrypt(kms, key)
    with refused("AccessDeniedException"):
        client.decrypt(CiphertextBlob=blob)
    token = grant(arn, "Decrypt")["GrantToken"]
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert client.decrypt(CiphertextBlob=blob, GrantTokens=[token])["Plaintext"] == b"x"
    with refused("AccessDeniedException"):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with refused("InvalidGrantTokenException"):
        client.decrypt(CiphertextBlob=blob, GrantTokens=["made up"])


@A(44)
def test_a_deny_beats_a_grant(kms, key, user, grant, refused, policy, statement):
    client, arn = user
    blob = encrypt(kms, key)
    grant(arn, "Decrypt")
    deny = statement(arn, "kms:Decrypt", Effect="Deny")
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(deny, root=True))
    text = "with an explicit deny in a resource-based policy"
    with refused("AccessDeniedException", contains=text):
        client.decrypt(CiphertextBlob=blob)


@A(45, 46)
def test_a_name_makes_create_grant_idempotent(kms, key, grant):
    one, two = (grant(ADMIN, "Decrypt", Name="n") for _ in range(2))
    assert one["GrantId"] == two["GrantId"] and one["GrantToken"] != two["GrantToken"]
    assert grant(ADMIN, "Encrypt", Name="n")["GrantId"] != one["GrantId"]
    assert grant(ADMIN, "Decrypt")["GrantId"] != grant(ADMIN, "Decrypt")["GrantId"]
    assert len(kms.list_grants(KeyId=key["KeyId"])["Grants"]) == 4
    kms.retire_grant(GrantToken=two["GrantToken"])
    assert len(kms.list_grants(KeyId=key["KeyId"])["Grants"]) == 3


@A(47)
def test_a_revoked_grant_allows_nothing(kms, key, user, grant, refused):
    client, arn = user
    blob = encrypt(kms, key)
    made = grant(arn, "Decrypt")
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])
    with refused("AccessDeniedException"):
        client.decrypt(CiphertextBlob=blob)
    with refused("NotFoundException"):
        kms.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"])


def test_a_listed_grant(kms, key, grant):
    constraints = {"EncryptionContextSubset": {"a": "b"}}
    made = grant(
        ADMIN, "Decrypt", "Encrypt", Name="n", RetiringPrincipal=ROOT, Constraints=constraints
    )
    (shown,) = kms.list_grants(KeyId=key["KeyId"])["Grants"]
    del shown["CreationDate"]
    assert shown == {
        "KeyId": key["Arn"],
        "GrantId": made["GrantId"],
        "Name": "n",
        "GranteePrincipal": ADMIN,
        "RetiringPrincipal": ROOT,
        "IssuingAccount": ROOT,
        "Operations": ["Decrypt", "Encrypt"],
        "Constraints": constraints,
    }


def test_lists_are_filtered_and_paged(kms, key, user, grant):
    _, arn = user
    ids = [grant(who, "Decrypt", RetiringPrincipal=ADMIN)["GrantId"] for who in [ADMIN, arn] * 3]

    def listed(operation, **filters):
        pages = kms.get_paginator(operation).paginate(**filters, PaginationConfig={"PageSize": 2})
        return [grant["GrantId"] for page in pages for grant in page["Grants"]]

    assert listed("list_grants", KeyId=key["KeyId"]) == ids
    assert listed("list_grants", KeyId=key["KeyId"], GranteePrincipal=arn) == ids[1::2]
    assert listed("list_grants", KeyId=key["KeyId"], GrantId=ids[3]) == [ids[3]]
    assert listed("list_retirable_grants", RetiringPrincipal=ADMIN) == ids
    assert listed("list_retirable_grants", RetiringPrincipal=arn) == []


@pytest.mark.parametrize(
    "principal",
    [
        f"arn:aws:iam::{ACCOUNT}:user/nobody",
        f"arn:aws:iam::{ACCOUNT}:group/staff",
        "nobody",
    ],
)
def test_principals_of_a_grant_must_exist(grant, refused, principal):
    text = f"ARN does not refer to a valid principal: {principal}"
    with refused("InvalidArnException", text):
        grant(principal, "Decrypt")
    with refused("InvalidArnException", text):
        grant(ADMIN, "Decrypt", RetiringPrincipal=principal)


def test_grants_to_services_are_not_in_the_sandbox(grant, refused):
    for members in ({}, {"RetiringPrincipal": "rds.us-east-1.amazonaws.com"}):
        grantee = ADMIN if members else "rds.us-east-1.amazonaws.com"
        with refused("NotInSandbox", contains="does not have grants to AWS services."):
            grant(grantee, "Decrypt", **members)


def test_a_grant_lists_operations_that_its_key_has(kms, grant, refused):
    for operation in ("Sign", "GenerateMac", "GetPublicKey"):
        with refused("ValidationException", contains=operation):
            grant(ADMIN, operation)
    with refused("ValidationException"):
        grant(ADMIN)
    with refused("ValidationException"):
        grant(ADMIN, "PutKeyPolicy")
    signer = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    kms.create_grant(
        KeyId=signer["KeyId"], GranteePrincipal=ADMIN, Operations=["Sign", "GetPublicKey"]
    )


def test_who_may_retire_a_grant(kms, key, make_user, grant, refused):
    by_name = {name: make_user(name).client("kms") for name in ("retirer", "grantee", "other")}
    arns = {name: f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in by_name}

    def made(*operations):
        return grant(arns["grantee"], "Decrypt", *operations, RetiringPrincipal=arns["retirer"])

    first = made()
    for name in ("grantee", "other"):
        with refused("AccessDeniedException", contains="kms:RetireGrant"):
            by_name[name].retire_grant(GrantToken=first["GrantToken"])
    by_name["retirer"].retire_grant(GrantToken=first["GrantToken"])
    by_name["grantee"].retire_grant(KeyId=key["Arn"], GrantId=made("RetireGrant")["GrantId"])
    kms.retire_grant(GrantToken=made()["GrantToken"])  # The issuing account, by IAM.
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []


def test_the_key_policy_does_not_let_anyone_retire(
    kms, key, user, grant, refused, policy, statement
):
    client, arn = user
    text = policy(statement(arn, "kms:*"), root=True)
    kms.put_key_policy(KeyId=key["KeyId"], Policy=text)
    with refused("AccessDeniedException", contains="kms:RetireGrant"):
        client.retire_grant(GrantToken=grant(ADMIN, "Decrypt")["GrantToken"])


def test_a_grant_to_retire_is_named_in_one_way(kms, key, grant, refused):
    made = grant(ADMIN, "Decrypt")
    for wrong in ({}, {"KeyId": key["KeyId"]}, {**made, "KeyId": key["KeyId"]}):
        wrong.pop("ResponseMetadata", None)
        with refused("ValidationException"):
            kms.retire_grant(**wrong)
    with refused("InvalidGrantTokenException"):
        kms.retire_grant(GrantToken="made up")


def test_a_grant_passes_on_no_more_than_it_gives(key, user, grant, refused):
    client, arn = user
    limits = {"EncryptionContextSubset": {"a": "b"}}
    grant(arn, "CreateGrant", "Decrypt", Constraints=limits)

    def pass_on(operations, constraints):
        more = {"Constraints": constraints} if constraints else {}
        client.create_grant(
            KeyId=key["KeyId"], GranteePrincipal=ADMIN, Operations=operations, **more
        )

    for stricter in (
        limits,
        {"EncryptionContextSubset": {"a": "b", "c": "d"}},
        {"EncryptionContextEquals": {"a": "b", "c": "d"}},
    ):
        pass_on(["Decrypt"], stricter)
    for operations, constraints in (
        (["Encrypt"], limits),
        (["Decrypt", "Encrypt"], limits),
        (["Decrypt"], None),
        (["Decrypt"], {"EncryptionContextSubset": {"a": "c"}}),
        (["Decrypt"], {"EncryptionContextEquals": {"c": "d"}}),
    ):
        with refused("AccessDeniedException", contains="kms:CreateGrant"):
            pass_on(operations, constraints)


def test_a_policy_lets_one_grant_what_one_has_not(kms, key, make_user, refused):
    inline = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "*"}],
    }
    client = make_user("granter", inline=inline).client("kms")
    arn = f"arn:aws:iam::{ACCOUNT}:user/granter"
    blob = encrypt(kms, key)
    with refused("AccessDeniedException"):
        client.decrypt(CiphertextBlob=blob)
    client.create_grant(KeyId=key["KeyId"], GranteePrincipal=arn, Operations=["Decrypt"])
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_a_user_made_anew_is_not_the_grantee(kms, key, make_user, grant, refused):
    arn = f"arn:aws:iam::{ACCOUNT}:user/u"
    first = make_user("u")
    grant(arn, "DescribeKey")
    first.client("kms").describe_key(KeyId=key["KeyId"])
    iam = boto3.client("iam")
    unique_id = iam.get_user(UserName="u")["User"]["UserId"]
    iam.delete_access_key(UserName="u", AccessKeyId=first.get_credentials().access_key)
    iam.delete_user(UserName="u")
    second = make_user("u").client("kms")
    with refused("AccessDeniedException"):
        second.describe_key(KeyId=key["KeyId"])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"][0]["GranteePrincipal"] == unique_id


def test_a_grant_without_an_operation_or_with_one_that_the_key_lacks(kms, key, grant, refused):
    says = "Specify Operations: a grant allows at least one operation."
    with refused("ValidationException", says):
        grant(ADMIN)
    says = "Sign, Verify cannot be granted on a SYMMETRIC_DEFAULT key for ENCRYPT_DECRYPT."
    with refused("ValidationException", says):
        grant(ADMIN, "Verify", "Decrypt", "Sign")
    with refused("ValidationException", "Grants must not contain only the CreateGrant operation."):
        grant(ADMIN, "CreateGrant", "CreateGrant")
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []
    grant(ADMIN, "CreateGrant", "Decrypt")


def test_a_key_has_so_many_grants_and_no_more(kms, grant, refused, monkeypatch):
    monkeypatch.setattr("refusal.services.kms.grants.MAX_GRANTS", 3)
    made = [grant(ADMIN, "Decrypt", Name=str(number))["GrantId"] for number in range(3)]
    with refused("LimitExceededException", "A KMS key has at most 3 grants."):
        grant(ADMIN, "Decrypt", Name="3")
    assert grant(ADMIN, "Decrypt", Name="2")["GrantId"] == made[2]


def test_dry_run_makes_and_ends_no_grant(kms, key, grant, refused):
    with refused("DryRunOperationException"):
        grant(ADMIN, "Decrypt", DryRun=True)
    made = grant(ADMIN, "Decrypt")
    with refused("DryRunOperationException"):
        kms.revoke_grant(KeyId=key["KeyId"], GrantId=made["GrantId"], DryRun=True)
    with refused("DryRunOperationException"):
        kms.retire_grant(GrantToken=made["GrantToken"], DryRun=True)
    assert len(kms.list_grants(KeyId=key["KeyId"])["Grants"]) == 1


def test_a_grant_is_found_without_a_search_through_the_others():
    import datetime

    from refusal.services.kms.key_grants import KeyGrant, KeyGrants

    now = datetime.datetime.now(datetime.UTC)
    grants = KeyGrants()
    for n in range(2000):
        grants.add(KeyGrant(f"id{n}", n, "", now, f"user{n}", "", "", "", ("Decrypt",), {}))
    assert [found.grant_id for found in grants.given_to(["user7", "nobody"])] == ["id7"]
    for found in list(grants.by_id.values()):
        grants.remove(found)
    assert grants.given_to(["user7"]) == [] and not grants.by_id


def test_a_grant_gives_more_than_to_make_grants(grant, refused):
    """H4."""
    text = "Grants must not contain only the CreateGrant operation."
    for operations in (["CreateGrant"], ["CreateGrant", "CreateGrant"]):
        with refused("ValidationException", text):
            grant(ADMIN, *operations)
    grant(ADMIN, "CreateGrant", "Decrypt")


def test_sessions_may_be_grantees_and_other_kinds_not(grant, refused):
    sts = f"arn:aws:sts::{ACCOUNT}"
    grant(f"{sts}:federated-user/bob", "Decrypt")
    for nobody in (f"{sts}:assumed-role/none/night", f"{sts}:user/bob", f"{sts}:federated-user"):
        with refused("InvalidArnException"):
            grant(nobody, "Decrypt")


def test_a_grant_knows_its_newest_tokens(sandbox, kms, key, grant, monkeypatch, refused):
    """Each request for the same grant gives out one more; memory has a bound."""
    monkeypatch.setattr(grants, "MAX_TOKENS", 2)
    tokens = [grant(ADMIN, "Decrypt", Name="one")["GrantToken"] for _ in range(4)]
    for token in tokens[:2]:
        with refused("InvalidGrantTokenException"):
            kms.describe_key(KeyId=key["KeyId"], GrantTokens=[token])
    assert kms.describe_key(KeyId=key["KeyId"], GrantTokens=tokens[2:])
    kms.retire_grant(GrantToken=tokens[3])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []
