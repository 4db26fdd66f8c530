"""The predictions, the quiz and the written question of 07."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

PREDICTIONS = {
    "7.1": Question(
        "You read a player. A moment later you disable the key, and read again. What happens?",
        {
            "a": Option(
                "AccessDeniedException at once.",
                "Nobody took a permission from you, and DynamoDB does not ask KMS at every read.",
            ),
            "b": Option(
                "The item, for about five minutes; then ValidationException.",
                "DynamoDB keeps the plaintext table key for about five minutes. Then it asks KMS, "
                "and hears that the key is disabled.",
            ),
            "c": Option(
                "ValidationException at once.",
                "That comes later: DynamoDB still has the table key from your last read.",
                "revoking-is-instant",
            ),
            "d": Option(
                "The item, encrypted.",
                "DynamoDB never hands out ciphertext: it decrypts, or it fails.",
            ),
        },
        "b",
    ),
    "7.2": Question(
        "You cancel the deletion. In what state is the key then?",
        {
            "a": Option(
                "Enabled, as it was before.",
                "KMS does not go back to what was before: it leaves the decision to you.",
            ),
            "b": Option(
                "Disabled.",
                "To use it, you must enable it as well. Until then the table fails as before.",
            ),
            "c": Option(
                "PendingDeletion, until the seven days are over.",
                "Cancelling ends the waiting at once.",
            ),
        },
        "b",
    ),
    "7.3": Question(
        "The key is deleted. The table and its backup are still there. Who can read last season's "
        "players?",
        {
            "a": Option(
                "AWS Support.",
                "Key material never leaves KMS in plaintext, and KMS has destroyed it.",
            ),
            "b": Option(
                "The account's root user.",
                "No permission helps where there is no key.",
            ),
            "c": Option(
                "Whoever restores the backup.",
                "The backup is encrypted under the same key.",
            ),
            "d": Option(
                "Nobody.",
                "All that is left is ciphertext.",
            ),
        },
        "d",
    ),
}
QUIZ = {
    "q1": Question(
        "A program reads a table whose key was disabled an hour ago. What does it meet?",
        {
            "a": Option(
                "AccessDeniedException: it may not use the key.",
                "It may. But the key cannot be used by anybody.",
            ),
            "b": Option(
                "An answer without items.",
                "DynamoDB never leaves items out without saying so.",
            ),
            "c": Option(
                "ValidationException: KMS key disabled error.",
                "It is the key's state, and not a permission, that stops it.",
            ),
        },
        "c",
    ),
    "q2": Question(
        "A key was rotated. What becomes of the data encrypted before?",
        {
            "a": Option(
                "Nothing: KMS keeps the old key material and decrypts it as before.",
                "The ciphertext says which material it needs.",
            ),
            "b": Option(
                "It must be encrypted anew before the old material is deleted.",
                "KMS keeps old material for as long as the key lives.",
            ),
            "c": Option(
                "DynamoDB encrypts its tables anew in the background.",
                "Neither stored data nor data keys are touched by a rotation.",
            ),
        },
        "a",
    ),
    "q3": Question(
        "You suspect that somebody misuses a key. You may need the data again. What do you do "
        "first?",
        {
            "a": Option(
                "Schedule its deletion, with 7 days.",
                "That stops its use, too, and if nobody cancels, the data is lost.",
            ),
            "b": Option(
                "Disable it.",
                "That stops all use, and enabling it brings everything back.",
            ),
            "c": Option(
                "Rotate it.",
                "Whoever may use the key may use it with the new material as well.",
            ),
        },
        "b",
    ),
    "q4": Question(
        "Two tables are under one key. One of them is to be forgotten for good, with its backups. "
        "What do you do?",
        {
            "a": Option(
                "Delete the table.",
                "Its backups stay, and the key still opens them.",
            ),
            "b": Option(
                "Schedule the deletion of the key.",
                "The other table would be lost with it.",
            ),
            "c": Option(
                "Put the other table under another key, make new backups of it, and then schedule "
                "the deletion of the old one.",
                "Old backups keep the key that they were made under, so make new ones first.",
            ),
        },
        "c",
    ),
    "q5": Question(
        "Mira once made a KMS key. You delete the user Mira. What becomes of the key?",
        {
            "a": Option(
                "It is deleted with her.",
                "It stays until somebody schedules its deletion.",
                "key-belongs-to-user",
            ),
            "b": Option(
                "It stays, and costs USD 1 a month.",
                "It belongs to the account, and is charged until its deletion is scheduled.",
            ),
            "c": Option(
                "It is disabled.",
                "Deleting a user changes no key's state.",
            ),
        },
        "b",
    ),
}
WRITTEN = {
    "7.a": Written(
        "Which services and ideas did this course use, what was hard, and what is worth keeping?",
        (
            "Services: KMS, DynamoDB, IAM (and CloudTrail).",
            "At least three ideas, each right: such as customer managed key, key policy, table "
            "key, grant, transparent encryption, key states.",
            "Something that was hard, said so that another learner could avoid it.",
            "Something to keep, such as a habit or a check for the next project.",
        ),
        "I used KMS for keys, DynamoDB for data, IAM for users and CloudTrail for proof. The ideas "
        "that carried it: a table key wrapped by a KMS key; DynamoDB asking KMS in the caller's "
        "name; a key policy that can leave the decision to IAM; grants with a constraint. Hard was "
        "that a change takes effect minutes later, so that a test at once proves the wrong thing. "
        "I keep the habit of reading the denial's every word, and of looking who uses a key "
        "before I disable or delete it.",
    ),
}
