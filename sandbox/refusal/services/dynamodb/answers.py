"""What DynamoDB answers, where moto answers more, less, or something else (H24, H25)."""

from __future__ import annotations

import datetime
import json
import re
from typing import Any

from ...requests.calls import Call, Forwarded

#: moto answers these whether they were asked for or not.
_METERED = frozenset(
    ["UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem", "TransactWriteItems"]
)


def only_what_was_asked(call: Call, answer: Forwarded) -> Forwarded:
    """moto's answer without the figures that nobody asked for."""
    if call.operation not in _METERED or answer.status != 200:
        return answer
    wanted = call.params.get("ReturnConsumedCapacity") or "NONE"

    def change(body: dict[str, Any]) -> None:
        body.pop("ConsumedCapacityUnits", None)
        if wanted == "NONE":
            body.pop("ConsumedCapacity", None)
        elif call.operation == "UpdateItem":
            # moto counts a read of half a unit.
            body["ConsumedCapacity"]["CapacityUnits"] = 1.0
            if wanted == "INDEXES":
                body["ConsumedCapacity"]["Table"] = {"CapacityUnits": 1.0}
        if not body.get("ItemCollectionMetrics"):
            body.pop("ItemCollectionMetrics", None)

    return edited(answer, change)


#: moto's words -> AWS's (H72), by operation; of none, of all.
_WORDS = (
    (("PutItem", "DeleteItem"), re.compile("Return values set to invalid value"),
     "ReturnValues can only be ALL_OLD or NONE"),
    (("UpdateItem",), re.compile("Invalid UpdateExpression: Incorrect operand type for operator "
                                 "or function; operator or function: [-+a-z_]+, operand type: .+"),
     "An operand in the update expression has an incorrect data type"),
)  # fmt: skip


#: What moto says of an expression that it cannot read, although it was found right.
_UNREAD = re.compile(r"Bad \w+ Expression|Invalid \w+Expression: Syntax error; token")


def unread(answer: Forwarded) -> bool:
    """Whether moto could not read an expression."""
    return answer.status == 400 and _UNREAD.search(str(answer.body)) is not None


def in_words_of_aws(call: Call, answer: Forwarded) -> Forwarded:
    """moto's refusal in AWS's words."""
    if answer.status != 400:
        return answer
    body = json.loads(answer.body)
    text = str(body.get("message", body.get("Message", "")))
    for operations, said, put in _WORDS:
        if call.operation in operations and said.match(text):
            kept = {k: v for k, v in body.items() if k.lower() != "message"}
            changed = json.dumps({**kept, "message": said.sub(put, text, count=1)})
            headers = {k: v for k, v in answer.headers.items() if k.lower() != "x-amz-crc32"}
            return Forwarded(answer.status, headers, changed)
    return answer


def edited(answer: Forwarded, change: Any) -> Forwarded:
    """moto's answer with something changed in it, if it is a success."""
    if answer.status != 200:
        return answer
    body = json.loads(answer.body)
    change(body)
    # The checksum was of the body as it was.
    headers = {k: v for k, v in answer.headers.items() if k.lower() != "x-amz-crc32"}
    return Forwarded(answer.status, headers, json.dumps(body))


def complete(table: dict[str, Any], on_demand: datetime.datetime | None) -> None:
    """Give a TableDescription AWS's members.

    Args:
        on_demand: when the table was last put on demand; None if it never was.
    """
    for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if not table.get(member):
            table.pop(member, None)
        for index in table.get(member, ()):
            _complete_index(table, index)
    throughput = table.get("ProvisionedThroughput")
    if throughput is not None:
        throughput.setdefault("NumberOfDecreasesToday", 0)
    summary = table.pop("BillingModeSummary", None)
    if summary is not None and on_demand is not None:
        summary["LastUpdateToPayPerRequestDateTime"] = on_demand.timestamp()
        table["BillingModeSummary"] = summary


def _complete_index(table: dict[str, Any], index: dict[str, Any]) -> None:
    index["IndexArn"] = f"{table['TableArn']}/index/{index['IndexName']}"
    index["IndexSizeBytes"] = index["ItemCount"] = 0  # AWS counts every six hours or so.
    if "IndexStatus" in index:
        if table["TableStatus"] == "CREATING":
            index["IndexStatus"] = "CREATING"
        index["ProvisionedThroughput"].setdefault("NumberOfDecreasesToday", 0)


#: What the answer of DeleteTable leaves out (H25).
GONE = ("AttributeDefinitions", "KeySchema", "CreationDateTime")
