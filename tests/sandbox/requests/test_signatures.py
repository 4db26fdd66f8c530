"""Signature Version 4 held against botocore's own signer."""

from __future__ import annotations

import datetime
import string

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given
from hypothesis import strategies as st

from refusal.requests import signatures

WORD = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=20)
#: Header values as HTTP has them, runs of blanks and all.
VALUE = st.text(string.printable.strip() + "  \t", max_size=40)
HEADERS = st.dictionaries(WORD.map(lambda name: f"x-amz-{name.lower()}"), VALUE, max_size=5)
QUERY = st.dictionaries(WORD, st.text(string.ascii_letters + "-_.~", max_size=9), max_size=4)
SECRET = st.text(string.ascii_letters + string.digits + "/+=", min_size=1, max_size=60)


@st.composite
def requests(draw: st.DrawFn) -> tuple[AWSRequest, str]:
    """A request that botocore has signed, and the secret that it signed with."""
    service, region, secret = draw(WORD), draw(WORD), draw(SECRET)
    query = "&".join(f"{name}={value}" for name, value in draw(QUERY).items())
    port = draw(st.sampled_from(["", ":5000"]))
    url = f"https://{service}.{region}.example{port}/{'?' if query else ''}{query}"
    method = draw(st.sampled_from(["POST", "GET", "PUT"]))
    request = AWSRequest(method, url, draw(HEADERS), data=draw(st.binary(max_size=200)))
    credentials = Credentials("AKIAIOSFODNN7EXAMPLE", secret, draw(st.sampled_from([None, "t/+="])))
    SigV4Auth(credentials, service, region).add_auth(request)
    return request, secret


def test_parameters_are_in_the_order_of_their_names() -> None:
    request = AWSRequest("GET", "https://kms.example/?a=&a0=", {}, data=b"")
    SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", "secret"), "kms", "us-east-1").add_auth(request)
    assert verified(request, "secret")


def verified(request: AWSRequest, secret: str) -> bool:
    """What the sandbox says of a request."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    signature = signatures.parse(headers["authorization"])
    assert signature is not None
    body = request.data
    found = signatures.calculate(signature, secret, request.method, request.url, headers, body)
    return signatures.matches(found, signature)


@given(requests())
def test_what_botocore_signs_is_accepted(signed: tuple[AWSRequest, str]) -> None:
    assert verified(*signed)


@given(requests(), st.data())
def test_whatever_is_changed_afterwards_is_noticed(
    signed: tuple[AWSRequest, str], data: st.DataObject
) -> None:
    request, secret = signed
    change = data.draw(st.sampled_from(["body", "secret", "header", "host", "method", "signature"]))
    if change == "body":
        request.data += b"x"
    elif change == "secret":
        secret += "x"
    elif change == "header":
        request.headers.replace_header("X-Amz-Date", "20260101T000000Z")
    elif change == "host":
        request.url = request.url.replace("https://", "https://x")
    elif change == "method":
        request.method = "DELETE"
    else:
        whole = request.headers["Authorization"]
        digit = "1" if whole.endswith("0") else "0"
        request.headers.replace_header("Authorization", whole[:-1] + digit)
    assert not verified(request, secret)


@given(requests())
def test_the_header_is_read_as_botocore_wrote_it(signed: tuple[AWSRequest, str]) -> None:
    signature = signatures.parse(signed[0].headers["Authorization"])
    assert signature is not None
    assert signature.access_key_id == "AKIAIOSFODNN7EXAMPLE"
    assert signature.date == signed[0].headers["X-Amz-Date"][:8]
    assert "host" in signature.signed_headers
    assert len(signature.value) == 64


@given(st.text() | st.text().map("AWS4-HMAC-SHA256 {}".format))
@example("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=\u00e9")
@example("AWS4-HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=s")
def test_any_text_is_a_signature_or_none(text: str) -> None:
    signature = signatures.parse(text)
    assert signature is None or not signatures.matches("0" * 64, signature)


def test_a_clients_own_word_for_the_hash_of_the_body_does_not_count() -> None:
    request = AWSRequest(
        "POST", "https://kms.example/", {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}, data=b"{}"
    )
    SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", "secret"), "kms", "us-east-1").add_auth(request)
    assert not verified(request, "secret")


def stamp(**ago: int) -> str:
    moment = datetime.datetime.now(datetime.UTC) - datetime.timedelta(**ago)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def test_a_signature_holds_for_a_quarter_of_an_hour_of_real_time() -> None:
    """In both directions, since clocks differ (IAM User Guide, "Signing AWS API requests")."""
    for minutes in (0, 14, -14):
        assert not signatures.expired(stamp(minutes=minutes))
    for minutes in (16, -16, 60 * 24 * 365):
        assert signatures.expired(stamp(minutes=minutes))
    for junk in ("", "yesterday", "2026-01-05T09:00:00Z", "20261305T090000Z", "99999999T999999Z"):
        assert signatures.expired(junk)
