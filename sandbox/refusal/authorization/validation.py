"""What KMS accepts as a key policy (A15-A20)."""

from __future__ import annotations

import re

from . import strict_json
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
    if _lacks_principal(document):
        raise PolicyError("Policy contains a statement with no principal.", MALFORMED)  # H65.
    try:
        policy = Policy.parse(document, kind="resource-based", name="default")
    except PolicyError as error:
        raise PolicyError(str(error), MALFORMED) from None
    for condition in (c for statement in policy.statements for c in statement.conditions):
        for prefix, words in _SINGLE_VALUED.items():
            if condition.quantifier == "ForAllValues" and condition.lowered.startswith(prefix):
                raise PolicyError(_TOO_WIDE.format(*words), MALFORMED)
    if not all(_PRINCIPAL.fullmatch(name) for name in principals_of(policy, everyone=True)):
        # Wording: A18. Groups are no principals (A16), nor are parts of ARNs (D7).
        text = "Policy contains a statement with one or more invalid principals."
        raise PolicyError(text, MALFORMED)
    return policy


def _lacks_principal(document: str) -> bool:
    """Whether a statement names nobody, be it by an empty list."""
    try:
        read = strict_json.loads(document)
    except (ValueError, RecursionError):
        return False
    listed = read.get("Statement") if isinstance(read, dict) else None
    for one in listed if isinstance(listed, list) else [listed]:
        if isinstance(one, dict):
            named = [one[name] for name in ("Principal", "NotPrincipal") if name in one]
            if all(held in ({}, []) or _names_none(held) for held in named):
                return True
    return False


def _names_none(element: object) -> bool:
    return isinstance(element, dict) and all(names == [] for names in element.values())


def principals_of(policy: Policy, kind: str = "AWS", *, everyone: bool = False) -> tuple[str, ...]:
    """The principals of one kind that a policy names in Principal and NotPrincipal, in order and
    once each: accounts, ARNs and unique ids as written.

    Args:
        kind: AWS, Service, Federated or CanonicalUser.
        everyone: whether to list ``*``.
    """
    elements = [
        statement.source[element]
        for statement in policy.statements
        for element in ("Principal", "NotPrincipal")
        if element in statement.source
    ]
    listed = [pair for element in elements for pair in principals_in(element, "the policy")]
    names = dict.fromkeys(name for found, names in listed if found == kind for name in names)
    return tuple(name for name in names if everyone or name != "*")
