# ---
# jupyter:
#   course:
#     title: A KMS key
#     promise: You make a key, say who may use it, and find out what it will not do.
#     minutes: {reading: 20, exercises: 25}
#     level: Beginner. You can read Python and JSON.
#     needs:
#       - "[00 Start here](00_start_here.ipynb)"
#       - what encryption and a data key are, from [01 Encryption concepts](01_encryption_concepts.ipynb)
#     outcomes:
#       - create a symmetric key with an alias and a description
#       - read a key policy line by line, and tell an administrator from a user of the key
#       - encrypt and decrypt with an encryption context
#       - rotate a key, and say what stays as it was
#     simulated: The account, its users and its keys. Who may do what, and what each error says, follows AWS's rules.
#     aws: The calls are the same. A new key policy can take a moment to count everywhere. A rotation can take a moment, too.
#     cost: A few cents. A customer managed key is USD 1 a month, counted by the hour.
# ---

# %% [markdown]
# ## Set-up
#
# The studio's account has three new IAM users: Tess, who looks after security; Bruno, whose server works with the players; and Nils, who helps Tess. None of them has an IAM policy. So far the account has one key, which belongs to the studio's shop.

# %%
import json
import textwrap

import boto3
import pandas as pd
from botocore.exceptions import ClientError

from helpers import check, hint, open_lab, predict, quiz

pd.options.display.max_colwidth = None  # Tables show long texts whole.
lab = open_lab("02")
lab

# %% [markdown]
# {{architecture}}

# %% [markdown]
# ## 1. Make a key
#
# You are `admin`. The players' table is to have a key of its own.

# %%
kms = boto3.client("kms")
key = kms.create_key(Description="Protects the players' table")["KeyMetadata"]
shown = [
    "Description",
    "KeyId",
    "KeySpec",
    "KeyUsage",
    "KeyState",
    "KeyManager",
    "Origin",
]
pd.Series({name: key[name] for name in shown}, name="KeyMetadata").to_frame()

# %% [markdown]
# **What just happened?** KMS made a *symmetric encryption key*: 256 bits for AES in Galois/Counter Mode, which is what `SYMMETRIC_DEFAULT` stands for. These bits never leave KMS. You chose a description. `KeySpec` and `KeyUsage` kept their defaults, and nobody can change them later.
#
# Nobody remembers a `KeyId`. An *alias* is a name for a key. The console asks for one; in the API it is a call of its own.

# %%
kms.create_alias(AliasName="alias/players-table", TargetKeyId=key["KeyId"])
[alias["AliasName"] for alias in kms.list_aliases(KeyId=key["KeyId"])["Aliases"]]

# %% [markdown]
# ## 2. Whose key is it?
#
# {{predict 2.1}}

# %%
### BEGIN SOLUTION
predict("2.1", "c")
### STUB
predict("2.1", ...)
### END SOLUTION

# %%
_, _, service, region, account, resource = key["Arn"].split(":")
{"service": service, "Region": region, "account": account, "resource": resource}

# %%
elsewhere = boto3.client("kms", region_name="eu-west-1")
try:
    elsewhere.describe_key(KeyId=key["KeyId"])
except ClientError as error:
    print(textwrap.fill(str(error), 80, break_on_hyphens=False))
else:
    raise RuntimeError("The key is in another Region as well.")

# %%
predict("2.1")

# %% [markdown]
# **What just happened?** The key's ARN names a Region and an account, and no user. In another Region there is no such key. Having made it gives you no right to use it, either. Every right begins in the *key policy*.

# %% [markdown]
# ## 3. The key policy
#
# You gave none, so KMS wrote its default.

# %%
print(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])

# %% [markdown]
# The one statement names the account: `:root` is not a person. It says that for this key the account's IAM policies count. You may use the key because of your own IAM policy, AdministratorAccess. Tess and Bruno have none, so they may do nothing.
#
# The console writes three statements more. It asks for *key administrators* and *key users*: here Tess, and Bruno.

# %%
root = f"arn:aws:iam::{lab.account_id}:root"
tess = f"arn:aws:iam::{lab.account_id}:user/{lab.administrator}"
bruno = f"arn:aws:iam::{lab.account_id}:user/{lab.key_user}"


