"""``sandboxed`` around all that ``mock_aws`` can stand around, and around what is asynchronous."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import unittest
from collections.abc import AsyncIterator, Iterator
from typing import Any

import boto3
import pytest

from refusal import Sandbox, SandboxError, sandboxed
from refusal.testing import as_user, denied

USER = "arn:aws:iam::123456789012:user/admin"


def keys() -> int:
    """How many keys there are, one more made: 0 in a new account."""
    kms = boto3.client("kms")
    found = len(kms.list_keys()["Keys"])
    kms.create_key()
    return found


def one_new_account() -> bool:
    return (keys(), boto3.client("sts").get_caller_identity()["Arn"]) == (0, USER)


@sandboxed
def plain(number: int, *, more: int = 0) -> tuple[bool, int]:
    """Its text."""
    return one_new_account(), number + more


@sandboxed(seed=7)
def seeded() -> str:
    return str(boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])


@sandboxed(seed=7)
async def coroutine() -> bool:
    await asyncio.sleep(0)
    return one_new_account()


@sandboxed()
def generator() -> Iterator[bool]:
    yield one_new_account()
    yield keys() == 1


@sandboxed
async def async_generator() -> AsyncIterator[bool]:
    yield one_new_account()
    await asyncio.sleep(0)
    yield keys() == 1


def test_functions_keep_their_arguments_their_name_and_their_kind() -> None:
    assert plain(2, more=3) == plain(5) == (True, 5)
    assert (plain.__name__, plain.__doc__) == ("plain", "Its text.")
    assert seeded() == seeded()
    assert asyncio.run(coroutine()) and asyncio.iscoroutinefunction(coroutine)
    assert list(generator()) == [True, True]

    async def collected() -> list[bool]:
        return [value async for value in async_generator()]

    assert asyncio.run(collected()) == [True, True]
    assert Sandbox.running() is None


def test_it_stops_after_an_error() -> None:
    @sandboxed
    def failing() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        failing()
    assert Sandbox.running() is None


def test_a_generator_that_is_left_early_stops_too() -> None:
    values = generator()
    assert next(values) and Sandbox.running() is not None
    values.close()  # type: ignore[attr-defined]
    assert Sandbox.running() is None


def test_blocks_plain_and_asynchronous() -> None:
    with sandboxed(seed="blue") as sandbox:
        assert sandbox.seed == "blue" and one_new_account()

    async def block() -> bool:
        async with sandboxed() as inside:
            return inside is Sandbox.running() and one_new_account()

    assert asyncio.run(block())
    assert Sandbox.running() is None


def test_started_and_stopped_by_hand() -> None:
    """As in ``setUp`` and ``tearDown``, and as often as one likes."""
    made = sandboxed(seed=7)
    for _ in range(2):
        assert made.start() is Sandbox.running() and one_new_account()
        made.stop()
        assert Sandbox.running() is None
    with pytest.raises(SandboxError, match="`stop` was called before `start`"):
        made.stop()


def test_motos_own_checks_of_permissions_stay_out_of_it() -> None:
    """They would read the sandbox's users from moto, and refuse in XML."""
    from moto.core import enable_iam_authentication

    with sandboxed():
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        with enable_iam_authentication():
            dynamodb.put_item(TableName="orders", Item={"id": {"S": "a"}})


def test_inside_another_it_joins_it_and_leaves_it_running() -> None:
    with Sandbox(seed=3) as outer:
        with sandboxed() as inner, sandboxed(seed="3") as same:
            assert inner is same is outer
        assert Sandbox.running() is outer
        assert plain(1) == (True, 1) and plain(1) == (False, 1)
        with pytest.raises(SandboxError, match=r"seed 3 runs already, .* with the seed 7"):
            seeded()
        assert Sandbox.running() is outer


@sandboxed(seed=7)
class OfUnittest(unittest.TestCase):
    def setUp(self) -> None:
        self.new = one_new_account()

    def tearDown(self) -> None:
        assert keys() == 2

    def test_one(self) -> None:
        assert self.new and keys() == 1

    test_two = test_one


@sandboxed
class AsynchronousOfUnittest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self) -> None:
        self.new = one_new_account()

    async def test_one(self) -> None:
        assert self.new and keys() == 1

    test_two = test_one


class Parent:
    def test_inherited(self) -> None:
        assert one_new_account()


@sandboxed
class TestPlainClass(Parent):
    def test_own(self) -> None:
        assert one_new_account()

    @staticmethod
    def test_static() -> None:
        assert one_new_account()

    @pytest.mark.parametrize("turn", [1, 2])
    def test_with_arguments(self, turn: int) -> None:
        assert one_new_account()


@sandboxed
class TestWithSetUp:
    def setup_method(self) -> None:
        self.new = one_new_account()

    def teardown_method(self, method: object) -> None:
        assert keys() == 2

    @pytest.mark.parametrize("turn", [1, 2])
    def test_it(self, turn: int) -> None:
        assert self.new and keys() == 1


@pytest.mark.parametrize("tests", [OfUnittest, AsynchronousOfUnittest])
def test_unittest_runs_it_without_pytest(tests: type[unittest.TestCase]) -> None:
    found = unittest.defaultTestLoader.loadTestsFromTestCase(tests)
    result = unittest.TestResult()
    found.run(result)
    assert (result.testsRun, result.errors, result.failures) == (2, [], [])
    assert Sandbox.running() is None


def test_the_parent_of_a_decorated_class_is_left_alone() -> None:
    assert "__wrapped__" not in vars(Parent.test_inherited)


asynchronous = pytest.mark.skipif(
    importlib.util.find_spec("aiobotocore") is None,
    reason="aiobotocore does not allow the course's botocore; CI's job for the oldest runs it",
)


def client_of(session: boto3.Session | None = None) -> Any:
    """A client of aiobotocore's, as this session's principal."""
    get_session = importlib.import_module("aiobotocore.session").get_session
    keys = session and session.get_credentials()
    given = {}
    if keys is not None:
        given = {"aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key}
    return get_session().create_client("kms", region_name="us-east-1", **given)


@asynchronous
def test_asynchronous_clients_are_answered_and_refused() -> None:
    @sandboxed
    async def story() -> None:
        key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        async with client_of(as_user("mira")) as mira:
            with denied("kms:Encrypt", by="mira", because="identity-based policy"):
                await mira.encrypt(KeyId=key, Plaintext=b"x")
        async with client_of() as admin:
            blob = (await admin.encrypt(KeyId=key, Plaintext=b"x"))["CiphertextBlob"]
            assert (await admin.decrypt(CiphertextBlob=blob))["Plaintext"] == b"x"
            pages = [page async for page in admin.get_paginator("list_keys").paginate()]
            assert [one["KeyId"] for one in pages[0]["Keys"]] == [key]

    asyncio.run(story())


@asynchronous
def test_asynchronous_clients_reach_nothing_before_or_after() -> None:
    async def story() -> None:
        elsewhere = boto3.Session("AKIA", "x")
        async with client_of(elsewhere) as early:
            with sandboxed():
                with pytest.raises(Exception, match=r"security token .* is invalid"):
                    await early.list_keys()
                late = await client_of().__aenter__()
                assert (await late.list_keys())["Keys"] == []
            with pytest.raises(SandboxError, match="has stopped"):
                await late.list_keys()

    asyncio.run(story())
