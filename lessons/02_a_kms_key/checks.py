"""Created, named, shared out, used, moved, rotated: the exercises of a KMS key."""

from __future__ import annotations

import json
import re
from typing import Any

from lessons.author import (
    Evidence,
    Record,
    Studio,
    Team,
    Verdict,
    beside_key_policy,
    correct,
    decrypted,
    done,
    failure,
    key_aliases,
    key_metadata,
    key_named,
    key_policy,
    kind_of,
    last_done,
    last_failure,
    listed,
    not_alike,
    not_attempted,
    not_yet,
    quoted,
    untouched,
    user_arn,
)
from lessons.author.worlds import console_policy

PLAYERS, BACKUPS = "alias/players-table", "alias/backups"
#: What the guided cells encrypt.
PLAINTEXT, TABLE_CONTEXT = b"juno@example.com", {"table": "players"}
SHOP_CONTEXT, BACKUP_CONTEXT = {"service": "shop"}, {"file": "backup"}
PERIOD = 180  # days
RUN_FIRST = not_attempted(
    f"There is no key {PLAYERS} yet; run the cells of section 1 first."
)


def world(studio: Studio) -> dict[str, str]:
    """Three users without a policy, the key of the studio's shop, and one without an alias."""
    people = {
        "administrator": "tess",
        "key_user": "bruno",
        "second_administrator": "nils",
    }
    arns = {name: studio.create_user(name) for name in people.values()}
    account = arns["tess"].split(":")[4]
    kms, alias = studio.client("kms"), studio.name("alias/shop")
    shop = kms.create_key(
        Description="Protects what the shop keeps",
        Policy=console_policy(account, arns["tess"], arns["bruno"]),
    )["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=shop["KeyId"])
    backups = kms.create_key(Description="Protects the backups")
    token = f"token-{studio.random('token').getrandbits(40):010x}"
    keys = {
        "shop_key_alias": alias,
        "shop_key_arn": shop["Arn"],
        "backup_key_id": backups["KeyMetadata"]["KeyId"],
    }
    return {**people, **keys, "token": token}


def _new_keys(evidence: Evidence) -> list[Any]:
    """KMS's metadata of the keys that neither the world nor section 1 made."""
    aliases = key_aliases(evidence)
    before = {aliases.get(PLAYERS), aliases.get(evidence.lab.shop_key_alias)}
    before.add(evidence.lab.backup_key_id)
    listed = evidence.client("kms").list_keys()["Keys"]
    new = [x["KeyId"] for x in listed if x["KeyId"] not in before]
    found = [key_metadata(evidence, name) for name in new]
    return [key for key in found if key and key["KeyManager"] == "CUSTOMER"]


def further_key(evidence: Evidence) -> Verdict:
    """One more symmetric encryption key, described as that of the scores."""
    wanted = "a symmetric encryption key with `scores` in its description."
    new = _new_keys(evidence)
    for key in new:
        symmetric = key["KeySpec"] == "SYMMETRIC_DEFAULT"
        described = re.search(r"\bscores\b", key["Description"], re.IGNORECASE)
        if symmetric and described and key["KeyState"] == "Enabled":
            return correct("With one call, the account has one more key.")
    if not new:
        if failure := last_failure(evidence, "CreateKey"):
            return not_yet(wanted, f"{failure}.")
        if evidence.records("UpdateKeyDescription"):
            return not_yet(wanted, "UpdateKeyDescription, and no new key.")
        return not_attempted(
            "The account has no new key in this Region yet; make one in the cell above."
        )
    key = new[-1]
    if key["KeySpec"] != "SYMMETRIC_DEFAULT":
        return not_yet(wanted, f"a key with the spec {key['KeySpec']}.")
    if not key["Description"]:
        return not_yet(wanted, "a key without a description.")
    if key["KeyState"] != "Enabled":
        return not_yet(wanted, f"a key in the state {key['KeyState']}.")
    return not_yet(wanted, f"a key described as “{key['Description']}”.")


def named_key(evidence: Evidence) -> Verdict:
    """The key for the backups has the alias alias/backups."""
    aliases, key_id = key_aliases(evidence), evidence.lab.backup_key_id
    wanted = f"the alias {BACKUPS} on the key for the backups."
    if aliases.get(BACKUPS) == key_id:
        return correct(
            "The alias now stands for this key, and can be moved later."
        )
    if other := key_named(evidence, BACKUPS):
        seen = f"it is on another key, described as “{other['Description']}”"
        return not_yet(
            wanted, f"{seen}; update_alias can point it to the right one."
        )
    if named := [name for name, target in aliases.items() if target == key_id]:
        return not_yet(wanted, f"the alias {named[0]} on that key.")
    if failure := last_failure(evidence, "CreateAlias"):
        return not_yet(wanted, f"{failure}.")
    if any(x.asks(aliasName=BACKUPS) for x in evidence.records("DeleteAlias")):
        return not_yet(wanted, f"{BACKUPS}, deleted again.")
    return not_attempted("The key for the backups has no alias yet.")


def whose_key(evidence: Evidence, given: object) -> Verdict:
    """Account, Region and manager of the shop's key."""
    key = key_named(evidence, evidence.lab.shop_key_alias)
    if key is None:
        gone = "there is no such alias any more; run the set-up cell again."
        return not_yet(f"the key {evidence.lab.shop_key_alias}.", gone)
    right = {
        "account": key["AWSAccountId"],
        "Region": key["Arn"].split(":")[3],
        "KeyManager": key["KeyManager"],
    }
    if not isinstance(given, dict):
        return not_yet("a dictionary of three strings.", f"{kind_of(given)}.")
    if set(given) != set(right):
        names = listed([f"`{name}`" for name in right])
        seen = ", ".join(quoted(name) for name in given) or "none"
        return not_yet(f"the names {names}.", f"{seen}.")
    if untouched(given):
        return not_attempted("The dots are still there; put strings there.")
    for name, value in right.items():
        seen = given[name]
        if not isinstance(seen, str):
            return not_yet(
                "a string for each of the three.",
                f"{kind_of(seen)}, under {name}.",
            )
        if seen != value:
            mine = name == "account" and seen in ("admin", key["Arn"], "you")
            return not_yet(
                f"the {name} of the shop's key, as describe_key shows it.",
                f"`{seen[:60]}`, under {name}.",
                "key-belongs-to-user" if mine else "",
            )
    return correct("The key belongs to the account, in this one Region.")


def _without_nils(evidence: Evidence) -> Verdict:
    """What to say while the key policy does not name Nils."""
    lab, wanted = evidence.lab, "a key policy of the shop's key that names Nils."
    second = lab.second_administrator
    if seen := beside_key_policy(evidence, second, lab.shop_key_arn):
        return not_yet(wanted, f"{seen}.")
    if failure := last_failure(evidence, "PutKeyPolicy"):
        return not_yet(wanted, f"{failure}.")
    # The guided cell has put a policy on the players' key.
    puts = [x for x in evidence.records("PutKeyPolicy") if not x.error]
    if any(x.touches(lab.shop_key_arn) for x in puts):
        return not_yet(wanted, "a new key policy without his ARN.")
    if len(puts) > 1:
        return not_yet(wanted, "PutKeyPolicy for another key.")
    return not_attempted("The shop's key policy in KMS does not name Nils yet.")


def second_administrator(evidence: Evidence) -> Verdict:
    """The key policy lets Nils do what Tess may, and nobody else's rights have changed."""
    lab = evidence.lab
    names = (lab.administrator, lab.second_administrator, lab.key_user)
    team = Team(*((name.title(), user_arn(evidence, name)) for name in names))
    policy = key_policy(evidence, lab.shop_key_arn)
    if team.second.arn not in json.dumps(policy):
        return _without_nils(evidence)
    built = console_policy(lab.account_id, team.first.arn, team.user.arn)
    if amiss := not_alike(team, policy, json.loads(built)["Statement"]):
        return amiss
    if seen := beside_key_policy(evidence, names[1], lab.shop_key_arn):
        return not_yet("the same rights as Tess, and no others.", f"{seen}.")
    return correct(
        "Two administrators; the key policy lets neither decrypt, and Bruno still may."
    )


def _simulated(evidence: Evidence, user: str, key: str) -> str:
    answer = evidence.client("iam").simulate_principal_policy(
        PolicySourceArn=user, ActionNames=["kms:Decrypt"], ResourceArns=[key]
    )
    return str(answer["EvaluationResults"][0]["EvalDecision"])


def _asks_decrypt(call: Record, user: str) -> bool:
    actions = [str(x).lower() for x in call.parameters.get("actionNames", [])]
    return (
        call.parameters.get("policySourceArn") == user
        and "kms:decrypt" in actions
    )


def decided(evidence: Evidence, given: object) -> Verdict:
    """What the policy simulator says of Bruno, after it was asked."""
    lab, key = evidence.lab, key_named(evidence, PLAYERS)
    if key is None:
        return RUN_FIRST
    bruno = user_arn(evidence, lab.key_user)
    calls = evidence.records("SimulatePrincipalPolicy")
    asked = [x for x in calls if not x.error and _asks_decrypt(x, bruno)]
    wanted = "the simulator's decision on Bruno and kms:Decrypt."
    if not isinstance(given, str):
        return not_yet("the value of EvalDecision.", f"{kind_of(given)}.")
    if not asked:
        if failure := last_failure(evidence, "SimulatePrincipalPolicy"):
            return not_yet(wanted, f"{failure}.")
        return not_yet(wanted, "no simulation for Bruno in the audit trail.")
    if given != _simulated(evidence, bruno, key["Arn"]):
        return not_yet(
            wanted, f"`{given[:40]}`, but the simulator says something else."
        )
    return correct(
        "No IAM policy of Bruno's allows it; what lets him in is the key policy, "
        "which the simulator did not look at."
    )


def sealed_token(evidence: Evidence, blob: object) -> Verdict:
    """The token under the players' key, bound to {"service": "shop"}."""
    kms, token = evidence.client("kms"), evidence.lab.token.encode()
    key = key_named(evidence, PLAYERS)
    if key is None:
        return RUN_FIRST
    if blob == token:
        return not_yet("a ciphertext.", "the text itself.")
    answer, problem = decrypted(kms, blob, SHOP_CONTEXT)
    if problem:
        calls = evidence.records("Encrypt", user="admin")
        if "InvalidCiphertext" in problem and calls:
            last = calls[-1].parameters.get("encryptionContext", "none")
            if last != SHOP_CONTEXT:
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
        "It was encrypted under this key, and opens with this context."
    )


