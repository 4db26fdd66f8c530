"""DynamoDB and its Streams as the gate sees them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ...errors import SandboxError
from ...gate import Gate
from ...moto import arithmetic as moto_arithmetic
from ...moto import comparisons as moto_comparisons
from ...moto import dynamodb as moto_dynamodb
from ...moto import pages as moto_pages
from ...moto import projections as moto_projections
from ...moto import streams as moto_streams
from ...moto.hooks import Hooks
from ...requests import shapes
from ...requests.calls import Call, Forwarded, Permission
from ..kms import Kms
from .at_rest import AtRest
from .checks import paths_of, require_members, require_shape, total
from .comparison import begins_with, contains, ordered, same, size
from .operations import OPERATIONS, REFUSED, STREAM_OPERATIONS, Operation
from .rows import rows_of
from .stream_reading import require_readable
from .table_keys import TableKeys
from .tables import Tables

#: Operations that change nothing.
_READS = ("Describe", "List", "Get")


class DynamoDB:
    """DynamoDB of all accounts and Regions."""

    def __init__(self, gate: Gate, hooks: Hooks, kms: Kms) -> None:
        self.tables = Tables(gate, hooks, TableKeys(gate, kms))
        moto_dynamodb.narrow_queries(hooks)
        moto_pages.end_at_limits(hooks)
        moto_dynamodb.limit_items(hooks)
        moto_dynamodb.cancel_transactions(hooks)
        moto_dynamodb.refuse_wrong_paths(hooks)
        moto_streams.record_as_aws(hooks)
        rules = moto_comparisons.Rules(same, ordered, begins_with, contains, size)
        moto_comparisons.compare_by(hooks, rules)
        moto_projections.project_by(hooks, paths_of)
        moto_arithmetic.calculate_by(hooks, total)

    def permissions(self, call: Call) -> Iterable[Permission]:
        """What must be allowed before the call may act.

        Raises:
            AwsError: the request has the wrong form, or asks for what the sandbox has not.
        """
        operation = OPERATIONS[call.operation]
        if operation.data:
            require_members(call)
        elif operation.key != REFUSED:
            require_shape(call)
        try:
            return operation.permissions(call)
        except (AttributeError, TypeError):
            # What no SDK sends: a member of the wrong type.
            shapes.read_params("dynamodb", call.operation, call.params)
            raise

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        """Do it; data requests with the table key that KMS gives this caller.

        Raises:
            AwsError: as DynamoDB refuses it.
        """
        operation = OPERATIONS[call.operation]
        answer = _act(operation, self.tables, call)
        if operation.data or answer.status != 200 or call.operation.startswith(_READS):
            return answer
        # CloudTrail shows what a change of a table answered (H30); of items it shows nothing.
        result: dict[str, Any] = json.loads(answer.body or "{}")
        return result

    def at_rest(self, table_name: str, account: str, region: str) -> AtRest:
        """What is stored of a table.

        Raises:
            SandboxError: there is no such table.
        """
        state = self.tables.states.by_address.get((account, region, table_name))
        if state is None:
            raise SandboxError(
                f"There is no table `{table_name}` in account {account}; "
                "give the name of a table that was created."
            )
        rows = rows_of(moto_dynamodb.dynamodb(account, region).tables[table_name])
        key = state.key
        blobs = tuple(rows.all_blobs())
        return AtRest(table_name, key.key_arn, key.context, key.blob, rows.encrypted_key, blobs)

    def age(self) -> None:
        """Time has moved: finish what was in transition, notice keys that cannot be used."""
        self.tables.states.age()


class Streams:
    """DynamoDB Streams."""

    def __init__(self, dynamodb: DynamoDB) -> None:
        self._tables = dynamodb.tables

    def permissions(self, call: Call) -> Iterable[Permission]:
        """What must be allowed before the call may act; raises as DynamoDB's."""
        require_readable(call)
        return STREAM_OPERATIONS[call.operation].permissions(call)

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        """Do it; GetRecords asks KMS as a read of the table does."""
        return _act(STREAM_OPERATIONS[call.operation], self._tables, call)


def _act(operation: Operation, tables: Tables, call: Call) -> Forwarded:
    try:
        return operation.act(tables, call)
    finally:
        if operation.data:
            # The audit trail keeps the call: no attribute value may live on in it.
            call.params = {k: v for k, v in call.params.items() if k in ("TableName", "IndexName")}
            call.request = None
