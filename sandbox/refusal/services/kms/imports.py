"""Key material from outside: the keys of the origin ``EXTERNAL`` (H83)."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from cryptography.hazmat.primitives import serialization

from ...errors import AwsError, not_in_sandbox, validation
from ...requests.calls import Call
from . import asymmetric
from .crypto import invalid_ciphertext
from .inventory import Inventory, after
from .key import Imported, Key, Wrapping
from .operation import Result, on_key

#: How long an import token and its public key are good for.
_VALID = datetime.timedelta(hours=24)
_MOST_DAYS = 365
_TOKEN_BYTES = 256


def wrong_origin(key: Key) -> AwsError:
    """What KMS says of a key whose material has another origin than the operation is for. The
    text was recorded of GetParametersForImport (H65); that the others say it too is the sandbox's
    assumption."""
    text = f"{key.arn} origin is {key.origin} which is not valid for this operation."
    return AwsError("UnsupportedOperationException", text)


def _require_external(key: Key) -> None:
    if key.origin != "EXTERNAL":
        raise wrong_origin(key)


def _require_importable(key: Key) -> None:
    _require_external(key)
    key.require_not_pending()


def _parameters(inventory: Inventory, call: Call, key: Key) -> Result:
    algorithm, spec = call.params["WrappingAlgorithm"], call.params["WrappingKeySpec"]
    _refuse_wrapping(key, algorithm, spec)
    now = inventory.clock.now()
    wrapping = Wrapping(asymmetric.new_private_key(spec), algorithm, now + _VALID)
    token = inventory.entropy.bytes(_TOKEN_BYTES, "kms/import-token")
    key.wrappings = {t: w for t, w in key.wrappings.items() if w.valid_to + _VALID > now}
    key.wrappings[token.hex()] = wrapping
    return {
        "KeyId": key.arn,
        "ImportToken": token,
        "PublicKey": asymmetric.public_bytes(wrapping.private_key),
        "ParametersValidTo": wrapping.valid_to,
    }


def _refuse_wrapping(key: Key, algorithm: str, spec: str) -> None:
    """Botocore's model of GetParametersForImport; the wording is the sandbox's own."""
    text = ""
    if "SM2" in algorithm + spec:
        text = "SM2 is not supported in this Region"
    elif algorithm == "RSAES_PKCS1_V1_5":
        text = f"Wrapping algorithm {algorithm} is no longer supported."
    elif algorithm.startswith("RSAES") and (
        key.spec.startswith("RSA") or (key.spec, spec) == ("ECC_NIST_P521", "RSA_2048")
    ):
        text = f"{algorithm} with {spec} cannot wrap key material of the spec {key.spec}."
    if text:
        raise AwsError("UnsupportedOperationException", text)


def _import(inventory: Inventory, call: Call, key: Key) -> Result:
    params, now = call.params, inventory.clock.now()
    expires = _expires(inventory, call)
    wrapping = key.wrappings.get(params["ImportToken"].hex())
    if wrapping is None:
        raise AwsError("InvalidImportTokenException", "")
    if wrapping.valid_to <= now:
        raise AwsError("ExpiredImportTokenException", "")
    secret = _unwrapped(wrapping, params["EncryptedKeyMaterial"])
    private = _checked(key, secret)
    material_id = hashlib.sha256(key.key_id.encode() + secret).hexdigest()
    _refuse_other(call, key, material_id)
    described = params.get("KeyMaterialDescription")
    if described is None:
        described = key.imported.description if key.imported else ""
    key.enabled = key.enabled or key.lacks_material
    key.imported = Imported(material_id, True, expires, described)
    if private is None:
        inventory.keep_imported(key, material_id, secret)
    key.private_key = private
    return {"KeyId": key.arn, **_identified(key)}


def _expires(inventory: Inventory, call: Call) -> datetime.datetime | None:
    """When the material is to expire. That a date may be a year away at most is in botocore's
    model; the wording is the sandbox's own."""
    valid_to: datetime.datetime | None = call.params.get("ValidTo")
    if call.params.get("ExpirationModel") == "KEY_MATERIAL_DOES_NOT_EXPIRE":
        if valid_to is not None:
            raise validation(
                "The parameter ValidTo cannot be specified for a key with an expiration model of "
                "KEY_MATERIAL_DOES_NOT_EXPIRE"
            )
        return None
    if valid_to is None:
        raise validation(
            "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"
        )
    now = inventory.clock.now()
    if valid_to <= now:
        raise validation("ValidTo must be in the future")
    if valid_to > after(now, _MOST_DAYS):
        raise validation(f"ValidTo must be within {_MOST_DAYS} days")
    return valid_to