#: What brings the plaintext of a data key out of KMS, or never had it there.
_SHOWN = {
    "GenerateDataKey": "whose answer holds the plaintext",
    "Decrypt": "whose answer holds the plaintext",
    "Encrypt": "for a key that was made outside KMS",
}


def key_for_later(evidence: Evidence, blob: object) -> Verdict:
    """An encrypted data key under the key for the backups, whose plaintext stayed in KMS."""
    kms = evidence.client("kms")
    key = key_metadata(evidence, evidence.lab.backup_key_id)
    answer, problem = decrypted(kms, blob, BACKUP_CONTEXT)
    if problem:
        if failure := last_failure(evidence, "GenerateDataKeyWithoutPlaintext"):
            problem = f"{failure}."
        return not_yet(
            f"an encrypted data key bound to the context {BACKUP_CONTEXT}.",
            problem,
        )
    if answer["KeyId"] != key["Arn"]:
        return not_yet(
            "a data key under the key for the backups.",
            f"one under the key {answer['KeyId']}.",
        )
    bits = 8 * len(answer["Plaintext"])
    if bits != 256:
        return not_yet("a data key of 256 bits.", f"a data key of {bits} bits.")
    # The trail holds no ciphertext: what counts is the last call that could concern this one.
    made = "GenerateDataKeyWithoutPlaintext"
    last = last_done(evidence, key["Arn"], made, *_SHOWN)
    if last == made:
        return correct("The data key exists, and its plaintext stayed in KMS.")
    wanted = "a data key whose plaintext did not come out of KMS."
    if last:
        return not_yet(wanted, f"{last}, {_SHOWN[last]}.")
    return not_yet(wanted, "no data key under that key in the audit trail.")


