"""The records of a stream at rest: sealed as rows are, under a data encryption key of their own.

B17: streams are under the table's KMS key.
"""

from __future__ import annotations

import datetime
import marshal
from typing import Any

from ...moto import dynamodb as moto_dynamodb
from ...moto.dynamodb import MotoStreamRecord, MotoStreamShard
from ...world.entropy import Entropy
from .data_keys import IV_BYTES, MARSHAL_FORMAT, EncryptedStructure


class SealedRecords(EncryptedStructure):
    """The records of a stream, a list as moto uses ``stream_shard.items``."""

    def __init__(self, table_id: str, label: str, entropy: Entropy) -> None:
        super().__init__(f"{table_id}/stream/{label}/".encode(), entropy)
        self.blobs: list[bytes] = []
        self._new: list[MotoStreamRecord] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> SealedRecords:
        """The same as of rows."""
        twin = SealedRecords("", "", self._entropy)
        twin.name, twin.encrypted_key = self.name, self.encrypted_key
        if self._key is None:
            twin.blobs = list(self.blobs)
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
        iv = self._entropy.bytes(IV_BYTES, "dynamodb/stream-iv")
        binding = self._binding(len(self.blobs))
        self.blobs.append(self._needed().seal(iv, plaintext, binding))

    def _binding(self, number: int) -> bytes:
        """The associated data of a record: it binds it to its stream and its number."""
        return self.name + str(number).encode()

    def append(self, record: MotoStreamRecord) -> None:
        """A record of the present call."""
        self._new.append(record)

    def __len__(self) -> int:
        return len(self.blobs) + len(self._new)

    def __getitem__(self, part: slice) -> list[MotoStreamRecord]:
        if self._key is None:
            return []  # Locked: GetRecords unlocks first.
        return [self._read(i) for i in range(len(self.blobs))[part]]

    def _read(self, number: int) -> MotoStreamRecord:
        plaintext = self._needed().open(self.blobs[number], self._binding(number))
        record = marshal.loads(plaintext)
        change = record["dynamodb"]
        made = datetime.datetime.fromisoformat(change["ApproximateCreationDateTime"])
        change["ApproximateCreationDateTime"] = made
        return moto_dynamodb.stream_record(record)


def stream_records_of(shard: MotoStreamShard) -> SealedRecords:
    """The sealed records of a stream that was adopted."""
    assert isinstance(shard.items, SealedRecords)
    return shard.items
