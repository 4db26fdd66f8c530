"""The way of a decision ends where the decision ended, for every policy and request."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given

from refusal.authorization import Decision, Effect, Grant, PolicyType
from refusal.authorization.cases import decide_case, read_cases
from refusal.authorization.way import Answer, Question, is_about_key, way
from tests.sandbox.authorization.test_laws import A, decide, law, requests, worlds

DECISIONS = [
    decide_case(case)
    for path in sorted((Path(__file__).parent / "cases").glob("*.json"))
    for case in read_cases(path)
]
ABOUT_KEYS = [decision for decision in DECISIONS if is_about_key(decision)]


def check(decision: Decision) -> None:
    met = list(way(decision))
    order = list(Question)
    asked = [question for question, _ in met]
    assert asked == [question for question in order if question in asked]
    question, answer = met[-1]
    if decision.effect is Effect.EXPLICIT_DENY:
        assert met == [(Question.DENY, Answer.YES)]
    elif decision.allowed:
        assert (question, answer) in (
            (Question.NAMED, Answer.YES),
            (Question.LIMITS, Answer.YES),
        )
        named = decision.allowed_by in ("grant", "resource-based")
        root = decision.request.caller.kind == "root"
        if not root:  # A statement for the account is enough for root.
            assert named == (dict(met)[Question.NAMED] is not Answer.NO)
        if Question.IDENTITY in asked:
            assert dict(met)[Question.IDENTITY] is (Answer.NOT_NEEDED if root else Answer.YES)
    else:
        assert (question, answer) == (
            {
                PolicyType.RESOURCE: Question.ENABLED,
                PolicyType.IDENTITY: Question.IDENTITY,
                PolicyType.BOUNDARY: Question.LIMITS,
                PolicyType.SESSION: Question.LIMITS,
            }[decision.by],
            Answer.NO,
        )


def test_there_are_cases_of_every_end() -> None:
    ends = {list(way(decision))[-1] for decision in ABOUT_KEYS}
    assert ends == {
        (Question.DENY, Answer.YES),
        (Question.NAMED, Answer.YES),
        (Question.ENABLED, Answer.NO),
        (Question.IDENTITY, Answer.NO),
        (Question.LIMITS, Answer.NO),
        (Question.LIMITS, Answer.YES),
    }
    ways = [step for decision in ABOUT_KEYS for step in way(decision)]
    for answer in (Answer.YES, Answer.NOT_NEEDED):
        assert (Question.IDENTITY, answer) in ways
    assert (Question.NAMED, Answer.ROLE) in ways


@pytest.mark.parametrize("decision", ABOUT_KEYS)
def test_a_case(decision: Decision) -> None:
    check(decision)


@given(requests, worlds)
@law
def test_every_way_ends_where_its_decision_did(request, world) -> None:
    decision = decide(request, world)
    assume(is_about_key(decision))
    check(decision)


@given(requests, worlds)
@law
def test_a_grant_names_the_caller(request, world) -> None:
    grant = Grant("g", request.principal, ["Decrypt", "Encrypt", "DescribeKey"])
    decision = decide(request, world, grants=[grant])
    assume(
        is_about_key(decision) and request.principal.startswith("arn") and A in request.principal
    )
    assume(decision.effect is not Effect.EXPLICIT_DENY)
    if request.caller.kind != "root":  # Its ARN stands for the whole account.
        assert dict(way(decision))[Question.NAMED] is Answer.YES
    check(decision)
