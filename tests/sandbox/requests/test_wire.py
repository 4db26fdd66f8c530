"""From bytes to a request and back, for bytes that nobody should send."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from refusal import Sandbox
from tests.sandbox.raw import PREFIXES, Raw, is_aws_shaped

URL = "https://kms.us-east-1.amazonaws.com/"
TARGET = "TrentService.ListKeys"
DEEP = 100_000


@pytest.fixture
def raw(sandbox: Sandbox) -> Raw:
    return Raw(sandbox, boto3.Session())


def error_of(answer: str) -> str:
    """The error code of an answer in either protocol."""
    if answer.startswith("<"):
        return ElementTree.fromstring(answer).findtext("./Error/Code") or ""
    return str(json.loads(answer)["__type"])


@pytest.mark.parametrize("service", PREFIXES)
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"5",
        b"{}{}",
        b"\x00",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b'{"Limit": "\\ud800"}',
        b'{"Limit": "\xed\xa0\x80"}',
        b'{"\\udfff": 1}',
        b'{"Limit": NaN}',
        b'{"Limit": -Infinity}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_json_object(raw: Raw, service: str, body: bytes) -> None:
    operation = {"cloudtrail": "LookupEvents", "dynamodb": "ListTables", "kms": "ListKeys"}
    status, answer = raw.operation(service, operation.get(service, "ListStreams"), body)
    assert (status, error_of(answer)) == (400, "SerializationException")


def test_an_emoji_is_no_half_of_a_pair(raw: Raw) -> None:
    """botocore sends it as two escapes."""
    key = boto3.client("kms").create_key(Description="\U0001f511")["KeyMetadata"]
    assert key["Description"] == "\U0001f511"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Action=",
        b"Action",
        b"=&=&;",
        b"Action=GetCallerIdentity&Action=CreateUser",
        b"Action=GetCallerIdentity&Version=1999-01-01",
        b"Action=Nothing&Version=2011-06-15",
        b"Action=getcalleridentity",
        b"Action=GetCallerIdentity\x00",
        b"\xff\xfe\xfd",
        b"Action=%00%zz%",
        b"Action=AssumeRole&Tags.member.1=x&Tags.member.1.Key=a",
        b"Action=AssumeRole&Tags.member.99999999999999999999.Key=a",
        b"Action=AssumeRole&Tags.member.-1.Key=a&Tags.member..Key=b&Tags.member.x.Key=c",
        b"Action=AssumeRole&RoleArn.x.y=1&RoleArn=2",
        b"Action=AssumeRole&DurationSeconds=many",
        b"Action=AssumeRole&DurationSeconds=1e5&RoleArn=%ED%A0%80",
        b"Action=AssumeRole&" + b"Tags.member.1." * 5_000 + b"Key=a",
        b"&".join(b"a%d=1" % number for number in range(20_000)),
    ],
    ids=lambda body: repr(body[:60]),
)
@pytest.mark.parametrize("service", ["sts", "iam"])
def test_a_form_that_is_none(raw: Raw, service: str, body: bytes) -> None:
    answer = raw.send(service, body)
    assert is_aws_shaped(*answer)


def test_a_very_long_list_is_read(raw: Raw) -> None:
    tags = b"&".join(b"TagKeys.member.%d=k%d" % (n, n) for n in range(1, 2001))
    status, answer = raw.send("iam", b"Action=UntagUser&UserName=admin&" + tags)
    assert (status, error_of(answer)) == (400, "ValidationError")


@pytest.mark.parametrize(
    "target",
    [
        *("", ".", "TrentService", "TrentService.", ".ListKeys", "TrentService.listKeys", "a.b.c"),
        *("TrentService.__class__", "DynamoDB_20111205.ListTables", "Logs_20140328.PutLogEvents"),
        *("TrentService.ListKeys\u00e9", "x" * 100_000),
    ],
    ids=lambda target: target[:30],
)
def test_an_unknown_target(raw: Raw, target: str) -> None:
    status, answer = raw.send("kms", b"{}", X_Amz_Target=target)
    assert is_aws_shaped(status, answer) and status in (400, 403, 501)
    assert error_of(answer) in ("NotInSandbox", "UnknownOperationException")


AUTHORIZATIONS = [
    "",
    "AWS4-HMAC-SHA256",
    "AWS4-HMAC-SHA256 ",
    "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
    "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=s",
    "AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=s",
    "AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;;;, Signature=0",
    "AWS4-HMAC-SHA256 Signature=0",
    "AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d, SignedHeaders=host, Signature=0",
    "Basic YWRtaW46YWRtaW4=",
    "AWS AKIAIOSFODNN7EXAMPLE:signature",
    "Bearer token",
    "\u00ff" * 100,
    "=" * 100_000,
]


@pytest.mark.parametrize("authorization", AUTHORIZATIONS, ids=lambda text: text[:40])
@pytest.mark.parametrize("target", [TARGET, None])
def test_a_header_that_signs_nothing(raw: Raw, authorization: str, target: str | None) -> None:
    headers = {"Authorization": authorization, "X-Amz-Date": "20260105T090000Z"}
    headers |= {"X-Amz-Target": target} if target else {}
    body = b"{}" if target else b"Action=GetCallerIdentity"
    answer = raw.unsigned(AWSRequest(method="POST", url=URL, data=body, headers=headers))
    assert is_aws_shaped(*answer) and answer[0] in (400, 403, 501)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Amz-Date", ""),
        ("X-Amz-Date", "yesterday"),
        ("X-Amz-Date", "20260105T090000Z"),
        ("X-Amz-Date", "99991231T235959Z"),
        ("X-Amz-Date", "00000000T000000Z"),
        ("X-Amz-Security-Token", "token"),
        ("X-Amz-Security-Token", "\u00e9"),
        ("X-Amz-Target", "DynamoDB_20120810.ListTables"),
        ("Host", "evil.example"),
    ],
)
def test_a_header_changed_after_signing_is_refused(raw: Raw, name: str, value: str) -> None:
    """What a middleman could change."""
    request = raw.signed("kms", b"{}", X_Amz_Target=TARGET)
    assert raw.unsigned(request)[0] == 200
    del request.headers[name]
    request.headers[name] = value
    status, answer = raw.unsigned(request)
    assert status == 400
    assert error_of(answer) in ("InvalidSignatureException", "UnrecognizedClientException")


@pytest.mark.parametrize(
    "change",
    [
        {"data": b'{"Limit": 1}'},
        {"method": "PUT"},
        {"url": URL + "?a=1"},
        {"url": URL + "path"},
        {"url": "https://kms.eu-west-1.amazonaws.com/"},
    ],
    ids=str,
)
def test_a_request_changed_after_signing_is_refused(raw: Raw, change: dict[str, str]) -> None:
    request = raw.signed("kms", b"{}", X_Amz_Target=TARGET)
    for name, value in change.items():
        setattr(request, name, value)
    status, answer = raw.unsigned(request)
    assert (status, error_of(answer)) == (400, "InvalidSignatureException")


@pytest.mark.parametrize(
    "name", ["a\x00b", "a\x1bb", "a\ufffeb", "<b>&amp;</b>", "\U0001f511\U0001f511"]
)
def test_an_error_in_xml_can_be_read_whatever_it_quotes(sandbox: Sandbox, name: str) -> None:
    """XML 1.0 has no form for control characters; clients could not parse the answer."""
    with pytest.raises(ClientError, match="ValidationError") as caught:
        boto3.client("sts").get_federation_token(Name=name)
    shown = caught.value.response["Error"]["Message"]
    assert f"'{name}'" in shown or "'a\ufffdb'" in shown


def test_the_next_request_is_answered_after_a_fault_of_the_sandbox(
    sandbox: Sandbox, raw: Raw, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("refusal.requests.wire.params_of", lambda _: 1 / 0)
        status, answer = raw.operation("kms", "ListKeys", b"{}")
        assert (status, error_of(answer)) == (500, "InternalFailure")
        assert "The sandbox failed on this request (ZeroDivisionError" in answer
    assert raw.operation("kms", "ListKeys", b"{}")[0] == 200


def test_a_form_that_is_not_utf8_is_refused(raw: Raw, sandbox: Sandbox) -> None:
    """moto's XML could not hold it, so clients could not read its answer."""
    body = b"Action=CreateUser&Version=2010-05-08&UserName=eve&x=\xff"
    status, answer = raw.send("iam", body)
    assert (status, error_of(answer)) == (400, "InvalidParameterValue")
    assert [user["UserName"] for user in boto3.client("iam").list_users()["Users"]] == ["admin"]
