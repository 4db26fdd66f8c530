"""GetKeyLastUsage: the last successful cryptographic operation of a key (H3)."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError


def asked(kms, key):
    answer = kms.get_key_last_usage(KeyId=key["KeyId"])
    assert (answer["KeyId"], answer["KeyCreationDate"]) == (key["Arn"], key["CreationDate"])
    assert answer["TrackingStartDate"] >= answer["KeyCreationDate"]
    return answer["KeyLastUsage"]


def test_a_key_that_was_never_used_has_an_empty_answer(kms, key):
    assert asked(kms, key) == {}
    kms.describe_key(KeyId=key["KeyId"])
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    assert asked(kms, key) == {}


def test_it_names_the_event_and_the_request(sandbox, kms, key):
    done = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    use = asked(kms, key)
    (event,) = boto3.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Encrypt"}]
    )["Events"]
    assert use["Operation"] == "Encrypt"
    assert use["CloudTrailEventId"] == event["EventId"]
    assert use["Timestamp"].replace(microsecond=0) == event["EventTime"]
    assert use["KmsRequestId"] == done["ResponseMetadata"]["RequestId"]


def test_what_failed_does_not_count(kms, key, blob):
    before = asked(kms, key)
    for attempt in (
        lambda: kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}),
        lambda: kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True),
        lambda: kms.sign(KeyId=key["KeyId"], Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256"),
    ):
        with pytest.raises(ClientError):
            attempt()
    assert asked(kms, key) == before


def test_re_encrypt_uses_two_keys(kms, key, blob):
    other = kms.create_key()["KeyMetadata"]
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])
    assert asked(kms, key) == asked(kms, other)
    assert asked(kms, other)["Operation"] == "ReEncrypt"


def test_what_dynamodb_does_for_a_caller_counts(sandbox, kms, key):
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["KeyId"]},
    )
    sandbox.advance(hours=1)
    dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
    assert asked(kms, key)["Operation"] == "Decrypt"


def test_the_key_policy_decides_who_may_ask(kms, key, make_user, refused):
    with refused("AccessDeniedException", contains="kms:GetKeyLastUsage"):
        make_user("u").client("kms").get_key_last_usage(KeyId=key["KeyId"])
