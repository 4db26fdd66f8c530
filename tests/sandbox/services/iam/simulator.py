"""Questions to the IAM policy simulator, for its tests."""

from __future__ import annotations

from botocore.model import StructureShape

from refusal.requests.shapes import service_model
from tests.sandbox.services.iam.asking import ACCOUNT

USER = f"arn:aws:iam::{ACCOUNT}:user/mira"
#: The examples of the AWS CLI's reference, simulate-custom-policy and
#: get-context-keys-for-custom-policy.
DATED = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
    '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)
NAMED = DATED.replace('"*"', '"arn:aws:dynamodb:us-west-2:123456789012:table/${aws:username}"')
LATER, EARLIER = (
    {
        "ContextKeyName": "aws:CurrentTime",
        "ContextKeyValues": [f"{year}-04-25T11:00:00Z"],
        "ContextKeyType": "date",
    }
    for year in (2019, 2014)
)


def fits(value, shape):
    """Whether an answer has the members and types of a shape of botocore's model."""
    if isinstance(shape, StructureShape):
        known = all(fits(member, shape.members[name]) for name, member in value.items())
        return known and set(shape.required_members) <= set(value)
    if shape.type_name == "list":
        return all(fits(item, shape.member) for item in value)
    if shape.type_name == "map":
        return all(fits(item, shape.value) for item in value.values())
    return value in shape.metadata.get("enum", [value])


def simulate(iam, *actions, source=USER, **more):
    """The results of SimulatePrincipalPolicy."""
    answer = iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=actions, **more)
    shape = service_model("iam").operation_model("SimulatePrincipalPolicy").output_shape
    del answer["ResponseMetadata"]
    assert fits(answer, shape)
    return answer["EvaluationResults"]


def custom(iam, policy, *actions, **more):
    """The results of SimulateCustomPolicy."""
    policies = [policy] if isinstance(policy, str) else policy
    answer = iam.simulate_custom_policy(PolicyInputList=policies, ActionNames=actions, **more)
    shape = service_model("iam").operation_model("SimulateCustomPolicy").output_shape
    del answer["ResponseMetadata"]
    assert fits(answer, shape)
    return answer["EvaluationResults"]


def decisions(results):
    return [result["EvalDecision"] for result in results]
