"""A law: any sequence of requests has the same answers as on bare moto, which keeps plaintext.

Where the sandbox refuses what moto takes, as AWS does, nothing may have changed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from refusal import Sandbox
from refusal.moto import dynamodb as moto_dynamodb

ATTRIBUTES = [("id", "S"), ("line", "N"), ("kind", "S"), ("raw", "B"), ("size", "N")]
#: Name -> partition key, sort key.
TABLES: dict[str, tuple[str, ...]] = {
    "by-name": ("id",),
    "by-number": ("line",),
    "lines": ("id", "line"),
    "raw-lines": ("raw", "id"),
}


def _index(name: str, *keys: str, projection: str = "ALL") -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": _schema(keys),
        "Projection": {"ProjectionType": projection},
    }


def _schema(keys: tuple[str, ...]) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": k, "KeyType": t} for k, t in zip(keys, kinds, strict=False)]


def create_tables(client: Any, **sse: Any) -> None:
    for name, keys in TABLES.items():
        more: dict[str, Any] = {"GlobalSecondaryIndexes": [_index("by-kind", "kind")]}
        if name == "lines":
            more["LocalSecondaryIndexes"] = [
                _index("by-id-and-kind", "id", "kind", projection="KEYS_ONLY")
            ]
        used = {"kind", *keys}
        if name == "by-number":
            used.add("size")
            more["GlobalSecondaryIndexes"].append(_index("by-size", "size", "kind"))
        client.create_table(
            TableName=name,
            KeySchema=_schema(keys),
            AttributeDefinitions=[
                {"AttributeName": n, "AttributeType": t} for n, t in ATTRIBUTES if n in used
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            **more,
            **sse,
        )


TEXTS = st.sampled_from(["", "a", "b", "chairs", "ä\u2603", "\U0001f511", "x" * 50])
NUMBERS = st.sampled_from(
    ["0", "1", "-3.5", "10", "12345678901234567890123456789012345678",
     "0.00000000000000000000000000000000000001", "-" + "9" * 38 + "0" * 88]
)  # fmt: skip
BYTES = st.sampled_from([b"\x00", b"\xff\xfe", b"abc", bytes(range(256))])
SCALARS = st.one_of(
    st.builds(lambda v: {"S": v}, TEXTS),
    st.builds(lambda v: {"N": v}, NUMBERS),
    st.builds(lambda v: {"B": v}, BYTES),
    st.builds(lambda v: {"BOOL": v}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda v: {"SS": sorted(v)}, st.sets(TEXTS, min_size=1, max_size=4)),
    st.builds(lambda v: {"NS": sorted(v)}, st.sets(NUMBERS, min_size=1, max_size=3)),
    st.builds(lambda v: {"BS": sorted(v)}, st.sets(BYTES, min_size=1, max_size=3)),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda v: {"L": v}, st.lists(inner, max_size=3)),
        st.builds(lambda v: {"M": v}, st.dictionaries(st.sampled_from("pqr"), inner, max_size=3)),
    ),
    max_leaves=6,
)
KEY_VALUES = {
    "id": st.sampled_from(["1", "2", "chairs", "ä"]).map(lambda v: {"S": v}),
    "line": st.sampled_from(["1", "2", "-3", "10"]).map(lambda v: {"N": v}),
    "raw": st.sampled_from([b"\x00", b"\xff"]).map(lambda v: {"B": v}),
}
KINDS = st.sampled_from(["big", "small", "\u00e4"]).map(lambda v: {"S": v})
SIZES = st.sampled_from(["1", "2"]).map(lambda v: {"N": v})
REST = st.fixed_dictionaries(
    {}, optional={"kind": KINDS, "size": SIZES, "a": VALUES, "b": VALUES, "c": SCALARS}
)
CONDITIONS = st.sampled_from(
    [{}, {}, {"ConditionExpression": "attribute_exists(id)"},
     {"ConditionExpression": "attribute_not_exists(a)",
      "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}]
)  # fmt: skip


@st.composite
def keyed(draw: Any) -> tuple[str, dict[str, Any]]:
    """A table and the key of a row in it."""
    name = draw(st.sampled_from(sorted(TABLES)))
    return name, {key: draw(KEY_VALUES[key]) for key in TABLES[name]}


@st.composite
def writes(draw: Any) -> tuple[str, dict[str, Any]]:
    """One of Put, Update, Delete as a transaction names it, with its members."""
    name, key = draw(keyed())
    kind = draw(st.sampled_from(["Put", "Update", "Delete"]))
    params: dict[str, Any] = {"TableName": name, **draw(CONDITIONS)}
    if kind == "Put":
        return kind, {**params, "Item": {**draw(REST), **key}}
    if kind == "Update":
        value = draw(VALUES)
        expression = draw(
            st.sampled_from(
                [
                    "SET a = :v",
                    "SET b = if_not_exists(b, :v), a = :v",
                    "REMOVE a SET c = :v",
                    "ADD a :v",
                    "DELETE a :v",
                    "SET b.p = :v",
                    "SET a = list_append(a, :v)",
                ]
            )
        )
        params |= {"UpdateExpression": expression, "ExpressionAttributeValues": {":v": value}}
    return kind, {**params, "Key": key}


@st.composite
def single(draw: Any) -> tuple[str, dict[str, Any]]:
    kind, params = draw(writes())
    wanted = {"Put": ["NONE", "ALL_OLD"], "Delete": ["ALL_OLD"], "Update": ["ALL_NEW", "ALL_OLD"]}
    return f"{kind.lower()}_item", {**params, "ReturnValues": draw(st.sampled_from(wanted[kind]))}


@st.composite
def several(draw: Any) -> tuple[str, dict[str, Any]]:
    """A transaction or a batch of writes."""
    if draw(st.booleans()):
        items = draw(st.lists(writes(), min_size=1, max_size=3))
        return "transact_write_items", {"TransactItems": [{k: p} for k, p in items]}
    asked: dict[str, list[Any]] = {}
    for name, key in draw(st.lists(keyed(), min_size=1, max_size=3)):
        put = {"PutRequest": {"Item": {**draw(REST), **key}}}
        asked.setdefault(name, []).append(
            draw(st.sampled_from([put, {"DeleteRequest": {"Key": key}}]))
        )
    return "batch_write_item", {"RequestItems": asked}


@st.composite
def reads(draw: Any) -> tuple[str, dict[str, Any]]:
    name, key = draw(keyed())
    table, first = {"TableName": name}, TABLES[name][0]
    limit = draw(st.sampled_from([{}, {"Limit": 2}]))
    query = {
        **table,
        **limit,
        "KeyConditionExpression": f"{first} = :k",
        "ExpressionAttributeValues": {":k": key[first]},
        "ScanIndexForward": draw(st.booleans()),
    }
    of_kind = {
        **table,
        "IndexName": "by-kind",
        "KeyConditionExpression": "kind = :k",
        "ExpressionAttributeValues": {":k": draw(KINDS)},
    }
    of_size = {
        "TableName": draw(st.sampled_from(["by-number", "raw-lines"])),
        "IndexName": "by-size",
        "KeyConditions": {
            "size": {"ComparisonOperator": "EQ", "AttributeValueList": [draw(SIZES)]}
        },
    }
    local = {**query, "TableName": "lines", "IndexName": "by-id-and-kind"}
    local |= {"KeyConditionExpression": "id = :k", "ExpressionAttributeValues": {":k": {"S": "1"}}}
    return draw(
        st.sampled_from(
            [
                ("get_item", {**table, "Key": key}),
                ("get_item", {**table, "Key": key, "ProjectionExpression": "a.p, b"}),
                ("batch_get_item", {"RequestItems": {name: {"Keys": [key]}}}),
                ("transact_get_items", {"TransactItems": [{"Get": {**table, "Key": key}}]}),
                ("query", query),
                ("query", of_kind),
                ("query", of_size),
                ("query", local),
                ("scan", {**table, **limit}),
                ("scan", {**table, "IndexName": "by-kind"}),
                ("scan", {**table, "FilterExpression": "attribute_exists(b)"}),
            ]
        )
    )


@st.composite
def indexing(draw: Any) -> tuple[str, dict[str, Any]]:
    """An index that comes or goes while the table has rows."""
    made = {**_index("by-size", "size", projection=draw(st.sampled_from(["ALL", "KEYS_ONLY"])))}
    change = draw(st.sampled_from([{"Create": made}, {"Delete": {"IndexName": "by-size"}}]))
    name = draw(st.sampled_from(["by-number", "raw-lines"]))
    used = {"size", "kind", *TABLES[name]}
    attributes = [{"AttributeName": n, "AttributeType": t} for n, t in ATTRIBUTES if n in used]
    params = {"TableName": name, "GlobalSecondaryIndexUpdates": [change]}
    return "update_table", {**params, "AttributeDefinitions": attributes}


REQUESTS = st.lists(st.one_of(single(), several(), reads(), indexing()), min_size=1, max_size=12)


#: What AWS answers only when it is asked for, and moto always.
LEFT_OUT = ("ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics")


def _plain(value: Any) -> Any:
    """An answer to compare: sets have no order."""
    if isinstance(value, dict):
        return {
            name: sorted(map(repr, v)) if name in ("SS", "NS", "BS") else _plain(v)
            for name, v in value.items()
            if name not in LEFT_OUT
        }
    return [_plain(member) for member in value] if isinstance(value, list) else value


def answer(client: Any, operation: str, params: dict[str, Any]) -> Any:
    try:
        done = getattr(client, operation)(**params)
        if operation == "update_table":  # Ids and dates of a table are its own.
            indexes = done["TableDescription"]["GlobalSecondaryIndexes"]
            return sorted(index["IndexName"] for index in indexes)
        return _plain(done)
    except ClientError as error:
        # An index that is there already is an exception of moto's own, and refused here.
        if error.response["Error"]["Code"] == "NotInSandbox" or operation == "update_table":
            return "moto fails"
        return _plain(error.response)
    except Exception:  # moto's own failures: the sandbox says that it lacks what they are about.
        return "moto fails"


def answers(
    client: Any, requests: Any, after: Any = lambda _done: None, refused: Any = ()
) -> list[Any]:
    """
    Args:
        after: what to do with each answer.
        refused: answers that stand whatever this client says: those of requests that are only
            refused here.
    """
    done = []
    for number, (operation, params) in enumerate(requests):
        done.append(answer(client, operation, params))
        if number in refused:
            done[-1] = refused[number]
        after(done[-1])
    done += [answer(client, "scan", {"TableName": name}) for name in TABLES]
    streams = boto3.client("dynamodbstreams", region_name="us-east-1", config=CONFIG)
    return done + [streamed(streams, name) for name in TABLES]


def streamed(client: Any, table: str) -> list[Any]:
    """The records of a table's stream, but for ids, dates and the sizes that depend on them."""
    stream = client.list_streams(TableName=table)["Streams"][0]["StreamArn"]
    shards = client.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]
    place = {"StreamArn": stream, "ShardId": shards[0]["ShardId"]}
    iterator = client.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records: list[Any] = []
    while found := client.get_records(ShardIterator=iterator, Limit=3):
        if not found["Records"]:
            break
        records += found["Records"]
        iterator = found["NextShardIterator"]
    left_out = ("ApproximateCreationDateTime", "SizeBytes", "SequenceNumber")
    return [
        (r["eventName"], _plain({k: v for k, v in r["dynamodb"].items() if k not in left_out}))
        for r in records
        # moto records changes that change nothing, too.
        if r["dynamodb"].get("OldImage") != r["dynamodb"].get("NewImage")
    ]


