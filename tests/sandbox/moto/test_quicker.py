"""What the sandbox does in moto's place to be quicker has the same results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import moto.core.responses
from hypothesis import given
from hypothesis import strategies as st
from moto.core.responses import XFormedAttributePicker
from moto.core.serialize import BaseJSONSerializer, JSONSerializer
from moto.core.utils import get_service_model
from moto.dynamodb.responses import DynamoHandler

from refusal import Sandbox
from refusal.moto import quicker

MOTO_WRITES = BaseJSONSerializer._serialize_type_structure
TEXT = st.text(max_size=3)
#: An empty name moto loses.
NAME = st.text(min_size=1, max_size=3)
#: Also what no item holds: no type, two types, a type that is none, data of another type.
ODD = st.sampled_from(
    [{}, {"S": None}, {"N": 1}, {"SS": []}, {"S": "a", "N": "1"}, {"s": "a"}, {"null": True},
     {"NS": [1]}, {"B": "YQ=="}, {"B": b"a"}, {"BS": ["YQ=="]}, {"M": {"a": None}}, {"L": {}},
     {"X": "a"}, {"S": []}]
)  # fmt: skip
FLAT = st.one_of(
    st.builds(lambda text: {"S": text}, TEXT),
    st.builds(lambda number: {"N": str(number)}, st.integers()),
    st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda texts: {"SS": texts}, st.lists(TEXT)),
    st.builds(lambda texts: {"NS": texts}, st.lists(TEXT)),
    ODD,
)
VALUES: st.SearchStrategy[dict[str, Any]] = st.recursive(
    FLAT,
    lambda inner: st.one_of(
        st.builds(lambda found: {"L": found}, st.lists(inner, max_size=3)),
        st.builds(lambda found: {"M": found}, st.dictionaries(NAME, inner, max_size=3)),
    ),
    max_leaves=8,
)


def written(item: dict[str, Any], write: Callable[..., None]) -> object:
    """An item in moto's answer, or the type of the error that it fails with."""

    class Serializer(JSONSerializer):
        _serialize_type_structure = write

    operation = get_service_model("dynamodb").operation_model("GetItem")
    serializer = Serializer(operation_model=operation, value_picker=XFormedAttributePicker())
    try:
        return serializer.serialize({"Item": item})["body"]
    except Exception as error:
        return type(error)


@given(st.dictionaries(NAME, VALUES, max_size=3))
def test_items_are_written_as_moto_writes_them(item: dict[str, Any]) -> None:
    places = {name: value for _, name, value in quicker.replacements()}
    assert written(item, places["_serialize_type_structure"]) == written(item, MOTO_WRITES)


def test_the_methods_of_a_handler_are_those_that_it_has() -> None:
    listed = moto.core.responses.method_names_from_class(DynamoHandler)
    with Sandbox():
        assert moto.core.responses.method_names_from_class(DynamoHandler) == listed
    assert BaseJSONSerializer._serialize_type_structure is MOTO_WRITES
