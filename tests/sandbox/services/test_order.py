"""In which order a request is checked: what cannot be read, what is not there, who may, the rest.

Every operation of KMS, IAM and AWS STS that names something is asked for something that is not
there, by an administrator and by somebody who may do nothing.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import OperationModel, Shape

from refusal import Sandbox
from refusal.requests.shapes import service_model
from refusal.services.kms import OPERATIONS

ACCOUNT, REGION = "123456789012", "us-east-1"
HERE = f"arn:aws:kms:{REGION}:{ACCOUNT}"
NO_KEY = "00000000-1111-2222-3333-444444444444"
BARE = Config(parameter_validation=False, retries={"max_attempts": 0})
DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}],
    }
)
#: Values of members that a constraint alone does not give.
KNOWN: dict[str, Any] = {
    "KeySpec": "AES_256",
    "GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:root",
    "AliasName": "alias/new",
    "PolicyDocument": DOCUMENT,
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/p",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/p",
    "Password": "Long-1-password",
    "VersionId": "v1",
    "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/x",
    "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "AuthenticationCode1": "123456",
    "AuthenticationCode2": "123456",
}


def sample(shape: Shape, name: str = "") -> Any:
    """A value that keeps every constraint of a shape."""
    if name in KNOWN:
        return KNOWN[name]
    if shape.type_name == "structure":
        return {n: sample(shape.members[n], n) for n in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member)]
    if enum := shape.metadata.get("enum"):
        return enum[0]
    least = shape.metadata.get("min", 1)
    made = {"string": "a" * max(least, 1), "blob": b"x" * max(least, 1), "boolean": False}
    return made.get(shape.type_name, max(least, 1))


def params_of(operation: OperationModel, **more: Any) -> dict[str, Any]:
    """Valid members, all that are required, and these."""
    return {**sample(operation.input_shape), **more}


def code_of(client: Any, operation: str, params: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        getattr(client, xform_name(operation))(**params)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


@pytest.fixture
def clients(sandbox: Sandbox, make_user: Any) -> Any:
    """The clients of a service: the administrator's, and those of one who may do nothing."""
    nobody = make_user("nobody")

    def of(service: str) -> list[Any]:
        return [boto3.client(service, config=BARE), nobody.client(service, config=BARE)]

    return of


KMS = service_model("kms")
#: Operation and the member that names a key, of all that KMS answers.
NAMING = [
    (name, member)
    for name in sorted(OPERATIONS)
    for member in ("KeyId", "TargetKeyId", "DestinationKeyId")
    if (shape := KMS.operation_model(name).input_shape) and member in shape.members
]
#: How a request names a key that is not there, and what KMS says (A8).
ABSENT = {
    NO_KEY: f"Key '{HERE}:key/{NO_KEY}' does not exist",
    f"{HERE}:key/{NO_KEY}": f"Key '{HERE}:key/{NO_KEY}' does not exist",
    "no-key": "Invalid keyId 'no-key'",
    f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{NO_KEY}": "Invalid arn eu-west-1",
    "arn:aws:kms": "Invalid keyId 'arn:aws:kms'",
}


@pytest.mark.parametrize(("operation", "member"), NAMING)
def test_a_key_that_is_not_there(clients: Any, operation: str, member: str) -> None:
    """Before anybody's permissions are asked (A8, C13)."""
    admin, nobody = clients("kms")
    more: dict[str, Any] = {}
    if operation in ("Decrypt", "ReEncrypt"):
        real = admin.create_key()["KeyMetadata"]["KeyId"]
        more["CiphertextBlob"] = admin.encrypt(KeyId=real, Plaintext=b"x")["CiphertextBlob"]
    if operation == "UpdateAlias":
        real = admin.create_key()["KeyMetadata"]["KeyId"]
        admin.create_alias(AliasName="alias/new", TargetKeyId=real)
    if operation == "RetireGrant":
        more["GrantId"] = "a" * 64
    named = params_of(KMS.operation_model(operation), **more)
    for key, text in ABSENT.items():
        assert code_of(admin, operation, {**named, member: key}) == ("NotFoundException", text)
        code, said = code_of(nobody, operation, {**named, member: key})
        # The other thing that these two name, an alias or a ciphertext's key, comes first.
        first = operation in ("CreateAlias", "UpdateAlias", "ReEncrypt", "ListAliases")
        assert (code, said) == ("NotFoundException", text) or (
            first and code == "AccessDeniedException"
        )


