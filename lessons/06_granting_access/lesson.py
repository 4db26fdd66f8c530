# ---
# jupyter:
#   course:
#     title: Granting access
#     promise: There are three ways to let a colleague use a key, and other ways that only look right. You try each way, compare what else it allows, and take the access away again.
#     minutes: {reading: 20, exercises: 45}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[05 Denying access](05_denying_access.ipynb)"
#     outcomes:
#       - give a user access to a key through a key policy, an IAM policy and a grant
#       - limit this access to requests through DynamoDB, or to one table
#       - take access away, and explain when that takes effect
#       - write a key policy that leaves nothing to IAM policies, and explain why that is dangerous
#     simulated: The account, its users, keys and tables, and the five minutes for which DynamoDB keeps a table key.
#     aws: A changed policy or a new grant needs some time to take effect everywhere. This is usually a matter of seconds, but a grant may need up to five minutes.
#     cost: A few cents. Each customer managed key costs USD 1 a month, prorated hourly. There are two such keys, and you create a third. DynamoDB's own charges are extra.
# ---

# %% [markdown]
# ## Set-up
#
# The tables `players` and `players-2025` are encrypted under the studio's key, and `payments` under a key with a stricter policy. Mira has `AmazonDynamoDBFullAccess_v2`. Bruno and Edda have a policy that lets them read every table. None of the three may use a key.

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
mira = lab.as_user("mira")  # a session that signs as Mira
mira_dynamodb, mira_kms = mira.client("dynamodb"), mira.client("kms")
request = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-001"}}}
users

# %% [markdown]
# Many calls in this notebook may be refused. This function makes a call, and returns its outcome.


# %%
def outcome(call, **request):
    """Make a call; return "allowed", or "denied" and the reason."""
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
# The key policy that the console writes names *key administrators* in its second statement, and *key users* in its third and fourth. This function sets both lists.


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
# *Least privilege* means giving people the permissions that their work needs, and no more. Mira's task is to read `players`. What else can she do as a key user? The studio's key also protects last season's table, and a password that the next cell encrypts without DynamoDB.

# %%
sealed = kms.encrypt(KeyId=lab.key_alias, Plaintext=b"not-a-real-password")
password = sealed["CiphertextBlob"]
last_season = {**request, "TableName": lab.old_table_name}
ways = {}


# %%
def try_all(way):
    """Try what Mira may do now, and note the outcome."""
    lab.advance(minutes=6)  # Section 2 explains why.
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
# *Inputs:* `set_policy`, `admin_arn`, `users["edda"]`. *Goal:* Edda is a key user, and Mira no longer is one. You remain a key user and a key administrator. Nobody else is an administrator.

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

# %% wrong="everybody" says="lets everybody use the key"
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

# %% wrong="names, and then an IAM policy" says="an IAM policy for Edda"
with refused("MalformedPolicyDocumentException"):
    set_policy(["admin"], ["admin", "edda"])
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam.put_user_policy(
    UserName="edda", PolicyName="open-key", PolicyDocument=document
)

# %% [markdown] tags=["solution"]
# The third statement, `Allow use of the key`, allows `kms:Decrypt`, so Edda can read. The fourth allows her to create grants, but only when an AWS service such as DynamoDB does this on her behalf. Its condition on `kms:GrantIsForAWSResource` requires that.

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
# **What just happened?** KMS refused Mira's own request at once. But DynamoDB still had the plaintext table key from her last read in its cache, so it did not call KMS. According to AWS, DynamoDB calls KMS again after about five minutes. AWS's documentation has described this cache in different ways over the years. The sandbox assumes that DynamoDB keeps the table key for each caller separately, until five minutes after KMS's last answer.
#
# If five minutes is too long, also take away the permission on the *table*. DynamoDB checks that permission with every request.
#
# {{exercise 6.2}}
#
# The auditors want proof that Mira can no longer read the players.
#
# *Inputs:* `mira_dynamodb`, `request`, `lab.advance(minutes=…)`, which lets time pass. *Goal:* Mira is not in the key policy. After the last change to the key policy, she tried to read `players`, and KMS refused her.

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

# %% wrong="permission on the table" says="a refusal that did not come from KMS"
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
# If you do not let the six minutes pass first, her read still succeeds, and proves nothing.

