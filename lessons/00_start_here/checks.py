"""A first prediction, a first exercise."""

from __future__ import annotations

from botocore.exceptions import ClientError

from lessons.author import (
    Evidence,
    Exercise,
    Studio,
    Verdict,
    correct,
    not_attempted,
    not_yet,
)


def world(studio: Studio) -> dict[str, str]:
    """A table with two players, under the AWS owned key."""
    table = studio.create_table(studio.name("players"))
    studio.put_players(table, 2)
    return {"table_name": table}


def new_player(evidence: Evidence) -> Verdict:
    """The table holds p-010, Noor."""
    dynamodb, table = evidence.client("dynamodb"), evidence.lab.table_name
    try:
        found = dynamodb.get_item(
            TableName=table, Key={"player_id": {"S": "p-010"}}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return not_yet(
            f"the table {table}.",
            "there is no such table; run the set-up cell again.",
        )
    item = found.get("Item")
    if item is None:
        others = {"p-001", "p-002"}
        seen = [
            x["player_id"]["S"] for x in dynamodb.scan(TableName=table)["Items"]
        ]
        added = sorted(set(seen) - others)
        if added:
            return not_yet("a player p-010.", f"a new player, but {added[0]}.")
        return not_attempted(
            "There is no new player in the table yet; put p-010 there."
        )
    if item.get("name") != {"S": "Noor"}:
        shown = item.get("name", {}).get("S", "no name")
        return not_yet("p-010 with the name Noor.", f"p-010 with {shown}.")
    return correct("The table now holds p-010, Noor.")


EXERCISES = [
    Exercise(
        title="Add a player",
        points=1,
        hints=(
            "The cell that reads a player shows how DynamoDB writes a text: with its type, S.",
            "The call is put_item, with TableName and Item.",
            'An item is a dictionary: {"player_id": {"S": "p-010"}, "name": …}.',
        ),
        check=new_player,
    ),
]
