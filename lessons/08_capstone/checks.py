"""A clinic's visits, by requirements. The repository holds no solution of it.

These checks are the public ones. They say how many of their parts are met; in graded coursework
the instructor's own criteria decide (classroom/judge/criteria.py).
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from lessons.author import (
    Evidence,
    Exercise,
    Studio,
    Verdict,
    at_rest,
    correct,
    grants_on,
    key_aliases,
    key_metadata,
    may_read,
    not_attempted,
    not_yet,
)

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
ALIAS = "alias/clinic-visits"
REASONS = (
    "check-up",
    "vaccination",
    "sore throat",
    "sprained ankle",
    "migraine",
    "follow-up",
)
PATIENTS = 6
HIDDEN = "Hidden checks run at grading, and they decide about the points."
Part = tuple[str, bool]


def world(studio: Studio) -> dict[str, str]:
    """A clinic: visits under the AWS owned key, invoices under a key with the API's own policy;
    a nurse, a billing clerk who may decrypt with every key, an auditor, and one who has left."""
    chooser = studio.random("clinic")
    kms = studio.client("kms")
    key = kms.create_key(Description="Invoices of the clinic")["KeyMetadata"][
        "Arn"
    ]
    kms.create_alias(AliasName="alias/clinic-invoices", TargetKeyId=key)
    visits, invoices = studio.name("visits"), studio.name("invoices")
    _table(studio, visits, "visit_id", "")
    _table(studio, invoices, "invoice_id", key)
    for n in range(1, PATIENTS + 1):
        patient = {"S": f"patient-{chooser.randrange(1000, 9999)}"}
        visit = {"visit_id": {"S": f"v-{n:03}"}, "patient": patient}
        visit["reason"] = {"S": chooser.choice(REASONS)}
        invoice = {"invoice_id": {"S": f"i-{n:03}"}, "patient": patient}
        invoice["amount"] = {"N": str(chooser.randrange(20, 400))}
        studio.client("dynamodb").put_item(TableName=visits, Item=visit)
        studio.client("dynamodb").put_item(TableName=invoices, Item=invoice)
    for name in ("ida", "bo", "max"):
        studio.create_user(name, FULL)
    studio.create_user("lou")
    _inline(studio, "bo", ["kms:Decrypt"])
    _inline(
        studio,
        "lou",
        ["cloudtrail:LookupEvents", "kms:DescribeKey", "kms:ListAliases"],
    )
    studio.client("iam").create_access_key(UserName="max")
    former = studio.client("iam").get_user(UserName="max")["User"]["Arn"]
    kms.create_grant(
        KeyId=key, GranteePrincipal=former, Operations=["Decrypt", "CreateGrant"]
    )
    return {
        "visits_table_name": visits,
        "invoices_table_name": invoices,
        "invoices_key_arn": key,
    }


def _table(studio: Studio, name: str, hash_key: str, key: str) -> None:
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    studio.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": hash_key, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": hash_key, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **({"SSESpecification": encryption} if key else {}),
    )


def _inline(studio: Studio, user: str, actions: list[str]) -> None:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    studio.client("iam").put_user_policy(
        UserName=user, PolicyName=f"{user}-inline", PolicyDocument=document
    )


def _judged(*parts: Part) -> Verdict:
    """The public parts of a task: how many are met, and which is the first that is not."""
    met = sum(ok for _, ok in parts)
    count = f"Public checks passed: {met} of {len(parts)}."
    if met == len(parts):
        return correct(f"{count} {HIDDEN}")
    missing = next(title for title, ok in parts if not ok)
    return Verdict("not yet", f"{count} Not met yet: {missing}.")


def the_key(evidence: Evidence) -> Verdict:
    """There is a key for the visits."""
    target = _target(evidence)
    if not target:
        return not_attempted(f"There is no alias {ALIAS} yet.")
    key = key_metadata(evidence, target) or {}
    rotation = _rotation(evidence, target)
    symmetric = (
        key.get("KeySpec") == "SYMMETRIC_DEFAULT"
        and key["KeyManager"] == "CUSTOMER"
    )
    own = bool(key) and key["Arn"] != evidence.lab.invoices_key_arn
    return _judged(
        ("admin can look at the key", bool(key)),
        ("the alias stands for a symmetric customer managed key", symmetric),
        ("the key is enabled", key.get("KeyState") == "Enabled"),
        ("the key is not that of the invoices", own),
        (
            "it rotates by itself, and admin can see that",
            bool(rotation.get("KeyRotationEnabled")),
        ),
        (
            "it does so every 180 days",
            rotation.get("RotationPeriodInDays") == 180,
        ),
    )


def _target(evidence: Evidence) -> str:
    """The ID of the key that the alias stands for; empty if there is none."""
    return key_aliases(evidence).get(ALIAS, "")


def _rotation(evidence: Evidence, key: str) -> dict[str, Any]:
    """KMS's answer; nothing if it refuses admin, or has no such thing for this key."""
    try:
        return dict(evidence.client("kms").get_key_rotation_status(KeyId=key))
    except ClientError:
        return {}


def the_table(evidence: Evidence) -> Verdict:
    """The visits are under that key, and all are there."""
    table, target = evidence.lab.visits_table_name, _target(evidence)
    stored = at_rest(evidence, table)
    if stored is None:
        return _gone(table)
    if stored.key_arn is None:
        return not_attempted(
            f"The table {table} is still under the AWS owned key."
        )
    about = evidence.client("dynamodb").describe_table(TableName=table)["Table"]
    over = about.get("SSEDescription", {}).get("Status") == "ENABLED"
    right = bool(target) and stored.key_arn.endswith(target)
    return _judged(
        (f"the table's key is the one of {ALIAS}", right),
        ("the move is over", over),
        ("no visit was lost", len(stored.pages) >= PATIENTS),
    )