def allow(sid, who, actions, **condition):
    statement = {"Sid": sid, "Effect": "Allow", "Principal": {"AWS": who}}
    return {**statement, "Action": actions, "Resource": "*", **condition}


# %%
# What the console gives to administrators, to users, and to users by way of a
# service.
names = (
    "Create* Describe* Enable* List* Put* Update* Revoke* Disable* Get* Delete*"
)
names += " TagResource UntagResource ScheduleKeyDeletion CancelKeyDeletion"
names += " RotateKeyOnDemand"
administration = [f"kms:{name}" for name in names.split()]
names = "Encrypt Decrypt ReEncrypt* GenerateDataKey* DescribeKey"
use = [f"kms:{name}" for name in names.split()]
grants = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
by_service = {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}

# %%
statements = [
    allow("Enable IAM User Permissions", root, "kms:*"),
    allow("Allow access for Key Administrators", tess, administration),
    allow("Allow use of the key", bruno, use),
    allow(
        "Allow attachment of persistent resources", bruno, grants, **by_service
    ),
]
policy = {"Version": "2012-10-17", "Id": "key-consolepolicy-3"}
policy["Statement"] = statements
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(policy))

# %%
shown = pd.DataFrame(statements)[["Sid", "Principal", "Action", "Condition"]]
shown["Principal"] = [s["Principal"]["AWS"].split("::")[1] for s in statements]
shown["Condition"] = [str(s.get("Condition", "")) for s in statements]
shown

# %% [markdown]
# **What just happened?** Line by line:
#
# | the line | what it says |
# |---|---|
# | `Principal` | Who. A group is not allowed here; a user, a role or an account is. |
# | `Action` | What. `kms:ReEncrypt*` stands for two actions, `kms:GenerateDataKey*` for four. |
# | `Resource` | `*` is this key and no other. |
# | `Condition` | When. Bruno may make grants only through an AWS service such as DynamoDB. |
#
# Look for `kms:Decrypt`. It is in one list only, beside the `kms:*` of the account.

# %% [markdown]
# ## 4. Administrator and user
#
# {{predict 2.2}}

# %%
### BEGIN SOLUTION
predict("2.2", "b")
### STUB
predict("2.2", ...)
### END SOLUTION

# %%
bruno_kms = lab.as_user(lab.key_user).client("kms")
context = {"table": "players"}
answer = bruno_kms.encrypt(
    KeyId="alias/players-table",
    Plaintext=b"juno@example.com",
    EncryptionContext=context,
)
sealed = answer["CiphertextBlob"]
print(len(sealed), "bytes, encrypted under", answer["KeyId"])

# %%
iam = boto3.client("iam")
attached = iam.list_attached_user_policies(UserName=lab.key_user)
inline = iam.list_user_policies(UserName=lab.key_user)
print("Bruno's policies:", attached["AttachedPolicies"] + inline["PolicyNames"])

# %%
predict("2.2")

# %% [markdown]
# **What just happened?** `lab.as_user` gives you a session that signs as Bruno. KMS found his ARN in the key policy, and that was enough. To decrypt he need not name the key: the ciphertext says which one it was.

# %%
bruno_kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"]

# %% [markdown]
# {{predict 2.3}}

# %%
### BEGIN SOLUTION
predict("2.3", "b")
### STUB
predict("2.3", ...)
### END SOLUTION

# %%
tess_kms = lab.as_user(lab.administrator).client("kms")
try:
    tess_kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)
except ClientError as error:
    assert error.response["Error"]["Code"] == "AccessDeniedException", error
    print(textwrap.fill(str(error), 80, break_on_hyphens=False))
else:
    raise RuntimeError("Tess has decrypted: nothing stopped her.")

# %%
predict("2.3")

# %%
try:
    bruno_kms.disable_key(KeyId=key["KeyId"])
except ClientError as error:
    assert error.response["Error"]["Code"] == "AccessDeniedException", error
    print(textwrap.fill(str(error), 80, break_on_hyphens=False))
else:
    raise RuntimeError("Bruno has disabled the key: nothing stopped him.")

