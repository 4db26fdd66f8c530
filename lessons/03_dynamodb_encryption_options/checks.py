"""Whose key a table is under."""

from __future__ import annotations

from typing import Any

from helpers.course.author import (
    Evidence,
    Exercise,
    Record,
    Studio,
    Verdict,
    correct,
    key_metadata,
    not_attempted,
    not_yet,
)


def world(studio: Studio) -> dict[str, str]:
    """Two keys of the studio, last season's players under the AWS managed key, and the names of
    the tables that the notebook makes."""
    key, following = studio.create_key(), studio.create_key("alias/players-next")
    old = studio.create_table(
        studio.name("players-2025"), Enabled=True, SSEType="KMS"
    )
    studio.put_players(old)
    return {
        "avatars_table_name": studio.name("avatars"),
        "scores_table_name": studio.name("scores"),
        "table_name": studio.name("players"),
        "old_table_name": old,
        "key_alias": "alias/players-table",
        "key_arn": key,
        "next_key_arn": following,
    }


def audited(evidence: Evidence) -> Verdict:
    """Avatars is under the AWS managed key."""
    table = evidence.lab.avatars_table_name
    tries, arn = _tries(evidence, table), evidence.table_key(table)
    wanted = "a key whose use is in the audit trail, without a monthly fee."
    if arn is None:
        return _missing(table)
    if not arn and tries:
        return not_yet(wanted, tries[-1].reason or "the AWS owned key.")
    if not arn:
        return not_attempted(
            f"{table} is still under the AWS owned key, which leaves no trail."
        )
    if key_metadata(evidence, arn)["KeyManager"] == "AWS":
        return correct(
            f"{table} is under the AWS managed key: audited, and without a monthly fee."
        )
    seen = f"{table} under a customer managed key: USD 1 a month, and yours to look after."
    return not_yet(wanted, seen)


def _missing(table: str) -> Verdict:
    return not_attempted(
        f"There is no table {table}; run the cell that creates it."
    )


def _tries(evidence: Evidence, table: str) -> list[Record]:
    return [x for x in evidence.records("UpdateTable") if x.asks(tableName=table)]


def tells_options(evidence: Evidence, option: Any) -> Verdict:
    """The function tells the three options from each other, for any key."""
    if not callable(option):
        return not_yet("a function.", f"`{option!r}`.")
    managed = evidence.client("kms").describe_key(KeyId="alias/aws/dynamodb")[
        "KeyMetadata"
    ]["Arn"]
    lab = evidence.lab
    cases = [
        (managed, "AWS managed", "a table under DynamoDB's AWS managed key"),
        (lab.key_arn, "customer managed", "a table under the studio's key"),
        (
            lab.next_key_arn,
            "customer managed",
            "a table under the studio's next key",
        ),
        ("", "AWS owned", "a table without SSEDescription"),
    ]
    for arn, right, about in cases:
        sse = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}
        table = {
            "TableName": lab.old_table_name,
            **({"SSEDescription": sse} if arn else {}),
        }
        told = evidence.call(option, table=table)
        if told is None and arn == managed:
            return not_attempted(
                "The function returns nothing yet; end each way with a return."
            )
        if told != right:
            return not_yet(f"`{right}` for {about}.", f"`{str(told)[:60]}`.")
    return correct(
        "KMS says who manages a key, and no SSEDescription means the AWS owned key."
    )


def alias_followed(evidence: Evidence) -> Verdict:
    """Players is under the key that the alias names now."""
    lab = evidence.lab
    table, new = lab.table_name, lab.next_key_arn
    tries, arn = _tries(evidence, table), evidence.table_key(table)
    if arn is None:
        return _missing(table)
    aliases = evidence.client("kms").list_aliases(KeyId=new)["Aliases"]
    if lab.key_alias not in [alias["AliasName"] for alias in aliases]:
        seen = "the alias on another key; run the cell of section 6 again."
        return not_yet(f"{lab.key_alias} on the new key.", seen)
    if arn == new:
        return correct(
            "Asked again, DynamoDB looked up the alias again, and took the new key."
        )
    if not tries:
        return not_attempted(
            f"{table} is under the key that the alias named before."
        )
    return not_yet(
        f"{table} under the new key.",
        tries[-1].reason or _whose(evidence, arn),
    )


def _whose(evidence: Evidence, arn: str) -> str:
    """The key of players, in words."""
    if arn == evidence.lab.key_arn:
        return "the key that the alias named before."
    if arn and key_metadata(evidence, arn)["KeyManager"] == "AWS":
        return "DynamoDB's AWS managed key: your call names no key."
    return f"the key {arn}." if arn else "the AWS owned key."


EXERCISES = [
    Exercise(
        title="What the auditors ask for",
        points=1,
        hints=(
            "Look at the table of section 3. Which column has “yes” for the audit trail, and "
            "“free” for the month?",
            "It is the option that scores is under. A table changes its key with update_table.",
            "SSESpecification needs one member for this: Enabled.",
        ),
        check=audited,
    ),
    Exercise(
        title="Which option is it?",
        points=2,
        hints=(
            "Which of the three options can you tell without asking KMS?",
            'Where there is an SSEDescription, ask KMS about its "KMSMasterKeyArn".',
            'kms.describe_key(KeyId=…)["KeyMetadata"]["KeyManager"] is AWS or CUSTOMER.',
        ),
        check=tells_options,
        given="encryption_option",
    ),
    Exercise(
        title="Follow the alias",
        points=2,
        hints=(
            "When does DynamoDB look up an alias? Make it do that once more.",
            "The call is update_table, as for last season's table.",
            'SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": …}',
        ),
        check=alias_followed,
    ),
]
