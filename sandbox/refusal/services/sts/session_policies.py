"""Session policies: what limits a session of a role or of a federated user."""

from __future__ import annotations

from ...authorization import Policy
from ...errors import AwsError
from ...moto import iam as moto_iam
from ...requests.calls import Call
from ..iam import managed

#: What a federated session may do that was made without a policy: nothing.
NO_STATEMENTS = Policy.parse({"Version": "2012-10-17", "Statement": []}, kind="session")
#: Characters of a session policy, and managed session policies of one session (AWS STS API
#: Reference, AssumeRole).
_MAX_POLICY = 2048
_MAX_ARNS = 10


def session_policies(call: Call, account: str) -> tuple[Policy, ...]:
    """The policies that limit a new session: one document, and managed policies by ARN.

    Raises:
        AwsError: ``MalformedPolicyDocument`` for a policy that is not there, ``ValidationError``
            for too many of them (both in the sandbox's own words), ``PackedPolicyTooLarge``.
        PolicyError: a policy is malformed.
    """
    policies, arns = [], call.params.get("PolicyArns", ())
    if len(arns) > _MAX_ARNS:
        text = f"A session takes up to {_MAX_ARNS} managed session policies, not {len(arns)}."
        raise AwsError("ValidationError", text)
    if document := call.params.get("Policy"):
        if len(document) > _MAX_POLICY:
            text = f"The session policy is longer than {_MAX_POLICY} characters."
            raise AwsError("PackedPolicyTooLarge", text)
        policies.append(Policy.parse(document, kind="session", name="session policy"))
    for entry in arns:
        arn = entry.get("arn", "")
        managed.load(arn, account)
        found = moto_iam.iam(account).managed_policies.get(arn)
        if found is None:
            raise AwsError("MalformedPolicyDocument", f"The policy {arn} does not exist.")
        document = moto_iam.document(found)
        policies.append(Policy.parse(document, kind="session", name=found.name, arn=arn))
    return tuple(policies)


def packed_size(call: Call) -> dict[str, int]:
    """The share of the size limit that the session policy fills; the sandbox's assumption: its
    length is what counts."""
    document = call.params.get("Policy")
    return {"PackedPolicySize": -(-100 * len(document) // _MAX_POLICY)} if document else {}
