"""How a request for items was served, told from the audit trail: who asked KMS, and who had to."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from ..dynamodb.table_keys import KEPT, SERVICE
from .events import Event

_TABLE = "aws:dynamodb:tableName"
#: The trail counts in whole seconds.
_SECOND = datetime.timedelta(seconds=1)


class Journey(NamedTuple):
    """One request to DynamoDB.

    Attributes:
        call: the request.
        table: the table's name; empty where the trail does not say it.
        asked: the calls to KMS that DynamoDB made for it, in order.
        kept: where it made none, the earlier call to KMS in which the table key was opened for
            this caller, at most five minutes before; None where there is none, as for a table
            under an AWS owned key.
    """

    call: Event
    table: str
    asked: tuple[Event, ...]
    kept: Event | None


def journey(events: Sequence[Event], wanted: str) -> Journey | None:
    """The journey of a request.

    Args:
        events: the trail's, oldest first.
        wanted: the ID of the request or of its event, or of a call that it led to.

    Returns:
        None where the trail has no such request for items.
    """
    call = next((e for e in events if wanted in (e.event_id, e.call.request_id)), None)
    if call is not None and call.parent:
        parent = call.parent
        call = next((event for event in events if event.call.request_id == parent), None)
    if call is None or call.management or not call.source.startswith("dynamodb"):
        return None
    asked = tuple(event for event in events if event.parent == call.call.request_id)
    named = [str(call.call.params.get("TableName") or ""), *map(_table, asked)]
    table = next(filter(None, named), "").rpartition("/")[2]
    before = [event for event in events if not asked and _opened(event, call, table)]
    return Journey(call, table, asked, before[-1] if before else None)


def _table(event: Event) -> str:
    context = event.call.params.get("EncryptionContext") or {}
    return str(context.get(_TABLE, ""))


def _opened(event: Event, call: Event, table: str) -> bool:
    """Whether KMS opened the table key for the same caller then, and it may still be kept."""
    age = call.call.time - event.call.time
    return (
        event.name == "Decrypt"
        and event.call.via == SERVICE
        and not event.error_code
        and _table(event) == table
        and _who(event) == _who(call)
        and datetime.timedelta() <= age <= KEPT + _SECOND
    )


def _who(event: Event) -> tuple[str, str]:
    """A user, or one session: DynamoDB keeps table keys apart by these."""
    caller = event.call.caller
    return caller.arn, caller.access_key_id if caller.session_issued else caller.user_id
