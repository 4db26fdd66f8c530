# ---
# jupyter:
#   course:
#     title: Encryption concepts
#     promise: You encrypt by hand, see what a changed byte does, and find out why keys need a service of their own.
#     minutes: {reading: 20, exercises: 40}
#     level: Beginner. You can read Python, and you have seen bytes.
#     needs:
#       - "[00 Start here](00_start_here.ipynb)"
#     outcomes:
#       - tell encryption at rest, in transit and in use apart
#       - encrypt with AES-256-GCM, and say what nonce, tag and associated data are for
#       - choose between a symmetric and an asymmetric key
#       - encrypt a file under a data key from KMS, and open it again
#     simulated: KMS, DynamoDB and the audit trail. The encryption that you do yourself is real, with the library that you would use anywhere.
#     aws: The calls are the same. CloudTrail shows an event some minutes after the call.
#     cost: A few cents. A customer managed key costs USD 1 a month, prorated hourly.
# ---

# %% [markdown]
# ## Set-up
#
# Every night Lanternfish Games writes its players' data to a file, the export. A newsletter and a backup depend on it, and it is full of e-mail addresses. Your task is to encrypt it.

# %%
import json
import os
import time

import boto3

from helpers import check, hint, open_lab, predict, progress, quiz, refused
from lessons.charts import byte_grid, line_chart, recorded_timings

lab = open_lab("01")
lab

# %% [markdown]
# {{architecture}}
#
# ## 1. Where can data be seen?
#
# An e-mail address is stored on a disk, travels over a network, and is used in a program's memory. Who can see it where?
#
# {{predict 1.1}}

# %%
### BEGIN SOLUTION
predict("1.1", "b")
### STUB
predict("1.1", ...)
### END SOLUTION

# %%
sent = {}  # A copy of each request, taken just before boto3 sends it.
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
# **What just happened?** You looked at the request as boto3 makes it, and the address in it is readable. The `s` of `https` stands for TLS, which encrypts the connection: that is *encryption in transit*. When the request arrives, DynamoDB has the readable address again. DynamoDB's *encryption at rest* begins after that, on the way to the disk.
#
# | data is | where | what protects it there |
# |---|---|---|
# | *at rest* | on a disk, in a backup, in a file | encryption of what is stored |
# | *in transit* | on a network | encryption of the connection: TLS |
# | *in use* | in the memory of a program that works with it | control over who may run the program and call it |
#
# {{exercise 1.1}}
#
# *Inputs:* the table above. *Goal:* in `states`, the state of the addresses in each of the five situations: `"at rest"`, `"in transit"` or `"in use"`.

# %% tags=["answer"]
### BEGIN SOLUTION
states = {
    "a thief takes a disk out of a server": "at rest",
    "somebody listens in on a café's wireless network": "in transit",
    "a backup lies in an archive": "at rest",
    "the newsletter program holds the list in a variable": "in use",
    "the export is uploaded to a partner": "in transit",
}
### STUB
states = {
    "a thief takes a disk out of a server": ...,
    "somebody listens in on a café's wireless network": ...,
    "a backup lies in an archive": ...,
    "the newsletter program holds the list in a variable": ...,
    "the export is uploaded to a partner": ...,
}
### END SOLUTION

# %%
check("1.1", states)

# %% wrong="at rest on the network" says="`at rest` for “a network”"
states = {
    "a disk": "at rest",
    "a network": "at rest",
    "an archive": "at rest",
    "a variable": "in use",
    "uploaded": "in transit",
}

# %% wrong="a variable at rest" says="`at rest` for “a variable”"
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

# %% wrong="other names" says="no entry for `disk`"
states = dict(zip("abcde", ["at rest"] * 5, strict=True))

# %% wrong="three of them" says="and 2 more"
states = {
    "a disk": "in use",
    "a network": "at rest",
    "an archive": "in transit",
    "a variable": "in use",
    "uploaded": "in transit",
}

# %% wrong="a list" says="type list"
states = ["at rest", "in transit"]

# %% [markdown] tags=["solution"]
# Ask what happens to the bytes when somebody could see them. On a disk or in an archive they are stored, on a network they move, and in a variable a program works with them. The same address passes through all three.

