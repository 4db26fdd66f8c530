# ---
# jupyter:
#   course:
#     title: Granting access
#     promise: There are three ways to let a colleague use a key, and some that look right and are not. You try each of them, take the access away again, and compare what else each way allowed.
#     minutes: {reading: 20, exercises: 45}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[05 Denying access](05_denying_access.ipynb)"
#     outcomes:
#       - let a user use a key by key policy, by IAM policy and by grant
#       - limit each of them to DynamoDB, or to one table
#       - take access away, and say when that takes effect
#       - write a key policy that leaves nothing to IAM policies, and name its danger
#     simulated: The account, its users, keys and tables, and the five minutes for which DynamoDB keeps a table key.
#     aws: Changed policies and new grants take a moment to take effect everywhere, usually seconds, for grants up to five minutes.
#     cost: A few cents. Each customer managed key costs USD 1 a month, prorated hourly; there are two, and you make a third. DynamoDB's own prices come on top.
# ---

# %% [markdown]
# ## Set-up
#
# The tables `players` and `players-2025` are encrypted under the studio's key, and `payments` under a stricter one. Mira has `AmazonDynamoDBFullAccess_v2`; Bruno and Edda may read every table. None of them may use a key.

# %%
import json

import boto3
from botocore.exceptions import ClientError

from helpers import check, hint, open_lab, predict, progress, quiz, refused

lab = open_lab("06")
lab

# %% [markdown]
# {{architecture}}

# %%
kms, iam, dynamodb = (boto3.client(name) for name in ("kms", "iam", "dynamodb"))
users = {user["UserName"]: user["Arn"] for user in iam.list_users()["Users"]}
admin_arn, mira_arn = users["admin"], users["mira"]
mira = lab.as_user("mira")  # a session with an access key of hers
mira_dynamodb, mira_kms = mira.client("dynamodb"), mira.client("kms")
request = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-001"}}}
users

# %% [markdown]
# Many calls in this notebook may be refused. This function makes a call, and says how it ended.


# %%
def outcome(call, **request):
    """How a call ends: "allowed", or "denied" and why."""
    try:
        call(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        reason = error.response["Error"]["Message"].partition("because ")[2]
        return f"denied: {reason.partition(' (')[0]}"
    return "allowed"


# %% [markdown]
# ## 1. By key policy
#
# The console's key policy names *key administrators* in its second statement, and *key users* in the third and fourth. This function sets both.


# %%
def set_policy(administrators, users):
    """Name these people in the key policy; return who is in which statement."""
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
print(outcome(mira_dynamodb.get_item, **request))
predict("6.1")

# %% [markdown]
# ### What else does it allow?
#
# *Least privilege* means giving what the work needs, and no more. Mira's task is to read `players`. What else can she do as a key user? The studio's key also protects last season's table, and a password that you encrypt here without DynamoDB.

# %%
sealed = kms.encrypt(KeyId=lab.key_alias, Plaintext=b"not-a-real-password")
password = sealed["CiphertextBlob"]
last_season = {**request, "TableName": lab.old_table_name}
ways = {}


# %%
def try_all(way):
    """Note what Mira may do now."""
    lab.advance(minutes=6)  # Section 2 shows why.
    answers = {
        "players": outcome(mira_dynamodb.get_item, **request),
        "players-2025": outcome(mira_dynamodb.get_item, **last_season),
        "password": outcome(mira_kms.decrypt, CiphertextBlob=password),
    }
    ways[way] = {what: said.partition(":")[0] for what, said in answers.items()}
    return ways[way]


# %%
set_policy([admin_arn], [admin_arn, mira_arn])
try_all("key policy")

# %% [markdown]
# A key user may use the key for everything that it protects.
#
# {{exercise 6.1}}
#
# Edda stands in for Mira this week.
#
# *Inputs:* `set_policy`, `admin_arn`, `users["edda"]`. *Goal:* Edda is a key user, and Mira no longer is. You remain a key user and a key administrator; nobody else is an administrator.

# %% tags=["answer"]
### BEGIN SOLUTION
set_policy([admin_arn], [admin_arn, users["edda"]])
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.1")

# %% wrong="an IAM policy" says="an IAM policy for Edda" outcome="not yet"
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam.put_user_policy(
    UserName="edda", PolicyName="open-key", PolicyDocument=document
)

# %% wrong="in both lists" says="Edda is a key administrator"
set_policy([admin_arn, users["edda"]], [admin_arn, users["edda"]])

# %% wrong="in place of admin" says="admin is no longer a key user"
set_policy([admin_arn], [users["edda"]])

# %% wrong="beside Mira" says="Mira is still a key user"
set_policy([admin_arn], [admin_arn, mira_arn, users["edda"]])

# %% wrong="Mira taken out only" says="Edda is in none of the statements"
set_policy([admin_arn], [admin_arn])

# %% wrong="the lists changed about" says="admin is no longer a key user"
set_policy([admin_arn, users["edda"]], [users["edda"]])

# %% wrong="admin forgotten" says="admin is no longer a key administrator"
set_policy([users["edda"]], [admin_arn, users["edda"]])

# %% wrong="Mira as administrator" says="Mira is a key administrator"
set_policy([admin_arn, mira_arn], [admin_arn, users["edda"]])

# %% wrong="in one of the two statements" says="Mira is still named in the key policy"
policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
policy["Statement"][2]["Principal"]["AWS"] = [admin_arn, users["edda"]]
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))

