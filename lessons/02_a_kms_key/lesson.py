# ---
# jupyter:
#   course:
#     title: A KMS key
#     promise: You make a key, decide who may use it, and find out what it will not do.
#     minutes: {reading: 20, exercises: 35}
#     level: Beginner. You can read Python and JSON.
#     needs:
#       - "[00 Start here](00_start_here.ipynb)"
#       - what encryption and a data key are, from [01 Encryption concepts](01_encryption_concepts.ipynb)
#     outcomes:
#       - create a symmetric key with a description and an alias
#       - read a key policy line by line, and tell an administrator from a user of the key
#       - encrypt, decrypt and move a ciphertext with an encryption context
#       - rotate a key, and say what stays the same and what it costs
#     simulated: The account, its users and its keys. Who may do what, and what each error says, follows AWS's rules.
#     aws: The calls are the same. A new key policy and a rotation can take a moment to take effect everywhere.
#     cost: A few cents. A customer managed key costs USD 1 a month, prorated hourly, and rotation adds to that (section 7).
# ---

# %% [markdown]
# ## Set-up
#
# The studio's account has three new IAM users. Tess looks after security, Nils helps her, and Bruno runs the server that works with the players' data. None of them has an IAM policy. The account already holds two keys: one protects the shop's data, and the other is for backups and has no name yet.

# %%
import json

import boto3

from helpers import check, hint, open_lab, predict, progress, quiz, refused
from helpers.display import show, table

lab = open_lab("02")
lab

# %% [markdown]
# {{architecture}}
#
# ## 1. Make a key
#
# You are `admin`. The players' table needs a key of its own.

# %%
kms = boto3.client("kms")
made = kms.create_key(Description="Protects the players' table")["KeyMetadata"]
kms.create_alias(AliasName="alias/players-table", TargetKeyId=made["KeyId"])
players_key = made
shown = ["Description", "KeyId", "KeySpec", "KeyUsage", "KeyState", "Origin"]
table([(name, players_key[name]) for name in shown], ["KeyMetadata", "value"])

# %% [markdown]
# **What just happened?** KMS made a *symmetric encryption key*, 256 bits for AES-GCM. That is what the *key spec* `SYMMETRIC_DEFAULT` stands for. The bits are the *key material*, and they never leave KMS in plaintext. You chose the description. The key spec and the *key usage* kept their defaults, and nobody can change them later.
#
# {{exercise 2.1}}
#
# *Inputs:* `kms`. *Goal:* another symmetric encryption key, with a description that contains the word `scores`.

