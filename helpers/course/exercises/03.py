"""03 DynamoDB's encryption options: whose key a table is under."""

from __future__ import annotations

from typing import Any

from helpers.course.chapter import (
    Chapter,
    Exercise,
    Option,
    Question,
    Verdict,
    Written,
    Wrong,
    correct,
    not_attempted,
    not_yet,
)
from helpers.course.evidence import Evidence
from helpers.course.worlds import Studio


def world(studio: Studio) -> dict[str, str]:
    """Two keys of the studio, last season's players under the AWS managed key, and the names of
    the tables that the notebook makes."""
    key, following = studio.create_key(), studio.create_key("alias/players-next")
    old = studio.create_table(studio.name("players-2025"), Enabled=True, SSEType="KMS")
    studio.put_players(old)
    return {
        "avatars_table_name": studio.name("avatars"),
        "scores_table_name": studio.name("scores"),
        "table_name": studio.name("players"),
        "old_table_name": old,
        "key_alias": "alias/players-table",
        "key_arn": key,
        "next_key_arn": following,
    }


def _missing(evidence: Evidence, table: str) -> Verdict | None:
    if table in evidence.client("dynamodb").list_tables()["TableNames"]:
        return None
    return not_attempted(f"There is no table {table}; run the cell that creates it.")


def _key_arn(evidence: Evidence, table: str) -> str:
    """The KMS key of a table once no change is on its way; empty for the AWS owned key."""
    dynamodb = evidence.client("dynamodb")
    while True:
        encryption = dynamodb.describe_table(TableName=table)["Table"].get("SSEDescription", {})
        if encryption.get("Status") != "UPDATING":
            return str(encryption.get("KMSMasterKeyArn", ""))
        evidence.lab.advance(seconds=30)


def _manager(evidence: Evidence, arn: str) -> str:
    return str(evidence.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"])


def _tries(evidence: Evidence, table: str) -> list[Any]:
    return [x for x in evidence.records("UpdateTable") if x.asks(tableName=table)]


def audited(evidence: Evidence) -> Verdict:
    """3.1: avatars is under the AWS managed key."""
    table = evidence.lab.avatars_table_name
    if missing := _missing(evidence, table):
        return missing
    wanted = "a key whose use is in the audit trail, without a monthly fee."
    tries, arn = _tries(evidence, table), _key_arn(evidence, table)
    if not arn and tries:
        return not_yet(wanted, tries[-1].message or "the AWS owned key.")
    if not arn:
        return not_attempted(f"{table} is still under the AWS owned key, which leaves no trail.")
    if _manager(evidence, arn) == "AWS":
        return correct(f"{table} is under the AWS managed key: audited, and without a monthly fee.")
    seen = f"{table} under a customer managed key: USD 1 a month, and yours to look after."
    return not_yet(wanted, seen)


def tells_options(evidence: Evidence, option: Any) -> Verdict:
    """3.2: the function tells the three options from each other, for any key."""
    if not callable(option):
        return not_yet("a function.", f"`{option!r}`.")
    managed = evidence.client("kms").describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
    lab = evidence.lab
    yours = "customer managed"
    cases = {managed: "AWS managed", lab.key_arn: yours, lab.next_key_arn: yours, "": "AWS owned"}
    for arn, right in cases.items():
        sse = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}
        table = {"TableName": lab.old_table_name, **({"SSEDescription": sse} if arn else {})}
        told = evidence.call(option, table=table)
        if told is None and arn == managed:
            return not_attempted("The function returns nothing yet; end each way with a return.")
        if told != right:
            about = f"a table whose key is {arn}" if arn else "a table without SSEDescription"
            return not_yet(f"`{right}` for {about}.", f"`{str(told)[:60]}`.")
    return correct("KMS says who manages a key, and no SSEDescription means the AWS owned key.")


def alias_followed(evidence: Evidence) -> Verdict:
    """3.3: players is under the key that the alias names now."""
    lab, kms = evidence.lab, evidence.client("kms")
    if missing := _missing(evidence, lab.table_name):
        return missing
    wanted = f"{lab.table_name} under the new key, {lab.next_key_arn}."
    target = kms.describe_key(KeyId=lab.key_alias)["KeyMetadata"]["Arn"]
    if target != lab.next_key_arn:
        return not_yet(f"{lab.key_alias} on the new key.", f"the alias on {target}.")
    tries, arn = _tries(evidence, lab.table_name), _key_arn(evidence, lab.table_name)
    if arn == lab.next_key_arn:
        return correct("Asked again, DynamoDB looked up the alias again, and took the new key.")
    if not tries:
        return not_attempted(f"{lab.table_name} is under the key that the alias named before.")
    if tries[-1].error:
        return not_yet(wanted, tries[-1].message)
    return not_yet(wanted, f"the key {arn}." if arn else "the AWS owned key.")


