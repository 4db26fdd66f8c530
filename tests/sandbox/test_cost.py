"""What a request costs does not grow with users, keys, policies and rows that it does not touch.

Cost is counted, not timed: lines of Python that a request executes in the sandbox and in moto.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import boto3
import moto
import pytest

import refusal
from refusal import Sandbox
from refusal.authorization import Policy
from refusal.services.dynamodb.data_keys import DataKey
from tests.sandbox.serving.served import TABLE

COUNTED = tuple(str(Path(package.__file__).parent) for package in (refusal, moto))
ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}}
)
TRUST = ALLOW.replace('"Resource": "*"', '"Principal": "*"').replace("kms:*", "sts:AssumeRole")
ME = "arn:aws:iam::123456789012:user/admin"
ITEM = {"id": {"S": "mira"}}


def lines_of(action: Callable[[World], Any], world: World) -> int:
    """How many lines of the sandbox and of moto an action executes."""
    count = 0

    def trace_lines(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace_lines

    def trace_calls(frame: FrameType, event: str, argument: Any) -> Any:
        return trace_lines if frame.f_code.co_filename.startswith(COUNTED) else None

    before = sys.gettrace()
    sys.settrace(trace_calls)
    try:
        action(world)
    finally:
        sys.settrace(before)
    return count


class World:
    """An account with what the requests touch, and room for much that they do not."""

    def __init__(self) -> None:
        self.kms, self.db = boto3.client("kms"), boto3.client("dynamodb")
        self.iam, self.sts = boto3.client("iam"), boto3.client("sts")
        self.key = self.kms.create_key()["KeyMetadata"]["Arn"]
        self.kms.create_alias(AliasName="alias/game", TargetKeyId=self.key)
        self.sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.key}
        self.db.create_table(TableName="players", SSESpecification=self.sse, **TABLE)
        self.db.put_item(TableName="players", Item=ITEM)
        self.blob = self.kms.encrypt(KeyId=self.key, Plaintext=b"x")["CiphertextBlob"]
        self.role = self.iam.create_role(RoleName="keeper", AssumeRolePolicyDocument=TRUST)
        self.iam.create_user(UserName="mira")

    def crowd(self, number: int) -> None:
        """One more of everything that the requests do not touch."""
        iam, name = self.iam, f"other-{number}"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=ALLOW)
        policy = iam.create_policy(PolicyName=name, PolicyDocument=ALLOW)["Policy"]["Arn"]
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
        iam.create_access_key(UserName=name)
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName=name)
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.sts.assume_role(RoleArn=arn, RoleSessionName="seat")
        key = self.kms.create_key()["KeyMetadata"]["KeyId"]
        self.kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
        self.kms.create_grant(KeyId=key, GranteePrincipal=ME, Operations=["Decrypt"])
        self.db.create_table(TableName=name, **TABLE)
        for row in range(ROWS_OF_ONE):
            self.db.put_item(TableName="players", Item={"id": {"S": f"{name}/{row}"}})


REQUESTS: dict[str, Callable[[World], Any]] = {
    "kms:Encrypt": lambda w: w.kms.encrypt(KeyId="alias/game", Plaintext=b"x"),
    "kms:Decrypt": lambda w: w.kms.decrypt(CiphertextBlob=w.blob),
    "kms:DescribeKey": lambda w: w.kms.describe_key(KeyId=w.key),
    "kms:CreateKey": lambda w: w.kms.create_key(),
    "dynamodb:GetItem": lambda w: w.db.get_item(TableName="players", Key=ITEM),
    "dynamodb:PutItem": lambda w: w.db.put_item(TableName="players", Item=ITEM),
    "dynamodb:UpdateItem": lambda w: w.db.update_item(
        TableName="players",
        Key=ITEM,
        UpdateExpression="SET score = :s",
        ExpressionAttributeValues={":s": {"N": "1"}},
    ),
    "dynamodb:Query": lambda w: w.db.query(
        TableName="players",
        KeyConditionExpression="id = :id",
        ExpressionAttributeValues={":id": ITEM["id"]},
    ),
    "dynamodb:DescribeTable": lambda w: w.db.describe_table(TableName="players"),
    "iam:GetUser": lambda w: w.iam.get_user(UserName="mira"),
    "sts:GetCallerIdentity": lambda w: w.sts.get_caller_identity(),
    "sts:AssumeRole": lambda w: w.sts.assume_role(
        RoleArn=w.role["Role"]["Arn"], RoleSessionName="seat"
    ),
}


FEW, MANY, ROWS_OF_ONE = 2, 40, 5
#: DescribeTable says how many rows its table has: moto counts them, two lines for each.
OWN_ROWS = {"dynamodb:DescribeTable": 2 * ROWS_OF_ONE * (MANY - FEW)}
#: Lines that come and go with a new second of real time, whose date is then read.
SLACK = 10


@pytest.fixture(scope="module")
def costs() -> dict[str, tuple[int, int]]:
    """Lines of each request in an account with few and with many of everything else."""
    with Sandbox():
        world, found = World(), []
        for crowd in (range(FEW), range(FEW, MANY)):
            for number in crowd:
                world.crowd(number)
            for request in REQUESTS.values():
                request(world)  # Caches are filled: policies are read once, then kept.
            found.append({name: lines_of(r, world) for name, r in REQUESTS.items()})
    few, many = found
    return {name: (few[name], many[name]) for name in REQUESTS}


@pytest.mark.parametrize("request_name", REQUESTS)
def test_it_does_not_grow(costs: dict[str, tuple[int, int]], request_name: str) -> None:
    few, many = costs[request_name]
    assert few > 100  # It was counted.
    assert many - few <= SLACK + OWN_ROWS.get(request_name, 0)


def test_after_a_change_in_iam_a_caller_reads_its_own_policies_alone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    for number in range(10):
        world.crowd(number)
    read: list[str] = []
    parse = Policy.parse
    monkeypatch.setattr(
        "refusal.requests.callers.Policy.parse",
        lambda document, **more: read.append(more["name"]) or parse(document, **more),
    )
    world.iam.create_user(UserName="kai")  # The changes of IAM are felt at once.
    world.kms.list_keys()
    world.kms.list_keys()
    assert read == ["AdministratorAccess"]


def test_a_read_opens_the_row_that_it_asks_for_alone(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    world.crowd(0)
    opened: list[bytes] = []
    monkeypatch.setattr(DataKey, "open", counted(DataKey.open, opened))
    world.db.get_item(TableName="players", Key=ITEM)
    assert len(opened) == 1
    REQUESTS["dynamodb:Query"](world)
    assert len(opened) == 2
    world.db.scan(TableName="players")
    assert len(opened) == 2 + 1 + ROWS_OF_ONE


def counted(method: Callable[..., Any], calls: list[bytes]) -> Callable[..., Any]:
    """The same method, with each call noted."""

    def noted(owner: Any, page: bytes, where: bytes) -> Any:
        calls.append(page)
        return method(owner, page, where)

    return noted
