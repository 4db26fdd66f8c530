"""Laws that hold for every policy and request, not only for the cases."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from refusal.authorization import (
    AuthorizationError,
    Grant,
    Policy,
    Reason,
    Request,
    authorize,
    validate_key_policy,
)
from refusal.authorization.cases import decide_case
from refusal.authorization.patterns import matcher, read

A, B = "111122223333", "444455556666"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1"
ROLE = f"arn:aws:iam::{A}:role/App"
CALLERS = (
    f"arn:aws:iam::{A}:user/alice",
    f"arn:aws:iam::{A}:root",
    f"arn:aws:sts::{A}:assumed-role/App/s",
    f"arn:aws:iam::{B}:user/carlos",
    "dynamodb.amazonaws.com",
)
OPERATIONS = ("Decrypt", "Encrypt", "DescribeKey")
law = settings(deadline=None, max_examples=150)

callers = st.sampled_from(CALLERS)
tags = st.fixed_dictionaries({}, optional={"aws:PrincipalTag/t": st.sampled_from("ab")})
names = st.sampled_from((*CALLERS[:4], ROLE, A, B, "*"))
conditions = st.sampled_from(
    (
        {},
        {"StringEquals": {"aws:PrincipalTag/t": "a"}},
        {"StringNotEquals": {"aws:PrincipalTag/t": "a"}},
        {"Null": {"aws:PrincipalTag/t": "true"}},
    )
)
own_statements = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(("Allow", "Allow", "Deny")),
        "Action": st.sampled_from(("kms:*", "kms:De*", "kms:Encrypt", "*")),
        "Resource": st.sampled_from(("*", KEY, KEY + "?")),
        "Condition": conditions,
    }
)
key_statements = st.builds(lambda s, n: {**s, "Principal": {"AWS": n}}, own_statements, names)
requests = st.builds(
    lambda who, op, context: Request(who, f"kms:{op}", KEY, context, A),
    callers,
    st.sampled_from(OPERATIONS),
    tags,
)
own = st.lists(own_statements, max_size=3)
maybe = st.one_of(st.none(), own)
worlds = st.fixed_dictionaries(
    {
        "identity": own,
        "boundary": maybe,
        "session": maybe,
        "key": st.lists(key_statements, max_size=4),
    }
)


def decide(request, world, grants=()):
    def policy(statements, kind):
        document = {"Version": "2012-10-17", "Statement": statements}
        return Policy.parse(json.dumps(document), kind=kind)

    boundary, session = world["boundary"], world["session"]
    return authorize(
        request,
        identity_policies=[policy(world["identity"], "identity-based")],
        permissions_boundary=None if boundary is None else policy(boundary, "permissions boundary"),
        session_policies=None if session is None else [policy(session, "session")],
        resource_policy=policy(world["key"], "resource-based"),
        grants=grants,
    )


@law
@given(
    requests, worlds, own_statements, st.sampled_from(("identity", "boundary", "session", "key"))
)
def test_an_added_deny_never_allows(request_, world, statement, where) -> None:
    denial = {**statement, "Effect": "Deny"} | ({"Principal": "*"} if where == "key" else {})
    before = decide(request_, world)
    if world[where] is None:
        return
    after = decide(request_, world | {where: [*world[where], denial]})
    assert before.allowed or not after.allowed
    if before.effect == "explicit_deny":
        assert after.effect == "explicit_deny"


@law
@given(requests, worlds)
def test_without_an_allow_nothing_is_allowed(request_, world) -> None:
    denied = {name: [] for name in world}
    assert not decide(request_, denied).allowed


@law
@given(requests, worlds, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(request_, world, random) -> None:
    mixed = {}
    for name, statements in world.items():
        mixed[name] = None if statements is None else statements * 2
        if mixed[name]:
            random.shuffle(mixed[name])
    before, after = decide(request_, world), decide(request_, mixed)
    assert (before.effect, before.by, before.allowed_by) == (
        after.effect,
        after.by,
        after.allowed_by,
    )


@law
@given(requests, worlds, names.filter(lambda name: name != "*"), st.sampled_from(OPERATIONS))
def test_a_grant_is_an_allow_in_the_key_policy(request_, world, grantee, operation) -> None:
    allow = {"Effect": "Allow", "Action": f"kms:{operation}", "Resource": "*"}
    by_policy = world | {"key": [*world["key"], {**allow, "Principal": {"AWS": grantee}}]}
    grant = Grant("g", grantee, frozenset((operation,)))
    granted, written = decide(request_, world, [grant]), decide(request_, by_policy)
    assert (granted.effect, granted.by) == (written.effect, written.by)


texts = st.text("aA*?[.\n${}:", max_size=8)


def holds(operator, expected, actual) -> bool:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statement["Condition"] = {operator: {"aws:PrincipalTag/t": expected}}
    request = Request(CALLERS[0], "kms:ListKeys", "*", {"aws:PrincipalTag/t": actual})
    policy = Policy.parse({"Statement": statement}, kind="identity-based")
    return authorize(request, identity_policies=[policy]).allowed


@law
@given(
    st.sampled_from(
        ("StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnLike", "ArnEquals")
    ),
    st.lists(texts, min_size=1, max_size=3),
    texts,
)
def test_a_negated_operator_is_the_negation(operator, expected, actual) -> None:
    negated = operator.replace("String", "StringNot").replace("Arn", "ArnNot")
    assert holds(operator, expected, actual) is not holds(negated, expected, actual)


def reference(pattern: str, text: str) -> bool:
    """A glob in its shortest definition."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(reference(pattern[1:], text[i:]) for i in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and reference(pattern[1:], text[1:])


