"""moto's DynamoDB: tables, their items and streams, of an account and a Region."""

from __future__ import annotations

import functools
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Protocol, cast

import moto.dynamodb.responses
from moto.dynamodb.exceptions import (
    InvalidUpdateExpressionInvalidDocumentPath,
    ItemSizeToUpdateTooLarge,
    MockValidationException,
)
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord, Table
from moto.dynamodb.parsing.ast_nodes import ExpressionSelector  # type: ignore[attr-defined]
from moto.dynamodb.parsing.executors import SetExecutor
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from .hooks import Hooks
from .sizes import size_of

#: Bytes of an item (DynamoDB Developer Guide, "Service, account, and table quotas").
LARGEST_ITEM = 400 * 1024
#: The words that no expression may use as a name (DynamoDB Developer Guide, "Reserved words").
RESERVED_WORDS = frozenset(ReservedKeywords.get_reserved_keywords())


class MotoAttributeValue(Protocol):
    """An attribute value: its type, such as ``S``, and its data; members of lists and maps are
    attribute values, too."""

    type: str
    value: Any


class MotoItem(Protocol):
    """An item."""

    @property
    def attrs(self) -> Mapping[str, MotoAttributeValue]: ...
    @property
    def hash_key(self) -> MotoAttributeValue: ...
    @property
    def range_key(self) -> MotoAttributeValue | None: ...


class MotoStreamRecord(Protocol):
    """A stream record."""

    @property
    def record(self) -> dict[str, Any]: ...


class MotoStreamShard(Protocol):
    """The one shard of a stream; ``replace_stream_records`` puts the sandbox's list there."""

    @property
    def items(self) -> object: ...


class MotoIndex(Protocol):
    """A secondary index."""

    @property
    def name(self) -> str: ...
    @property
    def schema(self) -> Sequence[Mapping[str, str]]: ...
    @property
    def projection(self) -> Mapping[str, Any]: ...


class MotoTable(Protocol):
    """A table; ``replace_items`` puts the sandbox's mapping in the place of its items."""

    @property
    def name(self) -> str: ...
    @property
    def table_arn(self) -> str: ...
    @property
    def tags(self) -> Sequence[Mapping[str, str]]: ...
    @property
    def attr(self) -> Sequence[Mapping[str, str]]:
        """The attribute definitions of the table's keys and of its indexes'."""

    @property
    def hash_key_attr(self) -> str: ...
    @property
    def range_key_attr(self) -> str | None: ...
    @property
    def global_indexes(self) -> Sequence[MotoIndex]: ...
    def all_indexes(self) -> Sequence[MotoIndex]: ...
    @property
    def billing_mode(self) -> str | None: ...
    @property
    def throughput(self) -> Mapping[str, Any]: ...
    @property
    def deletion_protection_enabled(self) -> bool | None: ...
    @property
    def items(self) -> object: ...
    @property
    def stream_shard(self) -> MotoStreamShard | None:
        """None for a table that has had no stream."""

    @property
    def stream_specification(self) -> Mapping[str, Any] | None: ...
    @property
    def latest_stream_label(self) -> str | None: ...
    @property
    def continuous_backups(self) -> Mapping[str, Any]: ...
    @property
    def ttl(self) -> Mapping[str, Any]: ...


class MotoBackup(Protocol):
    """A backup of a table."""

    @property
    def arn(self) -> str: ...


class MotoResourcePolicy(Protocol):
    """The resource-based policy of a table."""

    @property
    def policy_doc(self) -> str: ...
    @property
    def revision_id(self) -> str: ...


class MotoDynamoDB(Protocol):
    """The DynamoDB of an account and a Region."""

    tables: MutableMapping[str, MotoTable]

    @property
    def resource_policies(self) -> MutableMapping[str, MotoResourcePolicy]: ...
    def put_resource_policy(
        self, resource_arn: str, policy_doc: str, expected_revision_id: str | None
    ) -> MotoResourcePolicy: ...
    def create_backup(self, table_name: str, backup_name: str) -> MotoBackup: ...


class NarrowableItems(Protocol):
    """What ``narrow_queries`` asks of the items that the sandbox puts in moto's place."""

    def only(self, key: MotoAttributeValue) -> None:
        """Iteration sees the items with this partition key alone."""

    def only_where(self, values: Mapping[str, MotoAttributeValue]) -> None:
        """Iteration sees the items alone that have these values."""


def dynamodb(account: str, region: str) -> MotoDynamoDB:
    """moto's DynamoDB of an account and a Region."""
    # Its dicts are of moto's own classes: to mypy, no MutableMapping of a Protocol.
    return cast("MotoDynamoDB", dynamodb_backends[account][region])


def table_named(account: str, region: str, name: str) -> MotoTable | None:
    """A table; None if there is none of that name."""
    return dynamodb_backends[account][region].tables.get(name)


def replace_items(table: MotoTable, items: object) -> None:
    """Put a mapping of the sandbox's in the place of a table's items."""
    cast("Any", table).items = items


def replace_stream_records(shard: MotoStreamShard, records: object) -> None:
    """Put a list of the sandbox's in the place of a stream's records."""
    cast("Any", shard).items = records