# %% [markdown]
# **What just happened?** The two roles are kept apart. Tess runs the key and cannot read with it. Bruno reads with it and cannot run it. The wall is not perfect: Tess may write the key policy, so she could name herself a user. The audit trail would show it. Both messages blame a missing *identity-based policy*, because the key policy's first statement would let one count; [05](05_denying_access.ipynb) reads such a message word by word.

# %% [markdown]
# ## 5. The encryption context
#
# `{"table": "players"}` is an *encryption context*: words that KMS binds to the ciphertext. Whoever decrypts must give the same words.
#
# {{predict 2.4}}

# %%
### BEGIN SOLUTION
predict("2.4", "c")
### STUB
predict("2.4", ...)
### END SOLUTION

# %%
try:
    bruno_kms.decrypt(
        CiphertextBlob=sealed, EncryptionContext={"Table": "players"}
    )
except ClientError as error:
    print(error.response["Error"])
else:
    raise RuntimeError("It opened: the context did not count.")

# %%
predict("2.4")

# %% [markdown]
# **What just happened?** KMS compares pair by pair, with upper and lower case; only the order is free. Its message is empty: a wrong context and a damaged ciphertext look the same. A context is no secret, though. The audit trail shows it to whoever may read there.

# %%
decrypts = boto3.client("cloudtrail").lookup_events(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
)["Events"]
events = [json.loads(event["CloudTrailEvent"]) for event in decrypts]
pd.DataFrame(
    {
        "who": [event["userIdentity"]["userName"] for event in events],
        "requestParameters": [event["requestParameters"] for event in events],
        "errorCode": [event.get("errorCode", "") for event in events],
    }
)

# %% [markdown]
# `AccessDenied` is how CloudTrail writes `AccessDeniedException`. The plaintext stands nowhere, the context does. So put nothing private into a context: no address, no name. What a table is called will do.

# %% [markdown]
# ## 6. How much fits?
#
# Two tries, one byte apart.

# %%
most = bruno_kms.encrypt(KeyId=key["KeyId"], Plaintext=bytes(4096))
print(len(most["CiphertextBlob"]))
try:
    bruno_kms.encrypt(KeyId=key["KeyId"], Plaintext=bytes(4097))
except ClientError as error:
    words = error.response["Error"]["Message"]
    print(textwrap.fill(words, 80, break_on_hyphens=False))
else:
    raise RuntimeError("More than 4,096 bytes were encrypted.")

# %% [markdown]
# A KMS key encrypts 4,096 bytes at most: other keys, and short secrets. For anything longer, ask for a *data key*, and encrypt with that outside KMS.

# %%
data_key = bruno_kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
print(len(data_key["Plaintext"]), "bytes to use now and forget,")
print(len(data_key["CiphertextBlob"]), "bytes to keep beside the data")

# %% [markdown]
# ## 7. Rotation
#
# Tess gives the key new material. What becomes of the ciphertext from before?

# %%
tess_kms.rotate_key_on_demand(KeyId=key["KeyId"])
newer = bruno_kms.encrypt(
    KeyId=key["KeyId"], Plaintext=b"teo@example.com", EncryptionContext=context
)["CiphertextBlob"]
opened = {
    name: bruno_kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    for name, blob in (("before the rotation", sealed), ("after it", newer))
}
shown = pd.DataFrame(opened).loc[["Plaintext", "KeyId", "KeyMaterialId"]]
shown.map(lambda value: str(value)[-24:])  # the end of each

# %% [markdown]
# **What just happened?** Both open. The *key material* is new; the key's id, alias and policy stayed. KMS keeps the old material and uses it for the old ciphertexts. Nothing was encrypted anew, so a rotation does not help against a ciphertext that is already in wrong hands. `enable_key_rotation` makes KMS do it by itself, every 365 days unless you choose from 90 to 2,560. It is off at first.

# %% [markdown]
# ## 8. What it costs
#
# | what | price |
# |---|---|
# | a customer managed key | USD 1 a month, counted by the hour |
# | an AWS managed key, or one that AWS owns | nothing a month |
# | 20,000 requests a month | nothing |
# | each further 10,000 symmetric requests | USD 0.03 |

# %% [markdown]
# ## Exercises
#
# {{exercise 2.1}}
#
# *Inputs:* `kms`. *Goal:* one more key, for the table `scores`: a symmetric encryption key that has a description and the alias `alias/scores-table`.

