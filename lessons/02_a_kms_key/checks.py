"""Made, named, shared out, used, rotated."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from helpers.course.author import (
    Evidence,
    Exercise,
    Studio,
    Verdict,
    allows,
    correct,
    key_aliases,
    key_metadata,
    key_policy,
    not_attempted,
    not_yet,
)

PLAYERS, SCORES = "alias/players-table", "alias/scores-table"

#: What the guided cells encrypt.
PLAINTEXT, TABLE_CONTEXT = b"juno@example.com", {"table": "players"}

SHOP_CONTEXT = {"service": "shop"}
RUN_FIRST = not_attempted(
    f"There is no key {PLAYERS} yet; run the cells of section 1 first."
)


def world(studio: Studio) -> dict[str, str]:
    """Three users without a policy, and the key of the studio's shop."""
    people = {
        "administrator": "tess",
        "key_user": "bruno",
        "second_administrator": "nils",
    }
    for name in people.values():
        studio.create_user(name)
    shop = studio.name("alias/shop")
    studio.create_key(shop, "Protects what the shop keeps")
    token = f"token-{studio.random('token').getrandbits(40):010x}"
    return {**people, "shop_key_alias": shop, "token": token}


def _key_of(evidence: Evidence, alias: str) -> Any:
    """KMS's metadata of the key that an alias names; None if there is no such alias."""
    target = key_aliases(evidence).get(alias)
    return key_metadata(evidence, target) if target else None


def scores_key(evidence: Evidence) -> Verdict:
    """A symmetric key of its own, with a description and the alias alias/scores-table."""
    kms, wanted = evidence.client("kms"), f"a key with the alias {SCORES}."
    key = _key_of(evidence, SCORES)
    if key is None:
        aliases = kms.list_aliases()["Aliases"]
        known = (PLAYERS, evidence.lab.shop_key_alias)
        if new := [
            x["AliasName"] for x in aliases if x["AliasName"] not in known
        ]:
            return not_yet(wanted, f"the alias {new[0]}.")
        named = {x.get("TargetKeyId") for x in aliases}
        if any(x["KeyId"] not in named for x in kms.list_keys()["Keys"]):
            return not_yet(
                wanted, "a key without an alias; the API makes none by itself."
            )
        return not_attempted(
            "There is no further key yet; begin with create_key."
        )
    others = [
        _key_of(evidence, alias)
        for alias in (PLAYERS, evidence.lab.shop_key_alias)
    ]
    if key["KeyId"] in [other["KeyId"] for other in others if other]:
        return not_yet(
            "a key of its own.",
            f"the alias {SCORES} on a key that was there before.",
        )
    if key["KeySpec"] != "SYMMETRIC_DEFAULT":
        return not_yet(
            "a symmetric encryption key.",
            f"a key with the spec {key['KeySpec']}.",
        )
    if not key["Description"]:
        return not_yet("a key with a description.", "a key without one.")
    return correct("Two calls: one makes the key, one gives it a name.")


def _opened(
    kms: Any, blob: object, context: dict[str, str]
) -> tuple[dict[str, Any], str]:
    """What KMS decrypts, or else what stands in the way."""
    if isinstance(blob, dict):
        return {}, "KMS's whole answer; the ciphertext is its CiphertextBlob."
    if not isinstance(blob, bytes):
        return {}, f"a value of the type {type(blob).__name__}."
    try:
        return kms.decrypt(CiphertextBlob=blob, EncryptionContext=context), ""
    except ClientError as error:
        return (
            {},
            f"{error.response['Error']['Code']}, when it was opened with {context}.",
        )


def sealed_token(evidence: Evidence, blob: object) -> Verdict:
    """The token under the players' key, bound to {"service": "shop"}."""
    kms, token = evidence.client("kms"), evidence.lab.token.encode()
    key = _key_of(evidence, PLAYERS)
    if key is None:
        return RUN_FIRST
    if blob == token:
        return not_yet("a ciphertext.", "the text itself.")
    answer, problem = _opened(kms, blob, SHOP_CONTEXT)
    if problem:
        given = [x.parameters for x in evidence.records("Encrypt")]
        last = given[-1].get("encryptionContext", "none") if given else "none"
        if "InvalidCiphertext" in problem:
            problem += f" The context of your last Encrypt was {last}."
        return not_yet(
            f"a ciphertext bound to the context {SHOP_CONTEXT}.", problem
        )
    if answer["KeyId"] != key["Arn"]:
        return not_yet(
            f"a ciphertext under {PLAYERS}.",
            f"one under the key {answer['KeyId']}.",
        )
    if answer["Plaintext"] != token:
        return not_yet(
            "the text lab.token.",
            f"{len(answer['Plaintext'])} bytes of another text.",
        )
    return correct(
        "It opens under this key, with this context, and with no other."
    )


