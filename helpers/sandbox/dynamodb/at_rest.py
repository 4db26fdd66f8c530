"""What the disk holds of a table, for learners to look at."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .sealed import ALGORITHM


@dataclass(frozen=True)
class AtRest:
    """A table as it is stored: ciphertext, and the wrapped key that opens it.

    Attributes:
        table_name: the table's name.
        key_arn: the KMS key that wraps the table key; None for a key owned by AWS.
        encryption_context: what ``kms.decrypt`` needs beside the wrapped table key.
        wrapped_table_key: the table key as a KMS ciphertext blob.
        pages: one page for each item: 12 bytes of initialization vector, then ciphertext and
            authentication tag.
        algorithm: what the pages are encrypted with.
    """

    table_name: str
    key_arn: str | None
    encryption_context: Mapping[str, str]
    wrapped_table_key: bytes
    pages: tuple[bytes, ...]
    algorithm: str = ALGORITHM

    def contains(self, text: str | bytes) -> bool:
        """True if the text can be read anywhere in what is stored."""
        wanted = text.encode() if isinstance(text, str) else text
        return any(wanted in stored for stored in (self.wrapped_table_key, *self.pages))

    def __repr__(self) -> str:
        owner = self.key_arn or "a key owned by AWS"
        lines = [
            f"Table {self.table_name!r} at rest: {len(self.pages)} pages, {self.algorithm}",
            f"  table key: {_show(self.wrapped_table_key)}",
            "  wrapped by",  # An ARN has 75 characters, and a cell little more.
            f"    {owner}",
        ]
        lines += [f"  page {n}: {_show(page)}" for n, page in enumerate(self.pages[:5])]
        if len(self.pages) > 5:
            lines.append(f"  … and {len(self.pages) - 5} more")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The same as JSON, bytes as Base64."""
        return {
            **asdict(self),
            "encryption_context": dict(self.encryption_context),
            "wrapped_table_key": base64.b64encode(self.wrapped_table_key).decode(),
            "pages": [base64.b64encode(page).decode() for page in self.pages],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AtRest:
        """The reverse of ``to_json``."""
        return cls(
            **{
                **data,
                "wrapped_table_key": base64.b64decode(data["wrapped_table_key"]),
                "pages": tuple(base64.b64decode(page) for page in data["pages"]),
            }
        )


def _show(stored: bytes) -> str:
    return f"{len(stored)} bytes, {stored[:16].hex(' ')} …"