# %% tags=["answer"]
### BEGIN SOLUTION
scores_key = kms.create_key(Description="Protects the table scores")
scores_key["KeyMetadata"]["Description"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("2.1")

# %% wrong="no description" says="a key without a description"
kms.create_key()["KeyMetadata"]["KeyId"]

# %% wrong="another description" says="described as “For the points”"
kms.create_key(Description="For the points")["KeyMetadata"]["KeyId"]

# %% wrong="a key pair" says="the spec RSA_2048"
kms.create_key(
    Description="Protects scores", KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"
)["KeyMetadata"]["KeyId"]

# %% wrong="as Bruno" says="CreateKey failed with AccessDenied, called by bruno"
with refused("AccessDeniedException"):
    lab.as_user("bruno").client("kms").create_key(Description="Protects scores")

# %% wrong="deleted again" says="a key in the state PendingDeletion"
unwanted = kms.create_key(Description="Protects scores")["KeyMetadata"]["KeyId"]
kms.schedule_key_deletion(KeyId=unwanted, PendingWindowInDays=7)

# %% wrong="no new key" says="UpdateKeyDescription, and no new key"
kms.update_key_description(KeyId=players_key["KeyId"], Description="Scores")

# %% wrong="the scores' points" says="described as “Keeps score”"
kms.create_key(Description="Keeps score")["KeyMetadata"]["KeyId"]

# %% [markdown] tags=["solution"]
# A description is for people: it says why the key is there. Unlike the key spec, it can be changed later, with `update_key_description`.

# %% [markdown]
# A `KeyId` is hard to remember, so `create_alias` gave the key a second name. An *alias* begins with `alias/` and points to one key. The console asks for one when you create a key; the API does not.
#
# {{exercise 2.2}}
#
# *Inputs:* `kms`, `lab.backup_key_id`. *Goal:* the key for the backups has the alias `alias/backups`.

# %% tags=["answer"]
### BEGIN SOLUTION
kms.create_alias(AliasName="alias/backups", TargetKeyId=lab.backup_key_id)
kms.describe_key(KeyId="alias/backups")["KeyMetadata"]["Description"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("2.2")

# %% wrong="without the prefix" says="CreateAlias failed with ValidationException"
with refused("ValidationException"):
    kms.create_alias(AliasName="backups", TargetKeyId=lab.backup_key_id)

# %% wrong="another name" says="the alias alias/backup on that key"
kms.create_alias(AliasName="alias/backup", TargetKeyId=lab.backup_key_id)

# %% wrong="the players' key" says="on another key, described as “Protects the players' table”"
kms.create_alias(AliasName="alias/backups", TargetKeyId=players_key["KeyId"])

# %% wrong="deleted again" says="alias/backups, deleted again"
kms.create_alias(AliasName="alias/backups", TargetKeyId=lab.backup_key_id)
kms.delete_alias(AliasName="alias/backups")

# %% wrong="an alias that is taken" says="CreateAlias failed with AlreadyExistsException"
with refused("AlreadyExistsException"):
    kms.create_alias(
        AliasName="alias/players-table", TargetKeyId=lab.backup_key_id
    )

# %% [markdown] tags=["solution"]
# `describe_key` takes an alias, and so do `encrypt` and `generate_data_key`. Most calls that manage a key take its ID or ARN only.

# %% [markdown]
# ## 2. Whose key is it?
#
# A key's ARN answers that question.

# %%
_, _, service, region, account, resource = players_key["Arn"].split(":")
parts = {"service": service, "Region": region, "account": account}
print(parts | {"resource": resource})
elsewhere = boto3.client("kms", region_name="eu-west-1")
with refused("NotFoundException") as denial:
    elsewhere.describe_key(KeyId=players_key["KeyId"])
denial

# %% [markdown]
# **What just happened?** The ARN names a Region and an account, and no user. In another Region this key does not exist. `KeyManager` in the metadata says who manages the key: `CUSTOMER` stands for a *customer managed key*, and `AWS` for an *AWS managed key*.
#
# {{exercise 2.3}}
#
# *Inputs:* `kms`, `lab.shop_key_alias`. *Goal:* for the auditors, the facts about the shop's key as three strings: the ID of the account that it belongs to, its Region, and its `KeyManager`.

# %% tags=["answer"]
### BEGIN SOLUTION
shop_key = kms.describe_key(KeyId=lab.shop_key_alias)["KeyMetadata"]
whose_key = {
    "account": shop_key["AWSAccountId"],
    "Region": shop_key["Arn"].split(":")[3],
    "KeyManager": shop_key["KeyManager"],
}
### STUB
whose_key = {"account": ..., "Region": ..., "KeyManager": ...}
### END SOLUTION

# %%
check("2.3", whose_key)

# %% wrong="mine" says="It belongs to an AWS account"
whose_key = {"account": "admin", "Region": lab.region, "KeyManager": "CUSTOMER"}

# %% wrong="AWS manages it" says="`AWS`, under KeyManager"
whose_key = {"account": lab.account_id, "Region": lab.region, "KeyManager": "AWS"}

# %% wrong="another Region" says="`eu-west-1`, under Region"
whose_key = {
    "account": lab.account_id,
    "Region": "eu-west-1",
    "KeyManager": "CUSTOMER",
}

# %% wrong="a number" says="a value of type int, under account"
whose_key = {
    "account": int(lab.account_id),
    "Region": lab.region,
    "KeyManager": "CUSTOMER",
}

# %% wrong="other names" says="the names `account`, `Region` and `KeyManager`"
whose_key = {"Account": lab.account_id, "Region": lab.region}

# %% wrong="half of it" says="the dots, under KeyManager"
whose_key = {"account": lab.account_id, "Region": lab.region, "KeyManager": ...}

# %% wrong="only the ARN" says="a value of type str"
whose_key = kms.describe_key(KeyId=lab.shop_key_alias)["KeyMetadata"]["Arn"]

# %% [markdown] tags=["solution"]
# `CUSTOMER` means the account, and not the person who made the key. `describe_key` has the account's ID twice: as `AWSAccountId` and inside the ARN.

# %% [markdown]
# ## 3. The key policy
#
# Creating a key gives you no right to use it. Every right begins in the *key policy*. You did not provide one, so KMS wrote its default.

# %%
default = kms.get_key_policy(KeyId=players_key["KeyId"])["Policy"]
show(default)

# %% [markdown]
# The principal `…:root` is the account. This statement gives the account's root user full access. It also lets the account's IAM policies give access to this key. By itself, it gives no IAM user or role any access. You may use the key because of your own IAM policy, `AdministratorAccess`. Tess and Bruno have none.
#
# The console asks for *key administrators* and *key users*, and adds a statement for each. Here they are Tess and Bruno.

# %%
users = f"arn:aws:iam::{lab.account_id}:user/"
tess, nils, bruno = users + "tess", users + "nils", users + "bruno"
for_administrators = {
    "Sid": "Allow access for Key Administrators",
    "Effect": "Allow",
    "Principal": {"AWS": tess},
    "Action": """kms:Create* kms:Describe* kms:Enable* kms:List* kms:Put* kms:Update*
    kms:Revoke* kms:Disable* kms:Get* kms:Delete* kms:TagResource kms:UntagResource
    kms:ScheduleKeyDeletion kms:CancelKeyDeletion kms:RotateKeyOnDemand""".split(),
    "Resource": "*",
}

# %%
for_users = for_administrators | {
    "Sid": "Allow use of the key",
    "Principal": {"AWS": bruno},
    "Action": """kms:Encrypt kms:Decrypt kms:ReEncrypt* kms:GenerateDataKey*
    kms:DescribeKey""".split(),
}
policy = json.loads(default)
policy["Statement"] += [for_administrators, for_users]
kms.put_key_policy(KeyId=players_key["KeyId"], Policy=json.dumps(policy))
show(policy["Statement"][1:])

# %% [markdown]
# **What just happened?** Line by line:
#
# | the line | what it says |
# |---|---|
# | `Sid` | A name for the statement. It has no effect. |
# | `Effect` | `Allow` or `Deny`. |
# | `Principal` | Who: an account, a user or a role. A group is not allowed here. |
# | `Action` | What. `kms:ReEncrypt*` stands for two actions, `kms:GenerateDataKey*` for four. |
# | `Resource` | `*` is this key and no other. |
# | `Condition` | When. Neither statement has one. The console's last statement does; it lets key users give permissions to AWS services, which [06](06_granting_access.ipynb) explains. |
#
# The account's statement is also a safety net. Without it, a key whose administrators are deleted can no longer be managed, and only AWS Support can help. So KMS refuses a new key policy under which the caller could not change the policy again. This is its *lockout safety check*; you will meet it in [06](06_granting_access.ipynb).
#
# {{exercise 2.4}}
#
# *Inputs:* `kms`, `lab.shop_key_arn`, `tess`, `nils`. *Goal:* Tess is already an administrator of the shop's key, whose key policy the console wrote. Now Nils becomes one as well, with the same rights and no others.

# %% tags=["answer"]
### BEGIN SOLUTION
current = kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"]
shared = json.loads(current)
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))
shared["Statement"][1]["Principal"]
### STUB
# Write your calls here.
### END SOLUTION

