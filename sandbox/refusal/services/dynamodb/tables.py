"""The tables: what the sandbox keeps beside moto's, and the way to moto and back.

Rows can be opened only inside ``work``, for the tables of the request, with the key that KMS
gave this caller.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ...errors import AwsError, not_in_sandbox, validation
from ...gate import Gate
from ...moto import dynamodb as bridge
from ...moto.dynamodb import MotoDynamoDB, MotoTable
from ...moto.hooks import Hooks
from ...requests import shapes
from ...requests.calls import Call, Forwarded
from .data_keys import Structure, TableKey
from .sealed import SealedRows
from .stream_records import SealedRecords
from .table_keys import TableKeys, WrappedKey
from .table_record import ARCHIVED_AFTER, CREATION, NOTICED, STUCK, UPDATING, TableRecord

#: botocore's model: TransactionCanceledException.
_REASONS = frozenset(
    ["None", "ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "TransactionConflict",
     "ProvisionedThroughputExceeded", "ThrottlingError", "ValidationError", "DuplicateItem"]
)  # fmt: skip


class Tables:
    """All tables, and the wrapped keys of all backups."""

    def __init__(self, gate: Gate, hooks: Hooks, keys: TableKeys) -> None:
        self.gate = gate
        self.keys = keys
        self._hooks = hooks
        self.records: dict[tuple[str, str, str], TableRecord] = {}
        #: Backup ARN -> the wrapped key that its pages were sealed under.
        self.backups: dict[str, WrappedKey] = {}

    def now(self) -> datetime.datetime:
        """The present moment."""
        return self.gate.clock.now()

    def record(self, call: Call, name: str) -> TableRecord | None:
        """What is known of a table; None if there is no such table."""
        return self.records.get((call.account, call.region, name))

    def forward(
        self, call: Call, params: dict[str, Any] | None = None, service: str = "dynamodb"
    ) -> Forwarded:
        """Let moto answer, with other members if they are given.

        Raises:
            AwsError: moto failed on what was asked.
        """
        assert call.request is not None
        sent = call.request
        body = sent.body if params is None else json.dumps(params).encode()
        target = sent.headers["X-Amz-Target"]
        place = {"region": call.region, "account": call.account}
        try:
            answer = Forwarded(*self._hooks.forward_json(service, target, body, **place))
        except AwsError:
            raise
        except ValueError as error:
            raise validation(str(error)) from error
        except Exception as error:
            shapes.read_params(call.service, call.operation, call.params)  # Says what is wrong.
            raise _unanswered(call, f"{type(error).__name__}: {error}") from error
        if answer.status >= 500:
            raise _unanswered(call, "a fault inside")
        _refuse_faults(call, answer)
        return answer

    def work(
        self,
        call: Call,
        names: Iterable[str],
        *,
        writes: bool,
        alone: bool = False,
        service: str = "dynamodb",
    ) -> Forwarded:
        """Let moto answer with rows of these tables open. Changes are kept if it succeeds.

        Args:
            writes: whether the request may change rows.
            alone: True if moto must not see other tables.

        Raises:
            AwsError: KMS refuses the caller, a page was tampered with, or moto failed.
        """
        backend = bridge.dynamodb(call.account, call.region)
        found: list[tuple[str, TableKey]] = []
        for name in dict.fromkeys(names):
            record = self.record(call, name)
            if record is not None:
                self._require_usable(record)
                found.append((name, self.keys.unlock(call, record.key)))
            elif alone or call.operation.startswith("Transact"):
                raise self.not_found()  # moto fails on it.
        with _opened(backend, found, alone) as done:
            answer = self.forward(call, service=service)
            done.keep = writes and answer.status == 200
        return answer

    def _require_usable(self, record: TableRecord) -> None:
        """Refuse a table that cannot be read or written in its state.

        Raises:
            AwsError: ``ResourceNotFoundException`` while it is being made: its status is not
                ACTIVE (botocore's model of this error; the text was seen live, ExtendDB/extenddb,
                pull request 204). ``ValidationException`` if it was archived.
        """
        if not self.made(record):
            raise self.not_found()
        self.require_live(record)

    @staticmethod
    def not_found() -> AwsError:
        """What DynamoDB says of a table that is not there, or not yet."""
        return AwsError("ResourceNotFoundException", "Requested resource not found")

    def made(self, record: TableRecord) -> bool:
        """Whether a table has been made. The sandbox spares its callers the waiting: if nothing
        is in the way, the clock moves on to that moment."""
        if record.creating is not None and self.keys.usable(record.key):
            left = record.creating + CREATION - self.now()
            self.gate.clock.advance(max(left, datetime.timedelta(0)))
            self.settle(record)
        return record.creating is None

    def require_made(self, call: Call, name: str, code: str = "ResourceInUseException") -> None:
        """Refuse to change or delete a table that is being made, or to back it up.

        Raises:
            AwsError: with the code that botocore's model has for this; the text was seen live for
                DeleteTable (vdesabou/kafka-docker-playground, issue 8703), and that the others
                say the same is the sandbox's assumption.
        """
        record = self.record(call, name)
        if record is not None and not self.made(record):
            text = "Attempt to change a resource which is still in use: Table is being created: "
            raise AwsError(code, text + name)

    def require_live(self, record: TableRecord) -> None:
        """Refuse a table whose data has gone to a backup.

        Raises:
            AwsError: ``ValidationException``.
        """
        if record.archive:
            # The wording is the sandbox's assumption: nobody has measured this state (B24).
            text = f"The table {record.key.table_name} is archived; restore {record.archive}."
            raise validation(text)

    def unlock(self, call: Call, name: str) -> None:
        """Ask KMS as for data, of a request that touches the table's key but no row (B26)."""
        record = self.record(call, name)
        if record is not None:
            self._require_usable(record)
            self.keys.unlock(call, record.key)

    def adopt(self, call: Call, name: str, wrapped: WrappedKey, key: TableKey) -> SealedRows:
        """Seal a table that moto has made: from now on it holds no plaintext."""
        table = bridge.dynamodb(call.account, call.region).tables[name]
        names, types = (table.hash_key_attr, table.range_key_attr), bridge.key_types(table)
        rows = SealedRows(wrapped.table_id, *names, types, self.gate.entropy)
        rows.unlock(key)  # Now it has a data encryption key.
        rows.lock(keep=False)
        bridge.replace_items(table, rows)
        now = self.now()
        record = self.records[call.account, call.region, name] = TableRecord(wrapped, now, now)
        self._look_at(now + CREATION, record)
        self.adopt_changes(call, name)
        return rows

    def adopt_changes(self, call: Call, name: str) -> None:
        """Take over what moto has made new of a table: its stream, its indexes. The index of a
        table with rows is filled in DynamoDB's own name, as its background work is (B14; that
        this is done so is the sandbox's assumption)."""
        record = self.records[call.account, call.region, name]
        table = bridge.dynamodb(call.account, call.region).tables[name]
        self._adopt_stream(record, table)
        rows = rows_of(table)
        rows.index(bridge.global_index_keys(table), bridge.key_types(table))
        key = self.keys.decrypt_as_service(record.key) if rows.entries.unfilled else None
        if key is not None:
            try:
                rows.unlock(key)
                rows.fill_entries()
            except AwsError:
                pass  # A query on the index will say it.
            finally:
                rows.lock(keep=False)

    def change_key(self, call: Call, record: TableRecord, key_id: str | None) -> None:
        """Give a table a new table key, under a KMS key or one owned by AWS, and encrypt its data
        encryption keys anew. No row is opened (B17).

        Raises:
            AwsError: a KMS key refuses, or a data encryption key was tampered with; the table is
                as it was.
        """
        held = record.key
        table = bridge.dynamodb(held.account, held.region).tables[held.table_name]
        structures = [one for one in _structures(table) if one.encrypted_key]

        def check(key: TableKey) -> None:
            for structure in structures:
                structure.open_key(key)

        wrapped, old, new = self.keys.replace(call, held, key_id, check)
        for structure in structures:
            structure.change_table_key(old, new)
        record.key = wrapped

    def _adopt_stream(self, record: TableRecord, table: MotoTable) -> None:
        """Seal a stream that moto has made, and end one that was switched off: on AWS its
        records stay for a day (the sandbox's simplification)."""
        shard, settings = table.stream_shard, table.stream_specification or {}
        if shard is None:
            return
        if not settings.get("StreamEnabled"):
            bridge.end_stream(table)
        elif not isinstance(shard.items, SealedRecords):
            label = table.latest_stream_label or ""
            records = SealedRecords(record.key.table_id, label, self.gate.entropy)
            bridge.replace_stream_records(shard, records)

    def drop(self, record: TableRecord) -> None:
        """Leave nothing of a table that came to nothing, nor DynamoDB's grants for it."""
        key = record.key
        backend = bridge.dynamodb(key.account, key.region)
        table = backend.tables.pop(key.table_name)
        backend.resource_policies.pop(table.table_arn, None)
        del self.records[key.place]
        self.keys.retire(key)

    def _look_at(self, moment: datetime.datetime, record: TableRecord) -> None:
        """Settle a table that is being made at a moment; if it is stuck then, once more later."""

        def look() -> None:
            self.settle(record)
            if record.creating is not None and self._is_there(record):
                self._look_at(record.creating + STUCK, record)

        self.gate.clock.at(moment, look)

    def _is_there(self, record: TableRecord) -> bool:
        """False for a table that was deleted, also if there is a new one of its name."""
        return self.records.get(record.key.place) is record

    def settle(self, record: TableRecord) -> None:
        """Let happen what time has brought to a table."""
        if not self._is_there(record):
            return
        now, switch = self.now(), record.switch
        if record.creating is not None and not self._is_ready(record, record.creating, now):
            return
        if switch is not None and now >= switch.started + UPDATING:
            self.keys.retire(switch.old)
            record.switch = None
            record.inaccessible = record.since = None  # With a new key it works again (B23).
        self._watch(record, now)
        record.checked = now

    def _is_ready(self, record: TableRecord, since: datetime.datetime, now: Any) -> bool:
        """Whether a new table can be used from now on. It is stuck while its key cannot be used,
        and gone after that (B25); that it is ready as soon as the key can be used again is the
        sandbox's assumption."""
        if now >= since + CREATION and self.keys.usable(record.key):
            record.creating = None
        elif now >= since + STUCK:
            self.drop(record)
        return record.creating is None

    def _watch(self, record: TableRecord, now: datetime.datetime) -> None:
        """Notice a key that became unusable, or usable again, some time after it did. It is
        taken to have happened just after the last look."""
        if record.archive:
            return
        usable = self.keys.usable(record.key)
        if usable is (record.inaccessible is None):
            record.since = None
        else:
            record.since = record.since or record.checked
            if now >= record.since + NOTICED:
                record.inaccessible = None if usable else record.since + NOTICED
                record.since = None
        if record.inaccessible is not None and now >= record.inaccessible + ARCHIVED_AFTER:
            with self.gate.clock.as_of(record.inaccessible + ARCHIVED_AFTER):
                self._archive(record)

    def _archive(self, record: TableRecord) -> None:
        """The data moves to a backup, which needs the key to be restored (B24)."""
        key = record.key
        backend = bridge.dynamodb(key.account, key.region)
        backup = backend.create_backup(key.table_name, f"{key.table_name}-archive")
        self.backups[backup.arn] = record.key
        record.archive = backup.arn
        rows_of(backend.tables[key.table_name]).clear()

    def age(self) -> None:
        """Time has moved."""
        self.keys.forget_expired()
        for record in list(self.records.values()):
            self.settle(record)


