"""A sample of hidden criteria, for the capstone.

Copy it, write your own beside these, and keep your copy to yourself: what stands here is public.
``classroom`` says what a criteria file holds, ``lessons.author`` what it can ask. The public
checks hold the same requirements. These criteria give points by parts, really do what the checks
only ask about, and draw their inputs anew each time.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from botocore.exceptions import ClientError

from classroom.judge.criteria import Criterion
from helpers.course.chapter import Verdict, correct, not_yet
from helpers.course.evidence import Evidence, LearnerError
from lessons.author import Studio, Trial, Way
from lessons.author.probes import access_keys, grants_on, has_user, key_of
from lessons.author.worlds import FIRST_NAMES
from lessons.clinic.history import History, People
from lessons.clinic.items import invoices_of, lost
from lessons.clinic.key import what_iam_opens
from lessons.clinic.keys import existing
from lessons.clinic.leaver import what_allows
from lessons.clinic.people import strangers, what_bo_could, what_ida_could
from lessons.clinic.tries import ALIAS


def admin_manages(evidence: Evidence) -> Verdict:
    """8.1: the administrator writes the key policy, disables the key and deletes it."""
    key, kms = _visits_key(evidence), evidence.client("kms")
    if not key:
        return not_yet("a key for the visits.", "none.")
    try:
        policy = kms.get_key_policy(KeyId=key)["Policy"]
        kms.put_key_policy(KeyId=key, Policy=policy)
        kms.disable_key(KeyId=key)
        kms.enable_key(KeyId=key)
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    except ClientError as error:
        return not_yet("a key that admin can manage.", f"{error}")
    return correct("admin manages the key.")


def key_policy_alone(evidence: Evidence) -> Verdict:
    """8.1: whoever is given every permission by IAM gains nothing on the key."""
    key = _visits_key(evidence)
    if not key:
        return not_yet("a key for the visits.", "none.")
    try:
        held = [x["GranteePrincipal"] for x in grants_on(evidence, key)]
    except ClientError as error:
        return not_yet("a key that admin can manage.", f"{error}")
    if any(not one.endswith(".amazonaws.com") for one in held):
        return not_yet("no grants but DynamoDB's.", f"{held}")
    if opened := what_iam_opens(evidence, key):
        return not_yet("a key that no IAM policy opens.", opened)
    return correct("IAM policies do not open the key.")


def nurse_reads_and_writes(evidence: Evidence) -> Verdict:
    """8.3: Ida reads a visit and writes one."""
    if not _is_under_the_clinics_key(evidence):
        return _elsewhere()
    if _does(evidence, "ida", "get_item") and _does(evidence, "ida", "put_item"):
        return correct("Ida reads and writes.")
    return not_yet("a nurse who reads and writes.", "a nurse who cannot do both.")


def nurse_only_for_visits(evidence: Evidence) -> Verdict:
    """8.3: Ida uses the key through DynamoDB, for the visits alone."""
    if not _is_under_the_clinics_key(evidence):
        return _elsewhere()
    key, table = _visits_key(evidence), evidence.lab.visits_table_name
    # Before the trial, which changes the account.
    past, elsewhere, _ = what_ida_could(evidence, existing(evidence, key), table)
    wide = [*past, *elsewhere]
    if not _trial(evidence).uses("ida", key, Way.through_dynamodb(table)):
        return not_yet("a nurse who uses the key.", "one who cannot.")
    return not_yet("no other use.", f"{wide[0]}.") if wide else correct("No other use.")


def nurse_changes_nothing(evidence: Evidence) -> Verdict:
    """8.3: Ida cannot change who may use the key."""
    if not _is_under_the_clinics_key(evidence) or not _does(evidence, "ida", "get_item"):
        return _elsewhere()
    key, table = _visits_key(evidence), evidence.lab.visits_table_name
    _, _, changes = what_ida_could(evidence, existing(evidence, key), table)
    return not_yet("no change by Ida.", f"{changes}") if changes else correct("She cannot.")


def nobody_else(evidence: Evidence) -> Verdict:
    """8.3: nobody but Ida and admin has the key, also not who joins tomorrow."""
    if not _is_under_the_clinics_key(evidence):
        return _elsewhere()
    found = strangers(evidence, existing(evidence, _visits_key(evidence)))
    return not_yet("nobody else.", found) if found else correct("Nobody else.")


def clerk_reads(evidence: Evidence) -> Verdict:
    """8.4: Bo reads an invoice by something else than his old policy, under the invoices' key."""
    table = evidence.lab.invoices_table_name
    under = (key_of(evidence, table) or {}).get("Arn") == evidence.lab.invoices_key_arn
    if missing := lost(evidence, table, invoices_of(evidence)):
        return not_yet("every invoice.", missing)
    if under and _trial(evidence).uses("bo", _new_key(evidence)):
        return not_yet("a clerk with one key.", "one who may use every key.")
    if under and _does(evidence, "bo", "get_item", table):
        return correct("Bo reads an invoice.")
    return not_yet("a clerk who reads invoices.", "one who cannot.")


