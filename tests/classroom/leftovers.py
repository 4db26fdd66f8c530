"""What an answer leaves for those after it, or for whoever asks what it has done."""

from __future__ import annotations

LEFT = "all of it was left"
_END = f"\nraise RuntimeError({LEFT!r})"
#: Each ends with an error of its own, which is told whatever else is left beside it.
SIDE_BY_SIDE = {
    "what crosses": """
import sys
for name, module in list(sys.modules.items()):
    if name.endswith("run.channel"):
        module.encode = lambda *_, **__: {"dict": [["a", "deny"]]}
        module.LIMIT = 10 ** 12
""",
    "the frames of whoever asks": """
import ctypes, sys
frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()):
        if name in ("message", "reply") and type(value) is dict:
            value.update(given={"proof": "x"}, error=None, points=100, do="give")
    frame = frame.f_back
""",
    "settings for what starts later": """
import os
for name, text in {
    ".aws/config": "[default]\\ncredential_process = touch /tmp/ran\\nendpoint_url = http://x",
    ".aws/models/kms/2014-11-01/service-2.json": "{}",
    ".ipython/profile_default/startup/00.py": "raise SystemExit",
    ".ipython/profile_default/ipython_config.py": "raise SystemExit",
    ".config/matplotlib/matplotlibrc": "backend: module://mine",
    ".local/lib/python3.11/site-packages/usercustomize.py": "raise SystemExit",
}.items():
    path = os.path.expanduser(f"~/{name}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
""",
    "what is called when memory is": """
import gc, sys, weakref
class Last:
    def __del__(self):
        lab.points = 100
kept = Last()
kept.kept = kept
gc.callbacks.append(lambda *_: None)
weakref.finalize(kept, exec, "lab = None")
gc.set_threshold(1, 1, 1)
del kept
sys.unraisablehook = sys.excepthook = lambda *_: None
""",
    "chance that is none": """
import os, random, secrets, uuid
secrets.token_hex = lambda *_: "0" * 16
os.urandom = lambda n: bytes(n)
uuid.uuid4 = lambda: uuid.UUID(int=0)
random.seed(0)
""",
    "another loop of events": """
import asyncio
class Policy(asyncio.DefaultEventLoopPolicy):
    def get_event_loop(self):
        raise SystemExit
asyncio.set_event_loop_policy(Policy())
""",
    "work at every fork": """
import os
os.register_at_fork(before=lambda: os.environ.update(A="b"), after_in_child=lambda: os._exit(0))
""",
    "tighter limits": """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
resource.setrlimit(resource.RLIMIT_STACK, (2 ** 16, 2 ** 16))
""",
    "a place that is gone": """
import os
os.makedirs("gone")
os.chdir("gone")
os.rmdir("../gone")
os.umask(0o777)
""",
    "variables for what starts later": """
import os
with open(os.path.expanduser("~/.startup.py"), "w") as file:
    file.write("raise SystemExit")
mine = os.path.expanduser("~/.startup.py")
os.environ.update(PYTHONSTARTUP=mine, PYTHONINSPECT="1", PYTHONPATH=os.path.expanduser("~"),
    LD_PRELOAD=mine, LD_LIBRARY_PATH="/tmp", BASH_ENV=mine, PYTHONWARNINGS="error",
    AWS_ENDPOINT_URL_KMS="http://127.0.0.1:1", AWS_CA_BUNDLE=mine, HTTPS_PROXY="http://127.0.0.1:1",
    HTTP_PROXY="http://127.0.0.1:1", COURSE_SEED="mine", COURSE_SANDBOX="x y")
""",
}
#: After these Python is not what it was, nor what is told of an error.
ALONE = {
    "replies in json": """
import json
plain = json.dumps
def dumps(value, *given, **more):
    if type(value) is dict and "number" in value:
        value = {"number": value["number"], "error": None, "given": {"proof": "x", "remedies": {}}}
    return plain(value, *given, **more)
json.dumps = dumps
""",
    "a trace of every call": """
import ctypes, sys, threading
def trace(frame, event, value):
    reply = frame.f_locals.get("reply")
    if type(reply) is dict:
        reply.update(error=None, given={"proof": "x", "remedies": {}})
    return trace
threading.settrace(trace)
sys.settrace(trace)
""",
    "a profile of every call": """
import sys, threading
def profile(frame, event, value):
    if event == "return" and type(value) is dict:
        value.update(error=None, outcome="correct", points=100)
threading.setprofile(profile)
sys.setprofile(profile)
""",
    "an ear for every event": """
import sys
def hears(event, given):
    if event in ("compile", "exec") and "check" in repr(given)[:500]:
        raise ValueError("not that")
sys.addaudithook(hears)
""",
    "trees that change": """
import ast
class Right(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Constant("correct") if getattr(node.func, "id", "") == "check" else node
get_ipython().ast_transformers.append(Right())
get_ipython().events.register("pre_run_cell", lambda info: setattr(info, "raw_cell", "1"))
get_ipython().events.register("post_run_cell", lambda done: setattr(done, "error_in_exec", None))
get_ipython().set_custom_exc((Exception,), lambda *_: None)
get_ipython().display_pub.publish = lambda *_, **__: None
""",
    "answers for AWS": """
import boto3, botocore.awsrequest, botocore.hooks
class Yes:
    status_code, headers, content, text = 200, {}, b"{}", "{}"
botocore.hooks.HierarchicalEmitter.emit_until_response = lambda *_, **__: (None, Yes())
boto3.DEFAULT_SESSION = None
boto3.setup_default_session = lambda *_, **__: None
import botocore.client
botocore.client.BaseClient._make_api_call = lambda *_: {"Events": [{"EventId": "x"}], "Keys": []}
""",
    "a moment that is another": """
import datetime, time
class Then(datetime.datetime):
    now = utcnow = classmethod(lambda cls, tz=None: cls(2099, 1, 1, tzinfo=tz))
datetime.datetime = Then
time.time = lambda: 4e9
time.sleep = lambda _: None
time.gmtime = lambda *_: time.struct_time((2099, 1, 1, 0, 0, 0, 0, 1, 0))
""",
    "nothing to call by its name": """
import builtins
builtins.__import__ = lambda name, *_, **__: type(name, (), {"points": 100})
builtins.open = builtins.print = builtins.repr = lambda *_, **__: "correct"
builtins.__build_class__ = lambda *_, **__: object
""",
    "names that answer for the lab": """
class Lab(type(lab)):
    table_name = scores_table_name = "x"
    __getattr__ = lambda *_: "correct"
lab.__class__ = Lab
class Names(dict):
    __missing__ = __getitem__ = lambda *_: "correct"
def other(names, mine):
    names.clear()
    names.update(mine)
other(get_ipython().user_ns, Names(lab=5, check=5, proof="x", RuntimeError=RuntimeError))
""",
    "a collector of errors": """
import logging, warnings
class Ends(logging.Handler):
    def emit(self, record):
        raise SystemExit
logging.getLogger().addHandler(Ends())
logging.getLogger().setLevel(0)
logging.raiseExceptions = True
warnings.showwarning = lambda *_, **__: exec("raise SystemExit")
warnings.simplefilter("error")
""",
    "numbers that are others": """
import ctypes, sys
ctypes.memmove(id(100) + 24, id(0) + 24, 4)
""",
    "an interruption at any moment": """
import signal
def interrupts(*_):
    raise KeyboardInterrupt
signal.signal(signal.SIGALRM, interrupts)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
""",
    "code that is other code": """
import sys
for name, module in list(sys.modules.items()):
    if name.endswith("run.student"):
        module._Runner._give.__code__ = (lambda self, message: {"given": {
            "proof": "x", "remedies": {}, "statement": {}}}).__code__
        module._sent.__code__ = (lambda value, name: {"dict": [["a", "deny"]]}).__code__
""",
    "a thread that writes between": """
import os, struct, threading
def writes():
    while True:
        os.write(3, struct.pack(">I", 2) + b"{}")
threading.Thread(target=writes, daemon=True).start()
""",
}
#: The first leaves what it can and ends the process; the second looks for it in the next one.
LEAVES = """
import os, socket
for place in ("~", "/tmp", "/dev/shm"):
    for name in ("sitecustomize.py", "json.py", ".startup", "left.txt"):
        with open(os.path.expanduser(f"{place}/{name}"), "w") as file:
            file.write("raise SystemExit")
for number in range(9):
    if os.fork() == 0:
        os.setsid()
        listening = socket.socket(socket.AF_UNIX)
        listening.bind("\\0left")
        listening.listen()
        while True:
            listening.accept()
os._exit(0)
"""
FINDS = """
import glob, os, socket
found = [name for place in ("~", "/tmp", "/dev/shm")
         for name in os.listdir(os.path.expanduser(place)) if "left" in name or "custom" in name]
try:
    socket.socket(socket.AF_UNIX).connect("\\0left")
    found.append("socket")
except OSError:
    pass
raise RuntimeError(f"gained: {found or 'nothing'}")
"""


def code(poison: str) -> str:
    """An answer that leaves something behind, and says that it did."""
    return poison + _END
