"""On paper the rules decide as in the account, and what was tried is told in AWS's words."""

from __future__ import annotations

import functools
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab
from lessons.author import (
    POLICY_CHANGES,
    beside_key_policy,
    delegation,
    done,
    doors,
    event_named,
    failure,
    key_policy,
    last_done,
    last_failure,
    may_decrypt,
    names_table,
    own_policies,
    own_statements,
    policy,
    rights,
    table_of,
    user_arn,
    would_decide,
)
from refusal.authorization import AuthorizationError


@pytest.fixture
def lab() -> Lab:
    opened = open_lab("05")
    boto3.client("iam").create_user(UserName="mira")
    return opened


@pytest.mark.parametrize("statement", ["none", "allow", "another key", "through DynamoDB"])
def test_the_paper_agrees_with_the_account(lab: Lab, statement: str) -> None:
    evidence, key = Evidence(lab), lab.key_arn
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    via = {"StringEquals": {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}}
    written = {
        "none": [],
        "allow": [allow],
        "another key": [{**allow, "Resource": lab.payments_key_arn}],
        "through DynamoDB": [{**allow, "Condition": via}],
    }[statement]
    if written:
        boto3.client("iam").put_user_policy(
            UserName="mira", PolicyName="own", PolicyDocument=json.dumps(policy(*written))
        )
    paper = would_decide(
        evidence, "mira", "kms:Decrypt", key, key=key_policy(evidence, key), iam=written
    )
    assert paper is may_decrypt(evidence, "mira", key) is (statement == "allow")
    assert list(own_statements(evidence, "mira")) == written


def test_without_the_accounts_statement_no_iam_policy_counts(lab: Lab) -> None:
    evidence = Evidence(lab)
    everything = [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]
    asked = (evidence, "mira", "kms:Decrypt", lab.key_arn)
    assert would_decide(*asked, key=[delegation(evidence)], iam=everything)
    admins = {**delegation(evidence), "Principal": {"AWS": user_arn(evidence, "admin")}}
    assert not would_decide(*asked, key=[admins], iam=everything)
    with pytest.raises(AuthorizationError):
        would_decide(*asked, key=[delegation(evidence)], iam=[{"Effect": "Perhaps"}])


def test_policies_that_aws_wrote_are_not_the_learners(lab: Lab) -> None:
    iam, evidence = boto3.client("iam"), Evidence(lab)
    mine = {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}
    arn = iam.create_policy(PolicyName="mine", PolicyDocument=json.dumps(policy(mine)))
    read_only = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    for one in (arn["Policy"]["Arn"], read_only):
        iam.attach_user_policy(UserName="mira", PolicyArn=one)
    assert own_policies(evidence, "mira") == [policy(mine)]
    assert own_policies(evidence, "nobody") == []


def test_doors_are_named_where_there_is_more_than_one(lab: Lab) -> None:
    evidence, mira = Evidence(lab), user_arn(Evidence(lab), "mira")
    kms = boto3.client("kms")
    assert doors(evidence, "mira", lab.key_arn) == ""
    kms.create_grant(KeyId=lab.key_arn, GranteePrincipal=mira, Operations=["Decrypt"])
    assert doors(evidence, "mira", lab.key_arn) == ""
    document = {"Version": "2012-10-17", "Statement": key_policy(evidence, lab.key_arn)}
    document["Statement"][2]["Principal"] = {"AWS": mira}
    kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(document))
    told = doors(evidence, "mira", lab.key_arn)
    assert "a grant and “Allow use of the key” of the key policy" in told


def test_a_failure_is_told_with_its_caller_and_a_success_is_found(lab: Lab) -> None:
    evidence, kms = Evidence(lab), boto3.client("kms")
    with pytest.raises(ClientError):
        lab.as_user("mira").client("kms").create_key()
    told = last_failure(evidence, "CreateKey")
    assert told.startswith("CreateKey failed with AccessDenied, called by mira: User: arn:aws:iam")
    assert told == failure(evidence.records("CreateKey")[-1])
    made = kms.create_key()["KeyMetadata"]["Arn"]
    assert last_failure(evidence, "CreateKey") == ""
    assert last_failure(evidence, "CreateKey", user="mira") == told
    assert [record.touches(made) for record in done(evidence, "CreateKey", made)] == [True]


def test_an_older_failure_is_not_told_once_another_act_has_succeeded(lab: Lab) -> None:
    evidence, iam = Evidence(lab), boto3.client("iam")
    place = {"UserName": "mira", "PolicyName": "mine"}
    mine = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    iam.put_user_policy(**place, PolicyDocument=json.dumps(policy(mine)))
    with pytest.raises(ClientError):
        iam.put_user_policy(**place, PolicyDocument="{}")
    told = functools.partial(last_failure, evidence, "PutUserPolicy", user="admin")
    assert told(instead=POLICY_CHANGES).startswith("PutUserPolicy failed with")
    with pytest.raises(ClientError):  # What failed has changed nothing.
        iam.delete_user_policy(UserName="mira", PolicyName="another")
    assert told(instead=POLICY_CHANGES)
    iam.delete_user_policy(**place)
    assert told(instead=POLICY_CHANGES) == ""
    assert told() != ""


