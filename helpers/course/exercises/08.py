"""08 Capstone: a clinic's visits, by requirements. The repository holds no solution of it.

These checks are the public ones. They say how many of their parts are met; in graded coursework
the instructor's own criteria decide (helpers/grading/criteria.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from helpers.course.chapter import Chapter, Exercise, Verdict, Wrong, correct, not_attempted
from helpers.course.evidence import Evidence
from helpers.course.probes import key_of, may_read
from helpers.course.worlds import Studio
from helpers.messages import say

from .questions_08 import PREDICTIONS, QUIZ, WRITTEN

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
ALIAS = "alias/clinic-visits"
REASONS = ("check-up", "vaccination", "sore throat", "sprained ankle", "migraine", "follow-up")
PATIENTS = 6
Part = tuple[str, bool]


def world(studio: Studio) -> dict[str, str]:
    """A clinic: visits under the AWS owned key, invoices under a key with the API's own policy;
    a nurse, a billing clerk who may decrypt with every key, an auditor, and one who has left."""
    chooser = studio.random("clinic")
    kms = studio.client("kms")
    key = kms.create_key(Description="Invoices of the clinic")["KeyMetadata"]["Arn"]
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
    _inline(studio, "lou", ["cloudtrail:LookupEvents", "kms:DescribeKey", "kms:ListAliases"])
    studio.client("iam").create_access_key(UserName="max")
    former = studio.client("iam").get_user(UserName="max")["User"]["Arn"]
    kms.create_grant(KeyId=key, GranteePrincipal=former, Operations=["Decrypt", "CreateGrant"])
    return {"visits_table_name": visits, "invoices_table_name": invoices, "invoices_key_arn": key}


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
    count = say("capstone.public", met=met, total=len(parts))
    if met == len(parts):
        return correct(f"{count} {say('capstone.hidden')}")
    missing = next(title for title, ok in parts if not ok)
    return Verdict("not yet", f"{count} {say('capstone.missing', title=missing)}")


def the_key(evidence: Evidence) -> Verdict:
    """8.1: there is a key for the visits."""
    kms = evidence.client("kms")
    aliases = {a["AliasName"]: a.get("TargetKeyId") for a in kms.list_aliases()["Aliases"]}
    if not aliases.get(ALIAS):
        return not_attempted(f"There is no alias {ALIAS} yet.")
    key = kms.describe_key(KeyId=ALIAS)["KeyMetadata"]
    symmetric = key["KeySpec"] == "SYMMETRIC_DEFAULT" and key["KeyManager"] == "CUSTOMER"
    rotation: dict[str, Any] = {}
    if symmetric and key["KeyState"] == "Enabled":
        rotation = kms.get_key_rotation_status(KeyId=key["KeyId"])
    return _judged(
        ("the alias stands for a symmetric customer managed key", symmetric),
        ("the key is enabled", key["KeyState"] == "Enabled"),
        ("the key has material of its own, not that of the invoices", not _is_old(evidence, key)),
        ("it rotates by itself", bool(rotation.get("KeyRotationEnabled"))),
        ("it does so every 180 days", rotation.get("RotationPeriodInDays") == 180),
    )


def _is_old(evidence: Evidence, key: dict[str, Any]) -> bool:
    return bool(key["Arn"] == evidence.lab.invoices_key_arn)


def the_table(evidence: Evidence) -> Verdict:
    """8.2: the visits are under that key, and all are there."""
    table = evidence.lab.visits_table_name
    key = key_of(evidence, table)
    if key is None:
        return not_attempted(f"The table {table} is still under the AWS owned key.")
    targets = evidence.client("kms").list_aliases(KeyId=key["KeyId"])["Aliases"]
    count = evidence.client("dynamodb").scan(TableName=table)["Count"]
    return _judged(
        (f"the table's key is the one of {ALIAS}", ALIAS in (a["AliasName"] for a in targets)),
        ("no visit was lost", count >= PATIENTS),
    )


def the_nurse(evidence: Evidence) -> Verdict:
    """8.3: Ida reads the visits."""
    table = evidence.lab.visits_table_name
    if key_of(evidence, table) is None:
        return not_attempted("This task begins when the visits are under a key of the clinic.")
    return _judged(
        ("Ida can read a visit", may_read(evidence, "ida", table)),
        ("Bo cannot", not may_read(evidence, "bo", table)),
    )


def the_clerk(evidence: Evidence) -> Verdict:
    """8.4: Bo still reads the invoices, and his old permission is gone."""
    document = _inline_policy(evidence, "bo")
    if document and _allows_all_keys(document):
        return not_attempted("Bo's permission to decrypt with every key is as it was.")
    return _judged(
        ("Bo can read an invoice", may_read(evidence, "bo", evidence.lab.invoices_table_name)),
        ("Bo may not decrypt with every key", True),
    )


def _inline_policy(evidence: Evidence, user: str) -> Any:
    iam = evidence.client("iam")
    names = iam.list_user_policies(UserName=user)["PolicyNames"]
    if f"{user}-inline" not in names:
        return None
    return iam.get_user_policy(UserName=user, PolicyName=f"{user}-inline")["PolicyDocument"]


def _allows_all_keys(document: Any) -> bool:
    found = document["Statement"]
    statements = found if isinstance(found, list) else [found]
    return any(s.get("Resource") in ("*", ["*"]) and "Condition" not in s for s in statements)


def the_leaver(evidence: Evidence) -> Verdict:
    """8.5: Max's grant is gone."""
    key = evidence.lab.invoices_key_arn
    grants = evidence.client("kms").list_grants(KeyId=key)["Grants"]
    theirs = [g for g in grants if g["GranteePrincipal"].endswith("/max")]
    if theirs:
        return not_attempted("Max still holds a grant on the key of the invoices.")
    return _judged(("Max holds no grant", True))


