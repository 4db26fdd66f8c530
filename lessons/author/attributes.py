"""An attribute that a program encrypts before it sends the item, as notebook 04's ``protect``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .sealed import Envelope, envelope, opened

__all__ = ["decrypted_attribute", "encrypted_attribute", "key_of_attribute", "left_open"]


def encrypted_attribute(
    kms: Any, key_id: str, name: str, text: str, context: Mapping[str, str]
) -> dict[str, Any]:
    """An attribute, and beside it ``<name>_key``, the encrypted data key."""
    made = envelope(kms, key_id, text.encode(), context)
    return {
        name: {"B": made.nonce + made.ciphertext},
        f"{name}_key": {"B": made.encrypted_key},
    }


def decrypted_attribute(
    kms: Any, item: Mapping[str, Any], name: str, context: Mapping[str, str]
) -> str | None:
    """The text of an attribute; None if its data key does not open it.

    Raises:
        ClientError: KMS does not decrypt the data key in this context.
    """
    sealed = bytes(item[name]["B"])
    given = Envelope(item[f"{name}_key"]["B"], sealed[:12], sealed[12:])
    _, told = opened(kms, given, context)
    return None if told is None else told.decode(errors="replace")


def key_of_attribute(
    kms: Any, item: Mapping[str, Any], name: str, context: Mapping[str, str]
) -> str:
    """The ARN of the KMS key under which an attribute's data key is encrypted."""
    blob = bytes(item[f"{name}_key"]["B"])
    answer = kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(context))
    return str(answer["KeyId"])


def left_open(item: Mapping[str, Any], before: Mapping[str, Any], name: str, what: str) -> str:
    """What is wrong with an item whose attribute was to be encrypted, in words; or nothing.

    Args:
        item: as it is.
        before: as it was; its attribute is text.
        what: what the attribute holds, such as ``address``.
    """
    if "S" in item.get(name, {}):
        return f"an {what} that is still in plaintext."
    if lost := [part for part in before if part not in item]:
        return f"an item without {', '.join(lost)}."
    if changed := [x for x in before if x != name and item[x] != before[x]]:
        return f"a different value of {', '.join(changed)}."
    if "B" not in item.get(f"{name}_key", {}):
        return f"no {name}_key, so nobody can decrypt the {what}."
    text = before[name]["S"]
    if plain := [part for part, value in item.items() if text in str(value)]:
        return f"the {what} in plaintext, in `{plain[0]}`."
    return ""
