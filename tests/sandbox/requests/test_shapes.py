"""Requests held against botocore's models, and the sentences for what does not fit."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import pytest
from botocore.serialize import create_serializer

from refusal.errors import AwsError
from refusal.requests import shapes
from tests.sandbox.inputs import Inputs

JSON_SERVICES = ["kms", "dynamodb", "dynamodbstreams", "cloudtrail"]


def refused(operation: str, body: Any, service: str = "kms") -> AwsError:
    with pytest.raises(AwsError) as caught:
        shapes.read_params(service, operation, body)
    return caught.value


def same(one: Any, two: Any) -> bool:
    """Equal, where JSON's not-a-number equals itself."""
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(same(one[name], two[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(map(same, one, two))
    return one == two or (isinstance(one, float) and math.isnan(one) and math.isnan(two))


@pytest.mark.parametrize("service", JSON_SERVICES)
def test_what_botocore_writes_is_read_back_as_it_was(service: str) -> None:
    """Every operation, every type: blobs, timestamps, maps, nested structures."""
    model, inputs = shapes.service_model(service), Inputs(f"round trip/{service}")
    serializer = create_serializer(model.metadata["protocol"], include_validation=False)
    read = 0
    for name in [*model.operation_names] * 5:
        operation = model.operation_model(name)
        params = inputs.request(operation.input_shape)
        body = json.loads(serializer.serialize_to_request(params, operation)["body"])
        try:
            found = shapes.read_params(service, name, body)
        except AwsError as error:
            assert error.code == "ValidationException"  # Of the right type, but out of bounds.
        else:
            read += 1
            assert same(found, params)
    assert read > len(model.operation_names)


@pytest.mark.behaviour(15, 16)
@pytest.mark.parametrize(
    ("operation", "body", "sentence"),
    [
        (
            "Encrypt",
            {"KeyId": "k", "Plaintext": ""},
            "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "DescribeKey",
            {},
            "1 validation error detected: Value at 'keyId' failed to satisfy constraint: "
            "Member must not be null",
        ),
        (
            "ListKeys",
            {"Limit": 0, "Marker": ""},
            "2 validation errors detected: "
            "Value '0' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1; "
            "Value '' at 'marker' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "TagResource",
            {"KeyId": "k", "Tags": [{"TagKey": "a", "TagValue": "b"}, {"TagValue": "b"}]},
            "1 validation error detected: Value at 'tags.2.member.tagKey' failed to satisfy "
            "constraint: Member must not be null",
        ),
        (
            "GenerateDataKey",
            {"KeyId": "k", "KeySpec": "aes_256"},
            "1 validation error detected: Value 'aes_256' at 'keySpec' failed to satisfy "
            "constraint: Member must satisfy enum value set: [AES_128, AES_256]",
        ),
    ],
)
def test_a_broken_constraint_is_named_by_its_path(
    operation: str, body: dict[str, Any], sentence: str
) -> None:
    error = refused(operation, body)
    assert (error.code, error.status, error.message) == ("ValidationException", 400, sentence)


@pytest.mark.parametrize(
    ("service", "operation", "body"),
    [
        ("kms", "DescribeKey", []),
        ("kms", "DescribeKey", {"KeyId": 5}),
        ("kms", "DescribeKey", {"KeyId": {"S": "x"}}),
        ("kms", "ListKeys", {"Limit": "5"}),
        ("kms", "ListKeys", {"Limit": True}),
        ("kms", "ListKeys", {"Limit": math.nan}),
        ("kms", "ListKeys", {"Limit": math.inf}),
        ("kms", "CreateKey", {"MultiRegion": "true"}),
        ("kms", "CreateKey", {"Tags": {"TagKey": "a"}}),
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": "no base64!"}),
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": "é"}),
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": "eA==", "EncryptionContext": ["a"]}),
        ("kms", "Encrypt", {"KeyId": "k", "Plaintext": "eA==", "EncryptionContext": {"a": 1}}),
        ("cloudtrail", "LookupEvents", {"StartTime": "2026-01-05"}),
        ("cloudtrail", "LookupEvents", {"StartTime": 1e300}),
        ("cloudtrail", "LookupEvents", {"StartTime": math.nan}),
        ("cloudtrail", "LookupEvents", {"StartTime": True}),
    ],
    ids=str,
)
def test_a_wrong_type_is_no_request(service: str, operation: str, body: Any) -> None:
    assert refused(operation, body, service).code == "SerializationException"


def test_null_is_a_member_left_out() -> None:
    assert shapes.read_params("kms", "ListKeys", {"Limit": None, "Unknown": 1}) == {}


def test_a_timestamp_is_an_aware_moment() -> None:
    body = {"StartTime": 1767603600.5}
    found = shapes.read_params("cloudtrail", "LookupEvents", body)["StartTime"]
    assert found == datetime.datetime(2026, 1, 5, 9, 0, 0, 500_000, datetime.UTC)


def test_the_query_services_say_it_in_their_own_code() -> None:
    with pytest.raises(AwsError) as caught:
        shapes.check_query_params("iam", "GetGroup", {})
    assert caught.value.code == "ValidationError"
    assert "at 'groupName' failed to satisfy constraint" in caught.value.message


def test_an_operation_that_is_not_there() -> None:
    assert shapes.operation_model("kms", "Nothing") is None
    assert shapes.operation_model("kms", "__class__") is None
    assert shapes.read_params("kms", "Nothing", {"a": 1}) == {}
