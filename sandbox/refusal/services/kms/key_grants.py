"""A grant on a key, and all grants of one key: found without a search.

The operations on grants are in ``grants``.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: Grants per key (A63).
MAX_GRANTS = 50_000
#: Tokens of one grant that are known: each request for the same grant gives out one more. AWS
#: does not say how long one is good for; that the oldest go is the sandbox's assumption.
MAX_TOKENS = 1_000


@dataclass(slots=True, eq=False)
class KeyGrant:
    """A grant on a key (A53, A54)."""

    grant_id: str
    serial: int
    name: str
    created: datetime.datetime
    grantee: str
    #: The grantee's unique id at the time; empty if it has none.
    grantee_id: str
    retiring: str
    issuing_account: str
    operations: tuple[str, ...]
    #: ``EncryptionContextEquals`` or ``EncryptionContextSubset``, and ``SourceArn``, as given.
    constraints: dict[str, Any]
    tokens: list[str] = field(default_factory=list)

    def entry(self, key_arn: str) -> dict[str, Any]:
        """The grant as ListGrants shows it."""
        result: dict[str, Any] = {
            "KeyId": key_arn,
            "GrantId": self.grant_id,
            "Name": self.name,
            "CreationDate": self.created,
            "GranteePrincipal": self.grantee,
            "IssuingAccount": self.issuing_account,
            "Operations": list(self.operations),
        }
        if self.retiring:
            result["RetiringPrincipal"] = self.retiring
        if self.constraints:
            result["Constraints"] = self.constraints
        return result

    def same_as(self, other: KeyGrant) -> bool:
        """True if both were asked for with the same parameters (A60)."""
        return all(
            getattr(self, part) == getattr(other, part)
            for part in ("name", "grantee", "grantee_id", "retiring", "constraints")
        ) and set(self.operations) == set(other.operations)


class KeyGrants:
    """The grants of one key, by ID, by grantee and by name."""

    def __init__(self) -> None:
        self.by_id: dict[str, KeyGrant] = {}
        self._by_grantee: dict[str, dict[str, KeyGrant]] = {}
        self._by_name: dict[str, dict[str, KeyGrant]] = {}

    def add(self, grant: KeyGrant) -> None:
        """Take a grant in."""
        self.by_id[grant.grant_id] = grant
        self._by_grantee.setdefault(grant.grantee, {})[grant.grant_id] = grant
        if grant.name:
            self._by_name.setdefault(grant.name, {})[grant.grant_id] = grant

    def remove(self, grant: KeyGrant) -> None:
        """Forget a grant."""
        del self.by_id[grant.grant_id]
        for index, value in ((self._by_grantee, grant.grantee), (self._by_name, grant.name)):
            held = index.get(value, {})
            held.pop(grant.grant_id, None)
            if not held:
                index.pop(value, None)

    def given_to(self, grantees: Iterable[str]) -> list[KeyGrant]:
        """The grants to any of these principals."""
        found: list[KeyGrant] = []
        for grantee in grantees:
            found += self._by_grantee.get(grantee, {}).values()
        return found

    def requested_like(self, wanted: KeyGrant) -> KeyGrant | None:
        """A grant with the same name that was asked for with the same parameters."""
        named = self._by_name.get(wanted.name, {}).values()
        return next((grant for grant in named if grant.same_as(wanted)), None)
