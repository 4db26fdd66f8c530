"""Who sees what of an encrypted table, and what the audit trail tells."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from types import EllipsisType
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lessons.author import (
    Evidence,
    LearnerError,
    Record,
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
        wanted = "the two names that each Decrypt event for a table shows."
        names = ", ".join(f"`{name}`" for name in context)
        return not_yet(wanted, f"{names or 'an empty dictionary'}.")
    try:
        evidence.client("kms").decrypt(
            CiphertextBlob=stored.wrapped_table_key, EncryptionContext=context
        )
    except ParamValidationError:
        return not_yet("text for each name.", "a value that is not text.")
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


def _decrypts(evidence: Evidence) -> list[Record]:
    """KMS's Decrypt events that DynamoDB made for somebody, oldest first, those from before the
    notebook began as well."""
    calls = records(evidence.lab.trail)
    return [x for x in calls if x.name == "Decrypt" and x.source == KMS and x.via]


def _table(record: Record) -> str:
    context = record.parameters.get("encryptionContext", {})
    return str(context.get("aws:dynamodb:tableName", ""))


def last_reader_found(evidence: Evidence, reader: Any) -> Verdict:
    """The user of DynamoDB's latest Decrypt call for players-2025: now, or when the notebook
    began, as reading the table since then is no mistake."""
    if not isinstance(reader, str):
        return not_yet("a user's name.", f"`{str(reader)[:60]}`.")
    if reader.endswith(".amazonaws.com"):
        return not_yet(
            "the user's name.",
            f"`{reader[:60]}`, the service that made the call, and not who called it.",
        )
    lab, calls = evidence.lab, _decrypts(evidence)
    name = reader.rpartition("/")[2]
    about = [x for x in calls if _table(x) == lab.old_table_name]
    before = [x for x in about if x.time < lab.opened]
    if name in (about[-1].user, before[-1].user):
        return correct(
            f"DynamoDB asked KMS in the name of {name}, who had called it."
        )
    wanted = f"the user of the latest Decrypt event for {lab.old_table_name}."
    if not any(x.user == name for x in calls):
        return not_yet(
            wanted, f"`{name[:60]}`, for whom there is no Decrypt event."
        )
    return not_yet(
        wanted,
        f"{name}, whose event is about another table, or is older.",
    )


def readers_found(evidence: Evidence, readers: Any) -> Verdict:
    """The users for whom DynamoDB had the table key of players-2025 opened."""
    if isinstance(readers, str) or not isinstance(readers, Iterable):
        return not_yet("a list of names.", f"`{str(readers)[:60]}`.")
    names = list(readers)
    if odd := [name for name in names if not isinstance(name, str)]:
        return not_yet("a list of names.", f"in it, `{str(odd[0])[:60]}`.")
    # An ARN names the user as well.
    given = {name.rpartition("/")[2] for name in names}
    lab, calls = evidence.lab, _decrypts(evidence)
    table = lab.old_table_name
    about = [x for x in calls if _table(x) == table]
    opened = [x for x in about if not x.error]
    # Somebody who was made to read the table since then may be named, and need not be.
    right = {x.user for x in opened if x.time < lab.opened} - {"admin"}
    since = {x.user for x in opened} - {"admin"}
    wanted = f"each user for whom the table key of {table} was opened."
    if right <= given <= since:
        return correct(
            "The encryption context says which table, and the event names the person."
        )
    for name in sorted(given - since):
        return not_yet(wanted, _odd_reader(name, calls, about))
    found = len(given & right)
    return not_yet(wanted, f"{found} of {len(right)}; somebody is missing.")


def _odd_reader(name: str, calls: list[Record], about: list[Record]) -> str:
    """Why somebody who was named is no reader of the table."""
    if name == "admin":
        return "admin, which is you."
    if any(x.user == name for x in about):
        return f"{name}, whom KMS refused: look at errorCode."
    if any(x.user == name for x in calls):
        return f"{name}, whose Decrypt was about another table."
    return f"`{name[:60]}`, for whom there is no Decrypt event."


def table_key_opened(evidence: Evidence) -> Verdict:
    """A call of KMS itself opened the table key of players-2025, and named the studio's key."""
    lab = evidence.lab
    old, key = lab.old_table_name, lab.key_arn
    calls = [x for x in evidence.records("Decrypt") if not x.via]
    about = [x for x in calls if _table(x) == old]
    opened = [x for x in about if not x.error]
    if any(x.parameters.get("keyId") for x in opened):
        return correct(
            f"KMS opened the table key of {old} with the key that you named."
        )
    wanted = f"a Decrypt call that opens the table key of {old} and names the studio's key."
    tries = [x for x in calls if x.error or _table(x)]
    if not tries:
        return not_attempted(
            f"KMS has not opened the table key of {old} for you yet."
        )
    last = tries[-1]
    if not last.error:
        seen = f"a call that opened the table key of {_table(last)}."
        if last in opened:
            seen = "such a call that names no KeyId."
        return not_yet(wanted, seen)
    seen = f"{last.error}. {last.reason}".strip()
    if last.error == "InvalidCiphertextException":
        seen = f"{last.error}; the encryption context in it was {_pairs(last)}."
    if last.error == "IncorrectKeyException":
        named = last.parameters.get("keyId")
        seen = (
            f"{last.error}: `{named}` is not the key that encrypted it ({key})."
        )
    return not_yet(wanted, seen)


