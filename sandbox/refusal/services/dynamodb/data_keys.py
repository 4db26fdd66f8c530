"""The keys under a KMS key: the table key, and the data encryption keys that it encrypts.

B17: the table key encrypts data encryption keys, one for each structure of the
table, and these encrypt the items. Here a table's rows are one structure, and each stream of it
is another. A table that moves to another KMS key gets a new table key, under which its data
encryption keys are encrypted anew; the items stay as they are.
"""

from __future__ import annotations

import hmac
import re
from decimal import Context
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...errors import AwsError, validation
from ...moto.dynamodb import MotoAttributeValue
from ...world.entropy import Entropy

ALGORITHM = "AES-256-GCM"
IV_BYTES = 12
KEY_BYTES = 32
#: Without references: the same data always gives the same bytes.
MARSHAL_FORMAT = 2
_EXACT = Context(prec=60)  # DynamoDB's numbers have up to 38 digits.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_TAMPERED = (
    "The stored data of this table was tampered with: its authentication tag does not fit, so "
    "it is not decrypted."
)


class _Key:
    """A plaintext key of 256 bits."""

    __slots__ = ("_aead", "secret")

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self._aead = AESGCM(secret)

    def seal(self, iv: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
        """Encrypt something, bound to its associated data."""
        return iv + self._aead.encrypt(iv, plaintext, associated_data)

    def open(self, sealed: bytes, associated_data: bytes) -> bytes:
        """Decrypt what was sealed with the same associated data.

        Raises:
            AwsError: ``InternalServerError`` for bytes that were changed or moved. Code and
                text are the sandbox's assumption; the status is one that clients do not retry.
        """
        try:
            return self._aead.decrypt(sealed[:IV_BYTES], sealed[IV_BYTES:], associated_data)
        except (InvalidTag, ValueError):
            raise AwsError("InternalServerError", _TAMPERED) from None


class DataKey(_Key):
    """A data encryption key: seals rows, and gives them addresses that tell nothing."""

    __slots__ = ("_addresses", "_values")

    def __init__(self, secret: bytes) -> None:
        super().__init__(secret)
        self._addresses = hmac.digest(secret, b"places", "sha256")
        self._values = hmac.digest(secret, b"values", "sha256")

    def address(self, key: MotoAttributeValue, within: bytes = b"") -> bytes:
        """Where the partition with this key lies, or the row in its partition."""
        return hmac.digest(self._addresses, within + _encoded(key.type, key.value), "sha256")

    def tag(self, kind: str, value: Any) -> bytes:
        """What stands for a value of an index's key."""
        return hmac.digest(self._values, _encoded(kind, value), "sha256")


def _encoded(kind: str, value: Any) -> bytes:
    """The same bytes for the same key, however a number is written.

    Raises:
        AwsError: ``ValidationException`` for a number that is none (the text as seen live,
            jovotech/jovo-framework, issue 197).
    """
    if kind == "N":
        if not _NUMBER.fullmatch(value):
            text = f"The parameter cannot be converted to a numeric value: {value}"
            raise validation(text)
        number = _EXACT.create_decimal(value)
        value = str(number.normalize(_EXACT)) if number else "0"
    data: bytes = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
    return kind.encode() + data


class TableKey(_Key):
    """A table key; so is here the key owned by AWS that wraps others' table keys."""

    __slots__ = ("_opened",)

    def __init__(self, secret: bytes) -> None:
        super().__init__(secret)
        self._opened: dict[tuple[bytes, bytes], DataKey] = {}

    def data_key(self, encrypted: bytes, structure: bytes) -> DataKey:
        """The data encryption key of a structure; kept as long as the table key is.

        Raises:
            AwsError: ``InternalServerError``, as of rows.
        """
        key = self._opened.get((encrypted, structure))
        if key is None:
            key = DataKey(self.open(encrypted, structure))
            self._opened[encrypted, structure] = key
        return key


class EncryptedStructure:
    """A part of a table that has a data encryption key of its own: its rows, or a stream.

    It gets the key when it is first unlocked.

    Args:
        name: tells it from every other structure, and is bound to its key.
    """

    def __init__(self, name: bytes, entropy: Entropy) -> None:
        self.name = name
        self._entropy = entropy
        #: The data encryption key, encrypted under the table key.
        self.encrypted_key = b""
        self._key: DataKey | None = None
        #: Why the present call must fail: moto may have made light of it.
        self.failed: AwsError | None = None

    def unlock(self, table_key: TableKey) -> None:
        """It can be read and written from now until ``lock``.

        Raises:
            AwsError: the key was tampered with.
        """
        if not self.encrypted_key:
            self._keep(table_key, self._entropy.bytes(KEY_BYTES, "dynamodb/data-key"))
        self._key = self.open_key(table_key)

    def open_key(self, table_key: TableKey) -> DataKey:
        """Its data encryption key, in plaintext.

        Raises:
            AwsError: the key was tampered with.
        """
        return table_key.data_key(self.encrypted_key, self.name)

    def lock(self, *, keep: bool) -> None:
        """Drop everything opened; with ``keep``, first seal what was changed."""
        raise NotImplementedError

    def change_table_key(self, old: TableKey, new: TableKey) -> None:
        """Encrypt its data encryption key anew, under another table key (B17).

        Raises:
            AwsError: the key was tampered with.
        """
        self._keep(new, self.open_key(old).secret)

    def _keep(self, table_key: TableKey, secret: bytes) -> None:
        iv = self._entropy.bytes(IV_BYTES, "dynamodb/data-key-iv")
        self.encrypted_key = table_key.seal(iv, secret, self.name)

    def _needed(self) -> DataKey:
        if self._key is None:
            raise AwsError("InternalServerError", "The sandbox left this table locked.", 501)
        return self._key
