"""The old name of ``lessons.author``, until every lesson imports that."""

import sys
from importlib import import_module

sys.modules[__name__] = import_module("lessons.author")
