"""Policy documents, checked when they are written: what cannot be evaluated is never stored."""

from __future__ import annotations

import json
import re
from typing import Any

from ...authorization import Policy, principals_of
from ...authorization.strict_json import loads
from ...errors import AwsError
from ...moto import iam as moto_iam
from ...requests.calls import Call
from ..kms.principals import unique_id
from . import limits

_POLICIES = (
    *("PutUserPolicy", "PutGroupPolicy", "PutRolePolicy"),
    *("CreatePolicy", "CreatePolicyVersion"),
)
_TRUST = {"CreateRole": "AssumeRolePolicyDocument", "UpdateAssumeRolePolicy": "PolicyDocument"}


def check(call: Call) -> None:
    """Refuse a request whose policy document is malformed.

    AWS's own checks come first, in its words (H62). What they take and the sandbox cannot evaluate
    is refused in the sandbox's words.

    Raises:
        AwsError: ``MalformedPolicyDocument``, ``LimitExceeded``.
        PolicyError: the same, from the authorization rules; the gate answers it.
    """
    if call.operation in _TRUST:
        trust = str(call.params[_TRUST[call.operation]])
        _check_trust(trust)
        limits.check_trust_size(trust)
    if call.operation not in _POLICIES:
        return
    document = str(call.params["PolicyDocument"])
    if fault := moto_iam.policy_fault(document):
        raise AwsError("MalformedPolicyDocument", fault)  # H62.
    _refuse_principals(document)
    _check_sids(Policy.parse(document, kind="identity-based"))
    limits.check_policy_size(call, document)


def _refuse_principals(document: str) -> None:
    try:
        read = loads(document)
    except (ValueError, RecursionError):
        return  # Ambiguous, or too deep: the reader of policies says which.
    if any(element in one for one in _statements(read) for element in _WHO):
        text = "Policy document should not specify a principal."
        raise AwsError("MalformedPolicyDocument", text)  # H62.
    # How IAM words what nobody recorded is the sandbox's assumption: moto's words are kept.


_WHO = ("Principal", "NotPrincipal")


def _check_sids(policy: Policy) -> None:
    """IAM takes letters and digits only (IAM User Guide, "Sid"); the texts were seen live
    (aws-cloudformation/cfn-lint, issue 1376; kubernetes/kops, issue 4951)."""
    sids = [statement.sid for statement in policy.statements if statement.sid]
    if not all(re.fullmatch("[0-9A-Za-z]*", sid) for sid in sids):
        raise AwsError("MalformedPolicyDocument", _SID)
    if len(set(sids)) < len(sids):
        text = "Statement IDs (SID) in a single policy must be unique."
        raise AwsError("MalformedPolicyDocument", text)


_SID = (
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
    "expression [0-9A-Za-z]*"
)


def _check_trust(document: str) -> None:
    """The three texts are those of test_update_assume_role_policy_errors (H62)."""
    try:
        read = loads(document)
    except (ValueError, RecursionError):
        raise AwsError("MalformedPolicyDocument", "This policy contains invalid Json") from None
    for one in _statements(read):
        for element in ("Resource", "NotResource"):
            if element in one:
                text = f"Has prohibited field {element}"
                raise AwsError("MalformedPolicyDocument", text)
    policy = Policy.parse(document, kind="role trust policy")
    for statement in policy.statements:
        actions = statement.actions.texts if statement.actions else ()
        if any(not action.lower().startswith("sts:") for action in actions):
            text = "AssumeRole policy may only specify STS AssumeRole actions."
            raise AwsError("MalformedPolicyDocument", text)
    for name in principals_of(policy):
        if unique_id(name if name.startswith("arn:") else f"arn:aws:iam::{name}:root") is None:
            text = f'Invalid principal in policy: "AWS":"{name}"'
            raise AwsError("MalformedPolicyDocument", text)


def _statements(document: Any) -> list[dict[str, Any]]:
    """The statements that have the form of one."""
    listed = document.get("Statement") if isinstance(document, dict) else None
    listed = listed if isinstance(listed, list) else [listed]
    return [one for one in listed if isinstance(one, dict)]


def rename_principal(arn: str, now: str) -> None:
    """Let every trust policy name a principal anew.

    A user or a role that is deleted stays as its unique id, so that nobody who takes the name
    later is meant (D8).
    """
    for account in moto_iam.accounts():
        for role in moto_iam.iam(account).roles.values():
            if arn in role.assume_role_policy_document:
                document = json.loads(role.assume_role_policy_document)
                role.assume_role_policy_document = json.dumps(_replaced(document, arn, now))


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(member, old, new) for name, member in value.items()}
    if isinstance(value, list):
        return [_replaced(member, old, new) for member in value]
    return new if value == old else value
