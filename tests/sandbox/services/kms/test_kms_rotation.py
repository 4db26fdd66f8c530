"""Rotation: new material, the same key."""

from __future__ import annotations

import datetime

import pytest

from refusal.world.clock import PER_REQUEST

A = pytest.mark.behaviour


@A(37)
def test_old_ciphertexts_open_after_each_rotation(kms, key):
    blobs, ids = [], []
    for n in range(4):
        blobs.append(kms.encrypt(KeyId=key["KeyId"], Plaintext=b"%d" % n)["CiphertextBlob"])
        ids.append(kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["CurrentKeyMaterialId"])
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
    opened = [kms.decrypt(CiphertextBlob=blob) for blob in blobs]
    assert [answer["Plaintext"] for answer in opened] == [b"0", b"1", b"2", b"3"]
    assert [answer["KeyMaterialId"] for answer in opened] == ids and len(set(ids)) == 4


def test_new_material_is_other_material(sandbox, kms, key):
    found = sandbox.services.kms.find(key["KeyId"], "123456789012", "us-east-1")
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    old, new = found.materials
    assert old.secret != new.secret and len(new.secret) == 32


@A(38)
def test_rotation_is_off_at_first(kms, key):
    answer = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert answer["KeyRotationEnabled"] is False and "NextRotationDate" not in answer


@A(39)
def test_the_period_is_90_to_2560_days(kms, key, refused):
    for days, word in ((89, "greater"), (2561, "less")):
        with refused("ValidationException", contains=f"Member must have value {word} than"):
            unchecked(kms).enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=days)
    for days in (90, 2560):
        kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=days)
        answer = kms.get_key_rotation_status(KeyId=key["KeyId"])
        assert answer["RotationPeriodInDays"] == days


def unchecked(kms):
    """A client that leaves validation to the service."""
    import boto3
    from botocore.config import Config

    return boto3.client("kms", config=Config(parameter_validation=False))


def test_keys_rotate_when_their_day_comes(sandbox, kms, key):
    start = sandbox.clock.now()
    kms.enable_key_rotation(KeyId=key["KeyId"])
    sandbox.advance(days=364)
    assert kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"] == []
    sandbox.advance(days=732)
    rotations = kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]
    assert [r["RotationType"] for r in rotations] == ["AUTOMATIC"] * 3
    assert [(r["RotationDate"] - start).days for r in rotations] == [365, 730, 1095]
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert status["RotationPeriodInDays"] == 365
    assert status["NextRotationDate"] == rotations[-1]["RotationDate"] + datetime.timedelta(365)
    kms.disable_key_rotation(KeyId=key["KeyId"])
    sandbox.advance(days=1000)
    assert len(kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]) == 3


def test_a_disabled_key_rotates_when_it_is_enabled_again(sandbox, kms, key):
    kms.enable_key_rotation(KeyId=key["KeyId"])
    kms.disable_key(KeyId=key["KeyId"])
    sandbox.advance(days=400)
    assert kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"] == []
    kms.enable_key(KeyId=key["KeyId"])
    assert len(kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]) == 1


@pytest.mark.parametrize("how", ["disabled", "pending deletion"])
def test_a_key_that_waited_for_several_rotations_has_one_and_now(sandbox, kms, key, how):
    """A25; KMS Developer Guide, "Rotating AWS KMS keys"."""
    name = {"KeyId": key["KeyId"]}
    kms.enable_key_rotation(**name, RotationPeriodInDays=90)
    sandbox.advance(days=85 if how == "pending deletion" else 95)
    before = len(kms.list_key_rotations(**name)["Rotations"])
    if how == "disabled":
        kms.disable_key(**name)
        sandbox.advance(days=500)
    else:
        kms.schedule_key_deletion(**name, PendingWindowInDays=30)
        sandbox.advance(days=20)
        kms.cancel_key_deletion(**name)
    kms.enable_key(**name)
    rotations = kms.list_key_rotations(**name)["Rotations"]
    assert len(rotations) == before + 1
    assert (sandbox.clock.now() - rotations[-1]["RotationDate"]).total_seconds() < 1
    due = kms.get_key_rotation_status(**name)["NextRotationDate"]
    assert due == rotations[-1]["RotationDate"] + datetime.timedelta(90)
    sandbox.advance(days=91)
    assert len(kms.list_key_rotations(**name)["Rotations"]) == before + 2


