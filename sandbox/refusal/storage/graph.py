"""Objects as JSON, and back.

Plain values stand for themselves. Everything else is an object ``{"$": kind, …}``. What can be
changed, and so must stay one thing where several refer to it, is in a list of its own, and is
referred to by its place.

Nothing that a file says is executed: objects are made without their constructors, of the classes in
``_MODULES`` only, and get attributes and nothing else.
"""

from __future__ import annotations

import base64
import collections
import datetime
import enum
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from ..authorization import Policy
from ..errors import SandboxError
from ..services.dynamodb.data_keys import TableKey

#: Where the classes of an account's objects live.
_MODULES = re.compile(
    r"refusal\.(services\.(kms|dynamodb)\.\w+|requests\.(calls|callers))"
    r"|moto\.(iam|dynamodb|dynamodbstreams)\.models(\.\w+)*|moto\.utilities\.\w+"
)
_VERSIONS = ("2012-10-17", "2008-10-17")
_CONTAINERS: dict[str, type] = {
    "list": list,
    "set": set,
    "dict": dict,
    "ordered": collections.OrderedDict,
    "deque": collections.deque,
}
_NAMES = {made: name for name, made in _CONTAINERS.items()}


class Writer:
    """Makes JSON of objects.

    Args:
        outside: names of objects that are not part of what is written: the reader has its own.
    """

    def __init__(self, outside: Mapping[str, object]) -> None:
        self._outside = {id(thing): name for name, thing in outside.items()}
        self._places: dict[int, int] = {}
        self._kept: list[Any] = []  # Alive, so that no other object gets its id.
        self.objects: list[Any] = []

    def write(self, value: Any, where: str) -> Any:
        """A value as JSON.

        Args:
            where: what it is called, should it be one that cannot be written.

        Raises:
            SandboxError: there is something in it that cannot be written.
        """
        if value is None or type(value) in (bool, int, str, float):
            return value
        if id(value) in self._outside:
            return {"$": "outside", "v": self._outside[id(value)]}
        if id(value) in self._places:
            return {"$": "ref", "v": self._places[id(value)]}
        plain = _plain(value, where)
        if plain is not None:
            return plain
        if isinstance(value, tuple | frozenset):
            kind = "tuple" if isinstance(value, tuple) else "frozenset"
            listed = [self.write(one, where) for one in value]
            return {"$": kind, "v": listed}
        return self._write_shared(value, where)

    def _write_shared(self, value: Any, where: str) -> Any:
        place = self._places[id(value)] = len(self.objects)
        self._kept.append(value)
        self.objects.append(None)  # Its place, also for what refers back to it.
        kind = _NAMES.get(type(value))
        if kind in ("dict", "ordered"):
            held: Any = [[self.write(k, where), self.write(v, where)] for k, v in value.items()]
        elif kind is not None:
            held = [self.write(one, where) for one in value]
        else:
            kind = _class_name(type(value))
            if kind is None:
                raise SandboxError(
                    f"This account cannot be saved: {where} holds a {type(value).__qualname__}, "
                    "which has no form in a file."
                )
            name = f"{where}, {type(value).__name__}"
            held = {n: self.write(v, f"{name}.{n}") for n, v in attributes(value)}
        self.objects[place] = {"$": kind, "v": held}
        return {"$": "ref", "v": place}


