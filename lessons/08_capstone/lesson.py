# ---
# jupyter:
#   course:
#     title: Capstone
#     promise: A clinic, seven requirements, and nobody who holds your hand.
#     minutes: {reading: 20, exercises: 140}
#     level: Advanced. You have done notebooks 01 to 07, or could have.
#     needs:
#       - "[05 Denying access](05_denying_access.ipynb)"
#       - "[06 Granting access](06_granting_access.ipynb)"
#       - "[07 The life of a key](07_the_life_of_a_key.ipynb)"
#     outcomes:
#       - turn requirements into key policies, IAM policies and grants
#       - leave nobody with more than they need
#       - prove what you have done
#     simulated: The clinic's account. In graded coursework your answers run again in an account of your own, with other names and other data.
#     aws: The calls are the same. A real clinic would also have laws to follow, backups, and more than one administrator.
#     cost: One more customer managed key at USD 1 a month, and requests to KMS.
# ---

# %% [markdown]
# ## How this notebook works
#
# It is worth 100 points, and takes two to three hours. There is **no solved notebook**, and the hints only say where to look. The tasks build on one another, so do them in order.
#
# Each check has *public* parts, and says how many of them are met. In graded coursework, hidden criteria run later, and they decide about the points. "Public checks passed" is therefore not "done". Read each requirement again before you go on, and ask: what would somebody try who wants to get round it?
#
# Take names and ARNs from `lab`, never from what you see on the screen. Your answers will run in an account where both are different.

# %% [markdown]
# ## Set-up

# %%
import json

import boto3
from botocore.exceptions import ClientError

from helpers import check, explain, hint, open_lab, predict, quiz

lab = open_lab("08")
lab

# %% [markdown]
# The picture shows what notebooks 00 to 07 have built. The clinic has the same parts.
#
# {{architecture}}

# %%
dynamodb = boto3.client("dynamodb")
kms = boto3.client("kms")
iam = boto3.client("iam")
cloudtrail = boto3.client("cloudtrail")

# %% [markdown]
# ## The clinic
#
# Tidewater Clinic is a small practice by the sea. You, `admin`, look after its AWS account for one day. There are two tables. `visits` says who came and why; it is still under the AWS owned key. `invoices` says who owes what; it is under a customer managed key that somebody made long ago.
#
# Four people have an IAM user.
#
# | user | work | what the account says today |
# |---|---|---|
# | `ida` | nurse | all of DynamoDB |
# | `bo` | billing clerk | all of DynamoDB, and `kms:Decrypt` with every key |
# | `lou` | auditor | may look at the audit trail, and see keys |
# | `max` | has left | all of DynamoDB, an access key, and a grant on the invoices' key |

# %%
for user in ("ida", "bo", "lou", "max"):
    attached = iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]
    inline = iam.list_user_policies(UserName=user)["PolicyNames"]
    print(f"{user}: {[policy['PolicyName'] for policy in attached] + inline}")

# %%
policy = json.loads(kms.get_key_policy(KeyId=lab.invoices_key_arn)["Policy"])
policy["Statement"]

# %% [markdown]
# Nobody remembers why the account looks like this. That is the usual case. Before you change something, find out what it allows.
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
# *Requirement:* The visits get a key of their own: a symmetric customer managed key with the alias `alias/clinic-visits`. It rotates by itself, every 180 days. You, `admin`, can manage it, now and later. **No IAM policy can give anybody the use of this key.** Whoever may use the key is named in its key policy, and may use it only through DynamoDB, for the visits.
#
# *Inputs:* `kms`, `lab.account_id`, `lab.region`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.1")

# %% wrong="the invoices' key" says="not that of the invoices"
kms.create_alias(
    AliasName="alias/clinic-visits", TargetKeyId=lab.invoices_key_arn
)

# %% wrong="no rotation" says="it rotates by itself"
key = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)

# %% wrong="another period" says="every 180 days"
key = kms.create_key()["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)
kms.enable_key_rotation(KeyId=key)

# %% wrong="a key that admin cannot see" says="admin can look at the key"
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

# %% wrong="signs only" says="a symmetric customer managed key"
key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")[
    "KeyMetadata"
]["KeyId"]
kms.create_alias(AliasName="alias/clinic-visits", TargetKeyId=key)

# %% [markdown]
# ## Task 2
#
# {{exercise 8.2}}
#
# *Requirement:* The table `visits` is encrypted under that key. No visit is lost, and the move is over when you hand in.
#
# *Inputs:* `dynamodb`, `lab.visits_table_name`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.2")

