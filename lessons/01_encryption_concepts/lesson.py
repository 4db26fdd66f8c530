# ---
# jupyter:
#   course:
#     title: Encryption concepts
#     promise: You encrypt by hand, see what a changed byte does, and find out why keys need a vault.
#     minutes: {reading: 20, exercises: 30}
#     level: Beginner. You can read Python, and you have seen bytes.
#     needs:
#       - "[00 Start here](00_start_here.ipynb)"
#     outcomes:
#       - tell encryption at rest, in transit and in use apart
#       - encrypt with AES-256-GCM, and say what nonce and tag are for
#       - choose between a symmetric and an asymmetric key
#       - encrypt a file under a data key from KMS, and open it again
#     simulated: KMS, DynamoDB and the audit trail. The encryption that you do yourself is real, with the library that you would use anywhere.
#     aws: The calls are the same. CloudTrail shows an event some minutes after the call.
#     cost: A few cents. A customer managed key is USD 1 a month, counted by the hour.
# ---

# %% [markdown]
# ## Set-up
#
# Every night Lanternfish Games writes its players into a file, the export. A newsletter and a backup need it, and it is full of addresses. You are to encrypt it.

# %%
import json
import time

import boto3
import pandas as pd

from helpers import check, hint, open_lab, predict, quiz
from lessons.charts import byte_grid, line_chart, recorded_timings

pd.options.display.max_colwidth = None  # Tables show long texts whole.
lab = open_lab("01")
lab

# %% [markdown]
# {{architecture}}

# %% [markdown]
# ## 1. Where can data be seen?
#
# | data is | where | what protects it there |
# |---|---|---|
# | *at rest* | on a disk, in a backup, in a file | encryption of what is stored |
# | *in transit* | on a network | encryption of the connection: TLS |
# | *in use* | in the memory of a program that works with it | who may run the program and call it |
#
# Each row is a place of its own. Protection in one is none in the others.
#
# {{predict 1.1}}

# %%
### BEGIN SOLUTION
predict("1.1", "b")
### STUB
predict("1.1", ...)
### END SOLUTION

# %%
sent = {}
dynamodb = boto3.client("dynamodb")
dynamodb.meta.events.register(
    "before-call.dynamodb", lambda params, **_: sent.update(params)
)
item = {"player_id": {"S": "p-001"}, "email": {"S": "juno@example.com"}}
dynamodb.put_item(TableName=lab.table_name, Item=item)
print(sent["url"])
print(sent["body"].decode())

# %%
predict("1.1")

# %% [markdown]
# **What just happened?** You looked at the request as boto3 makes it. The address is in it, readable. The `s` of `https` stands for TLS, which encrypts the connection, and the connection only. When the request arrives, DynamoDB has the address in clear again. Encryption at rest begins after that, on the way to the disk.

# %% [markdown]
# ## 2. A key
#
# `cryptography` is a library that many Python programs encrypt with.

# %%
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

line = b"p-001,juno@example.com,1250"
key = AESGCM.generate_key(bit_length=256)
nonce = os.urandom(12)
sealed = AESGCM(key).encrypt(nonce, line, None)
{"line": len(line), "sealed": len(sealed), "bits of the key": 8 * len(key)}

# %%
AESGCM(key).decrypt(nonce, sealed, None)

# %% [markdown]
# **What just happened?** *Encryption* turned a *plaintext* into a *ciphertext*. The algorithm, AES in Galois/Counter Mode, is public. All the secrecy is in the *key*: 256 random bits. Whoever has it reads the line. Without it the line is lost, for you as well.
#
# The *nonce* is a number used once. It is no secret, and lies beside the ciphertext. With a new one, the same plaintext gives another ciphertext, so nobody sees that two lines are equal. Under one key it must never come twice.

# %%
another = AESGCM(key).encrypt(os.urandom(12), line, None)
{"the same ciphertext": another == sealed}

# %% [markdown]
# The ciphertext is 16 bytes longer than the line. These bytes are the *tag*.

