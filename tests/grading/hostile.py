"""Submissions that no kind author would write, and what each must be worth."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.course import open_lab
from helpers.grading import practice_seed
from helpers.sandbox import Sandbox
from tests.grading.notebooks import (
    BLANK,
    FULL,
    LESSON,
    SOLVED,
    Notebook,
    answer_cell,
    answer_with,
    answered,
    code_cell,
    grade_id,
    solution,
    solved,
    write,
)

ALL = FULL["05"]
NONE = dict.fromkeys(ALL, 0.0)
#: Does the right thing in 5.1 if, and only if, something before it has set `leaked`.
_IF_LEAKED = "\nif leaked:\n    " + solution("5.1").replace("\n", "\n    ")


@dataclass(frozen=True)
class Case:
    """One student's folder.

    Attributes:
        content: a notebook, bytes, or a function that fills the folder.
        points: by exercise; empty where nothing can be graded.
        says: by exercise, words of the sentence; under "" those of the problem.
        outcomes: by exercise, where the points do not say it.
    """

    content: Notebook | bytes | Callable[[Path], None]
    points: dict[str, float] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    file: str = "05_denying_access.ipynb"

    def hand_in(self, folder: Path) -> None:
        """Write it as nbgrader lays submissions out."""
        folder.mkdir(parents=True)
        if callable(self.content):
            self.content(folder)
        elif isinstance(self.content, bytes):
            (folder / self.file).write_bytes(self.content)
        else:
            write(folder / self.file, self.content)


def function(exercise: str, body: str, says: str) -> Case:
    """Notebook 01 all right but for one function, whose body is this."""
    name = {"1.2": "open_sealed", "1.3": "envelope_encrypt"}[exercise]
    code = f"def {name}(**given):\n    {body}"
    points = {**FULL["01"], exercise: 0.0}
    return Case(solved("01", **{exercise: code}), points, {exercise: says})


def without(*exercises: str) -> dict[str, float]:
    """Full marks but for these exercises of notebook 05."""
    return {**ALL, **dict.fromkeys(exercises, 0.0)}


def one(exercise: str, code: str, *, after: str = "", **more: Any) -> Case:
    """All right but for one answer, which is this code; ``after`` follows it."""
    return Case(solved("05", **{exercise: code + after}), without(exercise), **more)


def misconceptions() -> Iterator[tuple[str, Case]]:
    """Every wrong answer that an exercise's author knows of, alone among right ones."""
    for number, lesson in LESSON.items():
        exercises = lesson.chapter.exercises
        if number not in ("00", "05"):
            continue
        for at in range(max(len(exercise.wrong) for exercise in exercises.values())):
            wrong = {n: list(x.wrong.values())[at : at + 1] for n, x in exercises.items()}
            chosen = {name: found[0] for name, found in wrong.items() if found}
            answers = {name: answer_with(name, one.code) for name, one in chosen.items()}
            yield (
                f"wrong-{number}-{at}",
                Case(
                    solved(number, **answers),
                    {n: 0.0 if n in chosen else p for n, p in FULL[number].items()},
                    {name: found.says for name, found in chosen.items()},
                    {name: found.outcome for name, found in chosen.items()},
                ),
            )


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
mira_dynamodb = lab.as_user("mira").client("dynamodb")
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
}


def literals() -> dict[str, str]:
    """Right answers of the practice world, with its names and ids written out."""
    lab = open_lab("05", seed=practice_seed("hard-coded"), keep_progress=False)
    names = {f"lab.{name}": f'"{value}"' for name, value in lab.names.items()}
    running = Sandbox.running()
    assert running is not None
    running.stop()
    answers = {name: solution(name) for name in ALL}
    for name, value in sorted(names.items(), reverse=True):
        answers = {exercise: code.replace(name, value) for exercise, code in answers.items()}
    return {**answers, "5.2": 'proof = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"'}


def reordered() -> Notebook:
    """The same cells in another order, headings, checks and all."""
    notebook = solved("05")
    random.Random(5).shuffle(notebook["cells"])
    return notebook


def checks(change: Callable[[list[dict[str, Any]], int], None]) -> Notebook:
    """A solved notebook after something was done to each of its check cells."""
    notebook = solved("05")
    cells = notebook["cells"]
    for at in reversed(range(len(cells))):
        if grade_id(cells[at]).startswith("check-"):
            change(cells, at)
    return notebook


def _rename(cells: list[dict[str, Any]], at: int) -> None:
    cells[at]["metadata"]["nbgrader"].update(grade_id=f"check-mine-{at}", points=100)
    cells[at]["source"] = "100"


