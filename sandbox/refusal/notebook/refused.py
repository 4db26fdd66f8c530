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
    'Say which error is expected, by its code: with refused("AccessDeniedException") as denial:'
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
        codes: the error codes that are expected, any one of them.

    Attributes:
        error: boto3's ``ClientError``, once the call was refused.

    Raises:
        SandboxError: no code is given, or the call was not refused so.
    """

    def __init__(self, *codes: str) -> None:
        if not codes or not all(isinstance(code, str) and code for code in codes):
            raise SandboxError(_CODES)
        self._codes = codes
        self.error: ClientError | None = None

    def __enter__(self) -> refused:
        return self

    def __exit__(
        self, kind: type | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        codes = " or ".join(self._codes)
        if error is None:
            raise NotRefused(f"The call was allowed, where a refusal with {codes} was expected.")
        if not isinstance(error, ClientError):
            return False
        told = error.response.get("Error", {})
        if told.get("Code") not in self._codes:
            raise NotRefused(
                f"A refusal with {codes} was expected, and {told.get('Code')} came: {error}"
            ) from error
        self.error = error
        return True

    @property
    def response(self) -> dict[str, Any]:
        """The error's response, as boto3 has it.

        Raises:
            SandboxError: nothing was refused yet.
        """
        if self.error is None:
            raise SandboxError(_UNFINISHED)
        return dict(self.error.response)

    @property
    def code(self) -> str:
        """AWS's error code, such as ``AccessDeniedException``."""
        return str(self.response["Error"]["Code"])

    @property
    def message(self) -> str:
        """AWS's sentence."""
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
