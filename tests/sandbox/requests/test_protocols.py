"""A service that the sandbox lacks is refused in the protocol that its client reads."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from refusal import Sandbox
from refusal.errors import AwsError
from refusal.requests.protocols import error_answer, protocol_of

#: Services of each protocol that botocore has, and of each way to write an error.
SERVICES = [
    *("s3", "s3control", "route53", "cloudfront"),
    "ec2",
    *("cloudformation", "sns", "rds", "elbv2", "ses", "autoscaling", "redshift"),
    *("lambda", "apigateway", "sesv2", "eks", "batch"),
    *("sqs", "secretsmanager", "ssm", "stepfunctions", "logs", "events", "organizations"),
    *("cloudwatch", "acm-pca", "codebuild"),
]
PROTOCOLS = {"rest-xml", "ec2", "query", "rest-json", "json", "smithy-rpc-v2-cbor"}


def client_of(service: str) -> object:
    return boto3.client(service, config=Config(retries={"max_attempts": 0}))


def bare(client: object) -> Iterator[OperationModel]:
    """The operations that need no input and have a body to read an error from."""
    model = client.meta.service_model
    for name in model.operation_names:
        operation = model.operation_model(name)
        required = set(operation.input_shape.required_members if operation.input_shape else ())
        readable = operation.http.get("method") != "HEAD" and not operation.has_event_stream_output
        if readable and required <= {"AccountId"}:  # Amazon S3 Control asks for it always.
            yield operation


@pytest.mark.parametrize("service", SERVICES)
def test_the_sentence_reaches_the_client(sandbox: Sandbox, service: str) -> None:
    client = client_of(service)
    operation = next(bare(client))
    shape = operation.input_shape
    more = {"AccountId": "123456789012"} if shape and shape.required_members else {}
    with pytest.raises(ClientError) as caught:
        getattr(client, xform_name(operation.name))(**more)
    error = caught.value.response["Error"]
    assert error["Code"] == "NotInSandbox", error
    assert error["Message"].startswith("The sandbox does not have ")
    assert "It has KMS, DynamoDB" in error["Message"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_every_protocol_of_botocore_is_among_them(sandbox: Sandbox) -> None:
    assert {client_of(service).meta.service_model.protocol for service in SERVICES} == PROTOCOLS
    from botocore.serialize import SERIALIZERS

    assert set(SERIALIZERS) == PROTOCOLS


@pytest.mark.parametrize(
    ("url", "headers", "body", "protocol"),
    [
        ("https://bucket.s3.eu-west-1.amazonaws.com/a", {}, b"", "rest-xml"),
        (
            "https://127.0.0.1/a?X-Amz-Credential=A/20260101/us-east-1/s3/aws4_request",
            {},
            b"",
            "rest-xml",
        ),
        ("https://127.0.0.1/", {}, b"", "json"),
        ("https://127.0.0.1/?Action=ListTopics", {}, b"", "query"),
        ("https://127.0.0.1/", {"authorization": "AWS4-HMAC-SHA256 rubbish"}, b"", "json"),
    ],
)
def test_a_request_without_a_signature(url, headers, body, protocol) -> None:
    assert protocol_of(url, headers, body) == protocol


def test_a_long_sentence_in_cbor() -> None:
    """Of lengths on both sides of each form that a text has there."""
    from botocore.parsers import create_parser

    for size in (0, 23, 24, 255, 256, 65_535, 70_000):
        answer = error_answer("smithy-rpc-v2-cbor", "monitoring", AwsError("C", "x" * size), "id")
        response = {"status_code": answer[0], "headers": answer[1], "body": answer[2]}
        parsed = create_parser("smithy-rpc-v2-cbor").parse(response, None)
        assert parsed["Error"]["Code"] == "C"
        assert parsed["Error"]["Message"] == "x" * (size if size < 65_536 else 1000)


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_credentials_of_one_partition_are_none_in_another(sandbox, region, partition) -> None:
    """H67."""
    codes = {"kms": "UnrecognizedClientException", "sts": "InvalidClientTokenId"}
    for service, operation in (("kms", "create_key"), ("sts", "get_caller_identity")):
        with pytest.raises(ClientError) as caught:
            getattr(boto3.client(service, region_name=region), operation)()
        error = caught.value.response["Error"]
        assert error["Code"] == codes[service]
        assert error["Message"].endswith(f" {region} is in the partition {partition}.")
