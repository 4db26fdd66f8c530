# ---
# jupyter:
#   course:
#     title: Data visibility
#     promise: On the disk your items are ciphertext, and yet you read them as usual. Find out what happens in between, and what it does not protect against.
#     minutes: {reading: 20, exercises: 35}
#     level: Intermediate. You can read Python and JSON.
#     needs:
#       - "[03 DynamoDB's encryption options](03_dynamodb_encryption_options.ipynb)"
#       - or a basic understanding of a table under a customer managed key
#     outcomes:
#       - compare an item as a caller sees it with the item as it is stored
#       - explain why a caller sees plaintext without ever holding a key
#       - answer an auditor's questions about a table from KMS's events
#       - name what encryption at rest does not protect against
#       - encrypt an attribute before you send it, and decrypt it again
#     simulated: The account, its keys and its tables. The stored bytes are real ciphertext, and you may look at them.
#     aws: Nobody outside DynamoDB sees the stored bytes or the wrapped table key. CloudTrail's events appear after some minutes.
#     cost: A few cents. Each of the two customer managed keys costs USD 1 a month, prorated hourly. DynamoDB's own charges are extra.
# ---

# %% [markdown]
# ## Set-up
#
# The tables `players` and `players-2025` are under the studio's key. You may use that key, and so may some of your colleagues. One of them is Bruno, who runs the game server.

# %%
import json
import os

import boto3
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers import check, hint, open_lab, predict, progress, quiz, refused
from helpers.display import key_layers, show, table

lab = open_lab("04")
lab

# %% [markdown]
# ## 1. What you see, and what is stored
#
# Read a player from the encrypted table, and then look at the disk. On AWS, nobody outside DynamoDB can do the latter. (The cell moves the clock first; section 3 shows why that matters.)

# %%
dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")
cloudtrail = boto3.client("cloudtrail")
lab.advance(minutes=6)
request = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-001"}}}
player = dynamodb.get_item(**request)["Item"]
player

# %%

stored = lab.at_rest()
key_layers(stored)

# %%
words = [player["name"]["S"], player["email"]["S"], "player_id", "p-001"]
found = [(word, stored.contains(word)) for word in words]
table(found, ["looked for", "found on the disk"])

# %% [markdown]
# **What just happened?** You called DynamoDB and nothing else, and you see plaintext. This is *transparent encryption*: DynamoDB encrypts what it stores and decrypts what it returns, so programs do not have to change. No part of the item can be read on the disk, neither its values nor the names of its attributes. The keys are stored next to the items, but they are encrypted as well. Only KMS can decrypt the table key, and without it everything below stays locked.
#
# On AWS there is one exception. A table's primary key may have a second part, the *sort key*. DynamoDB keeps some of its values in plaintext in the table's metadata, to mark where ranges begin and end. Never put a secret into a sort key.

# %% [markdown]
# ## 2. Who asked KMS?
#
# When you read the item, somebody had to ask KMS to decrypt the table key. CloudTrail has recorded it.
#
# {{predict 4.1}}

# %%
### BEGIN SOLUTION
predict("4.1", "b")
### STUB
predict("4.1", ...)
### END SOLUTION


# %%
def events_of(operation):
    """All events of an operation, oldest first."""
    by_name = {"AttributeKey": "EventName", "AttributeValue": operation}
    paginator = cloudtrail.get_paginator("lookup_events")
    pages = paginator.paginate(LookupAttributes=[by_name])
    events = [event for page in pages for event in page["Events"]]
    return [json.loads(event["CloudTrailEvent"]) for event in reversed(events)]


newest = events_of("Decrypt")[-1]
parts = ["eventName", "userIdentity", "sourceIPAddress", "requestParameters"]
show({part: newest[part] for part in parts})

# %%
predict("4.1")

