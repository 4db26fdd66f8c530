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


@pytest.fixture
def make(sandbox, kms, key):
    """Make what an operation lists, as many as asked; what it is asked with."""
    of_key = {"KeyId": key["KeyId"]}

    def made(operation, many):
        grant = {"GranteePrincipal": ADMIN, "RetiringPrincipal": ADMIN, "Operations": ["Decrypt"]}
        if operation == "ListKeyRotations":
            kms.enable_key_rotation(**of_key, RotationPeriodInDays=90)
            sandbox.advance(days=90 * many + 1)
            return of_key
        for number in range(many):
            if operation == "ListAliases":
                target = kms.create_key()["KeyMetadata"]["KeyId"]
                kms.create_alias(AliasName=f"alias/{number}", TargetKeyId=target)
            elif operation == "ListKeys":
                kms.create_key()
            else:
                kms.create_grant(**of_key, **grant, Name=str(number))
        asked = {"ListGrants": of_key, "ListRetirableGrants": {"RetiringPrincipal": ADMIN}}
        return asked.get(operation, {})

    return made


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("ListAliases", "Aliases"),
        ("ListGrants", "Grants"),
        ("ListKeyRotations", "Rotations"),
        ("ListKeys", "Keys"),
        ("ListRetirableGrants", "Grants"),
    ],
)
def test_a_page_is_as_long_as_documented(kms, make, operation, member):
    """ "It must be between 1 and …", "it defaults to …": botocore's model of the operation. The
    model's own bound is 1,000 for all; a Limit between the two is cut."""
    shape = MODEL.operation_model(operation).input_shape
    says = re.sub("<[^>]+>", "", shape.members["Limit"].documentation)
    default, most = (
        int(re.search(words, says)[1]) for words in (r"defaults to (\d+)", r"between 1 and (\d+)")
    )
    asked = make(operation, min(most, 200) + 1)
    pages = {Limit: Limit for Limit in (1, default - 1, default + 1)} | {None: default}
    if most < 1000:
        pages |= {most: most, most + 1: most, 1000: most}
    for limit, long in pages.items():
        more = {} if limit is None else {"Limit": limit}
        page = getattr(kms, xform_name(operation))(**asked, **more)
        assert (len(page[member]), page["Truncated"]) == (long, True)


def test_a_key_has_its_tags_on_one_page(kms, key):
    """50 at most, which is a page without a Limit too."""
    tags = [{"TagKey": f"t{number:02}", "TagValue": ""} for number in range(50)]
    kms.tag_resource(KeyId=key["KeyId"], Tags=tags)
    for limit in ({}, {"Limit": 50}, {"Limit": 1000}):
        page = kms.list_resource_tags(KeyId=key["KeyId"], **limit)
        assert (page["Tags"], page["Truncated"]) == (tags, False)