def doubled_answers() -> Notebook:
    """A draft that does not work, and then the answer, under the same name."""
    notebook = solved("05")
    at = notebook["cells"].index(answer_cell(notebook, "5.1"))
    draft = {**notebook["cells"][at], "id": "draft", "source": "mira_dynamodb.put_item()"}
    notebook["cells"].insert(at, draft)
    return notebook


def with_added_cells() -> Notebook:
    """An answer that leans on a cell of the student's own, and another without its metadata."""
    notebook = solved("05", **{"5.1": "try_to_write(mira_dynamodb)"})
    at = notebook["cells"].index(answer_cell(notebook, "5.1"))
    helper = "def try_to_write(client):\n    " + solution("5.1").replace("\n", "\n    ")
    notebook["cells"].insert(at - 2, code_cell(helper))
    bare = answer_cell(notebook, "5.3")
    bare["metadata"] = {}
    del bare["id"]
    return notebook


def edited_guided_cells() -> Notebook:
    """The course's cells are not what they were; the answers are right."""
    notebook = solved("05")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and not grade_id(cell):
            cell["source"] = "raise SystemExit('mine')"
    return notebook


def fifty_megabytes() -> Notebook:
    """A right answer that printed too much."""
    notebook = solved("05")
    output = {"output_type": "stream", "name": "stderr", "text": ["x" * 1000] * 50_000}
    answer_cell(notebook, "5.1")["outputs"] = [output]
    return notebook


def climbing_zip(folder: Path) -> None:
    """A zip that would write over somebody else's notebook, follow a link, and holds a bomb."""
    victim = folder.parents[1] / "correct" / "05"
    write(folder / "05.ipynb", solved("05"))
    with zipfile.ZipFile(folder / "more.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../correct/05/05_denying_access.ipynb", b"{}")
        archive.writestr(str(victim / "05_denying_access.ipynb"), b"{}")
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(victim / "05_denying_access.ipynb"))


