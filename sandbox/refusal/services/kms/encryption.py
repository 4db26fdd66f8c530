"""Encrypt, Decrypt, ReEncrypt, data keys and random bytes (A36-A48)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...errors import AwsError, not_in_sandbox, validation
from ...requests.calls import Call, Permission
from . import asymmetric
from .crypto import invalid_ciphertext, seal, unseal
from .inventory import Inventory
from .key import Key, require_spec
from .operation import Operation, Result, dry_run, key_of, on_account, on_key, permission_on
from .permissions import key_permission

_SYMMETRIC = "SYMMETRIC_DEFAULT"


def require_usage(key: Key, usage: str, operation: str) -> None:
    """Refuse an operation that the key is not for (A45).

    Raises:
        AwsError: ``InvalidKeyUsageException``.
    """
    if key.usage != usage:
        text = f"{key.arn} key usage is {key.usage} which is not valid for {operation}."
        raise AwsError("InvalidKeyUsageException", text)


def require_algorithm(key: Key, algorithm: str) -> None:
    """Refuse an algorithm that the key's spec does not have (wording as other emulators record
    it; not in docs/behaviours).

    Raises:
        AwsError: ``InvalidKeyUsageException``.
    """
    if algorithm not in key.algorithms:
        text = f"Algorithm {algorithm} is incompatible with key spec {key.spec}."
        raise AwsError("InvalidKeyUsageException", text)


def encrypt_under(
    inventory: Inventory, key: Key, plaintext: bytes, context: Mapping[str, str], algorithm: str
) -> bytes:
    """A ciphertext blob under a key that is usable."""
    require_algorithm(key, algorithm)
    if key.symmetric:
        return seal(key.materials[-1], inventory.iv(), plaintext, context)
    _refuse_context(context)
    return asymmetric.encrypt(key, plaintext, algorithm)


def _refuse_context(context: Mapping[str, str]) -> None:
    if context:
        # Botocore's model of Encrypt: symmetric keys only. The wording is the sandbox's own.
        raise validation("An encryption context is valid only with a symmetric encryption KMS key.")


def _encrypt(inventory: Inventory, call: Call, key: Key) -> Result:
    params = call.params
    require_usage(key, "ENCRYPT_DECRYPT", call.operation)
    algorithm = params.get("EncryptionAlgorithm", _SYMMETRIC)
    context = params.get("EncryptionContext") or {}
    blob = encrypt_under(inventory, key, params["Plaintext"], context, algorithm)
    dry_run(call)
    return {"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": algorithm}


class _Source:
    """The ciphertext of a Decrypt or a ReEncrypt call, and the key that opens it."""

    def __init__(self, inventory: Inventory, call: Call, prefix: str) -> None:
        params = call.params
        if params.get("DryRunModifiers") or params.get("Recipient"):
            raise not_in_sandbox(f"{call.operation} with DryRunModifiers or Recipient")
        if params.get("CiphertextBlob") is None:
            raise validation(
                "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy "
                "constraint: Member must not be null"
            )
        self.blob: bytes = params["CiphertextBlob"]
        self.member = f"{prefix}KeyId"
        self.algorithm: str = params.get(f"{prefix}EncryptionAlgorithm", _SYMMETRIC)
        self.context: Mapping[str, str] = params.get(f"{prefix}EncryptionContext") or {}
        self.named = self.member in params
        self._inventory, self._call = inventory, call

    def key(self) -> Key:
        """The key named, or the one that the ciphertext tells of (A40)."""
        if self.named:
            return key_of(self._inventory, self._call, self.member)
        if self.algorithm != _SYMMETRIC:
            # Botocore's model of Decrypt; the wording is the sandbox's own.
            raise validation(f"{self.member} is required with {self.algorithm}.")
        found = self._inventory.material_of(self.blob, self._call.region)
        if found is None:
            raise invalid_ciphertext()
        return found[0]

    def permission(self, action: str, same_key: str | None = None) -> Permission:
        """The permission on the key. That its ARN is in the refusal also if the request does not
        name it is the sandbox's assumption (C11, C14)."""
        condition_keys = {"kms:EncryptionAlgorithm": self.algorithm}
        if same_key is not None:
            condition_keys["kms:ReEncryptOnSameKey"] = same_key
        if self.named:
            return permission_on(
                self._inventory,
                self._call,
                self.member,
                action=action,
                encryption_context=self.context,
                condition_keys=condition_keys,
            )
        return key_permission(
            self._call,
            self.key(),
            action=action,
            encryption_context=self.context,
            condition_keys=condition_keys,
        )

    def open(self, operation: str) -> tuple[bytes, str | None]:
        """The plaintext, and the id of the material that gave it."""
        key = self.key()
        key.require_usable()
        if self.algorithm == _SYMMETRIC:
            self._require_owner(key)
            if self._inventory.material_of(self.blob, self._call.region) is None:
                # No symmetric ciphertext, whatever the key is for (H65).
                raise invalid_ciphertext()
        require_usage(key, "ENCRYPT_DECRYPT", operation)
        require_algorithm(key, self.algorithm)
        if not key.symmetric:
            _refuse_context(self.context)
            return asymmetric.decrypt(key, self.blob, self.algorithm), None
        found = self._inventory.material_of(self.blob, self._call.region)
        if found is None:
            raise invalid_ciphertext()
        return unseal(found[1], self.blob, self.context), found[1].material_id

    def _require_owner(self, key: Key) -> None:
        """Refuse a key, of whatever kind, that another key's ciphertext is put to (A40, A44)."""
        found = self._inventory.material_of(self.blob, self._call.region)
        if found is not None and found[0] is not key:
            raise AwsError("IncorrectKeyException", _INCORRECT_KEY)


