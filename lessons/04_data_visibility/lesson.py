# ---
# jupyter:
#   course:
#     title: Data visibility
#     promise: You see the items, the disk holds noise, and the audit trail knows who opened them. You find out how all three are true.
#     minutes: {reading: 20, exercises: 25}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[03 DynamoDB's encryption options](03_dynamodb_encryption_options.ipynb)"
#       - or else, what a table under a customer managed key is
#     outcomes:
#       - compare an item as a caller sees it with what is stored of it
#       - explain why a caller sees plaintext without ever holding a key
#       - read in the audit trail who had a table key opened, and how often
#       - name what encryption at rest does not protect from, and encrypt an attribute yourself
#     simulated: The account, its keys and its table. The stored bytes are real ciphertext, and you may look at them.
#     aws: Nobody outside DynamoDB sees the stored bytes or the wrapped table key. CloudTrail's events appear after some minutes.
#     cost: A few cents. Two customer managed keys are USD 1 a month each, counted by the hour. DynamoDB's own prices come on top.
# ---

# %% [markdown]
# ## Set-up
#
# The tables `players` and `players-2025` are under the studio's key. You may use the key, and so may some colleagues. One of them is Bruno, whose game server reads the players.

# %%
import json
import os

import boto3
import pandas as pd
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers import check, hint, open_lab, predict, quiz

lab = open_lab("04")
lab

# %% [markdown]
# {{architecture}}

# %%
dynamodb = boto3.client("dynamodb")
kms = boto3.client("kms")
cloudtrail = boto3.client("cloudtrail")

# %% [markdown]
# ## 1. What you see
#
# {{predict 4.1}}

# %%
### BEGIN SOLUTION
predict("4.1", "b")
### STUB
predict("4.1", ...)
### END SOLUTION

# %%
request = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-001"}}}
player = dynamodb.get_item(**request)["Item"]
player

# %%
predict("4.1")

# %% [markdown]
# **What just happened?** You called DynamoDB and nothing else, and you see plaintext. This is *transparent encryption*: DynamoDB encrypts what it stores and decrypts what it answers. Programs need not change. It does so for every caller who may read the table and use its key.

# %% [markdown]
# ## 2. What the disk holds
#
# The sandbox lets you look behind the scenes. On real AWS nobody outside DynamoDB sees this.

# %%
stored = lab.at_rest()
stored

# %%
words = [player["name"]["S"], player["email"]["S"], "player_id", "p-001"]
{word: stored.contains(word) for word in words}

# %% [markdown]
# **What just happened?** The sandbox keeps each item in a *page*, and nothing of it can be read: no value, no attribute's name. Beside the pages are the keys: the data encryption key that opens them, encrypted under the *table key*, and the table key, *wrapped*: encrypted under the studio's KMS key. Whoever steals this disk has noise, and keys that are themselves locked up. Only KMS can open the table key, and with it the rest.
#
# On AWS there is an exception. A table's key may have a second part, the *sort key*. Some of its values are stored in plaintext, among the table's metadata. Put no secret into a sort key.

# %% [markdown]
# ## 3. Who asked KMS
#
# Somebody must have asked KMS to unwrap the table key when you read the item. The audit trail knows. Each such call names the table in its *encryption context*.

