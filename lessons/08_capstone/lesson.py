# ---
# jupyter:
#   course:
#     title: Capstone
#     promise: A clinic has seven requirements. You meet them on your own.
#     minutes: {reading: 25, exercises: 140}
#     level: Advanced. You have done notebooks 01 to 07, or know what they teach.
#     needs:
#       - "[05 Denying access](05_denying_access.ipynb)"
#       - "[06 Granting access](06_granting_access.ipynb)"
#       - "[07 The life of a key](07_the_life_of_a_key.ipynb)"
#     outcomes:
#       - turn requirements into key policies, IAM policies and grants
#       - give each person what the work needs, and no more
#       - prove what you have done
#     simulated: The clinic's account. In graded coursework, your answers run again in a new account, with other names and other data.
#     aws: The calls are the same. A real clinic would also have laws to follow, backups, and more than one administrator.
#     cost: One more customer managed key costs USD 1 a month. Its first and second rotation add USD 1 a month each. Requests to KMS are charged separately.
# ---

# %% [markdown]
# ## How this notebook works
#
# This notebook is worth 100 points and takes two to three hours. There is **no solved notebook**, and the hints only tell you where to look. The tasks build on one another, so do them in order.
#
# Each task is a *requirement*, as a client or an auditor would write it. How you meet it is your decision, and there is often more than one right way. The check tests every part of the requirement, and counts the parts that are met. "Correct" means that all of them are. Otherwise, the check names the first part that is not met, and tells you what it found instead. Some parts are about things that have not happened yet. For these, the check works out what a policy *could* allow. For example, it considers someone who joins tomorrow, a request through another service, and a condition that is met only later.
#
# We suggest that you work like this:
#
# 1. Look at what is there before you change it.
# 2. Write down who needs what. Only then write a policy.
# 3. Test it as the person concerned. `lab.as_user("ida")` creates an access key for Ida, and gives you a session that acts as her. Test what should work, and what should not.
# 4. If a request is refused and you do not know why, call `explain(error)`, or try another policy in `policy_lab`.
#
# Remember that DynamoDB keeps a decrypted table key for about five minutes. Let that time pass with `lab.advance(minutes=6)` before you test whether somebody is refused.
#
# Take names and ARNs from `lab`, not from what you see on the screen. In graded coursework, your answers run again in an account where both are different. Your instructor's own criteria then decide how many points you get. So read each requirement once more before you go on. How could somebody get around it?

# %% [markdown]
# ## Set-up

# %%
import json

import boto3

from helpers import check, explain, hint, open_lab, predict, progress, quiz

lab = open_lab("08")
lab

# %% [markdown]
# The picture shows what notebooks 00 to 07 have built. The clinic has the same parts.
#
# {{architecture}}

# %%
from helpers import policy_lab, refused
from helpers.display import show

dynamodb = boto3.client("dynamodb")
kms = boto3.client("kms")
iam = boto3.client("iam")
cloudtrail = boto3.client("cloudtrail")

# %% [markdown]
# ## The clinic
#
# Tidewater Clinic is a small practice by the sea. You, `admin`, look after its AWS account for one day. There are two tables. `visits` records who came and why. It is still encrypted under the AWS owned key. `invoices` records who owes what. It is encrypted under a customer managed key that somebody created long ago. An audit is due, and the auditors have asked who can read the visits. Today, nobody can tell them.
#
# Four people have IAM users.
#
# | user | work | what the user may do today |
# |---|---|---|
# | `ida` | nurse | everything in DynamoDB |
# | `bo` | billing clerk | everything in DynamoDB, and `kms:Decrypt` with every key |
# | `lou` | auditor | look up events in the audit trail, and describe keys |
# | `max` | none, because Max has left | everything in DynamoDB; Max also still has an access key, and a grant on the invoices' key |

# %%
for user in ("ida", "bo", "lou", "max"):
    attached = iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]
    inline = iam.list_user_policies(UserName=user)["PolicyNames"]
    print(f"{user}: {[policy['PolicyName'] for policy in attached] + inline}")

# %%
show(kms.get_key_policy(KeyId=lab.invoices_key_arn)["Policy"])

# %% [markdown]
# Nobody remembers why the account looks like this. That is often the case. So the first question about any statement is: what does it allow?
#
# {{predict 8.1}}

# %%
predict("8.1", ...)

