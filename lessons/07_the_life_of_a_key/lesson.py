# ---
# jupyter:
#   course:
#     title: The life of a key, and clean up
#     promise: You disable a key, rotate it, schedule its deletion and think again. Then you let one go, and its data with it, and leave nothing behind.
#     minutes: {reading: 25, exercises: 30}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[06 Granting access](06_granting_access.ipynb)"
#     outcomes:
#       - find out who uses a key before you touch it
#       - say what each state of a key means for its tables, and when
#       - rotate a key, and say what that changes and what it does not
#       - destroy data by destroying a key, on purpose only
#       - clean an account up, in an order that works
#     simulated: The account, the states of its keys and tables, and time. A week passes in one line.
#     aws: AWS takes 13 to 75 minutes to show a table as inaccessible, and 18 to 57 to show it as active again; the sandbox takes half an hour. AWS may delete a key up to a day after its date.
#     cost: Three customer managed keys cost USD 3 a month until their deletion is scheduled. DynamoDB's own prices for tables and backups come on top.
# ---

# %% [markdown]
# ## Set-up
#
# The tables `players` and `tournaments` are under the studio's key. Last season's `players-2025` has a key of its own, and a backup. The table `scores` is under a third key, and something is wrong with it. Mira may still use the studio's key, by a grant.

# %%
import textwrap

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import check, hint, open_lab, predict, quiz

lab = open_lab("07")
lab

# %% [markdown]
# {{architecture}}

# %%
kms, iam, dynamodb = (boto3.client(name) for name in ("kms", "iam", "dynamodb"))
player = {"player_id": {"S": "p-001"}}
request = {"TableName": lab.table_name, "Key": player}


# %%
def outcome(call, **request):
    """What comes of a call: "works", or the error's code."""
    try:
        call(**request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "works"


# %%
def key_state(key):
    """As DescribeKey has it."""
    return kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]


def table_status(table):
    """As DescribeTable has it."""
    return dynamodb.describe_table(TableName=table)["Table"]["TableStatus"]


# %% [markdown]
# ## 1. The states of a key
#
# {{picture key_life}}
#
# A *key state* says what can be done with a key, whoever asks. It comes on top of all permissions. A key that cannot be used can still be described, and its policy can be changed. Keys of other kinds, such as replicas or imported ones, know a few more states.

# %% [markdown]
# ## 2. First look who uses it
#
# A key has no list of its tables. Its *grants* are the nearest thing: DynamoDB makes two for each table that is under it. They do not show who calls KMS directly; the audit trail does.

# %% [markdown]
# {{exercise 7.1}}
#
# *Inputs:* `kms.list_grants(KeyId=…)`, `lab.key_arn`. *Goal:* in `used_by`, the names of all tables that the studio's key protects.

# %% tags=["answer"]
### BEGIN SOLUTION
grants = kms.list_grants(KeyId=lab.key_arn)["Grants"]
used_by = set()
for grant in grants:
    if grant["GranteePrincipal"].startswith("dynamodb."):
        context = grant["Constraints"]["EncryptionContextSubset"]
        used_by.add(context["aws:dynamodb:tableName"])
used_by = sorted(used_by)
used_by
### STUB
used_by = ...
### END SOLUTION

# %%
check("7.1", used_by)

# %% wrong="every table" says="under another key"
used_by = dynamodb.list_tables()["TableNames"]

# %% wrong="one table" says="1 of 2"
used_by = [lab.table_name]

# %% wrong="the grants' IDs" says="no table's name"
used_by = [g["GrantId"] for g in kms.list_grants(KeyId=lab.key_arn)["Grants"]]

# %% wrong="nothing" says="0 of 2"
used_by = []

# %% wrong="a text" says="as a list"
used_by = lab.table_name

# %% wrong="a number" says="`2`"
used_by = 2

# %% [markdown] tags=["solution"]
# The encryption context of a grant's constraint names the table. You could also ask `describe_table` for the key of each table. On a real account there may be thousands of them, in other people's hands.

# %% [markdown]
# ## 3. Disable it
#
# {{predict 7.1}}

