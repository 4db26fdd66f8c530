"""The registry of all tables, and what the sandbox puts where moto keeps their rows and streams."""

from __future__ import annotations

import datetime

from ...errors import AwsError
from ...gate import Gate
from ...moto import dynamodb as moto_dynamodb
from ...moto.dynamodb import MotoTable
from ...moto.hooks import Hooks
from ...requests.calls import Call
from .data_keys import TableKey
from .request_tokens import RequestTokens
from .rows import SealedRows, rows_of
from .stream_records import SealedRecords
from .table_keys import TableKeys, WrappedKey
from .table_states import TableState, TableStates
from .to_moto import ToMoto, structures_of


class Tables:
    """The registry of all tables.

    Attributes:
        keys: the table keys.
        states: the state of each table, and the backups.
        moto: the way to moto and back.
        tokens: the tokens of transactions that were done.
    """

    def __init__(self, gate: Gate, hooks: Hooks, keys: TableKeys) -> None:
        self.gate = gate
        self.keys = keys
        self.states = TableStates(gate.clock, keys)
        self.moto = ToMoto(hooks, self.states)
        self.tokens = RequestTokens(gate.clock, gate.entropy)

    def now(self) -> datetime.datetime:
        """The present moment."""
        return self.gate.clock.now()

    def find(self, call: Call, name: str) -> TableState | None:
        """The state of a table; None if there is no such table."""
        return self.states.find(call, name)

    def unlock(self, call: Call, name: str) -> None:
        """Ask KMS as for data, of a request that touches the table's key but no row (B26)."""
        state = self.find(call, name)
        if state is not None:
            self.states.require_usable(state)
            self.keys.unlock(call, state.key)

    def adopt(self, call: Call, name: str, wrapped: WrappedKey, key: TableKey) -> SealedRows:
        """Seal a table that moto has made: from now on it holds no plaintext."""
        table = moto_dynamodb.dynamodb(call.account, call.region).tables[name]
        names, types = (table.hash_key_attr, table.range_key_attr), moto_dynamodb.key_types(table)
        rows = SealedRows(wrapped.table_id, *names, types, self.gate.entropy)
        rows.unlock(key)  # Now it has a data encryption key.
        rows.lock(keep=False)
        moto_dynamodb.replace_items(table, rows)
        self.states.begin(wrapped)
        self.adopt_changes(call, name)
        return rows

    def adopt_changes(self, call: Call, name: str) -> None:
        """Take over what moto has made new of a table: its stream, its indexes. The index of a
        table with rows is filled in DynamoDB's own name, as its background work is (B14; that
        this is done so is the sandbox's assumption)."""
        state = self.states.by_address[call.account, call.region, name]
        table = moto_dynamodb.dynamodb(call.account, call.region).tables[name]
        self._adopt_stream(state, table)
        rows = rows_of(table)
        rows.index(moto_dynamodb.global_index_keys(table), moto_dynamodb.key_types(table))
        key = self.keys.decrypt_as_service(state.key) if rows.entries.unfilled else None
        if key is not None:
            try:
                rows.unlock(key)
                rows.fill_entries()
            except AwsError:
                pass  # A query on the index will say it.
            finally:
                rows.lock(keep=False)

    def change_key(self, call: Call, state: TableState, key_id: str | None) -> None:
        """Give a table a new table key, under a KMS key or one owned by AWS, and encrypt its data
        encryption keys anew. No row is opened (B17).

        Raises:
            AwsError: a KMS key refuses, or a data encryption key was tampered with; the table is
                as it was.
        """
        held = state.key
        table = moto_dynamodb.dynamodb(held.account, held.region).tables[held.table_name]
        structures = [one for one in structures_of(table) if one.encrypted_key]

        def check(key: TableKey) -> None:
            for structure in structures:
                structure.open_key(key)

        wrapped, old, new = self.keys.replace(call, held, key_id, check)
        for structure in structures:
            structure.change_table_key(old, new)
        state.key = wrapped

    def _adopt_stream(self, state: TableState, table: MotoTable) -> None:
        """Seal a stream that moto has made, and end one that was switched off: on AWS its
        records stay for a day (the sandbox's simplification)."""
        shard, settings = table.stream_shard, table.stream_specification or {}
        if shard is None:
            return
        if not settings.get("StreamEnabled"):
            moto_dynamodb.end_stream(table)
        elif not isinstance(shard.items, SealedRecords):
            label = table.latest_stream_label or ""
            records = SealedRecords(state.key.table_id, label, self.gate.entropy)
            moto_dynamodb.replace_stream_records(shard, records)
