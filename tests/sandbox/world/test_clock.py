"""The sandbox's own time: fixed at the start, forward only, and moved by requests."""

from __future__ import annotations

import datetime
from datetime import timedelta

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusal import Sandbox, SandboxError
from refusal.world.clock import END, PER_REQUEST, START, Clock

SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3_000_000))


@given(st.lists(SPANS | st.none(), max_size=20))
def test_it_goes_forward_by_what_is_asked_and_never_past_the_end(
    moves: list[timedelta | None],
) -> None:
    clock, expected = Clock(), START
    for move in moves:
        if move is None:
            clock.tick()
            expected = min(expected + PER_REQUEST, END)
        elif move > END - expected:
            with pytest.raises(ValueError, match="its calendar ends"):
                clock.advance(move)
        else:
            clock.advance(move)
            expected += move
        assert clock.now() == expected
        assert clock.timestamp() == expected.timestamp()


@given(st.timedeltas(max_value=timedelta(microseconds=-1)))
def test_it_never_goes_back(span: timedelta) -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(span)
    assert clock.now() == START


@given(
    st.lists(st.integers(0, 40), max_size=10),
    st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(seconds=2)), max_size=20),
)
def test_what_is_due_happens_once_at_its_moment_and_in_order(
    tenths: list[int], moves: list[timedelta]
) -> None:
    clock, happened = Clock(), []
    moments = [START + PER_REQUEST * tenth for tenth in tenths]
    for number, moment in enumerate(moments):
        clock.at(moment, lambda n=number: happened.append((clock.now(), n)))
    for move in moves:
        clock.advance(move)
        clock.tick()
        due = sorted((m, n) for n, m in enumerate(moments) if m <= clock.now())
        assert happened == due


def test_what_is_due_may_ask_for_more() -> None:
    clock, happened = Clock(), []

    def again() -> None:
        happened.append(clock.now())
        clock.at(clock.now() + timedelta(hours=1), again)

    clock.at(START + timedelta(minutes=30), again)
    clock.advance(timedelta(hours=3))
    hours = [timedelta(minutes=30, hours=hour) for hour in range(3)]
    assert [moment - START for moment in happened] == hours
    assert clock.now() == START + timedelta(hours=3)


def test_its_datetime_module_tells_its_time_and_is_otherwise_the_real_one() -> None:
    clock = Clock()
    module = clock.as_datetime_module()
    clock.advance(timedelta(days=7))
    assert module.datetime.now() == clock.now().replace(tzinfo=None)
    assert module.datetime.utcnow() == clock.now().replace(tzinfo=None)
    tokyo = datetime.timezone(timedelta(hours=9))
    assert module.datetime.now(tokyo) == clock.now()
    assert module.datetime.now(tokyo).utcoffset() == timedelta(hours=9)
    assert module.timedelta is timedelta
    assert isinstance(module.datetime(2026, 1, 1), datetime.datetime)


def test_each_request_moves_it_a_little_also_a_refused_one(sandbox: Sandbox) -> None:
    kms = boto3.client("kms")
    for number in range(1, 4):
        kms.list_keys()
        assert sandbox.clock.now() == START + number * PER_REQUEST
    with pytest.raises(kms.exceptions.NotFoundException):
        kms.describe_key(KeyId="none")
    assert sandbox.clock.now() == START + 4 * PER_REQUEST


def test_looking_from_outside_does_not_move_it(sandbox: Sandbox) -> None:
    sandbox.trail.events()
    sandbox.session()
    with pytest.raises(SandboxError):
        sandbox.at_rest("none")
    assert sandbox.clock.now() == START


def test_dates_of_every_service_follow_it(sandbox: Sandbox) -> None:
    sandbox.advance(days=400)
    now, second = sandbox.clock.now(), timedelta(seconds=1)
    dates = [
        boto3.client("kms").create_key()["KeyMetadata"]["CreationDate"],
        boto3.client("iam").create_user(UserName="mira")["User"]["CreateDate"],
        boto3.client("iam").create_access_key(UserName="mira")["AccessKey"]["CreateDate"],
        boto3.client("dynamodb").create_table(
            TableName="players",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )["TableDescription"]["CreationDateTime"],
        boto3.client("sts").get_session_token(DurationSeconds=900)["Credentials"]["Expiration"]
        - timedelta(seconds=900),
        boto3.client("cloudtrail").lookup_events()["Events"][0]["EventTime"],
    ]
    assert all(now - second <= date <= now + second for date in dates)


def test_the_machines_own_time_goes_on_as_before(sandbox: Sandbox) -> None:
    sandbox.advance(days=400)
    assert (
        datetime.datetime.now(datetime.UTC) < datetime.datetime.now(datetime.UTC) + END.resolution
    )
    assert abs(datetime.datetime.now(datetime.UTC) - sandbox.clock.now()) > timedelta(days=1)


def test_requests_are_answered_at_the_end_of_the_calendar(sandbox: Sandbox) -> None:
    kms = boto3.client("kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key_id)
    sandbox.advance(days=(END - sandbox.clock.now()).days)
    for _ in range(3):
        kms.encrypt(KeyId=key_id, Plaintext=b"x")
    boto3.client("sts").get_session_token()
    assert kms.schedule_key_deletion(KeyId=key_id)["DeletionDate"] > sandbox.clock.now()
    with pytest.raises(ValueError, match="its calendar ends"):
        sandbox.advance(days=400)
