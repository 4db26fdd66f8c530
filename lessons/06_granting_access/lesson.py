# ---
# jupyter:
#   course:
#     title: Granting access
#     promise: Three ways to let a colleague use the key, and some that look right and are not. You try each, take it away, and compare what else it allowed.
#     minutes: {reading: 25, exercises: 25}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[05 Denying access](05_denying_access.ipynb)"
#     outcomes:
#       - let a user use a key by key policy, by IAM policy and by grant
#       - say what each of them allows besides, and who can take it away
#       - take access away, and say when that takes effect
#       - place encryption among the other access controls
#     simulated: The account, its users, keys and tables, and the five minutes for which DynamoDB keeps a table key.
#     aws: Changes of policies and new grants take a moment to work everywhere, mostly seconds, for grants up to five minutes.
#     cost: A few cents. A customer managed key is USD 1 a month, counted by the hour; there are two. DynamoDB's own prices come on top.
# ---

# %% [markdown]
# ## Set-up
#
# Mira has `AmazonDynamoDBFullAccess` and no permission on the key, as in the last notebook. The tables `players` and `players-2025` are under the studio's key. The table `payments` is under a stricter one.

# %%
import json

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import check, explain, hint, open_lab, predict, quiz

lab = open_lab("06")
lab

# %% [markdown]
# {{architecture}}

# %%
kms, iam, dynamodb = (boto3.client(name) for name in ("kms", "iam", "dynamodb"))
admin_arn = iam.get_user(UserName="admin")["User"]["Arn"]
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
mira = lab.as_user("mira")  # a session with an access key of hers
mira_dynamodb, mira_kms = mira.client("dynamodb"), mira.client("kms")
request = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-001"}}}

# %% [markdown]
# Today you make many calls that may be refused. This function makes one, and says what came of it.


# %%
def outcome(call, **request):
    """What comes of a call: "allowed", or "denied" and why."""
    try:
        call(**request)
    except ClientError as error:
        reason = error.response["Error"]["Message"].partition("because ")[2]
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return f"denied: {reason.partition(' (')[0]}"
    return "allowed"


# %%
read = outcome(mira_dynamodb.get_item, **request)
assert read.startswith("denied"), read
read

# %% [markdown]
# ## 1. By key policy
#
# The console's key policy has two lists of people: *key administrators*, in its second statement, and *key users*, in the third and the fourth. This function writes both.


# %%
def set_policy(administrators, users):
    """Put these people into the key policy; returns who is in which statement."""
    policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
    for number, people in enumerate([administrators, users, users], start=1):
        policy["Statement"][number]["Principal"] = {"AWS": people}
    kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))
    return {part["Sid"]: part["Principal"]["AWS"] for part in policy["Statement"]}


# %% [markdown]
# {{predict 6.1}}

# %%
### BEGIN SOLUTION
predict("6.1", "b")
### STUB
predict("6.1", ...)
### END SOLUTION

# %%
set_policy([admin_arn, mira_arn], [admin_arn])
read = outcome(mira_dynamodb.get_item, **request)
assert read.startswith("denied"), read
read

# %%
predict("6.1")

# %% [markdown]
# Now as a key user, and no longer as an administrator.

# %%
who = set_policy([admin_arn], [admin_arn, mira_arn])
read = outcome(mira_dynamodb.get_item, **request)
assert read == "allowed", read
who

# %% [markdown]
# **What just happened?** Two statements changed, and nothing else. The third, `Allow use of the key`, holds `kms:Decrypt` and lets Mira read. The fourth lets her make grants, but only where a service such as DynamoDB does it for her: its condition is `kms:GrantIsForAWSResource`. A grant of her own is refused:

# %%
grant = outcome(
    mira_kms.create_grant,
    KeyId=lab.key_arn,
    GranteePrincipal=mira_arn,
    Operations=["Encrypt"],
)
assert grant.startswith("denied"), grant
grant

# %% [markdown]
# ### What else does it allow?
#
# *Least privilege* means: what the work needs, and no more. Mira is to read `players`. What else can she do now? Under the same key are last season's table, and a password that you encrypt here without DynamoDB.

