"""Reads a PartiQL statement: DynamoDB Developer Guide, "PartiQL language reference" (H22).

What AWS knows and this does not is refused as not in the sandbox; what is left over makes a
statement malformed. Nothing is passed over.
"""

from __future__ import annotations

from typing import Any

from ....errors import validation
from .reader import Reader, refused
from .statements import Change, Condition, Function, Literal, Path, Statement
from .tokens import lacking, malformed

_RETURNING = ("ALL OLD", "MODIFIED OLD", "ALL NEW", "MODIFIED NEW")
_SET_FUNCTIONS = {"SET_ADD": "ADD", "SET_DELETE": "DELETE"}


def parse(statement: str, parameters: Any = None) -> Statement:
    """Read a statement, with its parameters in their places.

    Args:
        parameters: attribute values, checked; None if the request has none.

    Raises:
        AwsError: ``ValidationException`` for a statement that is malformed, ``NotInSandbox`` for
            one that the sandbox lacks.
    """
    reader = Reader(statement, list(parameters or ()))
    kind = reader.peek().text.upper() if reader.peek().kind == "name" else ""
    if kind == "EXISTS":
        raise lacking("EXISTS")
    if kind not in _STATEMENTS:
        # As seen live (H22).
        raise malformed("Expected data manipulation")
    found = _STATEMENTS[kind](reader)
    reader.take_sign(";")
    if reader.peek().kind != "end":
        raise malformed("Unexpected term after the statement")
    if reader.left_parameters:
        raise validation("Number of parameters in request and statement don't match.")
    return found


def _table(reader: Reader) -> tuple[str, str]:
    names = [reader.table_name()]
    while reader.take_sign("."):
        names.append(reader.name())
    if len(names) > 2:
        raise validation("A path may contain at most 2 components in the FROM clause")
    if not all(names):
        raise validation("Path component cannot be an empty string")
    return names[0], names[1] if len(names) > 1 else ""


def _select(reader: Reader) -> Statement:
    reader.expect("SELECT")
    columns = []
    if not reader.take_sign("*"):
        columns.append(_column(reader))
        while reader.take_sign(","):
            columns.append(_column(reader))
    reader.expect("FROM")
    table, index = _table(reader)
    where = _where(reader)
    order = None
    if reader.take("ORDER"):
        reader.expect("BY")
        attribute = reader.name()
        down = reader.take("DESC")
        if not down:
            reader.take("ASC")
        if reader.at_sign(","):
            raise lacking("ORDER BY of several keys")
        order = (attribute, down)
    return Statement("SELECT", table, index, tuple(columns), where=where, order=order)


def _column(reader: Reader) -> Path:
    operand = reader.operand()
    if not isinstance(operand, Path):
        raise malformed("Expected an attribute after SELECT")
    if isinstance(operand.parts[-1], int):
        raise lacking("SELECT of a list's member")
    return operand


def _where(reader: Reader) -> Condition | None:
    return reader.condition() if reader.take("WHERE") else None


def _insert(reader: Reader) -> Statement:
    reader.expect("INSERT")
    reader.expect("INTO")
    table, index = _table(reader)
    if index:
        raise malformed("INSERT INTO an index")
    reader.expect("VALUE")
    operand = reader.operand()
    if not isinstance(operand, Literal) or "M" not in operand.value:
        raise malformed("Expected a tuple after VALUE")
    if reader.take("ON"):
        raise lacking("ON CONFLICT")
    if reader.take("RETURNING"):
        raise refused("a RETURNING clause of INSERT")
    return Statement("INSERT", table, item=operand.value["M"])


def _update(reader: Reader) -> Statement:
    reader.expect("UPDATE")
    table, index = _table(reader)
    if index:
        raise malformed("UPDATE of an index")
    changes: list[Change] = []
    while reader.at("SET") or reader.at("REMOVE"):
        action = reader.next().text.upper()
        changes.append(_change(reader, action))
        while reader.take_sign(","):
            changes.append(_change(reader, action))
    if not changes:
        raise malformed("Expected SET or REMOVE")
    where = _where(reader)
    returning = _returning(reader)
    return Statement("UPDATE", table, changes=tuple(changes), where=where, returning=returning)


def _change(reader: Reader, action: str) -> Change:
    path = reader.path()
    if action == "REMOVE":
        return Change("REMOVE", path)
    if not reader.take_sign("="):
        raise malformed("Expected = in SET")
    right = reader.operand()
    if isinstance(right, Function):
        return _of_function(path, right)
    for sign in ("+", "-"):
        if reader.take_sign(sign):
            other = reader.operand()
            if isinstance(other, Function):
                raise lacking("functions within a sum")
            return Change("SET", path, other, right, sign)
    return Change("SET", path, right)


def _of_function(path: Path, function: Function) -> Change:
    """``SET a = set_add(a, <<1>>)``, and a list that is made longer."""
    name, operands = function.name.upper(), function.operands
    if name == "LIST_APPEND" and len(operands) == 2:
        return Change("SET", path, function)
    if name in _SET_FUNCTIONS and len(operands) == 2:
        first, second = operands
        if first != path or not isinstance(second, Literal):
            raise lacking(f"{name.lower()} of another attribute")
        return Change(_SET_FUNCTIONS[name], path, second)
    raise malformed(f"Unexpected function {function.name}")


def _delete(reader: Reader) -> Statement:
    reader.expect("DELETE")
    reader.expect("FROM")
    table, index = _table(reader)
    if index:
        raise malformed("DELETE FROM an index")
    where = _where(reader)
    returning = _returning(reader)
    if returning and returning != "ALL OLD":
        raise validation(
            f"Invalid returning clause: RETURNING {returning} *. Only RETURNING ALL OLD * is "
            "allowed in DELETE statements."
        )
    return Statement("DELETE", table, where=where, returning=returning)


def _returning(reader: Reader) -> str:
    if not reader.take("RETURNING"):
        return ""
    what = f"{reader.next().text} {reader.next().text}".upper()
    if what not in _RETURNING or not reader.take_sign("*"):
        raise malformed("Unexpected RETURNING clause")
    return what


_STATEMENTS = {"SELECT": _select, "INSERT": _insert, "UPDATE": _update, "DELETE": _delete}
