"""Expressions as DynamoDB reads them: conditions and filters, updates, projections.

tokens.py   the words and signs of an expression
nodes.py    what an expression says
parser.py   reads an expression, or says where that fails
walk.py     the paths, values and functions of what was read
writing.py  an expression in its plainest form, for moto
"""

from .parser import parse_condition, parse_projection, parse_update
from .writing import plain

__all__ = ["parse_condition", "parse_projection", "parse_update", "plain"]
