"""Transactions that are done once for a client request token.

botocore's model of TransactWriteItems: a token is good for ten minutes; with it the same
transaction is not done again, and another one is refused (H27).
"""

from __future__ import annotations

import datetime
import hmac
import json

from ...errors import AwsError
from ...requests.calls import Call
from ...world.clock import Clock
from ...world.entropy import Entropy

VALID = datetime.timedelta(minutes=10)
_MEMBERS = ("TransactItems", "TransactStatements")
#: botocore's model: IdempotentParameterMismatchException.
_MISMATCH = (
    "DynamoDB rejected the request because you retried a request with a different payload but "
    "with an idempotent token that was already used."
)


class RequestTokens:
    """The tokens of the last ten minutes; of what was asked, a keyed hash alone."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._secret = entropy.bytes(32, "dynamodb/request-tokens")
        #: Account, Region, operation, token -> hash, and when the transaction was done.
        self._done: dict[tuple[str, ...], tuple[bytes, datetime.datetime]] = {}

    def seen(self, call: Call) -> bool:
        """Whether this very transaction was done with its token.

        Raises:
            AwsError: ``IdempotentParameterMismatchException``: another one was.
        """
        self._forget()
        known = self._done.get(self._name(call))
        if known is None or not call.params.get("ClientRequestToken"):
            return False
        if not hmac.compare_digest(known[0], self._hash(call)):
            raise AwsError("IdempotentParameterMismatchException", _MISMATCH)
        return True

    def keep(self, call: Call) -> None:
        """The transaction was done."""
        if call.params.get("ClientRequestToken"):
            self._done[self._name(call)] = self._hash(call), self._clock.now()

    def _name(self, call: Call) -> tuple[str, ...]:
        token = str(call.params.get("ClientRequestToken"))
        return call.account, call.region, call.operation, token

    def _hash(self, call: Call) -> bytes:
        asked = json.dumps([call.params.get(member) for member in _MEMBERS], sort_keys=True)
        return hmac.digest(self._secret, asked.encode(), "sha256")

    def _forget(self) -> None:
        """Drop what is over; the oldest come first."""
        over = self._clock.now() - VALID
        while self._done:
            name = next(iter(self._done))
            if self._done[name][1] > over:
                break
            del self._done[name]
