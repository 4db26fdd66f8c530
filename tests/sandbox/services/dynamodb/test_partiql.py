"""PartiQL: right, or refused in clear words; never wrong (H22, H23)."""

from __future__ import annotations

import base64
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ONCE = Config(retries={"max_attempts": 0})
KEYS = ("id", "line")
LINES = {
    "TableName": "lines",
    "KeySchema": [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(KEYS, ("HASH", "RANGE"), strict=True)
    ],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "line", "AttributeType": "N"},
        {"AttributeName": "kind", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-kind",
            "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        },
        {
            "IndexName": "kinds-alone",
            "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def lines(dynamodb: Any) -> Any:
    """A client, and a table ``lines`` with three rows of ``a`` and one of ``b``."""
    dynamodb.create_table(**LINES)
    for number in (1, 2, 3):
        dynamodb.put_item(TableName="lines", Item=row("a", number, title=f"n{number}"))
    dynamodb.put_item(TableName="lines", Item=row("b", 1, kind="big"))
    return dynamodb


def row(name: str, number: int, **texts: str) -> dict[str, Any]:
    return {
        "id": {"S": name},
        "line": {"N": str(number)},
        **{key: {"S": text} for key, text in texts.items()},
    }


def run(client: Any, statement: str, **more: Any) -> list[Any]:
    return client.execute_statement(Statement=statement, **more)["Items"]


def test_statements_do_what_they_say(lines: Any) -> None:
    run(lines, "INSERT INTO lines VALUE {'id': 'c', 'line': 7.0, 'l': [1], 's': <<'x', 'y'>>}")
    whose = "WHERE id = 'c' AND line = 7"
    changed = run(
        lines,
        f"UPDATE lines SET n = 1 SET l = list_append(l, [2]), s = set_add(s, <<'z'>>) {whose} "
        "RETURNING ALL NEW *",
    )
    assert changed[0]["l"] == {"L": [{"N": "1"}, {"N": "2"}]}
    assert sorted(changed[0]["s"]["SS"]) == ["x", "y", "z"]
    assert run(lines, f"UPDATE lines SET n = n + 2 {whose} RETURNING MODIFIED NEW *") == [
        {"n": {"N": "3"}}
    ]
    run(lines, f"UPDATE lines SET s = set_delete(s, <<'x'>>) REMOVE l[0] {whose}")
    (found,) = run(lines, f"SELECT l, s, n FROM lines {whose}")
    assert found["l"] == {"L": [{"N": "2"}]}
    assert sorted(found["s"]["SS"]) == ["y", "z"]
    assert run(lines, f"DELETE FROM lines {whose} RETURNING ALL OLD *")[0]["n"] == {"N": "3"}
    assert run(lines, f"SELECT * FROM lines {whose}") == []
    assert run(lines, f"DELETE FROM lines {whose} RETURNING ALL OLD *") == []


def test_order_pages_and_columns(lines: Any) -> None:
    statement = "SELECT title FROM lines WHERE id = 'a' ORDER BY line DESC"
    assert [item["title"]["S"] for item in run(lines, statement)] == ["n3", "n2", "n1"]
    first = lines.execute_statement(Statement=statement, Limit=2)
    rest = lines.execute_statement(Statement=statement, Limit=2, NextToken=first["NextToken"])
    assert [item["title"]["S"] for item in first["Items"] + rest["Items"]] == ["n3", "n2", "n1"]
    with pytest.raises(ClientError, match="NextToken"):
        run(lines, "SELECT * FROM lines", NextToken=first["NextToken"])


@pytest.mark.parametrize("read", ["5", "null", "[1]", "[", "{}"])
def test_a_token_that_no_answer_gave_is_refused(lines: Any, read: str) -> None:
    with pytest.raises(ClientError, match="NextToken"):
        run(lines, "SELECT * FROM lines", NextToken=base64.b64encode(read.encode()).decode())
    assert len(run(lines, "SELECT * FROM lines", Limit=2)) == 2
    assert run(lines, 'SELECT id FROM lines."by-kind" WHERE kind = ?', Parameters=[{"S": "big"}])


@pytest.mark.parametrize(
    "comment", ["-- a note\n{}", "{} -- a note", "/* a note */ {}", "{} /* ' */"]
)
def test_comments_are_blanks(lines: Any, comment: str) -> None:
    assert len(run(lines, comment.format("SELECT * FROM lines WHERE id = 'b'"))) == 1


@pytest.mark.parametrize("number", ["1e0", "10E-1", ".1e1", "1.0", "+1"])
def test_numbers_mean_what_they_say(lines: Any, number: str) -> None:
    assert len(run(lines, f"SELECT * FROM lines WHERE id = 'a' AND line = {number}")) == 1


MALFORMED = [
    "SELECT * FROM lines t WHERE id = 'a'",
    "SELECT * FROM lines WHERE id = 'a' # a note",
    "SELECT * FROM \"lines",
    "SELECT * FROM lines WHERE",
    "SELECT * FROM lines WHERE id",
    "SELECT * FROM lines WHERE id = 'a' AND",
    "SELECT 'x' FROM lines",
    "INSERT INTO lines (id, line) VALUES ('x', 1)",
    "INSERT INTO lines VALUE {'id': 'x', 'line': 1} foo",
    "UPDATE lines WHERE id = 'a' AND line = 1",
    "DELETE FROM lines t WHERE id = 'a' AND line = 1",
    "DELETE FROM lines WHERE id = 'a' AND line = 1 ORDER BY line",
]  # fmt: skip
INVALID = [
    ("UPDATE lines SET n = 1 WHERE id = 'a'", "equality on all key attributes"),
    ("DELETE FROM lines WHERE id = 'a' OR line = 1", "equality on all key attributes"),
    ("UPDATE lines SET id = 'b' WHERE id = 'a' AND line = 1", "This attribute is part of the key"),
    ("INSERT INTO lines VALUE {'id': 'x'}", "Missing the key line in the item"),
    ("INSERT INTO lines VALUE {'id': '', 'line': 1}", "cannot contain an empty string value"),
    ("SELECT * FROM lines WHERE title < true", "operator or function: <, operand type: BOOL"),
    ("SELECT * FROM lines WHERE id = ?", "Number of parameters in request and statement"),
    ("SELECT * FROM lines.\"none\"", "The table does not have the specified index"),
    ("SELECT * FROM lines.\"by-kind\".\"x\"", "at most 2 components in the FROM clause"),
    ("SELECT * FROM \"\"", "Path component cannot be an empty string"),
    ("SELECT title FROM lines.\"kinds-alone\" WHERE kind = 'big'",
     "Global secondary index kinds-alone does not project [title]"),
    ("SELECT id FROM lines.\"kinds-alone\" WHERE title = 'x'",
     "Secondary index kinds-alone does not project one or more filter attributes: [title]"),
    ("DELETE FROM lines WHERE id = 'a' AND line = 1 RETURNING ALL NEW *",
     "Only RETURNING ALL OLD * is allowed in DELETE statements."),
]  # fmt: skip
LACKING = [
    "SELECT count(id) FROM lines",
    "SELECT * FROM lines WHERE title IS NULL",
    "SELECT * FROM lines WHERE EXISTS(SELECT * FROM lines)",
    "SELECT * FROM lines WHERE id IN (SELECT id FROM lines)",
    "UPDATE lines SET n = set_add(m, <<1>>) WHERE id = 'a' AND line = 1",
    "INSERT INTO lines VALUE {'id': 'x', 'line': 1} ON CONFLICT DO NOTHING",
    "SELECT * FROM lines ORDER BY line",
]


def test_what_cannot_be_done_is_refused_and_changes_nothing(lines: Any, refused: Any) -> None:
    before = lines.scan(TableName="lines")["Items"]
    for statement in MALFORMED:
        with refused("ValidationException", "Statement wasn't well formed, can't be processed: "):
            run(lines, statement)
    for statement, text in INVALID:
        with refused("ValidationException", text):
            run(lines, statement)
    for statement in LACKING:
        with refused("NotInSandbox", "The sandbox does not have PartiQL's "):
            run(lines, statement)
    with refused("DuplicateItemException", "Duplicate primary key exists in table"):
        run(lines, "INSERT INTO lines VALUE {'id': 'a', 'line': 1}")
    assert lines.scan(TableName="lines")["Items"] == before


def test_a_batch_answers_each_statement(lines: Any) -> None:
    asked = [
        "SELECT * FROM lines WHERE id = 'a' AND line = 1",
        "PICK * FROM lines",
        "SELECT * FROM nowhere WHERE id = 'a'",
        "SELECT * FROM lines WHERE id = 'a'",
        "INSERT INTO lines VALUE {'id': 'a', 'line': 1}",
        "DELETE FROM lines WHERE id = 'a' AND line = 2 AND title = 'other'",
        "DELETE FROM lines WHERE id = 'a' AND line = 3",
    ]
    statements = [{"Statement": statement} for statement in asked]
    statements[5]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    answers = [
        answer
        for part in (statements[:4], statements[4:])  # Reads and writes do not go together.
        for answer in lines.batch_execute_statement(Statements=part)["Responses"]
    ]
    codes = [answer.get("Error", {}).get("Code") for answer in answers]
    assert codes == [None, "ValidationError", "ResourceNotFound", "ValidationError",
                     "DuplicateItem", "ConditionalCheckFailed", None]  # fmt: skip
    assert answers[0]["Item"]["title"] == {"S": "n1"}
    assert answers[5]["Error"]["Item"]["title"] == {"S": "n2"}
    assert [item["line"]["N"] for item in run(lines, "SELECT * FROM lines WHERE id = 'a'")] == [
        "1",
        "2",
    ]


def test_a_batch_denies_each_statement(lines: Any, make_user: Any, sandbox: Any) -> None:
    """Another table is denied, and nothing of it is done; the first is answered."""
    lines.create_table(**{**LINES, "TableName": "others"})
    client = make_user("kim").client("dynamodb", config=ONCE)
    boto3.client("iam").put_user_policy(
        UserName="kim",
        PolicyName="lines",
        PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
        '"Action": "dynamodb:PartiQL*", "Resource": "arn:aws:dynamodb:*:*:table/lines"}]}',
    )
    put = "INSERT INTO {} VALUE {{'id': 'k', 'line': 1}}"
    statements = [{"Statement": put.format(name)} for name in ("lines", "others")]
    first, second = client.batch_execute_statement(Statements=statements)["Responses"]
    assert first == {"TableName": "lines"}
    assert second["Error"]["Code"] == "AccessDenied"
    assert "dynamodb:PartiQLInsert on resource" in second["Error"]["Message"]
    assert lines.scan(TableName="others")["Count"] == 0
    asked = ("kim", "dynamodb", "BatchExecuteStatement")
    assert not sandbox.would_allow(*asked, {"Statements": statements})
    assert sandbox.would_allow(*asked, {"Statements": statements[:1]})


def test_a_transaction_is_done_as_a_whole(lines: Any) -> None:
    asked = [
        "INSERT INTO lines VALUE {'id': 'd', 'line': 1}",
        "INSERT INTO lines VALUE {'id': 'a', 'line': 1}",
        "UPDATE lines SET n = 1 WHERE id = 'a' AND line = 2 AND title = 'other'",
    ]
    before = lines.scan(TableName="lines")["Items"]
    with pytest.raises(ClientError) as caught:
        lines.execute_transaction(TransactStatements=[{"Statement": one} for one in asked])
    reasons = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert reasons == ["None", "DuplicateItem", "ConditionalCheckFailed"]
    assert lines.scan(TableName="lines")["Items"] == before
    sum_of_text = "UPDATE lines SET n = title + 1 WHERE id = 'a' AND line = 2"
    wrong = [{"Statement": asked[0]}, {"Statement": sum_of_text}]
    with pytest.raises(ClientError) as caught:
        lines.execute_transaction(TransactStatements=wrong)
    reasons = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert reasons == ["None", "ValidationError"]
    assert lines.scan(TableName="lines")["Items"] == before
    lines.execute_transaction(TransactStatements=[{"Statement": asked[0]}])
    read = "SELECT * FROM lines WHERE id = 'd' AND line = 1"
    answer = lines.execute_transaction(TransactStatements=[{"Statement": read}])
    assert answer["Responses"][0]["Item"]["id"] == {"S": "d"}


@pytest.mark.parametrize(
    ("statements", "text"),
    [
        (["UPDATE lines SET n = 1 WHERE id = 'a' AND line = 1 RETURNING ALL NEW *"],
         "TransactStatements[0]: RETURNING clause is not supported in ExecuteTransaction."),
        (["SELECT * FROM lines.\"by-kind\" WHERE kind = 'big'"],
         "TransactStatements[0]: Reads on indices are not supported within transactions."),
        (["UPDATE lines SET n = 1 WHERE id = 'a' AND line = 1"] * 2,
         "Transaction request cannot include multiple operations on one item"),
        (["SELECT * FROM lines WHERE id = 'a' AND line = 1",
          "UPDATE lines SET n = 1 WHERE id = 'a' AND line = 1"], "SELECT statements alone"),
    ],
)  # fmt: skip
def test_what_no_transaction_holds(
    lines: Any, refused: Any, statements: list[str], text: str
) -> None:
    with refused("ValidationException", text):
        lines.execute_transaction(TransactStatements=[{"Statement": one} for one in statements])


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("true", {"BOOL": True}),
        ("FALSE", {"BOOL": False}),
        ("null", {"NULL": True}),
        ("-7.50", {"N": "-7.5"}),
        ("+7", {"N": "7"}),
        ("'it''s'", {"S": "it's"}),
        ("[1, 'a', true]", {"L": [{"N": "1"}, {"S": "a"}, {"BOOL": True}]}),
        ("{'a': {'b': null}}", {"M": {"a": {"M": {"b": {"NULL": True}}}}}),
        ("<<1, 2>>", {"NS": ["1", "2"]}),
        ("<<'x'>>", {"SS": ["x"]}),
    ],
)
def test_a_literal_is_the_value_that_it_reads_as(lines: Any, literal: str, value: Any) -> None:
    """Each of PartiQL's types, written, read back and found by it (H22)."""
    run(lines, f"INSERT INTO lines VALUE {{'id': 'c', 'line': 1, 'what': {literal}}}")
    key = {"id": {"S": "c"}, "line": {"N": "1"}}
    assert lines.get_item(TableName="lines", Key=key)["Item"]["what"] == value
    assert len(run(lines, f"SELECT * FROM lines WHERE what = {literal}")) == 1
    assert run(lines, f"SELECT * FROM lines WHERE what <> {literal} AND id = 'c'") == []
