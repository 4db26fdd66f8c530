"""What a Query or a Scan selects, and which segment; no table is needed. Texts: H72, H76."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....errors import validation


def require_selection(params: Mapping[str, Any]) -> None:
    """Refuse a ``Select`` that does not go with the other members; a Scan as a Query.

    Raises:
        AwsError: ``ValidationException``.
    """
    if problem := _problem(params):
        raise validation(f"1 validation error detected: {problem}")


def _problem(params: Mapping[str, Any]) -> str:
    select = params.get("Select")
    members = ("ProjectionExpression", "AttributesToGet")
    given = next((member for member in members if params.get(member) is not None), "")
    if select is None or (select == "SPECIFIC_ATTRIBUTES" and given):
        return ""
    if select == "SPECIFIC_ATTRIBUTES":
        return (
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES"
        )
    if given:
        what = "only the Count" if select == "COUNT" else select
        return f"Cannot specify the {given} when choosing to get {what}"
    if select == "ALL_PROJECTED_ATTRIBUTES" and not params.get("IndexName"):
        return f"{select} can be used only when Querying using an IndexName"
    return ""


def require_segments(params: Mapping[str, Any]) -> None:
    """Refuse a segment of a Scan that there is not.

    Raises:
        AwsError: ``ValidationException``.
    """
    segment, total = params.get("Segment"), params.get("TotalSegments")
    required = "is required but was not present in the request when"
    if segment is not None and total is None:
        raise validation(f"The TotalSegments parameter {required} Segment parameter is present")
    if total is not None and segment is None:
        raise validation(f"The Segment parameter {required} parameter TotalSegments is present")
    if segment is not None and total is not None and segment >= total:
        raise validation(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
