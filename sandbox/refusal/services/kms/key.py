"""One KMS key: its spec and usage, its key material, its key state."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from ...errors import AwsError, not_in_sandbox
from .key_grants import KeyGrants
from .policies import KeyPolicy

_OAEP = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
_RSA_SIGNATURES = tuple(
    f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)
)
_RSA = {"ENCRYPT_DECRYPT": _OAEP, "SIGN_VERIFY": _RSA_SIGNATURES}
#: Key spec -> key usage -> algorithms (botocore's model of CreateKey and KeyMetadata).
SPECS: dict[str, dict[str, tuple[str, ...]]] = {
    "SYMMETRIC_DEFAULT": {"ENCRYPT_DECRYPT": ("SYMMETRIC_DEFAULT",)},
    **{f"RSA_{bits}": _RSA for bits in (2048, 3072, 4096)},
    **{
        f"ECC_NIST_P{curve}": {"SIGN_VERIFY": (f"ECDSA_SHA_{bits}",), "KEY_AGREEMENT": ("ECDH",)}
        for curve, bits in ((256, 256), (384, 384), (521, 512))
    },
    "ECC_SECG_P256K1": {"SIGN_VERIFY": ("ECDSA_SHA_256",)},
    "ECC_NIST_EDWARDS25519": {"SIGN_VERIFY": ("ED25519_SHA_512", "ED25519_PH_SHA_512")},
    **{f"ML_DSA_{n}": {"SIGN_VERIFY": ("ML_DSA_SHAKE_256",)} for n in (44, 65, 87)},
    **{
        f"HMAC_{bits}": {"GENERATE_VERIFY_MAC": (f"HMAC_SHA_{bits}",)}
        for bits in (224, 256, 384, 512)
    },
}
#: Key usage -> the member of KeyMetadata and of GetPublicKey that lists the algorithms.
ALGORITHM_MEMBERS = {
    "ENCRYPT_DECRYPT": "EncryptionAlgorithms",
    "SIGN_VERIFY": "SigningAlgorithms",
    "GENERATE_VERIFY_MAC": "MacAlgorithms",
    "KEY_AGREEMENT": "KeyAgreementAlgorithms",
}


def require_spec(spec: str, region: str, what: str) -> None:
    """Refuse the key specs that the sandbox lacks.

    Args:
        what: such as ``keys``.

    Raises:
        AwsError: ``UnsupportedOperationException`` for SM2 outside of the China Regions (H65),
            ``NotInSandbox``.
    """
    if spec == "SM2" and not region.startswith("cn-"):
        text = f"KeySpec {spec} is not supported in this Region"
        raise AwsError("UnsupportedOperationException", text)
    if spec.startswith(("SM2", "ML_KEM")):
        raise not_in_sandbox(f"{what} of the spec {spec}")


@dataclass(slots=True, eq=False)
class KeyMaterial:
    """One generation of a key's material."""

    material_id: str
    #: Names this material inside a ciphertext; says nothing to anyone but KMS.
    reference: bytes
    #: The AES-256 key, or the HMAC key.
    secret: bytes
    created: datetime.datetime
    #: ``AUTOMATIC`` or ``ON_DEMAND``; empty for the key's first material.
    rotation_type: str = ""


@dataclass(slots=True, eq=False)
class Imported:
    """Key material from outside: once imported, a key takes no other (H83)."""

    material_id: str
    #: False once it was deleted, or has expired.
    held: bool = False
    expires: datetime.datetime | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What GetParametersForImport gave out, under its import token."""

    private_key: Any
    algorithm: str
    valid_to: datetime.datetime


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A cryptographic operation that a key was used for."""

    operation: str
    time: datetime.datetime
    event_id: str
    request_id: str


