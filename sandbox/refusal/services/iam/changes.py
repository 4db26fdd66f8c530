"""What moto forgets about a change: conflicts, boundaries, and names that others hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import AwsError
from ...moto import iam as moto_iam
from ...moto.iam import MotoPolicyOwner, MotoRole, MotoUser
from ...requests.callers import Directory
from ...requests.calls import Call
from . import documents, limits, managed, resources

_POLICY_WRITES = (
    *("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion"),
    *("TagPolicy", "UntagPolicy"),
)


def change(
    call: Call, directory: Directory, ask_moto: Callable[[Call], dict[str, Any]]
) -> dict[str, Any]:
    """Let moto answer, and mend its answer and its state.

    Args:
        ask_moto: gives moto's result of a call.

    Raises:
        AwsError: as IAM refuses the operation.
    """
    found = resources.entity(call)
    _refuse_conflicts(directory, call, found)
    _refuse_unknown_boundary(call)
    _refuse_namesakes(call)
    if _is_attached(call, found):
        return {}  # moto would count a second attachment.
    limits.check_counts(call)
    before = found.arn if found is not None else ""
    result = ask_moto(call)
    if call.operation in ("DeleteUser", "DeleteRole") and found is not None:
        _gone(directory, call, found)
    elif call.operation == "UpdateUser" and moto_iam.is_user(found):
        _renamed(directory, call, found, before)
    elif call.operation == "CreateUser" and "PermissionsBoundary" in call.params:
        directory.user_boundaries[call.account, call.params["UserName"]] = call.params[
            "PermissionsBoundary"
        ]
    _show_boundaries(directory, call, result)
    return result


def put_user_boundary(call: Call, directory: Directory) -> dict[str, Any]:
    """PutUserPermissionsBoundary."""
    user = _user(call)
    _refuse_unknown_boundary(call)
    boundaries = directory.user_boundaries
    boundaries[call.account, user.name] = call.params["PermissionsBoundary"]
    return {}


def delete_user_boundary(call: Call, directory: Directory) -> dict[str, Any]:
    """DeleteUserPermissionsBoundary."""
    user = _user(call)
    if directory.user_boundaries.pop((call.account, user.name), None) is None:
        # The code is IAM's for what is not there; the wording is the sandbox's own.
        text = f"The user with name {user.name} has no permissions boundary."
        raise AwsError("NoSuchEntity", text, 404)
    return {}


def _user(call: Call) -> MotoUser:
    name = call.params["UserName"]
    user = moto_iam.iam(call.account).users.get(name)
    if user is None:
        text = f"The user with name {name} cannot be found."
        raise AwsError("NoSuchEntity", text, 404)
    return user


def _is_attached(call: Call, found: MotoPolicyOwner | None) -> bool:
    attach = call.operation in ("AttachUserPolicy", "AttachRolePolicy")
    return attach and found is not None and call.params["PolicyArn"] in found.managed_policies


def _refuse_unknown_boundary(call: Call) -> None:
    arn = call.params.get("PermissionsBoundary")
    if arn and arn not in moto_iam.iam(call.account).managed_policies:
        text = f"Scope ARN: {arn} does not exist or is not attachable."
        raise AwsError("NoSuchEntity", text, 404)


def _refuse_conflicts(directory: Directory, call: Call, found: MotoUser | MotoRole | None) -> None:
    """IAM's refusals that moto does not have (IAM API Reference, errors of each operation)."""
    arn, name = str(call.params.get("PolicyArn", "")), call.operation
    if name in _POLICY_WRITES and arn.startswith(managed.PREFIX):
        # Only AWS changes these; the wording is the sandbox's own.
        raise AwsError("AccessDenied", f"{arn} is an AWS managed policy; only AWS changes it.", 403)
    backend = moto_iam.iam(call.account)
    conflict = ""
    if name == "DeleteUser" and moto_iam.is_user(found):
        groups = any(found in group.users for group in backend.groups.values())
        conflict = "delete access keys" if found.access_keys else conflict
        conflict = "remove users from group" if groups else conflict
        conflict = "delete login profile" if found.password else conflict
    elif name == "DeleteGroup" and (group := backend.groups.get(call.params["GroupName"])):
        conflict = "delete policies" if group.policies else conflict
        conflict = "detach all policies" if group.managed_policies else conflict
        conflict = "remove users from group" if group.users else conflict
    elif name == "DeletePolicy" and (policy := backend.managed_policies.get(arn)):
        if policy.attachment_count or boundary_uses(directory, call.account, arn):
            raise _conflict("Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise _conflict(
                "This policy has more than one version. Before you delete a policy, "
                "you must delete the policy's versions. The default version is "
                "deleted with the policy."
            )
    elif name == "RemoveUserFromGroup" and call.params["UserName"] not in backend.users:
        _user(call)  # IAM misses the user first, and then the group (H62).
    elif name == "UpdateGroup" and (group := call.params["GroupName"]) not in backend.groups:
        raise AwsError("NoSuchEntity", f"The group with name {group} cannot be found.", 404)
    elif name == "ListInstanceProfilesForRole" and found is None:
        text = f"The role with name {call.params['RoleName']} cannot be found."
        raise AwsError("NoSuchEntity", text, 404)
    elif name == "ListEntitiesForPolicy" and arn not in backend.managed_policies:
        raise AwsError("NoSuchEntity", f"Policy {arn} was not found.", 404)
    elif name == "RemoveRoleFromInstanceProfile" and found is not None:
        profiles = [one for one in backend.instance_profiles.values() if found in one.roles]
        if call.params["InstanceProfileName"] not in [profile.name for profile in profiles]:
            text = f"The role with name {found.name} cannot be found in that instance profile."
            raise AwsError("NoSuchEntity", text, 404)
    if conflict:
        raise _conflict(f"Cannot delete entity, must {conflict} first.")


