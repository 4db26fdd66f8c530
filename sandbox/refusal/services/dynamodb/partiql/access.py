"""What PartiQL statements do to which tables, as IAM sees it.

Condition keys: DynamoDB Developer Guide, "IAM security policies with PartiQL for DynamoDB".
"""

from __future__ import annotations

from typing import Any

from ....errors import AwsError
from ....moto import dynamodb as moto_dynamodb
from ....requests.calls import Call, ContextValue
from ..access import UNREAD, Access, hash_name
from ..checks.values import data_of
from ..resources import table_name
from .parser import parse
from .statements import Statement

_MEMBERS = {"BatchExecuteStatement": "Statements", "ExecuteTransaction": "TransactStatements"}
_ACTIONS = {
    "SELECT": "PartiQLSelect",
    "INSERT": "PartiQLInsert",
    "UPDATE": "PartiQLUpdate",
    "DELETE": "PartiQLDelete",
}


def asked(call: Call) -> list[dict[str, Any]]:
    """The statements of a request, each with its parameters."""
    member = _MEMBERS.get(call.operation)
    return call.params[member] if member else [call.params]


def read(one: dict[str, Any]) -> Statement:
    """A statement of a request; raises as ``parse``."""
    return parse(one["Statement"], one.get("Parameters"))


def tables(call: Call) -> list[str]:
    """The tables of the statements of a request that can be read."""
    return [table_name(call, read(one).table) for one in asked(call)]


def accesses(call: Call) -> list[Access]:
    """The action on the table that each statement names. In a batch each is asked for by itself,
    and what cannot be read is refused later, by itself, too.

    Raises:
        AwsError: as ``parse``.
    """
    batch = call.operation == "BatchExecuteStatement"
    found = []
    for number, one in enumerate(asked(call)):
        try:
            statement = read(one)
        except AwsError as error:
            if not batch or error.code == "NotInSandbox":
                raise
            continue
        found.append(_access(call, statement, number if batch else None))
    return found


def _access(call: Call, statement: Statement, part: int | None) -> Access:
    name = table_name(call, statement.table)
    attribute = hash_name(call, name, statement.index)
    values = _leading(statement, attribute) if attribute else []
    context: dict[str, ContextValue] = {"dynamodb:Attributes": UNREAD}
    context["dynamodb:LeadingKeys"] = values or UNREAD
    if statement.kind == "SELECT":
        there = moto_dynamodb.table_named(call.account, call.region, name) is not None
        context["dynamodb:FullTableScan"] = "false" if there and values else "true"
    action = _ACTIONS[statement.kind]
    return Access(action, name, statement.index, context, part=part)


def _leading(statement: Statement, attribute: str) -> list[str]:
    if statement.kind == "INSERT":
        found = [statement.item[attribute]] if attribute in statement.item else []
    else:
        found = statement.among(attribute)
    return [str(data_of(value)[1]) for value in found]
