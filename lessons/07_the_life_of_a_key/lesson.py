# ---
# jupyter:
#   course:
#     title: The life of a key, and cleaning up
#     promise: You find out who uses a key, disable it, rotate it, schedule its deletion, and cancel the deletion. Then you delete a key permanently, and leave nothing behind.
#     minutes: {reading: 20, exercises: 45}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[06 Granting access](06_granting_access.ipynb)"
#     outcomes:
#       - find out who uses a key, and make sure that nobody needs it before you delete it
#       - explain what each key state means for the tables under the key, and how soon it takes effect
#       - rotate a key, and explain what that changes and what it costs
#       - destroy data by destroying its key, and avoid doing so by mistake
#       - clean up an account in an order that works
#     simulated: The account, the states of its keys and tables, and time. A week passes in one line of code.
#     aws: AWS does not document how soon a table's status shows that its key cannot be used. A measurement of five tables found 13 to 43 minutes for a disabled key, and 75 minutes for a key pending deletion. The sandbox assumes half an hour. KMS may delete a key up to a day after the scheduled date.
#     cost: A few cents. Each customer managed key costs USD 1 a month, prorated hourly, until its deletion is scheduled. There are four such keys, and you rotate one of them, which raises its price (section 4). DynamoDB's own charges for tables and backups are extra.
# ---

# %% [markdown]
# ## Set-up
#
# The tables `players` and `tournaments` are encrypted under the studio's key. Last season's `players-2025` has a key of its own, and a backup. Something is wrong with the table `scores`, which is encrypted under a third key. A fourth key was created for a test. Mira has left the studio, but her user still exists.

# %%
import json

import boto3
from botocore.exceptions import ClientError
from IPython.display import display

from helpers import check, hint, open_lab, predict, progress, quiz, refused
from helpers.display import show, table

lab = open_lab("07")
lab

# %% [markdown]
# {{architecture}}
#
# ## 1. The state of a key
#
# A *key state* determines what can be done with a key, no matter who asks. No permission overrides it. So far, your keys have been `Enabled`. A key can also be `Disabled` or `PendingDeletion`.

# %%
kms, iam, dynamodb = (boto3.client(name) for name in ("kms", "iam", "dynamodb"))
player = {"player_id": {"S": "p-001"}}
request = {"TableName": lab.table_name, "Key": player}


def about(key):
    """What KMS says about a key."""
    return kms.describe_key(KeyId=key)["KeyMetadata"]


about(lab.key_arn)["KeyState"]


# %%
def outcome(call, **request):
    """Make a call; return "works", or the error's code."""
    try:
        call(**request)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "works"


# %% [markdown]
# ## 2. Who uses it?
#
# Before you change a key, find out who uses it. KMS keeps no list of the tables under a key. The key's *grants* come closest to such a list. DynamoDB creates grants for each table, and their constraints name the table. (Observers have seen two for each table.)

# %%
found = set()
for grant in kms.list_grants(KeyId=lab.key_arn)["Grants"]:
    context = grant["Constraints"]["EncryptionContextSubset"]
    grantee = grant["GranteePrincipal"].rpartition("/")[2]
    found.add((grantee, context["aws:dynamodb:tableName"]))
table(sorted(found), ["grantee", "table"])

# %% [markdown]
# Grants do not show who calls KMS directly, without DynamoDB. `GetKeyLastUsage` shows the last successful use of a key: the operation, the time, and the ID of its event in the audit trail.


# %%
def events(attribute, value):
    """The audit trail's events with this attribute, newest first."""
    pages = boto3.client("cloudtrail").get_paginator("lookup_events")
    by = [{"AttributeKey": attribute, "AttributeValue": value}]
    listed = (page["Events"] for page in pages.paginate(LookupAttributes=by))
    return [json.loads(e["CloudTrailEvent"]) for part in listed for e in part]


last = kms.get_key_last_usage(KeyId=lab.key_arn)["KeyLastUsage"]
event = events("EventId", last["CloudTrailEventId"])[0]
show({name: event[name] for name in ("eventName", "userIdentity", "resources")})

# %% [markdown]
# {{exercise 7.1}}
#
# The studio no longer needs last season's players, and would like to delete their key.
#
# *Inputs:* `kms`, `events`, `lab.old_key_arn`. *Goal:* `last_caller` is the name of the user who used last season's key most recently.

# %% tags=["answer"]
### BEGIN SOLUTION
old_use = kms.get_key_last_usage(KeyId=lab.old_key_arn)["KeyLastUsage"]
old_event = events("EventId", old_use["CloudTrailEventId"])[0]
last_caller = old_event["userIdentity"]["userName"]
### STUB
last_caller = ...
### END SOLUTION

