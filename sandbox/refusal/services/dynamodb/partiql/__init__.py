"""PartiQL: statements are read here, and done as the requests that they stand for.

moto's own PartiQL passes over what it cannot read; none of it is used (H22).

    tokens.py      the words of a statement
    reader.py      conditions, paths and values
    parser.py      the four statements
    statements.py  what a statement says
    access.py      what it does to which table, for IAM
    evaluation.py  whether a condition holds for an item
    execute.py     a statement against its table, as GetItem, Query, PutItem ...
    selection.py   SELECT
    operations.py  ExecuteStatement, BatchExecuteStatement, ExecuteTransaction
"""

from .access import accesses, tables
from .operations import batch, execute, transact

__all__ = ["accesses", "batch", "execute", "tables", "transact"]
