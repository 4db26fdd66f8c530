"""What DynamoDB knows of a table's encryption, and how long its states last."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from .table_keys import WrappedKey

#: How long a changed encryption shows as UPDATING, and the old key's ARN with it (B7).
UPDATING = datetime.timedelta(seconds=22)
OLD_SHOWN = datetime.timedelta(seconds=8)
#: How long a new table is CREATING (the sandbox's assumption), and how long it is before it is
#: gone if its key could not be used then (B25).
CREATION = datetime.timedelta(seconds=3)
STUCK = datetime.timedelta(minutes=59)
#: How far asking about a table moves the clock while its encryption changes, and while it waits
#: for its key or its status is about to follow it: the sandbox's own.
PER_QUESTION = datetime.timedelta(seconds=5)
PER_LONG_QUESTION = datetime.timedelta(minutes=1)
#: How long a key must be unusable, or usable again, before the table's status says so: AWS
#: takes 13 to 75 and 18 to 57 minutes (B21, B23); the sandbox, half an hour.
NOTICED = datetime.timedelta(minutes=30)
#: Documented, never measured (B24); how long ARCHIVING lasts is the sandbox's assumption.
ARCHIVED_AFTER = datetime.timedelta(days=7)
ARCHIVING = datetime.timedelta(hours=1)
INACCESSIBLE = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"


@dataclass(slots=True, eq=False)
class Switch:
    """A change of a table's encryption that is under way."""

    old: WrappedKey
    started: datetime.datetime


@dataclass(slots=True, eq=False)
class TableRecord:
    """A table's encryption, as DynamoDB knows it."""

    key: WrappedKey
    #: When it was last looked whether DynamoDB can use the key.
    checked: datetime.datetime
    #: Since when it is being made; None when it can be used.
    creating: datetime.datetime | None
    switch: Switch | None = None
    #: Changes of the encryption so far, for the quota of B11.
    changes: list[datetime.datetime] = field(default_factory=list)
    #: Since when the key is unusable, or usable again.
    since: datetime.datetime | None = None
    inaccessible: datetime.datetime | None = None
    archive: str = ""

    def status(self, now: datetime.datetime) -> str | None:
        """The table's status if it is another than moto's."""
        if self.creating is not None:
            return "CREATING"
        if self.inaccessible is None:
            return None
        if not self.archive:
            return INACCESSIBLE
        done = self.inaccessible + ARCHIVED_AFTER + ARCHIVING
        return "ARCHIVED" if now >= done else "ARCHIVING"

    def describe(self, table: dict[str, Any], now: datetime.datetime) -> None:
        """Put into a TableDescription what moto does not know (B2, B7, B21, B24)."""
        table["TableId"] = self.key.table_id
        table["TableStatus"] = self.status(now) or table["TableStatus"]
        shown = self.key
        if self.switch is not None and now < self.switch.started + OLD_SHOWN:
            shown = self.switch.old
        sse: dict[str, Any] = {}
        if shown.key_arn is not None:
            sse = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": shown.key_arn}
        if self.switch is not None:
            sse["Status"] = "UPDATING"
        if self.inaccessible is not None:
            sse["InaccessibleEncryptionDateTime"] = self.inaccessible.timestamp()
        if sse:
            table["SSEDescription"] = sse
        if self.archive and self.inaccessible is not None:
            table["ArchivalSummary"] = {
                "ArchivalDateTime": (self.inaccessible + ARCHIVED_AFTER).timestamp(),
                "ArchivalReason": INACCESSIBLE,
                "ArchivalBackupArn": self.archive,
            }