def _pairs(record: Record) -> str:
    context = record.parameters.get("encryptionContext", {})
    return f"`{context}`" if context else "empty"


#: Dangers of 4.5 by a word of each: what helps, and what each wrong remedy leaves open.
REMEDIES = {
    "stolen": "encryption at rest",
    "listens": "TLS",
    "Edda": "customer managed key",
    "Bruno": "client-side encryption",
    "deletes": "fewer permissions",
}
_WHY_NOT = {
    "stolen": {
        "TLS": "a stolen disk is not on the network",
        "fewer permissions": "a thief asks for no permission",
    },
    "listens": {
        "encryption at rest": "DynamoDB has decrypted the items before it sends them",
        "customer managed key": "DynamoDB has decrypted the items before it sends them",
        "fewer permissions": "someone who listens needs no permission",
    },
    "Edda": {
        "encryption at rest": "DynamoDB decrypts for whoever may use the table's key",
        "TLS": "Edda is no stranger on the network: DynamoDB answers her",
        "fewer permissions": "Edda keeps her permission to read every table",
    },
    "Bruno": {
        "encryption at rest": "DynamoDB decrypts for Bruno, who may use the table's key",
        "customer managed key": "Bruno may use the table's key",
        "TLS": "Bruno is no stranger on the network: DynamoDB answers him",
        "fewer permissions": "Bruno needs the players, and so keeps his permissions",
    },
    "deletes": {
        "encryption at rest": "DeleteTable decrypts nothing",
        "customer managed key": "DeleteTable decrypts nothing",
        "client-side encryption": "DeleteTable decrypts nothing",
        "TLS": "the colleague's own request comes by TLS as well",
    },
}


def remedies_matched(evidence: Evidence, remedies: Any) -> Verdict:
    """Each danger with the one remedy that is left for it."""
    if not isinstance(remedies, dict) or len(remedies) != len(REMEDIES):
        return not_yet(
            "a dictionary of the five dangers.", f"`{str(remedies)[:60]}`."
        )
    filled = {
        k: v for k, v in remedies.items() if not isinstance(v, EllipsisType)
    }
    if not filled:
        return not_attempted(
            "The dots are still there; put a remedy for each danger."
        )
    known = {word.lower(): word for word in REMEDIES.values()}
    odd = [str(v) for v in filled.values() if str(v).strip().lower() not in known]
    if odd:
        seen = ", ".join(f"`{word[:30]}`" for word in odd)
        return not_yet(
            f"each remedy as one of {', '.join(known.values())}.", f"{seen}."
        )
    if len(filled) < len(remedies):
        seen = f"{len(filled)} of {len(remedies)} filled in."
        return not_yet("a remedy for each danger.", seen)
    given = {k: known[str(v).strip().lower()] for k, v in filled.items()}
    if len(set(given.values())) < len(given):
        twice = next(
            v for v in given.values() if list(given.values()).count(v) > 1
        )
        return not_yet("each of the five once.", f"`{twice}` more than once.")
    wrong = []
    for danger, remedy in given.items():
        word = next((w for w in REMEDIES if w in str(danger)), "")
        if remedy != REMEDIES.get(word):
            wrong.append((word, danger, remedy))
    if not wrong:
        return correct(
            "Each danger has its own remedy; encryption at rest is one of five."
        )
    said = [x for x in wrong if x[2] in _WHY_NOT.get(x[0], {})]
    count = f"{len(given) - len(wrong)} of {len(given)} fit"
    if not said:
        return not_yet("the remedy that is left for each.", f"{count}.")
    reasons = "; ".join(
        f"“{danger}”: not `{remedy}`, because {_WHY_NOT[word][remedy]}"
        for word, danger, remedy in said
    )
    return not_yet("a remedy that helps.", f"{count}. {reasons}.")


