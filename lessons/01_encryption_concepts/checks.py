"""Where data can be seen, AES-GCM by hand, which kind of key, envelope encryption."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lessons.author import (
    Envelope,
    Evidence,
    LearnerError,
    Record,
    Studio,
    Verdict,
    by_hand,
    choices,
    correct,
    envelope,
    holds,
    kind_of,
    listed,
    not_yet,
    opened,
    opens_to,
    returned_none,
    uncallable,
    unsealed,
    wrong_choices,
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
LINES = FIRST_LINE, SECOND_LINE = (
    b"p-001,juno@example.com,1250",
    b"p-002,teo@example.com,310",
)
BOUND_TO, EXPORT = b"file=backup", b"file=export"
BACKUP_CONTEXT = {"file": "backup"}
ENVELOPE = Envelope._fields
FORM = f"a dictionary with bytes in {', '.join(ENVELOPE)}."
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


def _some(wrong: list[tuple[str, str, str]]) -> str:
    """The first wrong one, and how many more there are; never the right word."""
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"`{wrong[0][1]}` for “{wrong[0][0]}”{more}."


def states(evidence: Evidence, given: object) -> Verdict:
    """Each situation with the state of its data."""
    chosen = choices(given, STATES, SITUATIONS, "situations")
    if isinstance(chosen, Verdict):
        return chosen
    wrong = wrong_choices(chosen, SITUATIONS)
    if wrong:
        verdict = not_yet(
            "where the bytes are at that moment, for each situation.",
            _some(wrong),
        )
        covers = ("at rest", "in transit") in [
            (word, SITUATIONS[key]) for _, word, key in wrong
        ]
        claim = "at-rest-covers-transit" if covers else ""
        # The claim is noted, and its truth is not told: it would be the answer.
        return replace(verdict, misconception=claim)
    return correct("In each place, something different protects the data.")


def kinds(evidence: Evidence, given: object) -> Verdict:
    """Each situation with the kind of key that it asks for."""
    chosen = choices(given, KINDS, USES, "situations")
    if isinstance(chosen, Verdict):
        return chosen
    if wrong := wrong_choices(chosen, USES):
        return not_yet(
            "an asymmetric key where the two sides are different people, and a "
            "symmetric one for data.",
            _some(wrong),
        )
    return correct(
        "Symmetric keys are for data, and asymmetric keys for people outside."
    )


def fresh_nonce(
    evidence: Evidence, key: object, first_sealed: object, stored: object
) -> Verdict:
    """A new nonce, and the second line encrypted with it."""
    given = by_hand(key, stored, *LINES, (first_sealed, None))
    if isinstance(given, Verdict):
        return given
    wanted = "a nonce of 12 bytes, then what encrypt returned with this nonce."
    why = "It opens, and its nonce is not the first line's."
    return opens_to(given, SECOND_LINE, None, wanted, why)


def bound(
    evidence: Evidence,
    key: object,
    first_sealed: object,
    first_bound: object,
    stored: object,
) -> Verdict:
    """The second line, bound to b"file=backup"."""
    given = by_hand(
        key, stored, *LINES, (first_sealed, None), (first_bound, EXPORT)
    )
    if isinstance(given, Verdict):
        return given
    wanted = f"a ciphertext bound to {BOUND_TO!r}."
    for other, how in (
        (None, "without associated data"),
        (EXPORT, f"with {EXPORT!r}"),
    ):
        if unsealed(*given, other) is not None:
            return not_yet(wanted, f"one that opens {how}.")
    why = "It opens with these bytes, and not without them."
    return opens_to(given, SECOND_LINE, BOUND_TO, wanted, why)


def open_sealed(evidence: Evidence, function: Callable[..., Any]) -> Verdict:
    """Whole messages are opened, damaged ones give None."""
    if problem := uncallable(function):
        return problem
    key, nonce, line = (
        AESGCM.generate_key(256),
        os.urandom(12),
        b"p-003,amara@example.com,9800",
    )
    stored = nonce + AESGCM(key).encrypt(nonce, line, None)
    whole = evidence.call(function, key=key, stored=stored)
    if whole is None:
        return returned_none(
            function, "the plaintext, as bytes.", " for a message that is whole"
        )
    if whole != line:
        seen = "other bytes" if isinstance(whole, bytes) else kind_of(whole)
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
            return not_yet(wanted, f"{kind_of(answer)}.")
    return correct("All or nothing: a damaged message shows no part of its text.")


#: What asks KMS for a data key.
DATA_KEYS = ("GenerateDataKey", "GenerateDataKeyWithoutPlaintext")


def _asked(record: Record, key: str) -> Verdict | None:
    """What is wrong with a request for a data key."""
    if not record.touches(key):
        return not_yet(
            "a data key under the key `key_id`.", "one under another key."
        )
    context = record.parameters.get("encryptionContext")
    if context != CONTEXT:
        how = (
            f"bound to the context {context}" if context else "without a context"
        )
        return not_yet(
            f"a data key bound to the context given, here {CONTEXT}.",
            f"one {how}.",
        )
    return None


def _opens(kms: Any, envelope: dict[str, Any]) -> Verdict | None:
    """What is wrong with an envelope, as somebody finds who opens it."""
    given = Envelope(*(envelope[name] for name in ENVELOPE))
    try:
        data_key, plaintext = opened(kms, given, CONTEXT)
    except (ClientError, ParamValidationError):
        return not_yet(
            "in encrypted_key, the CiphertextBlob of the data key.",
            f"{len(given.encrypted_key)} bytes that KMS does not open.",
        )
    if len(data_key) != 32:
        bits = 8 * len(data_key)
        return not_yet("a data key of 256 bits.", f"a data key of {bits} bits.")
    for what, secret in (("plaintext key", data_key), ("plaintext", PLAINTEXT)):
        if holds(envelope, secret):
            return not_yet(
                f"an envelope without the {what}.", f"the {what} in it."
            )
    if plaintext is None:
        return not_yet(
            "a ciphertext that opens with this data key and this nonce.",
            "one that does not.",
        )
    if plaintext != PLAINTEXT:
        return not_yet(
            "the plaintext given, encrypted.",
            f"another plaintext, of {len(plaintext)} bytes.",
        )
    return None


def encrypts(evidence: Evidence, function: Callable[..., Any]) -> Verdict:
    """An envelope under a data key that KMS gave, under this key and with this context."""
    if problem := uncallable(function):
        return problem
    key = evidence.lab.backup_key_arn
    given = {"key_id": key, "plaintext": PLAINTEXT, "encryption_context": CONTEXT}
    envelopes = [evidence.call(function, **given) for _ in range(2)]
    asked = evidence.records(*DATA_KEYS)
    if envelopes[0] is None:
        return returned_none(function, "an envelope, as a dictionary.")
    if len(asked) < len(envelopes):
        return not_yet(
            "a data key from KMS for each call.",
            f"{len(asked)} requested in two calls.",
        )
    for record in asked:
        if problem := _asked(record, key):
            return problem
    for made in envelopes:
        if not isinstance(made, dict):
            return not_yet(FORM, f"{kind_of(made)}.")
        for name in ENVELOPE:
            if name not in made:
                return not_yet(FORM, f"no `{name}`, but {list(made)}.")
            if not isinstance(made[name], (bytes, bytearray)):
                return not_yet(FORM, f"{kind_of(made[name])} in `{name}`.")
        if problem := _opens(evidence.client("kms"), made):
            return problem
    if envelopes[0]["ciphertext"] == envelopes[1]["ciphertext"]:
        return not_yet(
            "two ciphertexts from two calls.", "the same ciphertext twice."
        )
    return correct(
        "KMS gave a data key for each call; the envelopes open, and contain no plaintext key."
    )


def decrypts(evidence: Evidence, function: Callable[..., Any]) -> Verdict:
    """The plaintext of an envelope, with the data key as KMS decrypts it."""
    if problem := uncallable(function):
        return problem
    evidence.fresh()
    key_id = evidence.lab.backup_key_arn
    kms = evidence.client("kms")
    made = envelope(kms, key_id, PLAINTEXT, CONTEXT)
    data_key, _ = opened(kms, made, CONTEXT)
    before = len(evidence.records("Decrypt"))
    given = {
        "key_id": key_id,
        "envelope": made._asdict(),
        "encryption_context": CONTEXT,
    }
    try:
        plaintext = evidence.call(function, **given)
    except LearnerError:
        calls = evidence.records("Decrypt")[before:]
        if not calls or not calls[-1].error:
            raise
        context = calls[-1].parameters.get("encryptionContext", "none")
        return not_yet(
            f"a Decrypt with the key and the context that are given, here {CONTEXT}.",
            f"Decrypt failed with {calls[-1].error}; its encryption context was {context}.",
        )
    asked = evidence.records("Decrypt")[before:]
    if plaintext is None:
        return returned_none(function, "the plaintext, as bytes.")
    if not asked:
        return not_yet(
            "a Decrypt of the data key by KMS.", "no Decrypt in the audit trail."
        )
    if plaintext != PLAINTEXT:
        what = "the data key" if plaintext == data_key else kind_of(plaintext)
        return not_yet("the plaintext, as bytes.", f"{what}.")
    if not any(x.parameters.get("keyId") for x in asked):
        return not_yet(
            "a Decrypt that names the key `key_id`.", "a Decrypt without KeyId."
        )
    return correct("KMS decrypted the data key, and you decrypted the data.")


def backup_key(evidence: Evidence, given: object) -> Verdict:
    """KMS's answer: a data key of 256 bits under the key for the backups, bound to a context."""
    wanted = f"a data key for the backups, bound to {BACKUP_CONTEXT}."
    if not isinstance(given, dict):
        return not_yet(
            "KMS's whole response, a dictionary.", f"{kind_of(given)}."
        )
    names = ("Plaintext", "CiphertextBlob")
    if lacking := [x for x in names if not isinstance(given.get(x), bytes)]:
        seen = f"a dictionary without bytes in {listed(lacking)}."
        return not_yet("KMS's whole response.", seen)
    parts = [given[name] for name in names]
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
            "a CiphertextBlob that holds a different key from Plaintext.",
        )
    if len(opened) != 32:
        return not_yet(
            "a data key of 256 bits.", f"a data key of {8 * len(opened)} bits."
        )
    return correct("Use the plaintext key now, and keep the encrypted one.")


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