# %%
sealed = kms.encrypt(KeyId=lab.key_alias, Plaintext=b"not-a-real-password")
password = sealed["CiphertextBlob"]
last_season = {**request, "TableName": lab.old_table_name}
ways = {}


# %%
def try_all(way):
    """Note what Mira may do now, asked anew."""
    lab.advance(minutes=6)
    answers = {
        "players": outcome(mira_dynamodb.get_item, **request),
        "players-2025": outcome(mira_dynamodb.get_item, **last_season),
        "password": outcome(mira_kms.decrypt, CiphertextBlob=password),
    }
    ways[way] = {what: said.partition(":")[0] for what, said in answers.items()}


# %%
try_all("key policy")
ways["key policy"]

# %% [markdown]
# A key user may use the key for everything that it protects.

# %% [markdown]
# ## 2. Take it away
#
# {{predict 6.2}}

# %%
### BEGIN SOLUTION
predict("6.2", "c")
### STUB
predict("6.2", ...)
### END SOLUTION

# %%
mira_dynamodb.get_item(**request)
set_policy([admin_arn], [admin_arn])
at_once = {
    "KMS decrypts": outcome(mira_kms.decrypt, CiphertextBlob=password),
    "DynamoDB reads": outcome(mira_dynamodb.get_item, **request),
}
assert at_once["KMS decrypts"].startswith("denied"), at_once
assert at_once["DynamoDB reads"] == "allowed", at_once
at_once

# %%
lab.advance(minutes=6)
read = outcome(mira_dynamodb.get_item, **request)
assert read.startswith("denied"), read
read

# %%
predict("6.2")

# %% [markdown]
# **What just happened?** KMS refused at once. But DynamoDB still held the plaintext table key from her last read, and did not ask. By AWS's documents it asks again after about five minutes. For whom it keeps the key, AWS has described differently over the years. The sandbox keeps it for each caller and table, counted from KMS's last answer. That is its assumption.
#
# Where five minutes are too long, take away the permission on the *table* as well: DynamoDB asks about that at every request.

# %% [markdown]
# ## 3. By IAM policy
#
# The key policy's first statement lets the account's IAM policies count. So a policy on Mira herself can give her the use of the key. The condition `kms:ViaService` limits it to requests that come through DynamoDB. This function writes such a policy, for one resource.


