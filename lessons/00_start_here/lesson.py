# ---
# jupyter:
#   course:
#     title: Start here
#     promise: How this course works, in five minutes.
#     minutes: {reading: 5, exercises: 3}
#     level: Beginner. You have seen Python before.
#     needs:
#       - Nothing; no AWS account
#     outcomes:
#       - run a notebook, and start it over
#       - commit to a prediction, check an exercise, ask for a hint
#       - take your progress with you
#       - say what the sandbox is, and what it is not
#     simulated: A whole AWS account, with DynamoDB, KMS, IAM and CloudTrail, on your computer.
#     aws: The calls are the same. There you need an account and credentials, and you pay.
#     cost: Next to nothing for what you do in this notebook. Here it costs nothing.
# ---

# %% [markdown]
# ## Contents
#
# {{contents}}
#
# Take them in order, or begin anywhere: each notebook builds what it needs.

# %% [markdown]
# ## Run
#
# Lanternfish Games is a small studio. Its players' names and e-mail addresses are in a DynamoDB table, and you are to protect them.
#
# {{architecture}}
#
# Press **Shift+Enter** in the cell below. It starts the **sandbox**: an AWS account that lives in this notebook's kernel. Nothing you do here reaches AWS, and nothing costs money.

# %%
import boto3

from helpers import check, hint, open_lab, predict, progress, quiz

lab = open_lab("00")
lab

# %% [markdown]
# Every notebook begins with such a cell. Run it again whenever you want to **start over**: it drops the account and builds it anew. After a restart of the kernel, it is the first cell to run.

# %% [markdown]
# ## Predict
#
# Before something happens, say what you expect. Being wrong is useful: you learn which of your ideas to mend. Put a letter in place of the dots.
#
# {{predict 0.1}}

# %%
### BEGIN SOLUTION
predict("0.1", "b")
### STUB
predict("0.1", ...)
### END SOLUTION

# %%
dynamodb = boto3.client("dynamodb")
key = {"player_id": {"S": "p-001"}}
player = dynamodb.get_item(TableName=lab.table_name, Key=key)
player["Item"]

# %%
predict("0.1")

# %% [markdown]
# **What just happened?** `boto3` is the AWS SDK for Python, and the call above is the one you would write for real AWS. The sandbox took the request, found out who sent it, asked whether that user may do this, and only then let DynamoDB answer.

# %%
boto3.client("sts").get_caller_identity()["Arn"]

# %% [markdown]
# That is you: the IAM user `admin`, who may do everything. Soon somebody comes who may not.

# %% [markdown]
# ## Check
#
# {{exercise 0.1}}
#
# *Inputs:* `dynamodb`, `lab.table_name`. *Goal:* the table holds a player with the `player_id` `p-010` and the `name` `Noor`.

# %% tags=["answer"]
### BEGIN SOLUTION
noor = {"player_id": {"S": "p-010"}, "name": {"S": "Noor"}}
answer = dynamodb.put_item(TableName=lab.table_name, Item=noor)
answer["ResponseMetadata"]["HTTPStatusCode"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("0.1")

# %% wrong="another id" says="a new player, but P-010"
dynamodb.put_item(
    TableName=lab.table_name,
    Item={"player_id": {"S": "P-010"}, "name": {"S": "Noor"}},
)

# %% wrong="another name" says="p-010 with noor"
dynamodb.put_item(
    TableName=lab.table_name,
    Item={"player_id": {"S": "p-010"}, "name": {"S": "noor"}},
)

# %% wrong="no name" says="no name"
dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-010"}})

# %% wrong="no table" says="there is no such table"
dynamodb.delete_table(TableName=lab.table_name)

# %% [markdown] tags=["solution"]
# `put_item` takes a whole item. Only the key attribute, here `player_id`, must be there; the other attributes are up to you. Each value is written with its type: `S` is a string.

# %% [markdown]
# A check never looks at how you wrote it. It looks at the account, and at the audit trail of what was called. Its answer is one of five: *correct*, *not yet*, *not attempted*, *your code raised an error*, *could not be checked*.

# %% [markdown]
# ## Keep your progress
#
# What you have done is kept in a small file on this computer. On Binder, or on any computer that forgets, copy the code and give it to `progress` in the next place. In the solved notebooks nothing is kept.

# %%
progress()

# %% [markdown]
# ## Sandbox and real AWS
#
# The sandbox follows AWS's rules: who may do what, what is encrypted with which key, what an error says. Where AWS says nothing in public, it makes an assumption, and the notebooks tell you where that matters. Three things are never as on AWS: its speed, its size, and its safety. The sandbox's keys are made from a fixed seed, so that everybody sees the same. They protect nothing real. **Put no real secrets in here.**
#
# Time is the sandbox's own, too: it begins on a fixed day, and you can move it.

# %%
print(lab.sandbox.clock.now())
print(lab.advance(days=7))

# %% [markdown]
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("00", {"q1": "a", "q2": "b"})
### STUB
quiz("00", {"q1": ..., "q2": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - The set-up cell builds the lab, as often as you like.
# - Predict, look, and then read *What just happened?*
# - `check` looks at the account; `hint` helps three times; the solved notebook explains.
# - `progress()` shows what is done, and a code to take along.
#
# **Key terms.** *Sandbox*: the AWS account in your kernel. *Principal*: a user, role or service that makes a request. *Item*: one entry of a DynamoDB table.
#
# **Clean up.** Nothing to do: when the kernel stops, the account is gone.