# %%
check("7.1", last_caller)

# %% wrong="of the studio's key" says="who used another key"
last_caller = event["userIdentity"]["userName"]

# %% wrong="an older use" says="whose use of this key is older"
older = [
    x
    for x in events("EventName", "Decrypt")
    if x["resources"][0]["ARN"] == lab.old_key_arn
]
last_caller = older[1]["userIdentity"]["userName"]

# %% wrong="the event" says="a dictionary"
old_use = kms.get_key_last_usage(KeyId=lab.old_key_arn)["KeyLastUsage"]
last_caller = events("EventId", old_use["CloudTrailEventId"])[0]

# %% wrong="the event's ID" says="the ID of the event"
old_use = kms.get_key_last_usage(KeyId=lab.old_key_arn)["KeyLastUsage"]
last_caller = old_use["CloudTrailEventId"]

# %% wrong="an empty text" says="Seen: an empty text."
last_caller = ""

# %% wrong="nothing" says="Seen: nothing."
last_caller = None

# %% wrong="the operation" says="`Decrypt`, which is not a user"
old_use = kms.get_key_last_usage(KeyId=lab.old_key_arn)["KeyLastUsage"]
last_caller = old_use["Operation"]

# %% wrong="used meanwhile" says="admin, who used it after this notebook began"
kms.encrypt(KeyId=lab.old_key_arn, Plaintext=b"x")
old_use = kms.get_key_last_usage(KeyId=lab.old_key_arn)["KeyLastUsage"]
old_event = events("EventId", old_use["CloudTrailEventId"])[0]
last_caller = old_event["userIdentity"]["userName"]

# %% [markdown] tags=["solution"]
# KMS reports only the last use, and no use from before `TrackingStartDate`. It does not tell you who else uses the key.

# %% [markdown]
# ## 3. Disable it first
#
# Knowing the last use is not enough: a program may need the key only once a month. AWS advises you to *disable* the key first, and to watch the audit trail. You can enable the key again at any time.
#
# What happens to a table whose key is disabled? Try it with `players`.
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
print("DynamoDB reads:", outcome(dynamodb.get_item, **request))
print("KMS:", outcome(kms.encrypt, KeyId=lab.key_arn, Plaintext=b"hello"))
lab.advance(minutes=6)
with refused("ValidationException") as failure:
    dynamodb.get_item(**request)
display(failure)
predict("7.1")

# %% [markdown]
# **What just happened?** No policy refused you. The read failed because of the key's state. That is why the error code is `ValidationException`. A program that looks only for `AccessDeniedException` will miss it.
#
# Now watch the table's status while the key is disabled, and after it is enabled again:


# %%
def status(name):
    """The status of a table."""
    return dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]


print("key disabled:", status(lab.table_name))
lab.advance(hours=1)
print("an hour later:", status(lab.table_name))
kms.enable_key(KeyId=lab.key_arn)
print("key enabled: a read", outcome(dynamodb.get_item, **request))
lab.advance(hours=1)
print("an hour later:", status(lab.table_name))

# %% [markdown]
# An inaccessible table can be described or deleted, but not read, written, backed up or moved to another key. According to AWS, DynamoDB *archives* the table after seven days: its data goes into a backup, which needs the same key. Once the key is enabled, reads work again within minutes, and the status follows later.
#
# ### Watch the trail
#
# Each of three programs keeps a password, encrypted by KMS, in the table `settings`. A program decrypts its password whenever it starts.


# %%
def run_programs():
    """Start each program once, without reporting how it ended."""
    for job in dynamodb.scan(TableName=lab.settings_table_name)["Items"]:
        program_kms = lab.as_user(job["program"]["S"]).client("kms")
        outcome(program_kms.decrypt, CiphertextBlob=job["sealed"]["B"])


# %% [markdown]
# When a key is disabled, KMS answers requests with a `DisabledException`. CloudTrail records that as the event's `errorCode`.
#
# {{exercise 7.2}}
#
# *Inputs:* `kms`, `lab.old_key_arn`, `run_programs`, `events`. *Goal:* disable last season's key, and let the programs start. `refused_users` lists the names of the users whom KMS refused because that key was disabled. Then enable the key again, because the programs need it.

# %% tags=["answer"]
### BEGIN SOLUTION
kms.disable_key(KeyId=lab.old_key_arn)
run_programs()
refused_users = []
for call in events("EventName", "Decrypt"):
    of_old_key = call["resources"][0]["ARN"] == lab.old_key_arn
    if of_old_key and call.get("errorCode") == "DisabledException":
        refused_users.append(call["userIdentity"]["userName"])
