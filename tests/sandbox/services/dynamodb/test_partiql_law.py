"""A law: a SELECT finds what Query and Scan find with the same condition, and a DELETE or an UPDATE
happens where the condition holds and nowhere else (H22)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.services.dynamodb.test_partiql import LINES, run

TEXTS = st.sampled_from(["", "a", "ab", "b"]).map(lambda v: {"S": v})
NUMBERS = st.sampled_from(["-1", "0", "1", "1.5", "10"]).map(lambda v: {"N": v})
#: Path -> a value of the type that it is compared with.
TYPED: dict[str, Any] = {
    "n": NUMBERS,
    "t": TEXTS,
    "kind": st.sampled_from([{"S": "s"}, {"S": "t"}]),
    "s": st.sets(st.sampled_from("abc"), min_size=1).map(lambda v: {"SS": sorted(v)}),
    "l": st.lists(NUMBERS, max_size=2).map(lambda v: {"L": v}),
    "m": TEXTS.map(lambda v: {"M": {"p": v}}),
    "f": st.booleans().map(lambda v: {"BOOL": v}),
}
#: In a row there may be a value of another type, which no comparison with these meets.
MIXED = TYPED | {path: st.one_of(TYPED[path], TYPED["f"], NUMBERS, TEXTS) for path in "nt"}
ROWS = st.dictionaries(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["1", "2", "10"])),
    st.fixed_dictionaries({}, optional=MIXED),
    max_size=6,
)
OPERANDS = {**TYPED, "line": NUMBERS, "m.p": TEXTS}


def literal(value: dict[str, Any]) -> str:
    """A value as PartiQL writes it."""
    kind, data = next(iter(value.items()))
    if kind == "S":
        return f"'{data}'"
    if kind == "BOOL":
        return str(data).lower()
    if kind == "L":
        return "[" + ", ".join(map(literal, data)) + "]"
    if kind == "M":
        return "{" + ", ".join(f"'{k}': {literal(v)}" for k, v in data.items()) + "}"
    return "<<" + ", ".join(f"'{v}'" for v in data) + ">>" if kind == "SS" else data


#: A condition as PartiQL, and the same as an expression with ``{}`` for each of its values.
Both = tuple[str, str, list[dict[str, Any]]]


@st.composite
def simple(draw: Any) -> Both:
    form = draw(
        st.sampled_from(["order", "equal", "between", "in", "begins", "contains", "missing"])
    )
    scalar = st.sampled_from(["n", "t", "line", "m.p", "kind"])
    path = draw({"begins": st.sampled_from(["t", "m.p"]), "contains": st.sampled_from(["t", "s"]),
                 "equal": st.sampled_from(sorted(OPERANDS)),
                 "missing": st.sampled_from(sorted(OPERANDS))}.get(form, scalar))  # fmt: skip
    value, other = draw(OPERANDS[path]), draw(OPERANDS[path])
    blank = draw(st.sampled_from(["", " "]))
    if form in ("order", "equal"):
        sign = draw(st.sampled_from(["<", "<=", ">", ">="])) if form == "order" else "="
        return f"{path}{blank}{sign}{blank}{literal(value)}", f"{path} {sign} {{}}", [value]
    if form == "between":
        low, high = sorted([value, other], key=order)
        text = f"{path} BETWEEN {literal(low)} AND {literal(high)}"
        return text, f"{path} BETWEEN {{}} AND {{}}", [low, high]
    if form == "in":
        text = f"{path} IN [{literal(value)}, {literal(other)}]"
        return text, f"{path} IN ({{}}, {{}})", [value, other]
    if form == "missing":
        negated = draw(st.booleans())
        text = f"{path} IS {'NOT ' if negated else ''}MISSING"
        return text, f"attribute_{'' if negated else 'not_'}exists({path})", []
    part = draw(st.sampled_from("ab"))
    name = "begins_with" if form == "begins" else form
    return f"{name}({path}, '{part}')", f"{name}({path}, {{}})", [{"S": part}]


def order(value: dict[str, Any]) -> Any:
    return float(value["N"]) if "N" in value else value["S"]


def joined(parts: Any) -> Any:
    @st.composite
    def both(draw: Any) -> Both:
        word = draw(st.sampled_from(["AND", "OR"]))
        (one, first, values), (other, second, more) = draw(parts), draw(parts)
        return f"({one} {word} {other})", f"({first} {word} {second})", values + more

    return both()


CONDITIONS = st.recursive(simple(), joined, max_leaves=4)


@contextmanager
def filled(client: Any, rows: Any) -> Iterator[None]:
    """Within the block there is a table ``lines`` with these rows."""
    client.create_table(**LINES)
    for (name, number), more in rows.items():
        client.put_item(TableName="lines", Item={"id": {"S": name}, "line": {"N": number}, **more})
    try:
        yield
    finally:
        client.delete_table(TableName="lines")


#: The table is made anew for each example.
SHARED = [HealthCheck.function_scoped_fixture]


def ordered(items: list[dict[str, Any]]) -> list[str]:
    """Rows to compare: sets have no order."""
    return sorted(
        repr(sorted((k, sorted(v["SS"]) if "SS" in v else v) for k, v in item.items()))
        for item in items
    )


@settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
@given(rows=ROWS, condition=CONDITIONS, partition=st.sampled_from([None, "a", "b"]))
def test_a_select_finds_what_query_and_scan_find(
    dynamodb: Any, rows: Any, condition: Both, partition: str | None
) -> None:
    ours, theirs, values = condition
    names = [f":v{number}" for number in range(len(values))]
    expression = theirs.format(*names)
    more: dict[str, Any] = {"FilterExpression": expression}
    if values:
        more["ExpressionAttributeValues"] = dict(zip(names, values, strict=True))
    client = dynamodb
    with filled(client, rows):
        where = f"id='{partition}' AND {ours}" if partition else ours
        found = run(client, f"SELECT * FROM lines WHERE {where}")
        expected = client.scan(TableName="lines", **more)["Items"]
        if partition:
            expected = [item for item in expected if item["id"]["S"] == partition]
            if "line" not in theirs:  # A Query's filter may not speak of keys.
                more.setdefault("ExpressionAttributeValues", {})[":id"] = {"S": partition}
                more |= {"TableName": "lines", "KeyConditionExpression": "id = :id"}
                assert found == client.query(**more)["Items"]
        assert ordered(found) == ordered(expected)


@settings(max_examples=30, deadline=None, suppress_health_check=SHARED)
@given(rows=ROWS, condition=CONDITIONS, key=st.tuples(st.sampled_from("ab"), st.just("1")))
def test_a_delete_and_an_update_happen_where_the_condition_holds(
    dynamodb: Any, rows: Any, condition: Both, key: tuple[str, str]
) -> None:
    name, number = key
    where = f"id = '{name}' AND line = {number} AND {condition[0]}"
    client = dynamodb
    with filled(client, rows):
        there = bool(run(client, f"SELECT * FROM lines WHERE id = '{name}' AND line = {number}"))
        holds = bool(run(client, f"SELECT * FROM lines WHERE {where}"))
        before = client.scan(TableName="lines")["Items"]
        for statement in (
            f"UPDATE lines SET z = 'done' WHERE {where}",
            f"DELETE FROM lines WHERE {where}",
        ):
            refused = not holds and (there or statement.startswith("UPDATE"))
            try:
                run(client, statement)
                assert not refused
            except ClientError as error:
                assert refused
                assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
            if not holds:
                assert client.scan(TableName="lines")["Items"] == before
        left = client.get_item(
            TableName="lines", Key={"id": {"S": name}, "line": {"N": number}}
        ).get("Item")
        assert bool(left) is (there and not holds)