# %% [markdown]
# ## 2. Encrypt
#
# `cryptography` is the library that many Python programs use for encryption.

# %%
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

first_line = b"p-001,juno@example.com,1250"
second_line = b"p-002,teo@example.com,310"
export_key = AESGCM.generate_key(bit_length=256)
first_nonce = os.urandom(12)
first_sealed = AESGCM(export_key).encrypt(first_nonce, first_line, None)
print(len(first_line), "bytes became", len(first_sealed))
AESGCM(export_key).decrypt(first_nonce, first_sealed, None)

# %% [markdown]
# **What just happened?** *Encryption* turned a *plaintext* into a *ciphertext*. The algorithm, AES in Galois/Counter Mode (*AES-GCM*), is public. All the secrecy is in the *key*: 256 random bits. Anyone who has the key can read the line. Without it the line is lost, even to you.
#
# The *nonce* is a number used once. It is not secret, and is stored beside the ciphertext. With a new nonce, the same plaintext gives a different ciphertext, so nobody can see that two lines are equal. A nonce must never be used twice under one key. Twelve random bytes are enough for that: with up to about four billion messages under one key, a repetition is too unlikely to matter (NIST SP 800-38D).
#
# The ciphertext is 16 bytes longer than the line. These bytes are the *tag*.
#
# {{exercise 1.2}}
#
# *Inputs:* `export_key`, `second_line`. *Goal:* in `stored_line`, a new nonce of 12 bytes followed by what `encrypt` returns for the second line.

# %% tags=["answer"]
### BEGIN SOLUTION
second_nonce = os.urandom(12)
stored_line = second_nonce + AESGCM(export_key).encrypt(
    second_nonce, second_line, None
)
### STUB
stored_line = ...
### END SOLUTION

# %%
check("1.2", export_key, first_sealed, stored_line)

# %% wrong="the old nonce" says="the nonce of the first line"
stored_line = first_nonce + AESGCM(export_key).encrypt(
    first_nonce, second_line, None
)

# %% wrong="no nonce" says="41 bytes that do not open"
stored_line = AESGCM(export_key).encrypt(os.urandom(12), second_line, None)

# %% wrong="the nonce at the end" says="53 bytes that do not open"
new_nonce = os.urandom(12)
stored_line = AESGCM(export_key).encrypt(new_nonce, second_line, None) + new_nonce

# %% wrong="the old nonce under a new name" says="the nonce of the first line"
second_nonce = first_nonce
first_nonce = os.urandom(12)
stored_line = second_nonce + AESGCM(export_key).encrypt(
    second_nonce, second_line, None
)

# %% wrong="two nonces" says="53 bytes that do not open"
stored_line = os.urandom(12) + AESGCM(export_key).encrypt(
    os.urandom(12), second_line, None
)

# %% wrong="the first line" says="the plaintext b'p-001"
new_nonce = os.urandom(12)
stored_line = new_nonce + AESGCM(export_key).encrypt(new_nonce, first_line, None)

# %% wrong="not encrypted" says="the line itself"
stored_line = os.urandom(12) + second_line

# %% wrong="two values" says="type tuple"
stored_line = (first_nonce, first_sealed)

# %% wrong="the key as text" says="run the first cell of section 2 again"
stored_line = os.urandom(53)
export_key = export_key.hex()

# %% [markdown] tags=["solution"]
# The nonce is needed to decrypt, so it is stored with the ciphertext. Its length is always the same, so no separator is needed.

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
stored = first_nonce + first_sealed
damaged = bytearray(stored)
damaged[20] ^= 1  # One bit, in the address.
with refused(InvalidTag) as denial:
    AESGCM(export_key).decrypt(bytes(damaged[:12]), bytes(damaged[12:]), None)
print("Refused:", denial.code)
parts = {"nonce": 12, "ciphertext": len(first_line), "tag": 16}
byte_grid("Stored, with one bit flipped", parts, stored, bytes(damaged))

# %%
predict("1.2")

