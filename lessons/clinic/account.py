"""The clinic's account, as it stands when the capstone begins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from lessons.author import Studio

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
REASONS = (
    "check-up",
    "vaccination",
    "sore throat",
    "sprained ankle",
    "migraine",
    "follow-up",
)
PATIENTS = 6
Item = dict[str, dict[str, str]]


def world(studio: Studio) -> dict[str, str]:
    """A clinic: visits under the AWS owned key, invoices under a key with the API's own policy;
    a nurse, a billing clerk who may decrypt with every key, an auditor, and one who has left."""
    kms, iam = studio.client("kms"), studio.client("iam")
    key = kms.create_key(Description="Invoices of the clinic")["KeyMetadata"][
        "Arn"
    ]
    kms.create_alias(AliasName="alias/clinic-invoices", TargetKeyId=key)
    visits, invoices = studio.name("visits"), studio.name("invoices")
    create_table(studio, visits, "visit_id", "")
    create_table(studio, invoices, "invoice_id", key)
    for visit, invoice in patients(studio):
        studio.client("dynamodb").put_item(TableName=visits, Item=visit)
        studio.client("dynamodb").put_item(TableName=invoices, Item=invoice)
    for name in ("ida", "bo", "max"):
        studio.create_user(name, FULL)
    studio.create_user("lou")
    _inline(studio, "bo", ["kms:Decrypt"])
    _inline(
        studio,
        "lou",
        ["cloudtrail:LookupEvents", "kms:DescribeKey", "kms:ListAliases"],
    )
    iam.create_access_key(UserName="max")
    kms.create_grant(
        KeyId=key,
        GranteePrincipal=iam.get_user(UserName="max")["User"]["Arn"],
        Operations=["Decrypt", "CreateGrant"],
    )
    return {
        "visits_table_name": visits,
        "invoices_table_name": invoices,
        "invoices_key_arn": key,
    }


def patients(studio: Studio) -> Iterator[tuple[Item, Item]]:
    """The visit and the invoice of each patient: the same ones for the same seed."""
    chooser = studio.random("clinic")
    for n in range(1, PATIENTS + 1):
        patient = {"S": f"patient-{chooser.randrange(1000, 9999)}"}
        visit = {"visit_id": {"S": f"v-{n:03}"}, "patient": patient}
        visit["reason"] = {"S": chooser.choice(REASONS)}
        invoice = {"invoice_id": {"S": f"i-{n:03}"}, "patient": patient}
        invoice["amount"] = {"N": str(chooser.randrange(20, 400))}
        yield visit, invoice


def create_table(studio: Studio, name: str, hash_key: str, key: str) -> None:
    """A table, under the AWS owned key unless a key's ARN is given."""
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    studio.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": hash_key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": hash_key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **({"SSESpecification": encryption} if key else {}),
    )


def _inline(studio: Studio, user: str, actions: list[str]) -> None:
    studio.client("iam").put_user_policy(
        UserName=user,
        PolicyName=f"{user}-inline",
        PolicyDocument=json.dumps(everywhere(actions)),
    )


def everywhere(actions: list[str]) -> dict[str, Any]:
    """A policy that allows these actions on every resource."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
