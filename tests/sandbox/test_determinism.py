"""The same seed and the same calls give the same bytes, in another process too."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox

ALLOW = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)
TRUST = ALLOW.replace('"Resource": "*"', '"Principal": "*"').replace('"*"', '"sts:AssumeRole"', 1)
#: Set in the environment to tell the story under another seed.
SEED = "SANDBOX_TEST_SEED"


def kms_part(told: list[Any]) -> str:
    """Keys, ciphertexts, data keys, grants, rotation."""
    kms = boto3.client("kms")
    made = kms.create_key(Description="players", Tags=[{"TagKey": "team", "TagValue": "blue"}])
    key = made["KeyMetadata"]["Arn"]
    other = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    context = {"b": "2", "a": "1"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"high score", EncryptionContext=context)
    blob = sealed["CiphertextBlob"]
    told += [made, other, sealed]
    told += [
        kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        kms.generate_random(NumberOfBytes=9),
    ]
    told += [kms.generate_mac(KeyId=mac, MacAlgorithm="HMAC_SHA_256", Message=b"x")]
    source = {"CiphertextBlob": blob, "SourceEncryptionContext": context}
    told += [kms.re_encrypt(**source, DestinationKeyId=other)]
    me = "arn:aws:iam::123456789012:user/admin"
    told += [kms.create_grant(KeyId=key, GranteePrincipal=me, Operations=["Decrypt"])]
    told += [kms.create_alias(AliasName="alias/game", TargetKeyId=key), kms.list_aliases()]
    told += [kms.rotate_key_on_demand(KeyId=key), kms.list_key_rotations(KeyId=key)]
    told += [kms.list_keys(), kms.list_grants(KeyId=key), kms.get_key_policy(KeyId=key)]
    return str(key)


def iam_part(told: list[Any]) -> None:
    """Users, groups, roles, policies, sessions."""
    iam, sts = boto3.client("iam"), boto3.client("sts")
    told += [iam.create_user(UserName="mira", Tags=[{"Key": "team", "Value": "blue"}])]
    told += [iam.create_group(GroupName="players"), iam.create_access_key(UserName="mira")]
    told += [iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")]
    told += [iam.add_user_to_group(GroupName="players", UserName="mira")]
    role = iam.create_role(RoleName="keeper", AssumeRolePolicyDocument=TRUST)
    policy = iam.create_policy(PolicyName="own", PolicyDocument=ALLOW)
    iam.attach_role_policy(RoleName="keeper", PolicyArn=policy["Policy"]["Arn"])
    told += [role, policy, iam.get_account_authorization_details(Filter=["User", "Role", "Group"])]
    told += [sts.assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="seat")]
    told += [sts.get_session_token(), sts.get_caller_identity()]


def dynamodb_part(told: list[Any], key: str) -> None:
    """Tables under each option, items of every type, scans, streams, a backup."""
    db, streams = boto3.client("dynamodb"), boto3.client("dynamodbstreams")
    string = {"AttributeType": "S"}
    options = {
        "scores": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        "levels": {"Enabled": True},
        "saves": {"Enabled": False},
    }
    for name, sse in options.items():
        made = db.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "id", **string},
                {"AttributeName": "at", **string},
            ],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            SSESpecification=sse,
        )["TableDescription"]
        told.append(made)
    tags = {"SS": ["c", "a", "b"]}
    for number in range(9):
        item = {"id": {"S": f"p{number % 3}"}, "at": {"S": str(number)}, "tags": tags}
        told.append(db.put_item(TableName="scores", Item={**item, "m": {"M": {"x": {"N": "1"}}}}))
    told += [db.scan(TableName="scores"), db.describe_table(TableName="scores")]
    told += [db.create_backup(TableName="scores", BackupName="one"), db.list_tables()]
    stream = db.describe_table(TableName="scores")["Table"]["LatestStreamArn"]
    about = streams.describe_stream(StreamArn=stream)["StreamDescription"]
    shard = {"StreamArn": stream, "ShardId": about["Shards"][0]["ShardId"]}
    start = streams.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")
    told += [about, streams.get_records(ShardIterator=start["ShardIterator"])]


def story(seed: str) -> dict[str, Any]:
    """A world in which most of the sandbox is used, and all that can be seen of it."""
    told: list[Any] = []
    with Sandbox(seed=seed) as sandbox:
        told.append(sandbox.session().get_credentials().get_frozen_credentials()._asdict())
        key = kms_part(told)
        iam_part(told)
        dynamodb_part(told, key)
        sandbox.advance(days=3)
        with pytest.raises(ClientError) as denied:
            boto3.client("kms").describe_key(KeyId="alias/none")
        told += [denied.value.response, boto3.client("cloudtrail").lookup_events()]
        return {
            "answers": told,
            "pages": [sandbox.at_rest(name).to_json() for name in ("scores", "levels", "saves")],
            "trail": [event.to_json() for event in sandbox.trail.events()],
            "time": sandbox.clock.now(),
        }


def told_elsewhere(seed: str, hash_seed: str) -> Any:
    """The story, told by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import told; print(told())"],
        env={**os.environ, SEED: seed, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def told() -> str:
    """The story as text that holds every byte."""
    text = json.dumps(story(os.environ[SEED]), default=repr)
    # botocore lists its features in its user agent, in an order that Python's hashes give.
    return re.sub(r" m/[\w,+]+", "", text)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every single value of a nested structure, by its path."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[str, Any] = {}
    for name, member in pairs:
        here = f"{path}/{name}"
        found |= leaves(member, here) if isinstance(member, (dict, list)) else {here: member}
    return found


@pytest.fixture(scope="module")
def first() -> dict[str, Any]:
    return leaves(told_elsewhere("blue", "0"))


def test_the_same_seed_gives_the_same_bytes_in_another_process(first: dict[str, Any]) -> None:
    second = leaves(told_elsewhere("blue", "12345"))
    different = {
        path for path in first.keys() | second.keys() if first.get(path) != second.get(path)
    }
    assert different == set()
    assert len(first) > 2000


#: Endings of paths whose values come from the seed, each somewhere in the story.
SEEDED = [
    *("KeyMetadata/KeyId", "CiphertextBlob", "Plaintext", "GrantId", "GrantToken", "KeyMaterialId"),
    *("access_key", "secret_key", "UserId", "RoleId", "PolicyId", "GroupId", "AccessKeyId"),
    *("SecretAccessKey", "SessionToken", "TableId", "wrapped_table_key", "pages/0", "requestID"),
    *("eventID", "RequestId", "BackupArn", "Mac", "ResponseMetadata/RequestId"),
]


def test_another_seed_gives_another_world(first: dict[str, Any]) -> None:
    other = leaves(told_elsewhere("red", "0"))
    for ending in SEEDED:
        paths = [path for path in first if path.endswith(ending) and path in other]
        assert paths, ending
        assert all(first[path] != other[path] for path in paths if first[path]), ending
    assert first["/time"] == other["/time"]  # Time does not come from the seed.