# %%
### BEGIN SOLUTION
predict("7.1", "b")
### STUB
predict("7.1", ...)
### END SOLUTION

# %%
dynamodb.get_item(**request)
kms.disable_key(KeyId=lab.key_arn)
at_once = {
    "DynamoDB reads": outcome(dynamodb.get_item, **request),
    "KMS encrypts": outcome(kms.encrypt, KeyId=lab.key_arn, Plaintext=b"hello"),
}
assert list(at_once.values()) == ["works", "DisabledException"], at_once
at_once

# %%
lab.advance(minutes=6)
try:
    dynamodb.get_item(**request)
except ClientError as error:
    failure = error.response["Error"]
else:
    raise RuntimeError("The item was read under a disabled key.")
print(failure["Code"])
print(textwrap.fill(failure["Message"], 80, break_on_hyphens=False))

# %%
predict("7.1")

# %% [markdown]
# **What just happened?** No policy has refused you. You are admin, and it fails for you, too. So the code is `ValidationException`, and the message begins with `KMS key disabled error`. A program that looks for `AccessDeniedException` only will miss it.
#
# For a while the table itself looks well. Some time later DynamoDB notices:

# %%
before = table_status(lab.table_name)
lab.advance(hours=1)
after = table_status(lab.table_name)
assert after == "INACCESSIBLE_ENCRYPTION_CREDENTIALS", after
before, after

# %% [markdown]
# Such a table can be described and deleted. It cannot be read, written, backed up, or put under another key. After seven days, AWS's documents say, DynamoDB moves its data into a backup, which needs the same key. So enable the key again.

# %%
kms.enable_key(KeyId=lab.key_arn)
read = outcome(dynamodb.get_item, **request)
assert read == "works", read
soon = table_status(lab.table_name)
lab.advance(hours=1)
later = table_status(lab.table_name)
{"read": read, "status at first": soon, "an hour later": later}

# %% [markdown]
# Reading works again within minutes; the status follows. Disabling a key stops all use of it, and can be undone.

# %% [markdown]
# ## 4. Rotate it
#
# *Rotation* gives a key new *key material*. It can be automatic, every 90 to 2,560 days, or on demand, up to 25 times in a key's life.

# %%
old_note = kms.encrypt(KeyId=lab.key_alias, Plaintext=b"from before")
kms.rotate_key_on_demand(KeyId=lab.key_arn)
rotations = kms.list_key_rotations(KeyId=lab.key_arn)["Rotations"]
[rotation["RotationType"] for rotation in rotations]

# %%
now = kms.describe_key(KeyId=lab.key_alias)["KeyMetadata"]
opened = kms.decrypt(CiphertextBlob=old_note["CiphertextBlob"])
{
    "same ARN": now["Arn"] == lab.key_arn,
    "old ciphertext": opened["Plaintext"],
    "table": outcome(dynamodb.get_item, **request),
}

# %% [markdown]
# **What just happened?** From now on KMS encrypts under the new material. It keeps the old material, to decrypt what is older. ID, ARN, alias and policy stay, so no program has to change. Nothing was encrypted anew either. Rotation does not help against somebody who already has a data key.

# %% [markdown]
# {{exercise 7.2}}
#
# *Inputs:* `kms`, `lab.key_arn`. *Goal:* the studio's key rotates by itself, every 180 days.

# %% tags=["answer"]
### BEGIN SOLUTION
kms.enable_key_rotation(KeyId=lab.key_arn, RotationPeriodInDays=180)
kms.get_key_rotation_status(KeyId=lab.key_arn)["RotationPeriodInDays"]
### STUB
# Write your code here.
### END SOLUTION

# %%
check("7.2")

# %% wrong="the default period" says="every 365 days"
kms.enable_key_rotation(KeyId=lab.key_arn)

# %% wrong="on demand" says="happens once"
kms.rotate_key_on_demand(KeyId=lab.key_arn)

# %% wrong="another key" says="on another key"
kms.enable_key_rotation(KeyId=lab.old_key_arn, RotationPeriodInDays=180)

# %% wrong="by alias" says="EnableKeyRotation, but"
outcome(kms.enable_key_rotation, KeyId=lab.key_alias, RotationPeriodInDays=180)

