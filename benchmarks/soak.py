"""Memory under load: 200,000 requests leave no more behind than the first did.

``python -m benchmarks soak``. It takes some minutes, so it is not among the parts that run when
none is named.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from refusal import Sandbox

from .measure import Line, in_a_process
from .sandbox import item, table

REQUESTS = 200_000
#: Until the trail is full and every cache has what it may hold.
WARM_UP = 60_000
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
    ],
}


def resident() -> float:
    """What this process holds in memory, in MB (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("This system does not say how much memory a process holds.")


def mixed() -> Iterator[Callable[[], Any]]:
    """Requests of every service, again and again, of which each leaves as much as it takes away."""
    config = Config(parameter_validation=False)
    kms, iam, sts = (boto3.client(name, config=config) for name in ("kms", "iam", "sts"))
    dynamodb = table(100)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(_TRUST))
    admin = sts.get_caller_identity()["Arn"]
    grant = {"KeyId": key, "GranteePrincipal": admin, "Operations": ["Decrypt"], "Name": "one"}
    role = "arn:aws:iam::123456789012:role/r"
    for number in itertools.count():
        row = {"id": {"S": f"row-{number % 100}"}}
        yield partial(dynamodb.get_item, TableName="players", Key=row)
        yield partial(dynamodb.put_item, TableName="players", Item=item(number % 100))
        yield partial(kms.decrypt, CiphertextBlob=blob)
        yield partial(kms.generate_data_key, KeyId=key, KeySpec="AES_256")
        yield partial(kms.create_grant, **grant)
        yield partial(sts.assume_role, RoleArn=role, RoleSessionName=f"s-{number}")
        yield partial(iam.get_user, UserName="admin")


def grown(requests: int = REQUESTS, warm_up: int = WARM_UP) -> float:
    """Memory at the end, as a multiple of that after the warm-up."""
    with Sandbox() as sandbox:
        asked, before = mixed(), 0.0
        for number in range(requests):
            next(asked)()
            if number % 1_000 == 0:
                sandbox.advance(minutes=10)
            if number == warm_up:
                before = resident()
        return resident() / before


def lines() -> list[Line]:
    """The table's lines."""
    found = in_a_process("from benchmarks.soak import grown; print(grown())")
    note = f"{REQUESTS:,} requests, of which {WARM_UP:,} warm up"
    return [Line("Memory after a soak, against after its warm-up", found, 1.05, note=note)]