# %% [markdown]
# **What just happened?** The tag is computed from the key, the nonce and every byte of the ciphertext. When you decrypt, it is computed again, and if one bit differs, `decrypt` raises `InvalidTag` and returns nothing. So AES-GCM keeps a text secret, and also shows whether somebody has changed it.
#
# The third argument, so far `None`, is the *associated data*. It goes into the tag too, but not into the ciphertext. It is not secret. Decryption needs the same bytes again, so they bind a ciphertext to a place or a purpose.

# %%
bound_nonce = os.urandom(12)
first_bound = AESGCM(export_key).encrypt(bound_nonce, first_line, b"file=export")
with refused(InvalidTag) as denial:
    AESGCM(export_key).decrypt(bound_nonce, first_bound, b"file=newsletter")
print("Refused:", denial.code)
AESGCM(export_key).decrypt(bound_nonce, first_bound, b"file=export")

# %% [markdown]
# {{exercise 1.3}}
#
# *Inputs:* `export_key`, `second_line`. *Goal:* in `bound_line`, a new nonce and the encrypted second line as before, now bound to the associated data `b"file=backup"`.

# %% tags=["answer"]
### BEGIN SOLUTION
third_nonce = os.urandom(12)
bound_line = third_nonce + AESGCM(export_key).encrypt(
    third_nonce, second_line, b"file=backup"
)
### STUB
bound_line = ...
### END SOLUTION

# %%
check("1.3", export_key, first_sealed, first_bound, bound_line)

# %% wrong="none" says="opens without associated data"
new_nonce = os.urandom(12)
bound_line = new_nonce + AESGCM(export_key).encrypt(new_nonce, second_line, None)

# %% wrong="the export's" says="opens with b'file=export'"
new_nonce = os.urandom(12)
bound_line = new_nonce + AESGCM(export_key).encrypt(
    new_nonce, second_line, b"file=export"
)

# %% wrong="in the plaintext" says="opens without associated data"
new_nonce = os.urandom(12)
bound_line = new_nonce + AESGCM(export_key).encrypt(
    new_nonce, second_line + b"file=backup", None
)

# %% wrong="the old nonce" says="the nonce of the first line"
bound_line = first_nonce + AESGCM(export_key).encrypt(
    first_nonce, second_line, b"file=backup"
)

# %% wrong="the nonce of the bound line" says="the nonce of the first line"
bound_line = bound_nonce + AESGCM(export_key).encrypt(
    bound_nonce, second_line, b"file=backup"
)

# %% wrong="stored as well" says="64 bytes that do not open"
new_nonce = os.urandom(12)
bound_line = (
    new_nonce
    + AESGCM(export_key).encrypt(new_nonce, second_line, b"file=backup")
    + b"file=backup"
)

# %% [markdown] tags=["solution"]
# The associated data adds nothing to what is stored. The program that decrypts must know it: here it follows from the place where the line is kept.

# %% [markdown]
# {{exercise 1.4}}
#
# *Inputs:* a `key`, and bytes in `stored`: a nonce of 12 bytes, then what `encrypt` returned without associated data. *Goal:* a function that returns the plaintext, or `None` if `decrypt` raises `InvalidTag` because a byte was changed.


# %% tags=["answer"]
def open_sealed(key, stored):
    ### BEGIN SOLUTION
    try:
        return AESGCM(key).decrypt(stored[:12], stored[12:], None)
    except InvalidTag:
        return None
    ### END SOLUTION


# %%
check("1.4", open_sealed)


# %% wrong="no except" says="InvalidTag"
def open_sealed(key, stored):
    return AESGCM(key).decrypt(stored[:12], stored[12:], None)


# %% wrong="the nonce twice" says="InvalidTag" outcome="raised"
def open_sealed(key, stored):
    return AESGCM(key).decrypt(stored[:12], stored, None)


# %% wrong="an error hidden" says="does an except hide an error?"
def open_sealed(key, stored):
    try:
        return AESGCM(key).decrypt(stored[:16], stored[16:], None)
    except Exception:
        return None


# %% wrong="nothing for all" says="None for a message that is whole"
def open_sealed(key, stored):
    try:
        return AESGCM(key).decrypt(stored[:12], stored, None)
    except InvalidTag:
        return None