# %% [markdown]
# ## 3. A changed byte
#
# {{predict 1.2}}

# %%
### BEGIN SOLUTION
predict("1.2", "c")
### STUB
predict("1.2", ...)
### END SOLUTION

# %%
stored = nonce + sealed
damaged = bytearray(stored)
damaged[20] ^= 1  # One bit, in the address.
parts = {"nonce": 12, "ciphertext": len(line), "tag": 16}
byte_grid(
    "What is stored, byte by byte, with one bit flipped",
    parts,
    stored,
    bytes(damaged),
)

# %%
try:
    AESGCM(key).decrypt(bytes(damaged[:12]), bytes(damaged[12:]), None)
except InvalidTag:
    print("Refused: the tag does not fit.")
else:
    raise RuntimeError("The damaged message was opened.")

# %%
predict("1.2")

# %% [markdown]
# **What just happened?** The tag is computed from the key, the nonce and every byte of the ciphertext. On decrypting it is computed again, and if one bit differs you get nothing. So AES-GCM keeps a text secret, and tells you whether somebody has changed it.

# %% [markdown]
# ## 4. One key or two?
#
# AES is *symmetric*: the same key encrypts and decrypts. RSA is *asymmetric*: a *public key* encrypts, and only the *private key* decrypts.

# %%
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
public_key = private_key.public_key()
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


# %%
def symmetric(data):
    box = AESGCM(key).encrypt(nonce, data, None)
    return AESGCM(key).decrypt(nonce, box, None)


# 190 bytes at a time: no more fits into one block of RSA-2048.
def asymmetric(data):
    parts = [data[i : i + 190] for i in range(0, len(data), 190)]
    blocks = [public_key.encrypt(part, oaep) for part in parts]
    return b"".join(private_key.decrypt(block, oaep) for block in blocks)


# %% [markdown]
# A test may use a nonce twice. Nothing else may. What do you expect of the time that each takes?
#
# {{predict 1.3}}

# %%
### BEGIN SOLUTION
predict("1.3", "c")
### STUB
predict("1.3", ...)
### END SOLUTION


# %% tags=["blank"]
def milliseconds(function, size):
    start = time.perf_counter()
    assert function(bytes(size)) == bytes(size)
    return 1000 * (time.perf_counter() - start)


sizes = [256, 1024, 4096, 16384]
timings = pd.DataFrame({"bytes": sizes})
for name, do in {"AES-256-GCM": symmetric, "RSA-2048": asymmetric}.items():
    timings[name] = [min(milliseconds(do, n) for _ in range(3)) for n in sizes]
timings.round(4)

# %% [markdown] tags=["solution"]
# Your notebook measures this on your own computer, so its numbers are others, and change from run to run. Here are the numbers of one such run, kept in a file.

# %% tags=["solution"]
timings = recorded_timings()
timings.round(4)

# %%
ciphers = ["AES-256-GCM", "RSA-2048"]
lines = {
    name: list(zip(timings["bytes"], timings[name], strict=True))
    for name in ciphers
}
line_chart("Time to encrypt and decrypt", lines, x="bytes", y="milliseconds")

# %%
predict("1.3")

# %% [markdown]
# **What just happened?** Look at the steps of the axis: each is ten times the one before. Data is encrypted with symmetric keys, therefore. The other kind has other work. Somebody outside AWS can encrypt for you with a public key, and cannot decrypt. And a *signature* made with a private key can be checked by everybody. For its tables, DynamoDB takes symmetric keys only.

# %% [markdown]
# ## 5. Why a vault?
#
# Where is `key` now? In this notebook's memory. Write it into a file beside the export, and the encryption is worth nothing. Lose it, and so is the export. Give it to a colleague, and nobody can take it back, or say who used it.
#
# *AWS KMS* is a vault for keys. A *KMS key* never comes out of it. You send something in, KMS encrypts or decrypts it, a policy says who may ask, and an audit trail records who did. But a vault is no place for a big file: KMS takes 4,096 bytes at most.

# %% [markdown]
# ## 6. Envelope encryption
#
# {{predict 1.4}}

