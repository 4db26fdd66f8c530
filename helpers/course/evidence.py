"""What a check may look at: the account and its audit trail; never the learner's variables."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from refusal import Sandbox

from .lab import Lab
from .limits import TooLong, limited
from .records import Record, records


class LearnerError(Exception):
    """The learner's own function raised: its error in one line of 300 characters, and where."""

    def __init__(self, error: BaseException, file: str = "") -> None:
        super().__init__(str(error))
        self.short = " ".join(f"{type(error).__name__}: {error}"[:300].split()).rstrip(": .")
        frames = traceback.extract_tb(error.__traceback__)
        # The innermost that is the learner's: the first are the course's, the last a library's.
        own = [frame for frame in frames if frame.filename == file] or frames
        self.details = f"line {own[-1].lineno}: {own[-1].line}\n{self.short}"


class Evidence:
    """A lab as a check sees it: the learner's own, until ``call`` puts a copy in its place."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._copied = False
        self._clients: dict[str, Any] = {}
        self._end = contextlib.ExitStack()

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """While a check looks, its own calls leave nothing in the learner's audit trail; a copy
        of the world that it made is dropped in the end."""
        with self._end as end:
            end.enter_context(self.lab.in_process.unrecorded())
            end.callback(vars(self).update, lab=self.lab, _copied=False, _clients={})
            yield

    def client(self, service: str) -> Any:
        """A boto3 client of the account's administrator; a check makes each service's once."""
        if not self._clients:
            self._session = self.lab.sandbox.session()
        if service not in self._clients:
            self._clients[service] = self._session.client(service)
        return self._clients[service]

    def records(self, *names: str, user: str = "") -> list[Record]:
        """The audit trail since the notebook began, oldest first; not what built its world.

        Args:
            names: only events of these names, such as ``Decrypt``.
            user: only those of this IAM user.
        """
        since = [x for x in records(self.lab.trail) if x.time >= self.lab.opened]
        return [x for x in since if (not names or x.name in names) and user in ("", x.user)]

    def event(self, identifier: object) -> Record | None:
        """The event of the trail with this ``EventId``; None if there is none."""
        return next((x for x in self.records() if x.identifier == str(identifier).strip()), None)

    def table_key(self, table: str) -> str | None:
        """ARN of a table's KMS key, once no change is on its way: empty under the AWS owned key,
        None if there is no such table."""
        dynamodb = self.client("dynamodb")
        if table not in dynamodb.list_tables()["TableNames"]:
            return None
        for _ in range(100):  # Each question lets time pass.
            encryption = dynamodb.describe_table(TableName=table)["Table"].get("SSEDescription", {})
            if encryption.get("Status") != "UPDATING":
                return str(encryption.get("KMSMasterKeyArn", ""))
        raise TimeoutError(f"{table} is still changing its key")

    def fresh(self) -> None:
        """From now on ``lab``, ``client`` and ``records`` are those of a copy of the exercise's
        world, as the exercise begins and with the same names; it goes when the check ends.

        The copy's trail holds the check's own calls too, so read ``records`` before asking
        ``client``.
        """
        if not self._copied:
            sandbox = Sandbox(self.lab.sandbox.seed).start(aside=True)
            self._end.callback(sandbox.stop)
            self.lab = Lab(self.lab.notebook, sandbox, keeps_progress=False)
            self._copied, self._clients = True, {}

    def call(self, function: Callable[..., Any], **given: Any) -> Any:
        """What the learner's function returns, called in a copy of the world: see ``fresh``. A
        second call finds what the first one left there; the learner's own lab stays as it is.

        Args:
            given: what the function is called with, by name. Like what it returns, values as
                JSON has them, and bytes: the grader calls it in another process.

        Raises:
            LearnerError: it raised, took more than ``limits.SECONDS``, or would have ended Python.
        """
        self.fresh()
        code = getattr(function, "__code__", None)
        file = code.co_filename if code else ""
        try:
            return limited(function, given, file)
        except (Exception, TooLong) as error:
            raise LearnerError(error, file) from error
