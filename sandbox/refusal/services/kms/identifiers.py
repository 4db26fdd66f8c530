"""How a request names a KMS key: key ID, key ARN, alias name or alias ARN (A4).

``Inventory.find`` looks up what they name.
"""

from __future__ import annotations

import re

from ...errors import AwsError

KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}")
#: Region, account, and what stands after them.
ARN = re.compile(r"arn:aws:kms:([a-z0-9-]+):(\d{12}):(key/.+|alias/.+)")


def named_account(key_id: str) -> str | None:
    """The account in a key or alias ARN; None for an id or a name."""
    match = ARN.fullmatch(key_id)
    return match.group(2) if match else None


def alias_in(key_id: str) -> str | None:
    """The alias name in an alias name or alias ARN; None if a key is named by its id."""
    name = key_id.rsplit(":", 1)[-1]
    return name if name.startswith("alias/") else None


def not_found(text: str) -> AwsError:
    """A ``NotFoundException`` with this message."""
    return AwsError("NotFoundException", text)