# %%
predict("8.1")

# %% [markdown]
# ## Task 1
#
# {{exercise 8.1}}
#
# *Requirement:* The visits have a key of their own.
#
# - It is a symmetric customer managed key, and it is not the invoices' key. Its alias is `alias/clinic-visits`.
# - It is enabled, and KMS rotates it automatically every 180 days.
# - You, `admin`, can manage it: you can describe it, change its key policy and its rotation, disable it, and schedule its deletion.
# - **The key policy alone decides who can use the key.** No IAM policy can let anyone use the key or change who can use it, whether that policy exists today or is written tomorrow. No user and no role has a grant on the key.
#
# This does not limit you or the account's root user. What else you allow yourself is up to you.
#
# *Inputs:* `kms`, `lab.account_id`, `lab.invoices_key_arn`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.1")

# %% wrong="the invoices' key" says="points to the invoices' key"
kms.create_alias(
    AliasName="alias/clinic-visits", TargetKeyId=lab.invoices_key_arn
)

# %% wrong="no rotation" says="automatic rotation is off"
key = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)

# %% wrong="another period" says="every 365 days"
key = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)
kms.enable_key_rotation(KeyId=key)

# %% wrong="the default key policy" says="an IAM policy could let a new user call kms:Decrypt"
key = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)
kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)

# %% wrong="no alias" says="CreateKey, but there is no alias with the right name"
key = kms.create_key()["KeyMetadata"]["KeyId"]

# %% wrong="another alias" says="CreateAlias for alias/clinic-visit, but there is no alias"
key = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visit", TargetKeyId=key)

# %% wrong="a policy without admin" says="CreateKey failed with MalformedPolicyDocumentException"
nurse = f"arn:aws:iam::{lab.account_id}:user/ida"
allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
document = {"Version": "2012-10-17"}
document["Statement"] = [{**allow, "Principal": {"AWS": nurse}}]
with refused("MalformedPolicyDocumentException"):
    kms.create_key(Policy=json.dumps(document))

# %% wrong="a key that admin cannot see" says="a key that admin can describe"
key = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)
found = kms.get_key_policy(KeyId=key)["Policy"]
rules = json.loads(found)
rules["Statement"].append(
    {
        **rules["Statement"][0],
        "Sid": "No",
        "Effect": "Deny",
        "Action": "kms:Describe*",
    }
)
kms.put_key_policy(KeyId=key, Policy=json.dumps(rules))

# %% wrong="signs only" says="a key with the key spec ECC_NIST_P256"
key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")[
    "KeyMetadata"
]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)

# %% [markdown]
# ## Task 2
#
# {{exercise 8.2}}
#
# *Requirement:* The table `visits` is encrypted under the key of task 1. Every visit is still in the table, and has not changed. No copy of a visit is left under another key, in a table or in a backup. The move is over: `describe_table` shows the status `ENABLED`.
#
# *Inputs:* `dynamodb`, `lab.visits_table_name`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.2")

# %% wrong="another key" says="under the key alias/clinic-invoices"
key = lab.invoices_key_arn
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
dynamodb.update_table(TableName=lab.visits_table_name, SSESpecification=asked)

# %% wrong="deleted" says="There is no table visits"
dynamodb.delete_table(TableName=lab.visits_table_name)

# %% wrong="the AWS managed key" says="under the AWS managed key"
key = "alias/aws/dynamodb"
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
dynamodb.update_table(TableName=lab.visits_table_name, SSESpecification=asked)

# %% wrong="a key that is not there" says="UpdateTable failed with ValidationException"
key = "alias/clinic-visit"
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
with refused("ValidationException"):
    dynamodb.update_table(TableName=lab.visits_table_name, SSESpecification=asked)

# %% [markdown]
# ## Task 3
#
# {{exercise 8.3}}
#
# *Requirement:* Ida can read and write visits.
#
# - To do this, she can use the key through DynamoDB, for the table `visits`. She cannot use it in any other way, or for any other table.
# - She cannot change who can use the key. She can neither change its key policy nor create a grant.
# - Apart from you, nobody else can use the key: not Bo, not Lou, not Max, and nobody who joins tomorrow. Whether you can read the visits yourself is up to you.
#
# *Inputs:* `kms`, `lab.account_id`, `lab.region`, `lab.visits_table_name`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.3")

