"""A table's rows at rest: AES-256-GCM under its data encryption key, each row by itself.

``SealedRows`` stands where moto keeps a table's rows (``table.items``). Between calls it holds
ciphertext only; a row's address is a keyed hash of its primary key, so keys are not readable
either. During a call moto works on the rows it touches; what it changed is sealed again when the
call has succeeded, and everything opened is dropped in any case. A sealed row that was changed,
or put in another row's stead, is noticed; an older state of the same row, or a row that was taken
away, is not.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from ...errors import AwsError, validation
from ...moto import dynamodb as moto_dynamodb
from ...moto.dynamodb import MotoAttributeValue, MotoItem, MotoTable
from ...world.entropy import Entropy
from .data_keys import IV_BYTES, MARSHAL_FORMAT, EncryptedStructure
from .index_entries import IndexEntries, RowAddress

#: What DynamoDB says of a value of the wrong type: as a key (as seen live, boto/boto3, issue 3793),
#: and as a condition of a query (baseprime/dynamodb, issue 25).
_WRONG_KEY = "The provided key element does not match the schema"
_WRONG_CONDITION = (
    "One or more parameter values were invalid: Condition parameter type does not match schema type"
)
#: The types that keys may have.
_SCALARS = ("S", "N", "B")


def _plain(value: MotoAttributeValue) -> tuple[str, Any]:
    """An attribute value of moto's as a pair of its type and plain Python data."""
    kind, data = value.type, value.value
    if kind == "L":
        return kind, [_plain(item) for item in data]
    if kind == "M":
        return kind, {name: _plain(item) for name, item in data.items()}
    # Sets have no order; sorted, the same set gives the same bytes.
    return kind, sorted(data) if kind in ("SS", "NS", "BS") else data


def _typed(pair: tuple[str, Any]) -> MotoAttributeValue:
    kind, data = pair
    if kind == "L":
        data = [_typed(item) for item in data]
    elif kind == "M":
        data = {name: _typed(item) for name, item in data.items()}
    return moto_dynamodb.attribute_value(kind, data)


