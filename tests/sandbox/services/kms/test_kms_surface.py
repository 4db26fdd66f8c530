"""Every KMS operation answers, or refuses in clear words: never with an internal failure."""

from __future__ import annotations

import base64
import datetime
import random

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal.requests.shapes import service_model
from refusal.services.kms import OPERATIONS

MODEL = service_model("kms")
LACKING = {
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "Decapsulate",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "Encapsulate",
    "ReplicateKey",
    "UpdateCustomKeyStore",
    "UpdatePrimaryRegion",
}


class Inputs:
    """Random request members that follow a shape, most of the time, and name real things."""

    def __init__(self, seed, known):
        self.random = random.Random(seed)
        self.known = known

    def make(self, shape, name=""):
        if name in self.known and self.random.random() < 0.8:
            return self.random.choice(self.known[name])
        return getattr(self, f"_{shape.type_name}", self._string)(shape)

    def _structure(self, shape):
        return {
            name: self.make(member, name)
            for name, member in shape.members.items()
            if name in shape.required_members or self.random.random() < 0.3
        }

    def _list(self, shape):
        return [self.make(shape.member) for _ in range(self.random.randrange(3))]

    def _map(self, shape):
        return {self._text(): self._text() for _ in range(self.random.randrange(3))}

    def _string(self, shape):
        enum = shape.metadata.get("enum")
        return self.random.choice(enum) if enum and self.random.random() < 0.95 else self._text()

    def _text(self):
        return self.random.choice(
            ["", "a", "é", "\u2603", "alias/x", "alias/", "arn:aws:kms", "0" * 36]
        )

    def _boolean(self, shape):
        return self.random.random() < 0.2

    def _integer(self, shape):
        return self.random.choice([0, 1, 7, 30, 90, 365, 1024, -1, 10**9])

    _long = _integer

    def _blob(self, shape):
        return self.random.randbytes(self.random.choice([0, 1, 80, 4096]))

    def _timestamp(self, shape):
        return datetime.datetime(2026, 1, 1)


def made_account(kms):
    """Keys of several kinds, an alias, a ciphertext and a grant, by the members they fit."""
    admin = "arn:aws:iam::123456789012:user/admin"
    keys = [kms.create_key()["KeyMetadata"] for _ in range(3)]
    for spec, usage in (
        ("RSA_2048", "ENCRYPT_DECRYPT"),
        ("ECC_NIST_P256", "SIGN_VERIFY"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
        ("HMAC_256", "GENERATE_VERIFY_MAC"),
    ):
        keys.append(kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"])
    kms.create_alias(AliasName="alias/x", TargetKeyId=keys[0]["KeyId"])
    blob = kms.encrypt(KeyId="alias/x", Plaintext=b"x")["CiphertextBlob"]
    grant = kms.create_grant(KeyId=keys[0]["KeyId"], GranteePrincipal=admin, Operations=["Decrypt"])
    ids = [key["KeyId"] for key in keys] + [keys[0]["Arn"], "alias/x", "alias/aws/dynamodb"]
    members = ("KeyId", "TargetKeyId", "DestinationKeyId", "SourceKeyId")
    return {
        **dict.fromkeys(members, ids),
        "CiphertextBlob": [blob, blob[:-1], b"x" * 256],
        "GrantId": [grant["GrantId"]],
        "GrantToken": [grant["GrantToken"]],
        "GranteePrincipal": [admin, "arn:aws:iam::123456789012:root", "123456789012"],
        "AliasName": ["alias/x", "alias/y", "alias/aws/z"],
        "Policy": [kms.get_key_policy(KeyId=keys[0]["KeyId"])["Policy"], "{}", "x"],
    }


def test_the_table_of_operations_and_what_it_lacks_are_all_there_is():
    assert set(OPERATIONS) | LACKING == set(MODEL.operation_names)
    assert not set(OPERATIONS) & LACKING


@pytest.mark.parametrize("operation", sorted(LACKING))
def test_what_is_lacking_is_refused_in_clear_words(kms, key, operation):
    client = boto3.client(
        "kms", config=Config(parameter_validation=False, retries={"max_attempts": 0})
    )
    inputs = Inputs(operation, {"KeyId": [key["KeyId"]]})
    shape = MODEL.operation_model(operation).input_shape
    valid = {name: sample(shape.members[name], inputs) for name in shape.required_members}
    with pytest.raises(ClientError) as caught:
        getattr(client, xform_name(operation))(**valid)
    error = caught.value.response["Error"]
    assert error["Code"] == "NotInSandbox", error
    assert error["Message"].startswith("The sandbox does not have ")


def sample(shape, inputs):
    """A valid value of a shape."""
    least = shape.metadata.get("min", 1)
    if shape.type_name == "string":
        return shape.metadata.get("enum", ["us-east-1" if least < 20 else "a" * least])[0]
    return b"x" * least if shape.type_name == "blob" else inputs.make(shape)


def test_no_input_brings_an_internal_failure(sandbox, kms):
    client = boto3.client(
        "kms", config=Config(parameter_validation=False, retries={"max_attempts": 0})
    )
    inputs = Inputs("fuzz", made_account(kms))
    outcomes: dict[str, set[str]] = {}
    for round_number in range(25):
        for operation in MODEL.operation_names:
            params = inputs.make(MODEL.operation_model(operation).input_shape)
            if (
                params.get("KeyPairSpec", "").startswith("RSA")
                or operation == "ScheduleKeyDeletion"
            ):
                continue  # Slow; and one that would end the keys that the others need.
            try:
                getattr(client, xform_name(operation))(**params)
                code = "answered"
            except ClientError as error:
                code = error.response["Error"]["Code"]
                failure = (operation, params, error.response["Error"])
                assert code not in ("InternalFailure", "MalformedPolicyDocument"), failure
            outcomes.setdefault(operation, set()).add(code)
        client.enable_key(KeyId=inputs.known["KeyId"][round_number % 3])
    answered = {name for name, codes in outcomes.items() if "answered" in codes}
    assert len(answered) > 25, sorted(set(OPERATIONS) - answered)


def test_wrong_types_are_refused(sandbox, kms, key):
    """What no SDK sends, but curl may."""
    from refusal.errors import AwsError
    from refusal.requests.shapes import read_params

    junk = [None, 5, "x", [], {}, [[]], {"a": [1]}, True, base64.b64encode(b"x").decode()]
    for operation in OPERATIONS:
        for member in MODEL.operation_model(operation).input_shape.members:
            for value in junk:
                try:
                    read_params("kms", operation, {member: value})
                except AwsError as error:
                    assert error.code in ("ValidationException", "SerializationException")