def _gone(table: str) -> Verdict:
    return Verdict(
        "not yet",
        f"There is no table {table}. Run the set-up cell to start over.",
    )


def the_nurse(evidence: Evidence) -> Verdict:
    """Ida reads the visits."""
    table = evidence.lab.visits_table_name
    stored = at_rest(evidence, table)
    if stored is None:
        return _gone(table)
    if stored.key_arn is None:
        return not_attempted(
            "This task begins when the visits are under a key of the clinic."
        )
    return _judged(
        ("Ida can read a visit", may_read(evidence, "ida", table)),
        ("Bo cannot", not may_read(evidence, "bo", table)),
    )


def the_clerk(evidence: Evidence) -> Verdict:
    """Bo still reads the invoices, and his old permission is gone."""
    document = _inline_policy(evidence, "bo")
    if document and _allows_all_keys(document):
        return not_attempted(
            "Bo's permission to decrypt with every key is as it was."
        )
    return _judged(
        (
            "Bo can read an invoice",
            may_read(evidence, "bo", evidence.lab.invoices_table_name),
        ),
        ("Bo's old permission is gone", True),
    )


def _inline_policy(evidence: Evidence, user: str) -> Any:
    iam = evidence.client("iam")
    try:
        return iam.get_user_policy(UserName=user, PolicyName=f"{user}-inline")[
            "PolicyDocument"
        ]
    except iam.exceptions.NoSuchEntityException:
        return None


def _allows_all_keys(document: Any) -> bool:
    found = document["Statement"]
    statements = found if isinstance(found, list) else [found]
    return any(
        s.get("Resource") in ("*", ["*"]) and "Condition" not in s
        for s in statements
    )


def the_leaver(evidence: Evidence) -> Verdict:
    """Max's grant is gone, and no other."""
    key = evidence.lab.invoices_key_arn
    grantees = [grant["GranteePrincipal"] for grant in grants_on(evidence, key)]
    # Of a user who was deleted, a grant keeps an ID in place of the ARN.
    if any(g.endswith("/max") or g.startswith("AIDA") for g in grantees):
        return not_attempted(
            "Max's grant on the key of the invoices is still there."
        )
    moved = evidence.table_key(evidence.lab.invoices_table_name) != key
    kept = any(g.endswith(".amazonaws.com") for g in grantees)
    return _judged(
        ("Max holds no grant", True),
        ("DynamoDB has kept its grants for the invoices", kept or moved),
    )


def the_proof(evidence: Evidence, event_id: object) -> Verdict:
    """An event in which Bo was refused."""
    found = evidence.event(event_id)
    return _judged(
        ("it is the EventId of an event in the trail", found is not None),
        ("the event shows a denial", found is not None and found.denied),
        ("it is about Bo", found is not None and found.user == "bo"),
    )


def the_readers(evidence: Evidence, readers: Any) -> Verdict:
    """The function finds who had a table opened, in a small made-up history."""
    table = "visits"
    if not callable(readers):
        return not_yet("a function.", f"`{readers!r}`.")
    told = evidence.call(readers, events=_history(table), table=table)
    if told is None:
        return not_attempted("The function returns nothing yet.")
    return _judged(
        ("it returns a list of names", _names(told)),
        ("it finds who read", _names(told) and "ida" in told),
        ("it leaves out who was refused", _names(told) and "bo" not in told),
    )


def _names(told: Any) -> bool:
    return isinstance(told, list) and all(isinstance(name, str) for name in told)


def _history(table: str) -> list[dict[str, Any]]:
    """Two events as CloudTrail writes them: one read, one refusal."""
    via, context = "dynamodb.amazonaws.com", {"aws:dynamodb:tableName": table}

    def event(user: str, **more: Any) -> dict[str, Any]:
        identity = {"type": "IAMUser", "userName": user, "invokedBy": via}
        request = {"encryptionContext": context}
        return {
            "eventSource": "kms.amazonaws.com",
            "eventName": "Decrypt",
            "userIdentity": identity,
            "requestParameters": request,
            **more,
        }

    return [
        event("ida"),
        event("bo", errorCode="AccessDenied", errorMessage="not authorized"),
    ]


EXERCISES = [
    Exercise(
        title="A key for the visits",
        points=20,
        hints=(
            "Notebook 02 makes a key and reads its policy; notebook 05 says what `root` means.",
        ),
        check=the_key,
    ),
    Exercise(
        title="The visits under that key",
        points=10,
        hints=("Notebook 03 moves a table from one key to another.",),
        check=the_table,
    ),
    Exercise(
        title="The nurse",
        points=20,
        hints=("Notebook 06 compares three ways by what else they allow.",),
        check=the_nurse,
    ),
    Exercise(
        title="The clerk",
        points=15,
        hints=(
            "Notebook 06 writes an IAM policy that counts through DynamoDB only.",
        ),
        check=the_clerk,
    ),
    Exercise(
        title="The one who has left",
        points=10,
        hints=(
            "Think of everything that could let Max in; notebook 07 cleans up after a user.",
        ),
        check=the_leaver,
    ),
    Exercise(
        title="The proof",
        points=15,
        hints=("Notebook 05, exercise 5.2: which denial proves what?",),
        check=the_proof,
        given="proof",
    ),
    Exercise(
        title="Who has read?",
        points=10,
        hints=(
            "Look at one Decrypt event of your own in full before you write the function.",
        ),
        check=the_readers,
        given="readers",
    ),
]
