"""For tests of code that uses AWS, with pytest, with unittest, or with neither.

- ``sandboxed``: a decorator and context manager that replaces moto's ``mock_aws``.
- ``denied``: asserts who is denied which action, and why.
- ``as_user`` and ``as_role``: boto3 sessions of principals with given policies.

The plugin ``refusal.pytest_plugin`` offers pytest the same as fixtures.
"""

from .denials import Denial, denied
from .principals import as_role, as_user
from .sandboxes import sandboxed

__all__ = ["Denial", "as_role", "as_user", "denied", "sandboxed"]
