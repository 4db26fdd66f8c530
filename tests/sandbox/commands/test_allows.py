"""``python -m refusal allows``: exit status, explanation, and what it cannot read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from refusal import Sandbox
from refusal.__main__ import main
from refusal.testing import as_role

ROLE = "arn:aws:iam::123456789012:role/app/reader"
USER = "arn:aws:iam::123456789012:user/mira"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234"
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


DELEGATES = document(allow("kms:*", Sid="Root", Principal=ROOT))


class Folder:
    """Policies in files, and the command on them."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path, self.capsys = path, capsys

    def __call__(
        self, *more: str, principal: str = ROLE, resource: str = KEY, **files: Any
    ) -> tuple[int, str, str]:
        """Exit status, stdout and stderr; a file is an option's name with what it holds."""
        arguments = ["--principal", principal, "--action", "kms:Decrypt", "--resource", resource]
        for option, held in files.items():
            for number, one in enumerate(held if isinstance(held, list) else [held]):
                file = self.path / f"{option}-{number}.json"
                text = one if isinstance(one, str | bytes) else json.dumps(one)
                file.write_bytes(text if isinstance(text, bytes) else text.encode())
                arguments += [f"--{option.replace('_', '-')}", str(file)]
        status = main(["allows", *arguments, *more])
        out, err = self.capsys.readouterr()
        return status, out, err


@pytest.fixture
def allows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capsys)


def test_allowed_is_0_and_denied_is_1_with_the_reason(allows: Folder) -> None:
    status, out, err = allows(key_policy=DELEGATES, policy=document(allow(Sid="Read")))
    assert (status, err) == (0, "")
    assert out.startswith("allowed\nWho called: arn:aws:sts::")
    assert "1. reader/session asked for kms:Decrypt on " + KEY in out
    assert "“Read” of policy-0.json (identity-based) allows it." in out
    status, out, err = allows(key_policy=DELEGATES)
    assert (status, err) == (1, "")
    assert out.startswith("denied\n")
    assert "no identity-based policy of the caller allows kms:Decrypt" in out


def test_without_a_key_policy_that_lets_iam_decide_it_is_denied(allows: Folder) -> None:
    mine = document(allow())
    other = document(allow(Principal={"AWS": USER}))
    assert allows(policy=mine, key_policy=other)[0] == 1
    assert allows(policy=mine, key_policy=other, principal=USER)[0] == 0
    status, out, err = allows(policy=mine)
    assert status == 1 and out.startswith("denied\n") and err.count("\n") == 1
    assert "No --key-policy was given. A KMS key always has one" in err
    assert allows(policy=mine, resource="arn:aws:sqs:us-east-1:123456789012:q")[2] == ""


def test_an_alias_is_asked_about_where_kms_decides_on_it(allows: Folder) -> None:
    asked = ("--action=kms:CreateAlias",)
    alias = KEY.replace("key/1234", "alias/scores")
    mine = document(allow("kms:CreateAlias", Resource=alias))
    assert allows(*asked, policy=mine, resource=alias)[0] == 0


def test_a_file_may_begin_with_a_byte_order_mark(allows: Folder) -> None:
    mine = b"\xef\xbb\xbf" + json.dumps(document(allow())).encode()
    assert allows(policy=mine, key_policy=DELEGATES)[0] == 0


def test_a_role_does_not_escape_its_boundary_or_its_session_policy(allows: Folder) -> None:
    """A role asks in a session; a key policy that names the role leaves both limits standing."""
    named = document(allow(Principal={"AWS": ROLE}))
    narrow = document(allow("s3:*"))
    assert allows(key_policy=named)[0] == 0
    assert allows(key_policy=named, boundary=narrow)[0] == 1
    assert allows(key_policy=named, session_policy=narrow)[0] == 1
    assert allows(key_policy=named, boundary=document(allow()))[0] == 0


