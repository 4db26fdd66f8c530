"""IAM's answers in AWS's words and shapes, where moto's differ (H62, H63)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...errors import AwsError
from ...requests import shapes
from ...requests.calls import Call

_VERSION = ("GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion")
#: What moto says -> what AWS says; the groups of the pattern fill the braces.
_WORDS = (
    (r"(User|Group) (\S+) already exists", "{0} with name {1} already exists."),
    (r"Instance profile (\S+) not found", "Instance Profile {0} cannot be found."),
    (r"Login profile for (\S+) not found", "Login Profile for User {0} cannot be found."),
    (r"User (\S+) already has password", "Login Profile for user {0} already exists."),
    (r"(The Access Key with id \S+ cannot be found)", "{0}."),
    (r"Policy (arn:\S+) not found", "Policy {0} was not found."),
    (
        r"Policy Document (\S+) not attached to role \S+",
        "The role policy with name {0} cannot be found.",
    ),
)
_MISSING = re.compile(r"(User|Group|Role) (\S+) not found")
_INLINE = re.compile(r"Policy (\S+) not found")
#: Members that only GetRole shows, not what makes or changes a role.
_OF_GET_ROLE = ("MaxSessionDuration", "RoleLastUsed")


def reworded(call: Call, error: AwsError) -> AwsError:
    """moto's error as AWS puts it; what nobody recorded stays as moto has it."""
    params, name = call.params, call.operation
    if name == "GetAccessKeyLastUsed" and error.code == "NoSuchEntity":
        text = f"User: {call.caller.arn} is not authorized to perform iam:{name} on resource: "
        return AwsError("AccessDenied", f"{text}access key {params['AccessKeyId']}", 403)
    return AwsError(error.code, _words(call, error.message), error.status)


def _words(call: Call, text: str) -> str:
    params, name = call.params, call.operation
    arn = params.get("PolicyArn", "")
    if name in _VERSION and text.startswith("Policy ") and "not found" in text:
        return f"Policy {arn} version {params['VersionId']} does not exist or is not attachable."
    if name == "AttachGroupPolicy" and text.endswith("was not found."):
        return f"Policy {arn} does not exist or is not attachable."
    if name.endswith("Policy") and arn and text.startswith("Duplicate tag keys found."):
        return "Duplicate tag keys found."
    if match := _MISSING.fullmatch(text):
        return f"The {match[1].lower()} with name {match[2]} cannot be found."
    inline = _INLINE.fullmatch(text)
    if inline and "PolicyName" in params:
        kind = next(k for k in ("User", "Group", "Role") if f"{k}Name" in params)
        return f"The {kind.lower()} policy with name {inline[1]} cannot be found."
    for pattern, words in _WORDS:
        if match := re.fullmatch(pattern, text):
            return words.format(*match.groups())
    return text


def reshaped(call: Call, result: dict[str, Any], uses: Callable[[str], int]) -> dict[str, Any]:
    """moto's result with AWS's members.

    Args:
        uses: how many users and roles have the policy of an ARN as their permissions boundary.
    """
    model = shapes.operation_model("iam", call.operation)
    if model and model.output_shape and "IsTruncated" in model.output_shape.members:
        result.setdefault("IsTruncated", False)
    if "InstanceProfile" in call.operation:
        _reshape_profiles(call, result)
    elif call.operation in ("CreateRole", "UpdateRoleDescription"):
        _bare(result.get("Role", {}))
    elif call.operation in ("CreatePolicy", "GetPolicy", "ListPolicies"):
        for policy in result.get("Policies") or [result.get("Policy", {})]:
            if "Arn" in policy:
                policy["PermissionsBoundaryUsageCount"] = uses(policy["Arn"])
    elif call.operation == "CreatePolicyVersion":
        result.get("PolicyVersion", {}).pop("Document", None)
    elif call.operation == "ListPolicyVersions":
        result["Versions"] = [
            {name: member for name, member in version.items() if name != "Document"}
            for version in sorted(result.get("Versions", []), key=_number, reverse=True)
        ]
    return result


def _bare(role: dict[str, Any]) -> None:
    """A role as every operation but those that get and list roles shows it."""
    for member in _OF_GET_ROLE:
        role.pop(member, None)
    if not role.get("Tags"):
        role.pop("Tags", None)


def _reshape_profiles(call: Call, result: dict[str, Any]) -> None:
    for profile in result.get("InstanceProfiles") or [result.get("InstanceProfile", {})]:
        for role in profile.get("Roles", []):
            _bare(role)
        if call.operation != "GetInstanceProfile" and not profile.get("Tags"):
            profile.pop("Tags", None)


def _number(version: dict[str, Any]) -> int:
    return int(str(version["VersionId"]).lstrip("v"))


_POLICY_ARN = re.compile(r"arn:[^:]+:iam::(\d{12}|aws):policy/.+")


def check_policy_arn(call: Call) -> None:
    """Refuse what is no ARN of a policy, before anything is looked up (H62). Recorded for the
    operations that attach one; that the others say the same is the sandbox's assumption.

    Raises:
        AwsError: ``ValidationError``.
    """
    arn = call.params.get("PolicyArn")
    if arn is not None and not _POLICY_ARN.fullmatch(str(arn)):
        raise AwsError("ValidationError", "Invalid ARN:  Could not be parsed!")
