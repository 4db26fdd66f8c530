"""Which resource an IAM operation is about, and the condition keys that go with it.

Resource types and condition keys: Service Authorization Reference, "Actions, resources, and
condition keys for AWS Identity and Access Management". An operation that names nothing is on ``*``.
"""

from __future__ import annotations

import re
from typing import Any

from ...errors import AwsError
from ...moto import iam as moto_iam
from ...moto.iam import MotoInstanceProfile, MotoPolicyOwner, MotoRole, MotoUser
from ...requests import shapes
from ...requests.callers import Directory
from ...requests.calls import Call, ContextValue

_ON_POLICY = re.compile(r"(Attach|Detach)(User|Group|Role)Policy")
_ON_BOUNDARY = re.compile(
    r"Create(User|Role)|(Attach|Detach|Put|Delete)(User|Role)Policy"
    r"|(Put|Delete)(User|Role)PermissionsBoundary"
)
#: Operations that make something of a name and a path of its own: its kind, and the name's member.
_MADE = {
    "CreateGroup": ("group", "GroupName"),
    "CreateInstanceProfile": ("instance-profile", "InstanceProfileName"),
    "CreatePolicy": ("policy", "PolicyName"),
    "CreateRole": ("role", "RoleName"),
    "CreateUser": ("user", "UserName"),
    "CreateVirtualMFADevice": ("mfa", "VirtualMFADeviceName"),
}
#: Members that hold a whole ARN.
_ARNS = (
    *("PolicyArn", "SAMLProviderArn", "OpenIDConnectProviderArn", "PolicySourceArn"),
    *("SerialNumber", "EntityArn", "Arn"),
)


def named_user(call: Call) -> str | None:
    """The user that an operation is about: the caller, where it may leave UserName out.

    Raises:
        AwsError: ``ValidationError``: a caller that is no user left UserName out.
    """
    if name := call.params.get("UserName"):
        return str(name)
    model = shapes.operation_model("iam", call.operation)
    members = model.input_shape if model else None
    if members is None or "UserName" not in members.members:
        return None
    if "UserName" in members.required_members or call.params.get("SerialNumber"):
        return None
    if call.caller.kind != "user":
        text = "Must specify userName when calling with non-User credentials"
        raise AwsError("ValidationError", text)
    return call.caller.name


def entity(call: Call) -> MotoUser | MotoRole | None:
    """moto's object of the user or role that an operation is about; None if there is none."""
    if "RoleName" in call.params:
        return moto_iam.role(call.account, call.params["RoleName"])
    name = named_user(call)
    return moto_iam.iam(call.account).users.get(name) if name else None


def resource_of(call: Call) -> str:
    """The ARN that IAM authorizes an operation on."""
    params, name = call.params, call.operation
    if name in _MADE:
        kind, member = _MADE[name]
        return _new(call, kind, params[member])
    if name == "GetAccessKeyLastUsed":
        key = moto_iam.iam(call.account).access_keys.get(params["AccessKeyId"])
        return _of_user(call, key.user_name) if key and key.user_name else "*"
    if "GroupName" in params:
        groups = moto_iam.iam(call.account).groups
        return _existing(call, "group", groups.get(params["GroupName"]), params["GroupName"])
    if "InstanceProfileName" in params:
        profile = params["InstanceProfileName"]
        found = moto_iam.iam(call.account).instance_profiles.values()
        match = next((one for one in found if one.name == profile), None)
        return _existing(call, "instance-profile", match, profile)
    if user := named_user(call):
        return _of_user(call, user)
    if "RoleName" in params:
        return _existing(call, "role", entity(call), params["RoleName"])
    if "ServerCertificateName" in params:
        return _new(call, "server-certificate", params["ServerCertificateName"])
    return next((str(params[member]) for member in _ARNS if params.get(member)), "*")


def new_name_of(call: Call) -> str:
    """The ARN that a user or a group is to have: renaming one needs permission on both (botocore's
    model of UpdateUser and UpdateGroup). Empty for any other operation."""
    kind = {"UpdateUser": "user", "UpdateGroup": "group"}.get(call.operation, "")
    if not kind:
        return ""
    member = f"{kind.capitalize()}Name"
    backend, name = moto_iam.iam(call.account), call.params[member]
    found = (backend.users if kind == "user" else backend.groups).get(name)
    path = call.params.get("NewPath") or (found.path if found is not None else "/")
    return f"arn:aws:iam::{call.account}:{kind}{path}{call.params.get(f'New{member}') or name}"


def _of_user(call: Call, name: str) -> str:
    return _existing(call, "user", moto_iam.iam(call.account).users.get(name), name)


def _existing(
    call: Call, kind: str, found: MotoPolicyOwner | MotoInstanceProfile | None, name: str
) -> str:
    return str(found.arn) if found is not None else _new(call, kind, name)


def _new(call: Call, kind: str, name: Any) -> str:
    path = call.params.get("Path") or "/"
    return f"arn:aws:iam::{call.account}:{kind}{path}{name}"


def boundary_of(directory: Directory, found: MotoPolicyOwner | None) -> str | None:
    """The ARN of a user's or a role's permissions boundary."""
    if found is None:
        return None
    if moto_iam.is_role(found):  # moto keeps none for users.
        return found.permissions_boundary_arn
    return directory.user_boundaries.get((found.account_id, found.name))


def context_of(call: Call, directory: Directory) -> dict[str, ContextValue]:
    """The condition keys of an operation, beside the global ones."""
    params, found = call.params, entity(call)
    context: dict[str, ContextValue] = {}
    if _ON_POLICY.fullmatch(call.operation):
        context["iam:PolicyARN"] = str(params.get("PolicyArn", ""))
    if _ON_BOUNDARY.fullmatch(call.operation):
        boundary = params.get("PermissionsBoundary") or boundary_of(directory, found)
        context.update({"iam:PermissionsBoundary": boundary} if boundary else {})
    for key, value in _tags(found.tags if found is not None else ()).items():
        context[f"iam:ResourceTag/{key}"] = context[f"aws:ResourceTag/{key}"] = value
    requested = _tags(params.get("Tags"))
    context.update({f"aws:RequestTag/{key}": value for key, value in requested.items()})
    if keys := [*requested, *params.get("TagKeys", ())]:
        context["aws:TagKeys"] = keys
    return context


def _tags(tags: Any) -> dict[str, str]:
    return {str(tag.get("Key")): str(tag.get("Value", "")) for tag in tags or ()}
