"""A table's rows at rest: AES-256-GCM under the table key, each row by itself.

``SealedRows`` stands where moto keeps a table's rows (``table.items``), ``SealedRecords`` where
it keeps the records of a stream. Between calls they hold ciphertext only; a row's place is a
keyed hash of its primary key, so keys are not readable either. During a call moto works on the
rows it touches; what it changed is sealed again when the call has succeeded, and everything
opened is dropped in any case. A page that was changed, or put in another page's place, is
noticed; an older page of the same row, or a page that was taken away, is not.

AWS puts data encryption keys between the table key and the rows (aws-behaviour.md B17). Here
the table key seals the rows itself: the sandbox's simplification.
"""

from __future__ import annotations

import datetime
import hmac
import marshal
from collections.abc import Iterator
from decimal import Context
from itertools import repeat
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .. import bridge
from ..entropy import Entropy
from ..errors import AwsError

ALGORITHM = "AES-256-GCM"
IV_BYTES = 12
_FORMAT = 2  # marshal's format without references: the same row always gives the same bytes.
_EXACT = Context(prec=60)  # DynamoDB's numbers have up to 38 digits.
Place = tuple[bytes, bytes]


class TableKey:
    """A plaintext table key, ready to seal and open."""

    __slots__ = ("_aead", "_places", "secret")

    def __init__(self, secret: bytes) -> None:
        self.secret = secret
        self._aead = AESGCM(secret)
        self._places = hmac.digest(secret, b"places", "sha256")

    def seal(self, iv: bytes, plaintext: bytes, where: bytes) -> bytes:
        """Encrypt a row for its place: a page."""
        return iv + self._aead.encrypt(iv, plaintext, where)

    def open(self, page: bytes, where: bytes) -> bytes:
        """Decrypt a page that lies at its place.

        Raises:
            AwsError: ``InternalServerError`` for a page that was changed or moved. Code and
                text are the sandbox's assumption; the status is one that clients do not retry.
        """
        try:
            return self._aead.decrypt(page[:IV_BYTES], page[IV_BYTES:], where)
        except (InvalidTag, ValueError):
            raise AwsError("InternalServerError", _TAMPERED) from None

    def place(self, key: Any, within: bytes = b"") -> bytes:
        """Where the row or the partition with this key lies (``key`` is moto's DynamoType)."""
        value = key.value
        if key.type == "N":
            number = _EXACT.create_decimal(value)
            value = str(number.normalize(_EXACT)) if number else "0"
        data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        return hmac.digest(self._places, within + key.type.encode() + data, "sha256")


_TAMPERED = (
    "The stored data of this table was tampered with: its authentication tag does not fit, so "
    "it is not decrypted."
)


def _plain(value: Any) -> tuple[str, Any]:
    """An attribute value of moto's as a pair of its type and plain Python data."""
    kind, data = value.type, value.value
    if kind == "L":
        return kind, [_plain(item) for item in data]
    if kind == "M":
        return kind, {name: _plain(item) for name, item in data.items()}
    # Sets have no order; sorted, the same set gives the same bytes.
    return kind, sorted(data) if kind in ("SS", "NS", "BS") else data


def _typed(pair: tuple[str, Any]) -> Any:
    kind, data = pair
    if kind == "L":
        data = [_typed(item) for item in data]
    elif kind == "M":
        data = {name: _typed(item) for name, item in data.items()}
    return bridge.attribute_value(kind, data)


