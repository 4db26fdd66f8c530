"""Why a request for an item would be refused: which service decides, by which statement."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from refusal.authorization import Decision
from refusal.explain import why

from helpers.course.evidence import Evidence

from .probes import has_user
from .trials import Trial, copied

__all__ = ["why_refused"]
_METHODS = {"GetItem": "get_item", "PutItem": "put_item"}
_SERVICES = {"kms": "KMS", "dynamodb": "DynamoDB"}


def why_refused(evidence: Evidence, user: str, table: str, operation: str = "GetItem") -> str:
    """Why a user would not get an item, or could not write one, in a sentence: the service that
    refuses, the permission, and the statement that decides or is missing; empty if the request
    would succeed.

    The request is made in a copy of the account, once DynamoDB has forgotten the table key.

    Args:
        operation: ``GetItem`` or ``PutItem``.
    """
    if not has_user(evidence, user):
        return f"there is no user {user}."
    with copied(evidence) as trial:
        trial.box.advance(minutes=6)
        try:
            call = _request(trial, user, table, operation)
        except ClientError:  # The learner has taken permissions away from admin.
            return f"{user.capitalize()} would be refused."
        try:
            call()
        except ClientError as error:
            return _told(trial, user, error)
    return ""


def _request(trial: Trial, user: str, table: str, operation: str) -> Callable[[], Any]:
    """A user's request for an item, by the table's own key, ready to be made."""
    client = trial.client("dynamodb")
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    names = {part["AttributeName"]: {"S": "x"} for part in schema}
    part = "Key" if operation == "GetItem" else "Item"
    method = getattr(trial.client_of(user, "dynamodb"), _METHODS[operation])
    return functools.partial(method, **{"TableName": table, part: names})


def _told(trial: Trial, user: str, error: ClientError) -> str:
    """The refusal, with what decided; or the error, where no policy did."""
    steps = trial.box.explain(error).steps
    decision: Decision | None = steps[-1].decision if steps else None
    if decision is None or decision.allowed:
        code, said = (error.response["Error"][part] for part in ("Code", "Message"))
        return f"{error.operation_name} would fail with {code}: {said.rstrip('.')}."
    action = decision.request.action
    service = _SERVICES.get(action.partition(":")[0], action.partition(":")[0])
    return f"{service} would refuse {user.capitalize()} {action}, because {why(decision)}"