def test_25_rotations_on_demand(kms, key, refused):
    for _ in range(25):
        assert kms.rotate_key_on_demand(KeyId=key["KeyId"])["KeyId"] == key["Arn"]  # H11.
    text = (
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand "
        f"rotations can be performed for this key: {key['Arn']}"
    )
    with refused("LimitExceededException", text):
        kms.rotate_key_on_demand(KeyId=key["KeyId"])
    listed = kms.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")
    states = [entry["KeyMaterialState"] for entry in listed["Rotations"]]
    assert states == ["NON_CURRENT"] * 25 + ["CURRENT"]


@pytest.mark.parametrize(
    ("spec", "usage"), [("ECC_NIST_P256", "SIGN_VERIFY"), ("HMAC_256", "GENERATE_VERIFY_MAC")]
)
def test_only_symmetric_keys_rotate(kms, refused, spec, usage):
    key = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
    for operation in (kms.enable_key_rotation, kms.disable_key_rotation, kms.list_key_rotations):
        with refused("UnsupportedOperationException"):
            operation(KeyId=key)
    with refused("UnsupportedOperationException", ""):  # H60.
        kms.rotate_key_on_demand(KeyId=key)
    status = kms.get_key_rotation_status(KeyId=key)  # H11.
    del status["ResponseMetadata"]
    assert status == {"KeyId": key, "KeyRotationEnabled": False}


@pytest.mark.parametrize("early", [False, True], ids=["at the moment", "just before"])
def test_a_key_rotates_at_its_very_moment(sandbox, kms, key, early):
    kms.enable_key_rotation(KeyId=key["KeyId"])
    due = kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"]
    left = due - sandbox.clock.now() - PER_REQUEST * early
    sandbox.advance(days=left.days, seconds=left.seconds, milliseconds=left.microseconds // 1000)
    found = sandbox.services.kms.find(key["KeyId"], "123456789012", "us-east-1")
    assert len(found.materials) == (1 if early else 2)


@pytest.mark.parametrize("early", [False, True], ids=["at the moment", "just before"])
def test_a_key_that_is_enabled_at_that_moment_has_waited(sandbox, kms, key, early):
    kms.enable_key_rotation(KeyId=key["KeyId"])
    due = kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"]
    kms.disable_key(KeyId=key["KeyId"])
    sandbox.clock.advance(due - PER_REQUEST * (2 if early else 1) - sandbox.clock.now())
    kms.enable_key(KeyId=key["KeyId"])
    found = sandbox.services.kms.find(key["KeyId"], "123456789012", "us-east-1")
    assert len(found.materials) == (1 if early else 2)


def test_each_answer_names_the_material_that_was_used(kms, key):
    of_key = {"KeyId": key["KeyId"]}
    before = kms.encrypt(**of_key, Plaintext=b"x")["CiphertextBlob"]
    old = kms.describe_key(**of_key)["KeyMetadata"]["CurrentKeyMaterialId"]
    kms.rotate_key_on_demand(**of_key)
    new = kms.describe_key(**of_key)["KeyMetadata"]["CurrentKeyMaterialId"]
    pair = {**of_key, "KeyPairSpec": "ECC_NIST_P256"}
    for answer in (
        kms.generate_data_key(**of_key, KeySpec="AES_256"),
        kms.generate_data_key_without_plaintext(**of_key, KeySpec="AES_256"),
        kms.generate_data_key_pair(**pair),
        kms.generate_data_key_pair_without_plaintext(**pair),
    ):
        blob = answer.get("PrivateKeyCiphertextBlob") or answer["CiphertextBlob"]
        assert answer["KeyMaterialId"] == new != old
        assert kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == new
    moved = kms.re_encrypt(CiphertextBlob=before, DestinationKeyId=key["KeyId"])
    told = (moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"])
    assert told == (old, new)
    assert kms.decrypt(CiphertextBlob=before)["KeyMaterialId"] == old
