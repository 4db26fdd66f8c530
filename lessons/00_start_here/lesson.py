# ---
# jupyter:
#   course:
#     title: Start here
#     promise: You make your first calls in an AWS account that lives on your computer, and see one of them refused.
#     minutes: {reading: 12, exercises: 8}
#     level: Beginner. You have seen Python before.
#     needs:
#       - Nothing, not even an AWS account
#     outcomes:
#       - run a notebook, start it over, and keep your progress
#       - read an ARN, an item in a table, and an IAM policy
#       - say who made a call, and find it in the audit trail
#       - say what the sandbox is, and what it is not
#     simulated: A whole AWS account, on your computer.
#     aws: The calls are the same, but you need an account and credentials, and you pay.
#     cost: Next to nothing for what you do in this notebook.
# ---

# %% [markdown]
# ## Set-up
#
# Lanternfish Games is a small studio. It keeps its players' names and e-mail addresses in a database on AWS, and your job in this course is to protect them.
#
# Click the cell below and press **Shift+Enter** to run it.

# %%
import json

import boto3

from helpers import check, hint, open_lab, predict, progress, quiz, refused
from helpers.display import show, table

lab = open_lab("00")
lab

# %% [markdown]
# This cell has started the *sandbox*: a simulated AWS account that lives in this notebook's kernel. An *account* holds a customer's resources on AWS, such as databases and users. Nothing you do here reaches AWS, and nothing costs money.
#
# Every notebook begins with such a cell. Run it again whenever you want to start over. After you restart the kernel, run it first.
#
# ## Contents
#
# {{contents}}
#
# Work through the notebooks in order, or begin anywhere: each one sets up what it needs. The next cell shows your progress.

# %%
progress()

# %% [markdown]
# Your progress is kept in a small file on this computer. To continue elsewhere, or on Binder another day, call `progress` there with the code shown above.
#
# {{architecture}}
#
# ## 1. Who are you?

# %%
sts = boto3.client("sts")
caller = sts.get_caller_identity()
print("Account:", caller["Account"])
print("ARN:    ", caller["Arn"])
print("Region: ", sts.meta.region_name)

# %% [markdown]
# **What just happened?** `boto3` is the AWS SDK for Python. A boto3 *client* has a method for each operation of one AWS service. This one is for AWS STS, which can tell you who you are. When you *call* a method, the client sends a request and returns the answer as a dictionary.
#
# An account has a twelve-digit ID. A *Region* is a place in the world where AWS has data centres; `us-east-1` is in Virginia, in the United States.
#
# An *ARN*, short for Amazon Resource Name, is the full name of one resource on AWS. Colons separate its parts: the service, the Region, the account, and the resource itself. Yours ends in `user/admin`: you are the user `admin`, who may do everything in this account. The ARN names no Region, because users are not tied to one.
#
# ## 2. A table

# %%
dynamodb = boto3.client("dynamodb")
player_key = {"player_id": {"S": "p-001"}}
answer = dynamodb.get_item(TableName=lab.table_name, Key=player_key)
answer["Item"]

# %% [markdown]
# **What just happened?** *DynamoDB* is a database service. Its *tables* hold *items*, and each item here is one player. An item consists of *attributes*, such as `name`. Each *attribute value* is written with its type: `S` stands for a string, and `N` for a number, which is also sent as text. In this table, `player_id` tells one item from another.
#
# {{exercise 0.1}}
#
# *Inputs:* `dynamodb`, `lab.table_name`. *Goal:* the table holds a player with the `player_id` `p-010` and the `name` `Noor`. The method is `put_item`, which takes the whole player as `Item`.

# %% tags=["answer"]
### BEGIN SOLUTION
noor = {"player_id": {"S": "p-010"}, "name": {"S": "Noor"}}
put = dynamodb.put_item(TableName=lab.table_name, Item=noor)
put["ResponseMetadata"]["HTTPStatusCode"]
### STUB
# Write your call here.
### END SOLUTION

