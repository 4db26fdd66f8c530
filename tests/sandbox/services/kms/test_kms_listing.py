"""Lists that come page by page."""

from __future__ import annotations


def test_lists_come_in_pages_that_neither_repeat_nor_skip(sandbox, kms, refused):
    ids = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)]
    first = kms.list_keys(Limit=2)
    assert first["Truncated"] and [k["KeyId"] for k in first["Keys"]] == ids[:2]
    kms.schedule_key_deletion(KeyId=ids[1], PendingWindowInDays=7)
    sandbox.advance(days=8)
    rest = kms.list_keys(Limit=3, Marker=first["NextMarker"])
    assert [k["KeyId"] for k in rest["Keys"]] == ids[2:]
    assert not rest["Truncated"] and "NextMarker" not in rest
    for marker in ("x", "eyJhIjoxfQ==", "W1tbMV1dXQ=="):
        with refused("InvalidMarkerException"):
            kms.list_keys(Marker=marker)