def second_administrator(evidence: Evidence) -> Verdict:
    """The key policy lets Nils manage the key as Tess does, and not use it."""
    iam, lab = evidence.client("iam"), evidence.lab
    key = _key_of(evidence, PLAYERS)
    if key is None:
        return RUN_FIRST
    policy = key_policy(evidence, key["KeyId"])
    nils, tess, bruno = (
        f"arn:aws:iam::{lab.account_id}:user/{name}"
        for name in (lab.second_administrator, lab.administrator, lab.key_user)
    )
    if nils not in json.dumps(policy):
        name = lab.second_administrator
        attached = iam.list_attached_user_policies(UserName=name)[
            "AttachedPolicies"
        ]
        if attached or iam.list_user_policies(UserName=name)["PolicyNames"]:
            return not_yet(
                "a key policy that names Nils.", "an IAM policy of his."
            )
        return not_attempted("The key policy does not name Nils yet.")
    if allows(policy, nils, "kms:Decrypt"):
        return not_yet(
            "Nils as an administrator only.",
            "a statement that lets him decrypt, too.",
        )
    managing = ("kms:PutKeyPolicy", "kms:DisableKey", "kms:ScheduleKeyDeletion")
    if not all(allows(policy, nils, action) for action in managing):
        return not_yet(
            "Nils with all that Tess may do.", "Nils with a part of it."
        )
    if not all(allows(policy, tess, action) for action in managing):
        return not_yet(
            "Nils beside Tess.",
            "Nils in her place: she can manage the key no more.",
        )
    if not allows(policy, bruno, "kms:Decrypt"):
        return not_yet(
            "Bruno as before.", "a key policy that no longer lets him decrypt."
        )
    return correct(
        "Two administrators; neither may decrypt, and Bruno still may."
    )


def moved(evidence: Evidence, blob: object) -> Verdict:
    """The guided ciphertext under the shop's key, re-encrypted inside KMS."""
    kms = evidence.client("kms")
    shop = _key_of(evidence, evidence.lab.shop_key_alias)
    answer, problem = _opened(kms, blob, TABLE_CONTEXT)
    if problem:
        return not_yet(
            f"a ciphertext that opens with the context {TABLE_CONTEXT}.", problem
        )
    if shop is None or answer["KeyId"] != shop["Arn"]:
        return not_yet(
            "a ciphertext under the shop's key.", "one under another key."
        )
    if answer["Plaintext"] != PLAINTEXT:
        return not_yet("the plaintext of sealed.", "another plaintext.")
    if not any(not x.error for x in evidence.records("ReEncrypt")):
        return not_yet(
            "a call of ReEncrypt.",
            "Decrypt and Encrypt: the plaintext has been in this notebook in between.",
        )
    return correct("Another key, the same plaintext, and nobody has seen it.")


EXERCISES = [
    Exercise(
        title="A key for the scores",
        points=1,
        hints=(
            "Section 1 made a key and then gave it a name.",
            "create_key takes a Description; its answer's KeyMetadata has the KeyId.",
            'create_alias takes AliasName="alias/scores-table" and TargetKeyId.',
        ),
        check=scores_key,
    ),
    Exercise(
        title="Seal a token",
        points=2,
        hints=(
            "Bruno's first cell encrypts with a context. What differs here?",
            "KMS takes bytes: lab.token.encode(). It answers with a dictionary.",
            "kms.encrypt(KeyId=…, Plaintext=…, EncryptionContext={…})"
            '["CiphertextBlob"] is what to keep.',
        ),
        check=sealed_token,
        given="sealed_token",
    ),
    Exercise(
        title="A second administrator",
        points=2,
        hints=(
            "Which statement speaks of administrators? Who is its Principal?",
            "Get the policy, make that Principal a list of two ARNs, and put the policy back.",
            'policy["Statement"][1]["Principal"] = {"AWS": [tess, nils]}, with '
            "nils made as tess was; then kms.put_key_policy.",
        ),
        check=second_administrator,
    ),
    Exercise(
        title="Move a ciphertext",
        points=2,
        hints=(
            "One call of KMS decrypts under one key and encrypts under another.",
            "re_encrypt takes the ciphertext, the key to go to, and a context for each side.",
            "SourceEncryptionContext opens it; without DestinationEncryptionContext the new "
            "ciphertext has no context.",
        ),
        check=moved,
        given="moved",
    ),
]