@pytest.mark.parametrize("operation", ["DescribeKey", "Encrypt", "GenerateDataKey"])
def test_an_alias_that_is_not_there(clients: Any, operation: str) -> None:
    named = params_of(KMS.operation_model(operation))
    for key in ("alias/none", f"{HERE}:alias/none"):
        expected = ("NotFoundException", f"Alias {HERE}:alias/none is not found.")
        for client in clients("kms"):
            assert code_of(client, operation, {**named, "KeyId": key}) == expected


@pytest.mark.parametrize("operation", ["UpdateAlias", "DeleteAlias"])
def test_an_alias_that_is_not_there_to_change(clients: Any, operation: str) -> None:
    admin, _ = clients("kms")
    real = admin.create_key()["KeyMetadata"]["KeyId"]
    more = {"TargetKeyId": real} if operation == "UpdateAlias" else {}
    named = params_of(KMS.operation_model(operation), AliasName="alias/none", **more)
    expected = ("NotFoundException", f"Alias {HERE}:alias/none is not found.")
    assert code_of(admin, operation, named) == expected


@pytest.mark.parametrize(("operation", "member"), NAMING)
def test_what_cannot_be_read_comes_first(clients: Any, operation: str, member: str) -> None:
    for client in clients("kms"):
        named = params_of(KMS.operation_model(operation), **{member: "x" * 2049})
        assert code_of(client, operation, named)[0] == "ValidationException"
        named[member] = 5
        assert code_of(client, operation, named)[0] == "SerializationException"


IAM = service_model("iam")
#: Operation and the member that names what is not there.
MISSING = [
    (name, member)
    for name in sorted(IAM.operation_names)
    for member in ("UserName", "RoleName", "GroupName", "PolicyArn")
    if (shape := IAM.operation_model(name).input_shape)
    and member in shape.required_members
    and name not in ("CreateUser", "CreateRole", "CreateGroup")
]
NAMES = {
    "UserName": ("nope", "The user with name nope cannot be found."),
    "RoleName": ("nope", "The role with name nope cannot be found."),
    "GroupName": ("nope", "The group with name nope cannot be found."),
    "PolicyArn": (f"arn:aws:iam::{ACCOUNT}:policy/nope", ""),
}


@pytest.mark.parametrize(("operation", "member"), MISSING)
def test_what_iam_does_not_have(clients: Any, operation: str, member: str) -> None:
    """IAM asks for permission first: it tells nobody else what is there."""
    admin, nobody = clients("iam")
    admin.create_policy(PolicyName="p", PolicyDocument=DOCUMENT)
    admin.create_user(UserName="aa")
    admin.create_group(GroupName="aa")
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    admin.create_role(RoleName="aa", AssumeRolePolicyDocument=document)
    admin.create_instance_profile(InstanceProfileName="aa")
    members = ("UserName", "GroupName", "RoleName", "InstanceProfileName")
    there = dict.fromkeys(members, "aa")
    required = IAM.operation_model(operation).input_shape.required_members
    named = params_of(
        IAM.operation_model(operation), **{n: v for n, v in there.items() if n in required}
    )
    if operation == "UpdateAssumeRolePolicy":
        named["PolicyDocument"] = document
    name, text = NAMES[member]
    named[member] = name
    code, said = code_of(admin, operation, named)
    assert code in ("NoSuchEntity", "NotInSandbox"), (code, said)
    if code == "NoSuchEntity" and text:
        assert said == text
    if code == "NoSuchEntity" and not text:
        assert said.startswith(f"Policy {name} ") and said.endswith(("found.", "attachable."))
    assert code_of(nobody, operation, named)[0] == "AccessDenied"
