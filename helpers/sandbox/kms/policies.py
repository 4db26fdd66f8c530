"""Key policies: the default one, what KMS accepts, and the principals they name.

aws-behaviour.md A10-A20; D8 for users that were deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from helpers.authorization import Policy, PolicyError

from ..errors import AwsError
from . import principals

MAX_POLICY_BYTES = 32768


def default_policy(account: str) -> str:
    """The policy of a key made without one (aws-behaviour.md A10)."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return pretty({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})


def pretty(value: Any, indent: str = "") -> str:
    """JSON laid out as KMS returns it: members on lines of their own, lists on one."""
    if isinstance(value, dict):
        inner = indent + "  "
        members = [f"{inner}{json.dumps(k)} : {pretty(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list):
        return "[ " + ", ".join(pretty(item, indent) for item in value) + " ]"
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """A key's policy as it was saved.

    KMS saves a user or role that a policy names by its unique id: somebody of the same name who
    comes later is not meant (aws-behaviour.md D8).
    """

    text: str
    parsed: Policy
    #: ARN -> unique id of each user and role that the policy names.
    saved_ids: dict[str, str] = field(default_factory=dict)

    def _gone(self) -> dict[str, str]:
        return {
            arn: saved
            for arn, saved in self.saved_ids.items()
            if principals.unique_id(arn) != saved
        }

    def current_text(self) -> str:
        """What GetKeyPolicy returns: a principal that was deleted shows as its unique id."""
        gone = self._gone()
        if not gone:
            return self.text
        document = json.loads(self.text)
        for holder in _holders(document, "AWS"):
            kept = [gone.get(name, name) for name in _as_list(holder["AWS"])]
            holder["AWS"] = kept if len(kept) > 1 else kept[0]
        return pretty(document)

    def current(self) -> Policy:
        """The policy as it counts now."""
        return self.parsed if not self._gone() else parse(self.current_text())


def parse(text: str) -> Policy:
    """Read a key policy.

    Raises:
        AwsError: ``MalformedPolicyDocumentException``. The wording of what is malformed is the
            sandbox's own.
    """
    try:
        return Policy.parse(text, kind="resource-based", name="default")
    except PolicyError as error:
        raise malformed(str(error)) from None
    except RecursionError:
        raise malformed("The policy is nested too deeply.") from None


def read_policy(text: str) -> KeyPolicy:
    """Accept a policy that a caller wants to give a key; the lockout check comes later.

    Raises:
        AwsError: ``LimitExceededException`` for its size, ``MalformedPolicyDocumentException``
            for anything else (aws-behaviour.md A16-A20).
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_POLICY_BYTES:
        # The code is in botocore's model; the wording is the sandbox's own.
        raise AwsError(
            "LimitExceededException", f"The policy is larger than {MAX_POLICY_BYTES} bytes."
        )
    parsed = parse(text)
    document = json.loads(text)
    try:
        _refuse_overly_permissive(document)
        # As KMS gives it back: laid out anew, whatever it looked like (A10).
        return KeyPolicy(pretty(document), parsed, _check_principals(document))
    except (AttributeError, KeyError, TypeError):
        raise malformed(
            "A statement of the policy, or a part of one, has the wrong type."
        ) from None


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _holders(document: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """Each Principal and NotPrincipal element that lists principals of a kind."""
    for statement in _as_list(document["Statement"]):
        for element in ("Principal", "NotPrincipal"):
            holder = statement.get(element)
            if isinstance(holder, dict) and kind in holder:
                yield holder


def _check_principals(document: dict[str, Any]) -> dict[str, str]:
    """The unique ids of the principals that have one; all must exist."""
    found: dict[str, str | None] = {}
    for holder in _holders(document, "AWS"):
        for name in _as_list(holder["AWS"]):
            if name != "*" and not principals.is_account(name):
                found[name] = principals.unique_id(name)
    services = [
        name for holder in _holders(document, "Service") for name in _as_list(holder["Service"])
    ]
    if None in found.values() or not all(map(principals.is_service, services)):
        raise malformed("Policy contains a statement with one or more invalid principals.")
    return {name: unique_id for name, unique_id in found.items() if unique_id}


def _refuse_overly_permissive(document: dict[str, Any]) -> None:
    """ForAllValues on a single-valued key (aws-behaviour.md A20, authorization.md 1). The error
    code is the sandbox's assumption."""
    for statement in _as_list(document["Statement"]):
        for operator, keys in (statement.get("Condition") or {}).items():
            if not operator.lower().startswith("forallvalues:"):
                continue
            names = [name.lower() for name in keys]
            if any(name.startswith("kms:encryptioncontext:") for name in names):
                raise malformed(_TOO_WIDE.format("EncryptionContext", "encryption context"))
            if any(name.startswith("aws:requesttag/") for name in names):
                raise malformed(_TOO_WIDE.format("RequestTag", "request tag"))


_TOO_WIDE = (
    "OverlyPermissiveCondition:{0}: Using the ForAllValues set operator with a single-valued "
    "condition key matches requests without the specified {1} or with an unspecified {1}. "
    "To fix, remove ForAllValues."
)


def malformed(text: str) -> AwsError:
    """A ``MalformedPolicyDocumentException`` with this message."""
    return AwsError("MalformedPolicyDocumentException", text)
