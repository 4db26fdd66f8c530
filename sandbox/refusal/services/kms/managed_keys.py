"""AWS managed keys: made by KMS for a service, for the account to look at only.

Their policies let nobody change or delete them, so customers get KMS's ordinary denial.
"""

from __future__ import annotations

import json

from .inventory import Alias, Inventory, after
from .key import Key
from .policies import pretty, read_policy

#: Service -> the name that its key's description and policy give it, and what the key protects.
#: The services are those whose aliases a public listing of an account has (H61). DynamoDB's
#: description is A9; the others follow its form, which is the sandbox's assumption.
SERVICES = {
    "acm": ("ACM", "private keys"),
    "backup": ("Backup", "data"),
    "codecommit": ("CodeCommit", "repositories"),
    "dynamodb": ("DynamoDB", "data"),
    "ebs": ("EBS", "volumes"),
    "elasticfilesystem": ("EFS", "filesystems"),
    "es": ("Elasticsearch", "data"),
    "fsx": ("FSx", "resources"),
    "glue": ("Glue", "data"),
    "kinesisvideo": ("Kinesis Video Streams", "data"),
    "lambda": ("Lambda", "functions"),
    "lightsail": ("Lightsail", "data"),
    "rds": ("RDS", "database volumes"),
    "redshift": ("Redshift", "clusters"),
    "s3": ("S3", "objects"),
    "secretsmanager": ("Secrets Manager", "data"),
    "ssm": ("SSM", "parameters"),
    "xray": ("X-Ray", "data"),
}
_PREFIX = "alias/aws/"
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


#: The policy of the other keys, of the same form: the sandbox's assumption (H61).
_POLICY = """{ "Version": "2012-10-17", "Id": "auto-SERVICE-1", "Statement": [
  { "Sid": "Allow access through NAME for all principals in the account that are authorized to \
use NAME",
    "Effect": "Allow", "Principal": {"AWS": "*"},
    "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
      "kms:CreateGrant", "kms:DescribeKey"],
    "Resource": "*",
    "Condition": {"StringEquals": {"kms:CallerAccount": "ACCOUNT",
      "kms:ViaService": "VIA.REGION.amazonaws.com"}} },
  { "Sid": "Allow direct access to key metadata to the account",
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"},
    "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
    "Resource": "*" } ] }"""
#: The endpoint's name where it is another than the alias's.
_VIA = {"ebs": "ec2"}


def predefined(name: str) -> str:
    """The service whose predefined alias this is; empty if it is none."""
    service = name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else ""
    return service if service in SERVICES else ""


def predefined_names() -> list[str]:
    """The aliases that AWS defines in every account."""
    return [f"{_PREFIX}{service}" for service in SERVICES]


def _policy_of(service: str, account: str, region: str) -> str:
    text = _DYNAMODB_POLICY if service == "dynamodb" else _POLICY
    values = {
        "ACCOUNT": account,
        "REGION": region,
        "SERVICE": service,
        "NAME": SERVICES[service][0],
        "VIA": _VIA.get(service, service),
    }
    for word, value in values.items():
        text = text.replace(word, value)
    return pretty(json.loads(text))


def managed_key(inventory: Inventory, service: str, account: str, region: str) -> Key:
    """The AWS managed key of a service, made on first use with its alias.

    Raises:
        KeyError: a service that has no predefined alias.
    """
    name = f"{_PREFIX}{service}"
    aliases = inventory.aliases(account, region)
    if name in aliases:
        return aliases[name].target
    title, what = SERVICES[service]
    key = inventory.add_key(
        account,
        region,
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
        read_policy(_policy_of(service, account, region)),
        description=f"Default key that protects my {title} {what} when no other key is defined",
        key_manager="AWS",
    )
    key.rotation_period = ROTATION_DAYS
    key.next_rotation = after(key.created, ROTATION_DAYS)
    aliases[name] = Alias(name, account, region, key, key.created, key.created)
    key.aliases.add(name)
    return key
