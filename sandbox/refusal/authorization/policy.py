"""Policy documents, read and checked once."""

from __future__ import annotations

import difflib
import enum
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import strict_json
from .conditions import read_conditions
from .errors import PolicyError, quote
from .patterns import Patterns, read
from .principals import Principals, principals
from .statements import Statement

LATEST = "2012-10-17"
_ELEMENTS = (
    *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
    *("Resource", "NotResource", "Condition"),
)
_KINDS = ("AWS", "Service", "Federated", "CanonicalUser")


class PolicyType(enum.StrEnum):
    """The types of policy that a decision weighs."""

    IDENTITY = "identity-based"
    RESOURCE = "resource-based"
    TRUST = "role trust policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session"

    @property
    def names_principals(self) -> bool:
        """Whether the statements of such a policy have a Principal element."""
        return self in (PolicyType.RESOURCE, PolicyType.TRUST)

    @property
    def phrase(self) -> str:
        """The type as AWS's error messages name it (R3.2, R3.3)."""
        return _PHRASES[self]


_PHRASES = {
    PolicyType.IDENTITY: "an identity-based policy",
    PolicyType.RESOURCE: "a resource-based policy",
    PolicyType.TRUST: "the role trust policy",
    PolicyType.BOUNDARY: "a permissions boundary",
    PolicyType.SESSION: "a session policy",
}


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document that has been read; ``Policy.parse`` makes one.

    Attributes:
        type: the type of policy.
        name: its name in a decision; may be empty.
        arn: its ARN; may be empty.
        statements: its statements, in order.
    """

    type: PolicyType
    name: str
    arn: str
    statements: tuple[Statement, ...]

    @classmethod
    def parse(
        cls, document: str | Mapping[str, Any], *, kind: str, name: str = "", arn: str = ""
    ) -> Policy:
        """Read a policy document. The result for a text is cached.

        Args:
            document: the document as JSON text, or as a mapping.
            kind: the type of policy, one of the values of ``PolicyType``: ``identity-based``,
                ``resource-based``, ``role trust policy``, ``permissions boundary`` or ``session``.
            name: the policy's name in a decision.
            arn: its ARN, if it has one.

        Raises:
            PolicyError: the document is not a policy of this type, or uses an element, operator or
                variable that this library does not know. It never guesses.
        """
        if isinstance(document, str):
            return _parse_text(document, kind, name, arn)
        return _Reader(kind).policy(document, name, arn)

    @property
    def label(self) -> str:
        """The policy's ARN, its name, or its type."""
        return self.arn or self.name or str(self.type)


@lru_cache(maxsize=2048)
def _parse_text(text: str, kind: str, name: str, arn: str) -> Policy:
    try:
        document = strict_json.loads(text)
    except RecursionError:
        raise PolicyError("The policy is not valid JSON: it is nested too deeply.") from None
    except strict_json.NotStrict as error:
        raise PolicyError(f"The policy {error}.") from None
    except json.JSONDecodeError as error:
        raise PolicyError(f"The policy is not valid JSON: {error}.") from None
    except ValueError:  # Python does not read an integer of thousands of digits.
        raise PolicyError("The policy is not valid JSON: a number is too long.") from None
    return _Reader(kind).policy(document, name, arn)


