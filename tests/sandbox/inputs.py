"""Random requests that follow botocore's models: valid types, odd values."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.model import Shape

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DOCUMENTS = [
    json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    for statement in (
        ALLOW_ALL,
        {**ALLOW_ALL, "Principal": "*"},
        {**ALLOW_ALL, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        },
    )
]
#: Texts that programs trip over.
TEXTS = [
    *("", " ", "a", "0", "-1", "*", "${aws:username}", "none", "null", "true", "\x00", "\n", "é"),
    *("\ud800", "\U0001f511", "\u202e", "%00%zz", "&a=b", "<x>&amp;", "'\"", "../..", "a" * 70_000),
    *("arn:", "arn:aws:kms", "arn:aws:kms:us-east-1:123456789012:key/x", "arn:aws:s3:::bucket/key"),
    *("arn:aws:iam::aws:policy/None", "arn:aws:iam::1:user/x", "arn:aws:dynamodb:::table/"),
    *("alias/aws/dynamodb", "alias/", "9" * 400, "1e999", "NaN", "2026-01-01T00:00:00Z", "|", ":"),
    *("[]", "{}", "{", '{"Statement": 5}', *DOCUMENTS),
]
NUMBERS = [0, 1, 2, 5, 7, 30, 100, 365, 1000, 900, 3600, -1, 2**31, 2**63, -(2**63), 10**30]
#: What a program finds in place of what it expects.
WRONG = [None, True, 5, 1e308, "text", "", [], {}, [None], {"": {}}, {"S": 5}, [[]], {"a": [1]}]
TYPES = {"string": str, "blob": bytes, "list": list, "map": dict, "structure": dict}
DATES = [(1, 1, 1), (1970, 1, 1), (2026, 1, 5), (9999, 12, 31)]


class Inputs:
    """Makes the members of requests: every other request is nearly right, so that it gets
    further than the checks of its form.

    Args:
        seed: the same seed makes the same requests.
        known: values that name what is there, by the name of the member they fit.
    """

    def __init__(self, seed: str, known: Mapping[str, Sequence[Any]] | None = None) -> None:
        self.random = random.Random(seed)
        self.known = known or {}
        self._oddity = 0.5

    def request(self, shape: Shape | None) -> Any:
        """The members of a request."""
        self._oddity = self.random.choice([0.5, 0.01])
        return self.make(shape)

    def make(self, shape: Shape | None, name: str = "", depth: int = 0) -> Any:
        """A value of a shape, of the right type at every level."""
        if shape is None:
            return {}
        for known in (name, shape.name):
            if known in self.known and not self._odd():
                value = self.random.choice(self.known[known])
                if isinstance(value, TYPES.get(shape.type_name, ())):
                    return value
        return getattr(self, f"_{shape.type_name}")(shape, depth)

    def spoilt(self, value: Any) -> Any:
        """The same with something of the wrong type in one place, at any depth."""
        inside = list(value) if isinstance(value, dict) else []
        inside = list(range(len(value))) if isinstance(value, list) else inside
        if not inside or self.random.random() < 0.25:
            return self.random.choice(WRONG)
        place, copy = self.random.choice(inside), value.copy()
        copy[place] = self.spoilt(value[place])
        return copy

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _odd(self) -> bool:
        return self._chance(self._oddity)

    def _count(self) -> int:
        if not self._odd():
            return self.random.choice([1, 1, 1, 2])
        return self.random.choice([0, 1, 2, 3] if self._chance(0.95) else [101])

    def _structure(self, shape: Any, depth: int) -> dict[str, Any]:
        share = (0.2 if self._oddity < 0.1 else 0.4) / (1 + depth)
        if shape.name == "AttributeValue" and self._chance(0.95):
            member = self.random.choice(list(shape.members) if depth < 6 else ["S"])
            return {member: self.make(shape.members[member], member, depth + 1)}
        return {
            name: self.make(member, name, depth + 1)
            for name, member in shape.members.items()
            if depth < 8 and (name in shape.required_members or self._chance(share))
        }

    def _list(self, shape: Any, depth: int) -> list[Any]:
        count = self._count() if depth < 8 else 0
        return [self.make(shape.member, "", depth + 1) for _ in range(count)]

    def _map(self, shape: Any, depth: int) -> dict[str, Any]:
        count = min(self._count(), 3) if depth < 8 else 0
        pairs = {}
        for _ in range(count):
            key = self.make(shape.key, shape.name, depth + 1)
            pairs[key] = self.make(shape.value, "", depth + 1)
        return pairs

    def _string(self, shape: Shape, depth: int) -> str:
        enum = shape.metadata.get("enum")
        if enum and not self._odd():
            return str(self.random.choice(enum))
        if self._odd():
            return self.random.choice(TEXTS)
        return self.random.choice("abc") * max(shape.metadata.get("min", 1), 1)

    def _integer(self, shape: Shape, depth: int) -> int:
        bounds = [shape.metadata[end] for end in ("min", "max") if end in shape.metadata]
        if self._odd():
            return int(self.random.choice([*bounds, *NUMBERS]))
        return int(self.random.choice(bounds or [1, 5, 100]))

    _long = _integer

    def _double(self, shape: Shape, depth: int) -> float:
        return self.random.choice([0.0, -1.5, 1e308, float("inf"), float("nan")])

    _float = _double

    def _boolean(self, shape: Shape, depth: int) -> bool:
        return self._chance(max(self._oddity, 0.2))

    def _blob(self, shape: Shape, depth: int) -> bytes:
        sizes = [0, 1, 200, 4096, 4097, 70_000] if self._odd() else [32]
        return self.random.randbytes(self.random.choice(sizes))

    def _timestamp(self, shape: Shape, depth: int) -> datetime.datetime:
        return datetime.datetime(*self.random.choice(DATES), tzinfo=datetime.UTC)