# %% wrong="everybody" says="lets everybody in"
set_policy([admin_arn], [admin_arn, "*"])

# %% wrong="a grant" says="a grant for Edda"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Decrypt"],
)

# %% wrong="names in place of ARNs" says="PutKeyPolicy failed with MalformedPolicyDocumentException"
with refused("MalformedPolicyDocumentException"):
    set_policy(["admin"], ["admin", "edda"])

# %% [markdown] tags=["solution"]
# The third statement, `Allow use of the key`, contains `kms:Decrypt` and lets her read. The fourth lets her make grants, but only where an AWS service such as DynamoDB does it for her: that is its condition, `kms:GrantIsForAWSResource`.

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
set_policy([admin_arn], [admin_arn, mira_arn])
mira_dynamodb.get_item(**request)
set_policy([admin_arn], [admin_arn])
print("KMS:", outcome(mira_kms.decrypt, CiphertextBlob=password))
print("DynamoDB:", outcome(mira_dynamodb.get_item, **request))
predict("6.2")

# %% [markdown]
# **What just happened?** KMS refused at once. But DynamoDB still had the plaintext table key from Mira's last read, and did not ask. According to AWS, it asks again after about five minutes. Over the years, AWS's documentation has described this cache in different ways. The sandbox assumes that it is kept for each caller and table, for five minutes after KMS's last answer.
#
# If five minutes is too long, also take away the permission on the *table*: DynamoDB checks that with every request.
#
# {{exercise 6.2}}
#
# The auditors want proof that Mira is out.
#
# *Inputs:* `mira_dynamodb`, `request`, `lab.advance(minutes=…)`, which lets time pass. *Goal:* Mira is not in the key policy, and after its last change KMS refused her a read of `players`.

# %% tags=["answer"]
### BEGIN SOLUTION
lab.advance(minutes=6)
with refused("AccessDeniedException") as denial:
    mira_dynamodb.get_item(**request)
denial
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.2")

# %% wrong="let in again" says="Mira is still in the key policy"
set_policy([admin_arn], [admin_arn, mira_arn])

# %% wrong="read too early" says="about five minutes"
outcome(mira_dynamodb.get_item, **request)

