"""The questions of 05: who is refused, by whom, and why."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

READ = Question(
    "Mira has AmazonDynamoDBFullAccess, and nothing else. She reads player p-001. What happens?",
    {
        "a": Option(
            "She gets the item: full access to DynamoDB is enough.",
            "Full access to DynamoDB is not access to the key, and DynamoDB asks for the key as "
            "the caller.",
        ),
        "b": Option(
            "She gets the item, but as ciphertext.",
            "DynamoDB never hands out ciphertext: it decrypts for the caller, or it refuses.",
        ),
        "c": Option(
            "DynamoDB refuses: she may not call GetItem.",
            "Her policy allows dynamodb:*, so GetItem itself is allowed.",
        ),
        "d": Option(
            "She is refused: she may not use the key.",
            "DynamoDB asked KMS to decrypt the table key on her behalf, and KMS said no.",
        ),
    },
    "d",
)
DELETE = Question(
    "Mira cannot read players-2025 either. She asks DynamoDB to delete it. What happens?",
    {
        "a": Option(
            "It is refused: deleting needs the key as well.",
            "Deleting a table decrypts nothing, so KMS is not asked.",
            "denial-stops-deletion",
        ),
        "b": Option(
            "The table is deleted.",
            "dynamodb:* allows DeleteTable, and nothing has to be decrypted for it.",
        ),
        "c": Option(
            "The items are deleted, and the encrypted table stays.",
            "DeleteTable removes table and items; to delete single items she would need the key.",
        ),
    },
    "b",
)
PREDICTIONS = {"5.1": READ, "5.2": DELETE}
QUIZ = {
    "q1": Question(
        "What does Mira's denial prove?",
        {
            "a": Option(
                "That the table is encrypted.",
                "Every DynamoDB table is encrypted, also those that she can read.",
                "denial-proves-encryption",
            ),
            "b": Option(
                "That she may not use this key.",
                "The denial is about kms:Decrypt on this key, asked for by her.",
            ),
            "c": Option(
                "That she has no permission on KMS at all.",
                "AmazonDynamoDBFullAccess holds kms:DescribeKey and kms:ListAliases.",
                "no-kms-permission",
            ),
        },
        "b",
    ),
    "q2": Question(
        "Which of these alone would let Mira read?",
        {
            "a": Option(
                "Only a key policy and an IAM policy together.",
                "In one account the key policy alone is enough, if it names her.",
                "both-must-allow",
            ),
            "b": Option(
                "Making her a key administrator.",
                "That statement has no kms:Decrypt, though an administrator can change the policy.",
                "administrator-decrypts",
            ),
            "c": Option(
                "A statement in the key policy that names her and allows kms:Decrypt.",
                "A key policy that names a user of its own account is enough.",
            ),
        },
        "c",
    ),
    "q3": Question(
        "Mira's message ends with “no identity-based policy allows the kms:Decrypt action”. Why "
        "identity-based, when she is missing in the key policy?",
        {
            "a": Option(
                "The key policy leaves the decision to the account's IAM policies.",
                "Its first statement names the account, so an IAM policy could have allowed it.",
            ),
            "b": Option(
                "KMS does not look at the key policy for IAM users.",
                "KMS always looks at the key policy; without it no IAM policy counts.",
            ),
            "c": Option(
                "Her DynamoDB policy denies kms:Decrypt.",
                "It says nothing of kms:Decrypt; a Deny would read “with an explicit deny”.",
            ),
        },
        "a",
    ),
    "q4": Question(
        "If players were under the AWS managed key, what would Mira see?",
        {
            "a": Option(
                "The same denial.",
                "The AWS managed key's policy lets in every principal of the account that comes "
                "through DynamoDB.",
                "managed-key-denies",
            ),
            "b": Option(
                "The item.",
                "Only a customer managed key lets you say who may use it.",
            ),
            "c": Option(
                "The ciphertext.",
                "DynamoDB never hands out ciphertext.",
            ),
        },
        "b",
    ),
    "q5": Question(
        "A colleague shows you an error of Mira's: AccessDenied, and it names iam:ListUsers. Does "
        "it prove that KMS keeps her from the players?",
        {
            "a": Option(
                "Yes: access was denied, and that is what KMS does.",
                "Every missing permission ends in such an error. This one is about IAM.",
                "any-denial",
            ),
            "b": Option(
                "Yes, if the table is under a customer managed key.",
                "The key does not matter here: nobody asked KMS for anything.",
                "any-denial",
            ),
            "c": Option(
                "No: the proof would name kms:Decrypt, this key, and her.",
                "Those are the three things to look for in a denial.",
            ),
        },
        "c",
    ),
}
WRITTEN = {
    "5.a": Written(
        "You made a user for a test. What may this user do, and what may it not do?",
        (
            "It has AmazonDynamoDBFullAccess, so every action of DynamoDB.",
            "It may not use the key: kms:Decrypt is missing. It may describe it and list aliases.",
        ),
        "Mira has the AWS managed policy AmazonDynamoDBFullAccess. It allows every action of "
        "DynamoDB, and of KMS only kms:DescribeKey and kms:ListAliases. She may see the key, and "
        "she may not use it.",
    ),
    "5.b": Written(
        "What did the user meet when reading the table, why, and what does it show?",
        (
            "An AccessDeniedException that names kms:Decrypt.",
            "DynamoDB asked KMS on the user's behalf, and no policy or grant allows it.",
            "It shows who may use the key; it is no proof that the table is encrypted.",
        ),
        "Her read ended in an AccessDeniedException. To open the table key DynamoDB asked KMS for "
        "kms:Decrypt in her name, and no policy and no grant allows it to her. It shows that "
        "permissions on the key count on top of those on the table. It does not show that the "
        "table is encrypted: every table is.",
    ),
}