def _unwrapped(wrapping: Wrapping, blob: bytes) -> bytes:
    """The key material, out of what it was wrapped in."""
    size = wrapping.private_key.key_size // 8
    wrapped, rest = blob[:size], blob[size:]
    direct = wrapping.algorithm.startswith("RSAES")
    if len(wrapped) < size or direct is bool(rest):
        raise validation("Invalid encrypted key size.")
    secret = asymmetric.unwrap(wrapping.private_key, wrapped, wrapping.algorithm)
    if direct:
        return secret
    # Here and not above: every sandbox starts with this module, and very few unwrap a key.
    from cryptography.hazmat.primitives import keywrap

    try:
        return keywrap.aes_key_unwrap_with_padding(secret, rest)
    except (keywrap.InvalidUnwrap, ValueError):
        raise invalid_ciphertext() from None


def _checked(key: Key, secret: bytes) -> Any:
    """The private key of a key pair; None of other keys, whose material is as long as it must be.

    Raises:
        AwsError: ``IncorrectKeyMaterialException``: it is no material for this key.
    """
    if not key.asymmetric:
        if len(secret) != key.material_size:
            raise _incorrect()
        return None
    try:
        private: Any = serialization.load_der_private_key(secret, password=None)
    except (ValueError, TypeError):
        raise _incorrect() from None
    if not asymmetric.is_of_spec(private, key.spec):
        raise _incorrect()
    return private


def _refuse_other(call: Call, key: Key, material_id: str) -> None:
    """Other material than the key has had. Symmetric keys take more on AWS, to rotate to."""
    if key.imported is None:
        other = call.params.get("ImportType") == "EXISTING_KEY_MATERIAL"
    else:
        if call.params.get("ImportType") == "NEW_KEY_MATERIAL" and key.symmetric:
            raise not_in_sandbox("a second imported material of a key")
        other = material_id != key.imported.material_id
    if other or call.params.get("KeyMaterialId", material_id) != material_id:
        raise _incorrect()


def _incorrect() -> AwsError:
    return AwsError("IncorrectKeyMaterialException", "")


def _delete(inventory: Inventory, call: Call, key: Key) -> Result:
    named = call.params.get("KeyMaterialId")
    if named is not None and {"KeyMaterialId": named} != _identified(key):
        raise AwsError("NotFoundException", "No such key material exists")
    _drop(key)
    return {"KeyId": key.arn, **_identified(key)}


def _identified(key: Key) -> Result:
    """The material's id, which only those of symmetric keys have."""
    if key.imported is None or not key.symmetric:
        return {}
    return {"KeyMaterialId": key.imported.material_id}


def drop_if_expired(inventory: Inventory, key: Key) -> None:
    """Imported material is deleted at its time."""
    expires = key.imported.expires if key.imported is not None else None
    if expires is not None and expires <= inventory.clock.now():
        _drop(key)


def _drop(key: Key) -> None:
    if key.imported is not None:
        key.imported.held, key.private_key = False, None
        for material in key.materials:
            material.secret = b""


OPERATIONS = {
    "GetParametersForImport": on_key(_parameters, _require_importable),
    "ImportKeyMaterial": on_key(_import, _require_importable),
    "DeleteImportedKeyMaterial": on_key(_delete, _require_external),
}
