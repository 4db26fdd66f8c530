"""A first item, a first ARN, a first look into the audit trail."""

from __future__ import annotations

import json
import re
from types import EllipsisType
from typing import Any

from botocore.exceptions import ClientError

from lessons.author import (
    WRITES,
    Evidence,
    Studio,
    Verdict,
    correct,
    failure,
    kind_of,
    listed,
    not_attempted,
    not_yet,
    quoted,
    records,
)

NEW_ID, NEW_NAME = "p-010", "Noor"
#: Who may read players, and two users without any policy; the seed says which of them has tried
#: to delete the table.
READER, OTHERS = "lena", ("noel", "tara")
_ARN = re.compile(r"arn:aws:(\w*):([\w-]*):(\d*):(.+)")
_FORM = "`arn:aws:service:Region:account:thing`"
_ACCESS_KEY = re.compile(r"A[KS]IA[0-9A-Z]{12,}")
_USER_ID = re.compile(r"AIDA[0-9A-Z]{12,}")


def world(studio: Studio) -> dict[str, str]:
    """A table with two players under the AWS owned key, and three users: one may read an item,
    and one has tried to delete the table."""
    table = studio.create_table(studio.name("players"))
    studio.put_players(table, 2)
    reader = studio.create_user(READER)
    _, _, _, _, account, _ = reader.split(":")
    region = studio.client("dynamodb").meta.region_name
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:GetItem",
        "Resource": f"arn:aws:dynamodb:{region}:{account}:table/{table}",
    }
    studio.client("iam").put_user_policy(
        UserName=READER,
        PolicyName="read-players",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [statement]}
        ),
    )
    for user in OTHERS:
        studio.create_user(user)
    try:
        intruder = studio.random("intruder").choice(OTHERS)
        studio.client_of(intruder, "dynamodb").delete_table(TableName=table)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
    return {"table_name": table}


def new_player(evidence: Evidence) -> Verdict:
    """The table holds p-010, Noor."""
    dynamodb, table = evidence.client("dynamodb"), evidence.lab.table_name
    try:
        items = dynamodb.scan(TableName=table)["Items"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return not_yet(
            f"the table {table}.",
            "there is no such table; run the set-up cell again.",
        )
    by_id = {item["player_id"]["S"]: item for item in items}
    if NEW_ID not in by_id:
        return _no_player(evidence, set(by_id))
    name = by_id[NEW_ID].get("name")
    if name == {"S": NEW_NAME}:
        return correct(f"The table now holds {NEW_ID}, {NEW_NAME}.")
    wanted = f"{NEW_ID} with the name {NEW_NAME}, a string."
    if name is None:
        others = listed([f"`{part}`" for part in by_id[NEW_ID]])
        return not_yet(wanted, f"{NEW_ID} with no `name`; it has {others}.")
    if "S" not in name:
        return not_yet(
            wanted,
            f"{NEW_ID}, whose name is a value of type {next(iter(name))}.",
        )
    return not_yet(wanted, f"{NEW_ID} with the name `{name['S']}`.")


def _no_player(evidence: Evidence, ids: set[str]) -> Verdict:
    """There is no p-010: what there is instead, and else what became of the last attempt."""
    studio = Studio(evidence.lab.sandbox.session(), evidence.lab.sandbox.seed)
    added = sorted(ids - {player.player_id for player in studio.players(2)})
    if added:
        return not_yet(
            f"a player {NEW_ID}.",
            f"a new player, but with the ID `{added[0]}`.",
        )
    tried = evidence.records(*WRITES, user="admin")
    if tried:
        last = tried[-1]
        done = f"{last.name}, after which there is no such player"
        return not_yet(
            f"a player {NEW_ID}.", f"{failure(last) if last.error else done}."
        )
    return not_attempted(
        "There is no new player in the table yet. If boto3 stopped your call before it was "
        "sent, the error under your cell says why."
    )


def arn_of_the_table(evidence: Evidence, given: Any) -> Verdict:
    """The table's ARN, as text."""
    lab = evidence.lab
    right = ("dynamodb", lab.region, lab.account_id, f"table/{lab.table_name}")
    wanted = (
        "the ARN of the table, a string that begins with `arn:aws:dynamodb:`."
    )
    if isinstance(given, EllipsisType):
        return not_attempted(
            "The dots are still there; put the ARN in their place."
        )
    if not isinstance(given, str):
        return not_yet(wanted, f"{kind_of(given)}.")
    if given == lab.table_name:
        return not_yet(wanted, "the table's name, which is only part of its ARN.")
    found = _ARN.fullmatch(given)
    if found is None:
        return not_yet(
            wanted, f"{quoted(given, 90)}, which does not have the form {_FORM}."
        )
    service, region, account, thing = found.groups()
    if found.groups() == right:
        return correct(
            "It names the service, the Region, the account and the table."
        )
    if service == "iam":
        return not_yet(wanted, f"the ARN of a user: `{thing}`.")
    if thing != right[3]:
        return not_yet(f"{right[3]} at the end.", f"`{thing[:60]}` at the end.")
    if service != "dynamodb":
        return not_yet("the service `dynamodb`.", f"the service `{service}`.")
    if account != lab.account_id:
        return not_yet("this account.", f"the account `{account}`.")
    seen = f"the Region `{region}`" if region else "no Region"
    return not_yet(f"the Region {lab.region}.", f"{seen}.")


def other_user(evidence: Evidence, given: Any) -> Verdict:
    """The user who tried to delete the table before the notebook began."""
    if isinstance(given, EllipsisType):
        return not_attempted(
            "The dots are still there; put a name in their place."
        )
    wanted = "the name of a user, a string."
    if not isinstance(given, str):
        return not_yet(wanted, f"{kind_of(given)}.")
    if given.startswith("arn:"):
        return not_yet(wanted, f"an ARN; the name is only part of it: `{given}`.")
    if _ACCESS_KEY.fullmatch(given):
        return not_yet(wanted, "an access key; the event also names its user.")
    if _USER_ID.fullmatch(given):
        return not_yet(wanted, "a user's ID; the event also has the user's name.")
    calls = [x for x in records(evidence.lab.trail) if x.name == "DeleteTable"]
    before = [x for x in calls if x.time < evidence.lab.opened]
    if given in {x.user for x in before}:
        return correct("Refused calls leave events, too.")
    if given in {x.user for x in calls}:
        return not_yet(
            "the user who tried before you opened this notebook.",
            f"{given}, whose event is the newer one.",
        )
    return not_yet(
        "a user whose DeleteTable is in the audit trail.",
        f"no DeleteTable by {quoted(given)}.",
    )


EXERCISES = [
    new_player,
    arn_of_the_table,
    other_user,
]
