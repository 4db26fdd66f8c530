"""Cases in the neutral format: a request, the policies around it, and what is expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .authorize import ResourceRules, authorize
from .decision import Decision
from .errors import AuthorizationError, RequestError, quote
from .grants import Grant
from .policy import Policy
from .request import Request


def read_cases(path: str | Path) -> list[Mapping[str, Any]]:
    """The cases in a JSON file.

    Raises:
        RequestError: the file cannot be read, or is not a list of cases that have an id.
    """
    try:
        cases = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}.") from None
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
    rules = case.get("resource_rules")
    if rules is not None and rules not in list(ResourceRules):
        raise RequestError(f"resource_rules must be one of {', '.join(ResourceRules)}.")
    source = case.get("request")
    if not isinstance(source, Mapping) or not {"principal", "action", "resource"} <= set(source):
        raise RequestError("request must be a JSON object with principal, action and resource.")
    if unknown := set(source) - set(Request.__match_args__):
        raise RequestError(f"request has an unknown part {quote(min(unknown))}.")
    request = Request(**source)
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