# %%
check("2.4")

# %% wrong="a user as well" says="“Allow use of the key” lets Nils decrypt"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
shared["Statement"][2]["Principal"] = {"AWS": [bruno, nils]}
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="everything" says="“Nils” lets Nils decrypt"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"].append(
    {
        **{"Sid": "Nils", "Effect": "Allow", "Principal": {"AWS": nils}},
        **{"Action": "kms:*", "Resource": "*"},
    }
)
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="in her place" says="Tess may no longer perform kms:PutKeyPolicy"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": nils}
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="everything else gone" says="no longer lets Bruno decrypt"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
del shared["Statement"][2:]
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="a part of it" says="Nils may not perform kms:PutKeyPolicy"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"].append(
    {
        **{"Sid": "Nils", "Effect": "Allow", "Principal": {"AWS": nils}},
        **{"Action": "kms:Describe*", "Resource": "*"},
    }
)
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="another right of a user" says="“Nils” lets Nils perform kms:Encrypt"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
shared["Statement"].append(
    {
        **{"Sid": "Nils", "Effect": "Allow", "Principal": {"AWS": nils}},
        **{"Action": "kms:Encrypt", "Resource": "*"},
    }
)
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="Tess a user, too" says="“Allow use of the key” lets Tess decrypt"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
shared["Statement"][2]["Principal"] = {"AWS": [bruno, tess]}
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="Bruno may only decrypt" says="no longer lets Bruno perform kms:Encrypt"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
shared["Statement"][2]["Action"] = "kms:Decrypt"
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="the last statement lost" says="no statement “Allow attachment"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
del shared["Statement"][3:]
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="a Deny as well" says="Deny of kms:Decrypt in the statement “Keep out”"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
shared["Statement"].append(
    {
        **{"Sid": "Keep out", "Effect": "Deny", "Principal": {"AWS": bruno}},
        **{"Action": "kms:Decrypt", "Resource": "*"},
    }
)
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="a condition for Bruno" says="no statement “Allow use of the key” as it was"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
shared["Statement"][2]["Condition"] = {
    "StringEquals": {"kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com"}
}
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="an IAM policy as well" says="and no others. Seen: an IAM policy for nils"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))
boto3.client("iam").attach_user_policy(
    UserName=lab.second_administrator,
    PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess",
)

