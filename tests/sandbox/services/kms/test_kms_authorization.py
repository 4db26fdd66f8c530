"""Who may use a key: key policy, IAM policies, boundaries and grants together, over boto3."""

from __future__ import annotations

import json

import boto3
import pytest

A = pytest.mark.behaviour
ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/u"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


def iam_policy(*actions, effect="Allow", resource="*", **more):
    listed = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [listed]}


def denial(action, key, reason):
    resource = f"on resource: {key['Arn']}"
    return f"User: {USER} is not authorized to perform: kms:{action} {resource} {reason}"


def not_identity(action, key):
    reason = f"because no identity-based policy allows the kms:{action} action"
    return denial(action, key, reason)


def not_resource(action, key):
    reason = f"because no resource-based policy allows the kms:{action} action"
    return denial(action, key, reason)


@A(50)
def test_the_account_leaves_it_to_iam_and_iam_says_nothing(key, blob, make_user, refused):
    client = make_user("u", FULL_ACCESS).client("kms")
    with refused("AccessDeniedException", not_identity("Decrypt", key)):
        client.decrypt(CiphertextBlob=blob)
    with refused("AccessDeniedException", not_identity("Decrypt", key)):
        client.decrypt(CiphertextBlob=blob, KeyId=key["KeyId"])


@A(51, 52)
@pytest.mark.parametrize("inline", [None, iam_policy("kms:*")], ids=["without", "with IAM allow"])
def test_a_key_policy_without_the_account(kms, key, blob, make_user, refused, policy, inline):
    client = make_user("u", inline=inline).client("kms")
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy())
    with refused("AccessDeniedException", not_resource("Decrypt", key)):
        client.decrypt(CiphertextBlob=blob)


@A(53)
def test_an_iam_deny_beats_the_key_policy(kms, key, blob, make_user, refused, policy, statement):
    client = make_user("u", inline=iam_policy("kms:Decrypt", effect="Deny")).client("kms")
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(statement(USER, "kms:*")))
    text = "with an explicit deny in an identity-based policy"
    with refused("AccessDeniedException", contains=text):
        client.decrypt(CiphertextBlob=blob)


@A(54)
def test_the_key_policy_alone_is_enough(kms, key, blob, make_user, policy, statement):
    client = make_user("u").client("kms")
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(statement(USER, "kms:Decrypt")))
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


@A(55, 56)
def test_dynamodb_full_access_looks_at_keys_and_does_not_use_them(
    key, make_user, refused, aliases_of
):
    client = make_user("u", FULL_ACCESS).client("kms")
    assert client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Arn"] == key["Arn"]
    assert aliases_of(client) == []
    uses = {
        "Encrypt": lambda: client.encrypt(KeyId=key["KeyId"], Plaintext=b"x"),
        "GenerateDataKey": lambda: client.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256"),
        "CreateGrant": lambda: client.create_grant(
            KeyId=key["KeyId"], GranteePrincipal=USER, Operations=["Decrypt"]
        ),
    }
    for action, use in uses.items():
        with refused("AccessDeniedException", not_identity(action, key)):
            use()


@A(48)
def test_a_console_key_user_grants_only_through_a_service(
    kms, key, make_user, refused, policy, statement
):
    client = make_user("u").client("kms")
    only_services = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    console = (
        statement(USER, "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"),
        statement(
            USER, "kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant", Condition=only_services
        ),
    )
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(*console, root=True))
    client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    with refused("AccessDeniedException", contains="kms:CreateGrant"):
        client.create_grant(KeyId=key["KeyId"], GranteePrincipal=USER, Operations=["Decrypt"])
    with refused("AccessDeniedException", contains="kms:ListGrants"):
        client.list_grants(KeyId=key["KeyId"])


@A(57)
def test_a_right_that_holds_through_a_service_only(sandbox, key, blob, make_user, refused):
    via = {"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com"}}
    client = make_user("u", inline=iam_policy("kms:Decrypt", Condition=via)).client("kms")
    with refused("AccessDeniedException", not_identity("Decrypt", key)):
        client.decrypt(CiphertextBlob=blob)
    answer = through_dynamodb(sandbox, "u", "Decrypt", {"CiphertextBlob": blob})
    assert answer["Plaintext"] == b"x"


