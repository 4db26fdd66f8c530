"""Who calls, and which policies are theirs.

Users, roles, groups and policies live in moto's IAM backend. Role sessions live here, because
moto neither keeps session policies nor lets credentials expire.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from botocore.awsrequest import AWSPreparedRequest

from ..authorization import Policy
from ..errors import AwsError, not_in_sandbox
from ..moto import iam as moto_iam
from ..moto.iam import MotoIam, MotoPolicyOwner, MotoUser
from ..world.clock import Clock
from . import shapes, signatures, wire
from .calls import Caller, ContextValue
from .partitions import PARTITION, partition_of

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


#: With so many temporary credentials, those that are over are forgotten.
MOST_SESSIONS = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials that STS gave out."""

    caller: Caller
    secret: str
    token: str
    expires: datetime.datetime
    #: ``aws:PrincipalTag`` values of the session.
    tags: Mapping[str, str] = field(default_factory=dict)
    #: Keys of the tags that go on to sessions made with these credentials.
    transitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrincipalDetails:
    """What IAM holds of a principal: all that a decision needs but the resource's side."""

    identity_policies: tuple[Policy, ...]
    boundary: Policy | None
    tags: Mapping[str, str]


class Directory:
    """Finds the principal behind an access key, and that principal's policies."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.sessions: dict[str, Session] = {}
        self._details: dict[tuple[str, str, str], PrincipalDetails] = {}
        #: Access key ID -> its user and secret, as IAM has them until it changes.
        self._users: dict[str, tuple[Caller, str]] = {}
        #: User name -> ARN of the permissions boundary: moto keeps none for users.
        self.user_boundaries: dict[tuple[str, str], str] = {}

    def add_session(self, key_id: str, session: Session) -> None:
        """Take in temporary credentials, and forget the oldest that are over, of very many."""
        if len(self.sessions) >= MOST_SESSIONS:
            now = self._clock.now()
            over = [one for one, held in self.sessions.items() if held.expires <= now]
            for one in over:
                del self.sessions[one]
        self.sessions[key_id] = session

    def forget(self) -> None:
        """IAM has changed: read users and policies anew from now on."""
        self._details.clear()
        self._users.clear()

    def identify(self, request: AWSPreparedRequest, message: wire.Message) -> Caller:
        """The principal that signed a request.

        Raises:
            AwsError: the request is unsigned, the key unknown, inactive or expired, or the
                signature wrong; code and status are those of the service's protocol.
        """
        signature = message.signature
        if signature is None:
            model = shapes.operation_model(message.service, message.operation)
            if model is not None and model.auth_type == "none":  # Federation by web or SAML.
                raise not_in_sandbox(f"{message.service}:{message.operation}")
            code = "MissingAuthenticationToken"
            code += "Exception" if message.json_protocol else ""
            raise AwsError(code, "Request is missing Authentication Token", _status(message))
        there = partition_of(message.region)
        if there != PARTITION:
            # Accounts of one partition have no credentials in another (AWS General Reference,
            # "AWS partitions"; H67).
            raise _unknown_token(message, f" {message.region} is in the partition {there}.")
        caller, secret = self._credentials(signature.access_key_id, message)
        expected = signatures.calculate(
            signature, secret, request.method, request.url, message.headers, message.body
        )
        if not signatures.matches(expected, signature):
            raise _bad_signature(message, _MISMATCH)
        if signatures.expired(message.headers.get("x-amz-date", "")):
            raise _bad_signature(message, "Signature expired: check this computer's clock.")
        return caller

    def _credentials(self, key_id: str, message: wire.Message) -> tuple[Caller, str]:
        token = message.headers.get("x-amz-security-token")
        session = self.sessions.get(key_id)
        if session is not None:
            barred = message.service == "iam" and session.caller.kind in ("user", "federated")
            if token != session.token or barred:
                # Sessions of users may not call IAM (AWS STS API Reference, GetSessionToken and
                # GetFederationToken); IAM says that it does not know their token.
                raise _unknown_token(message)
            if session.expires <= self._clock.now():
                code = "ExpiredTokenException" if message.json_protocol else "ExpiredToken"
                text = "The security token included in the request is expired"
                raise AwsError(code, text, _status(message))
            return session.caller, session.secret
        found = self._user_of(key_id)
        if found is None or token is not None:
            raise _unknown_token(message)
        return found

    def _user_of(self, key_id: str) -> tuple[Caller, str] | None:
        if found := self._users.get(key_id):
            return found
        for account in moto_iam.accounts():
            key = moto_iam.iam(account).access_keys.get(key_id)
            if key is not None and key.user_name and key.status == "Active":
                user = moto_iam.iam(account).users.get(key.user_name)
                if user:
                    self._users[key_id] = self.user(user, key_id), key.secret_access_key
        return self._users.get(key_id)

    @staticmethod
    def user(user: MotoUser, access_key_id: str = "") -> Caller:
        """The caller that an IAM user (moto's object) is."""
        return Caller(
            arn=user.arn,
            account=user.account_id,
            kind="user",
            user_id=user.id,
            name=user.name,
            principal_arn=user.arn,
            access_key_id=access_key_id,
        )

    def find_user(self, name: str, account: str) -> Caller | None:
        """An IAM user as a caller; None if the account has no user of that name."""
        user = moto_iam.iam(account).users.get(name)
        return None if user is None else self.user(user)

    def find(self, name: str, account: str) -> Caller | None:
        """A user by name, or a user or role by ARN, as a caller; None if the account has none."""
        _, arn, path = name.partition(f"arn:{PARTITION}:iam::{account}:")
        kind, _, path = path.partition("/")
        if not arn or kind == "user":
            user = self.find_user(path.split("/")[-1] if arn else name, account)
            return user if user is None or not arn or user.arn == name else None
        role = moto_iam.role(account, path.split("/")[-1]) if kind == "role" else None
        if role is None or role.arn != name:
            return None
        return Caller(
            arn=f"arn:{PARTITION}:sts::{account}:assumed-role/{role.name}/session",
            account=account,
            kind="role",
            user_id=f"{role.id}:session",
            name=role.name,
            principal_arn=role.arn,
            session_issued=self._clock.now(),
            session_name="session",
        )

    def details_of(self, caller: Caller) -> PrincipalDetails:
        """Identity-based policies, permissions boundary and tags of a caller."""
        key = (caller.account, caller.kind, caller.name)
        if key not in self._details:
            self._details[key] = self._read_details(caller)
        return self._details[key]

    def _read_details(self, caller: Caller) -> PrincipalDetails:
        backend = moto_iam.iam(caller.account)
        if caller.kind == "role":
            role = moto_iam.role(caller.account, caller.name)
            if role is None:
                return PrincipalDetails((), None, {})
            boundary = role.permissions_boundary_arn
            return PrincipalDetails(
                _policies(role), self._boundary(backend, boundary), _tags(role.tags)
            )
        user = backend.users.get(caller.name) if caller.kind in ("user", "federated") else None
        if user is None:
            return PrincipalDetails((), None, {})
        policies = _policies(user)
        for group in backend.groups.values():
            if user in group.users:
                policies += _policies(group)
        boundary = self.user_boundaries.get((caller.account, user.name))
        tags = _tags(backend.tagger.list_tags_for_resource(user.arn)["Tags"])
        return PrincipalDetails(policies, self._boundary(backend, boundary), tags)

    @staticmethod
    def _boundary(backend: MotoIam, arn: str | None) -> Policy | None:
        if not arn:
            return None
        policy = backend.managed_policies.get(arn)
        # A boundary whose policy is gone allows nothing: the sandbox's assumption.
        document = (
            moto_iam.document(policy) if policy else '{"Version":"2012-10-17","Statement":[]}'
        )
        return Policy.parse(document, kind="permissions boundary", name=arn.split("/")[-1], arn=arn)

    def principal_context(self, caller: Caller) -> dict[str, ContextValue]:
        """The global condition keys that describe a principal (IAM User Guide, "AWS global
        condition context keys")."""
        context: dict[str, ContextValue] = {
            "aws:PrincipalArn": caller.principal_arn,
            "aws:PrincipalAccount": caller.account,
            "aws:PrincipalType": _PRINCIPAL_TYPES[caller.kind],
            "aws:userid": caller.user_id,
            # False, and not absent, for everybody else: the sandbox's assumption.
            "aws:PrincipalIsAWSService": "true" if caller.kind == "service" else "false",
        }
        if caller.kind == "service":
            context["aws:PrincipalServiceName"] = caller.name
        if caller.kind == "user":
            context["aws:username"] = caller.name
        if caller.session_issued is not None:
            context["aws:TokenIssueTime"] = caller.session_issued.strftime("%Y-%m-%dT%H:%M:%SZ")
            context["aws:MultiFactorAuthPresent"] = "false"
        session = self.sessions.get(caller.access_key_id)
        if caller.source_identity:
            context["aws:SourceIdentity"] = caller.source_identity
        tags = dict(session.tags) if session else {}
        # A session tag overrides the principal's own, regardless of case (IAM User Guide,
        # "Passing session tags in AWS STS").
        passed = {key.lower() for key in tags}
        own = self.details_of(caller).tags.items()
        tags.update({key: value for key, value in own if key.lower() not in passed})
        context.update({f"aws:PrincipalTag/{k}": v for k, v in tags.items()})
        return context


_PRINCIPAL_TYPES = {
    "user": "User",
    "role": "AssumedRole",
    "federated": "FederatedUser",
    "service": "AWSService",
    "root": "Account",
}
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. "
    "Consult the service documentation for details."
)


def _status(message: wire.Message) -> int:
    return 400 if message.json_protocol else 403


def _bad_signature(message: wire.Message, text: str) -> AwsError:
    code = "InvalidSignatureException" if message.json_protocol else "SignatureDoesNotMatch"
    return AwsError(code, text, _status(message))


def _unknown_token(message: wire.Message, why: str = "") -> AwsError:
    code = "UnrecognizedClientException" if message.json_protocol else "InvalidClientTokenId"
    text = f"The security token included in the request is invalid.{why}"
    return AwsError(code, text, _status(message))


def _policies(owner: MotoPolicyOwner) -> tuple[Policy, ...]:
    """Inline and attached policies of a user, a group or a role (moto's objects)."""
    inline = [
        Policy.parse(document, kind="identity-based", name=name)
        for name, document in owner.policies.items()
    ]
    attached = [
        Policy.parse(
            moto_iam.document(policy), kind="identity-based", name=policy.name, arn=policy.arn
        )
        for policy in owner.managed_policies.values()
    ]
    return (*inline, *attached)


def _tags(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}
