"""Drives the capstone's account by words, so that no answer of the notebook is written down here.

A policy is a line for each statement: ``ida may use; via, table``. Before the semicolon it says
who may do what, or who is denied what; behind it, under which conditions.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers import check, open_lab
from helpers.course.lab import Lab
from helpers.display.notes import Note
from lessons.author.worlds import ADMINISTRATOR_ACTIONS, ATTACHMENT_ACTIONS, USER_ACTIONS

ACTIONS: dict[str, list[str]] = {
    "everything": ["kms:*"],
    "manage": ADMINISTRATOR_ACTIONS,
    "use": USER_ACTIONS,
    "attach": ATTACHMENT_ACTIONS,
    "look": ["kms:Describe*", "kms:Get*", "kms:List*"],
    "decrypt": ["kms:Decrypt"],
    "re-encrypt": ["kms:ReEncrypt*"],
    "grant": ["kms:CreateGrant"],
    "write the policy": ["kms:PutKeyPolicy", "kms:GetKeyPolicy"],
    "begin": ["kms:CreateAlias", "kms:*KeyRotation*", "kms:DescribeKey"],
    "describe": ["kms:DescribeKey"],
    "list aliases": ["kms:ListAliases"],
}


class Clinic:
    """The capstone's lab, and what a person could do in it.

    Attributes:
        lab: freshly opened.
    """

    def __init__(self) -> None:
        self.lab: Lab = open_lab("08")
        self.kms, self.iam, self.dynamodb = (boto3.client(x) for x in ("kms", "iam", "dynamodb"))
        self.visits = self.lab.visits_table_name
        #: Statements, as JSON has them, that the next policies have beside their lines.
        self.more: list[dict[str, Any]] = []

    def says(self, number: str, *given: Any) -> Note:
        """What a check says."""
        return check(number, *given)

    def arn(self, who: str) -> str:
        """Of a user; of ``role/x``, of ``account`` or of another one, by its twelve digits."""
        account = self.lab.account_id
        if who == "account" or who.isdigit():
            return f"arn:aws:iam::{who if who.isdigit() else account}:root"
        return f"arn:aws:iam::{account}:{who if '/' in who else f'user/{who}'}"

    def statement(self, line: str, resource: str = "", *, named: bool = True) -> dict[str, Any]:
        """A statement as JSON has it.

        Args:
            line: such as ``ida may use; via, table``.
            resource: an ARN; every resource, if it is left out.
            named: whether it has a Principal, as in a key policy.
        """
        said, _, where = line.partition(";")
        effect = "Deny" if " must not " in said else "Allow"
        who, _, what = said.partition(" must not " if effect == "Deny" else " may ")
        found: dict[str, Any] = {"Effect": effect, "Action": ACTIONS[what.strip()]}
        if named:
            people = [self.arn(x.strip()) for x in who.split("+")]
            found["Principal"] = "*" if who == "everyone" else {"AWS": people}
        found["Resource"] = resource or "*"
        for word in filter(None, (x.strip() for x in where.split(","))):
            operator, pairs = self._condition(word)
            found.setdefault("Condition", {}).setdefault(operator, {}).update(pairs)
        return found

    def _condition(self, word: str) -> tuple[str, dict[str, Any]]:
        context = "kms:EncryptionContext:aws:dynamodb:tableName"
        principal = "aws:PrincipalArn"
        staff = [self.arn("admin"), self.arn("ida")]
        known: dict[str, tuple[str, dict[str, Any]]] = {
            "via": ("StringEquals", {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}),
            "via any Region": ("StringLike", {"kms:ViaService": "dynamodb.*.amazonaws.com"}),
            "not via": ("StringNotEquals", {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}),
            "table": ("StringEquals", {context: self.visits}),
            "another table": ("StringNotEquals", {context: self.visits}),
            "invoices": ("StringEquals", {context: self.lab.invoices_table_name}),
            "only ida": ("ArnEquals", {principal: self.arn("ida")}),
            "not the staff": ("ArnNotEquals", {principal: staff}),
            "of the account": ("StringLike", {principal: f"arn:aws:iam::{self.lab.account_id}:*"}),
            "a user": ("StringLike", {principal: self.arn("*")}),
            "for DynamoDB": ("Bool", {"kms:GrantIsForAWSResource": "true"}),
            "nurse's tag": ("StringEquals", {"aws:PrincipalTag/work": "nurse"}),
            "alias": ("ForAnyValue:StringEquals", {"kms:ResourceAliases": "alias/clinic-invoices"}),
        }
        return known[word]

    def document(self, *lines: str, resource: str = "", named: bool = True) -> str:
        """A policy of these lines."""
        statements = [self.statement(line, resource, named=named) for line in lines]
        statements += self.more
        return json.dumps({"Version": "2012-10-17", "Statement": statements})

    def key(self, *lines: str, alias: str = "alias/clinic-visits", days: int = 180) -> str:
        """A key with a policy of these lines; its ARN."""
        given = {"Policy": self.document(*lines)} if lines else {}
        arn = self.kms.create_key(**given)["KeyMetadata"]["Arn"]
        self.kms.create_alias(AliasName=alias, TargetKeyId=arn)
        if days:
            self.kms.enable_key_rotation(KeyId=arn, RotationPeriodInDays=days)
        return str(arn)

    def move(self, key: str) -> None:
        """The visits under a key, and the move is over."""
        encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        self.dynamodb.update_table(TableName=self.visits, SSESpecification=encryption)
        self.lab.advance(minutes=1)

    def policy(self, user: str, *lines: str, resource: str = "", name: str = "") -> None:
        """An inline policy of a user."""
        text = self.document(*lines, resource=resource, named=False)
        name = name or f"{user}-inline"
        self.iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=text)

    def grant(self, user: str, key: str, table: str = "") -> str:
        """A grant to decrypt; for one table, if it is named."""
        given: dict[str, Any] = {"KeyId": key, "Operations": ["Decrypt"]}
        if table:
            pairs = {"aws:dynamodb:tableName": table}
            given["Constraints"] = {"EncryptionContextSubset": pairs}
        return str(self.kms.create_grant(**given, GranteePrincipal=self.arn(user))["GrantId"])

    def reads(self, user: str, table: str) -> bool:
        """Whether a user's read goes through, by trying it."""
        name = "visit_id" if table == self.visits else "invoice_id"
        start = "v" if table == self.visits else "i"
        client = self.lab.as_user(user).client("dynamodb")
        try:
            client.get_item(TableName=table, Key={name: {"S": f"{start}-001"}})
        except ClientError:
            return False
        return True