@settings(deadline=None, max_examples=500)
@given(st.text("ab*?[.\n", max_size=8), st.text("ab[.\n", max_size=8))
def test_globs_agree_with_the_definition(pattern, text) -> None:
    pieces = read(pattern, variables=False)
    assert bool(matcher(pieces)(text)) is reference(pattern, text)


def test_no_pattern_makes_matching_slow() -> None:
    pieces = read("*a" * 200 + "b", variables=False)
    assert not matcher(pieces)("a" * 20_000)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
elements = st.sampled_from(
    ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "Condition")
)
likely = json_values | st.sampled_from(
    ("Allow", "Deny", "*", "kms:*", "arn:aws:kms:::${aws:username}", {"AWS": "*"}, {"AWS": ["x"]})
) | st.builds(
    lambda op, value: {op: {"aws:username": value}},
    st.sampled_from(("StringLike", "NumericEquals", "DateEquals", "Bool", "IpAddress", "Null")),
    json_values,
)  # fmt: skip
documents = st.fixed_dictionaries(
    {
        "Statement": st.lists(st.dictionaries(elements, likely, max_size=6), max_size=2)
        | json_values
    },
    optional={"Version": st.sampled_from(("2012-10-17", "2008-10-17", 1))},
)


@settings(deadline=None, max_examples=400)
@given(documents, st.sampled_from(("identity-based", "resource-based", "role trust policy")), tags)
def test_any_document_is_judged_or_refused(document, kind, context) -> None:
    try:
        policy = Policy.parse(document, kind=kind)
    except AuthorizationError as error:
        assert str(error)
        return
    action = "sts:AssumeRole" if kind == "role trust policy" else "kms:Decrypt"
    request = Request(CALLERS[0], action, KEY, context)
    place = (
        {"identity_policies": [policy]} if kind == "identity-based" else {"resource_policy": policy}
    )
    decision = authorize(request, **place)
    assert all(isinstance(report.reason, Reason) for report in decision.statements)


@law
@given(st.text() | json_values.map(json.dumps))
def test_any_text_is_a_key_policy_or_is_refused(text) -> None:
    try:
        validate_key_policy(text)
    except AuthorizationError as error:
        assert str(error)


PARTS = ("identity_policies", "permissions_boundary", "resource_policy", "grants")


@law
@given(st.fixed_dictionaries({"id": st.just("x")}, optional=dict.fromkeys(PARTS, json_values)))
def test_any_case_is_decided_or_refused(case) -> None:
    case["request"] = {
        "principal": CALLERS[0],
        "action": "kms:Decrypt",
        "resource": KEY,
        "context": {},
    }
    try:
        decide_case(case)
    except AuthorizationError as error:
        assert str(error)