# %% [markdown]
# {{architecture}}
#
# **What just happened?** One call of `lookup_events` returns at most 50 events, so the *paginator* fetches page after page. The newest `Decrypt` event names you, and `invokedBy` says that DynamoDB made the call. The parameters name no KMS key, because the encrypted table key itself records which one is needed. They hold the *encryption context*: the table's name and the account's ID.
#
# KMS decides for each caller separately. Bruno does not *have* the key, and neither do you, because a KMS key never leaves KMS. What you both have is permission for single actions, such as `kms:Decrypt`. Key policies, IAM policies and grants give such permissions, and all of them can be taken away again.
#
# {{exercise 4.1}}
#
# *Inputs:* `lab.old_table_name`, `lab.account_id`. *Goal:* in `old_context`, the encryption context under which KMS opens the table key of `players-2025`, as a dictionary.

# %% tags=["answer"]
### BEGIN SOLUTION
old_context = {
    "aws:dynamodb:tableName": lab.old_table_name,
    "aws:dynamodb:subscriberId": lab.account_id,
}
### STUB
old_context = ...
### END SOLUTION

# %%
check("4.1", old_context)

# %% wrong="the other table" says="KMS refuses it"
old_context = {
    "aws:dynamodb:tableName": lab.table_name,
    "aws:dynamodb:subscriberId": lab.account_id,
}

# %% wrong="names cut short" says="the two names"
old_context = {"tableName": lab.old_table_name, "subscriberId": lab.account_id}

# %% wrong="the table only" says="the two names"
old_context = {"aws:dynamodb:tableName": lab.old_table_name}

# %% wrong="nothing" says="an empty dictionary"
old_context = {}

# %% wrong="the table's ARN" says="KMS refuses it"
old_context = {
    "aws:dynamodb:tableName": dynamodb.describe_table(
        TableName=lab.old_table_name
    )["Table"]["TableArn"],
    "aws:dynamodb:subscriberId": lab.account_id,
}

# %% wrong="the account as a number" says="a value that is not text"
old_context = {
    "aws:dynamodb:tableName": lab.old_table_name,
    "aws:dynamodb:subscriberId": int(lab.account_id),
}

# %% wrong="a name" says="a dictionary"
old_context = lab.old_table_name

# %% wrong="the whole parameters" says="encryptionContext"
old_context = newest["requestParameters"]

# %% [markdown] tags=["solution"]
# The two names are the same for every table, and every `Decrypt` event of DynamoDB shows them. Because the context holds the table's name, one table's key cannot be passed off as another's, and a policy can allow the use of a KMS key for a single table.


# %%
def table_of(event):
    """The table that an event names in its encryption context, or None."""
    parameters = event["requestParameters"] or {}
    return parameters.get("encryptionContext", {}).get("aws:dynamodb:tableName")


# %% [markdown]
# {{exercise 4.2}}
#
# Two tables share the studio's key, and `table_of` tells their events apart.
#
# *Inputs:* `events_of`, `table_of`, `lab.old_table_name`. *Goal:* in `last_reader`, the name of the IAM user on whose behalf DynamoDB made its latest `Decrypt` call for `players-2025`.

# %% tags=["answer"]
### BEGIN SOLUTION
decrypts = [e for e in events_of("Decrypt") if table_of(e) == lab.old_table_name]
last_reader = decrypts[-1]["userIdentity"]["userName"]
### STUB
last_reader = ...
### END SOLUTION

# %%
check("4.2", last_reader)

# %% wrong="the newest of all" says="about another table, or is older"
last_reader = events_of("Decrypt")[-1]["userIdentity"]["userName"]

# %% wrong="the oldest" says="about another table, or is older"
last_reader = next(
    e for e in events_of("Decrypt") if table_of(e) == lab.old_table_name
)["userIdentity"]["userName"]

# %% wrong="the one whom KMS refused" says="edda"
last_reader = "edda"

# %% wrong="the service" says="not the user who called DynamoDB"
last_reader = newest["userIdentity"]["invokedBy"]

# %% wrong="the whole event" says="a user's name"
last_reader = [
    e for e in events_of("Decrypt") if table_of(e) == lab.old_table_name
][-1]

# %% wrong="somebody without an event" says="no Decrypt event"
last_reader = "sana"

# %% [markdown] tags=["solution"]
# `events_of` returns the oldest event first, so the last one that names the table is the latest. `userName` is the person's name, although DynamoDB made the call.

