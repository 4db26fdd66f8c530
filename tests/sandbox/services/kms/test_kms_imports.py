"""Key material from outside (H83)."""

from __future__ import annotations

import contextlib
import datetime
import hmac
import os

import boto3
import pytest
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from refusal import Sandbox
from refusal.world.clock import PER_REQUEST

OAEP = "RSAES_OAEP_SHA_256"
FOREVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


@pytest.fixture
def external(kms):
    """Make a key that waits for its material."""

    def make(**more):
        return kms.create_key(Origin="EXTERNAL", **more)["KeyMetadata"]

    return make


def encrypted(public: bytes, secret: bytes, algorithm: str) -> bytes:
    """The secret under the public key, directly or under an AES key of its own."""
    loaded = serialization.load_der_public_key(public)
    sha = hashes.SHA1() if algorithm.endswith("SHA_1") else hashes.SHA256()
    oaep = padding.OAEP(padding.MGF1(sha), sha, None)
    if algorithm.startswith("RSAES"):
        return loaded.encrypt(secret, oaep)
    own = os.urandom(32)
    return loaded.encrypt(own, oaep) + keywrap.aes_key_wrap_with_padding(own, secret)


def asked(kms, key_id, secret, algorithm=OAEP, spec="RSA_2048"):
    """What ImportKeyMaterial takes, for a secret."""
    given = kms.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec
    )
    wrapped = encrypted(given["PublicKey"], secret, algorithm)
    return {
        "KeyId": key_id,
        "ImportToken": given["ImportToken"],
        "EncryptedKeyMaterial": wrapped,
    }


def bring_in(kms, key_id, secret, algorithm=OAEP, **more):
    return kms.import_key_material(**asked(kms, key_id, secret, algorithm), **{**FOREVER, **more})


def pkcs8(private) -> bytes:
    return private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_a_key_waits_for_its_material(kms, external, refused):
    key = external()
    told = [key[m] for m in ("KeyState", "Enabled", "Origin")]
    assert told == ["PendingImport", False, "EXTERNAL"]
    assert "CurrentKeyMaterialId" not in key and "ExpirationModel" not in key
    words = f"{key['Arn']} is pending import."
    grantee = "arn:aws:iam::123456789012:user/admin"
    for call, more in (
        (kms.encrypt, {"Plaintext": b"x"}),
        (kms.generate_data_key, {"KeySpec": "AES_256"}),
        (kms.enable_key, {}),
        (kms.disable_key, {}),
        (kms.create_grant, {"GranteePrincipal": grantee, "Operations": ["Decrypt"]}),
    ):
        with refused("KMSInvalidStateException", words):
            call(KeyId=key["KeyId"], **more)
    kms.create_alias(AliasName="alias/waits", TargetKeyId=key["KeyId"])
    kms.tag_resource(KeyId=key["KeyId"], Tags=[{"TagKey": "a", "TagValue": "b"}])