# %% wrong="by an IAM policy" says="Ida could call kms:Decrypt without DynamoDB"
key = kms.create_key()["KeyMetadata"]["Arn"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)
dynamodb.update_table(
    TableName=lab.visits_table_name,
    SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
)
lab.advance(minutes=1)
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam.put_user_policy(UserName="ida", PolicyName="visits", PolicyDocument=document)

# %% wrong="by a grant" says="Ida could call kms:Decrypt without DynamoDB, for the table visits"
key = kms.create_key()["KeyMetadata"]["Arn"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)
dynamodb.update_table(
    TableName=lab.visits_table_name,
    SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
)
lab.advance(minutes=1)
context = {"aws:dynamodb:tableName": lab.visits_table_name}
kms.create_grant(
    KeyId=key,
    GranteePrincipal=f"arn:aws:iam::{lab.account_id}:user/ida",
    Operations=["Decrypt"],
    Constraints={"EncryptionContextSubset": context},
)

# %% wrong="under another key" says="as in task 2"
key = lab.invoices_key_arn
asked = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
dynamodb.update_table(TableName=lab.visits_table_name, SSESpecification=asked)
lab.advance(minutes=1)

# %% wrong="nothing but the move" says="Ida is still refused" outcome="not attempted"
key = kms.create_key()["KeyMetadata"]["Arn"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)
dynamodb.update_table(
    TableName=lab.visits_table_name,
    SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
)
lab.advance(minutes=1)

# %% [markdown]
# ## Task 4
#
# {{exercise 8.4}}
#
# *Requirement:* Bo can still read the invoices, which stay under their key. Their key is the only customer managed key that he can use. He cannot use the visits' key. He also cannot use a key that somebody creates tomorrow with the default key policy, whatever its type, alias or tags. He cannot change who can use the invoices' key.
#
# *Inputs:* `iam`, `lab.invoices_table_name`, `lab.invoices_key_arn`. Today, his permission to decrypt is in the inline policy `bo-inline`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.4")

# %% wrong="only taken away" says="KMS would refuse Bo kms:Decrypt, because the key policy leaves"
iam.delete_user_policy(UserName="bo", PolicyName="bo-inline")

# %% wrong="Bo deleted" says="there is no user bo"
iam.delete_user_policy(UserName="bo", PolicyName="bo-inline")
full_access = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
iam.detach_user_policy(UserName="bo", PolicyArn=full_access)
iam.delete_user(UserName="bo")