# %% [markdown]
# {{exercise 4.3}}
#
# Last season's players have turned up in a forum. Who has looked at them?
#
# *Inputs:* `events_of`, `table_of`, `lab.old_table_name`. *Goal:* in `readers`, a list of the names of all IAM users for whom KMS opened the table key of `players-2025`. Leave out `admin`, which is you.

# %% tags=["answer"]
### BEGIN SOLUTION
readers = set()
for event in events_of("Decrypt"):
    if table_of(event) == lab.old_table_name and "errorCode" not in event:
        readers.add(event["userIdentity"]["userName"])
readers = sorted(readers - {"admin"})
### STUB
readers = ...
### END SOLUTION

# %%
check("4.3", readers)

# %% wrong="everybody who had a key opened" says="bruno, whose Decrypt was about another table"
readers = sorted(
    {e["userIdentity"]["userName"] for e in events_of("Decrypt")} - {"admin"}
)

# %% wrong="the refused one, too" says="edda, whom KMS refused"
readers = [
    e["userIdentity"]["userName"]
    for e in events_of("Decrypt")
    if table_of(e) == lab.old_table_name
    and e["userIdentity"]["userName"] != "admin"
]

# %% wrong="admin, too" says="which is you"
readers = ["admin", "nils", "tess"]

# %% wrong="only the last" says="somebody is missing"
readers = [
    [e for e in events_of("Decrypt") if table_of(e) == lab.old_table_name][-1][
        "userIdentity"
    ]["userName"]
]

# %% wrong="nobody who called" says="no Decrypt event"
readers = ["sana"]

# %% wrong="reads instead of decryptions" says="0 of 2"
readers = [e["userIdentity"]["userName"] for e in events_of("GetItem")]

# %% wrong="whole events" says="a list of `{'eventVersion'"
readers = events_of("Decrypt")

# %% wrong="a text" says="a list of names"
readers = "nils, tess"

# %% [markdown] tags=["solution"]
# The context says which table an event is about; the ARN of the key does not, because two tables share it. An `errorCode` says that the call was refused, as Edda's was. (The sandbox assumes that the event of a refused call still shows the context.)

# %% tags=["solution"]
readers

# %% [markdown]
# ## 3. How often?
#
# {{predict 4.2}}

# %%
### BEGIN SOLUTION
predict("4.2", "b")
### STUB
predict("4.2", ...)
### END SOLUTION


# %%
def read(*player_ids):
    """Read players; return how many Decrypt events that has added."""
    before = len(events_of("Decrypt"))
    for player_id in player_ids:
        key = {"player_id": {"S": player_id}}
        dynamodb.get_item(TableName=lab.table_name, Key=key)
    return len(events_of("Decrypt")) - before


lab.advance(minutes=6)
print("three reads:", read("p-001", "p-002", "p-003"), "Decrypt event")

# %%
predict("4.2")

# %%
from helpers import follow

lab.advance(minutes=6)
follow(dynamodb.get_item(**request))  # a read, step by step

# %%
follow(dynamodb.get_item(**request))  # and another, right after it

# %% [markdown]
# **What just happened?** DynamoDB keeps the decrypted table key for about five minutes, and then it asks KMS again. So the trail shows on whose behalf the key was used, but not how many items were read. For the same reason, a permission that you take away can continue to work for some minutes. The sandbox keeps the table key for each caller and table. (This is an assumption: AWS's documentation speaks of connections.)

# %% [markdown]
# ## 4. Open a table key yourself
#
# Your permission on the KMS key is not limited to requests through DynamoDB, and in the sandbox you have the encrypted, or *wrapped*, table key: `lab.at_rest(…).wrapped_table_key`. So you can do what DynamoDB does. DynamoDB leaves out `KeyId`; AWS recommends naming it, so that no other key is used by mistake.
#
# Without the right encryption context you get `InvalidCiphertextException`. KMS has not kept the context to compare it. The context goes into AES-GCM as *additional authenticated data*, so a wrong one fails in the same way as a damaged ciphertext. It is not secret, but nothing can be decrypted without it.
#
# {{exercise 4.4}}
#
# *Inputs:* `kms`, `lab.at_rest(lab.old_table_name)`, `lab.key_alias`. *Goal:* KMS opens the table key of `players-2025` for you, in a call that names the studio's key.

