# ---
# jupyter:
#   course:
#     title: Denying access
#     promise: A colleague with full access to DynamoDB tries to read a table. You find out what happens, which service decides it, and where the decision is recorded.
#     minutes: {reading: 15, exercises: 40}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[04 Data visibility](04_data_visibility.ipynb)"
#       - or a basic understanding of KMS keys, key policies and DynamoDB tables
#     outcomes:
#       - identify the service that denied a request
#       - read AWS's denial message part by part, and find proof of the denial in the audit trail
#       - explain which policy decided, and what would have changed the decision
#       - protect a table from deletion
#     simulated: The account, its users, its keys and its tables. The sandbox denies access by AWS's rules, and its messages follow AWS's wording.
#     aws: A new user or policy may need a moment before it takes effect everywhere. The wording of the denial message has changed over the years, but the error code and the first words have not.
#     cost: A few cents. Each of the two customer managed keys costs USD 1 a month, prorated hourly. DynamoDB's own charges are extra.
# ---

# %% [markdown]
# ## Set-up
#
# The tables `players` and `players-2025` are encrypted under the studio's *customer managed key*. The table `payments` is encrypted under another customer managed key, and `scores` under DynamoDB's *AWS managed key*. You are the user `admin`.

# %%
import json

import boto3
from IPython.display import display

from helpers import check, hint, open_lab, predict, progress, quiz, refused

lab = open_lab("05")
lab

# %% [markdown]
# ## 1. A colleague with full access
#
# Mira joins Lanternfish Games to test the game servers. Her work is to create tables and fill them with items, so you give her the AWS *managed policy* `AmazonDynamoDBFullAccess_v2`. (It replaces `AmazonDynamoDBFullAccess`, which AWS deprecated in April 2025.) You do not change the key policy.

# %%
kms, iam, dynamodb = (boto3.client(name) for name in ("kms", "iam", "dynamodb"))
iam.create_user(UserName="mira")
full_access = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
iam.attach_user_policy(UserName="mira", PolicyArn=full_access)
access_key = iam.create_access_key(UserName="mira")["AccessKey"]
mira = boto3.Session(
    aws_access_key_id=access_key["AccessKeyId"],
    aws_secret_access_key=access_key["SecretAccessKey"],
)
mira.client("sts").get_caller_identity()["Arn"]

# %% [markdown]
# **What just happened?** A program signs its requests with an *access key*. Every call made through the session `mira` is signed with Mira's access key, so AWS treats it as Mira's request. A client made with plain `boto3.client` still acts as you.
#
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
player_key = {"player_id": {"S": "p-001"}}
with refused("AccessDeniedException") as denial:
    mira_dynamodb.get_item(TableName=lab.table_name, Key=player_key)
display(denial)
predict("5.1")

# %% [markdown]
# {{architecture}}
#
# **What just happened?** DynamoDB itself allowed Mira's request. But the items are encrypted under data encryption keys. Those keys are encrypted under a *table key*, and the table key is encrypted under the studio's KMS key. To decrypt the table key, DynamoDB calls `kms:Decrypt` on behalf of the caller. KMS then checks whether *Mira* may use the key. Full access to DynamoDB does not include permission to use a key.
#
# `refused` is part of the course. It expects an error with the given code, and keeps the error so that you can look at it. In your own programs, catch boto3's `ClientError` and look at its error code.
#
# {{exercise 5.1}}
#
# Reading an item requires the key. Does writing an item require it, too?
#
# *Inputs:* `mira_dynamodb`, `lab.table_name`. *Goal:* Mira tries to put a new player, `p-099`, into the table `players`. If she is refused, your code catches the error, so that the notebook can go on.

# %% tags=["answer"]
### BEGIN SOLUTION
player = {"player_id": {"S": "p-099"}}
with refused("AccessDeniedException") as write_denial:
    mira_dynamodb.put_item(TableName=lab.table_name, Item=player)
write_denial
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

