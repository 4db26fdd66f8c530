"""The pytest plugin in pytest runs of its own: what it gives, what it says, and what it costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CRUX = """
import json

import boto3
import pytest

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
TABLE = dict(
    TableName="scores",
    BillingMode="PAY_PER_REQUEST",
    KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
)
ITEM = {"id": {"S": "1"}}


@pytest.fixture
def key(sandbox):
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    boto3.client("dynamodb").create_table(**TABLE, SSESpecification=sse)
    return key


def read(session):
    return session.client("dynamodb").get_item(TableName="scores", Key=ITEM)


def may(effect, *actions, **more):
    more.setdefault("Resource", "*")
    statement = {"Effect": effect, "Action": list(actions), **more}
    return {"Version": "2012-10-17", "Statement": [statement]}
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run tests in a pytest of their own, as a user of the library has it: only the library's and
    pytest's own plugins."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(body: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(CRUX + body)
        more = ("-p", "refusal.pytest_plugin", "-p", "no:cacheprovider", "--strict-markers")
        return pytester.runpytest_subprocess(*more, *arguments)

    return run


def test_the_crux(run) -> None:  # type: ignore[no-untyped-def]
    """Full access to DynamoDB, none to the key: the code cannot read; with the key it can."""
    done = run(
        """
def test_it(key, as_user, as_role, denied):
    mira, reader = as_user("mira", FULL), as_role("reader", FULL)
    with denied("kms:Decrypt", by="mira", because="identity-based policy") as denial:
        read(mira)
    assert denial.decision.request.resource == key and "kms:Decrypt" in str(denial.error)
    with denied("kms:Decrypt", by="reader", because=("identity-based", "implicit deny")):
        read(reader)
    read(as_user("teo", FULL, may("Allow", "kms:Decrypt", Resource=key)))

def test_a_denial_that_the_code_catches(key, as_user, denied):
    mira = as_user("mira", FULL, may("Deny", "kms:Decrypt", Sid="NoDecrypt"))
    with denied("kms:Decrypt", by="mira", because=["NoDecrypt", "policy-1", "explicit deny"]) as it:
        try:
            read(mira)
        except Exception:
            pass
    assert it.error is None and not it.decision.allowed

def test_a_denial_that_the_code_wraps(key, as_user, denied):
    with denied("kms:Decrypt", by="mira"), pytest.raises(RuntimeError):
        try:
            read(as_user("mira", FULL))
        except Exception as error:
            raise RuntimeError from error

def test_boundary_and_session(key, as_user, as_role, denied, sandbox):
    narrow = boto3.client("iam").create_policy(
        PolicyName="narrow", PolicyDocument=json.dumps(may("Allow", "dynamodb:*")))["Policy"]["Arn"]
    everything = may("Allow", "*")
    with denied("kms:Decrypt", by="mira", because=("permissions boundary", "narrow")):
        read(as_user("mira", everything, boundary=narrow))
    with denied("kms:Decrypt", by="reader", because="session policy"):
        read(as_role("reader", everything, session_policy=may("Allow", "dynamodb:*")))

def test_key_policy(as_user, denied):
    root = {"AWS": "arn:aws:iam::123456789012:user/admin"}
    policy = may("Allow", "kms:*", Principal=root, Sid="Admin")
    key = boto3.client("kms").create_key(
        Policy=json.dumps(policy), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    with denied("kms:Encrypt", by="mira", because="key policy"):
        as_user("mira", may("Allow", "kms:*")).client("kms").encrypt(KeyId=key, Plaintext=b"x")

def test_set_up_is_not_in_the_trail(sandbox, as_user):
    as_user("mira", FULL)
    assert sandbox.trail.events() == []
"""
    )
    done.assert_outcomes(passed=6)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (
            'with denied("kms:Decrypt", by="teo"): read(as_user("teo", may("Allow", "*")))',
            [
                "*Expected that teo is denied kms:Decrypt, but it was allowed.",
                "*1. dynamodb.amazonaws.com then asked, as teo, for kms:Decrypt on *: allowed.",
                "*What decided: statement 1 of policy-1 (identity-based) allows it.",
                "*- policy-1 (identity-based), 1, Allow: yes (decides)",
            ],
        ),
        (
            'with denied("kms:Decrypt", by="mira", because="Not"): read(as_user("mira", FULL))',
            [
                "*Expected that mira is denied kms:Decrypt because of “Not”. It was denied, but "
                "because of “implicit deny”, “identity-based”, “identity-based policy”.",
                "*What decided: * no identity-based policy of the caller allows kms:Decrypt*",
                "*more that do not apply, in AmazonDynamoDBFullAccess (identity-based)*",
            ],
        ),
        (
            'with denied("kms:Decrypt", by="teo"): read(as_user("mira", FULL))',
            [
                "*Expected that teo is denied kms:Decrypt; nobody of that name asked for anything, "
                "only mira did.",
                "*as mira, for kms:Decrypt on *: denied.",
            ],
        ),
        (
            'with denied("kms:Decrypt", by="mira"): pass',
            ["*no request in the block was decided by a policy."],
        ),
        (
            'with denied("kms:Decrypt", by="mira"): read(as_user("mira"))',
            [
                "*Expected that mira is denied kms:Decrypt; mira asked for dynamodb:GetItem only.",
                "*1. mira asked for dynamodb:GetItem on *: denied.",
            ],
        ),
        (
            'with denied("kms:Decrypt", by="mira"): read(as_role("reader", FULL))',
            ["*only reader/test did.", "*as reader/test, for kms:Decrypt on *: denied."],
        ),
        ('with denied("kms:Decrypt", by="mira"): 1 / 0', ["*ZeroDivisionError*"]),
        (
            'with denied("Decrypt", by="mira"): pass',
            ["*`Decrypt` is not an action; give one such as*"],
        ),
        ('as_user("mi ra")', ["*SandboxError: as_user('mi ra') does not work: *ValidationError*"]),
        (
            'denied("kms:*", by="mira")',
            ["*SandboxError: `kms:[*]` is not an action; give one such as*"],
        ),
        (
            'denied("kms: Decrypt", by="mira")',
            ["*`kms: Decrypt` is not an action; give one such as*"],
        ),
        ('denied(None, by="mira")', ["*SandboxError: `None` is not an action; give one such as*"]),
        ('denied("kms:Decrypt", by=as_user("mira"))', ["*SandboxError: `by` is Session(*; give*"]),
        ('denied("kms:Decrypt", by="")', ["*SandboxError: `by` is ''; give the name of a user*"]),
        ('denied("kms:Decrypt", by="m", because=None)', ["*`because` has None; give text: *"]),
        ('denied("kms:Decrypt", by="m", because=["a", 2])', ["*`because` has 2; give text: *"]),
        ('denied("kms:Decrypt", by="m", because="")', ["*`because` has ''; give text: *"]),
        (
            'from refusal import denied as other; other("kms:Decrypt", by="mira", sandbox="it")',
            ["*SandboxError: `sandbox` is 'it'; give a Sandbox, or leave it out."],
        ),
        (
            "from refusal import Sandbox, denied as other\n"
            '    with other("kms:Decrypt", by="mira", sandbox=Sandbox()): pass',
            ["*SandboxError: This sandbox is not running; start it with sandbox.start()."],
        ),
        (
            'as_user("mira", FULL, "{")',
            ["*as_user('mira') does not work: policy 2 is neither an ARN nor JSON*"],
        ),
        (
            'as_user("mira", [FULL])',
            ["*as_user('mira') does not work: policy 1 is of the type list;*"],
        ),
        (
            'as_user("mira", FULL, {})',
            ["*does not work: policy 2 is refused: *MalformedPolicyDoc*"],
        ),
        ('as_user("mira", FULL[:-6])', ["*does not work: policy 1 is refused: *NoSuchEntity*"]),
        ('as_user("mira", boundary={})', ["*does not work: `boundary` is the ARN of a managed *"]),
        ('as_user("")', ["*as_user('') does not work: *Invalid length for parameter UserName*"]),
        ("as_user(7)", ["*as_user(7) does not work: *Invalid type for parameter UserName*"]),
        (
            'as_role("r", session_policy=[])',
            ["*as_role('r') does not work: policy 1 is of the type*"],
        ),
    ],
)
def test_a_failure_says_what_was_decided_and_why(run, block: str, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    done = run(f"\ndef test_it(key, as_user, as_role, denied):\n    {block}\n")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(words)


def test_another_denial_than_the_expected_one_is_passed_on(run) -> None:  # type: ignore[no-untyped-def]
    """Also where the expected one has been caught before; the error then says that."""
    done = run(
        """
def test_it(key, as_user, denied):
    mira = as_user("mira", FULL)
    with denied("kms:Decrypt", by="mira"):
        with pytest.raises(Exception):
            read(mira)
        mira.client("kms").encrypt(KeyId=key, Plaintext=b"x")
"""
    )
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        ["*ClientError: *kms:Encrypt*", "*mira was denied kms:Decrypt, and this is another denial."]
    )


