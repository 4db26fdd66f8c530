"""Requests that make and change tables: capacity, and the keys of replicas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....errors import validation
from ....requests.calls import Call
from ..table_states import TableState

_INVALID = "One or more parameter values were invalid: "
_ON_DEMAND = "PAY_PER_REQUEST"


def require_billing(params: Mapping[str, Any]) -> None:
    """Refuse capacity for a table on demand. The text for a table is AWS's, that for an index is
    the sandbox's assumption (H25).

    Raises:
        AwsError: ``ValidationException``.
    """
    if params.get("BillingMode") != _ON_DEMAND:
        return
    text = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified {}when BillingMode "
    if params.get("ProvisionedThroughput"):
        raise validation(_INVALID + text.format("") + f"is {_ON_DEMAND}")
    for index in params.get("GlobalSecondaryIndexes") or ():
        if index.get("ProvisionedThroughput"):
            where = f"for index: {index['IndexName']} "
            raise validation(_INVALID + text.format(where) + f"is {_ON_DEMAND}")


def require_replicas_keys(call: Call, state: TableState | None) -> None:
    """Refuse new replicas without a key, of a table under a customer managed key (H29). The
    sandbox has no replicas otherwise.

    Raises:
        AwsError: ``ValidationException``.
    """
    made = [one["Create"] for one in call.params.get("ReplicaUpdates") or () if "Create" in one]
    under_key = state is not None and state.key.key_arn is not None
    if under_key and any("KMSMasterKeyId" not in replica for replica in made):
        raise validation(f"{_INVALID}KMSMasterKeyId must be specified for each replica.")
