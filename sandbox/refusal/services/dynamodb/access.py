"""What a data request does to which table, as IAM sees it: actions, ARNs and condition keys.

Condition keys: DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access
control". Where the sandbox cannot read a partition key out of a request, ``dynamodb:LeadingKeys``
holds an empty text, which no key can be, so that a policy on it refuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import AwsError, validation
from ...moto import dynamodb as moto_dynamodb
from ...requests.calls import Call, ContextValue
from .checks.key_conditions import key_conditions
from .expressions import parse_condition, parse_projection, parse_update
from .expressions.walk import heads, nodes_of
from .resources import table_name

#: No key can be an empty text: a policy on what could not be read refuses.
UNREAD = ("",)
_EXPRESSIONS = (
    "ProjectionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ConditionExpression",
    "UpdateExpression",
)
_NAMED = ("Item", "Key", "AttributeUpdates", "Expected", "ScanFilter", "QueryFilter")


@dataclass(frozen=True, slots=True)
class Access:
    """One action on one table, with its condition keys."""

    action: str
    table: str
    index: str = ""
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    #: Its number, in a batch whose statements are allowed one by one.
    part: int | None = None


def one_table(call: Call) -> list[str]:
    """The table of a request that names one."""
    return [table_name(call, call.params["TableName"])]


def one_item(call: Call) -> list[Access]:
    """GetItem, PutItem, UpdateItem, DeleteItem."""
    params = call.params
    name = table_name(call, params.get("TableName"))
    key = params.get("Item" if call.operation == "PutItem" else "Key")
    return [_on_items(call, call.operation, name, params, [key])]


def query_or_scan(call: Call) -> list[Access]:
    """Query and Scan, of a table or of an index: then the resource is the index."""
    params = call.params
    name = table_name(call, params.get("TableName"))
    index = params.get("IndexName") or ""
    context = _context(params)
    if call.operation == "Query":
        context["dynamodb:LeadingKeys"] = _queried(params, hash_name(call, name, index))
    return [Access(call.operation, name, index, context)]


def batch(call: Call) -> list[Access]:
    """BatchGetItem and BatchWriteItem: the batch action, on each table."""
    found = []
    for given, asked in _expect(call.params.get("RequestItems"), dict).items():
        requests = _expect(asked, dict).get("Keys") if call.operation == "BatchGetItem" else asked
        items = [_expect(request, dict) for request in _expect(requests, list)]
        if call.operation == "BatchWriteItem":
            items = [_written(item) for item in items]
        params = asked if isinstance(asked, dict) else {}
        params = {**params, "Key": {name: None for item in items for name in item}}
        access = _on_items(call, call.operation, table_name(call, given), params, items)
        found.append(access)
    return found


def batch_tables(call: Call) -> list[str]:
    """The tables of BatchGetItem and BatchWriteItem."""
    return [table_name(call, given) for given in call.params["RequestItems"]]


#: The member of a transaction's item -> the action that it needs (botocore's model of each).
_TRANSACTED = {
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def transaction(call: Call) -> list[Access]:
    """TransactGetItems and TransactWriteItems: each item's own action."""
    found = []
    for item in _expect(call.params.get("TransactItems"), list):
        for kind, params in _expect(item, dict).items():
            if kind not in _TRANSACTED:
                raise validation(f"A transaction has no {kind}.")
            name = table_name(call, _expect(params, dict).get("TableName"))
            key = params.get("Item" if kind == "Put" else "Key")
            found.append(_on_items(call, _TRANSACTED[kind], name, params, [key]))
    return found


def transaction_tables(call: Call) -> list[str]:
    """The tables of TransactGetItems and TransactWriteItems."""
    asked = (params for item in call.params["TransactItems"] for params in item.values())
    return [table_name(call, params["TableName"]) for params in asked]


def _expect(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise AwsError("SerializationException", f"Expected {kind.__name__} in the request.")
    return value


def _written(request: Mapping[str, Any]) -> Any:
    """The item or the key of a WriteRequest.

    Raises:
        AwsError: it holds not one operation (botocore's model: WriteRequest); the wording is
            the sandbox's own.
    """
    if len(request) != 1 or not request.keys() <= {"PutRequest", "DeleteRequest"}:
        raise validation("A WriteRequest must hold one PutRequest or one DeleteRequest.")
    kind, asked = next(iter(request.items()))
    return _expect(asked, dict).get("Item" if kind == "PutRequest" else "Key") or {}


def hash_name(call: Call, name: str, index: str = "") -> str:
    """The partition key of a table or of one of its indexes; empty if there is no such table."""
    table = moto_dynamodb.table_named(call.account, call.region, name)
    if table is None:
        return ""
    schema = next((i.schema for i in table.all_indexes() if i.name == index), ()) if index else ()
    found = (key["AttributeName"] for key in schema if key["KeyType"] == "HASH")
    return next(found, table.hash_key_attr)


def _on_items(
    call: Call, action: str, name: str, params: Mapping[str, Any], items: Iterable[Any]
) -> Access:
    context = _context(params)
    attribute = hash_name(call, name)
    context["dynamodb:LeadingKeys"] = [
        _text(item.get(attribute)) if isinstance(item, dict) else "" for item in items
    ]
    if call.operation.startswith("Transact"):
        context["dynamodb:EnclosingOperation"] = call.operation
    return Access(action, name, "", context)


def _text(value: Any) -> str:
    """A value of a key, without its type.

    Raises:
        AwsError: it has several types (AWS's text, as others' suites have it).
    """
    if not isinstance(value, dict):
        return ""
    if len(value) > 1:
        raise validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one "
            "of the supported datatypes"
        )
    return str(next(iter(value.values()), ""))


def _queried(params: Mapping[str, Any], attribute: str) -> ContextValue:
    """The partition key value of a Query."""
    if not attribute:
        return UNREAD  # There is no such table, which is said later.
    try:
        condition = key_conditions(params).get(attribute)
    except AwsError:
        return UNREAD  # It cannot be read, which is said later.
    if condition is None or condition.operator != "=":
        return UNREAD
    return [_text(value) for value in condition.values] or UNREAD


def _context(params: Mapping[str, Any]) -> dict[str, ContextValue]:
    """The condition keys that the members of a request fill."""
    context: dict[str, ContextValue] = {}
    for member in ("Select", "ReturnValues", "ReturnConsumedCapacity"):
        if isinstance(value := params.get(member), str):
            context[f"dynamodb:{member}"] = value
    names: set[str] = set(params.get("AttributesToGet") or ())
    for member in _NAMED:
        if isinstance(value := params.get(member), dict):
            names.update(value)
    aliases = params.get("ExpressionAttributeNames") or {}
    for member in _EXPRESSIONS:
        if isinstance(expression := params.get(member), str):
            names.update(_attributes(member, expression, aliases))
    if names:
        context["dynamodb:Attributes"] = sorted(map(str, names))
    return context


def _attributes(member: str, expression: str, names: Mapping[str, str]) -> set[str]:
    """The attributes that an expression is about; none of one that cannot be read, which is said
    later, and of which nothing is done."""
    try:
        if member == "UpdateExpression":
            return heads(nodes_of(*parse_update(expression)), names)
        if member == "ProjectionExpression":
            return heads(parse_projection(expression), names)
        return heads(nodes_of(parse_condition(expression)), names)
    except AwsError:
        return set()
