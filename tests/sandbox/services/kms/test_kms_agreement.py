"""Two parties derive one secret from each other's public keys (DeriveSharedSecret, H84)."""

from __future__ import annotations

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from refusal import Sandbox

CURVES = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
}


@pytest.fixture
def agreeing(kms):
    """Make a key for a key agreement."""

    def make(spec="ECC_NIST_P256", **more):
        return kms.create_key(KeySpec=spec, KeyUsage="KEY_AGREEMENT", **more)["KeyMetadata"]

    return make


def der(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def derive(kms, key, public, **more):
    return kms.derive_shared_secret(
        KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=public, **more
    )


@pytest.mark.parametrize("spec", CURVES)
def test_both_sides_have_the_same_secret(kms, agreeing, spec):
    mine, yours = agreeing(spec), agreeing(spec)
    public = {k["KeyId"]: kms.get_public_key(KeyId=k["KeyId"]) for k in (mine, yours)}
    assert public[mine["KeyId"]]["KeyAgreementAlgorithms"] == ["ECDH"]
    answer = derive(kms, mine["KeyId"], public[yours["KeyId"]]["PublicKey"])
    other = derive(kms, yours["KeyId"], public[mine["KeyId"]]["PublicKey"])
    assert answer["SharedSecret"] == other["SharedSecret"]
    told = {m: answer[m] for m in ("KeyId", "KeyAgreementAlgorithm", "KeyOrigin")}
    assert told == {"KeyId": mine["Arn"], "KeyAgreementAlgorithm": "ECDH", "KeyOrigin": "AWS_KMS"}
    outside = ec.generate_private_key(CURVES[spec])
    mine_public = load_der_public_key(public[mine["KeyId"]]["PublicKey"])
    secret = derive(kms, mine["Arn"], der(outside))["SharedSecret"]
    assert secret == outside.exchange(ec.ECDH(), mine_public)


def test_what_is_no_public_key_of_the_curve_is_refused(kms, agreeing, refused):
    key = agreeing()["KeyId"]
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    for public in (
        b"junk",
        der(ec.generate_private_key(ec.SECP384R1())),
        kms.get_public_key(KeyId=rsa)["PublicKey"],
    ):
        with refused("ValidationException", ""):
            derive(kms, key, public)


def test_a_key_is_for_an_agreement_or_is_not(kms, agreeing, refused):
    signer = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    public = der(ec.generate_private_key(ec.SECP256R1()))
    words = "key usage is {} which is not valid for {}."
    with refused(
        "InvalidKeyUsageException",
        f"{signer['Arn']} " + words.format("SIGN_VERIFY", "DeriveSharedSecret"),
    ):
        derive(kms, signer["KeyId"], public)
    key = agreeing()
    with refused(
        "InvalidKeyUsageException", f"{key['Arn']} " + words.format("KEY_AGREEMENT", "Sign")
    ):
        kms.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    with refused("DryRunOperationException"):
        derive(kms, key["KeyId"], public, DryRun=True)
    with refused("NotInSandbox", contains="DeriveSharedSecret with Recipient"):
        recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": b"x"}
        derive(kms, key["KeyId"], public, Recipient=recipient)
    kms.disable_key(KeyId=key["KeyId"])
    with refused("DisabledException"):
        derive(kms, key["KeyId"], public)


def test_an_alias_and_another_accounts_key_do(sandbox: Sandbox, kms, agreeing, policy, statement):
    root = "arn:aws:iam::222222222222:root"
    key = agreeing(Policy=policy(statement(root, "kms:DeriveSharedSecret")))
    public = der(ec.generate_private_key(ec.SECP256R1()))
    kms.create_alias(AliasName="alias/agree", TargetKeyId=key["KeyId"])
    assert derive(kms, "alias/agree", public)["KeyId"] == key["Arn"]
    other = sandbox.session("222222222222").client("kms")
    assert derive(other, key["Arn"], public)["KeyId"] == key["Arn"]
    used = kms.get_key_last_usage(KeyId=key["KeyId"])["KeyLastUsage"]
    assert used["Operation"] == "DeriveSharedSecret"
    record = sandbox.trail.events(name="DeriveSharedSecret")[0].record
    assert record["readOnly"] is True and record["responseElements"] is None
    assert "publicKey" not in record["requestParameters"]


def test_a_policy_and_a_grant_speak_of_it(make_user, kms, agreeing, policy, statement, refused):
    mira = make_user("mira")
    arn = "arn:aws:iam::123456789012:user/mira"
    condition = {"StringEquals": {"kms:KeyAgreementAlgorithm": "ECDH"}}
    allowed = agreeing(Policy=policy(statement(arn, "kms:Derive*", Condition=condition)))
    granted = agreeing(Policy=policy())
    public = der(ec.generate_private_key(ec.SECP256R1()))
    client: boto3.Session = mira.client("kms")
    derive(client, allowed["Arn"], public)
    with refused("AccessDeniedException", contains="kms:DeriveSharedSecret"):
        derive(client, granted["Arn"], public)
    kms.create_grant(
        KeyId=granted["KeyId"], GranteePrincipal=arn, Operations=["DeriveSharedSecret"]
    )
    derive(client, granted["Arn"], public)