# %% wrong="the payments" says="a key other than the studio's"
with refused("AccessDeniedException"):
    mira_dynamodb.put_item(
        TableName=lab.payments_table_name, Item={"player_id": {"S": "p-099"}}
    )

# %% wrong="no such table" says="PutItem failed with ResourceNotFoundException"
with refused("ResourceNotFoundException"):
    mira_dynamodb.put_item(TableName="player", Item={"player_id": {"S": "p-099"}})

# %% wrong="by KMS" says="no write by Mira" outcome="not attempted"
with refused("AccessDeniedException"):
    mira.client("kms").encrypt(KeyId=lab.key_arn, Plaintext=b"p-099")

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
with refused("AccessDeniedException"):
    mira_dynamodb.scan(TableName=lab.table_name)

# %% [markdown] tags=["solution"]
# A write is refused for the same reason as a read: Mira lacks `kms:Decrypt`. You might have expected `kms:Encrypt`. But DynamoDB does not send the item to KMS. It encrypts the item itself, and for that it needs the table key in plaintext.

# %% [markdown]
# ## 3. Read the message
#
# Each part of the message above answers a question.
#
# | the words | what they tell you |
# |---|---|
# | `KMS key access denied error` | The message comes from DynamoDB, which passes on KMS's answer. A denial by DynamoDB itself begins with `User:`. |
# | `User: …:user/mira` | The user on whose behalf DynamoDB called KMS. |
# | `kms:Decrypt` | The permission that was missing. It is not `dynamodb:GetItem`. |
# | `on resource: …:key/…` | The key that she may not use. |
# | `because no identity-based policy allows` | The reason. No policy denied the request, but none allowed it either. This is an *implicit deny*. If a policy denies a request, that is an *explicit deny*, and the message says `with an explicit deny`. |
# | `Service: AWSKMS; … Request ID` | The details of DynamoDB's call to KMS. |
#
# The error code and the first words were recorded from AWS. The sentence in the middle has the wording that other services use today when they pass on KMS's answer. The sandbox assumes that DynamoDB uses it, too.
#
# Such a denial does not prove that the table is encrypted: *every* DynamoDB table is. It proves that Mira may not use this key. Auditors want to see this proof in the audit trail.
#
# {{exercise 5.2}}
#
# *Inputs:* `cloudtrail`. Use its paginator for `lookup_events`, as in notebook 03. *Goal:* `proof` is the `EventId` of the event in which **KMS** refused to let Mira use the studio's key. The denial of any other request does not count.

