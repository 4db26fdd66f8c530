"""No request leaves the machine, whatever the learner's own AWS set-up is.

boto3 and botocore are the sandbox's business; what a learner sends with requests or urllib to
addresses that are not AWS's is not.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import boto3
import botocore.config
import botocore.session
import pytest
import requests
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ProfileNotFound

from refusal import Sandbox, SandboxError
from refusal.moto import contract, process

ONCE = botocore.config.Config(retries={"total_max_attempts": 1})
REAL = {
    "aws_access_key_id": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
}
#: Settings that a client made before the sandbox has read already: a file that is not there, and
#: botocore's own datagrams about its calls, which are no requests.
FOR_OLD_CLIENTS = ("AWS_CA_BUNDLE", "AWS_CSM_ENABLED")
WAYS_OUT = ("connect", "connect_ex", "sendto")
LOOK_UPS = ("getaddrinfo", "gethostbyname", "create_connection")


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Whatever tried to open a connection or to look up a name; it failed."""
    made: list[str] = []

    def refuse(*arguments: object, **_: object) -> None:
        made.append(repr(arguments))
        raise OSError("no connection may be opened in this test")

    for name in WAYS_OUT:
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in LOOK_UPS:
        monkeypatch.setattr(socket, name, refuse)
    yield made


@pytest.fixture
def nothing_leaves(attempts: list[str]) -> Iterator[None]:
    """Fails a test in which anything tried to open a connection, also where it was caught."""
    yield
    assert attempts == []


