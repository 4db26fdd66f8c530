"""Tasks 1 and 3: a condition is judged for every request that it might meet, not for today's."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.messages import say
from tests.lessons.capstone.clinic import Clinic

VIA, TABLE = "kms:ViaService", "kms:EncryptionContext:aws:dynamodb:tableName"
DYNAMODB, S3 = "dynamodb.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"
USER, ROLE = "arn:aws:iam::123456789012:user/", "arn:aws:iam::123456789012:role/"
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
ALL, IDA = "admin may everything", "ida may use; via, table"
Condition = dict[str, dict[str, Any]]
BOTH: dict[str, Any] = {VIA: DYNAMODB, TABLE: "visits"}


def key(clinic: Clinic, who: str, action: Any, condition: Condition, *lines: str) -> None:
    """The visits under a key whose policy has these lines and one more statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}
    principal: Any = "*" if who == "*" else {"AWS": clinic.arn(who)}
    if who.endswith(".amazonaws.com"):
        principal = {"Service": who}
    clinic.more = [{**statement, "Principal": principal}]
    clinic.move(clinic.key(ALL, *lines))


#: How Ida's own statement may be limited to DynamoDB and to the visits.
RIGHT: dict[str, Condition] = {
    "called via DynamoDB": {
        "ForAnyValue:StringEquals": {"aws:CalledVia": "dynamodb.amazonaws.com"},
        "StringEquals": {TABLE: "visits"},
    },
    "in this account": {"StringEquals": {**BOTH, "kms:CallerAccount": "123456789012"}},
    "of this subscriber": {
        "StringEquals": {**BOTH, "kms:EncryptionContext:aws:dynamodb:subscriberId": "123456789012"}
    },
    "in two Regions": {
        "StringEquals": {VIA: [DYNAMODB, "dynamodb.eu-west-1.amazonaws.com"], TABLE: "visits"}
    },
    "like, without a wildcard": {"StringLike": BOTH},
}
#: And what does not limit it so: what the check says.
WIDE: dict[str, tuple[Condition, str]] = {
    "two services": ({"StringEquals": {VIA: [DYNAMODB, S3], TABLE: "visits"}}, "through s3"),
    "any service": (
        {"StringLike": {VIA: "*.us-east-1.amazonaws.com"}, "StringEquals": {TABLE: "visits"}},
        "through s3",
    ),
    "some service": ({"Null": {VIA: "false"}, "StringEquals": {TABLE: "visits"}}, "through s3"),
    "a service of AWS": (
        {"Bool": {"aws:ViaAWSService": "true"}, "StringEquals": {TABLE: "visits"}},
        "through s3",
    ),
    "a service, if there is one": (
        {"StringEqualsIfExists": {VIA: DYNAMODB}, "StringEquals": {TABLE: "visits"}},
        "without DynamoDB",
    ),
    "two tables": ({"StringEquals": {**BOTH, TABLE: ["visits", "invoices"]}}, "invoices"),
    "a table of tomorrow": ({"StringEquals": {**BOTH, TABLE: ["visits", "archive"]}}, "archive"),
    "one letter": ({"StringLike": {**BOTH, TABLE: "visit?"}}, "visitx"),
    "the name's end": ({"StringLike": {**BOTH, TABLE: "*visits"}}, "xvisits"),
    "upper case": (
        {"StringEquals": {VIA: DYNAMODB}, "StringEqualsIgnoreCase": {TABLE: "visits"}},
        "VISITS",
    ),
    "every table but one": (
        {"StringEquals": {VIA: DYNAMODB}, "StringNotEquals": {TABLE: "invoices"}},
        "visits-other",
    ),
}


@pytest.mark.parametrize("condition", RIGHT.values(), ids=RIGHT)
def test_a_condition_of_another_form_is_right(clinic: Clinic, condition: Condition) -> None:
    key(clinic, "ida", USE, condition)
    for task in ("8.1", "8.2", "8.3"):
        note = clinic.says(task)
        assert note.word == say("check.correct"), note


@pytest.mark.parametrize(("condition", "says"), WIDE.values(), ids=WIDE)
def test_a_condition_that_is_met_in_another_way_is_named(
    clinic: Clinic, condition: Condition, says: str
) -> None:
    key(clinic, "ida", USE, condition)
    note = clinic.says("8.3")
    assert note.word == say("check.not yet"), note
    assert says in note.sentence