# %% tags=["answer"]
cloudtrail = boto3.client("cloudtrail")
### BEGIN SOLUTION
by_name = [{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
pages = cloudtrail.get_paginator("lookup_events").paginate(
    LookupAttributes=by_name
)
decrypts = [event for page in pages for event in page["Events"]]
hers = [event for event in decrypts if event["Username"] == "mira"]
denied = [e for e in hers if "errorCode" in json.loads(e["CloudTrailEvent"])]
found = next(e for e in denied if lab.key_arn in e["CloudTrailEvent"])
proof = found["EventId"]
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

# %% wrong="a denial of something else" says="of something other than kms:Decrypt"
cloudtrail = boto3.client("cloudtrail")
with refused("AccessDenied"):
    mira.client("iam").list_users()
proof = next(
    e
    for e in cloudtrail.lookup_events()["Events"]
    if e["EventName"] == "ListUsers"
)["EventId"]

# %% wrong="her Decrypt that was allowed" says="an event without a denial"
cloudtrail = boto3.client("cloudtrail")
mira_dynamodb.get_item(TableName=lab.scores_table_name, Key=player_key)
proof = next(
    e
    for e in cloudtrail.lookup_events()["Events"]
    if e["EventName"] == "Decrypt" and e["Username"] == "mira"
)["EventId"]

# %% wrong="DynamoDB's own event" says="DynamoDB passes on"
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
proof = denial.message.partition("Request ID: ")[2].partition(";")[0]

# %% wrong="her own call to KMS" says="of something other than kms:Decrypt"
cloudtrail = boto3.client("cloudtrail")
with refused("AccessDeniedException"):
    mira.client("kms").encrypt(KeyId=lab.key_arn, Plaintext=b"x")
proof = next(
    e for e in cloudtrail.lookup_events()["Events"] if e["EventName"] == "Encrypt"
)["EventId"]

# %% wrong="another key" says="about another key"
cloudtrail = boto3.client("cloudtrail")
with refused("AccessDeniedException"):
    mira_dynamodb.get_item(TableName=lab.payments_table_name, Key=player_key)
proof = cloudtrail.lookup_events(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
)["Events"][0]["EventId"]

# %% wrong="the whole event" says="the whole event"
cloudtrail = boto3.client("cloudtrail")
proof = cloudtrail.lookup_events(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
)["Events"][0]

# %% wrong="an empty text" says="an empty text"
cloudtrail = boto3.client("cloudtrail")
proof = ""

# %% wrong="all the IDs" says="a value of type list"
cloudtrail = boto3.client("cloudtrail")
proof = [event["EventId"] for event in cloudtrail.lookup_events()["Events"]]

# %% wrong="the record" says="a CloudTrail record, and not its eventID"
cloudtrail = boto3.client("cloudtrail")
proof = json.loads(cloudtrail.lookup_events()["Events"][0]["CloudTrailEvent"])

# %% wrong="not an event" says="`AccessDeniedException`"
cloudtrail = boto3.client("cloudtrail")
proof = "AccessDeniedException"

# %% [markdown] tags=["solution"]
# CloudTrail's event history keeps *management events*, which include calls to KMS. Mira never called KMS herself. The event has her name because DynamoDB called KMS on her behalf. To distinguish a refused call from one that was allowed, look for the `errorCode` inside `CloudTrailEvent`. Calls such as `GetItem` are *data events*. A real account records them only if you turn on the logging of data events.

# %% tags=["solution"]
from helpers.display import show

event = json.loads(found["CloudTrailEvent"])
shown = ["eventSource", "eventName", "errorCode", "sourceIPAddress"]
show({name: event[name] for name in [*shown, "requestParameters"]})

# %% [markdown]
# ## 4. What else can Mira do?
#
# Her policy contains two KMS permissions, `kms:DescribeKey` and `kms:ListAliases`. She can therefore *see* keys, but she cannot *use* them. She can also read one of the tables:

# %%
mira_kms = mira.client("kms")
print(mira_kms.describe_key(KeyId=lab.key_alias)["KeyMetadata"]["KeyState"])
names = [alias["AliasName"] for alias in mira_kms.list_aliases()["Aliases"]]
print([name for name in names if not name.startswith("alias/aws/")])
mira_dynamodb.get_item(TableName=lab.scores_table_name, Key=player_key)["Item"]

# %% [markdown]
# **What just happened?** The AWS managed key serves everyone in the account who may use DynamoDB, as long as the request comes through DynamoDB. AWS wrote its key policy, and you cannot change it. A customer managed key is no stronger, because both kinds of key use AES-256. The difference is that you decide who may use it.
#
# {{exercise 5.3}}
#
# *Inputs:* `dynamodb`, `lab.scores_table_name`, `lab.key_alias`. *Goal:* the table `scores` is encrypted under the studio's key, so Mira can no longer read it. You do not change Mira's own permissions.

# %% tags=["answer"]
### BEGIN SOLUTION
dynamodb.update_table(
    TableName=lab.scores_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.key_alias,
    },
)
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

# %% wrong="a policy on Mira" says="her own permissions have changed"
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

# %% wrong="her policy detached" says="her own permissions have changed"
iam.detach_user_policy(UserName="mira", PolicyArn=full_access)

# %% wrong="no key named" says="Table is already encrypted"
with refused("ValidationException"):
    dynamodb.update_table(
        TableName=lab.scores_table_name, SSESpecification={"Enabled": True}
    )

# %% wrong="no such table" says="Requested resource not found"
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
with refused("ResourceNotFoundException"):
    dynamodb.update_table(TableName="score", SSESpecification=asked)

# %% wrong="no such key" says="UpdateTable failed with ValidationException"
key = f"{lab.key_arn[:-4]}0000"
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
with refused("ValidationException"):
    dynamodb.update_table(TableName=lab.scores_table_name, SSESpecification=asked)

# %% wrong="moved by Mira" says="mira is not authorized"
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
with refused("AccessDeniedException"):
    mira_dynamodb.update_table(
        TableName=lab.scores_table_name, SSESpecification=asked
    )

# %% wrong="table deleted" says="no table scores"
dynamodb.delete_table(TableName=lab.scores_table_name)

# %% wrong="a new table" says="the old items are lost"
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
dynamodb.delete_table(TableName=lab.scores_table_name)
number = {"AttributeName": "player_id"}
dynamodb.create_table(
    TableName=lab.scores_table_name,
    AttributeDefinitions=[{**number, "AttributeType": "S"}],
    KeySchema=[{**number, "KeyType": "HASH"}],
    BillingMode="PAY_PER_REQUEST",
    SSESpecification=asked,
)

# %% wrong="she may use the key" says="an IAM policy or a grant lets her use this key"
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_alias}
dynamodb.update_table(TableName=lab.scores_table_name, SSESpecification=asked)
kms.create_grant(
    KeyId=lab.key_arn,
    Operations=["Decrypt"],
    GranteePrincipal=mira.client("sts").get_caller_identity()["Arn"],
)

