# ---
# jupyter:
#   course:
#     title: Denying access
#     promise: A user with full access to DynamoDB reads a table, and is refused. You find out by whom, and why.
#     minutes: {reading: 20, exercises: 20}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[00 Start here](00_start_here.ipynb)"
#       - what a KMS key, a key policy and a DynamoDB table are
#     outcomes:
#       - tell a denial by KMS from a denial by DynamoDB
#       - read AWS's denial message word by word
#       - find the policy that decided, and the proof in the audit trail
#       - say what encryption at rest does not stop
#     simulated: The account, its users, its key and its tables. Who is refused, and with which words, follows AWS's rules.
#     aws: A new user or policy can take a moment to work everywhere. The wording of the message has changed over the years; the code and its first words have not.
#     cost: A few cents. A customer managed key is USD 1 a month, counted by the hour. DynamoDB's own prices come on top.
# ---

# %% [markdown]
# ## Set-up
#
# This cell builds the account as it stands now. The table `players` is encrypted with the studio's own key, a *customer managed key*. So is last season's table, `players-2025`. The table `scores` is under DynamoDB's *AWS managed key*.

# %%
import json
import textwrap

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import check, explain, hint, open_lab, predict, quiz

lab = open_lab("05")
lab

# %% [markdown]
# {{architecture}}

# %%
dynamodb = boto3.client("dynamodb")
kms = boto3.client("kms")
iam = boto3.client("iam")
request = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-001"}}}
dynamodb.get_item(**request)["Item"]

# %% [markdown]
# You are `admin`, you may use the key, and so you see the item as if nothing were encrypted.

# %% [markdown]
# ## 1. A colleague with full access
#
# Mira joins Lanternfish Games to test the game's servers. She makes tables, fills them and deletes them all day, so the studio gives her the AWS managed policy `AmazonDynamoDBFullAccess`. Nobody thinks of the players' e-mail addresses. Nobody touches the key policy either.

# %%
iam.create_user(UserName="mira")
full_access = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
iam.attach_user_policy(UserName="mira", PolicyArn=full_access)
access_key = iam.create_access_key(UserName="mira")["AccessKey"]
mira = boto3.Session(
    aws_access_key_id=access_key["AccessKeyId"],
    aws_secret_access_key=access_key["SecretAccessKey"],
)
mira.client("sts").get_caller_identity()["Arn"]

# %% [markdown]
# **What just happened?** An *access key* is what a program signs its requests with. Whatever you call through the session `mira` is signed as Mira; plain `boto3.client` is still you. This replaces the second browser window that you would use in the console.

# %% [markdown]
# ## 2. Predict, then look
#
# {{predict 5.1}}

# %%
### BEGIN SOLUTION
predict("5.1", "d")
### STUB
predict("5.1", ...)
### END SOLUTION

# %%
mira_dynamodb = mira.client("dynamodb")
try:
    mira_dynamodb.get_item(**request)
except ClientError as error:
    denial = error
else:
    raise RuntimeError("Mira has read the item: nothing stopped her.")

denial.response["Error"]["Code"]

# %%
predict("5.1")

# %% [markdown]
# **What just happened?** The request was Mira's, and DynamoDB itself had no objection. But the items are encrypted under a *table key*, and the table key is encrypted under the studio's KMS key. To open it, DynamoDB calls `kms:Decrypt`. It does so on behalf of the caller, so KMS asks whether *Mira* may use the key. Full access to DynamoDB does not include the key that a table is under.
#
# In your own programs, catch `ClientError` and look at its code. boto3 has no exception class for this error.

# %% [markdown]
# ## 3. Read the message
#
# It is long, and each part of it answers a question.

# %%
message = denial.response["Error"]["Message"]
assert denial.response["Error"]["Code"] == "AccessDeniedException"
assert "kms:Decrypt" in message and lab.key_arn in message
print(textwrap.fill(message, 80, break_on_hyphens=False))

# %% [markdown]
# | the words | what they tell you |
# |---|---|
# | `KMS key access denied error` | DynamoDB speaks, and passes on what KMS said. A denial by DynamoDB itself would begin with `User:`. |
# | `User: …:user/mira` | Whom KMS asked about: not DynamoDB, but the person behind the request. |
# | `kms:Decrypt` | What she was missing. Not `dynamodb:GetItem`. |
# | `on resource: …:key/…` | On which key. |
# | `because no identity-based policy allows` | Why: nobody said *no*, but nobody said *yes*. That is an *implicit deny*. A policy that forbids it would read `with an explicit deny`. |
# | `Service: AWSKMS; … Request ID` | The call from DynamoDB to KMS. With its ID you find it in the audit trail. |
#
# The code and the first words are as recorded from AWS. The sentence in the middle is KMS's, as other services pass it on today. That DynamoDB passes it on too is the sandbox's assumption.
#
# Such a denial is no proof that the table is encrypted: *every* DynamoDB table is, and Mira reads others without trouble. It proves that she may not use this key.