kms.enable_key(KeyId=lab.old_key_arn)
refused_users
### STUB
refused_users = ...
### END SOLUTION

# %%
check("7.2", refused_users)

# %% wrong="without looking at the key" says="admin, whose call was refused because of another key"
kms.disable_key(KeyId=lab.old_key_arn)
run_programs()
refused_users = [
    call["userIdentity"]["userName"]
    for call in events("EventName", "Decrypt")
    if call.get("errorCode") == "DisabledException"
]
kms.enable_key(KeyId=lab.old_key_arn)

# %% wrong="everybody who called" says="whose call was not refused"
kms.disable_key(KeyId=lab.old_key_arn)
run_programs()
refused_users = [
    job["program"]["S"]
    for job in dynamodb.scan(TableName=lab.settings_table_name)["Items"]
]
kms.enable_key(KeyId=lab.old_key_arn)

# %% wrong="the last caller only" says="1 of 2 names"
kms.disable_key(KeyId=lab.old_key_arn)
run_programs()
last_use = kms.get_key_last_usage(KeyId=lab.old_key_arn)["KeyLastUsage"]
last_call = events("EventId", last_use["CloudTrailEventId"])[0]
refused_users = [last_call["userIdentity"]["userName"]]
kms.enable_key(KeyId=lab.old_key_arn)

# %% wrong="left disabled" says="the key is Disabled"
kms.disable_key(KeyId=lab.old_key_arn)
run_programs()
refused_users = {
    call["userIdentity"]["userName"]
    for call in events("EventName", "Decrypt")
    if call.get("errorCode") == "DisabledException"
    and call["resources"][0]["ARN"] == lab.old_key_arn
}

# %% wrong="scheduled in place of disabled" says="Seen: nobody has disabled last season's key yet"
kms.schedule_key_deletion(KeyId=lab.old_key_arn, PendingWindowInDays=7)
run_programs()
kms.cancel_key_deletion(KeyId=lab.old_key_arn)
kms.enable_key(KeyId=lab.old_key_arn)
refused_users = []

# %% wrong="enabled too early" says="0 of 2 refused so far"
kms.disable_key(KeyId=lab.old_key_arn)
kms.enable_key(KeyId=lab.old_key_arn)
run_programs()
refused_users = []

# %% wrong="not disabled" says="nobody has disabled last season's key yet"
run_programs()
refused_users = [
    call["userIdentity"]["userName"]
    for call in events("EventName", "Decrypt")
    if call["resources"][0]["ARN"] == lab.old_key_arn
]

# %% wrong="by alias" says="DisableKey failed with"
outcome(kms.disable_key, KeyId="alias/players-2025")
refused_users = []

# %% wrong="by alias, and then scheduled" says="nobody has disabled last season's key yet"
outcome(kms.disable_key, KeyId="alias/players-2025")
kms.schedule_key_deletion(KeyId=lab.old_key_arn, PendingWindowInDays=7)
kms.cancel_key_deletion(KeyId=lab.old_key_arn)
refused_users = []

# %% wrong="the events" says="a list with `{'eventVersion'"
kms.disable_key(KeyId=lab.old_key_arn)
run_programs()
refused_users = events("EventName", "Decrypt")
kms.enable_key(KeyId=lab.old_key_arn)

# %% wrong="an empty text" says="Seen: an empty text."
refused_users = ""

# %% wrong="one name" says="a list of names"
kms.disable_key(KeyId=lab.old_key_arn)
run_programs()
refused_users = "leaderboard"

# %% [markdown] tags=["solution"]
# Two programs need the key, and its last use named only one of them. Your own reads of `players` also failed in this way, but because the studio's key was disabled. On a real account, wait until even the program that runs least often has run.

# %% [markdown]
# ## 4. Rotate it
#
# *Rotation* gives a key new *key material*. KMS can do it automatically, every 90 to 2,560 days, or on demand.

# %%
old_note = kms.encrypt(KeyId=lab.key_alias, Plaintext=b"from before")
kms.rotate_key_on_demand(KeyId=lab.key_arn)
rotations = kms.list_key_rotations(KeyId=lab.key_arn)["Rotations"]
opened = kms.decrypt(CiphertextBlob=old_note["CiphertextBlob"])
{
    "rotations": [rotation["RotationType"] for rotation in rotations],
    "same ARN": about(lab.key_alias)["Arn"] == lab.key_arn,
    "old ciphertext": opened["Plaintext"],
    "table": outcome(dynamodb.get_item, **request),
}

