"""Aliases (A29-A35)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...errors import AwsError, validation
from ...requests.calls import Call, Permission
from .identifiers import alias_in
from .inventory import Alias, Inventory
from .key import Key
from .listing import list_page
from .managed_keys import predefined_names
from .operation import Operation, Result, key_of, permission_on
from .permissions import account_permission, key_permission

#: Aliases per key (A34).
MAX_ALIASES = 50
_NAME = re.compile(r"alias/[a-zA-Z0-9/_-]+")


def _require_own_name(call: Call) -> str:
    """The alias name, if it is one that a customer may give."""
    name: str = call.params["AliasName"]
    if not name.startswith("alias/"):
        raise validation(
            'Alias must start with the prefix "alias/". Please see '
            "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
        )
    if name.startswith("alias/aws/"):
        raise AwsError("NotAuthorizedException", "")  # AWS has no words here (A32, H84).
    if not _NAME.fullmatch(name):
        raise validation(f"{name} contains invalid characters for an alias")  # H84.
    return name


def _require_key_id(call: Call) -> None:
    """An alias stands for a key, not for another alias (H84)."""
    if alias_in(call.params["TargetKeyId"]):
        raise validation("Aliases must refer to keys. Not aliases")


def _arn(call: Call, name: str) -> str:
    return f"arn:aws:kms:{call.region}:{call.account}:{name}"


def _on_alias(call: Call, name: str) -> Permission:
    return account_permission(call, _arn(call, name))


def _create_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    yield _on_alias(call, _require_own_name(call))
    _require_key_id(call)
    yield permission_on(inventory, call, "TargetKeyId", aliases=False, cross_account=False)


def _create(inventory: Inventory, call: Call) -> Result:
    name = call.params["AliasName"]
    key = key_of(inventory, call, "TargetKeyId")
    key.require_not_pending()
    aliases = inventory.aliases(call.account, call.region)
    now = inventory.clock.now()
    alias = Alias(name, call.account, call.region, key, now, now)
    if name in aliases:
        text = f"An alias with the name {alias.arn} already exists"
        raise AwsError("AlreadyExistsException", text)
    _require_room(len(key.aliases))
    aliases[name] = alias
    key.aliases.add(name)
    _note(call, alias)
    return {}


def _note(call: Call, alias: Alias) -> None:
    """The trail names the alias beside its key, and calls it a key too (H68)."""
    call.resources.append(("AWS::KMS::Key", alias.arn))


def _require_room(count: int) -> None:
    if count >= MAX_ALIASES:
        # The wording is the sandbox's assumption.
        raise AwsError("LimitExceededException", f"A KMS key has at most {MAX_ALIASES} aliases.")


def _update_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    name = _require_own_name(call)
    yield _on_alias(call, name)
    yield key_permission(call, inventory.find_alias(name, call.account, call.region).target)
    _require_key_id(call)
    yield permission_on(inventory, call, "TargetKeyId", aliases=False, cross_account=False)


def _update(inventory: Inventory, call: Call) -> Result:
    alias = inventory.find_alias(call.params["AliasName"], call.account, call.region)
    new = key_of(inventory, call, "TargetKeyId")
    new.require_not_pending()
    old = alias.target
    # Same type and usage: botocore's model of UpdateAlias; the wording is the sandbox's own.
    if (old.usage, _kind(old)) != (new.usage, _kind(new)):
        raise validation(
            f"Alias {alias.arn} cannot move from a {old.spec} key for {old.usage} to a "
            f"{new.spec} key for {new.usage}."
        )
    if new is not old:
        _require_room(len(new.aliases))
        old.aliases.discard(alias.name)
        new.aliases.add(alias.name)
    alias.target, alias.updated = new, inventory.clock.now()
    _note(call, alias)
    return {}


def _kind(key: Key) -> str:
    if key.symmetric:
        return "symmetric"
    return "HMAC" if key.spec.startswith("HMAC") else "asymmetric"


def _delete_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    name = _require_own_name(call)
    yield _on_alias(call, name)
    yield key_permission(call, inventory.find_alias(name, call.account, call.region).target)


def _delete(inventory: Inventory, call: Call) -> Result:
    alias = inventory.aliases(call.account, call.region).pop(call.params["AliasName"])
    alias.target.aliases.discard(alias.name)
    _note(call, alias)
    return {}


def _list_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    yield account_permission(call)


def _list(inventory: Inventory, call: Call) -> Result:
    """AWS's predefined aliases are listed in every account; one whose key is not made yet has no
    TargetKeyId (H11, H61)."""
    found: dict[str, Alias | None] = dict(inventory.aliases(call.account, call.region))
    if "KeyId" in call.params:
        key = key_of(inventory, call, "KeyId", aliases=False)
        found = {name: alias for name, alias in found.items() if alias and alias.target is key}
    else:
        found = {**dict.fromkeys(predefined_names()), **found}

    def show(name: str) -> Result:
        alias = found[name]
        if alias is None:
            return {"AliasName": name, "AliasArn": _arn(call, name)}
        return {
            "AliasName": alias.name,
            "AliasArn": alias.arn,
            "TargetKeyId": alias.target.key_id,
            "CreationDate": alias.created,
            "LastUpdatedDate": alias.updated,
        }

    return list_page(call, "Aliases", found, str, show, 50, 100)


OPERATIONS = {
    "CreateAlias": Operation(_create_permissions, _create),
    "UpdateAlias": Operation(_update_permissions, _update),
    "DeleteAlias": Operation(_delete_permissions, _delete),
    "ListAliases": Operation(_list_permissions, _list),
}
