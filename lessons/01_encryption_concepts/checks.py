"""Where data can be seen, AES-GCM by hand, envelope encryption."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import EllipsisType
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers.course.author import (
    Evidence,
    Exercise,
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


def states(evidence: Evidence, given: object) -> Verdict:
    """Each situation with the state of its data."""
    if not isinstance(given, dict) or len(given) != len(SITUATIONS):
        return not_yet("a dictionary of the five situations.", f"{_kind(given)}.")
    if all(isinstance(state, EllipsisType) for state in given.values()):
        return not_attempted(
            "The dots are still there; put one of the three words for each."
        )
    for situation, state in given.items():
        wanted = next(
            (w for word, w in SITUATIONS.items() if word in str(situation)), ""
        )
        if state not in STATES:
            shown = (
                "dots"
                if isinstance(state, EllipsisType)
                else f"`{str(state)[:30]}`"
            )
            return not_yet(
                f"one of {', '.join(STATES)} for “{situation}”.", f"{shown}."
            )
        if state != wanted:
            claim = "at-rest-covers-transit" if wanted == "in transit" else ""
            return not_yet(
                f"for “{situation}” the place of the bytes then.",
                f"`{state}`.",
                claim,
            )
    return correct("Each place needs a protection of its own.")


def _uncallable(function: object) -> Verdict | None:
    if callable(function):
        return None
    return not_yet(
        "the function itself, without parentheses.", f"{_kind(function)}."
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
        return not_attempted(
            "For a message that is whole, the function returns None."
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
    if not asked and envelopes[0] is None:
        return not_attempted(
            "The function returns nothing yet; begin with generate_data_key."
        )
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
        "KMS gave a data key for each call, and the envelopes open; no key lies open."
    )


def decrypts(evidence: Evidence, function: Callable[..., Any]) -> Verdict:
    """The plaintext of an envelope, with the data key as KMS decrypts it."""
    if problem := _uncallable(function):
        return problem
    evidence.fresh()
    answer = evidence.client("kms").generate_data_key(
        KeyId=evidence.lab.backup_key_arn,
        KeySpec="AES_256",
        EncryptionContext=CONTEXT,
    )
    nonce = os.urandom(12)
    ciphertext = AESGCM(answer["Plaintext"]).encrypt(nonce, PLAINTEXT, None)
    parts = (answer["CiphertextBlob"], nonce, ciphertext)
    envelope = dict(zip(ENVELOPE, parts, strict=True))
    opened = evidence.call(
        function, envelope=envelope, encryption_context=CONTEXT
    )
    asked = evidence.records("Decrypt")
    if opened is None and not asked:
        return not_attempted(
            "The function returns nothing yet; begin with kms.decrypt."
        )
    if not asked:
        return not_yet(
            "a Decrypt of the data key by KMS.", "none in the audit trail."
        )
    if opened != PLAINTEXT:
        what = "the data key" if opened == answer["Plaintext"] else _kind(opened)
        return not_yet("the plaintext, as bytes.", f"{what}.")
    return correct("KMS opened the data key, and the data was opened here.")


EXERCISES = [
    Exercise(
        title="Where are the bytes?",
        points=1,
        hints=(
            "Ask of each situation: do the bytes lie still, do they move, or does a program "
            "work with them?",
            "Still is at rest, moving is in transit, worked with is in use.",
            "Two of the five are at rest, two are in transit.",
        ),
        check=states,
        given="states",
    ),
    Exercise(
        title="Open it, or nothing",
        points=2,
        hints=(
            "Section 3 opens a stored message. Where does its nonce end?",
            "The nonce is stored[:12]; the rest is what decrypt takes as data.",
            "Put the decrypt into try, and return None in except InvalidTag.",
        ),
        check=open_sealed,
        given="open_sealed",
    ),
    Exercise(
        title="Seal an envelope",
        points=3,
        hints=(
            "Section 6 has the steps: a data key, a nonce, encrypt here, keep three things.",
            "Take the key and the context from the arguments, not from the cells above.",
            'answer["Plaintext"] is for AESGCM only; answer["CiphertextBlob"] goes into the '
            "envelope as encrypted_key.",
        ),
        check=encrypts,
        given="envelope_encrypt",
    ),
    Exercise(
        title="Open an envelope",
        points=2,
        hints=(
            "Which part of the envelope can only KMS open?",
            "kms.decrypt takes the encrypted key as CiphertextBlob, and the context.",
            "AESGCM with its Plaintext then decrypts the ciphertext with the nonce.",
        ),
        check=decrypts,
        given="envelope_decrypt",
    ),
]
