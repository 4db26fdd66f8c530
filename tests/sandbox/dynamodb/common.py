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
    root = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    statements = [root]
    if principal:
        named = {"Principal": {"AWS": principal}, "Action": ["kms:Encrypt", "kms:Decrypt"]}
        statements.append({**root, **named})
    policy = {"Version": "2012-10-17", "Statement": statements}
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))
