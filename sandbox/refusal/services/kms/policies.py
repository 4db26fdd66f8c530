"""Key policies: the default one, what KMS accepts, and the principals they name.

A10-A20; D8 for users that were deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...authorization import Policy, PolicyError, principals_of, validate_key_policy
from ...errors import AwsError
from . import principals


def default_policy(account: str) -> str:
    """The policy of a key made without one (A10)."""
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
    comes later is not meant (D8).
    """

    text: str
    parsed: Policy
    #: ARN -> unique id of each user and role that the policy names.
    saved_ids: dict[str, str] = field(default_factory=dict)

    def _gone(self) -> dict[str, str]:
        """ARN -> what stands for it now, of each principal that has it no more."""
        return {
            arn: principals.current_arn(arn, saved)
            for arn, saved in self.saved_ids.items()
            if principals.unique_id(arn) != saved
        }

    def current_text(self) -> str:
        """What GetKeyPolicy returns: a principal that was renamed shows its new ARN, one that was
        deleted shows as its unique id."""
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
    """Read a key policy that was accepted before."""
    return Policy.parse(text, kind="resource-based", name="default")


#: A key policy that allows nobody anything. Of a key in another account that is not there, and of
#: what a grant alone decides, no more is known.
NO_STATEMENTS = parse('{"Version":"2012-10-17","Statement":[]}')


def read_policy(text: str) -> KeyPolicy:
    """Accept a policy that a caller wants to give a key; the lockout check comes later.

    Raises:
        AwsError: ``LimitExceededException`` for its size, ``MalformedPolicyDocumentException``
            for anything else (A16-A20). The wording of what is malformed is the
            sandbox's own; that A20's text has this code is the sandbox's assumption.
    """
    try:
        parsed = validate_key_policy(text)
    except PolicyError as error:
        raise AwsError(error.code, str(error)) from None
    # As KMS gives it back: laid out anew, whatever it looked like (A10).
    return KeyPolicy(pretty(json.loads(text)), parsed, _saved_ids(parsed))


def _saved_ids(policy: Policy) -> dict[str, str]:
    """The unique ids of the principals that have one; all must exist (A18)."""
    named = [name for name in principals_of(policy) if not principals.is_account(name)]
    found = {name: principals.unique_id(name) for name in named}
    services = principals_of(policy, "Service", everyone=True)
    if None in found.values() or not all(map(principals.is_service, services)):
        raise malformed("Policy contains a statement with one or more invalid principals.")
    return {name: unique_id for name, unique_id in found.items() if unique_id}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _holders(document: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """Each Principal and NotPrincipal element that lists principals of a kind."""
    for statement in _as_list(document["Statement"]):
        for element in ("Principal", "NotPrincipal"):
            holder = statement.get(element)
            if isinstance(holder, dict) and kind in holder:
                yield holder


def malformed(text: str) -> AwsError:
    """A ``MalformedPolicyDocumentException`` with this message."""
    return AwsError("MalformedPolicyDocumentException", text)
