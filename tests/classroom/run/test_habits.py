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
    "the whole cell timed": "%%time",
    "the whole cell captured": "%%capture out",
    "output cleared": "from IPython.display import clear_output\nclear_output(wait=True)",
    "a display that changes": "shown = display(1, display_id=True)",
    "rich display": "from IPython.display import JSON, Markdown\ndisplay(Markdown('x'), JSON({}))",
    "a sheet of magics": "%lsmagic\n%quickref\n%pinfo len",
    "source of a function": (
        "import inspect\ndef own():\n    return 1\nassert 'return 1' in inspect.getsource(own)"
    ),
    "an exit": "exit",
    "a call to quit": "quit()",
    "a debugger after an error": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass\n%debug",
    "a shell's pipe": "open('note.txt', 'w').write('x')\n!cat note.txt | sort | uniq -c > counted",
    "a shell's variables": 'n = 3\n!echo $n {n + 1} "$HOME" > /dev/null',
    "bash with the command line of AWS": (
        "get_ipython().run_cell_magic('bash', '', "
        "'cat > in.json <<EOF\\n{}\\nEOF\\naws kms list-keys --cli-input-json file://in.json')"
    ),
    "who I am on the command line": "!aws sts get-caller-identity\n!aws configure list",
    "AWS in a process": (
        "import json, subprocess\njson.loads(subprocess.check_output(['aws', 'kms', 'list-keys']))"
    ),
    "AWS in threads": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "import boto3\nasked = boto3.client('kms')\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    list(pool.map(lambda _: asked.list_keys(), range(30)))"
    ),
    "AWS in asyncio": (
        "import asyncio, boto3\nasked = boto3.client('kms')\n"
        "await asyncio.gather(*(asyncio.to_thread(asked.list_keys) for _ in range(4)))"
    ),
    "a process in asyncio": (
        "import asyncio\nwaited = await asyncio.create_subprocess_exec('ls')\nawait waited.wait()"
    ),
    "an asynchronous generator": (
        "async def numbers():\n    yield 1\nassert [n async for n in numbers()] == [1]"
    ),
    "what moto does": "from moto import mock_aws\nown = mock_aws()\nown.start()\nown.stop()",
    "AWS's log": "import boto3, logging\nboto3.set_stream_logger('', logging.ERROR)",
    "a profile of one's own": (
        "import os\nos.makedirs(os.path.expanduser('~/.aws'), exist_ok=True)\n"
        "with open(os.path.expanduser('~/.aws/config'), 'w') as file:\n"
        "    file.write('[profile mine]\\nregion = eu-central-1')\n"
        "import boto3\nboto3.Session(profile_name='mine')"
    ),
    "every value shown": "get_ipython().ast_node_interactivity = 'all'\n1\n2",
    "a handler of cells": "get_ipython().events.register('post_run_cell', lambda *_: None)",
    "a database's file": (
        "import sqlite3\nkept = sqlite3.connect('x.db')\nkept.execute('create table t (a)')\n"
        "kept.commit()\nkept.close()"
    ),
    "a shelf": "import shelve\nwith shelve.open('shelf') as shelf:\n    shelf['a'] = 1",
    "an archive": "import shutil\nshutil.make_archive('all', 'zip', '.')",
    "a table in a file": (
        "import pandas as pd\npd.DataFrame({'a': [1]}).to_csv('x.csv')\npd.read_csv('x.csv')"
    ),
    "an alarm": "import signal\nsignal.alarm(5)\nsignal.alarm(0)",
    "a thread left behind": (
        "import threading, time\nit = threading.Thread(target=time.sleep, args=(1,), daemon=True)\n"
        "it.start()"
    ),
    "much output": "for _ in range(20_000):\n    print('x' * 100)",
    "a test": (
        "import unittest\nclass Test(unittest.TestCase):\n"
        "    def test(self): self.assertTrue(True)\nunittest.main(argv=['x'], exit=False)"
    ),
    "letters with marks": "größe, α = 3, 1",
    "an error that is caught": "try:\n    undefined\nexcept NameError:\n    pass",
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
    "a script": ("%run mine.py", "mine.py"),
    "another notebook": ("%run my_notes.ipynb", "my_notes.ipynb"),
    "a file to load": ("%load mine.py", "a file for %load"),
    "a variable stored elsewhere": ("%store -r mine_of_before\nmine_of_before", "%store"),
    "a variable of one's own shell": ("import os\nos.environ['MY_TOKEN']", "MY_TOKEN"),
    "a variable by magic": ("%env MY_TOKEN", "an environment variable"),
    "the network by requests": (
        "import requests\nrequests.get('https://example.com', timeout=2)",
        "an address outside",
    ),
    "a debugger": ("breakpoint()", "somebody at the keyboard"),
    "a hidden question": ("import getpass\ngetpass.getpass()", "somebody at the keyboard"),
    "a terminal": ("import os\nos.get_terminal_size()", "a terminal"),
    "a language": (
        "import locale\nlocale.setlocale(locale.LC_ALL, 'xx_YY.UTF-8')",
        "a locale",
    ),
    "a database of one's own": (
        "import sqlite3\nsqlite3.connect('/data/x.db')",
        "a database's file",
    ),
    "a library": ("import ctypes\nctypes.CDLL('libmine.so')", "a library"),
    "a script in bash": (
        "get_ipython().run_cell_magic('bash', '', 'cat mine.csv')",
        "what a command needs",
    ),
    "a time zone": ("import zoneinfo\nzoneinfo.ZoneInfo('Mars/Base')", "a time zone"),
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
