# ---
# jupyter:
#   course:
#     title: DynamoDB's encryption options
#     promise: DynamoDB has three encryption options. You use all three, and see what the choice changes and what it does not.
#     minutes: {reading: 20, exercises: 30}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[02 A KMS key](02_a_kms_key.ipynb)"
#       - or a basic understanding of KMS keys, aliases and key policies
#     outcomes:
#       - create a table under each of the three encryption options
#       - tell from the API which option a table is under
#       - compare the options by owner, visibility, control, audit and price
#       - move a table to another key, and know when the move is over
#       - count the uses of a table's key in the audit trail
#     simulated: The account, its keys and its tables. What is accepted and what is refused, and in which words, follows AWS's rules.
#     aws: A new table takes some seconds until it is active. A change of key took about 22 seconds in one public measurement on small tables. Here the clock moves whenever you ask.
#     cost: A few cents. Each of the three customer managed keys costs USD 1 a month, prorated hourly. DynamoDB's own charges are extra.
# ---

# %% [markdown]
# ## Set-up
#
# The account holds two keys of the studio and three tables of players: this season's `players`, `players-2025` and `players-2024`. The other tables are only names so far. You create them here.
#
# {{architecture}}

# %%
import json

import boto3
from botocore.exceptions import ClientError

from helpers import check, hint, open_lab, predict, progress, quiz, refused
from helpers.display import key_layers, table

lab = open_lab("03")
lab

# %% [markdown]
# ## 1. A table without any encryption setting
#
# *Amazon DynamoDB* is AWS's NoSQL database. There are no servers to run, items need not have the same attributes, and queries stay fast however large a table grows. DynamoDB finds an *item* by its *partition key*, here `player_id`.
#
# The table `avatars` records which picture each player has chosen. You create it without mentioning encryption.
#
# {{predict 3.1}}

# %%
### BEGIN SOLUTION
predict("3.1", "c")
### STUB
predict("3.1", ...)
### END SOLUTION

# %%
dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")
player_id = {"AttributeName": "player_id"}
schema = {
    "AttributeDefinitions": [{**player_id, "AttributeType": "S"}],  # a string
    "KeySchema": [{**player_id, "KeyType": "HASH"}],  # the partition key
    "BillingMode": "PAY_PER_REQUEST",  # no capacity to plan
}
dynamodb.create_table(TableName=lab.avatars_table_name, **schema)
waiter = dynamodb.get_waiter("table_exists")  # polls until the table exists
waiter.wait(TableName=lab.avatars_table_name)
avatars = dynamodb.describe_table(TableName=lab.avatars_table_name)["Table"]
avatars["TableStatus"], avatars.get("SSEDescription", "no SSEDescription")

# %%
predict("3.1")

# %% [markdown]
# **What just happened?** *SSE* is server-side encryption. DynamoDB encrypts every table, and nobody can switch that off. This one is under an *AWS owned key*. That key is not in your account, so there is nothing to describe.
#
# ## 2. The other two options
#
# `create_table` and `update_table` take the option as `SSESpecification`:
#
# | option | `SSESpecification` |
# |---|---|
# | AWS owned key | left out |
# | AWS managed key | `{"Enabled": True}` |
# | customer managed key | `{"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": …}` |
#
# The *AWS managed key* is in your account, with the alias `alias/aws/dynamodb`. AWS creates it when it is first needed, and manages it. A *customer managed key* is a key that you made and manage. You name it by its ID, ARN or alias.
#
# {{exercise 3.1}}
#
# *Inputs:* `dynamodb`, `schema`, `lab.scores_table_name`. *Goal:* a new table `scores`, under the AWS managed key.

# %% tags=["answer"]
### BEGIN SOLUTION
answer = dynamodb.create_table(
    TableName=lab.scores_table_name, **schema, SSESpecification={"Enabled": True}
)
answer["TableDescription"]["SSEDescription"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("3.1")

# %% wrong="no encryption setting" says="scores under an AWS owned key"
dynamodb.create_table(TableName=lab.scores_table_name, **schema)

# %% wrong="a mistyped name" says="CreateTable for `score`"
dynamodb.create_table(
    TableName="score", **schema, SSESpecification={"Enabled": True}
)

# %% wrong="the studio's key" says="scores under the studio's key"
dynamodb.create_table(
    TableName=lab.scores_table_name,
    **schema,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_arn,
    },
)

# %% wrong="the cipher as the type" says="AES256 is not supported"
try:
    dynamodb.create_table(
        TableName=lab.scores_table_name,
        **schema,
        SSESpecification={"Enabled": True, "SSEType": "AES256"},
    )
