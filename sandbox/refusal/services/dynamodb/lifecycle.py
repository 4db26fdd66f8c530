"""Making, changing, describing, backing up, restoring and deleting tables."""

from __future__ import annotations

import datetime
import re
from typing import Any

from ...errors import AwsError, not_in_sandbox, validation
from ...moto import dynamodb as moto_dynamodb
from ...requests.calls import Call, Forwarded
from . import encryption_options
from .answers import GONE, edited
from .checks.changes import merged_definitions, require_change
from .checks.tables import require_new_table, require_replicas_keys
from .data_keys import TableKey
from .resource_policies import require_policy
from .resources import arn, table_name
from .rows import SealedRows, rows_of
from .table_keys import WrappedKey
from .table_states import PER_LONG_QUESTION, PER_QUESTION
from .tables import Tables

#: botocore's model of UpdateTimeToLive: another change within an hour is refused.
_PAUSE = datetime.timedelta(hours=1)
_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
#: What moto reads of a request. It leaves the rest aside without a word; the sandbox refuses it.
_READ = {
    "CreateTable": "AttributeDefinitions TableName KeySchema LocalSecondaryIndexes "
    "GlobalSecondaryIndexes BillingMode ProvisionedThroughput StreamSpecification "
    "SSESpecification Tags DeletionProtectionEnabled WarmThroughput ResourcePolicy TableClass",
    "UpdateTable": "TableName AttributeDefinitions GlobalSecondaryIndexUpdates BillingMode "
    "ProvisionedThroughput StreamSpecification DeletionProtectionEnabled WarmThroughput "
    "SSESpecification",
    "RestoreTableFromBackup": "TargetTableName BackupArn SSESpecificationOverride",
    "RestoreTableToPointInTime": "SourceTableName SourceTableArn TargetTableName "
    "UseLatestRestorableTime RestoreDateTime SSESpecificationOverride",
}


def _require_read(call: Call) -> None:
    for member, value in call.params.items():
        if member not in _READ[call.operation].split() or value == "STANDARD_INFREQUENT_ACCESS":
            raise not_in_sandbox(f"{call.operation} with {member}")


def existing(tables: Tables, call: Call, member: str = "TableName") -> str:
    """The name of a table that is there.

    Raises:
        AwsError: ``ResourceNotFoundException``, in the words of requests that are not for items
            (H16).
    """
    name = table_name(call, call.params[member])
    if tables.find(call, name) is None:
        what = f"Table: {name}"
        if member == "ResourceArn":
            what = f"ResourcArn: {call.params[member]}"  # AWS spells it so.
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: {what} not found"
        )
    return name


def _require_name(member: str, name: str) -> None:
    """Table names as botocore's model has them (shape TableName)."""
    problem = ""
    if not _NAME.fullmatch(name):
        problem = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    elif not 3 <= len(name) <= 255:
        bound = "greater than or equal to 3" if len(name) < 3 else "less than or equal to 255"
        problem = f"have length {bound}"
    if problem:
        raise validation(
            f"1 validation error detected: Value '{name}' at '{member}' failed to satisfy "
            f"constraint: Member must {problem}"
        )


def _without(params: dict[str, Any], *members: str) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name not in members}


def create_table(tables: Tables, call: Call) -> Forwarded:
    """CreateTable: the table under its encryption option, or no table at all (B20)."""
    _require_read(call)
    name = call.params["TableName"]
    _require_name("tableName", name)
    asked = encryption_options.wanted_key(call.params.get("SSESpecification"))
    policy = call.params.get("ResourcePolicy")
    if policy is not None:
        require_policy(policy)
    params = _without(call.params, "SSESpecification", "ResourcePolicy", "TableClass")
    require_new_table(call.params)
    answer = tables.moto.forward(call, params)
    if answer.status != 200:
        return answer
    _protect(tables, call, name, asked)
    _note_billing(tables, call, name)
    if policy is not None:
        backend = moto_dynamodb.dynamodb(call.account, call.region)
        backend.put_resource_policy(arn(call, f"table/{name}"), policy, None)
    return _describe_new(tables, call, name, answer)


def _protect(
    tables: Tables, call: Call, name: str, key_id: str | None
) -> tuple[SealedRows, TableKey]:
    """Give a table that moto has just made its key; take the table back if KMS refuses."""
    try:
        wrapped, key = tables.keys.create(call, name, key_id)
    except AwsError:
        del moto_dynamodb.dynamodb(call.account, call.region).tables[name]  # B20.
        raise
    return tables.adopt(call, name, wrapped, key), key


