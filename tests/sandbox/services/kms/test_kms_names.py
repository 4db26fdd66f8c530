"""Which keys an operation takes, and by which names: as botocore's model says of each operation."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from refusal.requests.shapes import service_model
from refusal.services.kms import OPERATIONS
from refusal.services.kms.key import SPECS

MODEL = service_model("kms")
OTHER = "210987654321"
#: What each operation on a key asks for beside the key.
MORE: dict[str, dict[str, Any]] = {
    "CreateGrant": {"GranteePrincipal": f"arn:aws:iam::{OTHER}:root", "Operations": ["Decrypt"]},
    "DeriveSharedSecret": {"KeyAgreementAlgorithm": "ECDH", "PublicKey": b"x"},
    "Encrypt": {"Plaintext": b"x"},
    "GenerateDataKey": {"KeySpec": "AES_256"},
    "GenerateDataKeyPair": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyPairWithoutPlaintext": {"KeyPairSpec": "ECC_NIST_P256"},
    "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "GenerateMac": {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
    "GetParametersForImport": {
        "WrappingAlgorithm": "RSAES_OAEP_SHA_256",
        "WrappingKeySpec": "RSA_2048",
    },
    "ImportKeyMaterial": {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"},
    "PutKeyPolicy": {"Policy": "{}"},
    "RevokeGrant": {"GrantId": "0" * 64},
    "Sign": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
    "TagResource": {"Tags": [{"TagKey": "team", "TagValue": "x"}]},
    "UntagResource": {"TagKeys": ["team"]},
    "UpdateKeyDescription": {"Description": "x"},
    "Verify": {"Message": b"x", "Signature": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
    "VerifyMac": {"Message": b"x", "Mac": b"x", "MacAlgorithm": "HMAC_SHA_256"},
}
ON_A_KEY = [
    name
    for name in OPERATIONS
    if "KeyId" in MODEL.operation_model(name).input_shape.required_members
]


def documented(html: str) -> str:
    """A text of the model, without its marks."""
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", "", html))


def code_of(client: Any, operation: str, **params: Any) -> tuple[str, str]:
    """The code and the message of a call's refusal; empty if it is not refused."""
    try:
        getattr(client, xform_name(operation))(**params, **MORE.get(operation, {}))
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    return "", ""


@pytest.fixture
def key_for(kms: Any) -> Callable[[str], dict[str, Any]]:
    """A new key of the kind that an operation works with."""
    signing = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}
    mac = {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}
    kinds = dict.fromkeys(("Sign", "Verify", "GetPublicKey"), signing)
    kinds["DeriveSharedSecret"] = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}
    kinds |= dict.fromkeys(("GenerateMac", "VerifyMac"), mac)

    def make(operation: str, **more: str) -> dict[str, Any]:
        made: dict[str, Any] = kms.create_key(**kinds.get(operation, {}), **more)["KeyMetadata"]
        return made

    return make


@pytest.mark.parametrize("operation", ON_A_KEY)
def test_an_operation_works_across_accounts_or_not(
    sandbox: Any, key_for: Any, policy: Any, statement: Any, operation: str
) -> None:
    """ "Cross-account use: Yes", or No: then nothing that a key policy says helps."""
    says = documented(MODEL.operation_model(operation).documentation)
    across = re.search(r"Cross-account use ?: (Yes|No)\b", says)
    assert across is not None
    named = statement(f"arn:aws:iam::{OTHER}:root", "kms:*")
    key = key_for(operation, Policy=policy(named, root=True))
    client = sandbox.session(OTHER).client("kms")
    code, message = code_of(client, operation, KeyId=key["Arn"])
    assert (code != "AccessDeniedException") == (across[1] == "Yes"), message


@pytest.mark.parametrize("operation", ON_A_KEY)
def test_an_operation_takes_an_alias_or_not(kms: Any, key_for: Any, operation: str) -> None:
    """A management operation takes a key's ID or ARN only (A4)."""
    shape = MODEL.operation_model(operation).input_shape
    by_id = "Specify the key ID or key ARN of the KMS key." in documented(
        shape.members["KeyId"].documentation
    )
    kms.create_alias(AliasName="alias/x", TargetKeyId=key_for(operation)["KeyId"])
    code, message = code_of(kms, operation, KeyId="alias/x")
    assert (code == "NotFoundException" and "alias/x" in message) == by_id, message