# %%
check("0.1")

# %% wrong="another id" says="a new player, but with the ID `P-010`"
dynamodb.put_item(
    TableName=lab.table_name,
    Item={"player_id": {"S": "P-010"}, "name": {"S": "Noor"}},
)

# %% wrong="another name" says="p-010 with the name `noor`"
dynamodb.put_item(
    TableName=lab.table_name,
    Item={"player_id": {"S": "p-010"}, "name": {"S": "noor"}},
)

# %% wrong="no table" says="there is no such table"
dynamodb.delete_table(TableName=lab.table_name)

# %% wrong="no name" says="no `name`; it has `player_id`"
dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-010"}})

# %% wrong="a name of another type" says="a value of type L"
dynamodb.put_item(
    TableName=lab.table_name,
    Item={"player_id": {"S": "p-010"}, "name": {"L": [{"S": "Noor"}]}},
)

# %% wrong="an id without its type" says="boto3 stopped your call" outcome="not attempted"
try:
    dynamodb.put_item(TableName=lab.table_name, Item={"player_id": "p-010"})
except Exception as error:
    print(type(error).__name__)

# %% wrong="a capital in the name's name" says="it has `player_id` and `Name`"
dynamodb.put_item(
    TableName=lab.table_name,
    Item={"player_id": {"S": "p-010"}, "Name": {"S": "Noor"}},
)

# %% wrong="in place of another player" says="PutItem, after which there is no such player"
dynamodb.put_item(
    TableName=lab.table_name,
    Item={"player_id": {"S": "p-001"}, "name": {"S": "Noor"}},
)

# %% wrong="an update without its names" says="UpdateItem failed with ValidationException"
with refused("ValidationException"):
    dynamodb.update_item(
        TableName=lab.table_name,
        Key={"player_id": {"S": "p-010"}},
        UpdateExpression="SET name = :n",
        ExpressionAttributeValues={":n": {"S": "Noor"}},
    )

# %% wrong="no id" says="PutItem failed with ValidationException"
with refused("ValidationException"):
    dynamodb.put_item(TableName=lab.table_name, Item={"name": {"S": "Noor"}})

# %% wrong="a number as id" says="PutItem failed with ValidationException"
with refused("ValidationException"):
    dynamodb.put_item(
        TableName=lab.table_name,
        Item={"player_id": {"N": "10"}, "name": {"S": "Noor"}},
    )

# %% wrong="another table" says="PutItem failed with ResourceNotFoundException"
with refused("ResourceNotFoundException"):
    dynamodb.put_item(
        TableName="player",
        Item={"player_id": {"S": "p-010"}, "name": {"S": "Noor"}},
    )

# %% [markdown] tags=["solution"]
# `put_item` takes a whole item. Only the attribute that tells items apart, `player_id`, must be there; the others are up to you.

# %% [markdown]
# A check never looks at how you wrote your answer. It looks at the account, at the record of your calls, and at the value or function that you pass to it. It says one of five things: *correct*, *not yet*, *not attempted*, *your code raised an error*, or *could not be checked*.
#
# {{exercise 0.2}}
#
# *Inputs:* `dynamodb`, `lab.table_name`. *Goal:* `table_arn` is the ARN of the table, a string. `dynamodb.describe_table(TableName=…)` returns it, among other things.

# %% tags=["answer"]
### BEGIN SOLUTION
described = dynamodb.describe_table(TableName=lab.table_name)["Table"]
table_arn = described["TableArn"]
### STUB
table_arn = ...
### END SOLUTION

# %%
check("0.2", table_arn)

# %% wrong="the name" says="the table's name"
table_arn = lab.table_name

# %% wrong="the whole description" says="a value of type dict"
table_arn = dynamodb.describe_table(TableName=lab.table_name)

# %% wrong="the caller's" says="a user: `user/admin`"
table_arn = caller["Arn"]