def through_dynamodb(sandbox, name, operation, params, service=False):
    """A call that DynamoDB makes to KMS for a user, or in its own name."""
    from refusal.gate import service_principal
    from refusal.moto import iam as moto_iam
    from refusal.requests.calls import Call

    gate = sandbox._gate
    caller = gate.directory.user(moto_iam.iam(ACCOUNT).users[name])
    outer = Call("dynamodb", "GetItem", {}, caller, ACCOUNT, "us-east-1", "id", gate.clock.now())
    own = service_principal("dynamodb.us-east-1.amazonaws.com", ACCOUNT) if service else None
    return gate.call_for(outer, "kms", operation, params, via="dynamodb.amazonaws.com", caller=own)


@pytest.mark.parametrize(
    "unless",
    [
        {"Bool": {"aws:PrincipalIsAWSService": "false"}},
        {"StringNotEquals": {"aws:PrincipalServiceName": "dynamodb.us-east-1.amazonaws.com"}},
    ],
)
def test_a_deny_that_leaves_services_out(sandbox, kms, key, make_user, unless):
    """H74: DynamoDB in its own name is let through, a user through DynamoDB is not."""
    from refusal.errors import AwsError

    make_user("u", inline=iam_policy("kms:GenerateDataKey"))
    policy = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    every = {"Action": "kms:GenerateDataKey", "Resource": "*"}
    service = {"Service": "dynamodb.amazonaws.com"}
    policy["Statement"] += [
        {"Effect": "Allow", "Principal": service, **every},
        {"Effect": "Deny", "Principal": "*", "Condition": unless, **every},
    ]
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps(policy))
    ask = {"KeyId": key["Arn"], "KeySpec": "AES_256"}
    assert through_dynamodb(sandbox, "u", "GenerateDataKey", ask, service=True)["Plaintext"]
    with pytest.raises(AwsError, match="explicit deny"):
        through_dynamodb(sandbox, "u", "GenerateDataKey", ask)


def test_dynamodb_works_under_a_grant_of_its_own(sandbox, kms, key, make_user, refused):
    from refusal.errors import AwsError

    make_user("u", inline=iam_policy("kms:CreateGrant", "kms:DescribeKey"))
    context = {"aws:dynamodb:tableName": "T", "aws:dynamodb:subscriberId": ACCOUNT}
    principal = "dynamodb.us-east-1.amazonaws.com"
    made = through_dynamodb(
        sandbox,
        "u",
        "CreateGrant",
        {
            "KeyId": key["Arn"],
            "GranteePrincipal": principal,
            "RetiringPrincipal": principal,
            "Operations": ["Decrypt", "GenerateDataKey", "RetireGrant", "DescribeKey"],
            "Constraints": {"EncryptionContextSubset": context},
        },
    )
    (shown,) = kms.list_grants(KeyId=key["KeyId"], GranteePrincipal=principal)["Grants"]
    assert shown["GrantId"] == made["GrantId"]
    ask = {"KeyId": key["Arn"], "KeySpec": "AES_256", "EncryptionContext": context}
    data_key = through_dynamodb(sandbox, "u", "GenerateDataKey", ask, service=True)
    assert len(data_key["Plaintext"]) == 32
    with pytest.raises(AwsError) as caught:
        through_dynamodb(sandbox, "u", "GenerateDataKey", ask)
    assert caught.value.code == "AccessDeniedException"
    with pytest.raises(AwsError):
        other = {**ask, "EncryptionContext": {"aws:dynamodb:tableName": "S"}}
        through_dynamodb(sandbox, "u", "GenerateDataKey", other, service=True)
    retire = {"KeyId": key["Arn"], "GrantId": made["GrantId"]}
    through_dynamodb(sandbox, "u", "RetireGrant", retire, service=True)
    assert kms.list_grants(KeyId=key["KeyId"])["Grants"] == []


