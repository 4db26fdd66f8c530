"""Sign, Verify, GenerateMac, VerifyMac, DeriveSharedSecret and GetPublicKey (A45, A70)."""

from __future__ import annotations

import hmac

from ...errors import AwsError, not_in_sandbox
from ...requests.calls import Call
from . import asymmetric
from .encryption import require_algorithm, require_usage
from .inventory import Inventory
from .key import ALGORITHM_MEMBERS, Key
from .operation import Result, dry_run, on_key


def _signed(call: Call, key: Key) -> tuple[bytes, str, str]:
    require_usage(key, "SIGN_VERIFY", call.operation)
    algorithm = call.params["SigningAlgorithm"]
    require_algorithm(key, algorithm)
    return call.params["Message"], call.params.get("MessageType", "RAW"), algorithm


def _sign(inventory: Inventory, call: Call, key: Key) -> Result:
    message, kind, algorithm = _signed(call, key)
    signature = asymmetric.sign(key, message, kind, algorithm)
    dry_run(call)
    return {"KeyId": key.arn, "Signature": signature, "SigningAlgorithm": algorithm}


def _verify(inventory: Inventory, call: Call, key: Key) -> Result:
    message, kind, algorithm = _signed(call, key)
    asymmetric.verify(key, message, kind, algorithm, call.params["Signature"])
    dry_run(call)
    return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}


def _mac(call: Call, key: Key) -> bytes:
    require_usage(key, "GENERATE_VERIFY_MAC", call.operation)
    require_algorithm(key, call.params["MacAlgorithm"])
    return asymmetric.mac(key, call.params["Message"], call.params["MacAlgorithm"])


def _generate_mac(inventory: Inventory, call: Call, key: Key) -> Result:
    code = _mac(call, key)
    dry_run(call)
    return {"KeyId": key.arn, "Mac": code, "MacAlgorithm": call.params["MacAlgorithm"]}


def _verify_mac(inventory: Inventory, call: Call, key: Key) -> Result:
    if not hmac.compare_digest(_mac(call, key), call.params["Mac"]):
        raise AwsError("KMSInvalidMacException", "")
    dry_run(call)
    return {"KeyId": key.arn, "MacValid": True, "MacAlgorithm": call.params["MacAlgorithm"]}


def _derive(inventory: Inventory, call: Call, key: Key) -> Result:
    if call.params.get("Recipient"):
        raise not_in_sandbox(f"{call.operation} with Recipient")
    require_usage(key, "KEY_AGREEMENT", call.operation)
    algorithm = call.params["KeyAgreementAlgorithm"]
    require_algorithm(key, algorithm)
    secret = asymmetric.shared_secret(key, call.params["PublicKey"])
    dry_run(call)
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "KeyAgreementAlgorithm": algorithm,
        "KeyOrigin": key.origin,
    }


def _public_key(inventory: Inventory, call: Call, key: Key) -> Result:
    if not key.asymmetric:
        # A symmetric or HMAC key has no public key; the wording is the sandbox's assumption.
        text = f"{key.arn} key spec is {key.spec} which is not valid for GetPublicKey."
        raise AwsError("UnsupportedOperationException", text)
    return {
        "KeyId": key.arn,
        "PublicKey": asymmetric.public_bytes(asymmetric.private_key(key)),
        "CustomerMasterKeySpec": key.spec,
        "KeySpec": key.spec,
        "KeyUsage": key.usage,
        ALGORITHM_MEMBERS[key.usage]: list(key.algorithms),
    }


OPERATIONS = {
    name: on_key(act, Key.require_usable, aliases=True, cross_account=True)
    for name, act in {
        "Sign": _sign,
        "Verify": _verify,
        "GenerateMac": _generate_mac,
        "VerifyMac": _verify_mac,
        "DeriveSharedSecret": _derive,
        "GetPublicKey": _public_key,
    }.items()
}