# %% wrong="through DynamoDB, with every key" says="a key that is created tomorrow"
via = {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
statement["Condition"] = {"StringEquals": via}
document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam.put_user_policy(
    UserName="bo", PolicyName="bo-inline", PolicyDocument=document
)

# %% wrong="a grant beside it" says="bo-inline has not changed"
kms.create_grant(
    KeyId=lab.invoices_key_arn,
    GranteePrincipal=f"arn:aws:iam::{lab.account_id}:user/bo",
    Operations=["Decrypt"],
)

# %% [markdown]
# ## Task 5
#
# {{exercise 8.5}}
#
# *Requirement:* Max has left, and no longer has any access. None of his access keys works, no policy allows him anything, and no grant names him. DynamoDB's own grants on the invoices' key remain. Whether you delete Max's user is up to you. In either case, what he did remains in the audit trail.
#
# *Inputs:* `iam`, `kms`, `lab.invoices_key_arn`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.5")

# %% wrong="only the policy" says="2 of 4 parts are met"
full_access = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
iam.detach_user_policy(UserName="max", PolicyArn=full_access)

# %% wrong="deleted at once" says="DeleteUser failed with DeleteConflict"
with refused("DeleteConflict"):
    iam.delete_user(UserName="max")

# %% wrong="everybody's grants" says="1 of 4 parts are met"
for grant in kms.list_grants(KeyId=lab.invoices_key_arn)["Grants"]:
    kms.revoke_grant(KeyId=lab.invoices_key_arn, GrantId=grant["GrantId"])

# %% [markdown]
# ## Task 6
#
# {{exercise 8.6}}
#
# *Requirement:* Prove that Bo cannot read a visit. Let him try. Then store in `proof` the `EventId` of the event in which **KMS** refused him `kms:Decrypt` with the visits' key, when DynamoDB called KMS on his behalf. When you have finished, Bo still cannot read a visit. He has no access key, as before, because anyone who finds a forgotten access key could use it.
#
# *Inputs:* `lab.as_user`, which creates an access key, or `iam`, as in notebook 05; `cloudtrail`, `lab.visits_table_name`.

# %% tags=["answer"]
proof = ...

# %%
check("8.6", proof)

# %% wrong="an empty text" says="an empty text"
proof = ""

# %% wrong="the record" says="a CloudTrail record, and not its eventID"
proof = json.loads(cloudtrail.lookup_events()["Events"][0]["CloudTrailEvent"])

# %% wrong="no event" says="`AccessDenied`"
proof = "AccessDenied"

# %% wrong="another event" says="an event without a denial"
iam.list_users()
proof = lab.trail.events(name="ListUsers")[-1].event_id

# %% wrong="a refusal by IAM" says="of something other than kms:Decrypt"
with refused("AccessDenied"):
    lab.as_user("bo").client("iam").list_users()
proof = lab.trail.events(name="ListUsers")[-1].event_id

# %% wrong="the whole event" says="the whole event"
proof = cloudtrail.lookup_events()["Events"][0]

# %% [markdown]
# ## Task 7
#
# {{exercise 8.7}}
#
# *Requirement:* Lou wants a function `readers(events, table)` for her report.
#
# - `events` is a list of CloudTrail records, in any order. Each is a dictionary, as `json.loads(event["CloudTrailEvent"])` returns it. The list contains records of every service and every caller, as `lookup_events` returns them without a filter.
# - The function returns a sorted list of the IAM users on whose behalf DynamoDB successfully called `Decrypt` for the table whose name is `table`. Each user's name is in the list once. (These records do not show whether a user read or wrote, so both count.)
# - One such call is enough. Three kinds of calls do not count: calls that KMS refused or that failed for another reason, calls that a user made to KMS without DynamoDB, and calls for other tables.


# %% tags=["answer"]
def readers(events, table): ...


# %%
check("8.7", readers)


# %% wrong="everybody" says="KeyError" outcome="raised"
def readers(events, table):
    return sorted({e["userIdentity"]["userName"] for e in events})


# %% wrong="every IAM user" says="nobody whom KMS refused"
def readers(events, table):
    people = [e["userIdentity"] for e in events]
    return sorted({one["userName"] for one in people if "userName" in one})


# %% wrong="no function" says="Expected: a function"
readers = ["ida"]


# %% wrong="a text" says="a list of names"
def readers(events, table):
    return "ida"


# %% wrong="printed" says="did you print the value"
def readers(events, table):
    print(["ida"])


# %% [markdown]
# ## In your own words
#
# The first answer is for a reader who does not know AWS. The notebook does not check the two answers. In a class, a person reads them. Read your first answer aloud once. Would the clinic's director understand it?
#
# {{written 8.a}}

# %% [markdown]
# {{written 8.b}}

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
quiz("08", {"q1": ..., "q2": ..., "q3": ...})

# %% [markdown]
# ## When you are done
#
# To finish, choose *Restart Kernel and Run All Cells*. What counts is what your cells do from top to bottom, not what you did by hand in between. If all seven checks then say "Correct", and you would stand by your two written answers, you are done.
#
# You have turned requirements into policies, and given each person what the work needs and no more. You have also proved it. On a real account, you would do the same, with a few differences:
#
# - **Name more than one administrator in the key policy**, or a role. Here, you are the only one. Without the account's statement, nobody but AWS Support can help once your user is deleted.
# - **Try it out first**, with a test table and a test key that the people concerned can use. When you move the real table, keep its old key enabled until the status is `ENABLED`, and for as long as there are backups under it.
# - **Allow what AWS documents.** In the sandbox, `kms:Decrypt` is enough for reading and writing items. AWS's documentation lists more permissions.
# - **Wait.** A changed policy needs a moment to take effect everywhere, usually a few seconds. A new grant may need up to five minutes.
# - **Look again later.** Grants and access keys do not expire, so put a date for the next review in your calendar.
#
# The [ledger](../docs/ledger.md) shows where the sandbox differs from AWS. It also gives the steps of notebooks 02 to 07 for the AWS CLI.
#
# **Read more**: [Key policies in AWS KMS](https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html) · [Default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html) · [AWS KMS condition keys](https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html) · [DynamoDB encryption at rest usage notes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html)
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops.

# %%
progress()
