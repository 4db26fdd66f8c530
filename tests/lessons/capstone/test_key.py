"""Tasks 1 to 3: which key policies meet the requirements, and which part each other one misses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.messages import say
from tests.lessons.capstone.clinic import Clinic

ALL, MANAGE = "admin may everything", "admin may manage"
IDA = "ida may use; via, table"
#: Right by the words of the requirements: the people whom the key policy lets in, and how.
RIGHT = {
    "admin has everything": [ALL, IDA],
    "admin uses it as Ida does": [MANAGE, "admin+ida may use; via, table"],
    "admin cannot read": [MANAGE, IDA],
    "the account may look": [ALL, IDA, "account may look"],
    "decrypt only": [ALL, "ida may decrypt; via, table"],
    "she may look, too": [ALL, IDA, "ida may look"],
    "in any Region": [ALL, "ida may use; via any Region, table"],
    "everything, within both conditions": [ALL, "ida may everything; via, table"],
    "everyone who is Ida": [ALL, "everyone may use; via, table, only ida"],
    "as the console writes it": [ALL, IDA, "ida may attach; for DynamoDB"],
    "denied past DynamoDB": [
        *(ALL, "ida may use"),
        *("ida must not everything; not via", "ida must not everything; another table"),
    ],
    "the account, and two denials": [
        *("account may everything", IDA),
        "everyone must not everything; not the staff, of the account",
        *("ida must not everything; not via", "ida must not everything; another table"),
    ],
}
#: Wrong for task 1: what it says of each.
OPEN = {
    "the account has everything": (["account may everything", IDA], "call kms:Decrypt"),
    "the account may use it": ([ALL, IDA, "account may use"], "let a new user call"),
    "the account, for the visits": ([ALL, IDA, "account may use; via, table"], "through DynamoDB"),
    "the account, with a tag": ([ALL, IDA, "account may use; nurse's tag"], "let a new user call"),
    "the account may re-encrypt": ([ALL, IDA, "account may re-encrypt"], "kms:ReEncrypt"),
    "the account may write the policy": (
        [ALL, IDA, "account may write the policy"],
        "kms:PutKeyPolicy",
    ),
    "the account may grant": ([ALL, IDA, "account may grant"], "kms:CreateGrant"),
    "Bo alone is denied": (
        ["account may everything", IDA, "bo must not everything"],
        "let a new user call",
    ),
    "every user but the staff is denied, and no role": (
        [
            *("account may everything", IDA),
            "everyone must not everything; not the staff, a user",
            *("ida must not everything; not via", "ida must not everything; another table"),
        ],
        "let a role call",
    ),
    "another account": ([ALL, IDA, "999999999999 may use"], "arn:aws:iam::999999999999:root"),
    "admin cannot look": ([ALL, IDA, "admin must not describe"], "kms:DescribeKey"),
    "admin may write the policy only": (
        ["admin may write the policy", "admin may begin"],
        "kms:DisableKey",
    ),
}
#: Wrong for task 3 and right for task 1.
TOO_WIDE = {
    "Ida without conditions": ([ALL, "ida may use"], "without DynamoDB"),
    "Ida for the table only": ([ALL, "ida may use; table"], "without DynamoDB, for the table"),
    "Ida for every table": ([ALL, "ida may use; via"], "for the table invoices"),
    "two statements, a condition each": (
        [ALL, "ida may use; via", "ida may use; table"],
        "only through DynamoDB",
    ),
    "Ida manages the key": ([ALL, IDA, "ida may manage"], "kms:PutKeyPolicy"),
    "Ida makes grants": ([ALL, IDA, "ida may grant"], "kms:CreateGrant"),
    "Ida re-encrypts": ([ALL, IDA, "ida may re-encrypt"], "kms:ReEncrypt"),
    "Bo as Ida": ([ALL, "ida+bo may use; via, table"], "Bo could call"),
    "Lou past DynamoDB": ([ALL, IDA, "lou may decrypt"], "Lou could call"),
    "Max makes grants": ([ALL, IDA, "max may grant"], "Max could call"),
    "everyone through DynamoDB": ([ALL, "everyone may use; via, table"], "could call"),
    "Ida is not in it": ([ALL, "lou may look"], "none of your calls was about her"),
    "a typing error": ([ALL, "ida may look"], "KMS would refuse Ida kms:Decrypt, because"),
}


@pytest.mark.parametrize("lines", RIGHT.values(), ids=RIGHT)
def test_a_right_key_policy_meets_all_parts(clinic: Clinic, lines: list[str]) -> None:
    clinic.move(clinic.key(*lines))
    for task, parts in (("8.1", 7), ("8.2", 4), ("8.3", 6)):
        note = clinic.says(task)
        assert note.word == say("check.correct"), note
        assert f"All {parts} parts" in note.sentence
    assert clinic.reads("ida", clinic.visits) and not clinic.reads("bo", clinic.visits)


@pytest.mark.parametrize(("lines", "says"), OPEN.values(), ids=OPEN)
def test_a_key_that_iam_opens_or_admin_loses(clinic: Clinic, lines: list[str], says: str) -> None:
    clinic.key(*lines)
    note = clinic.says("8.1")
    assert note.word == say("check.not yet"), note
    assert says in note.sentence


@pytest.mark.parametrize(("lines", "says"), TOO_WIDE.values(), ids=TOO_WIDE)
def test_a_key_policy_that_gives_more_or_less(clinic: Clinic, lines: list[str], says: str) -> None:
    clinic.move(clinic.key(*lines))
    first, note = clinic.says("8.1"), clinic.says("8.3")
    assert first.word == say("check.correct"), first
    assert note.word != say("check.correct"), note
    assert says in note.sentence
    assert clinic.says("8.3") == note


def test_a_role_may_not_use_the_key(clinic: Clinic) -> None:
    trust = clinic.document("account may everything").replace('"kms:*"', '"sts:AssumeRole"')
    trust = trust.replace(', "Resource": "*"', "")
    clinic.iam.create_role(RoleName="night", AssumeRolePolicyDocument=trust)
    clinic.move(clinic.key(ALL, IDA, "role/night may use; via, table"))
    assert clinic.says("8.1").word == say("check.correct"), "the key policy decides"
    assert "role/night could call" in clinic.says("8.3").sentence


@pytest.mark.parametrize("table", ["", "visits"])
def test_a_grant_lets_in_more_than_the_key_policy_says(clinic: Clinic, table: str) -> None:
    key = clinic.key(ALL)
    clinic.move(key)
    clinic.grant("ida", key, table)
    assert clinic.reads("ida", clinic.visits)
    assert "a grant for" in clinic.says("8.1").sentence
    assert "without DynamoDB" in clinic.says("8.3").sentence


def test_a_policy_by_iam_alone_is_open_to_all(clinic: Clinic) -> None:
    """The key policy that the API writes, and IAM policies narrowed for Ida and for Bo."""
    key = clinic.key()
    clinic.move(key)
    clinic.policy("ida", "ida may use; via, table", resource=key)
    clinic.policy("bo", "bo may decrypt", resource=clinic.lab.invoices_key_arn)
    assert "could let a new user call" in clinic.says("8.1").sentence


def test_who_only_reads_does_not_write(clinic: Clinic) -> None:
    clinic.move(clinic.key(ALL, IDA))
    base = "arn:aws:iam::aws:policy/AmazonDynamoDB"
    clinic.iam.detach_user_policy(UserName="ida", PolicyArn=f"{base}FullAccess_v2")
    clinic.iam.attach_user_policy(UserName="ida", PolicyArn=f"{base}ReadOnlyAccess")
    assert "Ida can write a visit" in clinic.says("8.3").sentence
    clinic.iam.detach_user_policy(UserName="ida", PolicyArn=f"{base}ReadOnlyAccess")
    assert "dynamodb:GetItem" in clinic.says("8.3").sentence


def test_a_failed_attempt_is_named(clinic: Clinic) -> None:
    with pytest.raises(ClientError):
        clinic.key(IDA)
    note = clinic.says("8.1")
    assert "CreateKey failed with MalformedPolicyDocumentException" in note.sentence
    with pytest.raises(ClientError):
        clinic.move("alias/clinic-visits")
    assert "UpdateTable failed with" in clinic.says("8.2").sentence


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("no rotation", "automatic rotation is off"),
        ("a year", "every 365 days"),
        ("disabled", "its state is Disabled"),
        ("to be deleted", "its state is PendingDeletion"),
        ("the invoices", "points to the invoices' key"),
        ("signs", "a key with the key spec ECC_NIST_P256"),
        ("another name", "no alias with the right name"),
    ],
)
def test_what_the_key_must_be(clinic: Clinic, step: str, says: str) -> None:
    kms, alias = clinic.kms, "alias/clinic-visits"
    if step == "the invoices":
        kms.create_alias(AliasName=alias, TargetKeyId=clinic.lab.invoices_key_arn)
    elif step == "signs":
        key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    else:
        days = {"no rotation": 0, "a year": 365}.get(step, 180)
        name = "alias/visits" if step == "another name" else alias
        key = clinic.key(ALL, IDA, alias=name, days=days)
        if step == "disabled":
            kms.disable_key(KeyId=key)
        if step == "to be deleted":
            kms.schedule_key_deletion(KeyId=key)
    assert says in clinic.says("8.1").sentence


def test_a_visit_that_is_lost_is_named(clinic: Clinic) -> None:
    clinic.move(clinic.key(MANAGE, "admin+ida may use; via, table"))
    keys = [{"visit_id": {"S": f"v-{n:03}"}} for n in (2, 7)]
    clinic.dynamodb.delete_item(TableName=clinic.visits, Key=keys[0])
    clinic.dynamodb.put_item(TableName=clinic.visits, Item=keys[1])
    assert "a table without v-002" in clinic.says("8.2").sentence


def copy_of(clinic: Clinic, table: str, name: str, encryption: dict[str, Any]) -> None:
    """The visits, in a new table."""
    items = clinic.dynamodb.scan(TableName=clinic.visits)["Items"]
    clinic.dynamodb.create_table(
        TableName=table,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": name, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **encryption,
    )
    for item in items:
        clinic.dynamodb.put_item(TableName=table, Item={**item, name: item["visit_id"]})


def test_a_visit_that_is_not_as_it_was_is_named(clinic: Clinic) -> None:
    clinic.move(clinic.key(ALL, IDA))
    item = {"visit_id": {"S": "v-004"}, "reason": {"S": "lost"}}
    clinic.dynamodb.put_item(TableName=clinic.visits, Item=item)
    assert "v-004 has changed. Look at its attribute patient" in clinic.says("8.2").sentence


def test_a_table_made_again_with_every_visit_is_right(clinic: Clinic) -> None:
    key = clinic.key(ALL, IDA)
    under = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}}
    copy_of(clinic, "copy", "visit_id", under)
    assert clinic.says("8.2").word == say("check.not attempted")
    clinic.move(key)
    assert clinic.says("8.2").word == say("check.correct"), clinic.says("8.2")


@pytest.mark.parametrize("name", ["visit_id", "number"])
def test_a_copy_under_another_key_is_named(clinic: Clinic, name: str) -> None:
    copy_of(clinic, "copy", name, {})
    clinic.move(clinic.key(ALL, IDA))
    assert "the table copy contains a visit" in clinic.says("8.2").sentence


def test_a_backup_from_before_is_named(clinic: Clinic) -> None:
    made = clinic.dynamodb.create_backup(TableName=clinic.visits, BackupName="before")
    clinic.move(clinic.key(ALL, IDA))
    clinic.dynamodb.create_backup(TableName=clinic.visits, BackupName="after")
    assert "the backup before contains a visit" in clinic.says("8.2").sentence
    clinic.dynamodb.delete_backup(BackupArn=made["BackupDetails"]["BackupArn"])
    assert clinic.says("8.2").word == say("check.correct"), clinic.says("8.2")


def test_a_move_that_is_under_way(clinic: Clinic) -> None:
    key = clinic.key(ALL, IDA)
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    clinic.dynamodb.update_table(TableName=clinic.visits, SSESpecification=encryption)
    assert "is UPDATING" in clinic.says("8.2").sentence
    clinic.lab.advance(minutes=1)
    assert clinic.says("8.2").word == say("check.correct")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("alias/aws/dynamodb", "under the AWS managed key"),
        ("alias/clinic-invoices", "under the key alias/clinic-invoices"),
    ],
)
def test_another_key_is_named(clinic: Clinic, key: str, says: str) -> None:
    clinic.key(ALL, IDA)
    clinic.move(key)
    assert says in clinic.says("8.2").sentence
    assert says in clinic.says("8.3").sentence
