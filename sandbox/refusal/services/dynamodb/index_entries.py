"""Which rows a global index holds under which value: tags and addresses, no values.

A tag is a keyed hash of the value, so the entries can lie beside the sealed rows between calls. A
query on the index then opens the rows that it finds, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Where a row lies: keyed hashes of its partition key and, within the partition, of its sort key
#: (empty for a table without one).
RowAddress = tuple[bytes, bytes]


class IndexEntries:
    """The entries of a table's global indexes, by the attributes that are their partition keys.

    Attributes:
        unfilled: attributes whose entries do not tell of the rows yet that were there before.
    """

    def __init__(self) -> None:
        self._found: dict[str, dict[bytes, dict[RowAddress, None]]] = {}
        self._tags: dict[RowAddress, dict[str, bytes]] = {}
        self.unfilled: set[str] = set()

    @property
    def attributes(self) -> Iterable[str]:
        """The attributes that entries are kept of."""
        return self._found.keys()

    def follow(self, attributes: Iterable[str], *, empty: bool) -> None:
        """Keep entries of these attributes, and of no others.

        Args:
            empty: whether the table has no rows, so that nothing is to be filled in.
        """
        wanted = dict.fromkeys(attributes)
        new = [name for name in wanted if name not in self._found]
        self._found = {name: self._found.get(name, {}) for name in wanted}
        self.unfilled &= wanted.keys()
        if not empty:
            self.unfilled.update(new)

    def clear(self) -> None:
        """Of no row, for the table has none any more."""
        self._tags.clear()
        self.unfilled.clear()
        for addresses in self._found.values():
            addresses.clear()

    def put(self, address: RowAddress, tags: Mapping[str, bytes]) -> None:
        """These are the tags of a row now; of a row that is gone, none."""
        for name, tag in self._tags.pop(address, {}).items():
            addresses = self._found.get(name, {}).get(tag, {})
            addresses.pop(address, None)
            if name in self._found and not addresses:
                self._found[name].pop(tag, None)
        if tags:
            self._tags[address] = dict(tags)
        for name, tag in tags.items():
            self._found[name].setdefault(tag, {})[address] = None

    def find(self, wanted: Mapping[str, bytes]) -> list[RowAddress]:
        """The rows that have every one of these tags; there is at least one."""
        found = [self._found[name].get(tag, {}) for name, tag in wanted.items()]
        least = min(found, key=len)
        return [address for address in least if all(address in addresses for addresses in found)]
