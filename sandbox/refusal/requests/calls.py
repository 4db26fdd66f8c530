"""What a request is, once the sandbox has read it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.awsrequest import AWSPreparedRequest

from ..authorization import Decision, Grant, Policy, ResourceRules
from ..errors import AwsError

ContextValue = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal that signed a request, or a service acting on its behalf."""

    arn: str
    account: str
    kind: Literal["user", "role", "federated", "service", "root"]
    #: ``aws:userid``: AIDA… for a user, AROA…:session for a role session.
    user_id: str
    #: The user's or the role's name.
    name: str
    #: ``aws:PrincipalArn``: the user's ARN; for a session, its role's, path included (R2.10).
    principal_arn: str
    access_key_id: str = ""
    session_policies: tuple[Policy, ...] | None = None
    #: When the session's credentials were issued, and its name; None for a user.
    session_issued: datetime.datetime | None = None
    session_name: str = ""
    #: Who is behind the session, as its maker said; empty if nobody did.
    source_identity: str = ""


@dataclass(slots=True)
class Call:
    """One request: what is asked, by whom, where and when."""

    service: str
    operation: str
    params: dict[str, Any]
    caller: Caller
    account: str
    region: str
    request_id: str
    time: datetime.datetime
    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    #: The service that makes this call for the caller, such as ``dynamodb.amazonaws.com``.
    via: str | None = None
    #: ID of the request that this one was made for, if a service makes it.
    parent: str = ""
    #: The request as it came in; None for a call that a service makes.
    request: AWSPreparedRequest | None = None
    #: The ID of its event in the audit trail, if that is known before the call ends.
    event_id: str = ""
    #: ARNs that the call turned out to touch, for the audit trail: ``(type, arn)``.
    resources: list[tuple[str, str]] = field(default_factory=list)
    #: The decision of each permission that was asked, in order.
    decisions: list[Decision] = field(default_factory=list)
    #: Part of the request -> its denial, where the others may still be done.
    refused: dict[int, AwsError] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The IAM action, such as ``kms:Decrypt``."""
        return f"{IAM_PREFIX.get(self.service, self.service)}:{self.operation}"


#: DynamoDB Streams shares DynamoDB's IAM prefix.
IAM_PREFIX = {"dynamodbstreams": "dynamodb"}


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that must be allowed before a call may act."""

    action: str
    resource: str = "*"
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    #: The resource-based policy: a key policy, a table's policy, a role's trust policy.
    resource_policy: Policy | None = None
    grants: Sequence[Grant] = ()
    #: The account that owns the resource; None is the call's own account.
    resource_account: str | None = None
    #: How the resource's side and the caller's combine; None for ``default_rules``.
    rules: ResourceRules | None = None
    #: Which part of the request needs it, where a denial refuses that part and not the request.
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """An answer of DynamoDB that moto wrote, passed on as it is."""

    status: int
    headers: dict[str, str]
    body: str | bytes

    @property
    def error(self) -> AwsError | None:
        """The error that it is, for the audit trail; None for a success."""
        if self.status < 400:
            return None
        body = json.loads(self.body)
        code = str(body.get("__type", "")).rpartition("#")[2]
        return AwsError(code, str(body.get("message", body.get("Message", ""))), self.status)