# %% tags=["answer"]
### BEGIN SOLUTION
old_stored = lab.at_rest(lab.old_table_name)
answer = kms.decrypt(
    KeyId=lab.key_alias,
    CiphertextBlob=old_stored.wrapped_table_key,
    EncryptionContext=dict(old_stored.encryption_context),
)
len(answer["Plaintext"])
### STUB
# Write your code here.
### END SOLUTION

# %%
check("4.4")

# %% wrong="no context" says="InvalidCiphertextException"
try:
    kms.decrypt(
        KeyId=lab.key_alias,
        CiphertextBlob=lab.at_rest(lab.old_table_name).wrapped_table_key,
    )
except ClientError:
    pass

# %% wrong="the context of the other table" says="the encryption context in it was"
try:
    kms.decrypt(
        KeyId=lab.key_alias,
        CiphertextBlob=lab.at_rest(lab.old_table_name).wrapped_table_key,
        EncryptionContext=dict(stored.encryption_context),
    )
except ClientError:
    pass

# %% wrong="no key named" says="without a KeyId"
old = lab.at_rest(lab.old_table_name)
kms.decrypt(
    CiphertextBlob=old.wrapped_table_key,
    EncryptionContext=dict(old.encryption_context),
)

# %% wrong="the private key" says="IncorrectKeyException"
old = lab.at_rest(lab.old_table_name)
try:
    kms.decrypt(
        KeyId=lab.private_key_alias,
        CiphertextBlob=old.wrapped_table_key,
        EncryptionContext=dict(old.encryption_context),
    )
except ClientError:
    pass

# %% wrong="by Bruno" says="such a call by bruno, not by you"
old = lab.at_rest(lab.old_table_name)
lab.as_user("bruno").client("kms").decrypt(
    KeyId=lab.key_alias,
    CiphertextBlob=old.wrapped_table_key,
    EncryptionContext=dict(old.encryption_context),
)

# %% wrong="the table key as text" says="what is not right is CiphertextBlob"
old = lab.at_rest(lab.old_table_name)
try:
    kms.decrypt(
        KeyId=lab.key_alias,
        CiphertextBlob=str(old.wrapped_table_key),
        EncryptionContext=dict(old.encryption_context),
    )
except ClientError:
    pass

# %% wrong="moved to another key" says="Seen: ReEncrypt."
old = lab.at_rest(lab.old_table_name)
kms.re_encrypt(
    CiphertextBlob=old.wrapped_table_key,
    SourceEncryptionContext=dict(old.encryption_context),
    DestinationKeyId=lab.private_key_alias,
)

# %% wrong="this season's table" says="table key of players."
kms.decrypt(
    KeyId=lab.key_alias,
    CiphertextBlob=stored.wrapped_table_key,
    EncryptionContext=dict(stored.encryption_context),
)

# %% wrong="an alias that does not exist" says="NotFoundException"
old = lab.at_rest(lab.old_table_name)
try:
    kms.decrypt(
        KeyId="alias/player-table",
        CiphertextBlob=old.wrapped_table_key,
        EncryptionContext=dict(old.encryption_context),
    )
except ClientError:
    pass

# %% [markdown] tags=["solution"]
# The trail now has a `Decrypt` event without `invokedBy`: this time you called KMS yourself. A key policy can forbid that and still let you use the key through DynamoDB. Notebook 06 shows how.

# %% [markdown]
# ## 5. What encryption at rest does not protect against
#
# Encryption at rest protects stored data from anyone who gets hold of the storage. It does not keep out anyone who may read the table and use its key, because DynamoDB decrypts for them. There are three ways to stop such a person from reading:
#
# - Take away the permission to read the table.
# - Put the table under a customer managed key, and leave this person out of its key policy, IAM policies and grants.
# - Encrypt the value in your own program before DynamoDB receives it. This is *client-side encryption*.
#
# Nor does encryption at rest protect the items on the network, since DynamoDB has decrypted them before it answers. TLS does that; it is the `s` in `https`. (The sandbox sends nothing over a network, and uses no TLS.)
#
# {{exercise 4.5}}
#
# *Goal:* in `remedies`, what helps against each danger. Use each of these once: `"encryption at rest"`, `"TLS"`, `"customer managed key"`, `"client-side encryption"`, `"fewer permissions"`.

