"""Behaviours of docs/behaviours/catalogue.md as programs against any endpoint.

Each carries its row's number, and gives whether the endpoint answers as the row says. It looks at
error codes and states, not at wordings.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
DENIED = ("AccessDenied", "AccessDeniedException")
_CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=30, connect_timeout=5, proxies={})


class World:
    """An endpoint, as its administrator sees it.

    Args:
        url: the endpoint.
        key_id: an access key of somebody who may do anything.
        secret: its secret.
    """

    def __init__(self, url: str, key_id: str, secret: str) -> None:
        self.url = url
        self._keys = key_id, secret
        self._names = (f"name-{number}" for number in itertools.count())
        self.kms, self.dynamodb, self.iam = map(self.client, ("kms", "dynamodb", "iam"))
        self.account = self.client("sts").get_caller_identity()["Account"]

    def client(self, service: str, keys: tuple[str, str] | None = None) -> Any:
        """A client of the administrator, or of whom these keys belong to."""
        return self.client_of(self.url, service, *(keys or self._keys))

    @staticmethod
    def client_of(url: str, service: str, key_id: str, secret: str) -> Any:
        """A client of an endpoint."""
        session = boto3.Session(key_id, secret, region_name="us-east-1")
        return session.client(service, endpoint_url=url, config=_CONFIG)

    def key(self, **options: Any) -> str:
        """A new key's ARN."""
        return str(self.kms.create_key(**options)["KeyMetadata"]["Arn"])

    def user(self, *documents: dict[str, Any], full: bool = True) -> tuple[str, tuple[str, str]]:
        """A new user's ARN and access key; with full access to DynamoDB or without."""
        name = next(self._names)
        arn = self.iam.create_user(UserName=name)["User"]["Arn"]
        if full:
            self.iam.attach_user_policy(UserName=name, PolicyArn=FULL)
        for number, document in enumerate(documents):
            self.iam.put_user_policy(
                UserName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document)
            )
        made = self.iam.create_access_key(UserName=name)["AccessKey"]
        return arn, (made["AccessKeyId"], made["SecretAccessKey"])

    def table(self, key: str | None = None, **more: Any) -> str:
        """A new table's name, with one item; under a key, or under the one that AWS owns."""
        name = next(self._names)
        sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        options = {"SSESpecification": sse} if key else {}
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            **{**options, **more},
        )
        self.dynamodb.get_waiter("table_exists").wait(
            TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
        self.dynamodb.put_item(TableName=name, Item={"id": {"S": "1"}})
        return name

    def policy(self, *statements: dict[str, Any]) -> str:
        """A key policy that leaves all to the administrator, with these statements."""
        own = self.client("sts").get_caller_identity()["Arn"]
        admin = {"Effect": "Allow", "Principal": {"AWS": own}, "Action": "kms:*", "Resource": "*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [admin, *statements]})


def code(call: Callable[..., Any], **arguments: Any) -> str:
    """The error code of a call; empty if it works."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def may(*actions: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A policy of one statement."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _sealed(world: World, key: str, **more: Any) -> bytes:
    return bytes(world.kms.encrypt(KeyId=key, Plaintext=b"x", **more)["CiphertextBlob"])


def _decrypts(world: World, keys: tuple[str, str], blob: bytes, **more: Any) -> str:
    return code(world.client("kms", keys).decrypt, CiphertextBlob=blob, **more)


def _reads(world: World, keys: tuple[str, str], table: str) -> str:
    got = world.client("dynamodb", keys).get_item
    return code(got, TableName=table, Key={"id": {"S": "1"}})


def _context(world: World) -> str:
    blob = _sealed(world, world.key(), EncryptionContext={"a": "b"})
    return code(world.kms.decrypt, CiphertextBlob=blob)


def _changed(world: World) -> str:
    blob = bytearray(_sealed(world, world.key()))
    blob[-1] ^= 1
    return code(world.kms.decrypt, CiphertextBlob=bytes(blob))


def _other_key(world: World) -> str:
    blob, other = _sealed(world, world.key()), world.key()
    return code(world.kms.decrypt, CiphertextBlob=blob, KeyId=other)


def _disabled(world: World, operation: str) -> str:
    key = world.key()
    world.kms.disable_key(KeyId=key)
    if operation == "describe_key":
        return code(world.kms.describe_key, KeyId=key)
    return code(world.kms.encrypt, KeyId=key, Plaintext=b"x")


def _pending(world: World) -> str:
    key = world.key()
    world.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return code(world.kms.encrypt, KeyId=key, Plaintext=b"x")


def _granted(world: World, operation: str, **more: Any) -> str:
    key = world.key()
    arn, keys = world.user(full=False)
    world.kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Decrypt"], **more)
    if operation == "encrypt":
        return code(world.client("kms", keys).encrypt, KeyId=key, Plaintext=b"x")
    return _decrypts(world, keys, _sealed(world, key))


def _constrained(world: World) -> bool:
    key, context = world.key(), {"d": "it", "p": "x"}
    arn, keys = world.user(full=False)
    world.kms.create_grant(
        KeyId=key, GranteePrincipal=arn, Operations=["Decrypt"],
        Constraints={"EncryptionContextEquals": {"d": "it"}},
    )  # fmt: skip
    more = _sealed(world, key, EncryptionContext=context)
    same = _sealed(world, key, EncryptionContext={"d": "it"})
    return (
        _decrypts(world, keys, more, EncryptionContext=context) in DENIED
        and _decrypts(world, keys, same, EncryptionContext={"d": "it"}) == ""
    )


def _revoked(world: World) -> str:
    key = world.key()
    arn, keys = world.user(full=False)
    made = world.kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Decrypt"])
    blob = _sealed(world, key)
    if _decrypts(world, keys, blob):
        return "not granted"
    world.kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])
    return _decrypts(world, keys, blob)


def _key_policy(world: World, *documents: dict[str, Any], named: bool) -> str:
    arn, keys = world.user(*documents, full=False)
    user = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "kms:Decrypt", "Resource": "*"}
    key = world.key(Policy=world.policy(*([user] if named else [])))
    return _decrypts(world, keys, _sealed(world, key))


def _user_reads(world: World, *documents: dict[str, Any], own: bool = True, **user: Any) -> str:
    table = world.table(world.key() if own else None)
    _, keys = world.user(*documents, **user)
    return _reads(world, keys, table)


def _user_writes(world: World) -> str:
    table = world.table(world.key())
    _, keys = world.user()
    put = world.client("dynamodb", keys).put_item
    return code(put, TableName=table, Item={"id": {"S": "2"}})


def _describes(world: World) -> str:
    table = world.table(world.key())
    _, keys = world.user()
    return code(world.client("dynamodb", keys).describe_table, TableName=table)


def _via_service(world: World) -> bool:
    key = world.key()
    only = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    _, keys = world.user(may("kms:Decrypt", Condition=only))
    direct = _decrypts(world, keys, _sealed(world, key))
    return direct in DENIED and _reads(world, keys, world.table(key)) == ""


def _granted_by_dynamodb(world: World) -> bool:
    key = world.key()
    world.table(key)
    grants = world.kms.list_grants(KeyId=key)["Grants"]
    services = {grant["GranteePrincipal"] for grant in grants}
    return len(grants) == 2 and services == {"dynamodb.us-east-1.amazonaws.com"}


def _table_under(world: World, prepare: str) -> str:
    key = world.key()
    if prepare:
        getattr(world.kms, prepare)(KeyId=key)
    return code(world.table, key=key)


def _sse(world: World, **specification: Any) -> str:
    return code(world.table, SSESpecification=specification)


def _reencrypted(world: World) -> bool:
    first, second = world.key(), world.key()
    moved = world.kms.re_encrypt(CiphertextBlob=_sealed(world, first), DestinationKeyId=second)
    back = world.kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])
    return bool(moved["SourceKeyId"] == first and back["KeyId"] == second)


def _deleted_grants(world: World) -> bool:
    key = world.key()
    world.dynamodb.delete_table(TableName=world.table(key))
    return not world.kms.list_grants(KeyId=key)["Grants"]


def _no_delegation(world: World) -> str:
    return _key_policy(world, may("kms:Decrypt"), named=False)


def _iam_deny(world: World) -> str:
    return _key_policy(world, may("kms:Decrypt", effect="Deny"), named=True)


def _signing_key(world: World) -> str:
    key = world.key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    return code(world.kms.encrypt, KeyId=key, Plaintext=b"x")


def _state_after_cancel(world: World) -> bool:
    key = world.key()
    world.kms.schedule_key_deletion(KeyId=key)
    world.kms.cancel_key_deletion(KeyId=key)
    return bool(world.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled")


def _u_decrypts(world: World) -> str:
    return _decrypts(world, world.user()[1], _sealed(world, world.key()))


def _u_encrypts(world: World) -> str:
    encrypt = world.client("kms", world.user()[1]).encrypt
    return code(encrypt, KeyId=world.key(), Plaintext=b"x")


#: Row of the catalogue -> whether an endpoint answers so.
BEHAVIOURS: dict[int, Callable[[World], bool]] = {
    3: lambda w: w.kms.list_key_policies(KeyId=w.key())["PolicyNames"] == ["default"],
    5: lambda w: (
        code(w.kms.create_key, Policy=json.dumps(may("kms:Decrypt", Principal="*")))
        == "MalformedPolicyDocumentException"
    ),
    8: lambda w: (
        code(w.kms.describe_key, KeyId="0" * 8 + "-0000-4000-8000-" + "0" * 12)
        == "NotFoundException"
    ),
    14: lambda w: code(w.kms.encrypt, KeyId=w.key(), Plaintext=b"x" * 4096) == "",
    15: lambda w: (
        code(w.kms.encrypt, KeyId=w.key(), Plaintext=b"x" * 4097) == "ValidationException"
    ),
    18: lambda w: _context(w) == "InvalidCiphertextException",
    21: lambda w: _changed(w) == "InvalidCiphertextException",
    22: lambda w: _other_key(w) == "IncorrectKeyException",
    26: _reencrypted,
    27: lambda w: _signing_key(w) == "InvalidKeyUsageException",
    28: lambda w: _disabled(w, "encrypt") == "DisabledException",
    29: lambda w: _disabled(w, "describe_key") == "",
    30: lambda w: _pending(w) == "KMSInvalidStateException",
    32: lambda w: code(w.kms.cancel_key_deletion, KeyId=w.key()) == "KMSInvalidStateException",
    36: _state_after_cancel,
    40: lambda w: _granted(w, "decrypt") == "",
    41: lambda w: _granted(w, "encrypt") in DENIED,
    42: _constrained,
    47: lambda w: _revoked(w) in DENIED,
    50: lambda w: _u_decrypts(w) in DENIED,
    51: lambda w: _key_policy(w, named=False) in DENIED,
    52: lambda w: _no_delegation(w) in DENIED,
    53: lambda w: _iam_deny(w) in DENIED,
    54: lambda w: _key_policy(w, named=True) == "",
    56: lambda w: _u_encrypts(w) in DENIED,
    57: _via_service,
    64: lambda w: _sse(w, Enabled=True, KMSMasterKeyId=w.key()) == "ValidationException",
    65: lambda w: _sse(w, Enabled=False, SSEType="KMS") == "ValidationException",
    66: lambda w: _sse(w, Enabled=True, SSEType="AES256") == "ValidationException",
    67: _granted_by_dynamodb,
    69: _deleted_grants,
    77: lambda w: _table_under(w, "disable_key") == "ValidationException",
    78: lambda w: _table_under(w, "schedule_key_deletion") == "ValidationException",
    79: lambda w: code(w.table, key="alias/not-there") == "ValidationException",
    82: lambda w: _user_reads(w, own=False) == "",
    84: lambda w: _user_reads(w) in DENIED,
    85: lambda w: _user_writes(w) in DENIED,
    86: lambda w: _describes(w) == "",
    88: lambda w: _user_reads(w, may("kms:Decrypt"), full=False) in DENIED,
    90: lambda w: _user_reads(w, may("kms:Decrypt")) == "",
}


def held(world: World) -> list[int]:
    """The rows that an endpoint holds; what it cannot even be asked, it does not hold."""
    found = []
    for number, holds in BEHAVIOURS.items():
        try:
            if holds(world):
                found.append(number)
        except Exception:
            # An answer that is no answer, a waiter that gives up, a set-up that is refused.
            continue
    return found
