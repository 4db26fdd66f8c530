"""``policy_lab``: what would be decided under other policies, for another principal or action.

It decides on the sandbox's own evaluator, and touches nothing in the account.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3

from ..authorization import RequestError
from ..explain import WhatIf, what_if
from ..explain.account import key_of, policies_of
from ..requests.shapes import service_model

#: Services whose actions are looked at, and how alike an action and an operation's name are where
#: one is the other misspelt. A service has actions that are no operation, such as ReEncryptFrom.
_SERVICES = ("kms", "dynamodb", "iam", "sts")
_NEAR = 0.8


@dataclass(frozen=True, slots=True)
class PolicyLab:
    """A decision on policies that nobody need have; shows itself in a notebook.

    Attributes:
        result: the decision, and everything that was weighed.
        asked: what ``what_if`` was asked, the account's part too: to change and ask again.
    """

    result: WhatIf
    asked: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def allowed(self) -> bool:
        """Whether the request would be allowed."""
        return self.result.allowed

    @property
    def decided_by(self) -> str:
        """The policy and the statement that decide, the grant, or what has no Allow."""
        return self.result.decided_by

    @property
    def aloud(self) -> str:
        """What a screen reader is to say of it."""
        return self.result.explanation.aloud

    def __repr__(self) -> str:
        return repr(self.result.explanation)

    def _repr_html_(self) -> str:
        return self.result.explanation._repr_html_()


def policy_lab(
    *,
    policies: Mapping[str, Any] | None = None,
    key_policy: Any = None,
    grants: Sequence[Mapping[str, Any]] | None = None,
    principal: str = "",
    user: str = "",
    action: str,
    resource: str = "*",
    context: Mapping[str, Any] | None = None,
    session: boto3.Session | None = None,
    account_id: str = "123456789012",
) -> PolicyLab:
    """Ask what the rules would say, without doing anything.

    Args:
        policies: identity-based policies of the caller, by name: dictionaries or JSON.
        key_policy: the policy of the key.
        grants: the grants on the key, as ``list_grants`` shows them.
        principal: who asks: an ARN, or the name of an IAM user.
        user: in place of ``principal``: an IAM user of the account, with the policies that the
            account has now; what is given beside counts in their place.
        action: such as ``kms:Decrypt``.
        resource: the ARN of the key; with ``user`` its ID or alias will do.
        context: condition keys of the request, such as ``kms:ViaService``.
        session: of somebody who may read IAM and the key, for ``user``.
        account_id: twelve digits, of users that are named without an ARN.

    Raises:
        AuthorizationError: something is malformed, in one sentence.
        ClientError: there is no such user or key.
    """
    if not (principal or user):
        raise RequestError("Say who asks: principal, or user.")
    _require_spelling(action)
    if not user and resource != "*" and not resource.startswith("arn:"):
        raise RequestError(f"`{resource}` is not an ARN: give the whole ARN, or * for any.")
    asked: dict[str, Any] = {
        "policies": policies,
        "key_policy": key_policy,
        "grants": grants,
        "principal": principal or user,
        "action": action,
        "resource": resource,
        "context": context or {},
    }
    if user:
        _from_account(session or boto3.Session(), user, asked)
    known = ":" in asked["principal"] or asked["principal"].endswith(".amazonaws.com")
    if not known:
        asked["principal"] = f"arn:aws:iam::{account_id}:user/{asked['principal']}"
    undated = ({k: v for k, v in x.items() if k != "CreationDate"} for x in asked["grants"] or ())
    asked["grants"] = list(undated)  # JSON has no dates.
    return PolicyLab(what_if(**asked), asked)


def _require_spelling(action: str) -> None:
    """Refuse an action that looks like a misspelt one: nothing would allow it."""
    service, _, name = action.partition(":")
    if service.lower() not in _SERVICES or "*" in name or "?" in name:
        return
    known = {one.lower(): one for one in service_model(service.lower()).operation_names}
    begun = [one for one in known.values() if name.startswith(one)]
    if name.lower() in known or any(name[len(one) :][:1].isupper() for one in begun):
        return
    if near := difflib.get_close_matches(name.lower(), known, 1, _NEAR):
        raise RequestError(f"`{action}` is not an action; did you mean {service}:{known[near[0]]}?")


def _from_account(session: boto3.Session, user: str, asked: dict[str, Any]) -> None:
    """Fill in what is not given, as the account has it."""
    if asked["policies"] is None:
        asked["policies"] = policies_of(session, user)
    of_kms = asked["action"].lower().startswith("kms:")
    if ":key/" in asked["resource"] or (of_kms and asked["resource"] != "*"):
        asked["resource"], policy, grants = key_of(session, asked["resource"])
        if of_kms:
            asked["key_policy"] = asked["key_policy"] or policy
            asked["grants"] = grants if asked["grants"] is None else asked["grants"]
