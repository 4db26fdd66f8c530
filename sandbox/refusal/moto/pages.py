"""Pages of Query and Scan that end at their Limit."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from moto.dynamodb.models.table import Table

from .hooks import Hooks

_PROJECTIONS = ("projection_expressions", "projection_expression")


def end_at_limits(hooks: Hooks) -> None:
    """Let a page that has as many items as its Limit say where it ended, also if it is the last:
    DynamoDB does not look ahead (H85)."""
    for name in ("query", "scan"):
        read = getattr(Table, name)
        hooks.replace(Table, name, _ending(read, inspect.signature(read)))


def _ending(read: Callable[..., Any], signature: inspect.Signature) -> Callable[..., Any]:
    """A Query or a Scan that counts its items before it filters them."""

    @functools.wraps(read)  # A sandbox within a sandbox reads its parameters again.
    def page(*args: Any, **more: Any) -> Any:
        told = dict(signature.bind(*args, **more).arguments)
        table, others = told.pop("self"), told.pop("filter_kwargs", {})
        only, wanted = told.get("filter_expression"), _projection(told)
        told.update({name: None for name in ("filter_expression", *_PROJECTIONS) if name in told})
        # By name: what narrows a Query looks for some of them so.
        found, scanned, last = read(table, **told, **others)
        if last is None and found and len(found) == told.get("limit"):
            last = table._get_last_evaluated_key(found[-1], told.get("index_name"))
        if only is not None:
            found = [item for item in found if only.expr(item)]
        return [item.project(wanted) for item in found] if wanted else found, scanned, last

    return page


def _projection(told: Mapping[str, Any]) -> Any:
    """The paths that a read asks for; moto's two methods name them differently."""
    return told.get(_PROJECTIONS[0]) or told.get(_PROJECTIONS[1])
