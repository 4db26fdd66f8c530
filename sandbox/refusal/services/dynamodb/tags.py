"""Tags of tables, and the list of all tables."""

from __future__ import annotations

import json
from typing import Any

from ...errors import validation
from ...moto import dynamodb as moto_dynamodb
from ...requests.calls import Call, Forwarded
from . import lifecycle
from .checks.tables import require_tag_count, require_tags
from .tables import Tables

_MOST_NAMES = 100


def tag(tables: Tables, call: Call) -> Forwarded:
    """TagResource."""
    name = lifecycle.existing(tables, call, "ResourceArn")
    require_tags(call.params["Tags"])
    table = moto_dynamodb.dynamodb(call.account, call.region).tables[name]
    given = {one["Key"] for one in call.params["Tags"]}
    require_tag_count(len(given | {one["Key"] for one in table.tags}))
    return tables.moto.forward(call)


def untag(tables: Tables, call: Call) -> Forwarded:
    """UntagResource."""
    lifecycle.existing(tables, call, "ResourceArn")
    if not call.params["TagKeys"]:
        raise validation("Atleast one Tag Key needs to be provided as Input.")
    return tables.moto.forward(call)


def list_tables(_tables: Tables, call: Call) -> Forwarded:
    """ListTables: in the order of their names, whether the table that is named to start after is
    there or not (H78)."""
    after = call.params.get("ExclusiveStartTableName") or ""
    limit = call.params.get("Limit") or _MOST_NAMES
    names = sorted(moto_dynamodb.dynamodb(call.account, call.region).tables)
    found = [name for name in names if name > after]
    answer: dict[str, Any] = {"TableNames": found[:limit]}
    if len(found) > limit:
        answer["LastEvaluatedTableName"] = found[limit - 1]
    return Forwarded(200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(answer))