# %% [markdown]
# ## 3. By IAM policy
#
# The key policy's first statement lets the account's IAM policies give access. An IAM policy for Mira can therefore let her use the key, too. This function writes such a policy.


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
# Without a condition, the IAM policy allows as much as the key policy did. What happens if it names the key by its alias?
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
# When the policy names the key's ARN, Mira can read the table, but she can also decrypt the password. A *condition* makes a statement narrower:
#
# ```json
# "Condition": {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
# ```
#
# The *condition key* `kms:ViaService` names the service through which a request reaches KMS, and its Region. AWS's own example for DynamoDB uses `StringLike` with `dynamodb.*.amazonaws.com`, because global tables span Regions.
#
# {{exercise 6.3}}
#
# *Inputs:* `set_iam_policy`, `lab.key_arn`, `lab.region`. *Goal:* Mira's IAM policy lets her read `players` through DynamoDB. She cannot decrypt `password`.

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

# %% wrong="by the key policy" says="also decrypt the password"
set_policy([admin_arn], [admin_arn, mira_arn])

# %% wrong="no condition" says="also decrypt the password"
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

# %% wrong="the alias again" says="an alias instead of the key's ARN"
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

# %% wrong="another action" says="Her IAM policy is"
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

# %% wrong="refused, and then the policy deleted" says="her IAM policy is gone" outcome="not attempted"
with refused("MalformedPolicyDocument"):
    set_iam_policy({"Effect": "Allow", "Action": "Decrypt", "Resource": "*"})
iam.delete_user_policy(UserName="mira", PolicyName="open-key")

# %% wrong="refused, and then by the key policy" says="also decrypt the password"
with refused("MalformedPolicyDocument"):
    set_iam_policy({"Effect": "Allow", "Action": "Decrypt", "Resource": "*"})
set_policy([admin_arn], [admin_arn, mira_arn])

# %% [markdown] tags=["solution"]
# In an IAM policy, the resource is the key's ARN. When Mira calls KMS herself, `kms:ViaService` is not in the request, so the condition is not met.

# %% [markdown]
# Each pair in the encryption context has a condition key, too. Its name is `kms:EncryptionContext:`, followed by the name of the pair. DynamoDB's context includes `aws:dynamodb:tableName`. The value of `kms:EncryptionContext:aws:dynamodb:tableName` is therefore the name of the table.
#
# {{exercise 6.4}}
#
# *Inputs:* as before, and `lab.table_name`. *Goal:* Mira's IAM policy lets her read `players`, but not `players-2025`. The condition on the service remains.

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

# %% wrong="the service only" says="no condition on the table's name" outcome="not attempted"
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

# %% wrong="without the prefix" says="Her IAM policy is"
table = {"aws:dynamodb:tableName": lab.table_name}
set_iam_policy(
    {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": lab.key_arn,
        "Condition": {"StringEquals": table},
    }
)

# %% wrong="the table as the resource" says="Her IAM policy is"
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

# %% wrong="two statements" says="she can also read players-2025"
allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
via = {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}
table = {"kms:EncryptionContext:aws:dynamodb:tableName": lab.table_name}
set_iam_policy(
    {**allow, "Condition": {"StringEquals": via}},
    {**allow, "Condition": {"StringEquals": table}},
)

# %% [markdown] tags=["solution"]
# All conditions of a statement must be met. Two statements with one condition each would allow every request that meets either condition.

# %% [markdown]
# ### Where IAM policies have no effect
#
# In the next cell, Mira's policy names the key of `payments`, without any condition. The cell first asks IAM's policy simulator, as in [02](02_a_kms_key.ipynb).

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
# **What just happened?** The policy of this key has no statement for the account, so the Allow in Mira's policy has no effect. The simulator said `allowed` because it evaluated her IAM policies but not the key policy. `policy_lab` evaluated both. The message mentions the *resource-based* policy because only that policy, or a grant, could give her access.
#
# ## 4. By grant
#
# A *grant* allows one principal to perform certain operations with one key. A grant can only allow. No policy needs to name the principal. A *constraint* limits a grant, for example to an encryption context.


# %%
def grant_table(name, table):
    """Let a user decrypt with the key, for one table; return the grant's ID."""
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
# **What just happened?** The constraint lets Mira use the key only if the context names `players`. The context is not secret, so she could send it to KMS herself. But she has nothing to decrypt, because DynamoDB never gives out the encrypted table key.
#
# On AWS, a new grant may need up to five minutes to take effect. Someone who calls KMS directly does not have to wait if they pass the *grant token* that `create_grant` returns. DynamoDB does not accept grant tokens.
#
# {{exercise 6.5}}
#
# Bruno's game server has to read the players.
#
# *Inputs:* `kms.create_grant`, `users["bruno"]`, `lab.key_arn`, `lab.table_name`. Make the call yourself, without the function above. *Goal:* a grant lets Bruno read `players`. He cannot use the key for anything else.

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