# %% wrong="permission on the table" says="a refusal that is not KMS's"
iam.detach_user_policy(
    UserName="mira",
    PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2",
)
lab.advance(minutes=6)
outcome(mira_dynamodb.get_item, **request)

# %% wrong="only time has passed" says="that was refused" outcome="not attempted"
lab.advance(minutes=6)

# %% wrong="read by admin" says="that was refused" outcome="not attempted"
lab.advance(minutes=6)
dynamodb.get_item(**request)["Item"]

# %% wrong="KMS asked directly" says="that was refused" outcome="not attempted"
outcome(mira_kms.decrypt, CiphertextBlob=password)

# %% wrong="the other table" says="that was refused" outcome="not attempted"
lab.advance(minutes=6)
outcome(mira_dynamodb.get_item, **last_season)

# %% [markdown] tags=["solution"]
# Without the six minutes her read still succeeds, and proves nothing.

# %% [markdown]
# ## 3. By IAM policy
#
# The key policy's first statement lets the account's IAM policies give access. So Mira's own IAM policy can let her use the key, too. This function writes one.


# %%
def set_iam_policy(*statements):
    """Give Mira one policy, `open-key`, with these statements."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    place = {"UserName": "mira", "PolicyName": "open-key"}
    iam.put_user_policy(**place, PolicyDocument=json.dumps(document))


# %%
set_iam_policy(
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
)
try_all("IAM policy")

# %% [markdown]
# Without a condition, the policy allows as much as the key policy did. And what if it names the key by its alias?
#
# {{predict 6.3}}

# %%
### BEGIN SOLUTION
predict("6.3", "a")
### STUB
predict("6.3", ...)
### END SOLUTION

# %%
alias_arn = kms.list_aliases(KeyId=lab.key_arn)["Aliases"][0]["AliasArn"]
set_iam_policy(
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": alias_arn}
)
lab.advance(minutes=6)
print(outcome(mira_dynamodb.get_item, **request))
predict("6.3")

# %% [markdown]
# With the key's ARN Mira can read, but she can decrypt the password as well. A *condition* narrows a statement:
#
# ```json
# "Condition": {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
# ```
#
# The *condition key* `kms:ViaService` names the service, and its Region, through which a request reaches KMS. AWS's own example for DynamoDB uses `StringLike` and `dynamodb.*.amazonaws.com`, because global tables span Regions.
#
# {{exercise 6.3}}
#
# *Inputs:* `set_iam_policy`, `lab.key_arn`, `lab.region`. *Goal:* through her IAM policy, Mira can read with DynamoDB. She cannot decrypt `password`.

# %% tags=["answer"]
### BEGIN SOLUTION
via = {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": lab.key_arn,
        "Condition": {"StringEquals": via},
    }
)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.3")

# %% wrong="by the key policy" says="the password, too"
set_policy([admin_arn], [admin_arn, mira_arn])

# %% wrong="no condition" says="the password, too"
set_iam_policy(
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
)

# %% wrong="the service's other name" says="kms:ViaService"
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": lab.key_arn,
        "Condition": {
            "StringEquals": {"kms:ViaService": "dynamodb.amazonaws.com"}
        },
    }
)

# %% wrong="the alias again" says="names an alias"
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": alias_arn,
        "Condition": {
            "StringEquals": {
                "kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"
            }
        },
    }
)

# %% wrong="another action" says="Mira is still refused; her IAM policy is"
set_iam_policy(
    {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": lab.key_arn}
)

# %% wrong="a condition without a service" says="PutUserPolicy failed with MalformedPolicyDocument"
with refused("MalformedPolicyDocument"):
    set_iam_policy(
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": lab.key_arn,
            "Condition": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"},
        }
    )

# %% [markdown] tags=["solution"]
# In a policy, the resource is the key's ARN. If Mira had called KMS herself, `kms:ViaService` would not have been in the request, and the condition would not have been met.

# %% [markdown]
# Each pair of the encryption context has a condition key too: `kms:EncryptionContext:` followed by the pair's name. DynamoDB's context includes `aws:dynamodb:tableName`. So the value of `kms:EncryptionContext:aws:dynamodb:tableName` is the name of the table.
#
# {{exercise 6.4}}
#
# *Inputs:* as before, and `lab.table_name`. *Goal:* through her IAM policy, Mira can read `players`, and cannot read `players-2025`. The condition on the service stays.

# %% tags=["answer"]
### BEGIN SOLUTION
narrow = {
    "kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com",
    "kms:EncryptionContext:aws:dynamodb:tableName": lab.table_name,
}
one_table = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
one_table["Condition"] = {"StringEquals": narrow}
set_iam_policy(one_table)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.4")

# %% wrong="the service only" says="about the table's name" outcome="not attempted"
via = {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": lab.key_arn,
        "Condition": {"StringEquals": via},
    }
)

# %% wrong="the table only" says="without DynamoDB"
table = {"kms:EncryptionContext:aws:dynamodb:tableName": lab.table_name}
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": lab.key_arn,
        "Condition": {"StringEquals": table},
    }
)

# %% wrong="without the prefix" says="Mira is still refused; her IAM policy is"
table = {"aws:dynamodb:tableName": lab.table_name}
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": lab.key_arn,
        "Condition": {"StringEquals": table},
    }
)

# %% wrong="the table as the resource" says="Mira is still refused; her IAM policy is"
arn = dynamodb.describe_table(TableName=lab.table_name)["Table"]["TableArn"]
via = {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": arn,
        "Condition": {"StringEquals": via},
    }
)

# %% wrong="two statements" says="she can read players-2025"
allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
via = {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}
table = {"kms:EncryptionContext:aws:dynamodb:tableName": lab.table_name}
set_iam_policy(
    {**allow, "Condition": {"StringEquals": via}},
    {**allow, "Condition": {"StringEquals": table}},
)

# %% [markdown] tags=["solution"]
# All condition keys of one statement must match. Two statements with one condition each would allow every request that meets either condition.

# %% [markdown]
# ### Where IAM policies have no effect
#
# Now a policy names the key of `payments`, without any condition. Ask IAM's policy simulator first, as in [02](02_a_kms_key.ipynb).

# %%
from helpers import explain, policy_lab

for_payments = {"Effect": "Allow", "Action": "kms:Decrypt"}
set_iam_policy({**for_payments, "Resource": lab.payments_key_arn})
simulated = iam.simulate_principal_policy(
    PolicySourceArn=mira_arn,
    ActionNames=["kms:Decrypt"],
    ResourceArns=[lab.payments_key_arn],
)
print("simulator:", simulated["EvaluationResults"][0]["EvalDecision"])
policy_lab(user="mira", action="kms:Decrypt", resource=lab.payments_key_arn)

# %%
with refused("AccessDeniedException") as denial:
    mira_dynamodb.get_item(TableName=lab.payments_table_name, Key=request["Key"])
iam.delete_user_policy(UserName="mira", PolicyName="open-key")
explain(denial)

# %% [markdown]
# **What just happened?** The key policy of `payments` has no statement for the account. Mira's policy applies, but it has no effect. The simulator said `allowed`, because it read her IAM policies and not the key policy; `policy_lab` evaluated both. The message speaks of the *resource-based* policy, because only that, or a grant, could let her in.
#
# ## 4. By grant
#
# A *grant* allows one principal some operations on one key. It can only allow, and no policy needs to name that principal. A *constraint* limits a grant, for instance to an encryption context.


# %%
def grant_table(name, table):
    """Let a user decrypt with the key, for one table; returns the grant's ID."""
    context = {"aws:dynamodb:tableName": table}
    return kms.create_grant(
        KeyId=lab.key_arn,
        Name=f"{name}-{table}",
        GranteePrincipal=users[name],
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": context},
    )["GrantId"]


