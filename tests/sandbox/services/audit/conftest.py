"""A table under a customer managed key, which has been used."""

from __future__ import annotations

import boto3
import pytest

from refusal import Sandbox

KEY = {"id": {"S": "p-001"}}


@pytest.fixture
def key_arn(sandbox: Sandbox) -> str:
    """A table ``players`` under a customer managed key."""
    arn = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    boto3.client("dynamodb").create_table(
        TableName="players",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn},
    )
    boto3.client("dynamodb").put_item(TableName="players", Item=KEY | {"name": {"S": "Juno"}})
    return arn
