"""A table's rows at rest: AES-256-GCM under its data encryption key, each row by itself.

``SealedRows`` stands where moto keeps a table's rows (``table.items``). Between calls it holds
ciphertext only; a row's place is a keyed hash of its primary key, so keys are not readable
either. During a call moto works on the rows it touches; what it changed is sealed again when the
call has succeeded, and everything opened is dropped in any case. A page that was changed, or put
in another page's place, is noticed; an older page of the same row, or a page that was taken
away, is not.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from ...errors import AwsError, validation
from ...moto import dynamodb as bridge
from ...world.entropy import Entropy
from .data_keys import IV_BYTES, MARSHAL_FORMAT, Structure
from .index_entries import IndexEntries, Place

#: What DynamoDB says of a value of the wrong type: as a key (as seen live, boto/boto3, issue 3793),
#: and as a condition of a query (baseprime/dynamodb, issue 25).
_WRONG_KEY = "The provided key element does not match the schema"
_WRONG_CONDITION = (
    "One or more parameter values were invalid: Condition parameter type does not match schema type"
)
#: The types that keys may have.
_SCALARS = ("S", "N", "B")


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


class SealedRows(Structure):
    """The rows of one table, a mapping as moto uses ``table.items``.

    Args:
        table_id: binds every page to its table.
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
        self.names = hash_attribute, range_attribute
        self.types = dict(types)
        #: Place of the partition -> place of the row in it -> page.
        self.pages: dict[bytes, dict[bytes, bytes]] = {}
        self.entries = IndexEntries()
        #: What the present call has touched, by partition and place in it; None is deleted.
        self._open: dict[bytes, dict[bytes, Any]] = {}
        #: The plaintext of what was read, to tell what has changed.
        self._before: dict[Place, bytes] = {}
        #: The only partitions that the present call iterates over, and the only rows in each;
        #: where none is named, all of them.
        self._only: dict[bytes, dict[bytes, None]] | None = None
        #: Why the present call must fail: moto may have made light of it.
        self.failed: AwsError | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> SealedRows:
        """A copy of the pages, for a backup. Of unlocked rows none: within a request moto copies
        a table for the way back from a failed transaction, and the sandbox has its own."""
        twin = SealedRows(self.table_id, *self.names, self.types, self._entropy)
        twin.encrypted_key = self.encrypted_key
        if self._key is None:
            twin.pages = {place: dict(rows) for place, rows in self.pages.items()}
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

    def _where(self, place: Place) -> bytes:
        return self.table_id.encode() + place[0] + place[1]

    def _write(self, place: Place, item: Any) -> None:
        partition, row = place
        if item is None:
            rows = self.pages.get(partition, {})
            rows.pop(row, None)
            if not rows:
                self.pages.pop(partition, None)
            self.entries.put(place, {})
            return
        plain = {name: _plain(value) for name, value in item.attrs.items()}
        plaintext = marshal.dumps(plain, MARSHAL_FORMAT)
        if plaintext != self._before.get(place):
            iv = self._entropy.bytes(IV_BYTES, "dynamodb/iv")
            page = self._needed().seal(iv, plaintext, self._where(place))
            self.pages.setdefault(partition, {})[row] = page
            self._enter(place, plain)

    def _enter(self, place: Place, plain: dict[str, tuple[str, Any]]) -> None:
        """Put a row into the entries of the indexes."""
        tag, entries = self._needed().tag, self.entries
        known = [(name, plain[name]) for name in entries.attributes if name in plain]
        entries.put(place, {name: tag(*pair) for name, pair in known if pair[0] in _SCALARS})

    def _read_page(self, place: Place) -> bytes:
        """The plaintext of a page.

        Raises:
            KeyError: there is none.
            AwsError: it was tampered with.
        """
        page = self.pages[place[0]][place[1]]
        try:
            return self._needed().open(page, self._where(place))
        except AwsError as error:
            self.failed = error
            raise

    def read(self, place: Place) -> Any:
        """The row at a place, moto's Item.

        Raises:
            KeyError: there is none.
        """
        partition, row = place
        opened = self._open.setdefault(partition, {})
        if row not in opened:
            plaintext = self._before[place] = self._read_page(place)
            attributes = {name: _typed(pair) for name, pair in marshal.loads(plaintext).items()}
            opened[row] = bridge.item(attributes, *self.names)
        if opened[row] is None:
            raise KeyError(place)
        return opened[row]

    def write(self, place: Place, item: Any) -> None:
        """Put a row, or None to delete it, for the present call."""
        self._open.setdefault(place[0], {})[place[1]] = item

    def rows_of(self, partition: bytes) -> list[Place]:
        """Places of the rows in a partition; of those only that ``only_where`` has found."""
        stored, opened = self.pages.get(partition, {}), self._open.get(partition, {})
        only = self._only.get(partition) if self._only else None
        listed: Iterable[bytes] = {**stored, **opened}
        if only:
            listed = [row for row in only if row in stored or row in opened]
        return [(partition, row) for row in listed if opened.get(row, row) is not None]

    def partitions(self) -> list[bytes]:
        """Places of the partitions; of those only that ``only`` or ``only_where`` name."""
        return list(self.pages | self._open if self._only is None else self._only)

    def only(self, key: Any) -> None:
        """For the rest of this call, iteration sees the partition with this key alone.

        Raises:
            AwsError: as of ``only_where``.
        """
        self._require_types({self.names[0]: key}, _WRONG_CONDITION)
        self._only = {self._place(key): {}}

    def only_where(self, values: Mapping[str, Any]) -> None:
        """For the rest of this call, iteration sees the rows alone that have these values, and
        what the call has touched.

        Args:
            values: attributes, partition keys of a global index, and moto's DynamoTypes.

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

    def _require_types(self, values: Mapping[str, Any], text: str) -> None:
        for name, value in values.items():
            if value.type != self.types.get(name, value.type):
                self.failed = validation(text)
                raise self.failed

    def _place(self, key: Any, within: bytes = b"") -> bytes:
        try:
            return self._needed().place(key, within)
        except AwsError as error:
            self.failed = error
            raise

    def index(self, attributes: Iterable[str], types: Mapping[str, str]) -> None:
        """Keep entries of these attributes, and of no others.

        Args:
            types: of the attributes that are keys, as at the start.
        """
        self.types.update(types)
        self.entries.follow(attributes, empty=not self.pages)

    def fill_entries(self) -> None:
        """Put the rows that were there before into the entries of an index that is new."""
        if self.entries.unfilled:
            for partition, rows in self.pages.items():
                for row in rows:
                    place = partition, row
                    self._enter(place, marshal.loads(self._read_page(place)))
            self.entries.unfilled.clear()

    def clear(self) -> None:
        """Drop every row."""
        self.pages.clear()
        self.entries.clear()

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

    def partition_of(self, key: Any) -> bytes:
        """Where the partition with this key lies.

        Raises:
            AwsError: ``ValidationException`` for a key of the wrong type.
        """
        self._require_types({self.names[0]: key}, _WRONG_KEY)
        return self._place(key)

    def row_of(self, key: Any, partition: bytes) -> bytes:
        """Where the row with this sort key lies in its partition; raises the same."""
        if self.names[1]:
            self._require_types({self.names[1]: key}, _WRONG_KEY)
        return self._place(key, partition)

    def __getitem__(self, key: Any) -> Any:
        partition = self.partition_of(key)
        return _Partition(self, partition) if self.names[1] else self.read((partition, b""))

    def __setitem__(self, key: Any, item: Any) -> None:
        self.write((self.partition_of(key), b""), item)

    def __contains__(self, key: Any) -> bool:
        return bool(self.rows_of(self.partition_of(key)))

    def pop(self, key: Any) -> Any:
        """Delete a row of a table without sort key; raises KeyError if there is none."""
        place = self.partition_of(key), b""
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
        return self._partition, self._rows.row_of(key, self._partition)

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
