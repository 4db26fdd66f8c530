"""Submissions that no kind author would write, and what each must be worth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from classroom import practice_seed
from helpers.course import open_lab
from refusal import Sandbox
from tests.classroom import odd, packs
from tests.classroom.attacks import (
    BUILTINS,
    CONTROL,
    DELETES,
    ENDLESS_DICTIONARY,
    FORGED_TRAIL,
    HOARDS_LATER,
    HOLDS_PYTHON_LATER,
    HOOKS,
    ITS_EVENT,
    LEAVES_SESSIONS,
    LOOKS_LIKE_MIRA,
    OBJECT_THAT_LIES,
    OTHER_REPLIES,
    OTHER_ROUTE,
    OUTLIVES,
    PATCHED_CHECK,
    PATCHED_IPYTHON,
    PATCHED_MOTO,
    RAW_REQUESTS,
    READS_FILES,
    READS_NO_ANSWER,
    RESPAWNS,
    SLOW_REQUEST,
    STALLS,
    TEXT_THAT_LIES,
)
from tests.classroom.case import Case
from tests.classroom.notebooks import BLANK, FULL, LESSON, SOLVED, answered, solution, solved

ALL = FULL["05"]
NONE = dict.fromkeys(ALL, 0.0)
#: Exercises whose right answers hold no name or ID of the student's world.
NAMELESS = {number: ALL[number] for number in ("5.5", "5.6")}
#: Does the right thing in 5.1 if, and only if, something before it has set `leaked`.
_IF_LEAKED = "\nif leaked:\n    " + solution("5.1").replace("\n", "\n    ")
#: Errors that end a cell, and nothing else.
ERRORS = {
    "5.1": "hoard = bytearray(6 * 1024**3)",
    "5.2": "proof = = 3",
    "5.3": "def f(): f()\nf()",
    "5.4": "import sys\nsys.exit()",
    "5.5": "raise ValueError('\\ud800 \\0 </p><script>alert(1)</script> =1+1')",
}
ERROR_SAYS = {
    "5.1": "MemoryError",
    "5.2": "SyntaxError",
    "5.3": "RecursionError",
    "5.4": "SystemExit",
    "5.5": "</p><script>",
}
_LONG_ERROR = "{'error': {'short': 'x' * 10**6, 'details': 'y' * 10**6}}"


def function(exercise: str, body: str, says: str) -> Case:
    """Notebook 01 all right but for one function, whose body is this."""
    name = {"1.4": "open_sealed", "1.7": "envelope_encrypt"}[exercise]
    code = f"def {name}(**given):\n    {body}"
    points = {**FULL["01"], exercise: 0.0}
    burns = "while True" in body
    return Case(solved("01", **{exercise: code}), points, {exercise: says}, burns=burns)


def without(*exercises: str) -> dict[str, float]:
    """Full marks but for these exercises of notebook 05."""
    return {**ALL, **dict.fromkeys(exercises, 0.0)}


def one(exercise: str, code: str, *, after: str = "", **more: Any) -> Case:
    """All right but for one answer, which is this code; ``after`` follows it."""
    return Case(solved("05", **{exercise: code + after}), without(exercise), **more)


def misconceptions() -> Iterator[tuple[str, Case]]:
    """Wrong answers that an exercise's author knows of, among right ones: what a check says of each
    of them is looked at where the lessons are, and here how it comes to the student."""
    for number, lesson in LESSON.items():
        if number not in ("00", "05"):
            continue
        for at in range(3):
            wrong = {n: list(wrongs.values())[at : at + 1] for n, wrongs in lesson.wrong.items()}
            chosen = {name: found[0] for name, found in wrong.items() if found}
            answers = {name: one.code for name, one in chosen.items()}
            yield (
                f"wrong-{number}-{at}",
                Case(
                    solved(number, **answers),
                    {n: 0.0 if n in chosen else p for n, p in FULL[number].items()},
                    {name: found.says for name, found in chosen.items()},
                    {name: found.outcome for name, found in chosen.items()},
                ),
            )


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


def cases(secret: Path, criteria: Path, port: int = 0) -> dict[str, Case]:
    """Every student of the class, by id.

    Args:
        secret: the file of the class secret, which some of them look for.
        criteria: the same for the hidden criteria.
        port: one on which the machine that marks listens.
    """
    paths = f"SECRET, CRITERIA = {str(secret)!r}, {str(criteria)!r}\n"
    gone = "import os\nos._exit(0)\n"
    loops = "import time\nwhile True:\n    time.sleep(0.01)\n"
    found = {
        "correct": Case(solved("05"), ALL),
        "another-route": Case(answered("05", OTHER_ROUTE), ALL),
        "hard-coded": Case(answered("05", literals()), {**NONE, **NAMELESS}),
        "loops": one("5.2", loops, says={"5.2": "stopped after 2 seconds"}, burns=True),
        "loops-and-catches": one(
            "5.1",
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            burns=True,
        ),
        "right-then-loops": Case(
            solved("05", **{"5.1": solution("5.1") + "\n" + loops}), ALL, burns=True
        ),
        "forks": one(
            "5.1",
            "import os\nwhile True:\n    os.fork()\n",
            says={"5.1": "the 40 processes"},
            burns=True,
        ),
        "forks-and-buries": one("5.1", RESPAWNS, burns=True),
        "leaves-20-sessions": one("5.1", LEAVES_SESSIONS, burns=True),
        "hoards-later": one("5.1", HOARDS_LATER, burns=True),
        "keeps-silent": Case(
            solved("05", **{"5.1": HOLDS_PYTHON_LATER, "5.6": ENDLESS_DICTIONARY}),
            without("5.1", "5.6"),
            burns=True,
        ),
        "takes-6-gb-in-pieces": one(
            "5.2",
            "import os, time\nfor _ in range(6):\n    if os.fork() == 0:\n"
            "        hoard = b'x' * (700 * 1024**2)\n        time.sleep(60)\ntime.sleep(60)",
            burns=True,
        ),
        "exits-at-once": one("5.1", gone, says={"5.1": "ended Python itself"}),
        "exits-later": one(
            "5.1",
            "import os, threading\nthreading.Timer(0.3, os._exit, (0,)).start()\n",
            burns=True,
        ),
        "kills-all": one("5.1", "import os, signal\nos.kill(-1, signal.SIGKILL)\n" + gone),
        "crashes": one("5.2", "import ctypes\nctypes.string_at(0)"),
        "checks-deleted": Case(odd.checks(lambda cells, at: cells.pop(at)), ALL),
        "checks-doubled": Case(odd.checks(lambda cells, at: cells.insert(at, cells[at])), ALL),
        "checks-renamed": Case(odd.checks(odd.rename), ALL, file="Kopie von final (2).FINAL.ipynb"),
        "reordered": Case(odd.reordered(), ALL),
        "answers-doubled": Case(odd.doubled_answers(), ALL),
        "cells-added": Case(odd.with_added_cells(), ALL),
        "tried-on-below": Case(odd.tried_on_below_the_check(), ALL),
        "cells-added-that-end": Case(odd.added_that_end(), without("5.1")),
        "cells-added-for-nothing": Case(odd.added_everywhere(), NONE),
        "guided-edited": Case(odd.edited_guided_cells(), ALL),
        "patched-check": Case(answered("05", {"5.1": PATCHED_CHECK}), NONE),
        "patched-moto": Case(answered("05", {"5.1": f"import os\n{PATCHED_MOTO}"}), NONE),
        "patched-ipython": Case(answered("05", {"5.1": PATCHED_IPYTHON}), NONE),
        "looks-like-mira": Case(
            answered("05", {"5.1": LOOKS_LIKE_MIRA, "5.2": ITS_EVENT}),
            NONE,
            {"5.2": "another caller"},
        ),
        "forged-trail": Case(answered("05", {"5.2": FORGED_TRAIL}), NONE),
        "reads-files": Case(
            solved("05", **{"5.1": paths + READS_FILES + _IF_LEAKED}), without("5.1")
        ),
        "asks-control": Case(
            solved("05", **{"5.1": f"import os\n{CONTROL}{_IF_LEAKED}"}), without("5.1")
        ),
        "lies": Case(
            solved("05", **{"5.2": TEXT_THAT_LIES, "5.6": OBJECT_THAT_LIES}), without("5.2", "5.6")
        ),
        "outlives": Case(
            solved("05", **{"5.1": OUTLIVES, "5.4": HOOKS}), without("5.1", "5.4"), burns=True
        ),
        "patched-builtins": one("5.2", BUILTINS, says={"5.2": "ended Python itself"}),
        "outputs-forged": Case(odd.outputs_forged(), without("5.1")),
        "asks-raw": one("5.1", RAW_REQUESTS),
        "keeps-the-grader-at-work": one(
            "5.1", SLOW_REQUEST, says={"5.1": "stopped after 2 seconds"}, burns=True
        ),
        "reads-no-answer": one(
            "5.1", READS_NO_ANSWER, says={"5.1": "stopped after 2 seconds"}, burns=True
        ),
        "half-a-message": one(
            "5.1",
            "import os, struct, time\nos.write(3, struct.pack('>I', 4 * 10**6) + b'{')\n"
            "time.sleep(60)",
            says={"5.1": "stopped after 2 seconds"},
            burns=True,
        ),
        "deletes-files": one("5.1", DELETES),
        "stalls-the-server": one("5.1", f"import os\n{STALLS}\ndynamodb.list_tables()", burns=True),
        "talks-over": one("5.1", "import os\nos.write(3, b'x' * 4096)\n" + gone),
        "answers-for-the-grader": one(
            "5.2",
            "import json, os, struct\n"
            "claim = json.dumps({'error': None, 'given': {'proof': 'mine'}, 'died': ''}).encode()\n"
            "os.write(3, (struct.pack('>I', len(claim)) + claim) * 3)\nproof = 'x'",
        ),
        "gives-no-table": Case(
            # In the last exercise that is judged by what an answer defines.
            solved("05", **{"5.7": OTHER_REPLIES.format(what="give", reply="{'given': 'proof'}")}),
            without("5.7"),
            outcomes={"5.7": "not attempted"},
        ),
        "errs-at-length": Case(
            # Every later cell of this process answers so; 5.8 is the one exercise that follows.
            solved("05", **{"5.7": OTHER_REPLIES.format(what="cell", reply=_LONG_ERROR) + "1 / 0"}),
            without("5.7", "5.8"),
        ),
        "function-exits": function("1.7", "import os; os._exit(3)", "ended Python itself (exit 3)"),
        "function-loops": function("1.4", "while True: pass", "stopped after 2 seconds"),
        "function-leaves": function("1.7", "raise SystemExit('bye')", "SystemExit: bye"),
        "of-another-student": Case(solved("05"), ALL),
        "fifty-megabytes": Case(odd.fifty_megabytes(), ALL),
        "no-notebook": Case(b"\x89PNG\r\n\x1a\n", says={"": "not a Jupyter notebook"}),
        "no-json": Case(b'{"cells": [', says={"": "not a Jupyter notebook"}),
        "deep-json": Case(b"[" * 200_000, says={"": "not a Jupyter notebook"}),
        "no-cells": Case(b'{"cells": {"a": 1}}', says={"": "no cells"}),
        "odd-cells": Case(
            b'{"cells": [1, null, {"cell_type": "code", "metadata": 3, "source": [1]}]}',
            says={"": "no exercise of this course"},
        ),
        "errs": Case(solved("05", **ERRORS), without(*ERRORS), ERROR_SAYS),
        "odd-file": Case(odd.odd_file, ALL),
        "not-even-named": Case(b"hello", says={"": "not a Jupyter notebook"}, file="answer.docx"),
        "climbs": Case(odd.climbing_zip, ALL),
    }
    for number in LESSON:
        blank = dict.fromkeys(FULL[number], 0.0)
        found[f"blank-{number}"] = Case(
            BLANK[number], blank, outcomes=dict.fromkeys(blank, "not attempted")
        )
    for number in SOLVED:
        if number == "05":  # That is `correct`.
            continue
        found[f"solved-{number}"] = Case(solved(number), FULL[number])
    found |= packs.reaching(secret, criteria, port)
    return {**found, **packs.giving(), **packs.leaving(), **dict(misconceptions())}