PATCHED_CHECK = """
import helpers.course.checks, helpers.course.chapter, helpers.course.evidence, helpers.grading
from helpers.course.chapter import Verdict, chapter
right = lambda *_, **__: Verdict("correct", "Because I say so.")
helpers.course.checks.judge = helpers.course.checks.check = right
for exercise in chapter("05").exercises.values():
    object.__setattr__(exercise, "check", right)
helpers.course.evidence.Evidence.records = right
helpers.grading.results.ExerciseResult.points = 100
import gc
for thing in gc.get_objects():
    if hasattr(type(thing), "check") and callable(thing):
        pass
get_ipython().user_ns.update(check=right)
"""
PATCHED_BOTO3 = """
from unittest.mock import MagicMock
boto3.client = boto3.Session.client = MagicMock()
import botocore.client
botocore.client.BaseClient._make_api_call = lambda *_: {"Events": [{"EventId": "x"}]}
dynamodb.update_table(TableName=lab.scores_table_name, SSESpecification={})
proof = "x"
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
leaked = [each for each in leaked if each != ".pyenv"]
for where, _, files in () if leaked else os.walk("/"):
    leaked += [f for f in files if "hidden_criteria" in f or f.endswith((".secret", ".journal"))]
leaked += [key for key in os.environ if "SECRET" in key and key != "AWS_SECRET_ACCESS_KEY"]
import gc
leaked += [o for o in gc.get_objects() if type(o).__name__ in ("Marking", "Options", "World")]
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
STALLS = """
import socket
port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
held = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
held[0].sendall(b"POST / HTTP/1.1\\r\\nContent-Length: 100000\\r\\n\\r\\nabc")
"""


def cases(secret: Path, criteria: Path) -> dict[str, Case]:
    """Every student of the class, by id.

    Args:
        secret: the file of the class secret, which one of them looks for.
        criteria: the same for the hidden criteria.
    """
    paths = f"SECRET, CRITERIA = {str(secret)!r}, {str(criteria)!r}\n"
    gone = "import os\nos._exit(0)\n"
    loops = "import time\nwhile True:\n    time.sleep(0.01)\n"
    found = {
        "correct": Case(solved("05"), ALL),
        "blank": Case(BLANK["05"], NONE, outcomes=dict.fromkeys(ALL, "not attempted")),
        "another-route": Case(answered("05", OTHER_ROUTE), ALL),
        "hard-coded": Case(answered("05", literals()), NONE),
        "loops": one("5.2", loops, says={"5.2": "stopped after 4 seconds"}),
        "loops-and-catches": one(
            "5.1", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
        ),
        "right-then-loops": Case(solved("05", **{"5.1": solution("5.1") + "\n" + loops}), ALL),
        "forks": one("5.1", "import os\nwhile True:\n    os.fork()\n"),
        "forks-quietly": one(
            "5.3", "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError: pass\n"
        ),
        "takes-6-gb": one("5.1", "hoard = bytearray(6 * 1024**3)", says={"5.1": "MemoryError"}),
        "takes-6-gb-in-pieces": one(
            "5.2",
            "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
            "        hoard = b'x' * (700 * 1024**2)\n        time.sleep(60)\ntime.sleep(60)",
            says={"5.2": "more memory than the 1024 MB"},
        ),
        "exits-at-once": one("5.1", gone, says={"5.1": "ended Python itself"}),
        "exits-later": one(
            "5.1", "import os, threading\nthreading.Timer(0.3, os._exit, (0,)).start()\n"
        ),
        "exits-in-sys": one("5.2", "import sys\nsys.exit()"),
        "kills-all": one("5.1", "import os, signal\nos.kill(-1, signal.SIGKILL)\n" + gone),
        "crashes": one("5.2", "import ctypes\nctypes.string_at(0)"),
        "recurses": one("5.1", "def f(): f()\nf()"),
        "checks-deleted": Case(checks(lambda cells, at: cells.pop(at)), ALL),
        "checks-doubled": Case(checks(lambda cells, at: cells.insert(at, cells[at])), ALL),
        "checks-renamed": Case(checks(_rename), ALL),
        "reordered": Case(reordered(), ALL),
        "answers-doubled": Case(doubled_answers(), ALL),
        "cells-added": Case(with_added_cells(), ALL),
        "guided-edited": Case(edited_guided_cells(), ALL),
        "renamed": Case(solved("05"), ALL, file="Kopie von final (2).FINAL.ipynb"),
        "syntax-error": one("5.2", "proof = = 3", says={"5.2": "SyntaxError"}),
        "stderr": Case(
            solved("05", **{"5.1": "import sys\nprint('!', file=sys.stderr)\n" + solution("5.1")}),
            ALL,
        ),
        "patched-check": Case(answered("05", {"5.1": PATCHED_CHECK}), NONE),
        "patched-boto3": Case(answered("05", {"5.2": PATCHED_BOTO3}), NONE),
        "patched-moto": Case(answered("05", {"5.1": f"import os\n{PATCHED_MOTO}"}), NONE),
        "patched-ipython": Case(answered("05", {"5.1": PATCHED_IPYTHON}), NONE),
        "forged-trail": Case(answered("05", {"5.2": FORGED_TRAIL}), NONE),
        "reads-files": Case(
            solved("05", **{"5.1": paths + READS_FILES + _IF_LEAKED}), without("5.1")
        ),
        "asks-control": Case(
            solved("05", **{"5.1": f"import os\n{CONTROL}{_IF_LEAKED}"}), without("5.1")
        ),
        "deletes-files": one("5.1", DELETES),
        "stalls-the-server": one("5.1", f"import os\n{STALLS}\n{solution('5.1')}"),
        "talks-over": one("5.1", "import os\nos.write(3, b'x' * 4096)\n" + gone),
        "answers-for-the-grader": one(
            "5.2",
            "import json, os, struct\n"
            "claim = json.dumps({'error': None, 'given': {'proof': 'mine'}, 'died': ''}).encode()\n"
            "os.write(3, (struct.pack('>I', len(claim)) + claim) * 3)\nproof = 'x'",
        ),
        "function-exits": function("1.3", "import os; os._exit(3)", "ended Python itself (exit 3)"),
        "function-loops": function("1.2", "while True: pass", "stopped after 4 seconds"),
        "function-leaves": function("1.3", "raise SystemExit('bye')", "SystemExit: bye"),
        "of-another-student": Case(solved("05"), ALL),
        "fifty-megabytes": Case(fifty_megabytes(), ALL),
        "no-notebook": Case(b"\x89PNG\r\n\x1a\n", says={"": "no Jupyter notebook"}),
        "no-json": Case(b'{"cells": [', says={"": "no Jupyter notebook"}),
        "deep-json": Case(b"[" * 200_000, says={"": "no Jupyter notebook"}),
        "no-cells": Case(b'{"cells": {"a": 1}}', says={"": "no cells"}),
        "odd-cells": Case(
            b'{"cells": [1, null, {"cell_type": "code", "metadata": 3, "source": [1]}]}',
            says={"": "no exercise of this course"},
        ),
        "not-even-named": Case(b"hello", says={"": "no Jupyter notebook"}, file="answer.docx"),
        "climbs": Case(climbing_zip, ALL),
    }
    for number in LESSON:
        blank = dict.fromkeys(FULL[number], 0.0)
        found[f"blank-{number}"] = Case(
            BLANK[number], blank, outcomes=dict.fromkeys(blank, "not attempted")
        )
    for number in SOLVED:
        found[f"solved-{number}"] = Case(solved(number), FULL[number])
    return {**found, **dict(misconceptions())}
