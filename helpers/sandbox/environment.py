"""The process's environment while the sandbox runs: nothing of a real account is left in it."""

from __future__ import annotations

import os
from typing import Any

#: Taken away while the sandbox runs: whatever could point boto3 at a real account or address.
_REMOVED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "MOTO_ACCOUNT_ID",
    "MOTO_IAM_LOAD_MANAGED_POLICIES",
)


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
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> Environment:
        named = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]
        for name in (*_REMOVED, *named):
            self._before[name] = os.environ.pop(name, None)
        for name, value in self._values.items():
            self._before[name] = os.environ.get(name)
            os.environ[name] = value
        return self

    def __exit__(self, *exc: Any) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._before.clear()
