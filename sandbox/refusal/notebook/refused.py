"""``refused``: a call that AWS is expected to refuse, with the error kept for a closer look."""

from __future__ import annotations

import re
from html import escape
from types import TracebackType
from typing import Any

from botocore.exceptions import ClientError

from ..errors import SandboxError

#: Where AWS's sentence about a denial begins a new part; see ``refusal.authorization``.
_PARTS = re.compile(
    r" (?=(?:User|Service|Status Code|Request ID): |\(Service: |is not authorized to perform: |"
    r"on resource: |because no |with an explicit deny )"
)
_CODES = (
    'Say which error is expected, by its code or its class: with refused("AccessDeniedException") '
    "as denial:"
)
_UNFINISHED = "Nothing was refused yet: the call belongs inside the with block."


class NotRefused(AssertionError):
    """A call was allowed, or failed in another way, where a refusal was expected."""

    def _render_traceback_(self, *_: Any) -> list[str]:
        """IPython shows this in place of a traceback."""
        return [str(self)]


class refused:
    """Expect a refusal: ``with refused("AccessDeniedException") as denial:``, as pytest.raises.

    Args:
        codes: the error codes that are expected, any one of them; or the classes of errors that
            are not AWS's, such as ``InvalidTag``.

    Attributes:
        error: boto3's ``ClientError``, or the error of such a class, once the call was refused.

    Raises:
        SandboxError: no code is given, or the call was not refused so.
    """

    def __init__(self, *codes: str | type[Exception]) -> None:
        self._kinds = tuple(code for code in codes if isinstance(code, type))
        self._codes = tuple(code for code in codes if isinstance(code, str) and code)
        # One of AWS's errors, or any at all, would be too much to expect.
        narrow = (k for k in self._kinds if issubclass(k, Exception))
        kinds = len(self._kinds) == sum(not issubclass(ClientError, kind) for kind in narrow)
        if not codes or not kinds or len(self._kinds) + len(self._codes) < len(codes):
            raise SandboxError(_CODES)
        self.error: Exception | None = None

    def __enter__(self) -> refused:
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        codes = " or ".join([*self._codes, *(kind.__name__ for kind in self._kinds)])
        if error is None:
            raise NotRefused(f"The call was allowed, where a refusal with {codes} was expected.")
        if isinstance(error, self._kinds):
            self.error = error
            return True
        if not isinstance(error, ClientError):
            return False
        told = error.response.get("Error", {})
        if told.get("Code") not in self._codes:
            raise NotRefused(
                f"A refusal with {codes} was expected, but the error was {told.get('Code')}: "
                f"{error}"
            ) from error
        self.error = error
        return True

    @property
    def response(self) -> dict[str, Any]:
        """The error's response, as boto3 has it.

        Raises:
            SandboxError: nothing was refused yet, or not by AWS.
        """
        if self.error is None:
            raise SandboxError(_UNFINISHED)
        if not isinstance(self.error, ClientError):
            raise SandboxError(f"{self.code} is not an answer of AWS, and has no response.")
        return dict(self.error.response)

    @property
    def code(self) -> str:
        """AWS's error code, such as ``AccessDeniedException``; or the name of the error's class."""
        if self.error is not None and not isinstance(self.error, ClientError):
            return type(self.error).__name__
        return str(self.response["Error"]["Code"])

    @property
    def message(self) -> str:
        """AWS's sentence, or the error's own, which may be empty."""
        if self.error is not None and not isinstance(self.error, ClientError):
            return str(self.error)
        return str(self.response["Error"].get("Message", ""))

    def __str__(self) -> str:
        return self.message if self.error is not None else _UNFINISHED

    def __repr__(self) -> str:
        if self.error is None:
            return _UNFINISHED
        return "\n".join([self._head, *(f"  {part}" for part in _PARTS.split(self.message))])

    def _repr_html_(self) -> str:
        if self.error is None:
            return f"<p>{escape(str(self))}</p>"
        lines = "<br>".join(map(escape, _PARTS.split(self.message)))
        head = f"<p><strong>{escape(self._head)}</strong></p>"
        return f'{head}<p style="margin-left: 1em; overflow-wrap: anywhere">{lines}</p>'

    @property
    def _head(self) -> str:
        operation = getattr(self.error, "operation_name", "")
        return f"{self.code} ({operation})" if operation else self.code
