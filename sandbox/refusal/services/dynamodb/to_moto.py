"""The trip of a request to moto and back.

Rows can be opened only inside ``with_rows``, for the tables of the request, with the key that KMS
gave this caller.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...errors import AwsError, not_in_sandbox, validation
from ...moto import dynamodb as moto_dynamodb
from ...moto.dynamodb import MotoDynamoDB, MotoTable
from ...moto.hooks import Hooks
from ...requests import shapes
from ...requests.calls import Call, Forwarded
from .answers import in_words_of_aws, only_what_was_asked, unread
from .data_keys import EncryptedStructure, TableKey
from .rows import rows_of
from .stream_records import stream_records_of
from .table_states import TableStates, not_found

#: botocore's model: TransactionCanceledException.
_REASONS = frozenset(
    ["None", "ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "TransactionConflict",
     "ProvisionedThroughputExceeded", "ThrottlingError", "ValidationError", "DuplicateItem"]
)  # fmt: skip


class ToMoto:
    """Hands DynamoDB's requests to moto."""

    def __init__(self, hooks: Hooks, states: TableStates) -> None:
        self._hooks = hooks
        self._states = states

    def forward(
        self,
        call: Call,
        params: dict[str, Any] | None = None,
        service: str = "dynamodb",
        operation: str = "",
    ) -> Forwarded:
        """Let moto answer, with other members or another operation if they are given.

        Raises:
            AwsError: moto failed on what was asked.
        """
        assert call.request is not None
        sent = call.request
        body = sent.body if params is None else json.dumps(params).encode()
        target = sent.headers["X-Amz-Target"]
        if operation:
            target = f"DynamoDB_20120810.{operation}"
        owner = {"region": call.region, "account": call.account}
        try:
            answer = Forwarded(*self._hooks.forward_json(service, target, body, **owner))
        except AwsError:
            raise
        except ValueError as error:
            raise validation(str(error)) from error
        except Exception as error:
            shapes.read_params(call.service, call.operation, call.params)  # Says what is wrong.
            raise _unanswered(call, f"{type(error).__name__}: {error}") from error
        if answer.status >= 500:
            raise _unanswered(call, "a fault inside")
        _refuse_faults(call, answer)
        if unread(answer):
            raise _unanswered(call, "it cannot read an expression")
        return answer

    def with_rows(
        self,
        call: Call,
        names: Iterable[str],
        *,
        writes: bool,
        service: str = "dynamodb",
        keeps: Callable[[Window], bool] | None = None,
    ) -> Forwarded:
        """Let moto answer with rows of these tables open. Changes are kept if it succeeds.

        Args:
            writes: whether the request may change rows.
            keeps: asked before moto is, whether changes are to be kept.

        Raises:
            AwsError: KMS refuses the caller, a row was tampered with, or moto failed.
        """
        with self.opened(call, names) as window:
            keep = writes if keeps is None else keeps(window)
            answer = self.forward(call, service=service)
            window.keep = keep and answer.status == 200
        return only_what_was_asked(call, in_words_of_aws(call, answer))

    @contextlib.contextmanager
    def opened(self, call: Call, names: Iterable[str]) -> Iterator[Window]:
        """Rows of these tables are open within the block; changes are kept if it says so.

        Raises:
            AwsError: KMS refuses the caller, or a row was tampered with.
        """
        backend = moto_dynamodb.dynamodb(call.account, call.region)
        found: list[tuple[str, TableKey]] = []
        for name in dict.fromkeys(names):
            state = self._states.find(call, name)
            if state is None:
                raise not_found()
            self._states.require_usable(state)
            found.append((name, self._states.keys.unlock(call, state.key)))
        with _unlocked(backend, found, Window(lambda *asked: self._ask(call, *asked))) as window:
            yield window

    def _ask(self, call: Call, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Ask moto something else than the caller's own request; raises moto's error."""
        answer = self.forward(call, params, operation=operation)
        if answer.error is not None:
            raise answer.error
        body: dict[str, Any] = json.loads(answer.body)
        return body


def _unanswered(call: Call, why: str) -> AwsError:
    what = f"an answer to what this {call.operation} asks for"
    return not_in_sandbox(what, f"moto fails on it ({why}); AWS may take it or refuse it.")


def _refuse_faults(call: Call, answer: Forwarded) -> None:
    """moto gives the name of an exception of its own as the reason of a failed transaction.

    Raises:
        AwsError: it did.
    """
    if answer.status == 400 and "TransactionCanceledException" in str(answer.body):
        for reason in json.loads(answer.body).get("CancellationReasons") or ():
            if reason.get("Code") not in _REASONS:
                raise _unanswered(call, f"{reason.get('Code')}: {reason.get('Message')}")


def structures_of(table: MotoTable) -> list[EncryptedStructure]:
    """What has a data encryption key of its own, of one of moto's tables."""
    shard = table.stream_shard
    return [rows_of(table)] if shard is None else [rows_of(table), stream_records_of(shard)]


@dataclass(slots=True)
class Window:
    """The time in which rows are open."""

    #: Asks moto: an operation and its members; the members of the answer.
    ask: Callable[[str, dict[str, Any]], dict[str, Any]]
    #: Whether changes are kept.
    keep: bool = False


@contextlib.contextmanager
def _unlocked(
    backend: MotoDynamoDB, found: list[tuple[str, TableKey]], done: Window
) -> Iterator[Window]:
    """Unlock rows and streams for the block, and lock them whatever happens in it.

    moto takes a failed transaction back by putting copies in the tables' places; the tables
    themselves are put back here, since what failed is not kept anyway.

    Raises:
        AwsError: a row was tampered with, or a key is none, whatever moto made of that.
    """
    tables = backend.tables
    open_tables = {name: tables[name] for name, _ in found}
    held: list[EncryptedStructure] = []
    failed: AwsError | None = None
    try:
        for name, key in found:
            table = open_tables[name]
            for structure in structures_of(table):
                held.append(structure)
                structure.unlock(key)
        yield done
    finally:
        tables.update(open_tables)
        for structure in held:
            failed = failed or structure.failed
        for structure in held:
            structure.lock(keep=done.keep and failed is None)
        moto_dynamodb.forget_rows()
        if failed is not None:
            raise failed
