"""A KMS client, a key, and a way to say how a call is refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"


@pytest.fixture
def kms(sandbox: Any) -> Any:
    """The administrator's KMS client."""
    return boto3.client("kms")


@pytest.fixture
def key(kms: Any) -> dict[str, Any]:
    """A new symmetric key's metadata."""
    return kms.create_key()["KeyMetadata"]


@pytest.fixture
def blob(kms: Any, key: dict[str, Any]) -> bytes:
    """A ciphertext under the key."""
    return kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]


@pytest.fixture
def aliases_of() -> Callable[[Any], list[str]]:
    """The names of the aliases that a client's account has made itself."""

    def listed(client: Any) -> list[str]:
        pages = client.get_paginator("list_aliases").paginate()
        names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
        return [name for name in names if not name.startswith("alias/aws/")]

    return listed


@pytest.fixture
def refused() -> Callable[..., Any]:
    """``with refused(code, message):`` the block is refused with this code and exact message;
    ``contains`` asks for a part of the message instead."""

    @contextlib.contextmanager
    def context(code: str, message: str | None = None, contains: str = "") -> Iterator[None]:
        with pytest.raises(ClientError) as caught:
            yield
        error = caught.value.response["Error"]
        assert error["Code"] == code, error
        assert message is None or error.get("Message", "") == message
        assert contains in error.get("Message", "")

    return context


@pytest.fixture
def user(make_user: Any) -> tuple[Any, str]:
    """A user without any policy: its KMS client and its ARN."""
    return make_user("u").client("kms"), f"arn:aws:iam::{ACCOUNT}:user/u"


@pytest.fixture
def grant(kms: Any, key: dict[str, Any]) -> Callable[..., Any]:
    """Make a grant on the key: ``grant(grantee, *operations, **more)``."""

    def make(grantee: str, *operations: str, **more: Any) -> Any:
        return kms.create_grant(
            KeyId=key["KeyId"], GranteePrincipal=grantee, Operations=list(operations), **more
        )

    return make


@pytest.fixture
def policy() -> Callable[..., str]:
    """A key policy: the administrator may do everything, and what else is given."""

    def make(*statements: dict[str, Any], root: bool = False, admin: bool = True) -> str:
        listed = list(statements)
        if root:
            listed.append(allow(f"arn:aws:iam::{ACCOUNT}:root", "kms:*"))
        if admin:
            listed.append(allow(f"arn:aws:iam::{ACCOUNT}:user/admin", "kms:*"))
        return json.dumps({"Version": "2012-10-17", "Statement": listed})

    return make


def allow(principal: str, *actions: str, **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": list(actions),
        "Resource": "*",
        **more,
    }


@pytest.fixture
def statement() -> Callable[..., dict[str, Any]]:
    """A key policy statement for a principal's ARN: ``statement(arn, *actions, Effect=…)``."""
    return allow
