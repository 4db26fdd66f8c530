"""The three encryption options of a table, and changing from one to another.

B2, B6-B11; messages as recorded there.
"""

from __future__ import annotations

import datetime
from typing import Any

from ...errors import AwsError, validation
from ...requests.calls import Call, Forwarded
from .answers import edited
from .table_keys import MANAGED_ALIAS
from .table_states import Switch, TableState
from .tables import Tables

_INVALID = "One or more parameter values were invalid: "
_DAY = datetime.timedelta(hours=24)
_PAUSE = datetime.timedelta(seconds=21600)
_QUOTA = 4


def wanted_key(specification: dict[str, Any] | None) -> str | None:
    """The KMS key that an SSESpecification asks for, as it names it; None for a key owned by AWS.

    Raises:
        AwsError: the members do not go together (B6).
    """
    asked = specification or {}
    enabled, kind, key = (asked.get(m) for m in ("Enabled", "SSEType", "KMSMasterKeyId"))
    if key == "":
        raise validation(
            "1 validation error detected: Value '' at 'sSESpecification.kMSMasterKeyId' failed "
            "to satisfy constraint: Member must have length greater than or equal to 1"
        )
    if enabled is False and (kind or key):
        member = "SSEType" if kind else "KMSMasterKeyId"
        raise validation(f"{_INVALID}{member} can not be specified if Enabled is false")
    if kind == "AES256":
        raise validation(f"{_INVALID}SSEType AES256 is not supported")
    if key and not kind:
        raise validation(f"{_INVALID}SSEType KMS is required if KMSMasterKeyId is specified")
    return key or (MANAGED_ALIAS if enabled or kind else None)


def change(tables: Tables, call: Call, name: str) -> Forwarded:
    """UpdateTable with an SSESpecification.

    Raises:
        AwsError: the request, the quota, or a KMS key stands against it.
    """
    asked = wanted_key(call.params["SSESpecification"])
    if set(call.params) - {"TableName", "SSESpecification"}:
        raise validation(
            f"{_INVALID}Server-Side Encryption modification must be the only operation in the "
            "request"
        )
    state = tables.find(call, name)
    if state is None:
        return tables.moto.forward(call)  # moto says that there is no such table.
    tables.states.settle(state)
    tables.states.require_live(state)
    require_at_rest(state)
    _require_another(tables, call, state, asked)
    now = tables.now()
    if asked is not None:  # Back to a key owned by AWS is always allowed (B11).
        _require_quota(state, now)
    old = state.key
    tables.change_key(call, state, asked)
    state.switch = Switch(old, now)
    state.changes.append(now)
    answer = tables.moto.forward(call, {"TableName": name})
    return edited(answer, lambda body: state.describe(body["TableDescription"], now))


def require_at_rest(state: TableState) -> None:
    """Refuse while a change is under way (B8).

    Raises:
        AwsError: ``ResourceInUseException``.
    """
    if state.switch is not None:
        text = (
            "Attempt to change a resource which is still in use: Table: "
            f"{state.key.table_name} is in the process of being updated."
        )
        raise AwsError("ResourceInUseException", text)


def _require_another(tables: Tables, call: Call, state: TableState, asked: str | None) -> None:
    """B10: the same key named by its ARN is refused, by an alias or its id it is used anew."""
    held = state.key.key_arn
    if asked is None and held is None:
        raise validation(f"{_INVALID}Table is already encrypted by default")
    # That {"Enabled": true} on a table under aws/dynamodb is refused likewise is the sandbox's
    # assumption.
    implied = asked == MANAGED_ALIAS and "KMSMasterKeyId" not in call.params["SSESpecification"]
    if asked == held or (implied and tables.keys.is_managed(state.key)):
        raise validation(
            f"{_INVALID}Table is already encrypted with given KMSMasterKeyId. Use "
            "KMSMasterKeyId parameter if you want to change Master Key"
        )


def _require_quota(state: TableState, now: datetime.datetime) -> None:
    """Four changes in 24 hours, then one in six hours (B11)."""
    today = [change for change in state.changes if change > now - _DAY]
    if len(today) < _QUOTA or now - today[-1] >= _PAUSE:
        return
    raise AwsError(
        "LimitExceededException",
        "Subscriber limit exceeded: Encryption mode changes are limited in the 24h window "
        f"ending at {_stamp(today[0] + _DAY)}. After the first {_QUOTA} change, each subsequent "
        f"change in the same window can be performed at most once every {_PAUSE.seconds} "
        f"seconds. Number of updates today: {len(today)}. Last change at {_stamp(today[-1])}",
    )


def _stamp(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