# %% [markdown]
# ## 4. Which statement decided?
#
# `explain` shows what was weighed: each permission that the request needed, each statement of each policy, and whether it applied to Mira.

# %%
explain(denial)

# %% [markdown]
# For `kms:Decrypt` no statement decided: that is what an implicit deny means. Look at the key policy's first statement, though. It names the account, so it applies to Mira as well.

# %%
policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
rows = [(part["Sid"], part["Principal"]["AWS"]) for part in policy["Statement"]]
pd.DataFrame(rows, columns=["Sid", "Principal"])

# %% [markdown]
# **What just happened?** A principal that ends in `:root` stands for the account. It gives no user anything by itself. It says: for this key, the account's IAM policies count. So KMS looked at Mira's policies, and found no Allow for `kms:Decrypt`. This is why the message blames an *identity-based* policy, although the key policy does not name her either. One of the two would have been enough: within one account it does not take both. Without that first statement, no Allow of an IAM policy would count, and the message would blame the *resource-based* policy.

# %% [markdown]
# ## 5. What Mira can still do
#
# Mira is not without any KMS permission. `AmazonDynamoDBFullAccess` contains two: `kms:DescribeKey` and `kms:ListAliases`. To *see* a key is one thing, to *use* it another.

# %%
mira_kms = mira.client("kms")
print(mira_kms.describe_key(KeyId=lab.key_alias)["KeyMetadata"]["KeyState"])
[alias["AliasName"] for alias in mira_kms.list_aliases()["Aliases"]]

# %% [markdown]
# She can also read `scores`. The AWS managed key serves everybody in the account who may use DynamoDB, through DynamoDB. AWS wrote its policy, and you cannot change it. To keep a colleague out by the key, you need a *customer managed key*. Its cipher is no stronger: both use AES-256. You get control.

# %%
scores_request = {**request, "TableName": lab.scores_table_name}
score = mira_dynamodb.get_item(**scores_request)
score["Item"]["name"]["S"]

# %% [markdown]
# {{predict 5.2}}

# %%
### BEGIN SOLUTION
predict("5.2", "b")
### STUB
predict("5.2", ...)
### END SOLUTION

# %%
mira_dynamodb.delete_table(TableName=lab.old_table_name)
mira_dynamodb.get_waiter("table_not_exists").wait(TableName=lab.old_table_name)
mira_dynamodb.list_tables()["TableNames"]

# %%
predict("5.2")

# %% [markdown]
# **What just happened?** Last season's players are gone. Encryption keeps data from being read by those who may not use the key. It does not keep the data from being destroyed. Nor does it protect data on its way through the network: that is the work of TLS. Against deletion you need other means: fewer permissions than full access, deletion protection, backups.

# %% [markdown]
# ## Exercises
#
# {{exercise 5.1}}
#
# *Inputs:* `mira_dynamodb`, `lab.table_name`. *Goal:* Mira tries to put a new player, `p-099`, into the table `players`. Catch the refusal. Does writing need the key as well?

# %% tags=["answer"]
### BEGIN SOLUTION
player = {"player_id": {"S": "p-099"}}
try:
    mira_dynamodb.put_item(TableName=lab.table_name, Item=player)
except ClientError as error:
    print(error.response["Error"]["Code"])
### STUB
# Write your code here.
### END SOLUTION

# %%
check("5.1")

# %% wrong="written by admin" says="a write by admin"
dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-099"}})

# %% wrong="another table" says="under another key"
mira_dynamodb.put_item(
    TableName=lab.scores_table_name, Item={"player_id": {"S": "p-099"}}
)

# %% wrong="no such table" says="PutItem, and Requested resource not found"
try:
    mira_dynamodb.put_item(TableName="player", Item={"player_id": {"S": "p-099"}})
except ClientError:
    pass

# %% wrong="by KMS" says="no write by Mira" outcome="not attempted"
try:
    mira_kms.encrypt(KeyId=lab.key_arn, Plaintext=b"p-099")
except ClientError:
    pass