def clerk_has_one_key(evidence: Evidence) -> Verdict:
    """8.4: no other key lets Bo in, of today or of tomorrow, and he changes nothing."""
    invoices, table = evidence.lab.invoices_key_arn, evidence.lab.invoices_table_name
    # Before the trial, which makes a key of its own.
    today, tomorrow, changes = what_bo_could(evidence, invoices)
    if not _trial(evidence).uses("bo", invoices, Way.through_dynamodb(table)):
        return not_yet("a clerk with one key.", "one with none.")
    if found := [*today, *tomorrow, *changes]:
        return not_yet("a clerk with one key.", f"{found[0]}.")
    return correct("The invoices' key is the only one.")


def no_access_key(evidence: Evidence) -> Verdict:
    """8.5: Max's access keys do not work any more."""
    if "Active" in access_keys(evidence, "max").values():
        return not_yet("no access key that works.", "one that is active.")
    return correct("None of Max's access keys works.")


def no_policy_and_no_grant(evidence: Evidence) -> Verdict:
    """8.5: no policy allows Max anything and no grant names him; DynamoDB keeps its own."""
    if allowed := what_allows(evidence, "max"):
        return not_yet("nothing that allows Max anything.", allowed)
    grants = grants_on(evidence, evidence.lab.invoices_key_arn)
    kept = [x for x in grants if x["GranteePrincipal"].endswith(".amazonaws.com")]
    left = [x for x in grants if "max" in x["GranteePrincipal"] or _is_id(x)]
    if left or not kept:
        return not_yet("DynamoDB's grants alone.", f"{[x['GranteePrincipal'] for x in grants]}")
    return correct("Nothing allows Max anything.")


def proof_is_of_kms(evidence: Evidence, proof: object) -> Verdict:
    """8.6: KMS refused Bo the visits' key, when DynamoDB asked."""
    found, key = evidence.event(proof), _visits_key(evidence)
    table = evidence.lab.visits_table_name
    if found is None or not key:
        return not_yet("an event of KMS.", "none.")
    of_kms = found.source == "kms.amazonaws.com" and found.refused("kms:Decrypt", key)
    context = found.parameters.get("encryptionContext") or {}
    through = found.via == "dynamodb.amazonaws.com" and table in context.values()
    if of_kms and through and found.user == "bo":
        return correct("KMS refused Bo.")
    return not_yet("KMS's refusal of Bo's read.", f"{found.name} by {found.user}.")


def nothing_left_over(evidence: Evidence, proof: object) -> Verdict:
    """8.6: the access key that was made for the proof is gone."""
    if evidence.event(proof) is None or not has_user(evidence, "bo"):
        return not_yet("a proof, and Bo.", "none.")
    left = access_keys(evidence, "bo")
    return not_yet("no access key.", f"{left}.") if left else correct("None is left.")


