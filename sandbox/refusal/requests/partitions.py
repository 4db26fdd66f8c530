"""Partitions: the worlds of AWS's Regions that share no accounts."""

from __future__ import annotations

import re
from functools import lru_cache

from ..moto.loader import LOADER

#: The partition of every account of the sandbox.
PARTITION = "aws"


@lru_cache(maxsize=256)
def partition_of(region: str) -> str:
    """The partition of a Region, by botocore's endpoints; ``aws`` for one that none knows.

    Every botocore has these, and has read them by the time that it has made a client. Before
    1.27 it has no file of partitions.
    """
    for partition in LOADER.load_data("endpoints")["partitions"]:
        if region in partition["regions"] or re.fullmatch(partition["regionRegex"], region):
            return str(partition["partition"])
    return PARTITION