# %% [markdown] tags=["solution"]
# Without `RotationPeriodInDays` it is 365 days. An AWS managed key rotates about once a year, and you can neither stop nor hasten it.

# %% [markdown]
# ## 5. Schedule its deletion, and think again
#
# Deleting a key cannot be undone, so KMS makes you wait: 7 to 30 days, and 30 if you say nothing.

# %%
key = {"KeyId": lab.key_arn}
too_soon = outcome(kms.schedule_key_deletion, **key, PendingWindowInDays=3)
assert too_soon == "ValidationException", too_soon
kms.schedule_key_deletion(**key, PendingWindowInDays=7)
lab.advance(minutes=6)
read = outcome(dynamodb.get_item, **request)
assert read == "ValidationException", read
{"3 days": too_soon, "key": key_state(lab.key_arn), "read": read}

# %% [markdown]
# The key cannot be used from now on. This is the point of waiting: whoever still needs it will notice, and you can cancel. While the key waits, it costs nothing. If you cancel, those days are charged after all.
#
# {{predict 7.2}}

# %%
### BEGIN SOLUTION
predict("7.2", "b")
### STUB
predict("7.2", ...)
### END SOLUTION

# %%
kms.cancel_key_deletion(KeyId=lab.key_arn)
cancelled = key_state(lab.key_arn), outcome(dynamodb.get_item, **request)
kms.enable_key(KeyId=lab.key_arn)
enabled = key_state(lab.key_arn), outcome(dynamodb.get_item, **request)
{"cancelled": cancelled, "enabled again": enabled}

# %%
predict("7.2")

# %% [markdown]
# {{exercise 7.3}}
#
# The game's servers cannot read `scores`, and nobody knows why. Do this before section 6: a week passes there, and after seven days it is too late.
#
# *Inputs:* `dynamodb`, `kms`, `lab.scores_table_name`. *Goal:* `scores` can be read again. The table and its key stay the same.

# %% tags=["answer"]
### BEGIN SOLUTION
scores = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"]
scores_key = scores["SSEDescription"]["KMSMasterKeyArn"]
print(scores["TableStatus"], key_state(scores_key))
kms.cancel_key_deletion(KeyId=scores_key)
kms.enable_key(KeyId=scores_key)
outcome(dynamodb.get_item, TableName=lab.scores_table_name, Key=player)
### STUB
# Find out, and mend it.
### END SOLUTION

# %%
check("7.3")

# %% wrong="cancelled only" says="cancelling does not enable"
key = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"][
    "SSEDescription"
]["KMSMasterKeyArn"]
kms.cancel_key_deletion(KeyId=key)

# %% wrong="enabled only" says="EnableKey failed"
key = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"][
    "SSEDescription"
]["KMSMasterKeyArn"]
outcome(kms.enable_key, KeyId=key)

# %% wrong="another key" says="UpdateTable failed"
outcome(
    dynamodb.update_table,
    TableName=lab.scores_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_arn,
    },
)

# %% wrong="a new table" says="no table scores"
dynamodb.delete_table(TableName=lab.scores_table_name)

# %% wrong="its alias on another key" says="what do describe_table and describe_key say" outcome="not attempted"
kms.update_alias(AliasName="alias/scores", TargetKeyId=lab.key_arn)

# %% wrong="waited for" says="has archived the table"
lab.advance(days=40)

# %% wrong="too late" says="has archived the table"
lab.advance(days=8)
key = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"][
    "SSEDescription"
]["KMSMasterKeyArn"]
kms.cancel_key_deletion(KeyId=key)
kms.enable_key(KeyId=key)

# %% [markdown] tags=["solution"]
# The table's status points at the key, the key's state at the cause: somebody had scheduled its deletion. Cancelling alone leaves it disabled.

# %% [markdown]
# ## 6. Let one go
#
# Last season's players are to be forgotten. Their data may lie in the table, in backups, in copies that nobody remembers. But all of it is encrypted under one key. To destroy data by destroying its key is called *crypto-shredding*.
#
# {{predict 7.3}}