# %% wrong="once she may" says="she may use the key now"
kms.create_grant(
    KeyId=lab.key_arn,
    Operations=["Decrypt"],
    GranteePrincipal=mira.client("sts").get_caller_identity()["Arn"],
)
mira_dynamodb.put_item(
    TableName=lab.table_name, Item={"player_id": {"S": "p-099"}}
)

# %% wrong="a read" says="no write by Mira" outcome="not attempted"
try:
    mira_dynamodb.scan(TableName=lab.table_name)
except ClientError:
    pass

# %% [markdown] tags=["solution"]
# A write is refused for the same reason as a read: `kms:Decrypt`. You might have expected `kms:Encrypt`. But DynamoDB does not send the item to KMS. It encrypts the item itself, under keys that the table key encrypts. So it must first have the table key decrypted.

# %% [markdown]
# {{exercise 5.2}}
#
# *Inputs:* the audit trail, through `cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": …, "AttributeValue": …}])`. *Goal:* in `proof`, the `EventId` of the event in which **KMS** refused Mira the use of the key. A denial of something else proves nothing.

# %% tags=["answer"]
cloudtrail = boto3.client("cloudtrail")
### BEGIN SOLUTION
decrypts = cloudtrail.lookup_events(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
)["Events"]
hers = [event for event in decrypts if event["Username"] == "mira"]
refused = [e for e in hers if "errorCode" in json.loads(e["CloudTrailEvent"])]
proof = refused[0]["EventId"]
### STUB
proof = ...
### END SOLUTION

# %%
check("5.2", proof)

# %% wrong="an event without a denial" says="an event without a denial"
cloudtrail = boto3.client("cloudtrail")
proof = next(
    e
    for e in cloudtrail.lookup_events()["Events"]
    if e["EventName"] == "CreateUser"
)["EventId"]

# %% wrong="a denial of something else" says="of something else than kms:Decrypt"
cloudtrail = boto3.client("cloudtrail")
try:
    mira.client("iam").list_users()
except ClientError:
    pass
proof = next(
    e
    for e in cloudtrail.lookup_events()["Events"]
    if e["EventName"] == "ListUsers"
)["EventId"]

# %% wrong="her Decrypt that was allowed" says="an event without a denial"
cloudtrail = boto3.client("cloudtrail")
proof = next(
    e
    for e in cloudtrail.lookup_events()["Events"]
    if e["EventName"] == "Decrypt" and e["Username"] == "mira"
)["EventId"]

# %% wrong="DynamoDB's own event" says="DynamoDB passing on"
cloudtrail = boto3.client("cloudtrail")
proof = next(
    x
    for x in lab.trail.events()
    if x.record["eventName"] == "GetItem" and x.record.get("errorCode")
).record["eventID"]

# %% wrong="the request that failed" says="the ID of a request"
cloudtrail = boto3.client("cloudtrail")
proof = denial.response["ResponseMetadata"]["RequestId"]

# %% wrong="the request in the message" says="the ID of a request"
cloudtrail = boto3.client("cloudtrail")
proof = message.partition("Request ID: ")[2].partition(";")[0]

# %% wrong="her own call to KMS" says="of something else than kms:Decrypt"
cloudtrail = boto3.client("cloudtrail")
try:
    mira_kms.encrypt(KeyId=lab.key_arn, Plaintext=b"x")
except ClientError:
    pass
proof = next(
    e for e in cloudtrail.lookup_events()["Events"] if e["EventName"] == "Encrypt"
)["EventId"]

# %% wrong="not an event" says="`AccessDeniedException`"
cloudtrail = boto3.client("cloudtrail")
proof = "AccessDeniedException"

# %% [markdown] tags=["solution"]
# CloudTrail's event history keeps *management events*, and the calls to KMS are among them. Mira never called KMS, but the event carries her name: DynamoDB asked for her. There is also a `Decrypt` of hers that was allowed: the one for `scores`. Only the `errorCode` inside `CloudTrailEvent` tells the two apart. Calls such as `GetItem` are *data events*, which a real account records only if you ask for it.

# %% tags=["solution"]
event = json.loads(refused[0]["CloudTrailEvent"])
shown = ["eventSource", "eventName", "errorCode", "sourceIPAddress"]
{name: event[name] for name in [*shown, "requestParameters"]}

# %% [markdown]
# {{exercise 5.3}}
#
# *Inputs:* `dynamodb`, `lab.scores_table_name`, `lab.key_alias`. *Goal:* Mira can no longer read the table `scores`, because it is under the studio's key. Leave her permissions as they are.

# %% tags=["answer"]
### BEGIN SOLUTION
scores = dynamodb.update_table(
    TableName=lab.scores_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_alias,
    },
)
scores["TableDescription"]["TableStatus"]
### STUB
# Write your code here.
### END SOLUTION