# %% [markdown] tags=["solution"]
# The table stays active while it moves to the studio's key. Nothing about Mira has changed. She makes the same request, but a different key policy now applies to it.

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
print(mira_dynamodb.list_tables()["TableNames"])
predict("5.2")

# %% [markdown]
# **What just happened?** Last season's players are gone. Someone who may not use the key cannot read the data, but may still be able to delete it. Encryption at rest does not protect data on its way through the network either. That is what TLS is for.
#
# DynamoDB has a setting that prevents accidental deletion, called *deletion protection*. While it is on, DynamoDB refuses to delete the table. `UpdateTable` turns it on and off.
#
# {{exercise 5.4}}
#
# *Inputs:* `dynamodb`, `lab.table_name`. `update_table` has the parameter `DeletionProtectionEnabled`. *Goal:* the table `players` has deletion protection.

# %% tags=["answer"]
### BEGIN SOLUTION
dynamodb.update_table(TableName=lab.table_name, DeletionProtectionEnabled=True)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("5.4")

# %% wrong="another table" says="has it, but"
dynamodb.update_table(
    TableName=lab.scores_table_name, DeletionProtectionEnabled=True
)

# %% wrong="on and off" says="turned off"
dynamodb.update_table(TableName=lab.table_name, DeletionProtectionEnabled=True)
dynamodb.update_table(TableName=lab.table_name, DeletionProtectionEnabled=False)

# %% wrong="tried without it" says="no table players"
mira_dynamodb.delete_table(TableName=lab.table_name)

# %% wrong="no such table" says="Requested resource not found"
with refused("ResourceNotFoundException"):
    dynamodb.update_table(TableName="player", DeletionProtectionEnabled=True)

# %% wrong="a backup" says="has no deletion protection" outcome="not attempted"
dynamodb.create_backup(TableName=lab.table_name, BackupName="before-deletion")

# %% [markdown] tags=["solution"]
# Now `DeleteTable` fails with a `ValidationException`, even if you call it yourself. Deletion protection guards the table against mistakes. It does not stop someone who may call `UpdateTable`. Mira may call it, so she could turn the protection off first.