DEFAULT = Question(
    "You create a table and say nothing of encryption. What does describe_table show?",
    {
        "a": Option(
            "An SSEDescription with the status DISABLED: the table is not encrypted.",
            "There is no such state: nobody can switch off the encryption of a table.",
        ),
        "b": Option(
            "No SSEDescription, since the table is not encrypted.",
            "Every table is encrypted; without SSEDescription, under an AWS owned key.",
        ),
        "c": Option(
            "No SSEDescription, and the table is encrypted all the same.",
            "It is under an AWS owned key, of which an account sees nothing.",
        ),
    },
    "c",
)
SWITCH = Question(
    "A table in use changes its key. Can players read it meanwhile?",
    {
        "a": Option(
            "No: DynamoDB closes the table until every item is encrypted anew.",
            "The items are not encrypted anew; only the keys that stand above them are.",
        ),
        "b": Option(
            "Yes, all the time.",
            "The table stays ACTIVE; only the status inside SSEDescription says UPDATING.",
        ),
        "c": Option(
            "Only items that were not moved yet.",
            "Items are not moved one by one: they stay as they are, under a key further down.",
        ),
    },
    "b",
)
ALIAS = Question(
    "The alias alias/players-table now names the new key. Under which key is the table players?",
    {
        "a": Option(
            "Under the new key: the table was made with the alias.",
            "DynamoDB looked the alias up when the table was made, and kept the key's ARN.",
        ),
        "b": Option(
            "New items under the new key, the rest under the old one.",
            "A table is under one KMS key at a time, and it is the one that was looked up.",
        ),
        "c": Option(
            "Under the old key.",
            "DynamoDB looks an alias up once for each create_table or update_table.",
        ),
    },
    "c",
)
QUIZ = {
    "q1": Question(
        "An auditor asks for the option with the strongest encryption at rest. Which is it?",
        {
            "a": Option(
                "The customer managed key.",
                "It encrypts no better than the others; it is yours to control.",
                "customer-key-is-stronger",
            ),
            "b": Option(
                "The customer managed key, once you have set it to a stronger cipher.",
                "DynamoDB takes symmetric keys only, and their key spec fixes the algorithm.",
                "key-tunes-algorithm",
            ),
            "c": Option(
                "None: all three use the same cipher.",
                "AES-256 under each of them. They differ in control, audit and price.",
            ),
        },
        "c",
    ),
    "q2": Question(
        "describe_table shows SSEType KMS and the ARN of a key. Which option is the table under?",
        {
            "a": Option("A customer managed key.", "The AWS managed key has an ARN as well."),
            "b": Option(
                "The AWS managed key or a customer managed key.",
                "Only KeyManager in the answer of describe_key tells which.",
            ),
            "c": Option("Any of the three.", "Under the AWS owned key it shows neither."),
        },
        "b",
    ),
    "q3": Question(
        "Some colleagues may do everything in DynamoDB. You want to decide which of them can read "
        "one table, by means of its key. Which option do you take?",
        {
            "a": Option(
                "The AWS managed key: none of them has a permission on it.",
                "They need none of their own: the key's policy lets them all in.",
                "managed-key-denies",
            ),
            "b": Option(
                "A customer managed key.",
                "Its key policy is yours, so you say who may use it.",
            ),
            "c": Option(
                "The AWS owned key: nobody can see it.",
                "Nobody can set anything for it, so it keeps out no reader of the table.",
            ),
        },
        "b",
    ),
    "q4": Question(
        "The studio has an RSA key in KMS. Can a table be under it?",
        {
            "a": Option(
                "Yes: one key of the pair for the studio, the other for DynamoDB.",
                "DynamoDB refuses it, whoever would hold the other key.",
                "asymmetric-only-for-two-keys",
            ),
            "b": Option(
                "No: DynamoDB takes symmetric keys only.",
                "It must make a grant with an encryption context, which needs a symmetric key.",
            ),
            "c": Option(
                "Yes, if its key usage is ENCRYPT_DECRYPT.", "Such a key was refused here."
            ),
        },
        "b",
    ),
    "q5": Question(
        "A table of two terabytes moves to another KMS key. What is encrypted anew?",
        {
            "a": Option(
                "Every item.",
                "The items stay as they are, which is why a move is cheap and fast.",
            ),
            "b": Option(
                "Nothing; only new items come under the new key.",
                "The whole table is under the new key: whoever may not use it reads nothing.",
            ),
            "c": Option(
                "The keys between the KMS key and the items.",
                "There is a new table key, and the data encryption keys are encrypted under it.",
            ),
        },
        "c",
    ),
}
WRITTEN = {
    "3.a": Written(
        "What is DynamoDB, and what will the studio's key protect there?",
        (
            "DynamoDB is AWS's NoSQL database: tables of items, found by their key, fast at any "
            "size.",
            "The key protects the table key, and through it every item of the table at rest.",
        ),
        "DynamoDB is a fast and flexible NoSQL database of AWS. The studio keeps its players there "
        "as items of a table, and finds each one by its partition key. The studio's KMS key "
        "encrypts the key of this table, and so it protects whatever the table stores: names, "
        "e-mail addresses and all the rest, on the disk.",
    ),
    "3.b": Written(
        "Which encryption options does DynamoDB have? What do they differ in, and which did you "
        "choose for the players?",
        (
            "AWS owned key, AWS managed key, customer managed key.",
            "They differ in owner, visibility, control, audit and price; the cipher is the same.",
            "The customer managed key, because the studio decides who may use it.",
        ),
        "A table is under an AWS owned key, the AWS managed key of DynamoDB, or a customer managed "
        "key. All use AES-256. They differ in whose the key is, what I see of it, what I can set, "
        "whether its use is in my audit trail, and what it costs. For the players I chose a "
        "customer managed key: only there can I say who may use the key, and take that back.",
    ),
}

