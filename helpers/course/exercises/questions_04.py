"""The questions of 04: who sees what of an encrypted table."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

SEES = Question(
    "The table is encrypted. You are admin, and read player p-001 with get_item. What do you get?",
    {
        "a": Option(
            "Ciphertext, which you then decrypt with kms.decrypt.",
            "DynamoDB never hands out its ciphertext: it decrypts for you, or it refuses.",
        ),
        "b": Option(
            "The item, in plaintext.",
            "DynamoDB had the table key opened in your name, and decrypted the item.",
        ),
        "c": Option(
            "An error, until you have fetched the key from KMS.",
            "Nobody can fetch it: it stays in KMS, and DynamoDB asks KMS on your behalf.",
            "readers-hold-the-key",
        ),
    },
    "b",
)
OFTEN = Question(
    "You read three players, one right after the other. How often does DynamoDB ask KMS for you?",
    {
        "a": Option(
            "Three times: once for each item.",
            "KMS opens the table key, not the items, and DynamoDB keeps it for a while.",
        ),
        "b": Option(
            "Once.",
            "The opened table key serves for about five minutes.",
        ),
        "c": Option(
            "Never: it asked when the table was made.",
            "What is stored is the wrapped key, and opening it takes KMS each time it is due.",
        ),
    },
    "b",
)
SEALED = Question(
    "Bruno may read the table and use its key, but not the key alias/players-private. He reads "
    "p-004. What happens?",
    {
        "a": Option(
            "He sees all of it: DynamoDB decrypts the address as well.",
            "DynamoDB undoes its own encryption only, and has no key to the address.",
        ),
        "b": Option(
            "DynamoDB refuses: there is a part that he may not see.",
            "DynamoDB does not know that these bytes are a ciphertext.",
        ),
        "c": Option(
            "He sees the name, and bytes in place of the address.",
            "The address was a ciphertext before DynamoDB got it.",
        ),
    },
    "c",
)
QUIZ = {
    "q1": Question(
        "A colleague reads the encrypted table and sees plaintext. What does she hold?",
        {
            "a": Option(
                "A copy of the KMS key.",
                "No KMS key leaves KMS. DynamoDB asks KMS on her behalf.",
                "readers-hold-the-key",
            ),
            "b": Option(
                "Permissions on the table and on the key.",
                "They are all she needs: DynamoDB and KMS do the work.",
            ),
            "c": Option(
                "The table key, for five minutes.",
                "DynamoDB keeps it for her that long, and does not hand it out.",
            ),
        },
        "b",
    ),
    "q2": Question(
        "A database administrator may read the table and use its key. What keeps the addresses "
        "from her?",
        {
            "a": Option(
                "A customer managed key for the table.",
                "DynamoDB decrypts for whoever may read the table and use the key. She may.",
                "stops-the-permitted",
            ),
            "b": Option(
                "A second table for the addresses, under the same key.",
                "The same permissions open it.",
            ),
            "c": Option(
                "Encrypting them in the program, under a key that she may not use.",
                "Then DynamoDB gives her bytes that she cannot open.",
            ),
        },
        "c",
    ),
    "q3": Question(
        "Somebody listens on the network between the game server and DynamoDB. What protects the "
        "items there?",
        {
            "a": Option(
                "The table's encryption at rest.",
                "DynamoDB has decrypted the items before it sends them.",
                "at-rest-covers-transit",
            ),
            "b": Option("TLS.", "It encrypts the connection; the address begins with https."),
            "c": Option(
                "The key policy.",
                "It says who may use the key, and a listener uses none.",
            ),
        },
        "b",
    ),
    "q4": Question(
        "Sana reads an item. What does CloudTrail's Decrypt event say?",
        {
            "a": Option(
                "Sana's name, and that dynamodb.amazonaws.com made the call for her.",
                "It is the caller of DynamoDB whom KMS is asked about.",
            ),
            "b": Option(
                "DynamoDB's name: Sana never called KMS.",
                "DynamoDB uses its own name only for work of its own, as for making a table key.",
            ),
            "c": Option(
                "Sana's name, and the item's key.",
                "KMS does not learn of items; the context names the table and the account.",
            ),
        },
        "a",
    ),
    "q5": Question(
        "A thief has the disk: the pages and the wrapped table key. What is missing to read them?",
        {
            "a": Option(
                "Nothing: the table key lies beside the pages.",
                "It lies there encrypted under the KMS key.",
            ),
            "b": Option(
                "The encryption context.",
                "It is needed, but it is no secret: it is the table's name and the account's ID.",
            ),
            "c": Option(
                "A permission to use the KMS key.",
                "Only KMS can unwrap the table key, and it asks who is calling.",
            ),
        },
        "c",
    ),
}
WRITTEN = {
    "4.a": Written(
        "KMS does not control who has a key. How does it control who may use it?",
        (
            "Nobody has it: the key stays in KMS, and one asks KMS for an action.",
            "Permissions name single actions, such as kms:Decrypt, in the key policy, in IAM "
            "policies or in grants.",
            "To see a key is another permission than to use it.",
        ),
        "No KMS key leaves KMS, so there is nothing to hand out. Whoever wants something "
        "encrypted or decrypted asks KMS, and KMS looks whether this caller may do this action "
        "with this key. Key policy, IAM policies and grants say so, action by action: one may see "
        "a key with kms:DescribeKey and still not use it with kms:Decrypt.",
    ),
    "4.b": Written(
        "The table is encrypted. Why can you still see its items, and what is transparent "
        "encryption?",
        (
            "I may read the table and use its key, so DynamoDB decrypts for me.",
            "Transparent: the service encrypts when it stores and decrypts when it answers, and "
            "programs need not change.",
        ),
        "I may read the table, and I may use the key. When I read, DynamoDB asks KMS in my name "
        "to open the table key, and answers with plaintext. That is transparent encryption: "
        "DynamoDB encrypts whatever it stores and decrypts it for authorized callers, without any "
        "change to the program. On the disk there is only ciphertext.",
    ),
}
PREDICTIONS = {"4.1": SEES, "4.2": OFTEN, "4.3": SEALED}
