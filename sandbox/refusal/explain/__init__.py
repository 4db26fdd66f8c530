"""A decision explained: who asked for what, every policy that was weighed, and what decided.

As data, as text and as HTML. All say what the decision's own reasons say, and nothing more.

The JSON of an explanation is an object with two members. ``note`` is a text: what no policy
decided, such as a key that is disabled; it may be empty. ``steps`` is a list with one object for
each permission that was asked, in order:

- ``principal``, ``action``, ``resource``: who asked for what on what.
- ``context``: the condition keys of the request in lower case; each is a text or a list of texts.
- ``via``: the service that asked for the caller, such as ``dynamodb.amazonaws.com``, or empty.
- ``decision``: ``allow``, ``implicit_deny`` or ``explicit_deny``.
- ``why``: one sentence: what decided.
- ``weighed``: a list with one object for each statement and grant: ``policy`` (name and type),
  ``statement`` (Sid, or place from 1; empty for a grant), ``effect``, ``applies`` (whether it
  applies, and why not, or why that does not count), ``state`` (``decides``, ``applies``, ``does not
  count``, ``nearly`` where one element differs that is not the action, or ``other``), ``source``
  (the statement as written) and ``failing``: the elements that do not fit, each with ``element``,
  ``reason``, ``expected``, ``actual`` and, for a condition, ``operator`` and ``key``.
"""

from .explanation import Explanation
from .steps import Row, Step, why
from .what_if import WhatIf, what_if

__all__ = ["Explanation", "Row", "Step", "WhatIf", "what_if", "why"]