@pytest.mark.parametrize(
    "algorithm",
    ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"],
)
def test_imported_material_encrypts(kms, external, algorithm):
    key = external()
    answer = bring_in(kms, key["KeyId"], b"m" * 32, algorithm)
    assert answer["KeyId"] == key["Arn"]
    now = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (now["KeyState"], now["ExpirationModel"]) == (
        "Enabled",
        "KEY_MATERIAL_DOES_NOT_EXPIRE",
    )
    assert now["CurrentKeyMaterialId"] == answer["KeyMaterialId"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


def test_the_parameters_are_good_for_a_day(sandbox: Sandbox, kms, external, refused):
    key = external()
    given = kms.get_parameters_for_import(
        KeyId=key["KeyId"], WrappingAlgorithm=OAEP, WrappingKeySpec="RSA_2048"
    )
    left = given["ParametersValidTo"] - sandbox.clock.now()
    assert datetime.timedelta(hours=23) < left <= datetime.timedelta(hours=24)
    assert given["KeyId"] == key["Arn"]
    request = asked(kms, key["KeyId"], b"m" * 32)
    with refused("InvalidImportTokenException"):
        kms.import_key_material(**{**request, "ImportToken": b"other"}, **FOREVER)
    with refused("InvalidImportTokenException"):
        kms.import_key_material(**{**request, "KeyId": external()["KeyId"]}, **FOREVER)
    sandbox.advance(hours=25)
    with refused("ExpiredImportTokenException"):
        kms.import_key_material(**request, **FOREVER)


def test_deleted_material_comes_back_and_no_other(kms, external, refused):
    key = external()["KeyId"]
    made = bring_in(kms, key, b"m" * 32)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    deleted = kms.delete_imported_key_material(KeyId=key)
    assert deleted["KeyMaterialId"] == made["KeyMaterialId"]
    kms.delete_imported_key_material(KeyId=key)
    with refused("KMSInvalidStateException", contains="is pending import."):
        kms.decrypt(CiphertextBlob=blob)
    with refused("IncorrectKeyMaterialException"):
        bring_in(kms, key, b"n" * 32)
    assert bring_in(kms, key, b"m" * 32)["KeyMaterialId"] == made["KeyMaterialId"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    with refused("NotInSandbox", contains="a second imported material"):
        bring_in(kms, key, b"n" * 32, ImportType="NEW_KEY_MATERIAL")


def test_material_expires(sandbox: Sandbox, kms, external, refused):
    key = external()["KeyId"]
    day = sandbox.clock.now() + datetime.timedelta(days=1)
    bring_in(kms, key, b"m" * 32, ExpirationModel="KEY_MATERIAL_EXPIRES", ValidTo=day)
    shown = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert shown["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
    assert abs(shown["ValidTo"] - day) < datetime.timedelta(seconds=1)
    sandbox.advance(days=2)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport"
    with refused("KMSInvalidStateException", contains="is pending import."):
        kms.encrypt(KeyId=key, Plaintext=b"x")
    bring_in(kms, key, b"m" * 32)
    sandbox.advance(days=400)
    kms.encrypt(KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize(
    ("more", "days", "words"),
    [
        ({}, None, "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"),
        ({}, -1, "ValidTo must be in the future"),
        ({}, 366, "ValidTo must be within 365 days"),
        (
            FOREVER,
            1,
            "The parameter ValidTo cannot be specified for a key with an expiration model of "
            "KEY_MATERIAL_DOES_NOT_EXPIRE",
        ),
    ],
)
def test_an_expiration_is_complete(sandbox: Sandbox, kms, external, refused, more, days, words):
    if days is not None:
        more = {**more, "ValidTo": sandbox.clock.now() + datetime.timedelta(days=days)}
    with refused("ValidationException", words):
        kms.import_key_material(**asked(kms, external()["KeyId"], b"m" * 32), **more)


def test_what_is_no_material_is_refused(kms, external, refused):
    key = external()["KeyId"]
    for secret in (b"m" * 16, b"m" * 33):
        with refused("IncorrectKeyMaterialException"):
            bring_in(kms, key, secret)
    request = asked(kms, key, b"m" * 32)
    wrong = {**request, "EncryptedKeyMaterial": b"x" * 256}
    with refused("InvalidCiphertextException"):
        kms.import_key_material(**wrong, **FOREVER)
    short = {**request, "EncryptedKeyMaterial": b"x" * 255}
    with refused("ValidationException", "Invalid encrypted key size."):
        kms.import_key_material(**short, **FOREVER)
    with refused("UnsupportedOperationException"):
        asked(kms, key, b"m" * 32, "RSAES_PKCS1_V1_5")


def test_a_hmac_key_and_a_signing_key_are_imported(kms, external):
    key = external(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyId"]
    bring_in(kms, key, b"m" * 32)
    mac = kms.generate_mac(KeyId=key, Message=b"x", MacAlgorithm="HMAC_SHA_256")["Mac"]
    assert mac == hmac.digest(b"m" * 32, b"x", "sha256")
    private = ec.generate_private_key(ec.SECP256R1())
    key = external(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyId"]
    bring_in(kms, key, pkcs8(private))
    public = private.public_key()
    told = kms.get_public_key(KeyId=key)["PublicKey"]
    assert serialization.load_der_public_key(told) == public
    algorithm = "ECDSA_SHA_256"
    signature = kms.sign(KeyId=key, Message=b"x", SigningAlgorithm=algorithm)["Signature"]
    public.verify(signature, b"x", ec.ECDSA(hashes.SHA256()))


def test_a_key_pair_is_of_the_keys_spec(kms, external, refused):
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = external(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyId"]
    with refused("UnsupportedOperationException", contains="cannot wrap"):
        asked(kms, key, b"x", OAEP)
    for wrong in (ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()):
        with refused("IncorrectKeyMaterialException"):
            bring_in(kms, key, pkcs8(wrong), "RSA_AES_KEY_WRAP_SHA_256")
    with refused("IncorrectKeyMaterialException"):
        bring_in(kms, key, b"junk", "RSA_AES_KEY_WRAP_SHA_256")
    answer = bring_in(kms, key, pkcs8(private), "RSA_AES_KEY_WRAP_SHA_256")
    assert "KeyMaterialId" not in answer
    kms.delete_imported_key_material(KeyId=key)
    with refused("KMSInvalidStateException", contains="is pending import."):
        kms.get_public_key(KeyId=key)


def test_imported_material_does_not_rotate_by_itself(kms, external, refused):
    key = external()
    bring_in(kms, key["KeyId"], b"m" * 32, KeyMaterialDescription="first")
    words = f"{key['Arn']} origin is EXTERNAL which is not valid for this operation."
    for call in (kms.enable_key_rotation, kms.disable_key_rotation):
        with refused("UnsupportedOperationException", words):
            call(KeyId=key["KeyId"])
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is False
    words = f"No available key material pending rotation for the key: {key['Arn']}."
    with refused("KMSInvalidStateException", words):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
    asked_for = {"KeyId": key["KeyId"], "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}
    (entry,) = kms.list_key_rotations(**asked_for)["Rotations"]
    told = [entry[m] for m in ("ImportState", "ExpirationModel", "KeyMaterialDescription")]
    assert told == ["IMPORTED", "KEY_MATERIAL_DOES_NOT_EXPIRE", "first"]


def test_the_state_after_a_deletion_that_was_called_off(kms, external, refused):
    key = external()["KeyId"]
    kms.schedule_key_deletion(KeyId=key)
    with refused("KMSInvalidStateException", contains="is pending deletion."):
        kms.import_key_material(KeyId=key, ImportToken=b"x", EncryptedKeyMaterial=b"x", **FOREVER)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport"
    bring_in(kms, key, b"m" * 32)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_policies_speak_of_an_import(make_user, kms, external, policy, statement, refused):
    client = make_user("mira").client("kms")
    mira = "arn:aws:iam::123456789012:user/mira"
    condition = {"StringEquals": {"kms:WrappingAlgorithm": OAEP, "kms:WrappingKeySpec": "RSA_3072"}}
    of_the_import = {
        "StringEquals": {
            "kms:ExpirationModel": "KEY_MATERIAL_EXPIRES",
            "kms:KeyOrigin": "EXTERNAL",
        },
        "DateLessThan": {"kms:ValidTo": "2026-02-01T00:00:00Z"},
    }
    key = external(
        Policy=policy(
            statement(mira, "kms:GetParametersForImport", Condition=condition),
            statement(mira, "kms:ImportKeyMaterial", Condition=of_the_import),
        )
    )
    with refused("AccessDeniedException"):
        asked(client, key["Arn"], b"m" * 32, spec="RSA_2048")
    request = asked(client, key["Arn"], b"m" * 32, spec="RSA_3072")
    with refused("AccessDeniedException"):
        client.import_key_material(**request, **FOREVER)
    for month, allowed in ((3, False), (1, True)):
        valid_to = datetime.datetime(2026, month, 20, tzinfo=datetime.UTC)
        if allowed:
            client.import_key_material(**request, ValidTo=valid_to)
            continue
        with refused("AccessDeniedException"):
            client.import_key_material(**request, ValidTo=valid_to)


@pytest.mark.parametrize("late", [False, True], ids=["just before", "at its end"])
def test_a_token_ends_at_its_very_moment(sandbox: Sandbox, kms, external, refused, late):
    key = external()["KeyId"]
    given = kms.get_parameters_for_import(
        KeyId=key, WrappingAlgorithm=OAEP, WrappingKeySpec="RSA_2048"
    )
    request = {
        "KeyId": key,
        "ImportToken": given["ImportToken"],
        "EncryptedKeyMaterial": encrypted(given["PublicKey"], b"m" * 32, OAEP),
    }
    at(sandbox, given["ParametersValidTo"] - PER_REQUEST * (not late))
    if not late:
        kms.import_key_material(**request, **FOREVER)
        return
    with refused("ExpiredImportTokenException", ""):
        kms.import_key_material(**request, **FOREVER)


def test_material_may_expire_from_the_next_moment_to_a_year_on(
    sandbox: Sandbox, kms, external, refused
):
    request = asked(kms, external()["KeyId"], b"m" * 32)
    now = sandbox.clock.now().replace(microsecond=0) + datetime.timedelta(minutes=1)
    second, year = datetime.timedelta(seconds=1), datetime.timedelta(days=365)
    for until, text in (
        (second * 0, "ValidTo must be in the future"),
        (year + second, "ValidTo must be within 365 days"),
        (second, ""),
        (year, ""),
    ):
        at(sandbox, now)
        expected = refused("ValidationException", text) if text else contextlib.nullcontext()
        with expected:
            kms.import_key_material(**request, ValidTo=now + until)
        now += second


def at(sandbox: Sandbox, moment: datetime.datetime) -> None:
    """Let the next request be at a moment."""
    sandbox.clock.advance(moment - PER_REQUEST - sandbox.clock.now())


def test_a_saved_account_keeps_imported_material(tmp_path):
    path = tmp_path / "account.json"
    with Sandbox() as lab:
        kms = boto3.client("kms", "us-east-1")
        key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
        waiting = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
        bring_in(kms, key, b"m" * 32)
        request = asked(kms, waiting, b"n" * 32)
        blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        lab.save(path)
    with Sandbox.load(path):
        kms = boto3.client("kms", "us-east-1")
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        kms.import_key_material(**request, **FOREVER)
        assert kms.describe_key(KeyId=waiting)["KeyMetadata"]["KeyState"] == "Enabled"


def test_the_trail_has_no_material(sandbox: Sandbox, kms, external):
    key = external()
    bring_in(kms, key["KeyId"], b"m" * 32)
    record = sandbox.trail.events(name="ImportKeyMaterial")[-1].record
    assert set(record["requestParameters"]) == {"keyId", "expirationModel"}
    assert record["responseElements"]["keyId"] == key["Arn"]
