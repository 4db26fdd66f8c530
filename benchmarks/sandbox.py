"""The sandbox against bare moto, doing the same."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto import mock_aws

from refusal import Sandbox
from refusal.authorization import Policy, Request, authorize

from .measure import Line, in_a_process, ratio, seconds

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
KEY = {"id": {"S": "row-0"}}
ROUNDS, CALLS = 9, 60


@contextmanager
def bare(managed_policies: bool = False) -> Iterator[None]:
    """moto alone; with AWS managed policies if asked."""
    with mock_aws(config={"iam": {"load_aws_managed_policies": managed_policies}}):
        boto3.setup_default_session(region_name="us-east-1")
        yield


@contextmanager
def ours() -> Iterator[None]:
    """The sandbox."""
    with Sandbox():
        yield


def table(rows: int) -> Any:
    """A table of that many rows under a customer managed key; returns DynamoDB's client."""
    arn = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="players",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn},
    )
    put_rows(dynamodb, rows)
    return dynamodb


def item(number: int) -> dict[str, Any]:
    """A row such as the course has."""
    return {
        "id": {"S": f"row-{number}"},
        "name": {"S": f"Player {number}"},
        "email": {"S": f"player{number}@example.com"},
        "coins": {"N": str(number * 10)},
    }


def put_rows(dynamodb: Any, rows: int) -> None:
    """Rows, in batches of 25."""
    for start in range(0, rows, 25):
        requests = [{"PutRequest": {"Item": item(n)}} for n in range(start, min(start + 25, rows))]
        dynamodb.batch_write_item(RequestItems={"players": requests})


def _timed(
    place: Callable[[], Any], rows: int, work: Callable[[Any], Callable[[], object]], calls: int
) -> Callable[[], float]:
    def once() -> float:
        with place():
            return seconds(work(table(rows)), calls)

    return once


def _against_moto(
    name: str,
    target: float,
    rows: int,
    work: Callable[[Any], Callable[[], object]],
    calls: int = CALLS,
    note: str = "",
) -> Line:
    ours_first = ratio(_timed(ours, rows, work, calls), _timed(bare, rows, work, calls), ROUNDS)
    return Line(f"{name}, sandbox / moto", ours_first, target, note=note)


def _put(dynamodb: Any) -> Callable[[], object]:
    numbers = itertools.count()
    return lambda: dynamodb.put_item(TableName="players", Item=item(next(numbers)))


def _create_key() -> Line:
    def once(place: Callable[[], Any]) -> Callable[[], float]:
        def work() -> float:
            with place():
                kms = boto3.client("kms")
                kms.list_keys()
                return seconds(kms.create_key, 15)

        return work

    faster = ratio(once(bare), once(ours), ROUNDS)
    return Line("CreateKey, moto / sandbox", faster, 5, at_least=True)


_ENTER = """
import os, time
os.environ.update({keys!r}, AWS_DEFAULT_REGION="us-east-1")
import boto3, moto, refusal
refusal.Sandbox  # Imported when it is first asked for.
start = time.process_time()
with {place}:
    boto3.client("sts").get_caller_identity()
    boto3.client("iam").list_users()
    boto3.client("kms").list_keys()
    boto3.client("dynamodb").list_tables()
    print(time.process_time() - start)
"""
_MEMORY = """
import os, resource
os.environ.update({keys!r}, AWS_DEFAULT_REGION="us-east-1")
import boto3, moto, refusal
from benchmarks.sandbox import bare, ours, table, KEY
with {place}():
    dynamodb = table(1000)
    for _ in range(1000):
        dynamodb.get_item(TableName="players", Key=KEY)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def _fresh(name: str, code: str, places: tuple[str, str], target: float, note: str) -> Line:
    ask = [
        lambda place=place: in_a_process(code.format(keys=KEYS, place=place)) for place in places
    ]
    return Line(name, ratio(ask[0], ask[1], 7), target, note=note)


def _decisions() -> Line:
    key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    user = "arn:aws:iam::111122223333:user/mira"
    allow = {"Effect": "Allow", "Action": ["dynamodb:*", "kms:DescribeKey"], "Resource": "*"}
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    named = root | {"Principal": {"AWS": user}, "Action": ["kms:Encrypt", "kms:Decrypt"]}
    policies = [Policy.parse(_document(allow), kind="identity-based", name="full")]
    key_policy = Policy.parse(_document(root, named), kind="resource-based", name="key policy")
    request = Request(
        principal=user,
        action="kms:Decrypt",
        resource=key,
        context={"aws:PrincipalArn": user, "kms:ViaService": "dynamodb.us-east-1.amazonaws.com"},
        resource_account="111122223333",
    )

    def batch() -> None:
        for _ in range(1000):
            authorize(request, identity_policies=policies, resource_policy=key_policy)

    rate = 1000 / seconds(batch, 15)
    return Line("Decisions alone", rate, 100_000, at_least=True, unit=" per second")


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _unrelated(name: str, crowd: Callable[[], None]) -> Line:
    """A GetItem among many unrelated things, against one among none."""

    def once(crowded: bool) -> Callable[[], float]:
        def work() -> float:
            with ours():
                dynamodb = table(1)
                if crowded:
                    crowd()
                return seconds(lambda: dynamodb.get_item(TableName="players", Key=KEY), CALLS)

        return work

    return Line(f"GetItem with {name} / without", ratio(once(True), once(False), 7), 1.10)


def _many_users() -> None:
    iam = boto3.client("iam")
    for number in range(200):
        iam.create_user(UserName=f"user-{number}")
        iam.put_user_policy(
            UserName=f"user-{number}",
            PolicyName="own",
            PolicyDocument=_document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        )


def _many_keys() -> None:
    kms = boto3.client("kms")
    for number in range(300):
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/key-{number}", TargetKeyId=key_id)


def lines() -> Iterator[Line]:
    """Every line, each as soon as it is measured."""
    yield _against_moto(
        "GetItem", 1.10, 1, lambda d: lambda: d.get_item(TableName="players", Key=KEY)
    )
    yield _against_moto("PutItem", 1.25, 1, _put)
    yield _against_moto(
        "Scan of 1,000 rows", 1.5, 1000, lambda d: lambda: d.scan(TableName="players"), calls=5
    )
    yield _create_key()
    places = ("refusal.Sandbox()", "moto.mock_aws()")
    note = "fresh processes, imports not counted"
    yield _fresh("Start and a first call to four services", _ENTER, places, 0.50, note)
    yield _decisions()
    note = "1,000 rows, 1,000 reads: the largest resident size"
    yield _fresh("Memory", _MEMORY, ("ours", "bare"), 1.10, note)
    yield _unrelated("200 more users and policies", _many_users)
    yield _unrelated("300 more keys and aliases", _many_keys)
    yield _unrelated("2,000 more rows", lambda: put_rows(boto3.client("dynamodb"), 2000))
