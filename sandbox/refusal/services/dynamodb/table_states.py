"""The states of a table, from CREATING to ARCHIVED: how long each lasts, and what each refuses.

A state follows from time and from the KMS key. It is brought up to date when time moves on
(``age``) and when a request asks for the table (``settle``).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from ...errors import AwsError, validation
from ...moto import dynamodb as moto_dynamodb
from ...requests.calls import Call
from ...world.clock import Clock
from .answers import complete
from .rows import rows_of
from .table_keys import TableAddress, TableKeys, WrappedKey

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
class TableState:
    """What DynamoDB knows of a table's encryption, and of the states that follow from it."""

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
    #: When it was last put on demand; None if it never was.
    on_demand: datetime.datetime | None = None
    #: When its time to live was last switched.
    time_to_live_changed: datetime.datetime | None = None

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
        complete(table, self.on_demand)
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


class TableStates:
    """The states of all tables, moved on by the clock."""

    def __init__(self, clock: Clock, keys: TableKeys) -> None:
        self.clock = clock
        self.keys = keys
        self.by_address: dict[TableAddress, TableState] = {}
        #: Backup ARN -> the wrapped key that its rows were sealed under.
        self.backups: dict[str, WrappedKey] = {}

    def find(self, call: Call, name: str) -> TableState | None:
        """The state of a table; None if there is no such table."""
        return self.by_address.get((call.account, call.region, name))

    def begin(self, wrapped: WrappedKey) -> TableState:
        """Start a table's life: it is CREATING from now."""
        now = self.clock.now()
        state = self.by_address[wrapped.address] = TableState(wrapped, now, now)
        self._look_at(now + CREATION, state)
        return state

    def resume(self) -> None:
        """The tables were loaded: go on looking at those that are being made."""
        for state in self.by_address.values():
            if state.creating is not None:
                first, last = state.creating + CREATION, state.creating + STUCK
                self._look_at(first if first > self.clock.now() else last, state)

    def require_usable(self, state: TableState) -> None:
        """Refuse a table that cannot be read or written in its state.

        Raises:
            AwsError: ``ResourceNotFoundException`` while it is being made: its status is not
                ACTIVE (botocore's model of this error; the text was seen live, ExtendDB/extenddb,
                pull request 204). ``ValidationException`` if it was archived.
        """
        if not self.made(state):
            raise not_found()
        self.require_live(state)

    def made(self, state: TableState) -> bool:
        """Whether a table has been made. The sandbox spares its callers the waiting: if nothing
        is in the way, the clock moves on to that moment."""
        if state.creating is not None and self.keys.usable(state.key):
            left = state.creating + CREATION - self.clock.now()
            self.clock.advance(max(left, datetime.timedelta(0)))
            self.settle(state)
        return state.creating is None

    def require_made(self, call: Call, name: str, code: str = "ResourceInUseException") -> None:
        """Refuse to change or delete a table that is being made, or to back it up.

        Raises:
            AwsError: with the code that botocore's model has for this; the text was seen live for
                DeleteTable (vdesabou/kafka-docker-playground, issue 8703), and that the others
                say the same is the sandbox's assumption.
        """
        state = self.find(call, name)
        if state is not None and not self.made(state):
            text = "Attempt to change a resource which is still in use: Table is being created: "
            raise AwsError(code, text + name)

    def require_live(self, state: TableState) -> None:
        """Refuse a table whose data has gone to a backup.

        Raises:
            AwsError: ``ValidationException``.
        """
        if state.archive:
            # The wording is the sandbox's assumption: nobody has measured this state (B24).
            text = f"The table {state.key.table_name} is archived; restore {state.archive}."
            raise validation(text)

    def drop(self, state: TableState) -> None:
        """Leave nothing of a table that came to nothing, nor DynamoDB's grants for it."""
        key = state.key
        backend = moto_dynamodb.dynamodb(key.account, key.region)
        table = backend.tables.pop(key.table_name)
        backend.resource_policies.pop(table.table_arn, None)
        del self.by_address[key.address]
        self.keys.retire(key)

    def _look_at(self, moment: datetime.datetime, state: TableState) -> None:
        """Settle a table that is being made at a moment; if it is stuck then, once more later."""

        def look() -> None:
            self.settle(state)
            if state.creating is not None and self._is_there(state):
                self._look_at(state.creating + STUCK, state)

        self.clock.at(moment, look)

    def _is_there(self, state: TableState) -> bool:
        """False for a table that was deleted, also if there is a new one of its name."""
        return self.by_address.get(state.key.address) is state

    def settle(self, state: TableState) -> None:
        """Let happen what time has brought to a table."""
        if not self._is_there(state):
            return
        now, switch = self.clock.now(), state.switch
        if state.creating is not None and not self._is_ready(state, state.creating, now):
            return
        if switch is not None and now >= switch.started + UPDATING:
            self.keys.retire(switch.old)
            state.switch = None
            state.inaccessible = state.since = None  # With a new key it works again (B23).
        self._watch(state, now)
        state.checked = now

    def _is_ready(
        self, state: TableState, since: datetime.datetime, now: datetime.datetime
    ) -> bool:
        """Whether a new table can be used from now on. It is stuck while its key cannot be used,
        and gone after that (B25); that it is ready as soon as the key can be used again is the
        sandbox's assumption."""
        if now >= since + CREATION and self.keys.usable(state.key):
            state.creating = None
        elif now >= since + STUCK:
            self.drop(state)
        return state.creating is None

    def _watch(self, state: TableState, now: datetime.datetime) -> None:
        """Notice a key that became unusable, or usable again, some time after it did. It is
        taken to have happened just after the last look."""
        if state.archive:
            return
        usable = self.keys.usable(state.key)
        if usable is (state.inaccessible is None):
            state.since = None
        else:
            state.since = state.since or state.checked
            if now >= state.since + NOTICED:
                state.inaccessible = None if usable else state.since + NOTICED
                state.since = None
        if state.inaccessible is not None and now >= state.inaccessible + ARCHIVED_AFTER:
            with self.clock.as_of(state.inaccessible + ARCHIVED_AFTER):
                self._archive(state)

    def _archive(self, state: TableState) -> None:
        """The data moves to a backup, which needs the key to be restored (B24)."""
        key = state.key
        backend = moto_dynamodb.dynamodb(key.account, key.region)
        backup = backend.create_backup(key.table_name, f"{key.table_name}-archive")
        self.backups[backup.arn] = state.key
        state.archive = backup.arn
        rows_of(backend.tables[key.table_name]).clear()

    def age(self) -> None:
        """Time has moved."""
        self.keys.forget_expired()
        for state in list(self.by_address.values()):
            self.settle(state)


def not_found() -> AwsError:
    """What DynamoDB says of a table that is not there, or not yet."""
    return AwsError("ResourceNotFoundException", "Requested resource not found")