# %%
def set_iam_policy(resource):
    service = f"dynamodb.{lab.region}.amazonaws.com"
    statement = {
        "Sid": "ThroughDynamoDB",
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": resource,
        "Condition": {"StringEquals": {"kms:ViaService": service}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    place = {"UserName": "mira", "PolicyName": "open-key"}
    iam.put_user_policy(**place, PolicyDocument=policy)


# %% [markdown]
# {{predict 6.3}}

# %%
### BEGIN SOLUTION
predict("6.3", "a")
### STUB
predict("6.3", ...)
### END SOLUTION

# %%
aliases = kms.list_aliases(KeyId=lab.key_arn)["Aliases"]
set_iam_policy(aliases[0]["AliasArn"])
read = outcome(mira_dynamodb.get_item, **request)
assert read.startswith("denied"), read
read

# %%
predict("6.3")

# %% [markdown]
# With the key's ARN it works. `explain` takes an answer as well as a denial.

# %%
set_iam_policy(lab.key_arn)
answer = mira_dynamodb.get_item(**request)
explain(answer)

# %%
try_all("IAM policy")
ways["IAM policy"]

# %% [markdown]
# ### Where no IAM policy counts
#
# The same policy now names the key of `payments`.

# %%
set_iam_policy(lab.payments_key_arn)
try:
    mira_dynamodb.get_item(TableName=lab.payments_table_name, Key=request["Key"])
except ClientError as error:
    denial = error
else:
    raise RuntimeError("Mira has read the payments: nothing stopped her.")
explain(denial)

# %% [markdown]
# **What just happened?** This key policy has no statement for the account. Mira's policy applies, and counts for nothing. The message blames the *resource-based* policy, because only that one, or a grant, could let her in. Key policy and IAM policy need not both allow. But an IAM policy's Allow counts only where the key policy lets it.

# %%
iam.delete_user_policy(UserName="mira", PolicyName="open-key")
lab.advance(minutes=6)
read = outcome(mira_dynamodb.get_item, **request)
assert read.startswith("denied"), read

# %% [markdown]
# ## 4. By grant
#
# A *grant* allows one principal some operations on one key. It can only allow. No policy need name that principal. A *constraint* ties the grant to an encryption context. DynamoDB sends one with every request to KMS: the table's name and the account's ID.


# %%
def grant_table(table):
    """Let Mira use the key for one table; returns the grant's ID."""
    context = {"aws:dynamodb:tableName": table}
    return kms.create_grant(
        KeyId=lab.key_arn,
        Name=f"mira-{table}",
        GranteePrincipal=mira_arn,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": context},
    )["GrantId"]


# %%
wrong_grant = grant_table(lab.old_table_name)
read = outcome(mira_dynamodb.get_item, **request)
assert read.startswith("denied"), read
kms.revoke_grant(KeyId=lab.key_arn, GrantId=wrong_grant)
read

# %% [markdown]
# That grant was for another table. The denial says nothing of grants; `explain` would. Here is the right one:

# %%
grant_id = grant_table(lab.table_name)
try_all("grant")
assert ways["grant"]["players"] == "allowed", ways
ways["grant"]

# %% [markdown]
# **What just happened?** The constraint lets her use the key where the context names `players`, and nowhere else. The context is no secret. If she called KMS herself and gave it, KMS would decrypt, too. But DynamoDB never hands out the encrypted table key.
#
# On AWS a new grant may take up to five minutes to work. Whoever calls KMS directly can pass the *grant token* that `create_grant` returns, and need not wait. DynamoDB takes no such token.

# %% [markdown]
# ## 5. Which way?

# %%
taken_away_by = {
    "key policy": "kms:PutKeyPolicy on the key",
    "IAM policy": "iam:DeleteUserPolicy on Mira",
    "grant": "kms:RevokeGrant on the key",
}
compared = pd.DataFrame(ways).T
compared["taken away with"] = pd.Series(taken_away_by)
compared

# %% [markdown]
# For Mira's work the grant is the least: one operation, one table. Policies can be as narrow, with a condition on the encryption context. Mind the last column, too. With an IAM policy, whoever manages Mira's policies decides about your key. A key policy shows its people in one place. Grants are seen only by those who list them, and none ends by itself.

# %% [markdown]
# ## Exercises
#
# Mira's grant for `players` is in place.
#
# {{exercise 6.1}}
#
# *Inputs:* `mira_dynamodb`, `lab.table_name`. *Goal:* a new player, `p-050`, in the table `players`, put there by Mira. Her grant lists `Decrypt` only. Is that enough?

# %% tags=["answer"]
### BEGIN SOLUTION
player = {"player_id": {"S": "p-050"}}
answer = mira_dynamodb.put_item(TableName=lab.table_name, Item=player)
answer["ResponseMetadata"]["HTTPStatusCode"]
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.1")

# %% wrong="written by admin" says="admin put it there"
dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-050"}})

# %% wrong="into the other table" says="into another table"
outcome(
    mira_dynamodb.put_item,
    TableName=lab.old_table_name,
    Item={"player_id": {"S": "p-050"}},
)

# %% wrong="refused" says="a write of hers that failed: KMS key access denied"
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
lab.advance(minutes=6)
outcome(
    mira_dynamodb.put_item,
    TableName=lab.table_name,
    Item={"player_id": {"S": "p-050"}},
)

# %% wrong="another player" says="a write by mira, and no p-050"
mira_dynamodb.put_item(
    TableName=lab.table_name, Item={"player_id": {"S": "p-50"}}
)

# %% wrong="a read" says="Nobody has written yet" outcome="not attempted"
outcome(mira_dynamodb.get_item, **request)

# %% [markdown] tags=["solution"]
# `kms:Decrypt` is enough for reading and for writing. DynamoDB encrypts the item itself; of KMS it needs only the table key, decrypted. The key user's `kms:Encrypt` and `kms:GenerateDataKey*` are there for those who make tables, or who use KMS without DynamoDB.

# %% [markdown]
# {{exercise 6.2}}
#
# *Inputs:* `kms`, `lab.key_arn`, `grant_id`, `mira_dynamodb`, `request`. *Goal:* Mira's grant is gone, and the audit trail proves it: after it was taken away, KMS has refused her a read of `players`.

# %% tags=["answer"]
### BEGIN SOLUTION
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
lab.advance(minutes=6)
outcome(mira_dynamodb.get_item, **request)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.2")

# %% wrong="read too early" says="about five minutes"
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
outcome(mira_dynamodb.get_item, **request)

# %% wrong="no read" says="she has not read players"
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
lab.advance(minutes=6)

# %% wrong="read by admin" says="she has not read players"
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
lab.advance(minutes=6)
dynamodb.get_item(**request)["Item"]

# %% wrong="DynamoDB's grant" says="DynamoDB's own grants"
kms.revoke_grant(
    KeyId=lab.key_arn,
    GrantId=kms.list_grants(KeyId=lab.key_arn)["Grants"][0]["GrantId"],
)

# %% wrong="permission on the table" says="a refusal that is not KMS's"
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
iam.detach_user_policy(
    UserName="mira", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
)
lab.advance(minutes=6)
outcome(mira_dynamodb.get_item, **request)

# %% wrong="the user deleted" says="still there" outcome="not attempted"
access_key = iam.list_access_keys(UserName="mira")["AccessKeyMetadata"][0]
iam.delete_access_key(UserName="mira", AccessKeyId=access_key["AccessKeyId"])
iam.detach_user_policy(
    UserName="mira", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
)
iam.delete_user(UserName="mira")

# %% wrong="the grant stays" says="still there" outcome="not attempted"
lab.advance(minutes=6)
outcome(mira_dynamodb.get_item, **request)

# %% wrong="a Deny instead" says="her grant is still there"
iam.put_user_policy(
    UserName="mira",
    PolicyName="no",
    PolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}
            ],
        }
    ),
)
lab.advance(minutes=6)
try:
    mira_dynamodb.get_item(**request)