# %% wrong="without a Region" says="no Region"
table_arn = f"arn:aws:dynamodb::{lab.account_id}:table/{lab.table_name}"

# %% wrong="another Region" says="the Region `eu-west-1`"
table_arn = f"arn:aws:dynamodb:eu-west-1:{lab.account_id}:table/{lab.table_name}"

# %% wrong="another account" says="the account `210987654321`"
table_arn = f"arn:aws:dynamodb:{lab.region}:210987654321:table/{lab.table_name}"

# %% wrong="the name alone at the end" says="`players"
table_arn = f"arn:aws:dynamodb:{lab.region}:{lab.account_id}:{lab.table_name}"

# %% wrong="a value that is empty" says="an empty text"
table_arn = ""

# %% wrong="nothing" says="Seen: nothing."
table_arn = None

# %% wrong="another partition" says="does not have the form `arn:aws:service"
table_arn = dynamodb.describe_table(TableName=lab.table_name)["Table"]["TableArn"]
table_arn = table_arn.replace("arn:aws:", "arn:aws-cn:")

# %% wrong="the table's ID" says="does not have the form"
table_arn = dynamodb.describe_table(TableName=lab.table_name)["Table"]["TableId"]

# %% [markdown] tags=["solution"]
# Unlike a user's ARN, a table's ARN names a Region. A table of the same name in another Region would be another table.

# %% [markdown]
# ## 3. Users and policies
#
# You are not alone in this account.

# %%
iam = boto3.client("iam")
print([user["UserName"] for user in iam.list_users()["Users"]])
given = iam.get_user_policy(UserName="lena", PolicyName="read-players")
show(given["PolicyDocument"])

# %% [markdown]
# **What just happened?** *IAM*, AWS Identity and Access Management, keeps track of the users of an account, and of what each of them may do. An *IAM user* stands for one person or one program. An *IAM policy* is a JSON document that says what is allowed or denied. This one is Lena's. Its statement allows (`Effect`) getting an item (`Action`) from one table (`Resource`). Because it is attached to a user, it is called an *identity-based policy*.
#
# An *IAM role* has policies as well, but it does not stand for a particular person: people and programs *assume* it for a limited time. The identity that makes a request is called its *principal*: a user, a role that somebody has assumed, or an AWS service.
#
# ## 4. Act as Lena
#
# Lena answers players' e-mails, and uses the table for that.
#
# Before you run something, say what you expect. Being wrong is useful: you learn which of your ideas to correct. Run the cell and choose an answer, or write its letter in place of the dots, in quotation marks: `predict("0.1", "c")`.
#
# {{predict 0.1}}

# %%
### BEGIN SOLUTION
predict("0.1", "b")
### STUB
predict("0.1", ...)
### END SOLUTION

# %%
lena = lab.as_user("lena")
lena_dynamodb = lena.client("dynamodb")
hers = lena_dynamodb.get_item(TableName=lab.table_name, Key=player_key)
print(hers["Item"]["name"])
with refused("AccessDeniedException") as denial:
    lena_dynamodb.delete_table(TableName=lab.table_name)
denial

# %%
predict("0.1")

# %% [markdown]
# **What just happened?** `lab.as_user` made an *access key* for Lena: an ID and a secret that a program uses to sign its requests. A boto3 *session* holds the access key, and each client of this session sends its requests as Lena. A plain `boto3.client` still acts as you.
#
# A request that no policy allows is refused. The error message names the principal, the action, the resource and the reason. `refused` is part of this course: it expects an error with the code that you name, and keeps the error for you.
#
# ## 5. The audit trail

# %%
cloudtrail = boto3.client("cloudtrail")
by_name = {"AttributeKey": "EventName", "AttributeValue": "DeleteTable"}
events = cloudtrail.lookup_events(LookupAttributes=[by_name])["Events"]
record = json.loads(events[0]["CloudTrailEvent"])
rows = [(name, record[name]) for name in ("eventName", "errorCode", "eventTime")]
table([("Username", events[0]["Username"]), *rows], ["field", "value"])