except ClientError:
    pass

# %% wrong="a table that is there" says="CreateTable failed with ResourceInUseException"
with refused("ResourceInUseException"):
    dynamodb.create_table(
        TableName=lab.avatars_table_name,
        **schema,
        SSESpecification={"Enabled": True},
    )

# %% wrong="deleted again" says="because it was deleted"
dynamodb.create_table(
    TableName=lab.scores_table_name, **schema, SSESpecification={"Enabled": True}
)
dynamodb.delete_table(TableName=lab.scores_table_name)

# %% wrong="not enabled" says="scores under an AWS owned key"
dynamodb.create_table(
    TableName=lab.scores_table_name,
    **schema,
    SSESpecification={"Enabled": False},
)

# %% [markdown] tags=["solution"]
# KMS is the only `SSEType` that DynamoDB accepts, so it can be left out here. Without a `KMSMasterKeyId`, DynamoDB uses the AWS managed key.

# %% [markdown]
# {{exercise 3.2}}
#
# Guilds have members, and members have names. This table goes under the studio's own key.
#
# *Inputs:* `dynamodb`, `schema`, `lab.guilds_table_name`, `lab.key_alias`. *Goal:* a new table `guilds`, under the key that the alias names.

# %% tags=["answer"]
### BEGIN SOLUTION
under_studio = {
    "Enabled": True,
    "SSEType": "KMS",
    "KMSMasterKeyId": lab.key_alias,
}
answer = dynamodb.create_table(
    TableName=lab.guilds_table_name, **schema, SSESpecification=under_studio
)
answer["TableDescription"]["SSEDescription"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("3.2")

# %% wrong="the key not named" says="guilds under the AWS managed key"
dynamodb.create_table(
    TableName=lab.guilds_table_name,
    **schema,
    SSESpecification={"Enabled": True, "SSEType": "KMS"},
)

# %% wrong="no SSEType" says="SSEType KMS is required"
try:
    dynamodb.create_table(
        TableName=lab.guilds_table_name,
        **schema,
        SSESpecification={"Enabled": True, "KMSMasterKeyId": lab.key_alias},
    )
except ClientError:
    pass

# %% wrong="the next key" says="guilds under another customer managed key"
dynamodb.create_table(
    TableName=lab.guilds_table_name,
    **schema,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.next_key_arn,
    },
)

# %% wrong="a mistyped alias" says="alias/player-table"
try:
    dynamodb.create_table(
        TableName=lab.guilds_table_name,
        **schema,
        SSESpecification={
            "Enabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": "alias/player-table",
        },
    )
except ClientError:
    pass

# %% [markdown] tags=["solution"]
# With a `KMSMasterKeyId`, DynamoDB requires `SSEType` as well. The answer shows the key's ARN, although the call gave its alias.

# %% [markdown]
# Once a table exists, how can you tell which of these two options it is under? Look at `players`:

# %%
sse = dynamodb.describe_table(TableName=lab.table_name)["Table"]["SSEDescription"]
key = kms.describe_key(KeyId=sse["KMSMasterKeyArn"])["KeyMetadata"]
sse["SSEType"], sse["KMSMasterKeyArn"], key["KeyManager"]

# %% [markdown]
# `SSEType` is `KMS` for both options. KMS knows who manages the key: `KeyManager` is `AWS` or `CUSTOMER`.
#
# {{exercise 3.3}}
#
# *Inputs:* `dynamodb`, `kms`, `lab.old_table_name`. *Goal:* in `old_manager`, the `KeyManager` of the key of `players-2025`.

# %% tags=["answer"]
### BEGIN SOLUTION
old_table = dynamodb.describe_table(TableName=lab.old_table_name)["Table"]
old_key = old_table["SSEDescription"]["KMSMasterKeyArn"]
old_manager = kms.describe_key(KeyId=old_key)["KeyMetadata"]["KeyManager"]
### STUB
old_manager = ...
### END SOLUTION

# %%
check("3.3", old_manager)

# %% wrong="the type" says="`KMS`"
old_manager = "KMS"

# %% wrong="the manager of another table's key" says="`CUSTOMER`"
old_manager = key["KeyManager"]

# %% wrong="the whole answer" says="a word"
old_manager = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]

# %% wrong="the ARN" says="`arn:aws:kms"
old_manager = sse["KMSMasterKeyArn"]

# %% [markdown] tags=["solution"]
# Last season's table is under DynamoDB's AWS managed key. The ARN alone would not have told you.

# %% [markdown]
# {{exercise 3.4}}
#
# *Inputs:* `table`, what `describe_table` returns under `"Table"`, and `kms`. *Goal:* the function returns `"AWS owned"`, `"AWS managed"` or `"customer managed"`, for any table and any key.


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
check("3.4", encryption_option)


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