class Reader:
    """Makes objects of what ``Writer`` wrote.

    Args:
        outside: the objects that are not part of what was written, by name.
        objects: the writer's list.
    """

    def __init__(self, outside: Mapping[str, object], objects: list[Any]) -> None:
        self._outside = outside
        self._objects = objects
        self._made: dict[int, Any] = {}

    def read(self, value: Any) -> Any:
        """The object that stands in the file as this.

        Raises:
            ValueError, TypeError, LookupError, AttributeError: it is nothing that was written.
        """
        if not isinstance(value, dict):
            return value
        kind, held = value["$"], value["v"]
        if kind == "ref":
            return self._made[held] if held in self._made else self._read_shared(held)
        if kind == "outside":
            return self._outside[held]
        if kind in ("tuple", "frozenset"):
            listed = [self.read(one) for one in held]
            return tuple(listed) if kind == "tuple" else frozenset(listed)
        return _READERS[kind](held)

    def _read_shared(self, place: int) -> Any:
        kind, held = self._objects[place]["$"], self._objects[place]["v"]
        made: Any = _CONTAINERS[kind]() if kind in _CONTAINERS else object.__new__(_class(kind))
        self._made[place] = made
        if kind in ("dict", "ordered"):
            for name, one in held:
                made[self.read(name)] = self.read(one)
        elif kind == "set":
            made.update(self.read(one) for one in held)
        elif kind in _CONTAINERS:
            made.extend(self.read(one) for one in held)
        else:
            if is_dataclass(made) and {one.name for one in fields(made)} != set(held):
                raise ValueError(f"a {kind} has other attributes")
            for name, one in held.items():
                object.__setattr__(made, name, self.read(one))
        return made


def attributes(value: object) -> Iterator[tuple[str, Any]]:
    """Name and value of each attribute of an object, in slots or not."""
    for one in type(value).__mro__:
        slots = vars(one).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name):
                yield name, getattr(value, name)
    yield from getattr(value, "__dict__", {}).items()


def _plain(value: Any, where: str) -> Any:
    """JSON for what cannot change; None for anything else."""
    if isinstance(value, bytes):
        return {"$": "bytes", "v": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"$": "datetime", "v": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$": "decimal", "v": str(value)}
    if isinstance(value, re.Pattern):
        return {"$": "pattern", "v": [value.pattern, value.flags]}
    if isinstance(value, enum.Enum) and (name := _class_name(type(value))):
        return {"$": "enum", "v": [name, value.name]}
    if isinstance(value, Policy):
        return {"$": "policy", "v": _policy(value, where)}
    if isinstance(value, TableKey):
        return {"$": "table key", "v": base64.b64encode(value.secret).decode()}
    if hasattr(value, "private_bytes"):
        der = value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return {"$": "private key", "v": base64.b64encode(der).decode()}
    return None


_READERS: dict[str, Callable[[Any], Any]] = {
    "bytes": base64.b64decode,
    "datetime": datetime.datetime.fromisoformat,
    "decimal": Decimal,
    "pattern": lambda held: re.compile(held[0], held[1]),
    "enum": lambda held: _class(held[0])[held[1]],  # type: ignore[index]  # An enum's class.
    "policy": lambda held: Policy.parse(held[2], kind=held[0], name=held[1], arn=held[3]),
    "table key": lambda held: TableKey(base64.b64decode(held)),
    "private key": lambda held: load_der_private_key(base64.b64decode(held), password=None),
}


def _policy(policy: Policy, where: str) -> list[Any]:
    """Type, name, document and ARN. A policy does not keep its version, which only tells whether
    it has variables: the one is taken under which it reads as it does."""
    statements = [dict(statement.source) for statement in policy.statements]
    for version in _VERSIONS:
        text = json.dumps({"Version": version, "Statement": statements})
        again = Policy.parse(text, kind=policy.type, name=policy.name, arn=policy.arn)
        if _shown(again) == _shown(policy):
            return [str(policy.type), policy.name, text, policy.arn]
    raise SandboxError(f"This account cannot be saved: {where} has a policy that reads otherwise.")


def _shown(policy: Policy) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", repr(policy))


def _class_name(made: type) -> str | None:
    name = f"{made.__module__}:{made.__qualname__}"
    return name if _MODULES.fullmatch(made.__module__) else None


def _class(name: str) -> type:
    """A class of the account's, by its name.

    Raises:
        ValueError: it is none.
    """
    module, _, qualified = name.partition(":")
    found = getattr(sys.modules.get(module), qualified, None)
    if not _MODULES.fullmatch(module) or not isinstance(found, type):
        raise ValueError(f"{name} is not a class of an account")
    if found.__module__ != module or issubclass(found, BaseException):
        raise ValueError(f"{name} is not a class of an account")
    return found