class _Reader:
    """Reads the documents of one type of policy."""

    def __init__(self, kind: str) -> None:
        if kind not in list(PolicyType):
            known = ", ".join(PolicyType)
            raise PolicyError(f"{quote(kind)} is not a type of policy: expected one of {known}.")
        self.type = PolicyType(kind)

    def policy(self, source: Any, name: str, arn: str) -> Policy:
        source = _members(source, "A policy", ("Version", "Id", "Statement"))
        version = source.get("Version", "2008-10-17")
        if version not in (LATEST, "2008-10-17"):
            raise PolicyError(f"The policy's Version must be {LATEST}, not {quote(version)}.")
        self.variables = version == LATEST
        if not isinstance(source.get("Id", ""), str):
            raise PolicyError("The policy's Id must be a text.")
        if "Statement" not in source:
            raise PolicyError("The policy has no Statement.")
        listed = source["Statement"]
        numbered = enumerate(listed if isinstance(listed, list) else [listed], 1)
        return Policy(self.type, name, arn, tuple(self.statement(s, n) for n, s in numbered))

    def statement(self, source: Any, index: int) -> Statement:
        what = f"Statement {index}"
        source = _members(source, what, _ELEMENTS)
        sid, effect = source.get("Sid", ""), source.get("Effect")
        if not isinstance(sid, str):
            raise PolicyError(f"The Sid of {what} must be a text, not {quote(sid)}.")
        if effect not in ("Allow", "Deny"):
            given = f", not {quote(effect)}" if "Effect" in source else ""
            raise PolicyError(f"{what} must have the Effect Allow or Deny{given}.")
        return Statement(
            index=index,
            sid=sid,
            effect=effect,
            principals=self._principals(source, what),
            not_principal="NotPrincipal" in source,
            actions=self._actions(source, what),
            resources=self._resources(source, what),
            conditions=read_conditions(source.get("Condition", {}), what, self.variables),
            source=source,
        )

    def _principals(self, source: Mapping[str, Any], what: str) -> Principals | None:
        element = self._one_of("Principal", source, what, self.type.names_principals)
        # In a trust policy NotPrincipal is refused: IAM User Guide, "NotPrincipal".
        trust = element == "NotPrincipal" and self.type is PolicyType.TRUST
        if element and (trust or not self.type.names_principals):
            raise self._misplaced(element, what)
        if element is None:
            return None
        if element == "NotPrincipal" and source["Effect"] == "Allow":
            raise PolicyError(f"{what} allows with NotPrincipal: NotPrincipal goes with Deny only.")
        # Each kind is its own (D7). CanonicalUser is Amazon S3's, and Federated is an identity
        # provider: neither is ever a caller here.
        listed = dict(principals_in(source[element], what))
        return principals(listed.get("AWS", ()), listed.get("Service", ()))

    def _actions(self, source: Mapping[str, Any], what: str) -> Patterns | None:
        # A key policy's statement without Action or Resource has no effect (A15).
        required = self.type is not PolicyType.RESOURCE
        if (element := self._one_of("Action", source, what, required)) is None:
            return None
        texts = _texts(source[element], f"The {element} of {what}")
        for text in texts:
            if text.strip("*") and not text.partition(":")[2]:
                raise PolicyError(
                    f"The action {quote(text)} of {what} is not of the form service:Action, "
                    "such as kms:Decrypt."
                )
        templates = [read(text.lower(), variables=False) for text in texts]
        return Patterns.compile(texts, templates, element == "NotAction")

    def _resources(self, source: Mapping[str, Any], what: str) -> Patterns | None:
        trust = self.type is PolicyType.TRUST
        element = self._one_of("Resource", source, what, not self.type.names_principals)
        if element is None:  # A trust policy is about its own role.
            return Patterns.compile((), [read("*", variables=False)], False) if trust else None
        if trust:
            raise self._misplaced(element, what)
        texts = _texts(source[element], f"The {element} of {what}")
        templates = []
        for text in texts:
            if text.strip("*") and not text.startswith("arn:"):
                raise PolicyError(f"The {element} {quote(text)} of {what} is neither an ARN nor *.")
            # Variables count after the fifth colon only (R1.13).
            head = len(":".join(text.split(":")[:5])) + 1
            templates.append(read(text, variables=self.variables, skip=head))
        return Patterns.compile(texts, templates, element == "NotResource")

    def _one_of(
        self, name: str, source: Mapping[str, Any], what: str, required: bool
    ) -> str | None:
        present = [element for element in (name, f"Not{name}") if element in source]
        if len(present) == 2:
            raise PolicyError(f"{what} has both {name} and Not{name}: it may have one of them.")
        if required and not present:
            raise PolicyError(f"{what} has no {name}, which {self.type.phrase} must have.")
        return present[0] if present else None

    def _misplaced(self, element: str, what: str) -> PolicyError:
        return PolicyError(f"{what} has a {element}, which {self.type.phrase} must not have.")


def principals_in(element: Any, what: str) -> list[tuple[str, tuple[str, ...]]]:
    """The principals of a Principal element, by kind.

    Raises:
        PolicyError: the element has the wrong form.
    """
    if element == "*":
        return [("AWS", ("*",))]
    if not isinstance(element, Mapping) or not element:
        raise PolicyError(
            f'The Principal of {what} must be "*" or a list by kind such as '
            f'{{"AWS": "arn:..."}}, not {quote(element)}.'
        )
    if unknown := [kind for kind in element if kind not in _KINDS]:
        raise PolicyError(
            f"{quote(unknown[0])} in {what} is not a kind of principal: expected one of "
            f"{', '.join(_KINDS)}."
        )
    return [(kind, _texts(names, f"The {kind} of {what}")) for kind, names in element.items()]


def _texts(value: Any, what: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(item, str) and item for item in listed):
        raise PolicyError(f"{what} must be a text or a list of texts, not {quote(value)}.")
    return tuple(listed)


def _members(value: Any, what: str, known: Iterable[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PolicyError(f"{what} must be a JSON object, not {quote(value)}.")
    if unknown := [name for name in value if name not in known]:
        near = difflib.get_close_matches(str(unknown[0]), known, 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise PolicyError(f"{what} has an unknown element {quote(unknown[0])}{hint}")
    return value
