"""Updates: what UpdateItem answers, and when an update makes no item. H80."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...requests.calls import Call, Forwarded
from .answers import edited
from .checks import send_anew
from .expressions import parse_update
from .expressions.nodes import Action, Resolved
from .expressions.walk import resolved
from .tables import Tables
from .to_moto import Window

Item = Mapping[str, Any]


def update(tables: Tables, call: Call, names: Sequence[str]) -> Forwarded:
    """Let moto update an item that was looked at, and answer what AWS does.

    An update that only takes away makes no item. What was updated is answered by its paths, and
    not by whole attributes; that a value is the same as before does not matter.
    """
    params = call.params
    text = params.get("UpdateExpression")
    actions = parse_update(text) if text else ()
    wanted = params.get("ReturnValues") or "NONE"
    if wanted.startswith("UPDATED_"):
        call.params = {**params, "ReturnValues": wanted.replace("UPDATED", "ALL")}
        send_anew(call)
    makes = {"here": True}

    def keeps(window: Window) -> bool:
        makes["here"] = not _takes_away(actions) or _is_there(window, params)
        return makes["here"]

    answer = tables.moto.with_rows(call, names, writes=True, keeps=keeps)

    def change(body: dict[str, Any]) -> None:
        found = body.pop("Attributes", None)
        if not makes["here"]:
            return
        if found and wanted.startswith("UPDATED_"):
            given = params.get("ExpressionAttributeNames") or {}
            found = _picked(found, [resolved(action.path, given) for action in actions])
        if found:
            body["Attributes"] = found

    return answer if wanted == "NONE" else edited(answer, change)


def transact(tables: Tables, call: Call, names: Sequence[str]) -> Forwarded:
    """Let moto do a transaction, in which an update that only takes away makes no item, either.

    Of an item that is not there, such an update is no more than its condition.
    """

    def keeps(window: Window) -> bool:
        items = [_without_making(window, item) for item in call.params["TransactItems"]]
        if items != call.params["TransactItems"]:
            call.params = {**call.params, "TransactItems": items}
            send_anew(call)
        return True

    return tables.moto.with_rows(call, names, writes=True, keeps=keeps)


def _without_making(window: Window, item: Mapping[str, Any]) -> Mapping[str, Any]:
    params = item.get("Update")
    if not params or not _takes_away(parse_update(params["UpdateExpression"])):
        return item
    if _is_there(window, params):
        return item
    kept = {"TableName", "Key", "ReturnValuesOnConditionCheckFailure"}
    check = {name: value for name, value in params.items() if name in kept}
    if condition := params.get("ConditionExpression"):
        check["ConditionExpression"] = condition
        for member in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            given = {k: v for k, v in (params.get(member) or {}).items() if k in _words(condition)}
            check.update({member: given} if given else {})
    else:
        check["ConditionExpression"] = "attribute_not_exists(#key)"
        check["ExpressionAttributeNames"] = {"#key": next(iter(params["Key"]))}
    return {"ConditionCheck": check}


def _words(expression: str) -> set[str]:
    return set(re.findall(r"[#:]\w+", expression))


def _takes_away(actions: Sequence[Action]) -> bool:
    return bool(actions) and all(action.word in ("REMOVE", "DELETE") for action in actions)


def _is_there(window: Window, params: Mapping[str, Any]) -> bool:
    asked = {"TableName": params["TableName"], "Key": params["Key"], "ConsistentRead": True}
    return "Item" in window.ask("GetItem", asked)


def _picked(item: Item, paths: Sequence[Resolved]) -> dict[str, Any]:
    """What lies at the paths of an item, in its place."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(str(path[0]) for path in paths):
        rests = [path[1:] for path in paths if path[0] == name]
        value = _part(item[name], rests) if name in item else None
        if value is not None:
            found[name] = value
    return found


def _part(value: Mapping[str, Any], paths: Sequence[Resolved]) -> Mapping[str, Any] | None:
    if any(not path for path in paths):
        return value
    if "M" in value:
        members = _picked(value["M"], [path for path in paths if isinstance(path[0], str)])
        return {"M": members} if members else None
    held = value.get("L", ())
    places = sorted({path[0] for path in paths if isinstance(path[0], int)})
    parts = [
        _part(held[place], [path[1:] for path in paths if path[0] == place])
        for place in places
        if place < len(held)
    ]
    kept = [part for part in parts if part is not None]
    return {"L": kept} if kept else None
