"""Puts the sandbox's services together."""

from __future__ import annotations

from dataclasses import dataclass

from ..gate import Gate
from ..moto.hooks import Hooks
from .audit import CloudTrail
from .dynamodb import DynamoDB, Streams
from .iam import Iam
from .kms import Kms
from .sts import Sts


@dataclass(slots=True)
class Services:
    """The services of one sandbox."""

    kms: Kms
    dynamodb: DynamoDB
    dynamodbstreams: Streams
    iam: Iam
    sts: Sts
    cloudtrail: CloudTrail

    def age(self) -> None:
        """Time has moved: let what was due happen."""
        self.kms.age()
        self.dynamodb.age()


def build(gate: Gate, hooks: Hooks) -> Services:
    """Make the services and hang them into the gate."""
    kms = Kms(gate)
    iam = Iam(gate, hooks)
    dynamodb = DynamoDB(gate, hooks, kms)
    services = Services(
        kms=kms,
        dynamodb=dynamodb,
        dynamodbstreams=Streams(dynamodb),
        iam=iam,
        sts=Sts(gate),
        cloudtrail=CloudTrail(gate),
    )
    for name in Services.__slots__:
        gate.services[name] = getattr(services, name)
    gate.recorder = services.cloudtrail.trail
    return services