# %% [markdown]
# **What just happened?** From now on, KMS encrypts with the new material. It keeps the old material for older ciphertexts. No program has to change. But nothing was encrypted again, so rotation does not help against somebody who already has a data key. Rotation also raises the price:
#
# | a customer managed key | USD per month |
# |---|---|
# | never rotated | 1 |
# | rotated once | 2 |
# | rotated twice or more | 3 |
# | pending deletion | 0 |
#
# A disabled key costs as much as an enabled one.
#
# {{exercise 7.3}}
#
# *Inputs:* `kms`, `about`. *Goal:* the function `usd_a_month` returns what a customer managed key costs in a full month, in USD.


# %% tags=["answer"]
def usd_a_month(key_id):
    """What a customer managed key costs in a full month, in USD."""
    ### BEGIN SOLUTION
    if about(key_id)["KeyState"] == "PendingDeletion":
        return 0
    rotated = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    return 1 + min(len(rotated), 2)
    ### STUB
    ...
    ### END SOLUTION


# %%
check("7.3", usd_a_month)


# %% wrong="every rotation counts" says="Expected: 3"
def usd_a_month(key_id):
    if about(key_id)["KeyState"] == "PendingDeletion":
        return 0
    return 1 + len(kms.list_key_rotations(KeyId=key_id)["Rotations"])


# %% wrong="no rotation counts" says="Seen: `1`"
def usd_a_month(key_id):
    return 0 if about(key_id)["KeyState"] == "PendingDeletion" else 1


# %% wrong="the second rotation is free" says="with 2 rotations that is Enabled"
def usd_a_month(key_id):
    if about(key_id)["KeyState"] == "PendingDeletion":
        return 0
    count = len(kms.list_key_rotations(KeyId=key_id)["Rotations"])
    return 1 + (count > 0) + (count > 2)


# %% wrong="a disabled key for nothing" says="that is Disabled. Seen: `0`"
def usd_a_month(key_id):
    if about(key_id)["KeyState"] != "Enabled":
        return 0
    return 1 + min(len(kms.list_key_rotations(KeyId=key_id)["Rotations"]), 2)


# %% wrong="pending deletion forgotten" says="that is PendingDeletion"
def usd_a_month(key_id):
    return 1 + min(len(kms.list_key_rotations(KeyId=key_id)["Rotations"]), 2)


# %% wrong="printed" says="Did you print the value instead of returning it?"
def usd_a_month(key_id):
    print(1 + min(len(kms.list_key_rotations(KeyId=key_id)["Rotations"]), 2))


# %% wrong="as text" says="Seen: `USD"
def usd_a_month(key_id):
    if about(key_id)["KeyState"] == "PendingDeletion":
        return "USD 0"
    rotations = kms.list_key_rotations(KeyId=key_id)["Rotations"]
    return f"USD {1 + min(len(rotations), 2)}"


# %% wrong="a number" says="a function"
usd_a_month = 2


# %% wrong="the answer as a whole" says="TypeError" outcome="raised"
def usd_a_month(key_id):
    return 1 + min(kms.list_key_rotations(KeyId=key_id)["Rotations"], 2)


# %% [markdown] tags=["solution"]
# AWS bills by the hour, so a key that is rotated in the middle of a month costs less in that month.

# %% [markdown]
# ## 5. Schedule its deletion, and think again
#
# A deleted key cannot be brought back, so KMS deletes it only after a *waiting period* of 7 to 30 days. The default is 30.

# %%
with refused("ValidationException") as too_soon:
    kms.schedule_key_deletion(KeyId=lab.key_arn, PendingWindowInDays=3)
kms.schedule_key_deletion(KeyId=lab.key_arn, PendingWindowInDays=7)
lab.advance(minutes=6)
print("3 days:", too_soon.message)
print("7 days:", about(lab.key_arn)["KeyState"])
print("DynamoDB reads:", outcome(dynamodb.get_item, **request))

# %% [markdown]
# From now on, nobody can use the key. Anyone who still needs it will notice, and you can cancel the deletion. While the deletion is pending, the key costs nothing. If you cancel, those days are charged after all.
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
print(about(lab.key_arn)["KeyState"], outcome(dynamodb.get_item, **request))
kms.enable_key(KeyId=lab.key_arn)
print(about(lab.key_arn)["KeyState"], outcome(dynamodb.get_item, **request))
predict("7.2")

# %% [markdown]
# These are the states of a key:
#
# {{picture key_life}}
#
# Other kinds of keys, such as replica keys, have a few more states.
#
# {{exercise 7.4}}
#
# The test is over, and nobody has used its key since. You schedule the key's deletion, and give everybody two weeks to object. Edda objects, because there will be another test.
#
# *Inputs:* `kms`, `lab.test_key_arn`. *Goal:* schedule the deletion of the test key with a waiting period of 14 days. Then cancel the deletion, and put the key back into the state that it was in before.

