"""What is a policy, and what is not; what KMS takes as a key policy."""

from __future__ import annotations

import json

import pytest
from botocore.loaders import Loader

from refusal.authorization import (
    AuthorizationError,
    Grant,
    Policy,
    PolicyError,
    Request,
    RequestError,
    authorize,
    principals_of,
    validate_key_policy,
)
from refusal.authorization.errors import quote

USER = "arn:aws:iam::111122223333:user/alice"
GOOD = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
KEY = {**GOOD, "Principal": {"AWS": USER}}
GRANT = {"GranteePrincipal": USER, "Operations": ["Decrypt"]}


def without(statement, *names, **more):
    return {k: v for k, v in statement.items() if k not in names} | more


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (without(GOOD, "Effect"), "Statement 1 must have the Effect Allow or Deny."),
        (without(GOOD, Effect="allow"), "Effect Allow or Deny, not 'allow'"),
        (without(GOOD, NotAction="a:b"), "has both Action and NotAction"),
        (without(GOOD, NotResource="*"), "has both Resource and NotResource"),
        (without(GOOD, "Action"), "has no Action, which an identity-based policy must have"),
        (without(GOOD, "Resource"), "has no Resource, which an identity-based policy must have"),
        (without(GOOD, Principal="*"), "has a Principal, which an identity-based policy must not"),
        (without(GOOD, NotPrincipal="*"), "has a NotPrincipal, which an identity-based policy"),
        (without(GOOD, "Action", action="kms:*"), "unknown element 'action'; did you mean Action?"),
        (without(GOOD, Conditions={}), "did you mean Condition?"),
        (without(GOOD, Action="Decrypt"), "'Decrypt' of Statement 1 is not of the form service:"),
        (without(GOOD, Action=[]), "must be a text or a list of texts"),
        (without(GOOD, Action=["kms:*", 1]), "must be a text or a list of texts"),
        (without(GOOD, Resource="alias/x"), "is neither an ARN nor *"),
        (without(GOOD, Resource=None), "must be a text or a list of texts, not None"),
        (without(GOOD, Sid=1), "The Sid of Statement 1 must be a text"),
        (without(GOOD, Condition=[]), "The Condition of Statement 1 must be a JSON object"),
        (without(GOOD, Condition={"Bool": []}), "must be a JSON object of condition keys"),
        (without(GOOD, Condition={"Bool": {"mfa": "true"}}), "is not a condition key"),
        ("kms:*", "Statement 1 must be a JSON object"),
    ],
)
def test_a_malformed_identity_policy(statement, says) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with pytest.raises(PolicyError) as caught:
        Policy.parse(document, kind="identity-based")
    assert says in str(caught.value)
    assert str(caught.value).count(". ") == 0


@pytest.mark.parametrize(
    ("document", "kind", "says"),
    [
        ("{", "identity-based", "not valid JSON"),
        ("[" * 100_000, "identity-based", "not valid JSON"),
        ('{"Statement":[],"Statement":[]}', "identity-based", "names the same member twice"),
        ('{"Statement":NaN}', "identity-based", "NaN is not a value"),
        ("[]", "identity-based", "A policy must be a JSON object"),
        ("{}", "identity-based", "has no Statement"),
        ({"Version": "2012-10-18", "Statement": []}, "session", "Version must be 2012-10-17"),
        ({"Version": ["x"], "Statement": []}, "session", "Version must be 2012-10-17"),
        ({"Id": 1, "Statement": []}, "session", "Id must be a text"),
        ({"Statement": []}, "scp", "is not a type of policy"),
        ({"Statement": GOOD}, "resource-based", "has no Principal"),
        ({"Statement": without(KEY, Principal=USER)}, "resource-based", 'must be "*" or a list'),
        ({"Statement": without(KEY, Principal={})}, "resource-based", 'must be "*" or a list'),
        (
            {"Statement": without(KEY, Principal={"Aws": USER})},
            "resource-based",
            "kind of principal",
        ),
        ({"Statement": without(KEY, Principal={"AWS": []})}, "resource-based", "list of texts"),
        (
            {"Statement": without(KEY, "Principal", NotPrincipal="*")},
            "resource-based",
            "NotPrincipal goes with Deny only",
        ),
        ({"Statement": KEY}, "role trust policy", "has a Resource"),
        (
            {"Statement": without(KEY, "Principal", "Resource", NotPrincipal="*", Effect="Deny")},
            "role trust policy",
            "has a NotPrincipal",
        ),
    ],
)
def test_a_malformed_document(document, kind, says) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.parse(document, kind=kind)
    assert says in str(caught.value)


