"""The audit trail, as AWS CloudTrail keeps it.

- ``service``: CloudTrail as the gate sees it: LookupEvents.
- ``trail``: every call that came to its end. ``events``: one of them, and its CloudTrail record.
"""

from .events import Event, RemoteEvent
from .service import CloudTrail
from .trail import Trail

__all__ = ["CloudTrail", "Event", "RemoteEvent", "Trail"]
