"""An account in which random requests find something."""

from __future__ import annotations

from typing import Any

import boto3

from tests.sandbox.conftest import session_for
from tests.sandbox.inputs import DOCUMENTS

HASH = [{"AttributeName": "id", "KeyType": "HASH"}]
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def administrator() -> boto3.Session:
    """An administrator whom no made-up request names."""
    iam = boto3.client("iam")
    iam.create_user(UserName="fuzzer")
    iam.attach_user_policy(UserName="fuzzer", PolicyArn=ADMINISTRATOR)
    return session_for("fuzzer")


def something_of_everything() -> dict[str, list[Any]]:
    """An account with something of everything, by the members that name it."""
    kms, db, iam = (boto3.client(name) for name in ("kms", "dynamodb", "iam"))
    keys = [
        kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
        for spec, usage in (
            ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
            ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
            ("ECC_NIST_P256", "SIGN_VERIFY"),
            ("HMAC_256", "GENERATE_VERIFY_MAC"),
        )
    ]
    kms.create_alias(AliasName="alias/x", TargetKeyId=keys[0]["KeyId"])
    blob = kms.encrypt(KeyId="alias/x", Plaintext=b"x")["CiphertextBlob"]
    root = "arn:aws:iam::123456789012:root"
    grant = kms.create_grant(KeyId=keys[0]["KeyId"], GranteePrincipal=root, Operations=["Decrypt"])
    ids = [key["KeyId"] for key in keys] + [keys[0]["Arn"], "alias/x"]
    texts = {"AttributeType": "S"}
    sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": keys[0]["Arn"]}
    table = {"BillingMode": "PAY_PER_REQUEST", "SSESpecification": sse}
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    made = db.create_table(
        TableName="players",
        KeySchema=HASH,
        AttributeDefinitions=[{"AttributeName": "id", **texts}, {"AttributeName": "t", **texts}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-team",
                "KeySchema": [{"AttributeName": "t", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification=stream,
        **table,
    )["TableDescription"]
    db.create_table(
        TableName="scores",
        KeySchema=[*HASH, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "id", **texts},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        **table,
    )
    db.put_item(TableName="players", Item={"id": {"S": "mira"}, "t": {"S": "blue"}})
    backup = db.create_backup(TableName="players", BackupName="one")["BackupDetails"]["BackupArn"]
    streams = boto3.client("dynamodbstreams")
    shard = {"StreamArn": made["LatestStreamArn"]}
    shard["ShardId"] = streams.describe_stream(**shard)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(**shard, ShardIteratorType="TRIM_HORIZON")
    iam.create_user(UserName="mira", Tags=[{"Key": "team", "Value": "blue"}])
    iam.create_group(GroupName="players")
    iam.add_user_to_group(GroupName="players", UserName="mira")
    iam.create_role(RoleName="keeper", AssumeRolePolicyDocument=DOCUMENTS[3])
    policy = iam.create_policy(PolicyName="own", PolicyDocument=DOCUMENTS[0])["Policy"]["Arn"]
    users = ["arn:aws:iam::123456789012:user/mira", "arn:aws:iam::123456789012:role/keeper"]
    item = {"id": {"S": "mira"}}
    iam.put_user_policy(UserName="mira", PolicyName="inline", PolicyDocument=DOCUMENTS[0])
    access_key = iam.create_access_key(UserName="mira")["AccessKey"]["AccessKeyId"]
    iam.create_instance_profile(InstanceProfileName="profile")
    conditions = [
        "attribute_exists(id)",
        "size(t) > :v",
        "t = :v AND NOT contains(#n, :v)",
        "id = ",
    ]
    return {
        **each(["KeyId", "TargetKeyId", "DestinationKeyId", "SourceKeyId"], ids),
        "KMSMasterKeyId": ids,
        "CiphertextBlob": [blob, blob[:-1], b"x" * 256],
        "GrantId": [grant["GrantId"]],
        "GrantToken": [grant["GrantToken"]],
        "GranteePrincipal": [*users, root, "123456789012"],
        "AliasName": ["alias/x", "alias/y", "alias/aws/z"],
        "Policy": [kms.get_key_policy(KeyId=keys[0]["KeyId"])["Policy"], *DOCUMENTS],
        **each(["PolicyDocument", "AssumeRolePolicyDocument"], DOCUMENTS),
        "policyDocumentType": DOCUMENTS,
        **each(["TableName", "TableArn"], ["players", "scores", made["TableArn"], "none"]),
        **each(["SourceTableName", "TargetTableName"], ["players", "scores", "another"]),
        **each(["BatchGetRequestMap", "BatchWriteItemRequestMap"], [{}]),
        **each(["Key", "Item"], [item, {**item, "at": {"N": "1"}}]),
        "ResourceArn": [made["TableArn"], *users],
        "AttributeName": ["id", "t", "at"],
        "IndexName": ["by-team", "none"],
        "BackupArn": [backup],
        **{name: [value] for name, value in shard.items()},
        "ShardIterator": [iterator["ShardIterator"]],
        **each(["ConditionExpression", "FilterExpression"], conditions),
        "KeyConditionExpression": ["id = :v", "#n = :v", "id = :v AND at > :v", "t = :v"],
        "ProjectionExpression": ["id", "id, #n", "t[0].x", "id = :v"],
        "UpdateExpression": ["SET t = :v", "REMOVE t", "ADD n :v", "SET #n = if_not_exists(t, :v)"],
        "KeySchema": [HASH, [*HASH, {"AttributeName": "at", "KeyType": "RANGE"}]],
        "AttributeDefinitions": [[{"AttributeName": "id", **texts}]],
        "BillingMode": ["PAY_PER_REQUEST"],
        "AccessKeyId": [access_key, "AKIAIOSFODNN7EXAMPLE"],
        "VersionId": ["v1", "v2"],
        "PolicyName": ["inline"],
        "InstanceProfileName": ["profile"],
        "ExpressionAttributeNames": [{"#n": "id"}, {}],
        "ExpressionAttributeValues": [{":v": {"S": "mira"}}, {":v": {"N": "1"}}],
        "Statement": [
            "SELECT * FROM players",
            "SELECT * FROM players WHERE id = ?",
            "INSERT INTO players VALUE {'id': ?}",
            "UPDATE players SET t = ? WHERE id = 'mira'",
            "DELETE FROM players WHERE id = 'mira'",
            "SELECT FROM WHERE",
        ],
        **each(["UserName", "NewUserName"], ["mira", "another"]),
        "GroupName": ["players"],
        "RoleName": ["keeper"],
        "RoleArn": users[1:],
        **each(["PolicyArn", "PermissionsBoundary"], [policy, ADMINISTRATOR]),
        "PolicySourceArn": users,
        "ActionNames": [["kms:Decrypt"], ["*"], ["dynamodb:*", "iam:Get*"]],
    }


def each(names: list[str], values: list[Any]) -> dict[str, list[Any]]:
    """The same values for several members."""
    return dict.fromkeys(names, values)