# %% wrong="print in place of return" says="did you print"
def open_sealed(key, stored):
    try:
        print(AESGCM(key).decrypt(stored[:12], stored[12:], None))
    except InvalidTag:
        print(None)


# %% wrong="a text" says="type str"
def open_sealed(key, stored):
    return AESGCM(key).decrypt(stored[:12], stored[12:], None).decode()


# %% wrong="False" says="type bool"
def open_sealed(key, stored):
    try:
        return AESGCM(key).decrypt(stored[:12], stored[12:], None)
    except InvalidTag:
        return False


# %% [markdown] tags=["solution"]
# The check called your function with messages of its own, whole and damaged. AES-GCM returns all or nothing: you get no part of a damaged text.

# %% [markdown]
# ## 4. One key or two?
#
# AES works with a *symmetric key*: the same key encrypts and decrypts. RSA works with an *asymmetric key*, which is a pair: a *public key* encrypts, and only the matching *private key* decrypts. Here you time both.
#
# {{predict 1.3}}

# %%
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
public_key = private_key.public_key()
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
sizes = [256, 1024, 4096, 16384]  # Bytes to encrypt and decrypt with both.


# %%
def symmetric(data):  # A test may use a nonce twice; nothing else may.
    box = AESGCM(export_key).encrypt(first_nonce, data, None)
    return AESGCM(export_key).decrypt(first_nonce, box, None)


# 190 bytes at a time: with this padding, no more fits into a block of RSA-2048.
def asymmetric(data):
    parts = [data[i : i + 190] for i in range(0, len(data), 190)]
    blocks = [public_key.encrypt(part, oaep) for part in parts]
    return b"".join(private_key.decrypt(block, oaep) for block in blocks)


# %%
### BEGIN SOLUTION
predict("1.3", "c")
### STUB
predict("1.3", ...)
### END SOLUTION


# %% tags=["blank"]
def milliseconds(function, size):
    start = time.perf_counter()
    function(bytes(size))
    return 1000 * (time.perf_counter() - start)


measured = {
    name: [min(milliseconds(do, n) for _ in range(3)) for n in sizes]
    for name, do in {"AES-256-GCM": symmetric, "RSA-2048": asymmetric}.items()
}

# %% tags=["blank"]
import pandas as pd

timings = pd.DataFrame({"bytes": sizes, **measured})
timings.round(4)

# %% [markdown] tags=["solution"]
# Your notebook measures this on your own computer, so your numbers will differ, and will change from run to run. Here are the numbers of one such run, kept in a file.

# %% tags=["solution"]
import pandas as pd

timings = pd.DataFrame(recorded_timings())
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
# **What just happened?** Each step on either axis is ten times the one before, and the gap between the lines is wide. That is why data is encrypted with symmetric keys. Asymmetric keys have other uses. With your public key, somebody outside AWS can encrypt for you, but cannot decrypt. With your private key you can make a *signature*, which anybody can check with the public key. DynamoDB accepts only symmetric keys.
#
# {{exercise 1.5}}
#
# *Inputs:* the paragraph above. *Goal:* in `kinds`, the kind of key for each of the four situations: `"symmetric"` or `"asymmetric"`.

# %% tags=["answer"]
### BEGIN SOLUTION
kinds = {
    "the nightly export, two gigabytes": "symmetric",
    "a partner without an AWS account encrypts files for us": "asymmetric",
    "our DynamoDB table": "symmetric",
    "players check that a download comes from us": "asymmetric",
}
### STUB
kinds = {
    "the nightly export, two gigabytes": ...,
    "a partner without an AWS account encrypts files for us": ...,
    "our DynamoDB table": ...,
    "players check that a download comes from us": ...,
}
### END SOLUTION

# %%
check("1.5", kinds)

# %% wrong="much data" says="`asymmetric` for “the nightly export"
kinds = {
    "the nightly export, two gigabytes": "asymmetric",
    "a partner without an AWS account encrypts files for us": "asymmetric",
    "our DynamoDB table": "symmetric",
    "players check that a download comes from us": "asymmetric",
}

