"""Ciphertexts: limits, encryption context, data keys, re-encryption."""

from __future__ import annotations

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refusal import Sandbox
from refusal.services.kms.crypto import canonical

A = pytest.mark.behaviour
LIMIT = "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member "
texts = st.text(st.characters(codec="utf-8"), max_size=12)
contexts = st.dictionaries(texts, texts, max_size=4)


@A(14)
def test_encrypt_takes_4096_bytes_and_tells_the_key(kms, key):
    answer = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * 4096)
    assert answer["KeyId"] == key["Arn"]
    assert answer["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"


@A(15, 16)
@pytest.mark.parametrize(
    ("size", "text"),
    [
        (4097, "must have length less than or equal to 4096"),
        (0, "must have length greater than or equal to 1"),
    ],
)
def test_encrypt_refuses_other_sizes(kms, key, refused, size, text):
    with refused("ValidationException", LIMIT + text):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x" * size)


@A(17)
def test_the_same_plaintext_twice_gives_two_ciphertexts(kms, key):
    one, two = (kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x") for _ in range(2))
    assert one["CiphertextBlob"] != two["CiphertextBlob"]


def test_a_ciphertext_shows_neither_plaintext_nor_key_id(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"a secret text")["CiphertextBlob"]
    assert b"secret" not in blob and key["KeyId"].encode() not in blob


@A(18, 19, 20)
def test_the_context_must_be_the_same(kms, key, refused):
    context = {"a": "b", "c": "d"}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)
    blob = blob["CiphertextBlob"]
    for other in ({}, {"a": "b"}, {"A": "b", "c": "d"}, {"a": "b", "c": "D"}):
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=blob, EncryptionContext=other)
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext={"c": "d", "a": "b"})
    assert opened["Plaintext"] == b"x"


def test_pairs_that_read_the_same_run_together_are_not_the_same(kms, key, refused):
    context = {"table": "orders"}
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext=context)
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionContext={"tab": "leorders"})


@given(one=contexts, two=contexts)
@settings(deadline=None)
def test_no_two_contexts_have_the_same_canonical_form(one, two):
    assert (canonical(one) == canonical(two)) == (one == two)


@A(20, 23)
def test_any_plaintext_under_any_context_comes_back():
    with Sandbox():
        kms = boto3.client("kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]

        @given(plaintext=st.binary(min_size=1, max_size=200), context=contexts, other=contexts)
        @settings(deadline=None, max_examples=60)
        def check(plaintext, context, other):
            blob = kms.encrypt(KeyId=key, Plaintext=plaintext, EncryptionContext=context)
            blob = blob["CiphertextBlob"]
            opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
            assert (opened["Plaintext"], opened["KeyId"]) == (plaintext, key)
            if other != context:
                with pytest.raises(kms.exceptions.InvalidCiphertextException):
                    kms.decrypt(CiphertextBlob=blob, EncryptionContext=other)

        check()


@A(21)
def test_every_flipped_byte_spoils_the_ciphertext(kms, key, refused):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"some text")["CiphertextBlob"]
    for place in range(len(blob)):
        damaged = bytearray(blob)
        damaged[place] ^= 1 << place % 8
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=bytes(damaged))


@A(21)
def test_every_cut_ciphertext_is_refused(kms, key, refused):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"some text")["CiphertextBlob"]
    for length in range(1, len(blob)):
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(CiphertextBlob=blob[:length])


@A(21)
def test_any_other_bytes_are_no_ciphertext(kms, key, refused):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"some text")["CiphertextBlob"]
    for other in (b"x", b"\x01" * 6144, blob[:40], blob[:-1], blob + b"x", blob * 2):
        for named in ({}, {"KeyId": key["KeyId"]}):
            with refused("InvalidCiphertextException", ""):
                kms.decrypt(CiphertextBlob=other, **named)


@A(22)
def test_a_named_key_must_be_the_one(kms, key, refused):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    text = "The key ID in the request does not identify a CMK that can perform this operation."
    with refused("IncorrectKeyException", text):
        kms.decrypt(CiphertextBlob=blob, KeyId=other)
    with refused("IncorrectKeyException", text):
        kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=other, DestinationKeyId=other)


