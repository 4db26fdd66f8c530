"""Every random choice from one seed, split by purpose."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from refusal.world.entropy import Entropy

SEEDS = st.integers() | st.text(max_size=20)


@given(SEEDS, st.integers(0, 200))
def test_the_same_seed_gives_the_same_bytes(seed: int | str, count: int) -> None:
    one, two = Entropy(seed), Entropy(seed)
    assert one.bytes(count, "keys") == two.bytes(count, "keys")
    assert len(one.bytes(count, "keys")) == count
    assert one.bytes(20, "keys") != one.bytes(20, "keys")


@given(SEEDS, SEEDS)
def test_another_seed_gives_others(one: int | str, two: int | str) -> None:
    assert (str(one) == str(two)) == (Entropy(one).bytes(20, "a") == Entropy(two).bytes(20, "a"))


@given(SEEDS, st.lists(st.sampled_from(["ids", "request", "material"])))
def test_one_purpose_does_not_disturb_another(seed: int | str, others: list[str]) -> None:
    """So that one more request does not give a key another material."""
    alone, mixed = Entropy(seed), Entropy(seed)
    for purpose in others:
        mixed.bytes(7, purpose)
    assert mixed.bytes(32, "iv") == alone.bytes(32, "iv")


@given(SEEDS)
def test_ids_have_aws_form(seed: int | str) -> None:
    entropy = Entropy(seed)
    text = entropy.uuid("key")
    assert str(uuid.UUID(text)) == text and uuid.UUID(text).version == 4
    assert len(entropy.hex(64, "material")) == 64
    assert set(entropy.hex(64, "material")) <= set("0123456789abcdef")
