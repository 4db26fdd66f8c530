"""The server's half of the control channel."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from refusal import Sandbox
from refusal.remote import PATH
from tests.sandbox.serving.served import Served, send, serve


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve("--seed", "blue") as running:
        yield running


class TestTheGuard:
    DESCRIBE = json.dumps({"method": "describe"})

    def test_the_token_opens_it(self, served: Served) -> None:
        status, text = send(served, "POST", PATH, self.DESCRIBE, X_Sandbox_Token=served.token)
        assert status == 200
        assert json.loads(text)["seed"] == "blue"

    @pytest.mark.parametrize("wrong", ["", "guess", "é", "x" * 10_000])
    def test_another_token_does_not(self, served: Served, wrong: str) -> None:
        status, text = send(served, "POST", PATH, self.DESCRIBE, X_Sandbox_Token=wrong)
        assert (status, "needs the token" in text) == (403, True)

    def test_no_token_and_half_a_token_do_not(self, served: Served) -> None:
        half = served.token[: len(served.token) // 2]
        assert send(served, "POST", PATH, self.DESCRIBE)[0] == 403
        assert send(served, "POST", PATH, self.DESCRIBE, X_Sandbox_Token=half)[0] == 403

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
    def test_it_answers_post_only(self, served: Served, method: str) -> None:
        right = {"X_Sandbox_Token": served.token}
        assert send(served, method, PATH, self.DESCRIBE, **right)[0] == 405

    @pytest.mark.parametrize("path", ["/_sandboxed", "/_sandbox/", "/_sandbox/describe"])
    def test_an_address_beside_it_is_no_door(self, served: Served, path: str) -> None:
        right = {"X_Sandbox_Token": served.token}
        status, text = send(served, "POST", path, self.DESCRIBE, **right)
        assert status >= 400 and "blue" not in text

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            (b"", "accepts only JSON"),
            (b"{", "accepts only JSON"),
            (b"\xff\xfe", "accepts only JSON"),
            (b"[" * 100_000, "accepts only JSON"),
            (b"[]", "is JSON such as"),
            (b'"describe"', "is JSON such as"),
            (b'{"method": "describe", "with": []}', "is JSON such as"),
            (b"{}", "`None` is not a control method"),
            (b'{"method": ["describe"]}', "is not a control method"),
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
            (b'{"method": "admin_keys", "with": {"account_id": "x"}}', "not an account ID"),
        ],
    )
    def test_what_it_cannot_do_gets_a_sentence(
        self, served: Served, body: bytes, sentence: str
    ) -> None:
        right = {"X_Sandbox_Token": served.token}
        before = Sandbox.connect(served.url, served.token).clock.now()
        status, text = send(served, "POST", PATH, body, **right)
        assert status == 400
        assert sentence in text and text.count("\n") == 1
        assert Sandbox.connect(served.url, served.token).clock.now() == before
