"""Keys against the schema of their table and of its indexes. No row is looked at.

Texts: H20.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ....errors import AwsError, validation
from ....moto import dynamodb as moto_dynamodb
from ....moto import sizes as moto_sizes
from ....moto.dynamodb import MotoTable
from .values import data_of, size_of

NO_MATCH = "The provided key element does not match the schema"
_NOT_VALID = "One or more parameter values are not valid. "
_INVALID = "One or more parameter values were invalid: "
_WORDS = {"S": "string", "B": "binary"}
#: DynamoDB Developer Guide, "Service, account, and table quotas": bytes of a key.
_LONGEST = (2048, 1024)
_TOO_LONG = (
    "Size of hashkey has exceeded the maximum size limit of2048 bytes",
    "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
)


def key_names(table: MotoTable) -> list[str]:
    """The attributes of a table's primary key: one, or two."""
    names = (table.hash_key_attr, table.range_key_attr)
    return [name for name in names if name is not None]


def identity(table: MotoTable, attributes: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells the item from others of its table; its key was checked."""
    return tuple(data_of(attributes[name]) for name in key_names(table))


def require_key(table: MotoTable, key: Mapping[str, Any]) -> None:
    """Refuse what is no primary key of the table.

    Raises:
        AwsError: ``ValidationException``; ``mismatch`` is set where a transaction is cancelled
            for it and not refused.
    """
    if set(key) != set(key_names(table)):
        raise _mismatch(NO_MATCH)
    _require_parts(table, key)
    types = moto_dynamodb.key_types(table)
    for name, value in key.items():
        if data_of(value)[0] != types[name]:
            raise _mismatch(NO_MATCH)


def require_item(table: MotoTable, item: Mapping[str, Any], *, batch: bool) -> None:
    """Refuse an item without a key of its table, or with a bad key of an index.

    Args:
        batch: in BatchWriteItem, which has one text for all faults of the key (H20).

    Raises:
        AwsError: the same.
    """
    types = moto_dynamodb.key_types(table)
    for name in key_names(table):
        if name not in item:
            raise _mismatch(NO_MATCH if batch else f"{_INVALID}Missing the key {name} in the item")
        actual = data_of(item[name])[0]
        if actual != types[name]:
            text = f"Type mismatch for key {name} expected: {types[name]} actual: {actual}"
            raise _mismatch(NO_MATCH if batch else _INVALID + text)
    _require_parts(table, item)
    require_index_keys(table, item)
    if moto_sizes.size_of(item) > moto_dynamodb.LARGEST_ITEM:
        raise _mismatch("Item size has exceeded the maximum allowed size")


def require_index_keys(table: MotoTable, attributes: Mapping[str, Any]) -> None:
    """Refuse values of attributes that are keys of indexes, and are empty or of a wrong type.

    Raises:
        AwsError: the same.
    """
    types = moto_dynamodb.key_types(table)
    own = set(key_names(table))
    for index, name in _index_keys(table):
        if name not in attributes or name in own:
            continue
        kind, data = data_of(attributes[name])
        if kind != types[name]:
            raise _mismatch(
                f"{_INVALID}Type mismatch for Index Key {name} Expected: {types[name]} "
                f"Actual: {kind} IndexName: {index}"
            )
        if data == "":
            raise validation(
                f"{_NOT_VALID}A value specified for a secondary index key is not supported. The "
                f"AttributeValue for a key attribute cannot contain an empty {_WORDS[kind]} value."
                f" IndexName: {index}, IndexKey: {name}"
            )


def _index_keys(table: MotoTable) -> Iterator[tuple[str, str]]:
    for index in sorted(table.all_indexes(), key=lambda one: one.name):
        for part in index.schema:
            yield index.name, part["AttributeName"]


def _require_parts(table: MotoTable, attributes: Mapping[str, Any]) -> None:
    """The values of a primary key: not empty, and not too long."""
    for name, longest, text in zip(key_names(table), _LONGEST, _TOO_LONG, strict=False):
        kind, data = data_of(attributes[name])
        if kind in _WORDS and data == "":
            raise validation(
                f"{_NOT_VALID}The AttributeValue for a key attribute cannot contain an empty "
                f"{_WORDS[kind]} value. Key: {name}"
            )
        if kind in _WORDS and size_of(kind, data) > longest:
            raise validation(_INVALID + text)


class KeyMismatch(AwsError):
    """A key that does not fit: a transaction is cancelled for it, and other requests refused."""


def _mismatch(text: str) -> KeyMismatch:
    return KeyMismatch("ValidationException", text)
