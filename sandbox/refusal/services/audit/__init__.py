"""The audit trail, as AWS CloudTrail keeps it.

``Sandbox.trail`` is a ``Trail``, and holds an ``Event`` for each call that has ended, whether it
succeeded or was refused. ``service`` has the operation LookupEvents.
"""

from .events import Event, RemoteEvent
from .service import CloudTrail
from .trail import Trail

__all__ = ["CloudTrail", "Event", "RemoteEvent", "Trail"]