# %%
### BEGIN SOLUTION
predict("1.4", "b")
### STUB
predict("1.4", ...)
### END SOLUTION

# %% [markdown]
# First, ask KMS for a *data key*. It comes twice: in clear, and encrypted under the KMS key.

# %%
kms = boto3.client("kms")
context = {"file": "export"}
answer = kms.generate_data_key(
    KeyId=lab.key_alias, KeySpec="AES_256", EncryptionContext=context
)
{name: len(answer[name]) for name in ("Plaintext", "CiphertextBlob")}

# %% [markdown]
# Then encrypt here, with the plaintext key.

# %%
export = b"\n".join(
    b"p-%04d,player%d@example.com" % (n, n) for n in range(1, 1001)
)
export_nonce = os.urandom(12)
envelope = {
    "encrypted_key": answer["CiphertextBlob"],
    "nonce": export_nonce,
    "ciphertext": AESGCM(answer["Plaintext"]).encrypt(export_nonce, export, None),
}
{name: len(value) for name, value in envelope.items()}

# %%
answer = None  # Throw the plaintext key away.

# %% [markdown]
# What remains is the *envelope*: the data, and beside it its key, which only KMS can open. The *encryption context* is bound to the data key, as the next notebook shows.
#
# To read the export, have KMS decrypt the data key. Which KMS key that takes stands in the ciphertext.

# %%
data_key = kms.decrypt(
    CiphertextBlob=envelope["encrypted_key"], EncryptionContext=context
)
opened = AESGCM(data_key["Plaintext"]).decrypt(
    envelope["nonce"], envelope["ciphertext"], None
)
{"the export is back": opened == export}

# %% [markdown]
# And what has KMS seen? Ask the audit trail.