# %% [markdown]
# {{exercise 5.5}}
#
# It turns out that Mira does not need to delete tables. An explicit deny overrides every Allow, so you can leave her managed policy attached. `iam.put_user_policy(UserName=…, PolicyName=…, PolicyDocument=…)` gives a user a policy that belongs to that user alone. The document is JSON text. It contains `"Version": "2012-10-17"` and, under `"Statement"`, a list of statements.
#
# *Inputs:* `iam`, `json.dumps`. *Goal:* Mira cannot delete any table (`dynamodb:DeleteTable`). She can still do everything else in DynamoDB that she could do before.

# %% tags=["answer"]
### BEGIN SOLUTION
no_delete = {
    "Effect": "Deny",
    "Action": "dynamodb:DeleteTable",
    "Resource": "*",
}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
iam.put_user_policy(
    UserName="mira", PolicyName="no-delete", PolicyDocument=document
)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("5.5")

# %% wrong="her policy detached" says="dynamodb:PutItem"
iam.detach_user_policy(UserName="mira", PolicyArn=full_access)

# %% wrong="one table only" says="she can still delete other tables"
arn = dynamodb.describe_table(TableName=lab.table_name)["Table"]["TableArn"]
no_delete = {"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": arn}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
iam.put_user_policy(
    UserName="mira", PolicyName="no-delete", PolicyDocument=document
)

# %% wrong="everything denied" says="dynamodb:PutItem"
no_delete = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
iam.put_user_policy(
    UserName="mira", PolicyName="no-delete", PolicyDocument=document
)

