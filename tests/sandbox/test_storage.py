"""An account saved and loaded: it is the same, its items stay ciphertext, and no file breaks it."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox, SandboxError, storage
from refusal.storage import file as storage_file
from refusal.testing import as_role, as_user

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
SECRET, TEAM = "the-high-score-of-mira", "the-team-of-mira"
KEYED = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "team", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-team",
            "KeySchema": [{"AttributeName": "team", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
ITEM = {"id": {"S": "1"}, "team": {"S": TEAM}, "note": {"S": SECRET}}
EVERY_SPEC = (
    ("RSA_2048", "SIGN_VERIFY", "RSASSA_PSS_SHA_256"),
    ("ECC_NIST_P256", "SIGN_VERIFY", "ECDSA_SHA_256"),
    ("ECC_SECG_P256K1", "SIGN_VERIFY", "ECDSA_SHA_256"),
    ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "ED25519_SHA_512"),
    ("ML_DSA_44", "SIGN_VERIFY", "ML_DSA_SHAKE_256"),
)


def allow(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def furnish() -> dict[str, Any]:
    """A bit of everything; returns what is needed to look at it again."""
    kms, dynamodb = boto3.client("kms"), boto3.client("dynamodb")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/scores", TargetKeyId=key)
    kms.enable_key_rotation(KeyId=key)
    sealed = kms.encrypt(KeyId="alias/scores", Plaintext=b"kept")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key)
    user = as_user("mira", FULL)
    grantee = boto3.client("iam").get_user(UserName="mira")["User"]["Arn"]
    token = kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["DescribeKey"])
    signed = {}
    for spec, usage, algorithm in EVERY_SPEC:
        made = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
        asked = {"KeyId": made, "Message": b"m", "SigningAlgorithm": algorithm}
        signed[made] = {**asked, "Signature": kms.sign(**asked)["Signature"]}
    sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    dynamodb.create_table(
        TableName="scores", **KEYED, SSESpecification=sse, StreamSpecification=stream
    )
    dynamodb.create_table(TableName="plain", **KEYED)
    for name in "scores", "plain":
        dynamodb.put_item(TableName=name, Item=ITEM)
    dynamodb.create_backup(TableName="scores", BackupName="backup")
    reader = as_role("reader", FULL, allow("kms:*"), session_policy=allow("dynamodb:*"))
    return {
        "key": key, "sealed": sealed, "user": user, "reader": reader, "signed": signed,
        "grant": token["GrantId"],
    }  # fmt: skip


def again(session: boto3.Session) -> boto3.Session:
    """The same principal in the sandbox that runs now."""
    keys = session.get_credentials()
    return boto3.Session(keys.access_key, keys.secret_key, keys.token, region_name="us-east-1")


def look(made: dict[str, Any]) -> None:
    """All that ``furnish`` made is there, and works."""
    kms, dynamodb = boto3.client("kms"), boto3.client("dynamodb")
    assert kms.describe_key(KeyId="alias/scores")["KeyMetadata"]["Arn"] == made["key"]
    assert kms.decrypt(CiphertextBlob=made["sealed"])["Plaintext"] == b"kept"
    assert kms.get_key_rotation_status(KeyId=made["key"])["KeyRotationEnabled"]
    grants = kms.list_grants(KeyId=made["key"])["Grants"]
    assert made["grant"] in [grant["GrantId"] for grant in grants] and len(grants) == 3
    for asked in made["signed"].values():
        assert kms.verify(**asked)["SignatureValid"]
    for name in "scores", "plain":
        assert dynamodb.get_item(TableName=name, Key={"id": {"S": "1"}})["Item"] == ITEM
        found = dynamodb.query(
            TableName=name, IndexName="by-team", KeyConditionExpression="team = :t",
            ExpressionAttributeValues={":t": {"S": TEAM}},
        )  # fmt: skip
        assert found["Items"] == [ITEM]
    assert len(dynamodb.list_backups()["BackupSummaries"]) == 1
    streams = boto3.client("dynamodbstreams")
    (stream,) = streams.list_streams()["Streams"]
    (shard,) = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
    place = streams.get_shard_iterator(
        StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    (record,) = streams.get_records(ShardIterator=place)["Records"]
    assert record["dynamodb"]["NewImage"] == ITEM
    for session in made["user"], made["reader"]:
        with pytest.raises(ClientError, match=r"kms:Decrypt .*no (identity-based|session) policy"):
            again(session).client("dynamodb").scan(TableName="scores")
        assert again(session).client("dynamodb").scan(TableName="plain")["Count"] == 1


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What is in the file of a furnished account, and what it was made with."""
    path = tmp_path_factory.mktemp("saved") / "account.json"
    with Sandbox(seed="blue") as sandbox:
        made = furnish()
        sandbox.save(path)
    return path.read_text(), made


