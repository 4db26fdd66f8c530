"""Who may not use the key gets nothing by another way in (B26, C1)."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.dynamodb.models import DynamoDBBackend

from tests.sandbox.services.dynamodb.common import DENIED, KEY, USER
from tests.sandbox.services.dynamodb.conftest import ONCE, item

SECRET = "four blue chairs"


@pytest.fixture
def tables(make_table: Any, dynamodb: Any, key: str) -> list[str]:
    """``orders`` under K, with an index; ``bills``, that U may read, under a key of AWS."""
    index = {
        "IndexName": "by-what",
        "KeySchema": [{"AttributeName": "what", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "what")]
    more = {"GlobalSecondaryIndexes": [index], "AttributeDefinitions": attributes}
    make_table("orders", KMSMasterKeyId=key, more=more)
    make_table("bills", more=more)
    dynamodb.put_item(TableName="orders", Item=item("1"))
    dynamodb.put_item(TableName="bills", Item=item("1", "a bill"))
    return ["orders", "bills"]


@pytest.fixture
def stored(sandbox: Any) -> Any:
    """``stored()``: the pages of both tables."""
    return lambda: [sandbox.at_rest(name).pages for name in ("orders", "bills")]


def outcome(ask: Any) -> str:
    """The answer to a request, or its refusal, as text."""
    try:
        answer = ask()
    except ClientError as error:
        answer = error.response
        assert answer["Error"]["Code"] != "InternalFailure", answer
    return json.dumps(answer, default=repr)


STATEMENTS = [
    "SELECT * FROM orders",
    "select * from \"orders\"",
    "SELECT * FROM 'orders'",
    "SELECT\n*\n FROM\n\n orders",
    "SELECT\t*\tFROM\torders",
    "\u00a0SELECT * FROM orders",
    "  SELECT * FROM orders WHERE id = '1'",
    "SELECT * FROM orders.\"by-what\"",
    "SELECT * FROM \"orders\".\"by-what\" WHERE what = 'four blue chairs'",
    "SELECT * FROM \"orders.by-what\"",
    "SELECT * FROM \"arn:aws:dynamodb:us-east-1:123456789012:table/orders\"",
    "-- a comment\nSELECT * FROM orders",
    "SELECT * -- FROM bills\n FROM orders",
    "SELECT * /* FROM bills */ FROM orders",
    "/* SELECT * FROM bills */ SELECT * FROM orders",
    "SELECT * FROM bills, orders",
    "SELECT * FROM orders, bills",
    "SELECT * FROM (SELECT * FROM orders)",
    "SELECT (SELECT what FROM orders) FROM bills",
    "SELECT * FROM bills WHERE id IN (SELECT id FROM orders)",
    "SELECT ' FROM bills ' FROM orders",
    "SELECT \"a FROM bills \" FROM orders",
    "SELECT bills.* FROM orders AS bills",
    "SELECT * FROM bills AS orders",
    "SELECT * FROM bills; SELECT * FROM orders",
    "EXISTS(SELECT * FROM orders WHERE id = '1')",
    "INSERT INTO orders VALUE {'id': '2'}",
    "INSERT INTO bills VALUE {'id': '2', 'what': (SELECT what FROM orders)}",
    "UPDATE orders SET what = 'none' WHERE id = '1'",
    "UPDATE \"orders\" REMOVE what WHERE id = '1' RETURNING ALL OLD *",
    "DELETE FROM orders WHERE id = '1'",
    "DELETE FROM \"orders\" WHERE id = '1' RETURNING ALL OLD *",
]  # fmt: skip


def by_partiql(client: Any, statements: list[str]) -> list[Any]:
    """The ways to have statements executed."""
    listed = [{"Statement": statement} for statement in statements]
    return [
        lambda: client.execute_statement(Statement=statements[-1]),
        lambda: client.batch_execute_statement(Statements=listed),
        lambda: client.execute_transaction(TransactStatements=listed),
    ]


@pytest.mark.behaviour(84, 85)
def test_no_statement_gets_at_the_table(tables: Any, user: Any, stored: Any) -> None:
    bills = "SELECT * FROM bills"
    before = stored()
    for statement in STATEMENTS:
        for statements in ([statement], [bills, statement], [statement, bills]):
            for ask in by_partiql(user, statements):
                assert SECRET not in outcome(ask), statement
        if "INTO bills" not in statement:
            assert stored() == before, statement
    assert stored()[0] == before[0]


def test_statements_on_the_table_are_denied_by_name(tables: Any, user: Any, refused: Any) -> None:
    """The plain forms: refused for the key and for nothing else."""
    for statement in [f"{plain} WHERE id = '1'" for plain in STATEMENTS[:4]]:
        alone, batch, transaction = by_partiql(user, [statement])
        for ask in (alone, transaction):
            with refused("AccessDeniedException", DENIED, USER, "kms:Decrypt"):
                ask()
        error = batch()["Responses"][0]["Error"]
        assert error["Code"] == "AccessDenied"
        assert DENIED in error["Message"] and USER in error["Message"]
    assert user.execute_statement(Statement="SELECT * FROM bills")["Items"] == [item("1", "a bill")]


@pytest.mark.parametrize(
    ("statement", "code", "text"),
    [
        ("DROP TABLE bills", "ValidationException", "can't be processed: Expected data manip"),
        ("SELECT * FROM", "ValidationException", "Statement wasn't well formed, can't be proc"),
        ("EXISTS(SELECT * FROM bills WHERE id = '1')", "NotInSandbox", "PartiQL's EXISTS"),
        ("SELECT * FROM chairs", "ResourceNotFoundException", "Requested resource not found"),
    ],
)
def test_statements_that_cannot_be_read(
    tables: Any, dynamodb: Any, refused: Any, statement: str, code: str, text: str
) -> None:
    for ask in by_partiql(dynamodb, [statement])[::2]:
        with refused(code, text):
            ask()


WORDS = st.sampled_from(
    ["SELECT", "FROM", "WHERE", "*", "orders", "bills", '"orders"', '"bills"', "'orders'", ",", "(",
     ")", "what", "id", "'1'", "=", "IN", "AS", "--", "/*", "*/", ";", ".", '"by-what"', '"', "'",
     "UPDATE", "SET", "DELETE", "INSERT", "INTO", "VALUE", "{'id': '3'}", "select", "from"]
)  # fmt: skip
HEADS = st.sampled_from(
    ["SELECT * FROM", "SELECT what FROM", "UPDATE", "DELETE FROM", "INSERT INTO", "SELECT", ""]
)
SPACES = st.sampled_from([" ", "  ", "\n", "\t", "", " \u00a0"])
GARBLED = st.builds(
    lambda head, words: head + "".join(f"{space}{word}" for space, word in words),
    HEADS,
    st.lists(st.tuples(SPACES, WORDS), max_size=8),
).filter(bool)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(statements=st.lists(GARBLED, min_size=1, max_size=2))
def test_no_garbled_statement_gets_at_the_table(
    tables: Any, user: Any, stored: Any, statements: list[str]
) -> None:
    before = stored()[0]
    for ask in by_partiql(user, statements):
        assert SECRET not in outcome(ask)
    assert stored()[0] == before


GET, PUT = {"TableName": "orders", "Key": KEY}, {"TableName": "orders", "Item": item("2")}
OPEN_GET = {"Get": {"TableName": "bills", "Key": KEY}}
OPEN_PUT = {"Put": {"TableName": "bills", "Item": item("2", "a bill")}}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"
LEAK = {"ConditionExpression": "what = :w", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
GUESS = {"ExpressionAttributeValues": {":w": {"S": "x"}}}
INDEX = {
    "TableName": "orders",
    "IndexName": "by-what",
    "KeyConditionExpression": "what = :w",
    "ExpressionAttributeValues": {":w": {"S": SECRET}},
}
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    ("get_item", {**GET, "ProjectionExpression": "id"}),
    ("get_item", {**GET, "TableName": f"{ARN}orders"}),
    ("scan", {"TableName": "orders", "Select": "COUNT"}),
    ("scan", {"TableName": f"{ARN}orders", "IndexName": "by-what"}),
    ("query", INDEX),
    ("query", {**INDEX, "TableName": f"{ARN}orders", "Select": "COUNT"}),
    ("batch_get_item", {"RequestItems": {"orders": {"Keys": [KEY]}}}),
    ("batch_get_item", {"RequestItems": {f"{ARN}orders": {"Keys": [KEY]}}}),
    ("batch_get_item", {"RequestItems": {t: {"Keys": [KEY]} for t in ("bills", "orders")}}),
    ("batch_get_item", {"RequestItems": {t: {"Keys": [KEY]} for t in ("orders", "bills")}}),
    ("batch_write_item", {"RequestItems": {
        "bills": [{"PutRequest": {"Item": item("2", "a bill")}}],
        "orders": [{"PutRequest": {"Item": item("2")}}],
    }}),
    ("batch_write_item", {"RequestItems": {f"{ARN}orders": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("transact_get_items", {"TransactItems": [OPEN_GET, {"Get": GET}]}),
    ("transact_get_items", {"TransactItems": [{"Get": GET}, OPEN_GET]}),
    ("transact_get_items", {"TransactItems": [{"Get": {**GET, "TableName": f"{ARN}orders"}}]}),
    ("transact_write_items", {"TransactItems": [OPEN_PUT, {"Put": PUT}]}),
    ("transact_write_items", {"TransactItems": [OPEN_PUT, {"Delete": GET}]}),
    ("transact_write_items", {"TransactItems": [
        OPEN_PUT, {"Update": {**GET, "UpdateExpression": "REMOVE what"}},
    ]}),
    ("transact_write_items", {"TransactItems": [
        OPEN_PUT, {"ConditionCheck": {**GET, **LEAK, **GUESS}},
    ]}),
    ("put_item", {**PUT, "Item": item("1", "x"), "ReturnValues": "ALL_OLD"}),
    ("put_item", {**PUT, "Item": item("1", "x"), **LEAK, **GUESS}),
    ("put_item", {**PUT, "Item": item("1"), "ConditionExpression": "attribute_not_exists(id)"}),
    ("put_item", {**PUT, "Expected": {"id": {"Exists": False}}}),
    ("update_item", {**GET, "UpdateExpression": "REMOVE nothing", "ReturnValues": "ALL_NEW"}),
    ("update_item", {**GET, "UpdateExpression": "REMOVE what", "ReturnValues": "UPDATED_OLD"}),
    ("update_item", {**GET, "UpdateExpression": "SET b = what", **LEAK, **GUESS}),
    ("update_item", {**GET, "AttributeUpdates": {"what": {"Action": "DELETE"}}}),
    ("delete_item", {**GET, "ReturnValues": "ALL_OLD"}),
    ("delete_item", {**GET, **LEAK, **GUESS}),
]  # fmt: skip


@pytest.mark.behaviour(84, 85)
def test_denied_whole_and_nothing_happened(tables: Any, user: Any, stored: Any) -> None:
    """Also of a batch or a transaction that touches a table that U may use."""
    before = stored()
    for operation, params in REQUESTS:
        with pytest.raises(ClientError) as caught:
            getattr(user, operation)(**params)
        answer = caught.value.response
        assert answer["Error"]["Code"] == "AccessDeniedException", (operation, params, answer)
        assert answer["Error"]["Message"].startswith(f"{DENIED}: ")
        assert SECRET not in repr(answer)
        assert "Item" not in answer and "CancellationReasons" not in answer
        assert stored() == before


def test_a_right_guess_and_a_wrong_one_are_refused_alike(tables: Any, user: Any) -> None:
    """A condition is not asked before the key is: its outcome would tell what the row holds."""
    messages = set()
    for guess in (SECRET, "something else"):
        condition = {"ConditionExpression": "what = :w"}
        values = {"ExpressionAttributeValues": {":w": {"S": guess}}}
        with pytest.raises(ClientError) as caught:
            user.delete_item(**GET, **condition, **values)
        messages.add(caught.value.response["Error"]["Message"].partition("Request ID")[0])
    assert len(messages) == 1


@pytest.mark.parametrize(
    "operation",
    ["batch_get_item", "transact_get_items", "execute_statement", "batch_execute_statement"],
)
def test_a_member_that_does_not_belong_names_no_other_table(
    tables: Any, user: Any, operation: str, refused: Any
) -> None:
    """What no SDK sends: ``TableName`` beside what names the tables."""

    def add(params: dict[str, Any], **_: Any) -> None:
        body = {**json.loads(params["body"]), "TableName": "bills"}
        params["body"] = json.dumps(body).encode()

    user.meta.events.register("before-call.dynamodb.*", add)
    asked = {
        "batch_get_item": {"RequestItems": {"orders": {"Keys": [KEY]}}},
        "transact_get_items": {"TransactItems": [{"Get": GET}]},
        "execute_statement": {"Statement": STATEMENTS[0]},
        "batch_execute_statement": {"Statements": [{"Statement": STATEMENTS[0]}]},
    }
    if operation == "batch_execute_statement":
        asked[operation]["Statements"][0]["Statement"] += " WHERE id = '1'"
        answer = user.batch_execute_statement(**asked[operation])
        assert answer["Responses"][0]["Error"]["Code"] == "AccessDenied"
        return
    with refused("AccessDeniedException", DENIED):
        getattr(user, operation)(**asked[operation])


def test_the_stream_tells_nothing(
    tables: Any, user: Any, dynamodb: Any, sandbox: Any, make_user: Any, refused: Any
) -> None:
    """U may switch the stream on and find its way to the records, and is refused there."""
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    user.update_table(TableName="orders", StreamSpecification=specification)
    dynamodb.put_item(TableName="orders", Item=item("2"))
    mira = make_user("kim", "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess")
    streams = mira.client("dynamodbstreams", config=ONCE)
    stream = streams.list_streams(TableName="orders")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    place = {"StreamArn": stream, "ShardId": shard}
    for kind in ("TRIM_HORIZON", "LATEST"):
        iterator = streams.get_shard_iterator(**place, ShardIteratorType=kind)["ShardIterator"]
        with refused("AccessDeniedException", DENIED, "user/kim", "kms:Decrypt"):
            streams.get_records(ShardIterator=iterator)
    admin = boto3.client("dynamodbstreams")
    iterator = admin.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")
    records = admin.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert records[0]["dynamodb"]["NewImage"]["what"] == {"S": SECRET}
    with refused("AccessDeniedException", DENIED):
        streams.get_records(ShardIterator=iterator["ShardIterator"])  # Another's iterator.


@pytest.mark.parametrize("encryption", [{}, {"SSESpecificationOverride": {"Enabled": False}}])
@pytest.mark.parametrize("how", ["backup", "point in time"])
def test_a_copy_of_the_table_is_no_way_round(
    tables: Any, user: Any, dynamodb: Any, refused: Any, how: str, encryption: Any
) -> None:
    """Neither U's own restore under a key of AWS nor the administrator's copy opens the data."""
    backup = dynamodb.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"]
    dynamodb.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )

    def restore(client: Any) -> None:
        if how == "backup":
            client.restore_table_from_backup(
                TargetTableName="copy", BackupArn=backup["BackupArn"], **encryption
            )
        else:
            client.restore_table_to_point_in_time(
                SourceTableName="orders",
                TargetTableName="copy",
                UseLatestRestorableTime=True,
                **encryption,
            )

    with refused("AccessDeniedException", DENIED, "kms:Decrypt"):
        restore(user)
    assert dynamodb.list_tables()["TableNames"] == ["bills", "orders"]
    restore(dynamodb)
    assert dynamodb.scan(TableName="copy")["Items"] == [item("1")]
    if not encryption:  # The copy is under K as well (B17).
        with refused("AccessDeniedException", DENIED):
            user.scan(TableName="copy")


def test_a_resource_policy_opens_no_key(tables: Any, user: Any, refused: Any) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "dynamodb:*"}
    document = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    user.put_resource_policy(ResourceArn=f"{ARN}orders", Policy=json.dumps(document))
    with refused("AccessDeniedException", DENIED):
        user.get_item(**GET)


def test_a_statement_on_a_table_that_is_not_there(dynamodb: Any, refused: Any) -> None:
    statements = [
        "SELECT * FROM none WHERE id = '1'",
        "INSERT INTO none VALUE {'id': '1'}",
        "UPDATE none SET a = 1 WHERE id = '1'",
        "DELETE FROM none WHERE id = '1'",
    ]
    for text in statements:
        for ask in (
            lambda text=text: dynamodb.execute_statement(Statement=text),
            lambda text=text: dynamodb.execute_transaction(
                TransactStatements=[{"Statement": text}]
            ),
        ):
            with refused("ResourceNotFoundException", "Requested resource not found"):
                ask()


def test_a_fault_of_motos_own_is_not_passed_off_as_awss_answer(
    table: str, dynamodb: Any, refused: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto would answer TransactionCanceledException, for the reason KeyError."""
    monkeypatch.setattr(DynamoDBBackend, "put_item", lambda *_args, **_more: {}["id"])
    put = {"Put": {"TableName": "orders", "Item": {"id": {"S": "x"}}}}
    with refused("NotInSandbox", "moto fails on it (KeyError: 'id')", "AWS may take it or refuse"):
        dynamodb.transact_write_items(TransactItems=[put])
