"""Keys: making, naming, states, deletion, tags."""

from __future__ import annotations

import datetime

import boto3
import pytest

A = pytest.mark.behaviour
ABSENT = "12345678-1234-4234-8234-123456789012"


@A(1)
def test_a_key_made_without_arguments_is_symmetric_and_enabled(kms):
    made = kms.create_key()["KeyMetadata"]
    expected = {
        "AWSAccountId": "123456789012",
        "Arn": f"arn:aws:kms:us-east-1:123456789012:key/{made['KeyId']}",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "Description": "",
        "Enabled": True,
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "MultiRegion": False,
        "Origin": "AWS_KMS",
    }
    assert {name: made[name] for name in expected} == expected
    assert set(made) == {*expected, "KeyId", "CreationDate", "CurrentKeyMaterialId"}
    assert kms.describe_key(KeyId=made["KeyId"])["KeyMetadata"] == made


@A(4)
def test_a_new_key_has_no_alias(kms, key):
    assert kms.list_aliases(KeyId=key["KeyId"])["Aliases"] == []


@pytest.mark.parametrize(
    ("spec", "usage", "member", "algorithms"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", 2),
        ("RSA_4096", "SIGN_VERIFY", "SigningAlgorithms", 6),
        ("ECC_NIST_P384", "SIGN_VERIFY", "SigningAlgorithms", 1),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "KeyAgreementAlgorithms", 1),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "SigningAlgorithms", 2),
        ("ML_DSA_44", "SIGN_VERIFY", "SigningAlgorithms", 1),
        ("HMAC_512", "GENERATE_VERIFY_MAC", "MacAlgorithms", 1),
    ],
)
def test_other_specs_list_their_algorithms(kms, spec, usage, member, algorithms):
    made = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
    assert (made["KeySpec"], made["KeyUsage"]) == (spec, usage)
    assert len(made[member]) == algorithms
    assert "CurrentKeyMaterialId" not in made


def test_key_usage_is_mandatory_for_other_specs(kms, refused):
    text = (
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
    )
    with refused("ValidationException", text):
        kms.create_key(KeySpec="RSA_2048")


def test_a_spec_is_given_once(kms, refused):
    """By its name of today, or by the older one (H73)."""
    text = (
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
        "CustomerMasterKeySpec is deprecated."
    )
    with refused("ValidationException", text):
        kms.create_key(KeySpec="HMAC_256", CustomerMasterKeySpec="HMAC_256")


@pytest.mark.parametrize(
    ("spec", "usage"),
    [("SYMMETRIC_DEFAULT", "SIGN_VERIFY"), ("HMAC_256", "ENCRYPT_DECRYPT")],
)
def test_key_usage_must_fit_the_spec(kms, refused, spec, usage):
    with refused("ValidationException", contains=f"KeyUsage {usage} is not compatible"):
        kms.create_key(KeySpec=spec, KeyUsage=usage)


@A(7)
def test_an_id_that_is_no_uuid(kms, refused):
    with refused("NotFoundException", "Invalid keyId 'fake-key-id'"):
        kms.describe_key(KeyId="fake-key-id")


@A(8)
@pytest.mark.parametrize("form", ["{}", "arn:aws:kms:us-east-1:123456789012:key/{}"])
def test_a_key_that_is_not_there(kms, refused, form):
    text = f"Key 'arn:aws:kms:us-east-1:123456789012:key/{ABSENT}' does not exist"
    with refused("NotFoundException", text):
        kms.describe_key(KeyId=form.format(ABSENT))


@A(9)
def test_an_arn_of_another_region(kms, key, refused):
    with refused("NotFoundException", "Invalid arn eu-west-1"):
        kms.describe_key(KeyId=key["Arn"].replace("us-east-1", "eu-west-1"))


@A(10)
@pytest.mark.parametrize("form", ["{}", "arn:aws:kms:us-east-1:123456789012:{}"])
def test_an_alias_that_is_not_there(kms, refused, form):
    text = "Alias arn:aws:kms:us-east-1:123456789012:alias/x is not found."
    with refused("NotFoundException", text):
        kms.describe_key(KeyId=form.format("alias/x"))


def test_regions_hold_keys_of_their_own(kms, key, refused):
    with refused("NotFoundException", contains="eu-west-1"):
        boto3.client("kms", region_name="eu-west-1").describe_key(KeyId=key["KeyId"])


def test_cryptographic_operations_take_aliases_and_management_does_not(kms, key, refused):
    kms.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"])
    for name in ("alias/a", "arn:aws:kms:us-east-1:123456789012:alias/a", key["Arn"]):
        assert kms.encrypt(KeyId=name, Plaintext=b"x")["KeyId"] == key["Arn"]
        assert kms.describe_key(KeyId=name)["KeyMetadata"]["Arn"] == key["Arn"]
    for operation in (kms.disable_key, kms.get_key_policy, kms.schedule_key_deletion):
        with refused("NotFoundException", "Invalid keyId 'alias/a'"):
            operation(KeyId="alias/a")