# %% tags=["answer"]
### BEGIN SOLUTION
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)
kms.cancel_key_deletion(KeyId=lab.test_key_arn)
kms.enable_key(KeyId=lab.test_key_arn)
about(lab.test_key_arn)["KeyState"]
### STUB
# Write your code here.
### END SOLUTION

# %%
check("7.4")

# %% wrong="not cancelled" says="its state is PendingDeletion"
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)

# %% wrong="cancelled only" says="Cancelling the deletion does not enable the key"
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)
kms.cancel_key_deletion(KeyId=lab.test_key_arn)

# %% wrong="disabled after that" says="It was disabled later"
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)
kms.cancel_key_deletion(KeyId=lab.test_key_arn)
kms.enable_key(KeyId=lab.test_key_arn)
kms.disable_key(KeyId=lab.test_key_arn)

# %% wrong="enabled only" says="EnableKey failed with KMSInvalidStateException"
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)
outcome(kms.enable_key, KeyId=lab.test_key_arn)

# %% wrong="scheduled twice" says="ScheduleKeyDeletion failed with KMSInvalidStateException"
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)
outcome(kms.schedule_key_deletion, KeyId=lab.test_key_arn, PendingWindowInDays=14)

# %% wrong="cancelled first" says="Seen: its state is PendingDeletion."
outcome(kms.cancel_key_deletion, KeyId=lab.test_key_arn)
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)

# %% wrong="the default period" says="a waiting period of 30 days"
kms.schedule_key_deletion(KeyId=lab.test_key_arn)
kms.cancel_key_deletion(KeyId=lab.test_key_arn)
kms.enable_key(KeyId=lab.test_key_arn)

# %% wrong="by alias" says="ScheduleKeyDeletion failed with NotFoundException"
outcome(kms.schedule_key_deletion, KeyId="alias/test", PendingWindowInDays=14)

# %% wrong="in hours" says="ScheduleKeyDeletion failed with ValidationException"
outcome(
    kms.schedule_key_deletion,
    KeyId=lab.test_key_arn,
    PendingWindowInDays=14 * 24,
)

# %% wrong="disabled, not scheduled" says="DisableKey, which does not schedule a deletion"
kms.disable_key(KeyId=lab.test_key_arn)
kms.enable_key(KeyId=lab.test_key_arn)

# %% wrong="disabled, and then by alias" says="ScheduleKeyDeletion failed with NotFoundException"
kms.disable_key(KeyId=lab.test_key_arn)
outcome(kms.schedule_key_deletion, KeyId="alias/test", PendingWindowInDays=14)

# %% wrong="another key" says="the deletion of another key"
kms.schedule_key_deletion(KeyId=lab.old_key_arn, PendingWindowInDays=14)
kms.cancel_key_deletion(KeyId=lab.old_key_arn)
kms.enable_key(KeyId=lab.old_key_arn)

# %% wrong="waited too long" says="the key is deleted"
kms.schedule_key_deletion(KeyId=lab.test_key_arn, PendingWindowInDays=14)
lab.advance(days=15)

# %% [markdown] tags=["solution"]
# Cancelling the deletion leaves the key disabled, so you need a third call.

# %% [markdown]
# {{exercise 7.5}}
#
# The game's servers cannot read `scores`, and nobody knows why. Do this exercise before section 6, in which a week passes.
#
# *Inputs:* `dynamodb`, `kms`, `lab.scores_table_name`. *Goal:* `scores` can be read again. You keep the table and its key.

# %% tags=["answer"]
### BEGIN SOLUTION
scores = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"]
scores_key = scores["SSEDescription"]["KMSMasterKeyArn"]
print(scores["TableStatus"], about(scores_key)["KeyState"])
kms.cancel_key_deletion(KeyId=scores_key)
kms.enable_key(KeyId=scores_key)
outcome(dynamodb.get_item, TableName=lab.scores_table_name, Key=player)
### STUB
# Find the cause, and fix it.
### END SOLUTION

# %%
check("7.5")

# %% wrong="cancelled only" says="Cancelling the deletion does not enable the key"
key = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"][
    "SSEDescription"
]["KMSMasterKeyArn"]
kms.cancel_key_deletion(KeyId=key)

# %% wrong="enabled only" says="EnableKey failed with KMSInvalidStateException"
key = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"][
    "SSEDescription"
]["KMSMasterKeyArn"]
outcome(kms.enable_key, KeyId=key)

# %% wrong="by alias" says="CancelKeyDeletion failed with NotFoundException"
outcome(kms.cancel_key_deletion, KeyId="alias/scores")

# %% wrong="under another key" says="UpdateTable failed with"
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

