"""One statement against its table, as the requests for items that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....errors import AwsError, validation
from ....moto import dynamodb as moto_dynamodb
from ....moto.dynamodb import MotoTable
from ....requests.calls import Call
from ..checks.keys import key_names, require_item, require_key
from ..checks.requests import require_update
from ..resources import table_name
from ..table_states import not_found
from .evaluation import holds
from .statements import Change, Function, Literal, Operand, Path, Statement, Value
from .tokens import lacking

Item = dict[str, Value]
#: Asks moto: the operation and its members; the answer's members.
Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
_RETURNS = {
    "": "NONE",
    "ALL OLD": "ALL_OLD",
    "ALL NEW": "ALL_NEW",
    "MODIFIED OLD": "UPDATED_OLD",
    "MODIFIED NEW": "UPDATED_NEW",
}


def table_of(call: Call, statement: Statement) -> MotoTable:
    """The table of a statement.

    Raises:
        AwsError: there is none.
    """
    name = table_name(call, statement.table)
    table = moto_dynamodb.table_named(call.account, call.region, name)
    if table is None:
        raise not_found()
    return table


def key_of(statement: Statement, table: MotoTable) -> Item:
    """The primary key that a statement names.

    Raises:
        AwsError: it names none (the wording is the sandbox's own), or one that does not fit.
    """
    if statement.kind == "INSERT":
        require_item(table, statement.item, batch=False)
        return {name: statement.item[name] for name in key_names(table)}
    found = {name: statement.equal(name) for name in key_names(table)}
    key = {name: value for name, value in found.items() if value is not None}
    if len(key) < len(found):
        raise validation("Where clause does not contain a mandatory equality on all key attributes")
    require_key(table, key)
    return key


def require_fit(statement: Statement, table: MotoTable) -> None:
    """Refuse a statement that changes items and does not fit its table, whatever its rows are."""
    key_of(statement, table)
    if statement.kind == "UPDATE":
        require_update(table, _update(statement, table))


def stored(ask: Ask, table: MotoTable, key: Item) -> Item | None:
    """The item under a key, if there is one."""
    answer = ask("GetItem", {"TableName": table.name, "Key": key, "ConsistentRead": True})
    found: Item | None = answer.get("Item")
    return found


def require_state(statement: Statement, item: Item | None) -> None:
    """Refuse to change an item whose state forbids it (H22).

    Args:
        item: what is there now; None if nothing is.

    Raises:
        AwsError: ``DuplicateItemException``, ``ConditionalCheckFailedException``.
    """
    if statement.kind == "INSERT":
        if item is not None:
            raise AwsError("DuplicateItemException", "Duplicate primary key exists in table")
    elif item is None:
        if statement.kind == "UPDATE":
            raise _failed()
    elif not holds(statement.where, item):
        raise _failed()


def _failed() -> AwsError:
    return AwsError("ConditionalCheckFailedException", "The conditional request failed")


def change(ask: Ask, statement: Statement, table: MotoTable) -> list[Item]:
    """Do what a statement says, whose state was looked at; what RETURNING asks for."""
    if statement.kind == "INSERT":
        ask("PutItem", {"TableName": table.name, "Item": statement.item})
        return []
    if statement.kind == "DELETE":
        params = {"TableName": table.name, "Key": key_of(statement, table)}
        answer = ask("DeleteItem", {**params, "ReturnValues": _RETURNS[statement.returning]})
    else:
        answer = ask("UpdateItem", _update(statement, table))
    found = answer.get("Attributes")
    return [found] if found and statement.returning else []


class _Names:
    """Names and values of an expression, as they are needed."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Value] = {}

    def path(self, path: Path) -> str:
        text = ""
        for part in path.parts:
            if isinstance(part, int):
                text += f"[{part}]"
                continue
            alias = next((a for a, n in self.names.items() if n == part), "")
            if not alias:
                alias = f"#n{len(self.names)}"
                self.names[alias] = part
            text += f".{alias}" if text else alias
        return text

    def operand(self, operand: Operand) -> str:
        if isinstance(operand, Path):
            return self.path(operand)
        if isinstance(operand, Literal):
            name = f":v{len(self.values)}"
            self.values[name] = operand.value
            return name
        return self._function(operand)

    def _function(self, function: Function) -> str:
        if function.name != "LIST_APPEND":
            raise lacking(f"{function.name.lower()} in SET")
        return f"list_append({', '.join(map(self.operand, function.operands))})"


def _update(statement: Statement, table: MotoTable) -> dict[str, Any]:
    """The members of the UpdateItem that an UPDATE stands for."""
    names = _Names()
    clauses: dict[str, list[str]] = {}
    for one in statement.changes:
        clauses.setdefault(one.action, []).append(_clause(names, one))
    params: dict[str, Any] = {
        "TableName": table.name,
        "Key": key_of(statement, table),
        "UpdateExpression": " ".join(f"{word} {', '.join(c)}" for word, c in clauses.items()),
        "ReturnValues": _RETURNS[statement.returning],
        "ExpressionAttributeNames": names.names,
    }
    if names.values:
        params["ExpressionAttributeValues"] = names.values
    return params


def _clause(names: _Names, one: Change) -> str:
    path = names.path(one.path)
    if one.right is None:
        return path
    right = names.operand(one.right)
    if one.action != "SET":
        return f"{path} {right}"
    if one.left is not None:
        right = f"{names.operand(one.left)} {one.sign} {right}"
    return f"{path} = {right}"