_UPDATE = "dynamodb.update_table(TableName=lab.%s, SSESpecification={%s})"
_CUSTOMER = '"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": %s'
_REFUSED = "try:\n    %s\nexcept ClientError:\n    pass\n"

CHAPTER = Chapter(
    world=world,
    written=WRITTEN,
    predictions={"3.1": DEFAULT, "3.2": SWITCH, "3.3": ALIAS},
    exercises={
        "3.1": Exercise(
            "What the auditors ask for",
            1,
            (
                "Look at the table of section 3. Which column has “yes” for the audit trail, and "
                "“free” for the month?",
                "It is the option that scores is under. A table changes its key with update_table.",
                "SSESpecification needs one member for this: Enabled.",
            ),
            audited,
            wrong={
                "a key of the studio": Wrong(
                    _UPDATE % ("avatars_table_name", _CUSTOMER % "lab.key_arn"),
                    "under a customer managed key",
                ),
                "not enabled": Wrong(
                    _REFUSED % (_UPDATE % ("avatars_table_name", '"Enabled": False')),
                    "already encrypted by default",
                ),
                "another table": Wrong(
                    _UPDATE % ("table_name", '"Enabled": True'),
                    "still under the AWS owned key",
                    "not attempted",
                ),
                "table deleted": Wrong(
                    "dynamodb.delete_table(TableName=lab.avatars_table_name)",
                    "There is no table avatars",
                    "not attempted",
                ),
            },
        ),
        "3.2": Exercise(
            "Which option is it?",
            2,
            (
                "Which of the three options can you tell without asking KMS?",
                'Where there is an SSEDescription, ask KMS about its "KMSMasterKeyArn".',
                'kms.describe_key(KeyId=…)["KeyMetadata"]["KeyManager"] is AWS or CUSTOMER.',
            ),
            tells_options,
            given="encryption_option",
            wrong={
                "an SSEDescription in each table": Wrong(
                    'arn = table["SSEDescription"]["KMSMasterKeyArn"]\n'
                    '    key = kms.describe_key(KeyId=arn)["KeyMetadata"]\n'
                    '    return {"AWS": "AWS managed"}.get(key["KeyManager"], "customer managed")',
                    "KeyError",
                    "raised",
                ),
                "every KMS key is the customer's": Wrong(
                    'return "customer managed" if "SSEDescription" in table else "AWS owned"',
                    "Expected: `AWS managed`",
                ),
                "the one ARN that was known": Wrong(
                    'arn = table.get("SSEDescription", {}).get("KMSMasterKeyArn")\n'
                    '    known = {None: "AWS owned", lab.key_arn: "customer managed"}\n'
                    '    return known.get(arn, "AWS managed")',
                    "Expected: `customer managed`",
                ),
                "KMS's own word": Wrong(
                    'arn = table["SSEDescription"]["KMSMasterKeyArn"]\n'
                    '    return kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"]',
                    "Seen: `AWS`",
                ),
                "no function": Wrong(
                    '...\nencryption_option = "AWS owned"', "Expected: a function"
                ),
            },
        ),
        "3.3": Exercise(
            "Follow the alias",
            2,
            (
                "When does DynamoDB look up an alias? Make it do that once more.",
                "The call is update_table, as for last season's table.",
                'SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": …}',
            ),
            alias_followed,
            wrong={
                "the old key's ARN": Wrong(
                    _REFUSED % (_UPDATE % ("table_name", _CUSTOMER % "lab.key_arn")),
                    "already encrypted with given KMSMasterKeyId",
                ),
                "the old key's ID": Wrong(
                    _UPDATE % ("table_name", _CUSTOMER % 'lab.key_arn.rpartition("/")[2]'),
                    "Seen: the key arn:aws:kms",
                ),
                "no key named": Wrong(
                    _UPDATE % ("table_name", '"Enabled": False'), "AWS owned key"
                ),
                "alias moved back": Wrong(
                    "kms.update_alias(AliasName=lab.key_alias, TargetKeyId=lab.key_arn)",
                    "on the new key",
                ),
            },
        ),
    },
    quiz=QUIZ,
)
