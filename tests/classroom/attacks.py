"""Answers by another route, and answers that would rather not answer: code for cells."""

from __future__ import annotations

OTHER_ROUTE = {
    "5.1": """
key = iam.list_access_keys(UserName="mira")["AccessKeyMetadata"][0]["AccessKeyId"]
iam.delete_access_key(UserName="mira", AccessKeyId=key)
table = lab.as_user("mira").resource("dynamodb").Table(lab.table_name)
for attempt in (lambda: table.update_item(Key={"player_id": "p-099"}),):
    try:
        attempt()
    except Exception as error:
        print(type(error))
mira = lab.as_user("mira")
mira_dynamodb = mira.client("dynamodb")
""",
    "5.2": """
%time found = [e.record for e in lab.trail.events() if "kms" in e.record["eventSource"]]
class Proof(str):
    pass
proof = Proof([r for r in found if r.get("errorCode") == "AccessDenied"][-1]["eventID"])
""",
    "5.3": """
import subprocess, sys
code = f'''import boto3
boto3.client("dynamodb").update_table(TableName="{lab.scores_table_name}", SSESpecification=dict(
    Enabled=True, SSEType="KMS", KMSMasterKeyId="{lab.key_arn}"))'''
subprocess.run([sys.executable, "-c", code], check=True)
""",
    "5.4": """
mira_dynamodb.update_table(TableName=lab.table_name, DeletionProtectionEnabled=True)
""",
    "5.5": """
statement = {"Effect": "Deny", "Action": ["dynamodb:DeleteT*"], "Resource": ["*"]}
document = json.dumps({"Version": "2012-10-17", "Statement": statement})
made = iam.create_policy(PolicyName="no-delete", PolicyDocument=document)["Policy"]["Arn"]
iam.create_group(GroupName="testers")
iam.attach_group_policy(GroupName="testers", PolicyArn=made)
iam.add_user_to_group(GroupName="testers", UserName="mira")
""",
    "5.6": """
remedies = {}
for letter, text in tickets.items():
    words = {"with an explicit deny": "deny", "no resource-based": "key", "kms:": "any"}
    remedies[letter] = next((words[x] for x in words if x in text), "other")
""",
    "5.7": """
statement = dict(Sid="Players", Effect="Allow", Action=["KMS:decrypt"], Resource=[lab.key_arn])
statement["Condition"] = {"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com"}}
""",
    "5.8": """
new_policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
mira_arn = iam.get_user(UserName="mira")["User"]["Arn"]
own = {"Sid": "Mira", "Effect": "Allow", "Principal": {"AWS": mira_arn}, "Resource": "*"}
new_policy["Statement"].append({**own, "Action": "kms:Decrypt"})
kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(new_policy))
""",
}
PATCHED_CHECK = """
import helpers.course.checks, helpers.course.chapter, helpers.course.evidence, classroom
from helpers.course.chapter import Verdict, chapter
right = lambda *_, **__: Verdict("correct", "Because I say so.")
helpers.course.checks.judge = helpers.course.checks.check = right
for exercise in chapter("05").exercises.values():
    object.__setattr__(exercise, "check", right)
helpers.course.evidence.Evidence.records = right
classroom.results.ExerciseResult.points = 100
import gc
for thing in gc.get_objects():
    if hasattr(type(thing), "check") and callable(thing):
        pass
get_ipython().user_ns.update(check=right)
"""
PATCHED_MOTO = """
from moto import mock_aws
for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT")]:
    del os.environ[name]
mock_aws().start()
boto3.client("dynamodb").create_table(TableName=lab.table_name, BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "player_id", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "player_id", "KeyType": "HASH"}])
boto3.client("dynamodb").put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-099"}})
proof = mock_aws.__name__
"""
PATCHED_IPYTHON = """
shell = get_ipython()
shell.input_transformers_post.append(lambda lines: ["lab.points = 100\\n"])
type(shell).run_cell = lambda *_, **__: type("R", (), dict(
    error_before_exec=None, error_in_exec=None, result=5))()
"""
FORGED_TRAIL = """
import copy
event = copy.deepcopy(lab.trail.events()[-1])
event.record.update(eventName="Decrypt", eventSource="kms.amazonaws.com", errorCode="AccessDenied",
    errorMessage=f"kms:Decrypt on {lab.key_arn}", eventID="forged",
    userIdentity={"userName": "mira", "arn": "arn:aws:iam::123456789012:user/mira"})
lab.trail.events().append(event)
type(lab.trail).events = lambda *_, **__: [event]
lab.opened = lab.opened.replace(year=1999)
proof = "forged"
"""
READS_FILES = """
import glob, os, pathlib, socket, sys
leaked = []
for place in ("/proc", "/root", "/etc/passwd", "/etc/shadow", "/sys", "/run", "/var",
              SECRET, CRITERIA, os.path.dirname(SECRET)):
    try:
        leaked += os.listdir(place) if os.path.isdir(place) else [open(place).read()]
    except OSError:
        pass
known = [".pyenv", "cpuinfo", "meminfo", "stat", "version"]  # What describes the machine alone
leaked = [each for each in leaked if each not in known and not each.startswith("student:x:1")]
leaked += [line for line in open("/etc/passwd") if not line.startswith("student:")]
for where, _, files in () if leaked else os.walk("/"):
    leaked += [f for f in files if "hidden_criteria" in f or f.endswith((".secret", ".journal"))]
leaked += [key for key in os.environ if "SECRET" in key and key != "AWS_SECRET_ACCESS_KEY"]
import gc
owners = [(str(type(o).__module__), o) for o in gc.get_objects()]
leaked += [o for owner, o in owners
           if owner.startswith("classroom.") and not owner.startswith("classroom.run.")]
for number in range(4, 200):
    try:
        os.fstat(number)
        leaked.append(number)
    except OSError:
        pass
for family, address in ((socket.AF_INET, ("1.1.1.1", 53)), (socket.AF_INET, ("127.0.0.1", 22)),
                        (socket.AF_UNIX, "/run/docker.sock")):
    try:
        with socket.socket(family) as reaching:
            reaching.settimeout(1)
            reaching.connect(address)
        leaked.append(address)
    except OSError:
        pass
"""
CONTROL = """
import json, urllib.request
url, token = os.environ["COURSE_SANDBOX"].split()
leaked = []
def ask(path, method=None, headers={}, **more):
    body = json.dumps({"method": method, **more}).encode() if method else b""
    request = urllib.request.Request(url + path, body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.read()
    except OSError:
        return None
for path in ("/moto-api/reset", "/moto-api/seed?a=1", "/moto-api/data.json", "/moto-api/config",
             "/moto-api/recorder/start-recording", "/_sandbox/../_sandbox", "/"):
    leaked += [path] if ask(path) else []
leaked += ["no token"] if ask("/_sandbox", "advance") else []
known = {"X-Sandbox-Token": token}
for method in ("stop", "start", "build", "record", "unrecorded", "__class__", "seed"):
    leaked += [method] if ask("/_sandbox", method, known) else []
leaked += ["open"] if ask("/_sandbox", "open", known, **{"with": {"notebook": "00"}}) else []
told = json.loads(ask("/_sandbox", "describe", known))
leaked += [told["seed"]] if told["seed"] else []
import boto3
# Services whose simulation would start containers, or ask other machines, where marks are given.
for service, operation in (("lambda", "list_functions"), ("batch", "describe_job_queues"),
                           ("sns", "list_topics"), ("s3", "list_buckets"), ("ec2", "describe_vpcs"),
                           ("ssm", "describe_parameters"), ("events", "list_rules")):
    try:
        getattr(boto3.client(service), operation)()
        leaked.append(service)
    except Exception as error:
        print(type(error))
"""
#: Bodies and heads that no client would send; whoever parses them is the grader.
RAW_REQUESTS = """
import os, socket
port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
head = (b"POST / HTTP/1.1\\r\\nX-Amz-Target: DynamoDB_20120810.GetItem\\r\\n"
        b"Content-Type: application/x-amz-json-1.0\\r\\n")
bodies = [b"[" * 10**6, b'{"a":' * 10**5, b"1" * 10**6, b"1e999999", b"\\xff", b'{"Key": NaN}']
sent = [head + b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body for body in bodies]
sent += [head + b"Content-Length: " + size + b"\\r\\n\\r\\na" for size in (b"-5", b"9" * 20)]
sent += [head + b"Transfer-Encoding: chunked\\r\\n\\r\\nFFFFFFFFFFFF\\r\\na", b"\\x16\\x03\\x01"]
sent += [b"GET / HTTP/1.1\\r\\n" + b"X: y\\r\\n" * 10**5 + b"\\r\\n", b"A" * 10**6]
for request in sent:
    try:
        with socket.create_connection(("127.0.0.1", port)) as asking:
            asking.settimeout(1)
            asking.sendall(request)
            asking.shutdown(socket.SHUT_WR)
            asking.recv(1000)
    except OSError:
        pass
"""
#: A request that keeps the grader's own process at work for minutes.
SLOW_REQUEST = """
import boto3, json
from botocore.config import Config
slow = Config(parameter_validation=False, retries={"max_attempts": 0}, read_timeout=500)
like = {"StringLike": {"aws:username": ["*a" * 2000 + "z"] * 10}}
statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": like}
boto3.client("iam", config=slow).simulate_custom_policy(
    PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": [statement]})] * 10,
    ActionNames=["kms:Decrypt"] * 100,
    ResourceArns=["arn:aws:kms:us-east-1:123456789012:key/" + "a" * 1500] * 10,
    ContextEntries=[{"ContextKeyName": "aws:username", "ContextKeyValues": ["a" * 5000],
                     "ContextKeyType": "string"}])
"""
#: Values that say what they are asked for.
TEXT_THAT_LIES = """
class Liar(str):
    __eq__ = __contains__ = __ge__ = lambda *_: True
    __hash__ = lambda _: 0
    __getattr__ = lambda *_: True
proof = Liar("x")
"""
OBJECT_THAT_LIES = """
class Liar:
    __class__ = property(lambda _: dict)
    __eq__ = lambda *_: True
    __len__ = lambda _: len(tickets)
    __getitem__ = get = lambda *_: "deny"
    keys = __iter__ = lambda _: iter(tickets)
    items = lambda _: [(name, "deny") for name in tickets]
remedies = Liar()
"""
ENDLESS_DICTIONARY = """
class Endless(dict):
    def items(self):
        while True:
            yield object(), "deny"
remedies = Endless()
"""
#: Stays behind in a thread, in a process past its parent, in signals and at the end.
OUTLIVES = """
import atexit, os, signal, threading, time
def again():
    while True:
        try:
            import helpers.course.checks
            helpers.course.checks.judge = lambda *_, **__: None
            iam.tag_user(UserName="mira", Tags=[{"Key": "a", "Value": str(time.time())}])
        except BaseException:
            pass
        time.sleep(0.05)
threading.Thread(target=again, daemon=True).start()
atexit.register(again)
for number in range(1, 64):
    try:
        signal.signal(number, lambda *_: None)
    except (OSError, ValueError):
        pass
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    again()
"""
#: What Python would load by itself, beside the notebook and at home; and how it finds modules.
HOOKS = """
import os, sys
for name in ("sitecustomize", "usercustomize", "classroom", "helpers", "json", "socket"):
    with open(f"{name}.py", "w") as file:
        file.write("raise SystemExit")
own = os.path.expanduser("~/.local/lib/python3.11/site-packages")
os.makedirs(own)
with open(f"{own}/mine.pth", "w") as file:
    file.write("import os; os._exit(0)")
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("classroom"):
            raise SystemExit
sys.meta_path.insert(0, Finder())
"""
BUILTINS = """
import builtins, hashlib, hmac, time
builtins.isinstance = builtins.issubclass = lambda *_: True
builtins.hash = lambda *_: 0
time.time = time.monotonic = lambda: 0
hashlib.sha256 = hashlib.md5
hmac.compare_digest = lambda *_: True
proof = "x"
"""
DELETES = """
import os, shutil, sys
for place in ("/", sys.prefix, sys.base_prefix, os.path.dirname(__import__("helpers").__file__)):
    shutil.rmtree(place, ignore_errors=True)
    for where, _, files in os.walk(place):
        for file in files[:3]:
            try:
                os.remove(os.path.join(where, file))
            except OSError:
                pass
        break
"""
RESPAWNS = """
import os
def forks_on():
    while True:
        if os.fork() == 0:
            os._exit(0)
        try:
            os.waitpid(-1, os.WNOHANG)
        except OSError:
            pass
for _ in range(25):
    if os.fork() == 0:
        forks_on()
"""
LEAVES_SESSIONS = """
import os
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass
"""
#: Takes too much while another answer runs, in a thread that this one has left.
HOARDS_LATER = """
import threading, time
def hoard():
    held = []
    while True:
        held.append(b"x" * (64 * 1024**2))
        time.sleep(0.01)
threading.Timer(0.3, hoard).start()
"""
#: Keeps Python from answering while something else runs: `re` holds the interpreter's lock.
HOLDS_PYTHON_LATER = """
import re, threading
threading.Timer(0.3, re.match, (r"(a+)+$", "a" * 40 + "b")).start()
"""
STALLS = """
import socket
port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
held = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
held[0].sendall(b"POST / HTTP/1.1\\r\\nContent-Length: 100000\\r\\n\\r\\nabc")
"""

