"""Why a statement or a grant counts for a request, or does not."""

from __future__ import annotations

import enum


class Reason(enum.StrEnum):
    """Why something applies, or does not. A statement has the reason of its first element that does
    not match."""

    MATCHES = "matches"
    ELEMENT_MISSING = "has no effect without this element"
    PRINCIPAL_DIFFERS = "names other principals"
    PRINCIPAL_EXCEPTED = "excepts the caller"
    ACTION_DIFFERS = "names other actions"
    RESOURCE_DIFFERS = "names other resources"
    KEY_ABSENT = "the condition key is not in the request"
    KEY_PRESENT = "the condition key is in the request"
    VALUE_DIFFERS = "the request has another value"
    NEEDS_SET_OPERATOR = "a key with several values needs ForAllValues or ForAnyValue"
    GRANTEE_DIFFERS = "is given to another principal"
    OPERATION_NOT_GRANTED = "does not list the operation"
    CONSTRAINT_NOT_MET = "the encryption context does not meet the constraint"
    GRANTS_MORE = "would pass on more than it gives"