# %% tags=["answer"]
### BEGIN SOLUTION
remedies = {
    "One of DynamoDB's disks is stolen": "encryption at rest",
    "Somebody listens in on the network": "TLS",
    "Edda, who may read every table, reads players": "customer managed key",
    "Bruno, who needs the players, reads an address": "client-side encryption",
    "A colleague deletes the table": "fewer permissions",
}
### STUB
remedies = {
    "One of DynamoDB's disks is stolen": ...,
    "Somebody listens in on the network": ...,
    "Edda, who may read every table, reads players": ...,
    "Bruno, who needs the players, reads an address": ...,
    "A colleague deletes the table": ...,
}
### END SOLUTION

# %%
check("4.5", remedies)

# %% wrong="at rest against the listener" says="decrypted the items before"
remedies = {
    "One of DynamoDB's disks is stolen": "customer managed key",
    "Somebody listens in on the network": "encryption at rest",
    "Edda, who may read every table, reads players": "fewer permissions",
    "Bruno, who needs the players, reads an address": "client-side encryption",
    "A colleague deletes the table": "TLS",
}

# %% wrong="the key against Bruno" says="Bruno may use the table's key"
remedies = {
    "One of DynamoDB's disks is stolen": "encryption at rest",
    "Somebody listens in on the network": "TLS",
    "Edda, who may read every table, reads players": "client-side encryption",
    "Bruno, who needs the players, reads an address": "customer managed key",
    "A colleague deletes the table": "fewer permissions",
}

# %% wrong="encryption against deletion" says="DeleteTable decrypts nothing"
remedies = {
    "One of DynamoDB's disks is stolen": "encryption at rest",
    "Somebody listens in on the network": "TLS",
    "Edda, who may read every table, reads players": "fewer permissions",
    "Bruno, who needs the players, reads an address": "client-side encryption",
    "A colleague deletes the table": "customer managed key",
}

# %% wrong="other names" says="no entry for `stolen`"
remedies = {
    "a": "encryption at rest",
    "b": "TLS",
    "c": "customer managed key",
    "d": "client-side encryption",
    "e": "fewer permissions",
}

# %% wrong="one for all" says="each of the five once"
remedies = dict.fromkeys(
    [
        "One of DynamoDB's disks is stolen",
        "Somebody listens in on the network",
        "Edda, who may read every table, reads players",
        "Bruno, who needs the players, reads an address",
        "A colleague deletes the table",
    ],
    "client-side encryption",
)

# %% wrong="half of it" says="dots for"
remedies = {
    "One of DynamoDB's disks is stolen": "encryption at rest",
    "Somebody listens in on the network": "TLS",
    "Edda, who may read every table, reads players": ...,
    "Bruno, who needs the players, reads an address": ...,
    "A colleague deletes the table": ...,
}

# %% wrong="another word" says="`https`"
remedies = {
    "One of DynamoDB's disks is stolen": "encryption at rest",
    "Somebody listens in on the network": "https",
    "Edda, who may read every table, reads players": "customer managed key",
    "Bruno, who needs the players, reads an address": "client-side encryption",
    "A colleague deletes the table": "fewer permissions",
}

# %% wrong="no dictionary" says="a dictionary"
remedies = ["TLS"]

# %% [markdown] tags=["solution"]
# Client-side encryption would help against the thief and the listener too. It is the only remedy against Bruno, who keeps his permissions, so it is needed there. Edda keeps her permission to read tables, so the key has to keep her out. No encryption keeps anyone from deleting a table.

# %% [markdown]
# ## 6. Encrypt before you send
#
# Bruno's server needs the players, but not their e-mail addresses. He may read the table and use its key. So your program encrypts the address under a *data key*, and KMS encrypts that data key under a second KMS key, `alias/players-private`, which Bruno may not use. You choose the encryption context; here it says where the address belongs.