# %% tags=["answer"]
### BEGIN SOLUTION
made = kms.create_key(Description="Protects the table of the scores")
scores_key = made["KeyMetadata"]
kms.create_alias(AliasName="alias/scores-table", TargetKeyId=scores_key["KeyId"])
kms.describe_key(KeyId="alias/scores-table")["KeyMetadata"]["Description"]
### STUB
# Write your calls here.
### END SOLUTION

# %%
check("2.1")

# %% wrong="no alias" says="a key without an alias"
kms.create_key(Description="For the scores")["KeyMetadata"]["KeyId"]

# %% wrong="no description" says="a key without one"
kms.create_alias(
    AliasName="alias/scores-table",
    TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"],
)

# %% wrong="an alias for the players' key" says="was there before"
kms.create_alias(AliasName="alias/scores-table", TargetKeyId=key["KeyId"])

# %% wrong="another alias" says="the alias alias/scores_table"
new = kms.create_key(Description="For the scores")["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/scores_table", TargetKeyId=new)

# %% wrong="a key pair" says="the spec RSA_2048"
new = kms.create_key(
    Description="For the scores", KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT"
)["KeyMetadata"]["KeyId"]
kms.create_alias(AliasName="alias/scores-table", TargetKeyId=new)

# %% [markdown] tags=["solution"]
# Two calls, because a key and its name are two things. `describe_key` takes an alias as well as an id. Most calls that manage a key do not.

# %% [markdown]
# {{exercise 2.2}}
#
# *Inputs:* `kms`, `lab.token`, a text. *Goal:* in `sealed_token`, the ciphertext of that text under the key `alias/players-table`, bound to the encryption context `{"service": "shop"}`.

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
check("2.2", sealed_token)

# %% wrong="no context" says="your last Encrypt was none"
sealed_token = kms.encrypt(KeyId=key["KeyId"], Plaintext=lab.token.encode())[
    "CiphertextBlob"
]

# %% wrong="a capital" says="was {'Service': 'shop'}"
sealed_token = kms.encrypt(
    KeyId=key["KeyId"],
    Plaintext=lab.token.encode(),
    EncryptionContext={"Service": "shop"},
)["CiphertextBlob"]

# %% wrong="the shop's key" says="one under the key"
sealed_token = kms.encrypt(
    KeyId=lab.shop_key_alias,
    Plaintext=lab.token.encode(),
    EncryptionContext={"service": "shop"},
)["CiphertextBlob"]

# %% wrong="the name and not the value" says="another text"
sealed_token = kms.encrypt(
    KeyId=key["KeyId"],
    Plaintext=b"lab.token",
    EncryptionContext={"service": "shop"},
)["CiphertextBlob"]

# %% wrong="the whole answer" says="KMS's whole answer"
sealed_token = kms.encrypt(
    KeyId=key["KeyId"],
    Plaintext=lab.token.encode(),
    EncryptionContext={"service": "shop"},
)

# %% wrong="not encrypted" says="the text itself"
sealed_token = lab.token.encode()

# %% wrong="a text" says="the type str"
sealed_token = str(sealed)

# %% [markdown] tags=["solution"]
# KMS encrypts bytes, so the text is encoded first. The context costs one line, and now a ciphertext from the shop cannot be passed off as one from elsewhere.

# %% [markdown]
# {{exercise 2.3}}
#
# *Inputs:* `kms`, `key["KeyId"]`, `lab.second_administrator`, the name of Nils's IAM user. *Goal:* the key policy makes Nils a key administrator as well as Tess. He must not be able to decrypt.

# %% tags=["answer"]
### BEGIN SOLUTION
nils = f"arn:aws:iam::{lab.account_id}:user/{lab.second_administrator}"
new_policy = json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])
new_policy["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(new_policy))
### STUB
# Write your calls here.
### END SOLUTION

# %%
check("2.3")

# %% wrong="a user as well" says="lets him decrypt"
nils = f"arn:aws:iam::{lab.account_id}:user/{lab.second_administrator}"
new = json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])
new["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
new["Statement"][2]["Principal"] = {"AWS": [bruno, nils]}
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(new))