# %% wrong="all symmetric" says="`symmetric` for “a partner without an AWS account encrypts files for us”, and 1 more"
kinds = {
    "the nightly export, two gigabytes": "symmetric",
    "a partner without an AWS account encrypts files for us": "symmetric",
    "our DynamoDB table": "symmetric",
    "players check that a download comes from us": "symmetric",
}

# %% wrong="a pair for the table" says="`asymmetric` for “our DynamoDB table”"
kinds = {
    "the nightly export, two gigabytes": "symmetric",
    "a partner without an AWS account encrypts files for us": "asymmetric",
    "our DynamoDB table": "asymmetric",
    "players check that a download comes from us": "asymmetric",
}

# %% wrong="algorithms" says="`AES`"
kinds = {
    "the nightly export, two gigabytes": "AES",
    "a partner without an AWS account encrypts files for us": "asymmetric",
    "our DynamoDB table": "symmetric",
    "players check that a download comes from us": "asymmetric",
}

# %% [markdown] tags=["solution"]
# An asymmetric key is useful when the two sides are different people: somebody outside encrypts for you, or checks what you have signed.

# %% [markdown]
# ## 5. Why a service for keys?
#
# Where is `export_key` now? In this notebook's memory. If you write it into a file beside the export, the encryption is worth nothing. If you lose it, the export is lost too. If you give it to a colleague, nobody can take it back or say who has used it.
#
# *AWS Key Management Service* (KMS) keeps keys, called *KMS keys*, and uses them on request. A policy says who may ask, and an audit trail records who did.
#
# {{predict 1.4}}

# %%
### BEGIN SOLUTION
predict("1.4", "b")
### STUB
predict("1.4", ...)
### END SOLUTION

# %%
kms = boto3.client("kms")
export_context = {"file": "export"}
data_key = kms.generate_data_key(
    KeyId=lab.key_alias, KeySpec="AES_256", EncryptionContext=export_context
)
{name: len(data_key[name]) for name in ("Plaintext", "CiphertextBlob")}

# %%
numbers = range(1, 1001)
export = b"\n".join(b"p-%04d,player%d@example.com" % (n, n) for n in numbers)
export_nonce = os.urandom(12)
box = AESGCM(data_key["Plaintext"]).encrypt(export_nonce, export, None)
envelope = {
    "encrypted_key": data_key["CiphertextBlob"],
    "nonce": export_nonce,
    "ciphertext": box,
}
del data_key["Plaintext"]
{name: len(value) for name, value in envelope.items()}

# %% [markdown]
# KMS made a *data key*, and returned it in two forms: in plaintext, and encrypted under the KMS key. You encrypted the export here, with the plaintext key, and then threw that key away. `EncryptionContext`, the *encryption context*, is KMS's form of associated data. To read the export, have KMS decrypt the data key.

# %%
opened_key = kms.decrypt(
    KeyId=lab.key_alias,
    CiphertextBlob=envelope["encrypted_key"],
    EncryptionContext=export_context,
)["Plaintext"]
opened = AESGCM(opened_key).decrypt(
    envelope["nonce"], envelope["ciphertext"], None
)
{"the export is back": opened == export}

# %%
from helpers.display import table