def test_an_event_is_named_by_its_call_its_service_and_its_caller(lab: Lab) -> None:
    lab.as_user("mira").client("sts").get_caller_identity()
    found = Evidence(lab).records("GetCallerIdentity")[-1]
    assert event_named(found) == "the GetCallerIdentity event of sts.amazonaws.com for mira"


def test_a_request_to_kms_names_the_table_in_its_context(lab: Lab) -> None:
    key = {"player_id": {"S": "p-001"}}
    boto3.client("dynamodb").get_item(TableName=lab.table_name, Key=key)
    boto3.client("kms").describe_key(KeyId=lab.key_arn)
    evidence = Evidence(lab)
    assert table_of(evidence.records("Decrypt")[-1]) == lab.table_name
    assert table_of(evidence.records("DescribeKey")[-1]) == ""


def test_rights_are_the_same_however_statements_are_divided() -> None:
    both = {
        "Sid": "a",
        "Effect": "Allow",
        "Principal": {"AWS": ["x", "y"]},
        "Action": ["k:A", "k:B"],
    }
    apart = [
        {"Sid": who, "Effect": "Allow", "Principal": {"AWS": who}, "Action": what}
        for who in "xy"
        for what in ("k:A", "k:B")
    ]
    assert set(rights([both])) == set(rights(apart)) and set(rights([both]).values()) == {"a"}
    narrowed = {**both, "Condition": {"Bool": {"c": "true"}}}
    denied = {**both, "Effect": "Deny"}
    everyone = {**both, "Principal": "*"}
    for other in (narrowed, denied, everyone):
        assert not set(rights([both])) & set(rights([other]))


def test_what_stands_beside_a_key_policy_is_found(lab: Lab) -> None:
    evidence, iam, kms = Evidence(lab), boto3.client("iam"), boto3.client("kms")
    assert beside_key_policy(evidence, "mira", lab.key_arn) == ""
    grantee = user_arn(evidence, "mira")
    kms.create_grant(KeyId=lab.key_arn, GranteePrincipal=grantee, Operations=["Decrypt"])
    assert beside_key_policy(evidence, "mira", lab.key_arn) == "a grant for mira"
    iam.attach_user_policy(UserName="mira", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert beside_key_policy(evidence, "mira", lab.key_arn) == "an IAM policy for mira"


def test_the_last_operation_on_a_resource_is_told(lab: Lab) -> None:
    evidence, kms, key = Evidence(lab), boto3.client("kms"), lab.key_arn
    names = ("Encrypt", "GenerateDataKey")
    assert last_done(evidence, key, *names) == ""
    kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    kms.encrypt(KeyId=key, Plaintext=b"x")
    kms.encrypt(KeyId=lab.payments_key_arn, Plaintext=b"x")
    assert last_done(evidence, key, *names) == "Encrypt"
    kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert last_done(evidence, key, *names) == "GenerateDataKey"


def test_what_was_done_is_neither_what_failed_nor_what_concerns_another(lab: Lab) -> None:
    evidence, kms, key = Evidence(lab), boto3.client("kms"), lab.key_arn
    client = lab.as_user("mira").client("kms")
    with pytest.raises(ClientError):
        client.encrypt(KeyId=key, Plaintext=b"x")
    kms.encrypt(KeyId=lab.payments_key_arn, Plaintext=b"x")
    kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert done(evidence, "Encrypt", key) == []
    assert last_done(evidence, key, "Encrypt") == ""
    kms.encrypt(KeyId=key, Plaintext=b"x")
    (record,) = done(evidence, "Encrypt", key)
    assert (record.error, record.user, record.touches(key)) == ("", "admin", True)
    with pytest.raises(ClientError):
        client.encrypt(KeyId=key, Plaintext=b"x")
    assert done(evidence, "Encrypt", key) == [record]
    assert last_done(evidence, key, "Encrypt") == "Encrypt"


def test_a_users_own_request_may_name_a_table_on_either_side(lab: Lab) -> None:
    evidence, kms, key = Evidence(lab), boto3.client("kms"), lab.key_arn
    named, other = ({"aws:dynamodb:tableName": name} for name in (lab.table_name, "other"))
    blob = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=named)["CiphertextBlob"]
    asked = {"CiphertextBlob": blob, "SourceEncryptionContext": named, "DestinationKeyId": key}
    kms.re_encrypt(**asked, DestinationEncryptionContext=other)
    boto3.client("dynamodb").get_item(TableName=lab.table_name, Key={"player_id": {"S": "p-001"}})
    kms.encrypt(KeyId=key, Plaintext=b"x")
    told = [
        [names_table(evidence.records(name)[-1], table) for table in (lab.table_name, "other")]
        for name in ("ReEncrypt", "Decrypt", "Encrypt")
    ]
    assert evidence.records("Decrypt")[-1].via
    assert told == [[True, True], [False, False], [False, False]]
    assert names_table(evidence.records("Encrypt")[0], lab.table_name)