# %% wrong="the players' key" says="PutKeyPolicy for another key"
kms.put_key_policy(
    KeyId=players_key["KeyId"],
    Policy=json.dumps(policy).replace(tess, nils),
)

# %% wrong="everybody" says="a new key policy without his ARN"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = "*"
kms.put_key_policy(KeyId=lab.shop_key_arn, Policy=json.dumps(shared))

# %% wrong="a grant" says="a grant for nils"
kms.create_grant(
    KeyId=lab.shop_key_arn,
    GranteePrincipal=nils,
    Operations=["DescribeKey", "CreateGrant"],
)

# %% wrong="an IAM policy" says="an IAM policy for nils"
boto3.client("iam").attach_user_policy(
    UserName=lab.second_administrator,
    PolicyArn="arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser",
)

# %% wrong="only the new statement" says="PutKeyPolicy failed with MalformedPolicyDocumentException"
with refused("MalformedPolicyDocumentException"):
    kms.put_key_policy(
        KeyId=lab.shop_key_arn,
        Policy=json.dumps(
            {
                **policy,
                "Statement": [{**for_administrators, "Principal": {"AWS": nils}}],
            }
        ),
    )

# %% wrong="changed here only" says="does not name Nils yet" outcome="not attempted"
shared = json.loads(kms.get_key_policy(KeyId=lab.shop_key_arn)["Policy"])
shared["Statement"][1]["Principal"] = {"AWS": [tess, nils]}

# %% [markdown] tags=["solution"]
# A key policy is always replaced as a whole: read it, change it, and put it back. A `Principal` may be a list. If you put back a policy without the other statements, Bruno loses his rights.

# %% [markdown]
# ## 4. Administrator and user
#
# {{predict 2.1}}

# %%
### BEGIN SOLUTION
predict("2.1", "b")
### STUB
predict("2.1", ...)
### END SOLUTION

# %%
bruno_kms = lab.as_user(lab.key_user).client("kms")
table_context = {"table": "players"}
sealed_email = bruno_kms.encrypt(
    KeyId="alias/players-table",
    Plaintext=b"juno@example.com",
    EncryptionContext=table_context,
)["CiphertextBlob"]
iam = boto3.client("iam")
print(iam.list_attached_user_policies(UserName=lab.key_user)["AttachedPolicies"])
print(iam.list_user_policies(UserName=lab.key_user)["PolicyNames"])

# %%
predict("2.1")

# %% [markdown]
# **What just happened?** `lab.as_user` gives you a session that signs as Bruno. KMS found his ARN in the key policy, and that was enough.
#
# To decrypt, Bruno does not have to name the key, because the ciphertext does. AWS recommends naming it anyway: then KMS uses only the key that you intend.
#
# {{predict 2.2}}

# %%
### BEGIN SOLUTION
predict("2.2", "b")
### STUB
predict("2.2", ...)
### END SOLUTION

# %%
tess_kms = lab.as_user(lab.administrator).client("kms")
email_request = {
    "KeyId": "alias/players-table",
    "CiphertextBlob": sealed_email,
    "EncryptionContext": table_context,
}
print("Bruno:", bruno_kms.decrypt(**email_request)["Plaintext"])
with refused("AccessDeniedException") as denial:
    tess_kms.decrypt(**email_request)
denial

# %%
predict("2.2")

# %% [markdown]
# **What just happened?** The two roles are kept apart: Tess manages the key, and Bruno uses it. The separation is not perfect. Tess may change the key policy. `kms:Create*` also lets her create a *grant*, a permission on one key that exists outside all policies. Either way she could give herself access, and the audit trail would show it.
#
# Two tools tell you whether a user may do something, without doing it. IAM's *policy simulator* evaluates the user's IAM policies. This course's `policy_lab` evaluates all policies and grants, and shows which statement decides.

# %%
from helpers import policy_lab

simulated = iam.simulate_principal_policy(
    PolicySourceArn=users + "admin",
    ActionNames=["kms:Decrypt"],
    ResourceArns=[players_key["Arn"]],
)
print("admin:", simulated["EvaluationResults"][0]["EvalDecision"])
policy_lab(user="tess", action="kms:Decrypt", resource=players_key["Arn"])

# %% [markdown]
# {{exercise 2.5}}
#
# *Inputs:* `iam`, `bruno`, `players_key["Arn"]`. *Goal:* you have just seen Bruno decrypt. In `decision`, the policy simulator's decision, one word, for Bruno and `kms:Decrypt` with the players' key.

