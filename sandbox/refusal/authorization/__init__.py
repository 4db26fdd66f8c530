"""May this principal do this? Policies and a request in, a decision with its reasons out.

Pure: no AWS SDK, no emulator, no clock. The rules are those of IAM and of AWS KMS keys, gathered
in docs/behaviours; each is named where it is encoded.
"""

from .authorize import ResourceRules, authorize, default_rules
from .decision import Decision, Effect, denial_message
from .errors import AuthorizationError, PolicyError, RequestError
from .grants import Grant
from .policy import Policy, PolicyType, Statement
from .principals import Level
from .reasons import Reason
from .report import ElementReport, GrantReport, StatementReport
from .request import Request
from .validation import principals_of, validate_key_policy

__all__ = [
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
