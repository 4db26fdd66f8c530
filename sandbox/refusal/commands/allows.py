"""``python -m refusal allows``: may this principal do this, under policies from files?

Made for CI: the exit status is 0 where the request is allowed, 1 where it is denied, and 2 where
something that was given cannot be read.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..authorization import (
    AuthorizationError,
    Decision,
    Grant,
    Policy,
    Request,
    RequestError,
    authorize,
)
from ..authorization.strict_json import NotStrict, loads
from ..explained import explain

_EPILOG = """\
The request has the condition keys that follow from the principal (aws:PrincipalArn for a user or a
role, aws:PrincipalAccount, aws:PrincipalType, aws:PrincipalIsAWSService, aws:PrincipalServiceName
for a service, aws:username, and kms:CallerAccount for AWS KMS) and those of --context. To the
policies all other condition keys are absent. A role asks in a session of the
name `session`, as roles do on AWS.

A file holds a policy document, or what the AWS CLI prints of one: get-key-policy, get-user-policy,
get-role-policy, get-group-policy, get-policy-version, get-resource-policy.

Exit status: 0 allowed, 1 denied, 2 something given cannot be read.

Example: may this role decrypt with this key?
  python -m refusal allows --principal arn:aws:iam::123456789012:role/reader \\
    --action kms:Decrypt --resource arn:aws:kms:us-east-1:123456789012:key/1234 \\
    --key-policy key.json --policy role.json
"""
_OWNER = re.compile(r"arn:[^:]+:[^:]+:[^:]*:([0-9]{12}):")
_ARN = re.compile(r"arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:.+", re.DOTALL)
#: On what KMS authorizes an alias: these ask for the alias and for the key, and everything else for
#: the key alone (AWS KMS Developer Guide, "Control access to aliases").
_OF_ALIASES = ("kms:createalias", "kms:deletealias", "kms:updatealias")
_KMS_KEY = re.compile(r"arn:[^:]+:kms:[^:]*:[0-9]{12}:key/.+")


def add_to(commands: Any) -> None:
    """Add the command to ``argparse``'s commands."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "allows",
        help="may this principal do this, under policies from files?",
        description="May this principal do this? Decides one request under policies from files.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--principal", required=True, metavar="ARN", help="who asks")
    add("--action", required=True, help="such as kms:Decrypt")
    add("--resource", default="*", metavar="ARN", help="what it is about (*)")
    add("--policy", action="append", default=[], metavar="FILE", dest="policies",
        help="an identity-based policy of the principal; repeat it for more")  # fmt: skip
    add("--key-policy", "--resource-policy", metavar="FILE", dest="resource_policy",
        help="the policy of the key, or of another resource")  # fmt: skip
    add("--trust-policy", metavar="FILE", help="of the role that is to be assumed")
    add("--boundary", metavar="FILE", help="the principal's permissions boundary")
    add("--session-policy", action="append", default=[], metavar="FILE", dest="session_policies",
        help="a policy passed with the session; repeat it for more")  # fmt: skip
    add("--grants", metavar="FILE", help="the key's grants, as `aws kms list-grants` prints them")
    add("--context", action="append", default=[], metavar="KEY=VALUE",
        help="a condition key of the request; the same key again adds a value")  # fmt: skip
    add("--resource-account", metavar="ID", help="of the resource, where its ARN does not say it")
    add("--json", action="store_true", help="print the explanation as JSON")
    parser.set_defaults(run=run)


_NO_KEY_POLICY = (
    "No --key-policy was given. A KMS key always has one, so this answer holds for a key whose "
    "policy says nothing about the principal."
)


def run(arguments: argparse.Namespace) -> int:
    """Decide, print the explanation, and return the exit status."""
    try:
        decision = decide(arguments)
    except AuthorizationError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    if _KMS_KEY.fullmatch(arguments.resource) and not arguments.resource_policy:
        print(_NO_KEY_POLICY, file=sys.stderr)
    explanation = explain(decision)
    if arguments.json:
        told = {"allowed": decision.allowed, **explanation.to_json()}
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print("allowed" if decision.allowed else "denied", explanation, sep="\n")
    return 0 if decision.allowed else 1


def decide(arguments: argparse.Namespace) -> Decision:
    """The decision on what was given.

    Raises:
        AuthorizationError: a file, an ARN or an action cannot be read.
    """
    owner = arguments.resource_account
    if owner is None and (found := _OWNER.match(arguments.resource)):
        owner = found[1]
    if owner is not None and not re.fullmatch("[0-9]{12}", owner):
        raise RequestError(f"`{owner}` is not an account ID; give twelve digits.")
    if arguments.resource_policy is not None and arguments.trust_policy is not None:
        raise RequestError("Give --trust-policy or --resource-policy; one resource has one policy.")
    _check(arguments.principal, arguments.action, arguments.resource)
    principal, implied = _asking(arguments.principal, arguments.action)
    resource_policy = _optional(arguments.resource_policy, "resource-based") or _optional(
        arguments.trust_policy, "role trust policy"
    )
    return authorize(
        Request(
            principal,
            arguments.action,
            arguments.resource,
            {**implied, **_context(arguments.context, implied)},
            owner,
        ),
        identity_policies=[_policy(path, "identity-based") for path in arguments.policies],
        permissions_boundary=_optional(arguments.boundary, "permissions boundary"),
        session_policies=[_policy(path, "session") for path in arguments.session_policies] or None,
        resource_policy=resource_policy,
        grants=() if arguments.grants is None else _grants(arguments.grants),
    )