# What has KMS seen? A paginator asks for all events, 50 at a time.
trail = boto3.client("cloudtrail").get_paginator("lookup_events")
source = [{"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]
pages = trail.paginate(LookupAttributes=source)
found = [event["CloudTrailEvent"] for page in pages for event in page["Events"]]
rows = [(e["eventName"], e["requestParameters"]) for e in map(json.loads, found)]
names = ("GenerateDataKey", "Decrypt")
table(
    [row for row in rows if row[0] in names], ["eventName", "requestParameters"]
)

# %%
predict("1.4")

# %% [markdown]
# ## 6. Envelope encryption
#
# {{picture envelope}}
#
# **What just happened?** The export never left this notebook. `GenerateDataKey` takes no data, and `Decrypt` received only the encrypted data key. A KMS key never leaves KMS in plaintext, and KMS encrypts at most 4,096 bytes in one call. So the data key encrypts the data, and the KMS key encrypts the data key. This is *envelope encryption*.
#
# Without permission to use the KMS key, nobody can get a data key decrypted. But a plaintext data key works without KMS: a colleague who kept one can still open that one export after the permission is gone. DynamoDB uses envelopes as well. There the data keys stay inside the service, and no caller ever holds one. (The encrypted data key is about a hundred bytes long here, and longer on AWS.)
#
# {{exercise 1.6}}
#
# *Inputs:* `kms`, `lab.backup_key_arn`. *Goal:* in `backup_key`, KMS's whole response to a request for a data key of 256 bits under the key for the backups, bound to the context `{"file": "backup"}`.

# %% tags=["answer"]
### BEGIN SOLUTION
backup_key = kms.generate_data_key(
    KeyId=lab.backup_key_arn,
    KeySpec="AES_256",
    EncryptionContext={"file": "backup"},
)
### STUB
backup_key = ...
### END SOLUTION

# %%
check("1.6", backup_key)

# %% wrong="no context" says="without an encryption context"
backup_key = kms.generate_data_key(KeyId=lab.backup_key_arn, KeySpec="AES_256")

# %% wrong="the export's context" says="bound to {'file': 'export'}"
backup_key = kms.generate_data_key(
    KeyId=lab.backup_key_arn, KeySpec="AES_256", EncryptionContext=export_context
)

# %% wrong="the export's key" says="under another key"
backup_key = kms.generate_data_key(
    KeyId=lab.key_alias, KeySpec="AES_256", EncryptionContext={"file": "backup"}
)

# %% wrong="128 bits" says="a data key of 128 bits"
backup_key = kms.generate_data_key(
    KeyId=lab.backup_key_arn,
    KeySpec="AES_128",
    EncryptionContext={"file": "backup"},
)

# %% wrong="a part of the answer" says="type bytes"
backup_key = kms.generate_data_key(
    KeyId=lab.backup_key_arn,
    KeySpec="AES_256",
    EncryptionContext={"file": "backup"},
)["CiphertextBlob"]

# %% wrong="not from KMS" says="without bytes in CiphertextBlob."
backup_key = {"Plaintext": AESGCM.generate_key(bit_length=256)}

# %% [markdown] tags=["solution"]
# Use `Plaintext` to encrypt now, and then discard it. Store `CiphertextBlob` beside the data.

# %% [markdown]
# {{exercise 1.7}}
#
# *Inputs:* `kms`, and three arguments: a `key_id`, a `plaintext` of any length, an `encryption_context`. *Goal:* a function that returns an envelope as above, a dictionary with `encrypted_key`, `nonce` and `ciphertext`, under a new data key of 256 bits each time.


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
check("1.7", envelope_encrypt)


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


# %% wrong="no context" says="one without a context"
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
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=export_context
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


# %% wrong="a key from here" says="0 requested"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = {"Plaintext": export_key, "CiphertextBlob": export_key}
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


# %% wrong="the envelope from above" says="0 requested"
def envelope_encrypt(key_id, plaintext, encryption_context):
    return envelope


# %% wrong="128 bits" says="a data key of 128 bits"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_128", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce,
        "ciphertext": sealed,
    }


# %% wrong="a nonce as text" says="a value of type str in `nonce`"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )
    nonce = os.urandom(12)
    sealed = AESGCM(answer["Plaintext"]).encrypt(nonce, plaintext, None)
    return {
        "encrypted_key": answer["CiphertextBlob"],
        "nonce": nonce.hex(),
        "ciphertext": sealed,
    }


# %% wrong="nothing returned" says="is a return missing"
def envelope_encrypt(key_id, plaintext, encryption_context):
    answer = kms.generate_data_key(
        KeyId=key_id, KeySpec="AES_256", EncryptionContext=encryption_context
    )


# %% wrong="no nonce" says="no `nonce`, but ['encrypted_key', 'ciphertext']"
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


# %% wrong="not encrypted" says="another plaintext"
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


# %% wrong="called already" says="type dict"
def envelope_encrypt(key_id, plaintext, encryption_context):
    return {}


envelope_encrypt = envelope_encrypt(None, None, None)

# %% [markdown] tags=["solution"]
# The check called the function twice, in a copy of this account, so nothing here has changed. It looked for three things: a data key from KMS for each call, under the key and with the context given; envelopes that open; and no plaintext key in them. The plaintext key is a local variable, and goes out of scope when the function returns.

# %% [markdown]
# {{exercise 1.8}}
#
# *Inputs:* `kms`, and three arguments: a `key_id`, an `envelope`, its `encryption_context`. *Goal:* a function that returns the plaintext. It tells KMS which key to use: AWS recommends giving `KeyId` to `decrypt`, so that no other key is used by mistake.


# %% tags=["answer"]
def envelope_decrypt(key_id, envelope, encryption_context):
    ### BEGIN SOLUTION
    answer = kms.decrypt(
        KeyId=key_id,
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )
    ### END SOLUTION


# %%
check("1.8", envelope_decrypt)


# %% wrong="no context" says="Decrypt failed with InvalidCiphertextException; its encryption context was none"
def envelope_decrypt(key_id, envelope, encryption_context):
    answer = kms.decrypt(KeyId=key_id, CiphertextBlob=envelope["encrypted_key"])
    return AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )


