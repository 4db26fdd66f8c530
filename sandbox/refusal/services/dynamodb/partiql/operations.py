"""ExecuteStatement, BatchExecuteStatement, ExecuteTransaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....errors import AwsError, validation
from ....requests.calls import Call
from ..checks import cancelled
from ..checks.keys import identity
from ..tables import Tables
from .access import asked, read
from .execute import Ask, Item, change, key_of, require_fit, require_state, stored, table_of
from .selection import select
from .statements import Statement

#: botocore's model: BatchStatementErrorCodeEnum.
_CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ResourceNotFoundException": "ResourceNotFound",
    "AccessDeniedException": "AccessDenied",
    "ValidationException": "ValidationError",
}


def execute(tables: Tables, call: Call) -> dict[str, Any]:
    """ExecuteStatement."""
    statement = read(call.params)
    items, token = _alone(tables, call, statement, call.params)
    return {"Items": items, **({"NextToken": token} if token else {})}


def batch(tables: Tables, call: Call) -> dict[str, Any]:
    """BatchExecuteStatement: every statement has its own answer or its own error (H22).

    That a denial by KMS is one of these errors is the sandbox's assumption (H23).
    """
    _require_one_kind(asked(call))
    return {"Responses": [_answer(tables, call, n, one) for n, one in enumerate(asked(call))]}


def _require_one_kind(statements: list[dict[str, Any]]) -> None:
    """Refuse reads and writes in one batch: botocore's model, whose words these are."""
    reads: set[bool] = set()
    for one in statements:
        try:
            reads.add(read(dict(one)).kind == "SELECT")
        except AwsError:
            continue  # It is refused by itself.
    if len(reads) > 1:
        raise validation(
            "The entire batch must consist of either read statements or write statements, you "
            "cannot mix both in one batch."
        )


def _answer(tables: Tables, call: Call, number: int, one: Mapping[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    try:
        statement = read(dict(one))
        answer["TableName"] = statement.table
        if number in call.refused:
            raise call.refused[number]
        if statement.kind == "SELECT":
            _require_one_item(statement, table_of(call, statement))
        items, _ = _alone(tables, call, statement, one)
    except AwsError as error:
        if error.code not in _CODES:
            raise
        return {**answer, "Error": {"Code": _CODES[error.code], "Message": error.message,
                                    **error.fields}}  # fmt: skip
    return {**answer, **({"Item": items[0]} if items else {})}


def _require_one_item(statement: Statement, table: Any) -> None:
    text = "Select statements within BatchExecuteStatement must specify the primary key in the "
    try:
        if statement.index:
            raise validation("an index")
        key_of(statement, table)
    except AwsError:
        raise validation(text + "where clause.") from None


def _alone(
    tables: Tables, call: Call, statement: Statement, options: Mapping[str, Any]
) -> tuple[list[Item], str | None]:
    """Do one statement, and keep what it changed."""
    table = table_of(call, statement)
    if statement.writes:
        require_fit(statement, table)
    with tables.moto.opened(call, [table.name]) as window:
        if not statement.writes:
            return select(window.ask, statement, table, options)
        _require_now(window.ask, statement, table, options)
        found = change(window.ask, statement, table)
        window.keep = True
    return found, None


def _require_now(ask: Ask, statement: Statement, table: Any, options: Mapping[str, Any]) -> None:
    item = stored(ask, table, key_of(statement, table))
    try:
        require_state(statement, item)
    except AwsError as error:
        if options.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and item:
            error.fields["Item"] = item
        raise


def transact(tables: Tables, call: Call) -> dict[str, Any]:
    """ExecuteTransaction: all of it, or nothing."""
    statements = [read(one) for one in asked(call)]
    for number, statement in enumerate(statements):
        _require_allowed(number, statement)
    if len({statement.writes for statement in statements}) > 1:
        # The wording is the sandbox's own.
        raise validation("A transaction holds SELECT statements alone, or none.")
    found = [table_of(call, statement) for statement in statements]
    keys = [key_of(s, table) for s, table in zip(statements, found, strict=True)]
    for statement, table in zip(statements, found, strict=True):
        if statement.writes:
            require_fit(statement, table)
    with tables.moto.opened(call, [table.name for table in found]) as window:
        if not statements[0].writes:
            return {"Responses": [
                _response(_one(window.ask, s, t, k))
                for s, t, k in zip(statements, found, keys, strict=True)
            ]}  # fmt: skip
        _require_distinct(found, keys)
        _change_all(window.ask, call, statements, found)
        window.keep = True
    return {"Responses": [{} for _ in statements]}


def _require_allowed(number: int, statement: Statement) -> None:
    what = ""
    if statement.returning:
        what = "RETURNING clause is not supported in ExecuteTransaction."
    elif statement.index:
        what = "Reads on indices are not supported within transactions."
    if what:
        raise validation(f"Validation failed in TransactStatements[{number}]: {what}")


def _response(items: list[Item]) -> dict[str, Any]:
    return {"Item": items[0]} if items else {}


def _one(ask: Ask, statement: Statement, table: Any, _key: Item) -> list[Item]:
    return select(ask, statement, table, {"ConsistentRead": True})[0]


def _require_distinct(found: list[Any], keys: list[Item]) -> None:
    each = [(table.name, *identity(table, key)) for table, key in zip(found, keys, strict=True)]
    if len(set(each)) < len(each):
        text = "Transaction request cannot include multiple operations on one item"
        raise validation(text)


def _change_all(ask: Ask, call: Call, statements: list[Statement], found: list[Any]) -> None:
    """Look at every state, then do every change; whatever fails cancels all.

    Raises:
        AwsError: ``TransactionCanceledException`` with the reason of each statement.
    """
    for step in (_require_now, _changed):
        reasons: list[dict[str, Any]] = []
        for one, statement, table in zip(asked(call), statements, found, strict=True):
            try:
                step(ask, statement, table, one)
                reasons.append({"Code": "None"})
            except AwsError as error:
                if error.code not in _CODES:
                    raise
                reason = {"Code": _CODES[error.code], "Message": error.message, **error.fields}
                reasons.append(reason)
        if any(reason["Code"] != "None" for reason in reasons):
            raise cancelled(reasons)


def _changed(ask: Ask, statement: Statement, table: Any, _options: Mapping[str, Any]) -> None:
    change(ask, statement, table)
