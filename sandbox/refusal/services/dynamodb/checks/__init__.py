"""What DynamoDB refuses and moto would take.

In the order in which DynamoDB looks (H16):

    members.py      what cannot be read: wrong types, missing members, bounds
    wire_types.py   what is of another type in JSON
    values.py       attribute values: numbers, sets
                    ... here it is asked who may ...
    expressions.py  expressions, as far as no table is needed
    rules.py        their words, functions and paths
    operands.py     their placeholders and operands
    older.py        the members that expressions took the place of
    key_conditions.py   what a Query wants of each key
    requests.py     the tables: whether they are there, keys, duplicates
    keys.py         keys against schemas
    selections.py   what a Query or a Scan selects
    queries.py      Query and Scan
    paths.py        the paths of projections, for moto

Of requests about tables:

    tables.py       a table that is made: capacity, streams, tags
    schemas.py      its keys and indexes
    changes.py      UpdateTable against the table as it is

That permissions come before expressions is the sandbox's assumption (H16).
"""

from .expressions import require_expressions, write_plainly
from .members import require_members, require_shape, send_anew
from .older import write_anew
from .paths import paths_of
from .requests import cancelled, require_request
from .values import total

__all__ = [
    "cancelled",
    "paths_of",
    "require_expressions",
    "require_members",
    "require_request",
    "require_shape",
    "send_anew",
    "total",
    "write_anew",
    "write_plainly",
]
