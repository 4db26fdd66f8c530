"""A request, and who makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .errors import RequestError, quote

_ARN = re.compile(
    r"arn:[a-z-]+:(?:iam::(\d{12}):(root|user|role)|sts::(\d{12}):(assumed-role|federated-user))"
    r"(?:/(.+))?",
    re.ASCII | re.DOTALL,
)
_SERVICE = re.compile(r"([a-z0-9-]+\.)+amazonaws\.com(\.cn)?", re.ASCII)
_REGION_LABEL = re.compile(r"\.[a-z]{2}(-[a-z]+)+-\d(?=\.)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource, asked by one principal.

    Args:
        principal: the caller's ARN (IAM user, root, assumed-role session, federated user), or
            the name of a service principal.
        action: such as ``kms:Decrypt``.
        resource: an ARN, or ``*`` for an action without a resource.
        context: the condition keys of the request with their values; a multivalued key has a list.
            The names of the keys are case-insensitive.
        resource_account: the ID of the account that owns the resource; None if that is the
            caller's account.

    Raises:
        RequestError: a part has the wrong form.
    """

    principal: str
    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    resource_account: str | None = None
    #: The context, by names in lower case.
    keys: dict[str, str | tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        account = "" if self.resource_account is None else self.resource_account
        texts = (self.principal, self.action, self.resource, account)
        if not all(isinstance(text, str) for text in texts):
            raise RequestError("The parts of a request must be texts; context is a mapping.")
        if ":" not in self.action:
            raise RequestError(
                f"The action {quote(self.action)} is not of the form service:Action, "
                "such as kms:Decrypt."
            )
        caller_of(self.principal)
        object.__setattr__(self, "keys", _lowered(self.context))

    @property
    def caller(self) -> Caller:
        """Who makes the request."""
        return caller_of(self.principal)

    @property
    def is_cross_account(self) -> bool:
        """Whether the resource is another account's; a service is in none."""
        own, owner = self.caller.account, self.resource_account
        return own is not None and owner is not None and own != owner


def _lowered(context: object) -> dict[str, str | tuple[str, ...]]:
    """Two keys that differ in case only become one multivalued key: the sandbox's assumption."""
    if not isinstance(context, Mapping):
        raise RequestError("The context of a request must be a mapping of condition keys.")
    keys: dict[str, str | tuple[str, ...]] = {}
    for name, given in context.items():
        value = given if type(given) is str and type(name) is str else _several(name, given)
        lowered = name.lower()
        keys[lowered] = _joined(keys[lowered], value) if lowered in keys else value
    return keys


def _joined(*values: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(v for value in values for v in ((value,) if isinstance(value, str) else value))


def _several(name: object, value: object) -> str | tuple[str, ...]:
    if isinstance(value, str) and isinstance(name, str):
        return value
    listed = tuple(value) if isinstance(value, (list, tuple)) else (None,)
    if not isinstance(name, str) or not all(isinstance(item, str) for item in listed):
        raise RequestError(
            f"The condition key {quote(name)} must have a text or a list of texts as its value."
        )
    return tuple(str(item) for item in listed)


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal behind an ARN.

    ``name`` is the role's name for a session, whose ARN does not show the role's path; for a
    service its name without a Region.
    """

    arn: str
    kind: str
    account: str | None
    name: str


@lru_cache(maxsize=4096)
def caller_of(principal: str) -> Caller:
    """Read a principal's ARN, or a service principal's name.

    Raises:
        RequestError: it is neither.
    """
    match = _ARN.fullmatch(principal)
    if match is None:
        if _SERVICE.fullmatch(principal):
            return Caller(principal, "service", None, _REGION_LABEL.sub("", principal))
        raise _unknown(principal)
    kind, name = match[2] or match[4], match[5] or ""
    if (kind == "root") != (name == "") or (kind == "assumed-role" and name.count("/") != 1):
        raise _unknown(principal)
    name = name.split("/")[0] if kind == "assumed-role" else name.rsplit("/", 1)[-1]
    return Caller(principal, kind, match[1] or match[3], name)


def _unknown(principal: str) -> RequestError:
    return RequestError(
        f"{quote(principal)} is not a principal: expected the ARN of an IAM user, role, "
        "assumed-role session, federated user or root user, or a service principal such as "
        "dynamodb.amazonaws.com."
    )