# %%
of_kms = [{"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]
pair = f'"aws:dynamodb:tableName": "{lab.table_name}"'
found = cloudtrail.lookup_events(LookupAttributes=of_kms)["Events"]
texts = [event["CloudTrailEvent"] for event in found]
records = [json.loads(text) for text in texts if pair in text]
rows = []
for record in reversed(records):
    who = record["userIdentity"]
    name = who.get("userName", who["type"])
    rows.append((record["eventName"], name, who.get("invokedBy", "nobody")))
pd.DataFrame(rows, columns=["call", "in whose name", "by way of"])

# %% [markdown]
# **What just happened?** When the table was made, DynamoDB made two *grants* for itself, in your name. Then it had a table key generated, in its own name. Since then there are `Decrypt` calls only. Each came by way of DynamoDB, and each carries the name of the person who read or wrote. Here is your last one:

# %%
decrypts = [record for record in records if record["eventName"] == "Decrypt"]
newest = next(one for one in decrypts if "invokedBy" in one["userIdentity"])
print(newest["userIdentity"]["arn"])
shown = ["eventName", "sourceIPAddress", "requestParameters"]
{name: newest[name] for name in shown}

# %% [markdown]
# The parameters name no key: the wrapped table key says which one it needs. And KMS decides anew for each person. Bruno does not *have* the key, and neither do you, for no KMS key leaves KMS. You both have permissions, for single actions such as `kms:Decrypt`. Key policy, IAM policies and grants give them. What is given can be taken away.

# %% [markdown]
# ## 4. How often
#
# {{predict 4.2}}

# %%
### BEGIN SOLUTION
predict("4.2", "b")
### STUB
predict("4.2", ...)
### END SOLUTION


# %%
def count_decrypts():
    by_name = [{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
    events = cloudtrail.lookup_events(LookupAttributes=by_name)["Events"]
    return sum(event["Username"] == "admin" for event in events)


def read(*player_ids):
    before = count_decrypts()
    for player_id in player_ids:
        key = {"player_id": {"S": player_id}}
        dynamodb.get_item(TableName=lab.table_name, Key=key)
    return count_decrypts() - before


# %%
lab.advance(minutes=6)
print("three reads:", read("p-001", "p-002", "p-003"))
print("one more:", read("p-001"))
lab.advance(minutes=6)
print("six minutes later:", read("p-001"))

# %%
predict("4.2")

# %% [markdown]
# **What just happened?** DynamoDB keeps the opened table key for about five minutes, and then asks KMS again. So the trail tells who had the key used, and not how many items were read. A permission that you take away can go on working that long, too. The sandbox keeps the table key for each caller and table. That is its assumption: AWS speaks of connections.

# %% [markdown]
# ## 5. Open the table key yourself
#
# In the sandbox you have the wrapped table key, and your permission on the KMS key is not limited to DynamoDB. So you can do what DynamoDB does.

# %%
bound_to = dict(stored.encryption_context)
wrapped = stored.wrapped_table_key
opened = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=bound_to)
print(len(opened["Plaintext"]) * 8, "bits")
print("opened with the studio's key:", opened["KeyId"] == lab.key_arn)

# %% [markdown]
# That is a table key, 256 bits, for AES-256. Now leave out the context, and then change one bit.

# %%
tampered = bytearray(wrapped)
tampered[-1] ^= 1
attempts = {"no context": (wrapped, {}), "one bit": (bytes(tampered), bound_to)}
for what, (blob, pairs) in attempts.items():
    try:
        kms.decrypt(CiphertextBlob=blob, EncryptionContext=pairs)
    except ClientError as error:
        print(f"{what}: {error.response['Error']['Code']}")
    else:
        raise RuntimeError(f"{what}: KMS has decrypted it.")

# %% [markdown]
# **What just happened?** KMS uses AES-GCM, which notices every change. The encryption context is no secret, but it is bound to the ciphertext: one table's key cannot be passed off as another's. The sandbox encrypts the pages with AES-GCM as well. If one was changed, it refuses the read instead of giving out a wrong item. Which error you get then is its assumption.

# %% [markdown]
# ## 6. What it does not protect from
#
# | danger | does encryption at rest help? | what helps |
# |---|---|---|
# | a stolen disk | yes | this is what it is for |
# | someone who may read the table, and not use its key | yes | a customer managed key, with a policy that leaves this person out |
# | someone who may do both | no | fewer permissions; encryption in the program |
# | someone who listens on the network | no | encryption in transit, which is TLS |
# | a program that logs what it has read | no | care in writing programs |
# | someone who deletes the table | no | fewer permissions; backups |

# %%
dynamodb.meta.endpoint_url

# %% [markdown]
# The `s` in `https` stands for the TLS that protects your items on their way.

# %% [markdown]
# ## 7. Encrypt before you send
#
# Bruno's server needs the players, but not their e-mail addresses. He may read the table and use its key, so that key keeps nothing from him. You encrypt the address in your own program, under a *data key*, and the data key under a second KMS key, `alias/players-private`. This is *client-side encryption*. The encryption context is your choice here: it says where the address belongs.

# %%
place = {"table": lab.table_name, "player_id": "p-004"}
data_key = kms.generate_data_key(
    KeyId=lab.private_key_alias, KeySpec="AES_256", EncryptionContext=place
)
nonce = os.urandom(12)
cipher = AESGCM(data_key["Plaintext"])
email = nonce + cipher.encrypt(nonce, b"wren@example.com", None)
wren = {"player_id": {"S": "p-004"}, "name": {"S": "Wren"}}
wren |= {"email": {"B": email}, "email_key": {"B": data_key["CiphertextBlob"]}}
answer = dynamodb.put_item(TableName=lab.table_name, Item=wren)
answer["ResponseMetadata"]["HTTPStatusCode"]

# %% [markdown]
# {{predict 4.3}}

# %%
### BEGIN SOLUTION
predict("4.3", "c")
### STUB
predict("4.3", ...)
### END SOLUTION

# %%
bruno = lab.as_user("bruno")  # a boto3 session with an access key of his
bruno_dynamodb, bruno_kms = bruno.client("dynamodb"), bruno.client("kms")
key = {"player_id": {"S": "p-004"}}
seen = bruno_dynamodb.get_item(TableName=lab.table_name, Key=key)["Item"]
stored_email = seen["email"]["B"]
print("name:", seen["name"]["S"])
print("email:", len(stored_email), "bytes; readable:", b"wren" in stored_email)

# %%
email_key = seen["email_key"]["B"]
try:
    bruno_kms.decrypt(CiphertextBlob=email_key, EncryptionContext=place)
except ClientError as error:
    print(error.response["Error"]["Code"])
else:
    raise RuntimeError("Bruno has opened the data key.")

# %%
predict("4.3")

# %% [markdown]
# **What just happened?** DynamoDB opened the item for Bruno, and inside was another ciphertext: for DynamoDB, bytes like any other. This has a price. Nobody can search by this attribute any more, and your program must look after encryption. AWS has a library for it, the *AWS Database Encryption SDK*.

# %% [markdown]
# ## Exercises
#
# {{exercise 4.1}}
#
# *Inputs:* `lab.old_table_name`, `lab.account_id`. *Goal:* in `context`, the encryption context under which KMS opens the table key of `players-2025`, as a dictionary.

# %% tags=["answer"]
### BEGIN SOLUTION
context = {
    "aws:dynamodb:tableName": lab.old_table_name,
    "aws:dynamodb:subscriberId": lab.account_id,
}
### STUB
context = ...
### END SOLUTION

# %%
check("4.1", context)

# %% wrong="the other table" says="KMS refuses it"
context = {
    "aws:dynamodb:tableName": lab.table_name,
    "aws:dynamodb:subscriberId": lab.account_id,
}

# %% wrong="names cut short" says="the two names"
context = {"tableName": lab.old_table_name, "subscriberId": lab.account_id}

# %% wrong="the table only" says="the two names"
context = {"aws:dynamodb:tableName": lab.old_table_name}

# %% wrong="nothing" says="an empty dictionary"
context = {}

# %% wrong="the table's ARN" says="KMS refuses it"
context = {
    "aws:dynamodb:tableName": dynamodb.describe_table(
        TableName=lab.old_table_name
    )["Table"]["TableArn"],
    "aws:dynamodb:subscriberId": lab.account_id,
}

# %% wrong="the account as a number" says="no text"
context = {
    "aws:dynamodb:tableName": lab.old_table_name,
    "aws:dynamodb:subscriberId": int(lab.account_id),
}

# %% wrong="a name" says="a dictionary"
context = lab.old_table_name

# %% [markdown] tags=["solution"]
# It is the same pair of names for each table, and it stands in every `Decrypt` event. Because the table's name is in it, one table's key cannot be passed off as another's, and a policy can allow a KMS key for one table only.

# %% [markdown]
# {{exercise 4.2}}
#
# Somebody has looked at last season's players. Both tables are under the same key.
#
# *Inputs:* `cloudtrail`, `lab.old_table_name`. *Goal:* in `readers`, a list of the names of the IAM users for whom the table key of `players-2025` was opened. Leave out `admin`, which is you.

# %% tags=["answer"]
### BEGIN SOLUTION
by_name = [{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}]
readers = set()
for event in cloudtrail.lookup_events(LookupAttributes=by_name)["Events"]:
    record = json.loads(event["CloudTrailEvent"])
    pairs = (record["requestParameters"] or {}).get("encryptionContext", {})
    of_table = pairs.get("aws:dynamodb:tableName") == lab.old_table_name
    if of_table and "errorCode" not in record:
        readers.add(event["Username"])
readers = sorted(readers - {"admin"})
### STUB
readers = ...
### END SOLUTION

# %%
check("4.2", readers)

# %% wrong="everybody who had a key opened" says="bruno, whose Decrypt was about another table"
readers = sorted(
    {
        e["Username"]
        for e in [
            e
            for e in cloudtrail.lookup_events()["Events"]
            if e["EventName"] == "Decrypt"
        ]
    }
    - {"admin"}
)

# %% wrong="the refused one, too" says="edda, whom KMS refused"
wanted = '"aws:dynamodb:tableName": "' + lab.old_table_name
readers = [
    e["Username"]
    for e in [
        e
        for e in cloudtrail.lookup_events()["Events"]
        if e["EventName"] == "Decrypt"
    ]
    if wanted in e["CloudTrailEvent"] and e["Username"] != "admin"
]

# %% wrong="admin, too" says="which is you"
readers = ["admin", "nils", "tess"]

# %% wrong="one of them" says="somebody is missing"
readers = ["nils"]

# %% wrong="nobody who called" says="no Decrypt event"
readers = ["sana"]

# %% wrong="reads instead of decryptions" says="0 of 2"
readers = [
    e["Username"]
    for e in cloudtrail.lookup_events()["Events"]
    if e["EventName"] == "GetItem"
]

# %% wrong="whole events" says="in it, `{'EventId'"
readers = [
    e for e in cloudtrail.lookup_events()["Events"] if e["EventName"] == "Decrypt"
]

# %% wrong="a text" says="a list of names"
readers = "nils, tess"

# %% [markdown] tags=["solution"]
# Three things tell the events apart. The context says which table it was about: the ARN of the key does not, since two tables share it. An `errorCode` says that the call was refused, as it was for Edda. And the name is that of the person, although DynamoDB made the call.

# %% tags=["solution"]
readers

# %% [markdown]
# {{exercise 4.3}}
#
# *Inputs:* `item`, a player as `get_item` shows it, whose `email` and `email_key` were made as in section 7; and `kms`. *Goal:* the function returns the e-mail address as text, for any such player.


# %% tags=["answer"]
def read_email(item):
    ### BEGIN SOLUTION
    place = {"table": lab.table_name, "player_id": item["player_id"]["S"]}
    wrapped, sealed = item["email_key"]["B"], item["email"]["B"]
    opened = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=place)
    cipher = AESGCM(opened["Plaintext"])
    return cipher.decrypt(sealed[:12], sealed[12:], None).decode()
    ### END SOLUTION


# %%
check("4.3", read_email)


# %% wrong="the context of one player" says="the encryption context of this very player"
def read_email(item):
    place = {"table": lab.table_name, "player_id": "p-004"}
    key = kms.decrypt(
        CiphertextBlob=item["email_key"]["B"], EncryptionContext=place
    )
    whole = item["email"]["B"]
    return AESGCM(key["Plaintext"]).decrypt(whole[:12], whole[12:], None)


# %% wrong="the address given to KMS" says="the item's email_key"
def read_email(item):
    return kms.decrypt(CiphertextBlob=item["email"]["B"])["Plaintext"]


# %% wrong="one data key for all" says="InvalidTag" outcome="raised"
def read_email(item):
    return AESGCM(data_key["Plaintext"]).decrypt(
        item["email"]["B"][:12], item["email"]["B"][12:], None
    )


# %% wrong="the nonce left in" says="InvalidTag" outcome="raised"
def read_email(item):
    place = {"table": lab.table_name, "player_id": item["player_id"]["S"]}
    key = kms.decrypt(
        CiphertextBlob=item["email_key"]["B"], EncryptionContext=place
    )
    whole = item["email"]["B"]
    return AESGCM(key["Plaintext"]).decrypt(whole[:12], whole, None)


# %% wrong="bytes" says="decode()"
def read_email(item):
    place = {"table": lab.table_name, "player_id": item["player_id"]["S"]}
    key = kms.decrypt(
        CiphertextBlob=item["email_key"]["B"], EncryptionContext=place
    )
    whole = item["email"]["B"]
    return AESGCM(key["Plaintext"]).decrypt(whole[:12], whole[12:], None)


# %% wrong="the address of one player" says="Expected: `noor@example.com`"
def read_email(item):
    return "wren@example.com"


# %% wrong="no function" says="Expected: a function"
def read_email(item): ...


read_email = "wren@example.com"

# %% [markdown] tags=["solution"]
# First KMS opens the data key, and only for somebody who may use `alias/players-private`. Then the program decrypts, with the nonce that comes before the ciphertext. The player's ID is in the encryption context, so nobody can move one player's address to another player unnoticed.

# %% [markdown]
# ## In your own words
#
# {{written 4.a}}

# %% [markdown]
# {{written 4.b}}

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("04", {"q1": "b", "q2": "c", "q3": "b", "q4": "a", "q5": "c"})
### STUB
quiz("04", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - On the disk there is ciphertext and a wrapped table key. A caller sees plaintext.
# - Nobody holds the KMS key. Permissions say for whom it is used.
# - The audit trail names the person, the table and the way, but not each read.
# - Encryption at rest does not stop somebody who may read the table and use the key.
# - Client-side encryption does, under a key that this person may not use.
#
# **Key terms.** *Transparent encryption*: the service encrypts when it stores and decrypts when it answers. *Table key*: the key of one table, itself encrypted under the KMS key. *Encryption context*: pairs of names and values without which KMS does not decrypt; they are no secret. *Data key*: a key that KMS makes for use outside KMS, once in plaintext and once encrypted. *Client-side encryption*: the program encrypts before it sends.
#
# **Clean up.** Here: nothing; the account ends with the kernel. On a real account: delete the tables, the users and their access keys, and schedule the deletion of both keys.