USES = {
    "encrypt": {"Plaintext": b"x"},
    "generate_data_key": {"KeySpec": "AES_256"},
    "generate_data_key_without_plaintext": {"KeySpec": "AES_128"},
    "generate_data_key_pair": {"KeyPairSpec": "ECC_NIST_P256"},
    "create_grant": {
        "GranteePrincipal": "arn:aws:iam::123456789012:root",
        "Operations": ["Decrypt"],
    },
    "enable_key_rotation": {},
    "disable_key_rotation": {},
    "rotate_key_on_demand": {},
}
LOOKS = {
    "describe_key": {},
    "get_key_policy": {},
    "put_key_policy": {"Policy": None},
    "list_key_policies": {},
    "list_grants": {},
    "list_resource_tags": {},
    "get_key_rotation_status": {},
    "list_key_rotations": {},
}
CHANGES = {
    "create_alias": {"AliasName": "alias/b", "TargetKeyId": None},
    "enable_key": {},
    "disable_key": {},
    "tag_resource": {"Tags": [{"TagKey": "a", "TagValue": "b"}]},
    "untag_resource": {"TagKeys": ["a"]},
    "update_key_description": {"Description": "d"},
    "schedule_key_deletion": {},
}


def call(kms, operation, key, params):
    params = dict(params)
    if "Policy" in params:
        params["Policy"] = kms.get_key_policy(KeyId=key["KeyId"])["Policy"]
    member = "TargetKeyId" if "TargetKeyId" in params else "KeyId"
    return getattr(kms, operation)(**{**params, member: key["KeyId"]})


@A(28)
@pytest.mark.parametrize("operation", USES)
def test_a_disabled_key_is_not_used(kms, key, refused, operation):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key["KeyId"])
    with refused("DisabledException", f"{key['Arn']} is disabled."):
        call(kms, operation, key, USES[operation])
    with refused("DisabledException", f"{key['Arn']} is disabled."):
        kms.decrypt(CiphertextBlob=blob)
    kms.enable_key(KeyId=key["KeyId"])
    call(kms, operation, key, USES[operation])


@A(29)
@pytest.mark.parametrize("operation", [*LOOKS, *CHANGES])
def test_a_disabled_key_is_looked_at_and_changed(kms, key, operation):
    kms.disable_key(KeyId=key["KeyId"])
    call(kms, operation, key, {**LOOKS, **CHANGES}[operation])


@A(29)
def test_grants_on_a_disabled_key_are_revoked(kms, key):
    grant = call(kms, "create_grant", key, USES["create_grant"])
    kms.disable_key(KeyId=key["KeyId"])
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=grant["GrantId"])
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []


@A(30, 31)
@pytest.mark.parametrize("operation", [*USES, *CHANGES])
def test_a_key_pending_deletion_is_neither_used_nor_changed(kms, key, refused, operation):
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    with refused("KMSInvalidStateException", f"{key['Arn']} is pending deletion."):
        call(kms, operation, key, {**USES, **CHANGES}[operation])


@pytest.mark.parametrize("operation", LOOKS)
def test_a_key_pending_deletion_is_looked_at(kms, key, operation):
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    call(kms, operation, key, LOOKS[operation])


@A(30)
def test_a_ciphertext_of_a_key_pending_deletion_does_not_open(kms, key, refused):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    for refusal in (
        lambda: kms.decrypt(CiphertextBlob=blob),
        lambda: kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["KeyId"]),
    ):
        with refused("KMSInvalidStateException", f"{key['Arn']} is pending deletion."):
            refusal()


@A(32)
def test_cancelling_needs_a_pending_deletion(kms, key, refused):
    with refused("KMSInvalidStateException", f"{key['Arn']} is not pending deletion."):
        kms.cancel_key_deletion(KeyId=key["KeyId"])


@A(33, 34)
@pytest.mark.parametrize(("given", "days"), [({"PendingWindowInDays": 7}, 7), ({}, 30)])
def test_scheduling_a_deletion(sandbox, kms, key, given, days):
    answer = kms.schedule_key_deletion(KeyId=key["KeyId"], **given)
    del answer["ResponseMetadata"]
    due = sandbox.clock.now() + datetime.timedelta(days=days)
    assert answer == {
        "KeyId": key["Arn"],
        "DeletionDate": due,
        "KeyState": "PendingDeletion",
        "PendingWindowInDays": days,
    }
    described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert described["DeletionDate"] == due
    assert not described["Enabled"] and described["KeyState"] == "PendingDeletion"


@A(35)
@pytest.mark.parametrize("days", [6, 31])
def test_the_waiting_period_is_7_to_30_days(kms, key, refused, days):
    with refused("ValidationException"):
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"


