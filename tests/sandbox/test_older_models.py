"""A botocore that knows less of AWS: older models have fewer operations, shapes and files.

`.ci/oldest` runs the oldest botocore itself; here what it lacks is taken from this one, so that a
change which needs it is noticed by the suite.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, DataNotFoundError

from refusal import Sandbox
from refusal.moto.loader import LOADER
from refusal.requests import partitions, shapes
from refusal.services.kms import last_use

#: What came after botocore 1.20.88, and the library asks for by name.
OPERATIONS = ("GetKeyLastUsage",)
SHAPES = ("KeyLastUsageTrackingOperation",)
FILES = ("partitions",)
CACHES = (
    shapes.service_model,
    shapes.operation_model,
    last_use._tracked,
    partitions.partition_of,
)


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Any:
    load_model = LOADER.load_service_model

    def fewer(service: str, kind: str, *args: Any, **more: Any) -> Any:
        model = load_model(service, kind, *args, **more)
        if service != "kms" or kind != "service-2":
            return model
        parts = {"operations": OPERATIONS, "shapes": SHAPES}
        left = {part: {k: v for k, v in model[part].items() if k not in gone}
                for part, gone in parts.items()}  # fmt: skip
        return {**model, **left}

    class OlderFiles:
        """botocore itself must find its files, so the library alone is kept from them."""

        @staticmethod
        def load_data(name: str) -> Any:
            if name in FILES:
                raise DataNotFoundError(data_path=name)
            return LOADER.load_data(name)

    monkeypatch.setattr(LOADER, "load_service_model", fewer)
    monkeypatch.setattr(partitions, "LOADER", OlderFiles)
    for cached in CACHES:
        cached.cache_clear()
    yield
    monkeypatch.undo()
    for cached in CACHES:
        cached.cache_clear()


@pytest.mark.usefixtures("older")
def test_what_needs_none_of_it_works(sandbox: Sandbox) -> None:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    with pytest.raises(ClientError, match="cn-north-1 is in the partition aws-cn"):
        boto3.client("kms", region_name="cn-north-1").list_keys()


def test_the_tables_of_this_botocore_are_back_afterwards(sandbox: Sandbox) -> None:
    kms = boto3.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key, Plaintext=b"x")
    assert kms.get_key_last_usage(KeyId=key)["KeyLastUsage"]["Operation"] == "Encrypt"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-2", "mars-north-1", "aws-global"])
def test_regions_of_the_partition(region: str) -> None:
    assert partitions.partition_of(region) == "aws"


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-iso-east-1", "aws-iso"),
     ("us-isob-east-1", "aws-iso-b")],
)  # fmt: skip
def test_regions_of_others(region: str, partition: str) -> None:
    assert partitions.partition_of(region) == partition