# %% wrong="every Delete denied" says="dynamodb:DeleteItem"
no_delete = {"Effect": "Deny", "Action": "dynamodb:Delete*", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
iam.put_user_policy(
    UserName="mira", PolicyName="no-delete", PolicyDocument=document
)

# %% wrong="backups as well" says="dynamodb:DeleteBackup"
both = ["dynamodb:DeleteTable", "dynamodb:DeleteBackup"]
no_delete = {"Effect": "Deny", "Action": both, "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
iam.put_user_policy(
    UserName="mira", PolicyName="no-delete", PolicyDocument=document
)

# %% wrong="an Allow of the rest" says="can still delete"
rest = {"Effect": "Allow", "Action": "dynamodb:*Item", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [rest]})
iam.put_user_policy(
    UserName="mira", PolicyName="no-delete", PolicyDocument=document
)

# %% wrong="not a policy" says="PutUserPolicy failed with MalformedPolicyDocument"
no_delete = {"Effect": "Deny", "Action": "DeleteTable", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
with refused("MalformedPolicyDocument"):
    iam.put_user_policy(
        UserName="mira", PolicyName="no-delete", PolicyDocument=document
    )

# %% wrong="a typo in the action" says="dynamodb:DeleteTables"
no_delete = {"Effect": "Deny", "Action": "dynamodb:DeleteTables", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
iam.put_user_policy(
    UserName="mira", PolicyName="no-delete", PolicyDocument=document
)

# %% wrong="refused, and then deleted" says="after DeleteUserPolicy, Mira can still delete tables"
no_delete = {"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
place = {"UserName": "mira", "PolicyName": "no-delete"}
iam.put_user_policy(**place, PolicyDocument=document)
with refused("MalformedPolicyDocument"):
    iam.put_user_policy(**place, PolicyDocument="{}")
iam.delete_user_policy(**place)

# %% wrong="on Bruno" says="No policy of yours is attached to her"
no_delete = {"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": "*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [no_delete]})
iam.put_user_policy(
    UserName="bruno", PolicyName="no-delete", PolicyDocument=document
)

# %% wrong="deletion protection" says="delete tables" outcome="not attempted"
dynamodb.update_table(TableName=lab.table_name, DeletionProtectionEnabled=True)

# %% [markdown] tags=["solution"]
# `dynamodb:*` in her managed policy still allows `DeleteTable`, but the Deny overrides it. You cannot edit a policy that AWS manages, so a separate Deny is a common way to take a permission away. A better way is a policy that allows only what Mira's work needs.

# %% [markdown]
# ## 5. Which statement decided?
#
# `explain` shows every permission that a request needed, and every statement that was evaluated. `decision_way` draws how KMS decides, and marks the path that this request took.

# %%
from helpers import explain
from helpers.display import decision_way

display(explain(denial))
decision_way(explain(denial))

# %% [markdown]
# **What just happened?** The key policy's first statement names the account: its principal ends in `:root`. By itself, this statement gives Mira no access, but it lets the account's IAM policies give access. KMS therefore looked at Mira's policies, and found no Allow for `kms:Decrypt`. That is why the message mentions an *identity-based* policy, even though the key policy does not allow her request either. Within one account, an Allow in either kind of policy would have been enough. Without that first statement, an Allow in an IAM policy would have no effect, and the message would mention a *resource-based* policy.
#
# {{exercise 5.6}}
#
# Four tickets arrive at the help desk. Each contains an error message, which the next cell shows. Decide what would give each caller access.
#
# | answer | what would help |
# |---|---|
# | `"any"` | One Allow for `kms:Decrypt`: in the key policy, in an IAM policy, or by a grant. |
# | `"key"` | An Allow in the key policy, or a grant. No IAM policy could help. |
# | `"deny"` | No Allow would help, as long as a certain statement applies. |
# | `"other"` | A permission that has nothing to do with the key. |
#
# *Inputs:* `tickets`. *Goal:* `remedies` is a dictionary that maps the letter of each ticket to one of these answers.

# %%
from helpers.display import table

with refused("AccessDeniedException") as t1:
    lab.as_user("bruno").client("dynamodb").scan(TableName=lab.table_name)
with refused("AccessDenied") as t2:
    mira.client("iam").list_users()
with refused("AccessDeniedException") as t3:
    mira_dynamodb.scan(TableName=lab.table_name)
with refused("AccessDeniedException") as t4:
    mira_dynamodb.scan(TableName=lab.payments_table_name)
tickets = {"A": t1.message, "B": t2.message, "C": t3.message, "D": t4.message}
table(tickets.items(), ["ticket", "message"])

# %% tags=["answer"]
### BEGIN SOLUTION
remedies = {"A": "deny", "B": "other", "C": "any", "D": "key"}
### STUB
remedies = {"A": ..., "B": ..., "C": ..., "D": ...}
### END SOLUTION

# %%
check("5.6", remedies)

# %% wrong="half done" says="dots for “B”, dots for “C”"
remedies = {"A": "deny", "B": ..., "C": ..., "D": ...}

# %% wrong="A read as an implicit deny" says="Look at ticket A"
remedies = {"A": "any", "B": "other", "C": "any", "D": "key"}

# %% wrong="any denial is about the key" says="Look at ticket B"
remedies = {"A": "deny", "B": "any", "C": "any", "D": "key"}

# %% wrong="C and D changed about" says="Look at tickets C and D"
remedies = {"A": "deny", "B": "other", "C": "key", "D": "any"}

# %% wrong="other letters" says="no entry for `A`"
remedies = {"a": "deny", "b": "other", "c": "any", "d": "key"}

# %% wrong="other words" says="`identity-based` for “C”"
remedies = {"A": "deny", "B": "other", "C": "identity-based", "D": "key"}

# %% wrong="without quotation marks" says="\"other\" for each"
remedies = {"A": "deny", "B": "other", "C": any, "D": "key"}

# %% wrong="one too many" says="Seen: a dictionary of 5"
remedies = {"A": "deny", "B": "other", "C": "any", "D": "key", "E": "any"}

# %% wrong="a list" says="a dictionary"
remedies = ["deny", "other", "any", "key"]

# %% [markdown] tags=["solution"]
# - **A**: `with an explicit deny`. A Deny in Bruno's own policy overrides every Allow, so it must be removed first.
# - **B**: `iam:ListUsers`. The request never reached KMS.
# - **C**: `no identity-based policy`. The key policy lets IAM policies give access, so any one Allow is enough.
# - **D**: `no resource-based policy`. The policy of the key for `payments` has no statement for the account, so no IAM policy can give access.

# %% [markdown]
# ## 6. Try it on paper
#
# `policy_lab` decides a request by the sandbox's own rules, and changes nothing in the account. If you name a user, it starts with the policies that are in the account now. In Jupyter, you can edit these policies, and immediately see which statement decides.
#
# {{exercise 5.7}}
#
# Which statement in an IAM policy would be enough for Mira to read the table, and allow her nothing else? Your cell only asks `policy_lab`, so it does not give anyone access yet.
#
# *Inputs:* `lab.key_arn`. *Goal:* `statement` is the smallest statement that allows Mira to call `kms:Decrypt` with the studio's key: one action, one key.

# %%
from helpers import policy_lab

policy_lab(user="mira", action="kms:Decrypt", resource=lab.key_arn)

# %% tags=["answer"]
key_policy = kms.get_key_policy(KeyId=lab.key_arn)["Policy"]
### BEGIN SOLUTION
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
### STUB
statement = {"Effect": "Allow", "Action": ..., "Resource": ...}
### END SOLUTION
policy_lab(
    policies={"mine": {"Version": "2012-10-17", "Statement": [statement]}},
    key_policy=key_policy,
    principal="mira",
    action="kms:Decrypt",
    resource=lab.key_arn,
)

# %%
check("5.7", statement)

# %% wrong="half done" says="dots"
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ...}

# %% wrong="every key" says="other keys"
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}

# %% wrong="every action" says="kms:Encrypt"
statement = {"Effect": "Allow", "Action": "kms:*", "Resource": lab.key_arn}

# %% wrong="two actions" says="kms:Encrypt"
statement = {
    "Effect": "Allow",
    "Action": ["kms:Decrypt", "kms:Encrypt"],
    "Resource": lab.key_arn,
}

# %% wrong="an alias" says="it does not allow"
statement = {
    "Effect": "Allow",
    "Action": "kms:Decrypt",
    "Resource": lab.key_arn.split(":key/")[0] + ":" + lab.key_alias,
}

# %% wrong="the table" says="it does not allow"
arn = dynamodb.describe_table(TableName=lab.table_name)["Table"]["TableArn"]
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn}

# %% wrong="the read" says="it does not allow"
key = lab.key_arn
statement = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": key}

# %% wrong="a typo in the action" says="its Action is \"kms:Decryption\""
key = lab.key_arn
statement = {"Effect": "Allow", "Action": "kms:Decryption", "Resource": key}

# %% wrong="a Deny" says="its Effect is \"Deny\""
statement = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": lab.key_arn}

# %% wrong="another key" says="its Resource is "
key = lab.payments_key_arn
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}

# %% wrong="all actions but this" says="its Action is \"kms:Decrypt\" under NotAction"
key = lab.key_arn
statement = {"Effect": "Allow", "NotAction": "kms:Decrypt", "Resource": key}

# %% wrong="for another service" says="because of its Condition, or because more than one part is wrong"
statement = {
    "Effect": "Allow",
    "Action": "kms:Decrypt",
    "Resource": lab.key_arn,
    "Condition": {
        "StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    },
}

# %% wrong="with a principal" says="which an IAM policy cannot have"
statement = {
    "Effect": "Allow",
    "Principal": {"AWS": iam.get_user(UserName="mira")["User"]["Arn"]},
    "Action": "kms:Decrypt",
    "Resource": lab.key_arn,
}

# %% wrong="a whole policy" says="a whole policy"
statement = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
    ],
}

