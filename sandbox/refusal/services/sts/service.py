"""STS as the gate sees it: who may have temporary credentials, and the operations.

The rules of each operation: AWS STS API Reference.
"""

from __future__ import annotations

import base64
import datetime
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ...authorization import Policy, ResourceRules
from ...errors import AwsError, not_in_sandbox
from ...gate import Gate
from ...moto import iam as moto_iam
from ...moto.iam import MotoRole
from ...requests import shapes
from ...requests.callers import Session
from ...requests.calls import Call, Caller, Forwarded, Permission
from .carried import Carried, actions, carried, context
from .session_policies import NO_STATEMENTS, packed_size, session_policies

#: A partition, a service, a Region and an account that may be missing, and a resource (H64).
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
_ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:.+/)?([^/]+)")
#: Members that stand for what the sandbox has not.
_LACKING = ("SerialNumber", "TokenCode", "ProvidedContexts")
_FREE = ("GetCallerIdentity", "GetSessionToken")
#: What temporary credentials may not call: those of a role, of a user, of a federated user
#: (AWS STS API Reference, "Permissions" of the operations that give them out).
_ROLE_MAY_NOT = ("GetFederationToken", "GetSessionToken")
_USER_MAY_NOT = (*_ROLE_MAY_NOT, "AssumeRoot", "DecodeAuthorizationMessage", "GetAccessKeyInfo")
_MAY_NOT = {
    "role": _ROLE_MAY_NOT,
    "user": _USER_MAY_NOT,
    "federated": (*_USER_MAY_NOT, "AssumeRole", "GetWebIdentityToken"),
}