# %% [markdown]
# **What just happened?** *AWS CloudTrail* writes an *audit trail*: an *event* for each call, which says who made it, when, and how it ended. Refused calls are there too. `lookup_events` returns the newest event first. It shows calls that manage something, such as `DeleteTable`, but not those that read or write items.
#
# {{exercise 0.3}}
#
# Lena was not the first. Before you opened this notebook, somebody else tried to delete the table.
#
# *Inputs:* `events`. *Goal:* `other_user` is the name of that user.

# %% tags=["answer"]
### BEGIN SOLUTION
other_user = events[-1]["Username"]
### STUB
other_user = ...
### END SOLUTION

# %%
check("0.3", other_user)

# %% wrong="lena" says="lena, whose event is the newer one"
other_user = "lena"

# %% wrong="you" says="no DeleteTable by `admin`"
other_user = "admin"

# %% wrong="the one who did not" says="no DeleteTable by"
names = [user["UserName"] for user in iam.list_users()["Users"]]
tried = {event["Username"] for event in events} | {"admin"}
other_user = next(name for name in names if name not in tried)

# %% wrong="the event" says="a value of type dict"
other_user = events[-1]

# %% wrong="the ARN" says="an ARN"
other_user = json.loads(events[-1]["CloudTrailEvent"])["userIdentity"]["arn"]

# %% wrong="the user's ID" says="a user's ID"
record = json.loads(events[-1]["CloudTrailEvent"])
other_user = record["userIdentity"]["principalId"]

# %% wrong="capitals" says="no DeleteTable by `"
other_user = events[-1]["Username"].upper()

# %% wrong="the access key" says="an access key"
other_user = events[-1]["AccessKeyId"]

# %% [markdown] tags=["solution"]
# The newest event comes first, so the older one is last. Its `errorCode` is the same as in the event of Lena's call: this user has no policy at all.

# %% [markdown]
# ## 6. The sandbox and real AWS
#
# The sandbox follows AWS's rules as AWS documents them: who may do what, how data is encrypted, and what an error says. Where AWS documents nothing, the sandbox makes an assumption. Some things differ. Here, a new policy takes effect with the next request, and an event appears at once. The sandbox has its own clock, which starts on a fixed day. You can move it forward. The [ledger](../docs/ledger.md) lists every difference and assumption.

# %%
print(lab.sandbox.clock.now())
print(lab.advance(days=7))

# %% [markdown]
# Every secret in the sandbox is computed from a fixed number, so everybody sees the same results. These secrets protect nothing: **do not put real secrets in here.**
#
# ## Quiz
#
# {{quiz}}

# %%
### BEGIN SOLUTION
quiz("00", {"q1": "a", "q2": "b", "q3": "c"})
### STUB
quiz("00", {"q1": ..., "q2": ..., "q3": ...})
### END SOLUTION

# %% [markdown] tags=["solution"]
# {{answers}}

# %% [markdown]
# ## Recap
#
# - An ARN names one resource on AWS, with its Region and account. Read more: [Amazon Resource Names](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html).
# - A table holds items, and an item holds attributes. Read more: [Core components of DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html).
# - A request that no policy allows is refused. Read more: [Policies and permissions in IAM](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html), [IAM roles](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html).
# - CloudTrail shows who called what, including refused calls. Read more: [LookupEvents](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html).
# - The set-up cell starts the lab over, `check` looks at your answer, and `hint` helps when you are stuck.
#
# **Key terms**, in the [glossary](../docs/glossary.md): sandbox, account, Region, ARN; client, access key, session; table, item, attribute value; IAM user, IAM role, IAM policy, identity-based policy, principal; CloudTrail, event, audit trail.
#
# **Clean up.** There is nothing to do here, because this account disappears when the kernel stops.

# %%
progress()
