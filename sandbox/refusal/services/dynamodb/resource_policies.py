"""Resource-based policies of tables, as botocore's models of their operations describe them."""

from __future__ import annotations

import json
import re
from typing import Any

from ...errors import AwsError, not_in_sandbox, validation
from ...moto import dynamodb as moto_dynamodb
from ...requests.calls import Call, Forwarded
from .answers import edited
from .resources import arn, read_policy, resource_table
from .tables import Tables

#: The size of a policy in bytes, white space included (botocore's model of PutResourcePolicy).
MAX_BYTES = 20 * 1024
_NONE_YET = "NO_POLICY"
_STREAM = re.compile(r"arn:aws:dynamodb:[^/]+:table/[^/]+/stream/.+")


def refuse_stream(call: Call) -> None:
    """On AWS, a stream may have a policy, too.

    Raises:
        AwsError: ``NotInSandbox``.
    """
    if _STREAM.fullmatch(call.params["ResourceArn"]):
        raise not_in_sandbox("resource-based policies of streams")


def require_policy(text: str) -> None:
    """Refuse a policy that is too large or cannot be read, for it counts from now on.

    Raises:
        AwsError: ``ValidationException``; code and wording are the sandbox's assumption.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise validation(
            f"The resource policy has {size} bytes. The maximum is {MAX_BYTES}, white space "
            "included."
        )
    read_policy(text)


def put(tables: Tables, call: Call) -> Forwarded:
    """PutResourcePolicy. moto forgets that a table without a policy has no revision to expect."""
    require_policy(call.params["Policy"])
    expected = call.params.get("ExpectedRevisionId")
    if expected not in (None, _NONE_YET) and _revision(call) == "":
        raise _no_policy(call)
    return tables.moto.forward(call)


def delete(tables: Tables, call: Call) -> Forwarded:
    """DeleteResourcePolicy: no error where there is no policy, unless a revision is expected. The
    answer has the revision that was deleted."""
    revision = _revision(call)
    if revision == "":
        if call.params.get("ExpectedRevisionId") is not None:
            raise _no_policy(call)
        headers = {"content-type": "application/x-amz-json-1.0"}
        return Forwarded(200, headers, json.dumps({"RevisionId": ""}))

    def change(body: dict[str, Any]) -> None:
        body["RevisionId"] = revision

    return edited(tables.moto.forward(call), change)


def _revision(call: Call) -> str | None:
    """The revision of the table's policy; empty if it has none, None if there is no table."""
    backend = moto_dynamodb.dynamodb(call.account, call.region)
    name = resource_table(call)
    if name not in backend.tables:
        return None
    policy = backend.resource_policies.get(arn(call, f"table/{name}"))
    return policy.revision_id if policy else ""


def _no_policy(call: Call) -> AwsError:
    text = "Resource-based policy not found for the provided ResourceArn: "
    return AwsError("PolicyNotFoundException", text + call.params["ResourceArn"])
