"""The IAM policy simulator: what policies would decide, without doing anything.

Rules: IAM API Reference, SimulatePrincipalPolicy, SimulateCustomPolicy and the operations
GetContextKeysForPrincipalPolicy and GetContextKeysForCustomPolicy. The simulator sees the
policies that it is told of, and the condition keys in ``ContextEntries``: a key policy only as
``ResourcePolicy``, a grant never. So its answer is not what AWS KMS would do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...authorization import Decision, Effect, PolicyType, Request, ResourceRules, authorize
from ...errors import AwsError, not_in_sandbox
from ...moto import iam as moto_iam
from ...moto.iam import MotoPolicyOwner
from ...requests.callers import Directory
from ...requests.calls import Call, ContextValue
from . import resources
from .sources import Source, attached, context_keys, entity_parts, inputs, invalid

_LACKING = ("PolicyExclusionList", "OrderedOrganizationPolicyInputList", "ResourceHandlingOption")
_OWNER = re.compile(r"(?:arn:aws:iam::)?(\d{12})(?::root)?", re.ASCII)
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+", re.ASCII)
_EFFECTS = {
    Effect.ALLOW: "allowed",
    Effect.IMPLICIT_DENY: "implicitDeny",
    Effect.EXPLICIT_DENY: "explicitDeny",
}
#: From the most to the least restrictive.
_STRICTNESS = ("explicitDeny", "implicitDeny", "allowed")
#: ARN templates of a result for several resources (Service Authorization Reference); others get *.
_TEMPLATES = {"kms": "key/${KeyId}", "dynamodb": "table/${TableName}"}


@dataclass(slots=True)
class _Simulation:
    """One request to the simulator, read."""

    principal: str
    account: str
    identity: list[Source]
    boundary: Source | None = None
    resource: Source | None = None
    owner: str = ""
    context: dict[str, ContextValue] = field(default_factory=dict)

    def decide(self, action: str, arn: str) -> tuple[Decision, bool]:
        """The decision, and whether the resource is another account's."""
        parts = arn.split(":", 5)
        owner = parts[4] if len(parts) > 5 and parts[4].isdecimal() else self.owner
        cross_account = owner != self.account
        # The simulator leaves trust policies out, whatever ResourcePolicy says (H69).
        resource = None if action.lower().startswith("sts:assumerole") else self.resource
        rules = ResourceRules.RESOURCE_POLICY if cross_account or resource else ResourceRules.NONE
        if resource and action.lower().startswith("kms:"):
            rules = ResourceRules.KMS_KEY
        decision = authorize(
            Request(self.principal, action, arn, self.context, owner),
            identity_policies=[source.policy for source in self.identity],
            permissions_boundary=self.boundary.policy if self.boundary else None,
            resource_policy=resource.policy if resource else None,
            resource_rules=rules,
        )
        return decision, cross_account

    def result(self, action: str, arn: str) -> dict[str, Any]:
        """The members that a result has in common with that of one resource."""
        decision, cross_account = self.decide(action, arn)
        reports = [report for report in decision.statements if report.matched]
        effect = {Effect.ALLOW: "Allow", Effect.EXPLICIT_DENY: "Deny"}.get(decision.effect)
        sources = {id(source.policy): source for source in self._sources()}
        result: dict[str, Any] = {
            "EvalDecision": _EFFECTS[decision.effect],
            "MatchedStatements": [
                sources[id(report.policy)].matched(report.statement)
                for report in reports
                if report.effect == effect and report.type is not PolicyType.BOUNDARY
            ],
            "MissingContextValues": self._missing(),
        }
        effects: dict[PolicyType, list[str]] = {}
        for report in reports:
            effects.setdefault(report.type, []).append(report.effect)
        if self.boundary:
            allowed = _verdict(effects.get(PolicyType.BOUNDARY)) == "allowed"
            result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
        if cross_account:
            # The names of the types are the sandbox's assumption: the model has none.
            types = [PolicyType.IDENTITY, PolicyType.RESOURCE]
            types += [PolicyType.BOUNDARY] if self.boundary else []
            result["EvalDecisionDetails"] = {
                kind.phrase.split(" ", 1)[1]: _verdict(effects.get(kind)) for kind in types
            }
        return result

    def _sources(self) -> list[Source]:
        return [*self.identity, *([self.resource] if self.resource else [])]

    def _missing(self) -> list[str]:
        """Every key that the policies name and the request has not, also where the statement is
        about another action: so live answers do it."""
        given = {name.lower() for name in self.context}
        keys = context_keys(source.policy for source in self._sources())
        return [key for key in keys if key.lower() not in given]