@pytest.fixture
def saved(furnished: tuple[str, dict[str, Any]], tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """A file of that account, of this test's own."""
    path = tmp_path / "account.json"
    path.write_text(furnished[0])
    return path, furnished[1]


def test_it_is_the_same_account(saved: tuple[Path, dict[str, Any]]) -> None:
    path, made = saved
    with Sandbox.load(path) as sandbox:
        assert sandbox.seed == "blue" and sandbox.trail.events() == []
        look(made)


def test_saved_again_it_is_the_same_file(saved: tuple[Path, dict[str, Any]]) -> None:
    path, _ = saved
    with Sandbox.load(path) as sandbox:
        sandbox.save(path.parent / "again.json")
    assert (path.parent / "again.json").read_text() == path.read_text()


def test_life_goes_on_as_if_it_had_not_been_saved(tmp_path: Path) -> None:
    """The same calls give the same ids, bytes and times, whether a file lies between or not."""

    def goes_on() -> list[Any]:
        kms, iam = boto3.client("kms"), boto3.client("iam")
        iam.create_user(UserName="kai")
        boto3.client("dynamodb").put_item(TableName="scores", Item={"id": {"S": "2"}})
        return [
            kms.create_key()["KeyMetadata"],
            kms.encrypt(KeyId="alias/scores", Plaintext=b"x")["CiphertextBlob"],
            iam.create_access_key(UserName="kai")["AccessKey"],
            iam.get_user(UserName="kai")["User"],
        ]

    with Sandbox(seed=5) as sandbox:
        furnish()
        sandbox.save(tmp_path / "account.json")
        sandbox.advance(minutes=6)  # DynamoDB has dropped the table keys by then, as in a file.
        expected, rows = goes_on(), sandbox.at_rest("scores").to_json()
    with Sandbox.load(tmp_path / "account.json") as sandbox:
        sandbox.advance(minutes=6)
        assert goes_on() == expected
        assert sandbox.at_rest("scores").to_json() == rows


def test_no_item_is_readable_in_the_file(saved: tuple[Path, dict[str, Any]]) -> None:
    path, _ = saved
    text = path.read_text()
    for plain in SECRET, TEAM:
        assert plain not in text
    held = [one["v"] for one in _bytes(json.loads(text))]
    assert len(held) > 20
    assert not any(SECRET.encode() in base64.b64decode(one) for one in held)
    assert not any(TEAM.encode() in base64.b64decode(one) for one in held)


def test_only_its_owner_may_read_the_file(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.save(tmp_path / "account.json")
    assert (tmp_path / "account.json").stat().st_mode & 0o077 == 0


def _bytes(value: Any) -> list[dict[str, str]]:
    if isinstance(value, dict):
        own = [value] if value.get("$") == "bytes" else []
        return own + [found for one in value.values() for found in _bytes(one)]
    return [found for one in value for found in _bytes(one)] if isinstance(value, list) else []


@pytest.mark.parametrize("works_again", [True, False])
def test_a_table_that_is_being_made_goes_on_being_made(tmp_path: Path, works_again: bool) -> None:
    """It is stuck while its key cannot be used, and gone after a while."""
    with Sandbox() as sandbox:
        kms = boto3.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        boto3.client("dynamodb").create_table(TableName="scores", **KEYED, SSESpecification=sse)
        kms.disable_key(KeyId=key)
        sandbox.save(tmp_path / "a.json")
    with Sandbox.load(tmp_path / "a.json") as sandbox:
        dynamodb = boto3.client("dynamodb")
        status = dynamodb.describe_table(TableName="scores")["Table"]["TableStatus"]
        assert status == "CREATING"
        if works_again:
            boto3.client("kms").enable_key(KeyId=key)
        sandbox.advance(days=1)
        assert dynamodb.list_tables()["TableNames"] == (["scores"] if works_again else [])


def test_an_administrator_without_keys_gets_new_ones(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        iam = boto3.client("iam")
        (key,) = iam.list_access_keys(UserName="admin")["AccessKeyMetadata"]
        iam.delete_access_key(UserName="admin", AccessKeyId=key["AccessKeyId"])
        sandbox.save(tmp_path / "a.json")
    with Sandbox.load(tmp_path / "a.json"):
        assert boto3.client("kms").list_keys()["Keys"] == []


def edited(change: Callable[[dict[str, Any]], None], *, signed: bool) -> Callable[[str], str]:
    """A file with a change in it; ``signed`` as if the library had written it."""

    def edit(text: str) -> str:
        whole = json.loads(text)
        change(whole)
        if signed:
            account = storage_file._text(whole["account"]).encode()
            whole["sha256"] = storage_file.hashlib.sha256(account).hexdigest()
        return json.dumps(whole)

    return edit


FOREIGN = "is not an account that Sandbox.save wrote"
READ = "holds what the library does not read"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda text: "", FOREIGN),
        (lambda text: "{}", FOREIGN),
        (lambda text: "[]", FOREIGN),
        (lambda text: "[" * 100_000, FOREIGN),
        (lambda text: text[: len(text) // 2], FOREIGN),
        (lambda text: text.replace('"2012-10-17', '"2008-10-17'), "is damaged"),
        (edited(lambda whole: whole.update(account=None), signed=False), "is damaged"),
        (edited(lambda whole: whole.update(version=2), signed=False), "with the layout 2, and"),
        (edited(lambda whole: whole.update(version="1"), signed=False), "the layout '1', and here"),
        (edited(lambda whole: whole.update(moto="1.0"), signed=False), "with moto 1.0, and here"),
        (edited(lambda whole: whole.pop("refusal"), signed=False), "with refusal None, and"),
        (edited(lambda whole: whole.update(account={}), signed=True), "it has no seed"),
        (edited(lambda whole: whole["account"].pop("moto"), signed=True), READ),
        (edited(lambda whole: whole["account"].pop("objects"), signed=True), READ),
        (edited(lambda whole: whole["account"]["objects"].clear(), signed=True), READ),
        (edited(lambda whole: whole["account"]["moto"].update({"moto/s3/1/x": {}}), signed=True),
         READ),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_and_loses_nothing(
    saved: tuple[Path, dict[str, Any]], edit: Callable[[str], str], words: str
) -> None:
    """Also what runs meanwhile goes on."""
    path, _ = saved
    path.write_text(edit(path.read_text()))
    before = path.read_text()
    with Sandbox() as other:
        with pytest.raises(SandboxError, match=words) as caught:
            Sandbox.load(path).start(aside=True)
        assert "\n" not in str(caught.value)
        assert Sandbox.running() is other and boto3.client("kms").list_keys()["Keys"] == []
    assert Sandbox.running() is None and path.read_text() == before


@pytest.mark.parametrize(
    "name",
    ["os:system", "builtins:exec", "subprocess:Popen", "refusal.errors:AwsError",
     "refusal.services.kms.key:datetime", "moto.iam.models:User.__init__",
     "refusal.sandbox:Sandbox"],
)  # fmt: skip
def test_only_an_accounts_classes_are_made(saved: tuple[Path, dict[str, Any]], name: str) -> None:
    path, _ = saved

    def change(whole: dict[str, Any]) -> None:
        objects = whole["account"]["objects"]
        next(one for one in objects if ":" in one["$"])["$"] = name

    path.write_text(edited(change, signed=True)(path.read_text()))
    with pytest.raises(SandboxError, match="is not a class of an account"):
        Sandbox.load(path).start()
    assert Sandbox.running() is None


def test_a_file_that_cannot_be_written_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "account.json"
    path.write_text("before")
    with Sandbox() as sandbox:
        with pytest.raises(SandboxError, match=r"cannot be saved to .*No such file"):
            sandbox.save(tmp_path / "none" / "account.json")
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(SandboxError, match=r"No space left on device\); the file is unchanged"):
            sandbox.save(path)
    assert path.read_text() == "before" and [one.name for one in tmp_path.iterdir()] == [path.name]


def test_what_is_no_file_is_not_replaced(sandbox: Sandbox, tmp_path: Path) -> None:
    """Nor is a link: the file that it leads to is."""
    os.mkfifo(tmp_path / "pipe")
    for name, words in (("pipe", "it is not a regular file"), (".", "it is a folder")):
        with pytest.raises(SandboxError, match=f"cannot be written: {words}"):
            sandbox.save(tmp_path / name)
    with pytest.raises(SandboxError, match="name of the file to save to is empty"):
        sandbox.save("")
    assert (tmp_path / "pipe").is_fifo()
    link, real = tmp_path / "link", tmp_path / "real"
    link.symlink_to(real)
    sandbox.save(link)
    assert link.is_symlink() and real.read_text().startswith('{"format": "refusal account"')
    assert len(list(tmp_path.iterdir())) == 3


def test_the_longest_name_is_possible(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / ("a" * 255)
    storage.check(path)
    assert not path.exists()
    sandbox.save(path)
    storage.check(path)
    sandbox.stop()
    with Sandbox.load(path) as again:
        assert again.seed == sandbox.seed


def test_what_has_no_form_in_a_file_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    iam = boto3.client("iam")
    iam.create_user(UserName="mira")
    from refusal.moto.iam import iam as backend

    backend(sandbox.account_id).users["mira"].lock = open  # type: ignore[attr-defined]
    with pytest.raises(
        SandboxError, match=r"cannot be saved: .*User.lock holds a builtin_function"
    ):
        sandbox.save(tmp_path / "account.json")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="cannot be read: No such file"):
        Sandbox.load(tmp_path / "none.json")


def test_a_sandbox_that_does_not_run_has_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="is not running"):
        Sandbox().save(tmp_path / "account.json")