# %%
check("5.3")

# %% wrong="the AWS owned key" says="AWS owned key"
dynamodb.update_table(
    TableName=lab.scores_table_name, SSESpecification={"Enabled": False}
)
lab.advance(minutes=1)

# %% wrong="a key of its own" says="another customer managed key"
other = kms.create_key()["KeyMetadata"]["Arn"]
dynamodb.update_table(
    TableName=lab.scores_table_name,
    SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": other},
)
lab.advance(minutes=1)

# %% wrong="no key named" says="Table is already encrypted"
try:
    dynamodb.update_table(
        TableName=lab.scores_table_name, SSESpecification={"Enabled": True}
    )
except ClientError:
    pass

# %% wrong="moved by Mira" says="mira is not authorized"
try:
    mira_dynamodb.update_table(
        TableName=lab.scores_table_name,
        SSESpecification={
            "Enabled": True,
            "SSEType": "KMS",
            "KMSMasterKeyId": lab.key_alias,
        },
    )
except ClientError:
    pass

# %% wrong="a policy on Mira" says="still under the AWS managed key" outcome="not attempted"
iam.put_user_policy(
    UserName="mira",
    PolicyName="no",
    PolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": "*"}
            ],
        }
    ),
)

# %% wrong="table deleted" says="no table scores"
dynamodb.delete_table(TableName=lab.scores_table_name)

# %% wrong="a new table" says="its items are lost"
dynamodb.delete_table(TableName=lab.scores_table_name)
number = {"AttributeName": "player_id"}
dynamodb.create_table(
    TableName=lab.scores_table_name,
    AttributeDefinitions=[{**number, "AttributeType": "S"}],
    KeySchema=[{**number, "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_alias,
    },
)

# %% wrong="she may use the key" says="by a policy or a grant"
dynamodb.update_table(
    TableName=lab.scores_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_alias,
    },
)
kms.create_grant(
    KeyId=lab.key_arn,
    Operations=["Decrypt"],
    GranteePrincipal=mira.client("sts").get_caller_identity()["Arn"],
)

# %% [markdown] tags=["solution"]
# The table stays active while it moves to the studio's KMS key. Nothing was changed about Mira: the same request, by the same user, now meets another key policy.

# %% [markdown]
# ## 6. Let her in
#
# Suppose that Mira's work does need the players. You make her a *key user*: the key policy's last two statements then name her as well as you. This is what the console's button "Add" does.

# %%
names = ["admin", "mira"]
users = [iam.get_user(UserName=name)["User"]["Arn"] for name in names]


def set_users(arns):
    for statement in policy["Statement"][2:]:
        statement["Principal"] = {"AWS": arns}
    kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))


# %%
set_users(users)
mira_dynamodb.get_item(**request)["Item"]

# %% [markdown]
# **What just happened?** The same request, by the same user, to the same table. Only the key policy has changed. No IAM policy was needed: a key policy that names a user of its own account is enough.
#
# Mira's test is over, so you take her out again. DynamoDB keeps the opened table key for about five minutes: let six pass. The next notebook looks at other ways.

# %%
set_users(users[:1])
lab.advance(minutes=6)
try:
    mira_dynamodb.get_item(**request)
except ClientError as error:
    print(error.response["Error"]["Code"])
else:
    raise RuntimeError("Mira has read the item: nothing stopped her.")

# %% [markdown]
# ## In your own words
#
# {{written 5.a}}

# %% [markdown]
# {{written 5.b}}

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("05", {"q1": "b", "q2": "c", "q3": "a", "q4": "b", "q5": "c"})
### STUB
quiz("05", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - DynamoDB asks KMS as the caller. Both must say yes: DynamoDB to the request, KMS to the key.
# - The proof of a KMS denial is `kms:Decrypt`, on this key, by this user.
# - The key policy comes first. Where it leaves the decision to the account, IAM policies count.
# - Encryption at rest stops reading and writing items. It does not stop deleting the table.
#
# **Key terms.** *Customer managed key*: a KMS key of your account whose policy is yours. *Key policy*: the resource-based policy of a key. *Identity-based policy*: a policy that hangs on a user, group or role. *Implicit deny*: no Allow was found. *Table key*: the key that protects a table's items, itself encrypted under the KMS key.
#
# **Clean up.** Here: nothing; the account ends with the kernel. On a real account: delete Mira's access key and the user, delete the tables, and schedule the key's deletion, which takes at least seven days.
