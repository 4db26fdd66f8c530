"""AWS's sentences for a denial, what a decision shows, and the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from refusal.authorization import (
    Grant,
    Level,
    Policy,
    PolicyType,
    Reason,
    Request,
    RequestError,
    ResourceRules,
    authorize,
    denial_message,
)
from refusal.authorization.cases import decide_case, read_cases
from refusal.authorization.principals import principals

CASES = {
    case["id"]: case
    for path in (Path(__file__).parent / "cases").glob("*.json")
    for case in read_cases(path)
}
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ALICE, SESSION = "iam::111122223333:user/alice", "sts::111122223333:assumed-role/App/sess"
UNSEEN = (
    "on this resource because the resource does not exist in this Region, no resource-based "
    "policies allow access, or a resource-based policy explicitly denies access"
)


def on(resource, reason, action="kms:Decrypt"):
    return action, f"on resource: {resource} {reason}"


def no(what, resource=KEY, action="kms:Decrypt"):
    return on(resource, f"because no {what} allows the {action} action", action)


def deny(what):
    return on(KEY, f"with an explicit deny in {what}")


@pytest.mark.behaviour(44, 50, 51, 52, 53, 60)
@pytest.mark.parametrize(
    ("name", "caller", "message"),
    [
        ("doc-example1-alice", ALICE, no("identity-based policy")),
        ("no-root-statement-identity-ineffective", ALICE, no("resource-based policy")),
        ("boundary-implicit-deny", ALICE, no("permissions boundary")),
        ("session-policy-implicit-deny", SESSION, no("session policy")),
        ("iam-deny-works-without-root", ALICE, deny("an identity-based policy")),
        ("key-policy-deny-beats-identity-allow", ALICE, deny("a resource-based policy")),
        ("boundary-deny-beats-direct-allow", ALICE, deny("a permissions boundary")),
        ("session-deny-beats-direct-allow", SESSION, deny("a session policy")),
        ("create-key-needs-star", ALICE, no("identity-based policy", "*", "kms:CreateKey")),
        ("only-identity-allows", "iam::444455556666:user/carlos", ("kms:Decrypt", UNSEEN)),
        ("key-policy-denies-the-account", "iam::444455556666:user/carlos", ("kms:Decrypt", UNSEEN)),
        (
            "only-key-policy-names-the-user",
            "iam::444455556666:user/carlos",
            no("identity-based policy"),
        ),
        (
            "trust-does-not-name-the-caller",
            ALICE,
            no("role trust policy", "arn:aws:iam::111122223333:role/App", "sts:AssumeRole"),
        ),
        (
            "trust-denies",
            ALICE,
            on(
                "arn:aws:iam::111122223333:role/App",
                "with an explicit deny in the role trust policy",
                "sts:AssumeRole",
            ),
        ),
    ],
)
def test_the_sentence(name, caller, message) -> None:
    decision = decide_case(CASES[name])
    action, rest = message
    expected = f"User: arn:aws:{caller} is not authorized to perform: {action} {rest}"
    assert denial_message(decision) == decision.message() == expected


def test_an_allowed_request_has_no_denial() -> None:
    with pytest.raises(RequestError, match="allowed"):
        decide_case(CASES["everyone-is-direct"]).message()


def test_the_arn_of_the_policy_can_be_shown() -> None:
    document = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    arn = "arn:aws:iam::aws:policy/No"
    policy = Policy.parse(document, kind="identity-based", name="No", arn=arn)
    request = Request(f"arn:aws:{ALICE}", "kms:ListKeys", "*")
    decision = authorize(request, identity_policies=[policy])
    assert decision.policy == arn
    assert decision.message(policy_arn=True) == f"{decision.message()}: {arn}"


def test_a_boundary_that_lacks_an_allow_is_the_policy_of_the_denial() -> None:
    allow = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    may = Policy.parse(allow, kind="identity-based", name="All")
    keys = {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
    arn = "arn:aws:iam::111122223333:policy/Keys"
    boundary = Policy.parse(keys, kind="permissions boundary", name="Keys", arn=arn)
    asked = Request(f"arn:aws:{ALICE}", "dynamodb:GetItem", "*")
    decision = authorize(asked, identity_policies=[may], permissions_boundary=boundary)
    assert (decision.by, decision.policy) == (PolicyType.BOUNDARY, arn)
    assert decision.message(policy_arn=True) == f"{decision.message()}: {arn}"
    nothing = authorize(asked, permissions_boundary=boundary)
    assert (nothing.by, nothing.policy) == (PolicyType.IDENTITY, None)


def test_elements_are_shown_with_what_was_expected() -> None:
    decision = decide_case(CASES["viaservice-direct-call"])
    report = decision.statements[1]
    assert (report.type, report.effect, report.matched) == (PolicyType.RESOURCE, "Allow", False)
    shown = [(e.element, e.key, e.reason) for e in report.elements]
    assert shown == [
        ("Principal", "", Reason.MATCHES),
        ("Action", "", Reason.MATCHES),
        ("Resource", "", Reason.MATCHES),
        ("Condition", "kms:CallerAccount", Reason.MATCHES),
        ("Condition", "kms:ViaService", Reason.KEY_ABSENT),
    ]
    last = report.elements[-1]
    assert (last.operator, last.actual) == ("StringEquals", None)
    assert last.expected == ("ec2.us-west-2.amazonaws.com",)


def test_the_rules_can_be_chosen() -> None:
    """A simulation without key policies asks the identity-based policies only."""
    policy = Policy.parse(
        {"Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}},
        kind="identity-based",
    )
    request = Request(f"arn:aws:{ALICE}", "kms:Decrypt", KEY)
    assert not authorize(request, identity_policies=[policy]).allowed
    chosen = authorize(request, identity_policies=[policy], resource_rules=ResourceRules.NONE)
    assert (chosen.allowed, chosen.allowed_by) == (True, "identity-based")


@pytest.mark.parametrize(
    ("name", "allowed_by"),
    [
        ("everyone-is-direct", "resource-based"),
        ("grant-allows", "grant"),
        ("root-delegation-identity-allow", "identity-based"),
        ("trust-names-the-user", "role trust policy"),
        ("root-user-on-a-table", "root user"),
        ("doc-example1-alice", None),
    ],
)
def test_what_allowed(name, allowed_by) -> None:
    assert decide_case(CASES[name]).allowed_by == allowed_by


def run(*arguments, stdout=subprocess.PIPE):
    command = [sys.executable, "-m", "refusal.authorization", *map(str, arguments)]
    root, stderr = Path(__file__).parents[3], subprocess.PIPE
    return subprocess.run(command, stdout=stdout, stderr=stderr, text=True, cwd=root, check=False)


def test_the_command_line(tmp_path) -> None:
    path = tmp_path / "cases.json"
    names = ["doc-example1-alice", "everyone-is-direct"]
    path.write_text(json.dumps([CASES[name] for name in names]), "utf-8")
    done = run(path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": names[0], "decision": "implicit_deny", "by": "identity-based"},
        {"id": names[1], "decision": "allow", "by": None},
    ]


CASE = CASES["doc-example1-alice"]
BAD_POLICY = {"Statement": {"Effect": "Maybe", "Action": "a:b", "Resource": "*"}}
GRANT = {"GranteePrincipal": f"arn:aws:{ALICE}", "Operations": ["Decrypt"]}
NO_PAIRS = GRANT | {"Constraints": {"EncryptionContextSubset": None}}
TWICE = b'[{"id": "x", "resource_policy": {"Statement": {"Effect": "Deny", "Effect": "Allow"}}}]'


def owned_by(account):
    return [CASE | {"request": CASE["request"] | {"resource_account": account}}]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff", "is not a JSON file"),
        (b"{", "is not a JSON file"),
        ({}, "must hold a list of cases"),
        ([1], "Case 1 of"),
        ([{}], "must be a JSON object with an id"),
        ([{"id": "x"}], "Case x: request must be a JSON object"),
        ([CASE | {"request": {"principal": "p"}}], "with principal, action and resource"),
        ([CASE | {"request": CASE["request"] | {"who": "p"}}], "unknown part 'who'"),
        ([CASE | {"request": CASE["request"] | {"principal": 1}}], "must be texts"),
        ([CASE | {"identity_policies": {}}], "identity_policies must be a list"),
        ([CASE | {"identity_policies": [BAD_POLICY]}], "Effect Allow or Deny, not 'Maybe'"),
        ([CASE | {"permissions_boundary": "{"}], "not valid JSON"),
        ([CASE | {"permissions_boundary": 5}], "must be a JSON object"),
        ([CASE | {"grants": [{}]}], "must have a GranteePrincipal"),
        ([CASE | {"resource_rules": "mine"}], "resource_rules must be one of"),
        ([CASE | {"grants": [NO_PAIRS]}], "EncryptionContextSubset of a grant must be a JSON obj"),
        ([CASE | {"grants": [GRANT | {"Constraint": {}}]}], "did you mean Constraints?"),
        (TWICE, "cases.json names the same member twice in one JSON object.\n"),
        (b'[{"id": "x", "note": NaN}]', "cases.json is not valid JSON: NaN is not a value.\n"),
        (b'[{"id": "x", "note": -Infinity}]', "is not valid JSON: -Infinity is not a value.\n"),
        ([CASE | {"identity_policy": []}], "'identity_policy' is not a member of a case; did you"),
        ([CASE | {"Grants": []}], "did you mean grants?"),
        ([CASE | {"boundary": None}], "did you mean permissions_boundary?"),
        (owned_by(""), "resource_account must be twelve digits or null, not ''."),
        (owned_by("111122223333\n"), "resource_account must be twelve digits or null"),
        (owned_by("x\n"), "resource_account must be twelve digits or null"),
        (owned_by(111122223333), "resource_account must be twelve digits or null"),
    ],
)
def test_the_command_line_refuses(tmp_path, capsys, content, says) -> None:
    from refusal.authorization.__main__ import main

    path = tmp_path / "cases.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    assert main([str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert err.count("\n") == 1


def test_a_case_may_tell_more_about_itself() -> None:
    told = ("_any", "notes", "comment", "source", "sources", "why", "expect", "expected_result")
    told += ("title", "description", "tags", "reason", "references", "author", "result", "test")
    assert decide_case(CASE | dict.fromkeys(told, "x")) == decide_case(CASE)
    assert decide_case(*owned_by(None)).effect == "implicit_deny"


def test_the_command_line_ends_quietly_when_nobody_reads(tmp_path) -> None:
    path = tmp_path / "cases.json"
    path.write_text(json.dumps([CASE] * 3), "utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        done = run(path, stdout=closed)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_command_line_without_a_file(capsys, tmp_path) -> None:
    from refusal.authorization.__main__ import main

    assert main([str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_the_command_line_explains_itself(capsys, option) -> None:
    from refusal.authorization.__main__ import main

    assert main([option]) == 0
    out, err = capsys.readouterr()
    assert "usage: python -m refusal.authorization" in out
    assert "one JSON line" in out and err == ""


@pytest.mark.parametrize(
    ("kind", "name", "caller", "allowed"),
    [
        ("AWS", "*", ALICE, True),
        ("AWS", "*", "dynamodb.amazonaws.com", True),
        ("AWS", f"arn:aws:{ALICE}", ALICE, True),
        ("Service", "dynamodb.amazonaws.com", "dynamodb.amazonaws.com", True),
        ("Service", "dynamodb.amazonaws.com", "dynamodb.us-east-1.amazonaws.com", True),
        ("Service", "*", ALICE, False),
        ("Service", f"arn:aws:{ALICE}", ALICE, False),
        ("Federated", "*", ALICE, False),
        ("Federated", f"arn:aws:{ALICE}", ALICE, False),
        ("AWS", "dynamodb.amazonaws.com", "dynamodb.amazonaws.com", False),
        ("CanonicalUser", "*", ALICE, False),
    ],
)
def test_each_kind_of_principal_is_its_own(kind, name, caller, allowed):
    """D7: a service is named under Service, a user under AWS."""
    listed = {"Effect": "Allow", "Principal": {kind: name}, "Action": "kms:*", "Resource": "*"}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": [listed]}, kind="resource-based")
    principal = caller if caller.endswith(".com") else f"arn:aws:{caller}"
    decision = authorize(Request(principal, "kms:Decrypt", KEY), resource_policy=policy)
    assert decision.allowed is allowed


def test_a_denied_service_is_told_the_key():
    """A service is in no account, so no key is another account's to it (C13)."""
    everyone = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    policy = Policy.parse({"Version": "2012-10-17", "Statement": [everyone]}, kind="resource-based")
    request = Request("dynamodb.amazonaws.com", "kms:Decrypt", KEY, resource_account="111122223333")
    action, reason = deny("a resource-based policy")
    text = f"User: dynamodb.amazonaws.com is not authorized to perform: {action} {reason}"
    assert denial_message(authorize(request, resource_policy=policy)) == text