except ClientError:
    pass

# %% [markdown] tags=["solution"]
# Without the six minutes, her read may still go through, and proves nothing. `ListGrants` shows more grants on this key than Mira's: two for each table are DynamoDB's own. Revoke one of those, and you harm the table.

# %% [markdown]
# {{exercise 6.3}}
#
# Edda writes the report on last season. She has `AmazonDynamoDBReadOnlyAccess`, and is refused as Mira was.
#
# *Inputs:* `edda_arn`, `lab.key_arn`, `lab.old_table_name`, and any of the three ways; `edda` is a session of hers, to try it. *Goal:* Edda can read `players-2025`. She can read no other table, and cannot decrypt `password`.

# %% tags=["answer"]
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
### BEGIN SOLUTION
context = {"aws:dynamodb:tableName": lab.old_table_name}
kms.create_grant(
    KeyId=lab.key_arn,
    Name="edda-report",
    GranteePrincipal=edda_arn,
    Operations=["Decrypt"],
    Constraints={"EncryptionContextSubset": context},
)
outcome(edda.client("dynamodb").get_item, **last_season)
### STUB
# Let Edda in here.
### END SOLUTION

# %%
check("6.3")

# %% wrong="key user" says="the password, too"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
set_policy([admin_arn], [admin_arn, edda_arn])

# %% wrong="key administrator" says="has no kms:Decrypt"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
set_policy([admin_arn, edda_arn], [admin_arn])

# %% wrong="grant without a constraint" says="the password, too"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn, GranteePrincipal=edda_arn, Operations=["Decrypt"]
)

# %% wrong="grant for the other table" says="your grant is for"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=edda_arn,
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.table_name}
    },
)

# %% wrong="grant with half the context" says="EncryptionContextEquals"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=edda_arn,
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextEquals": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)

# %% wrong="grant with a key of no context" says="your grant is for"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=edda_arn,
    Operations=["Decrypt"],
    Constraints={"EncryptionContextSubset": {"table": lab.old_table_name}},
)

# %% wrong="grant of another operation" says="[\"Encrypt\"]"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=edda_arn,
    Operations=["Encrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)

# %% wrong="IAM policy for every table" says="she can read players, too"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
via = {"StringEquals": {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}}
iam.put_user_policy(
    UserName="edda",
    PolicyName="report",
    PolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "kms:Decrypt",
                    "Resource": lab.key_arn,
                    "Condition": via,
                }
            ],
        }
    ),
)