class SealedRows:
    """The rows of one table, a mapping as moto uses ``table.items``.

    Args:
        table_id: binds every page to its table.
        hash_attribute: name of the partition key.
        range_attribute: name of the sort key, None for a table without one.
    """

    def __init__(
        self, table_id: str, hash_attribute: str, range_attribute: str | None, entropy: Entropy
    ) -> None:
        self.table_id = table_id
        self.names = hash_attribute, range_attribute
        self._entropy = entropy
        #: Place of the partition -> place of the row in it -> page.
        self.pages: dict[bytes, dict[bytes, bytes]] = {}
        self._key: TableKey | None = None
        #: What the present call has touched, by partition and place in it; None is deleted.
        self._open: dict[bytes, dict[bytes, Any]] = {}
        #: The plaintext of what was read, to tell what has changed.
        self._before: dict[Place, bytes] = {}
        self._only: bytes | None = None
        #: Why a page of the present call could not be opened: moto may have made light of it.
        self.failed: AwsError | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> SealedRows:
        """A copy of the pages, for a backup. Of unlocked rows none: within a request moto copies
        a table for the way back from a failed transaction, and the sandbox has its own."""
        twin = SealedRows(self.table_id, *self.names, self._entropy)
        if self._key is None:
            twin.pages = {place: dict(rows) for place, rows in self.pages.items()}
        return twin

    def unlock(self, key: TableKey) -> None:
        """Rows can be opened from now until ``lock``."""
        self._key = key

    def lock(self, *, keep: bool) -> None:
        """Drop everything opened; with ``keep``, first seal what was changed."""
        try:
            if keep:
                for partition, opened in self._open.items():
                    for row, item in opened.items():
                        self._write((partition, row), item)
        finally:
            self._open.clear()
            self._before.clear()
            self._key = self._only = self.failed = None

    def _where(self, place: Place) -> bytes:
        return self.table_id.encode() + place[0] + place[1]

    def _write(self, place: Place, item: Any) -> None:
        partition, row = place
        if item is None:
            rows = self.pages.get(partition, {})
            rows.pop(row, None)
            if not rows:
                self.pages.pop(partition, None)
            return
        plaintext = marshal.dumps({k: _plain(v) for k, v in item.attrs.items()}, _FORMAT)
        if plaintext != self._before.get(place):
            iv = self._entropy.bytes(IV_BYTES, "dynamodb/iv")
            page = self._needed().seal(iv, plaintext, self._where(place))
            self.pages.setdefault(partition, {})[row] = page

    def _needed(self) -> TableKey:
        if self._key is None:
            raise AwsError("InternalServerError", "The sandbox left this table locked.", 501)
        return self._key

    def read(self, place: Place) -> Any:
        """The row at a place, moto's Item.

        Raises:
            KeyError: there is none.
        """
        key, (partition, row) = self._needed(), place
        opened = self._open.setdefault(partition, {})
        if row not in opened:
            page = self.pages[partition][row]
            try:
                plaintext = self._before[place] = key.open(page, self._where(place))
            except AwsError as error:
                self.failed = error
                raise
            attributes = {name: _typed(pair) for name, pair in marshal.loads(plaintext).items()}
            opened[row] = bridge.item(attributes, *self.names)
        if opened[row] is None:
            raise KeyError(place)
        return opened[row]

    def write(self, place: Place, item: Any) -> None:
        """Put a row, or None to delete it, for the present call."""
        self._open.setdefault(place[0], {})[place[1]] = item

    def rows_of(self, partition: bytes) -> list[Place]:
        """Places of the rows in a partition."""
        opened = self._open.get(partition, {})
        listed = {**self.pages.get(partition, {}), **opened}
        return [(partition, row) for row in listed if opened.get(row, row) is not None]

    def partitions(self) -> list[bytes]:
        """Places of the partitions; of one only, while ``only`` holds."""
        if self._only is not None:
            return [self._only]
        return list(self.pages | self._open)

    def only(self, key: Any) -> None:
        """For the rest of this call, iteration sees the partition with this key alone."""
        self._only = self._needed().place(key)

    def all_pages(self) -> Iterator[bytes]:
        """Every page, as it lies there."""
        for rows in self.pages.values():
            yield from rows.values()

    def copy_to(self, other: SealedRows) -> None:
        """Put every row into another table's rows; both are unlocked."""
        for partition in self.partitions():
            for place in self.rows_of(partition):
                item = self.read(place)
                other.write(other.place_of(item), item)

    def place_of(self, item: Any) -> Place:
        """Where a row belongs."""
        partition = self._needed().place(item.hash_key)
        if self.names[1] is None:
            return partition, b""
        return partition, self._needed().place(item.range_key, partition)

    # What moto does with ``table.items``, a defaultdict: of rows, or of dicts of rows.

    def __getitem__(self, key: Any) -> Any:
        partition = self._needed().place(key)
        return _Partition(self, partition) if self.names[1] else self.read((partition, b""))

    def __setitem__(self, key: Any, item: Any) -> None:
        self.write((self._needed().place(key), b""), item)

    def __contains__(self, key: Any) -> bool:
        return bool(self.rows_of(self._needed().place(key)))

    def pop(self, key: Any) -> Any:
        """Delete a row of a table without sort key; raises KeyError if there is none."""
        place = self._needed().place(key), b""
        item = self.read(place)
        self.write(place, None)
        return item

    def values(self) -> Iterator[Any]:
        """Rows, or partitions; while the table is locked, rows are None and can be counted."""
        if self.names[1]:
            return (_Partition(self, partition) for partition in self.partitions())
        if self._key is None:
            return repeat(None, len(self.pages))  # DescribeTable counts them every time.
        return (self.read(place) for name in self.partitions() for place in self.rows_of(name))


