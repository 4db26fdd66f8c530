"""The control channel, and ``Sandbox.connect`` on its other end."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox, SandboxError
from refusal.serving import control
from refusal.serving.control import RemoteSandbox
from tests.sandbox.serving.served import TABLE, Served, send, serve

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve("--seed", "blue") as running:
        yield running


@pytest.fixture
def remote(served: Served) -> RemoteSandbox:
    return Sandbox.connect(served.url, served.token)


class TestTheGuard:
    DESCRIBE = json.dumps({"method": "describe"})

    def test_the_token_opens_it(self, served: Served) -> None:
        status, text = send(
            served, "POST", control.PATH, self.DESCRIBE, X_Sandbox_Token=served.token
        )
        assert status == 200
        assert json.loads(text)["seed"] == "blue"

    @pytest.mark.parametrize("wrong", ["", "guess", "é", "x" * 10_000])
    def test_another_token_does_not(self, served: Served, wrong: str) -> None:
        status, text = send(served, "POST", control.PATH, self.DESCRIBE, X_Sandbox_Token=wrong)
        assert (status, "needs the token" in text) == (403, True)

    def test_no_token_and_half_a_token_do_not(self, served: Served) -> None:
        half = served.token[: len(served.token) // 2]
        assert send(served, "POST", control.PATH, self.DESCRIBE)[0] == 403
        assert send(served, "POST", control.PATH, self.DESCRIBE, X_Sandbox_Token=half)[0] == 403

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
    def test_it_answers_post_only(self, served: Served, method: str) -> None:
        right = {"X_Sandbox_Token": served.token}
        assert send(served, method, control.PATH, self.DESCRIBE, **right)[0] == 405

    @pytest.mark.parametrize("path", ["/_sandboxed", "/_sandbox/", "/_sandbox/describe"])
    def test_an_address_beside_it_is_no_door(self, served: Served, path: str) -> None:
        right = {"X_Sandbox_Token": served.token}
        status, text = send(served, "POST", path, self.DESCRIBE, **right)
        assert status >= 400 and "blue" not in text

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            (b"", "takes JSON"),
            (b"{", "takes JSON"),
            (b"\xff\xfe", "takes JSON"),
            (b"[" * 100_000, "takes JSON"),
            (b"[]", "is JSON such as"),
            (b'"describe"', "is JSON such as"),
            (b'{"method": "describe", "with": []}', "is JSON such as"),
            (b"{}", "`None` is no control method"),
            (b'{"method": ["describe"]}', "is no control method"),
            (b'{"method": "__class__"}', "there are describe, advance, at_rest, trail, admin_keys"),
            (b'{"method": "describe", "with": {"more": 1}}', "`describe` cannot take this"),
            (b'{"method": "advance", "with": {"minutes": NaN}}', "not understood"),
            (b'{"method": "advance", "with": {"minutes": Infinity}}', "not understood"),
            (b'{"method": "advance", "with": {"minutes": "6"}}', "not understood"),
            (b'{"method": "advance", "with": {"minutes": -6}}', "cannot go back"),
            (b'{"method": "at_rest", "with": {}}', "`at_rest` cannot take this"),
            (b'{"method": "at_rest", "with": {"table_name": []}}', "`at_rest` cannot take this"),
            (b'{"method": "at_rest", "with": {"table_name": "none"}}', "no table `none`"),
            (b'{"method": "trail", "with": {"colour": "red"}}', "`trail` cannot take this"),
            (b'{"method": "admin_keys", "with": {"account_id": 5}}', "`admin_keys` cannot take"),
            (b'{"method": "admin_keys", "with": {"account_id": "x"}}', "no account ID"),
        ],
    )
    def test_what_it_cannot_do_gets_a_sentence(
        self, served: Served, body: bytes, sentence: str
    ) -> None:
        right = {"X_Sandbox_Token": served.token}
        before = Sandbox.connect(served.url, served.token).clock.now()
        status, text = send(served, "POST", control.PATH, body, **right)
        assert status == 400
        assert sentence in text and text.count("\n") == 1
        assert Sandbox.connect(served.url, served.token).clock.now() == before


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
            there = [control.Event.from_json(record) for record in sent]
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