# %%
grant_id = grant_table("mira", lab.table_name)
try_all("grant")

# %% [markdown]
# **What just happened?** The constraint lets Mira use the key where the context names `players`, and nowhere else. The context is not secret: if she called KMS herself with the same context, KMS would decrypt, too. But she has nothing to decrypt, because DynamoDB never gives out the encrypted table key.
#
# On AWS a new grant may take up to five minutes to work. A caller of KMS can pass the *grant token* that `create_grant` returns, and does not have to wait. DynamoDB takes no such token.
#
# {{exercise 6.5}}
#
# Bruno's game server reads the players.
#
# *Inputs:* `kms.create_grant`, in place of the function above; `users["bruno"]`, `lab.key_arn`, `lab.table_name`. *Goal:* through a grant, Bruno can read `players`, and nothing else under the key.

# %% tags=["answer"]
### BEGIN SOLUTION
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.table_name}
    },
)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.5")

# %% wrong="no constraint" says="decrypt the password"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt"],
)

# %% wrong="to Mira" says="none for Bruno"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=mira_arn,
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.table_name}
    },
)

# %% wrong="the other table" says="your grant is for"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)

# %% wrong="on another key" says="and none for Bruno on this key"
kms.create_grant(
    KeyId=lab.payments_key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt"],
)

