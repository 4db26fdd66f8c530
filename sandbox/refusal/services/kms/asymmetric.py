"""Key pairs and HMAC keys, by the ``cryptography`` library.

Key pairs and their signatures cannot be seeded: they differ from run to run.
"""

from __future__ import annotations

import hmac
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from ...errors import AwsError, not_in_sandbox, validation
from .crypto import invalid_ciphertext
from .key import Key

_CURVES: dict[str, ec.EllipticCurve] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}


def new_private_key(spec: str) -> Any:
    """A private key of a key spec or data key pair spec."""
    if spec.startswith("RSA_"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(spec[4:]))
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec])
    if not spec.startswith("ML_DSA_"):
        return ed25519.Ed25519PrivateKey.generate()
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa
    except ImportError:
        raise not_in_sandbox(f"{spec} with this release of the cryptography library") from None
    return getattr(mldsa, f"MLDSA{spec[7:]}PrivateKey").generate()


def private_key(key: Key) -> Any:
    """A KMS key's private key; made when it is first needed, because RSA is slow."""
    if key.private_key is None:
        key.private_key = new_private_key(key.spec)
    return key.private_key


def private_bytes(private: Any) -> bytes:
    """The private key as DER, PKCS #8 (botocore's model of GenerateDataKeyPair)."""
    form = serialization.PrivateFormat.PKCS8
    encryption = serialization.NoEncryption()
    return bytes(private.private_bytes(serialization.Encoding.DER, form, encryption))


def public_bytes(private: Any) -> bytes:
    """The public key as DER, SubjectPublicKeyInfo (botocore's model of GetPublicKey)."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(private.public_key().public_bytes(serialization.Encoding.DER, form))


def _hash(algorithm: str) -> hashes.HashAlgorithm:
    """The hash that an algorithm's name ends with."""
    chosen: hashes.HashAlgorithm = getattr(hashes, "SHA" + algorithm.rsplit("_", 1)[1])()
    return chosen


def _oaep(algorithm: str) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(_hash(algorithm)), _hash(algorithm), None)


def encrypt(key: Key, plaintext: bytes, algorithm: str) -> bytes:
    """Encrypt under an RSA key, within the algorithm's limit (A37)."""
    limit = int(key.spec[4:]) // 8 - 2 * _hash(algorithm).digest_size - 2
    if len(plaintext) > limit:
        raise validation(
            f"Algorithm {algorithm} and key spec {key.spec} cannot encrypt data larger than "
            f"{limit} bytes."
        )
    return bytes(private_key(key).public_key().encrypt(plaintext, _oaep(algorithm)))


def decrypt(key: Key, blob: bytes, algorithm: str) -> bytes:
    """Decrypt with an RSA key."""
    try:
        return bytes(private_key(key).decrypt(blob, _oaep(algorithm)))
    except ValueError:
        raise invalid_ciphertext() from None


def unwrap(private: Any, blob: bytes, algorithm: str) -> bytes:
    """What was encrypted for an import, under the RSA part of a wrapping algorithm."""
    try:
        return bytes(private.decrypt(blob, _oaep(algorithm)))
    except ValueError:
        raise invalid_ciphertext() from None


def is_of_spec(private: Any, spec: str) -> bool:
    """Whether a private key is one of a key spec."""
    if spec.startswith("RSA_"):
        return isinstance(private, rsa.RSAPrivateKey) and private.key_size == int(spec[4:])
    if spec in _CURVES:
        curve = _CURVES[spec].name
        return isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name == curve
    return type(private) is type(new_private_key(spec))


def _kinds(algorithm: str) -> tuple[str, ...]:
    """The message types that an algorithm goes with."""
    if algorithm.startswith("ML_DSA"):
        return "RAW", "EXTERNAL_MU"
    if algorithm.startswith("ED25519"):
        return ("DIGEST",) if algorithm.startswith("ED25519_PH") else ("RAW",)
    return "RAW", "DIGEST"


def _scheme(message: bytes, kind: str, algorithm: str) -> tuple[Any, ...]:
    """What the library's ``sign`` and ``verify`` take after the message or the signature."""
    if kind not in _kinds(algorithm):
        # Botocore's model of Sign; the wording is the sandbox's assumption.
        raise validation(f"Message type {kind} is incompatible with algorithm {algorithm}.")
    if algorithm.startswith(("ED25519", "ML_DSA")):
        if kind != "RAW":
            raise not_in_sandbox(f"{algorithm} with the message type {kind}")
        return ()
    chosen: hashes.HashAlgorithm | utils.Prehashed = _hash(algorithm)
    if kind == "DIGEST":
        if len(message) != _hash(algorithm).digest_size:
            # Seen on live AWS; not in docs/behaviours.
            raise validation(f"Digest is invalid length for algorithm {algorithm}.")
        chosen = utils.Prehashed(_hash(algorithm))
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(chosen),)
    if "PKCS1" in algorithm:
        return padding.PKCS1v15(), chosen
    return padding.PSS(padding.MGF1(_hash(algorithm)), _hash(algorithm).digest_size), chosen


def sign(key: Key, message: bytes, kind: str, algorithm: str) -> bytes:
    """Sign a message or its digest."""
    return bytes(private_key(key).sign(message, *_scheme(message, kind, algorithm)))


def verify(key: Key, message: bytes, kind: str, algorithm: str, signature: bytes) -> None:
    """Check a signature.

    Raises:
        AwsError: ``KMSInvalidSignatureException``; the empty message is the sandbox's
            assumption.
    """
    scheme = _scheme(message, kind, algorithm)
    try:
        private_key(key).public_key().verify(signature, message, *scheme)
    except InvalidSignature:
        raise AwsError("KMSInvalidSignatureException", "") from None


def mac(key: Key, message: bytes, algorithm: str) -> bytes:
    """The HMAC of a message."""
    digest = algorithm.removeprefix("HMAC_").replace("_", "").lower()
    return hmac.digest(key.materials[-1].secret, message, digest)


def shared_secret(key: Key, public_key: bytes) -> bytes:
    """What the key and another's public key (DER, SubjectPublicKeyInfo) agree on by ECDH: the
    x-coordinate.

    Raises:
        AwsError: ``ValidationException`` without words for what is no public key of the same
            curve (H84).
    """
    try:
        other = serialization.load_der_public_key(public_key)
        if not isinstance(other, ec.EllipticCurvePublicKey):
            raise validation("")
        return bytes(private_key(key).exchange(ec.ECDH(), other))
    except (ValueError, UnsupportedAlgorithm):
        raise validation("") from None
