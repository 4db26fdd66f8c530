"""IAM as the gate sees it, and the way to moto's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import quote

from ...errors import AwsError, SandboxError, not_in_sandbox
from ...gate import Gate
from ...moto import iam as moto_iam
from ...moto import query as moto_query
from ...moto.hooks import Hooks
from ...requests import shapes
from ...requests.callers import Directory
from ...requests.calls import Call, Forwarded, Permission
from . import answers, changes, documents, limits, managed, paging, resources, simulate

_READS = ("Get", "List", "Simulate", "Generate")


class Iam:
    """IAM as the gate sees it; users, roles, groups and policies are moto's."""

    def __init__(self, gate: Gate, hooks: Hooks) -> None:
        self.gate = gate
        self.hooks = hooks
        moto_iam.name_unique_ids(hooks)

    def permissions(self, call: Call) -> Iterable[Permission]:
        """The operation's own action, on the resource that it names."""
        shapes.check_query_params("iam", call.operation, call.params)
        answers.check_policy_arn(call)
        resource = resources.resource_of(call)
        yield Permission(call.action, resource, resources.context_of(call, self.gate.directory))
        if target := resources.new_name_of(call):
            yield Permission(call.action, target)
        if call.operation == "AddRoleToInstanceProfile":
            role = resources.entity(call)
            arn = (
                role.arn if role else f"arn:aws:iam::{call.account}:role/{call.params['RoleName']}"
            )
            yield Permission("iam:PassRole", arn, {"iam:PassedToService": "ec2.amazonaws.com"})

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        """What the sandbox answers itself, or moto's answer with what moto lacks."""
        if not call.params.get("Marker", "0").isdecimal():
            # moto's markers are numbers, and so are the simulator's; the wording is moto's.
            raise AwsError("ValidationError", "Invalid Marker.")
        for member in ("PolicyArn", "PermissionsBoundary"):
            managed.load(str(call.params.get(member, "")), call.account)
        if call.operation == "ListPolicies" and call.params.get("Scope") != "Local":
            managed.load_all(call.account)
        limits.check_tags(call)
        documents.check(call)
        own = _OWN.get(call.operation)
        directory = self.gate.directory
        result = own(call, directory) if own else changes.change(call, directory, self.ask_moto)
        if not call.operation.startswith(_READS):
            directory.forget()
        return result

    def ask_moto(self, call: Call) -> dict[str, Any]:
        """moto's result.

        Raises:
            AwsError: moto's error; ``NotInSandbox`` for parameters that moto cannot take.
            NotImplementedError: moto has no such operation.
        """
        assert call.request is not None
        body = call.request.body or b""
        body = body.encode() if isinstance(body, str) else body
        if (user := resources.named_user(call)) and not call.params.get("UserName"):
            # moto would look for the caller among its own access keys.
            body += b"&UserName=" + quote(user).encode()
        body = paging.whole(call, body)
        where: Any = {"service": "iam", "region": call.region, "account": call.account}
        try:
            answer = self.hooks.forward(call.request, **where, body=body)
        except (NotImplementedError, SandboxError):
            raise
        except Exception as fault:  # moto trips over some parameters that AWS checks.
            what = f"an answer to {call.action} with these parameters"
            why = f"moto fails on them ({type(fault).__name__}: {fault})."
            raise not_in_sandbox(what, why) from fault
        result = moto_query.read_query_answer("iam", call.operation, answer)
        if answer[0] >= 400:
            error = result.get("Error", {})
            said = AwsError(error.get("Code", ""), error.get("Message", ""), answer[0])
            raise answers.reworded(call, said)
        uses = partial(changes.boundary_uses, self.gate.directory, call.account)
        return paging.page(call, answers.reshaped(call, result, uses))

    def load_managed_policy(self, arn: str, account: str) -> None:
        """Make one AWS managed policy known to an account's IAM."""
        managed.load(arn, account)


#: What the sandbox answers without moto.
_OWN: dict[str, Callable[[Call, Directory], dict[str, Any]]] = {
    "PutUserPermissionsBoundary": changes.put_user_boundary,
    "DeleteUserPermissionsBoundary": changes.delete_user_boundary,
    "GetContextKeysForCustomPolicy": simulate.get_context_keys_for_custom_policy,
    "GetContextKeysForPrincipalPolicy": simulate.get_context_keys_for_principal_policy,
    "SimulateCustomPolicy": simulate.simulate_custom_policy,
    "SimulatePrincipalPolicy": simulate.simulate_principal_policy,
}
