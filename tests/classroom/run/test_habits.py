"""What people type in JupyterLab beside a right answer: it works, or a person is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from classroom import ExerciseResult, Options, Submission, grade
from tests.classroom.notebooks import FULL, solution, solved, write

#: Each stands before the right answer of an exercise, which then earns its points.
WORK = {
    "shell": "!ls",
    "shell into a name": "files = !ls -a\nassert files",
    "shell with a name in it": "here = '.'\n!ls {here} > listing.txt",
    "the AWS command line": (
        "!aws kms list-keys > keys.json\nimport json\nassert json.load(open('keys.json'))['Keys']"
    ),
    "os.system": "import os\nassert os.system('true') == 0",
    "subprocess": "import subprocess\nsubprocess.run(['ls'], check=True)",
    "bash cell": "get_ipython().run_cell_magic('bash', '', 'echo hello')",
    "pip magic": "%pip list",
    "sharper plots": "%config InlineBackend.figure_format = 'retina'",
    "user's name": "import getpass\nassert getpass.getuser()",
    "user's entry": "import os, pwd\nassert pwd.getpwuid(os.getuid()).pw_dir",
    "processor": "assert 'processor' in open('/proc/cpuinfo').read()",
    "memory": "import psutil\nassert psutil.virtual_memory().total",
    "many threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(32) as pool:\n"
        "    import time\n    list(pool.map(time.sleep, [0.05] * 32))"
    ),
    "processes": (
        "from multiprocessing import get_context\n"
        "with get_context('fork').Pool(2) as pool:\n    assert pool.map(abs, [-1]) == [1]"
    ),
    "processes for later": (
        "from multiprocessing import get_context\npool = get_context('fork').Pool(4)"
    ),
    "files": "open('notes.txt', 'w').write('x')\nassert open('notes.txt').read() == 'x'",
    "home": "import os\nopen(os.path.expanduser('~/mine.txt'), 'w').write('x')",
    "temporary files": "import tempfile\ntempfile.TemporaryFile().write(b'x')",
    "last input": "assert 'assert' in _i or True\nIn[-1]\n_ih",
    "last values": "Out, _, __, _dh",
    "environment": "%env AWS_DEFAULT_REGION\n%env COLOUR=red",
    "time of a line": "%time sum(range(10))",
    "time of many": "%timeit -n1 -r1 sum(range(10))",
    "time of a cell": "get_ipython().run_cell_magic('time', '', 'x = 1')",
    "captured": "get_ipython().run_cell_magic('capture', 'told', 'print(1)')",
    "written file": "get_ipython().run_cell_magic('writefile', 'mine.py', 'x = 1')\n%run mine.py",
    "own module": "open('mymodule.py', 'w').write('y = 2')\nimport mymodule\nmymodule.y",
    "autoreload": "%load_ext autoreload\n%autoreload 2",
    "folders": "%pwd\n%cd /tmp\n%cd -",
    "who": "%who\n%whos",
    "history": "%history -n",
    "stored": "kept = 1\n%store kept",
    "autosave": "%autosave 60",
    "help": "print?\n?len",
    "display": "from IPython.display import HTML\ndisplay(HTML('<b>x</b>'))",
    "table": "import pandas as pd\ndisplay(pd.DataFrame({'a': [1]}))",
    "numpy": "import numpy as np\nnp.random.default_rng(1).normal(size=10).mean()",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "session": "boto3.setup_default_session()\nboto3.Session().client('kms').list_keys()",
    "resource": "import boto3\nlist(boto3.resource('dynamodb').tables.all())",
    "caller": "import boto3\nprint(boto3.client('sts').get_caller_identity()['Arn'])",
    "logging": "import logging\nlogging.basicConfig(level=logging.DEBUG)\nlogging.debug('x')",
    "warnings": "import warnings\nwarnings.filterwarnings('ignore')\nwarnings.warn('x')",
    "localhost": "import socket\nassert socket.gethostbyname('localhost') == '127.0.0.1'",
    "sqlite": "import sqlite3\nsqlite3.connect(':memory:').execute('select 1')",
    "garbage": "import gc\ngc.collect()",
    "seed": "import random\nrandom.seed(1)",
    "time zone": "import zoneinfo\nzoneinfo.ZoneInfo('Europe/Berlin')",
    "platform": "import platform\nplatform.platform()",
    "random bytes": "import os, secrets\nos.urandom(3)\nsecrets.token_hex()",
    "type hints": "from __future__ import annotations",
    "last line": "1 + 1;",
}
#: What the machine lacks: never a zero, but a person. With a word of what is said.
PERSON = {
    "a file of one's own": ("open('my_data.csv')", "my_data.csv"),
    "a table of one's own": ("import pandas as pd\npd.read_csv('marks.csv')", "marks.csv"),
    "a module": ("import tensorflow_of_mine", "the module tensorflow_of_mine"),
    "an extension": ("%load_ext my_extension", "the module my_extension"),
    "a magic": ("%my_magic", "a magic command"),
    "a question": ("input('Which key? ')", "somebody at the keyboard"),
    "the network": (
        "import urllib.request\nurllib.request.urlopen('http://example.com')",
        "an address outside",
    ),
    "a profile": ("import boto3\nboto3.Session(profile_name='mine')", "an AWS profile"),
    "a process": ("open('/proc/self/status')", "/proc/self/status"),
    "a command": ("!my-command apply\nraise SystemExit", "the command my-command"),
    "a program": ("import subprocess\nsubprocess.run(['my-program'])", "my-program"),
    "widgets": ("import ipywidgets_of_mine", "the module ipywidgets_of_mine"),
}
PLOTS = "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
if find_spec("matplotlib"):  # The course needs none; an instructor may have installed it.
    WORK["plots"] = PLOTS
else:
    PERSON["plots"] = PLOTS, "the module matplotlib"
EXERCISES = list(FULL["01"])


def packed(habits: Mapping[str, str]) -> Iterator[dict[str, tuple[str, str]]]:
    """By exercise: a name and a habit; as many as a notebook has exercises."""
    listed = list(habits.items())
    for at in range(0, len(listed), len(EXERCISES)):
        yield dict(zip(EXERCISES, listed[at : at + len(EXERCISES)], strict=False))


@pytest.fixture(scope="module")
def found(
    tmp_path_factory: pytest.TempPathFactory, secret: Path
) -> dict[str, tuple[ExerciseResult, tuple[str, ...]]]:
    """Each habit's exercise, and the notes on its notebook: all graded in one batch."""
    folder = tmp_path_factory.mktemp("habits")
    habits = {**WORK, **{name: code for name, (code, _) in PERSON.items()}}
    students, submissions = {}, []
    for number, pack in enumerate(packed(habits)):
        answers = {x: f"{code}\n{solution(x)}" for x, (_, code) in pack.items()}
        path = write(folder / str(number) / "01.ipynb", solved("01", **answers))
        students[str(number)] = {x: name for x, (name, _) in pack.items()}
        submissions.append(Submission(str(number), path))
    shown = {}
    for result in grade(submissions, Options(secret, jobs=2)):
        assert not result.problem, result.problem
        for one in result.exercises:
            if name := students[result.student].get(one.exercise):
                shown[name] = one, result.needs_a_person
    return shown


@pytest.mark.parametrize("habit", WORK)
def test_a_habit_costs_nothing(
    found: dict[str, tuple[ExerciseResult, tuple[str, ...]]], habit: str
) -> None:
    one, notes = found[habit]
    assert one.points == one.out_of, (one, notes)


@pytest.mark.parametrize("habit", PERSON)
def test_what_the_machine_lacks_is_for_a_person(
    found: dict[str, tuple[ExerciseResult, tuple[str, ...]]], habit: str
) -> None:
    one, notes = found[habit]
    assert (one.points, one.outcome) == (None, "not checked"), one
    assert PERSON[habit][1] in one.sentence
    assert any(note.startswith(f"{one.exercise}: The marking machine") for note in notes)