# %% wrong="the export's context" says="its encryption context was {'file': 'export'}"
def envelope_decrypt(key_id, envelope, encryption_context):
    answer = kms.decrypt(
        KeyId=key_id,
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=export_context,
    )
    return AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )


# %% wrong="the export's key" says="Decrypt failed with IncorrectKeyException"
def envelope_decrypt(key_id, envelope, encryption_context):
    answer = kms.decrypt(
        KeyId=lab.key_alias,
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )


# %% wrong="no key named" says="a Decrypt without KeyId"
def envelope_decrypt(key_id, envelope, encryption_context):
    answer = kms.decrypt(
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )


# %% wrong="the data key" says="the data key."
def envelope_decrypt(key_id, envelope, encryption_context):
    answer = kms.decrypt(
        KeyId=key_id,
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return answer["Plaintext"]


# %% wrong="the encrypted key as key" says="ValueError" outcome="raised"
def envelope_decrypt(key_id, envelope, encryption_context):
    return AESGCM(envelope["encrypted_key"])


# %% wrong="a text" says="type str"
def envelope_decrypt(key_id, envelope, encryption_context):
    answer = kms.decrypt(
        KeyId=key_id,
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    return (
        AESGCM(answer["Plaintext"])
        .decrypt(envelope["nonce"], envelope["ciphertext"], None)
        .decode()
    )


# %% wrong="the export from above" says="no Decrypt in the audit trail"
def envelope_decrypt(key_id, envelope, encryption_context):
    return export


# %% wrong="print in place of return" says="did you print"
def envelope_decrypt(key_id, envelope, encryption_context):
    answer = kms.decrypt(
        KeyId=key_id,
        CiphertextBlob=envelope["encrypted_key"],
        EncryptionContext=encryption_context,
    )
    data = AESGCM(answer["Plaintext"]).decrypt(
        envelope["nonce"], envelope["ciphertext"], None
    )
    print(len(data))


# %% [markdown] tags=["solution"]
# KMS would find the key without `KeyId`, because the encrypted data key records it. With `KeyId`, KMS refuses a ciphertext that comes from another key. Real programs use a library that does all this, such as the AWS Encryption SDK. Now you know what is inside.

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
# - At rest, in transit, in use: in each place, something different protects the data. Read more: [DynamoDB encryption at rest: usage notes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
# - The key is the only secret. A nonce is used once. The tag reveals every change, and associated data binds a ciphertext to its purpose. Read more: [Encryption context](https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html).
# - Symmetric keys are for data; asymmetric keys are for people outside, and for signatures. Read more: [AWS KMS keys](https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html).
# - Envelope encryption: a data key encrypts the data, and a KMS key encrypts the data key. Read more: [GenerateDataKey](https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html), [Decrypt](https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html).
#
# **Key terms**, in the [glossary](../docs/glossary.md): encryption at rest, encryption in transit, data in use; plaintext, ciphertext, key, nonce, tag, associated data; symmetric key, asymmetric key, signature; KMS key, data key, envelope encryption, encryption context.
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops. On AWS you would delete the table and schedule the deletion of the keys, which takes at least seven days.

# %%
progress()