def test_the_aws_managed_key_works_for_everyone_through_dynamodb(sandbox, make_user):
    make_user("u")
    key = sandbox.services.kms.managed_key("dynamodb", ACCOUNT, "us-east-1")
    ask = {"KeyId": key.arn, "KeySpec": "AES_256"}
    made = through_dynamodb(sandbox, "u", "GenerateDataKey", ask)
    opened = {"CiphertextBlob": made["CiphertextBlob"]}
    answer = through_dynamodb(sandbox, "u", "Decrypt", opened)
    assert answer["Plaintext"] == made["Plaintext"]


def boundary():
    document = json.dumps(iam_policy("dynamodb:*"))
    made = boto3.client("iam").create_policy(PolicyName="b", PolicyDocument=document)
    return made["Policy"]["Arn"]


@A(58)
def test_a_boundary_does_not_limit_what_the_key_policy_gives_a_user(
    kms, key, blob, make_user, policy, statement
):
    client = make_user("u").client("kms")
    iam = boto3.client("iam")
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=boundary())
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(statement(USER, "kms:Decrypt")))
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"


@A(59)
def test_a_boundary_limits_what_the_key_policy_gives_a_role(
    kms, key, blob, refused, policy, statement
):
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/admin"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    iam = boto3.client("iam")
    arns = {}
    for name, more in (("free", {}), ("bound", {"PermissionsBoundary": boundary()})):
        text = json.dumps(trust)
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=text, **more)["Role"]
        arns[name] = role["Arn"]
    named = [statement(arn, "kms:Decrypt") for arn in arns.values()]
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(*named))

    def assumed(name):
        made = boto3.client("sts").assume_role(RoleArn=arns[name], RoleSessionName="session")
        keys = made["Credentials"]
        return boto3.client(
            "kms",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )

    assert assumed("free").decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    text = "because no permissions boundary allows the kms:Decrypt action"
    with refused("AccessDeniedException", contains=text):
        assumed("bound").decrypt(CiphertextBlob=blob)


OTHER = "210987654321"
ELSEWHERE = (
    "on this resource because the resource does not exist in this Region, no resource-based "
    "policies allow access, or a resource-based policy explicitly denies access"
)


@A(60)
def test_another_account_needs_both_sides(sandbox, kms, key, blob, refused, policy, statement):
    admin = sandbox.session(OTHER)
    client = admin.client("kms")
    with refused("AccessDeniedException", contains=ELSEWHERE):
        client.decrypt(CiphertextBlob=blob)
    with refused("AccessDeniedException", contains=ELSEWHERE):
        client.describe_key(KeyId=key["Arn"])
    absent = key["Arn"][:-12] + "000000000000"
    with refused("AccessDeniedException", contains=ELSEWHERE):
        client.describe_key(KeyId=absent)
    named = statement(f"arn:aws:iam::{OTHER}:root", "kms:*")
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(named, root=True))
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    assert client.describe_key(KeyId=key["Arn"])["KeyMetadata"]["AWSAccountId"] == ACCOUNT
    with refused("AccessDeniedException", contains=ELSEWHERE):
        client.disable_key(KeyId=key["Arn"])  # Not across accounts, whatever the policy says.
    with refused("NotFoundException"):
        client.describe_key(KeyId=key["KeyId"])
    iam = admin.client("iam")
    iam.create_user(UserName="v")
    made = iam.create_access_key(UserName="v")["AccessKey"]
    user = boto3.client(
        "kms",
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
    )
    with refused("AccessDeniedException"):
        user.decrypt(CiphertextBlob=blob)


def test_an_alias_arn_in_a_policy_is_the_alias_and_not_its_key(kms, key, make_user, refused):
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"
    client = make_user("u", inline=iam_policy("kms:*", resource=arn)).client("kms")
    kms.create_alias(AliasName="alias/app", TargetKeyId=key["KeyId"])
    with refused("AccessDeniedException", not_identity("Encrypt", key)):
        client.encrypt(KeyId="alias/app", Plaintext=b"x")


