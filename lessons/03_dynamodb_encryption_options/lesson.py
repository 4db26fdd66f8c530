# ---
# jupyter:
#   course:
#     title: DynamoDB's encryption options
#     promise: Every table is encrypted. You choose whose key it is under, and see what that choice changes.
#     minutes: {reading: 20, exercises: 20}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[02 A KMS key](02_a_kms_key.ipynb)"
#       - or else, what a KMS key, an alias and a key policy are
#     outcomes:
#       - create a table under each of the three encryption options
#       - tell from the API which option a table is under
#       - compare the options by owner, visibility, control, audit and price
#       - move a table to another key, and read what DynamoDB says when it cannot
#     simulated: The account, its keys and its tables. What is accepted and what is refused, and with which words, follows AWS's rules.
#     aws: A new table takes some seconds until it is active, and a change of key about 22 seconds. Here the clock moves on whenever you ask.
#     cost: A few cents. Here are four customer managed keys, and each is USD 1 a month, counted by the hour. DynamoDB's own prices come on top.
# ---

# %% [markdown]
# ## Set-up
#
# The account holds two keys of the studio, and last season's table, `players-2025`. The other three tables are only names so far. You create them here.

# %%
import textwrap

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import check, hint, open_lab, predict, quiz

lab = open_lab("03")
lab

# %% [markdown]
# {{architecture}}

# %%
dynamodb = boto3.client("dynamodb")
kms = boto3.client("kms")
cloudtrail = boto3.client("cloudtrail")

# %% [markdown]
# ## 1. A table, and no word on encryption
#
# *Amazon DynamoDB* is AWS's NoSQL database: no servers to run, no fixed columns, and quick answers however large a table grows. A *table* holds *items*. An item is a set of attributes, and DynamoDB finds it by its *partition key*, here `player_id`.
#
# The table `avatars` says which picture each player has chosen. Everybody in the game sees these pictures. You say nothing of encryption, as the console's default settings do.
#
# {{predict 3.1}}

# %%
### BEGIN SOLUTION
predict("3.1", "c")
### STUB
predict("3.1", ...)
### END SOLUTION