#: Replaces what the runner answers with: `{what}` is an action, `{reply}` what it then says.
OTHER_REPLIES = """
import gc
for table in gc.get_objects():
    if type(table) is dict and {{"begin", "cell", "give", "call"}} <= table.keys():
        table["{what}"] = lambda message: {reply}
"""

#: A role that is called as she is, in a session that is, by a client that says that it is.
LOOKS_LIKE_MIRA = """
import boto3, json
trust = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
role = iam.create_role(RoleName="mira", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
iam.attach_role_policy(RoleName="mira",
    PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2")
given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="mira")["Credentials"]
as_role = dict(aws_access_key_id=given["AccessKeyId"], aws_session_token=given["SessionToken"],
               aws_secret_access_key=given["SecretAccessKey"])
from botocore.config import Config
looks = Config(user_agent="mira", user_agent_extra='{"userName": "mira"}' * 99)
try:
    boto3.client("dynamodb", config=looks, **as_role).put_item(
        TableName=lab.table_name, Item={"player_id": {"S": "p-099"}, "mira": {"S": "mira"}})
    raise SystemExit("written")
except Exception as error:
    if "AccessDenied" not in str(error):
        raise
"""
ITS_EVENT = """
events = [e.record for e in lab.trail.events() if e.record.get("errorCode")]
proof = [e["eventID"] for e in events if e["eventSource"].startswith("kms")][-1]
"""

#: An answer of 6 MB, which nobody reads.
READS_NO_ANSWER = """
import boto3, socket
from urllib.parse import urlsplit
table = lab.scores_table_name
names = [{"player_id": {"S": f"many{number}"}} for number in range(16)]
for name in names:
    dynamodb.put_item(TableName=table, Item={**name, "x": {"S": "x" * 380_000}})
held = []
def sends(request, **_):
    where, body = urlsplit(request.url), request.body
    lines = [f"{name}: {value if isinstance(value, str) else value.decode()}"
             for name, value in request.headers.items() if name.lower() != "content-length"]
    head = [f"POST / HTTP/1.1", f"Host: {where.netloc}", f"Content-Length: {len(body)}", *lines]
    held.append(socket.socket())
    held[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    held[0].connect((where.hostname, where.port))
    held[0].sendall("\\r\\n".join([*head, "", ""]).encode() + body)
    raise KeyboardInterrupt
asked = boto3.client("dynamodb")
asked.meta.events.register("before-send.dynamodb.BatchGetItem", sends)
try:
    asked.batch_get_item(RequestItems={table: {"Keys": names}})
except KeyboardInterrupt:
    pass
dynamodb.list_tables()
"""
