"""``sandboxed``: a sandbox around a block, a function of any kind, or a class of tests."""

from __future__ import annotations

import contextlib
import functools
import inspect
import unittest
from collections.abc import AsyncIterator, Callable, Generator
from types import TracebackType
from typing import Any, TypeVar, overload

from ..errors import SandboxError
from ..sandbox import Sandbox

Target = TypeVar("Target", bound=Callable[..., Any])


class Sandboxed:
    """What ``sandboxed()`` gives: a context manager, also an asynchronous one, a decorator, and
    ``start`` and ``stop``."""

    def __init__(self, seed: int | str | None = None) -> None:
        self._seed = seed
        self._open: list[Sandbox | None] = []

    def __enter__(self) -> Sandbox:
        running = Sandbox.running()
        if running is None:
            started = Sandbox(0 if self._seed is None else self._seed).start()
            self._open.append(started)
            return started
        if self._seed is not None and str(self._seed) != str(running.seed):
            raise SandboxError(
                f"A sandbox with the seed {running.seed!r} runs already, and this one was asked "
                f"for with the seed {self._seed!r}; give the seed in one place only."
            )
        self._open.append(None)  # Whoever started it stops it.
        return running

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        started = self._open.pop()
        if started is not None:
            started.stop()

    def start(self) -> Sandbox:
        """Enter it, where a ``with`` block does not fit, as in ``setUp``."""
        return self.__enter__()

    def stop(self) -> None:
        """Leave what ``start`` entered.

        Raises:
            SandboxError: it was not entered.
        """
        if not self._open:
            raise SandboxError("`stop` was called before `start`; call `start` first.")
        self.__exit__()

    async def __aenter__(self) -> Sandbox:
        return self.__enter__()

    async def __aexit__(self, *exc: Any) -> None:
        self.__exit__(*exc)

    def __call__(self, target: Target) -> Target:
        """Put a sandbox around each call of a function, or each test of a class."""
        if isinstance(target, type):
            _wrap_class(target, self._seed)
            return target
        return _wrap_function(target, self._seed)  # type: ignore[return-value]  # The same call.


@overload
def sandboxed(target: Target, /) -> Target: ...
@overload
def sandboxed(*, seed: int | str | None = None) -> Sandboxed: ...
def sandboxed(target: Any = None, /, *, seed: int | str | None = None) -> Any:
    """A sandbox for the duration of a block, a call or a test. It replaces ``mock_aws``.

    ``@sandboxed``, ``@sandboxed(seed=7)``, ``with sandboxed() as sandbox:`` and ``async with
    sandboxed():`` all work. What ``sandboxed()`` returns also has ``start()`` and ``stop()``. A
    decorated function may be a plain one, a coroutine or a generator. In a decorated class, each
    test has a sandbox of its own: in a ``unittest.TestCase`` from ``setUp`` to ``tearDown``; in
    another class from ``setup_method`` to ``teardown_method`` if it has these, and otherwise for
    each method whose name begins with ``test``.

    Inside another sandbox it joins that one, as ``mock_aws`` does, and leaves it running.

    Args:
        target: what to decorate, if it is used without parentheses.
        seed: the same seed and the same calls always give the same bytes; 0 if left out.

    Raises:
        SandboxError: another sandbox is running, with a different seed than the one given.
    """
    made = Sandboxed(seed)
    return made if target is None else made(target)


def _wrap_function(function: Callable[..., Any], seed: int | str | None) -> Callable[..., Any]:
    """A function of the same kind, in a sandbox."""

    async def coroutine(*args: Any, **more: Any) -> Any:
        with Sandboxed(seed):
            return await function(*args, **more)

    async def async_generator(*args: Any, **more: Any) -> AsyncIterator[Any]:
        with Sandboxed(seed):
            async with contextlib.aclosing(function(*args, **more)) as values:
                async for value in values:
                    yield value

    def generator(*args: Any, **more: Any) -> Generator[Any, Any, Any]:
        with Sandboxed(seed):
            return (yield from function(*args, **more))

    def plain(*args: Any, **more: Any) -> Any:
        with Sandboxed(seed):
            return function(*args, **more)

    kinds: dict[Callable[[Any], bool], Callable[..., Any]] = {
        inspect.iscoroutinefunction: coroutine,
        inspect.isasyncgenfunction: async_generator,
        inspect.isgeneratorfunction: generator,
    }
    wrapped = next((made for is_kind, made in kinds.items() if is_kind(function)), plain)
    return functools.wraps(function)(wrapped)


def _wrap_class(tests: type, seed: int | str | None) -> None:
    if issubclass(tests, unittest.TestCase):
        # `run` is what runs setUp, the test, tearDown and the clean-ups, under pytest as well.
        setattr(tests, "run", _wrap_function(tests.run, seed))  # noqa: B010 - mypy
        return
    if hasattr(tests, "setup_method"):
        _wrap_setup(tests, seed)
        return
    for name in [name for name in dir(tests) if name.startswith("test")]:
        # Of inherited tests the class gets its own, so that its parent stays as it is.
        found = inspect.getattr_static(tests, name)
        if isinstance(found, staticmethod | classmethod):
            setattr(tests, name, type(found)(_wrap_function(found.__func__, seed)))
        elif inspect.isfunction(found):
            setattr(tests, name, _wrap_function(found, seed))


def _wrap_setup(tests: Any, seed: int | str | None) -> None:
    """Start a sandbox before ``setup_method``, and stop it after ``teardown_method``: pytest calls
    both for each test."""
    setup, teardown = tests.setup_method, getattr(tests, "teardown_method", None)
    stack = contextlib.ExitStack()

    def setup_method(self: Any, method: Any = None) -> None:
        stack.enter_context(Sandboxed(seed))
        try:
            _with_method(setup, self, method)
        except BaseException:  # pytest calls no teardown_method then.
            stack.close()
            raise

    def teardown_method(self: Any, method: Any = None) -> None:
        with stack:
            if teardown is not None:
                _with_method(teardown, self, method)

    tests.setup_method, tests.teardown_method = setup_method, teardown_method


def _with_method(function: Callable[..., Any], instance: Any, method: Any) -> None:
    """Call a method that may take the test's method or not, as pytest does."""
    takes_it = len(inspect.signature(function).parameters) > 1
    function(instance, *((method,) if takes_it else ()))
