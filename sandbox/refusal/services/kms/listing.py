"""Lists that KMS gives out page by page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ...errors import AwsError
from ...requests.calls import Call

T = TypeVar("T")


def list_page(
    call: Call,
    member: str,
    items: Iterable[T],
    order: Callable[[T], Any],
    show: Callable[[T], Any],
    default: int,
    most: int = 1000,
) -> dict[str, Any]:
    """One page of a list: ``Limit`` and ``Marker`` in, ``NextMarker`` and ``Truncated`` out.

    Args:
        member: the answer's member that holds the items, such as ``Keys``.
        order: what the items are sorted by, of a type that JSON has.
        show: what the answer shows of an item.
        default: how many items without a Limit.
        most: how many at most (botocore's model of each operation); that a larger Limit is cut
            and not refused is the sandbox's assumption.

    A marker holds the last item's position in the order, so that changes between two pages
    neither repeat nor skip an item.

    Raises:
        AwsError: ``InvalidMarkerException`` for a marker that KMS did not give out.
    """
    limit = min(call.params.get("Limit") or default, most)
    ordered = sorted(items, key=order)
    if marker := call.params.get("Marker"):
        last_shown = _read_marker(marker)
        try:
            ordered = [item for item in ordered if order(item) > last_shown]
        except TypeError:
            raise _invalid_marker() from None
    shown = ordered[:limit]
    result: dict[str, Any] = {member: [show(item) for item in shown]}
    result["Truncated"] = len(ordered) > limit
    if result["Truncated"]:
        text = json.dumps(order(shown[-1])).encode()
        result["NextMarker"] = base64.urlsafe_b64encode(text).decode()
    return result


def _read_marker(marker: str) -> Any:
    try:
        return json.loads(base64.b64decode(marker, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise _invalid_marker() from None


def _invalid_marker() -> AwsError:
    # The wording is the sandbox's assumption.
    return AwsError("InvalidMarkerException", "Could not deserialize marker")
