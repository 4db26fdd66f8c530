"""May this principal do this? From policies and a request to a decision with its reasons.

It uses no AWS SDK, no emulator and no clock. The rules are those of IAM and of AWS KMS keys, listed
in docs/behaviours; each is cited where it is implemented.

To read the code, follow a decision from the top down:

1. ``authorize``: weighs every statement and grant, and combines what they allow and deny.
2. ``statements``: one statement, and the rule for whether it applies (``applies``).
3. What a statement is made of: ``patterns`` (actions and resources with their wildcards and
   variables), ``conditions`` and ``operators`` (condition blocks), ``principals`` (who a
   statement or a grant names, and how closely).
4. ``grants``: a grant on a KMS key, and the rule for whether it counts.
5. ``request``: what is asked, and who asks.
6. ``decision``: what comes out, and AWS's sentence for a denial; ``report`` and ``reasons``
   explain a decision element by element and decide nothing.

For the input, ``policy`` reads documents (``strict_json`` their text), and ``validation`` tests
what KMS requires of a key policy. ``python -m refusal.authorization`` decides ``cases`` from
a file.
"""

from .authorize import ResourceRules, authorize, default_rules
from .decision import Decision, Effect, denial_message
from .errors import AuthorizationError, PolicyError, RequestError
from .grants import SOURCE_ARN, Grant
from .policy import Policy, PolicyType
from .principals import Level
from .reasons import Reason
from .report import ElementReport, GrantReport, StatementReport
from .request import Request
from .statements import Statement
from .validation import principals_of, validate_key_policy

__all__ = [
    "SOURCE_ARN",
    "AuthorizationError",
    "Decision",
    "Effect",
    "ElementReport",
    "Grant",
    "GrantReport",
    "Level",
    "Policy",
    "PolicyError",
    "PolicyType",
    "Reason",
    "Request",
    "RequestError",
    "ResourceRules",
    "Statement",
    "StatementReport",
    "authorize",
    "default_rules",
    "denial_message",
    "principals_of",
    "validate_key_policy",
]