def readers_of_a_new_trail(evidence: Evidence, readers: Callable[..., object]) -> Verdict:
    """8.7: the function is right about people and events that nobody has seen before."""
    names = [name.lower() for name in random.sample(FIRST_NAMES, len(People._fields))]
    history = History(evidence, People(*names))
    for table, wanted in zip(history.tables, history.readers, strict=True):
        events = random.sample(history.events, len(history.events))
        try:
            told = evidence.call(readers, events=events, table=table)
        except LearnerError as error:
            return not_yet("a list of names.", error.short)
        if told != wanted:
            return not_yet(f"{wanted}.", f"{told!r}."[:80])
    return correct("It finds who had the key opened.")


def _trial(evidence: Evidence) -> Trial:
    """The account itself: each criterion has a copy of its own."""
    return Trial(evidence.lab.in_process)


def _new_key(evidence: Evidence) -> str:
    return _trial(evidence).new_key()


def _does(evidence: Evidence, user: str, call: str, table: str = "") -> bool:
    """Whether a user's own request goes through, six minutes later."""
    if not has_user(evidence, user):
        return False
    for key in access_keys(evidence, user):  # A user has two at most.
        evidence.client("iam").delete_access_key(UserName=user, AccessKeyId=key)
    evidence.lab.advance(minutes=6)
    table = table or evidence.lab.visits_table_name
    name = "visit_id" if table == evidence.lab.visits_table_name else "invoice_id"
    item = {name: {"S": f"new-{random.randrange(10_000)}"}}
    studio = Studio(evidence.lab.sandbox.session(), evidence.lab.sandbox.seed)
    given = {"get_item": {"Key": item}, "put_item": {"Item": item}}[call]
    try:
        getattr(studio.client_of(user, "dynamodb"), call)(TableName=table, **given)
    except ClientError:
        return False
    return True


def _is_id(grant: dict[str, str]) -> bool:
    """Whether a grant is for a user who was deleted: it keeps the user's unique ID."""
    return grant["GranteePrincipal"].startswith("AIDA")


def _is_under_the_clinics_key(evidence: Evidence) -> bool:
    """What holds of itself as long as nothing was done must earn nothing."""
    key = key_of(evidence, evidence.lab.visits_table_name)
    return key is not None and key["Arn"] == _visits_key(evidence)


def _elsewhere() -> Verdict:
    return not_yet("visits under the clinic's key.", "another key, under which all can read.")


def _visits_key(evidence: Evidence) -> str:
    """The ARN of the key that the alias stands for; empty if admin sees none."""
    try:
        found = evidence.client("kms").describe_key(KeyId=ALIAS)
    except ClientError:
        return ""
    return str(found["KeyMetadata"]["Arn"])


CRITERIA = {
    "8.1": [
        Criterion("The administrator can manage the key", 8, admin_manages),
        Criterion("The key policy alone decides who can use the key", 12, key_policy_alone),
    ],
    "8.3": [
        Criterion("The nurse reads and writes", 5, nurse_reads_and_writes),
        Criterion("The nurse uses the key for the visits alone", 5, nurse_only_for_visits),
        Criterion("The nurse cannot change who can use the key", 5, nurse_changes_nothing),
        Criterion("Nobody else can use the key", 5, nobody_else),
    ],
    "8.4": [
        Criterion("The clerk reads invoices, with one key", 5, clerk_reads),
        Criterion("The clerk can use no other key", 10, clerk_has_one_key),
    ],
    "8.5": [
        Criterion("The leaver's access keys do not work", 5, no_access_key),
        Criterion("No policy and no grant lets the leaver in", 5, no_policy_and_no_grant),
    ],
    "8.6": [
        Criterion("The event is KMS's refusal", 10, proof_is_of_kms),
        Criterion("No access key is left over", 5, nothing_left_over),
    ],
    "8.7": [Criterion("The function finds who had the key opened", 10, readers_of_a_new_trail)],
}
