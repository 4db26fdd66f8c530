"""A trail for task 7: people who had a key used for them in different ways, or tried."""

from __future__ import annotations

import contextlib
import json
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from lessons.author import Evidence, Studio, has_user

from .account import create_table

TABLE = "aws:dynamodb:tableName"
_READS = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
_ITEM = {"invoice_id": {"S": "i-001"}}


class People(NamedTuple):
    """IAM users by what they do, of whom those that the clinic does not have join it.

    Attributes:
        first: reads the first table, until KMS refuses it.
        second: reads the second table, after KMS has refused it once.
        both: reads both.
        refused: may read the first table and may not use its key.
        late: reads the first table while its key is disabled.
        alone: calls KMS without DynamoDB, with the first table's encryption context.
    """

    first: str
    second: str
    both: str
    refused: str
    late: str
    alone: str


PUBLIC = People(
    first="max", second="kim", both="bo", refused="ida", late="ann", alone="lou"
)


class History:
    """What CloudTrail holds after these people's work, made in the copy of a fresh clinic.

    Attributes:
        tables: two tables under one key.
        readers: for each of them, the sorted names of those for whom it was opened.
        events: records of every service, the newest first, as ``lookup_events`` gives them.
    """

    def __init__(self, evidence: Evidence, people: People) -> None:
        self.people = people
        evidence.fresh()
        self._lab = lab = evidence.lab
        first = lab.invoices_table_name
        self.tables = (first, f"{first}-archive")
        self.readers = tuple(
            sorted({"admin", people.both, one})
            for one in (people.first, people.second)
        )
        self._studio = Studio(lab.sandbox.session(), lab.sandbox.seed)
        self._key = lab.invoices_key_arn
        create_table(self._studio, self.tables[1], "invoice_id", self._key)
        self._join(evidence)
        self._work(lab.sandbox.at_rest(first))
        for table in self.tables:
            lab.advance(minutes=6)
            evidence.client("dynamodb").put_item(TableName=table, Item=_ITEM)
        trail = evidence.client("cloudtrail").get_paginator("lookup_events")
        found = trail.paginate().search("Events[].CloudTrailEvent")
        self.events = [json.loads(event) for event in found]

    def _join(self, evidence: Evidence) -> None:
        for user in self.people:
            if not has_user(evidence, user):
                self._studio.create_user(user, _READS)
        self._grant(self.people.first, self.tables[0])
        for table in self.tables:
            self._grant(self.people.both, table)
        for user in (self.people.late, self.people.alone):
            self._grant(user, self.tables[0])

    def _grant(self, user: str, table: str) -> None:
        self._studio.client("kms").create_grant(
            KeyId=self._key,
            GranteePrincipal=f"arn:aws:iam::{self._account}:user/{user}",
            Operations=["Decrypt"],
            Constraints={"EncryptionContextSubset": {TABLE: table}},
        )

    @property
    def _account(self) -> str:
        return self._key.split(":")[4]

    def _work(self, held: Any) -> None:
        people, (first, second) = self.people, self.tables
        self._read(people.first, first)
        self._read(people.both, second, first)
        self._refused((people.refused, first), (people.second, second))
        self._disabled(people.late, first)
        self._grant(people.second, second)
        self._read(people.second, second)
        self._studio.client_of(people.alone, "kms").decrypt(
            CiphertextBlob=held.wrapped_table_key,
            EncryptionContext=dict(held.encryption_context),
        )
        self._revoke(people.first)
        self._lab.advance(minutes=6)
        self._refused((people.first, first))

    def _refused(self, *reads: tuple[str, str]) -> None:
        """Reads that KMS refuses, which is what is wanted of them."""
        for user, table in reads:
            with contextlib.suppress(ClientError):
                self._read(user, table)

    def _disabled(self, user: str, table: str) -> None:
        """A read while the key is disabled: no policy refuses it, and KMS decrypts nothing."""
        kms = self._studio.client("kms")
        kms.disable_key(KeyId=self._key)
        self._refused((user, table))
        kms.enable_key(KeyId=self._key)

    def _revoke(self, user: str) -> None:
        kms = self._studio.client("kms")
        for grant in kms.list_grants(KeyId=self._key)["Grants"]:
            if grant["GranteePrincipal"].endswith(f"user/{user}"):
                kms.revoke_grant(KeyId=self._key, GrantId=grant["GrantId"])

    def _read(self, user: str, *tables: str) -> None:
        dynamodb = self._studio.client_of(user, "dynamodb")
        for table in tables:
            dynamodb.get_item(TableName=table, Key=_ITEM)