# %% wrong="another key" says="the one of alias/clinic"
dynamodb.update_table(
    TableName=lab.visits_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": lab.invoices_key_arn,
    },
)

# %% wrong="deleted" says="There is no table visits"
dynamodb.delete_table(TableName=lab.visits_table_name)

# %% wrong="the AWS managed key" says="the one of alias/clinic"
dynamodb.update_table(
    TableName=lab.visits_table_name,
    SSESpecification={
        "Enabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": "alias/aws/dynamodb",
    },
)

# %% [markdown]
# ## Task 3
#
# {{exercise 8.3}}
#
# *Requirement:* Ida reads and writes visits. She can do this through DynamoDB, and in no other way. She cannot change who may use the key. Nobody else but you can read a visit: not Bo, not Lou, not Max.
#
# *Inputs:* `kms`, `lab.account_id`, `lab.region`, `lab.visits_table_name`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.3")

# %% wrong="a key that IAM opens" says="Ida can read a visit"
key = kms.create_key()["KeyMetadata"]["KeyId"]
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
# *Requirement:* Bo goes on reading invoices, through DynamoDB. His permission to decrypt with every key goes. What he has afterwards is good for the invoices' key alone, also when new keys are made tomorrow.
#
# *Inputs:* `iam`, `lab.invoices_table_name`, `lab.invoices_key_arn`. His inline policy is called `bo-inline`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.4")

# %% wrong="only taken away" says="Bo can read an invoice"
iam.delete_user_policy(UserName="bo", PolicyName="bo-inline")

# %% wrong="Bo deleted" says="Bo can read an invoice"
iam.delete_user_policy(UserName="bo", PolicyName="bo-inline")
iam.detach_user_policy(
    UserName="bo", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
)
iam.delete_user(UserName="bo")

# %% [markdown]
# ## Task 5
#
# {{exercise 8.5}}
#
# *Requirement:* Max has left. Nothing in the account lets him do anything any more. What he did stays in the audit trail.
#
# *Inputs:* `iam`, `kms`, `lab.invoices_key_arn`.

# %% tags=["answer"]
# Write your code here.

# %%
check("8.5")

# %% wrong="only the policy" says="grant on the key of the invoices is still there" outcome="not attempted"
iam.detach_user_policy(
    UserName="max", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
)

# %% wrong="everybody's grants" says="DynamoDB has kept its grants"
for grant in kms.list_grants(KeyId=lab.invoices_key_arn)["Grants"]:
    kms.revoke_grant(KeyId=lab.invoices_key_arn, GrantId=grant["GrantId"])

# %% [markdown]
# ## Task 6
#
# {{exercise 8.6}}
#
# *Requirement:* Show that it holds. Let Bo try to read a visit, and hand in, as `proof`, the `EventId` of the event in which **KMS** refuses him the use of the visits' key.
#
# *Inputs:* `iam`, `cloudtrail`, `lab.visits_table_name`. To act as Bo, make an access key for him as notebook 05 does.

# %% tags=["answer"]
proof = ...

# %%
check("8.6", proof)

# %% wrong="no event" says="it is the EventId of an event"
proof = "AccessDenied"

# %% wrong="another event" says="shows a denial"
iam.list_users()
proof = lab.trail.events(name="ListUsers")[-1].event_id

# %% [markdown]
# ## Task 7
#
# {{exercise 8.7}}
#
# *Requirement:* Lou wants a function `readers(events, table)`. `events` is a list of CloudTrail records, each a dictionary as `json.loads(event["CloudTrailEvent"])` gives it. The function returns a sorted list of the names of the IAM users for whom DynamoDB had the key of this table opened. Each name is there once. Whoever was refused is not in it; neither is whoever used a key for something else.


# %% tags=["answer"]
def readers(events, table): ...


# %%
check("8.7", readers)


# %% wrong="everybody" says="leaves out who was refused"
def readers(events, table):
    return sorted({e["userIdentity"]["userName"] for e in events})


# %% wrong="no function" says="Expected: a function"
readers = ["ida"]


# %% wrong="no list" says="a list of"
def readers(events, table):
    return "ida"


# %% [markdown]
# ## In your own words
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
# ## Before you hand in
#
# Restart the kernel and run all cells. What counts is what your cells do from top to bottom, not what you did by hand in between. Then read the seven requirements once more.
#
# **Clean up.** On a real account this clinic would go on. Here, the account is gone when the kernel stops.
