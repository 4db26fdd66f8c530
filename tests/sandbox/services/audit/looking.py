"""Asking CloudTrail for events."""

from __future__ import annotations

from typing import Any

import boto3


def lookup(**params: Any) -> list[dict[str, Any]]:
    """Events as CloudTrail lists them, newest first; keywords are lookup attributes."""
    wanted = [{"AttributeKey": name, "AttributeValue": value} for name, value in params.items()]
    return boto3.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