_INCORRECT_KEY = (
    "The key ID in the request does not identify a CMK that can perform this operation."
)


def _decrypt_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    yield _Source(inventory, call, "").permission(call.action)


def _decrypt(inventory: Inventory, call: Call) -> Result:
    source = _Source(inventory, call, "")
    key = source.key()
    plaintext, material_id = source.open(call.operation)
    dry_run(call)
    result = {
        "KeyId": key.arn,
        "Plaintext": plaintext,
        "EncryptionAlgorithm": source.algorithm,
        "KeyMaterialId": material_id,
    }
    return {name: value for name, value in result.items() if value is not None}


def _re_encrypt_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    source = _Source(inventory, call, "Source")
    same = str(_same_key(inventory, call, source)).lower()
    yield source.permission("kms:ReEncryptFrom", same)
    context = call.params.get("DestinationEncryptionContext") or {}
    yield permission_on(
        inventory,
        call,
        "DestinationKeyId",
        action="kms:ReEncryptTo",
        encryption_context=context,
        condition_keys={
            "kms:ReEncryptOnSameKey": same,
            "kms:EncryptionAlgorithm": call.params.get(
                "DestinationEncryptionAlgorithm", _SYMMETRIC
            ),
        },
    )


def _same_key(inventory: Inventory, call: Call, source: _Source) -> bool:
    try:
        return source.key() is key_of(inventory, call, "DestinationKeyId")
    except AwsError:
        return False  # The permissions say what is wrong with either.


def _re_encrypt(inventory: Inventory, call: Call) -> Result:
    params = call.params
    source = _Source(inventory, call, "Source")
    plaintext, source_material = source.open(call.operation)
    key = key_of(inventory, call, "DestinationKeyId")
    key.require_usable()
    require_usage(key, "ENCRYPT_DECRYPT", call.operation)
    algorithm = params.get("DestinationEncryptionAlgorithm", _SYMMETRIC)
    context = params.get("DestinationEncryptionContext") or {}
    result = {
        "CiphertextBlob": encrypt_under(inventory, key, plaintext, context, algorithm),
        "SourceKeyId": source.key().arn,
        "KeyId": key.arn,
        "SourceEncryptionAlgorithm": source.algorithm,
        "DestinationEncryptionAlgorithm": algorithm,
    }
    dry_run(call)
    if source_material:
        result["SourceKeyMaterialId"] = source_material
    if key.symmetric:
        result["DestinationKeyMaterialId"] = key.materials[-1].material_id
    return result


