"""KMS as the gate sees it: the table of its operations, and what happens as time goes by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import not_in_sandbox
from ...gate import Gate
from ...requests.calls import Call, Permission
from . import (
    aliases,
    encryption,
    grants,
    imports,
    last_use,
    lifecycle,
    managed_keys,
    rotation,
    signing,
)
from .inventory import Inventory
from .key import Key
from .operation import Operation

#: Every operation that the sandbox's KMS has.
OPERATIONS: dict[str, Operation] = {
    **lifecycle.OPERATIONS,
    **aliases.OPERATIONS,
    **encryption.OPERATIONS,
    **signing.OPERATIONS,
    **grants.OPERATIONS,
    **rotation.OPERATIONS,
    **last_use.OPERATIONS,
    **imports.OPERATIONS,
}
#: What stands for the operations it has not.
_REFUSED = {
    "ReplicateKey": "replicas of multi-Region keys",
    "UpdatePrimaryRegion": "replicas of multi-Region keys",
}


class Kms:
    """KMS of all accounts and Regions."""

    def __init__(self, gate: Gate) -> None:
        self._inventory = Inventory(gate)
        self.holdings = self._inventory.holdings
        self.resume = self._inventory.resume

    def permissions(self, call: Call) -> Iterable[Permission]:
        """What must be allowed, each asked before the next is made.

        Raises:
            AwsError: a key, alias or grant that is not there, a grant token that KMS did not
                give out, or an operation that the sandbox has not.
        """
        operation = OPERATIONS.get(call.operation)
        if operation is None:
            raise not_in_sandbox(_REFUSED.get(call.operation, f"kms:{call.operation}"))
        if any(
            token not in self._inventory.tokens for token in call.params.get("GrantTokens") or ()
        ):
            raise grants.invalid_token()
        return operation.permissions(self._inventory, call)

    def act(self, call: Call) -> dict[str, Any]:
        """Do it.

        Raises:
            AwsError: as KMS refuses it.
        """
        result = OPERATIONS[call.operation].act(self._inventory, call)
        last_use.note(self._inventory, call)
        return result

    def age(self) -> None:
        """Time has moved: delete what is due, rotate what is due, and what expires is gone."""
        for key in self._inventory.all_keys():
            if key.deletion_date is not None and key.deletion_date <= self._inventory.clock.now():
                self._inventory.destroy(key)
            else:
                rotation.rotate_if_due(self._inventory, key)
                imports.drop_if_expired(self._inventory, key)

    def find(self, key_id: str, account: str, region: str) -> Key:
        """The key that a key ID or key ARN names; asks nobody's leave.

        Raises:
            AwsError: ``NotFoundException`` (A8).
        """
        return self._inventory.find(key_id, account, region, aliases=False)

    def managed_key(self, service: str, account: str, region: str) -> Key:
        """The AWS managed key of a service, made on first use.

        Args:
            service: ``dynamodb``.
        """
        return managed_keys.managed_key(self._inventory, service, account, region)