# %% wrong="made again" says="a new table scores. The items are lost"
key = dynamodb.describe_table(TableName=lab.scores_table_name)["Table"][
    "SSEDescription"
]["KMSMasterKeyArn"]
kms.cancel_key_deletion(KeyId=key)
kms.enable_key(KeyId=key)
dynamodb.delete_table(TableName=lab.scores_table_name)
dynamodb.create_table(
    TableName=lab.scores_table_name,
    AttributeDefinitions=[{"AttributeName": "player_id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "player_id", "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
    SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
)

# %% wrong="its alias on another key" says="the table keeps its own key"
kms.update_alias(AliasName="alias/scores", TargetKeyId=lab.key_arn)

# %% wrong="by alias, and then the alias" says="the table keeps its own key"
outcome(kms.cancel_key_deletion, KeyId="alias/scores")
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

# %% wrong="only looked at" says="still cannot be read" outcome="not attempted"
outcome(dynamodb.get_item, TableName=lab.scores_table_name, Key=player)

# %% [markdown] tags=["solution"]
# The table's status shows that something is wrong with the key. The key's state shows the cause: somebody had scheduled its deletion.

# %% [markdown]
# ## 6. Delete a key permanently
#
# Last season's players must be removed permanently from the table, from its backup, and from copies that nobody remembers. All of these are encrypted under one key. Two programs still use that key, so you first move their passwords to the studio's key.

# %%
kms.enable_key(KeyId=lab.old_key_arn)  # In case it is still disabled.
for job in dynamodb.scan(TableName=lab.settings_table_name)["Items"]:
    moved = kms.re_encrypt(
        CiphertextBlob=job["sealed"]["B"], DestinationKeyId=lab.key_arn
    )
    job["sealed"] = {"B": moved["CiphertextBlob"]}
    dynamodb.put_item(TableName=lab.settings_table_name, Item=job)
kms.schedule_key_deletion(KeyId=lab.old_key_arn, PendingWindowInDays=7)
stored = lab.at_rest(lab.old_table_name)

# %% [markdown]
# {{predict 7.3}}

# %%
### BEGIN SOLUTION
predict("7.3", "b")
### STUB
predict("7.3", ...)
### END SOLUTION

# %%
print(lab.advance(days=7, minutes=10))
now_stored = lab.at_rest(lab.old_table_name)
print("stored bytes as before:", now_stored.pages == stored.pages)
display(now_stored)
predict("7.3")

# %%
old_request = {"TableName": lab.old_table_name, "Key": player}
backup = dynamodb.list_backups(TableName=lab.old_table_name)["BackupSummaries"][0]
restore = {"TargetTableName": "players-again", "BackupArn": backup["BackupArn"]}
print("the key:", outcome(kms.describe_key, KeyId=lab.old_key_arn))
print("a read:", outcome(dynamodb.get_item, **old_request))
print("the backup:", outcome(dynamodb.restore_table_from_backup, **restore))

# %% [markdown]
# **What just happened?** No byte has been erased, but nobody can decrypt the data any more. The table key is still there, encrypted under a KMS key that no longer exists. Destroying data by destroying its key is called *crypto-shredding*. It affects every copy of the ciphertext, but no copy in plaintext.
#
# On AWS, the table would be archived by now: its bytes would be in a backup, under the same lost key. The error codes of the read and of the restore are the sandbox's assumptions.
#
# If `players-2025` had shared the studio's key, `players` and `tournaments` would be lost, too. Data that must be destroyed together should have a key of its own.
#
# ## 7. Clean up
#
# Everything that is left over costs money or creates a risk. An *access key* costs nothing, but is easily forgotten. You can deactivate it before you delete it. An *inactive* access key no longer works, but you can activate it again.
#
# {{exercise 7.6}}
#
# *Inputs:* `iam.list_access_keys`, `iam.update_access_key`. *Goal:* all access keys of the user `mira` are inactive. None of them is deleted yet.

# %% tags=["answer"]
### BEGIN SOLUTION
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    which = {"UserName": "mira", "AccessKeyId": access_key["AccessKeyId"]}
    iam.update_access_key(**which, Status="Inactive")
### STUB
# Write your code here.
### END SOLUTION

# %%
check("7.6")

# %% wrong="one of them" says="1 of 2 keys is still active"
first = iam.list_access_keys(UserName="mira")["AccessKeyMetadata"][0]
iam.update_access_key(
    UserName="mira", AccessKeyId=first["AccessKeyId"], Status="Inactive"
)

# %% wrong="deleted at once" says="which nobody can undo"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])

# %% wrong="another word" says="UpdateAccessKey failed with"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    outcome(
        iam.update_access_key,
        UserName="mira",
        AccessKeyId=access_key["AccessKeyId"],
        Status="Disabled",
    )

# %% wrong="somebody else's" says="an access key that does not belong to Mira"
job = dynamodb.scan(TableName=lab.settings_table_name)["Items"][0]
name = job["program"]["S"]
for access_key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
    iam.update_access_key(
        UserName=name, AccessKeyId=access_key["AccessKeyId"], Status="Inactive"
    )

# %% wrong="her policy" says="access keys are still active" outcome="not attempted"
iam.detach_user_policy(
    UserName="mira",
    PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2",
)

# %% [markdown] tags=["solution"]
# A user can have two access keys. `get_access_key_last_used` shows when an access key was last used, and for which service.

# %% [markdown]
# Nothing has failed since, so you can delete Mira's user. IAM answers with `DeleteConflict` if the user still has access keys or policies. A *managed policy* exists on its own and is *attached* to users, so you detach it. An *inline policy* is part of one user, so you delete it.
#
# {{exercise 7.7}}
#
# *Inputs:* `iam`. Its operations `list_access_keys`, `list_attached_user_policies` and `list_user_policies` show what Mira has. *Goal:* the user `mira` no longer exists.

# %% tags=["answer"]
### BEGIN SOLUTION
her = {"UserName": "mira"}
for access_key in iam.list_access_keys(**her)["AccessKeyMetadata"]:
    iam.delete_access_key(**her, AccessKeyId=access_key["AccessKeyId"])
for policy in iam.list_attached_user_policies(**her)["AttachedPolicies"]:
    iam.detach_user_policy(**her, PolicyArn=policy["PolicyArn"])
for name in iam.list_user_policies(**her)["PolicyNames"]:
    iam.delete_user_policy(**her, PolicyName=name)
iam.delete_user(**her)["ResponseMetadata"]["HTTPStatusCode"]
### STUB
# Write your code here.
### END SOLUTION

# %%
check("7.7")

# %% wrong="the access keys only" says="still with an attached policy and an inline policy"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])

# %% wrong="the inline policy forgotten" says="must delete policies first"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
iam.detach_user_policy(
    UserName="mira",
    PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2",
)
outcome(iam.delete_user, UserName="mira")

# %% wrong="the user forgotten" says="with nothing left"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
iam.detach_user_policy(
    UserName="mira",
    PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2",
)
iam.delete_user_policy(UserName="mira", PolicyName="see-keys")

# %% wrong="another name" says="is now called old"
iam.update_user(UserName="mira", NewUserName="old")

# %% wrong="at once" says="DeleteUser failed with DeleteConflict"
outcome(iam.delete_user, UserName="mira")

# %% wrong="detached in place of deleted" says="DetachUserPolicy failed with"
outcome(
    iam.detach_user_policy,
    UserName="mira",
    PolicyArn=f"arn:aws:iam::{lab.account_id}:policy/see-keys",
)

# %% wrong="only a look" says="still a user mira" outcome="not attempted"
iam.list_user_policies(UserName="mira")["PolicyNames"]

# %% [markdown] tags=["solution"]
# IAM names only one obstacle at a time. On a real account, a user may also have a password and MFA devices, or belong to groups.

# %% [markdown]
# Finally, the studio closes. `list_keys` also lists AWS managed keys, such as the one that protects `settings`. Their `KeyManager` is `AWS`. You cannot delete them, and there is no monthly charge for them. Aliases that begin with `alias/aws/` belong to AWS, too.
#
# {{exercise 7.8}}
#
# *Inputs:* `dynamodb`, `kms`, `about`. Most kinds of resources have a `list_…` and a `delete_…` operation. *Goal:* no tables, no backups, no aliases of yours and no grants for people are left. Every customer managed key is pending deletion or gone.

# %% tags=["answer"]
### BEGIN SOLUTION
for name in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=name)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for key in (about(each["KeyId"]) for each in kms.list_keys()["Keys"]):
    if key["KeyManager"] == "CUSTOMER":
        for alias in kms.list_aliases(KeyId=key["Arn"])["Aliases"]:
            kms.delete_alias(AliasName=alias["AliasName"])
        for grant in kms.list_grants(KeyId=key["Arn"])["Grants"]:
            kms.revoke_grant(KeyId=key["Arn"], GrantId=grant["GrantId"])
        if key["KeyState"] != "PendingDeletion":
            kms.schedule_key_deletion(KeyId=key["Arn"], PendingWindowInDays=7)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("7.8")