# %% wrong="a user only" says="lets him decrypt"
nils = f"arn:aws:iam::{lab.account_id}:user/{lab.second_administrator}"
new = json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])
new["Statement"][2]["Principal"] = {"AWS": [bruno, nils]}
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(new))

# %% wrong="in her place" says="in her place"
nils = f"arn:aws:iam::{lab.account_id}:user/{lab.second_administrator}"
new = json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])
new["Statement"][1]["Principal"] = {"AWS": nils}
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(new))

# %% wrong="everything else gone" says="no longer lets him decrypt"
nils = f"arn:aws:iam::{lab.account_id}:user/{lab.second_administrator}"
new = json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])
new["Statement"][1]["Principal"] = {"AWS": [tess, nils]}
del new["Statement"][2:]
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(new))

# %% wrong="a part of it" says="a part of it"
nils = f"arn:aws:iam::{lab.account_id}:user/{lab.second_administrator}"
new = json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])
new["Statement"].append(allow("Nils", nils, ["kms:Describe*"]))
kms.put_key_policy(KeyId=key["KeyId"], Policy=json.dumps(new))

# %% wrong="an IAM policy" says="an IAM policy of his"
boto3.client("iam").attach_user_policy(
    UserName=lab.second_administrator,
    PolicyArn="arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser",
)

# %% [markdown] tags=["solution"]
# A key policy is always written as a whole: read it, change it, put it back. A statement's `Principal` may be a list. A policy without the other statements would have taken Bruno's rights away.

# %% [markdown]
# {{exercise 2.4}}
#
# *Inputs:* `kms`, `sealed` and its `context`, `lab.shop_key_alias`. *Goal:* in `moved`, the same plaintext under the shop's key, with the same context. The plaintext must not leave KMS: look for `re_encrypt` in the [API reference](https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html).

# %% tags=["answer"]
### BEGIN SOLUTION
moved = kms.re_encrypt(
    CiphertextBlob=sealed,
    SourceEncryptionContext=context,
    DestinationKeyId=lab.shop_key_alias,
    DestinationEncryptionContext=context,
)["CiphertextBlob"]
### STUB
moved = ...
### END SOLUTION

# %%
check("2.4", moved)

# %% wrong="by hand" says="Decrypt and Encrypt"
plain = kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)
moved = kms.encrypt(
    KeyId=lab.shop_key_alias,
    Plaintext=plain["Plaintext"],
    EncryptionContext=context,
)["CiphertextBlob"]

# %% wrong="the context is lost" says="InvalidCiphertextException"
moved = kms.re_encrypt(
    CiphertextBlob=sealed,
    SourceEncryptionContext=context,
    DestinationKeyId=lab.shop_key_alias,
)["CiphertextBlob"]

# %% wrong="not moved" says="one under another key"
moved = sealed

# %% wrong="another plaintext" says="another plaintext"
moved = kms.encrypt(
    KeyId=lab.shop_key_alias, Plaintext=b"juno", EncryptionContext=context
)["CiphertextBlob"]

# %% [markdown] tags=["solution"]
# `ReEncrypt` decrypts and encrypts inside KMS. The caller needs `kms:ReEncryptFrom` on the one key and `kms:ReEncryptTo` on the other, and sees the plaintext at no time.

# %% [markdown]
# ## In your own words
#
# {{written 2.a}}

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
# ## Recap
#
# - A key belongs to an account, in one Region. An alias is a name for it.
# - The key policy says who may do what with the key. An administrator is not a user.
# - An encryption context must match exactly, and everybody may see it.
# - Up to 4,096 bytes go to KMS; beyond that, use a data key.
# - A rotation makes new material. The key and all old ciphertexts stay good.
#
# **Key terms.** *KMS key*: a key that stays in AWS KMS and is used there. *Key material*: the secret bits of a KMS key. *Alias*: a name that stands for a key. *Key policy*: the resource-based policy of a key. *Key administrator*: who may manage the key. *Key user*: who may encrypt and decrypt with it. *Encryption context*: pairs of words that are bound to a ciphertext.
#
# **Clean up.** Here: nothing; the account ends with the kernel. On a real account: schedule the deletion of the keys that you made, which takes at least seven days, and delete the users with their access keys. Aliases go with their key.