def _data_key_size(call: Call) -> int:
    spec, count = call.params.get("KeySpec"), call.params.get("NumberOfBytes")
    if (spec is None) == (count is None):
        # As moto words it; not in docs/behaviours.
        raise validation("Please specify either number of bytes or key spec.")
    return {"AES_256": 32, "AES_128": 16}[spec] if spec else int(count or 0)


def _seal_secret(inventory: Inventory, call: Call, key: Key, secret: bytes) -> bytes:
    """Encrypt a data key or a private key; needs a symmetric encryption key."""
    context = call.params.get("EncryptionContext") or {}
    return seal(key.materials[-1], inventory.iv(), secret, context)


def _require_symmetric(key: Key, call: Call) -> None:
    if call.params.get("Recipient"):
        raise not_in_sandbox("responses for an attested enclave (Recipient)")
    require_usage(key, "ENCRYPT_DECRYPT", call.operation)
    require_algorithm(key, _SYMMETRIC)


def _generate_data_key(inventory: Inventory, call: Call, key: Key) -> Result:
    size = _data_key_size(call)
    _require_symmetric(key, call)
    dry_run(call)
    secret = inventory.entropy.bytes(size, "kms/data-key")
    result: Result = {"CiphertextBlob": _seal_secret(inventory, call, key, secret)}
    if call.operation == "GenerateDataKey":
        result["Plaintext"] = secret
    return {**result, "KeyId": key.arn, "KeyMaterialId": key.materials[-1].material_id}


def _generate_data_key_pair(inventory: Inventory, call: Call, key: Key) -> Result:
    spec = call.params["KeyPairSpec"]
    _require_symmetric(key, call)
    require_spec(spec, call.region, "data key pairs")
    dry_run(call)
    private_key = asymmetric.new_private_key(spec)
    secret = asymmetric.private_bytes(private_key)
    result: Result = {"PrivateKeyCiphertextBlob": _seal_secret(inventory, call, key, secret)}
    if call.operation == "GenerateDataKeyPair":
        result["PrivateKeyPlaintext"] = secret
    return {
        **result,
        "PublicKey": asymmetric.public_bytes(private_key),
        "KeyId": key.arn,
        "KeyPairSpec": spec,
        "KeyMaterialId": key.materials[-1].material_id,
    }


def _generate_random(inventory: Inventory, call: Call) -> Result:
    params = call.params
    if params.get("CustomKeyStoreId") or params.get("Recipient"):
        raise not_in_sandbox("GenerateRandom with CustomKeyStoreId or Recipient")
    if "NumberOfBytes" not in params:
        raise validation("NumberOfBytes is required.")
    return {"Plaintext": inventory.entropy.bytes(params["NumberOfBytes"], "kms/random")}


_DATA_KEY = on_key(_generate_data_key, Key.require_usable, aliases=True, cross_account=True)
_DATA_KEY_PAIR = on_key(
    _generate_data_key_pair, Key.require_usable, aliases=True, cross_account=True
)
OPERATIONS = {
    "Encrypt": on_key(_encrypt, Key.require_usable, aliases=True, cross_account=True),
    "Decrypt": Operation(_decrypt_permissions, _decrypt),
    "ReEncrypt": Operation(_re_encrypt_permissions, _re_encrypt),
    "GenerateDataKey": _DATA_KEY,
    "GenerateDataKeyWithoutPlaintext": _DATA_KEY,
    "GenerateDataKeyPair": _DATA_KEY_PAIR,
    "GenerateDataKeyPairWithoutPlaintext": _DATA_KEY_PAIR,
    "GenerateRandom": on_account(_generate_random),
}