# %% wrong="JSON text" says="a dictionary"
statement = json.dumps(
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
)

# %% [markdown] tags=["solution"]
# The statement names no principal, because an IAM policy applies to the user that it is attached to. `Resource` is the key's ARN. With `"*"`, Mira could use every key whose key policy leaves the decision to IAM policies.

# %% [markdown]
# ## 7. Let her in
#
# Suppose that Mira does need to read the players for her work. In the KMS console, you would make her a *key user*. The console would then add her to the last two statements of the key policy.
#
# {{exercise 5.8}}
#
# *Inputs:* `kms`, `lab.key_arn`, `mira_arn`, and `new_policy`, the key policy as a dictionary. *Goal:* Mira can read `players`, and only the key policy gives her this access. She still cannot manage the key. You can still do everything that you could do before.

# %% tags=["answer"]
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
### BEGIN SOLUTION
admin_arn = iam.get_user(UserName="admin")["User"]["Arn"]
for part in new_policy["Statement"][2:]:
    part["Principal"] = {"AWS": [admin_arn, mira_arn]}
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))
mira_dynamodb.get_item(TableName=lab.table_name, Key=player_key)["Item"]
### STUB
# Change new_policy here, and then store it in KMS.
### END SOLUTION

# %%
check("5.8")

# %% wrong="changed, and not put back" says="does not name her yet" outcome="not attempted"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
new_policy["Statement"][2]["Principal"] = {"AWS": mira_arn}

