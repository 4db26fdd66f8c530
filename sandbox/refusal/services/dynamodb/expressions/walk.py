"""The paths, values and functions of an expression that was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .nodes import Action, Call, Comparison, Logic, Node, Path, Resolved, Sum


def nodes_of(*roots: Node | Action | None) -> Iterator[Node]:
    """All nodes below these, and they themselves, as they are written."""
    for root in roots:
        if isinstance(root, Action):
            yield from nodes_of(root.path, root.operand)
        elif root is not None:
            yield root
            yield from nodes_of(*_below(root))


def _below(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Logic):
        return node.conditions
    return node.operands if isinstance(node, (Call, Comparison, Sum)) else ()


def resolved(path: Path, names: Mapping[str, str]) -> Resolved:
    """A path with names in the places of their placeholders."""
    return tuple(names.get(part, part) if isinstance(part, str) else part for part in path.parts)


def heads(nodes: Iterable[Node], names: Mapping[str, str]) -> set[str]:
    """The attributes of the item that paths among the nodes begin with."""
    paths = (node for node in nodes if isinstance(node, Path))
    return {str(resolved(path, names)[0]) for path in paths}


def shown(path: Resolved) -> str:
    """A path as DynamoDB writes it in messages."""
    parts = (f"[{part}]" if isinstance(part, int) else part for part in path)
    return f"[{', '.join(parts)}]"
