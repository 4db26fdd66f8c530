"""IAM's quotas: how many of a thing, how long a policy, which tags (IAM User Guide, "IAM and AWS
STS quotas"). moto has few of them. The form of the refusals was seen live (H81)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ...errors import AwsError
from ...moto import iam as moto_iam
from ...moto.iam import MotoPolicyOwner
from ...requests.calls import Call

#: Managed policies of a user, a group or a role; groups of a user.
MOST_ATTACHED = MOST_GROUPS = 10
MOST_TAGS = 50
#: Characters without white space: of a managed policy, of a trust policy, and of all inline
#: policies of an entity together.
_POLICY_SIZE, _TRUST_SIZE = 6144, 2048
_INLINE_SIZES = {"User": 2048, "Group": 5120, "Role": 10240}
_INLINE = re.compile(r"Put(User|Group|Role)Policy")
_ATTACH = re.compile(r"Attach(User|Group|Role)Policy")
_TAGS = re.compile(r"Tag(User|Role)")


def quota(name: str, most: int) -> AwsError:
    """The refusal of one thing too many."""
    return AwsError("LimitExceeded", f"Cannot exceed quota for {name}: {most}", 409)


def _size(document: Any) -> int:
    text = document if isinstance(document, str) else json.dumps(document)
    return len(re.sub(r"\s", "", text))


def check_policy_size(call: Call, document: str) -> None:
    """Refuse a policy that is too long, or of which there would be too much.

    Raises:
        AwsError: ``LimitExceeded``.
    """
    match = _INLINE.fullmatch(call.operation)
    if match is None:
        if _size(document) > _POLICY_SIZE:
            raise quota("PolicySize", _POLICY_SIZE)
        return
    kind, name = match[1], call.params[f"{match[1]}Name"]
    others = dict(getattr(_owner(call, kind, name), "policies", {}))
    others.pop(call.params["PolicyName"], None)
    if _size(document) + sum(map(_size, others.values())) > _INLINE_SIZES[kind]:
        text = f"Maximum policy size of {_INLINE_SIZES[kind]} bytes exceeded for {kind.lower()} "
        raise AwsError("LimitExceeded", text + str(name), 409)


def check_trust_size(document: str) -> None:
    """Refuse a trust policy that is too long.

    Raises:
        AwsError: ``LimitExceeded``.
    """
    if _size(document) > _TRUST_SIZE:
        raise quota("ACLSizePerRole", _TRUST_SIZE)


def check_counts(call: Call) -> None:
    """Refuse one attached policy, one group or one tag too many.

    Raises:
        AwsError: ``LimitExceeded``.
    """
    backend, params = moto_iam.iam(call.account), call.params
    if match := _ATTACH.fullmatch(call.operation):
        owner = _owner(call, match[1], params[f"{match[1]}Name"])
        held = owner.managed_policies if owner is not None else {}
        new = params["PolicyArn"] in backend.managed_policies and params["PolicyArn"] not in held
        if new and len(held) >= MOST_ATTACHED:
            raise quota(f"PoliciesPer{match[1]}", MOST_ATTACHED)
    elif call.operation == "AddUserToGroup" and params["GroupName"] in backend.groups:
        user = backend.users.get(params["UserName"])
        groups = [name for name, group in backend.groups.items() if user in group.users]
        if params["GroupName"] not in groups and len(groups) >= MOST_GROUPS:
            raise quota("GroupsPerUser", MOST_GROUPS)
    elif match := _TAGS.fullmatch(call.operation):
        keys = {str(tag["Key"]) for tag in params["Tags"]}
        owner = _owner(call, match[1], params[f"{match[1]}Name"])
        if owner is not None and len(keys | set(_tags_of(backend, owner))) > MOST_TAGS:
            raise quota(f"TagsPer{match[1]}", MOST_TAGS)


def check_tags(call: Call) -> None:
    """Refuse tags that IAM does not take: the same key twice, whatever the case (H62), and keys
    that are AWS's own. How that is worded is the sandbox's assumption.

    Raises:
        AwsError: ``InvalidInput``.
    """
    keys = [str(tag.get("Key", "")).lower() for tag in call.params.get("Tags") or ()]
    if len(set(keys)) < len(keys):
        text = "Duplicate tag keys found."
        if call.operation != "TagPolicy":
            text += " Please note that Tag keys are case insensitive."
        raise AwsError("InvalidInput", text)
    if any(key.startswith("aws:") for key in keys):
        raise AwsError("InvalidInput", "Tag keys that begin with aws: are reserved for AWS.")


def _owner(call: Call, kind: str, name: str) -> MotoPolicyOwner | None:
    backend = moto_iam.iam(call.account)
    if kind == "Role":
        return moto_iam.role(call.account, name)
    owners: Mapping[str, MotoPolicyOwner] = backend.users if kind == "User" else backend.groups
    return owners.get(name)


def _tags_of(backend: moto_iam.MotoIam, owner: MotoPolicyOwner) -> list[str]:
    if moto_iam.is_role(owner):
        return [tag["Key"] for tag in owner.tags]
    return [tag["Key"] for tag in backend.tagger.list_tags_for_resource(owner.arn)["Tags"]]
