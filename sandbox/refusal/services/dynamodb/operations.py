"""Every operation of DynamoDB and its Streams: what it needs of IAM, and whether it asks KMS.

``ASKS_KMS`` and ``NO_KEY`` follow B26; what is ``REFUSED`` moto lacks, or would
need a service that the sandbox lacks.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ...errors import not_in_sandbox
from ...requests.calls import Call, ContextValue, Forwarded, Permission
from . import access, lifecycle, partiql, resource_policies, stream_reading, tags, updates
from .access import Access
from .checks import require_expressions, require_request, write_anew, write_plainly
from .resources import arn, permission, resource_table, table_name
from .tables import Tables

ASKS_KMS = "asks KMS"
NO_KEY = "needs no key"
REFUSED = "not in the sandbox"


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table of operations."""

    key: str
    permissions: Callable[[Call], Iterable[Permission]]
    act: Callable[[Tables, Call], Forwarded]
    #: A data request: its members are attribute values, which moto validates.
    data: bool = False
    #: The tables of a data request.
    tables: Callable[[Call], list[str]] = access.one_table


def _permissions(accesses: Callable[[Call], list[Access]]) -> Callable[[Call], list[Permission]]:
    def permissions(call: Call) -> list[Permission]:
        return [
            permission(
                call, a.action, a.table, f"/index/{a.index}" if a.index else "", a.context, a.part
            )
            for a in accesses(call)
        ]

    return permissions


def _data(
    accesses: Callable[[Call], list[Access]],
    tables_of: Callable[[Call], list[str]] = access.one_table,
    *,
    writes: bool = False,
    ask: Callable[[Tables, Call, list[str]], Forwarded] | None = None,
) -> Operation:
    """Requests for rows.

    Args:
        accesses: what they do, for IAM.
        tables_of: the tables that they touch.
        writes: whether they change rows.
        ask: how moto is asked, where it is not asked simply.
    """

    def act(tables: Tables, call: Call) -> Forwarded:
        require_expressions(call)
        require_request(call)
        write_plainly(call)
        write_anew(call)
        if ask is not None:
            return ask(tables, call, tables_of(call))
        return tables.moto.with_rows(call, tables_of(call), writes=writes)

    return Operation(ASKS_KMS, _permissions(accesses), act, True, tables_of)


def _once(operation: Operation) -> Operation:
    """A transaction, done once for its token. Who repeats it needs all that he needed for it."""

    def act(tables: Tables, call: Call) -> Forwarded:
        if tables.tokens.seen(call):
            with tables.moto.opened(call, operation.tables(call)):
                return _as_text({})
        answer = operation.act(tables, call)
        if answer.status == 200:
            tables.tokens.keep(call)
        return answer

    return dataclasses.replace(operation, act=act)


def _as_text(body: dict[str, Any]) -> Forwarded:
    """An answer as text: the audit trail keeps results that are none."""
    return Forwarded(200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(body))


def _partiql(execute: Callable[[Tables, Call], dict[str, Any]]) -> Operation:
    """Statements; the answer goes out as text, since the audit trail keeps results."""

    def act(tables: Tables, call: Call) -> Forwarded:
        return _as_text(execute(tables, call))

    return Operation(ASKS_KMS, _permissions(partiql.accesses), act, True, partiql.tables)


def _forward(tables: Tables, call: Call) -> Forwarded:
    return tables.moto.forward(call)


def _on_table(
    act: Callable[[Tables, Call], Forwarded] = _forward,
    key: str = NO_KEY,
    member: str = "TableName",
) -> Operation:
    """An operation on the table that a member of the request names."""

    def permissions(call: Call) -> list[Permission]:
        tags = call.params.get("Tags") or ()
        context: dict[str, ContextValue] = {f"aws:RequestTag/{t['Key']}": t["Value"] for t in tags}
        if keys := [t["Key"] for t in tags] or call.params.get("TagKeys"):
            context["aws:TagKeys"] = keys
        by_arn = member == "ResourceArn"
        name = resource_table(call) if by_arn else table_name(call, call.params[member])
        return [permission(call, call.operation, name, context=context)]

    return Operation(key, permissions, act)


