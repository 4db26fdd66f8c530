"""What moto does anew for each request, done once or in less time, and with the same results.

moto tells an operation's method by listing its handler's methods, looks for each member of an
answer under several names, and reads the body of a request as a form before it reads it as JSON.
Together that is more than half of a GetItem.
"""

from __future__ import annotations

import datetime
import string
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any
from urllib.parse import ParseResult, urlparse

import moto.core.responses
import moto.core.utils
from botocore.model import Shape
from moto.core.base_backend import BackendDict
from moto.core.parse import BaseJSONParser
from moto.core.responses import BaseResponse
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.moto_api._internal.moto_random import MotoRandom
from moto.utilities.utils import get_partition
from werkzeug.http import http_date

from .http import JsonRequest

Write = Callable[[Any, Any, Any, Shape, str], None]


def replacements() -> Iterator[tuple[Any, str, Any]]:
    """What to put in which place while a sandbox runs: owner, name, value."""
    responses: Any = moto.core.responses  # It exports the names to nobody.
    for name in ("method_names_from_class", "camelcase_to_underscores"):
        yield responses, name, cache(getattr(responses, name))
    write: Write = BaseJSONSerializer._serialize_type_structure
    yield BaseJSONSerializer, "_serialize_type_structure", _writing(write)
    yield BaseJSONParser, "_parse_structure", _parsing(BaseJSONParser._parse_structure)
    yield BaseResponse, "setup_class", _setting_up(BaseResponse.setup_class)
    yield BackendDict, "__getitem__", _getting(BackendDict.__getitem__)
    yield MotoRandom, "get_random_string", _random_string


class _OtherError(Exception):
    """A value in another form than items have: moto's own way is taken."""


def _writing(write: Write) -> Write:
    """moto's way of writing a structure, past which attribute values go, and what has members of
    the model and no others."""

    def writing(serializer: Any, written: Any, value: Any, shape: Any, key: str) -> None:
        if key and shape.name == "AttributeValue":
            try:
                written[key] = plain(value)
                return
            except _OtherError:
                pass
        elif _is_plain(serializer, value, shape):
            _write_members(serializer, written, value, shape, key)
            return
        write(serializer, written, value, shape, key)

    return writing


def _is_plain(serializer: Any, value: Any, shape: Any) -> bool:
    """Whether a value has members of its model and no others, so that none has another name."""
    picker = serializer._value_picker
    return (
        type(value) is dict
        and not shape.is_document_type
        and value.keys() <= shape.members.keys()
        and type(picker) is XFormedAttributePicker
        and not picker.response_transformers
        and serializer.MAP_TYPE is dict
    )


def _write_members(serializer: Any, written: Any, value: Any, shape: Any, key: str) -> None:
    members: Any = {} if key else written
    for name, member in shape.members.items():
        if (held := value.get(name)) is not None:
            member.parent = shape
            serializer._serialize(members, held, member, name)
    if key:
        serializer._default_serialize(written, members, shape, key)


def _parsing(parse: Callable[[Any, Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """moto's way of reading a structure, past which attribute values go."""

    def parsing(parser: Any, shape: Any, value: Any) -> Any:
        if shape.name == "AttributeValue" and parser.MAP_TYPE is dict:
            try:
                return plain(value)
            except _OtherError:
                pass
        return parse(parser, shape, value)

    return parsing


def _setting_up(set_up: Callable[..., None]) -> Callable[..., None]:
    """moto's preparation of a handler for a request in JSON. moto also reads the body as a form,
    and would take an ``&Action=`` in an item for the operation; and it looks for the caller in its
    IAM, where the sandbox has found it already."""

    def setting_up(handler: Any, request: Any, *given: Any, **more: Any) -> None:
        if type(request) is not JsonRequest:
            set_up(handler, request, *given, **more)
            return
        handler.is_werkzeug_request, handler.normalized_request = False, request
        handler.uri, handler.raw_path, handler.method = request.raw_url, request.raw_path, "POST"
        handler.parsed_url, handler.region, handler.partition = _place(request.raw_url)
        handler.path, handler.uri_match = handler.parsed_url.path, {}
        handler.raw_body, handler.form_data = request.data, request.form
        handler.body = request.data.decode()
        handler.querystring = handler.data = {}
        handler.headers = request.headers
        date = _date(moto.core.utils.utcnow().replace(microsecond=0))
        handler.response_headers = {"server": "amazon.com", "date": date}
        if handler.automated_parameter_parsing:
            handler.parse_parameters(request)
        handler.access_key = handler.get_access_key()
        handler.current_account = handler.get_current_account()

    return setting_up


@lru_cache(maxsize=64)
def _place(url: str) -> tuple[ParseResult, str, str]:
    """An endpoint, its Region and its partition."""
    found = BaseResponse.region_regex.search(url)
    assert found is not None
    return urlparse(url), found[1], get_partition(found[1])


@lru_cache(maxsize=16)
def _date(moment: datetime.datetime) -> str:
    return http_date(moment)


def _getting(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """moto's way of finding an account's backends, taken only if it has to make them."""

    def getting(backends: Any, account: str) -> Any:
        found = dict.get(backends, account)
        return get(backends, account) if found is None else found

    return getting


def _random_string(
    source: Any, length: int = 20, include_digits: bool = True, lower_case: bool = False
) -> str:
    """moto's random string, from the draws that ``Random.choice`` would make."""
    made = b""
    while (wanted := length - len(made)) > 0:
        # A draw of fewer than 32 bits is the top of a word; one of more is one word after another.
        words = source.getrandbits(32 * wanted).to_bytes(4 * wanted, "little")
        made += words[3::4].translate(*_CHARACTERS[include_digits])
    text = made.decode()
    return text.lower() if lower_case else text


def _characters(pool: str) -> tuple[bytes, bytes]:
    """The character that the highest six bits of a byte stand for, and the bytes of none."""
    padded = pool.ljust(64).encode()
    return bytes(padded[byte >> 2] for byte in range(256)), bytes(range(len(pool) * 4, 256))


_CHARACTERS = {
    False: _characters(string.ascii_letters),
    True: _characters(string.ascii_letters + string.digits),
}


def plain(value: Any) -> dict[str, Any]:
    """An attribute value as moto's serializer writes it.

    Raises:
        _OtherError: it is no mapping from one type to data of that type, or it is binary.
    """
    if type(value) is not dict or len(value) != 1:
        raise _OtherError
    ((kind, data),) = value.items()
    expected = _DATA.get(kind)
    if expected is None or type(data) is not expected:
        raise _OtherError
    if isinstance(data, dict):
        return {kind: {name: plain(member) for name, member in data.items()}}
    if not isinstance(data, list):
        return {kind: data}
    if kind == "L":
        return {kind: [plain(member) for member in data]}
    if not all(type(member) is str for member in data):
        raise _OtherError
    return {kind: data}


_DATA = {"S": str, "N": str, "BOOL": bool, "NULL": bool, "M": dict, "L": list, "SS": list,
         "NS": list}  # fmt: skip