def _unanswered(call: Call, why: str) -> AwsError:
    what = f"an answer to what this {call.operation} asks for"
    return not_in_sandbox(what, f"moto fails on it ({why}); AWS may take it or refuse it.")


def _refuse_faults(call: Call, answer: Forwarded) -> None:
    """moto gives the name of an exception of its own as the reason of a failed transaction.

    Raises:
        AwsError: it did.
    """
    if answer.status == 400 and "TransactionCanceledException" in str(answer.body):
        for reason in json.loads(answer.body).get("CancellationReasons") or ():
            if reason.get("Code") not in _REASONS:
                raise _unanswered(call, f"{reason.get('Code')}: {reason.get('Message')}")


def rows_of(table: MotoTable) -> SealedRows:
    """The sealed rows of a table that was adopted."""
    assert isinstance(table.items, SealedRows)
    return table.items


def _structures(table: MotoTable) -> list[Structure]:
    """What has a data encryption key of its own, of one of moto's tables."""
    rows, shard = rows_of(table), table.stream_shard
    if shard is None:
        return [rows]
    assert isinstance(shard.items, SealedRecords)
    return [rows, shard.items]


class _Done:
    keep = False


@contextlib.contextmanager
def _opened(
    backend: MotoDynamoDB, found: list[tuple[str, TableKey]], alone: bool
) -> Iterator[_Done]:
    """Unlock rows and streams for the block, and lock them whatever happens in it.

    moto takes a failed transaction back by putting copies in the tables' places; the tables
    themselves are put back here, since what failed is not kept anyway.

    Raises:
        AwsError: a page was tampered with, or a key is none, whatever moto made of that.
    """
    tables, done = backend.tables, _Done()
    open_tables = {name: tables[name] for name, _ in found}
    held: list[Structure] = []
    failed: AwsError | None = None
    try:
        for name, key in found:
            table = open_tables[name]
            for structure in _structures(table):
                held.append(structure)
                structure.unlock(key)
        if alone:
            backend.tables = OrderedDict(open_tables)
        yield done
    finally:
        backend.tables = tables
        tables.update(open_tables)
        for table in open_tables.values():
            failed = failed or rows_of(table).failed
        for structure in held:
            structure.lock(keep=done.keep and failed is None)
        bridge.forget_rows()
        if failed is not None:
            raise failed


def edited(answer: Forwarded, change: Callable[[dict[str, Any]], None]) -> Forwarded:
    """moto's answer with something changed in it, if it is a success."""
    if answer.status != 200:
        return answer
    body = json.loads(answer.body)
    change(body)
    # The checksum was of the body as it was.
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "x-amz-crc32"}
    return Forwarded(answer.status, headers, json.dumps(body))