# %% wrong="printed" says="did you print"
def encryption_option(table):
    sse = table.get("SSEDescription")
    key = kms.describe_key(KeyId=sse["KMSMasterKeyArn"]) if sse else None
    print(key["KeyMetadata"]["KeyManager"] if key else "AWS owned")


# %% wrong="KMS's own word" says="Seen: `AWS`"
def encryption_option(table):
    arn = table["SSEDescription"]["KMSMasterKeyArn"]
    return kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"]


# %% wrong="no function" says="Expected: the function itself"
def encryption_option(table): ...


encryption_option = "AWS owned"

# %% [markdown] tags=["solution"]
# The ARN of a key does not say who manages it. Comparing it with the keys that you know fails with the next new key. `KeyManager` is KMS's own answer.

# %% [markdown]
# ## 3. What the choice changes
#
# First, control. You are `admin`, with AdministratorAccess. Try to disable the AWS managed key.

# %%
managed = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]["Arn"]
with refused("AccessDeniedException") as denial:
    kms.disable_key(KeyId=managed)
denial

# %% [markdown]
# AWS wrote this key's policy, and you can only read it. Under that policy, everybody in your account who may use DynamoDB may use the key, but only through DynamoDB. Here is how the three options compare:
#
# | what differs | AWS owned | AWS managed | customer managed |
# |---|---|---|---|
# | who manages it | AWS | AWS | you |
# | what you see | nothing | key, policy, grants | key, policy, grants |
# | what you control | nothing | neither its policy nor its lifetime | policy, rotation, lifetime |
# | its use in your audit trail | no | yes | yes |
# | price a month | free | free | USD 1, more once rotated |
# | calls to KMS | free | charged | charged |
#
# The cipher is AES-256 under all three: a key of your own is no stronger. An account has 20,000 calls to KMS a month free; 10,000 more cost USD 0.03.
#
# {{exercise 3.5}}
#
# The auditors want to find each use of the key of `avatars` in the audit trail. The studio does not want to pay a monthly fee for that key, or to look after it.
#
# *Inputs:* `dynamodb`, `lab.avatars_table_name`. *Goal:* the table `avatars` is under the option that gives them this.

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
check("3.5")

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

# %% wrong="another table" says="UpdateTable for `"
dynamodb.update_table(
    TableName=lab.table_name, SSESpecification={"Enabled": True}
)

# %% wrong="created once more" says="CreateTable failed with ResourceInUseException"
with refused("ResourceInUseException"):
    dynamodb.create_table(
        TableName=lab.avatars_table_name,
        **schema,
        SSESpecification={"Enabled": True},
    )

# %% wrong="a table of section 4" says="under the AWS owned key" outcome="not attempted"
dynamodb.update_table(
    TableName=lab.old_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_arn,
    },
)

# %% wrong="table deleted" says="because it was deleted"
dynamodb.delete_table(TableName=lab.avatars_table_name)

# %% [markdown] tags=["solution"]
# Only the AWS managed key meets both wishes: its use is in the audit trail, and it has no monthly fee. The answer shows `UPDATING` and no ARN yet, because the old key is AWS owned, and you cannot see its ARN.

# %% [markdown]
# ## 4. Move a table to another key
#
# Last season's table holds e-mail addresses too. You move it from the AWS managed key to the studio's. The sandbox can show the disk before and after.
#
# {{predict 3.2}}

# %%
### BEGIN SOLUTION
predict("3.2", "b")
### STUB
predict("3.2", ...)
### END SOLUTION

# %%
old, before = {"TableName": lab.old_table_name}, lab.at_rest(lab.old_table_name)
to = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
seen = [dynamodb.update_table(**old, SSESpecification=to)["TableDescription"]]
reads = ["none yet"]
while seen[-1]["SSEDescription"]["Status"] == "UPDATING":
    seen.append(dynamodb.describe_table(**old)["Table"])
    reads.append(dynamodb.scan(**old, Select="COUNT")["Count"])
shown = [(x["TableStatus"], *x["SSEDescription"].values()) for x in seen]
rows = [(*row, count) for row, count in zip(shown, reads, strict=True)]
table(rows, ["table", *seen[-1]["SSEDescription"], "items read"])

# %%
predict("3.2")

# %%
key_layers(lab.at_rest(lab.old_table_name), before)

