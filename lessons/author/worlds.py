"""What the account of a notebook is built from: plain boto3, and names that the seed chooses.

The story: Lanternfish Games, a small studio, keeps its players in a DynamoDB table. Each chapter
has a world, a function that builds the account as it stands when its notebook begins, and returns
what its things are called; ``open_lab`` shows these names, and the lab carries them.
"""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any, NamedTuple

import boto3
from botocore.exceptions import ClientError

from helpers.course.content import PLAIN_SEED

FIRST_NAMES = (
    *(
        "Juno",
        "Teo",
        "Amara",
        "Priya",
        "Luca",
        "Sana",
        "Mateo",
        "Ines",
        "Kofi",
        "Yuki",
        "Noah",
    ),
    *(
        "Elif",
        "Tomas",
        "Wren",
        "Dara",
        "Hugo",
        "Leila",
        "Omar",
        "Freya",
        "Ravi",
        "Zoe",
        "Idris",
    ),
)
_PLAIN_COINS = (1250, 310, 9800)

#: What the KMS console gives a key administrator and a key user (behaviours A11 and A12).
ADMINISTRATOR_ACTIONS = [
    *(
        "kms:Create*",
        "kms:Describe*",
        "kms:Enable*",
        "kms:List*",
        "kms:Put*",
        "kms:Update*",
    ),
    *(
        "kms:Revoke*",
        "kms:Disable*",
        "kms:Get*",
        "kms:Delete*",
        "kms:TagResource",
    ),
    *("kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"),
    "kms:RotateKeyOnDemand",
]
USER_ACTIONS = [
    *(
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    ),
]
ATTACHMENT_ACTIONS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


class Player(NamedTuple):
    """One player; the address is invented (``example.com`` is nobody's)."""

    player_id: str
    name: str
    email: str
    coins: int

    @property
    def item(self) -> dict[str, dict[str, str]]:
        """The player as DynamoDB takes an item."""
        return {
            "player_id": {"S": self.player_id},
            "name": {"S": self.name},
            "email": {"S": self.email},
            "coins": {"N": str(self.coins)},
        }


class Studio:
    """Builds a world in a fresh account.

    Args:
        session: the account's administrator, ``admin``.
        seed: the sandbox's own. The seed ``0`` gives plain names and the same players to all;
            another gives another student other names and other data.
    """

    def __init__(self, session: boto3.Session, seed: int | str = PLAIN_SEED) -> None:
        self.session = session
        self.seed = str(seed)
        self._clients: dict[str, Any] = {}
        self._suffix = f"-{self.random('names').getrandbits(20):05x}"

    @property
    def plain(self) -> bool:
        """Whether this is the world that the public course shows."""
        return self.seed == PLAIN_SEED

    def random(self, purpose: str) -> random.Random:
        """A stream of random choices that follows from the seed."""
        return random.Random(f"{self.seed}/world/{purpose}")

    def name(self, plain: str) -> str:
        """``players``; for a student of a graded course, such as ``players-3f0c2``."""
        return plain if self.plain else plain + self._suffix

    def client(self, service: str) -> Any:
        """A boto3 client of the administrator, one for each service."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service)
        return self._clients[service]

    def client_of(self, user: str, service: str) -> Any:
        """A boto3 client that acts as an IAM user, with a new access key (AWS allows two)."""
        key = self.client("iam").create_access_key(UserName=user)["AccessKey"]
        # The same session has read the service's model already.
        return self.session.client(
            service,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    def players(self, count: int = len(_PLAIN_COINS)) -> list[Player]:
        """The first players of the studio: the same ones for the same seed.

        Args:
            count: at most 20.
        """
        chooser = self.random("players")
        names = list(FIRST_NAMES)
        if not self.plain:
            chooser.shuffle(names)
        coins = [
            *_PLAIN_COINS,
            *(chooser.randrange(0, 20_000, 10) for _ in range(20)),
        ]
        if not self.plain:
            coins = [chooser.randrange(0, 20_000, 10) for _ in range(20)]
        return [
            Player(f"p-{n + 1:03}", name, f"{name.lower()}@example.com", coins[n])
            for n, name in enumerate(names[:count])
        ]

    def create_key(
        self,
        alias: str = "alias/players-table",
        description: str = "Protects the players' table of Lanternfish Games",
    ) -> str:
        """The studio's key with its alias, as the KMS console makes it for ``admin``; returns
        the key's ARN."""
        caller = self.client("sts").get_caller_identity()
        key = self.client("kms").create_key(
            Description=description,
            Policy=console_policy(caller["Account"], caller["Arn"], caller["Arn"]),
        )["KeyMetadata"]
        self.client("kms").create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
        return str(key["Arn"])

    def leave_nothing_to_iam(self, key: str) -> None:
        """Take the account's statement out of a key's policy, so no IAM policy's Allow counts."""
        kms = self.client("kms")
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        del policy["Statement"][0]
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))

    def create_table(
        self,
        name: str,
        key: str = "",
        hash_key: str = "player_id",
        **encryption: Any,
    ) -> str:
        """A table, of players unless ``hash_key`` says otherwise, under the AWS owned key unless
        a key or more is given; returns its name."""
        if key:
            encryption = {
                "Enabled": True,
                "SSEType": "KMS",
                "KMSMasterKeyId": key,
            }
        self.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": hash_key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": hash_key, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            **({"SSESpecification": encryption} if encryption else {}),
        )
        return name

    def put_players(self, table: str, count: int = len(_PLAIN_COINS)) -> None:
        """The first players into a table."""
        dynamodb = self.client("dynamodb")
        for player in self.players(count):
            dynamodb.put_item(TableName=table, Item=player.item)

    def allow(
        self, user: str, action: str, resource: str, name: str, effect: str = "Allow"
    ) -> None:
        """Allow or deny a user one action, by an inline policy of this name."""
        statement = {"Effect": effect, "Action": action, "Resource": resource}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.client("iam").put_user_policy(
            UserName=user, PolicyName=name, PolicyDocument=json.dumps(document)
        )

    def create_two_keys(self) -> tuple[str, str]:
        """ARNs of the studio's key, as the console makes it, and of the one for payments, whose
        policy leaves nothing to IAM policies."""
        key, payments = self.create_key(), self.create_key("alias/payments", "Protects payments")
        self.leave_nothing_to_iam(payments)
        return key, payments

    def read(self, user: str, table: str) -> None:
        """Have a user read the first player of a table, or be refused."""
        dynamodb = self.client_of(user, "dynamodb")
        with contextlib.suppress(ClientError):
            dynamodb.get_item(TableName=table, Key={"player_id": {"S": "p-001"}})

    def create_user(self, name: str, *policy_arns: str) -> str:
        """An IAM user with managed policies; returns the user's ARN."""
        iam = self.client("iam")
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        for policy_arn in policy_arns:
            iam.attach_user_policy(UserName=name, PolicyArn=policy_arn)
        return str(arn)


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
        {
            "Sid": "Allow use of the key",
            **common,
            "Principal": principal,
            "Action": USER_ACTIONS,
        },
        {
            "Sid": "Allow attachment of persistent resources",
            **common,
            "Principal": principal,
            "Action": ATTACHMENT_ACTIONS,
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
    document = {
        "Version": "2012-10-17",
        "Id": "key-consolepolicy-3",
        "Statement": statements,
    }
    return json.dumps(document, indent=2)
