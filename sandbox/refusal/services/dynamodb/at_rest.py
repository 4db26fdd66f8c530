"""What the disk holds of a table, for learners to look at."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .data_keys import ALGORITHM, IV_BYTES

_KEYS = "wrapped_table_key", "encrypted_data_key"


@dataclass(frozen=True)
class AtRest:
    """A table as it is stored: ciphertext, and the encrypted keys that it can be decrypted with.

    Attributes:
        table_name: the table's name.
        key_arn: the ARN of the KMS key that encrypts the table key; None for a key owned by AWS.
        encryption_context: the encryption context with which KMS decrypts the table key.
        wrapped_table_key: the table key, encrypted: a ciphertext blob of KMS.
        encrypted_data_key: the data encryption key, encrypted under the table key.
        pages: a page for each item, encrypted under the data encryption key: an initialization
            vector of 12 bytes, then the ciphertext with its authentication tag.
        algorithm: the algorithm of the pages and of the encrypted data key.
    """

    table_name: str
    key_arn: str | None
    encryption_context: Mapping[str, str]
    wrapped_table_key: bytes
    encrypted_data_key: bytes
    pages: tuple[bytes, ...]
    algorithm: str = ALGORITHM

    def contains(self, text: str | bytes) -> bool:
        """Whether a text occurs in plaintext anywhere in what is stored.

        Args:
            text: a text, which is encoded as UTF-8, or bytes.
        """
        wanted = text.encode() if isinstance(text, str) else text
        keys = self.wrapped_table_key, self.encrypted_data_key
        return any(wanted in stored for stored in (*keys, *self.pages))

    def __repr__(self) -> str:
        owner = self.key_arn or "a key owned by AWS"
        lines = [
            f"Table {self.table_name!r} at rest: {len(self.pages)} pages, {self.algorithm}",
            f"  table key: {_show(self.wrapped_table_key)}",
            "  wrapped by",  # An ARN has 75 characters, and a cell little more.
            f"    {owner}",
            f"  data encryption key: {_show(self.encrypted_data_key, IV_BYTES)}",
        ]
        lines += [f"  page {n}: {_show(page)}" for n, page in enumerate(self.pages[:5])]
        if len(self.pages) > 5:
            lines.append(f"  … and {len(self.pages) - 5} more")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The same as JSON: an object of the attributes, with bytes as Base64."""
        return {
            **asdict(self),
            "encryption_context": dict(self.encryption_context),
            **{name: base64.b64encode(getattr(self, name)).decode() for name in _KEYS},
            "pages": [base64.b64encode(page).decode() for page in self.pages],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AtRest:
        """The table of which ``to_json`` made this."""
        return cls(
            **{
                **data,
                **{name: base64.b64decode(data[name]) for name in _KEYS},
                "pages": tuple(base64.b64decode(page) for page in data["pages"]),
            }
        )


def _show(stored: bytes, shown: int = 16) -> str:
    return f"{len(stored)} bytes, {stored[:shown].hex(' ')} …"