def simulate_principal_policy(call: Call, directory: Directory) -> dict[str, Any]:
    """SimulatePrincipalPolicy: the policies of a user, a group or a role.

    Raises:
        AwsError: ``NoSuchEntity``; ``InvalidInput``.
    """
    params, owner = call.params, _entity(call)
    simulation = _read(call, params.get("CallerArn", params["PolicySourceArn"]))
    simulation.identity = [*attached(call, owner), *simulation.identity]
    is_group = entity_parts(owner.arn)[1] == "group"  # A group takes no permissions boundary.
    arn = None if is_group else resources.boundary_of(directory, owner)
    if arn and simulation.boundary is None:
        text = moto_iam.document(moto_iam.iam(call.account).managed_policies[arn])
        simulation.boundary = Source.read(text, arn, "none", "permissions boundary")
    return _page(call, simulation)


def simulate_custom_policy(call: Call, _directory: Directory) -> dict[str, Any]:
    """SimulateCustomPolicy: policies that are passed as texts.

    Raises:
        AwsError: ``InvalidInput``.
    """
    return _page(call, _read(call, call.params.get("CallerArn")))


def get_context_keys_for_principal_policy(call: Call, _directory: Directory) -> dict[str, Any]:
    """GetContextKeysForPrincipalPolicy: the condition keys that an entity's policies name."""
    sources = [*attached(call, _entity(call)), *inputs(call)]
    return {"ContextKeyNames": context_keys(source.policy for source in sources)}


def get_context_keys_for_custom_policy(call: Call, _directory: Directory) -> dict[str, Any]:
    """GetContextKeysForCustomPolicy: the condition keys that policies passed as texts name."""
    return {"ContextKeyNames": context_keys(source.policy for source in inputs(call))}