def test_a_denial_without_a_block_is_a_warning(run) -> None:  # type: ignore[no-untyped-def]
    done = run(
        """
def test_it(sandbox, denied):
    with pytest.warns(RuntimeWarning, match="asserted nothing: it needs a block, `with denied"):
        denied("kms:Decrypt", by="mira")
"""
    )
    done.assert_outcomes(passed=1)


def test_one_user_asked_for_often_and_by_threads(run) -> None:  # type: ignore[no-untyped-def]
    """IAM allows a user two access keys; and what one thread sets up hides no other's calls."""
    done = run(
        """
from concurrent.futures import ThreadPoolExecutor

from refusal.testing import as_user, denied

def test_it(key, sandbox):
    def one(number):
        kms = as_user("mira", may("Allow", "kms:ListKeys")).client("kms")
        kms.list_keys()
        with denied("kms:Encrypt", by="mira"):
            kms.encrypt(KeyId=key, Plaintext=b"x")
        return kms

    before = len(sandbox.trail.events())
    with ThreadPoolExecutor(4) as others:
        clients = list(others.map(one, range(8)))
    assert len(sandbox.trail.events()) == before + 16
    names = boto3.client("iam").list_user_policies(UserName="mira")["PolicyNames"]
    assert names == [f"policy-{number}" for number in range(1, 9)]
    assert clients[0].list_keys()["Keys"]
"""
    )
    done.assert_outcomes(passed=1)


