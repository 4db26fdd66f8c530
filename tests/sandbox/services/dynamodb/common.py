"""What several tests of DynamoDB do, and the texts they look for."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/mira"
KEY = {"id": {"S": "1"}}
CONTEXT = {"aws:dynamodb:tableName": "orders", "aws:dynamodb:subscriberId": ACCOUNT}
DENIED = "KMS key access denied error"
DISABLED = "KMS key disabled error"
JAVA = "com.amazonaws.services.kms.model."
INACCESSIBLE = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"


def get(client: Any, table: str = "orders") -> Any:
    return client.get_item(TableName=table, Key=KEY)["Item"]


def put(client: Any, name: str = "2", table: str = "orders") -> None:
    client.put_item(TableName=table, Item={"id": {"S": name}})


def switch(dynamodb: Any, **sse: Any) -> dict[str, Any]:
    answer = dynamodb.update_table(TableName="orders", SSESpecification=sse)
    return answer["TableDescription"]


def to_key(dynamodb: Any, key: str) -> dict[str, Any]:
    return switch(dynamodb, Enabled=True, SSEType="KMS", KMSMasterKeyId=key)


def add_to_key(kms: Any, key: str, principal: str | None) -> None:
    """Make a principal a key user beside the administrator, or leave the administrator alone.

    The policy is the one that the console writes (A11, A12).
    """
    admin = f"arn:aws:iam::{ACCOUNT}:user/admin"
    users = [principal, admin] if principal else admin
    for_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    statements = [
        ("Enable IAM User Permissions", f"arn:aws:iam::{ACCOUNT}:root", ["kms:*"], {}),
        ("Allow access for Key Administrators", admin, ADMINISTER, {}),
        ("Allow use of the key", users, USE, {}),
        ("Allow attachment of persistent resources", users, ATTACH, {"Condition": for_services}),
    ]
    policy = {
        "Id": "key-consolepolicy-3",
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": who}, "Action": actions,
             "Resource": "*", **more}
            for sid, who, actions, more in statements
        ],
    }  # fmt: skip
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))


ADMINISTER = [
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
    "kms:RotateKeyOnDemand",
]
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
ATTACH = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
