"""``Sandbox.connect``: a served sandbox from the client's side."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from refusal import AnySandbox, RemoteSandbox, Sandbox, SandboxError
from refusal.services.audit import Event
from refusal.serving import control
from tests.sandbox.serving.served import TABLE, Served, serve

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve("--seed", "blue") as running:
        yield running


@pytest.fixture
def remote(served: Served) -> RemoteSandbox:
    return Sandbox.connect(served.url, served.token)


OFFERED = sorted(name for name in vars(AnySandbox) if not name.startswith("_"))


def test_a_sandbox_here_and_a_served_one_offer_the_same(remote: RemoteSandbox) -> None:
    assert {"advance", "at_rest", "clock", "seed", "session", "trail"} < set(OFFERED)
    with Sandbox() as here:
        for name in OFFERED:
            assert callable(getattr(here, name)) is callable(getattr(remote, name)), name


class TestFromTheOtherEnd:
    def test_it_says_what_it_is(self, remote: RemoteSandbox) -> None:
        assert (remote.account_id, remote.region, remote.seed) == (
            "123456789012",
            "us-east-1",
            "blue",
        )

    def test_its_sessions_are_administrators(self, remote: RemoteSandbox) -> None:
        sts = remote.session().client("sts")
        assert sts.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/admin"
        other = remote.session("444455556666").client("sts")
        assert other.get_caller_identity()["Account"] == "444455556666"
        assert remote.session().resource("dynamodb").meta.client.list_tables()

    def test_its_clients_pass_no_proxy(
        self, remote: RemoteSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        assert remote.clock.now()
        assert remote.session().client("kms").list_aliases()

    def test_time_passes_there(self, remote: RemoteSandbox) -> None:
        before = remote.clock.now()
        assert before.tzinfo is datetime.UTC
        assert remote.advance(minutes=6) == remote.clock.now() == before + 6 * MINUTE
        with pytest.raises(SandboxError, match="cannot go back"):
            remote.advance(minutes=-6)

    def test_what_lies_at_rest_there(self, remote: RemoteSandbox) -> None:
        session = remote.session()
        kms, dynamodb = session.client("kms"), session.client("dynamodb")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        dynamodb.create_table(TableName="players", **TABLE, SSESpecification=sse)
        dynamodb.put_item(TableName="players", Item={"id": {"S": "mira"}})
        stored = remote.at_rest("players")
        assert stored.key_arn == key and len(stored.pages) == 1
        assert not stored.contains("mira")
        table_key = kms.decrypt(
            CiphertextBlob=stored.wrapped_table_key,
            EncryptionContext=dict(stored.encryption_context),
        )
        assert len(table_key["Plaintext"]) == 32
        with pytest.raises(SandboxError, match="no table `players` in account 444455556666"):
            remote.at_rest("players", account_id="444455556666")

    def test_its_trail(self, remote: RemoteSandbox) -> None:
        kms = remote.session().client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        with pytest.raises(ClientError):
            kms.decrypt(CiphertextBlob=b"junk", KeyId=key)
        [made, *_] = remote.trail.events(name="Decrypt", error="InvalidCiphertextException")
        assert made.record["eventSource"] == "kms.amazonaws.com"
        assert made.record["userIdentity"]["userName"] == "admin"
        assert made.record["requestParameters"]["keyId"] == key
        assert remote.trail.events(name="Decrypt", user="nobody") == []
        names = [event.record["eventName"] for event in remote.trail.events()]
        assert names.index("CreateKey") < names.index("Decrypt")

    def test_its_trail_is_the_one_in_process(self) -> None:
        """The same calls leave the same records on either side of the channel."""
        with Sandbox() as sandbox:
            sandbox.session().client("kms").create_key(Description="mine")
            sandbox.session().client("sts").get_caller_identity()
            kept = control.answer(sandbox, {"method": "trail", "with": {}})
            sent = json.loads(json.dumps(kept))
            there = [Event.from_json(record) for record in sent]
            here = sandbox.trail.events()
            assert [event.record for event in there] == [event.record for event in here]


class TestConnecting:
    def test_a_wrong_token(self, served: Served) -> None:
        with pytest.raises(SandboxError, match="needs the token"):
            Sandbox.connect(served.url, "guess")

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com",
            "http://example.com:5000",
            "http://localhost:5000@example.com",
            "http://127.0.0.1.example.com:5000",
            "ftp://localhost:5000",
            "http://[::1",
            "",
        ],
    )
    def test_an_address_elsewhere_gets_no_token(self, url: str) -> None:
        with pytest.raises(SandboxError, match="is not on this machine"):
            Sandbox.connect(url, "the token")

    def test_where_nothing_answers(self) -> None:
        with pytest.raises(SandboxError, match="No sandbox answers"):
            Sandbox.connect("http://127.0.0.1:9", "token")