# %%
### BEGIN SOLUTION
predict("7.3", "d")
### STUB
predict("7.3", ...)
### END SOLUTION

# %%
backup = dynamodb.list_backups(TableName=lab.old_table_name)["BackupSummaries"][0]
stored = lab.at_rest(lab.old_table_name)
kms.schedule_key_deletion(KeyId=lab.old_key_arn, PendingWindowInDays=7)
print(lab.advance(days=7, minutes=10))

# %%
restore = {"TargetTableName": "players-again", "BackupArn": backup["BackupArn"]}
old_request = {"TableName": lab.old_table_name, "Key": player}
lost = {
    "the key": outcome(kms.describe_key, KeyId=lab.old_key_arn),
    "a read": outcome(dynamodb.get_item, **old_request),
    "the backup": outcome(dynamodb.restore_table_from_backup, **restore),
}
assert "works" not in lost.values(), lost
lost

# %%
now_stored = lab.at_rest(lab.old_table_name)
assert now_stored.pages == stored.pages, "The pages have changed."
now_stored

# %%
predict("7.3")

# %% [markdown]
# **What just happened?** Every byte is where it was, and none can be read. The table key is there, too, wrapped by a KMS key that exists nowhere. (Which code a read or a restore then ends in is the sandbox's assumption.) This does not reach what somebody copied out in plaintext.
#
# Had `players-2025` shared the studio's key, `players` and `tournaments` would be gone with it. Data that is to be forgotten together wants a key of its own.

# %% [markdown]
# ## 7. Clean up
#
# What is left costs money, or is a danger. Every customer managed key that is not pending deletion costs USD 1 a month, used or not.

# %%
aliases = kms.list_aliases()["Aliases"]
aliases = [a for a in aliases if not a["AliasName"].startswith("alias/aws/")]
rows = {}
for alias in aliases:
    state = key_state(alias["TargetKeyId"])
    rows[alias["AliasName"]] = [state, 0 if state == "PendingDeletion" else 12]
pd.DataFrame(rows, index=["state", "USD a year"]).T

# %% [markdown]
# DynamoDB charges for stored tables and backups, also for those that nobody can read. An access key costs nothing, and is the worst to forget; so is a file that you saved it in. Mira has left the studio. Delete her user:

# %%
refused = outcome(iam.delete_user, UserName="mira")
assert refused == "DeleteConflict", refused
refused

# %% [markdown]
# IAM deletes no user on whom something still hangs. The console takes it off for you; the API does not.

# %% [markdown]
# {{exercise 7.4}}
#
# *Inputs:* `iam`, the user `mira`. *Goal:* there is no user `mira`.

# %% tags=["answer"]
### BEGIN SOLUTION
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
attached = iam.list_attached_user_policies(UserName="mira")["AttachedPolicies"]
for policy in attached:
    iam.detach_user_policy(UserName="mira", PolicyArn=policy["PolicyArn"])
for name in iam.list_user_policies(UserName="mira")["PolicyNames"]:
    iam.delete_user_policy(UserName="mira", PolicyName=name)
iam.delete_user(UserName="mira")["ResponseMetadata"]["HTTPStatusCode"]
### STUB
# Write your code here.
### END SOLUTION

# %%
check("7.4")

# %% wrong="the access key only" says="still with an attached policy and an inline policy"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])

# %% wrong="deactivated" says="not deleted"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.update_access_key(
        UserName="mira", AccessKeyId=access_key["AccessKeyId"], Status="Inactive"
    )

# %% wrong="inline policy forgotten" says="still with an inline policy"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
iam.detach_user_policy(
    UserName="mira", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
)

# %% wrong="the user forgotten" says="with nothing left on her"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
iam.detach_user_policy(
    UserName="mira", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
)
iam.delete_user_policy(UserName="mira", PolicyName="see-keys")

# %% wrong="another name" says="is called old now"
iam.update_user(UserName="mira", NewUserName="old")

# %% wrong="at once" says="still there" outcome="not attempted"
outcome(iam.delete_user, UserName="mira")

# %% [markdown] tags=["solution"]
# Access keys, attached policies and inline policies each have their own list. On a real account there may also be a password, MFA devices and groups.

