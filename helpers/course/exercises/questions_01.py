"""The questions of 01 Encryption concepts."""

from __future__ import annotations

from helpers.course.chapter import Option, Question, Written

TRANSIT = Question(
    "The table players is encrypted at rest. You write an address into it, and somebody records "
    "all traffic between your program and AWS. What keeps the address secret there?",
    {
        "a": Option(
            "The table's encryption: the address is encrypted before it leaves.",
            "boto3 sends the address as it is; a table's encryption begins behind DynamoDB.",
            "at-rest-covers-transit",
        ),
        "b": Option(
            "TLS, the encryption of the connection.",
            "The request goes to an https address; encryption at rest has no part in it.",
        ),
        "c": Option(
            "Nothing: whoever records the traffic reads the address.",
            "boto3 speaks https unless somebody tells it otherwise, so the line is encrypted.",
        ),
    },
    "b",
)
TAMPERED = Question(
    "One bit of the stored ciphertext is flipped, on a bad disk or by somebody. You decrypt. "
    "What comes out?",
    {
        "a": Option(
            "The line, with one wrong character.",
            "So it would be with AES in a plain counter mode; the tag prevents it.",
        ),
        "b": Option(
            "Random bytes.",
            "It is not for you to notice: the library compares the tag, and gives out nothing.",
        ),
        "c": Option(
            "Nothing: it is refused.",
            "The tag does not fit any more, whichever byte was changed.",
        ),
    },
    "c",
)
TIME = Question(
    "To encrypt and decrypt 16,384 bytes, RSA-2048 takes, compared with AES-256-GCM,",
    {
        "a": Option(
            "about as long: both are done by the same processor.",
            "RSA raises numbers of 600 digits to powers, block by block; AES mixes bytes.",
        ),
        "b": Option(
            "a few times as long.",
            "It is much more than that, because each 190 bytes are a power of a huge number.",
        ),
        "c": Option(
            "hundreds of times as long, or more.",
            "Each 190 bytes are a power of a huge number, and processors help with AES.",
        ),
    },
    "c",
)
SEEN = Question(
    "You are to encrypt an export of many megabytes with the help of a KMS key. Of all this, what "
    "does KMS get to see?",
    {
        "a": Option(
            "The export: it is sent to KMS, which encrypts it.",
            "KMS takes 4,096 bytes at most, and the export never leaves your program.",
        ),
        "b": Option(
            "One short key, and the words that you bind to it.",
            "KMS makes a data key and later opens it; the data is encrypted where you are.",
        ),
        "c": Option(
            "Nothing: the KMS key is downloaded first.",
            "A KMS key never leaves KMS; what you get is a data key.",
            "readers-hold-the-key",
        ),
    },
    "b",
)

QUIZ = {
    "q1": Question(
        "When is an asymmetric key the right one?",
        {
            "a": Option(
                "Whenever two different keys are wanted.",
                "Two data keys are two symmetric keys; a key pair is for sharing one half.",
                "asymmetric-only-for-two-keys",
            ),
            "b": Option(
                "When a partner outside AWS is to encrypt for you, or to check your signature.",
                "You give the public key away; what it can do harms nobody.",
            ),
            "c": Option(
                "When there is a lot of data.",
                "Then least of all: it is by far the slower kind.",
            ),
        },
        "b",
    ),
    "q2": Question(
        "What must you know about a nonce?",
        {
            "a": Option(
                "It must be kept as secret as the key.",
                "It lies beside the ciphertext, for all to see.",
            ),
            "b": Option(
                "It should be the same for all lines of a file.",
                "Then equal lines look equal, and worse: AES-GCM is broken by one repetition.",
            ),
            "c": Option(
                "It must not come twice under the same key.",
                "Hence its name, a number used once.",
            ),
        },
        "c",
    ),
    "q3": Question(
        "What is in an envelope?",
        {
            "a": Option(
                "The ciphertext, the nonce, and the data key encrypted under a KMS key.",
                "All of it may lie on a disk that strangers can read.",
            ),
            "b": Option(
                "The ciphertext and the plaintext data key.",
                "Then whoever finds the envelope opens it.",
            ),
            "c": Option(
                "The ciphertext and the KMS key.",
                "A KMS key never leaves KMS.",
            ),
        },
        "a",
    ),
    "q4": Question(
        "A colleague leaves, and must not read the exports any more. What do you change?",
        {
            "a": Option(
                "All exports: they must be encrypted anew.",
                "The colleague never had a key that opens them, only a permission to ask KMS.",
            ),
            "b": Option(
                "A permission on the KMS key.",
                "Without it KMS opens no data key, so every envelope stays shut.",
            ),
            "c": Option(
                "Nothing: the data keys are gone from the colleague's computer.",
                "With the permission, KMS would decrypt them again at any time.",
            ),
        },
        "b",
    ),
    "q5": Question(
        "Somebody copies the server's disk, on which there are envelopes only. What can be read?",
        {
            "a": Option(
                "The exports, since the keys are on the disk as well.",
                "They are, but encrypted under a key that is not on the disk.",
            ),
            "b": Option(
                "The exports' first 4,096 bytes.",
                "That is how much KMS encrypts in one call, and has nothing to do with this.",
            ),
            "c": Option(
                "No export: KMS would have to decrypt a data key first.",
                "The thief has a disk, and no permission on the KMS key.",
            ),
        },
        "c",
    ),
}

WRITTEN = {
    "1.a": Written(
        "What is encryption? Why do companies encrypt their data? What is a key?",
        (
            "An algorithm turns plaintext into ciphertext, which only who has the key turns back.",
            "Data that is stolen, lost or seen by the wrong people stays unreadable: a reason from "
            "protection of users, law or trust is named.",
            "A key is a secret value, of random bits, that steers a public algorithm.",
        ),
        "Encryption is an algorithm that turns plaintext into ciphertext, so that only somebody "
        "with the right key can turn it back. Companies do it so that a stolen disk or a copied "
        "backup tells nothing about their users, and because laws and customers ask for it. A key "
        "is a secret: random bits that steer an algorithm which everybody may know.",
    ),
    "1.b": Written(
        "Which kinds of keys are there? Which kind would you take for a table, and why?",
        (
            "Symmetric, one key for both ways, and asymmetric, a public and a private key.",
            "For a table a symmetric key.",
            "Because it is much faster, or because one party does both, or because DynamoDB takes "
            "no other.",
        ),
        "There are symmetric keys, where one key encrypts and decrypts, and asymmetric keys, where "
        "a public key encrypts and a private key decrypts, or a private key signs. For a table I "
        "take a symmetric key. It is faster by orders of magnitude, nobody outside has to encrypt, "
        "and DynamoDB takes symmetric keys only.",
    ),
}