def _check(principal: str, action: str, resource: str) -> None:
    """Refuse a question that no request on AWS could ask.

    Raises:
        RequestError: one of the three is a pattern or no ARN, or an alias stands for its key.
    """
    for name, value in (("principal", principal), ("action", action)):
        if re.search(r"[*?\s]", value):
            raise RequestError(f"`{value}` has a wildcard or a space; give one {name}.")
    if resource != "*" and not _ARN.fullmatch(resource):
        raise RequestError(
            f"`{resource}` is not an ARN; give one such as "
            "arn:aws:kms:us-east-1:123456789012:key/1234, or * for an action without a resource."
        )
    alias = re.match(r"arn:[^:]+:kms:[^:]*:[^:]*:alias/", resource)
    if alias and action.lower().startswith("kms:") and action.lower() not in _OF_ALIASES:
        raise RequestError(
            f"AWS KMS decides {action} on the key, never on an alias; give the ARN of the key."
        )


def _asking(principal: str, action: str) -> tuple[str, dict[str, str]]:
    """Who asks, and the condition keys that follow from that (IAM User Guide, "AWS global condition
    context keys").

    A role asks in a session: named by its own ARN it would escape what limits its sessions, its
    permissions boundary among them. The ARN of a session does not show the path of its role, so
    there aws:PrincipalArn is left to --context.
    """
    caller = Request(principal, action, "*").caller
    if caller.account is None:
        service = {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": caller.name}
        return principal, service  # As requests.callers has them.
    context = {"aws:PrincipalAccount": caller.account, "aws:PrincipalType": _TYPES[caller.kind]}
    context["aws:PrincipalIsAWSService"] = "false"  # As requests.callers has it.
    if caller.kind in ("user", "role", "root"):
        context["aws:PrincipalArn"] = caller.arn
    if caller.kind == "user":
        context["aws:username"] = caller.name
    if action.lower().startswith("kms:"):
        context["kms:CallerAccount"] = caller.account
    if caller.kind == "role":
        partition = principal.split(":")[1]
        session = f"assumed-role/{caller.name}/{SESSION}"
        principal = f"arn:{partition}:sts::{caller.account}:{session}"
    return principal, context


#: The name of the session in which a role asks.
SESSION = "session"
_TYPES = {
    "user": "User",
    "role": "AssumedRole",
    "assumed-role": "AssumedRole",
    "federated-user": "FederatedUser",
    "root": "Account",
}


def _context(pairs: Sequence[str], implied: Mapping[str, str]) -> dict[str, str | list[str]]:
    """The condition keys of --context; one that is implied is written as it is there, so that it
    takes that one's place and does not become a second value."""
    names = {name.lower(): name for name in implied}
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise RequestError(
                f"`{pair}` is not a condition key with a value; write it like this: "
                "--context kms:ViaService=dynamodb.us-east-1.amazonaws.com."
            )
        name = names.setdefault(name.lower(), name)
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _read(path: str) -> Any:
    """What a JSON file holds, read strictly; Windows begins some files with a byte order mark."""
    if not path:
        raise RequestError("The name of a file is empty.")
    try:
        return loads(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}.") from None
    except NotStrict as error:
        raise RequestError(f"{path} {error}.") from None
    except UnicodeDecodeError:
        raise RequestError(f"{path} is not a JSON file in UTF-8.") from None
    except RecursionError:
        raise RequestError(f"{path} is not a policy: it is nested too deeply.") from None
    except ValueError as error:
        raise RequestError(f"{path} is not a JSON file: {error}.") from None


def _optional(path: str | None, kind: str) -> Policy | None:
    return None if path is None else _policy(path, kind)


def _policy(path: str, kind: str) -> Policy:
    document = _unwrapped(_read(path))
    try:
        if not isinstance(document, str | Mapping):
            raise RequestError("a policy is a JSON object.")
        return Policy.parse(document, kind=kind, name=Path(path).name)
    except AuthorizationError as error:
        raise RequestError(f"{path}: {error}") from None


#: The members in which the AWS CLI shows a policy.
_MEMBERS = ("PolicyVersion", "Document", "PolicyDocument", "Policy", "ResourcePolicy")


def _unwrapped(document: Any) -> Any:
    """A policy out of what the AWS CLI prints: some print it as a text in JSON."""
    while isinstance(document, Mapping) and "Statement" not in document:
        member = next((name for name in _MEMBERS if name in document), None)
        if member is None:
            break
        document = document[member]
    return document


def _grants(path: str) -> list[Grant]:
    found = _read(path)
    listed = found.get("Grants") if isinstance(found, Mapping) else found
    if not isinstance(listed, list):
        raise RequestError(
            f"{path} must hold a list of grants, as `aws kms list-grants` prints it."
        )
    try:
        return [Grant.from_json(grant) for grant in listed]
    except AuthorizationError as error:
        raise RequestError(f"{path}: {error}") from None
