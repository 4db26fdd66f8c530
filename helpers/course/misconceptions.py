"""What people believe of this subject and is not so: each claim, and what is true.

Questions and checks name the claim that an answer shows, so that a learner is answered by name and
an instructor sees which claims a class holds.
"""

from __future__ import annotations

from typing import NamedTuple


class Misconception(NamedTuple):
    """A claim found in what learners write, and the truth."""

    claim: str
    truth: str


MISCONCEPTIONS: dict[str, Misconception] = {
    "any-denial": Misconception(
        "Any AccessDenied proves that KMS refused.",
        "The proof is a refusal of kms:Decrypt, on this key, by this user.",
    ),
    "denial-proves-encryption": Misconception(
        "The denial proves that the table is encrypted.",
        "Every DynamoDB table is encrypted; the denial shows who may use the key.",
    ),
    "customer-key-is-stronger": Misconception(
        "A customer managed key encrypts more securely.",
        "The cipher is the same AES-256; what changes is control, audit, revocation and price.",
    ),
    "key-belongs-to-user": Misconception(
        "A key belongs to the user who made it.",
        "It belongs to an AWS account, in one Region.",
    ),
    "key-tunes-algorithm": Misconception(
        "With a key of your own you choose how it encrypts.",
        "The key spec fixes the algorithm when the key is made.",
    ),
    "both-must-allow": Misconception(
        "The key policy and an IAM policy must both allow.",
        "In one account the key policy alone, or a grant, is enough; an IAM policy counts only "
        "where the key policy leaves it to the account.",
    ),
    "kms-writes-iam-policy": Misconception(
        "KMS gives a key an IAM policy.",
        "A key has a key policy, and all authority over the key starts there.",
    ),
    "readers-hold-the-key": Misconception(
        "Whoever reads the table holds the key.",
        "Nobody holds it: it stays in KMS, and DynamoDB asks KMS on the caller's behalf.",
    ),
    "no-kms-permission": Misconception(
        "A user with AmazonDynamoDBFullAccess has no permission on KMS at all.",
        "That policy holds kms:DescribeKey and kms:ListAliases.",
    ),
    "at-rest-covers-transit": Misconception(
        "Encryption at rest protects data that is intercepted on its way.",
        "That is the work of TLS, encryption in transit.",
    ),
    "stops-the-permitted": Misconception(
        "Encryption at rest stops somebody who holds both permissions.",
        "It does not: DynamoDB decrypts for whoever may read the table and use the key.",
    ),
    "security-groups": Misconception(
        "A security group on the table adds another wall.",
        "A table has none; VPC endpoints and conditions in policies do such work.",
    ),
    "administrator-decrypts": Misconception(
        "A key administrator can decrypt.",
        "The administrators' statement has no kms:Decrypt, though an administrator can change "
        "the policy.",
    ),
    "denial-stops-deletion": Misconception(
        "Who may not use the key cannot delete the table.",
        "DeleteTable decrypts nothing, so KMS is not asked.",
    ),
    "managed-key-denies": Misconception(
        "The AWS managed key would keep the user out as well.",
        "Its policy lets in every principal of the account that comes through DynamoDB.",
    ),
    "asymmetric-only-for-two-keys": Misconception(
        "Asymmetric keys are for whenever two keys are wanted.",
        "They serve encryption outside AWS, and signatures; DynamoDB takes symmetric keys only.",
    ),
    "revoking-is-instant": Misconception(
        "A permission that is taken away is gone at once.",
        "DynamoDB keeps the table key for about five minutes before it asks KMS again.",
    ),
}