def test_a_sandbox_of_a_wider_scope_takes_the_fixtures_place(run) -> None:  # type: ignore[no-untyped-def]
    done = run(
        """
from refusal import sandboxed

@pytest.fixture(scope="module")
def sandbox():
    with sandboxed(seed=3) as running:
        yield running

@pytest.fixture(scope="module")
def made(sandbox):
    return boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]

@pytest.mark.parametrize("name", ["mira", "teo"])
def test_it(made, sandbox, as_user, denied, name):
    assert sandbox.seed == 3
    with denied("kms:Encrypt", by=name):
        as_user(name).client("kms").encrypt(KeyId=made, Plaintext=b"x")
"""
    )
    done.assert_outcomes(passed=2)


def test_an_empty_sandbox_beside_another_gets_a_sentence(run) -> None:  # type: ignore[no-untyped-def]
    done = run(
        """
from refusal import sandboxed

@pytest.fixture(scope="module")
def world():
    with sandboxed() as running:
        yield running

def test_it(world, as_user):
    pass
"""
    )
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*::test_it asks for an empty sandbox, and another one runs.*"])


def test_a_marked_test_has_its_sandbox_after_the_fixtures_of_wider_scopes(run) -> None:  # type: ignore[no-untyped-def]
    """So the credentials that such a fixture sets do not take the place of the sandbox's."""
    done = run(
        """
import os

@pytest.fixture(scope="session", autouse=True)
def credentials():
    os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "testing"

@pytest.fixture
def made():
    return boto3.client("kms").create_key()

@pytest.mark.sandbox
def test_it(made):
    boto3.client("kms").list_keys()
"""
    )
    done.assert_outcomes(passed=1)


def test_the_marker_seeds_and_gives_a_sandbox_without_the_fixture(run) -> None:  # type: ignore[no-untyped-def]
    done = run(
        """
made = {}

def make():
    return boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]

@pytest.mark.sandbox(seed=7)
@pytest.mark.parametrize("turn", [1, 2])
def test_seven(turn):
    assert made.setdefault(7, make()) == made[7]
    if turn == 2:
        assert make() != made[7]

@pytest.mark.sandbox
def test_plain():
    assert make() != made[7] and made.setdefault(0, "") == ""

@pytest.mark.sandbox(seed="blue")
class TestBlue:
    def test_it(self, sandbox):
        assert sandbox.seed == "blue"
"""
    )
    done.assert_outcomes(passed=4)


@pytest.mark.parametrize("mark", ["(7)", "(sede=7)", "(seed=None)"])
def test_a_marker_that_is_wrong_gets_a_sentence(run, mark: str) -> None:  # type: ignore[no-untyped-def]
    done = run(f"\n@pytest.mark.sandbox{mark}\ndef test_it(): pass\n")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*the marker is written @pytest.mark.sandbox(seed=7)*"])


def test_it_is_installed_and_a_run_without_it_imports_nothing_of_aws(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\n"
        "def test_it(request):\n"
        "    assert request.config.pluginmanager.hasplugin('refusal')\n"
        "    assert 'refusal' in sys.modules\n"
        "    assert not {'boto3', 'botocore', 'moto', 'refusal.sandbox'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
