"""What crosses: values come back as they went, and nothing a student sends can do more."""

from __future__ import annotations

import datetime
import json
import socket
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.run import channel
from classroom.run.channel import Function, Other, decode, encode

PLAIN = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.just(...)
PLAIN |= st.floats(allow_nan=False) | st.datetimes()
KEYS = st.text() | st.integers() | st.binary()
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner) | st.tuples(inner, inner),
    max_leaves=20,
)


def no_ask(name: str, given: dict[str, Any]) -> Any:
    raise AssertionError("nobody asked")


@given(VALUES)
def test_what_an_exercise_may_give_crosses_whole(value: Any) -> None:
    sent = json.loads(json.dumps(encode(value)))
    assert decode(sent, no_ask) == value


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.booleans(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["bytes", "time", "set", "dict", "other", "x"]), inner
            )
        ),
    )
)
def test_whatever_is_sent_is_read_as_some_value(sent: Any) -> None:
    decode(sent, no_ask)


def test_a_function_stays_where_it_is_and_is_asked_by_name() -> None:
    asked = []

    def ask(name: str, given: dict[str, Any]) -> Any:
        asked.append((name, given))
        return 7

    there = decode(encode(len, "seal"), ask)
    assert isinstance(there, Function)
    assert there(plaintext=b"x") == 7
    assert asked == [("seal", {"plaintext": b"x"})]


def test_what_does_not_cross_is_described() -> None:
    class Odd:
        def __repr__(self) -> str:
            return "<odd>" * 1000

    value = decode(encode(Odd()), no_ask)
    assert isinstance(value, Other) and type(value).__name__ == "Odd"
    assert str(value).startswith("Odd: <odd>") and len(str(value)) <= 200
    assert type(decode(encode(len, "seal"), no_ask)).__name__ == "function"
    for told in (5, "x", [], ["x"], ["x", "y", "z"], [["a"], {}], ["<b>", "x"]):
        assert isinstance(decode({"other": told}, no_ask), Other)
    assert decode(encode(float("inf")), no_ask) == float("inf")
    moment = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
    assert decode(encode({"at": moment}), no_ask) == {"at": moment}


def test_what_holds_itself_comes_to_an_end() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert "too deep" in str(decode(encode(endless), no_ask))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\x00",
        struct.pack(">I", channel.LIMIT + 1) + b"{}",
        struct.pack(">I", 8) + b"{}",
        struct.pack(">I", 2) + b"[]",
        struct.pack(">I", 3) + b"\xff{}",
        struct.pack(">I", 60_000) + b"[" * 60_000,
    ],
)
def test_what_is_no_message_is_refused(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(sent)
        with pytest.raises(channel.Broken):
            channel.receive(ours)


def test_messages_come_in_the_order_of_sending() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel.send(theirs, {"n": 1})
        channel.send(theirs, {"n": 2})
        assert [channel.receive(ours), channel.receive(ours)] == [{"n": 1}, {"n": 2}]
        ours.close()
        with pytest.raises(channel.Broken):
            channel.send(theirs, {"n": 3})


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ({"error": {"short": "x" * 10_000, "details": "y" * 10_000}}, (500, 1000)),
        ({"error": {"short": ["x"] * 10_000, "details": 3}}, (0, 0)),
        ({"error": {}}, (0, 0)),
    ],
)
def test_an_error_is_cut_where_it_arrives(reply: dict[str, Any], told: tuple[int, int]) -> None:
    found = channel.error_of(reply)
    assert (len(found["short"]), len(found["details"])) == told


@pytest.mark.parametrize("reply", [{}, {"error": None}, {"error": "text"}, {"error": [1]}])
def test_what_is_no_error_is_none(reply: dict[str, Any]) -> None:
    assert channel.error_of(reply) == {}


def test_values_that_nobody_can_read_are_no_fault_of_the_grader() -> None:
    deep: Any = []
    for _ in range(900):
        deep = {"tuple": [deep]}
    for sent in (deep, {"dict": [[{"dict": []}, 1]]}, {"set": [[1]]}, {"time": "9" * 99}):
        channel.decode(sent, lambda *_: None)