def _on_existing(
    act: Callable[[Tables, Call], Forwarded] = _forward,
    key: str = NO_KEY,
    member: str = "TableName",
) -> Operation:
    """The same, of which moto does not say well that there is no such table."""

    def on_existing(tables: Tables, call: Call) -> Forwarded:
        lifecycle.existing(tables, call, member)
        return act(tables, call)

    return _on_table(on_existing, key, member)


def _on_policy(act: Callable[[Tables, Call], Forwarded] = _forward) -> Operation:
    """An operation on the resource-based policy of a table."""
    on_table = _on_table(act, member="ResourceArn")

    def permissions(call: Call) -> Iterable[Permission]:
        resource_policies.refuse_stream(call)
        return on_table.permissions(call)

    return dataclasses.replace(on_table, permissions=permissions)


def _creates(call: Call) -> list[Permission]:
    """CreateTable; with tags or a policy it needs what adding them later needs."""
    found = list(_on_table().permissions(call))
    name = table_name(call, call.params["TableName"])
    for member, action in (("Tags", "TagResource"), ("ResourcePolicy", "PutResourcePolicy")):
        if call.params.get(member):
            found.append(permission(call, action, name, context=found[0].context))
    return found


def _on_account(act: Callable[[Tables, Call], Forwarded] = _forward, what: str = "*") -> Operation:
    """An operation on no table in particular."""

    def permissions(call: Call) -> list[Permission]:
        return [Permission(call.action, what if what == "*" else arn(call, what))]

    return Operation(NO_KEY, permissions, act)


def _on_backup(act: Callable[[Tables, Call], Forwarded]) -> Operation:
    return Operation(NO_KEY, lambda call: [Permission(call.action, call.params["BackupArn"])], act)


#: What a restore needs on the new table (DynamoDB Developer Guide, "Using IAM with DynamoDB
#: backup and restore").
_RESTORES = ["PutItem", "UpdateItem", "DeleteItem", "GetItem", "Query", "Scan", "BatchWriteItem"]


def _restores(call: Call) -> list[Permission]:
    params = call.params
    if "BackupArn" in params:
        source = Permission(call.action, params["BackupArn"])
    else:
        name = table_name(call, params.get("SourceTableName") or params.get("SourceTableArn"))
        source = permission(call, call.operation, name)
    actions = (call.operation, *_RESTORES)
    return [source, *(permission(call, action, params["TargetTableName"]) for action in actions)]


def _refused(what: str) -> Operation:
    def permissions(call: Call) -> list[Permission]:
        raise not_in_sandbox(what)

    return Operation(REFUSED, permissions, _forward)


def _on_stream(key: str, act: Callable[[Tables, Call], Forwarded]) -> Operation:
    return Operation(
        key, lambda call: [Permission(call.action, stream_reading.stream_of(call))], act
    )


_ITEM_READ = _data(access.one_item)
_ITEM_WRITE = _data(access.one_item, writes=True)
_READ = _data(access.query_or_scan)
_EXPORT = _refused("exports to and imports from Amazon S3")
_GLOBAL = _refused("global tables")
_KINESIS = _refused("Kinesis streaming destinations")
_INSIGHTS = _refused("CloudWatch Contributor Insights")
_BULK = _refused("bulk operations")

