"""Rotation: new key material under the same key, old material kept (A49-A52)."""

from __future__ import annotations

import datetime

from ...errors import AwsError
from ...requests.calls import Call
from .imports import wrong_origin
from .inventory import Inventory, after
from .key import Key, KeyMaterial
from .listing import list_page
from .operation import Result, on_key

#: On-demand rotations per key (A51).
MAX_ON_DEMAND = 25


def rotate_if_due(inventory: Inventory, key: Key) -> None:
    """Rotate as often as the key's period asks for; a key that is disabled or pending deletion
    waits (KMS Developer Guide, "Rotating AWS KMS keys")."""
    if key.key_state != "Enabled" or key.rotation_period is None:
        return
    while key.next_rotation is not None and key.next_rotation <= inventory.clock.now():
        _rotate(inventory, key, key.next_rotation)


def rotate_if_missed(inventory: Inventory, key: Key) -> None:
    """Rotate a key that is enabled again, once and now, if it has waited for a rotation or for
    several (the same)."""
    if key.next_rotation is not None and key.next_rotation <= inventory.clock.now():
        _rotate(inventory, key, inventory.clock.now())


def _rotate(inventory: Inventory, key: Key, moment: datetime.datetime) -> None:
    if key.rotation_period is not None:
        inventory.add_material(key, moment, "AUTOMATIC")
        key.next_rotation = after(moment, key.rotation_period)


def _require_symmetric(key: Key) -> None:
    if not key.symmetric:
        raise AwsError("UnsupportedOperationException", "")  # AWS has no words here (H60).


def _require_made_here(key: Key) -> None:
    """Imported material does not rotate by itself (H83)."""
    if key.origin != "AWS_KMS":
        raise wrong_origin(key)
    key.require_usable()


def _enable(inventory: Inventory, call: Call, key: Key) -> Result:
    _require_symmetric(key)
    period = call.params.get("RotationPeriodInDays", 365)
    if period != key.rotation_period:
        key.rotation_period, key.next_rotation = period, inventory.later(period)
    return {}


def _disable(inventory: Inventory, call: Call, key: Key) -> Result:
    _require_symmetric(key)
    key.rotation_period = key.next_rotation = None
    return {}


def _status(inventory: Inventory, call: Call, key: Key) -> Result:
    """The status is false of a key that cannot rotate (H11), and while a key is pending deletion
    (botocore's model of this operation)."""
    on = key.rotation_period is not None and key.deletion_date is None
    result: Result = {"KeyId": key.key_id, "KeyRotationEnabled": on}
    if on:
        result["RotationPeriodInDays"] = key.rotation_period
        result["NextRotationDate"] = key.next_rotation
    return result


def _rotate_now(inventory: Inventory, call: Call, key: Key) -> Result:
    _require_symmetric(key)
    if key.origin != "AWS_KMS":
        text = f"No available key material pending rotation for the key: {key.arn}."  # H83.
        raise AwsError("KMSInvalidStateException", text)
    if sum(m.rotation_type == "ON_DEMAND" for m in key.materials) >= MAX_ON_DEMAND:
        raise AwsError(
            "LimitExceededException",
            "The on-demand rotations limit has been reached for the given keyId. No more "
            f"on-demand rotations can be performed for this key: {key.arn}",
        )
    inventory.add_material(key, inventory.clock.now(), "ON_DEMAND")
    return {"KeyId": key.arn}  # H11.


def _list(inventory: Inventory, call: Call, key: Key) -> Result:
    _require_symmetric(key)
    everything = call.params.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"

    def show(numbered: tuple[int, KeyMaterial]) -> Result:
        material = numbered[1]
        current = material is key.materials[-1]
        entry: Result = {"KeyId": key.key_id, "KeyMaterialId": material.material_id}
        if everything:
            entry["KeyMaterialState"] = "CURRENT" if current else "NON_CURRENT"
        if key.imported is not None:
            entry["ImportState"] = "PENDING_IMPORT" if key.lacks_material else "IMPORTED"
            entry |= {} if key.lacks_material else key.expiration()
            if key.imported.description:
                entry["KeyMaterialDescription"] = key.imported.description
        if material.rotation_type:
            entry["RotationDate"] = material.created
            entry["RotationType"] = material.rotation_type
        return entry

    numbered = [m for m in enumerate(key.materials) if everything or m[1].rotation_type]
    return list_page(call, "Rotations", numbered, lambda pair: pair[0], show, 100)


OPERATIONS = {
    "EnableKeyRotation": on_key(_enable, _require_made_here),
    "DisableKeyRotation": on_key(_disable, _require_made_here),
    "GetKeyRotationStatus": on_key(_status, cross_account=True),
    "RotateKeyOnDemand": on_key(_rotate_now, Key.require_usable),
    "ListKeyRotations": on_key(_list),
}