# %% [markdown]
# **What just happened?** The table stayed `ACTIVE`, and every read worked. DynamoDB showed the old key first, then the new one, and `UPDATING` until it had finished. No item was encrypted again, because a KMS key never touches an item. There are three layers of keys. The KMS key encrypts *table keys*, one for each table. The table key encrypts *data encryption keys*: on AWS a table has many, here it has one. These encrypt the items. A new KMS key means a new table key, under which the data encryption keys are encrypted again. That is far less work than encrypting every item.
#
# **Keep the old key enabled** until `Status` is `ENABLED` and the ARN is the new key's. Until then DynamoDB may need it. On a real account, wait a few seconds between two calls.
#
# {{exercise 3.6}}
#
# *Inputs:* `dynamodb`, `lab.oldest_table_name`, `lab.key_alias`. *Goal:* `players-2024` is moved to the studio's key, and `finished` is its `SSEDescription` when the move is over, as `describe_table` returns it.

# %% tags=["answer"]
### BEGIN SOLUTION
oldest = {"TableName": lab.oldest_table_name}
studio = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
dynamodb.update_table(**oldest, SSESpecification=studio)
finished = {"Status": "UPDATING"}
while finished["Status"] == "UPDATING":
    finished = dynamodb.describe_table(**oldest)["Table"]["SSEDescription"]
### STUB
finished = ...
### END SOLUTION

# %%
check("3.6", finished)

# %% wrong="the answer of update_table" says="`UPDATING`"
finished = dynamodb.update_table(
    TableName=lab.oldest_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_alias,
    },
)["TableDescription"]["SSEDescription"]

# %% wrong="described before the move" says="the ARN of the old key"
finished = dynamodb.describe_table(TableName=lab.oldest_table_name)["Table"][
    "SSEDescription"
]

# %% wrong="another table" says="players-2024 is under"
finished = dynamodb.describe_table(TableName=lab.old_table_name)["Table"][
    "SSEDescription"
]

# %% wrong="the status only" says="`ENABLED`"
finished = "ENABLED"

# %% wrong="the whole answer" says="SSEDescription alone"
finished = dynamodb.describe_table(TableName=lab.oldest_table_name)

# %% wrong="the whole table" says="SSEDescription alone"
finished = dynamodb.describe_table(TableName=lab.oldest_table_name)["Table"]

# %% [markdown] tags=["solution"]
# Looking at `Status` alone is not enough: it was `ENABLED` before the move as well. `TableStatus` tells you even less, since it is `ACTIVE` all the time.

# %% [markdown]
# How can DynamoDB use the studio's key when nobody is calling it? A *grant* is a permission on one key for one principal. Here are those on the studio's key for `players-2025`:

# %%
grants = kms.list_grants(KeyId=lab.key_arn)["Grants"]
bound = [(g, g["Constraints"]["EncryptionContextSubset"]) for g in grants]
old_grants = [
    (g["GranteePrincipal"], g["Operations"], pairs)
    for g, pairs in bound
    if pairs["aws:dynamodb:tableName"] == lab.old_table_name
]
table(old_grants, ["for whom", "operations", "only in this encryption context"])

# %% [markdown]
# **What just happened?** DynamoDB made these grants for itself, in your name, when you moved the table. AWS documents that it does so for each table, but not how many it makes. Two is the number in one public observation. DynamoDB has retired its grants on the old key. (AWS says this about deleted tables. The sandbox assumes that it also happens after a move.)
#
# ## 5. What goes wrong
#
# First DynamoDB checks the request, and then KMS checks the key. If either refuses, the table stays as it was. Three mistakes:

# %%
rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
mistakes = {
    "no SSEType": {"Enabled": True, "KMSMasterKeyId": lab.key_arn},
    "no such alias": {**to, "KMSMasterKeyId": "alias/player-table"},
    "RSA key": {**to, "KMSMasterKeyId": rsa["KeyMetadata"]["Arn"]},
}
for what, specification in mistakes.items():
    with refused("ValidationException", "InternalServerError") as denial:
        dynamodb.update_table(**old, SSESpecification=specification)
    print(f"{what}: {denial.message.partition(' (Service')[0]}")

# %% [markdown]
# **What just happened?** The first request never reached KMS. The other two answers pass on what KMS said. The last one mentions a grant. It means that DynamoDB accepts only symmetric keys.
#
# A fourth mistake is to move too often: after four changes in 24 hours, DynamoDB allows one in six hours. You can always go back to the AWS owned key.
#
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
print("the alias names the new key:", alias_target == lab.next_key_arn)
print("players is under the new key:", sse["KMSMasterKeyArn"] == lab.next_key_arn)

# %%
predict("3.3")

