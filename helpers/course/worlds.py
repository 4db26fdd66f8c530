"""The account as it stands when each notebook begins: plain boto3, one function per notebook.

The story: Lanternfish Games, a small studio, keeps its players in a DynamoDB table. Each world
returns what it calls its things; ``open_lab`` shows these names, and the lab carries them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3

TABLE = "players"
OLD_TABLE = "players-2025"
SCORES = "scores"
ALIAS = "alias/players-table"
PLAYERS = (
    ("p-001", "Juno", "juno@example.com", 1250),
    ("p-002", "Teo", "teo@example.com", 310),
    ("p-003", "Amara", "amara@example.com", 9800),
)

#: What the KMS console gives a key administrator and a key user (behaviours A11 and A12).
ADMINISTRATOR_ACTIONS = [
    *("kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*"),
    *("kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource"),
    *("kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
    "kms:RotateKeyOnDemand",
]
USER_ACTIONS = [
    *("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"),
]
ATTACHMENT_ACTIONS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


def console_policy(account: str, administrator: str, *users: str) -> str:
    """The key policy that the KMS console writes (behaviours A11 and A12).

    Args:
        account: twelve digits.
        administrator: ARN of the key administrator.
        users: ARNs of the key users.
    """
    principal = {"AWS": users[0] if len(users) == 1 else list(users)}
    common = {"Effect": "Allow", "Resource": "*"}
    statements: list[dict[str, Any]] = [
        {
            "Sid": "Enable IAM User Permissions",
            **common,
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
        },
        {
            "Sid": "Allow access for Key Administrators",
            **common,
            "Principal": {"AWS": administrator},
            "Action": ADMINISTRATOR_ACTIONS,
        },
        {"Sid": "Allow use of the key", **common, "Principal": principal, "Action": USER_ACTIONS},
        {
            "Sid": "Allow attachment of persistent resources",
            **common,
            "Principal": principal,
            "Action": ATTACHMENT_ACTIONS,
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
    document = {"Version": "2012-10-17", "Id": "key-consolepolicy-3", "Statement": statements}
    return json.dumps(document, indent=2)


def create_key(session: boto3.Session) -> str:
    """The studio's key with its alias; returns the key's ARN."""
    caller = session.client("sts").get_caller_identity()
    kms = session.client("kms")
    key = kms.create_key(
        Description="Protects the players' table of Lanternfish Games",
        Policy=console_policy(caller["Account"], caller["Arn"], caller["Arn"]),
    )["KeyMetadata"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key["KeyId"])
    return str(key["Arn"])


def create_table(session: boto3.Session, name: str, key: str = "", **encryption: Any) -> None:
    """A table of players, under the AWS owned key unless a key or more is given."""
    if key:
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    session.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "player_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "player_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **({"SSESpecification": encryption} if encryption else {}),
    )
    session.client("dynamodb").get_waiter("table_exists").wait(TableName=name)


def put_players(session: boto3.Session, table: str, count: int = len(PLAYERS)) -> None:
    """The first players, with invented addresses."""
    dynamodb = session.client("dynamodb")
    for identifier, name, email, coins in PLAYERS[:count]:
        item = {
            "player_id": {"S": identifier},
            "name": {"S": name},
            "email": {"S": email},
            "coins": {"N": str(coins)},
        }
        dynamodb.put_item(TableName=table, Item=item)


def start_here(session: boto3.Session) -> dict[str, str]:
    """00: a table with two players, under the AWS owned key."""
    create_table(session, TABLE)
    put_players(session, TABLE, 2)
    return {"table_name": TABLE}


def denying_access(session: boto3.Session) -> dict[str, str]:
    """05: the players under the studio's key, last season's table too, the scores under the
    AWS managed key."""
    arn = create_key(session)
    create_table(session, TABLE, ALIAS)
    create_table(session, OLD_TABLE, ALIAS)
    create_table(session, SCORES, Enabled=True, SSEType="KMS")
    put_players(session, TABLE)
    put_players(session, OLD_TABLE, 1)
    put_players(session, SCORES, 1)
    return {
        "table_name": TABLE,
        "old_table_name": OLD_TABLE,
        "scores_table_name": SCORES,
        "key_alias": ALIAS,
        "key_arn": arn,
    }


WORLDS: dict[str, Callable[[boto3.Session], dict[str, str]]] = {
    "00": start_here,
    "05": denying_access,
}
