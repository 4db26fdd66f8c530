"""What a check seals opens again, and what does not open is told why."""

from __future__ import annotations

import base64
import os
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers import open_lab
from helpers.course.lab import Lab
from lessons.author import Envelope, decrypted, envelope, holds, opened, unsealed

CONTEXT = {"file": "backup"}


@pytest.fixture
def lab() -> Lab:
    return open_lab("01")


def test_a_line_opens_with_its_key_nonce_and_associated_data_only() -> None:
    key, nonce = AESGCM.generate_key(256), os.urandom(12)
    stored = nonce + AESGCM(key).encrypt(nonce, b"a line", b"here")
    assert unsealed(key, stored, b"here") == b"a line"
    for wrong in (
        unsealed(key, stored),
        unsealed(AESGCM.generate_key(256), stored, b"here"),
        unsealed(key, stored[:-1], b"here"),
        unsealed(key, b"", b"here"),
        unsealed(b"short", stored, b"here"),
    ):
        assert wrong is None


def test_an_envelope_opens_in_its_context_only(lab: Lab) -> None:
    kms = boto3.client("kms")
    made = envelope(kms, lab.backup_key_arn, b"a line", CONTEXT)
    data_key, plaintext = opened(kms, made, CONTEXT)
    assert plaintext == b"a line" and len(data_key) == 32
    assert not holds(made._asdict(), data_key) and not holds(tuple(made), b"a line")
    with pytest.raises(ClientError, match="InvalidCiphertext"):
        opened(kms, made, {"file": "export"})
    assert opened(kms, Envelope(made[0], made[1], b"x" * 30), CONTEXT)[1] is None


@pytest.mark.parametrize("value", [b"..secret..", [b"secret"], {"a": {"b": (b"secret",)}}])
def test_a_secret_is_found_wherever_it_lies(value: Any) -> None:
    assert holds(value, b"secret") and holds(str(b"secret".hex()), b"secret")
    assert not holds(value, b"another")


def test_what_kms_does_not_decrypt_is_told_why(lab: Lab) -> None:
    kms = boto3.client("kms")
    asked = {"KeyId": lab.backup_key_arn, "Plaintext": b"x", "EncryptionContext": CONTEXT}
    answer = kms.encrypt(**asked)
    blob = answer["CiphertextBlob"]
    assert decrypted(kms, blob, CONTEXT)[0]["Plaintext"] == b"x"
    for given, says in (
        (answer, "the ciphertext is its CiphertextBlob"),
        (..., "the dots"),
        ("x", "a value of type str"),
        (b"", "no bytes"),
        (base64.b64encode(blob), "encoded in base64"),
        (blob[:-1], "InvalidCiphertextException, when it was opened with {'file': 'backup'}"),
    ):
        assert says in decrypted(kms, given, CONTEXT)[1]
    assert "InvalidCiphertext" in decrypted(kms, blob, {})[1]
