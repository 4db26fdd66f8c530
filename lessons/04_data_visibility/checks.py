"""Who sees what of an encrypted table, and what the audit trail tells."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers.course.author import (
    Evidence,
    Exercise,
    LearnerError,
    Studio,
    Verdict,
    correct,
    not_attempted,
    not_yet,
    records,
)

KMS = "kms.amazonaws.com"
#: Colleagues who may read the tables and use their key; the seed says which two of them looked
#: at last season's. Bruno read this season's. Edda may not use the key, and tried.
COLLEAGUES = ("ines", "nils", "tess")
_READ_ONLY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"


def world(studio: Studio) -> dict[str, str]:
    """Two seasons of players under the studio's key, colleagues who have read them, and a second
    key for what a program encrypts before it sends."""
    key = studio.create_key()
    studio.create_key(
        "alias/players-private", "For what is encrypted before it is sent"
    )
    names = {
        "table_name": studio.create_table(studio.name("players"), key),
        "old_table_name": studio.create_table(studio.name("players-2025"), key),
    }
    for table in names.values():
        studio.put_players(table)
    for user in (*COLLEAGUES, "bruno", "edda"):
        studio.create_user(user, _READ_ONLY)
        if user != "edda":
            _allow_decrypt(studio, user, key)
    _read(studio, "bruno", names["table_name"])
    for user in ("edda", *studio.random("readers").sample(COLLEAGUES, 2)):
        _read(studio, user, names["old_table_name"])
    aliases = {
        "key_alias": "alias/players-table",
        "private_key_alias": "alias/players-private",
    }
    return {**names, **aliases, "key_arn": key}


def _allow_decrypt(studio: Studio, user: str, key: str) -> None:
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
    studio.client("iam").put_user_policy(
        UserName=user,
        PolicyName="use-the-players-key",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [statement]}
        ),
    )


def _read(studio: Studio, user: str, table: str) -> None:
    dynamodb = studio.client_of(user, "dynamodb")
    try:
        dynamodb.get_item(TableName=table, Key={"player_id": {"S": "p-001"}})
    except ClientError:
        if user != "edda":
            raise


def context_fits(evidence: Evidence, context: Any) -> Verdict:
    """KMS opens the table key of players-2025 with this encryption context."""
    table = evidence.lab.old_table_name
    stored = evidence.lab.at_rest(table)
    if not isinstance(context, dict):
        return not_yet("a dictionary.", f"`{str(context)[:60]}`.")
    if set(context) != set(stored.encryption_context):
        wanted = "the two names that stand in each Decrypt event for a table."
        names = ", ".join(f"`{name}`" for name in context)
        return not_yet(wanted, f"{names or 'an empty dictionary'}.")
    try:
        evidence.client("kms").decrypt(
            CiphertextBlob=stored.wrapped_table_key, EncryptionContext=context
        )
    except ParamValidationError:
        return not_yet("a text for each name.", "a value that is no text.")
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidCiphertextException":
            raise
        odd = next(
            x
            for x in context.items()
            if x not in stored.encryption_context.items()
        )
        return not_yet(
            f"the values for {table}.",
            f"`{odd[1]}` for {odd[0]}; KMS refuses it.",
        )
    return correct(f"KMS opened the table key of {table} with it.")


def readers_found(evidence: Evidence, readers: Any) -> Verdict:
    """The users for whom DynamoDB had the table key of players-2025 opened."""
    if isinstance(readers, str) or not isinstance(readers, Iterable):
        return not_yet("a list of names.", f"`{str(readers)[:60]}`.")
    names = list(readers)
    if odd := [name for name in names if not isinstance(name, str)]:
        return not_yet("a list of names.", f"in it, `{str(odd[0])[:60]}`.")
    given = {
        name.rpartition("/")[2] for name in names
    }  # An ARN names the user as well.
    table, calls = evidence.lab.old_table_name, records(evidence.lab.trail)
    calls = [x for x in calls if x.name == "Decrypt" and x.source == KMS]
    about = [x for x in calls if _table(x) == table and x.via]
    right = {x.user for x in about if not x.error} - {"admin"}
    wanted = f"each user for whom the table key of {table} was opened."
    if given == right:
        return correct(
            "The encryption context says which table, and the event carries the name."
        )
    for name in sorted(given - right):
        if name == "admin":
            return not_yet("colleagues.", "admin, which is you.")
        if any(x.user == name for x in about):
            return not_yet(
                wanted, f"{name}, whom KMS refused: look at errorCode."
            )
        if any(x.user == name for x in calls):
            return not_yet(
                wanted, f"{name}, whose Decrypt was about another table."
            )
        return not_yet(
            wanted, f"`{name[:60]}`, of whom there is no Decrypt event."
        )
    return not_yet(wanted, f"{len(given)} of {len(right)}; somebody is missing.")


def _table(record: Any) -> str:
    context = record.parameters.get("encryptionContext", {})
    return str(context.get("aws:dynamodb:tableName", ""))


def email_read(evidence: Evidence, read_email: Any) -> Verdict:
    """The function decrypts the address of players that it has not seen before."""
    if not callable(read_email):
        return not_yet("a function.", f"`{read_email!r}`.")
    addresses = {"p-077": "noor@example.com", "p-078": "levi@example.com"}
    items = [
        _sealed(evidence, player, email) for player, email in addresses.items()
    ]
    for item, email in zip(items, addresses.values(), strict=True):
        try:
            told = evidence.call(read_email, item=item)
        except LearnerError as error:
            if "InvalidCiphertextException" not in error.short:
                raise
            wanted = "the item's email_key, in the encryption context of this very player."
            return not_yet(
                wanted, "InvalidCiphertextException, so KMS got something else."
            )
        if told is None:
            return not_attempted(
                "The function returns nothing yet; end it with a return."
            )
        if isinstance(told, (bytes, bytearray)):
            return not_yet("a text.", "bytes; decode() makes a text of them.")
        if told != email:
            return not_yet(f"`{email}`.", f"`{str(told)[:60]}`.")
    return correct("KMS opened the data key, and the data key the address.")


def _sealed(evidence: Evidence, player: str, email: str) -> dict[str, Any]:
    """A player with an address that was encrypted as section 7 does it."""
    lab = evidence.lab
    key = evidence.client("kms").generate_data_key(
        KeyId=lab.private_key_alias,
        KeySpec="AES_256",
        EncryptionContext={"table": lab.table_name, "player_id": player},
    )
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(key["Plaintext"]).encrypt(nonce, email.encode(), None)
    return {
        "player_id": {"S": player},
        "email": {"B": sealed},
        "email_key": {"B": key["CiphertextBlob"]},
    }


EXERCISES = [
    Exercise(
        title="What KMS must be told",
        points=1,
        hints=(
            "Section 3 shows what DynamoDB told KMS about players.",
            "It is a dictionary with two names. Which of the two values is another one here?",
            'The names are "aws:dynamodb:tableName" and "aws:dynamodb:subscriberId"; the '
            "subscriber is the account.",
        ),
        check=context_fits,
        given="context",
    ),
    Exercise(
        title="Who looked at last season?",
        points=2,
        hints=(
            "Which operation of KMS opens a table key? Look up its events.",
            "Both tables have the same key. What in requestParameters tells them apart?",
            'Keep the events with "aws:dynamodb:tableName" of the old table in '
            'requestParameters["encryptionContext"], and without an errorCode.',
        ),
        check=readers_found,
        given="readers",
    ),
    Exercise(
        title="Read what was encrypted before it was sent",
        points=3,
        hints=(
            "Two steps: KMS opens the data key, and the data key opens the address.",
            'kms.decrypt takes item["email_key"]["B"] and the encryption context of this '
            "player, which has the player's own ID.",
            'The first 12 bytes of item["email"]["B"] are the nonce: '
            "AESGCM(key).decrypt(nonce, rest, None). Then decode() the bytes.",
        ),
        check=email_read,
        given="read_email",
    ),
]