# %% tags=["answer"]
### BEGIN SOLUTION
of_bruno = iam.simulate_principal_policy(
    PolicySourceArn=bruno,
    ActionNames=["kms:Decrypt"],
    ResourceArns=[players_key["Arn"]],
)
decision = of_bruno["EvaluationResults"][0]["EvalDecision"]
decision
### STUB
decision = ...
### END SOLUTION

# %%
check("2.5", decision)

# %% wrong="a guess" says="no simulation for Bruno"
decision = "allowed"

# %% wrong="a good guess" says="no simulation for Bruno"
decision = "implicitDeny"

# %% wrong="admin's" says="no simulation for Bruno"
decision = simulated["EvaluationResults"][0]["EvalDecision"]

# %% wrong="the whole answer" says="a value of type dict"
decision = iam.simulate_principal_policy(
    PolicySourceArn=bruno,
    ActionNames=["kms:Decrypt"],
    ResourceArns=[players_key["Arn"]],
)

# %% wrong="what KMS did" says="`allowed`, but the simulator says something else"
iam.simulate_principal_policy(
    PolicySourceArn=bruno,
    ActionNames=["kms:Decrypt"],
    ResourceArns=[players_key["Arn"]],
)
decision = "allowed"

# %% wrong="his ARN is no ARN" says="SimulatePrincipalPolicy failed with"
with refused("InvalidInput", "ValidationError", "NoSuchEntity"):
    iam.simulate_principal_policy(
        PolicySourceArn=bruno + "o",
        ActionNames=["kms:Decrypt"],
        ResourceArns=[players_key["Arn"]],
    )
decision = "denied"

# %% [markdown] tags=["solution"]
# The simulator says `implicitDeny`: none of Bruno's IAM policies allows the action. It did not look at the key policy, which does. For a KMS key, the simulator tells you only what IAM policies say. `policy_lab(user="bruno", action="kms:Decrypt", resource=players_key["Arn"])` says *allowed*.

# %% [markdown]
# ## 5. The encryption context
#
# `{"table": "players"}` is an *encryption context*: KMS's form of the associated data in [01](01_encryption_concepts.ipynb).
#
# {{predict 2.3}}

# %%
### BEGIN SOLUTION
predict("2.3", "c")
### STUB
predict("2.3", ...)
### END SOLUTION

# %%
with refused("InvalidCiphertextException") as denial:
    bruno_kms.decrypt(
        **email_request | {"EncryptionContext": {"Table": "players"}}
    )
denial

# %%
predict("2.3")

