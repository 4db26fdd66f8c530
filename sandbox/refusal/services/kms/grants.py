"""The operations on grants (A53-A64).

A grant counts from the moment it is made, and not after it is gone: AWS's eventual consistency
is left out, which is the sandbox's simplification. Tokens are given out and checked all the same.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from ...authorization import SOURCE_ARN, ResourceRules
from ...errors import AwsError, not_in_sandbox, validation
from ...requests.calls import Call, Permission
from .condition_keys import request_context
from .identifiers import not_found
from .inventory import Inventory
from .key import Key
from .key_grants import MAX_GRANTS, MAX_TOKENS, KeyGrant
from .listing import list_page
from .operation import Operation, Result, dry_run, key_of, on_key
from .permissions import account_permission, authorization_grant
from .policies import NO_STATEMENTS
from .principals import is_account, is_service, unique_id

_ANY_KEY = {"CreateGrant", "RetireGrant", "DescribeKey"}
_DATA_KEYS = {"GenerateDataKey", "GenerateDataKeyPair"}
#: Key usage -> operations that a grant on such a key may list (botocore's model of CreateGrant).
_OPERATIONS = {
    "ENCRYPT_DECRYPT": {"Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"},
    "SIGN_VERIFY": {"Sign", "Verify"},
    "GENERATE_VERIFY_MAC": {"GenerateMac", "VerifyMac"},
    "KEY_AGREEMENT": {"DeriveSharedSecret"},
}
_MAX_PAIRS, _MAX_VALUE = 8, 384


def _allowed_operations(key: Key) -> set[str]:
    allowed = _OPERATIONS[key.usage] | _ANY_KEY
    if key.symmetric:
        return allowed | _DATA_KEYS | {f"{name}WithoutPlaintext" for name in _DATA_KEYS}
    return allowed | {"GetPublicKey"} if key.asymmetric else allowed


def _refuse_service_members(call: Call, *members: str) -> None:
    for member in members:
        if call.params.get(member):
            raise not_in_sandbox(f"{call.operation} with {member}")


def _arn_of(name: str) -> str:
    """A principal's ARN; an account ID stands for its account's."""
    return f"arn:aws:iam::{name}:root" if is_account(name) else name


def _principal(call: Call, name: str) -> tuple[str, str]:
    """A principal that a grant may name, and its unique id (A55).

    Raises:
        AwsError: ``InvalidArnException``, as AWS Lambda reports it from KMS for a role that is
            not there.
    """
    name = _arn_of(name)
    if is_service(name):
        if not call.via:
            # Whether KMS takes one from a user was not found: nothing is said of it.
            raise not_in_sandbox("grants to AWS services", "Name a user, a role or an account.")
        return name, ""
    found = unique_id(name)
    if found is None:
        text = f"ARN does not refer to a valid principal: {name}"
        raise AwsError("InvalidArnException", text)
    return name, found


def _check_constraints(key: Key, constraints: dict[str, Any]) -> None:
    """One constraint on the encryption context at most, be it empty (H4); ``SourceArn`` goes with
    any key. That it may stand beside the other is the sandbox's assumption."""
    pairs_of = {kind: pairs for kind, pairs in constraints.items() if kind != SOURCE_ARN}
    if len(pairs_of) > 1:
        raise validation("More than one constraint supplied")
    if pairs_of and not key.symmetric:
        raise validation(
            "EncryptionContext is supported only when creating a grant for a symmetric "
            "encryption KMS key."
        )
    for kind, pairs in pairs_of.items():
        # Limits: A58; the wording is the sandbox's assumption.
        if len(pairs) > _MAX_PAIRS or any(len(value) > _MAX_VALUE for value in pairs.values()):
            raise validation(
                f"{kind} holds at most {_MAX_PAIRS} pairs with values of at most {_MAX_VALUE} "
                "characters."
            )


def _check_operations(key: Key, operations: tuple[str, ...]) -> None:
    """Botocore's model of CreateGrant says which a key can have; the wording is the sandbox's
    assumption, but for CreateGrant alone (H4)."""
    if not operations:
        raise validation("Specify Operations: a grant allows at least one operation.")
    if unsupported := sorted(set(operations) - _allowed_operations(key)):
        what = ", ".join(unsupported)
        raise validation(f"{what} cannot be granted on a {key.spec} key for {key.usage}.")
    if operations == ("CreateGrant",):
        raise validation("Grants must not contain only the CreateGrant operation.")


def _create(inventory: Inventory, call: Call, key: Key) -> Result:
    grant = _wanted(inventory, call, key)
    held = key.grants.requested_like(grant) if grant.name else None
    if held is None and len(key.grants.by_id) >= MAX_GRANTS:
        # The wording is the sandbox's assumption.
        raise AwsError("LimitExceededException", f"A KMS key has at most {MAX_GRANTS} grants.")
    dry_run(call)
    if held is None:
        held = grant
        grant.grant_id = inventory.entropy.hex(64, "kms/grant")
        key.grants.add(grant)
        if grant.retiring:
            retirable = inventory.retirable.setdefault((key.region, grant.retiring), {})
            retirable[grant.grant_id] = (key, grant)
    token = base64.b64encode(inventory.entropy.bytes(120, "kms/grant-token")).decode()
    held.tokens.append(token)
    inventory.tokens[token] = (key, held)
    if len(held.tokens) > MAX_TOKENS:
        del inventory.tokens[held.tokens.pop(0)]
    return {"GrantToken": token, "GrantId": held.grant_id}