# %% wrong="half of the context" says="EncryptionContextEquals"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextEquals": {"aws:dynamodb:tableName": lab.table_name}
    },
)

# %% wrong="more operations" says="the grant allows CreateGrant and Encrypt, too"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt", "Encrypt", "CreateGrant"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.table_name}
    },
)

# %% wrong="no constraint, then the right one" says="the grant without a constraint is still there"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt"],
)
grant_table("bruno", lab.table_name)

# %% wrong="an alias in place of the key" says="CreateGrant failed with"
try:
    kms.create_grant(
        KeyId=lab.key_alias,
        GranteePrincipal=users["bruno"],
        Operations=["Decrypt"],
    )
except ClientError:
    pass

# %% wrong="an IAM policy" says="no grant"
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam.put_user_policy(UserName="bruno", PolicyName="b", PolicyDocument=document)

# %% [markdown] tags=["solution"]
# `EncryptionContextSubset` requires that this pair is in the context. `EncryptionContextEquals` would require that it is the only pair, but DynamoDB sends a second one: the account's ID.

# %% [markdown]
# {{exercise 6.6}}
#
# Mira's grant lists only `Decrypt`. Is that enough to write?
#
# *Inputs:* `mira_dynamodb`, `lab.table_name`. *Goal:* Mira has put a new player, `p-050`, into the table `players`.

# %% tags=["answer"]
### BEGIN SOLUTION
player = {"player_id": {"S": "p-050"}}
mira_dynamodb.put_item(TableName=lab.table_name, Item=player)
### STUB
# Write your code here.
### END SOLUTION

# %%
check("6.6")

# %% wrong="into the other table" says="into another table"
outcome(
    mira_dynamodb.put_item,
    TableName=lab.old_table_name,
    Item={"player_id": {"S": "p-050"}},
)

# %% wrong="no such table" says="into another table that failed: Requested resource"
with refused("ResourceNotFoundException"):
    mira_dynamodb.put_item(TableName="player", Item={"player_id": {"S": "p-050"}})

# %% wrong="another player" says="a write by mira, and no p-050"
mira_dynamodb.put_item(
    TableName=lab.table_name, Item={"player_id": {"S": "p-50"}}
)

# %% wrong="written by admin" says="no write of hers put it there"
dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-050"}})

# %% wrong="refused" says="a write of hers that failed: KMS key access denied"
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
lab.advance(minutes=6)
outcome(
    mira_dynamodb.put_item,
    TableName=lab.table_name,
    Item={"player_id": {"S": "p-050"}},
)

