"""moto's accounts as objects: what it holds for each service, account and Region."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

#: The services whose state is moto's here.
SERVICES = ("dynamodb", "dynamodbstreams", "iam")


def backends() -> dict[str, Any]:
    """moto's backends that are in use, by ``moto/service/account/Region``.

    Of IAM, which has no Regions, the last part is the partition.
    """
    in_use: Any = BackendDict._instances  # type: ignore[misc]  # Its list is shared by all.
    return {
        f"moto/{one.service_name}/{account}/{region}": backend
        for one in in_use
        if one.service_name in SERVICES
        for account, regions in dict.items(one)
        for region, backend in dict.items(regions)
    }


def backend(name: str) -> Any:
    """The backend of a name, made if there is none yet.

    Raises:
        ValueError: the name is of no service that is kept.
    """
    moto, service, account, region = name.split("/")
    if moto != "moto" or service not in SERVICES or not account.isdecimal():
        raise ValueError(f"{name} is no backend")
    found: Any = get_backend(service)  # type: ignore[call-overload]  # Any name is one here.
    return found[account][region]
