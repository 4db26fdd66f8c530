"""Cases in the neutral format: a request, the policies around it, and what is expected."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .authorize import ResourceRules, authorize
from .decision import Decision
from .errors import AuthorizationError, RequestError
from .grants import Grant
from .policy import Policy, PolicyType
from .request import Request

_PARTS = ("principal", "action", "resource", "resource_account", "context")


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
        AuthorizationError: the case is malformed; the message begins with its id.
    """
    try:
        return _decide(case)
    except AuthorizationError as error:
        raise RequestError(f"Case {case['id']}: {error}") from error


def _decide(case: Mapping[str, Any]) -> Decision:
    rules = case.get("resource_rules")
    if rules is not None and rules not in list(ResourceRules):
        raise RequestError(f"resource_rules must be one of {', '.join(ResourceRules)}.")
    request = _request(case.get("request"))
    trust = request.action.lower().startswith("sts:assumerole")
    return authorize(
        request,
        identity_policies=list(_policies(case, "identity_policies", PolicyType.IDENTITY)),
        permissions_boundary=_policy(case, "permissions_boundary", PolicyType.BOUNDARY),
        session_policies=list(_policies(case, "session_policies", PolicyType.SESSION)),
        resource_policy=_policy(
            case, "resource_policy", PolicyType.TRUST if trust else PolicyType.RESOURCE
        ),
        grants=[Grant.from_json(grant) for grant in _listed(case, "grants")],
        resource_rules=None if rules is None else ResourceRules(rules),
    )


def _request(source: Any) -> Request:
    if not isinstance(source, Mapping) or not {"principal", "action", "resource"} <= set(source):
        raise RequestError("request must be a JSON object with principal, action and resource.")
    if unknown := set(source) - set(_PARTS):
        raise RequestError(f"request has an unknown part {sorted(unknown)[0]!r}.")
    return Request(**{"context": {}, **source})


def _listed(case: Mapping[str, Any], name: str) -> list[Any]:
    listed = case.get(name)
    if listed is not None and not isinstance(listed, list):
        raise RequestError(f"{name} must be a list or null.")
    return listed or []


def _policies(case: Mapping[str, Any], name: str, kind: PolicyType) -> Iterator[Policy]:
    for number, document in enumerate(_listed(case, name), 1):
        yield Policy.parse(document, kind=kind, name=f"{kind} {number}")


def _policy(case: Mapping[str, Any], name: str, kind: PolicyType) -> Policy | None:
    document = case.get(name)
    return None if document is None else Policy.parse(document, kind=kind, name=str(kind))