# %% [markdown]
# {{exercise 7.5}}
#
# *Inputs:* `dynamodb`, `kms`. *Goal:* the studio closes. No table and no backup is left, no alias of yours, no grant for a person, and every customer managed key is pending deletion or gone.

# %% tags=["answer"]
### BEGIN SOLUTION
for table in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=table)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for alias in aliases:
    kms.delete_alias(AliasName=alias["AliasName"])
for key in kms.list_keys()["Keys"]:
    for grant in kms.list_grants(KeyId=key["KeyId"])["Grants"]:
        kms.revoke_grant(KeyId=key["KeyId"], GrantId=grant["GrantId"])
    if key_state(key["KeyId"]) != "PendingDeletion":
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("7.5")

# %% wrong="backups forgotten" says="a backup: "
for table in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=table)

# %% wrong="aliases forgotten" says="an alias: "
for table in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=table)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for grant in kms.list_grants(KeyId=lab.key_arn)["Grants"]:
    kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"])

# %% wrong="the grant forgotten" says="a grant for: "
for table in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=table)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for alias in kms.list_aliases()["Aliases"]:
    if not alias["AliasName"].startswith("alias/aws/"):
        kms.delete_alias(AliasName=alias["AliasName"])

# %% wrong="disabled, not scheduled" says="is Disabled"
for table in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=table)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for alias in kms.list_aliases()["Aliases"]:
    if not alias["AliasName"].startswith("alias/aws/"):
        kms.delete_alias(AliasName=alias["AliasName"])
for grant in kms.list_grants(KeyId=lab.key_arn)["Grants"]:
    kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"])
kms.disable_key(KeyId=lab.key_arn)

# %% wrong="the grant of a deleted user" says="a grant for: AIDA"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
iam.detach_user_policy(
    UserName="mira", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
)
iam.delete_user_policy(UserName="mira", PolicyName="see-keys")
iam.delete_user(UserName="mira")
for table in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=table)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for alias in kms.list_aliases()["Aliases"]:
    if not alias["AliasName"].startswith("alias/aws/"):
        kms.delete_alias(AliasName=alias["AliasName"])

# %% wrong="the key only" says="a table: "
kms.schedule_key_deletion(KeyId=lab.key_arn, PendingWindowInDays=7)

# %% [markdown] tags=["solution"]
# Tables come first: each takes DynamoDB's grants with it. A table's deletion leaves its backups. The grant of a deleted user stays on the key. The aliases would go with their keys, but only in seven days; until then their names are taken. This loop fits an account that holds nothing else. On a shared one, name what you delete.

# %% [markdown]
# ## 8. Looking back
#
# | what you were asked | where |
# |---|---|
# | what encryption and its keys are, and why a key management system | 01 |
# | symmetric or asymmetric, and which key you made | 01, 02 |
# | what DynamoDB is, and its three encryption options | 03 |
# | permissions on actions instead of possession of a key; why you still saw the items | 02, 04 |
# | what the test user could do, what stopped her, and what that proves | 05 |
# | how she was let in, and what encryption adds to other controls | 06 |
# | which services and ideas it took, what was hard, what to keep | here |

# %% [markdown]
# ## In your own words
#
# {{written 7.a}}

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("07", {"q1": "c", "q2": "a", "q3": "b", "q4": "c", "q5": "b"})
### STUB
quiz("07", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - Look who uses a key before you touch it.
# - A table under a disabled key fails with `ValidationException`, after up to five minutes. Enable the key, and all is back.
# - A rotation keeps the ARN, and old ciphertexts still open. Cancelling a deletion leaves the key disabled.
# - A deleted key takes along all that is encrypted under it, backups too.
# - Delete what hangs on a thing before the thing.
#
# **Key terms.** *Key state*: what can be done with a key, whoever asks. *Key material*: the secret bits of a key. *Rotation*: new key material under the same key. *Waiting period*: the 7 to 30 days before a key is deleted. *Crypto-shredding*: making data unreadable by destroying its key.
#
# **Clean up.** You have. On a real account, look once more after the waiting period, and at next month's bill.
