"""The process's environment while the sandbox runs: nothing of a real account is left in it."""

from __future__ import annotations

import os

#: Taken away while the sandbox runs: all that points boto3, or moto, at something real (profiles,
#: tokens, roles, container credentials, endpoints, expiry dates of credentials, …).
_TAKEN_AWAY = ("AWS_", "MOTO_")


class Environment:
    """A context manager: the sandbox's credentials in, the learner's own back at the end."""

    def __init__(self, region: str, access_key_id: str, secret: str) -> None:
        self._values = {
            "AWS_ACCESS_KEY_ID": access_key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
            # Streams' account-based host name is one that moto does not know.
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        self._before: dict[str, str] = {}

    def __enter__(self) -> Environment:
        self._before = _take_away()
        os.environ.update(self._values)
        return self

    def __exit__(self, *exc: object) -> None:
        _take_away()
        os.environ.update(self._before)


def _take_away() -> dict[str, str]:
    """Remove every variable of AWS's and moto's; returns them."""
    names = [name for name in os.environ if name.startswith(_TAKEN_AWAY)]
    return {name: os.environ.pop(name) for name in names}
