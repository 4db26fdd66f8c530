"""What the picture of the three ways says that Mira may do, tried in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from authoring.pictures.scene import source
from helpers import open_lab
from refusal import Sandbox

#: Name of a way -> what it comes to, in the order in which the picture shows it.
SHOWN: dict[str, list[str]] = {}
for _part in source("three_ways")["part"]:
    if "box" in _part and _part["box"][1] == 52:
        SHOWN[_part["name"]] = []
    elif "box" in _part and _part["name"].startswith(("Read", "Decrypt")):
        SHOWN[list(SHOWN)[-1]].append(_part["text"][0].split()[1].rstrip(","))


@pytest.fixture
def lab() -> Iterator[Any]:
    yield open_lab("06", keep_progress=False)
    running = Sandbox.running()
    if running is not None:
        running.stop()


def name_in_key_policy(lab: Any, mira: str) -> None:
    kms = boto3.client("kms")
    policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
    for statement in policy["Statement"][2:]:
        statement["Principal"] = {"AWS": [mira]}
    kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))


def put_iam_policy(lab: Any, mira: str) -> None:
    condition = {"StringEquals": {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}}
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    boto3.client("iam").put_user_policy(
        UserName="mira", PolicyName="key", PolicyDocument=json.dumps(policy)
    )


def grant_for_players(lab: Any, mira: str) -> None:
    boto3.client("kms").create_grant(
        KeyId=lab.key_arn,
        GranteePrincipal=mira,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": {"aws:dynamodb:tableName": lab.table_name}},
    )


WAYS = {
    "Key policy": name_in_key_policy,
    "IAM policy": put_iam_policy,
    "Grant": grant_for_players,
}


def outcome(call: Callable[..., Any], **request: Any) -> str:
    try:
        call(**request)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        return "denied"
    return "allowed"


@pytest.mark.parametrize("way", WAYS)
def test_what_is_shown_is_so(lab: Any, way: str) -> None:
    password = boto3.client("kms").encrypt(KeyId=lab.key_arn, Plaintext=b"x")["CiphertextBlob"]
    mira = boto3.client("iam").get_user(UserName="mira")["User"]["Arn"]
    session = lab.as_user("mira")
    dynamodb, kms = session.client("dynamodb"), session.client("kms")
    key = {"player_id": {"S": "p-001"}}

    def tried() -> list[str]:
        return [
            *(
                outcome(dynamodb.get_item, TableName=table, Key=key)
                for table in (lab.table_name, lab.old_table_name)
            ),
            outcome(kms.decrypt, CiphertextBlob=password),
        ]

    assert tried() == ["denied"] * 3
    WAYS[way](lab, mira)
    assert tried() == SHOWN[way]
