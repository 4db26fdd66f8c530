"""Key pairs and HMAC keys."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

A = pytest.mark.behaviour


def make(kms, spec, usage):
    return kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]


@A(27)
def test_a_key_works_only_for_its_usage(kms, key, refused):
    signer = make(kms, "RSA_2048", "SIGN_VERIFY")
    mac = make(kms, "HMAC_256", "GENERATE_VERIFY_MAC")
    is_not = "key usage is {} which is not valid for {}."
    with refused(
        "InvalidKeyUsageException", f"{signer['Arn']} " + is_not.format("SIGN_VERIFY", "Encrypt")
    ):
        kms.encrypt(KeyId=signer["KeyId"], Plaintext=b"x")
    with refused(
        "InvalidKeyUsageException",
        f"{mac['Arn']} " + is_not.format("GENERATE_VERIFY_MAC", "Sign"),
    ):
        kms.sign(KeyId=mac["KeyId"], Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    with refused(
        "InvalidKeyUsageException",
        f"{key['Arn']} " + is_not.format("ENCRYPT_DECRYPT", "GenerateMac"),
    ):
        kms.generate_mac(KeyId=key["KeyId"], Message=b"x", MacAlgorithm="HMAC_SHA_256")


@pytest.mark.parametrize(
    ("spec", "algorithm", "limit"),
    [
        ("RSA_2048", "RSAES_OAEP_SHA_256", 190),
        ("RSA_2048", "RSAES_OAEP_SHA_1", 214),
        ("RSA_3072", "RSAES_OAEP_SHA_256", 318),
        ("RSA_3072", "RSAES_OAEP_SHA_1", 342),
        ("RSA_4096", "RSAES_OAEP_SHA_256", 446),
        ("RSA_4096", "RSAES_OAEP_SHA_1", 470),
    ],
)
def test_rsa_encrypts_up_to_its_limit(kms, refused, spec, algorithm, limit):
    key = make(kms, spec, "ENCRYPT_DECRYPT")["KeyId"]
    text = (
        f"Algorithm {algorithm} and key spec {spec} cannot encrypt data larger than {limit} bytes."
    )
    with refused("ValidationException", text):
        kms.encrypt(KeyId=key, Plaintext=b"x" * (limit + 1), EncryptionAlgorithm=algorithm)
    if spec != "RSA_2048":
        return  # Making larger keys is slow, and they do what this one does.
    blob = kms.encrypt(KeyId=key, Plaintext=b"x" * limit, EncryptionAlgorithm=algorithm)
    opened = kms.decrypt(
        CiphertextBlob=blob["CiphertextBlob"], KeyId=key, EncryptionAlgorithm=algorithm
    )
    assert opened["Plaintext"] == b"x" * limit
    with refused("InvalidCiphertextException", ""):
        kms.decrypt(CiphertextBlob=b"x" * 256, KeyId=key, EncryptionAlgorithm=algorithm)
    with refused("ValidationException", contains="KeyId"):
        kms.decrypt(CiphertextBlob=blob["CiphertextBlob"], EncryptionAlgorithm=algorithm)
    with refused("ValidationException", contains="symmetric"):
        kms.encrypt(
            KeyId=key, Plaintext=b"x", EncryptionAlgorithm=algorithm, EncryptionContext={"a": "b"}
        )


def test_the_public_key_encrypts_outside_of_kms(kms):
    key = make(kms, "RSA_2048", "ENCRYPT_DECRYPT")["KeyId"]
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    sha = hashes.SHA256()
    blob = public.encrypt(b"outside", padding.OAEP(padding.MGF1(sha), sha, None))
    opened = kms.decrypt(CiphertextBlob=blob, KeyId=key, EncryptionAlgorithm="RSAES_OAEP_SHA_256")
    assert opened["Plaintext"] == b"outside"


@pytest.mark.parametrize(
    ("spec", "algorithms"),
    [
        (
            "RSA_2048",
            ["RSASSA_PSS_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512"],
        ),
        ("ECC_NIST_P256", ["ECDSA_SHA_256"]),
        ("ECC_NIST_P521", ["ECDSA_SHA_512"]),
        ("ECC_SECG_P256K1", ["ECDSA_SHA_256"]),
        ("ECC_NIST_EDWARDS25519", ["ED25519_SHA_512"]),
        ("ML_DSA_65", ["ML_DSA_SHAKE_256"]),
    ],
)
def test_a_signature_holds_for_its_message_only(kms, refused, spec, algorithms):
    key = make(kms, spec, "SIGN_VERIFY")["KeyId"]
    for algorithm in algorithms:
        ask = {"KeyId": key, "SigningAlgorithm": algorithm}
        signature = kms.sign(Message=b"mine", **ask)["Signature"]
        assert kms.verify(Message=b"mine", Signature=signature, **ask)["SignatureValid"]
        with refused("KMSInvalidSignatureException"):
            kms.verify(Message=b"yours", Signature=signature, **ask)


def test_a_digest_is_signed_as_its_message_is(kms, refused):
    import hashlib

    key = make(kms, "ECC_NIST_P256", "SIGN_VERIFY")["KeyId"]
    ask = {"KeyId": key, "SigningAlgorithm": "ECDSA_SHA_256"}
    digest = hashlib.sha256(b"mine").digest()
    signature = kms.sign(Message=digest, MessageType="DIGEST", **ask)["Signature"]
    assert kms.verify(Message=b"mine", Signature=signature, **ask)["SignatureValid"]
    with refused("ValidationException", "Digest is invalid length for algorithm ECDSA_SHA_256."):
        kms.sign(Message=digest[:-1], MessageType="DIGEST", **ask)
    with refused("InvalidKeyUsageException", contains="incompatible with key spec ECC_NIST_P256"):
        kms.sign(KeyId=key, Message=b"x", SigningAlgorithm="ECDSA_SHA_512")


@pytest.mark.parametrize("bits", [224, 256, 384, 512])
def test_a_mac_holds_for_its_message_only(kms, refused, bits):
    key = make(kms, f"HMAC_{bits}", "GENERATE_VERIFY_MAC")["KeyId"]
    ask = {"KeyId": key, "MacAlgorithm": f"HMAC_SHA_{bits}"}
    mac = kms.generate_mac(Message=b"mine", **ask)["Mac"]
    assert len(mac) == bits // 8
    assert kms.verify_mac(Message=b"mine", Mac=mac, **ask)["MacValid"]
    with refused("KMSInvalidMacException"):
        kms.verify_mac(Message=b"yours", Mac=mac, **ask)


def test_a_symmetric_key_has_no_public_key(kms, key, refused):
    with refused("UnsupportedOperationException"):
        kms.get_public_key(KeyId=key["KeyId"])


def test_a_data_key_needs_a_symmetric_key(kms, refused):
    key = make(kms, "RSA_2048", "ENCRYPT_DECRYPT")["KeyId"]
    with refused("InvalidKeyUsageException"):
        kms.generate_data_key(KeyId=key, KeySpec="AES_256")


def test_what_is_no_symmetric_ciphertext_is_invalid_without_an_algorithm(kms, key, refused):
    """H65: whatever the key named is for."""
    rsa = kms.create_key(KeyUsage="ENCRYPT_DECRYPT", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
    hmac = kms.create_key(KeyUsage="GENERATE_VERIFY_MAC", KeySpec="HMAC_256")["KeyMetadata"]
    asked = {"KeyId": rsa, "Plaintext": b"x", "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = kms.encrypt(**asked)["CiphertextBlob"]
    for named in (rsa, hmac["KeyId"], key["KeyId"]):
        with refused("InvalidCiphertextException", ""):
            kms.decrypt(KeyId=named, CiphertextBlob=blob)


@pytest.mark.parametrize("scheme", ["PKCS1_V1_5", "PSS"])
def test_a_signature_has_the_padding_that_its_algorithm_names(kms, scheme):
    """Checked outside of KMS, with the public key."""
    key = make(kms, "RSA_2048", "SIGN_VERIFY")["KeyId"]
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    algorithm = f"RSASSA_{scheme}_SHA_256"
    signature = kms.sign(KeyId=key, Message=b"x", SigningAlgorithm=algorithm)["Signature"]
    paddings = {
        "PKCS1_V1_5": padding.PKCS1v15(),
        "PSS": padding.PSS(padding.MGF1(hashes.SHA256()), 32),
    }
    other = paddings.pop("PSS" if scheme == "PKCS1_V1_5" else "PKCS1_V1_5")
    public.verify(signature, b"x", paddings[scheme], hashes.SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"x", other, hashes.SHA256())


@pytest.mark.parametrize(
    ("spec", "algorithm", "kind"),
    [
        ("ECC_NIST_P256", "ECDSA_SHA_256", "EXTERNAL_MU"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", "DIGEST"),
        ("ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512", "RAW"),
        ("ML_DSA_65", "ML_DSA_SHAKE_256", "DIGEST"),
    ],
)
def test_an_algorithm_takes_its_message_types(kms, refused, spec, algorithm, kind):
    key = make(kms, spec, "SIGN_VERIFY")["KeyId"]
    words = f"Message type {kind} is incompatible with algorithm {algorithm}."
    with refused("ValidationException", words):
        kms.sign(KeyId=key, Message=b"x" * 64, MessageType=kind, SigningAlgorithm=algorithm)


def test_a_signature_of_a_kind_that_the_sandbox_lacks(kms, refused):
    for spec, algorithm, kind in (
        ("ECC_NIST_EDWARDS25519", "ED25519_PH_SHA_512", "DIGEST"),
        ("ML_DSA_65", "ML_DSA_SHAKE_256", "EXTERNAL_MU"),
    ):
        key = make(kms, spec, "SIGN_VERIFY")["KeyId"]
        with refused("NotInSandbox", contains=f"{algorithm} with the message type {kind}"):
            kms.sign(KeyId=key, Message=b"x" * 64, MessageType=kind, SigningAlgorithm=algorithm)
