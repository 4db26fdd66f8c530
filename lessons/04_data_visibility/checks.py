"""Who sees what of an encrypted table, and what the audit trail tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from lessons.author import (
    Evidence,
    LearnerError,
    Record,
    Studio,
    Verdict,
    at_rest,
    choices,
    context_of,
    correct,
    decrypted_attribute,
    encrypted_attribute,
    failure,
    item_of,
    key_named,
    key_of_attribute,
    left_open,
    names_table,
    not_attempted,
    not_yet,
    quoted,
    records,
    returned_none,
    table_of,
    uncallable,
    wrong_choices,
)

KMS = "kms.amazonaws.com"
#: Colleagues who may read the tables and use their key; the seed says which two of them looked
#: at last season's. Bruno read this season's. Edda may not use the key, and tried.
COLLEAGUES = ("ines", "nils", "tess")
#: The player whose address a guided cell encrypts.
GUIDED = "p-004"
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
            studio.allow(user, "kms:Decrypt", key, "use-the-players-key")
    studio.read("bruno", names["table_name"])
    for user in ("edda", *studio.random("readers").sample(COLLEAGUES, 2)):
        studio.read(user, names["old_table_name"])
    aliases = {
        "key_alias": "alias/players-table",
        "private_key_alias": "alias/players-private",
    }
    return {**names, **aliases, "key_arn": key}


def context_fits(evidence: Evidence, context: Any) -> Verdict:
    """KMS opens the table key of players-2025 with this encryption context."""
    table = evidence.lab.old_table_name
    stored = at_rest(evidence, table)
    if stored is None:
        gone = "it is gone; run the set-up cell to start over."
        return not_yet(f"the table {table}.", gone)
    if not isinstance(context, dict):
        return not_yet("a dictionary.", f"{quoted(context)}.")
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
        right = stored.encryption_context.items()
        name, value = next(x for x in context.items() if x not in right)
        seen = f"`{value}` for {name}; KMS refuses it."
        return not_yet(f"the values for {table}.", seen)
    return correct(f"KMS opened the table key of {table} with this context.")


def _decrypts(evidence: Evidence) -> list[Record]:
    """KMS's Decrypt events that DynamoDB made for somebody, oldest first, those from before the
    notebook began as well."""
    calls = records(evidence.lab.trail)
    return [x for x in calls if x.name == "Decrypt" and x.source == KMS and x.via]


def last_reader_found(evidence: Evidence, reader: Any) -> Verdict:
    """The user of DynamoDB's latest Decrypt call for players-2025: now, or when the notebook
    began, as reading the table since then is no mistake."""
    if not isinstance(reader, str):
        return not_yet("a user's name.", f"{quoted(reader)}.")
    if reader.endswith(".amazonaws.com"):
        seen = f"`{reader[:60]}`, the service: not the user who called DynamoDB."
        return not_yet("the user's name.", seen)
    lab, calls = evidence.lab, _decrypts(evidence)
    name = reader.rpartition("/")[2]
    about = [x for x in calls if table_of(x) == lab.old_table_name]
    before = [x for x in about if x.time < lab.opened]
    if name in (about[-1].user, before[-1].user):
        return correct(
            f"DynamoDB asked KMS on behalf of {name}, who had called DynamoDB."
        )
    wanted = f"the user of the latest Decrypt event for {lab.old_table_name}."
    seen = f"{name}, whose event is about another table, or is older."
    if not any(x.user == name for x in calls):
        seen = f"`{name[:60]}`, for whom there is no Decrypt event."
    return not_yet(wanted, seen)


def readers_found(evidence: Evidence, readers: Any) -> Verdict:
    """The users for whom DynamoDB had the table key of players-2025 opened."""
    if isinstance(readers, str) or not isinstance(readers, Iterable):
        return not_yet("a list of names.", f"{quoted(readers)}.")
    names = list(readers)
    if odd := [name for name in names if not isinstance(name, str)]:
        return not_yet("a list of names.", f"a list of `{str(odd[0])[:60]}`.")
    # An ARN names the user as well.
    given = {name.rpartition("/")[2] for name in names}
    lab, calls = evidence.lab, _decrypts(evidence)
    table = lab.old_table_name
    about = [x for x in calls if table_of(x) == table]
    opened = [x for x in about if not x.error]
    # Others who were made to read the table since then may be named, and need not be; of the
    # colleagues, only those count who had read it before.
    right = {x.user for x in opened if x.time < lab.opened} - {"admin"}
    since = right | {x.user for x in opened} - {"admin", *COLLEAGUES}
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
    if any(x.user == name and not x.error for x in about):
        return f"{name}, who had not read it when this notebook began."
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
    about = [x for x in calls if table_of(x) == old]
    opened = [x for x in about if not x.error]
    own = [x for x in opened if x.user == "admin"]
    if any(x.parameters.get("keyId") for x in own):
        return correct(
            f"KMS opened the table key of {old} with the key that you named."
        )
    wanted = f"a Decrypt call that opens the table key of {old} and names the studio's key."
    tries = [x for x in calls if x.error or table_of(x)]
    others = evidence.records("ReEncrypt", "Encrypt", "GenerateDataKey")
    if not tries and (about := [x for x in others if names_table(x, old)]):
        return not_yet(wanted, f"{about[-1].name}.")
    if not tries:
        return not_attempted(
            f"KMS has not opened the table key of {old} for you yet."
        )
    last = tries[-1]
    if not last.error:
        seen = f"a call that opened the table key of {table_of(last)}."
        if last in opened:
            seen = "such a call, without a KeyId."
        if last in opened and last not in own:
            seen = f"such a call by {last.user}, not by you."
        return not_yet(wanted, seen)
    seen = f"{last.error}. {last.reason}".strip()
    if last.error == "InvalidCiphertextException":
        context = last.parameters.get("encryptionContext")
        shown = f"`{context}`" if context else "empty"
        seen = f"{last.error}; the encryption context in it was {shown}."
        if context == context_of(evidence, old):
            seen = f"{last.error}, in the right context: so what is not right is CiphertextBlob."
    if last.error == "IncorrectKeyException":
        named = last.parameters.get("keyId")
        seen = (
            f"{last.error}: `{named}` is not the key that encrypted it ({key})."
        )
    return not_yet(wanted, seen)


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
        "fewer permissions": "a thief needs no permission",
    },
    "listens": {
        "encryption at rest": "DynamoDB has decrypted the items before it sends them",
        "customer managed key": "DynamoDB has decrypted the items before it sends them",
        "fewer permissions": "someone who listens in needs no permission",
    },
    "Edda": {
        "encryption at rest": "DynamoDB decrypts for everyone who may use the table's key",
        "TLS": "Edda does not listen in on the network: DynamoDB answers her",
        "fewer permissions": "Edda keeps her permission to read every table",
    },
    "Bruno": {
        "encryption at rest": "DynamoDB decrypts for Bruno, who may use the table's key",
        "customer managed key": "Bruno may use the table's key",
        "TLS": "Bruno does not listen in on the network: DynamoDB answers him",
        "fewer permissions": "Bruno needs the players, so he keeps his permissions",
    },
    "deletes": {
        "encryption at rest": "DeleteTable decrypts nothing",
        "customer managed key": "DeleteTable decrypts nothing",
        "client-side encryption": "DeleteTable decrypts nothing",
        "TLS": "the colleague's own request comes over TLS as well",
    },
}


def remedies_matched(evidence: Evidence, remedies: Any) -> Verdict:
    """Each danger with the one remedy that is left for it."""
    words = tuple(REMEDIES.values())
    given = choices(remedies, words, REMEDIES, "dangers")
    if isinstance(given, Verdict):
        return given
    if len(set(given.values())) < len(given):
        twice = next(
            v for v in given.values() if list(given.values()).count(v) > 1
        )
        return not_yet("each of the five once.", f"`{twice}` more than once.")
    wrong = wrong_choices(given, REMEDIES)
    if not wrong:
        return correct(
            "Each danger has its own remedy; encryption at rest is one of five."
        )
    count = f"{len(given) - len(wrong)} of {len(given)} fit"
    reasons = [
        f"“{danger}”: not `{remedy}`, because {_WHY_NOT[word][remedy]}"
        for danger, remedy, word in wrong
        if remedy in _WHY_NOT[word]
    ]
    if not reasons:
        return not_yet("the remedy that is left for each.", f"{count}.")
    return not_yet("a remedy that helps.", f"{count}. {'; '.join(reasons)}.")


def address_protected(evidence: Evidence) -> Verdict:
    """The address of p-002 in the table is a ciphertext under the private key, and the rest of
    the item is as it was."""
    lab = evidence.lab
    player = Studio(lab.sandbox.session(), lab.sandbox.seed).players()[1]
    name = player.player_id
    item = item_of(evidence, lab.table_name, name)
    wanted = f"{name} with an encrypted address, and with its other attributes."
    if item is None:
        return not_yet(
            wanted, f"no item {name}; run the set-up cell to start over."
        )
    if item == player.item:
        return _nothing_changed(evidence, name, wanted)
    if item_of(evidence, lab.old_table_name, name) == player.item:
        wanted += f" The table {lab.old_table_name} has the item as it was."
    if amiss := left_open(item, player.item, "email", "address"):
        return not_yet(wanted, amiss)
    kms = evidence.client("kms")
    place = {"table": lab.table_name, "player_id": name}
    try:
        told = decrypted_attribute(kms, item, "email", place)
        sealed_under = key_of_attribute(kms, item, "email", place)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        seen = (
            f"an email_key that does not open in the context of {name}: {code}."
        )
        return not_yet(wanted, seen)
    private = key_named(evidence, lab.private_key_alias)
    if private is None or sealed_under != private["Arn"]:
        return not_yet(
            f"a data key under {lab.private_key_alias}, which Bruno may not use.",
            "a data key under another key.",
        )
    if told is None:
        return not_yet(wanted, "an address that its data key does not decrypt.")
    if told != player.email:
        return not_yet(
            wanted, f"an encrypted text that is not the address: `{told[:60]}`."
        )
    return correct(
        "Bruno sees bytes there now, and the rest of the player as before."
    )


def _nothing_changed(evidence: Evidence, name: str, wanted: str) -> Verdict:
    """Nothing of the item changed: what was tried, if anything was."""
    tried = evidence.records("PutItem", "UpdateItem", "GenerateDataKey")
    if tried and tried[-1].error:
        return not_yet(wanted, f"{failure(tried[-1])}.")
    places = [x.parameters.get("encryptionContext") or {} for x in tried]
    asked = [place["player_id"] for place in places if "player_id" in place]
    if name in asked:
        return not_yet(
            wanted, "a data key for it, and the address still in plaintext."
        )
    if others := [player for player in asked if player != GUIDED]:
        return not_yet(wanted, f"a data key for {others[-1]}.")
    return not_attempted(f"The address of {name} is still in plaintext.")


def _player(evidence: Evidence, player: str, email: str) -> dict[str, Any]:
    """A player with an address that was encrypted as ``protect`` does it."""
    lab, kms = evidence.lab, evidence.client("kms")
    place = {"table": lab.table_name, "player_id": player}
    sealed = encrypted_attribute(
        kms, lab.private_key_alias, "email", email, place
    )
    return {"player_id": {"S": player}, **sealed}


def email_read(evidence: Evidence, read_email: Any) -> Verdict:
    """The function decrypts the address of players that it has not seen before."""
    if problem := uncallable(read_email):
        return problem
    some = Studio(evidence.lab.sandbox.session(), evidence.lab.sandbox.seed)
    chance = some.random("sealed")
    names = chance.sample(["noor", "levi", "mina", "pavel", "uma"], 2)
    for name, number in zip(
        names, chance.sample(range(100, 999), 2), strict=True
    ):
        email = f"{name}@example.com"
        item = _player(evidence, f"p-{number}", email)
        try:
            told = evidence.call(read_email, item=item)
        except LearnerError as error:
            if "InvalidCiphertextException" not in error.short:
                raise
            wanted = (
                "the item's email_key, in the encryption context of this player."
            )
            return not_yet(
                wanted, "InvalidCiphertextException, so KMS got something else."
            )
        if told is None:
            return returned_none(read_email, "the address, as text.")
        if isinstance(told, (bytes, bytearray)):
            return not_yet("text.", "bytes; decode() turns them into text.")
        if told != email:
            return not_yet(f"`{email}`.", f"{quoted(told)}.")
    return correct("KMS decrypted the data key, which decrypted the address.")


EXERCISES = [
    context_fits,
    last_reader_found,
    readers_found,
    table_key_opened,
    remedies_matched,
    address_protected,
    email_read,
]
