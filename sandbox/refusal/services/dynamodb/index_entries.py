"""Which rows a global index holds under which value: tags and places, no values.

A tag is a keyed hash of the value, so the entries can lie beside the pages between calls. A
query on the index then opens the rows that it finds, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Place = tuple[bytes, bytes]


class IndexEntries:
    """The entries of a table's global indexes, by the attributes that are their partition keys.

    Attributes:
        unfilled: attributes whose entries do not tell of the rows yet that were there before.
    """

    def __init__(self) -> None:
        self._found: dict[str, dict[bytes, dict[Place, None]]] = {}
        self._tags: dict[Place, dict[str, bytes]] = {}
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
        for places in self._found.values():
            places.clear()

    def put(self, place: Place, tags: Mapping[str, bytes]) -> None:
        """These are the tags of a row now; of a row that is gone, none."""
        for name, tag in self._tags.pop(place, {}).items():
            places = self._found.get(name, {}).get(tag, {})
            places.pop(place, None)
            if name in self._found and not places:
                self._found[name].pop(tag, None)
        if tags:
            self._tags[place] = dict(tags)
        for name, tag in tags.items():
            self._found[name].setdefault(tag, {})[place] = None

    def find(self, wanted: Mapping[str, bytes]) -> list[Place]:
        """The rows that have every one of these tags; there is at least one."""
        found = [self._found[name].get(tag, {}) for name, tag in wanted.items()]
        least = min(found, key=len)
        return [place for place in least if all(place in places for places in found)]