#: Who else a statement would let in, beside Ida's own: today, tomorrow, or under a condition.
OTHERS: dict[str, tuple[str, Any, Condition, str]] = {
    "a user of a name": ("*", USE, {"StringLike": {"aws:PrincipalArn": f"{USER}nurse-*"}}, "new"),
    "a user with a letter": ("*", USE, {"StringLike": {"aws:username": "n*"}}, "a new user"),
    "a role": ("*", USE, {"StringLike": {"aws:PrincipalArn": f"{ROLE}*"}}, "a role could call"),
    "another account": ("*", USE, {"StringEquals": {"kms:CallerAccount": "9" * 12}}, "9" * 12),
    "an organisation": ("*", USE, {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "when aws:Pr"),
    "an address": ("*", USE, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "aws:SourceIp is 10"),
    "an endpoint": ("*", USE, {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, "vpce-1"),
    "Bo, from a day on": (
        *("bo", "kms:Decrypt"),
        *({"DateGreaterThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}, "Bo could call"),
    ),
    "Bo, with MFA": (
        *("bo", "kms:Decrypt"),
        *({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "Bo could call"),
    ),
    "Bo, with his own name": (
        *("bo", "kms:Decrypt"),
        *({"StringEquals": {"kms:EncryptionContext:who": "${aws:username}"}}, "Bo could call"),
    ),
    "a service": ("lambda.amazonaws.com", "kms:Decrypt", {}, "lambda.amazonaws.com could call"),
    "Ida grants within limits": (
        *("ida", "kms:CreateGrant"),
        {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}},
        "Ida could call kms:CreateGrant",
    ),
    "Ida grants to Bo": (
        *("ida", "kms:CreateGrant"),
        *({"StringEquals": {"kms:GranteePrincipal": f"{USER}bo"}}, "kms:CreateGrant"),
    ),
    "Ida, for another context": (
        *("ida", "kms:Decrypt"),
        *({"StringEquals": {"kms:EncryptionContext:purpose": "report"}}, "without DynamoDB"),
    ),
}


@pytest.mark.parametrize(("who", "action", "condition", "says"), OTHERS.values(), ids=OTHERS)
def test_whom_a_statement_would_let_in_is_named(
    clinic: Clinic, who: str, action: Any, condition: Condition, says: str
) -> None:
    key(clinic, who, action, condition, IDA)
    note = clinic.says("8.3")
    assert note.word == say("check.not yet"), note
    assert says in note.sentence


#: Statements that leave something to IAM policies, if only one day or for few.
OPEN: dict[str, tuple[str, Any, Condition]] = {
    "users of a name": ("account", USE, {"StringLike": {"aws:PrincipalArn": f"{USER}nurse-*"}}),
    "users of a path": ("account", USE, {"ArnLike": {"aws:PrincipalArn": f"{USER}staff/*"}}),
    "with MFA": ("account", "kms:*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    "one day": ("account", "*", {"DateGreaterThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}),
    "from an address": ("account", "kms:*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    "another service": ("account", USE, {"StringEquals": {VIA: S3}}),
    "another table": ("account", USE, {"StringEquals": {**BOTH, TABLE: "visits-2030"}}),
    "another context": ("account", USE, {"StringEquals": {"kms:EncryptionContext:a": "b"}}),
    "to encrypt again": ("account", "kms:ReEncryptTo", {}),
    "grants within limits": (
        *("account", "kms:CreateGrant"),
        {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}},
    ),
    "grants of one operation": (
        *("account", "kms:CreateGrant"),
        {"ForAllValues:StringEquals": {"kms:GrantOperations": ["Encrypt"]}},
    ),
    "another account": ("*", USE, {"StringEquals": {"kms:CallerAccount": "9" * 12}}),
}
#: Statements that name the account, and leave nothing to IAM policies.
CLOSED: dict[str, tuple[str, Any, Condition]] = {
    "the root user": ("account", "kms:*", {"StringEquals": {"aws:PrincipalType": "Account"}}),
    "by its ARN": ("account", "kms:*", {"ArnEquals": {"aws:PrincipalArn": f"{USER[:-5]}root"}}),
    "admin": ("account", "kms:*", {"ArnEquals": {"aws:PrincipalArn": f"{USER}admin"}}),
    "until yesterday": (
        *("account", "kms:*"),
        {"DateLessThan": {"aws:CurrentTime": "2001-01-01T00:00:00Z"}},
    ),
    "DynamoDB looks": ("dynamodb.amazonaws.com", ["kms:Describe*", "kms:Get*", "kms:List*"], {}),
}


@pytest.mark.parametrize(("who", "action", "condition"), OPEN.values(), ids=OPEN)
def test_what_is_left_to_iam_policies_is_found(
    clinic: Clinic, who: str, action: Any, condition: Condition
) -> None:
    key(clinic, who, action, condition, IDA)
    note = clinic.says("8.1")
    assert note.word == say("check.not yet"), note
    assert "an IAM policy could let" in note.sentence


@pytest.mark.parametrize(("who", "action", "condition"), CLOSED.values(), ids=CLOSED)
def test_a_statement_that_leaves_nothing_to_them_is_right(
    clinic: Clinic, who: str, action: Any, condition: Condition
) -> None:
    key(clinic, who, action, condition, IDA)
    for task in ("8.1", "8.3"):
        note = clinic.says(task)
        assert note.word == say("check.correct"), note


def test_what_the_words_name_is_what_admin_needs(clinic: Clinic) -> None:
    """No more than looking, the policy, the rotation, disabling and deleting; and no less."""
    needed = [
        *("DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "GetKeyRotationStatus", "CreateAlias"),
        *("EnableKeyRotation", "DisableKeyRotation", "DisableKey", "ScheduleKeyDeletion"),
    ]
    actions = [f"kms:{name}" for name in needed]
    document = clinic.document("admin may everything", IDA)
    clinic.move(clinic.key(ALL, IDA))
    (arn,) = (x for x in clinic.kms.list_aliases()["Aliases"] if "visits" in x["AliasName"])
    narrow = document.replace('["kms:*"]', str(actions).replace("'", '"'))
    clinic.kms.put_key_policy(KeyId=arn["TargetKeyId"], Policy=narrow)
    assert clinic.says("8.1").word == say("check.correct"), clinic.says("8.1")
    fewer = narrow.replace('"kms:DisableKeyRotation", ', "")
    clinic.kms.put_key_policy(KeyId=arn["TargetKeyId"], Policy=fewer)
    assert "kms:DisableKeyRotation" in clinic.says("8.1").sentence
