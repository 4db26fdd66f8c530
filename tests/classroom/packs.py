"""Many kinds of attack in few notebooks: each has an exercise of its own, and earns nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.classroom import asks, leftovers, reaches, values
from tests.classroom.case import Case
from tests.classroom.notebooks import FULL, answered

#: By exercise, the name of the value that its check is given.
VALUES = {"5.2": "proof", "5.6": "remedies", "5.7": "statement"}
FUNCTIONS = {"1.4": "open_sealed", "1.7": "envelope_encrypt", "1.8": "envelope_decrypt"}


def shared_out(
    kinds: Mapping[str, str], exercises: Sequence[str]
) -> Iterator[dict[str, tuple[str, str]]]:
    """By exercise, a kind's name and code; as many at once as there are exercises."""
    listed = list(kinds.items())
    for at in range(0, len(listed), len(exercises)):
        yield dict(zip(exercises, listed[at : at + len(exercises)], strict=False))


def _case(notebook: str, answers: dict[str, str], says: dict[str, str]) -> Case:
    return Case(answered(notebook, answers), dict.fromkeys(FULL[notebook], 0.0), says)


def reaching(secret: Path, criteria: Path, port: int) -> dict[str, Case]:
    """What tries to reach something; each must have come to its end, and say that it has not."""
    found = {}
    kinds = {**reaches.HARMLESS, **reaches.HARMFUL, **asks.ASKS}
    for pack in shared_out(kinds, list(FULL["05"])):
        answers = {
            number: reaches.code(code, secret, criteria, port) for number, (_, code) in pack.items()
        }
        says = dict.fromkeys(answers, reaches.NOTHING)
        found[f"reaches-{len(found)}"] = _case("05", answers, says)
    return found


def giving() -> dict[str, Case]:
    """What is no value, and what is no function; a check says so, and blames nobody else."""
    found = {}
    for pack in shared_out(values.VALUES, list(VALUES)):
        answers = {n: f"{code}\n{VALUES[n]} = X" for n, (_, code) in pack.items()}
        found[f"gives-{len(found)}"] = _case("05", answers, dict.fromkeys(answers, "Seen: "))
    for pack in shared_out(values.FUNCTIONS, list(FUNCTIONS)):
        answers = {n: f"def {FUNCTIONS[n]}(**given):\n    {code}" for n, (_, code) in pack.items()}
        found[f"calls-{len(found)}"] = _case("01", answers, {})
    return found


def leaving() -> dict[str, Case]:
    """What stays in the process, or where it may write, when an answer is done."""
    found = {}
    for pack in shared_out(leftovers.SIDE_BY_SIDE, list(FULL["05"])):
        answers = {number: leftovers.code(code) for number, (_, code) in pack.items()}
        says = dict.fromkeys(answers, leftovers.LEFT)
        found[f"leaves-{len(found)}"] = _case("05", answers, says)
    for code in leftovers.ALONE.values():
        found[f"leaves-{len(found)}"] = _case("00", {"0.1": leftovers.code(code)}, {})
    both = {"0.1": leftovers.LEAVES, "0.2": leftovers.FINDS}
    return {**found, "leaves-and-ends": _case("00", both, {"0.2": reaches.NOTHING})}
