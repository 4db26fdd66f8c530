"""A sandbox served by a process of its own, as learners and the grader start it."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
COMMAND = (sys.executable, "-m", "refusal")


@dataclass(frozen=True)
class Served:
    """A running server, and what it printed."""

    process: subprocess.Popen[str]
    exports: dict[str, str]
    printed: str = ""

    @property
    def url(self) -> str:
        return self.exports["AWS_ENDPOINT_URL"]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def token(self) -> str:
        return self.exports["SANDBOX_TOKEN"]

    def client(self, service: str, **more: Any) -> Any:
        """A plain boto3 client of the administrator, as the printed lines set it up."""
        return boto3.Session(
            aws_access_key_id=self.exports["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.exports["AWS_SECRET_ACCESS_KEY"],
            region_name=self.exports["AWS_DEFAULT_REGION"],
        ).client(service, endpoint_url=self.url, config=Config(retries={"total_max_attempts": 1}))

    def aws(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the aws CLI with the lines that the server printed."""
        return subprocess.run(
            [sys.executable, "-m", "awscli", *arguments],
            env={**os.environ, **self.exports, "AWS_PAGER": "", **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )


@contextlib.contextmanager
def serve(*arguments: str, command: Sequence[str] = COMMAND) -> Iterator[Served]:
    """Start a server on a free port; it is killed at the end if it still runs."""
    process = subprocess.Popen(
        [*command, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            exports, printed = {}, ""
            while "SANDBOX_TOKEN" not in exports:
                line = process.stdout.readline()
                assert line, process.stderr and process.stderr.read()
                printed += line
                if line.startswith("export "):
                    name, _, value = line.removeprefix("export ").strip().partition("=")
                    exports[name] = value
            yield Served(process, exports, printed)
        finally:
            process.kill()


def send(served: Served, method: str, path: str, body: Any = None, **headers: str) -> tuple:
    """A bare HTTP request: status and body of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    try:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        chunked = names.get("Transfer-Encoding") == "chunked"
        connection.request(method, path, body, names, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
