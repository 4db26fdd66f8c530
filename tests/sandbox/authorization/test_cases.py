"""Documented and constructed cases, by theme: decision, deciding statement and reasons.

A case of ``cases/*.json`` names its source. ``expected.by`` null means that AWS does not say which
type of policy is named. Statements are written "policy:Sid", grants "grant 1".
"""

from __future__ import annotations

from pathlib import Path

import pytest

from refusal.authorization import Decision
from refusal.authorization.cases import decide_case, read_cases

CASES = [
    pytest.param(case, id=f"{path.stem}-{case['id']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for case in read_cases(path)
]


def reasons(decision: Decision) -> dict[str, str]:
    """Why each statement and grant counts, or does not."""
    found = {f"{r.policy.name}:{r.statement.label}": str(r.reason) for r in decision.statements}
    found |= {f"grant {n}": str(r.reason) for n, r in enumerate(decision.grants, 1)}
    return found


def decided_by(decision: Decision) -> str | None:
    """The deciding statement or grant."""
    if decision.grant is not None:
        return f"grant {[r.grant for r in decision.grants].index(decision.grant) + 1}"
    if decision.statement is None:
        return None
    return f"{decision.policy}:{decision.statement.label}"


@pytest.mark.parametrize("case", CASES)
def test_case(case) -> None:
    decision, expected = decide_case(case), case["expected"]
    shown = reasons(decision)
    assert decision.effect == expected["decision"], shown
    assert expected["by"] in (None, decision.by)
    assert decided_by(decision) == expected["statement"], shown
    assert {name: shown.get(name) for name in expected["reasons"]} == expected["reasons"]


@pytest.mark.parametrize("case", CASES)
def test_a_statement_applies_exactly_if_all_its_elements_match(case) -> None:
    for report in decide_case(case).statements:
        assert report.matched == (report.level > 0) == all(e.matched for e in report.elements)


def test_there_are_cases() -> None:
    names = [case.values[0]["id"] for case in CASES]
    assert len(names) == len(set(names)) >= 100
    assert all(case.values[0]["cite"] for case in CASES)