ACCOUNT_ID, ROLE_ID = "111122223333", "AROAEXAMPLE"


@pytest.mark.parametrize(
    ("caller", "user_id", "level"),
    [
        (f"arn:aws:iam::{ACCOUNT_ID}:role/App", ROLE_ID, Level.ROLE),
        (f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/App/s", f"{ROLE_ID}:s", Level.ROLE),
        (f"arn:aws:iam::{ACCOUNT_ID}:user/alice", "AIDAEXAMPLE", Level.DIRECT),
        (f"arn:aws:iam::{ACCOUNT_ID}:user/bob", "AIDANOBODY", Level.NONE),
    ],
)
def test_how_closely_a_saved_id_names_a_caller(caller, user_id, level):
    """D8."""
    names = (ROLE_ID, "AIDAEXAMPLE")
    request = Request(caller, "kms:Decrypt", KEY, {"aws:userid": user_id}, ACCOUNT_ID)
    assert principals(names, names).level(request) is level


def allowed_by(condition, context):
    """Whether an identity-based policy with this condition allows a request."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    policy = Policy.parse(
        {"Version": "2012-10-17", "Statement": [statement]}, kind="identity-based"
    )
    request = Request(f"arn:aws:iam::{ACCOUNT_ID}:user/alice", "s3:Get", "*", context, ACCOUNT_ID)
    return authorize(request, identity_policies=[policy]).allowed


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"])
def test_policy_variables_count_in_comparisons_of_arns(operator):
    """R1, the table of operators."""
    pattern = f"arn:aws:iam::{ACCOUNT_ID}:role/${{aws:username}}"
    for name, same in (("alice", True), ("bob", False)):
        context = {
            "aws:username": name,
            "aws:SourceArn": pattern.replace("${aws:username}", "alice"),
        }
        allowed = allowed_by({operator: {"aws:SourceArn": pattern}}, context)
        assert allowed is (same != operator.startswith("ArnNot"))


def test_a_text_of_a_kind_of_its_own_is_a_text():
    class Name(str):
        pass

    assert allowed_by({"StringEquals": {"aws:username": "alice"}}, {"aws:username": Name("alice")})
    with pytest.raises(RequestError):
        allowed_by({"StringEquals": {"aws:username": "alice"}}, {"aws:username": 5})


@pytest.mark.parametrize(
    ("operation", "given", "reason"),
    [
        ("Decrypt", {"aws:SourceArn": KEY}, Reason.MATCHES),
        ("Decrypt", {"aws:SourceArn": KEY[:-1]}, Reason.CONSTRAINT_NOT_MET),
        ("Decrypt", {}, Reason.CONSTRAINT_NOT_MET),
        ("DescribeKey", {}, Reason.CONSTRAINT_NOT_MET),
        ("RetireGrant", {}, Reason.MATCHES),
    ],
)
def test_a_grant_for_one_resource(operation, given, reason):
    """H4."""
    caller = f"arn:aws:iam::{ACCOUNT_ID}:user/alice"
    operations = ["Decrypt", "DescribeKey", "RetireGrant"]
    listed = {"GranteePrincipal": caller, "Operations": operations}
    grant = Grant.from_json({**listed, "Constraints": {"SourceArn": KEY}})
    request = Request(caller, f"kms:{operation}", KEY, given, ACCOUNT_ID)
    assert grant.judge(request) is reason
    both = {"SourceArn": KEY, "EncryptionContextEquals": {"a": "b"}}
    context = {"aws:SourceArn": KEY, "kms:EncryptionContext:a": "b"}
    grant = Grant.from_json({**listed, "Constraints": both})
    for missing in (None, *context):
        kept = {name: value for name, value in context.items() if name != missing}
        judged = grant.judge(Request(caller, "kms:Decrypt", KEY, kept, ACCOUNT_ID))
        assert (judged is Reason.MATCHES) == (missing is None)
    with pytest.raises(RequestError):
        Grant.from_json({**listed, "Constraints": {"SourceArn": {"a": "b"}}})
