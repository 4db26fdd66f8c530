"""All that KMS has, of every account and Region: keys, aliases, grant tokens, key material."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from ...errors import AwsError
from ...gate import Gate
from .crypto import IV_BYTES, REFERENCE_BYTES, reference_of
from .identifiers import ARN, KEY_ID, not_found
from .key import Key, KeyMaterial
from .key_grants import KeyGrant
from .policies import KeyPolicy


@dataclass(slots=True, eq=False)
class Alias:
    """A name for a key."""

    name: str
    account: str
    region: str
    target: Key
    created: datetime.datetime
    updated: datetime.datetime

    @property
    def arn(self) -> str:
        """The alias ARN."""
        return f"arn:aws:kms:{self.region}:{self.account}:{self.name}"


class Inventory:
    """The keys, aliases and grants of every account and Region, and the look-up of each."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.entropy = gate.entropy
        self.clock = gate.clock
        self._keys: dict[tuple[str, str], dict[str, Key]] = {}
        self._aliases: dict[tuple[str, str], dict[str, Alias]] = {}
        #: Reference in a ciphertext -> the key and the material; None once destroyed.
        self.materials: dict[bytes, tuple[Key, KeyMaterial] | None] = {}
        #: Grant token -> key and grant.
        self.tokens: dict[str, tuple[Key, KeyGrant]] = {}
        #: Region and retiring principal -> grants, for ListRetirableGrants.
        self.retirable: dict[tuple[str, str], dict[str, tuple[Key, KeyGrant]]] = {}
        self._serial = 0

    def holdings(self) -> dict[str, dict[Any, Any]]:
        """All of it by name, to be saved."""
        return {
            "keys": self._keys,
            "aliases": self._aliases,
            "key material": self.materials,
            "grant tokens": self.tokens,
            "grants to retire": self.retirable,
        }

    def resume(self) -> None:
        """It was loaded: go on with the numbers where they ended."""
        grants = (grant for key in self.all_keys() for grant in key.grants.by_id.values())
        used = [key.serial for key in self.all_keys()] + [grant.serial for grant in grants]
        self._serial = max(used, default=0)

    def next_serial(self) -> int:
        """A number that grows: the order in which things were made."""
        self._serial += 1
        return self._serial

    def keys(self, account: str, region: str) -> dict[str, Key]:
        """The keys of an account in a Region, by key ID."""
        return self._keys.setdefault((account, region), {})

    def all_keys(self) -> list[Key]:
        """The keys of all accounts and Regions."""
        return [key for keys in self._keys.values() for key in keys.values()]

    def aliases(self, account: str, region: str) -> dict[str, Alias]:
        """The aliases of an account in a Region, by name."""
        return self._aliases.setdefault((account, region), {})

    def _new_id(self, multi_region: bool) -> str:
        key_id = self.entropy.uuid("kms/key")
        return "mrk-" + key_id.replace("-", "") if multi_region else key_id

    def add_key(
        self,
        account: str,
        region: str,
        spec: str,
        usage: str,
        policy: KeyPolicy,
        *,
        description: str = "",
        key_manager: str = "CUSTOMER",
        multi_region: bool = False,
        tags: dict[str, str] | None = None,
        origin: str = "AWS_KMS",
    ) -> Key:
        """Make a key, with material if KMS makes it and it is not a key pair."""
        now = self.clock.now()
        key = Key(
            account,
            region,
            self._new_id(multi_region),
            spec,
            usage,
            now,
            policy,
            self.next_serial(),
            description,
            key_manager,
            multi_region,
            tags or {},
            origin=origin,
        )
        if origin == "AWS_KMS" and not key.asymmetric:
            self.add_material(key, now)
        self.keys(account, region)[key.key_id] = key
        return key

    def add_material(self, key: Key, created: datetime.datetime, rotation_type: str = "") -> None:
        """Give a key new material; what it had stays, to decrypt."""
        material_id = self.entropy.hex(64, "kms/material-id")
        reference = self.entropy.bytes(REFERENCE_BYTES, "kms/reference")
        secret = self.entropy.bytes(key.material_size, "kms/material")
        self._keep(key, KeyMaterial(material_id, reference, secret, created, rotation_type))

    def keep_imported(self, key: Key, material_id: str, secret: bytes) -> None:
        """Give a symmetric or HMAC key its material from outside, or give it back."""
        if key.materials:
            key.materials[-1].secret = secret
            return
        reference = self.entropy.bytes(REFERENCE_BYTES, "kms/reference")
        self._keep(key, KeyMaterial(material_id, reference, secret, self.clock.now()))

    def _keep(self, key: Key, material: KeyMaterial) -> None:
        key.materials.append(material)
        if key.symmetric:
            self.materials[material.reference] = (key, material)

    def destroy(self, key: Key) -> None:
        """End a key: its material, its aliases and its grants go (A25)."""
        for material in key.materials:
            self.materials[material.reference] = None
        key.materials, key.private_key = [], None
        for name in key.aliases:
            del self.aliases(key.account, key.region)[name]
        key.aliases.clear()
        for grant in list(key.grants.by_id.values()):
            self.drop_grant(key, grant)
        del self.keys(key.account, key.region)[key.key_id]

    def drop_grant(self, key: Key, grant: KeyGrant) -> None:
        """Forget a grant and its tokens."""
        key.grants.remove(grant)
        for token in grant.tokens:
            del self.tokens[token]
        if grant.retiring:
            del self.retirable[key.region, grant.retiring][grant.grant_id]

    def iv(self) -> bytes:
        """A new initialization vector."""
        return self.entropy.bytes(IV_BYTES, "kms/iv")

    def later(self, days: int) -> datetime.datetime:
        """The moment some days from now, or the end of the calendar."""
        return after(self.clock.now(), days)

    def find(self, key_id: str, account: str, region: str, *, aliases: bool) -> Key:
        """The key that a key ID, key ARN, alias name or alias ARN names (A4).

        Args:
            aliases: False for management operations, which take a key ID or key ARN only.

        Raises:
            AwsError: ``NotFoundException`` in one of its four wordings (A8).
        """
        match = ARN.fullmatch(key_id)
        if match is not None:
            there, account, name = match.groups()
            if there != region:
                raise not_found(f"Invalid arn {there}")
            name = name.removeprefix("key/")
        else:
            name = key_id
        if name.startswith("alias/") and aliases:
            return self.find_alias(name, account, region).target
        if not KEY_ID.fullmatch(name):
            raise not_found(f"Invalid keyId '{key_id}'")
        key = self.keys(account, region).get(name)
        if key is None:
            raise not_found(f"Key 'arn:aws:kms:{region}:{account}:key/{name}' does not exist")
        return key

    def find_alias(self, name: str, account: str, region: str) -> Alias:
        """An alias by its name.

        Raises:
            AwsError: ``NotFoundException`` (A8).
        """
        alias = self.aliases(account, region).get(name)
        if alias is None:
            raise not_found(f"Alias arn:aws:kms:{region}:{account}:{name} is not found.")
        return alias

    def material_of(self, blob: bytes, region: str) -> tuple[Key, KeyMaterial] | None:
        """The key and the material that made a ciphertext; None if it names none.

        Raises:
            AwsError: ``AccessDeniedException`` if the key is gone or in another Region
                (C14).
        """
        reference = reference_of(blob)
        if reference not in self.materials:
            return None
        found = self.materials[reference]
        if found is None or found[0].region != region:
            raise AwsError("AccessDeniedException", _UNKNOWN_KEY)
        return found


#: The last day that a client in any time zone can still read.
_CALENDAR_END = datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC)
_UNKNOWN_KEY = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)


def after(start: datetime.datetime, days: int) -> datetime.datetime:
    """``days`` later. Python's calendar goes a year further than the sandbox's clock, and the
    longest wait is a rotation's, of 2,560 days: that one may end with Python's."""
    try:
        return start + datetime.timedelta(days=days)
    except OverflowError:
        return _CALENDAR_END