# %%
schema = {
    "AttributeDefinitions": [
        {"AttributeName": "player_id", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "player_id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
dynamodb.create_table(TableName=lab.avatars_table_name, **schema)
dynamodb.get_waiter("table_exists").wait(TableName=lab.avatars_table_name)
avatars = dynamodb.describe_table(TableName=lab.avatars_table_name)["Table"]
avatars["TableStatus"], avatars.get("SSEDescription", "no SSEDescription")

# %%
predict("3.1")

# %% [markdown]
# **What just happened?** *SSE* is server-side encryption. DynamoDB encrypts every table, and nobody can switch that off. This one is under an *AWS owned key*. The key is in no account of yours, so there is nothing to describe.

# %% [markdown]
# ## 2. The other two options
#
# The table `scores` goes under DynamoDB's *AWS managed key*. It is in your account, with the alias `alias/aws/dynamodb`. AWS made it when the first table asked for it, and AWS manages it.

# %%
dynamodb.create_table(
    TableName=lab.scores_table_name, **schema, SSESpecification={"Enabled": True}
)["TableDescription"]["SSEDescription"]

# %% [markdown]
# The table `players` will hold names and e-mail addresses. It goes under a key of the studio, a *customer managed key*. You name it, here by its alias.

# %%
dynamodb.create_table(
    TableName=lab.table_name,
    **schema,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_alias,
    },
)["TableDescription"]["SSEDescription"]

# %% [markdown]
# Apart from the ARN, the two answers are the same. KMS can tell whose key it is.

# %%
for name in (lab.scores_table_name, lab.table_name):
    sse = dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]
    key = kms.describe_key(KeyId=sse["KMSMasterKeyArn"])["KeyMetadata"]
    print(f"{name}: SSEType {sse['SSEType']}, KeyManager {key['KeyManager']}")

# %% [markdown]
# ## 3. What the choice changes
#
# First, control. You are `admin`, with AdministratorAccess. Try to disable the AWS managed key.

# %%
managed = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
try:
    kms.disable_key(KeyId=managed)
except ClientError as error:
    print(error.response["Error"]["Code"])
else:
    raise RuntimeError("The AWS managed key was disabled.")

# %% [markdown]
# Its key policy lets nobody do that. AWS wrote the policy, and you can only read it. Everybody in your account who may use DynamoDB may use this key, but only through DynamoDB.
#
# Next, audit. DynamoDB names the table in the *encryption context* of its calls to KMS. So you can count each table's calls in the audit trail.

# %%
of_kms = [{"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]
events = cloudtrail.lookup_events(LookupAttributes=of_kms)["Events"]
for name in (lab.avatars_table_name, lab.scores_table_name, lab.table_name):
    pair = f'"aws:dynamodb:tableName": "{name}"'
    print(name, sum(pair in event["CloudTrailEvent"] for event in events))

# %% [markdown]
# The AWS owned key leaves nothing in your trail. Here is the whole comparison:

# %%
options = {
    "AWS owned": ["AWS", "nothing", "nothing", "no", "free", "free"],
    "AWS managed": ["AWS", "all", "nothing", "yes", "free", "charged"],
    "customer managed": ["you", "all", "all", "yes", "USD 1", "charged"],
}
rows = ["in whose hands", "you see", "you control", "in your audit trail"]
rows += ["a month", "calls to KMS"]
pd.DataFrame(options, index=rows)

# %% [markdown]
# **What just happened?** One row is missing, since it would be the same in each column: the cipher is AES-256. A key of your own is no stronger. But you control its policy, its rotation, and whether it is enabled or deleted. An account has 20,000 calls to KMS a month free; 10,000 more cost USD 0.03.

# %% [markdown]
# ## 4. Move a table to another key
#
# Last season's table holds e-mail addresses as well. You move it from the AWS managed key to the studio's. First, look at the disk. `lab.at_rest` shows what nobody sees on real AWS: the items as encrypted *pages*, and the two keys that open them. Both are encrypted themselves. The *table key* is encrypted, or *wrapped*, under a KMS key. The next notebook is about it.

# %%
before = lab.at_rest(lab.old_table_name)
before

# %% [markdown]
# {{predict 3.2}}

# %%
### BEGIN SOLUTION
predict("3.2", "b")
### STUB
predict("3.2", ...)
### END SOLUTION

# %%
old = {"TableName": lab.old_table_name}
to = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
table = dynamodb.update_table(**old, SSESpecification=to)["TableDescription"]
seen = []
while table["SSEDescription"]["Status"] == "UPDATING":
    table = dynamodb.describe_table(**old)["Table"]
    sse = table["SSEDescription"]
    key = kms.describe_key(KeyId=sse["KMSMasterKeyArn"])["KeyMetadata"]
    read = dynamodb.scan(**old, Select="COUNT")["Count"]
    seen.append((table["TableStatus"], sse["Status"], key["KeyManager"], read))
pd.DataFrame(seen, columns=["table", "SSE", "KeyManager", "items read"])

# %%
predict("3.2")

# %% [markdown]
# **What just happened?** The table stayed `ACTIVE`, and each read worked. DynamoDB showed the old key first, then the new one, and `UPDATING` until it had finished. On real AWS, wait a few seconds between two looks.

# %%
after = lab.at_rest(lab.old_table_name)
print("same pages:", after.pages == before.pages)
for stored in ("wrapped_table_key", "encrypted_data_key"):
    print(f"same {stored}:", getattr(after, stored) == getattr(before, stored))

# %% [markdown]
# No item was encrypted anew, because the KMS key never touches an item. There are three layers:
#
# | key | how many | it encrypts |
# |---|---|---|
# | KMS key | one for any number of tables | table keys |
# | table key | one for each table | data encryption keys |
# | data encryption key | on AWS, many for each table; here, one | the items |
#
# A new KMS key means a new table key, and the data encryption keys are encrypted under that. It is little work, however large the table.

# %% [markdown]
# The move is in the audit trail. `Resources` says which key a call was about.

# %%
pair = f'"aws:dynamodb:tableName": "{lab.old_table_name}"'
owners = {before.key_arn: "AWS managed", lab.key_arn: "customer managed"}
events = cloudtrail.lookup_events(LookupAttributes=of_kms)["Events"]
calls = []
for event in reversed(events):
    if pair in event["CloudTrailEvent"]:
        owner = owners[event["Resources"][0]["ResourceName"]]
        calls.append((event["EventName"], owner, event["Username"]))
pd.DataFrame(calls, columns=["call", "key", "caller"])

# %% [markdown]
# **What just happened?** Lines 0 to 3 are from making and filling the table, the rest from the move and from your reads. A *grant* is a permission on one key for one principal. In your name DynamoDB made two for itself on the studio's key, so that it can look after the table while nobody calls. Then it had the old table key decrypted, and a new one made with `GenerateDataKey`. (That the old one is decrypted in your name is the sandbox's assumption.) On the old key, only the grants for `scores` are left. (That DynamoDB retires them at a change of key is the sandbox's assumption.)

# %%
for arn, owner in owners.items():
    grants = kms.list_grants(KeyId=arn)["Grants"]
    bound = [grant["Constraints"]["EncryptionContextSubset"] for grant in grants]
    print(owner, [context["aws:dynamodb:tableName"] for context in bound])

# %% [markdown]
# ## 5. What goes wrong
#
# DynamoDB looks at the request, then KMS at the key. If either refuses, the table stays as it was. Five mistakes:

# %%
rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
off = kms.create_key(Description="for the next cell")["KeyMetadata"]
kms.disable_key(KeyId=off["KeyId"])
on = {"Enabled": True, "SSEType": "KMS"}
mistakes = {
    "no SSEType": {"Enabled": True, "KMSMasterKeyId": lab.key_arn},
    "not enabled": {**on, "Enabled": False, "KMSMasterKeyId": lab.key_arn},
    "no such alias": {**on, "KMSMasterKeyId": "alias/player-table"},
    "disabled key": {**on, "KMSMasterKeyId": off["Arn"]},
    "RSA key": {**on, "KMSMasterKeyId": rsa["KeyMetadata"]["Arn"]},
}

# %%
wrap = textwrap.TextWrapper(80, subsequent_indent="  ", break_on_hyphens=False)
scores = {"TableName": lab.scores_table_name}
for what, specification in mistakes.items():
    try:
        dynamodb.update_table(**scores, SSESpecification=specification)
    except ClientError as error:
        refusal = error.response["Error"]
        message = refusal["Message"].partition(" (Service")[0]
        print(wrap.fill(f"{what}: {refusal['Code']}. {message}"))
    else:
        raise RuntimeError(f"{what}: DynamoDB has accepted it.")

# %% [markdown]
# **What just happened?** The first two never reached KMS. The others pass on what KMS said. The last one speaks of a grant and means this: DynamoDB takes symmetric keys only.
#
# A sixth mistake is to move too often. After four changes in 24 hours DynamoDB allows one in six hours. The way back to the AWS owned key is always open.

# %% [markdown]
# ## 6. A new key behind the old alias
#
# For the next season the studio has a second key. You point the alias `alias/players-table` at it.
#
# {{predict 3.3}}

# %%
### BEGIN SOLUTION
predict("3.3", "c")
### STUB
predict("3.3", ...)
### END SOLUTION

# %%
kms.update_alias(AliasName=lab.key_alias, TargetKeyId=lab.next_key_arn)
sse = dynamodb.describe_table(TableName=lab.table_name)["Table"]["SSEDescription"]
alias_target = kms.describe_key(KeyId=lab.key_alias)["KeyMetadata"]["Arn"]
print("the alias is the new key:", alias_target == lab.next_key_arn)
print("players is under the new key:", sse["KMSMasterKeyArn"] == lab.next_key_arn)

# %%
predict("3.3")

# %% [markdown]
# **What just happened?** DynamoDB keeps the ARN of a key, never its alias. So nobody moves your tables by moving an alias.

# %% [markdown]
# ## Exercises
#
# {{exercise 3.1}}
#
# The auditors want to find each use of the key of `avatars` in the audit trail. The studio wants to pay no monthly fee for that key, and not to look after it.
#
# *Inputs:* `dynamodb`, `lab.avatars_table_name`. *Goal:* the table `avatars` under the option that gives them this.

# %% tags=["answer"]
### BEGIN SOLUTION
answer = dynamodb.update_table(
    TableName=lab.avatars_table_name,
    SSESpecification={"Enabled": True},
)
answer["TableDescription"]["SSEDescription"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("3.1")

# %% wrong="a key of the studio" says="under a customer managed key"
dynamodb.update_table(
    TableName=lab.avatars_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_arn,
    },
)

# %% wrong="not enabled" says="already encrypted by default"
try:
    dynamodb.update_table(
        TableName=lab.avatars_table_name, SSESpecification={"Enabled": False}
    )
except ClientError:
    pass

# %% wrong="the cipher as the type" says="SSEType AES256 is not supported"
try:
    dynamodb.update_table(
        TableName=lab.avatars_table_name,
        SSESpecification={"Enabled": True, "SSEType": "AES256"},
    )
except ClientError:
    pass

# %% wrong="the alias cut short" says="Invalid keyId 'aws/dynamodb'"
try:
    dynamodb.update_table(
        TableName=lab.avatars_table_name,
        SSESpecification={
            "Enabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": "aws/dynamodb",
        },
    )
except ClientError:
    pass

# %% wrong="another table" says="still under the AWS owned key" outcome="not attempted"
dynamodb.update_table(
    TableName=lab.table_name, SSESpecification={"Enabled": True}
)

# %% wrong="table deleted" says="There is no table avatars" outcome="not attempted"
dynamodb.delete_table(TableName=lab.avatars_table_name)

# %% [markdown] tags=["solution"]
# Only the AWS managed key does both: its use is in the audit trail, and it costs no monthly fee. `{"Enabled": True}` is enough, since KMS is the only `SSEType` that DynamoDB takes. The answer shows `UPDATING` and no ARN yet: the old key is AWS's own, and has no ARN that you may see.

# %% [markdown]
# {{exercise 3.2}}
#
# *Inputs:* `table`, what `describe_table` shows under `"Table"`, and `kms`. *Goal:* the function returns `"AWS owned"`, `"AWS managed"` or `"customer managed"`, for any table and any key.


# %% tags=["answer"]
def encryption_option(table):
    ### BEGIN SOLUTION
    if "SSEDescription" not in table:
        return "AWS owned"
    arn = table["SSEDescription"]["KMSMasterKeyArn"]
    manager = kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"]
    return "AWS managed" if manager == "AWS" else "customer managed"
    ### END SOLUTION


# %%
check("3.2", encryption_option)


# %% wrong="an SSEDescription in each table" says="KeyError" outcome="raised"
def encryption_option(table):
    arn = table["SSEDescription"]["KMSMasterKeyArn"]
    key = kms.describe_key(KeyId=arn)["KeyMetadata"]
    return {"AWS": "AWS managed"}.get(key["KeyManager"], "customer managed")


# %% wrong="every KMS key is the customer's" says="Expected: `AWS managed`"
def encryption_option(table):
    return "customer managed" if "SSEDescription" in table else "AWS owned"


# %% wrong="the one ARN that was known" says="Expected: `customer managed`"
def encryption_option(table):
    arn = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
    known = {None: "AWS owned", lab.key_arn: "customer managed"}
    return known.get(arn, "AWS managed")


# %% wrong="printed" says="end each way with a return" outcome="not attempted"
def encryption_option(table):
    print("AWS owned")


# %% wrong="KMS's own word" says="Seen: `AWS`"
def encryption_option(table):
    arn = table["SSEDescription"]["KMSMasterKeyArn"]
    return kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"]


# %% wrong="no function" says="Expected: a function"
def encryption_option(table): ...


encryption_option = "AWS owned"

# %% [markdown] tags=["solution"]
# The ARN of a key does not say who manages it. Comparing it with the keys that you know fails with the next new key. `KeyManager` is KMS's own answer.

# %% [markdown]
# {{exercise 3.3}}
#
# The alias names the new key, and the table `players` is still under the old one.
#
# *Inputs:* `dynamodb`, `lab.table_name`, `lab.key_alias`. *Goal:* `players` is under the key that the alias names now.

# %% tags=["answer"]
### BEGIN SOLUTION
to = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
answer = dynamodb.update_table(TableName=lab.table_name, SSESpecification=to)
answer["TableDescription"]["SSEDescription"]["Status"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("3.3")

# %% wrong="the old key's ARN" says="already encrypted with given KMSMasterKeyId"
try:
    dynamodb.update_table(
        TableName=lab.table_name,
        SSESpecification={
            "Enabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": lab.key_arn,
        },
    )
except ClientError:
    pass

# %% wrong="the old key's ID" says="Seen: the key that the alias named before"
dynamodb.update_table(
    TableName=lab.table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_arn.rpartition("/")[2],
    },
)

# %% wrong="no key named" says="AWS owned key"
dynamodb.update_table(
    TableName=lab.table_name, SSESpecification={"Enabled": False}
)

# %% wrong="the SSEType forgotten" says="SSEType KMS is required"
try:
    dynamodb.update_table(
        TableName=lab.table_name,
        SSESpecification={"KMSMasterKeyId": lab.key_alias},
    )
except ClientError:
    pass

# %% wrong="the AWS managed key" says="your call names no key"
dynamodb.update_table(
    TableName=lab.table_name, SSESpecification={"Enabled": True}
)

# %% wrong="alias moved back" says="on the new key"
kms.update_alias(AliasName=lab.key_alias, TargetKeyId=lab.key_arn)

# %% wrong="alias deleted" says="run the cell of section 6"
kms.delete_alias(AliasName=lab.key_alias)

# %% [markdown] tags=["solution"]
# DynamoDB looks an alias up once for each `create_table` or `update_table`, and keeps the key's ARN. To move a table, ask it again. Keep the old key as long as anything needs it, such as a backup that was made under it.

# %% [markdown]
# ## In your own words
#
# {{written 3.a}}

# %% [markdown]
# {{written 3.b}}

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("03", {"q1": "c", "q2": "b", "q3": "b", "q4": "b", "q5": "c"})
### STUB
quiz("03", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - Every table is encrypted with AES-256. You choose the owner of the KMS key.
# - No `SSEDescription`: AWS owned key. With one, `KeyManager` tells managed from customer.
# - Only a customer managed key lets you say who may use it, and take that back.
# - `update_table` changes the key of a table in use. The items are not encrypted anew.
# - DynamoDB takes symmetric keys only, and looks an alias up once.
#
# **Key terms.** *AWS owned key*: a key that lies in no account of yours. *AWS managed key*: a key in your account that AWS made and manages for one service. *Customer managed key*: a key in your account that you made and manage. *Table key*: the key of one table, itself encrypted under the KMS key. *Data encryption key*: a key that items are encrypted under, itself encrypted under the table key. *Grant*: a permission on one key for one principal. *Encryption context*: pairs of names and values that belong to a call to KMS and stand in the audit trail.
#
# **Clean up.** Here: nothing; the account ends with the kernel. On a real account: delete the tables, and schedule the deletion of the four customer managed keys. The AWS managed key stays, without a monthly fee.