# %%
# One lookup_events call returns at most 50 events; a paginator fetches all.
trail = boto3.client("cloudtrail").get_paginator("lookup_events")
asked = [{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
pages = trail.paginate(LookupAttributes=asked)
found = [event["CloudTrailEvent"] for page in pages for event in page["Events"]]
rows = [
    (e["userIdentity"]["userName"], e["requestParameters"], e.get("errorCode"))
    for e in map(json.loads, found)
]
table(rows, ["who", "requestParameters", "errorCode"])

# %% [markdown]
# **What just happened?** KMS does not keep the context. It feeds the pairs into AES-GCM as *additional authenticated data*, so with different pairs the tag does not match. That is why a wrong context and a damaged ciphertext look the same, and why the message is empty. The order of the pairs does not matter, but upper and lower case do.
#
# A context is not secret. The audit trail shows the context, though never the plaintext, so put nothing private into it. CloudTrail writes `AccessDenied` for `AccessDeniedException`. In the sandbox, such an event also shows the context. This is an assumption.
#
# {{exercise 2.6}}
#
# *Inputs:* `kms`; `lab.token`, a string. *Goal:* in `sealed_token`, the ciphertext of that string under the key `alias/players-table`, bound to the encryption context `{"service": "shop"}`.

# %% tags=["answer"]
### BEGIN SOLUTION
sealed_token = kms.encrypt(
    KeyId="alias/players-table",
    Plaintext=lab.token.encode(),
    EncryptionContext={"service": "shop"},
)["CiphertextBlob"]
### STUB
sealed_token = ...
### END SOLUTION

# %%
check("2.6", sealed_token)

# %% wrong="no context" says="The context of your last Encrypt was none."
sealed_token = kms.encrypt(
    KeyId=players_key["KeyId"], Plaintext=lab.token.encode()
)["CiphertextBlob"]

# %% wrong="a capital" says="was {'Service': 'shop'}"
sealed_token = kms.encrypt(
    KeyId=players_key["KeyId"],
    Plaintext=lab.token.encode(),
    EncryptionContext={"Service": "shop"},
)["CiphertextBlob"]

# %% wrong="the shop's key" says="one under the key"
sealed_token = kms.encrypt(
    KeyId=lab.shop_key_alias,
    Plaintext=lab.token.encode(),
    EncryptionContext={"service": "shop"},
)["CiphertextBlob"]

# %% wrong="the name and not the value" says="9 bytes of another text"
sealed_token = kms.encrypt(
    KeyId=players_key["KeyId"],
    Plaintext=b"lab.token",
    EncryptionContext={"service": "shop"},
)["CiphertextBlob"]

# %% wrong="the whole answer" says="KMS's whole response"
sealed_token = kms.encrypt(
    KeyId=players_key["KeyId"],
    Plaintext=lab.token.encode(),
    EncryptionContext={"service": "shop"},
)

# %% wrong="encoded once more" says="encoded in base64"
import base64

sealed_token = base64.b64encode(
    kms.encrypt(
        KeyId=players_key["KeyId"],
        Plaintext=lab.token.encode(),
        EncryptionContext={"service": "shop"},
    )["CiphertextBlob"]
)

# %% wrong="not encrypted" says="the text itself"
sealed_token = lab.token.encode()

# %% wrong="a text" says="type str"
sealed_token = str(sealed_email)

# %% [markdown] tags=["solution"]
# KMS encrypts bytes, so the text is encoded first. With the context, a ciphertext from the shop cannot be passed off as one from elsewhere. boto3 returns bytes; the AWS CLI shows the same bytes as base64.

# %% [markdown]
# ## 6. Long data, and another key
#
# A KMS key encrypts other keys and short secrets. For anything longer, ask for a *data key*.

# %%
with refused("ValidationException") as denial:
    bruno_kms.encrypt(KeyId="alias/players-table", Plaintext=bytes(4097))
print(denial.code)
data_key = bruno_kms.generate_data_key(
    KeyId="alias/players-table",
    KeySpec="AES_256",
    EncryptionContext=table_context,
)
print(len(data_key["Plaintext"]), "bytes to use now and then forget,")
print(len(data_key["CiphertextBlob"]), "bytes to keep beside the data")

# %% [markdown]
# **What just happened?** The limit is 4,096 bytes. (On AWS the encrypted key is longer than here.) Sometimes a data key is needed only later, by another program. `generate_data_key_without_plaintext` takes the same arguments and returns the encrypted key only.
#
# {{exercise 2.7}}
#
# *Inputs:* `kms`, `lab.backup_key_id`. *Goal:* in `tonights_key`, an encrypted data key of 256 bits under the key for the backups, bound to the context `{"file": "backup"}`. The plaintext of that data key must not leave KMS.

# %% tags=["answer"]
### BEGIN SOLUTION
tonights_key = kms.generate_data_key_without_plaintext(
    KeyId=lab.backup_key_id,
    KeySpec="AES_256",
    EncryptionContext={"file": "backup"},
)["CiphertextBlob"]
### STUB
tonights_key = ...
### END SOLUTION

# %%
check("2.7", tonights_key)

# %% wrong="with the plaintext" says="GenerateDataKey, whose answer holds the plaintext"
tonights_key = kms.generate_data_key(
    KeyId=lab.backup_key_id,
    KeySpec="AES_256",
    EncryptionContext={"file": "backup"},
)["CiphertextBlob"]

# %% wrong="right, and then with the plaintext" says="GenerateDataKey, whose answer"
asked = {"KeyId": lab.backup_key_id, "EncryptionContext": {"file": "backup"}}
kms.generate_data_key_without_plaintext(**asked, KeySpec="AES_256")
tonights_key = kms.generate_data_key(**asked, KeySpec="AES_256")["CiphertextBlob"]

# %% wrong="opened as well" says="Decrypt, whose answer holds the plaintext"
asked = {"KeyId": lab.backup_key_id, "EncryptionContext": {"file": "backup"}}
answer = kms.generate_data_key_without_plaintext(**asked, KeySpec="AES_256")
tonights_key = answer["CiphertextBlob"]
kms.decrypt(**asked, CiphertextBlob=tonights_key)

# %% wrong="no context" says="InvalidCiphertextException, when it was opened with"
tonights_key = kms.generate_data_key_without_plaintext(
    KeyId=lab.backup_key_id, KeySpec="AES_256"
)["CiphertextBlob"]

# %% wrong="128 bits" says="a data key of 128 bits"
tonights_key = kms.generate_data_key_without_plaintext(
    KeyId=lab.backup_key_id,
    KeySpec="AES_128",
    EncryptionContext={"file": "backup"},
)["CiphertextBlob"]

# %% wrong="the players' key" says="one under the key"
tonights_key = kms.generate_data_key_without_plaintext(
    KeyId="alias/players-table",
    KeySpec="AES_256",
    EncryptionContext={"file": "backup"},
)["CiphertextBlob"]

# %% wrong="made at home" says="Encrypt, for a key that was made outside KMS"
import os

tonights_key = kms.encrypt(
    KeyId=lab.backup_key_id,
    Plaintext=os.urandom(32),
    EncryptionContext={"file": "backup"},
)["CiphertextBlob"]

# %% wrong="the whole answer" says="KMS's whole response"
tonights_key = kms.generate_data_key_without_plaintext(
    KeyId=lab.backup_key_id,
    KeySpec="AES_256",
    EncryptionContext={"file": "backup"},
)

# %% [markdown] tags=["solution"]
# The program that prepares the backup never sees the key. The program that writes the backup asks KMS to decrypt the data key, and needs `kms:Decrypt` for that.

# %% [markdown]
# A ciphertext can also move to another key. `re_encrypt` decrypts under one key and encrypts under another, inside KMS. Each side has its own context: `SourceEncryptionContext` and `DestinationEncryptionContext`.
#
# {{exercise 2.8}}
#
# *Inputs:* `kms`, `sealed_email`, `table_context`, `lab.shop_key_alias`. *Goal:* in `moved`, the same plaintext under the shop's key, with the same context. The plaintext must not leave KMS.

# %% tags=["answer"]
### BEGIN SOLUTION
moved = kms.re_encrypt(
    CiphertextBlob=sealed_email,
    SourceEncryptionContext=table_context,
    DestinationKeyId=lab.shop_key_alias,
    DestinationEncryptionContext=table_context,
)["CiphertextBlob"]
### STUB
moved = ...
### END SOLUTION

# %%
check("2.8", moved)

# %% wrong="by hand" says="Decrypt and Encrypt"
plain = kms.decrypt(CiphertextBlob=sealed_email, EncryptionContext=table_context)
moved = kms.encrypt(
    KeyId=lab.shop_key_alias,
    Plaintext=plain["Plaintext"],
    EncryptionContext=table_context,
)["CiphertextBlob"]

# %% wrong="moved, and then by hand" says="Decrypt and Encrypt"
asked = {"CiphertextBlob": sealed_email, "SourceEncryptionContext": table_context}
to = {"DestinationEncryptionContext": table_context}
kms.re_encrypt(**asked, **to, DestinationKeyId=lab.shop_key_alias)
plain = kms.decrypt(**email_request)["Plaintext"]
moved = kms.encrypt(
    KeyId=lab.shop_key_alias, Plaintext=plain, EncryptionContext=table_context
)["CiphertextBlob"]

# %% wrong="the context is lost" says="InvalidCiphertextException, when it was opened with"
moved = kms.re_encrypt(
    CiphertextBlob=sealed_email,
    SourceEncryptionContext=table_context,
    DestinationKeyId=lab.shop_key_alias,
)["CiphertextBlob"]

# %% wrong="no source context" says="ReEncrypt failed with InvalidCiphertextException"
moved = sealed_email
with refused("InvalidCiphertextException"):
    moved = kms.re_encrypt(
        CiphertextBlob=sealed_email,
        DestinationKeyId=lab.shop_key_alias,
        DestinationEncryptionContext=table_context,
    )["CiphertextBlob"]

# %% wrong="not moved" says="one under the key"
moved = sealed_email

# %% wrong="another plaintext" says="another plaintext"
moved = kms.encrypt(
    KeyId=lab.shop_key_alias, Plaintext=b"juno", EncryptionContext=table_context
)["CiphertextBlob"]

# %% wrong="typed in" says="no ReEncrypt in the audit trail"
moved = kms.encrypt(
    KeyId=lab.shop_key_alias,
    Plaintext=b"juno@example.com",
    EncryptionContext=table_context,
)["CiphertextBlob"]

# %% [markdown] tags=["solution"]
# The caller needs `kms:ReEncryptFrom` on the old key and `kms:ReEncryptTo` on the new one, and never sees the plaintext.

# %% [markdown]
# ## 7. Rotation
#
# Tess gives the key new material. What happens to the earlier ciphertext?

# %%
tess_kms.rotate_key_on_demand(KeyId=players_key["KeyId"])
newer = bruno_kms.encrypt(
    KeyId="alias/players-table",
    Plaintext=b"teo@example.com",
    EncryptionContext=table_context,
)["CiphertextBlob"]
rows = []
for when, blob in (("before", sealed_email), ("after", newer)):
    answer = bruno_kms.decrypt(**email_request | {"CiphertextBlob": blob})
    rows.append((when, answer["Plaintext"].decode(), answer["KeyMaterialId"][:8]))
table(rows, ["encrypted", "plaintext", "key material"])

# %% [markdown]
# **What just happened?** Both ciphertexts open. This was a *rotation*: the key material is new, and the key's ID, alias and policy are the same. KMS keeps the old material and uses it for old ciphertexts. Nothing was encrypted again, so rotation does not help against a data key that is already in the wrong hands. With `enable_key_rotation`, KMS rotates a key automatically: every 365 days, or at an interval of 90 to 2,560 days that you give as `RotationPeriodInDays`. Automatic rotation is off by default. This is what keys cost:
#
# | what | price |
# |---|---|
# | a customer managed key | USD 1 a month, prorated hourly |
# | its first and second rotation | USD 1 a month more for each; further rotations add nothing |
# | an AWS managed key, or one that AWS owns | nothing a month |
# | 20,000 requests a month | nothing |
# | each further 10,000 symmetric requests | USD 0.03 |
#
# {{exercise 2.9}}
#
# *Inputs:* `kms`, `players_key["KeyId"]`. *Goal:* KMS rotates the players' key every 180 days.

# %% tags=["answer"]
### BEGIN SOLUTION
kms.enable_key_rotation(KeyId=players_key["KeyId"], RotationPeriodInDays=180)
rotation = kms.get_key_rotation_status(KeyId=players_key["KeyId"])
rotation["RotationPeriodInDays"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("2.9")

# %% wrong="the default" says="a rotation every 365 days"
kms.enable_key_rotation(KeyId=players_key["KeyId"])

# %% wrong="by its alias" says="EnableKeyRotation failed with NotFoundException"
with refused("NotFoundException"):
    kms.enable_key_rotation(KeyId="alias/players-table", RotationPeriodInDays=180)

# %% wrong="another key" says="automatic rotation of another key"
kms.enable_key_rotation(KeyId=lab.backup_key_id, RotationPeriodInDays=180)

# %% wrong="on demand" says="RotateKeyOnDemand by admin"
kms.rotate_key_on_demand(KeyId=players_key["KeyId"])

# %% wrong="on demand, by Tess" says="RotateKeyOnDemand by tess"
tess_kms.rotate_key_on_demand(KeyId=players_key["KeyId"])

# %% wrong="twice as often" says="a rotation every 90 days"
kms.enable_key_rotation(KeyId=players_key["KeyId"], RotationPeriodInDays=90)

# %% wrong="switched off again" says="automatic rotation, turned off again"
kms.enable_key_rotation(KeyId=players_key["KeyId"], RotationPeriodInDays=180)
kms.disable_key_rotation(KeyId=players_key["KeyId"])

# %% wrong="as Bruno" says="AccessDenied, called by bruno"
with refused("AccessDeniedException"):
    bruno_kms.enable_key_rotation(
        KeyId=players_key["KeyId"], RotationPeriodInDays=180
    )

# %% wrong="by its alias, and then as Bruno" says="AccessDenied, called by bruno"
with refused("NotFoundException"):
    kms.enable_key_rotation(KeyId="alias/players-table", RotationPeriodInDays=180)
with refused("NotFoundException"):
    kms.enable_key_rotation(KeyId="alias/players-table")
with refused("AccessDeniedException"):
    bruno_kms.enable_key_rotation(KeyId=players_key["KeyId"])

# %% wrong="the default, and then failures" says="called by bruno"
kms.enable_key_rotation(KeyId=players_key["KeyId"])
with refused("NotFoundException"):
    kms.enable_key_rotation(KeyId="alias/players-table", RotationPeriodInDays=180)
with refused("AccessDeniedException"):
    bruno_kms.enable_key_rotation(
        KeyId=players_key["KeyId"], RotationPeriodInDays=180
    )

# %% [markdown] tags=["solution"]
# Tess could have done it too: `kms:Enable*` is among her actions. Like most calls that manage a key, this one takes no alias.

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("02", {"q1": "c", "q2": "a", "q3": "b", "q4": "b", "q5": "c"})
### STUB
quiz("02", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## In your own words
#
# {{written 2.a}}

# %% [markdown]
# ## Recap
#
# - A key belongs to an account and a Region. Its key spec and key usage are fixed. Read more: [DescribeKey](https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html).
# - Every right begins in the key policy. IAM policies give access only if it lets them. Read more: [Default key policy](https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
# - An administrator manages the key, and a user of the key encrypts and decrypts with it.
# - An encryption context is bound to the ciphertext, and is not secret. Read more: [Encryption context](https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html).
# - Rotation changes the key material, and the first two rotations cost extra. Read more: [Rotate AWS KMS keys](https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html).
#
# **Key terms**, in the [glossary](../docs/glossary.md): KMS key, key spec, key material, alias, customer managed key, AWS managed key, key policy, key administrator, key user, grant, policy simulator, encryption context, data key, rotation.
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops. On AWS you would schedule the deletion of every key that you made; until then each one costs at least USD 1 a month.

# %%
progress()