# %% wrong="the tables only" says="a backup: end-of-season"
for name in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=name)

# %% wrong="the aliases forgotten" says="an alias: "
for name in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=name)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for grant in kms.list_grants(KeyId=lab.key_arn)["Grants"]:
    kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"])

# %% wrong="the grant forgotten" says="a grant for: "
for name in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=name)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for alias in kms.list_aliases()["Aliases"]:
    if not alias["AliasName"].startswith("alias/aws/"):
        kms.delete_alias(AliasName=alias["AliasName"])

# %% wrong="disabled, not scheduled" says="is Disabled"
for name in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=name)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for alias in kms.list_aliases()["Aliases"]:
    if not alias["AliasName"].startswith("alias/aws/"):
        kms.delete_alias(AliasName=alias["AliasName"])
for grant in kms.list_grants(KeyId=lab.key_arn)["Grants"]:
    kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"])
kms.disable_key(KeyId=lab.test_key_arn)
kms.disable_key(KeyId=lab.key_arn)

# %% wrong="the grant of a deleted user" says=", a deleted user"
for access_key in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
    iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
iam.detach_user_policy(
    UserName="mira",
    PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2",
)
iam.delete_user_policy(UserName="mira", PolicyName="see-keys")
iam.delete_user(UserName="mira")
for name in dynamodb.list_tables()["TableNames"]:
    dynamodb.delete_table(TableName=name)
