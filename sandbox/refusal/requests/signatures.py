"""Signature Version 4, checked as AWS checks it.

botocore signs every request, so every call of the test suite checks this code against it. Its
own signer is not used to verify: building its request objects again costs more than a whole
GetItem may cost here, and the signing key can be kept for a day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlsplit

#: How far a signature's date may be from real time (IAM User Guide, "Signing AWS API requests").
MAX_SKEW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Signature:
    """The parts of an ``Authorization`` header."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    value: str


@lru_cache(maxsize=256)
def _fields(credential: str, signed_headers: str) -> tuple[str, str, str, str, tuple[str, ...]]:
    key, date, region, service, _ = credential.split("/")
    return key, date, region, service, tuple(signed_headers.split(";"))


def parse(authorization: str) -> Signature | None:
    """Read an ``Authorization`` header; None if it is not a Signature Version 4 one."""
    if not authorization.startswith("AWS4-HMAC-SHA256 "):
        return None
    parts = dict(
        part.strip().partition("=")[::2]
        for part in authorization[len("AWS4-HMAC-SHA256 ") :].split(",")
    )
    try:
        fields = _fields(parts["Credential"], parts["SignedHeaders"])
        return Signature(*fields, value=parts["Signature"])
    except (KeyError, ValueError):
        return None


@lru_cache(maxsize=256)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    # By name, then by value: as whole texts, "a0=" would come before "a=".
    encoded = sorted((quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def calculate(
    signature: Signature,
    secret: str,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
) -> str:
    """The signature that ``secret`` gives this request.

    ``headers`` has lower-case names. The path is taken as sent: the services of the sandbox all
    post to ``/``.
    """
    parts = urlsplit(url)
    lines = [method, quote(parts.path or "/", safe="/~%-_."), _canonical_query(parts.query)]
    for name in signature.signed_headers:
        value = headers.get(name, parts.netloc.lower() if name == "host" else "")
        lines.append(f"{name}:{' '.join(value.split())}")
    lines += ["", ";".join(signature.signed_headers)]
    lines.append(hashlib.sha256(body).hexdigest())  # Only S3 takes a client's word for it.
    canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    scope = f"{signature.date}/{signature.region}/{signature.service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{headers.get('x-amz-date', '')}\n{scope}\n{canonical}"
    key = _signing_key(secret, signature.date, signature.region, signature.service)
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def matches(expected: str, signature: Signature) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(expected.encode(), signature.value.encode())


def expired(amz_date: str) -> bool:
    """True if the date is missing, unreadable or more than 15 minutes from real time."""
    signed = _moment(amz_date)
    return signed is None or abs(datetime.now(UTC) - signed) > MAX_SKEW


@lru_cache(maxsize=64)
def _moment(amz_date: str) -> datetime | None:
    """The moment, in whole seconds; many requests come in the same one."""
    try:
        return datetime.strptime(amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
