"""The questions of 03: whose key a table is under."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

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
PREDICTIONS = {"3.1": DEFAULT, "3.2": SWITCH, "3.3": ALIAS}
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
