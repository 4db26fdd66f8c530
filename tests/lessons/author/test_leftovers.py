"""What a clean-up has to find, and what stood before the learner came."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab
from lessons.author import before, failure, left_in_account, left_on_user


@pytest.fixture
def lab() -> Lab:
    """Notebook 07: tables, a backup, aliases, keys, and Mira, who has a grant."""
    return open_lab("07")


def test_what_is_left_goes_kind_by_kind(lab: Lab) -> None:
    evidence = Evidence(lab)
    dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")
    found = left_in_account(evidence)
    assert len(found["a table"]) == 5
    assert found["a backup"] == ["end-of-season"]
    assert len(found["an alias"]) == 4, "not AWS's"
    assert [name.rpartition("/")[2] for name in found["a grant for"]] == ["mira"], "not DynamoDB's"
    assert len(found["a key that is not pending deletion"]) == 3, "neither AWS's nor the scores'"

    for name in found["a table"]:
        dynamodb.delete_table(TableName=name)
    assert left_in_account(evidence)["a table"] == []
    assert left_in_account(evidence)["a backup"] == ["end-of-season"]
    kms.disable_key(KeyId=lab.test_key_arn)
    assert f"{lab.test_key_arn} is Disabled" in str(left_in_account(evidence))
    kms.schedule_key_deletion(KeyId=lab.test_key_arn)
    assert lab.test_key_arn not in str(left_in_account(evidence))


def test_a_deleted_users_grant_is_still_found(lab: Lab) -> None:
    iam, mira = boto3.client("iam"), {"UserName": "mira"}
    assert left_on_user(Evidence(lab), "mira") == {
        "access keys": 2,
        "an attached policy": 1,
        "an inline policy": 1,
    }
    for key in iam.list_access_keys(**mira)["AccessKeyMetadata"]:
        iam.delete_access_key(**mira, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(**mira, PolicyName="see-keys")
    policy = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
    iam.detach_user_policy(**mira, PolicyArn=policy)
    assert not any(left_on_user(Evidence(lab), "mira").values())
    iam.delete_user(**mira)
    (grantee,) = left_in_account(Evidence(lab))["a grant for"]
    assert grantee.startswith("AIDA") and grantee.endswith(", a deleted user")


def test_nothing_that_a_learner_does_stood_before(lab: Lab) -> None:
    evidence = Evidence(lab)
    stood = before(evidence)
    assert {"CreateKey", "CreateBackup", "Decrypt"} <= {record.name for record in stood}
    with pytest.raises(ClientError):
        boto3.client("kms").enable_key(KeyId="alias/test")
    assert before(evidence) == stood
    (failed,) = evidence.records("EnableKey")
    assert failure(failed) == f"EnableKey failed with NotFoundException: {failed.message}"