def _note_billing(tables: Tables, call: Call, name: str) -> None:
    """Remember when a table was put on demand."""
    state = tables.find(call, name)
    if state is not None and call.params.get("BillingMode") == "PAY_PER_REQUEST":
        state.on_demand = tables.now()


def _describe_new(tables: Tables, call: Call, name: str, answer: Forwarded) -> Forwarded:
    state = tables.find(call, name)

    def change(body: dict[str, Any]) -> None:
        assert state is not None
        state.describe(body["TableDescription"], tables.now())

    return edited(answer, change)


def update_table(tables: Tables, call: Call) -> Forwarded:
    """UpdateTable, of the encryption or of something else."""
    name = existing(tables, call)
    tables.states.require_made(call, name)
    require_replicas_keys(call, tables.find(call, name))
    table = moto_dynamodb.dynamodb(call.account, call.region).tables[name]
    require_change(table, call.params)
    if "SSESpecification" in call.params:
        return encryption_options.change(tables, call, name)
    _require_read(call)
    params = {**call.params, "AttributeDefinitions": merged_definitions(table, call.params)}
    answer = tables.moto.forward(call, params)
    if answer.status == 200:
        tables.adopt_changes(call, name)
        _note_billing(tables, call, name)
    return _described(tables, call, name, answer, "TableDescription")


def _described(tables: Tables, call: Call, name: str, answer: Forwarded, member: str) -> Forwarded:
    state = tables.find(call, name)
    if state is None:
        return answer
    return edited(answer, lambda body: state.describe(body[member], tables.now()))


def describe_table(tables: Tables, call: Call) -> Forwarded:
    """DescribeTable; of a table in transition it moves the clock on, so that waiting ends."""
    name = existing(tables, call)
    state = tables.find(call, name)
    if state is not None:
        if state.switch is not None:
            tables.gate.clock.advance(PER_QUESTION)
        elif not tables.states.made(state) or state.since is not None:
            tables.gate.clock.advance(PER_LONG_QUESTION)
        tables.states.settle(state)
    return _described(tables, call, name, tables.moto.forward(call), "Table")


def delete_table(tables: Tables, call: Call) -> Forwarded:
    """DeleteTable needs no key (B26); DynamoDB gives its grants back (B14)."""
    name = existing(tables, call)
    tables.states.require_made(call, name)
    state = tables.find(call, name)
    if state is not None:
        tables.states.settle(state)
        encryption_options.require_at_rest(state)
    if moto_dynamodb.dynamodb(call.account, call.region).tables[name].deletion_protection_enabled:
        raise validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable "
            "deletion protection first."
        )
    answer = tables.moto.forward(call)
    if answer.status == 200 and state is not None:
        del tables.states.by_address[call.account, call.region, name]
        backend = moto_dynamodb.dynamodb(call.account, call.region)
        backend.resource_policies.pop(arn(call, f"table/{name}"), None)
        now = tables.now()

        def change(body: dict[str, Any]) -> None:
            state.describe(body["TableDescription"], now)
            body["TableDescription"] = _without(body["TableDescription"], *GONE)
            body["TableDescription"]["TableStatus"] = "DELETING"

        answer = edited(answer, change)
        tables.keys.retire(state.key)
    return answer


def update_time_to_live(tables: Tables, call: Call) -> Forwarded:
    """UpdateTimeToLive touches the key (B26). Nothing is deleted when its time is over: the
    sandbox's simplification of B28."""
    name = existing(tables, call)
    tables.states.require_made(call, name)
    _require_other_setting(tables, call, name)
    tables.unlock(call, name)
    answer = tables.moto.forward(call)
    state = tables.find(call, name)
    if answer.status == 200 and state is not None:
        state.time_to_live_changed = tables.now()
    return answer


def _require_other_setting(tables: Tables, call: Call, name: str) -> None:
    """Refuse a time to live that is there already, and a second change within an hour (H28).

    Raises:
        AwsError: ``ValidationException``.
    """
    held = moto_dynamodb.dynamodb(call.account, call.region).tables[name].ttl
    asked = call.params["TimeToLiveSpecification"]
    enabled = held.get("TimeToLiveStatus") == "ENABLED"
    same = held.get("AttributeName") == asked["AttributeName"]
    problem = ""
    if enabled and not same:
        problem = "TimeToLive is active on a different AttributeName"
        if asked["Enabled"] is False:
            problem += f": current AttributeName is {held.get('AttributeName')}"
    elif enabled is asked["Enabled"]:
        problem = f"TimeToLive is already {'enabled' if enabled else 'disabled'}"
    state = tables.find(call, name)
    last = state.time_to_live_changed if state is not None else None
    if not problem and last is not None and tables.now() < last + _PAUSE:
        problem = "Time to live has been modified multiple times within a fixed interval"
    if problem:
        raise validation(problem)


