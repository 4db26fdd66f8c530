"""Cases in the neutral format: a request, the policies around it, and what is expected."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import strict_json
from .authorize import ResourceRules, authorize
from .decision import Decision
from .errors import AuthorizationError, RequestError, quote
from .grants import Grant
from .policy import Policy
from .request import Request

#: The members that a decision rests on.
_WEIGHED = (
    *("request", "identity_policies", "permissions_boundary", "session_policies"),
    *("resource_policy", "grants", "resource_rules"),
)
#: How the names of members begin that only tell about a case. Other names are taken for such too,
#: unless they come near a member that counts.
_TOLD = ("_", "note", "comment", "source", "why", "expect", "result", "question")
_NEAR = 0.55  # "policy" and "boundary" are near enough, "reason" and "test" are not.
_ACCOUNT = re.compile(r"[0-9]{12}")


def read_cases(path: str | Path) -> list[Mapping[str, Any]]:
    """The cases in a JSON file.

    Raises:
        RequestError: the file cannot be read, names a member twice in one object, or is not a
            list of cases that have an id.
    """
    try:
        cases = strict_json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}.") from None
    except strict_json.NotStrict as error:
        raise RequestError(f"{path} {error}.") from None
    except (ValueError, RecursionError) as error:
        raise RequestError(f"{path} is not a JSON file: {error}.") from None
    if not isinstance(cases, list):
        raise RequestError(f"{path} must hold a list of cases.")
    for number, case in enumerate(cases, 1):
        if not isinstance(case, Mapping) or not isinstance(case.get("id"), str):
            raise RequestError(f"Case {number} of {path} must be a JSON object with an id.")
    return cases


def decide_case(case: Mapping[str, Any]) -> Decision:
    """The decision on a case.

    Raises:
        RequestError: the case is malformed; the message begins with its id.
    """
    try:
        return _decide(case)
    except AuthorizationError as error:
        raise RequestError(f"Case {case['id']}: {error}") from error


def _decide(case: Mapping[str, Any]) -> Decision:
    _check_names(case)
    rules = case.get("resource_rules")
    if rules is not None and rules not in list(ResourceRules):
        raise RequestError(f"resource_rules must be one of {', '.join(ResourceRules)}.")
    request = _request(case.get("request"))
    trust = request.action.lower().startswith("sts:")
    boundaries = _policies(case, "permissions_boundary", "permissions boundary")
    resource = _policies(
        case, "resource_policy", "role trust policy" if trust else "resource-based"
    )
    return authorize(
        request,
        identity_policies=_policies(case, "identity_policies", "identity-based"),
        permissions_boundary=boundaries[0] if boundaries else None,
        session_policies=_policies(case, "session_policies", "session"),
        resource_policy=resource[0] if resource else None,
        grants=[Grant.from_json(grant) for grant in _listed(case, "grants")],
        resource_rules=rules,
    )


def _check_names(case: Mapping[str, Any]) -> None:
    """Refuse a member that looks like a misspelt one: without it the decision would be another."""
    for name in case:
        if name in _WEIGHED or name.startswith(_TOLD):
            continue
        if near := difflib.get_close_matches(name.lower(), _WEIGHED, 1, _NEAR):
            raise RequestError(f"{quote(name)} is not a member of a case; did you mean {near[0]}?")


def _request(source: Any) -> Request:
    if not isinstance(source, Mapping) or not {"principal", "action", "resource"} <= set(source):
        raise RequestError("request must be a JSON object with principal, action and resource.")
    if unknown := set(source) - set(Request.__match_args__):
        raise RequestError(f"request has an unknown part {quote(min(unknown))}.")
    account = source.get("resource_account")
    if not (account is None or (isinstance(account, str) and _ACCOUNT.fullmatch(account))):
        raise RequestError(f"resource_account must be twelve digits or null, not {quote(account)}.")
    return Request(**source)


def _listed(case: Mapping[str, Any], name: str) -> list[Any]:
    listed = case.get(name)
    if listed is not None and not isinstance(listed, list):
        raise RequestError(f"{name} must be a list or null.")
    return listed or []


def _policies(case: Mapping[str, Any], name: str, kind: str) -> list[Policy]:
    """The policies of one type; numbered where there may be several."""
    if name.endswith("policies"):
        numbered = enumerate(_listed(case, name), 1)
        return [Policy.parse(one, kind=kind, name=f"{kind} {number}") for number, one in numbered]
    document = case.get(name)
    return [] if document is None else [Policy.parse(document, kind=kind, name=kind)]
