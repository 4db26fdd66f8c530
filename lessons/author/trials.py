"""What would happen if somebody tried: asked in a copy of the account, of which nothing remains.

A check may ask here what only a change of the account shows: whether an IAM policy that nobody
has written yet would let somebody use a key, or whether a policy would also fit tomorrow's key.
"""

from __future__ import annotations

import contextlib
import functools
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from refusal import Sandbox
from refusal.authorization import Policy, Request, authorize, principals_of

from helpers.course.evidence import Evidence

__all__ = ["DIRECT", "Trial", "Way", "copied"]
_DYNAMODB = "dynamodb.amazonaws.com"
_ACTIONS = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "ReEncryptFrom",
    "CreateGrant",
    "PutKeyPolicy",
)
_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class Way(NamedTuple):
    """How a key is asked for: through a service, or without one; with a table's encryption
    context, or with none.

    Attributes:
        via: such as ``dynamodb.amazonaws.com``; empty for a call of the user's own.
        table: the name in DynamoDB's encryption context; empty for no context.
    """

    via: str = ""
    table: str = ""

    def __str__(self) -> str:
        through = "through DynamoDB" if self.via else "without DynamoDB"
        return f"{through}, for the table {self.table}" if self.table else through

    @classmethod
    def through_dynamodb(cls, table: str) -> Way:
        """As DynamoDB asks when a user reads or writes a table."""
        return cls(_DYNAMODB, table)


DIRECT = Way()