def the_proof(evidence: Evidence, event_id: object) -> Verdict:
    """8.6: an event in which Bo was refused."""
    found = next((x for x in evidence.records() if x.identifier == event_id), None)
    return _judged(
        ("it is the EventId of an event in the trail", found is not None),
        ("the event shows a denial", found is not None and found.denied),
        ("it is about Bo", found is not None and found.user == "bo"),
    )


def the_readers(evidence: Evidence, readers: Callable[..., Any]) -> Verdict:
    """8.7: the function finds who had a table opened, in a small made-up history."""
    table = "visits"
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

    return [event("ida"), event("bo", errorCode="AccessDenied", errorMessage="not authorized")]


_WRITE = "iam.put_user_policy(UserName='bo', PolicyName='bo-inline', PolicyDocument=%r)"
_KEY = "key = kms.create_key()['KeyMetadata']['KeyId']\n"
_LABEL = "kms.create_alias(AliasName='alias/clinic-visits', TargetKeyId=key)\n"
_SWITCH = (
    "dynamodb.update_table(TableName=lab.visits_table_name, SSESpecification={'Enabled': True, "
    "'SSEType': 'KMS', 'KMSMasterKeyId': %s})\n"
)

CHAPTER = Chapter(
    world=world,
    predictions=PREDICTIONS,
    written=WRITTEN,
    quiz=QUIZ,
    exercises={
        "8.1": Exercise(
            "A key for the visits",
            20,
            ("Notebook 02 makes a key and reads its policy; notebook 05 says what `root` means.",),
            the_key,
            wrong={
                "the invoices' key": Wrong(
                    "kms.create_alias(AliasName='alias/clinic-visits', "
                    "TargetKeyId=lab.invoices_key_arn)",
                    "not that of the invoices",
                ),
                "no rotation": Wrong(_KEY + _LABEL, "it rotates by itself"),
                "another period": Wrong(
                    _KEY + _LABEL + "kms.enable_key_rotation(KeyId=key)", "every 180 days"
                ),
                "signs only": Wrong(
                    "key = kms.create_key(KeySpec='ECC_NIST_P256', KeyUsage='SIGN_VERIFY')"
                    "['KeyMetadata']['KeyId']\n" + _LABEL,
                    "a symmetric customer managed key",
                ),
            },
        ),
        "8.2": Exercise(
            "The visits under that key",
            10,
            ("Notebook 03 moves a table from one key to another.",),
            the_table,
            wrong={
                "another key": Wrong(_SWITCH % "lab.invoices_key_arn", "the one of alias/clinic"),
                "the AWS managed key": Wrong(
                    _SWITCH % "'alias/aws/dynamodb'", "the one of alias/clinic"
                ),
            },
        ),
        "8.3": Exercise(
            "The nurse",
            20,
            ("Notebook 06 compares three ways by what else they allow.",),
            the_nurse,
            wrong={
                "a key that IAM opens": Wrong(
                    _KEY + _SWITCH % "key" + "lab.advance(minutes=1)", "Ida can read a visit"
                ),
            },
        ),
        "8.4": Exercise(
            "The clerk",
            15,
            ("Notebook 06 writes an IAM policy that counts through DynamoDB only.",),
            the_clerk,
            wrong={
                "only taken away": Wrong(
                    "iam.delete_user_policy(UserName='bo', PolicyName='bo-inline')",
                    "Bo can read an invoice",
                ),
            },
        ),
        "8.5": Exercise(
            "The one who has left",
            10,
            (
                "Think of everything that could let Max in; notebook 07 cleans up after a user.",
            ),
            the_leaver,
            wrong={
                "only the policy": Wrong(
                    f"iam.detach_user_policy(UserName='max', PolicyArn={FULL!r})",
                    "still holds a grant",
                    "not attempted",
                ),
            },
        ),
        "8.6": Exercise(
            "The proof",
            15,
            ("Notebook 05, exercise 5.2: which denial proves what?",),
            the_proof,
            given="proof",
            wrong={
                "no event": Wrong("proof = 'AccessDenied'", "it is the EventId of an event"),
                "another event": Wrong(
                    "iam.list_users()\nproof = lab.trail.events(name='ListUsers')[-1].event_id",
                    "shows a denial",
                ),
            },
        ),
        "8.7": Exercise(
            "Who has read?",
            10,
            ("Look at one Decrypt event of your own in full before you write the function.",),
            the_readers,
            given="readers",
            wrong={
                "everybody": Wrong(
                    "def readers(events, table):\n"
                    "    return sorted({e['userIdentity']['userName'] for e in events})",
                    "leaves out who was refused",
                ),
                "no list": Wrong("def readers(events, table):\n    return 'ida'", "a list of"),
            },
        ),
    },
)