class _Partition:
    """The rows that share a partition key."""

    __slots__ = ("_partition", "_rows")

    def __init__(self, rows: SealedRows, partition: bytes) -> None:
        self._rows, self._partition = rows, partition

    def _place(self, key: Any) -> Place:
        return self._partition, self._rows._needed().place(key, self._partition)

    def __getitem__(self, key: Any) -> Any:
        return self._rows.read(self._place(key))

    def __setitem__(self, key: Any, item: Any) -> None:
        self._rows.write(self._place(key), item)

    def __len__(self) -> int:
        return len(self._rows.rows_of(self._partition))

    def pop(self, key: Any) -> Any:
        place = self._place(key)
        item = self._rows.read(place)
        self._rows.write(place, None)
        return item

    def values(self) -> Iterator[Any]:
        return map(self._rows.read, self._rows.rows_of(self._partition))


class SealedRecords:
    """The records of a stream, a list as moto uses ``stream_shard.items``.

    They are sealed under the table key (aws-behaviour.md B17: streams use the same KMS key).
    """

    def __init__(self, table_id: str, label: str, entropy: Entropy) -> None:
        self._where = f"{table_id}/stream/{label}/".encode()
        self._entropy = entropy
        self.pages: list[bytes] = []
        self._key: TableKey | None = None
        self._new: list[Any] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> SealedRecords:
        """The same as of rows."""
        twin = SealedRecords("", "", self._entropy)
        twin._where = self._where
        if self._key is None:
            twin.pages = list(self.pages)
        return twin

    def unlock(self, key: TableKey) -> None:
        """Records can be read from now until ``lock``."""
        self._key = key

    def lock(self, *, keep: bool) -> None:
        """Drop what is open; with ``keep``, first seal the new records."""
        try:
            if keep and self._key is not None:
                for record in self._new:
                    self._seal(self._key, record.record)
        finally:
            self._new.clear()
            self._key = None

    def _seal(self, key: TableKey, record: dict[str, Any]) -> None:
        change = dict(record["dynamodb"])
        change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].isoformat()
        plaintext = marshal.dumps({**record, "dynamodb": change}, _FORMAT)
        where = self._where + str(len(self.pages)).encode()
        iv = self._entropy.bytes(IV_BYTES, "dynamodb/stream-iv")
        self.pages.append(key.seal(iv, plaintext, where))

    def append(self, record: Any) -> None:
        """A record of the present call."""
        self._new.append(record)

    def __len__(self) -> int:
        return len(self.pages) + len(self._new)

    def __getitem__(self, part: slice) -> list[Any]:
        if self._key is None:
            return []  # Locked: GetRecords unlocks first.
        return [self._read(self._key, i) for i in range(len(self.pages))[part]]

    def _read(self, key: TableKey, number: int) -> Any:
        page = key.open(self.pages[number], self._where + str(number).encode())
        record = marshal.loads(page)
        change = record["dynamodb"]
        made = datetime.datetime.fromisoformat(change["ApproximateCreationDateTime"])
        change["ApproximateCreationDateTime"] = made
        return bridge.stream_record(record)