@dataclass(slots=True, eq=False)
class Key:
    """A KMS key of an account in a Region."""

    account: str
    region: str
    key_id: str
    spec: str
    usage: str
    created: datetime.datetime
    policy: KeyPolicy
    serial: int
    description: str = ""
    #: ``CUSTOMER`` or ``AWS``.
    key_manager: str = "CUSTOMER"
    multi_region: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    enabled: bool = True
    deletion_date: datetime.datetime | None = None
    #: Oldest first; the last one encrypts. A key pair has none.
    materials: list[KeyMaterial] = field(default_factory=list)
    #: The private key of an asymmetric key, made when it is first needed.
    private_key: Any = None
    #: Names of the aliases that point here.
    aliases: set[str] = field(default_factory=set)
    grants: KeyGrants = field(default_factory=KeyGrants)
    rotation_period: int | None = None
    next_rotation: datetime.datetime | None = None
    #: The last successful cryptographic operation (H3).
    last_use: KeyUse | None = None
    #: ``AWS_KMS``, or ``EXTERNAL``: its material is imported.
    origin: str = "AWS_KMS"
    imported: Imported | None = None
    #: By import token, in hexadecimal.
    wrappings: dict[str, Wrapping] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The key ARN (A3)."""
        return f"arn:aws:kms:{self.region}:{self.account}:key/{self.key_id}"

    @property
    def key_state(self) -> str:
        """``Enabled``, ``Disabled``, ``PendingDeletion`` or ``PendingImport``: the states that
        keys in one Region can have."""
        if self.deletion_date is not None:
            return "PendingDeletion"
        if self.lacks_material:
            return "PendingImport"
        return "Enabled" if self.enabled else "Disabled"

    @property
    def symmetric(self) -> bool:
        """True for a symmetric encryption key (not for HMAC keys)."""
        return self.spec == "SYMMETRIC_DEFAULT"

    @property
    def asymmetric(self) -> bool:
        """True for a key pair."""
        return not self.symmetric and self.usage != "GENERATE_VERIFY_MAC"

    @property
    def material_size(self) -> int:
        """Bytes of a symmetric or HMAC key's material; the latter is as long as its digest (KMS
        Developer Guide, "HMAC keys")."""
        return 32 if self.symmetric else int(self.spec.split("_")[1]) // 8

    @property
    def lacks_material(self) -> bool:
        """True for a key that waits for its material from outside."""
        return self.origin == "EXTERNAL" and (self.imported is None or not self.imported.held)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The algorithms that the key works with."""
        return SPECS[self.spec][self.usage]

    def require_usable(self) -> None:
        """Refuse work on a key that is disabled, pending deletion or pending import (A22, H83).

        Raises:
            AwsError: ``DisabledException`` or ``KMSInvalidStateException``.
        """
        self.require_material()
        if not self.enabled:
            raise AwsError("DisabledException", f"{self.arn} is disabled.")

    def require_not_pending(self) -> None:
        """Refuse a change to a key that is pending deletion (A22).

        Raises:
            AwsError: ``KMSInvalidStateException``.
        """
        if self.deletion_date is not None:
            raise AwsError("KMSInvalidStateException", f"{self.arn} is pending deletion.")

    def require_material(self) -> None:
        """Refuse to switch a key that is pending deletion or pending import (A22, H83).

        Raises:
            AwsError: ``KMSInvalidStateException``.
        """
        self.require_not_pending()
        if self.lacks_material:
            raise AwsError("KMSInvalidStateException", f"{self.arn} is pending import.")

    def metadata(self) -> dict[str, Any]:
        """``KeyMetadata`` (A2)."""
        result: dict[str, Any] = {
            "AWSAccountId": self.account,
            "KeyId": self.key_id,
            "Arn": self.arn,
            "CreationDate": self.created,
            "Enabled": self.key_state == "Enabled",
            "Description": self.description,
            "KeyUsage": self.usage,
            "KeyState": self.key_state,
            "Origin": self.origin,
            "KeyManager": self.key_manager,
            "CustomerMasterKeySpec": self.spec,
            "KeySpec": self.spec,
            ALGORITHM_MEMBERS[self.usage]: list(self.algorithms),
            "MultiRegion": self.multi_region,
        }
        if self.deletion_date is not None:
            result["DeletionDate"] = self.deletion_date
        if self.imported is not None and self.imported.held:
            result |= self.expiration()
        if self.symmetric and self.materials:
            result["CurrentKeyMaterialId"] = self.materials[-1].material_id
        if self.multi_region:
            result["MultiRegionConfiguration"] = {
                "MultiRegionKeyType": "PRIMARY",
                "PrimaryKey": {"Arn": self.arn, "Region": self.region},
                "ReplicaKeys": [],
            }
        return result

    def expiration(self) -> dict[str, Any]:
        """When imported material expires, as KeyMetadata and ListKeyRotations show it."""
        if self.imported is None or self.imported.expires is None:
            return {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        return {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": self.imported.expires}