# %% wrong="no constraint" says="also decrypt the password"
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

# %% wrong="the other table" says="Your grant is for"
kms.create_grant(
    KeyId=lab.key_arn,
    GranteePrincipal=users["bruno"],
    Operations=["Decrypt"],
    Constraints={
        "EncryptionContextSubset": {"aws:dynamodb:tableName": lab.old_table_name}
    },
)

# %% wrong="on another key" says="but none for Bruno on this key"
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

# %% wrong="more operations" says="the grant also allows CreateGrant and Encrypt"
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

# %% wrong="an IAM policy" says="not because of a grant"
statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
iam.put_user_policy(UserName="bruno", PolicyName="b", PolicyDocument=document)

# %% [markdown] tags=["solution"]
# `EncryptionContextSubset` requires this pair to be in the context. `EncryptionContextEquals` would require it to be the only pair, but DynamoDB sends a second one, with the account's ID.

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

# %% wrong="no such table" says="into another table. PutItem failed with ResourceNotFoundException"
with refused("ResourceNotFoundException"):
    mira_dynamodb.put_item(TableName="player", Item={"player_id": {"S": "p-050"}})

# %% wrong="another player" says="a write by mira, but no p-050"
mira_dynamodb.put_item(
    TableName=lab.table_name, Item={"player_id": {"S": "p-50"}}
)

# %% wrong="written by admin" says="but Mira did not write it"
dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-050"}})

# %% wrong="refused" says="PutItem failed with AccessDenied, called by mira: KMS key access denied"
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
# In the sandbox, it is. DynamoDB encrypts the item itself. All that it needs from KMS is the table key in plaintext. AWS documents that `kms:Decrypt` is needed, but lists `kms:Encrypt`, `kms:ReEncrypt*`, `kms:GenerateDataKey*`, `kms:DescribeKey` and `kms:CreateGrant` alongside it. The sandbox assumes that these are not needed for writing items.

# %% [markdown]
# ## 5. Which way?
#
# {{picture three_ways}}
#
# The IAM policy in this picture has the condition `kms:ViaService`. The next cell compares the three ways as you first tried them, when the IAM policy had no condition.

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
# Without a condition, an IAM policy allows as much as the key policy. With the conditions of exercise 6.4, it is as narrow as the grant. Look at the last column, too. With an IAM policy, whoever manages Mira's policies decides who may use your key. Grants do not expire, and you see them only if you list them.
#
# ## 6. A key for a few users
#
# If you do not want IAM policies to give access to a key, leave the account's statement out of its key policy. This is dangerous, because the statement also gives the account's root user full access. Without it, nobody can manage the key once the only administrator is deleted, and you need AWS Support. For this reason, KMS refuses a key policy that would not let the caller change it again. This is the *lockout safety check*, or *lockout check*:

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
# *Inputs:* `kms.create_key`, which has the parameter `Policy`; `only_mira`, `admin_arn`. *Goal:* `vault_arn` is the ARN of a new key. Its key policy has no statement for the account. You may do everything with the key (`kms:*`). Mira may only decrypt with it.

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

# %% wrong="both may do everything" says="Mira may also perform kms:PutKeyPolicy"
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

# %% wrong="the key's ID" says="which is not the ARN of a key"
only_admin = {**only_mira, "Principal": {"AWS": admin_arn}, "Action": "kms:*"}
document = json.dumps(
    {"Version": "2012-10-17", "Statement": [only_admin, only_mira]}
)
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["KeyId"]

# %% wrong="everybody" says="lets everybody use the key"
only_admin = {**only_mira, "Principal": {"AWS": admin_arn}, "Action": "kms:*"}
anyone = {**only_mira, "Principal": {"AWS": "*"}}
document = json.dumps(
    {"Version": "2012-10-17", "Statement": [only_admin, anyone]}
)
vault_arn = kms.create_key(Policy=document)["KeyMetadata"]["Arn"]

# %% wrong="the payments key" says="not created in this notebook"
vault_arn = lab.payments_key_arn

# %% wrong="the whole answer" says="whole response"
vault_arn = kms.create_key()

