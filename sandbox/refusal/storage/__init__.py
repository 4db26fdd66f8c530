"""An account in a file, and back: ``Sandbox.save`` and ``Sandbox.load``.

- ``account``: what of a sandbox is its account.
- ``graph``: objects as JSON, and back; nothing in a file is ever executed.
- ``file``: the file: its version, its digest, and how it is replaced as a whole.

Rows of tables and records of streams lie in the file as they lie in memory, as ciphertext. The file
also has what unlocks them, the material of the KMS keys, as AWS has both. It protects nothing.

Not in the file: the audit trail, which begins anew, and the table keys that DynamoDB keeps open for
five minutes, so that it asks KMS again.
"""

from .account import apply, gather, seed_of
from .file import check, read, write

__all__ = ["apply", "check", "gather", "read", "seed_of", "write"]
