"""moto's sums of numbers, which it rounds to 28 digits or writes with an exponent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.dynamodb.exceptions import IncorrectDataType, MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType

from ..errors import AwsError
from .hooks import Hooks

#: Works out a sum: a number, ``+`` or ``-``, and a number.
Total = Callable[[str, str, str], str]


def calculate_by(hooks: Hooks, total: Total) -> None:
    """Let moto's updates calculate so.

    Args:
        total: raises AwsError for what DynamoDB cannot hold.
    """

    def calculating(sign: str) -> Callable[[Any, Any], Any]:
        def calculate(one: Any, other: Any) -> Any:
            if not (one.is_number() and other.is_number()):
                raise IncorrectDataType
            try:
                return DynamoType({"N": total(one.value, sign, other.value)})
            except AwsError as error:
                raise MockValidationException(error.message) from error

        return calculate

    hooks.replace(DynamoType, "__add__", calculating("+"))
    hooks.replace(DynamoType, "__sub__", calculating("-"))
