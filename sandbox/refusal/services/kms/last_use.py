"""The last successful cryptographic operation of each key (H3)."""

from __future__ import annotations

from functools import cache
from typing import Any

from ...requests import shapes
from ...requests.calls import Call
from .inventory import Inventory
from .key import Key, KeyUse
from .operation import Result, on_key


@cache
def _tracked() -> frozenset[str]:
    """The operations that count: ``KeyLastUsageTrackingOperation`` in botocore's model; none for
    a botocore that cannot ask for the last use."""
    if shapes.operation_model("kms", "GetKeyLastUsage") is None:
        return frozenset()
    operation: Any = shapes.service_model("kms").shape_for("KeyLastUsageTrackingOperation")
    return frozenset(operation.enum)


def note(inventory: Inventory, call: Call) -> None:
    """A call has succeeded: each key that it used keeps it. ReEncrypt uses two. A call that is
    not written down leaves no trace here either."""
    if call.operation not in _tracked():
        return
    call.event_id = inventory.gate.listener.new_event_id()
    if not call.event_id:
        return
    use = KeyUse(call.operation, call.time, call.event_id, call.request_id)
    for kind, arn in call.resources:
        if kind == "AWS::KMS::Key":
            _, _, _, region, account, name = arn.split(":", 5)
            inventory.keys(account, region)[name.removeprefix("key/")].last_use = use


def _get(inventory: Inventory, call: Call, key: Key) -> Result:
    """What a key was last used for, recorded from its first moment. That ``KeyId`` is the key ARN
    is the sandbox's assumption: botocore's model says only that it identifies the key."""
    use = key.last_use
    last: Result = {}
    if use is not None:
        last = {
            "Operation": use.operation,
            "Timestamp": use.time,
            "CloudTrailEventId": use.event_id,
            "KmsRequestId": use.request_id,
        }
    return {
        "KeyId": key.arn,
        "KeyLastUsage": last,
        "TrackingStartDate": key.created,
        "KeyCreationDate": key.created,
    }


OPERATIONS = {"GetKeyLastUsage": on_key(_get)}