def _wanted(inventory: Inventory, call: Call, key: Key) -> KeyGrant:
    """The grant that a request asks for, not yet numbered."""
    params = call.params
    constraints = params.get("Constraints") or {}
    _refuse_service_members(call, "GranteeServicePrincipal", "RetiringServicePrincipal")
    if "GranteePrincipal" not in params:
        raise validation("Specify GranteePrincipal: the principal that gets the grant.")
    grantee, grantee_id = _principal(call, params["GranteePrincipal"])
    retiring = params.get("RetiringPrincipal", "")
    retiring = _principal(call, retiring)[0] if retiring else ""
    _check_constraints(key, constraints)
    operations = tuple(dict.fromkeys(params["Operations"]))
    _check_operations(key, operations)
    return KeyGrant(
        grant_id="",
        serial=inventory.next_serial(),
        name=params.get("Name", ""),
        created=inventory.clock.now(),
        grantee=grantee,
        grantee_id=grantee_id,
        retiring=retiring,
        issuing_account=f"arn:aws:iam::{call.caller.account}:root",
        operations=operations,
        constraints=constraints,
    )


def _entry(key: Key, grant: KeyGrant) -> dict[str, Any]:
    """A grant as lists show it: a grantee that was deleted shows as its unique id."""
    entry = grant.entry(key.arn)
    if grant.grantee_id and unique_id(grant.grantee) != grant.grantee_id:
        entry["GranteePrincipal"] = grant.grantee_id
    return entry


def _list(inventory: Inventory, call: Call, key: Key) -> Result:
    params = call.params
    _refuse_service_members(call, "GranteeServicePrincipal")
    found = list(key.grants.by_id.values())
    if "GrantId" in params:
        found = [_grant_of(key, params["GrantId"])]
    if "GranteePrincipal" in params:
        wanted = _arn_of(params["GranteePrincipal"])
        found = [grant for grant in found if grant.grantee == wanted]
    return list_page(
        call, "Grants", found, lambda grant: grant.serial, lambda grant: _entry(key, grant), 50, 100
    )


def _retiring_principal(call: Call) -> str:
    _refuse_service_members(call, "RetiringServicePrincipal")
    if "RetiringPrincipal" not in call.params:
        raise validation("Specify RetiringPrincipal: the principal that may retire the grants.")
    return _arn_of(call.params["RetiringPrincipal"])


def _retirable_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    """The resource is the retiring principal (botocore's model of ListRetirableGrants)."""
    yield account_permission(call, _retiring_principal(call))


def _list_retirable(inventory: Inventory, call: Call) -> Result:
    retiring = (call.region, _retiring_principal(call))
    found = list(inventory.retirable.get(retiring, {}).values())
    return list_page(
        call, "Grants", found, lambda pair: pair[1].serial, lambda pair: _entry(*pair), 50, 100
    )


def _grant_of(key: Key, grant_id: str) -> KeyGrant:
    grant = key.grants.by_id.get(grant_id)
    if grant is None:
        # The code is AWS's; the wording is the sandbox's assumption.
        raise not_found(f"Grant ID {grant_id} not found")
    return grant


def _revoke(inventory: Inventory, call: Call, key: Key) -> Result:
    grant = _grant_of(key, call.params["GrantId"])
    dry_run(call)
    inventory.drop_grant(key, grant)
    return {}


def _to_retire(inventory: Inventory, call: Call) -> tuple[Key, KeyGrant]:
    """The grant that a token, or a key and a grant id, name (A61)."""
    params = call.params
    by_id = "KeyId" in params and "GrantId" in params
    if ("GrantToken" in params) == by_id:
        # The wording is the sandbox's assumption.
        raise validation("Specify a GrantToken, or a KeyId and a GrantId, but not both.")
    if by_id:
        key = key_of(inventory, call, "KeyId", aliases=False)
        return key, _grant_of(key, params["GrantId"])
    found = inventory.tokens.get(params["GrantToken"])
    if found is None or found[0].region != call.region:
        raise invalid_token()
    return found


def invalid_token() -> AwsError:
    """What KMS says of a token that it did not give out; the wording is the sandbox's own."""
    return AwsError("InvalidGrantTokenException", "The grant token is not valid.")


def _retire_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    """The grant says who may retire it: its retiring principal, its grantee if it lists
    RetireGrant, and the account that issued it, whose users need kms:RetireGrant in an IAM
    policy. The key policy has no say (A61)."""
    key, grant = _to_retire(inventory, call)
    call.resources.append(("AWS::KMS::Key", key.arn))
    entitled = [grant.retiring, grant.issuing_account]
    if "RetireGrant" in grant.operations:
        entitled.append(grant.grantee)
    yield Permission(
        action=call.action,
        resource=key.arn,
        context=request_context(call),
        resource_policy=NO_STATEMENTS,
        grants=[
            authorization_grant(name, ("RetireGrant",), {}, grant.grant_id)
            for name in entitled
            if name
        ],
        resource_account=key.account,
        rules=ResourceRules.KMS_KEY,
    )


def _retire(inventory: Inventory, call: Call) -> Result:
    key, grant = _to_retire(inventory, call)
    dry_run(call)
    inventory.drop_grant(key, grant)
    return {}


OPERATIONS = {
    "CreateGrant": on_key(_create, Key.require_usable, cross_account=True),
    "ListGrants": on_key(_list, cross_account=True),
    "ListRetirableGrants": Operation(_retirable_permissions, _list_retirable),
    "RevokeGrant": on_key(_revoke, cross_account=True),
    "RetireGrant": Operation(_retire_permissions, _retire),
}