def test_what_cannot_be_shown_is_told_by_its_type() -> None:
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert quote(deep) == "a value of type list that is too large"
    assert quote(10**5000) == "a value of type int that is too large"


def test_texts_are_read_once() -> None:
    text = json.dumps({"Statement": GOOD})
    assert Policy.parse(text, kind="session") is Policy.parse(text, kind="session")
    assert Policy.parse(text, kind="session") is not Policy.parse(text, kind="session", name="x")


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("xy", "ab", ("xy", "ab")),
        ("xy", ["ab", "c"], ("xy", "ab", "c")),
        (["xy", "z"], "ab", ("xy", "z", "ab")),
        (["xy"], ["ab"], ("xy", "ab")),
    ],
)
def test_a_condition_key_in_two_spellings_is_one_with_all_values(first, second, together) -> None:
    context = {"aws:RequestTag/A": first, "aws:requesttag/a": second}
    assert Request(USER, "kms:Decrypt", "*", context).keys == {"aws:requesttag/a": together}


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (("nobody", "kms:Decrypt", "*"), "'nobody' is not a principal"),
        (("arn:aws:iam::1:user/a", "kms:Decrypt", "*"), "is not a principal"),
        (("arn:aws:iam::111122223333:group/g", "kms:Decrypt", "*"), "is not a principal"),
        (("arn:aws:iam::111122223333:root/x", "kms:Decrypt", "*"), "is not a principal"),
        (("arn:aws:sts::111122223333:assumed-role/r", "kms:Decrypt", "*"), "is not a principal"),
        ((USER, "Decrypt", "*"), "'Decrypt' is not of the form service:Action"),
        ((USER, "kms:Decrypt", None), "must be texts"),
        ((USER, "kms:Decrypt", "*", {}, 5), "must be texts"),
        ((USER, "kms:Decrypt", "*", []), "context of a request must be a mapping"),
        ((USER, "kms:Decrypt", "*", {"aws:x": True}), "'aws:x' must have a text"),
        ((USER, "kms:Decrypt", "*", {"aws:x": [1]}), "'aws:x' must have a text"),
        ((USER, "kms:Decrypt", "*", {1: "x"}), "must have a text"),
    ],
)
def test_a_malformed_request(parts, says) -> None:
    with pytest.raises(RequestError) as caught:
        Request(*parts)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"Operations": ["Decrypt"]}, "must have a GranteePrincipal"),
        ({"GranteePrincipal": USER}, "operations must be a list"),
        ({"GranteePrincipal": USER, "Operations": "Decrypt"}, "operations must be a list"),
        ({"GranteePrincipal": USER, "Operations": 5}, "operations must be a list"),
        (
            {"GranteePrincipal": USER, "Operations": ["Decrypt"], "Constraints": []},
            "must be a JSON",
        ),
        ({"GranteePrincipal": USER, "Operations": [["a"]]}, "operations must be a list"),
        (
            {"GranteePrincipal": USER, "Operations": ["Decrypt"], "Constraints": {"Equals": {}}},
            "'Equals' is not a grant constraint",
        ),
        (
            {
                "GranteePrincipal": USER,
                "Operations": ["Decrypt"],
                "Constraints": {"EncryptionContextEquals": {"a": 1}},
            },
            "must be texts",
        ),
        (GRANT | {"Constraints": {"EncryptionContextEquals": None}}, "must be a JSON object, not"),
        (GRANT | {"Constraints": {"EncryptionContextSubset": None}}, "must be a JSON object, not"),
        (GRANT | {"Constraints": {"EncryptionContextSubset": "a"}}, "must be a JSON object, not"),
        (GRANT | {"Constraint": {}}, "'Constraint' is not a member of a grant; did you mean Con"),
        (GRANT | {"operations": []}, "'operations' is not a member of a grant; did you mean Oper"),
        (GRANT | {"xyz": 1}, "'xyz' is not a member of a grant: expected KeyId, GrantId, "),
        (GRANT | {"Operations": ["kms:Decrypt"]}, "'kms:Decrypt' is not an operation that a grant"),
        (GRANT | {"Operations": ["Decrypt", "Foo"]}, "'Foo' is not an operation that a grant"),
    ],
)
def test_a_malformed_grant(source, says) -> None:
    with pytest.raises(RequestError) as caught:
        Grant.from_json(source)
    assert says in str(caught.value)
    assert str(caught.value).count(". ") == 0