def test_another_account_is_told_from_the_arn(allows: Folder) -> None:
    there = KEY.replace("123456789012", "210987654321")
    opened = document(allow(Principal=ROOT))
    assert allows(key_policy=opened, resource=there)[0] == 1
    assert allows(key_policy=opened, policy=document(allow()), resource=there)[0] == 0


def test_context(allows: Folder) -> None:
    via = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    policy = document(allow(Principal={"AWS": ROLE}, Condition=via))
    assert allows(key_policy=policy)[0] == 1
    right = "--context=kms:ViaService=dynamodb.us-east-1.amazonaws.com"
    assert allows(right, key_policy=policy)[0] == 0
    several = {"ForAllValues:StringEquals": {"aws:CalledVia": ["a", "b=c"]}}
    policy = document(allow(Principal={"AWS": ROLE}, Condition=several))
    both = ("--context", "aws:CalledVia=a", "--context", "aws:CalledVia=b=c")
    assert allows(*both, key_policy=policy)[0] == 0
    assert allows(*both, "--context=aws:CalledVia=d", key_policy=policy)[0] == 1
    arn = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app/*"}}
    policy = document(allow(Principal="*", Condition=arn))
    assert allows(key_policy=policy)[0] == 0
    assert allows("--context=aws:principalarn=arn:aws:iam::1:role/b", key_policy=policy)[0] == 1


def test_a_service_is_known_as_one(allows: Folder) -> None:
    service = "dynamodb.amazonaws.com"
    everyone_else = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    by_name = {"StringEquals": {"aws:PrincipalServiceName": service}}
    opened = document(
        allow(Principal="*", Condition=by_name),
        {**allow(Principal="*", Condition=everyone_else), "Effect": "Deny"},
    )
    assert allows(key_policy=opened, principal=service)[0] == 0
    assert allows(key_policy=opened, principal=USER)[0] == 1
    left_out = {"Bool": {"aws:PrincipalIsAWSService": "true"}}
    closed = document(
        allow(Principal={"Service": service}),
        {**allow(Principal="*", Condition=left_out), "Effect": "Deny"},
    )
    assert allows(key_policy=closed, principal=service)[0] == 1


def test_grants(allows: Folder) -> None:
    grant = {"GrantId": "g", "GranteePrincipal": ROLE, "Operations": ["Decrypt"]}
    for held in json.dumps([grant]), {"Grants": [grant]}:
        status, out, _ = allows(key_policy=document(), grants=held)
        assert status == 0 and "grant g allows it." in out
    del grant["GrantId"]  # As it was written by hand.
    status, out, _ = allows(key_policy=document(), grants=[[grant]])
    assert status == 0 and "a grant allows it." in out and "- a grant, Allow: yes (decides)" in out


def test_json_has_what_is_documented(allows: Folder) -> None:
    status, out, _ = allows("--json", key_policy=DELEGATES, policy=document(allow("s3:*")))
    told = json.loads(out)
    assert status == 1 and told["allowed"] is False and told["note"] == ""
    (step,) = told["steps"]
    assert step["principal"] == "arn:aws:sts::123456789012:assumed-role/reader/session"
    assert (step["action"], step["resource"], step["via"]) == ("kms:Decrypt", KEY, "")
    assert step["decision"] == "implicit_deny"
    assert step["context"]["aws:principalarn"] == ROLE
    applies, other = step["weighed"]
    assert (applies["policy"], applies["statement"]) == ("the key policy", "Root")
    assert (applies["state"], applies["failing"]) == ("applies", [])
    assert applies["applies"].startswith("yes, to the whole account")
    assert other["source"] == allow("s3:*") and other["state"] == "other"
    assert [one["element"] for one in other["failing"]] == ["Action"]
    assert other["failing"][0]["expected"] == ["s3:*"]


def test_what_the_aws_cli_prints_is_read_and_decided_as_the_sandbox_decides(
    allows: Folder,
) -> None:
    with Sandbox() as sandbox:
        kms, iam = boto3.client("kms"), boto3.client("iam")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        session = as_role("reader", document(allow()))
        role = iam.get_role(RoleName="reader")["Role"]["Arn"]
        key_policy = {"Policy": kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]}
        got = iam.get_role_policy(RoleName="reader", PolicyName="policy-1")
        del got["ResponseMetadata"]
        blob = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
        assert session.client("kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        assert sandbox.trail.events(name="Decrypt")[0].decisions[0].allowed
    assert allows(principal=role, resource=key, key_policy=key_policy, policy=got)[0] == 0
    version = {"PolicyVersion": {"Document": document(allow("kms:Encrypt")), "VersionId": "v1"}}
    assert allows(principal=role, resource=key, key_policy=key_policy, policy=version)[0] == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"policy": "{"}, "policy-0.json is not a JSON file"),
        ({"policy": '{"Statement": [], "Statement": []}'}, "same member twice"),
        ({"policy": "[]"}, "policy-0.json: a policy is a JSON object"),
        ({"policy": "3"}, "policy-0.json: a policy is a JSON object"),
        ({"policy": {"Other": 1}}, "policy-0.json: "),
        ({"policy": "[" * 100_000}, "policy-0.json is not a policy: it is nested too deeply."),
        ({"policy": b"\xff\xfe{\x00}\x00"}, "policy-0.json is not a JSON file in UTF-8."),
        ({"policy": document(allow("Decrypt"))}, "is not of the form service:Action"),
        ({"grants": {"x": 1}}, "must hold a list of grants"),
        ({"grants": '[{"GrantId": "g"}]'}, "grants-0.json: "),
        ({"principal": "mira"}, "'mira' is not a principal"),
        ({"key_policy": DELEGATES, "trust_policy": DELEGATES}, "one resource has one policy"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_2_and_one_sentence(
    allows: Folder, given: dict[str, Any], words: str
) -> None:
    status, out, err = allows(**given)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert words in err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("--policy=/nowhere/at-all.json", "cannot be read: No such file"),
        ("--context=kms:ViaService", "is not a condition key with a value"),
        ("--context==x", "is not a condition key with a value"),
        ("--resource-account=12", "`12` is not an account ID; give twelve digits."),
        ("--action=Decrypt", "is not of the form service:Action"),
        ("--action=kms:*", "`kms:*` has a wildcard or a space; give one action."),
        ("--action=kms: Decrypt", "`kms: Decrypt` has a wildcard or a space"),
        (
            "--principal=arn:aws:iam::123456789012:role/*",
            "has a wildcard or a space; give one principal.",
        ),
        ("--resource=", "`` is not an ARN; give one such as arn:aws:kms:"),
        ("--resource=1234", "`1234` is not an ARN"),
        ("--resource=alias/scores", "`alias/scores` is not an ARN"),
        ("--resource=arn:aws:kms:key/1234", "`arn:aws:kms:key/1234` is not an ARN"),
        (
            f"--resource={KEY.replace('key/', 'alias/')}",
            "on the key, never on an alias; give the ARN",
        ),
        ("--policy=", "The name of a file is empty."),
        ("--key-policy=", "The name of a file is empty."),
        ("--grants=", "The name of a file is empty."),
    ],
)
def test_an_option_that_is_wrong_is_2_and_one_sentence(
    allows: Folder, more: str, words: str
) -> None:
    status, out, err = allows(more)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_it_starts_without_the_emulator(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(json.dumps(DELEGATES))
    script = (
        "import sys; from refusal.__main__ import main; status = main(sys.argv[1:]);"
        "assert not {'moto', 'boto3', 'refusal.sandbox'} & set(sys.modules); sys.exit(status)"
    )
    asked = ["--principal", ROLE, "--action", "kms:Decrypt", "--resource", KEY]
    done = subprocess.run(
        [sys.executable, "-c", script, "allows", *asked, "--key-policy", "key.json"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "") and done.stdout.startswith("denied\n")