@pytest.mark.parametrize("side", ["from", "to"])
def test_a_ciphertext_moves_between_accounts(
    sandbox: Any, kms: Any, policy: Any, statement: Any, side: str
) -> None:
    """ "Cross-account use: Yes. The source KMS key and destination KMS key can be in different
    Amazon Web Services accounts": botocore's model of ReEncrypt."""
    named = statement(f"arn:aws:iam::{OTHER}:root", "kms:*")
    shared = kms.create_key(Policy=policy(named, root=True))["KeyMetadata"]["Arn"]
    client = sandbox.session(OTHER).client("kms")
    own = client.create_key()["KeyMetadata"]["Arn"]
    source, destination = (shared, own) if side == "from" else (own, shared)
    blob = client.encrypt(KeyId=source, Plaintext=b"x")["CiphertextBlob"]
    moved = client.re_encrypt(CiphertextBlob=blob, SourceKeyId=source, DestinationKeyId=destination)
    assert (moved["SourceKeyId"], moved["KeyId"]) == (source, destination)
    assert client.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"] == b"x"


@pytest.mark.parametrize("spec", MODEL.shape_for("KeySpec").enum)
def test_each_key_spec_of_the_model_is_made_or_refused_clearly(kms: Any, spec: str) -> None:
    usage = next(iter(SPECS.get(spec, {"ENCRYPT_DECRYPT": ()})))
    try:
        made = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeySpec"]
    except ClientError as error:
        made = error.response["Error"]["Code"]
    lacking = {"SM2": "UnsupportedOperationException"}
    lacking |= {f"ML_KEM_{size}": "NotInSandbox" for size in (512, 768, 1024)}
    assert made == lacking.get(spec, spec)


@pytest.mark.parametrize("operation", ["CreateAlias", "UpdateAlias"])
def test_an_alias_is_of_a_key_and_not_of_another_alias(kms: Any, key: Any, operation: str) -> None:
    kms.create_alias(AliasName="alias/x", TargetKeyId=key["KeyId"])
    kms.create_alias(AliasName="alias/y", TargetKeyId=key["KeyId"])
    name = "alias/new" if operation == "CreateAlias" else "alias/y"
    for target in ("alias/x", "arn:aws:kms:us-east-1:123456789012:alias/x"):
        refused = code_of(kms, operation, AliasName=name, TargetKeyId=target)
        assert refused == ("ValidationException", "Aliases must refer to keys. Not aliases")


@pytest.mark.parametrize("operation", ["CreateAlias", "UpdateAlias"])
@pytest.mark.parametrize("there", [True, False], ids=["a key", "no key"])
def test_no_alias_stands_for_a_key_of_another_account(
    sandbox: Any, kms: Any, policy: Any, statement: Any, operation: str, there: bool
) -> None:
    """ "Cross-account use: No" in botocore's model of both: nothing that the key's policy says
    helps. A key that is not there is refused alike."""
    named = statement(f"arn:aws:iam::{OTHER}:root", "kms:*")
    key = kms.create_key(Policy=policy(named, root=True))["KeyMetadata"]
    absent = "12345678-1234-1234-1234-123456789012"
    target = key["Arn"] if there else key["Arn"].replace(key["KeyId"], absent)
    client = sandbox.session(OTHER).client("kms")
    own = client.create_key()["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/x", TargetKeyId=own)
    name = "alias/new" if operation == "CreateAlias" else "alias/x"
    code, message = code_of(client, operation, AliasName=name, TargetKeyId=target)
    assert code == "AccessDeniedException", message
    assert f"kms:{operation} on this resource because the resource does not exist" in message
    found = {
        alias["AliasName"]: alias.get("TargetKeyId") for alias in client.list_aliases()["Aliases"]
    }
    assert found["alias/x"] == own and "alias/new" not in found