def _entity(call: Call) -> MotoPolicyOwner:
    """moto's object behind PolicySourceArn."""
    arn = call.params["PolicySourceArn"]
    account, kind, name = entity_parts(arn)
    if account != call.account:
        raise invalid(
            f"Invalid Policy Source Arn: caller's account {call.account} does not have access to "
            f"policies in account {account}"
        )
    backend = moto_iam.iam(account)
    owners: Mapping[str, Callable[[str], MotoPolicyOwner | None]] = {
        "user": backend.users.get,
        "group": backend.groups.get,
        "role": lambda role: moto_iam.role(account, role),
    }
    found = owners[kind](name)
    if found is None or found.arn != arn:
        raise AwsError("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)
    return found


def _read(call: Call, caller: str | None) -> _Simulation:
    """What SimulatePrincipalPolicy and SimulateCustomPolicy have in common."""
    params = call.params
    for member in _LACKING:
        if member in params:
            raise not_in_sandbox(f"{call.action} with {member}")
    account, kind, name = entity_parts(caller) if caller else (call.account, "", "nobody")
    # Who calls matters to a resource-based policy alone, and there it must be a user.
    principal = caller if caller and kind != "group" else f"arn:aws:iam::{account}:role/{name}"
    simulation = _Simulation(principal, account, inputs(call), context=_context(params))
    boundaries = params.get("PermissionsBoundaryPolicyInputList", ())
    if len(boundaries) > 1:
        raise invalid("Only one permissions boundary can be simulated at a time.")
    for text in boundaries:
        name = "PermissionsBoundaryPolicyInputList.1"
        simulation.boundary = Source.read(text, name, "none", "permissions boundary")
    if text := params.get("ResourcePolicy"):
        if kind != "user":
            raise invalid("Invalid caller - Caller must be an IAM user in this context.")
        simulation.resource = Source.read(text, "ResourcePolicy", "resource", "resource-based")
    owner = _OWNER.fullmatch(params.get("ResourceOwner", account))
    if owner is None:
        raise invalid(f"'{params['ResourceOwner']}' is not a valid as a Resource Owner.")
    simulation.owner = owner[1]
    return simulation


def _context(params: Mapping[str, Any]) -> dict[str, ContextValue]:
    context: dict[str, ContextValue] = {}
    for entry in params.get("ContextEntries", ()):
        name, values = entry.get("ContextKeyName", ""), entry.get("ContextKeyValues", [])
        several = str(entry.get("ContextKeyType", "string")).endswith("List")
        if ":" not in name or (not several and len(values) != 1):
            raise invalid(f"The context entry {name!r} needs a key with its prefix and one value.")
        context[name] = list(values) if several else values[0]
    return context


def _page(call: Call, simulation: _Simulation) -> dict[str, Any]:
    """One result for each action, from Marker on."""
    params = call.params
    actions, first = params["ActionNames"], int(params.get("Marker", "0"))
    if bad := [action for action in actions if not _ACTION.fullmatch(action)]:
        raise invalid(f"Invalid action name: {bad[0]}")
    arns = params.get("ResourceArns") or ["*"]
    if bad := [arn for arn in arns if arn != "*" and len(arn.split(":", 5)) < 6]:
        raise invalid(f"{bad[0]} is not the ARN of a resource.")
    last = first + params.get("MaxItems", 100)
    results = [_over(simulation, action, arns) for action in actions[first:last]]
    more = last < len(actions)
    rest = {"IsTruncated": True, "Marker": str(last)} if more else {"IsTruncated": False}
    return {"EvaluationResults": results, **rest}


def _over(simulation: _Simulation, action: str, arns: list[str]) -> dict[str, Any]:
    """The result of an action over its resources: the most restrictive decision leads."""
    singles = [simulation.result(action, arn) for arn in arns]
    decisions = [single["EvalDecision"] for single in singles]
    matched = [statement for single in singles for statement in single["MatchedStatements"]]
    result = {
        "EvalActionName": action,
        "EvalResourceName": _resource_name(arns),
        "EvalDecision": min(decisions, key=_STRICTNESS.index),
        "MatchedStatements": [s for n, s in enumerate(matched) if s not in matched[:n]],
        "MissingContextValues": singles[0]["MissingContextValues"],
    }
    detail = "PermissionsBoundaryDecisionDetail"
    if simulation.boundary:
        allowed = all(single[detail]["AllowedByPermissionsBoundary"] for single in singles)
        result[detail] = {"AllowedByPermissionsBoundary": allowed}
    if arns == ["*"]:
        return result
    details: dict[str, str] = {}
    for single in singles:
        for kind, verdict in single.get("EvalDecisionDetails", {}).items():
            details[kind] = min(verdict, details.get(kind, verdict), key=_STRICTNESS.index)
    result["EvalDecisionDetails"] = details
    result["ResourceSpecificResults"] = [
        {"EvalResourceName": arn, "EvalResourceDecision": single.pop("EvalDecision"), **single}
        for arn, single in zip(arns, singles, strict=True)
    ]
    return result


def _resource_name(arns: list[str]) -> str:
    """A single resource by its ARN, as live answers have it; several by their ARN template."""
    if len(arns) == 1:
        return arns[0]
    services = {arn.split(":", 3)[2] if arn != "*" else "" for arn in arns}
    template = _TEMPLATES.get(services.pop()) if len(services) == 1 else None
    service = arns[0].split(":", 3)[2] if template else ""
    return f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:{template}" if template else "*"


def _verdict(effects: list[str] | None) -> str:
    """What the statements of one type of policy, those that apply, come to alone."""
    if not effects:
        return "implicitDeny"
    return "explicitDeny" if "Deny" in effects else "allowed"
