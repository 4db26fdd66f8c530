"""The sandbox over HTTP: plain boto3, the aws CLI, and whatever else finds the port."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from refusal.remote import PATH
from refusal.serving.conversation import MAX_BODY
from tests.sandbox.serving.served import TABLE, Served, send, serve

LIMIT = MAX_BODY


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve() as running:
        yield running


class TestForClients:
    def test_boto3(self, served: Served) -> None:
        identity = served.client("sts").get_caller_identity()
        assert identity["Arn"].endswith(":user/admin")
        kms = served.client("kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        blob = kms.encrypt(KeyId=key, Plaintext=b"high score")["CiphertextBlob"]
        assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"high score"

    def test_the_refusal_of_the_course(self, served: Served) -> None:
        """A user with full access to DynamoDB and no permission on the key."""
        iam, kms = served.client("iam"), served.client("kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        served.client("dynamodb").create_table(TableName="refusal", **TABLE, SSESpecification=sse)
        iam.create_user(UserName="mira")
        policy = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
        iam.attach_user_policy(UserName="mira", PolicyArn=policy)
        made = iam.create_access_key(UserName="mira")["AccessKey"]
        keys = {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        }
        mira = Served(served.process, served.exports | keys)
        with pytest.raises(ClientError, match=r"KMS key access denied error.*kms:Decrypt"):
            mira.client("dynamodb").scan(TableName="refusal")
        done = mira.aws("dynamodb", "scan", "--table-name", "refusal")
        assert done.returncode != 0
        assert "AccessDeniedException" in done.stderr and "kms:Decrypt" in done.stderr

    def test_the_aws_cli(self, served: Served) -> None:
        done = served.aws("iam", "create-user", "--user-name", "kai", "--path", "/players/")
        assert json.loads(done.stdout)["User"]["Arn"].endswith(":user/players/kai"), done.stderr
        done = served.aws("kms", "list-aliases", "--output", "text")
        assert (done.returncode, done.stderr) == (0, "")
        done = served.aws("s3", "ls")
        assert done.returncode != 0 and "Traceback" not in done.stderr

    def test_requests_from_many_threads(self, served: Served) -> None:
        """Each is answered as if it were alone: no count is lost, no id is given twice."""
        served.client("dynamodb").create_table(TableName="scores", **TABLE)

        def play(player: int) -> list[str]:
            dynamodb, kms = served.client("dynamodb"), served.client("kms")
            ids = []
            for _ in range(10):
                dynamodb.update_item(
                    TableName="scores",
                    Key={"id": {"S": "all"}},
                    UpdateExpression="ADD points :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )
                dynamodb.put_item(TableName="scores", Item={"id": {"S": str(player)}})
                ids.append(kms.create_key()["KeyMetadata"]["KeyId"])
            return ids

        with ThreadPoolExecutor(8) as pool:
            ids = [key_id for found in pool.map(play, range(8)) for key_id in found]
        assert len(set(ids)) == 80
        rows = served.client("dynamodb").scan(TableName="scores")["Items"]
        assert len(rows) == 9
        assert {"id": {"S": "all"}, "points": {"N": "80"}} in rows


class TestForOthers:
    def test_it_is_bound_to_loopback_alone(self, served: Served) -> None:
        """127.0.0.2 is this machine too, where it is configured; a server on all addresses would
        answer there."""
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", served.port), 5):
            pass

    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    @pytest.mark.parametrize(
        "path",
        [
            "/moto-api/reset",
            "/moto-api/seed?a=42",
            "/moto-api/data.json",
            "/moto-api/reset-auth",
            "/moto-api/recorder/start-recording",
            "/moto-api/recorder/download-recording",
            "/moto-api/config",
            "/moto-api/",
        ],
    )
    def test_motos_control_addresses_do_nothing(
        self, served: Served, method: str, path: str
    ) -> None:
        iam = served.client("iam")
        before = iam.list_users()["Users"]
        status, text = send(served, method, path, b"{}")
        assert status >= 400 and "moto" not in text.lower()
        assert iam.list_users()["Users"] == before

    def test_moto_cannot_be_seeded(self, served: Served) -> None:
        def next_key() -> str:
            send(served, "POST", "/moto-api/seed?a=42")
            iam = served.client("iam")
            key = iam.create_access_key(UserName="admin")["AccessKey"]["AccessKeyId"]
            iam.delete_access_key(UserName="admin", AccessKeyId=key)
            return str(key)

        assert next_key() != next_key()

    def test_motos_account_header_does_nothing(self, served: Served) -> None:
        iam = served.client("iam")
        iam.meta.events.register(
            "before-sign", lambda request, **_: request.headers.add_header(*MOTOS_HEADER)
        )
        arn = iam.create_user(UserName="header")["User"]["Arn"]
        assert arn == "arn:aws:iam::123456789012:user/header"
        assert served.client("iam").get_user(UserName="header")["User"]["Arn"] == arn

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::", "", "a b"])
    def test_another_host_name_is_refused(self, served: Served, host: str) -> None:
        """As a page sends it whose own name was made to lead here (DNS rebinding)."""
        body = json.dumps({"method": "describe"})
        right = {"X_Sandbox_Token": served.token}
        assert send(served, "POST", PATH, body, Host=host, **right)[0] == 403
        assert send(served, "POST", "/", b"Action=GetCallerIdentity", Host=host)[0] == 403

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:80"])
    def test_this_machines_own_names_are_taken(self, served: Served, host: str) -> None:
        body = json.dumps({"method": "describe"})
        right = {"X_Sandbox_Token": served.token}
        assert send(served, "POST", PATH, body, Host=host, **right)[0] == 200

    def test_a_body_over_the_limit_is_refused(self, served: Served) -> None:
        assert send(served, "POST", "/", b" " * (LIMIT + 1))[0] == 413
        chunks = iter([b" " * (LIMIT // 2)] * 3)
        status, _ = send(served, "POST", "/", chunks, Transfer_Encoding="chunked")
        assert status == 413
        assert send(served, "POST", PATH, b" " * (LIMIT + 1))[0] in (403, 413)

    def test_a_body_within_the_limit_reaches_the_service(self, served: Served) -> None:
        with pytest.raises(ClientError) as caught:
            served.client("dynamodb").put_item(
                TableName="nowhere", Item={"id": {"S": "x" * (LIMIT - 1000)}}
            )
        assert caught.value.response["Error"]["Code"] in (
            "ResourceNotFoundException",
            "ValidationException",
        )

    @pytest.mark.parametrize(
        "raw",
        [
            b"\r\n\r\n",
            b"nonsense\r\n\r\n",
            b"POST http://127.0.0.1/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: minus\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n{}",
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: \xff\xfe\r\n\r\n",
            b"BREW /pot?%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        ],
    )
    def test_what_is_no_request_does_not_harm_it(self, served: Served, raw: bytes) -> None:
        with socket.create_connection(("127.0.0.1", served.port), 10) as line:
            line.sendall(raw)
            line.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: line.recv(4096), b""))
        assert b"Traceback" not in answer and b" 500 " not in answer[:20]
        assert served.client("kms").list_keys()["ResponseMetadata"]["HTTPStatusCode"] == 200


MOTOS_HEADER = ("x-moto-account-id", "999999999999")
