"""Key schemas and indexes of tables that are made or changed. Texts: H25, H78."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ....errors import validation

_INVALID = "One or more parameter values were invalid: "
_MOST_LOCAL, _MOST_GLOBAL, _MOST_PARTS = 5, 20, 4
Index = Mapping[str, Any]


def require_schemas(params: Mapping[str, Any]) -> None:
    """Refuse a table with keys or indexes that it cannot have. What is not defined, or defined
    and not used, moto refuses.

    Raises:
        AwsError: ``ValidationException``.
    """
    defined = [one["AttributeName"] for one in params["AttributeDefinitions"]]
    for number, name in enumerate(defined):
        if name in defined[:number]:
            raise validation(f"Attribute Name is duplicated: {name}")
    schema = params["KeySchema"]
    if len(schema) > len(defined):
        raise validation("Invalid KeySchema: Some index key attribute have no definition")
    _require_schema(schema)
    for kind, most in (("Local", _MOST_LOCAL), ("Global", _MOST_GLOBAL)):
        member = f"{kind}SecondaryIndexes"
        if params.get(member) == []:
            raise validation(f"{_INVALID}List of {member} is empty")
        _require_count(kind, len(params.get(member) or ()), most)
    for index in params.get("LocalSecondaryIndexes") or ():
        _require_local(schema, index)
    for index in params.get("GlobalSecondaryIndexes") or ():
        require_global_index(index)
    _require_distinct(list(_names(params)))


def require_global_index(index: Index) -> None:
    """Refuse a global index with keys or a projection that it cannot have; raises likewise."""
    schema = index["KeySchema"]
    kinds = [part["KeyType"] for part in schema]
    if len(schema) > 2 or kinds == ["HASH", "HASH"]:
        _require_many(schema, kinds)
    else:
        _require_schema(schema)
    _require_projection(index)


def _require_many(schema: Sequence[Mapping[str, str]], kinds: list[str]) -> None:
    """A global index may have up to four attributes in either part of its key."""
    names = [part["AttributeName"] for part in schema]
    if len(set(names)) < len(names):
        raise validation("The KeySchema contains multiple key attributes with the same name")
    if kinds != sorted(kinds):
        text = "All HASH key attributes must precede RANGE key attributes in the KeySchema"
        raise validation(_INVALID + text)
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > _MOST_PARTS:
            text = f"The KeySchema exceeds the maximum allowed number of {kind} key attributes"
            raise validation(_INVALID + text)


def _require_schema(schema: Sequence[Mapping[str, str]]) -> None:
    if len(schema) == 2 and schema[0]["AttributeName"] == schema[1]["AttributeName"]:
        raise validation(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )
    for part, kind, place in zip(schema, ("HASH", "RANGE"), ("first", "second"), strict=False):
        if part["KeyType"] != kind:
            raise validation(
                f"Invalid KeySchema: The {place} KeySchemaElement is not a {kind} key type"
            )


def _require_count(kind: str, count: int, most: int) -> None:
    if count <= most:
        return
    if kind == "Local":
        raise validation(
            f"{_INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of {most}"
        )
    raise validation(f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of {most}")


def _require_local(schema: Sequence[Mapping[str, str]], index: Index) -> None:
    name, own = index["IndexName"], index["KeySchema"]
    if len(schema) < 2:
        raise validation(
            f"{_INVALID}Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex"
        )
    _require_schema(own)
    if len(own) < 2:
        raise validation(f"{_INVALID}Index KeySchema does not have a range key for index: {name}")
    mine, table = own[0]["AttributeName"], schema[0]["AttributeName"]
    if mine != table:
        raise validation(
            f"{_INVALID}Index KeySchema does not have the same leading hash key as table KeySchema "
            f"for index: {name}. index hash key: {mine}, table hash key: {table}"
        )
    _require_projection(index)


def _require_projection(index: Index) -> None:
    projection = index["Projection"]
    kind, others = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind is None:
        raise validation(f"{_INVALID}Unknown ProjectionType: null")
    if kind == "INCLUDE" and others is None:
        raise validation(
            f"{_INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
        )
    if kind != "INCLUDE" and others is not None:
        raise validation(f"{_INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified")
    for number, name in enumerate(others or ()):
        if name in others[:number]:
            raise validation(f"{_INVALID}Duplicate element in NonKeyAttributes: {name}")


def _names(params: Mapping[str, Any]) -> Iterator[str]:
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        yield from (index["IndexName"] for index in params.get(member) or ())


def _require_distinct(names: list[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise validation(f"{_INVALID}Duplicate index name: {name}")