def moved(evidence: Evidence, blob: object) -> Verdict:
    """The guided ciphertext under the shop's key, re-encrypted inside KMS."""
    kms = evidence.client("kms")
    shop = key_named(evidence, evidence.lab.shop_key_alias)
    answer, problem = decrypted(kms, blob, TABLE_CONTEXT)
    failure = last_failure(evidence, "ReEncrypt")
    if problem:
        return not_yet(
            f"a ciphertext that opens with the context {TABLE_CONTEXT}.",
            f"{failure}." if failure else problem,
        )
    if shop is None or answer["KeyId"] != shop["Arn"]:
        seen = f"{failure}" if failure else f"one under the key {answer['KeyId']}"
        return not_yet("a ciphertext under the shop's key.", f"{seen}.")
    if answer["Plaintext"] != PLAINTEXT:
        return not_yet("the plaintext of sealed_email.", "another plaintext.")
    if last_done(evidence, shop["Arn"], "ReEncrypt", "Encrypt") == "ReEncrypt":
        return correct("Another key, the same plaintext, and it stayed in KMS.")
    wanted = "a call of ReEncrypt."
    by_hand = done(evidence, "Encrypt", shop["Arn"])
    players = key_named(evidence, PLAYERS)
    decrypts = done(evidence, "Decrypt", players["Arn"]) if players else []
    if by_hand and by_hand[-1].user in [x.user for x in decrypts]:
        seen = (
            "Decrypt and Encrypt: in between, the plaintext was in this notebook."
        )
        return not_yet(wanted, seen)
    if done(evidence, "ReEncrypt", shop["Arn"]):
        seen = "Encrypt, after ReEncrypt; hand in what ReEncrypt returned."
        return not_yet(wanted, seen)
    again = "if you have started over, run your cell again."
    return not_yet(
        wanted, f"no ReEncrypt in the audit trail of this lab; {again}"
    )


