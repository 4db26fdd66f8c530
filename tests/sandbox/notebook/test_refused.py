"""``refused`` keeps the refusal that was expected, and says so where another thing happened."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError

from refusal import Sandbox, SandboxError
from refusal.notebook import refused


@pytest.fixture
def key() -> Iterator[str]:
    """A key that Mira may not use."""
    with Sandbox():
        boto3.client("iam").create_user(UserName="mira")
        yield boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


def use(key: str, user: str = "mira") -> None:
    made = boto3.client("iam").create_access_key(UserName=user)["AccessKey"]
    session = boto3.Session(made["AccessKeyId"], made["SecretAccessKey"])
    session.client("kms").encrypt(KeyId=key, Plaintext=b"x")


def test_the_refusal_is_kept(key: str) -> None:
    with refused("ValidationException", "AccessDeniedException") as denial:
        use(key)
    assert denial.code == "AccessDeniedException" == denial.response["Error"]["Code"]
    assert isinstance(denial.error, ClientError)
    assert str(denial) == denial.message == denial.response["Error"]["Message"]


def test_its_parts_are_the_message_and_nothing_else(key: str) -> None:
    with refused("AccessDeniedException") as denial:
        use(key)
    head, *parts = repr(denial).splitlines()
    assert head == "AccessDeniedException (Encrypt)"
    assert " ".join(part.strip() for part in parts) == denial.message
    assert any(part.startswith("  is not authorized to perform: kms:Encrypt") for part in parts)
    assert any(part.startswith("  because no identity-based policy") for part in parts)
    assert denial._repr_html_().count("<br>") == len(parts) - 1


def test_a_call_that_is_allowed_is_no_refusal(key: str) -> None:
    with (
        pytest.raises(
            AssertionError, match="allowed, where a refusal with AccessDeniedException was"
        ),
        refused("AccessDeniedException"),
    ):
        use(key, "admin")


def test_another_error_is_named(key: str) -> None:
    said = "with A or B was expected, but the error was AccessDeniedException: .*kms:Encrypt"
    with pytest.raises(AssertionError, match=said), refused("A", "B"):
        use(key)


def test_what_is_no_answer_of_aws_passes(key: str) -> None:
    with pytest.raises(ParamValidationError), refused("AccessDeniedException"):
        boto3.client("kms").encrypt(Plaintext=7)
    with pytest.raises(ZeroDivisionError), refused("AccessDeniedException"):
        _ = 1 / 0


@pytest.mark.parametrize("codes", [(), ("",), (ClientError,), (Exception,), (7,), (None,)])
def test_it_must_be_said_what_is_expected(codes: tuple[str, ...]) -> None:
    with pytest.raises(SandboxError, match="by its code"):
        refused(*codes)


def test_an_error_that_is_not_of_aws_is_expected_by_its_class() -> None:
    with refused("AccessDeniedException", ZeroDivisionError) as denial:
        _ = 1 / 0
    assert isinstance(denial.error, ZeroDivisionError)
    assert [denial.code, str(denial)] == ["ZeroDivisionError", "division by zero"]
    assert "ZeroDivisionError" in repr(denial) and "ZeroDivisionError" in denial._repr_html_()
    with pytest.raises(SandboxError, match="ZeroDivisionError is not an answer of AWS"):
        _ = denial.response
    with pytest.raises(AssertionError, match="with ZeroDivisionError"), refused(ZeroDivisionError):
        pass
    with pytest.raises(KeyError), refused(ZeroDivisionError):
        raise KeyError


def test_before_the_call_there_is_nothing_to_show(key: str) -> None:
    denial = refused("AccessDeniedException")
    assert "Nothing was refused yet" in repr(denial) == str(denial)
    assert "Nothing was refused yet" in denial._repr_html_()
    with pytest.raises(SandboxError, match="Nothing was refused yet"):
        _ = denial.code