def create_backup(tables: Tables, call: Call) -> Forwarded:
    """CreateBackup: the rows as they lie there, and the table key as wrapped now (B17)."""
    name = table_name(call, call.params["TableName"])
    tables.states.require_made(call, name, "TableInUseException")
    tables.unlock(call, name)
    answer = tables.moto.forward(call)
    state = tables.find(call, name)

    def keep(body: dict[str, Any]) -> None:
        assert state is not None
        tables.states.backups[body["BackupDetails"]["BackupArn"]] = state.key

    return edited(answer, keep)


def delete_backup(tables: Tables, call: Call) -> Forwarded:
    """DeleteBackup needs no key."""
    answer = tables.moto.forward(call)
    if answer.status == 200:
        tables.states.backups.pop(call.params["BackupArn"], None)
    return answer


def describe_backup(tables: Tables, call: Call) -> Forwarded:
    """DescribeBackup, with the encryption that the backup was made under."""
    held = tables.states.backups.get(call.params["BackupArn"])

    def change(body: dict[str, Any]) -> None:
        about = body["BackupDescription"]
        if held is not None:
            about["SourceTableDetails"]["TableId"] = held.table_id
            if held.key_arn is not None:
                sse = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": held.key_arn}
                about.setdefault("SourceTableFeatureDetails", {})["SSEDescription"] = sse

    return edited(tables.moto.forward(call), change)


def restore_from_backup(tables: Tables, call: Call) -> Forwarded:
    """RestoreTableFromBackup: the backup's key must open it, the new table gets its own."""
    _require_read(call)
    held = tables.states.backups.get(call.params["BackupArn"])
    if held is None:
        return tables.moto.forward(call)  # moto says that there is no such backup.
    return _restore(tables, call, held, call.params)


def restore_to_point_in_time(tables: Tables, call: Call) -> Forwarded:
    """RestoreTableToPointInTime, to the latest state: moto keeps no other."""
    _require_read(call)
    params = call.params
    source = table_name(call, params.get("SourceTableName") or params.get("SourceTableArn"))
    params = {**_without(params, "SourceTableArn"), "SourceTableName": source}
    state = tables.find(call, source)
    if state is None:
        return tables.moto.forward(call, params)  # moto says that there is no such table.
    tables.states.require_made(call, source, "TableInUseException")
    tables.states.require_live(state)
    if ("RestoreDateTime" in params) is bool(params.get("UseLatestRestorableTime")):
        raise validation(
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be "
            "specified, but not both"
        )
    if "RestoreDateTime" in params or not params.get("UseLatestRestorableTime"):
        raise not_in_sandbox("restores to an earlier moment", "Use UseLatestRestorableTime.")
    table = moto_dynamodb.dynamodb(call.account, call.region).tables[source]
    recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
    if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
        text = f"Point in time recovery is not enabled for table '{source}'"
        raise AwsError("PointInTimeRecoveryUnavailableException", text)
    return _restore(tables, call, state.key, params)


def _restore(tables: Tables, call: Call, held: WrappedKey, params: dict[str, Any]) -> Forwarded:
    name = params["TargetTableName"]
    _require_name("targetTableName", name)
    asked = held.key_arn  # As the source, unless the request says otherwise (B17).
    if "SSESpecificationOverride" in params:
        asked = encryption_options.wanted_key(params["SSESpecificationOverride"])
    # As the caller. It takes none of DynamoDB's grants: those of a backup's table may be retired.
    old_key = tables.keys.decrypt(call, held)
    answer = tables.moto.forward(call, _without(params, "SSESpecificationOverride"))
    if answer.status != 200:
        return answer
    old = rows_of(moto_dynamodb.dynamodb(call.account, call.region).tables[name])
    new, new_key = _protect(tables, call, name, asked)
    old.unlock(old_key)
    new.unlock(new_key)
    whole = False
    try:
        old.copy_to(new)
        whole = True
    finally:
        new.lock(keep=whole)
        old.lock(keep=False)
        moto_dynamodb.forget_rows()
        state = tables.find(call, name)
        if not whole and state is not None:
            tables.states.drop(state)
    return _describe_new(tables, call, name, answer)
