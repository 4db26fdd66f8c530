"""00 Start here: a first prediction, a first exercise."""

from __future__ import annotations

from botocore.exceptions import ClientError

from helpers.course.chapter import (
    Chapter,
    Exercise,
    Option,
    Question,
    Verdict,
    Wrong,
    correct,
    not_attempted,
    not_yet,
)
from helpers.course.evidence import Evidence
from helpers.course.worlds import Studio


def world(studio: Studio) -> dict[str, str]:
    """A table with two players, under the AWS owned key."""
    table = studio.create_table(studio.name("players"))
    studio.put_players(table, 2)
    return {"table_name": table}


WHERE = Question(
    "The next cell asks DynamoDB for a player. What answers?",
    {
        "a": Option(
            "AWS, over the Internet.",
            "No request of this notebook leaves your computer, and it asks for no account.",
        ),
        "b": Option(
            "The sandbox, on this computer.",
            "The call is ordinary boto3, and the sandbox answers it as AWS would.",
        ),
        "c": Option(
            "Nothing: without an AWS account it fails.",
            "No account is needed: the sandbox has one of its own, made a moment ago.",
        ),
    },
    "b",
)


def new_player(evidence: Evidence) -> Verdict:
    """0.1: the table holds p-010, Noor."""
    dynamodb, table = evidence.client("dynamodb"), evidence.lab.table_name
    try:
        found = dynamodb.get_item(TableName=table, Key={"player_id": {"S": "p-010"}})
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return not_yet(f"the table {table}.", "there is no such table; run the set-up cell again.")
    item = found.get("Item")
    if item is None:
        others = {"p-001", "p-002"}
        seen = [x["player_id"]["S"] for x in dynamodb.scan(TableName=table)["Items"]]
        added = sorted(set(seen) - others)
        if added:
            return not_yet("a player p-010.", f"a new player, but {added[0]}.")
        return not_attempted("There is no new player in the table yet; put p-010 there.")
    if item.get("name") != {"S": "Noor"}:
        shown = item.get("name", {}).get("S", "no name")
        return not_yet("p-010 with the name Noor.", f"p-010 with {shown}.")
    return correct("The table now holds p-010, Noor.")


def _put(identifier: str, name: str) -> str:
    item = f'{{"player_id": {{"S": "{identifier}"}}, "name": {{"S": "{name}"}}}}'
    return f"dynamodb.put_item(TableName=lab.table_name, Item={item})"


CHAPTER = Chapter(
    world=world,
    predictions={"0.1": WHERE},
    exercises={
        "0.1": Exercise(
            "Add a player",
            1,
            (
                "The cell that reads a player shows how DynamoDB writes a text: with its type, S.",
                "The call is put_item, with TableName and Item.",
                'An item is a dictionary: {"player_id": {"S": "p-010"}, "name": …}.',
            ),
            new_player,
            wrong={
                "another id": Wrong(_put("P-010", "Noor"), "a new player, but P-010"),
                "another name": Wrong(_put("p-010", "noor"), "p-010 with noor"),
                "no name": Wrong(
                    "dynamodb.put_item(TableName=lab.table_name, "
                    'Item={"player_id": {"S": "p-010"}})',
                    "no name",
                ),
                "no table": Wrong(
                    "dynamodb.delete_table(TableName=lab.table_name)", "there is no such table"
                ),
            },
        )
    },
    quiz={
        "q1": Question(
            "You restart the kernel. What must you do before you go on?",
            {
                "a": Option(
                    "Run the set-up cell; it builds the lab anew.",
                    "The sandbox lives in the kernel; open_lab builds the same world every time.",
                ),
                "b": Option(
                    "Nothing: the table is kept on the disk.",
                    "The sandbox lives in the kernel's memory, and goes with it.",
                ),
                "c": Option(
                    "Delete the table by hand first.",
                    "open_lab starts from an empty account, so there is nothing to delete.",
                ),
            },
            "a",
        ),
        "q2": Question(
            "What is kept when the kernel stops?",
            {
                "a": Option("The players' table.", "It goes with the sandbox."),
                "b": Option(
                    "What you have done, as progress() shows it.",
                    "It is in a small file; its code carries it to another computer.",
                ),
                "c": Option(
                    "Nothing.",
                    "Your progress is kept in a small file, and the notebook keeps your answers "
                    "when you save it.",
                ),
            },
            "b",
        ),
    },
)