# %% wrong="a read" says="Nobody has written" outcome="not attempted"
outcome(mira_dynamodb.get_item, **request)

# %% [markdown] tags=["solution"]
# In the sandbox, yes. DynamoDB encrypts the item itself, and all it needs from KMS is the table key in plaintext. AWS documents that `kms:Decrypt` is needed, but lists `kms:Encrypt`, `kms:ReEncrypt*`, `kms:GenerateDataKey*`, `kms:DescribeKey` and `kms:CreateGrant` alongside it. The sandbox assumes that these are not needed for writing items.

# %% [markdown]
# ## 5. Which way?
#
# {{picture three_ways}}
#
# The IAM policy in this picture has the condition `kms:ViaService`. The next cell compares the three ways as they were first tried above, when the IAM policy had no condition.

# %%
from helpers.display import table

taken_away_by = {
    "key policy": "kms:PutKeyPolicy on the key",
    "IAM policy": "iam:DeleteUserPolicy on Mira",
    "grant": "kms:RevokeGrant on the key",
}
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant_id)
rows = [(way, *ways[way].values(), taken_away_by[way]) for way in ways]
table(rows, ["way", *ways["grant"], "taken away with"])

# %% [markdown]
# Without a condition, an IAM policy allows as much as the key policy. With the conditions of exercise 6.4, it is as narrow as the grant. Look at the last column, too: with an IAM policy, the person who manages Mira's policies decides about your key. Grants are visible only to those who list them, and they do not expire.
#
# ## 6. A key for a few
#
# If IAM policies must not decide about a key, leave the account's statement out of its key policy. This is dangerous. The statement also gives the account's root user full access. Without it, once the only administrator is deleted, nobody can manage the key, and you need AWS Support. So KMS refuses a key policy that would not let the caller change it again. This is the *lockout safety check*, or *lockout check*:

# %%
only_mira = {
    "Effect": "Allow",
    "Principal": {"AWS": mira_arn},
    "Action": "kms:Decrypt",
    "Resource": "*",
}
document = json.dumps({"Version": "2012-10-17", "Statement": [only_mira]})
with refused("MalformedPolicyDocumentException") as lockout:
    kms.create_key(Policy=document)
lockout

# %% [markdown]
# {{exercise 6.7}}
#
# *Inputs:* `kms.create_key`, which takes a `Policy`; `only_mira`, `admin_arn`. *Goal:* `vault_arn` is the ARN of a new key. Its key policy has no statement for the account. You may do everything with the key (`kms:*`), and Mira may decrypt with it and nothing else.

# %% tags=["answer"]
### BEGIN SOLUTION
only_admin = {**only_mira, "Principal": {"AWS": admin_arn}, "Action": "kms:*"}
vault_policy = {"Version": "2012-10-17", "Statement": [only_admin, only_mira]}
vault = kms.create_key(Policy=json.dumps(vault_policy))
vault_arn = vault["KeyMetadata"]["Arn"]
### STUB
vault_arn = ...
### END SOLUTION

# %%
check("6.7", vault_arn)

# %% wrong="the default key policy" says="leaves the decision to the account's IAM policies"
vault_arn = kms.create_key()["KeyMetadata"]["Arn"]

# %% wrong="the account's statement kept" says="leaves the decision to the account's IAM policies"
root = admin_arn.replace("user/admin", "root")
account = {**only_mira, "Principal": {"AWS": root}, "Action": "kms:*"}
document = json.dumps(
    {"Version": "2012-10-17", "Statement": [account, only_mira]}
)
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["Arn"]

# %% wrong="both may do everything" says="Mira may perform kms:PutKeyPolicy"
everyone = {
    **only_mira,
    "Principal": {"AWS": [admin_arn, mira_arn]},
    "Action": "kms:*",
}
document = json.dumps({"Version": "2012-10-17", "Statement": [everyone]})
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["Arn"]

