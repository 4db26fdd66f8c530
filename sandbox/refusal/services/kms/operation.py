"""A row of the tables of operations: what must be allowed, and what is done then.

KMS authorizes before it looks at the key's state: the sandbox's assumption
(D19, G5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import AwsError
from ...requests.calls import Call, ContextValue, Permission
from .identifiers import named_account
from .inventory import Inventory
from .key import Key
from .permissions import absent_permission, account_permission, key_permission

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table of operations."""

    permissions: Callable[[Inventory, Call], Iterable[Permission]]
    act: Callable[[Inventory, Call], Result]


def on_account(act: Callable[[Inventory, Call], Result]) -> Operation:
    """An operation on no key in particular, such as ListKeys."""
    return Operation(lambda inventory, call: [account_permission(call)], act)


def on_key(
    act: Callable[[Inventory, Call, Key], Result],
    require: Callable[[Key], None] = lambda key: None,
    *,
    aliases: bool = False,
    cross_account: bool = False,
) -> Operation:
    """An operation on the key that ``KeyId`` names.

    Args:
        require: refuses a key in a state that the operation cannot work with.
        aliases: True if the operation takes alias names and alias ARNs too.
        cross_account: True if the operation works on another account's key ("Cross-account use:
            Yes" in botocore's model).
    """

    def permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
        yield permission_on(inventory, call, "KeyId", aliases=aliases, cross_account=cross_account)

    def run(inventory: Inventory, call: Call) -> Result:
        key = key_of(inventory, call, "KeyId", aliases=aliases)
        require(key)
        return act(inventory, call, key)

    return Operation(permissions, run)


def key_of(inventory: Inventory, call: Call, member: str, *, aliases: bool = True) -> Key:
    """The key that a member of the request names."""
    return inventory.find(call.params[member], call.account, call.region, aliases=aliases)


def permission_on(
    inventory: Inventory,
    call: Call,
    member: str,
    *,
    aliases: bool = True,
    cross_account: bool = True,
    action: str = "",
    encryption_context: Mapping[str, str] | None = None,
    condition_keys: Mapping[str, ContextValue] | None = None,
) -> Permission:
    """The permission on the key that a member of the request names.

    A key in another account that does not exist, or that the operation cannot reach, is refused
    by authorization; one in this account is not found. Arguments: see ``key_permission``.
    """
    named = call.params[member]
    account = named_account(named)
    other_account = account is not None and account != call.account
    try:
        key = key_of(inventory, call, member, aliases=aliases)
    except AwsError as error:
        if not other_account or error.message.startswith("Invalid"):
            raise
        return absent_permission(call, named, str(account))
    if other_account and not cross_account:
        return absent_permission(call, named, str(account))
    return key_permission(
        call,
        key,
        action=action,
        named=named,
        encryption_context=encryption_context,
        condition_keys=condition_keys,
    )


def dry_run(call: Call) -> None:
    """Stop here if the caller only wanted to know.

    Raises:
        AwsError: ``DryRunOperationException`` (A48).
    """
    if call.params.get("DryRun"):
        text = "The request would have succeeded, but the DryRun option is set."
        raise AwsError("DryRunOperationException", text)