@A(22)
@pytest.mark.parametrize(
    ("spec", "usage"),
    [
        ("HMAC_224", "GENERATE_VERIFY_MAC"),
        ("ECC_NIST_P256", "SIGN_VERIFY"),
        ("RSA_2048", "ENCRYPT_DECRYPT"),
    ],
)
def test_a_key_of_another_kind_is_not_the_one_either(kms, key, refused, spec, usage):
    """A40, A44; seen live with an HMAC key."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    other = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    with refused("IncorrectKeyException"):
        kms.decrypt(CiphertextBlob=blob, KeyId=other)
    with refused("IncorrectKeyException"):
        kms.re_encrypt(CiphertextBlob=blob, SourceKeyId=other, DestinationKeyId=key["KeyId"])


@A(23)
def test_decrypt_finds_the_key_in_the_ciphertext(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob)
    assert (opened["KeyId"], opened["Plaintext"]) == (key["Arn"], b"x")
    assert opened["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert opened["KeyMaterialId"] == key["CurrentKeyMaterialId"]


def test_another_region_does_not_know_the_key_of_a_ciphertext(kms, key, refused):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    with refused("AccessDeniedException", contains="does not exist in this region"):
        boto3.client("kms", region_name="eu-west-1").decrypt(CiphertextBlob=blob)


@A(24, 25)
@pytest.mark.parametrize(
    ("asked", "size"),
    [({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1024}, 1024)],
)
def test_a_data_key_comes_plain_and_encrypted(kms, key, asked, size):
    context = {"a": "b"}
    made = kms.generate_data_key(KeyId=key["KeyId"], EncryptionContext=context, **asked)
    assert (made["KeyId"], len(made["Plaintext"])) == (key["Arn"], size)
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)
    assert opened["Plaintext"] == made["Plaintext"]
    without = kms.generate_data_key_without_plaintext(KeyId=key["KeyId"], **asked)
    assert "Plaintext" not in without
    assert len(kms.decrypt(CiphertextBlob=without["CiphertextBlob"])["Plaintext"]) == size


def test_a_data_key_has_one_size(kms, key, refused):
    text = "Please specify either number of bytes or key spec."
    for asked in ({}, {"KeySpec": "AES_256", "NumberOfBytes": 32}):
        with refused("ValidationException", text):
            kms.generate_data_key(KeyId=key["KeyId"], **asked)


def test_data_keys_differ(kms, key):
    keys = [kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256") for _ in range(20)]
    assert len({k["Plaintext"] for k in keys}) == 20


def test_a_data_key_pair_fits_together(kms, key):
    from cryptography.hazmat.primitives.serialization import load_der_private_key
    from cryptography.hazmat.primitives.serialization import load_der_public_key as public

    made = kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")
    opened = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"])["Plaintext"]
    assert opened == made["PrivateKeyPlaintext"]
    private = load_der_private_key(opened, None)
    assert private.public_key() == public(made["PublicKey"])
    without = kms.generate_data_key_pair_without_plaintext(
        KeyId=key["KeyId"], KeyPairSpec="RSA_2048"
    )
    assert "PrivateKeyPlaintext" not in without


@A(26)
def test_re_encrypt_moves_a_ciphertext_to_another_key(kms, key):
    other = kms.create_key()["KeyMetadata"]["Arn"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "b"})
    moved = kms.re_encrypt(
        CiphertextBlob=blob["CiphertextBlob"],
        SourceEncryptionContext={"a": "b"},
        DestinationKeyId=other,
        DestinationEncryptionContext={"c": "d"},
    )
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key["Arn"], other)
    assert moved["SourceEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert moved["DestinationEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    opened = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"c": "d"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"x", other)


def test_a_multi_region_key_encrypts_and_decrypts(kms):
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]
    assert key["KeyId"].startswith("mrk-") and key["MultiRegion"]
    assert key["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob, KeyId=key["Arn"])["Plaintext"] == b"x"


def test_dry_run_tells_and_does_nothing(kms, key, refused):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    text = "The request would have succeeded, but the DryRun option is set."
    for attempt in (
        lambda: kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True),
        lambda: kms.decrypt(CiphertextBlob=blob, DryRun=True),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["Arn"], DryRun=True),
        lambda: kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", DryRun=True),
    ):
        with refused("DryRunOperationException", text):
            attempt()
    kms.disable_key(KeyId=key["KeyId"])
    with refused("DisabledException"):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True)


def test_random_bytes(kms, refused):
    one, two = (kms.generate_random(NumberOfBytes=32)["Plaintext"] for _ in range(2))
    assert len(one) == 32 and one != two
    with refused("ValidationException"):
        kms.generate_random()


@A(105)
def test_boto3_has_no_access_denied_exception_for_kms(kms):
    with pytest.raises(AttributeError):
        _ = kms.exceptions.AccessDeniedException