# %% wrong="IAM policy with an alias" says="names an alias"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
via = {"StringEquals": {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}}
iam.put_user_policy(
    UserName="edda",
    PolicyName="report",
    PolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "kms:Decrypt",
                    "Resource": kms.list_aliases()["Aliases"][0]["AliasArn"],
                    "Condition": via,
                }
            ],
        }
    ),
)

# %% wrong="the table under another key" says="not under the studio's key any more"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
dynamodb.update_table(
    TableName=lab.old_table_name, SSESpecification={"Enabled": True}
)

# %% wrong="IAM policy of her own, for another action" says="your IAM policy is"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
policy = iam.create_policy(
    PolicyName="report",
    PolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "kms:Encrypt",
                    "Resource": lab.key_arn,
                }
            ],
        }
    ),
)["Policy"]["Arn"]
iam.attach_user_policy(UserName="edda", PolicyArn=policy)

# %% wrong="given, used and taken away" says="still refused" outcome="not attempted"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
grant = kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=edda_arn,
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)
edda.client("dynamodb").get_item(**last_season)
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"])

# %% wrong="a statement without the action" says="“Report” of the key policy names her"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
policy["Statement"].append(
    {
        "Sid": "Report",
        "Effect": "Allow",
        "Principal": {"AWS": edda_arn},
        "Action": "kms:DescribeKey",
        "Resource": "*",
    }
)
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))

# %% wrong="IAM policy for another action" says="your IAM policy is"
edda_arn = iam.get_user(UserName="edda")["User"]["Arn"]
edda = lab.as_user("edda")
via = {"StringEquals": {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}}
iam.put_user_policy(
    UserName="edda",
    PolicyName="report",
    PolicyDocument=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "kms:Encrypt",
                    "Resource": lab.key_arn,
                    "Condition": via,
                }
            ],
        }
    ),
)

# %% [markdown] tags=["solution"]
# This is the grant of section 4, for another user and table. As an IAM policy it would carry two conditions: `kms:ViaService`, and `kms:EncryptionContext:aws:dynamodb:tableName` with the table's name. The same two in a key policy would do as well.

# %% [markdown]
# ## 6. Beside other access controls
#
# Encryption at rest guards the data wherever its bytes lie: on a disk, in a backup, in a copy. Other controls guard the ways to it.
#
# | control | decides about | does not stop |
# |---|---|---|
# | permissions on the table (IAM) | who may call which action on it | whoever gets hold of the stored bytes |
# | permissions on the key | for whom its data is decrypted | deletion; a person who holds both permissions |
# | TLS | nobody reads along on the network | reading at either end |
# | VPC endpoint, its policy, conditions such as `aws:SourceVpce` | from which network a request may come | a permitted user within it |
# | security groups | traffic to a server's network interface | anything about a table: it has none |
# | deletion protection, backups | whether data can be lost | reading |
#
# Mira needed a yes twice: for `GetItem` on the table, and for `Decrypt` on the key. Two teams can decide about these two. Then an error of one team does not open the data.

# %% [markdown]
# ## In your own words
#
# {{written 6.a}}

# %% [markdown]
# {{written 6.b}}

# %% [markdown]
# {{written 6.c}}

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("06", {"q1": "b", "q2": "a", "q3": "c", "q4": "b", "q5": "b"})
### STUB
quiz("06", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - Key policy, IAM policy, grant: any one can let a user in; an IAM policy only where the key policy leaves it to the account.
# - Compare what else each allows, and who can take it away.
# - In an IAM policy the resource is the key's ARN, not its alias.
# - What you take away, DynamoDB may notice only about five minutes later.
#
# **Key terms.** *Key administrator*: may manage the key, and not use it. *Key user*: may use it in cryptographic operations. *Grant*: a permission on one key for one principal, outside all policies. *Grant constraint*: the encryption context that a grant is limited to. *Least privilege*: what the work needs, and no more.
#
# **Clean up.** Here: nothing; the account ends with the kernel. On a real account: revoke the grants, delete the users with their access keys and policies, delete the tables, and schedule the deletion of both keys. The next notebook does it.
