"""Principals that policies and grants name, held against a caller (D7-D9)."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import lru_cache

from .request import Request

_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?", re.ASCII)
_ROLE = re.compile(r"arn:[a-z-]+:iam::(\d{12}):role/(?:.*/)?([^/]+)", re.ASCII | re.DOTALL)
_UNIQUE_ID = re.compile(r"A(?:IDA|ROA)[A-Z0-9]+", re.ASCII)


class Level(enum.IntEnum):
    """How closely a principal element names the caller (R2.1).

    From ``ROLE`` down, a permissions boundary limits what is allowed; from ``PARENT`` down, a
    session policy does.
    """

    NONE = 0
    #: The caller's account: leaves the decision to its identity-based policies.
    ACCOUNT = 1
    #: The role of the caller's session.
    ROLE = 2
    #: The user behind a federated session. That a boundary does not limit it, as it does not
    #: limit that user, is the sandbox's assumption.
    PARENT = 3
    #: The caller's own ARN, or everyone.
    DIRECT = 4


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal element, or the grantee of a grant."""

    everyone: bool
    accounts: frozenset[str]
    roles: frozenset[tuple[str, str]]
    #: Unique ids that stand for deleted users and roles.
    ids: frozenset[str]
    names: frozenset[str]
    #: AWS services, such as ``dynamodb.amazonaws.com``.
    services: frozenset[str]

    def level(self, request: Request) -> Level:
        """How closely the caller is named; a part of an ARN is never a wildcard."""
        caller = request.caller
        if caller.kind == "service":
            # dynamodb.amazonaws.com means the service in every Region: the sandbox's assumption.
            named = self.everyone or {caller.arn, caller.name} & self.services
            return Level.DIRECT if named else Level.NONE
        if self.everyone or caller.arn in self.names:
            return Level.DIRECT
        if self.ids and (found := self._level_by_id(request)):
            return found
        if caller.kind in ("assumed-role", "role") and (caller.account, caller.name) in self.roles:
            return Level.ROLE
        if caller.kind == "federated-user" and request.keys.get("aws:principalarn") in self.names:
            return Level.PARENT
        return Level.ACCOUNT if caller.account in self.accounts else Level.NONE

    def _level_by_id(self, request: Request) -> Level:
        """A saved id means whoever still has it, nobody who took the name later. Documented for
        role trust policies; for users and other policies the sandbox's assumption (D8)."""
        user_id = request.keys.get("aws:userid")
        if not isinstance(user_id, str):
            return Level.NONE
        own, _, session = user_id.partition(":")
        if own not in self.ids:
            return Level.NONE
        return Level.ROLE if session or request.caller.kind == "role" else Level.DIRECT

    def exempts(self, request: Request) -> bool:
        """Whether NotPrincipal leaves the caller out: account, role and caller are validated one
        after the other, so all of them must be listed (D9; IAM User Guide, "NotPrincipal")."""
        caller = request.caller
        if self.everyone or caller.kind == "service":
            return self.level(request) is Level.DIRECT
        if caller.account not in self.accounts:
            return False
        if caller.kind == "assumed-role" and (caller.account, caller.name) not in self.roles:
            return False
        return caller.kind == "root" or self._names_itself(request)

    def _names_itself(self, request: Request) -> bool:
        closest = Level.ROLE if request.caller.kind == "role" else Level.DIRECT
        return self.level(request) is closest


@lru_cache(maxsize=4096)
def principals(names: tuple[str, ...], services: tuple[str, ...] = ()) -> Principals:
    """Read principals as a policy or a grant writes them.

    Args:
        names: accounts, ARNs, unique ids, or ``*`` for everyone.
        services: AWS services; of these, ``*`` means none.
    """
    return Principals(
        everyone="*" in names,
        accounts=frozenset(m[1] for name in names if (m := _ACCOUNT.fullmatch(name))),
        roles=frozenset((m[1], m[2]) for name in names if (m := _ROLE.fullmatch(name))),
        ids=frozenset(name for name in names if _UNIQUE_ID.fullmatch(name)),
        names=frozenset(names),
        services=frozenset(services),
    )