# %%
source = [{"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]
found = boto3.client("cloudtrail").lookup_events(LookupAttributes=source)
events = [json.loads(event["CloudTrailEvent"]) for event in found["Events"]]
names = ("GenerateDataKey", "Decrypt")
calls = [event for event in events if event["eventName"] in names]
pd.DataFrame(calls, columns=["eventName", "requestParameters"])

# %%
predict("1.4")

# %% [markdown]
# **What just happened?** The export never left this notebook. `GenerateDataKey` takes no data, and `Decrypt` got the 97 bytes of the encrypted key. Yet KMS has the last word: who may not use the KMS key cannot open the data key, and without that the envelope stays shut. A new KMS key would mean a new `encrypted_key`, not a new ciphertext. DynamoDB works in this manner, with a *table key* for each table.
#
# To throw away a value is not to wipe its bytes: Python promises no such thing. Until they are overwritten they are data in use, the third row of the table.

# %% [markdown]
# ## Exercises
#
# {{exercise 1.1}}
#
# *Inputs:* the table of section 1. *Goal:* in `states`, for each of the five situations, where the addresses are: `"at rest"`, `"in transit"` or `"in use"`.

# %% tags=["answer"]
### BEGIN SOLUTION
states = {
    "a thief takes a disk out of a server": "at rest",
    "somebody listens in a café's wireless network": "in transit",
    "a backup lies in an archive": "at rest",
    "the newsletter program holds the list in a variable": "in use",
    "the export is uploaded to a partner": "in transit",
}
### STUB
states = {
    "a thief takes a disk out of a server": ...,
    "somebody listens in a café's wireless network": ...,
    "a backup lies in an archive": ...,
    "the newsletter program holds the list in a variable": ...,
    "the export is uploaded to a partner": ...,
}
### END SOLUTION

# %%
check("1.1", states)

# %% wrong="at rest on the network" says="the work of TLS"
states = {
    "a disk": "at rest",
    "a network": "at rest",
    "an archive": "at rest",
    "a variable": "in use",
    "uploaded": "in transit",
}

# %% wrong="a variable at rest" says="variable"
states = {
    "a disk": "at rest",
    "a network": "in transit",
    "an archive": "at rest",
    "a variable": "at rest",
    "uploaded": "in transit",
}

# %% wrong="another word" says="`in memory`"
states = {
    "a disk": "at rest",
    "a network": "in transit",
    "an archive": "at rest",
    "a variable": "in memory",
    "uploaded": "in transit",
}

# %% wrong="one left out" says="dots"
states = {
    "a disk": "at rest",
    "a network": "in transit",
    "an archive": "at rest",
    "a variable": ...,
    "uploaded": "in transit",
}

# %% wrong="a list" says="the type list"
states = ["at rest", "in transit"]

# %% [markdown] tags=["solution"]
# Ask where the bytes are when somebody could see them. On a disk or in an archive they lie still; in a network they move; in a variable a program works with them. The same address passes through all three.

# %% [markdown]
# {{exercise 1.2}}
#
# *Inputs:* a `key`, and bytes in `stored`: a nonce of 12 bytes, then what `encrypt` gave. *Goal:* a function that returns the plaintext, and `None` if a byte was changed.


# %% tags=["answer"]
def open_sealed(key, stored):
    ### BEGIN SOLUTION
    try:
        return AESGCM(key).decrypt(stored[:12], stored[12:], None)
    except InvalidTag:
        return None
    ### END SOLUTION


# %%
check("1.2", open_sealed)


# %% wrong="no except" says="InvalidTag"
def open_sealed(key, stored):
    return AESGCM(key).decrypt(stored[:12], stored[12:], None)


# %% wrong="the nonce twice" says="InvalidTag" outcome="raised"
def open_sealed(key, stored):
    return AESGCM(key).decrypt(stored[:12], stored, None)


# %% wrong="nothing for all" says="message that is whole" outcome="not attempted"
def open_sealed(key, stored):
    try:
        return AESGCM(key).decrypt(stored[:12], stored, None)
    except InvalidTag:
        return None


# %% wrong="a text" says="the type str"
def open_sealed(key, stored):
    return AESGCM(key).decrypt(stored[:12], stored[12:], None).decode()


# %% wrong="False" says="the type bool"
def open_sealed(key, stored):
    try:
        return AESGCM(key).decrypt(stored[:12], stored[12:], None)
    except InvalidTag:
        return False


# %% [markdown] tags=["solution"]
# The check called your function with messages of its own, whole and damaged. Note what it must not do: give back a part of the text. With AES-GCM there is all or nothing.

# %% [markdown]
# {{exercise 1.3}}
#
# *Inputs:* `kms`, and three arguments: a `key_id`, a `plaintext` of any length, an `encryption_context`. *Goal:* a function that returns an envelope as in section 6, a dictionary with `encrypted_key`, `nonce` and `ciphertext`, under a data key of its own.


# %% tags=["answer"]
def envelope_encrypt(key_id, plaintext, encryption_context):
    ### BEGIN SOLUTION
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    ciphertext = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": ciphertext,
    }
    ### END SOLUTION


# %%
check("1.3", envelope_encrypt)


# %% wrong="always the same key" says="another key"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=lab.key_alias,
        KeySpec="AES_256",
        EncryptionContext=encryption_context,
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
    }


# %% wrong="no context" says="none."
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
    }


# %% wrong="the notebook's context" says="the context {'file': 'export'}"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
    }


# %% wrong="the plaintext key kept" says="the plaintext key in it"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
        "key": answer["Plaintext"],
    }


# %% wrong="the plaintext key in its place" says="32 bytes that KMS does not open"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["Plaintext"],
        "nonce": nonce,
        "ciphertext": sealed,
    }


# %% wrong="the plaintext kept" says="the plaintext in it"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
        "data": plaintext,
    }


# %% wrong="a key from here" says="0 asked for"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = {"Plaintext": key, "CiphertextBlob": key}
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
    }


# %% wrong="all sent to KMS" says="less than or equal to 4096" outcome="raised"
def envelope_encrypt(key_id, plaintext, encryption_context):
    return kms.encrypt(KeyId=key_id, Plaintext=plaintext)