# %% [markdown] tags=["solution"]
# If you pass `BypassPolicyLockoutSafetyCheck=True` to `create_key`, KMS skips this check, and you may be unable to change the key policy later. AWS advises against that. In a key policy without the account's statement, name at least two administrators, or a role that remains when a person leaves.

# %% [markdown]
# {{exercise 6.8}}
#
# Edda has to write a report on last season. She has `AmazonDynamoDBReadOnlyAccess`, but KMS refuses her, as it refused Mira.
#
# *Inputs:* `users["edda"]`, `lab.key_arn`, `lab.old_table_name`. Use any of the three ways. To try it, use `edda`, a session that signs as Edda. *Goal:* Edda can read `players-2025`. She cannot read any other table, and cannot decrypt `password`.

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
# Give Edda access here.
### END SOLUTION

# %%
check("6.8")

# %% wrong="key user" says="also decrypt the password"
edda = lab.as_user("edda")
set_policy([admin_arn], [admin_arn, users["edda"]])

# %% wrong="key administrator" says="KMS would refuse Edda kms:Decrypt"
edda = lab.as_user("edda")
set_policy([admin_arn, users["edda"]], [admin_arn])

# %% wrong="grant without a constraint" says="also decrypt the password"
edda = lab.as_user("edda")
kms.create_grant(
    KeyId=lab.key_arn, GranteePrincipal=users["edda"], Operations=["Decrypt"]
)

# %% wrong="grant for the other table" says="Your grant is for"
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

# %% wrong="grant with a key of no context" says="Your grant is for"
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

# %% wrong="IAM policy for every table" says="she can also read players"
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

# %% wrong="IAM policy with an alias" says="an alias instead of the key's ARN"
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

# %% wrong="the table under another key" says="no longer under the studio's key"
edda = lab.as_user("edda")
dynamodb.update_table(
    TableName=lab.old_table_name, SSESpecification={"Enabled": True}
)

# %% wrong="IAM policy of her own, for another action" says="Your IAM policy is"
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

# %% wrong="IAM policy for another action" says="Your IAM policy is"
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
# This is the grant of section 4, for another user and another table. An IAM policy, or a statement in the key policy, would need both conditions of exercise 6.4.

# %% [markdown]
# ## 7. Other access controls
#
# Encryption at rest protects bytes where they are stored, on a disk or in a backup. Other controls complement it.
#
# | control | what it decides | what it does not stop |
# |---|---|---|
# | permissions on the table (IAM) | who may call which action on it | anyone who gets hold of the stored bytes |
# | permissions on the key | for whom the data is decrypted | the deletion of the table; a person who has both permissions |
# | TLS | whether anyone can read the data on the network | anyone who reads it at either end |
# | VPC endpoint, its policy, conditions such as `aws:SourceVpce` | from which network a request may come | a permitted user in that network |
# | security groups | which traffic reaches a server's network interface | any request for a table, which has no network interface |
# | deletion protection, backups | whether data can be lost | anyone who reads the data |
#
# Mira needed two permissions: for `GetItem` on the table, and for `Decrypt` with the key. If the key policy leaves nothing to IAM policies, a different team can decide about each permission. Then a mistake by one team alone does not expose the data.
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
# - A key policy, an IAM policy or a grant can let a user use a key. An Allow in an IAM policy has an effect only if the key policy leaves the decision to the account.
# - Compare what else each way allows, and who can take the access away.
# - `kms:ViaService` limits a statement to requests through one service, and `kms:EncryptionContext:aws:dynamodb:tableName` to one table. In a grant, a constraint names the table.
# - In an IAM policy, the resource is the key's ARN, not its alias.
# - After you take access away, DynamoDB may still answer the user's requests for about five minutes.
#
# **Key terms** in the [glossary](../docs/glossary.md): *key administrator*, *key user*, *grant*, *grant constraint*, *condition key*, *lockout check*, *least privilege*.
#
# **Read more**: [Key policies in AWS KMS](https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html) · [Default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html) · [AWS KMS condition keys](https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html) · [Grants in AWS KMS](https://docs.aws.amazon.com/kms/latest/developerguide/grants.html) · [CreateGrant](https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html) · [DynamoDB encryption at rest usage notes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html)
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops. On a real account, revoke the grants, delete the users with their access keys and policies, delete the tables, and schedule the deletion of the three keys. The next notebook shows how.

# %%
progress()
