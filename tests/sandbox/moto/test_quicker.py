"""What the sandbox does in moto's place to be quicker has the same results."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import moto.core.responses
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.base_backend import BackendDict
from moto.core.parse import BaseJSONParser, JSONParser
from moto.core.responses import BaseResponse, XFormedAttributePicker
from moto.core.serialize import BaseJSONSerializer, JSONSerializer
from moto.core.utils import get_service_model
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler
from moto.moto_api._internal.moto_random import MotoRandom

from refusal import Sandbox
from refusal.moto import quicker
from refusal.moto.http import JsonRequest
from tests.sandbox.serving.served import TABLE

IN_USE: Any = BackendDict._instances  # type: ignore[misc]  # Generic, and shared by all.
MOTO_SETS_UP = BaseResponse.setup_class
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


def replaced(name: str) -> Any:
    return next(value for _, known, value in quicker.replacements() if known == name)


@st.composite
def answers(draw: st.DrawFn, shape: Any) -> Any:
    """Something of a shape, often with members left out, null or unknown."""
    if shape.type_name == "structure":
        if shape.name == "AttributeValue":
            return draw(VALUES)
        chosen = draw(st.sets(st.sampled_from(sorted(shape.members)), max_size=4))
        made = {name: draw(answers(shape.members[name])) for name in sorted(chosen)}
        odd = st.dictionaries(st.sampled_from(["Unknown", *shape.members]), st.none(), max_size=1)
        return {**made, **draw(odd)} if draw(st.booleans()) else made
    if shape.type_name == "list":
        return draw(st.lists(answers(shape.member), max_size=2))
    if shape.type_name == "map":
        return draw(st.dictionaries(NAME, answers(shape.value), max_size=2))
    return draw(ATOMS[shape.type_name])


ATOMS: dict[str, st.SearchStrategy[Any]] = {
    "string": TEXT,
    "boolean": st.booleans(),
    "blob": st.binary(max_size=3),
    "timestamp": st.datetimes(),
    **dict.fromkeys(("integer", "long"), st.integers(0, 9)),
    **dict.fromkeys(("float", "double"), st.floats(0, 9)),
}


def said(operation: Any, result: Any, write: Callable[..., None]) -> object:
    """moto's answer with a result, or the type of the error that it fails with."""

    class Serializer(JSONSerializer):
        _serialize_type_structure = write

    serializer = Serializer(operation_model=operation, value_picker=XFormedAttributePicker())
    try:
        return serializer.serialize(result)["body"]
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("name", get_service_model("dynamodb").operation_names)
@settings(max_examples=5)
@given(st.data())
def test_answers_are_written_as_moto_writes_them(name: str, data: st.DataObject) -> None:
    operation = get_service_model("dynamodb").operation_model(name)
    if operation.output_shape is not None:
        result = data.draw(answers(operation.output_shape))
        write = replaced("_serialize_type_structure")
        assert said(operation, result, write) == said(operation, result, MOTO_WRITES)


@given(st.dictionaries(NAME, VALUES, max_size=3))
def test_items_are_read_as_moto_reads_them(item: dict[str, Any]) -> None:
    operation = get_service_model("dynamodb").operation_model("PutItem")
    request = {"body": json.dumps({"TableName": "t", "Item": item}, default=repr).encode()}

    def read(parse: Callable[..., Any]) -> object:
        class Parser(JSONParser):
            _parse_structure = parse

        try:
            return Parser(operation, map_type=dict).parse(request)
        except Exception as error:
            return type(error)

    assert read(replaced("_parse_structure")) == read(BaseJSONParser._parse_structure)


@given(st.integers(), st.integers(0, 60), st.booleans(), st.booleans())
def test_random_strings_come_from_the_same_draws(
    seed: int, length: int, digits: bool, lower: bool
) -> None:
    one, other = MotoRandom(seed), MotoRandom(seed)
    made = replaced("get_random_string")(one, length, digits, lower)
    assert made == other.get_random_string(length, digits, lower)
    assert one.getstate() == other.getstate()


def test_a_handler_is_prepared_as_moto_prepares_it() -> None:
    """But for what only forms and other protocols fill."""
    body = b'{"TableName": "scores", "Key": {"id": {"S": "a"}}}'
    url = "https://dynamodb.eu-west-1.amazonaws.com/"
    with Sandbox():
        ours, motos = DynamoHandler(), DynamoHandler()
        request = JsonRequest(url, "DynamoDB_20120810.GetItem", "123456789012", body)
        ours.setup_class(request)
        MOTO_SETS_UP(motos, request)
    unlike = {"querystring", "data"}
    assert vars(ours).keys() == vars(motos).keys()
    assert {k: v for k, v in vars(ours).items() if k not in unlike} == {
        k: v for k, v in vars(motos).items() if k not in unlike
    }


@pytest.mark.parametrize("action", ["DeleteTable", "ListTables", "none"])
def test_no_text_of_an_item_is_taken_for_an_operation(action: str) -> None:
    item = {"id": {"S": f"a&Action={action}&b=c"}}
    with Sandbox():
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(TableName="scores", **TABLE)
        dynamodb.put_item(TableName="scores", Item=item)
        assert dynamodb.get_item(TableName="scores", Key=item)["Item"] == item
        asked = {"FilterExpression": "id = :id", "ExpressionAttributeValues": {":id": item["id"]}}
        assert dynamodb.scan(TableName="scores", **asked)["Items"] == [item]


def test_accounts_that_moto_has_not_made_are_made() -> None:
    with Sandbox():
        one = dynamodb_backends["999999999999"]
        assert one is dynamodb_backends["999999999999"] and dynamodb_backends in IN_USE


def test_the_methods_of_a_handler_are_those_that_it_has() -> None:
    listed = moto.core.responses.method_names_from_class(DynamoHandler)
    with Sandbox():
        assert moto.core.responses.method_names_from_class(DynamoHandler) == listed
    assert BaseJSONSerializer._serialize_type_structure is MOTO_WRITES