@pytest.fixture
def real_looking_setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home with profiles, and an environment with all that points boto3 somewhere."""
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
        "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY\n"
    )
    (tmp_path / "config").write_text(
        "[default]\nregion = eu-west-1\nendpoint_url = https://kms.example.invalid\n"
        "use_fips_endpoint = true\n"
        "[profile work]\nregion = eu-west-2\nrole_arn = arn:aws:iam::999999999999:role/ops\n"
        "source_profile = default\n"
    )
    environment = {
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "work",
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLE",
        "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
        "AWS_ENDPOINT_URL": "https://example.invalid",
        "AWS_ENDPOINT_URL_KMS": "https://kms.example.invalid",
        "AWS_ENDPOINT_DISCOVERY_ENABLED": "true",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://169.254.169.254",
        "AWS_CSM_ENABLED": "true",  # Sends a datagram for every call.
        "AWS_CSM_HOST": "192.0.2.1",
        "AWS_CA_BUNDLE": str(tmp_path / "none.pem"),
        "MOTO_ACCOUNT_ID": "999999999999",
        "HTTPS_PROXY": "http://proxy.example.invalid:3128",
        "HTTP_PROXY": "http://proxy.example.invalid:3128",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("real_looking_setup", "nothing_leaves")
class TestWithARealLookingSetup:
    def test_plain_clients_are_the_sandboxs(self) -> None:
        with Sandbox() as sandbox:
            identity = boto3.client("sts").get_caller_identity()
            assert identity["Arn"] == f"arn:aws:iam::{sandbox.account_id}:user/admin"
            kms = boto3.client("kms")
            assert kms.meta.region_name == "us-east-1"
            key = kms.create_key()["KeyMetadata"]
            boto3.client("dynamodb").create_table(
                TableName="players",
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["Arn"]},
            )
            table = boto3.resource("dynamodb").Table("players")
            table.put_item(Item={"id": "mira"})
            assert table.scan()["Items"] == [{"id": "mira"}]
            assert boto3.client("iam").list_users()["Users"][0]["UserName"] == "admin"

    def test_the_learners_own_keys_are_unknown_here(self) -> None:
        mine = boto3.Session(**REAL, region_name="us-east-1")
        with Sandbox(), pytest.raises(ClientError, match="UnrecognizedClientException"):
            mine.client("kms").create_key()

    def test_the_learners_profiles_are_not_there(self) -> None:
        with Sandbox(), pytest.raises(ProfileNotFound):
            boto3.Session(profile_name="work")

    def test_a_session_that_has_no_credentials_yet_gets_the_sandboxs(self) -> None:
        session = boto3.Session()
        with Sandbox() as sandbox:
            identity = session.client("sts").get_caller_identity()
            assert identity["Arn"] == f"arn:aws:iam::{sandbox.account_id}:user/admin"

    def test_a_client_made_before_acts_with_its_own_keys_and_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("AWS_PROFILE", "AWS_CREDENTIAL_EXPIRATION", *FOR_OLD_CLIENTS):
            monkeypatch.delenv(name)
        session = boto3.Session()
        kept = session.get_credentials().get_frozen_credentials()
        client = session.client("kms", config=ONCE)
        assert kept.access_key == REAL["aws_access_key_id"]
        with Sandbox():
            with pytest.raises(ClientError, match="UnrecognizedClientException"):
                client.list_keys()
            with pytest.raises(ClientError, match="InvalidClientTokenId"):
                session.client("sts", config=ONCE).get_caller_identity()

    def test_a_role_of_a_profile_made_before_cannot_be_assumed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in FOR_OLD_CLIENTS:
            monkeypatch.delenv(name)
        client = boto3.Session(profile_name="work").client("kms", config=ONCE)
        with Sandbox(), pytest.raises(ClientError) as caught:
            client.list_keys()
        assert caught.value.operation_name == "AssumeRole"

    def test_a_service_that_the_sandbox_lacks_is_refused_clearly(self) -> None:
        with Sandbox():
            with pytest.raises(ClientError) as caught:
                boto3.client("s3", config=ONCE).list_buckets()
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
            with pytest.raises(ClientError, match="The sandbox does not have") as caught:
                boto3.client("lambda", config=ONCE).list_functions()
            assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501

    @pytest.mark.parametrize(
        "address",
        ["https://example.invalid", "http://169.254.169.254", "http://motoapi.amazonaws.com"],
    )
    def test_another_address_is_not_reached(self, address: str) -> None:
        with Sandbox():
            answer = boto3.client("kms", endpoint_url=address).list_keys()
            assert answer["Keys"] == []  # The sandbox answers in that address's place.

    def test_without_credentials_nobody_is_asked_for_some(self) -> None:
        with Sandbox():
            session = botocore.session.Session()
            session.get_component("credential_provider").remove("env")
            session.get_component("credential_provider").remove("boto-config")  # ~/.boto
            assert session.get_component("credential_provider").load_credentials() is None
            with pytest.raises(BotoCoreError, match="Unable to locate credentials"):
                session.create_client("kms").list_keys()

    def test_motos_control_addresses_do_nothing(self) -> None:
        with Sandbox():
            boto3.client("iam").create_user(UserName="mira")
            for path in ("reset", "seed?a=1", "data.json", "recorder/start-recording"):
                address = f"http://motoapi.amazonaws.com/moto-api/{path}"
                assert requests.post(address, timeout=5).status_code >= 400
            assert boto3.client("iam").get_user(UserName="mira")


def test_a_client_of_a_stopped_sandbox_sends_nothing(nothing_leaves: None) -> None:
    with Sandbox():
        client = boto3.client("kms", config=ONCE)
        key_id = client.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(SandboxError, match="belongs to a sandbox that has stopped"):
        client.encrypt(KeyId=key_id, Plaintext=b"high score")


def test_a_client_of_a_stopped_sandbox_reaches_the_next_one(nothing_leaves: None) -> None:
    """The same seed gives the administrator the same keys: a notebook's variables live on."""
    with Sandbox():
        client = boto3.client("kms")
        client.create_key()
    with Sandbox():
        assert client.list_keys()["Keys"] == []


def test_after_the_sandbox_a_client_made_before_reaches_out_again(attempts: list[str]) -> None:
    client = boto3.client("kms", region_name="us-east-1", config=ONCE, **REAL)
    with Sandbox(), pytest.raises(ClientError):
        client.list_keys()
    assert attempts == []
    with pytest.raises((BotoCoreError, HTTPClientError)):
        client.list_keys()
    assert any("kms.us-east-1.amazonaws.com" in attempt for attempt in attempts)


