"""moto running in this process: its settings, its accounts, its randomness."""

from __future__ import annotations

import contextlib
import math
import os
import random
from collections.abc import Iterator
from typing import Any

import moto.settings
from moto import mock_aws
from moto.core.base_backend import BackendDict
from moto.moto_api._internal import mock_random

#: moto's settings that come from variables without its prefix, some of them when it is imported:
#: by these it would look for a server, or for a proxy, to send the requests to.
_SETTINGS: dict[str, Any] = {
    "TEST_SERVER_MODE": False,
    "TEST_DECORATOR_MODE": True,
    "INITIAL_NO_AUTH_ACTION_COUNT": math.inf,
}
_PROXY_MODE = "TEST_PROXY_MODE"


@contextlib.contextmanager
def in_process() -> Iterator[None]:
    """Inside, moto answers in this process, whatever its settings say."""
    before = {name: getattr(moto.settings, name) for name in _SETTINGS}
    proxy = os.environ.pop(_PROXY_MODE, None)
    vars(moto.settings).update(_SETTINGS)
    try:
        yield
    finally:
        vars(moto.settings).update(before)
        if proxy is not None:
            os.environ[_PROXY_MODE] = proxy


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Inside, moto takes botocore's requests, and has no accounts yet."""
    with mock_aws(config={"core": {"mock_credentials": False, "reset_boto3_session": True}}):
        yield


@contextlib.contextmanager
def other_accounts() -> Iterator[None]:
    """Inside, moto has none of the accounts that it had; afterwards it has them again."""
    backend_dict: Any = BackendDict  # Generic, and its list is shared by all.
    in_use = backend_dict._instances
    kept = [(backends, dict(backends)) for backends in in_use]
    _empty(in_use)
    try:
        yield
    finally:
        _empty(in_use)
        for backends, accounts in kept:
            backends.update(accounts)
            in_use.append(backends)


def _empty(in_use: list[Any]) -> None:
    for backends in in_use:
        backends.clear()
    in_use.clear()


def randomness() -> random.Random:
    """What moto draws its ids, keys and secrets from."""
    source: random.Random = mock_random
    return source


def seed_moto(seed: str) -> None:
    """Make moto's ids, keys and secrets follow the sandbox's seed."""
    mock_random.seed(seed)
