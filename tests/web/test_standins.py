"""The stand-ins of the browser's tests do what the libraries do that they stand for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

STANDINS = Path(__file__).parent / "standins"
#: Runs in a Python of its own, where `cryptography` is the stand-in; answers in JSON, bytes as hex.
MADE = """
import json, sys
from cryptography import __version__
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
asked, answers = json.load(sys.stdin), {"sealed": []}
for key, nonce, data, associated in asked["seal"]:
    box = AESGCM(bytes.fromhex(key))
    nonce, data, associated = (bytes.fromhex(text) for text in (nonce, data, associated))
    sealed = box.encrypt(nonce, data, associated)
    assert box.decrypt(nonce, sealed, associated) == data
    for changed in (sealed[:-1] + bytes([sealed[-1] ^ 1]), bytes([sealed[0] ^ 1]) + sealed[1:]):
        try:
            box.decrypt(nonce, changed, associated)
        except InvalidTag:
            continue
        raise AssertionError("a changed ciphertext was opened")
    answers["sealed"].append(sealed.hex())
private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
public, form = private.public_key(), serialization
oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
answers["private"] = private.private_bytes(
    form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption()).hex()
answers["public"] = public.public_bytes(
    form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo).hex()
answers["box"] = public.encrypt(b"a small secret", oaep).hex()
assert private.decrypt(bytes.fromhex(answers["box"]), oaep) == b"a small secret"
for refused in (bytes(256), b"short"):
    try:
        private.decrypt(refused, oaep)
    except ValueError:
        continue
    raise AssertionError("no ciphertext was decrypted")
try:
    public.encrypt(bytes(191), oaep)
except ValueError:
    answers["limit"] = 190
try:
    ec.generate_private_key(ec.SECP256R1())
except NotImplementedError as error:
    answers["absent"] = str(error)
json.dump(answers, sys.stdout)
"""


def standin(seal: list[list[str]]) -> dict[str, Any]:
    """Ask the stand-in for what ``MADE`` makes."""
    done = subprocess.run(
        [sys.executable, "-c", MADE],
        env={"PYTHONPATH": str(STANDINS / "cryptography")},
        input=json.dumps({"seal": seal}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def exactly(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


BOX = st.tuples(
    st.sampled_from([16, 24, 32]).flatmap(exactly),
    exactly(12) | st.binary(min_size=8, max_size=40),
    st.binary(max_size=300),
    st.binary(max_size=70),
)


@settings(max_examples=4)
@given(st.lists(BOX, min_size=25, max_size=25))
def test_it_seals_as_the_library_does(boxes: list[tuple[bytes, ...]]) -> None:
    sealed = standin([[part.hex() for part in box] for box in boxes])["sealed"]
    for (key, nonce, data, associated), found in zip(boxes, sealed, strict=True):
        assert AESGCM(key).encrypt(nonce, data, associated).hex() == found


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What the stand-in makes of RSA."""
    return standin([])


def test_the_library_reads_its_keys_and_opens_its_boxes(answers: dict[str, Any]) -> None:
    key: Any = serialization.load_der_private_key(bytes.fromhex(answers["private"]), None)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_key().public_bytes(serialization.Encoding.DER, form)
    assert (key.key_size, public.hex()) == (2048, answers["public"])
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    assert key.decrypt(bytes.fromhex(answers["box"]), oaep) == b"a small secret"


def test_it_refuses_as_the_library_does(answers: dict[str, Any]) -> None:
    assert answers["limit"] == 190
    assert answers["absent"].endswith("generate_private_key is not part of the tests' stand-in")


def test_nothing_outside_the_tests_finds_it() -> None:
    import cryptography

    assert STANDINS not in Path(cryptography.__file__).parents
    assert not [path for path in sys.path if Path(path).is_relative_to(STANDINS)]
    assert "standins" not in (Path(__file__).parents[2] / "web" / "parts.py").read_text("utf-8")
