"""What is asked of the account that is served to an answer, and that it has no right to."""

from __future__ import annotations

#: Code as in ``reaches``, with what that puts before it.
ASKS = {
    "operations that are none": """
import boto3, json, urllib.request
url = os.environ["AWS_ENDPOINT_URL"]
def asked(headers, body):
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=5) as answer:
        return answer.read()
JSON = {"Content-Type": "application/x-amz-json-1.1"}
for name in ("__class__", "__init__", "_dispatch", "backend", "GetItem.__globals__", "", "*"):
    for service in ("DynamoDB_20120810", "TrentService", "_sandbox", ".."):
        tried(asked, {**JSON, "X-Amz-Target": f"{service}.{name}"}, b"{}")
    tried(asked, {"Content-Type": "application/x-www-form-urlencoded"},
          f"Action={name}&Version=2010-05-08".encode())
""",
    "bodies that are packed": """
import gzip, urllib.request
packed = gzip.compress(bytes(50_000_000), 1)
url = os.environ["AWS_ENDPOINT_URL"]
for kind in ("gzip", "deflate", "br", "aws-chunked"):
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Encoding": kind,
               "Content-Type": "application/x-amz-json-1.0"}
    tried(lambda: urllib.request.urlopen(urllib.request.Request(url, packed, headers), timeout=9))
import boto3
assert boto3.client("kms").list_keys()["Keys"]
""",
    "requests that nobody signed": """
import base64, urllib.request
url = os.environ["AWS_ENDPOINT_URL"]
known = os.environ["AWS_ACCESS_KEY_ID"]
target = {"X-Amz-Target": "TrentService.ListKeys", "Content-Type": "application/x-amz-json-1.1"}
for more in ({}, {"Authorization": ""}, {"Authorization": "Bearer x"},
             {"Authorization": "Basic " + base64.b64encode(known.encode()).decode()},
             {"Authorization": f"AWS {known}:x"},
             {"Authorization": f"AWS4-HMAC-SHA256 Credential={known}/20260101/us-east-1/kms/"
                               "aws4_request, SignedHeaders=host, Signature=" + "0" * 64}):
    request = urllib.request.Request(url, b"{}", {**target, **more})
    tried(lambda: urllib.request.urlopen(request, timeout=5).read())
for query in (f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={known}%2F20260101%2Fus-east-1"
              "%2Fkms%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host"
              "&X-Amz-Expires=99999999&X-Amz-Signature=" + "0" * 64,
              f"AWSAccessKeyId={known}&SignatureVersion=2&Signature=x"):
    request = urllib.request.Request(f"{url}/?{query}", b"{}", target)
    tried(lambda: urllib.request.urlopen(request, timeout=5).read())
""",
    "a second request within the first": """
port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
inner = (b"POST /_sandbox HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 21\\r\\n\\r\\n"
         b'{"method": "describe"}')
for head in (b"Content-Length: 0\\r\\nTransfer-Encoding: chunked", b"Content-Length: 0",
             b"Content-Length: 0\\r\\nContent-Length: %d" % len(inner),
             b"Upgrade: h2c\\r\\nConnection: Upgrade\\r\\nContent-Length: 0"):
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.settimeout(2)
        try:
            asking.sendall(b"POST / HTTP/1.1\\r\\nHost: x\\r\\n" + head + b"\\r\\n\\r\\n" + inner)
            asking.shutdown(socket.SHUT_WR)
            said = b"".join(iter(lambda: asking.recv(65536), b""))
        except OSError:
            continue
        gained += [said] if b'"seed"' in said else []
""",
    "another account": """
import boto3
sts = boto3.client("sts")
own = sts.get_caller_identity()["Account"]
def claims(request, **_):
    for name in ("x-moto-account-id", "X-Amz-Source-Account", "X-Forwarded-User", "X-Amz-Account"):
        request.headers[name] = "999999999999"
sts.meta.events.register("before-send.sts", claims)
gained += [x for x in [sts.get_caller_identity()["Account"]] if x != own]
for name in ("role/admin", "role/mira", "root", "user/mira"):
    try:
        arn = f"arn:aws:iam::999999999999:{name}"
        gained.append(sts.assume_role(RoleArn=arn, RoleSessionName="mira")["Credentials"])
    except Exception as error:
        print(type(error))
""",
    "the end of the calendar": """
import boto3
for amount in ({"days": 10**6}, {"days": 10**9}, {"hours": -1}, {"days": float("nan")}):
    try:
        lab.advance(**amount)
    except Exception as error:
        print(type(error))
try:
    boto3.client("kms").list_keys()
except Exception as error:
    print(type(error))
""",
}
