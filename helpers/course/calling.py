"""A call that Python itself would refuse is answered in a sentence, too."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from helpers.display.notes import Note
from helpers.messages import say

from .errors import CourseError

F = TypeVar("F", bound=Callable[..., Any])


def called_like(usage: str, *, raises: bool = False) -> Callable[[F], F]:
    """Answer arguments that do not fit with how the function is called.

    Args:
        usage: a call that would do, such as ``check("5.1")``.
        raises: raise the sentence as a ``CourseError`` instead of returning it as a note, where
            what is returned is more than an answer to read.
    """

    def around(function: F) -> F:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            try:
                signature.bind(*given, **named)
            except TypeError as error:
                text = say("course.call", usage=usage, error=error)
                if raises:
                    raise CourseError(text) from None
                return Note(text)
            return function(*given, **named)

        return cast(F, call)

    return around
