"""What an operation is: what must be allowed, and what it does then.

KMS authorizes before it looks at the key's state: the sandbox's assumption
(D19, G5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ...errors import AwsError
from ...requests.calls import Call, Permission
from .conditions import absent_permission, account_permission, key_permission
from .keys import Key
from .store import Store, named_account

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table of operations."""

    permissions: Callable[[Store, Call], Iterable[Permission]]
    act: Callable[[Store, Call], Result]


def on_account(act: Callable[[Store, Call], Result]) -> Operation:
    """An operation on no key in particular, such as ListKeys."""
    return Operation(lambda store, call: [account_permission(call)], act)


def on_key(
    act: Callable[[Store, Call, Key], Result],
    require: Callable[[Key], None] = lambda key: None,
    *,
    aliases: bool = False,
    abroad: bool = False,
) -> Operation:
    """An operation on the key that ``KeyId`` names.

    Args:
        require: refuses a key in a state that the operation cannot work with.
        aliases: True if the operation takes alias names and alias ARNs too.
        abroad: True if the operation works on another account's key ("Cross-account use: Yes"
            in botocore's model).
    """

    def permissions(store: Store, call: Call) -> Iterable[Permission]:
        yield permission_on(store, call, "KeyId", aliases=aliases, abroad=abroad)

    def run(store: Store, call: Call) -> Result:
        key = key_of(store, call, "KeyId", aliases=aliases)
        require(key)
        return act(store, call, key)

    return Operation(permissions, run)


def key_of(store: Store, call: Call, member: str, *, aliases: bool = True) -> Key:
    """The key that a member of the request names."""
    return store.find(call.params[member], call.account, call.region, aliases=aliases)


def permission_on(
    store: Store,
    call: Call,
    member: str,
    *,
    aliases: bool = True,
    abroad: bool = True,
    **more: Any,
) -> Permission:
    """The permission on the key that a member of the request names.

    A key in another account that does not exist, or that the operation cannot reach, is refused
    by authorization; one in this account is not found.
    """
    named = call.params[member]
    account = named_account(named)
    elsewhere = account is not None and account != call.account
    try:
        key = key_of(store, call, member, aliases=aliases)
    except AwsError as error:
        if not elsewhere or error.message.startswith("Invalid"):
            raise
        return absent_permission(call, named, str(account))
    if elsewhere and not abroad:
        return absent_permission(call, named, str(account))
    return key_permission(call, key, named=named, **more)


def dry_run(call: Call) -> None:
    """Stop here if the caller only wanted to know.

    Raises:
        AwsError: ``DryRunOperationException`` (A48).
    """
    if call.params.get("DryRun"):
        text = "The request would have succeeded, but the DryRun option is set."
        raise AwsError("DryRunOperationException", text)
