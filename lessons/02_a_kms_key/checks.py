"""Created, named, shared out, used, moved, rotated: the exercises of a KMS key."""

from __future__ import annotations

import json
from typing import Any

from lessons.author import (
    Evidence,
    Studio,
    Verdict,
    allows,
    correct,
    decrypted,
    done,
    failure,
    key_aliases,
    key_metadata,
    key_named,
    key_policy,
    kind_of,
    last_failure,
    not_attempted,
    not_yet,
    own_policies,
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
#: One of each kind of thing that an administrator does.
MANAGING = [
    *("kms:PutKeyPolicy", "kms:DescribeKey", "kms:ListGrants", "kms:DisableKey"),
    *("kms:EnableKey", "kms:UpdateAlias", "kms:RevokeGrant", "kms:DeleteAlias"),
    *("kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion"),
    *("kms:CancelKeyDeletion", "kms:RotateKeyOnDemand", "kms:CreateAlias"),
]


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
    """KMS's metadata of the enabled keys that neither the world nor section 1 made."""
    aliases = key_aliases(evidence)
    before = {aliases.get(PLAYERS), aliases.get(evidence.lab.shop_key_alias)}
    before.add(evidence.lab.backup_key_id)
    listed = evidence.client("kms").list_keys()["Keys"]
    found = [
        key_metadata(evidence, x["KeyId"])
        for x in listed
        if x["KeyId"] not in before
    ]
    return [
        key
        for key in found
        if key
        and key["KeyManager"] == "CUSTOMER"
        and key["KeyState"] == "Enabled"
    ]


def further_key(evidence: Evidence) -> Verdict:
    """One more symmetric encryption key, described as that of the scores."""
    wanted = "a symmetric encryption key with `scores` in its description."
    new = _new_keys(evidence)
    for key in new:
        symmetric = key["KeySpec"] == "SYMMETRIC_DEFAULT"
        if symmetric and "scores" in key["Description"].lower():
            return correct("With one call, the account has one more key.")
    if not new:
        if failure := last_failure(evidence, "CreateKey"):
            return not_yet(wanted, f"{failure}.")
        return not_attempted(
            "The account has no new key yet; make one in the cell above."
        )
    key = new[-1]
    if key["KeySpec"] != "SYMMETRIC_DEFAULT":
        return not_yet(wanted, f"a key with the spec {key['KeySpec']}.")
    if not key["Description"]:
        return not_yet(wanted, "a key without a description.")
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
    if all(given.get(name, ...) is ... for name in right):
        return not_attempted(
            "The dots are still there; put a string in place of each."
        )
    for name, value in right.items():
        seen = given.get(name, ...)
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


def _without_nils(evidence: Evidence, name: str) -> Verdict:
    """What to say while the key policy does not name Nils."""
    iam = evidence.client("iam")
    attached = iam.list_attached_user_policies(UserName=name)
    if attached["AttachedPolicies"] or own_policies(evidence, name):
        return not_yet("a key policy that names Nils.", "an IAM policy for him.")
    if failure := last_failure(evidence, "PutKeyPolicy"):
        return not_yet("a key policy that names Nils.", f"{failure}.")
    return not_attempted("The shop's key policy in KMS does not name Nils yet.")


def second_administrator(evidence: Evidence) -> Verdict:
    """The key policy lets Nils manage the key as Tess does, and not use it."""
    lab = evidence.lab
    policy = key_policy(evidence, lab.shop_key_arn)
    nils, tess, bruno = (
        user_arn(evidence, name)
        for name in (lab.second_administrator, lab.administrator, lab.key_user)
    )
    if nils not in json.dumps(policy):
        return _without_nils(evidence, lab.second_administrator)
    for statement in policy:
        if allows([statement], nils, "kms:Decrypt"):
            sid = statement.get("Sid", "without a Sid")
            return not_yet(
                "Nils as an administrator only.",
                f"the statement “{sid}” lets him decrypt as well. Statements that "
                "you have put there stay until you put a policy without them.",
            )
    for name, arn in (("Nils", nils), ("Tess", tess)):
        lacking = [x for x in MANAGING if not allows(policy, arn, x)]
        if lacking:
            may = "may not" if name == "Nils" else "may no longer"
            return not_yet(
                "two administrators with the same actions.",
                f"a key policy under which {name} {may} perform {lacking[0]}.",
            )
    if not allows(policy, bruno, "kms:Decrypt"):
        return not_yet(
            "Bruno's rights as before.", "one that no longer lets Bruno decrypt."
        )
    root = f"arn:aws:iam::{lab.account_id}:root"
    if not allows(policy, root, "kms:PutKeyPolicy"):
        return not_yet(
            "the account's statement as before.",
            "a key policy without it: IAM policies no longer count.",
        )
    return correct(
        "Two administrators; neither may decrypt, and Bruno still may."
    )


def _simulated(evidence: Evidence, user: str, key: str) -> str:
    answer = evidence.client("iam").simulate_principal_policy(
        PolicySourceArn=user, ActionNames=["kms:Decrypt"], ResourceArns=[key]
    )
    return str(answer["EvaluationResults"][0]["EvalDecision"])


def decided(evidence: Evidence, given: object) -> Verdict:
    """What the policy simulator says of Bruno, after it was asked."""
    lab, key = evidence.lab, key_named(evidence, PLAYERS)
    if key is None:
        return RUN_FIRST
    bruno = user_arn(evidence, lab.key_user)
    calls = evidence.records("SimulatePrincipalPolicy")
    asked = [
        x
        for x in calls
        if not x.error
        and x.parameters.get("policySourceArn") == bruno
        and "kms:Decrypt" in x.parameters.get("actionNames", [])
    ]
    wanted = "the simulator's decision on Bruno and kms:Decrypt."
    if not isinstance(given, str):
        return not_yet("the value of EvalDecision.", f"{kind_of(given)}.")
    if not asked:
        if failure := last_failure(evidence, "SimulatePrincipalPolicy"):
            return not_yet(wanted, f"{failure}.")
        return not_yet(
            wanted, "no simulation for Bruno's kms:Decrypt in the audit trail."
        )
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
        "It opens under this key, with this context, and with no other."
    )


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
    if done(evidence, "GenerateDataKeyWithoutPlaintext", key["Arn"]):
        return correct("The data key exists, and only KMS has seen it.")
    wanted = "a data key whose plaintext did not come out of KMS."
    if done(evidence, "GenerateDataKey", key["Arn"]):
        return not_yet(
            wanted, "GenerateDataKey, whose answer holds the plaintext."
        )
    if done(evidence, "Encrypt", key["Arn"]):
        return not_yet(wanted, "Encrypt, for a key that was made outside KMS.")
    return not_yet(
        wanted, "no data key under that key in the audit trail of this lab."
    )


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
    if any(not x.error for x in evidence.records("ReEncrypt")):
        return correct("Another key, the same plaintext, and nobody has seen it.")
    wanted = "a call of ReEncrypt."
    by_hand = done(evidence, "Encrypt", shop["Arn"])
    players = key_named(evidence, PLAYERS)
    decrypts = done(evidence, "Decrypt", players["Arn"]) if players else []
    if by_hand and by_hand[-1].user in [x.user for x in decrypts]:
        seen = (
            "Decrypt and Encrypt: in between, the plaintext was in this notebook."
        )
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
    if evidence.records("RotateKeyOnDemand", user="admin"):
        return not_yet(wanted, "RotateKeyOnDemand by admin, which rotates once.")
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
