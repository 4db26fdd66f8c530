"""AWS managed keys: made by KMS for a service, for the account to look at only.

Their policies let nobody change or delete them, so customers get KMS's ordinary denial.
"""

from __future__ import annotations

import json

from .inventory import Alias, Inventory, after
from .key import Key
from .policies import pretty, read_policy

#: Service -> description (A9).
DESCRIPTIONS = {
    "dynamodb": "Default key that protects my DynamoDB data when no other key is defined"
}
#: AWS managed keys rotate about once a year (A52).
ROTATION_DAYS = 365


#: The policy of ``aws/dynamodb`` (B12).
_DYNAMODB_POLICY = """{ "Version": "2012-10-17", "Id": "auto-dynamodb-1", "Statement": [
  { "Sid": "Allow access through Amazon DynamoDB for all principals in the account that are \
authorized to use Amazon DynamoDB",
    "Effect": "Allow", "Principal": {"AWS": "*"},
    "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
      "kms:CreateGrant", "kms:DescribeKey"],
    "Resource": "*",
    "Condition": {"StringEquals": {"kms:CallerAccount": "ACCOUNT",
      "kms:ViaService": "dynamodb.REGION.amazonaws.com"}} },
  { "Sid": "Allow direct access to key metadata to the account",
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"},
    "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"], "Resource": "*" },
  { "Sid": "Allow DynamoDB Service with service principal name dynamodb.amazonaws.com to \
describe the key directly",
    "Effect": "Allow", "Principal": {"Service": "dynamodb.amazonaws.com"},
    "Action": ["kms:Describe*", "kms:Get*", "kms:List*"], "Resource": "*" } ] }"""


def managed_key(inventory: Inventory, service: str, account: str, region: str) -> Key:
    """The AWS managed key of a service, made on first use with its alias.

    Raises:
        KeyError: a service other than ``dynamodb``.
    """
    name = f"alias/aws/{service}"
    aliases = inventory.aliases(account, region)
    if name in aliases:
        return aliases[name].target
    policy = _DYNAMODB_POLICY.replace("ACCOUNT", account).replace("REGION", region)
    key = inventory.add_key(
        account,
        region,
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
        read_policy(pretty(json.loads(policy))),
        description=DESCRIPTIONS[service],
        key_manager="AWS",
    )
    key.rotation_period = ROTATION_DAYS
    key.next_rotation = after(key.created, ROTATION_DAYS)
    aliases[name] = Alias(name, account, region, key, key.created, key.created)
    key.aliases.add(name)
    return key
