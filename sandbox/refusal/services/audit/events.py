"""One event of the audit trail, in the shape that CloudTrail gives it.

Shapes: KMS Developer Guide, "Logging AWS KMS API calls" (ct-decrypt and its siblings); DynamoDB
Developer Guide, "Monitoring DynamoDB interaction with AWS KMS" (B16); AWS
CloudTrail User Guide, "CloudTrail record contents". The record is made when somebody asks for it.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from botocore.model import Shape

from ...authorization import Decision
from ...requests import shapes
from ...requests.calls import Call, Caller, Forwarded

#: KMS's cryptographic operations change nothing, so CloudTrail calls them read-only.
_READS = re.compile(
    r"(Get|List|Describe|Lookup|Simulate|BatchGet|TransactGet|Query|Scan|Decrypt|Encrypt|"
    r"GenerateDataKey|GenerateMac|GenerateRandom|ReEncrypt|Sign|Verify|DeriveSharedSecret|"
    r"AssumeRole)"
)
#: DynamoDB's requests for items: data events, which event history does not show (AWS CloudTrail
#: User Guide, "Logging data events").
_DATA = re.compile(
    r"(Get|Put|Update|Delete)Item|Batch(Get|Write)Item|Transact(Get|Write)Items|Query|Scan|"
    r"(Batch)?ExecuteStatement|ExecuteTransaction|GetRecords|GetShardIterator"
)
_GLOBAL = {"iam": "us-east-1"}
#: What a record of a data event keeps of the request.
_DATA_MEMBERS = ("TableName", "IndexName", "StreamArn")
#: The condition key that holds the partition keys of a request.
_ROW_KEYS = "dynamodb:LeadingKeys"
#: Secrets whose shapes are plain text in botocore's models.
_SECRETS = ("SecretAccessKey", "SessionToken", "GrantToken", "GrantTokens", "Password")
_TYPES = {
    "user": "IAMUser",
    "role": "AssumedRole",
    "federated": "FederatedUser",
    "service": "AWSService",
    "root": "Root",
}
#: In English, whatever the computer speaks.
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CREDENTIALS = ("AssumeRole", "GetFederationToken", "GetSessionToken")
_DENIED = ("AccessDenied", "AccessDeniedException")


@lru_cache(maxsize=1024)
def _hidden(service: str, operation: str) -> frozenset[str]:
    """The members of a request that no record may hold: bytes, and what the model calls
    sensitive."""
    model = shapes.operation_model(service, operation)
    members = model.input_shape.members if model is not None and model.input_shape else {}
    secret = {n for n, s in members.items() if s.type_name == "blob" or s.metadata.get("sensitive")}
    return frozenset(secret) | frozenset(_SECRETS)


@lru_cache(maxsize=1024)
def is_data(service: str, operation: str) -> bool:
    """True for a data event."""
    return service.startswith("dynamodb") and _DATA.fullmatch(operation) is not None


@lru_cache(maxsize=1024)
def is_read(operation: str) -> bool:
    """True for what changes nothing."""
    return _READS.match(operation) is not None


def kept_params(call: Call) -> Call:
    """A call that is over, without its secrets and without the request as it came in."""
    if is_data(call.service, call.operation):
        call.params = {name: call.params[name] for name in _DATA_MEMBERS if name in call.params}
        for decision in call.decisions:
            _forget_row_keys(decision)
    else:
        hidden = _hidden(call.service, call.operation)
        call.params = {name: v for name, v in call.params.items() if name not in hidden}
    call.request = None
    return call


def _forget_row_keys(decision: Decision) -> None:
    """Drop the partition keys of rows, which lie in no memory between calls. Where a policy is
    about them they stay, as the reason of the decision; on AWS, data events show the keys."""
    request = decision.request
    if _ROW_KEYS.lower() not in request.keys:
        return
    policies = decision.inputs.policies
    if not any(
        condition.lowered == _ROW_KEYS.lower()
        for _, policy in policies
        for statement in policy.statements
        for condition in statement.conditions
    ):
        del request.keys[_ROW_KEYS.lower()], request.context[_ROW_KEYS]


def kept_result(call: Call, result: Mapping[str, Any] | Forwarded | None) -> dict[str, Any] | None:
    """What a record keeps of the answer: of requests for items and of reads nothing, as on AWS,
    and never a secret. STS's credentials are shown without their secrets (H68)."""
    read = is_read(call.operation) and call.operation not in _CREDENTIALS
    if result is None or read or is_data(call.service, call.operation):
        return None
    found = json.loads(result.body) if isinstance(result, Forwarded) else result
    kept = dict(_without_secrets(found))
    if call.service == "kms" and (keys := [arn for _, arn in call.resources if ":key/" in arn]):
        # Also where the operation itself does not answer it (H68).
        kept = kept if "KeyMetadata" in kept else {**kept, "KeyId": keys[-1]}
    return kept


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _without_secrets(member)
            for name, member in value.items()
            if name not in _SECRETS and not isinstance(member, bytes)
        }
    return [_without_secrets(member) for member in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Event:
    """A call in the audit trail.

    Attributes:
        event_id: the ID of the event, as CloudTrail has it.
        call: the call, without its secrets; not part of the public interface.
        result: what the record keeps of the response; None if it keeps nothing.
        error_code: the error code that the caller received; empty if the call succeeded.
        error_message: the message that belongs to it.
    """

    event_id: str
    call: Call = field(repr=False)
    result: Any = field(default=None, repr=False)
    error_code: str = ""
    error_message: str = ""

    @property
    def name(self) -> str:
        """The name of the operation, such as ``Decrypt``."""
        return self.call.operation

    @property
    def source(self) -> str:
        """The service that was called, such as ``kms.amazonaws.com``."""
        service = "dynamodb" if self.call.service == "dynamodbstreams" else self.call.service
        return f"{service}.amazonaws.com"

    @property
    def user_name(self) -> str:
        """The name of the IAM user who called; empty if the caller is not a user."""
        return self.call.caller.name if self.call.caller.kind == "user" else ""

    @property
    def shown_error(self) -> str:
        """The error code as it is in the record. It is ``AccessDenied`` for every denial, as public
        reports show it for events of KMS."""
        return "AccessDenied" if self.error_code in _DENIED else self.error_code

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decision on each permission that the call needed, in order. CloudTrail has no
        decisions, and those of a served sandbox stay in the server."""
        return tuple(self.call.decisions)

    @property
    def parent(self) -> str:
        """If a service made this call for a caller, the request ID of the caller's own call;
        otherwise empty. CloudTrail does not record it."""
        return self.call.parent

    @property
    def region(self) -> str:
        """The Region of the event. All events of IAM are in us-east-1."""
        return _GLOBAL.get(self.call.service, self.call.region)

    @property
    def management(self) -> bool:
        """Whether it is a management event. CloudTrail's event history shows only these."""
        return not is_data(self.call.service, self.call.operation)

    @property
    def accounts(self) -> set[str]:
        """The IDs of the accounts whose trails have the event: the caller's account and, unless the
        call was denied, the owners of the KMS keys that it used (AWS KMS Developer Guide, "Logging
        AWS KMS API calls")."""
        shared = self.call.service == "kms" and self.error_code not in _DENIED
        owners = {_owner(arn) for _, arn in self.call.resources} if shared else set()
        return {self.call.account} | owners - {""}

    @property
    def record(self) -> dict[str, Any]:
        """The CloudTrail record in the caller's account, with the members and types that CloudTrail
        writes as JSON (AWS CloudTrail User Guide, "CloudTrail record contents")."""
        return self.record_for(self.call.account)

    def _resources(self) -> list[dict[str, str]]:
        return [
            {"accountId": _owner(arn) or self.call.account, "type": kind, "ARN": arn}
            for kind, arn in self.call.resources
        ]

    def record_for(self, account: str) -> dict[str, Any]:
        """The CloudTrail record in one of ``accounts``. It is the sandbox's simplification that the
        event ID is the same in all of them.

        Args:
            account: the account's twelve digits.
        """
        call, category = self.call, "Management" if self.management else "Data"
        record: dict[str, Any] = {
            "eventVersion": "1.11",
            "userIdentity": _identity(call.caller, call.via),
            "eventTime": _stamp(call.time),
            "eventSource": self.source,
            "eventName": call.operation,
            "awsRegion": self.region,
            "sourceIPAddress": call.source_ip,
            "userAgent": call.user_agent,
            # Also of a call that was refused: the sandbox's assumption, as no record shows it.
            "requestParameters": _request_parameters(call),
            "responseElements": _response_elements(call, self.result),
            "requestID": call.request_id,
            "eventID": self.event_id,
            "readOnly": is_read(call.operation),
            "resources": self._resources(),
            "eventType": "AwsApiCall",
            "managementEvent": self.management,
            "recipientAccountId": account,
            "eventCategory": category,
        }
        if len(self.accounts) > 1:
            record["sharedEventID"] = self.event_id
        if self.error_code:
            record["errorCode"], record["errorMessage"] = self.shown_error, self.error_message
        return record

    def to_json(self) -> dict[str, Any]:
        """The event for the control channel: an object whose member ``record`` is the record."""
        return {"record": self.record}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> RemoteEvent:
        """The event of which ``to_json`` made this."""
        return RemoteEvent(dict(data["record"]))


@dataclass(frozen=True)
class RemoteEvent:
    """An event of a served sandbox. It has the record, but not the decisions.

    Attributes:
        record: the CloudTrail record; see ``Event.record``.
        decisions: always empty.
    """

    record: dict[str, Any]
    decisions: tuple[Decision, ...] = ()


def _owner(arn: str) -> str:
    return arn.split(":")[4]


def _stamp(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(moment: datetime.datetime) -> str:
    """A time in a request or an answer, as an event shows it: ``Aug 10, 2022, 10:38:27 PM``
    (H68)."""
    half = "AM" if moment.hour < 12 else "PM"
    month, hour = _MONTHS[moment.month - 1], moment.hour % 12 or 12
    return f"{month} {moment.day}, {moment.year}, {hour}:{moment:%M:%S} {half}"


def _identity(caller: Caller, via: str | None) -> dict[str, Any]:
    """Who called (AWS CloudTrail User Guide, "CloudTrail userIdentity element")."""
    if caller.kind == "service":
        return {"type": "AWSService", "invokedBy": via}
    identity: dict[str, Any] = {
        "type": _TYPES[caller.kind],
        "principalId": caller.user_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": caller.access_key_id,
    }
    if caller.kind == "user":
        identity["userName"] = caller.name
    if caller.session_issued is not None:
        issuer = {
            "type": "Role" if caller.kind == "role" else "IAMUser",
            "principalId": caller.user_id.partition(":")[0],
            "arn": caller.principal_arn,
            "accountId": caller.account,
            "userName": caller.name,
        }
        attributes = {"creationDate": _stamp(caller.session_issued), "mfaAuthenticated": "false"}
        identity["sessionContext"] = {"sessionIssuer": issuer, "attributes": attributes}
        if caller.source_identity:
            identity["sessionContext"]["sourceIdentity"] = caller.source_identity
    if via:
        identity["invokedBy"] = via
    return identity


def _request_parameters(call: Call) -> Any:
    model = shapes.operation_model(call.service, call.operation)
    shape = model.input_shape if model is not None else None
    shown = _shown(call.params, shape) or {}
    # A direct Decrypt always says its algorithm (ct-decrypt); one of DynamoDB does not (B16).
    if call.service == "kms" and call.operation in ("Encrypt", "Decrypt") and not call.via:
        shown.setdefault("encryptionAlgorithm", "SYMMETRIC_DEFAULT")
    return shown or None


def _response_elements(call: Call, result: Any) -> Any:
    model = shapes.operation_model(call.service, call.operation)
    shape = model.output_shape if model is not None else None
    shown = _shown(result, shape) or None
    if shape is None and shown:  # An operation without an answer: KMS adds the key.
        return {name[:1].lower() + name[1:]: member for name, member in shown.items()}
    return shown


def _shown(value: Any, shape: Shape | None) -> Any:
    """A value with the members of structures in lower camel case; the keys of maps stay."""
    if isinstance(value, datetime.datetime):
        return _written(value.astimezone(datetime.UTC))
    if shape is not None and shape.type_name == "timestamp" and isinstance(value, (int, float)):
        return _written(datetime.datetime.fromtimestamp(value, datetime.UTC))
    if isinstance(value, Mapping):
        members = getattr(shape, "members", None)
        if members is None:
            inner = getattr(shape, "value", None)
            return {str(name): _shown(member, inner) for name, member in value.items()}
        return {
            name[:1].lower() + name[1:]: _shown(member, members.get(name))
            for name, member in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_shown(member, getattr(shape, "member", None)) for member in value]
    return None if isinstance(value, bytes) else value
