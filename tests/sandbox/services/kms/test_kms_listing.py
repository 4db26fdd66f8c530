"""Lists that come page by page."""

from __future__ import annotations

import re

import pytest
from botocore import xform_name

from refusal.requests.shapes import service_model

MODEL = service_model("kms")
ADMIN = "arn:aws:iam::123456789012:user/admin"


def test_lists_come_in_pages_that_neither_repeat_nor_skip(sandbox, kms, refused):
    ids = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)]
    first = kms.list_keys(Limit=2)
    assert first["Truncated"] and [k["KeyId"] for k in first["Keys"]] == ids[:2]
    kms.schedule_key_deletion(KeyId=ids[1], PendingWindowInDays=7)
    sandbox.advance(days=8)
    rest = kms.list_keys(Limit=3, Marker=first["NextMarker"])
    assert [k["KeyId"] for k in rest["Keys"]] == ids[2:]
    assert not rest["Truncated"] and "NextMarker" not in rest
    for marker in ("x", "eyJhIjoxfQ==", "W1tbMV1dXQ=="):
        with refused("InvalidMarkerException"):
            kms.list_keys(Marker=marker)


@pytest.mark.parametrize(
    ("operation", "member"),
    [("ListKeys", "Keys"), ("ListGrants", "Grants"), ("ListRetirableGrants", "Grants")],
)
def test_a_page_without_a_limit_is_as_long_as_documented(kms, key, operation, member):
    """ "If you do not include a value, it defaults to": botocore's model of the operation."""
    shape = MODEL.operation_model(operation).input_shape
    says = re.sub("<[^>]+>", "", shape.members["Limit"].documentation)
    default = int(re.search(r"defaults to (\d+)", says)[1])
    of_key = {"KeyId": key["KeyId"]}
    params = {"ListGrants": of_key, "ListRetirableGrants": {"RetiringPrincipal": ADMIN}}
    for number in range(default + 1):
        if operation == "ListKeys":
            kms.create_key()
        else:
            grant = {"GranteePrincipal": ADMIN, "RetiringPrincipal": ADMIN}
            kms.create_grant(**of_key, **grant, Operations=["Decrypt"], Name=str(number))
    page = getattr(kms, xform_name(operation))(**params.get(operation, {}))
    assert (len(page[member]), page["Truncated"]) == (default, True)
