"""The predictions, the quiz and the written questions of 06."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

PREDICTIONS = {
    "6.1": Question(
        "You make Mira a key administrator. She reads player p-001. What happens?",
        {
            "a": Option(
                "She gets the item: an administrator may do everything with the key.",
                "The administrators' statement is a list of actions that manage the key.",
                "administrator-decrypts",
            ),
            "b": Option(
                "She is refused.",
                "The administrators' statement has no kms:Decrypt. It has kms:Put*, though: she "
                "could now change the key policy, and so let herself in.",
            ),
            "c": Option(
                "She is refused until an IAM policy allows it, too.",
                "It takes no second policy: a key policy that names her and allows kms:Decrypt "
                "would be enough.",
                "both-must-allow",
            ),
        },
        "b",
    ),
    "6.2": Question(
        "Mira reads a player. A moment later you take her out of the key policy, and she reads "
        "again. What happens?",
        {
            "a": Option(
                "She is refused at once.",
                "KMS would refuse her at once, but DynamoDB does not ask it at every read.",
                "revoking-is-instant",
            ),
            "b": Option(
                "She may read on until her access key is deleted.",
                "DynamoDB asks KMS anew after about five minutes, and gets another answer.",
            ),
            "c": Option(
                "She still gets the item, for about five minutes.",
                "DynamoDB keeps the plaintext table key for about five minutes.",
            ),
        },
        "c",
    ),
    "6.3": Question(
        "The IAM policy allows kms:Decrypt, and its Resource is the ARN of the key's alias. Mira "
        "reads player p-001. What happens?",
        {
            "a": Option(
                "She is refused.",
                "In a policy's Resource an alias ARN is the alias itself, and not the key.",
            ),
            "b": Option(
                "She gets the item: the alias stands for the key.",
                "It does in a request. In a policy's Resource it is the alias itself.",
            ),
            "c": Option(
                "IAM does not take such a policy.",
                "IAM takes it: an alias is a resource, too, for actions such as kms:CreateAlias.",
            ),
        },
        "a",
    ),
}
QUIZ = {
    "q1": Question(
        "A key policy names Mira as key user. No IAM policy of hers allows anything in KMS. May "
        "she use the key?",
        {
            "a": Option(
                "No: an IAM policy must allow it as well.",
                "In one account a key policy that names her is enough.",
                "both-must-allow",
            ),
            "b": Option(
                "Yes.",
                "The key policy names her and allows kms:Decrypt. Only an explicit Deny could "
                "still stop her.",
            ),
            "c": Option(
                "Only through DynamoDB.",
                "The key users' statement has no such condition: she may call KMS herself.",
            ),
        },
        "b",
    ),
    "q2": Question(
        "The key policy of payments has no statement for the account. Mira gets an IAM policy "
        "that allows kms:* on this key. What may she do with the key?",
        {
            "a": Option(
                "Nothing.",
                "An IAM policy's Allow counts only where the key policy leaves it to the account.",
            ),
            "b": Option(
                "Everything: IAM is above the key policy.",
                "All authority over a key starts with its key policy.",
                "kms-writes-iam-policy",
            ),
            "c": Option(
                "Manage it, but not decrypt.",
                "No Allow of the IAM policy counts here, neither for managing nor for decrypting.",
            ),
        },
        "a",
    ),
    "q3": Question(
        "Two tables are under one key. Mira is to read one of them, and never the other. Which of "
        "these is enough for that?",
        {
            "a": Option(
                "To make her a key user.",
                "A key user may use the key for everything under it.",
            ),
            "b": Option(
                "An IAM policy with kms:Decrypt and kms:ViaService.",
                "kms:ViaService says through which service, not for which table.",
            ),
            "c": Option(
                "A grant whose constraint names the table.",
                "DynamoDB sends the table's name as encryption context, and KMS compares it.",
            ),
        },
        "c",
    ),
    "q4": Question(
        "You want requests for the table to come from the studio's own network only. What do you "
        "add to encryption?",
        {
            "a": Option(
                "A security group on the table.",
                "A security group belongs to a network interface, and a table has none.",
                "security-groups",
            ),
            "b": Option(
                "A VPC endpoint, and a condition on it in the policies.",
                "A policy can refuse what does not come through the endpoint.",
            ),
            "c": Option(
                "A second KMS key.",
                "A key does not know networks; a condition in a policy does.",
            ),
        },
        "b",
    ),
    "q5": Question(
        "Mira may now read the table and use the key. From whom does encryption at rest still "
        "protect the players?",
        {
            "a": Option(
                "From Mira.",
                "DynamoDB decrypts for her: she holds both permissions.",
                "stops-the-permitted",
            ),
            "b": Option(
                "From somebody who gets at the stored bytes.",
                "A disk or a backup holds ciphertext only.",
            ),
            "c": Option(
                "From somebody who listens on the network.",
                "DynamoDB answers with plaintext; on its way TLS protects it.",
                "at-rest-covers-transit",
            ),
        },
        "b",
    ),
}
WRITTEN = {
    "6.a": Written(
        "How did you let the test user use the key, and what changed in the key's policy?",
        (
            "As a key user, in the key policy (or by IAM policy or grant, said so).",
            "Both key-user statements now list the user; the third holds kms:Decrypt.",
            "With an IAM policy or a grant, the key policy does not change.",
        ),
        "I made Mira a key user. In the key policy the principal of two statements became a list "
        "with her in it: “Allow use of the key”, which holds kms:Decrypt and four more, and “Allow "
        "attachment of persistent resources”, for grants that services make. An IAM policy or a "
        "grant would have let her in with the key policy unchanged.",
    ),
    "6.b": Written(
        "What did you see when the test user tried again, before and after you took the access "
        "away, and what did it confirm?",
        (
            "The same read now returned the item.",
            "It confirmed that the permission on the key had been missing, and nothing else.",
            "Taken away, it still worked for about five minutes: DynamoDB keeps the table key.",
        ),
        "The same request returned the item in plaintext. Only the permission on the key had "
        "changed, so that was all she had lacked. When I took it away, her reads went on until "
        "DynamoDB asked KMS again, about five minutes later. Then they ended with the old denial.",
    ),
    "6.c": Written(
        "What does encryption secure, and what do other access controls secure? What would you "
        "combine, and what for?",
        (
            "Encryption secures the data itself, wherever its bytes are stored.",
            "Other controls secure the way to the resource: IAM policies, VPC endpoints, TLS.",
            "A sensible combination, each part with what the other does not cover.",
        ),
        "Encryption secures the data itself: whoever gets at the stored bytes sees ciphertext, and "
        "only who may use the key has it decrypted. Other controls decide who may reach and call "
        "the service. I would combine a customer managed key with narrow IAM policies, so that a "
        "read needs two permissions; with a VPC endpoint, so that requests come from our network; "
        "and with deletion protection and backups, since no key stops a deletion.",
    ),
}
