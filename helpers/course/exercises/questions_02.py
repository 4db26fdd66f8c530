"""The questions of 02 A KMS key."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

OWNER = Question(
    "You made the key. Whose is it?",
    {
        "a": Option(
            "Yours: it belongs to the user admin.",
            "Its ARN names no user, and the user who made a key has no right to it for that.",
            "key-belongs-to-user",
        ),
        "b": Option(
            "DynamoDB's, because it is to protect a table.",
            "The key knows nothing of a table; KeyManager says CUSTOMER, which is you.",
        ),
        "c": Option(
            "The account's, in this Region.",
            "Both stand in its ARN; in another Region the key does not exist.",
        ),
    },
    "c",
)
WHICH_POLICY = Question(
    "Bruno has no IAM policy. Now he encrypts with the key. What happens?",
    {
        "a": Option(
            "He is refused: an IAM policy must allow it as well.",
            "In one account the key policy alone is enough, if it names him.",
            "both-must-allow",
        ),
        "b": Option(
            "It works: the key policy names him.",
            "A key policy that names a user of its own account needs no help.",
        ),
        "c": Option(
            "It works: KMS has given him an IAM policy.",
            "KMS has changed nothing in IAM; Bruno's list of policies is empty as before.",
            "kms-writes-iam-policy",
        ),
    },
    "b",
)
ADMINISTRATOR = Question(
    "Tess is the key's administrator. She decrypts what Bruno has encrypted. What happens?",
    {
        "a": Option(
            "It opens: an administrator may do everything with a key.",
            "Her statement has fifteen entries, and kms:Decrypt is none of them.",
            "administrator-decrypts",
        ),
        "b": Option(
            "KMS refuses.",
            "To manage a key is one permission, to use it another.",
        ),
        "c": Option(
            "She gets the ciphertext back as it is.",
            "KMS decrypts, or it refuses; it has no third answer.",
        ),
    },
    "b",
)
CONTEXT = Question(
    'Bruno decrypts with the context {"Table": "players"}, with a capital T. What happens?',
    {
        "a": Option(
            "It opens: the context is a remark, and the key is right.",
            "The context is part of what is protected, and not a remark beside it.",
        ),
        "b": Option(
            "It opens: upper and lower case do not count.",
            "They do count, in the name and in the value.",
        ),
        "c": Option(
            "KMS refuses, without saying why.",
            "The context must be the same, letter by letter, and the error's message is empty.",
        ),
    },
    "c",
)

QUIZ = {
    "q1": Question(
        "A newer algorithm becomes the fashion. What do you change about your key?",
        {
            "a": Option(
                "Its settings: with a customer managed key I choose how it encrypts.",
                "There is no such setting; a customer managed key gives you control over who and "
                "how long.",
                "key-tunes-algorithm",
            ),
            "b": Option(
                "Its material: a rotation brings a new algorithm.",
                "A rotation brings new material for the same algorithm.",
            ),
            "c": Option(
                "Nothing: its key spec is fixed. I would make another key.",
                "KeySpec and KeyUsage are chosen when the key is made, and stay.",
            ),
        },
        "c",
    ),
    "q2": Question(
        "Where does every right to a KMS key begin?",
        {
            "a": Option(
                "In its key policy.",
                "IAM policies count only where the key policy leaves it to the account.",
            ),
            "b": Option(
                "In the IAM policy that KMS writes for it.",
                "KMS writes none; what it writes, if you give nothing, is a key policy.",
                "kms-writes-iam-policy",
            ),
            "c": Option(
                "With the user who made it.",
                "Making a key gives nobody the right to use it.",
                "key-belongs-to-user",
            ),
        },
        "a",
    ),
    "q3": Question(
        "What is a good encryption context for a player's item?",
        {
            "a": Option(
                "The player's e-mail address.",
                "A context is not encrypted: the audit trail shows it.",
            ),
            "b": Option(
                "The name of the table.",
                "It is no secret, and whoever decrypts knows it.",
            ),
            "c": Option(
                "A random text that nobody writes down.",
                "Without the same context the ciphertext never opens again, and KMS does not keep "
                "it for you.",
            ),
        },
        "b",
    ),
    "q4": Question(
        "The key was rotated. What of a ciphertext from last year?",
        {
            "a": Option(
                "It must be encrypted anew before it can be read.",
                "KMS keeps the old material and decrypts with it.",
            ),
            "b": Option(
                "It opens as before.",
                "KMS finds the old material by itself; the key's id is the same.",
            ),
            "c": Option(
                "It opens if you give the old key's id.",
                "There is no old key: id, alias and policy are the same as ever.",
            ),
        },
        "b",
    ),
    "q5": Question(
        "A customer managed key costs USD 1 a month. What do you get for it?",
        {
            "a": Option(
                "A stronger cipher than that of an AWS managed key.",
                "Both are AES-256 in Galois/Counter Mode.",
                "customer-key-is-stronger",
            ),
            "b": Option(
                "Encryption, which a table does not have without it.",
                "Every DynamoDB table is encrypted, with an AWS owned key if you choose nothing.",
            ),
            "c": Option(
                "Control: its policy, its rotation and its end are yours.",
                "That, and the audit trail of its use, is what the price is for.",
            ),
        },
        "c",
    ),
}

WRITTEN = {
    "2.a": Written(
        "What is AWS KMS? Why does it matter how keys are managed?",
        (
            "A service that makes keys, keeps them, and uses them for you: the key material never "
            "leaves it.",
            "Data is as safe as its key: whoever has the key reads the data, and without it the "
            "data is lost.",
            "One place says who may use a key, can rotate it or end it, and records each use.",
        ),
        "AWS KMS makes keys, keeps them, and encrypts and decrypts with them on request; the key "
        "material never leaves the service. It matters because encrypted data is only as safe as "
        "its key. A key beside the data protects nothing, and a lost key loses the data. With KMS "
        "there is one place where a policy says who may use the key, where it is rotated or ended, "
        "and where every use is recorded, which auditors ask for.",
    ),
}