# %% wrong="Mira forgotten" says="Mira may not decrypt"
only_admin = {**only_mira, "Principal": {"AWS": admin_arn}, "Action": "kms:*"}
document = json.dumps({"Version": "2012-10-17", "Statement": [only_admin]})
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["Arn"]

# %% wrong="admin may only write the policy" says="admin may not perform kms:Encrypt"
only_admin = {
    **only_mira,
    "Principal": {"AWS": admin_arn},
    "Action": ["kms:PutKeyPolicy", "kms:GetKeyPolicy", "kms:DescribeKey"],
}
document = json.dumps(
    {"Version": "2012-10-17", "Statement": [only_admin, only_mira]}
)
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["Arn"]

# %% wrong="locked out" says="CreateKey failed with MalformedPolicyDocumentException" outcome="not yet"
document = json.dumps({"Version": "2012-10-17", "Statement": [only_mira]})
with refused("MalformedPolicyDocumentException"):
    kms.create_key(Policy=document)
vault_arn = ""

# %% wrong="an empty text" says="an empty text, which is not a key"
vault_arn = ""

# %% wrong="the key's ID" says="which is not an ARN of a key"
only_admin = {**only_mira, "Principal": {"AWS": admin_arn}, "Action": "kms:*"}
document = json.dumps(
    {"Version": "2012-10-17", "Statement": [only_admin, only_mira]}
)
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["KeyId"]

# %% wrong="everybody" says="lets everybody in"
only_admin = {**only_mira, "Principal": {"AWS": admin_arn}, "Action": "kms:*"}
anyone = {**only_mira, "Principal": {"AWS": "*"}}
document = json.dumps(
    {"Version": "2012-10-17", "Statement": [only_admin, anyone]}
)
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["Arn"]

# %% wrong="the payments key" says="not made in this notebook"
vault_arn = lab.payments_key_arn

# %% wrong="the whole answer" says="whole response"
vault_arn = kms.create_key()

# %% [markdown] tags=["solution"]
# `create_key` can make a key whose policy you will never be able to change, if you pass `BypassPolicyLockoutSafetyCheck=True`. AWS advises against it. Name at least two administrators in such a policy, or a role that stays when a person leaves.

# %% [markdown]
# {{exercise 6.8}}
#
# Edda writes the report on last season. She has `AmazonDynamoDBReadOnlyAccess`, and is refused just as Mira was.
#
# *Inputs:* `users["edda"]`, `lab.key_arn`, `lab.old_table_name`, and any of the three ways. `edda` is a session of hers, to try it with. *Goal:* Edda can read `players-2025`. She can read no other table, and cannot decrypt `password`.

# %% tags=["answer"]
edda = lab.as_user("edda")
### BEGIN SOLUTION
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)
outcome(edda.client("dynamodb").get_item, **last_season)
### STUB
# Let Edda in here.
### END SOLUTION

# %%
check("6.8")

# %% wrong="key user" says="the password, too"
edda = lab.as_user("edda")
set_policy([admin_arn], [admin_arn, users["edda"]])

# %% wrong="key administrator" says="has no kms:Decrypt"
edda = lab.as_user("edda")
set_policy([admin_arn, users["edda"]], [admin_arn])

# %% wrong="grant without a constraint" says="the password, too"
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn, GranteePrincipal=users["edda"], Operations=["Decrypt"]
)

# %% wrong="grant for the other table" says="your grant is for"
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.table_name}
    },
)

# %% wrong="grant with half the context" says="EncryptionContextEquals"
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextEquals": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)

# %% wrong="grant with a key of no context" says="your grant is for"
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Decrypt"],
    Constraints={"EncryptionContextSubset": {"table": lab.old_table_name}},
)

# %% wrong="grant of another operation" says="[\"Encrypt\"]"
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Encrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)

