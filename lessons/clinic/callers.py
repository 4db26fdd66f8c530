"""Who might ask for a key: today's users and roles, and those that nobody has made yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from refusal.authorization import (
    Policy,
    Request,
    ResourceRules,
    authorize,
    principals_of,
)

from lessons.author import Evidence, policies_of

from .samples import Values

#: A policy that allows everything, such as somebody may write tomorrow.
EVERYTHING = Policy.parse(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    },
    kind="identity-based",
    name="everything",
)
_ANOTHER_ACCOUNT = "999999999999"


@dataclass(frozen=True)
class Caller:
    """A principal, its policies, and the condition keys that it fills in a request.

    Attributes:
        name: in a sentence, such as ``Bo`` or ``a new user``.
        arn: who makes the request; of a role, its session.
        keys: such as ``aws:PrincipalArn``.
    """

    name: str
    arn: str
    keys: dict[str, Any]
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    user: str = field(default="", compare=False)

    def given(self, *policies: Policy) -> Caller:
        """The same caller with other policies, and without a boundary."""
        return Caller(self.name, self.arn, self.keys, policies, None, self.user)


def _keys(arn: str, kind: str) -> dict[str, Any]:
    account = arn.split(":")[4]
    return {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": account,
        "kms:CallerAccount": account,
        "aws:PrincipalType": kind,
        "aws:PrincipalIsAWSService": "false",
    }


def user(evidence: Evidence, name: str) -> Caller:
    """An IAM user as it is."""
    iam = evidence.client("iam")
    about = iam.get_user(UserName=name)["User"]
    tags = iam.list_user_tags(UserName=name)["Tags"]
    keys = {
        **_keys(about["Arn"], "User"),
        "aws:username": name,
        "aws:userid": about["UserId"],
        **{f"aws:PrincipalTag/{x['Key']}": x["Value"] for x in tags},
    }
    found = tuple(
        _policy(statements, "identity-based", label)
        for label, statements in policies_of(evidence, name)
    )
    return Caller(
        name.capitalize(), about["Arn"], keys, found, _boundary(iam, about), name
    )


def _policy(statements: list[Any], kind: str, name: str) -> Policy:
    document = {"Version": "2012-10-17", "Statement": statements}
    return Policy.parse(document, kind=kind, name=name)


def _boundary(iam: Any, about: dict[str, Any]) -> Policy | None:
    held = about.get("PermissionsBoundary")
    if not held:
        return None
    arn = held["PermissionsBoundaryArn"]
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    document = found["PolicyVersion"]["Document"]
    return Policy.parse(document, kind="permissions boundary", name=arn)


def users(evidence: Evidence) -> list[Caller]:
    """The account's IAM users, but for ``admin``."""
    return [user(evidence, name) for name in _names(evidence) if name != "admin"]


def _names(evidence: Evidence) -> list[str]:
    pages = evidence.client("iam").get_paginator("list_users").paginate()
    return [x["UserName"] for page in pages for x in page["Users"]]


def newcomers(evidence: Evidence, known: Values) -> list[Caller]:
    """Users who join tomorrow, without any permission: with a name that no policy knows, and with
    those and the tags that a policy's conditions would let in."""
    account = evidence.lab.account_id
    home = f"arn:aws:iam::{account}:user/"
    taken = set(_names(evidence))
    paths = [x.removeprefix(home) for x in known.get("aws:principalarn", ())]
    names = [*(x for x in paths if ":" not in x), *known.get("aws:username", ())]
    names = [x for x in names if re.fullmatch(r"[\w+=,.@/-]+", x, re.ASCII)]
    tags = _tags(known)
    ids = ["AIDANOTMADEYET", *known.get("aws:userid", ())]
    return [
        Caller(
            "a new user",
            f"{home}{name}",
            {
                **_keys(f"{home}{name}", "User"),
                "aws:username": name.rpartition("/")[2],
                "aws:userid": identifier,
                **tags,
            },
        )
        for name in dict.fromkeys(["new-user", *names])
        for identifier in ids
        if name.rpartition("/")[2] not in taken and not name.endswith("/")
    ]


def _tags(known: Values) -> dict[str, str]:
    """The tags that a policy's conditions ask of a caller."""
    return {
        f"aws:PrincipalTag/{key.partition('/')[2]}": values[0]
        for key, values in known.items()
        if key.startswith("aws:principaltag/") and values
    }