OPERATIONS: dict[str, Operation] = {
    "GetItem": _ITEM_READ,
    "PutItem": _ITEM_WRITE,
    "UpdateItem": _data(access.one_item, writes=True, ask=updates.update),
    "DeleteItem": _ITEM_WRITE,
    "Query": _READ,
    "Scan": _READ,
    "BatchGetItem": _data(access.batch, access.batch_tables),
    "BatchWriteItem": _data(access.batch, access.batch_tables, writes=True),
    "TransactGetItems": _data(access.transaction, access.transaction_tables),
    "TransactWriteItems": _once(
        _data(access.transaction, access.transaction_tables, writes=True, ask=updates.transact)
    ),
    "ExecuteStatement": _partiql(partiql.execute),
    "BatchExecuteStatement": _partiql(partiql.batch),
    "ExecuteTransaction": _once(_partiql(partiql.transact)),
    "CreateTable": Operation(ASKS_KMS, _creates, lifecycle.create_table),
    "UpdateTable": _on_table(lifecycle.update_table, ASKS_KMS),
    "DeleteTable": _on_table(lifecycle.delete_table),
    "DescribeTable": _on_table(lifecycle.describe_table),
    "ListTables": _on_account(tags.list_tables, what="table/*"),
    "DescribeLimits": _on_account(),
    "DescribeEndpoints": _on_account(),
    "TagResource": _on_table(tags.tag, member="ResourceArn"),
    "UntagResource": _on_table(tags.untag, member="ResourceArn"),
    "ListTagsOfResource": _on_existing(member="ResourceArn"),
    "PutResourcePolicy": _on_policy(resource_policies.put),
    "GetResourcePolicy": _on_policy(),
    "DeleteResourcePolicy": _on_policy(resource_policies.delete),
    "UpdateTimeToLive": _on_existing(lifecycle.update_time_to_live, ASKS_KMS),
    "DescribeTimeToLive": _on_existing(),
    "UpdateContinuousBackups": _on_table(),
    "DescribeContinuousBackups": _on_table(),
    "CreateBackup": _on_table(lifecycle.create_backup, ASKS_KMS),
    "ListBackups": _on_account(),
    "DescribeBackup": _on_backup(lifecycle.describe_backup),
    "DeleteBackup": _on_backup(lifecycle.delete_backup),
    "RestoreTableFromBackup": Operation(ASKS_KMS, _restores, lifecycle.restore_from_backup),
    "RestoreTableToPointInTime": Operation(ASKS_KMS, _restores, lifecycle.restore_to_point_in_time),
    "ExportTableToPointInTime": _EXPORT,
    "DescribeExport": _EXPORT,
    "ListExports": _EXPORT,
    "ImportTable": _EXPORT,
    "DescribeImport": _EXPORT,
    "ListImports": _EXPORT,
    "CreateGlobalTable": _GLOBAL,
    "DescribeGlobalTable": _GLOBAL,
    "DescribeGlobalTableSettings": _GLOBAL,
    "ListGlobalTables": _GLOBAL,
    "UpdateGlobalTable": _GLOBAL,
    "UpdateGlobalTableSettings": _GLOBAL,
    "DescribeTableReplicaAutoScaling": _GLOBAL,
    "UpdateTableReplicaAutoScaling": _GLOBAL,
    "DescribeKinesisStreamingDestination": _KINESIS,
    "DisableKinesisStreamingDestination": _KINESIS,
    "EnableKinesisStreamingDestination": _KINESIS,
    "UpdateKinesisStreamingDestination": _KINESIS,
    "DescribeContributorInsights": _INSIGHTS,
    "ListContributorInsights": _INSIGHTS,
    "UpdateContributorInsights": _INSIGHTS,
    "StartBulkPutItems": _BULK,
    "DescribeBulkOperation": _BULK,
    "ListBulkOperations": _BULK,
    "CancelBulkOperation": _BULK,
    "SearchVectors": _refused("vector search"),
}

#: DynamoDB Streams.
STREAM_OPERATIONS: dict[str, Operation] = {
    "ListStreams": Operation(
        NO_KEY,
        lambda call: [
            Permission(
                call.action,
                arn(call, f"table/{call.params.get('TableName', '*').rsplit('/')[-1]}/stream/*"),
            )
        ],
        lambda tables, call: tables.moto.forward(call, service="dynamodbstreams"),
    ),
    "DescribeStream": _on_stream(NO_KEY, stream_reading.describe),
    "GetShardIterator": _on_stream(NO_KEY, stream_reading.forward),
    "GetRecords": _on_stream(ASKS_KMS, stream_reading.records),
}