# %% wrong="as an administrator" says="has no kms:Decrypt"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
admin_arn = new_policy["Statement"][1]["Principal"]["AWS"]
new_policy["Statement"][1]["Principal"]["AWS"] = [admin_arn, mira_arn]
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))

# %% wrong="in all statements" says="manage the key"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
admin_arn = new_policy["Statement"][1]["Principal"]["AWS"]
for part in new_policy["Statement"][1:]:
    part["Principal"] = {"AWS": [admin_arn, mira_arn]}
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))

# %% wrong="in place of admin" says="no longer names admin"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
for part in new_policy["Statement"][2:]:
    part["Principal"] = {"AWS": mira_arn}
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))

# %% wrong="everybody" says="it allows kms:Decrypt to everybody"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
new_policy["Statement"][2]["Principal"] = "*"
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))

# %% wrong="by an IAM policy" says="not because of the key policy"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
mine = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
document = json.dumps({"Version": "2012-10-17", "Statement": [mine]})
iam.put_user_policy(UserName="mira", PolicyName="mine", PolicyDocument=document)

# %% wrong="a name in place of an ARN" says="PutKeyPolicy failed with MalformedPolicyDocumentException"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
new_policy["Statement"][2]["Principal"]["AWS"] = ["admin", "mira"]
with refused("MalformedPolicyDocumentException"):
    kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))

# %% wrong="the account's statement lost" says="Enable IAM User Permissions"
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
admin_arn = new_policy["Statement"][1]["Principal"]["AWS"]
for part in new_policy["Statement"][2:]:
    part["Principal"] = {"AWS": [admin_arn, mira_arn]}
del new_policy["Statement"][0]
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))

# %% [markdown] tags=["solution"]
# The user, the request and the table are the same. Only the key policy has changed. No IAM policy was needed, because a key policy that names a user of its own account is enough. The next notebook compares this way of giving access with two others. It also takes the access away again.

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
# - DynamoDB calls KMS on behalf of the caller. To read or write an item, the caller therefore needs two permissions: one for the operation in DynamoDB, and one for the key in KMS.
# - To prove that KMS denied access, find an event in which KMS refused this user `kms:Decrypt` with this key.
# - KMS begins with the key policy. IAM policies give access only if the key policy leaves the decision to the account.
# - Someone who may not use the key can neither read nor write items. That does not prevent them from deleting the table.
#
# **Key terms** in the [glossary](../docs/glossary.md): *identity-based policy*, *resource-based policy*, *implicit deny*, *explicit deny*, *deletion protection*, *key user*.
#
# **Read more**: [Default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html) · [DynamoDB encryption at rest usage notes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html) · [AWS managed policies for DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ddb-security-iam.awsmanpol.html) · [Troubleshoot access denied error messages](https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html) · [Deletion protection](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html#WorkingWithTables.Basics.DeletionProtection)
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops. On a real account, remove Mira's access key and policies, and then delete the user. Turn deletion protection off, and delete the tables. Finally, schedule the deletion of both keys. KMS deletes them after seven days at the earliest.

# %%
progress()
