"""Every condition operator: a value that matches, one that differs, and no value
(R1.4-R1.10; D12-D16)."""

from __future__ import annotations

import pytest

from refusal.authorization import Policy, PolicyError, Reason, Request, authorize

KEY = "aws:RequestTag/x"
#: operator, policy value, a request value that equals it, one that does not.
POSITIVE = [
    ("StringEquals", "Ab", "Ab", "ab"),
    ("StringEquals", "a*", "a*", "ab"),
    ("StringEqualsIgnoreCase", "Ab", "aB", "abc"),
    ("StringLike", "a*c?", "a\nbcd", "A-c-"),
    ("StringLike", "[a]", "[a]", "a"),
    ("NumericEquals", "10", "1e1", "11"),
    ("NumericEquals", 10, "10.0", "ten"),
    ("NumericLessThan", "10", "9.99", "10"),
    ("NumericLessThanEquals", "10", "10", "10.01"),
    ("NumericGreaterThan", "-1", "0", "-1"),
    ("NumericGreaterThanEquals", "10", "10", "9"),
    ("DateEquals", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    ("DateEquals", "2026-01-01T05:45:00+05:45", "2026-01-01T00:00:00Z", "2026-01-01T00:40:00Z"),
    ("DateEquals", "1767225600", "2026-01-01", "202"),
    ("DateLessThan", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
    ("DateLessThanEquals", "2026-06", "2026-06-01", "2026-06-02"),
    ("DateGreaterThan", "2026", "2026-01-01T00:01Z", "2025-12-31T23:59:59Z"),
    ("DateGreaterThanEquals", "2026", "2026", "1767225599"),
    ("Bool", True, "TRUE", "false"),
    ("Bool", "false", "false", "no"),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", "QmluYXJ4"),
    ("IpAddress", "203.0.113.0/24", "203.0.113.255", "203.0.114.0"),
    ("IpAddress", "203.0.113.7", "203.0.113.7", "203.0.113.8"),
    ("IpAddress", "2001:DB8::/32", "2001:db8:1::1", "203.0.113.7"),
    ("IpAddress", "0.0.0.0/0", "1.2.3.4", "not an address"),
    ("ArnEquals", "arn:aws:iam::*:user/a?", "arn:aws:iam::1:user/ab", "arn:aws:iam::1:user/a"),
    ("ArnLike", "arn:aws:*:user/a", "arn:aws:*:user/a", "arn:aws:iam::1:user/a"),
    ("ArnLike", "arn:aws:logs:*:*:group:*", "arn:aws:logs:r:1:group:a:b", "arn:aws:logs:r:1:g"),
]
NEGATION = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
}
ROWS = [row for row in POSITIVE if row[:2] != ("ArnLike", "arn:aws:*:user/a")]
NEGATIVE = [
    (NEGATION[op], value, differs, equal) for op, value, equal, differs in ROWS if op in NEGATION
]


def reason(operator, value, actual) -> Reason:
    """Why a condition on KEY holds, or does not."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": statement}
    statement["Condition"] = {operator: {KEY: value}}
    context = {} if actual is None else {KEY.upper(): actual}
    request = Request("arn:aws:iam::111122223333:user/a", "kms:ListKeys", "*", context)
    policy = Policy.parse(document, kind="identity-based")
    decision = authorize(request, identity_policies=[policy])
    (report,) = decision.statements
    assert decision.allowed is (report.reason is Reason.MATCHES)
    return report.reason


@pytest.mark.behaviour(103)
@pytest.mark.parametrize(("operator", "value", "holds", "fails"), ROWS + NEGATIVE)
def test_an_operator_with_a_value(operator, value, holds, fails) -> None:
    for name in (operator, operator + "IfExists"):
        assert reason(name, value, holds) is Reason.MATCHES
        assert reason(name, value, fails) is Reason.VALUE_DIFFERS
    for name in ("ForAllValues:", "ForAnyValue:"):
        assert reason(name + operator, value, [holds]) is Reason.MATCHES
        assert reason(name + operator, value, fails) is Reason.VALUE_DIFFERS
    assert reason("ForAnyValue:" + operator, value, [fails, holds]) is Reason.MATCHES
    assert reason("ForAllValues:" + operator, value, [fails, holds]) is Reason.VALUE_DIFFERS
    assert reason(operator, value, [holds]) is Reason.NEEDS_SET_OPERATOR


@pytest.mark.behaviour(103, 104)
@pytest.mark.parametrize(("operator", "value", "_holds", "_fails"), ROWS + NEGATIVE)
def test_an_operator_without_a_value(operator, value, _holds, _fails) -> None:
    negated = "Not" in operator
    assert reason(operator, value, None) is (Reason.MATCHES if negated else Reason.KEY_ABSENT)
    assert reason(operator + "IfExists", value, None) is Reason.MATCHES
    for absent in (None, []):
        assert reason("ForAllValues:" + operator, value, absent) is Reason.MATCHES
        assert reason("ForAnyValue:" + operator, value, absent) is Reason.KEY_ABSENT


def test_a_star_does_not_cross_the_parts_of_an_arn() -> None:
    short = "arn:aws:*:user/a"
    assert reason("ArnLike", short, "arn:aws:iam::1:user/a") is Reason.VALUE_DIFFERS
    assert reason("StringLike", short, "arn:aws:iam::1:user/a") is Reason.MATCHES


def test_every_operator_has_a_row() -> None:
    from refusal.authorization.operators import OPERATORS

    assert {row[0] for row in ROWS + NEGATIVE} | {"Null"} == set(OPERATORS)


@pytest.mark.parametrize(
    ("operator", "value", "says"),
    [
        ("stringEquals", "a", "did you mean StringEquals?"),
        ("StringMatches", "a", "is not a condition operator"),
        ("ForSomeValues:StringEquals", "a", "is not a condition operator"),
        ("NullIfExists", "true", "Null takes no IfExists and no set operator"),
        ("ForAnyValue:Null", "true", "Null takes no IfExists and no set operator"),
        ("NumericEquals", "ten", "'ten' in the NumericEquals condition of Statement 1 is not"),
        *(
            (operator, "${aws:username}", "is not a valid")  # These take no variables.
            for operator in ("NumericEquals", "NumericLessThan", "DateEquals", "DateGreaterThan")
        ),
        *(
            (operator, "${aws:username}", "is not a valid")
            for operator in ("BinaryEquals", "IpAddress", "NotIpAddress", "Null")
        ),
        ("DateLessThan", "2026-02-30", "is not a valid date"),
        ("DateLessThan", "2026-01-01T00:00:00", "is not a valid date"),
        ("Bool", "yes", "is not a valid true or false"),
        ("Null", "maybe", "is not a valid true or false"),
        ("IpAddress", "300.1.1.1", "is not a valid IP address or CIDR range"),
        ("BinaryEquals", "?", "is not a valid base64 text"),
        ("StringEquals", [], "must have a value or a list of values"),
        ("StringEquals", {"a": "b"}, "must have a value or a list of values"),
        ("StringEquals", "${aws:username", "is not well formed"),
        ("StringEquals", "${a b}", "is not well formed"),
    ],
)
def test_what_cannot_be_compared_is_refused(operator, value, says) -> None:
    with pytest.raises(PolicyError) as caught:
        reason(operator, value, "x")
    assert says in str(caught.value)


@pytest.mark.parametrize(("actual", "allowed"), [("true", True), ("false", False)])
def test_a_variable_that_is_neither_true_nor_false_equals_nothing(actual, allowed) -> None:
    """R1.6: the condition's other values still count."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    statement["Condition"] = {"Bool": {KEY: ["${aws:username}", "true"]}}
    document = {"Version": "2012-10-17", "Statement": statement}
    context = {KEY: actual, "aws:username": "alice"}
    request = Request("arn:aws:iam::111122223333:user/alice", "kms:ListKeys", "*", context)
    policy = Policy.parse(document, kind="identity-based")
    assert authorize(request, identity_policies=[policy]).allowed is allowed
