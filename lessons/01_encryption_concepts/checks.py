"""Where data can be seen, AES-GCM by hand, which kind of key, envelope encryption."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
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
)

STATES = ("at rest", "in transit", "in use")
#: Words that tell each situation of 1.1, and where its data is.
SITUATIONS = {
    "disk": "at rest",
    "network": "in transit",
    "archive": "at rest",
    "variable": "in use",
    "uploaded": "in transit",
}
#: Words that tell each situation of 1.5, and which kind of key it asks for.
KINDS = ("symmetric", "asymmetric")
USES = {
    "export": "symmetric",
    "partner": "asymmetric",
    "table": "symmetric",
    "players check": "asymmetric",
}
#: What the guided cells have encrypted, and what the learner encrypts.
FIRST_LINE, SECOND_LINE = (
    b"p-001,juno@example.com,1250",
    b"p-002,teo@example.com,310",
)
BOUND_TO, EXPORT = b"file=backup", b"file=export"
BACKUP_CONTEXT = {"file": "backup"}
ENVELOPE = ("encrypted_key", "nonce", "ciphertext")
#: What the functions are tried on: longer than what KMS takes, and a context of two pairs.
PLAINTEXT = b"p-002,teo@example.com,310\n" * 250
CONTEXT = {"file": "backup", "night": "2026-01-05"}


def world(studio: Studio) -> dict[str, str]:
    """A table of players, and a key each for the exports and for the backups."""
    table = studio.create_table(studio.name("players"))
    alias = studio.name("alias/exports")
    studio.create_key(alias, "Protects the nightly exports")
    backups = studio.create_key(
        studio.name("alias/backups"), "Protects the backups"
    )
    return {"table_name": table, "key_alias": alias, "backup_key_arn": backups}


def _kind(value: object) -> str:
    return (
        "nothing"
        if value is None
        else f"a value of the type {type(value).__name__}"
    )


def _chosen(
    given: object, wanted: Mapping[str, str], words: tuple[str, ...]
) -> Verdict | list[tuple[str, str, str]]:
    """What is wrong with a choice of one word for each situation: a verdict on its form, or else
    each wrong one with the word that was given and the right one."""
    if not isinstance(given, dict) or len(given) != len(wanted):
        return not_yet(
            f"a dictionary of the {len(wanted)} situations.", f"{_kind(given)}."
        )
    if all(isinstance(word, EllipsisType) for word in given.values()):
        return not_attempted(
            f"The dots are still there; put one of {', '.join(words)} for each."
        )
    odd = {
        situation: "dots"
        if isinstance(word, EllipsisType)
        else f"`{str(word)[:30]}`"
        for situation, word in given.items()
        if str(word).strip().lower() not in words
    }
    if odd:
        named = ", ".join(f"{shown} for “{name}”" for name, shown in odd.items())
        return not_yet(f"one of {', '.join(words)} for each.", f"{named}.")
    return [
        (str(situation), word, right)
        for situation, word in given.items()
        for key, right in wanted.items()
        if key in str(situation) and str(word).strip().lower() != right
    ]


def _some(wrong: list[tuple[str, str, str]]) -> str:
    """The first wrong one, and how many more there are; never the right word."""
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"`{wrong[0][1]}` for “{wrong[0][0]}”{more}."


def states(evidence: Evidence, given: object) -> Verdict:
    """Each situation with the state of its data."""
    wrong = _chosen(given, SITUATIONS, STATES)
    if isinstance(wrong, Verdict):
        return wrong
    if wrong:
        verdict = not_yet(
            "where the bytes are at that moment, for each situation.",
            _some(wrong),
        )
        covers = ("at rest", "in transit") in [x[1:] for x in wrong]
        claim = "at-rest-covers-transit" if covers else ""
        # The claim is noted, and its truth is not told: it would be the answer.
        return replace(verdict, misconception=claim)
    return correct("In each place something else protects the data.")


def kinds(evidence: Evidence, given: object) -> Verdict:
    """Each situation with the kind of key that it asks for."""
    wrong = _chosen(given, USES, KINDS)
    if isinstance(wrong, Verdict):
        return wrong
    if wrong:
        return not_yet(
            "an asymmetric key where the two sides are different people, and a "
            "symmetric one for data.",
            _some(wrong),
        )
    return correct(
        "Data under symmetric keys; asymmetric keys for people outside."
    )


def _unsealed(key: bytes, stored: bytes, bound_to: bytes | None) -> bytes | None:
    """The plaintext of a nonce and a ciphertext; None if they do not open."""
    try:
        return AESGCM(key).decrypt(stored[:12], stored[12:], bound_to)
    except (InvalidTag, ValueError):
        return None


def _stored(
    key: object, first_nonce: object, stored: object
) -> tuple[bytes, bytes] | Verdict:
    """The key and what is stored, if they are what they should be."""
    if not isinstance(key, bytes) or not isinstance(first_nonce, bytes):
        return not_yet(
            "export_key and first_nonce as section 2 made them.",
            "other values; run the first cell of section 2 again.",
        )
    if not isinstance(stored, bytes):
        return not_yet("bytes: nonce and ciphertext in one.", f"{_kind(stored)}.")
    if SECOND_LINE in stored:
        return not_yet("an encrypted line.", "the line itself, readable.")
    if stored.startswith(first_nonce):
        return not_yet(
            "a new nonce.",
            "the nonce of the first line, which this key has seen before.",
        )
    return key, stored


def fresh_nonce(
    evidence: Evidence, key: object, first_nonce: object, stored: object
) -> Verdict:
    """A new nonce, and the second line encrypted with it."""
    given = _stored(key, first_nonce, stored)
    if isinstance(given, Verdict):
        return given
    opened = _unsealed(*given, None)
    if opened is None:
        return not_yet(
            "a nonce of 12 bytes, then what encrypt returned with this nonce.",
            f"{len(given[1])} bytes that do not open with export_key.",
        )
    if opened != SECOND_LINE:
        return not_yet(
            f"the plaintext {SECOND_LINE!r}.", f"the plaintext {opened[:40]!r}."
        )
    return correct("It opens, and its nonce has not been used before.")


def bound(
    evidence: Evidence, key: object, first_nonce: object, stored: object
) -> Verdict:
    """The second line, bound to b"file=backup"."""
    given = _stored(key, first_nonce, stored)
    if isinstance(given, Verdict):
        return given
    wanted = f"a ciphertext bound to {BOUND_TO!r}."
    for other, how in (
        (None, "without associated data"),
        (EXPORT, f"with {EXPORT!r}"),
    ):
        if _unsealed(*given, other) is not None:
            return not_yet(wanted, f"one that opens {how}.")
    opened = _unsealed(*given, BOUND_TO)
    if opened is None:
        return not_yet(wanted, f"{len(given[1])} bytes that do not open with it.")
    if opened != SECOND_LINE:
        return not_yet(
            f"the plaintext {SECOND_LINE!r}.", f"the plaintext {opened[:40]!r}."
        )
    return correct("It opens with these bytes, and with no others.")


def _uncallable(function: object) -> Verdict | None:
    if callable(function):
        return None
    return not_yet(
        "the function itself, without parentheses.", f"{_kind(function)}."
    )


def _written(function: object) -> bool:
    """Whether a function does anything: the stub calls nothing."""
    code = getattr(function, "__code__", None)
    return bool(code and (code.co_names or code.co_freevars))


def _nothing(function: object, wanted: str, when: str = "") -> Verdict:
    """What to say of a function that returns None."""
    if not _written(function):
        return not_attempted("The function does nothing yet; write its body.")
    return not_yet(
        wanted, f"None{when}; did you print the value instead of returning it?"
    )


def open_sealed(evidence: Evidence, function: Callable[..., Any]) -> Verdict:
    """Whole messages are opened, damaged ones give None."""
    if problem := _uncallable(function):
        return problem
    key, nonce, line = (
        AESGCM.generate_key(256),
        os.urandom(12),
        b"p-003,amara@example.com,9800",
    )
    stored = nonce + AESGCM(key).encrypt(nonce, line, None)
    whole = evidence.call(function, key=key, stored=stored)
    if whole is None:
        return _nothing(
            function, "the plaintext, as bytes.", " for a message that is whole"
        )
    if whole != line:
        seen = "other bytes" if isinstance(whole, bytes) else _kind(whole)
        return not_yet("the plaintext, as bytes.", f"{seen}.")
    for place, part in (
        (0, "nonce"),
        (12, "ciphertext"),
        (len(stored) - 1, "tag"),
    ):
        damaged = bytearray(stored)
        damaged[place] ^= 1
        wanted = f"None for a message with a damaged {part}."
        try:
            answer = evidence.call(function, key=key, stored=bytes(damaged))
        except LearnerError as error:
            return not_yet(wanted, f"an error, {error.short}.")
        if answer is not None:
            return not_yet(wanted, f"{_kind(answer)}.")
    return correct("All or nothing: a damaged message gives no part of its text.")


def _holds(value: Any, secret: bytes) -> bool:
    """Whether a secret lies anywhere in what a function returned."""
    if isinstance(value, dict):
        return any(_holds(part, secret) for part in value.values())
    if isinstance(value, (list, tuple)):
        return any(_holds(part, secret) for part in value)
    return (
        secret in value
        if isinstance(value, bytes)
        else secret.hex() in str(value)
    )


def _asked(record: Record, key: str) -> Verdict | None:
    """What is wrong with a request for a data key."""
    if not record.touches(key):
        return not_yet(
            "a data key under the key `key_id`.", "one under another key."
        )
    context = record.parameters.get("encryptionContext")
    if context != CONTEXT:
        seen = f"the context {context}." if context else "none."
        return not_yet(
            f"a data key bound to the context given, here {CONTEXT}.", seen
        )
    return None


def _opens(kms: Any, envelope: dict[str, Any]) -> Verdict | None:
    """What is wrong with an envelope, as somebody finds who opens it."""
    try:
        data_key: bytes = kms.decrypt(
            CiphertextBlob=envelope["encrypted_key"], EncryptionContext=CONTEXT
        )["Plaintext"]
    except (ClientError, ParamValidationError):
        seen = f"{len(envelope['encrypted_key'])} bytes that KMS does not open."
        return not_yet(
            "in encrypted_key, the CiphertextBlob of the data key.", seen
        )
    if _holds(envelope, data_key):
        return not_yet(
            "an envelope without the plaintext key.", "the plaintext key in it."
        )
    if _holds(envelope, PLAINTEXT):
        return not_yet(
            "an envelope without the plaintext.", "the plaintext in it."
        )
    try:
        opened = AESGCM(data_key).decrypt(
            envelope["nonce"], envelope["ciphertext"], None
        )
    except (InvalidTag, ValueError):
        return not_yet(
            "a ciphertext that opens with this data key and this nonce.",
            "one that does not.",
        )
    if opened != PLAINTEXT:
        return not_yet(
            "the plaintext given, encrypted.",
            f"{len(opened)} bytes of another one.",
        )
    return None


def encrypts(evidence: Evidence, function: Callable[..., Any]) -> Verdict:
    """An envelope under a data key that KMS gave, under this key and with this context."""
    if problem := _uncallable(function):
        return problem
    key = evidence.lab.backup_key_arn
    given = {"key_id": key, "plaintext": PLAINTEXT, "encryption_context": CONTEXT}
    envelopes = [evidence.call(function, **given) for _ in range(2)]
    asked = evidence.records("GenerateDataKey")
    if envelopes[0] is None:
        return _nothing(function, "an envelope, as a dictionary.")
    if len(asked) < len(envelopes):
        return not_yet(
            "a data key from KMS for each call.",
            f"{len(asked)} asked for in two.",
        )
    for record in asked:
        if problem := _asked(record, key):
            return problem
    for envelope in envelopes:
        if not isinstance(envelope, dict) or not all(
            isinstance(envelope.get(name), bytes) for name in ENVELOPE
        ):
            seen = (
                str(list(envelope))
                if isinstance(envelope, dict)
                else _kind(envelope)
            )
            return not_yet(
                f"a dictionary with bytes in {', '.join(ENVELOPE)}.", f"{seen}."
            )
        if problem := _opens(evidence.client("kms"), envelope):
            return problem
    if envelopes[0]["ciphertext"] == envelopes[1]["ciphertext"]:
        return not_yet(
            "two ciphertexts from two calls.", "the same ciphertext twice."
        )
    return correct(
        "KMS gave a data key for each call; the envelopes open, and hold no plaintext key."
    )


def decrypts(evidence: Evidence, function: Callable[..., Any]) -> Verdict:
    """The plaintext of an envelope, with the data key as KMS decrypts it."""
    if problem := _uncallable(function):
        return problem
    evidence.fresh()
    key_id = evidence.lab.backup_key_arn
    answer = evidence.client("kms").generate_data_key(
        KeyId=key_id,
        KeySpec="AES_256",
        EncryptionContext=CONTEXT,
    )
    nonce = os.urandom(12)
    ciphertext = AESGCM(answer["Plaintext"]).encrypt(nonce, PLAINTEXT, None)
    parts = (answer["CiphertextBlob"], nonce, ciphertext)
    envelope = dict(zip(ENVELOPE, parts, strict=True))
    given = {
        "key_id": key_id,
        "envelope": envelope,
        "encryption_context": CONTEXT,
    }
    try:
        opened = evidence.call(function, **given)
    except LearnerError:
        calls = evidence.records("Decrypt")
        if not calls or not calls[-1].error:
            raise
        context = calls[-1].parameters.get("encryptionContext", "none")
        return not_yet(
            f"a Decrypt with the key and the context that are given, here {CONTEXT}.",
            f"Decrypt failed with {calls[-1].error}; its encryption context was {context}.",
        )
    asked = evidence.records("Decrypt")
    if opened is None:
        return _nothing(function, "the plaintext, as bytes.")
    if not asked:
        return not_yet(
            "a Decrypt of the data key by KMS.", "no Decrypt in the audit trail."
        )
    if opened != PLAINTEXT:
        what = "the data key" if opened == answer["Plaintext"] else _kind(opened)
        return not_yet("the plaintext, as bytes.", f"{what}.")
    if not any(x.parameters.get("keyId") for x in asked):
        return not_yet(
            "a Decrypt that names the key `key_id`.", "a Decrypt without KeyId."
        )
    return correct("KMS opened the data key, and the data was opened here.")


def backup_key(evidence: Evidence, given: object) -> Verdict:
    """KMS's answer: a data key of 256 bits under the key for the backups, bound to a context."""
    wanted = f"a data key for the backups, bound to {BACKUP_CONTEXT}."
    if not isinstance(given, dict):
        return not_yet("KMS's whole answer, a dictionary.", f"{_kind(given)}.")
    parts = [given.get(name) for name in ("Plaintext", "CiphertextBlob")]
    if not all(isinstance(part, bytes) for part in parts):
        return not_yet(
            "KMS's whole answer.",
            "a dictionary without Plaintext and CiphertextBlob.",
        )
    kms, key_arn = evidence.client("kms"), evidence.lab.backup_key_arn
    asked = [x for x in evidence.records("GenerateDataKey") if not x.error]
    if not asked:
        return not_yet(wanted, "no GenerateDataKey in the audit trail.")
    if given.get("KeyId") != key_arn:
        return not_yet(wanted, "a data key under another key.")
    try:
        opened = kms.decrypt(
            CiphertextBlob=parts[1], EncryptionContext=BACKUP_CONTEXT
        )["Plaintext"]
    except (ClientError, ParamValidationError):
        mine = [x for x in asked if x.touches(key_arn)]
        context = mine[-1].parameters.get("encryptionContext") if mine else None
        how = (
            f"bound to {context}" if context else "without an encryption context"
        )
        return not_yet(wanted, f"a data key {how}.")
    if opened != parts[0]:
        return not_yet(
            "the two halves of one data key.",
            "a CiphertextBlob that holds another key than Plaintext.",
        )
    if len(opened) != 32:
        return not_yet(
            "a data key of 256 bits.", f"a data key of {8 * len(opened)} bits."
        )
    return correct("Use the plaintext now, and keep the encrypted one.")


EXERCISES = [
    states,
    fresh_nonce,
    bound,
    open_sealed,
    kinds,
    backup_key,
    encrypts,
    decrypts,
]