def test_an_alias_needs_a_right_on_the_alias_and_on_the_key(kms, key, make_user, refused):
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"
    ask = {"AliasName": "alias/app", "TargetKeyId": key["KeyId"]}
    on_key = make_user("u", inline=iam_policy("kms:CreateAlias", resource=key["Arn"]))
    text = (
        f"User: {USER} is not authorized to perform: kms:CreateAlias on resource: {arn} because "
        "no identity-based policy allows the kms:CreateAlias action"
    )
    with refused("AccessDeniedException", text):
        on_key.client("kms").create_alias(**ask)
    on_alias = make_user("v", inline=iam_policy("kms:CreateAlias", resource=arn))
    with refused("AccessDeniedException", contains=key["Arn"]):
        on_alias.client("kms").create_alias(**ask)
    both = make_user("w", inline=iam_policy("kms:*Alias", resource=[arn, key["Arn"]]))
    both.client("kms").create_alias(**ask)
    both.client("kms").delete_alias(AliasName="alias/app")


def test_re_encrypt_needs_a_right_on_either_key(kms, key, blob, make_user, refused):
    other = kms.create_key()["KeyMetadata"]["Arn"]

    def moved(name, **rights):
        statements = [
            {"Effect": "Allow", "Action": f"kms:ReEncrypt{side}", "Resource": arn}
            for side, arn in rights.items()
        ]
        inline = {"Version": "2012-10-17", "Statement": statements}
        client = make_user(name, inline=inline).client("kms")
        return client.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)

    with refused("AccessDeniedException", contains="kms:ReEncryptFrom"):
        moved("a", To=other)
    with refused("AccessDeniedException", contains="kms:ReEncryptTo"):
        moved("b", From=key["Arn"])
    assert moved("c", From=key["Arn"], To=other)["KeyId"] == other


def test_operations_without_a_key_are_a_matter_of_iam(kms, make_user, refused):
    """C16, and R2.9: the resource is ``*``."""
    client = make_user("u").client("kms")
    for action, attempt in (
        ("CreateKey", client.create_key),
        ("ListKeys", client.list_keys),
        ("ListAliases", client.list_aliases),
        ("GenerateRandom", lambda: client.generate_random(NumberOfBytes=1)),
    ):
        text = (
            f"User: {USER} is not authorized to perform: kms:{action} on resource: * because no "
            f"identity-based policy allows the kms:{action} action"
        )
        with refused("AccessDeniedException", text):
            attempt()


def test_tags_on_a_new_key_need_a_right_of_their_own(make_user, refused):
    client = make_user("u", inline=iam_policy("kms:CreateKey")).client("kms")
    client.create_key()
    with refused("AccessDeniedException", contains="kms:TagResource"):
        client.create_key(Tags=[{"TagKey": "a", "TagValue": "b"}])


def test_who_makes_a_key_gets_no_right_to_use_it(make_user, refused):
    client = make_user("u", inline=iam_policy("kms:CreateKey")).client("kms")
    key = client.create_key()["KeyMetadata"]
    with refused("AccessDeniedException", not_identity("Encrypt", key)):
        client.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


def test_rights_come_before_the_state_of_the_key(kms, key, blob, make_user, refused):
    client = make_user("u").client("kms")
    kms.disable_key(KeyId=key["KeyId"])
    with refused("AccessDeniedException", not_identity("Decrypt", key)):
        client.decrypt(CiphertextBlob=blob)


def test_denied_means_that_nothing_happened(kms, key, make_user, refused, aliases_of):
    client = make_user("u").client("kms")
    before = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    for attempt in (
        lambda: client.disable_key(KeyId=key["KeyId"]),
        lambda: client.schedule_key_deletion(KeyId=key["KeyId"]),
        lambda: client.rotate_key_on_demand(KeyId=key["KeyId"]),
        lambda: client.create_alias(AliasName="alias/a", TargetKeyId=key["KeyId"]),
    ):
        with refused("AccessDeniedException"):
            attempt()
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == before
    assert aliases_of(kms) == []
