"""The pytest plugin: a sandbox for each test that asks for one.

pytest loads this module in every run, so it imports the rest only when a test needs it.

- Fixture ``sandbox``: an empty account for this test; plain boto3 acts as its administrator.
- Marker ``@pytest.mark.sandbox(seed=7)``: the seed of that sandbox. A marked test has one also
  without asking for the fixture.
- Fixtures ``as_user`` and ``as_role``: sessions of principals with the policies that are given.
- Fixture ``denied``: asserts who was denied which action; also ``from refusal import denied``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import boto3

    from .sandbox import Sandbox
    from .testing import Denial

_MARKER = "sandbox(seed=0): run the test in an AWS sandbox made from this seed (refusal)"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give marked tests a sandbox, before their other fixtures."""
    for item in items:
        names: list[str] | None = getattr(item, "fixturenames", None)
        if names is not None and "sandbox" not in names and item.get_closest_marker("sandbox"):
            names.insert(_wider(item, names), "sandbox")


def _wider(item: pytest.Item, names: list[str]) -> int:
    """How many fixtures of a test have a wider scope than one function: these come first."""
    known = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
    scopes = (known[name][-1].scope if known.get(name) else "function" for name in names)
    return len(list(takewhile(lambda scope: scope != "function", scopes)))


def _seed(node: Any) -> int | str:
    marker = node.get_closest_marker("sandbox")
    if marker is None:
        return 0
    seed = marker.kwargs.get("seed", 0)
    if marker.args or set(marker.kwargs) - {"seed"} or not isinstance(seed, int | str):
        raise pytest.UsageError(
            f"{node.nodeid}: the marker is written @pytest.mark.sandbox(seed=7), with a number or "
            "a text as the seed."
        )
    return seed


@pytest.fixture
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """An AWS account for this test: empty, offline, and it denies."""
    from .errors import SandboxError
    from .sandbox import Sandbox

    if Sandbox.running() is not None:
        raise SandboxError(
            f"{request.node.nodeid} asks for an empty sandbox, and another one runs. If a fixture "
            "of a wider scope started that one, call this fixture `sandbox`: it then takes the "
            "place of the plugin's."
        )
    with Sandbox(_seed(request.node)) as running:
        yield running


@pytest.fixture
def as_user(sandbox: Sandbox) -> Callable[..., boto3.Session]:
    """``as_user("mira", *policies)``: a boto3 session; see ``refusal.testing.as_user``."""
    from .testing import as_user

    return as_user


@pytest.fixture
def as_role(sandbox: Sandbox) -> Callable[..., boto3.Session]:
    """``as_role("reader", *policies)``: a boto3 session; see ``refusal.testing.as_role``."""
    from .testing import as_role

    return as_role


@pytest.fixture
def denied(sandbox: Sandbox) -> Callable[..., Denial]:
    """``with denied("kms:Decrypt", by="mira"): …``; see ``refusal.testing.denied``."""
    from .testing import denied

    return denied