def test_after_the_sandbox_a_new_client_reaches_out(attempts: list[str]) -> None:
    with Sandbox():
        pass
    with pytest.raises((BotoCoreError, HTTPClientError)):
        boto3.client("kms", region_name="us-east-1", config=ONCE, **REAL).list_keys()
    assert len(attempts) == 1


def process_state() -> dict[str, object]:
    """All that the sandbox could leave behind in a process."""
    state: dict[str, object] = {
        "environment": dict(os.environ),
        "threads": threading.enumerate(),
        "default session": boto3.DEFAULT_SESSION,
        "sandbox": Sandbox.running(),
        "requests": requests.adapters.HTTPAdapter.send,
        "random": process.mock_random.getstate(),
    }
    for module, path in contract.CONTRACT:
        target = import_module(module)
        for name in path.split("."):
            target = getattr(target, name)
        state[f"{module}.{path}"] = target
    return state


@pytest.mark.usefixtures("real_looking_setup", "nothing_leaves")
class TestWhatIsLeftBehind:
    def test_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session())
        before = process_state()
        with Sandbox():
            boto3.client("iam").create_user(UserName="mira")
            assert process_state() != before
        assert process_state() == before

    def test_nothing_after_an_exception(self) -> None:
        before = process_state()
        with pytest.raises(RuntimeError, match="mine"), Sandbox():
            raise RuntimeError("mine")
        assert process_state() == before

    def test_nothing_after_a_failed_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = process_state()
        with monkeypatch.context() as patch:
            patch.setattr("refusal.sandbox.build", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                Sandbox().start()
        assert process_state() == before

    def test_nothing_after_a_refused_second_start(self) -> None:
        before = process_state()
        with Sandbox() as sandbox:
            for another in (Sandbox(), sandbox):
                with pytest.raises(SandboxError, match="already running"):
                    another.start()
            assert Sandbox.running() is sandbox
            assert boto3.client("kms").list_keys()["Keys"] == []
        assert process_state() == before

    def test_nothing_after_stopping_twice_and_starting_again(self) -> None:
        before = process_state()
        sandbox = Sandbox().start()
        boto3.client("iam").create_user(UserName="mira")
        sandbox.stop()
        sandbox.stop()
        assert process_state() == before
        with sandbox:
            assert len(boto3.client("iam").list_users()["Users"]) == 1
        sandbox.stop()
        assert process_state() == before

    def test_a_setting_made_inside_does_not_stay(self) -> None:
        before = process_state()
        with Sandbox():
            os.environ["AWS_PROFILE"] = "other"
            os.environ["AWS_MAX_ATTEMPTS"] = "2"
            del os.environ["AWS_ACCESS_KEY_ID"]
        assert process_state() == before


EARLY = """
import socket, sys
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, lambda *_: sys.exit("a connection was opened"))
import boto3
keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "x"}
client = boto3.client("kms", region_name="us-east-1", **keys)
from botocore.exceptions import ClientError
from refusal import Sandbox
with Sandbox():
    assert boto3.client("dynamodb").list_tables()["TableNames"] == []
    try:
        client.list_keys()
    except ClientError as error:
        print(error.response["Error"]["Code"])
"""


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"TEST_SERVER_MODE": "true", "TEST_SERVER_MODE_ENDPOINT": "https://example.invalid"},
        {"TEST_PROXY_MODE": "true"},
        {"INITIAL_NO_AUTH_ACTION_COUNT": "0"},
    ],
    ids=lambda variables: next(iter(variables), "nothing set"),
)
def test_a_client_from_before_and_motos_own_variables_change_nothing(
    variables: dict[str, str],
) -> None:
    """In a process of its own: moto reads these when it is imported, after the client is made."""
    done = subprocess.run(
        [sys.executable, "-c", EARLY],
        env={**os.environ, **variables},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.stdout, done.stderr) == ("UnrecognizedClientException\n", "")
