"""The records of a stream at rest: sealed as rows are, under a data encryption key of their own.

B17: streams are under the table's KMS key.
"""

from __future__ import annotations

import datetime
import marshal
from typing import Any

from ...moto import dynamodb as bridge
from ...world.entropy import Entropy
from .data_keys import IV_BYTES, MARSHAL_FORMAT, Structure


class SealedRecords(Structure):
    """The records of a stream, a list as moto uses ``stream_shard.items``."""

    def __init__(self, table_id: str, label: str, entropy: Entropy) -> None:
        super().__init__(f"{table_id}/stream/{label}/".encode(), entropy)
        self.pages: list[bytes] = []
        self._new: list[Any] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> SealedRecords:
        """The same as of rows."""
        twin = SealedRecords("", "", self._entropy)
        twin.name, twin.encrypted_key = self.name, self.encrypted_key
        if self._key is None:
            twin.pages = list(self.pages)
        return twin

    def lock(self, *, keep: bool) -> None:
        """Drop what is open; with ``keep``, first seal the new records."""
        try:
            if keep and self._key is not None:
                for record in self._new:
                    self._seal(record.record)
        finally:
            self._new.clear()
            self._key = None

    def _seal(self, record: dict[str, Any]) -> None:
        change = dict(record["dynamodb"])
        change["ApproximateCreationDateTime"] = change["ApproximateCreationDateTime"].isoformat()
        plaintext = marshal.dumps({**record, "dynamodb": change}, MARSHAL_FORMAT)
        where = self.name + str(len(self.pages)).encode()
        iv = self._entropy.bytes(IV_BYTES, "dynamodb/stream-iv")
        self.pages.append(self._needed().seal(iv, plaintext, where))

    def append(self, record: Any) -> None:
        """A record of the present call."""
        self._new.append(record)

    def __len__(self) -> int:
        return len(self.pages) + len(self._new)

    def __getitem__(self, part: slice) -> list[Any]:
        if self._key is None:
            return []  # Locked: GetRecords unlocks first.
        return [self._read(i) for i in range(len(self.pages))[part]]

    def _read(self, number: int) -> Any:
        page = self._needed().open(self.pages[number], self.name + str(number).encode())
        record = marshal.loads(page)
        change = record["dynamodb"]
        made = datetime.datetime.fromisoformat(change["ApproximateCreationDateTime"])
        change["ApproximateCreationDateTime"] = made
        return bridge.stream_record(record)