class SealedRows(EncryptedStructure):
    """The rows of one table, a mapping as moto uses ``table.items``.

    Args:
        table_id: binds every row to its table.
        hash_attribute: name of the partition key.
        range_attribute: name of the sort key, None for a table without one.
        types: attribute -> ``S``, ``N`` or ``B``, of the attributes that are keys.
    """

    def __init__(
        self,
        table_id: str,
        hash_attribute: str,
        range_attribute: str | None,
        types: Mapping[str, str],
        entropy: Entropy,
    ) -> None:
        super().__init__(f"{table_id}/rows".encode(), entropy)
        self.table_id = table_id
        self.key_names = hash_attribute, range_attribute
        self.types = dict(types)
        #: Address of the partition -> address of the row in it -> the sealed row.
        self.blobs: dict[bytes, dict[bytes, bytes]] = {}
        self.entries = IndexEntries()
        #: What the present call has touched, by its address; None is deleted.
        self._open: dict[bytes, dict[bytes, MotoItem | None]] = {}
        #: The plaintext of what was read, to tell what has changed.
        self._before: dict[RowAddress, bytes] = {}
        #: The only partitions that the present call iterates over, and the only rows in each;
        #: where none is named, all of them.
        self._only: dict[bytes, dict[bytes, None]] | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> SealedRows:
        """A copy of the sealed rows, for a backup. Of unlocked rows none: within a request moto
        copies a table for the way back from a failed transaction, and the sandbox has its own."""
        twin = SealedRows(self.table_id, *self.key_names, self.types, self._entropy)
        twin.encrypted_key = self.encrypted_key
        if self._key is None:
            twin.blobs = {partition: dict(rows) for partition, rows in self.blobs.items()}
        return twin

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

    def _binding(self, address: RowAddress) -> bytes:
        """The associated data of a row: it binds it to its table and its address."""
        return self.table_id.encode() + address[0] + address[1]

    def _write(self, address: RowAddress, item: MotoItem | None) -> None:
        partition, row = address
        if item is None:
            rows = self.blobs.get(partition, {})
            rows.pop(row, None)
            if not rows:
                self.blobs.pop(partition, None)
            self.entries.put(address, {})
            return
        plain = {name: _plain(value) for name, value in item.attrs.items()}
        plaintext = marshal.dumps(plain, MARSHAL_FORMAT)
        if plaintext != self._before.get(address):
            iv = self._entropy.bytes(IV_BYTES, "dynamodb/iv")
            blob = self._needed().seal(iv, plaintext, self._binding(address))
            self.blobs.setdefault(partition, {})[row] = blob
            self._enter(address, plain)

    def _enter(self, address: RowAddress, plain: dict[str, tuple[str, Any]]) -> None:
        """Put a row into the entries of the indexes."""
        tag, entries = self._needed().tag, self.entries
        known = [(name, plain[name]) for name in entries.attributes if name in plain]
        entries.put(address, {name: tag(*pair) for name, pair in known if pair[0] in _SCALARS})

    def _decrypt(self, address: RowAddress) -> bytes:
        """The plaintext of a sealed row.

        Raises:
            KeyError: there is none.
            AwsError: it was tampered with.
        """
        blob = self.blobs[address[0]][address[1]]
        try:
            return self._needed().open(blob, self._binding(address))
        except AwsError as error:
            self.failed = error
            raise

    def read(self, address: RowAddress) -> MotoItem:
        """The row at an address.

        Raises:
            KeyError: there is none.
        """
        partition, row = address
        opened = self._open.setdefault(partition, {})
        if row not in opened:
            plaintext = self._before[address] = self._decrypt(address)
            attributes = {name: _typed(pair) for name, pair in marshal.loads(plaintext).items()}
            opened[row] = moto_dynamodb.item(attributes, *self.key_names)
        item = opened[row]
        if item is None:
            raise KeyError(address)
        return item

    def write(self, address: RowAddress, item: MotoItem | None) -> None:
        """Put a row, or None to delete it, for the present call."""
        self._open.setdefault(address[0], {})[address[1]] = item

    def rows_in(self, partition: bytes) -> list[RowAddress]:
        """Addresses of the rows in a partition; of those only that ``only_where`` has found."""
        stored, opened = self.blobs.get(partition, {}), self._open.get(partition, {})
        only = self._only.get(partition) if self._only else None
        listed: Iterable[bytes] = {**stored, **opened}
        if only:
            listed = [row for row in only if row in stored or row in opened]
        return [(partition, row) for row in listed if opened.get(row, row) is not None]

    def partitions(self) -> list[bytes]:
        """Addresses of the partitions; of those only that ``only`` or ``only_where`` name."""
        return list(self.blobs | self._open if self._only is None else self._only)

    def only(self, key: MotoAttributeValue) -> None:
        """For the rest of this call, iteration sees the partition with this key alone.

        Raises:
            AwsError: as of ``only_where``.
        """
        self._require_types({self.key_names[0]: key}, _WRONG_CONDITION)
        self._only = {self._address(key): {}}

    def only_where(self, values: Mapping[str, MotoAttributeValue]) -> None:
        """For the rest of this call, iteration sees the rows alone that have these values, and
        what the call has touched.

        Args:
            values: attributes that are partition keys of a global index, and their values.

        Raises:
            AwsError: ``ValidationException`` for a value of the wrong type.
        """
        self._require_types(values, _WRONG_CONDITION)
        if not values or not values.keys() <= set(self.entries.attributes):
            return
        self.fill_entries()
        tag = self._needed().tag
        found = self.entries.find({n: tag(v.type, v.value) for n, v in values.items()})
        only: dict[bytes, dict[bytes, None]] = {}
        touched = [(partition, row) for partition, rows in self._open.items() for row in rows]
        for partition, row in [*found, *touched]:
            only.setdefault(partition, {})[row] = None
        self._only = only

    def _require_types(self, values: Mapping[str, MotoAttributeValue], text: str) -> None:
        for name, value in values.items():
            if value.type != self.types.get(name, value.type):
                self.failed = validation(text)
                raise self.failed

    def _address(self, key: MotoAttributeValue, within: bytes = b"") -> bytes:
        try:
            return self._needed().address(key, within)
        except AwsError as error:
            self.failed = error
            raise

    def index(self, attributes: Iterable[str], types: Mapping[str, str]) -> None:
        """Keep entries of these attributes, and of no others.

        Args:
            types: of the attributes that are keys, as at the start.
        """
        self.types.update(types)
        self.entries.follow(attributes, empty=not self.blobs)

    def fill_entries(self) -> None:
        """Put the rows that were there before into the entries of an index that is new."""
        if self.entries.unfilled:
            for partition, rows in self.blobs.items():
                for row in rows:
                    address = partition, row
                    self._enter(address, marshal.loads(self._decrypt(address)))
            self.entries.unfilled.clear()

    def clear(self) -> None:
        """Drop every row."""
        self.blobs.clear()
        self.entries.clear()

    def all_blobs(self) -> Iterator[bytes]:
        """Every row, as it lies there."""
        for rows in self.blobs.values():
            yield from rows.values()

    def copy_to(self, other: SealedRows) -> None:
        """Put every row into another table's rows; both are unlocked."""
        for partition in self.partitions():
            for address in self.rows_in(partition):
                item = self.read(address)
                other.write(other.address_of(item), item)

    def address_of(self, item: MotoItem) -> RowAddress:
        """Where a row belongs."""
        partition = self._needed().address(item.hash_key)
        if item.range_key is None:
            return partition, b""
        return partition, self._needed().address(item.range_key, partition)

    # What moto does with ``table.items``, a defaultdict: of rows, or of dicts of rows.

    def partition_of(self, key: MotoAttributeValue) -> bytes:
        """Where the partition with this key lies.

        Raises:
            AwsError: ``ValidationException`` for a key of the wrong type.
        """
        self._require_types({self.key_names[0]: key}, _WRONG_KEY)
        return self._address(key)

    def row_of(self, key: MotoAttributeValue, partition: bytes) -> bytes:
        """Where the row with this sort key lies in its partition; raises the same."""
        if self.key_names[1]:
            self._require_types({self.key_names[1]: key}, _WRONG_KEY)
        return self._address(key, partition)

    def __getitem__(self, key: MotoAttributeValue) -> MotoItem | _Partition:
        partition = self.partition_of(key)
        return _Partition(self, partition) if self.key_names[1] else self.read((partition, b""))

    def __setitem__(self, key: MotoAttributeValue, item: MotoItem) -> None:
        self.write((self.partition_of(key), b""), item)

    def __contains__(self, key: MotoAttributeValue) -> bool:
        return bool(self.rows_in(self.partition_of(key)))

    def pop(self, key: MotoAttributeValue) -> MotoItem:
        """Delete a row of a table without sort key; raises KeyError if there is none."""
        address = self.partition_of(key), b""
        item = self.read(address)
        self.write(address, None)
        return item

    def values(self) -> Iterator[MotoItem | _Partition | None]:
        """Rows, or partitions; while the table is locked, rows are None and can be counted."""
        if self.key_names[1]:
            return (_Partition(self, partition) for partition in self.partitions())
        if self._key is None:
            return repeat(None, len(self.blobs))  # DescribeTable counts them every time.
        return (self.read(row) for name in self.partitions() for row in self.rows_in(name))


class _Partition:
    """The rows that share a partition key."""

    __slots__ = ("_partition", "_rows")

    def __init__(self, rows: SealedRows, partition: bytes) -> None:
        self._rows, self._partition = rows, partition

    def _address(self, key: MotoAttributeValue) -> RowAddress:
        return self._partition, self._rows.row_of(key, self._partition)

    def __getitem__(self, key: MotoAttributeValue) -> MotoItem:
        return self._rows.read(self._address(key))

    def __setitem__(self, key: MotoAttributeValue, item: MotoItem) -> None:
        self._rows.write(self._address(key), item)

    def __len__(self) -> int:
        return len(self._rows.rows_in(self._partition))

    def pop(self, key: MotoAttributeValue) -> MotoItem:
        address = self._address(key)
        item = self._rows.read(address)
        self._rows.write(address, None)
        return item

    def values(self) -> Iterator[MotoItem]:
        return map(self._rows.read, self._rows.rows_in(self._partition))


def rows_of(table: MotoTable) -> SealedRows:
    """The sealed rows of a table that was adopted."""
    assert isinstance(table.items, SealedRows)
    return table.items