# %%
def protect(email, player_id):
    """Encrypt an address; return two attributes for the player's item."""
    place = {"table": lab.table_name, "player_id": player_id}
    data_key = kms.generate_data_key(
        KeyId=lab.private_key_alias, KeySpec="AES_256", EncryptionContext=place
    )
    nonce = os.urandom(12)
    cipher = AESGCM(data_key["Plaintext"])
    sealed = nonce + cipher.encrypt(nonce, email.encode(), None)
    blob = data_key["CiphertextBlob"]
    return {"email": {"B": sealed}, "email_key": {"B": blob}}


# %%
wren = {"player_id": {"S": "p-004"}, "name": {"S": "Wren"}}
wren |= protect("wren@example.com", "p-004")
sent = dynamodb.put_item(TableName=lab.table_name, Item=wren)
sent["ResponseMetadata"]["HTTPStatusCode"]

# %% [markdown]
# {{predict 4.3}}

# %%
### BEGIN SOLUTION
predict("4.3", "c")
### STUB
predict("4.3", ...)
### END SOLUTION

# %%
bruno = lab.as_user("bruno")  # a boto3 session with an access key of Bruno's
p_004 = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-004"}}}
seen = bruno.client("dynamodb").get_item(**p_004)["Item"]
print(seen["name"]["S"], "and", len(seen["email"]["B"]), "bytes")
place = {"table": lab.table_name, "player_id": "p-004"}
blob = seen["email_key"]["B"]
with refused("AccessDeniedException") as denial:
    bruno.client("kms").decrypt(CiphertextBlob=blob, EncryptionContext=place)
denial

# %%
predict("4.3")

# %% [markdown]
# {{picture client_server}}
#
# **What just happened?** DynamoDB decrypted the item for Bruno, and inside was another ciphertext. To DynamoDB these are bytes like any others. This has a price: as built here, nobody can search by the address, and your program has to manage encryption. Anyone who has kept the plaintext data key can still decrypt this one address, even after losing the permission to use KMS.
#
# AWS's *Database Encryption SDK* takes over that work, and can search encrypted attributes with *beacons*. Its documentation names Java, .NET and Rust; for Python, there is the older *DynamoDB Encryption Client*.
#
# {{exercise 4.6}}
#
# Player `p-002` was stored before the studio had `protect`, so Bruno can read the address.
#
# *Inputs:* `dynamodb`, `lab.table_name`, `protect`. *Goal:* in the table, the address of `p-002` is encrypted as Wren's is, and the item's other attributes are unchanged.

# %% tags=["answer"]
### BEGIN SOLUTION
p_002 = {"player_id": {"S": "p-002"}}
item = dynamodb.get_item(TableName=lab.table_name, Key=p_002)["Item"]
item |= protect(item["email"]["S"], "p-002")
dynamodb.put_item(TableName=lab.table_name, Item=item)["ResponseMetadata"][
    "HTTPStatusCode"
]
### STUB
# Write your code here.
### END SOLUTION

# %%
check("4.6")

# %% wrong="another player's context" says="does not open in the context of p-002"
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
dynamodb.put_item(
    TableName=lab.table_name,
    Item=item | protect(item["email"]["S"], "p-004"),
)

# %% wrong="under the table's own key" says="a data key under another key"
place = {"table": lab.table_name, "player_id": "p-002"}
data_key = kms.generate_data_key(
    KeyId=lab.key_alias, KeySpec="AES_256", EncryptionContext=place
)
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
nonce = os.urandom(12)
cipher = AESGCM(data_key["Plaintext"])
sealed = nonce + cipher.encrypt(nonce, item["email"]["S"].encode(), None)
blob = data_key["CiphertextBlob"]
item |= {"email": {"B": sealed}, "email_key": {"B": blob}}
dynamodb.put_item(TableName=lab.table_name, Item=item)

# %% wrong="kept beside it" says="the address in plaintext, in `old_email`"
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
old_email = {"old_email": item["email"]}
dynamodb.put_item(
    TableName=lab.table_name,
    Item=item | protect(item["email"]["S"], "p-002") | old_email,
)

# %% wrong="another player" says="a data key for p-003"
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-003"}}
)["Item"]
dynamodb.put_item(
    TableName=lab.table_name, Item=item | protect(item["email"]["S"], "p-003")
)

