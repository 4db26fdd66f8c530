"""moto's IAM: the users, roles, groups and policies of an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeGuard

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import AWSManagedPolicy, Group, Role, User, iam_backends
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from .hooks import Hooks


class MotoPolicyVersion(Protocol):
    """A version of a managed policy."""

    @property
    def version_id(self) -> str: ...
    @property
    def document(self) -> str: ...


class MotoPolicy(Protocol):
    """A managed policy, AWS's or a customer's."""

    @property
    def name(self) -> str: ...
    @property
    def arn(self) -> str: ...
    @property
    def attachment_count(self) -> int: ...
    @property
    def default_version_id(self) -> str: ...
    @property
    def versions(self) -> Sequence[MotoPolicyVersion]: ...


class MotoPolicyOwner(Protocol):
    """What a user, a group and a role have in common."""

    @property
    def account_id(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def arn(self) -> str: ...
    @property
    def policies(self) -> Mapping[str, str]:
        """Inline policies: name -> document."""

    @property
    def managed_policies(self) -> Mapping[str, MotoPolicy]:
        """Attached policies: ARN -> policy."""


class MotoAccessKey(Protocol):
    """An access key."""

    user_name: str | None

    @property
    def access_key_id(self) -> str: ...
    @property
    def secret_access_key(self) -> str: ...
    @property
    def status(self) -> str: ...


class MotoUser(MotoPolicyOwner, Protocol):
    """A user. moto keeps no permissions boundary for it."""

    @property
    def access_keys(self) -> Sequence[MotoAccessKey]: ...
    @property
    def password(self) -> str | None: ...
    @property
    def tags(self) -> Sequence[Mapping[str, str]] | None: ...


class MotoGroup(MotoPolicyOwner, Protocol):
    """A group."""

    @property
    def users(self) -> Sequence[MotoUser]: ...


class MotoRole(MotoPolicyOwner, Protocol):
    """A role."""

    assume_role_policy_document: str

    @property
    def max_session_duration(self) -> int | str | None:
        """In seconds; moto's annotation knows the text alone, its parser gives a number."""

    @property
    def permissions_boundary_arn(self) -> str | None: ...
    @property
    def tags(self) -> Sequence[Mapping[str, str]]: ...


class MotoInstanceProfile(Protocol):
    """An instance profile."""

    @property
    def name(self) -> str: ...
    @property
    def arn(self) -> str: ...
    @property
    def roles(self) -> Sequence[MotoRole]: ...


class MotoTagger(Protocol):
    """The tags of whatever has an ARN; those of users are here."""

    def list_tags_for_resource(self, arn: str) -> Mapping[str, list[dict[str, str]]]: ...
    def delete_all_tags_for_resource(self, arn: str) -> None: ...
    def tag_resource(self, arn: str, tags: list[dict[str, str]] | None) -> None: ...


class MotoIam(Protocol):
    """The IAM of an account."""

    @property
    def users(self) -> Mapping[str, MotoUser]: ...
    @property
    def groups(self) -> Mapping[str, MotoGroup]: ...
    @property
    def roles(self) -> Mapping[str, MotoRole]:
        """By their ids; see ``role``."""

    @property
    def instance_profiles(self) -> Mapping[str, MotoInstanceProfile]: ...
    @property
    def access_keys(self) -> Mapping[str, MotoAccessKey]: ...
    @property
    def managed_policies(self) -> Mapping[str, MotoPolicy]: ...
    @property
    def tagger(self) -> MotoTagger: ...
    def create_user(self, region_name: str, user_name: str) -> object: ...
    def attach_user_policy(self, policy_arn: str, user_name: str) -> None: ...
    def create_access_key(self, user_name: str) -> MotoAccessKey: ...


def accounts() -> list[str]:
    """The accounts that exist so far."""
    return list(iam_backends)


def iam(account: str) -> MotoIam:
    """moto's IAM of an account."""
    return iam_backends[account]["aws"]


def role(account: str, name: str) -> MotoRole | None:
    """A role by its name, None if there is none: moto keeps roles by their ids."""
    return next((role for role in iam(account).roles.values() if role.name == name), None)


def is_user(entity: MotoPolicyOwner | None) -> TypeGuard[MotoUser]:
    """True for a user, as distinct from a group, a role or nobody."""
    return isinstance(entity, User)


def is_role(entity: MotoPolicyOwner | None) -> TypeGuard[MotoRole]:
    """True for a role, as distinct from a user, a group or nobody."""
    return isinstance(entity, Role)


def document(policy: MotoPolicy) -> str:
    """The document of a managed policy's default version."""
    default = policy.default_version_id
    return next(v.document for v in policy.versions if v.version_id == default)


def managed_policies_text() -> str:
    """The AWS managed policies that moto brings: JSON, laid out with one space of indentation."""
    return str(aws_managed_policies_data)


def policy_fault(document: str) -> str:
    """What IAM says of an identity-based policy that it does not take, in AWS's words, which moto
    has; empty if moto finds no fault."""
    try:
        IAMPolicyDocumentValidator(document).validate()
    except MalformedPolicyDocument as fault:
        return str(fault.message)
    except Exception:  # It trips over some documents; they are refused all the same later.
        return ""
    return ""


def add_managed_policy(name: str, account: str, data: dict[str, Any]) -> None:
    """Put an AWS managed policy into an account's IAM.

    Args:
        data: as ``managed_policies_text`` has it.
    """
    policy = AWSManagedPolicy.from_data(name, account, "us-east-1", data)
    iam_backends[account]["aws"].managed_policies[policy.arn] = policy


def name_unique_ids(hooks: Hooks) -> None:
    """Give users and groups unique ids of AWS's form, such as ``AIDA…`` (IAM User Guide, "IAM
    identifiers"); moto's are random lower-case letters."""
    for model, prefix in ((User, "AIDA"), (Group, "AGPA")):

        def made(
            one: Any, *args: Any, _init: Any = model.__init__, _prefix: str = prefix, **more: Any
        ) -> None:
            _init(one, *args, **more)
            if not one.id.startswith(_prefix):  # A sandbox aside another names no id twice.
                one.id = _prefix + one.id[:17].upper()

        hooks.replace(model, "__init__", made)
