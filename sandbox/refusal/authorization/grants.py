"""Grants on KMS keys (R2.11-R2.14; A54-A58)."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import RequestError, quote
from .principals import Level, principals
from .reasons import Reason
from .request import Request

EQUALS, SUBSET = "EncryptionContextEquals", "EncryptionContextSubset"
SOURCE_ARN = "SourceArn"
"""The grant constraint ``SourceArn``, as a key of ``Grant.constraints``."""
_PREFIX = "kms:EncryptionContext:"
_UNCONSTRAINED = frozenset(("DescribeKey", "RetireGrant"))
#: What a grant can allow: GrantOperation in botocore's model of KMS.
_OPERATIONS = (
    *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
    *("ReEncryptFrom", "ReEncryptTo", "Sign", "Verify", "GetPublicKey", "CreateGrant"),
    *("RetireGrant", "DescribeKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"),
    *("GenerateMac", "VerifyMac", "DeriveSharedSecret", "Encapsulate", "Decapsulate"),
)
#: What ListGrants shows of a grant: GrantListEntry in the same model.
_MEMBERS = (
    *("KeyId", "GrantId", "Name", "CreationDate", "GranteePrincipal", "RetiringPrincipal"),
    *("IssuingAccount", "Operations", "Constraints", "GranteeServicePrincipal"),
    "RetiringServicePrincipal",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant on the KMS key that a request is about.

    Args:
        grant_id: its GrantId; may be empty.
        grantee_principal: the ARN of an account, user, role or session, or a service principal.
        operations: the names of the operations that it allows, such as ``Decrypt``.
        constraints: the grant's constraints by name: ``EncryptionContextEquals`` and
            ``EncryptionContextSubset`` hold pairs, ``SourceArn`` holds an ARN. None or empty if the
            grant has none.

    Raises:
        RequestError: a part has the wrong form, or names an operation that no grant can allow.
    """

    grant_id: str
    grantee_principal: str
    operations: frozenset[str]
    constraints: Mapping[str, Mapping[str, str] | str] | None = None

    def __post_init__(self) -> None:
        given: object = self.operations
        several = isinstance(given, Iterable) and not isinstance(given, str)
        listed = list(self.operations) if several else []
        if not listed or not all(isinstance(name, str) for name in listed):
            raise RequestError(
                f"A grant's operations must be a list of texts, not {quote(self.operations)}."
            )
        if unknown := set(listed).difference(_OPERATIONS):
            raise RequestError(
                f"{quote(min(unknown))} is not an operation that a grant can allow: expected one "
                f"of {', '.join(_OPERATIONS)}."
            )
        object.__setattr__(self, "operations", frozenset(listed))
        _check_constraints(self.constraints)

    @classmethod
    def from_json(cls, source: Mapping[str, Any]) -> Grant:
        """Read a grant as ListGrants returns it. GrantId and Constraints are optional.

        Raises:
            RequestError: GranteePrincipal or Operations is missing, a part has the wrong form,
                or ListGrants shows no such part.
        """
        if isinstance(source, Mapping):
            _check_names(source)
        if not isinstance(source, Mapping) or not isinstance(source.get("GranteePrincipal"), str):
            raise RequestError("A grant must have a GranteePrincipal, Operations and Constraints.")
        return cls(
            grant_id=str(source.get("GrantId", "")),
            grantee_principal=source["GranteePrincipal"],
            operations=source.get("Operations", ()),
            constraints=source.get("Constraints"),
        )

    def level(self, request: Request) -> Level:
        """How closely the grant names the caller of a request, by the rules for a key policy."""
        name = (self.grantee_principal,)
        return principals(name, name).level(request)

    def judge(self, request: Request) -> Reason:
        """Why the grant allows a request, or why it does not."""
        service, _, operation = request.action.partition(":")
        if service != "kms" or operation not in self.operations:
            return Reason.OPERATION_NOT_GRANTED
        if self.level(request) is Level.NONE:
            return Reason.GRANTEE_DIFFERS
        if operation == "CreateGrant" and not self._passes_on(request):
            return Reason.GRANTS_MORE
        if operation not in _UNCONSTRAINED and not self._met(request):
            return Reason.CONSTRAINT_NOT_MET
        if operation != "RetireGrant" and not self._on_behalf(request):
            return Reason.CONSTRAINT_NOT_MET
        return Reason.MATCHES

    def _on_behalf(self, request: Request) -> bool:
        """A grant with a SourceArn counts only for a request that is made on behalf of that
        resource, as with the global condition key ``aws:SourceArn``; it does not apply to
        RetireGrant (H4). That the two must be the same to the letter is the sandbox's
        assumption."""
        wanted = (self.constraints or {}).get(SOURCE_ARN)
        return wanted is None or request.keys.get("aws:sourcearn") == wanted

    def _met(self, request: Request) -> bool:
        """Keys of an encryption context are case-sensitive here, unlike condition keys
        (R2.12). botocore's model of GrantConstraints says that they are not: the
        sandbox's assumption."""
        given = {
            name[len(_PREFIX) :]: value
            for name, value in request.context.items()
            if name.startswith(_PREFIX)
        }
        return all(
            given == pairs if kind == EQUALS else given.items() >= pairs.items()
            for kind, pairs in self._context_pairs.items()
        )

    @property
    def _context_pairs(self) -> dict[str, Mapping[str, str]]:
        """The constraints on the encryption context."""
        constraints = self.constraints or {}
        return {k: pairs for k, pairs in constraints.items() if not isinstance(pairs, str)}

    def _passes_on(self, request: Request) -> bool:
        """A new grant may give a subset of the operations, under constraints no looser (A57).

        The request's encryption context is then that of the new grant's constraint.
        """
        wanted = request.keys.get("kms:grantoperations", ())
        wanted = (wanted,) if isinstance(wanted, str) else wanted
        if not wanted or not self.operations.issuperset(wanted):
            return False
        kind = request.keys.get("kms:grantconstrainttype")
        strict = EQUALS in self._context_pairs
        return not self._context_pairs or kind == EQUALS or (kind == SUBSET and not strict)


def _check_names(source: Mapping[str, Any]) -> None:
    """A misspelt Constraints would otherwise leave a grant without any."""
    if unknown := [name for name in source if name not in _MEMBERS]:
        near = difflib.get_close_matches(str(unknown[0]), _MEMBERS, 1)
        hint = f"; did you mean {near[0]}?" if near else f": expected {', '.join(_MEMBERS)}."
        raise RequestError(f"{quote(unknown[0])} is not a member of a grant{hint}")


def _check_constraints(constraints: object) -> None:
    if constraints is None:
        return
    for kind, pairs in _pairs(constraints, "Constraints").items():
        if kind == SOURCE_ARN:
            if not isinstance(pairs, str):
                raise RequestError(f"The {SOURCE_ARN} of a grant must be a text.")
            continue
        if kind not in (EQUALS, SUBSET):
            raise RequestError(
                f"{quote(kind)} is not a grant constraint: expected {EQUALS}, {SUBSET} or "
                f"{SOURCE_ARN}."
            )
        if not all(isinstance(value, str) for value in _pairs(pairs, kind).values()):
            raise RequestError(f"The values of a grant's {kind} must be texts.")


def _pairs(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise RequestError(f"The {what} of a grant must be a JSON object, not {quote(value)}.")
    return value
