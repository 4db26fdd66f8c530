"""The audit trail, as AWS CloudTrail keeps it."""

from .cloudtrail import CloudTrail
from .events import Event, RemoteEvent
from .trail import Trail

__all__ = ["CloudTrail", "Event", "RemoteEvent", "Trail"]