# %% [markdown]
# **What just happened?** DynamoDB keeps the ARN of a key, never its alias. So moving an alias moves no table.
#
# {{exercise 3.7}}
#
# *Inputs:* `dynamodb`, `lab.table_name`, `lab.key_alias`. *Goal:* `players` is under the key that the alias names now.

# %% tags=["answer"]
### BEGIN SOLUTION
to_alias = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
answer = dynamodb.update_table(
    TableName=lab.table_name, SSESpecification=to_alias
)
answer["TableDescription"]["SSEDescription"]["Status"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("3.7")

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

# %% wrong="another table" says="UpdateTable for `"
dynamodb.update_table(TableName=lab.oldest_table_name, SSESpecification=to)

# %% wrong="alias moved back" says="on the new key"
kms.update_alias(AliasName=lab.key_alias, TargetKeyId=lab.key_arn)

# %% wrong="alias deleted" says="no such alias"
kms.delete_alias(AliasName=lab.key_alias)

# %% [markdown] tags=["solution"]
# DynamoDB looks an alias up once for each `create_table` or `update_table`, and keeps the key's ARN. To move the table, call `update_table` again. Keep the old key as long as anything needs it, such as a backup that was made under it.

# %% [markdown]
# ## 7. Count the uses of a key
#
# DynamoDB names the table in the encryption context of its calls to KMS, so you can tell each table's calls apart in the audit trail. One call of `lookup_events` returns at most 50 events. A *paginator* fetches page after page:

# %%
trail = boto3.client("cloudtrail").get_paginator("lookup_events")
of_kms = [{"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]
pages = list(trail.paginate(LookupAttributes=of_kms))
print([len(page["Events"]) for page in pages], "events from KMS")
first = pages[0]["Events"][0]
print(first["EventName"], list(json.loads(first["CloudTrailEvent"])))

# %% [markdown]
# {{exercise 3.8}}
#
# *Inputs:* `trail`, `of_kms`, `lab.old_table_name`. *Goal:* in `uses`, the number of `Decrypt` events whose encryption context names `players-2025`.

# %% tags=["answer"]
### BEGIN SOLUTION
uses = 0
for page in trail.paginate(LookupAttributes=of_kms):
    for event in page["Events"]:
        asked = json.loads(event["CloudTrailEvent"])["requestParameters"] or {}
        pairs = asked.get("encryptionContext", {})
        named = pairs.get("aws:dynamodb:tableName") == lab.old_table_name
        uses += event["EventName"] == "Decrypt" and named
### STUB
uses = ...
### END SOLUTION

# %%
check("3.8", uses)

# %% wrong="the first page only" says="first page"
uses = sum(
    event["EventName"] == "Decrypt"
    and f'"aws:dynamodb:tableName": "{lab.old_table_name}"'
    in event["CloudTrailEvent"]
    for event in pages[0]["Events"]
)

# %% wrong="every event for the table" says="other operations"
uses = sum(
    f'"aws:dynamodb:tableName": "{lab.old_table_name}"'
    in event["CloudTrailEvent"]
    for page in pages
    for event in page["Events"]
)

# %% wrong="the Decrypt events of all tables" says="other tables"
uses = sum(
    event["EventName"] == "Decrypt" for page in pages for event in page["Events"]
)

# %% wrong="the number as text" says="a value of type str"
uses = "9"

# %% wrong="the events themselves" says="a whole number"
uses = pages

# %% wrong="none" says="Seen: 0"
uses = 0

# %% [markdown] tags=["solution"]
# The oldest of these events is on the last page. Notebook 04 shows on whose behalf each call was made.

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
# - Every table is encrypted with AES-256. You choose whose KMS key it is under.
# - A table without an `SSEDescription` is under an AWS owned key. `KeyManager` tells the other two options apart.
# - Only a customer managed key lets you say who may use it, and take that back.
# - `update_table` changes the key of a table in use. The items are not encrypted again.
# - DynamoDB accepts only symmetric keys, and looks an alias up once in each call.
#
# **Read more.** [DynamoDB encryption at rest: usage notes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html): the three options, and moving a table. [How DynamoDB uses KMS](https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html): layers of keys, grants. [LookupEvents](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html).
#
# **Key terms.** *AWS owned key*: a key that belongs to AWS, outside your account. *AWS managed key*: a key in your account that AWS made and manages for one service. *Customer managed key*: a key in your account that you made and manage. *Table key*: the key of one table, itself encrypted under the KMS key. *Data encryption key*: a key that encrypts items, itself encrypted under the table key. *Grant*: a permission on one key for one principal.
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops. On a real account, delete the tables, and schedule the deletion of the three customer managed keys. The AWS managed key stays, without a monthly fee.

# %%
progress()