@contextlib.contextmanager
def copied(evidence: Evidence) -> Iterator[Trial]:
    """A copy of the account as it stands. While it is open, plain boto3 clients reach the copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "account")
        evidence.lab.in_process.save(path)
        box = Sandbox.load(path)
    box.start(aside=True)
    try:
        yield Trial(box)
    finally:
        box.stop()


class Trial:
    """A copied account, in which a check may do whatever it likes.

    Attributes:
        box: the sandbox of the copy.
    """

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self._session = box.session()
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A boto3 client of the copy's administrator."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    def client_of(self, user: str, service: str) -> Any:
        """A boto3 client of one of the copy's users, who gets an access key in the copy alone."""
        iam = self.client("iam")
        for held in iam.list_access_keys(UserName=user)["AccessKeyMetadata"][1:]:
            iam.delete_access_key(UserName=user, AccessKeyId=held["AccessKeyId"])
        made = iam.create_access_key(UserName=user)["AccessKey"]
        session = boto3.Session(
            aws_access_key_id=made["AccessKeyId"],
            aws_secret_access_key=made["SecretAccessKey"],
            region_name=self.box.region,
        )
        return session.client(service)

    def users(self) -> list[str]:
        """The account's IAM users, but for ``admin``."""
        listed = self.client("iam").list_users()["Users"]
        return [one["UserName"] for one in listed if one["UserName"] != "admin"]

    def newcomer(self, key_arn: str) -> str:
        """A new IAM user without any permission, with every tag that a key's policy asks of its
        callers; returns the user's name."""
        name = f"new-user-{len(self.users())}"
        tags = [{"Key": key, "Value": value} for key, value in self._tags(key_arn)]
        self.client("iam").create_user(UserName=name, Tags=tags)
        return name

    def _tags(self, key_arn: str) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for statement in self._key_policy(key_arn).statements:
            for condition in statement.source.get("Condition", {}).values():
                for name, values in condition.items():
                    prefix, _, tag = name.partition("/")
                    if prefix.lower() == "aws:principaltag":
                        first = values[0] if isinstance(values, list) else values
                        found[tag] = str(first).replace("*", "x")
        return list(found.items())

    def give_everything(self, user: str) -> None:
        """An IAM policy that allows every action on every resource."""
        document = {"Version": "2012-10-17", "Statement": [_EVERYTHING]}
        self.client("iam").put_user_policy(
            UserName=user,
            PolicyName="everything",
            PolicyDocument=json.dumps(document),
        )

    def new_key(self) -> str:
        """The ARN of a key with the key policy that the API writes, which leaves it to IAM."""
        return str(self.client("kms").create_key()["KeyMetadata"]["Arn"])

    def uses(self, user: str, key_arn: str, way: Way = DIRECT) -> list[str]:
        """Which cryptographic operations a user could call with a key, such as ``Decrypt``."""
        context = self._context(way.table)
        named = {"KeyId": key_arn, "EncryptionContext": context}
        asked: dict[str, dict[str, Any]] = {
            "Decrypt": {**named, "CiphertextBlob": b"any"},
            "Encrypt": {**named, "Plaintext": b"any"},
            "GenerateDataKey": {**named, "KeySpec": "AES_256"},
            "GenerateDataKeyWithoutPlaintext": {**named, "KeySpec": "AES_256"},
            "GenerateDataKeyPair": {**named, "KeyPairSpec": "RSA_2048"},
            "GenerateDataKeyPairWithoutPlaintext": {
                **named,
                "KeyPairSpec": "RSA_2048",
            },
            "ReEncrypt": {
                "CiphertextBlob": b"any",
                "SourceKeyId": key_arn,
                "SourceEncryptionContext": context,
                "DestinationKeyId": self._open_key,
                "DestinationEncryptionContext": context,
            },
        }
        return [
            name
            for name, given in asked.items()
            if self.box.would_allow(user, "kms", name, given, way.via)
        ]

    def changes(self, user: str, key_arn: str) -> list[str]:
        """By which operations a user could change who may use a key."""
        grant = {"GranteePrincipal": self._arn(user), "Operations": ["Decrypt"]}
        asked: dict[str, dict[str, Any]] = {
            "PutKeyPolicy": {"KeyId": key_arn, "Policy": "{}"},
            "CreateGrant": {"KeyId": key_arn, **grant},
        }
        return [
            name for name, given in asked.items() if self.box.would_allow(user, "kms", name, given)
        ]

    def outsiders(self, key_arn: str, ways: Iterable[Way]) -> list[str]:
        """The principals named in a key policy that could use the key or change who may, and are
        none of this account's users: roles, and other accounts whose IAM policies then count."""
        policy = self._key_policy(key_arn)
        named = self._named_elsewhere(policy)
        return [x for x in named if any(self._would_reach(policy, x, key_arn, ways))]

    def opened_by_iam(self, key_arn: str, ways: Iterable[Way]) -> list[str]:
        """A role that nobody has made yet, and the other accounts that a key policy names, if
        an IAM policy that allows everything would let them use the key or change who may."""
        policy = self._key_policy(key_arn)
        role = self._arn("").replace("root", "role/not-made-yet")
        given, bare = self._would_reach(policy, role, key_arn, ways)
        own = [role] if given and not bare else []
        account = f"::{self.box.account_id}:"
        others = [x for x in self._named_elsewhere(policy) if account not in x]
        return own + [x for x in others if any(self._would_reach(policy, x, key_arn, ways))]

    def _named_elsewhere(self, policy: Policy) -> list[str]:
        own = {self._arn(""), *(self._arn(user) for user in self.users())}
        own |= {self._arn("admin"), self.box.account_id}
        return [
            f"arn:aws:iam::{name}:root" if name.isdigit() else name
            for name in principals_of(policy)
            if name not in own and (name.isdigit() or name.startswith("arn:"))
        ]

    def _key_policy(self, key_arn: str) -> Policy:
        text = self.client("kms").get_key_policy(KeyId=key_arn)["Policy"]
        return Policy.parse(text, kind="resource-based", name="default")

    def _would_reach(
        self, policy: Policy, arn: str, key_arn: str, ways: Iterable[Way]
    ) -> tuple[bool, bool]:
        """Whether a principal could, with an IAM policy that allows everything and without."""
        document = {"Version": "2012-10-17", "Statement": [_EVERYTHING]}
        own = Policy.parse(document, kind="identity-based", name="everything")
        account = self.box.account_id
        requests = [
            Request(arn, f"kms:{x}", key_arn, self._condition_keys(arn, way), account)
            for way in ways
            for x in _ACTIONS
        ]
        given, bare = (
            any(
                authorize(x, identity_policies=has, resource_policy=policy).allowed
                for x in requests
            )
            for has in ([own], [])
        )
        return given, bare

    def _condition_keys(self, arn: str, way: Way) -> dict[str, str]:
        account = arn.split(":")[4]
        found = {"aws:PrincipalArn": arn, "aws:PrincipalAccount": account}
        found["kms:CallerAccount"] = account
        if way.via:
            service = way.via.partition(".")[0]
            found["kms:ViaService"] = f"{service}.{self.box.region}.amazonaws.com"
        for name, value in self._context(way.table).items():
            found[f"kms:EncryptionContext:{name}"] = value
        return found

    def _context(self, table: str) -> dict[str, str]:
        """DynamoDB's encryption context for a table."""
        if not table:
            return {}
        return {
            "aws:dynamodb:tableName": table,
            "aws:dynamodb:subscriberId": self.box.account_id,
        }

    @functools.cached_property
    def _open_key(self) -> str:
        """The ARN of a key that everybody may use, as the destination of a ReEncrypt."""
        policy = {**_EVERYTHING, "Principal": {"AWS": "*"}}
        document = {"Version": "2012-10-17", "Statement": [policy]}
        key = self.client("kms").create_key(Policy=json.dumps(document))
        return str(key["KeyMetadata"]["Arn"])

    def _arn(self, user: str) -> str:
        """A user's ARN; the account's for no user."""
        who = f"user/{user}" if user else "root"
        return f"arn:aws:iam::{self.box.account_id}:{who}"
