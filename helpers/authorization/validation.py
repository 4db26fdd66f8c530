"""What KMS accepts as a key policy (aws-behaviour.md A15-A20)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import PolicyError
from .policy import Policy, principals_in

MAX_KEY_POLICY_BYTES = 32768
MALFORMED = "MalformedPolicyDocumentException"
_PRINCIPAL = re.compile(
    r"\*|\d{12}|A(IDA|ROA)[A-Z0-9]+|arn:[a-z-]+:iam::\d{12}:(root|user/[^*?]+|role/[^*?]+)"
    r"|arn:[a-z-]+:sts::\d{12}:(assumed-role/[^*?/]+/[^*?/]+|federated-user/[^*?/]+)",
    re.ASCII,
)
#: A20 for the encryption context; for request tags KMS says the same of its own key.
_TOO_WIDE = (
    "OverlyPermissiveCondition:{0}: Using the ForAllValues set operator with a single-valued "
    "condition key matches requests without the specified {1} or with an unspecified {1}. "
    "To fix, remove ForAllValues."
)
_SINGLE_VALUED = {
    "kms:encryptioncontext:": ("EncryptionContext", "encryption context"),
    "aws:requesttag/": ("RequestTag", "request tag"),
}


def validate_key_policy(document: str) -> Policy:
    """Read a key policy as KMS does when it is put. Whether its principals exist is not asked
    here: see ``principals_of``.

    Raises:
        PolicyError: with ``code`` LimitExceededException for its size, and otherwise
            MalformedPolicyDocumentException.
    """
    if len(document.encode("utf-8", "surrogatepass")) > MAX_KEY_POLICY_BYTES:
        raise PolicyError(
            f"The key policy is larger than {MAX_KEY_POLICY_BYTES} bytes.",
            "LimitExceededException",
        )
    if bad := re.search(r"[^\t\n\r\x20-\xff]", document):
        raise PolicyError(
            f"The key policy holds the character {bad[0]!r}: it may hold printable ASCII and "
            "Latin-1 characters.",
            MALFORMED,
        )
    try:
        policy = Policy.parse(document, kind="resource-based", name="default")
    except PolicyError as error:
        raise PolicyError(str(error), MALFORMED) from None
    _refuse_overly_permissive(policy)
    if not all(_PRINCIPAL.fullmatch(name) for name in principals_of(policy, everyone=True)):
        # Wording: A18. Groups are no principals (A16), nor are parts of ARNs (D7).
        text = "Policy contains a statement with one or more invalid principals."
        raise PolicyError(text, MALFORMED)
    return policy


def _refuse_overly_permissive(policy: Policy) -> None:
    for statement in policy.statements:
        for condition in statement.conditions:
            for prefix, words in _SINGLE_VALUED.items():
                if condition.quantifier == "ForAllValues" and condition.lowered.startswith(prefix):
                    raise PolicyError(_TOO_WIDE.format(*words), MALFORMED)


def principals_of(policy: Policy, kind: str = "AWS", *, everyone: bool = False) -> tuple[str, ...]:
    """The principals of one kind that a policy names in Principal and NotPrincipal, in order and
    once each: accounts, ARNs and unique ids as written.

    Args:
        kind: AWS, Service, Federated or CanonicalUser.
        everyone: whether to list ``*``.
    """
    found: dict[str, None] = {}
    for statement in policy.statements:
        source: Mapping[str, Any] = statement.source
        for element in ("Principal", "NotPrincipal"):
            listed = principals_in(source[element], element) if element in source else []
            for named, names in listed:
                if named == kind:
                    found.update(dict.fromkeys(names))
    if not everyone:
        found.pop("*", None)
    return tuple(found)