def roles(evidence: Evidence) -> list[Caller]:
    """The account's roles, each as a session of it."""
    pages = evidence.client("iam").get_paginator("list_roles").paginate()
    return [
        _role(role["Arn"], _role_policies(evidence, role["RoleName"]))
        for page in pages
        for role in page["Roles"]
    ]


def _role(
    arn: str,
    policies: tuple[Policy, ...] = (),
    name: str = "",
    tags: dict[str, str] | None = None,
) -> Caller:
    session = arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
    head, _, path = session.partition("assumed-role/")
    who = f"{head}assumed-role/{path.rpartition('/')[2]}/session"
    keys = {**_keys(arn, "AssumedRole"), "aws:userid": "AROANOTMADEYET:session"}
    keys.update(tags or {})
    return Caller(name or arn, who, keys, policies)


def _role_policies(evidence: Evidence, name: str) -> tuple[Policy, ...]:
    iam = evidence.client("iam")
    found = [
        iam.get_role_policy(RoleName=name, PolicyName=x)["PolicyDocument"]
        for x in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    for held in iam.list_attached_role_policies(RoleName=name)[
        "AttachedPolicies"
    ]:
        arn = held["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        written = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        found.append(written["PolicyVersion"]["Document"])
    return tuple(Policy.parse(x, kind="identity-based", name=name) for x in found)


def assumed_by(evidence: Evidence, caller: Caller) -> list[Caller]:
    """The roles that a user could take on."""
    iam = evidence.client("iam")
    found = []
    for role in roles(evidence):
        arn = role.keys["aws:PrincipalArn"]
        about = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]
        trust = Policy.parse(
            about["AssumeRolePolicyDocument"], kind="role trust policy", name=arn
        )
        decision = authorize(
            Request(caller.arn, "sts:AssumeRole", arn, caller.keys),
            identity_policies=caller.policies,
            permissions_boundary=caller.boundary,
            resource_policy=trust,
            resource_rules=ResourceRules.ROLE_TRUST,
        )
        if decision.allowed:
            found.append(role)
    return found


def new_roles(evidence: Evidence, known: Values) -> list[Caller]:
    """Roles that nobody has made yet, also of a name that a policy's conditions would let in."""
    home = f"arn:aws:iam::{evidence.lab.account_id}:role/"
    arns = [x for x in known.get("aws:principalarn", ()) if x.startswith(home)]
    arns = [
        x for x in arns if re.fullmatch(r"[\w+=,.@/-]+", x.removeprefix(home))
    ]
    return [
        _role(arn, name="a role", tags=_tags(known))
        for arn in (f"{home}not-made-yet", *arns)
        if not arn.endswith("/")
    ]


def outsiders(
    evidence: Evidence, policy: Policy, known: Values
) -> Iterator[Caller]:
    """Others whom a key policy might let in: other accounts, whose own policies allow what they
    like; sessions that it names; and AWS services other than DynamoDB, which has its grants."""
    own = evidence.lab.account_id
    named = [
        x for x in principals_of(policy) if x.isdigit() or x.startswith("arn:")
    ]
    accounts = [x for x in named if x.isdigit()]
    accounts += [x.split(":")[4] for x in named if x.endswith(":root")]
    accounts += known.get("kms:calleraccount", [])
    accounts += known.get("aws:principalaccount", [])
    arns = [f"arn:aws:iam::{x}:root" for x in [*accounts, _ANOTHER_ACCOUNT]]
    for arn in dict.fromkeys([*named, *arns, *known.get("aws:principalarn", ())]):
        if (caller := _outsider(arn, own, _tags(known))) is not None:
            yield caller
    for statement in policy.statements:
        for service in _services(statement.principals):
            if service != "dynamodb.amazonaws.com":
                keys = {
                    "aws:PrincipalIsAWSService": "true",
                    "aws:PrincipalServiceName": service,
                    "aws:PrincipalType": "AWSService",
                }
                yield Caller(service, service, keys)


def _services(principals: Any) -> Iterable[str]:
    return sorted(principals.services) if principals else ()


def _outsider(arn: str, own: str, tags: dict[str, str]) -> Caller | None:
    """Somebody of another account, or a session of this one; None for what is neither."""
    match = re.fullmatch(r"arn:aws:(iam|sts)::(\d{12}):([a-z-]+)(/.+)?", arn)
    if not match or (match[2] == own and match[1] == "iam"):
        return None
    who = arn.replace(":root", ":user/somebody")
    if ":role/" in who:
        return _role(who, (EVERYTHING,), tags=tags)
    policies = (EVERYTHING,) if match[2] != own else ()
    return Caller(arn, who, {**_keys(who, "User"), **tags}, policies)
