"""AWS KMS: the sandbox's own, with policies, grants, key states and real ciphertexts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...errors import not_in_sandbox
from ...gate import Gate
from ...requests.calls import Call, Permission
from . import aliases, encryption, grants, lifecycle, managed, rotation, signing
from .keys import Key
from .operation import Operation
from .store import Store

__all__ = ["Key", "Kms"]

#: Every operation that the sandbox's KMS has.
OPERATIONS: dict[str, Operation] = {
    **lifecycle.OPERATIONS,
    **aliases.OPERATIONS,
    **encryption.OPERATIONS,
    **signing.OPERATIONS,
    **grants.OPERATIONS,
    **rotation.OPERATIONS,
}
#: What stands for the operations it has not.
_REFUSED = {
    "ReplicateKey": "replicas of multi-Region keys",
    "UpdatePrimaryRegion": "replicas of multi-Region keys",
    "GetParametersForImport": "imported key material",
    "ImportKeyMaterial": "imported key material",
    "DeleteImportedKeyMaterial": "imported key material",
}


class Kms:
    """KMS of all accounts and Regions."""

    def __init__(self, gate: Gate) -> None:
        self._store = Store(gate)

    def permissions(self, call: Call) -> Iterable[Permission]:
        """What must be allowed, each asked before the next is made.

        Raises:
            AwsError: a key, alias or grant that is not there, a grant token that KMS did not
                give out, or an operation that the sandbox has not.
        """
        operation = OPERATIONS.get(call.operation)
        if operation is None:
            raise not_in_sandbox(_REFUSED.get(call.operation, f"kms:{call.operation}"))
        if any(token not in self._store.tokens for token in call.params.get("GrantTokens") or ()):
            raise grants.invalid_token()
        return operation.permissions(self._store, call)

    def act(self, call: Call) -> dict[str, Any]:
        """Do it.

        Raises:
            AwsError: as KMS refuses it.
        """
        return OPERATIONS[call.operation].act(self._store, call)

    def age(self) -> None:
        """Time has moved: delete what is due, rotate what is due."""
        for key in self._store.all_keys():
            if key.deletion_date is not None and key.deletion_date <= self._store.clock.now():
                self._store.destroy(key)
            else:
                rotation.rotate_if_due(self._store, key)

    def find(self, key_id: str, account: str, region: str) -> Key:
        """The key that a key ID, key ARN, alias name or alias ARN names; asks nobody's leave.

        Raises:
            AwsError: ``NotFoundException`` (A8).
        """
        return self._store.find(key_id, account, region)

    def managed_key(self, service: str, account: str, region: str) -> Key:
        """The AWS managed key of a service, made on first use.

        Args:
            service: ``dynamodb``.
        """
        return managed.managed_key(self._store, service, account, region)
