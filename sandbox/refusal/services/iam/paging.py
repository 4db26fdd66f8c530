"""IAM's lists, page by page: moto gives most of them whole, whatever ``MaxItems`` says."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from ...requests import shapes
from ...requests.calls import Call

#: How many entries a page has without MaxItems (botocore's model).
_PAGE = 100
#: Of more than a thousand AWS managed policies moto makes one page only.
_MOTO_PAGES = ("ListPolicies",)


def _lists(call: Call) -> list[str]:
    """The members of the answer that a page is cut from; empty where there are no pages."""
    model = shapes.operation_model("iam", call.operation)
    output = model.output_shape.members if model and model.output_shape else {}
    if "Marker" not in output or call.operation in _MOTO_PAGES:
        return []
    return [name for name, shape in output.items() if shape.type_name == "list"]


def whole(call: Call, body: bytes) -> bytes:
    """The body of a request for the whole list."""
    if not _lists(call):
        return body
    pairs = parse_qsl(body.decode(), keep_blank_values=True)
    kept = [pair for pair in pairs if pair[0] not in ("Marker", "MaxItems")]
    return urlencode([*kept, ("MaxItems", "1000000")]).encode()


def page(call: Call, result: dict[str, Any]) -> dict[str, Any]:
    """The page of a list that was asked for, of several lists as if they were one."""
    lists = _lists(call)
    if not lists:
        return result
    first = int(call.params.get("Marker", "0"))
    last = first + int(call.params.get("MaxItems", _PAGE))
    before = 0
    for name in lists:
        entries = result.get(name) or []
        result[name] = entries[max(0, first - before) : max(0, last - before)]
        before += len(entries)
    result["IsTruncated"] = before > last
    result.pop("Marker", None)
    return result | ({"Marker": str(last)} if before > last else {})