# %% wrong="the other attributes lost" says="name"
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
dynamodb.put_item(
    TableName=lab.table_name,
    Item={
        "player_id": {"S": "p-002"},
        **protect(item["email"]["S"], "p-002"),
    },
)

# %% wrong="not stored" says="still in plaintext"
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
item |= protect(item["email"]["S"], "p-002")

# %% wrong="somebody else's address" says="an encrypted text that is not the address"
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
dynamodb.put_item(
    TableName=lab.table_name, Item=item | protect("wren@example.com", "p-002")
)

# %% wrong="the attribute value as the address" says="Seen: "
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
dynamodb.put_item(
    TableName=lab.table_name, Item=item | protect(str(item["email"]), "p-002")
)

# %% wrong="without the data key" says="no email_key"
item = dynamodb.get_item(
    TableName=lab.table_name, Key={"player_id": {"S": "p-002"}}
)["Item"]
item["email"] = protect(item["email"]["S"], "p-002")["email"]
dynamodb.put_item(TableName=lab.table_name, Item=item)

# %% wrong="by Bruno" says="AccessDenied"
try:
    bruno.client("dynamodb").update_item(
        TableName=lab.table_name,
        Key={"player_id": {"S": "p-002"}},
        UpdateExpression="REMOVE email",
    )
except ClientError:
    pass

# %% [markdown] tags=["solution"]
# `put_item` replaces the whole item, so it has to be given every attribute. From now on Bruno sees bytes. A backup that was made earlier still holds the address under the table's key alone.

# %% [markdown]
# {{exercise 4.7}}
#
# *Inputs:* `item`, a player as `get_item` returns it, with `email` and `email_key` from `protect`; and `kms`, `lab.table_name`. *Goal:* the function returns the address as text, for any such player.


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
check("4.7", read_email)


# %% wrong="the context of one player" says="the encryption context of this player"
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
    data_key = kms.generate_data_key(
        KeyId=lab.private_key_alias, KeySpec="AES_256"
    )
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


# %% wrong="printed" says="did you print"
def read_email(item):
    place = {"table": lab.table_name, "player_id": item["player_id"]["S"]}
    key = kms.decrypt(
        CiphertextBlob=item["email_key"]["B"], EncryptionContext=place
    )
    whole = item["email"]["B"]
    print(AESGCM(key["Plaintext"]).decrypt(whole[:12], whole[12:], None))


# %% wrong="the address of one player" says="`wren@example.com`"
def read_email(item):
    return "wren@example.com"


# %% wrong="no function" says="Expected: the function itself"
def read_email(item): ...


read_email = "wren@example.com"

# %% [markdown] tags=["solution"]
# First KMS decrypts the data key, and only for somebody who may use `alias/players-private`. Then the program decrypts the address, with the nonce that is stored in front of it. The player's ID is in the encryption context, so nobody can move one player's address to another player unnoticed.

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
quiz("04", {"q1": "b", "q2": "c", "q3": "b", "q4": "b", "q5": "c"})
### STUB
quiz("04", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - The disk holds ciphertext and a wrapped table key. A caller sees plaintext.
# - Nobody holds the KMS key. Permissions decide for whom KMS uses it.
# - KMS's events name the person, the table and the service, but not each read.
# - Encryption at rest does not stop anyone who may read the table and use its key.
# - Client-side encryption does, under a key that this person may not use.
#
# **Read more.** [How DynamoDB uses KMS](https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html): the table key, its cache and the events. [Encryption context](https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html). [LookupEvents](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html) and its pages. [Searchable encryption](https://docs.aws.amazon.com/database-encryption-sdk/latest/devguide/searchable-encryption.html) in the Database Encryption SDK.
#
# **Key terms.** *Transparent encryption*: the service encrypts what it stores and decrypts what it returns. *Table key*: the key of one table, itself encrypted under the KMS key. *Encryption context*: pairs of names and values without which KMS does not decrypt; they are not secret. *Data key*: a key that KMS makes for use outside KMS, in plaintext and encrypted. *Client-side encryption*: the program encrypts before it sends.
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops. On a real account, delete the tables, the users and their access keys, and schedule the deletion of both keys.

# %%
progress()