class Sts:
    """STS as the gate sees it; the sessions are kept in the gate's directory."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def permissions(self, call: Call) -> Iterable[Permission]:
        """A role's trust policy decides on AssumeRole; GetCallerIdentity and GetSessionToken need
        no permission (AWS STS API Reference)."""
        shapes.check_query_params("sts", call.operation, call.params)
        temporary = call.caller.session_issued is not None
        if temporary and call.operation in _MAY_NOT.get(call.caller.kind, ()):
            text = f"Cannot call {call.operation} with session credentials"
            raise AwsError("AccessDenied", text, 403)
        lacking = [member for member in _LACKING if member in call.params]
        if lacking:
            raise not_in_sandbox(f"{call.action} with {lacking[0]}")
        if call.operation == "AssumeRole":
            return self._trust(call)
        if call.operation == "GetFederationToken":
            new = self._carried(call)
            user = f"arn:aws:sts::{call.account}:federated-user/{call.params['Name']}"
            keys = context(call, new)
            return [Permission(action, user, keys) for action in actions(call, new)]
        return [] if call.operation in _FREE else [Permission(call.action)]

    def _carried(self, call: Call) -> Carried:
        """What a new session has of the request, and of the session that asks for it."""
        asking = self.gate.directory.sessions.get(call.caller.access_key_id)
        return carried(call, asking if call.operation == "AssumeRole" else None)

    def _trust(self, call: Call) -> Iterable[Permission]:
        arn = call.params["RoleArn"]
        if not _ARN.fullmatch(arn):
            raise AwsError("ValidationError", f"{arn} is invalid")  # H64.
        role = _role(arn)
        if role is None:
            # A role that does not exist looks like one that does not trust the caller.
            text = f"User: {call.caller.arn} is not authorized to perform: {call.action} "
            raise AwsError("AccessDenied", f"{text}on resource: {arn}", 403)
        document = role.assume_role_policy_document
        trust = Policy.parse(document, kind="role trust policy", name=role.name)
        new = self._carried(call)
        keys = context(call, new) | {"sts:RoleSessionName": call.params["RoleSessionName"]}
        if "ExternalId" in call.params:
            keys["sts:ExternalId"] = call.params["ExternalId"]
        for tag in role.tags or ():
            keys[f"iam:ResourceTag/{tag['Key']}"] = tag["Value"]
            keys[f"aws:ResourceTag/{tag['Key']}"] = tag["Value"]
        call.resources.append(("AWS::IAM::Role", role.arn))
        return [
            Permission(
                action,
                role.arn,
                keys,
                resource_policy=trust,
                resource_account=role.account_id,
                rules=ResourceRules.ROLE_TRUST,
            )
            for action in actions(call, new)
        ]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        """Answer an operation."""
        operation = _OPERATIONS.get(call.operation)
        if operation is None:
            raise NotImplementedError
        return operation(self, call)

    def get_caller_identity(self, call: Call) -> dict[str, Any]:
        """Who calls."""
        caller = call.caller
        return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}

    def get_access_key_info(self, call: Call) -> dict[str, Any]:
        """The account of an access key."""
        key_id = call.params["AccessKeyId"]
        if session := self.gate.directory.sessions.get(key_id):
            return {"Account": session.caller.account}
        for account in moto_iam.accounts():
            if key_id in moto_iam.iam(account).access_keys:
                return {"Account": account}
        # AWS reads the account out of the key's letters; here a key must exist.
        raise AwsError("ValidationError", f"Access key {key_id} is not known.")

    def assume_role(self, call: Call) -> dict[str, Any]:
        """A session of a role."""
        params = call.params
        role, name = _role(params["RoleArn"]), params["RoleSessionName"]
        assert role is not None  # ``permissions`` has refused otherwise.
        seconds = params.get("DurationSeconds", 3600)
        if seconds > int(role.max_session_duration or 3600):
            text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            raise AwsError("ValidationError", text)
        if call.caller.kind == "role" and seconds > 3600:
            text = "The requested DurationSeconds exceeds the 1 hour session limit for roles "
            raise AwsError("ValidationError", text + "assumed by role chaining")
        policies, new = session_policies(call, role.account_id), self._carried(call)
        caller = Caller(
            arn=f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{name}",
            account=role.account_id,
            kind="role",
            user_id=f"{role.id}:{name}",
            name=role.name,
            principal_arn=role.arn,
            session_policies=policies or None,
            session_name=name,
            source_identity=new.source_identity,
        )
        answer = self._issue(call, caller, seconds, new)
        answer["AssumedRoleUser"] = {"AssumedRoleId": caller.user_id, "Arn": caller.arn}
        named = {"SourceIdentity": new.source_identity} if new.source_identity else {}
        return answer | packed_size(call) | named

    def get_session_token(self, call: Call) -> dict[str, Any]:
        """Temporary credentials of the calling user, with the user's own permissions."""
        return self._issue(call, call.caller, call.params.get("DurationSeconds", 43200), Carried())

    def get_federation_token(self, call: Call) -> dict[str, Any]:
        """A federated session of the calling user: its session policies are all it may do."""
        name, caller = call.params["Name"], call.caller
        policies = session_policies(call, call.account)
        federated = replace(
            caller,
            arn=f"arn:aws:sts::{call.account}:federated-user/{name}",
            kind="federated",
            user_id=f"{call.account}:{name}",
            session_policies=policies or (NO_STATEMENTS,),
            session_name=name,
        )
        seconds = call.params.get("DurationSeconds", 43200)
        answer = self._issue(call, federated, seconds, self._carried(call))
        user = {"FederatedUserId": federated.user_id, "Arn": federated.arn}
        return answer | {"FederatedUser": user, "PackedPolicySize": 0} | packed_size(call)  # H64.

    def decode_authorization_message(self, call: Call) -> dict[str, Any]:
        """There is nothing to decode.

        Raises:
            AwsError: ``NotInSandbox``.
        """
        why = "None of its services encodes why it refuses: read the refusal itself."
        raise not_in_sandbox(call.action, why)

    def _issue(self, call: Call, caller: Caller, seconds: int, new: Carried) -> dict[str, Any]:
        entropy, now = self.gate.entropy, self.gate.clock.now()
        key_id = "ASIA" + _letters(entropy.bytes(10, "session key"))
        secret = base64.b64encode(entropy.bytes(30, "session secret")).decode()
        size = max(128, call.params.get("MinimumSessionTokenSize", 0))
        token = base64.b64encode(entropy.bytes(-(-3 * size // 4), "session token")).decode()
        expires = (now + datetime.timedelta(seconds=seconds)).replace(microsecond=0)
        caller = replace(caller, access_key_id=key_id, session_issued=now)
        session = Session(caller, secret, token, expires, new.tags, new.transitive)
        self.gate.directory.add_session(key_id, session)
        credentials = {
            "AccessKeyId": key_id,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": expires,
        }
        return {"Credentials": credentials}


_OPERATIONS: dict[str, Callable[[Sts, Call], dict[str, Any]]] = {
    "AssumeRole": Sts.assume_role,
    "DecodeAuthorizationMessage": Sts.decode_authorization_message,
    "GetAccessKeyInfo": Sts.get_access_key_info,
    "GetCallerIdentity": Sts.get_caller_identity,
    "GetFederationToken": Sts.get_federation_token,
    "GetSessionToken": Sts.get_session_token,
}


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode()


def _role(arn: str) -> MotoRole | None:
    """The role behind an ARN, path included; None if there is none."""
    match = _ROLE.fullmatch(arn)
    if match is None or match[1] not in moto_iam.accounts():
        return None
    role = moto_iam.role(match[1], match[2])
    return role if role is not None and role.arn == arn else None