def address_protected(evidence: Evidence) -> Verdict:
    """The address of p-002 in the table is a ciphertext under the private key, and the rest of
    the item is as it was."""
    lab = evidence.lab
    player = Studio(lab.sandbox.session(), lab.sandbox.seed).players()[1]
    name = player.player_id
    key = {"player_id": {"S": name}}
    found = evidence.client("dynamodb").get_item(
        TableName=lab.table_name, Key=key
    )
    item = found.get("Item")
    wanted = f"{name} with an encrypted address, and with its other attributes."
    if item is None:
        return not_yet(
            wanted, f"no item {name}; run the set-up cell to start over."
        )
    if item == player.item:
        return _nothing_changed(evidence, name, wanted)
    if "S" in item.get("email", {}):
        return not_yet(wanted, "an address that is still in plaintext.")
    old = evidence.client("dynamodb").get_item(
        TableName=lab.old_table_name, Key=key
    )
    if old.get("Item") == player.item:
        wanted += f" The table {lab.old_table_name} has the item as it was."
    lost = [part for part in player.item if part not in item]
    if lost:
        return not_yet(wanted, f"an item without {', '.join(lost)}.")
    changed = [
        x for x in player.item if x != "email" and item[x] != player.item[x]
    ]
    if changed:
        return not_yet(
            wanted, f"another value of {', '.join(changed)} than before."
        )
    if "B" not in item.get("email_key", {}):
        return not_yet(wanted, "no email_key, so nobody can decrypt the address.")
    try:
        told = _unsealed(evidence, item)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        seen = (
            f"an email_key that does not open in the context of {name}: {code}."
        )
        return not_yet(wanted, seen)
    except (InvalidTag, ValueError):
        return not_yet(wanted, "an address that its data key does not decrypt.")
    if told != player.email:
        return not_yet(
            wanted, f"another text than the address, encrypted: `{told[:60]}`."
        )
    return correct(
        "Bruno sees bytes there now, and the rest of the player as before."
    )


def _nothing_changed(evidence: Evidence, name: str, wanted: str) -> Verdict:
    """Nothing of the item changed: what was tried, if anything was."""
    tried = evidence.records("PutItem", "UpdateItem", "GenerateDataKey")
    failed = [x for x in tried if x.error]
    if failed:
        last = failed[-1]
        seen = (
            f"{last.name} by {last.user} ended with {last.error}. {last.reason}"
        )
        return not_yet(wanted, seen)
    for made in tried:
        place = made.parameters.get("encryptionContext", {})
        if made.name == "GenerateDataKey" and place.get("player_id") == name:
            return not_yet(
                wanted, "a data key for it, and the address still in plaintext."
            )
    return not_attempted(f"The address of {name} is still in plaintext.")


def _unsealed(evidence: Evidence, item: dict[str, Any]) -> str:
    """The address of a player that ``protect`` made."""
    place = {
        "table": evidence.lab.table_name,
        "player_id": item["player_id"]["S"],
    }
    opened = evidence.client("kms").decrypt(
        CiphertextBlob=bytes(item["email_key"]["B"]), EncryptionContext=place
    )
    sealed = bytes(item["email"]["B"])
    return (
        AESGCM(opened["Plaintext"])
        .decrypt(sealed[:12], sealed[12:], None)
        .decode()
    )


def email_read(evidence: Evidence, read_email: Any) -> Verdict:
    """The function decrypts the address of players that it has not seen before."""
    if not callable(read_email):
        return not_yet("a function.", f"`{read_email!r}`.")
    some = Studio(evidence.lab.sandbox.session(), evidence.lab.sandbox.seed)
    names = some.random("sealed").sample(
        ["Noor", "Levi", "Mina", "Pavel", "Uma"], 2
    )
    addresses = {
        f"p-{n}": f"{name.lower()}@example.com"
        for n, name in zip(
            some.random("ids").sample(range(100, 999), 2), names, strict=True
        )
    }
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
            return _returned_nothing(evidence)
        if isinstance(told, (bytes, bytearray)):
            return not_yet("text.", "bytes; decode() makes text of them.")
        if told != email:
            return not_yet(f"`{email}`.", f"`{str(told)[:60]}`.")
    return correct("KMS decrypted the data key, and the data key the address.")


def _returned_nothing(evidence: Evidence) -> Verdict:
    """The function returned None: it has done something, or it is as it was found."""
    if evidence.records(
        "Decrypt"
    ):  # In the copy of the world, where only it asks for that.
        return not_yet(
            "the address, returned.", "None. Did you print instead of return?"
        )
    return not_attempted(
        "The function returns None and has not asked KMS for anything."
    )


def _sealed(evidence: Evidence, player: str, email: str) -> dict[str, Any]:
    """A player with an address that was encrypted as ``protect`` does it."""
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
    context_fits,
    last_reader_found,
    readers_found,
    table_key_opened,
    remedies_matched,
    address_protected,
    email_read,
]