for backup in dynamodb.list_backups()["BackupSummaries"]:
    dynamodb.delete_backup(BackupArn=backup["BackupArn"])
for alias in kms.list_aliases()["Aliases"]:
    if not alias["AliasName"].startswith("alias/aws/"):
        kms.delete_alias(AliasName=alias["AliasName"])

# %% wrong="AWS's key, too" says="ScheduleKeyDeletion failed with AccessDenied"
for key in kms.list_keys()["Keys"]:
    if about(key["KeyId"])["KeyManager"] == "AWS":
        outcome(kms.schedule_key_deletion, KeyId=key["KeyId"])

# %% wrong="AWS's aliases, too" says="DeleteAlias failed with"
outcome(kms.delete_alias, AliasName="alias/aws/dynamodb")

# %% wrong="one key only" says="a table: "
kms.schedule_key_deletion(KeyId=lab.key_arn, PendingWindowInDays=7)

# %% wrong="only Mira" says="still there" outcome="not attempted"
iam.delete_user_policy(UserName="mira", PolicyName="see-keys")

# %% [markdown] tags=["solution"]
# Delete the tables first, because DynamoDB then retires its grants. A table's backups are not deleted with it. When a user is deleted, a grant for the user remains on the key, with an ID in place of the name. Aliases are deleted with their keys, but until then, their names are taken. This code deletes everything in the account. In an account that you share with others, delete only the things that you name.

# %% [markdown]
# ## 8. Looking back
#
# | what you learned | notebook |
# |---|---|
# | what encryption and its keys are, and why a key management system is needed | 01 |
# | what symmetric and asymmetric keys are, and which kind you created | 01, 02 |
# | what DynamoDB is, and its three encryption options | 03 |
# | why access depends on permissions, not on having the key; why you still saw the items | 02, 04 |
# | what the test user could do, what stopped her, and what that proved | 05 |
# | how she got access, and what encryption adds to other controls | 06 |
# | which services and ideas you used, what was hard, and what to keep | 07 |
#
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
# - Before you delete a key, find out who uses it. Look at its grants, its last use and the audit trail. Then disable the key, and watch for `DisabledException`, before you schedule its deletion.
# - When a key is disabled, reads of its tables fail with `ValidationException` after about five minutes. When it is enabled, the tables can be read again.
# - Rotation does not change the key's ARN, and old ciphertexts can still be decrypted. The first two rotations raise the key's price.
# - Cancelling a deletion leaves the key disabled.
# - When a key is deleted, everything that is encrypted under it is lost, including backups.
# - Delete the things that are attached to a resource before the resource itself, and leave AWS managed keys alone.
#
# **Key terms** in the [glossary](../docs/glossary.md): *key state*, *key material*, *rotation*, *waiting period*, *crypto-shredding*, *inline policy*, *managed policy*, *AWS managed key*.
#
# **Read more**: [Key states of AWS KMS keys](https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html) · [GetKeyLastUsage](https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyLastUsage.html) · [Rotate AWS KMS keys](https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html) · [Schedule key deletion](https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-scheduling-key-deletion.html) · [DynamoDB encryption at rest usage notes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html) · [DeleteUser](https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html)
#
# **Clean up.** You have already done this. On a real account, check again after the waiting period, and look at next month's bill.
#
# To get a page that you can print, call `progress(name="Ada Lovelace")` with your own name. The page shows your name, the date, and what you have done.

# %%
progress()
