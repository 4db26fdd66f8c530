"""Table keys: one per table, wrapped by a KMS key or by a key that AWS owns.

DynamoDB asks KMS as the principal that asked DynamoDB (B16), and works in its
own name under its two grants (B14). KMS's refusals reach the caller wrapped (C19).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...errors import AwsError
from ...gate import Gate, service_principal
from ...requests.calls import Call, Caller
from ..kms import Kms
from ..kms.key import Key
from .data_keys import IV_BYTES, KEY_BYTES, TableKey

SERVICE = "dynamodb.amazonaws.com"
MANAGED_ALIAS = "alias/aws/dynamodb"
#: How long a plaintext table key serves its caller, counted from KMS's last answer and not
#: extended by use: the sandbox's assumption (B18, G8).
KEPT = datetime.timedelta(minutes=5)
#: What DynamoDB grants itself (B14).
GRANT_OPERATIONS = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "DescribeKey",
)
#: KMS's error code -> prefix, Java class, DynamoDB's own code and status (C19). That today's
#: denial of kms:Decrypt reads so as a whole is the sandbox's assumption (C1, G1): each part of it
#: was recorded, the whole was not.
_WRAPPED = {
    "AccessDeniedException": ("access denied", "AWSKMSException", "AccessDeniedException"),
    "DisabledException": ("disabled", "DisabledException", "ValidationException"),
    "KMSInvalidStateException": ("", "KMSInvalidStateException", "ValidationException"),
    "NotFoundException": ("", "NotFoundException", "ValidationException"),
}


#: Account, Region, name. (AWS's TableId is another thing: it tells a table from a later one of
#: the same name.)
TableAddress = tuple[str, str, str]


@dataclass(slots=True, eq=False)
class WrappedKey:
    """A wrapped table key and what it takes to unwrap it.

    Attributes:
        table_id: the table that the key belongs to.
        key_arn: the KMS key; None for a key owned by AWS.
        blob: the wrapped table key.
        grants: ids of DynamoDB's grants on the KMS key.
    """

    account: str
    region: str
    table_name: str
    table_id: str
    key_arn: str | None
    blob: bytes
    grants: list[str] = field(default_factory=list)

    @property
    def address(self) -> TableAddress:
        """Which table it is of."""
        return self.account, self.region, self.table_name

    @property
    def context(self) -> dict[str, str]:
        """The encryption context of every call for this table (B15)."""
        return encryption_context(self.table_name, self.account)


def encryption_context(table_name: str, account: str) -> dict[str, str]:
    """The encryption context of a table (B15)."""
    return {
        "aws:dynamodb:tableName": table_name,
        "aws:dynamodb:subscriberId": account,
    }


class TableKeys:
    """Makes, wraps and unwraps table keys."""

    def __init__(self, gate: Gate, kms: Kms) -> None:
        self._gate = gate
        self._kms = kms
        #: Account and Region -> the key that AWS owns there.
        self.owned: dict[tuple[str, str], TableKey] = {}
        #: Caller's ARN and unique id, wrapped key -> plaintext key and when it is dropped.
        self._kept: dict[tuple[str, str, bytes], tuple[TableKey, datetime.datetime]] = {}

    def create(self, call: Call, name: str, key_id: str | None) -> tuple[WrappedKey, TableKey]:
        """A table key for a new table.

        Args:
            key_id: the KMS key, as the request names it; None for a key owned by AWS.

        Raises:
            AwsError: KMS refuses; nothing is left then.
        """
        table_id = self._gate.entropy.uuid("dynamodb/table")
        wrapped = WrappedKey(call.account, call.region, name, table_id, None, b"")
        return wrapped, self._make(call, wrapped, key_id)

    def replace(
        self,
        call: Call,
        old: WrappedKey,
        key_id: str | None,
        check: Callable[[TableKey], None],
    ) -> tuple[WrappedKey, TableKey, TableKey]:
        """A new table key under another KMS key, or under one owned by AWS (B17); with it the
        plaintext of the old one and of the new one.

        Args:
            check: sees whether the old one serves, before there is a new one.

        The old KMS key is asked as the caller, so who may not use it cannot strip it from a
        table: the sandbox's assumption (G4), in line with what was seen live:
        a disabled old key stops the change (B22), revoked grants do not (B23).

        Raises:
            AwsError: either KMS key refuses, or ``check`` does; the table is as it was.
        """
        wrapped = WrappedKey(old.account, old.region, old.table_name, old.table_id, None, b"")
        opened: list[TableKey] = []

        def open_old() -> None:
            opened.append(self.decrypt(call, old))
            check(opened[0])

        new = self._make(call, wrapped, key_id, open_old)
        return wrapped, opened[0], new

    def _make(
        self,
        call: Call,
        wrapped: WrappedKey,
        key_id: str | None,
        first: Callable[[], None] = lambda: None,
    ) -> TableKey:
        """Fill in a wrapped key.

        Args:
            first: what must succeed before a key is made.
        """
        if key_id is None:
            first()
            secret = self._gate.entropy.bytes(KEY_BYTES, "dynamodb/table-key")
            iv = self._gate.entropy.bytes(IV_BYTES, "dynamodb/owned-iv")
            wrapped.blob = self._owned_key(wrapped).seal(iv, secret, wrapped.table_id.encode())
            return TableKey(secret)
        about = self._as_caller(call, "DescribeKey", {"KeyId": key_id})
        wrapped.key_arn = about["KeyMetadata"]["Arn"]
        try:
            self._take_grants(call, wrapped)
            first()
            made = self._as_service(wrapped, "GenerateDataKey", {"KeySpec": "AES_256"})
        except AwsError:
            self.retire(wrapped)
            raise
        wrapped.blob = made["CiphertextBlob"]
        return TableKey(made["Plaintext"])

    def _take_grants(self, call: Call, wrapped: WrappedKey) -> None:
        """Grant DynamoDB the use of a KMS key, as the caller (B14). That kms:DescribeKey and
        kms:CreateGrant are all that the caller is asked for, of what AWS's documents name (B13),
        is the sandbox's assumption."""
        service = _regional(wrapped.region)
        grant = {
            "KeyId": wrapped.key_arn,
            "GranteePrincipal": service,
            "RetiringPrincipal": service,
            "Operations": list(GRANT_OPERATIONS),
            "Constraints": {"EncryptionContextSubset": wrapped.context},
        }
        for _ in range(2):
            wrapped.grants.append(self._as_caller(call, "CreateGrant", grant)["GrantId"])

    def unlock(self, call: Call, wrapped: WrappedKey) -> TableKey:
        """The plaintext table key, for this caller.

        Raises:
            AwsError: KMS refuses the caller, or DynamoDB's own use of the key.
        """
        if wrapped.key_arn is None:
            return self._unwrap_owned(wrapped)
        caller = call.caller
        # Sessions of one name may differ in their session policies: each has its own.
        who = caller.access_key_id if caller.session_issued else caller.user_id
        owner = (caller.arn, who, wrapped.blob)
        kept = self._kept.get(owner)
        now = self._gate.clock.now()
        if kept is not None and kept[1] > now:
            return kept[0]
        self.forget_expired()
        key = self.decrypt(call, wrapped)
        self._require_grant(wrapped)
        self._kept[owner] = key, self._gate.clock.now() + KEPT
        return key

    def decrypt(self, call: Call, wrapped: WrappedKey) -> TableKey:
        """The plaintext table key as KMS gives it to the caller now, past what is kept.

        Raises:
            AwsError: KMS refuses the caller.
        """
        if wrapped.key_arn is None:
            return self._unwrap_owned(wrapped)
        asked = {"CiphertextBlob": wrapped.blob, "EncryptionContext": wrapped.context}
        return TableKey(self._as_caller(call, "Decrypt", asked)["Plaintext"])

    def decrypt_as_service(self, wrapped: WrappedKey) -> TableKey | None:
        """The plaintext table key for work that DynamoDB does in its own name, under its grants
        (B14); None while it cannot use the KMS key."""
        if wrapped.key_arn is None:
            return self._unwrap_owned(wrapped)
        try:
            asked = {"CiphertextBlob": wrapped.blob}
            return TableKey(self._as_service(wrapped, "Decrypt", asked)["Plaintext"])
        except AwsError:
            return None

    def _require_grant(self, wrapped: WrappedKey) -> None:
        """Without its grants DynamoDB cannot use the key (B21); the code is
        AWS's, that the text is KMS's of C2 is the sandbox's assumption."""
        if not self.granted(wrapped):
            refusal = self._wrap(AwsError("AccessDeniedException", _NOT_ALLOWED))
            raise AwsError("ValidationException", refusal.message)

    def granted(self, wrapped: WrappedKey) -> bool:
        """True while a grant for DynamoDB is left on the KMS key."""
        key = self._find(wrapped)
        return key is not None and any(grant in key.grants.by_id for grant in wrapped.grants)

    def usable(self, wrapped: WrappedKey) -> bool:
        """Whether DynamoDB can use the key; asks nobody's leave and leaves no trace."""
        if wrapped.key_arn is None:
            return True
        key = self._find(wrapped)
        return key is not None and key.key_state == "Enabled" and self.granted(wrapped)

    def is_managed(self, wrapped: WrappedKey) -> bool:
        """True if the key is the AWS managed key."""
        key = self._find(wrapped)
        return key is not None and key.key_manager == "AWS"

    def _find(self, wrapped: WrappedKey) -> Key | None:
        try:
            return self._kms.find(wrapped.key_arn or "", wrapped.account, wrapped.region)
        except AwsError:
            return None

    def retire(self, wrapped: WrappedKey) -> None:
        """DynamoDB gives its grants back (B14 says so of a deleted table; for one
        that has moved to another key it is the sandbox's assumption)."""
        for grant in wrapped.grants if wrapped.key_arn else ():
            key = self._find(wrapped)
            if key is not None and grant in key.grants.by_id:
                self._as_service(wrapped, "RetireGrant", {"GrantId": grant}, context=False)
        wrapped.grants.clear()
        self._kept = {one: kept for one, kept in self._kept.items() if one[2] != wrapped.blob}

    def forget_expired(self) -> None:
        """Drop the plaintext table keys that are due."""
        now = self._gate.clock.now()
        self._kept = {one: kept for one, kept in self._kept.items() if kept[1] > now}

    def _as_caller(self, call: Call, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        return self._ask(call, operation, params, None)

    def _as_service(
        self, wrapped: WrappedKey, operation: str, params: dict[str, Any], context: bool = True
    ) -> dict[str, Any]:
        """Ask KMS in DynamoDB's own name."""
        caller = service_principal(_regional(wrapped.region), wrapped.account)
        now = self._gate.clock.now()
        call = Call("dynamodb", "", {}, caller, wrapped.account, wrapped.region, "", now)
        if "CiphertextBlob" not in params:  # That says itself which key it is under.
            params = {"KeyId": wrapped.key_arn, **params}
        if context:
            params["EncryptionContext"] = wrapped.context
        return self._ask(call, operation, params, caller)

    def _ask(
        self, call: Call, operation: str, params: dict[str, Any], caller: Caller | None
    ) -> dict[str, Any]:
        try:
            return self._gate.call_for(call, "kms", operation, params, via=SERVICE, caller=caller)
        except AwsError as error:
            raise self._wrap(error) from error

    def _wrap(self, error: AwsError) -> AwsError:
        what, java, code = _WRAPPED.get(error.code, ("", "AWSKMSException", ""))
        request_id = error.request_id or self._gate.entropy.uuid("request")
        prefix = f"KMS key {what} error" if what else "KMS validation error"
        text = (
            f"{prefix if code else 'KMS internal error'}: com.amazonaws.services.kms.model."
            f"{java}: {error.message} (Service: AWSKMS; Status Code: 400; Error Code: "
            f"{error.code}; Request ID: {request_id}; Proxy: null)"
        )
        if not code:
            return AwsError("InternalServerError", text, 500)
        return AwsError(code, text)

    def _owned_key(self, wrapped: WrappedKey) -> TableKey:
        """A key owned by AWS: in no account, so nobody can see, use or disable it (B5)."""
        owner = wrapped.account, wrapped.region
        if owner not in self.owned:
            secret = self._gate.entropy.bytes(KEY_BYTES, "dynamodb/owned-key")
            self.owned[owner] = TableKey(secret)
        return self.owned[owner]

    def _unwrap_owned(self, wrapped: WrappedKey) -> TableKey:
        owned = self._owned_key(wrapped)
        return TableKey(owned.open(wrapped.blob, wrapped.table_id.encode()))


def _regional(region: str) -> str:
    return f"dynamodb.{region}.amazonaws.com"


_NOT_ALLOWED = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this "
    "region, or you are not allowed to access."
)
