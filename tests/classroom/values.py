"""Values that no exercise asks for, in the place of what one does."""

from __future__ import annotations

#: Each makes `X`; what a check then says is that it is not right, and no fault of the course's.
VALUES = {
    "no number": "X = float('nan')",
    "endlessly much": "X = float('-inf')",
    "half a letter": "X = '\\ud800'",
    "20,000 digits": "X = 10 ** 20000",
    "what holds itself": "X = {}\nX['x'] = [X]",
    "100,000 deep": "X = []\nfor _ in range(100_000): X = [X]",
    "ten million wide": "X = [None] * 10_000_000",
    "a long description": "class Long:\n    __repr__ = lambda _: 'x' * 200_000_000\nX = Long()",
    "50 MB of text": "X = 'x' * 50_000_000",
    "a page that runs": "X = '</td><script>alert(1)</script><img src=x onerror=alert(1)>'",
    "a formula": 'X = \'=HYPERLINK("http://x";"y")\'',
    "letters that steer a terminal": "X = '\\x1b]0;x\\x07\\x1b[2J\\u202e\\u2066\\0'",
    "what pickling would run": (
        "class Run:\n    __reduce__ = __reduce_ex__ = lambda *_: (exec, ('raise SystemExit',))\n"
        "X = Run()"
    ),
    "a class of its own making": (
        "class Meta(type):\n    __instancecheck__ = __subclasscheck__ = lambda *_: True\n"
        "    __eq__ = lambda *_: True\n    __hash__ = lambda _: 0\n"
        "class X(metaclass=Meta): pass"
    ),
    "what ends whoever asks what it is": (
        "class Ends:\n    @property\n    def __class__(self): raise SystemExit\nX = Ends()"
    ),
    "what ends whoever describes it": (
        "class Ends:\n    def __repr__(self): raise KeyboardInterrupt\nX = Ends()"
    ),
    "what describes itself as nothing": "class No:\n    __repr__ = lambda _: 5\nX = No()",
    "a generator": "X = iter(lambda: 'deny', None)",
    "a coroutine": "async def later(): return 'deny'\nX = later()\nX.close()",
    "a module": "import sys as X",
    "an open socket": "import socket\nX = socket.socket()",
    "a lock": "import threading\nX = threading.Lock()\nX.acquire()",
    "an array": "import numpy\nX = numpy.ones((1000, 1000))",
    "an array of one": "import numpy\nX = numpy.array('deny')",
    "a table": "import pandas\nX = pandas.DataFrame({'deny': ['deny']})",
    "a client": "X = boto3.client('kms')",
    "a mock": "from unittest.mock import MagicMock\nX = MagicMock()",
    "memory that was given back": "X = memoryview(b'deny')\nX.release()",
    "a time that tells lies": (
        "import datetime\nclass Lies(datetime.datetime):\n"
        "    isoformat = lambda _: {'other': 'x'}\nX = Lies(2026, 1, 1)"
    ),
    "a text that turns into a number": "class T(str):\n    __str__ = lambda _: 5\nX = T('x')",
    "bytes that turn into endlessly many": (
        "class B(bytes):\n    __bytes__ = lambda _: b'x' * 10 ** 8\nX = B(b'x')"
    ),
    "a number that is text elsewhere": "class N(int):\n    __int__ = lambda _: 'deny'\nX = N(1)",
    "a function": "X = lambda *_, **__: X",
    "a function that is named as something else": (
        "class F:\n    __name__ = property(lambda _: {'given': 1})\n    __call__ = lambda *_: 1\n"
        "X = [F()]"
    ),
    "tags of the channel": "X = {'function': 'check', 'bytes': '!', 'other': None, 'set': [[]]}",
    "keys that are not texts": "X = {float('nan'): 1, None: 2, (1, (2,)): 3, b'x': [...], True: 4}",
    "dots within": "X = [..., {'a': ...}, (...,)]",
    "two faces": (
        "import random\nclass Two(dict):\n    items = lambda _: [(random.random(), 'deny')]\n"
        "    __len__ = lambda _: random.randrange(9)\nX = Two()"
    ),
    "a proxy": "import weakref\nclass D(dict): pass\nkept = D(a='deny')\nX = weakref.proxy(kept)",
    "a proxy of nothing": "import weakref\nclass D(dict): pass\nX = weakref.proxy(D(a=1))",
}
#: Bodies of a function that is asked for bytes; all that they get is what they were given.
FUNCTIONS = {
    "an error that cannot be described": (
        "class Odd(Exception):\n        __str__ = __repr__ = lambda _: 1 / 0\n    raise Odd"
    ),
    "an error that is its own cause": (
        "error = ValueError('x')\n    error.__cause__ = error.__context__ = error\n    raise error"
    ),
    "an error of syntax without any": (
        "error = SyntaxError('x')\n    error.text, error.lineno = 5, {}\n    raise error"
    ),
    "an error with a page for a name": "raise type('<script>alert(1)</script>', (Exception,), {})",
    "many errors at once": "raise BaseExceptionGroup('x', [KeyboardInterrupt()] * 999)",
    "the end of a generator": "raise StopIteration(given)",
    "the end of a task": "import asyncio\n    raise asyncio.CancelledError",
    "an interruption": "raise KeyboardInterrupt",
    "what comes later": "async def later(): return b''\n    found = later()\n    return found",
    "itself": "return open_sealed if 'open_sealed' in globals() else envelope_encrypt",
    "what it was given, changed": "given.clear()\n    return given",
    "all that there is": "return {**globals(), **given}",
    "another world": "import helpers\n    helpers.open_lab('01')\n    return b''",
    "a closed channel": "import os\n    os.close(3)\n    return b''",
    "two processes": "import os\n    os.fork()\n    return b''",
    "an answer before the answer": (
        "import os, struct, sys\n    frame = sys._getframe()\n"
        "    while 'message' not in frame.f_locals: frame = frame.f_back\n"
        "    number = frame.f_locals['message']['number']\n"
        '    told = b\'{"number": "%s", "value": {"bytes": ""}}\' % number.encode()\n'
        "    os.write(3, (struct.pack('>I', len(told)) + told) * 3)\n    return b''"
    ),
}