def end_stream(table: MotoTable) -> None:
    """Leave nothing of a table's stream."""
    held = cast("Table", table)
    held.stream_shard = held.latest_stream_label = None


def key_types(table: MotoTable) -> dict[str, str]:
    """Attribute -> type, of the attributes that are keys of a table or of its indexes."""
    return {it["AttributeName"]: it["AttributeType"] for it in table.attr}


def global_index_keys(table: MotoTable) -> list[str]:
    """The attributes that are partition keys of a table's global indexes."""
    schemas = [index.schema for index in table.global_indexes]
    return [k["AttributeName"] for schema in schemas for k in schema if k["KeyType"] == "HASH"]


def attribute_value(kind: str, data: Any) -> MotoAttributeValue:
    """An attribute value as moto keeps it; members of lists and maps are such values already."""
    value = DynamoType.__new__(DynamoType)
    value.type, value.value = kind, data
    return value


def item(
    attributes: Mapping[str, MotoAttributeValue], hash_attribute: str, range_attribute: str | None
) -> MotoItem:
    """An item as moto keeps it. It was checked when it was written, and is not counted as new."""
    made: Any = object.__new__(Item)
    made.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(made.attrs, attributes)
    made.hash_key = attributes[hash_attribute]
    made.range_key = attributes[range_attribute] if range_attribute else None
    return cast("MotoItem", made)


def stream_record(record: dict[str, Any]) -> MotoStreamRecord:
    """A stream record as moto keeps it."""
    made: StreamRecord = object.__new__(StreamRecord)
    made.record = record
    return made


def forget_rows() -> None:
    """Empty moto's lists of every item, stream record and table ever made."""
    models: tuple[Any, ...] = (Item, StreamRecord, Table)
    for model in models:
        model.instances_tracked.clear()


def narrow_queries(hooks: Hooks) -> None:
    """Let a Query see the items alone that have its partition key; moto would read the whole
    table. A local index has the table's partitions."""
    query = Table.query

    @functools.wraps(query)
    def narrowed(table: Any, hash_key: Any, *args: Any, **more: Any) -> Any:
        name = more.get("index_name", args[6] if len(args) > 6 else None)
        items: NarrowableItems = table.items
        local = [i.name for i in table.indexes if i.schema_key_attrs[0] == table.hash_key_attr]
        if hash_key is not None and (name is None or name in local):
            items.only(hash_key)
        elif name in [index.name for index in table.global_indexes]:
            items.only_where(dict(more.get("hash_key_conditions") or ()))
        return query(table, hash_key, *args, **more)

    hooks.replace(Table, "query", narrowed)


def limit_items(hooks: Hooks) -> None:
    """Let items be as large as DynamoDB's (H77). moto measures them otherwise, with each attribute
    that is set. Of items that are put, the size is looked at before."""
    update = DynamoDBBackend.update_item

    def updated(*args: Any, **more: Any) -> Any:
        item: Any = update(*args, **more)
        if size_of(item.attrs) > LARGEST_ITEM:
            raise ItemSizeToUpdateTooLarge
        return item

    hooks.replace(LimitedSizeDict, "__setitem__", dict.__setitem__)
    hooks.replace(DynamoDBBackend, "update_item", updated)


class ValidationError(Exception):
    """Why an item cancels its transaction. moto takes the name of the class for the code."""


def refuse_wrong_paths(hooks: Hooks) -> None:
    """Let an update refuse to set what cannot be there: a member of what is no map, or a place in
    what is no list. moto does nothing, and says that it is done."""
    put = SetExecutor.set

    def checked(
        item_part_to_modify_with_set: Any, element_to_set: Any, *args: Any, **more: Any
    ) -> Any:
        part = item_part_to_modify_with_set
        is_place = isinstance(element_to_set, ExpressionSelector)
        if isinstance(part, DynamoType) and not (part.is_list() if is_place else part.is_map()):
            raise InvalidUpdateExpressionInvalidDocumentPath
        return put(part, element_to_set, *args, **more)

    hooks.replace(SetExecutor, "set", staticmethod(checked))


def cancel_transactions(hooks: Hooks) -> None:
    """Let a write that moto refuses cancel its transaction, as on AWS, and not be the answer;
    and let a transaction read a hundred items (botocore's model: TransactGetItemList)."""
    transact = DynamoDBBackend.transact_write_items
    inside: list[bool] = []

    def transacted(backend: Any, *args: Any, **more: Any) -> Any:
        inside.append(True)
        try:
            return transact(backend, *args, **more)
        finally:
            inside.clear()

    def cancelling(write: Any) -> Any:
        def written(*args: Any, **more: Any) -> Any:
            try:
                return write(*args, **more)
            except MockValidationException as error:
                if inside:
                    raise ValidationError(str(error.message)) from error
                raise

        return written

    hooks.replace(DynamoDBBackend, "transact_write_items", transacted)
    for name in ("put_item", "update_item", "delete_item"):
        hooks.replace(DynamoDBBackend, name, cancelling(getattr(DynamoDBBackend, name)))
    hooks.replace(moto.dynamodb.responses, "TRANSACTION_MAX_ITEMS", 100)