@contextmanager
def sealed(customer_key: bool) -> Iterator[Any]:
    with Sandbox():
        sse = {}
        if customer_key:
            key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
            sse = {"SSESpecification": {"SSEType": "KMS", "KMSMasterKeyId": key}}
        client = boto3.client("dynamodb", config=CONFIG)
        create_tables(client, **sse)
        yield client


@contextmanager
def bare() -> Iterator[tuple[Any, Any]]:
    """A client of bare moto, and what to do after each of its answers.

    moto keeps half of what a failed update did; on AWS, and in the sandbox, a request that fails
    has changed nothing. So the tables are put back here.
    """
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1", config=CONFIG)
        create_tables(client)
        backend = moto_dynamodb.dynamodb("123456789012", "us-east-1")
        kept = [copy.deepcopy(backend.tables)]

        def after(done: Any) -> None:
            if done == "moto fails" or "Error" in done:
                backend.tables = kept.pop()
            kept[:] = [copy.deepcopy(backend.tables)]

        yield client, after


#: moto does not know the addresses with an account ID in them that Streams have.
CONFIG = Config(retries={"max_attempts": 0}, account_id_endpoint_mode="disabled")


def _only_ours(ours: list[Any]) -> dict[int, Any]:
    """What the sandbox refuses by rules of its own: see its checks."""
    found = {}
    for number, done in enumerate(ours):
        error = done.get("Error", {}) if isinstance(done, dict) else {}
        reasons = [r["Code"] for r in done.get("CancellationReasons", ())] if error else []
        if error.get("Code") == "ValidationException" or "ValidationError" in reasons:
            found[number] = done
    return found


@settings(max_examples=40)
@given(requests=REQUESTS, customer_key=st.booleans())
def test_the_answers_are_those_of_bare_moto(requests: Any, customer_key: bool) -> None:
    with sealed(customer_key) as client:
        ours = answers(client, requests)
    with bare() as (client, after):
        theirs = answers(client, requests, after, _only_ours(ours[: len(requests)]))
    assert ours == theirs