@A(36)
def test_a_cancelled_deletion_leaves_the_key_disabled(kms, key):
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    assert kms.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (described["KeyState"], described["Enabled"]) == ("Disabled", False)
    assert "DeletionDate" not in described


def test_after_the_waiting_period_the_key_is_gone_with_all_that_it_had(
    sandbox, kms, refused, aliases_of
):
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/gone", TargetKeyId=key["KeyId"])
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    grant = call(kms, "create_grant", key, USES["create_grant"])
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    sandbox.advance(days=6, hours=23)
    assert kms.describe_key(KeyId="alias/gone")["KeyMetadata"]["KeyState"] == "PendingDeletion"
    sandbox.advance(hours=2)
    with refused("NotFoundException", f"Key '{key['Arn']}' does not exist"):
        kms.describe_key(KeyId=key["KeyId"])
    assert kms.list_keys()["Keys"] == [] and aliases_of(kms) == []
    with refused("AccessDeniedException", contains="customer master key that does not exist"):
        kms.decrypt(CiphertextBlob=blob)
    with refused("InvalidGrantTokenException"):
        kms.retire_grant(GrantToken=grant["GrantToken"])


def test_dates_at_the_end_of_the_calendar(sandbox, kms, key):
    sandbox.advance(days=(datetime.date(9998, 12, 31) - sandbox.clock.now().date()).days)
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=2560)
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    assert status["NextRotationDate"].year == 9999
    assert kms.schedule_key_deletion(KeyId=key["KeyId"])["KeyState"] == "PendingDeletion"
    with pytest.raises(ValueError, match="its calendar ends"):
        sandbox.advance(days=30)


def test_all_the_tags_that_a_key_can_have_are_one_page(kms):
    tags = [{"TagKey": f"{number:02}", "TagValue": ""} for number in range(50)]
    key_id = kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    listed = kms.list_resource_tags(KeyId=key_id)
    assert (listed["Tags"], listed["Truncated"]) == (tags, False)


def test_tags(kms, refused):
    tags = [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": ""}]
    key_id = kms.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "2"}])
    kms.untag_resource(KeyId=key_id, TagKeys=["b", "c"])
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "a", "TagValue": "2"}]
    with refused("TagException", "Duplicate tag keys"):
        kms.tag_resource(KeyId=key_id, Tags=[tags[0], tags[0]])
    with refused("TagException", "Tags beginning with aws: are reserved"):
        kms.create_key(Tags=[{"TagKey": "aws:x", "TagValue": ""}])
    with refused("TagException", "Too many tags"):
        many = [{"TagKey": f"t{n}", "TagValue": ""} for n in range(50)]
        kms.tag_resource(KeyId=key_id, Tags=many)


def test_a_description_can_be_changed(kms, key):
    kms.update_key_description(KeyId=key["KeyId"], Description="orders")
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == "orders"


def test_the_same_seed_gives_the_same_key():
    from refusal import Sandbox

    def made(seed):
        with Sandbox(seed):
            kms = boto3.client("kms")
            key = kms.create_key()["KeyMetadata"]
            return key, kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]

    assert made(1) == made(1)
    assert made(1)[0]["KeyId"] != made(2)[0]["KeyId"] and made(1)[1] != made(2)[1]


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        (
            "get_parameters_for_import",
            {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
        ),
        ("import_key_material", {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"}),
        ("delete_imported_key_material", {}),
    ],
)
def test_material_of_kms_is_not_imported(kms, key, make_user, refused, operation, more):
    """H65: first what is not there, then who may, then what the key is."""
    text = f"{key['Arn']} origin is AWS_KMS which is not valid for this operation."
    with refused("UnsupportedOperationException", text):
        getattr(kms, operation)(KeyId=key["KeyId"], **more)
    with refused("NotFoundException"):
        getattr(kms, operation)(KeyId=key["KeyId"][:-12] + "0" * 12, **more)
    with refused("AccessDeniedException"):
        getattr(make_user("u").client("kms"), operation)(KeyId=key["KeyId"], **more)


def test_a_spec_of_the_china_regions(kms, key, refused):
    """H65."""
    text = "KeySpec SM2 is not supported in this Region"
    with refused("UnsupportedOperationException", text):
        kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="SM2")
    with refused("UnsupportedOperationException", text):
        kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="SM2")


@pytest.mark.parametrize(
    ("asked", "lacking"),
    [
        ({"CustomKeyStoreId": "cks-1234567890abcdef0"}, "custom key stores"),
        ({"XksKeyId": "key-1"}, "custom key stores"),
        ({"Origin": "EXTERNAL_KEY_STORE"}, "keys of the origin EXTERNAL_KEY_STORE"),
        ({"Origin": "AWS_CLOUDHSM"}, "keys of the origin AWS_CLOUDHSM"),
    ],
)
def test_keys_with_material_from_elsewhere_are_not_in_the_sandbox(kms, refused, asked, lacking):
    with refused("NotInSandbox", contains=f"does not have {lacking}"):
        kms.create_key(**asked)