# %% wrong="IAM policy for every table" says="she can read players"
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
                    "Resource": kms.list_aliases(KeyId=lab.key_arn)["Aliases"][0][
                        "AliasArn"
                    ],
                    "Condition": via,
                }
            ],
        }
    ),
)

# %% wrong="a grant on an alias" says="CreateGrant failed with NotFoundException"
edda = lab.as_user("edda")
with refused("NotFoundException"):
    kms.create_grant(
        KeyId=lab.key_alias,
        GranteePrincipal=users["edda"],
        Operations=["Decrypt"],
    )

# %% wrong="the table under another key" says="not under the studio's key any more"
edda = lab.as_user("edda")
dynamodb.update_table(
    TableName=lab.old_table_name, SSESpecification={"Enabled": True}
)

# %% wrong="IAM policy of her own, for another action" says="your IAM policy is"
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
edda = lab.as_user("edda")
grant = kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)
edda.client("dynamodb").get_item(**last_season)
kms.revoke_grant(KeyId=lab.key_arn, GrantId=grant["GrantId"])

# %% wrong="a statement without the action" says="“Report” of the key policy names her"
edda = lab.as_user("edda")
policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
policy["Statement"].append(
    {
        "Sid": "Report",
        "Effect": "Allow",
        "Principal": {"AWS": users["edda"]},
        "Action": "kms:DescribeKey",
        "Resource": "*",
    }
)
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))

# %% wrong="IAM policy for another action" says="your IAM policy is"
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

# %% wrong="a second grant beside a wide one" says="the grant without a constraint is still there"
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["edda"],
    Operations=["Decrypt"],
)
grant_table("edda", lab.old_table_name)

# %% [markdown] tags=["solution"]
# This is the grant of section 4, for another user and another table. An IAM policy, or a statement in the key policy, would need the two conditions of exercise 6.4.

# %% [markdown]
# ## 7. Other access controls
#
# Encryption at rest guards the stored bytes: on a disk, or in a backup. Other controls guard access to them.
#
# | control | decides | does not stop |
# |---|---|---|
# | permissions on the table (IAM) | who may call which action on it | anyone who gets hold of the stored bytes |
# | permissions on the key | for whom the data is decrypted | deletion; a person who has both permissions |
# | TLS | whether anyone can listen in on the network | reading at either end |
# | VPC endpoint, its policy, conditions such as `aws:SourceVpce` | from which network a request may come | a permitted user within it |
# | security groups | traffic to a server's network interface | anything about a table, which has none |
# | deletion protection, backups | whether data can be lost | reading |
#
# Mira needed two permissions: for `GetItem` on the table, and for `Decrypt` with the key. If the key policy leaves nothing to IAM policies, one team can decide about each, and one team's mistake does not expose the data.
#
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
# - A key policy, an IAM policy or a grant can let a user in. An Allow in an IAM policy has an effect only if the key policy leaves the decision to the account.
# - Compare what else each way allows, and who can take it away.
# - `kms:ViaService` limits a statement to a service, and `kms:EncryptionContext:aws:dynamodb:tableName` to a table. A grant has constraints for this.
# - In an IAM policy the resource is the key's ARN, not its alias.
# - DynamoDB may notice only after about five minutes that access has been taken away.
#
# **Key terms** in the [glossary](../docs/glossary.md): *key administrator*, *key user*, *grant*, *grant constraint*, *condition key*, *lockout check*, *least privilege*.
#
# **Read more**: [Key policies in AWS KMS](https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html) · [Default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html) · [AWS KMS condition keys](https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html) · [Grants in AWS KMS](https://docs.aws.amazon.com/kms/latest/developerguide/grants.html) · [CreateGrant](https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html) · [DynamoDB encryption at rest usage notes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html)
#
# **Clean up.** There is nothing to do here: the account ends with the kernel. On a real account, revoke the grants, delete the users with their access keys and policies, delete the tables, and schedule the deletion of the three keys. The next notebook shows how.

# %%
progress()