# %% wrong="the envelope from above" says="0 asked for"
def envelope_encrypt(key_id, plaintext, encryption_context):
    return envelope


# %% wrong="nothing returned" says="Seen: nothing"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )


# %% wrong="no nonce" says="['encrypted_key', 'ciphertext']"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {"encrypted_key": answer["CiphertextBlob"], "ciphertext": sealed}


# %% wrong="another nonce" says="one that does not"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": bytes(12),
        "ciphertext": sealed,
    }


# %% wrong="not encrypted" says="of another one"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, b"", None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
    }


# %% wrong="called already" says="the type dict"
def envelope_encrypt(key_id, plaintext, encryption_context):
    return {}


envelope_encrypt = envelope_encrypt(None, None, None)

# %% [markdown] tags=["solution"]
# The check called it twice in a copy of this account, so nothing here has changed. It looked whether KMS was asked for a data key, under the key and with the context that it gave; whether the envelope opens; and whether the plaintext key is nowhere in it. The plaintext key is a local variable, and is gone when the function returns.

# %% [markdown]
# {{exercise 1.4}}
#
# *Inputs:* `kms`, and two arguments: an `envelope` and its `encryption_context`. *Goal:* a function that returns the plaintext.


# %% tags=["answer"]
def envelope_decrypt(envelope, encryption_context):
    ### BEGIN SOLUTION
    answer = kms.decrypt(
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )
    ### END SOLUTION


# %%
check("1.4", envelope_decrypt)


# %% wrong="no context" says="InvalidCiphertextException" outcome="raised"
def envelope_decrypt(envelope, encryption_context):
    answer = kms.decrypt(
        CiphertextBlob=envelope["encrypted_key"], EncryptionContext={}
    )
    return AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )


# %% wrong="the data key" says="the data key."
def envelope_decrypt(envelope, encryption_context):
    answer = kms.decrypt(
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return answer["Plaintext"]


# %% wrong="the encrypted key as key" says="ValueError" outcome="raised"
def envelope_decrypt(envelope, encryption_context):
    return AESGCM(envelope["encrypted_key"])


# %% wrong="a text" says="the type str"
def envelope_decrypt(envelope, encryption_context):
    answer = kms.decrypt(
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return (
        AESGCM(answer["Plaintext"])
        .decrypt(envelope["nonce"], envelope["ciphertext"], None)
        .decode()
    )


# %% wrong="the export from above" says="none in the audit trail"
def envelope_decrypt(envelope, encryption_context):
    return export


# %% wrong="nothing returned" says="Seen: nothing"
def envelope_decrypt(envelope, encryption_context):
    answer = kms.decrypt(
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return None


# %% [markdown] tags=["solution"]
# No key id is needed: the encrypted data key says which KMS key it is under. For real programs there are libraries that do all this, such as the AWS Encryption SDK. Now you know what is inside.

# %% [markdown]
# ## In your own words
#
# {{written 1.a}}

# %% [markdown]
# {{written 1.b}}

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("01", {"q1": "b", "q2": "c", "q3": "a", "q4": "b", "q5": "c"})
### STUB
quiz("01", {"q1": ..., "q2": ..., "q3": ..., "q4": ..., "q5": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - At rest, in transit, in use: three places, and each has its own protection.
# - A key is the one secret. A nonce is no secret, and is used once. A tag betrays every change.
# - Symmetric keys for data; asymmetric keys for people outside, and for signatures.
# - Envelope encryption: a data key for the data, a KMS key for the data key.
#
# **Key terms.** *Plaintext*: data that can be read as it is. *Ciphertext*: what encryption makes of it. *Symmetric key*: one key that encrypts and decrypts. *Asymmetric key*: a pair, of which the public key may be given to all. *Nonce*: a number used once. *Tag*: bytes by which a change is noticed. *Data key*: a key that encrypts data outside KMS. *Envelope encryption*: to encrypt data under a data key, and the data key under another key.
#
# **Clean up.** Here: nothing; the account ends with the kernel. On a real account: delete the table, and schedule the deletion of the keys, which takes at least seven days.
