"""A sample of hidden criteria, for three tasks of the capstone.

Copy it, write your own beside these, and keep your copy to yourself: what stands here is public.
``classroom`` says what a criteria file holds, ``lessons.author.probes`` what it can ask.
"""

from __future__ import annotations

from classroom.judge.criteria import Criterion
from helpers.course.chapter import Verdict, correct, not_yet
from helpers.course.evidence import Evidence
from lessons.author.probes import key_of, may_decrypt_directly, may_manage, may_read, may_write


def admin_stays_in_charge(evidence: Evidence) -> Verdict:
    """8.1: the administrator can manage the key later, too."""
    key = _visits_key(evidence)
    if key and may_manage(evidence, "admin", key):
        return correct("admin can change the key policy.")
    return not_yet("a key that admin can manage.", "one that admin cannot manage.")


def iam_gives_nobody_the_key(evidence: Evidence) -> Verdict:
    """8.1: Bo's IAM policy, which allows kms:Decrypt on every key, is of no use here."""
    key = _visits_key(evidence)
    allowed = key and evidence.lab.in_process.would_allow(
        "bo", "kms", "CreateGrant", {"KeyId": key, "Operations": ["Decrypt"]}
    )
    if key and not allowed and not may_read(evidence, "bo", evidence.lab.visits_table_name):
        return correct("IAM policies do not open the key.")
    return not_yet("a key that no IAM policy opens.", "one that Bo's policy opens.")


def the_nurse_reads_and_writes(evidence: Evidence) -> Verdict:
    """8.3: Ida reads and writes."""
    table = evidence.lab.visits_table_name
    if not _is_under_the_clinics_key(evidence):
        return not_yet("visits under the clinic's key.", "another key, under which all can read.")
    if may_read(evidence, "ida", table) and may_write(evidence, "ida", table):
        return correct("Ida reads and writes.")
    return not_yet("a nurse who reads and writes.", "a nurse who cannot do both.")


def only_through_dynamodb(evidence: Evidence) -> Verdict:
    """8.3: Ida cannot open the table key past DynamoDB."""
    if not _is_under_the_clinics_key(evidence):
        return not_yet("visits under the clinic's key.", "another key, which nobody uses directly.")
    if may_decrypt_directly(evidence, "ida", evidence.lab.visits_table_name):
        return not_yet("no use of the key but through DynamoDB.", "a direct kms:Decrypt.")
    return correct("The key is used through DynamoDB alone.")


def the_leaver_has_no_way_in(evidence: Evidence) -> Verdict:
    """8.5: Max's access keys do not work any more."""
    iam = evidence.client("iam")
    users = [user["UserName"] for user in iam.list_users()["Users"]]
    keys = iam.list_access_keys(UserName="max")["AccessKeyMetadata"] if "max" in users else []
    if any(key["Status"] == "Active" for key in keys):
        return not_yet("no access key that works.", "one that is active.")
    return correct("No access key of Max's works.")


def _is_under_the_clinics_key(evidence: Evidence) -> bool:
    """What holds of itself as long as nothing was done must earn nothing."""
    key = key_of(evidence, evidence.lab.visits_table_name)
    return key is not None and key["Arn"] == _visits_key(evidence)


def _visits_key(evidence: Evidence) -> str:
    aliases = evidence.client("kms").list_aliases()["Aliases"]
    found = (a for a in aliases if a["AliasName"] == "alias/clinic-visits" and "TargetKeyId" in a)
    alias = next(found, None)
    if alias is None:
        return ""
    key = evidence.client("kms").describe_key(KeyId=alias["TargetKeyId"])
    return str(key["KeyMetadata"]["Arn"])


CRITERIA = {
    "8.1": [
        Criterion("The administrator can manage the key", 8, admin_stays_in_charge),
        Criterion("No IAM policy gives the use of the key", 12, iam_gives_nobody_the_key),
    ],
    "8.3": [
        Criterion("The nurse reads and writes", 8, the_nurse_reads_and_writes),
        Criterion("The nurse uses the key through DynamoDB alone", 12, only_through_dynamodb),
    ],
    "8.5": [Criterion("The leaver's access keys do not work", 10, the_leaver_has_no_way_in)],
}
