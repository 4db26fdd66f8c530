"""Partitions: the worlds of AWS's Regions that share no accounts."""

from __future__ import annotations

import re
from functools import lru_cache

from ..moto.loader import LOADER

#: The partition of every account of the sandbox.
PARTITION = "aws"


@lru_cache(maxsize=256)
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's partitions; ``aws`` for one that none knows."""
    for partition in LOADER.load_data("partitions")["partitions"]:
        if region in partition["regions"] or re.fullmatch(partition["regionRegex"], region):
            return str(partition["id"])
    return PARTITION