def _refuse_namesakes(call: Call) -> None:
    """Names are not distinguished by case (IAM API Reference, CreateUser and its siblings); moto
    knows the name alone that is the same to the letter."""
    backend, params = moto_iam.iam(call.account), call.params
    prefix, kind = call.operation[:6], call.operation[6:]
    if prefix not in ("Create", "Update") or kind not in ("User", "Group", "Role", "Policy"):
        return
    own = params.get(f"{kind}Name") if prefix == "Update" else None
    new = params.get(f"New{kind}Name" if prefix == "Update" else f"{kind}Name")
    held = {
        "User": list(backend.users),
        "Group": list(backend.groups),
        "Role": [role.name for role in backend.roles.values()],
        "Policy": [
            policy.name
            for arn, policy in backend.managed_policies.items()
            if not arn.startswith(managed.PREFIX)
        ],
    }[kind]
    if new is None or new.lower() not in [name.lower() for name in held if name != own]:
        return
    text = f"{kind} with name {new} already exists."
    if kind == "Policy":
        text = f"A policy called {new} already exists. Duplicate names are not allowed."
    raise AwsError("EntityAlreadyExists", text, 409)


def _conflict(text: str) -> AwsError:
    return AwsError("DeleteConflict", text, 409)


def boundary_uses(directory: Directory, account: str, arn: str) -> int:
    """How many users and roles of an account have a policy as their permissions boundary."""
    users = directory.user_boundaries.items()
    roles = moto_iam.iam(account).roles.values()
    return sum(one == arn for (owner, _), one in users if owner == account) + sum(
        role.permissions_boundary_arn == arn for role in roles
    )


def _gone(directory: Directory, call: Call, found: MotoPolicyOwner) -> None:
    if call.operation == "DeleteUser":
        directory.user_boundaries.pop((call.account, found.name), None)
    documents.rename_principal(found.arn, found.id)
    _end_sessions(directory, found.arn)


def _end_sessions(directory: Directory, arn: str) -> None:
    """Temporary credentials die with their user or role, those of federated users too: otherwise
    whoever takes the name next would inherit them."""
    sessions = directory.sessions
    for key_id, session in list(sessions.items()):
        if session.caller.principal_arn == arn:
            del sessions[key_id]


def _renamed(directory: Directory, call: Call, user: MotoUser, before: str) -> None:
    """A user keeps its access keys, tags and boundary under another name or path."""
    backend, boundaries = moto_iam.iam(call.account), directory.user_boundaries
    for key in user.access_keys:
        key.user_name = user.name
    boundary = boundaries.pop((call.account, call.params["UserName"]), None)
    if boundary:
        boundaries[call.account, user.name] = boundary
    tags = backend.tagger.list_tags_for_resource(before)["Tags"]
    backend.tagger.delete_all_tags_for_resource(before)
    backend.tagger.tag_resource(user.arn, tags)
    documents.rename_principal(before, user.arn)
    _end_sessions(directory, before)


def _show_boundaries(directory: Directory, call: Call, result: dict[str, Any]) -> None:
    if call.operation not in ("CreateUser", "GetUser", "GetAccountAuthorizationDetails"):
        return
    for user in result.get("UserDetailList") or [result.get("User", {})]:
        if "UserName" not in user:
            continue
        key = (call.account, user["UserName"])
        if arn := directory.user_boundaries.get(key):
            user["PermissionsBoundary"] = {
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": arn,
            }
