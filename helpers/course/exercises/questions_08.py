"""The prediction, the quiz and the written questions of 08."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

PREDICTIONS = {
    "8.1": Question(
        "Bo has an IAM policy that allows kms:Decrypt on every key. The clinic makes a key for the "
        "visits and keeps the key policy that the API writes. Could Bo read the visits?",
        {
            "a": Option(
                "No: the key policy does not name him.",
                "It names the account, and so lets the account's IAM policies count; his allows "
                "kms:Decrypt.",
                "both-must-allow",
            ),
            "b": Option(
                "Yes.",
                "The API's key policy leaves it to the account's IAM policies, and Bo's says yes. "
                "He has all of DynamoDB as well.",
            ),
            "c": Option(
                "No: he would need the key itself.",
                "Nobody holds the key. DynamoDB asks KMS in Bo's name, and KMS looks at policies.",
                "readers-hold-the-key",
            ),
        },
        "b",
    ),
}
QUIZ = {
    "q1": Question(
        "A former colleague's IAM policies are gone. What could still let this person decrypt?",
        {
            "a": Option(
                "Nothing: without IAM policies there is no access.",
                "A key policy that names the user, or a grant, is enough without any IAM policy.",
                "both-must-allow",
            ),
            "b": Option(
                "A grant on the key.",
                "Grants do not end by themselves; somebody must revoke them.",
            ),
            "c": Option(
                "A copy of the key.",
                "A KMS key never leaves KMS in plaintext, so there is no copy.",
                "readers-hold-the-key",
            ),
        },
        "b",
    ),
    "q2": Question(
        "The visits are moved under the clinic's own key. What is better protected than before?",
        {
            "a": Option(
                "The cipher is stronger.",
                "It is AES-256 before and after.",
                "customer-key-is-stronger",
            ),
            "b": Option(
                "The visits on their way to the browser.",
                "On its way data is protected by TLS, whatever key it lies under.",
                "at-rest-covers-transit",
            ),
            "c": Option(
                "Who may read is now said by the clinic, and each use of the key is in the trail.",
                "That is what a customer managed key adds: control and audit.",
            ),
        },
        "c",
    ),
    "q3": Question(
        "You take Bo's permission away and look at once: he can still read an invoice. Why?",
        {
            "a": Option(
                "DynamoDB still keeps the table key that it opened for him.",
                "For about five minutes it does not ask KMS again.",
            ),
            "b": Option(
                "The permission was not taken away.",
                "It was, for KMS; DynamoDB has not asked yet.",
                "revoking-is-instant",
            ),
            "c": Option(
                "His browser keeps the key.",
                "No key ever reaches a browser.",
                "readers-hold-the-key",
            ),
        },
        "a",
    ),
}
WRITTEN = {
    "8.a": Written(
        "The clinic's director asks: who can read the visits now, who cannot, and what could still "
        "go wrong? Answer in at most ten sentences, without a word of code.",
        (
            "It says who can read and by which permission.",
            "It says who cannot, and what stops them.",
            "It names who could change that: whoever may write the key policy or make grants.",
            "It names something that encryption at rest does not stop.",
        ),
        "",
    ),
    "8.b": Written(
        "Which of your decisions would you defend against a colleague who finds them too strict, "
        "and how?",
        (
            "It names a decision and what it costs in daily work.",
            "It gives a reason that follows from who may do what.",
        ),
        "",
    ),
}
