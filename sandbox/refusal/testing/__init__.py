"""What tests of code for AWS use: with pytest, with unittest, or with neither.

- ``sandboxed``: a decorator and context manager; it stands in for moto's ``mock_aws``.
- ``denied``: asserts who was denied which action, and why.
- ``as_user`` and ``as_role``: sessions of principals that have these policies and no others.

pytest gets the same as fixtures, from ``refusal.pytest_plugin``.
"""

from .denials import Denial, denied
from .principals import as_role, as_user
from .sandboxes import sandboxed

__all__ = ["Denial", "as_role", "as_user", "denied", "sandboxed"]