def test_a_grant_is_read_as_kms_lists_it() -> None:
    """Every operation and every member that botocore's model of KMS knows."""
    shapes = Loader().load_service_model("kms", "service-2")["shapes"]
    operations = shapes["GrantOperation"]["enum"]
    listed = dict.fromkeys(shapes["GrantListEntry"]["members"], None) | GRANT
    grant = Grant.from_json(listed | {"Operations": operations})
    assert grant.operations == set(operations)


def test_policies_in_the_wrong_place() -> None:
    own = Policy.parse({"Statement": GOOD}, kind="identity-based", name="own")
    key = Policy.parse({"Statement": KEY}, kind="resource-based", name="default")
    request = Request(USER, "kms:Decrypt", "*")
    for wrong in (
        {"identity_policies": [key]},
        {"permissions_boundary": key},
        {"session_policies": [key]},
        {"resource_policy": own},
    ):
        with pytest.raises(AuthorizationError, match="cannot be"):
            authorize(request, **wrong)


def key_policy(**more) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [KEY | more]})


def test_a_key_policy_that_kms_takes() -> None:
    text = json.dumps(
        {"Statement": [KEY | {"Sid": "any text"}, without(KEY, "Resource", "Action")]}
    )
    assert validate_key_policy(text).statements[0].label == "any text"
    for operator in ("StringEquals", "ForAnyValue:StringEquals"):
        validate_key_policy(key_policy(Condition={operator: {"kms:EncryptionContext:App": "x"}}))
    full = key_policy(Sid="")
    padded = key_policy(Sid="x" * (32768 - len(full)))
    assert len(padded) == 32768
    validate_key_policy(padded)


TOO_WIDE = (
    "OverlyPermissiveCondition:EncryptionContext: Using the ForAllValues set operator with a "
    "single-valued condition key matches requests without the specified encryption context or "
    "with an unspecified encryption context. To fix, remove ForAllValues."
)
INVALID = "Policy contains a statement with one or more invalid principals."


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (key_policy(Sid="x" * 32768), "LimitExceededException", "larger than 32768 bytes"),
        ("{", "MalformedPolicyDocumentException", "not valid JSON"),
        (key_policy()[:-1] + "\u2028}", "MalformedPolicyDocumentException", "holds the character"),
        (
            key_policy(Condition={"ForAllValues:StringEquals": {"KMS:encryptionContext:App": "x"}}),
            "MalformedPolicyDocumentException",
            TOO_WIDE,
        ),
        (
            key_policy(Condition={"ForAllValues:StringLike": {"aws:RequestTag/a": "x"}}),
            "MalformedPolicyDocumentException",
            "OverlyPermissiveCondition:RequestTag",
        ),
        *(  # H65; an empty list names nobody either.
            (key_policy(Principal=held), "MalformedPolicyDocumentException", "with no principal.")
            for held in ({}, [], {"AWS": []}, {"AWS": [], "Service": []})
        ),
        (
            json.dumps({"Statement": [without(KEY, "Principal")]}),
            "MalformedPolicyDocumentException",
            "with no principal.",
        ),
        *(
            (key_policy(Principal={"AWS": name}), "MalformedPolicyDocumentException", INVALID)
            for name in (
                "arn:aws:iam::111122223333:group/g",
                "arn:aws:iam::111122223333:user/al*",
                "arn:aws:iam::1111:user/alice",
                "alice",
            )
        ),
    ],
)
def test_a_key_policy_that_kms_refuses(text, code, says) -> None:
    with pytest.raises(PolicyError) as caught:
        validate_key_policy(text)
    assert (caught.value.code, says in str(caught.value)) == (code, True), caught.value


def test_principals_of_a_policy() -> None:
    statements = [
        KEY | {"Principal": {"AWS": [USER, "111122223333", "*"], "Service": "s3.amazonaws.com"}},
        without(KEY, "Principal", Effect="Deny", NotPrincipal={"AWS": [USER, "AIDAX"]}),
        KEY | {"Principal": "*"},
    ]
    policy = validate_key_policy(json.dumps({"Statement": statements}))
    assert principals_of(policy) == (USER, "111122223333", "AIDAX")
    assert principals_of(policy, "Service") == ("s3.amazonaws.com",)