def rotates(evidence: Evidence) -> Verdict:
    """KMS rotates the players' key every 180 days."""
    kms, key = evidence.client("kms"), key_named(evidence, PLAYERS)
    if key is None:
        return RUN_FIRST
    wanted = f"automatic rotation of the players' key every {PERIOD} days."
    calls = evidence.records("EnableKeyRotation")
    status = kms.get_key_rotation_status(KeyId=key["KeyId"])
    if status["KeyRotationEnabled"]:
        period = status.get("RotationPeriodInDays")
        if period == PERIOD:
            return correct(
                "KMS now rotates it automatically; the status shows the next date."
            )
        if calls and calls[-1].error:
            return not_yet(wanted, f"{failure(calls[-1])}.")
        return not_yet(wanted, f"a rotation every {period} days.")
    if calls and calls[-1].error:
        return not_yet(wanted, f"{failure(calls[-1])}.")
    if calls and calls[-1].parameters.get("keyId") not in (
        key["KeyId"],
        key["Arn"],
    ):
        return not_yet(wanted, "automatic rotation of another key.")
    if calls:
        return not_yet(wanted, "automatic rotation, turned off again.")
    # Tess has rotated it once in the guided cell.
    rotated = evidence.records("RotateKeyOnDemand")
    if len(rotated) > 1 or any(x.user == "admin" for x in rotated):
        seen = f"RotateKeyOnDemand by {rotated[-1].user}, which rotates once."
        return not_yet(wanted, seen)
    return not_attempted("Automatic rotation of the players' key is off.")


EXERCISES = [
    further_key,
    named_key,
    whose_key,
    second_administrator,
    decided,
    sealed_token,
    key_for_later,
    moved,
    rotates,
]
