"""Real objects of moto's against the Protocols as which they leave its folder in the sandbox."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any, get_type_hints

import boto3
import pytest
from typeguard import (
    CollectionCheckStrategy,
    TypeCheckError,
    check_type,
    checker_lookup_functions,
)

from refusal.moto import dynamodb as moto_dynamodb
from refusal.moto import iam as moto_iam
from refusal.moto import process

ACCOUNT, REGION = "123456789012", "us-east-1"
ALLOW = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": ALLOW})
TRUST = POLICY.replace('"Resource"', '"Principal"').replace("dynamodb:*", "sts:AssumeRole")
DOOR = (moto_iam, moto_dynamodb)


def protocols(module: ModuleType) -> dict[str, type]:
    """The Protocols of moto's objects that a module of the folder defines."""
    classes = vars(module).items()
    return {name: it for name, it in classes if name.startswith("Moto") and isinstance(it, type)}


PROTOCOLS = {name: it for module in DOOR for name, it in protocols(module).items()}


def members(protocol: type) -> list[str]:
    """The names that a Protocol asks for, its own and those it takes over."""
    bases = [base for base in protocol.__mro__ if base.__name__.startswith("Moto")]
    names = {name for base in bases for name in (*vars(base), *base.__annotations__)}
    return sorted(name for name in names if not name.startswith("_"))


EVERY_MEMBER = [(name, member) for name, it in PROTOCOLS.items() for member in members(it)]


def check_member(value: object, protocol: type, name: str) -> None:
    """Hold one member of an object against its Protocol.

    Raises:
        AttributeError: it is missing.
        TypeCheckError: it has another type.
        TypeError: it cannot be called as the Protocol says.
    """
    asked, found = getattr(protocol, name, None), getattr(value, name)
    if inspect.isfunction(asked):
        parameters = list(inspect.signature(asked).parameters)[1:]
        inspect.signature(found).bind(*parameters)
        inspect.signature(found).bind(**dict.fromkeys(parameters))
        return
    if isinstance(asked, property):
        assert asked.fget is not None
        annotation = get_type_hints(asked.fget)["return"]
    else:
        annotation = get_type_hints(protocol)[name]
    check_type(found, annotation, collection_check_strategy=CollectionCheckStrategy.ALL_ITEMS)


def check_object(value: object, protocol: type, _args: Any, _memo: Any) -> None:
    """What typeguard does for one of these Protocols; by itself it passes properties over."""
    for name in members(protocol):
        try:
            check_member(value, protocol, name)
        except (AttributeError, TypeError) as error:
            raise TypeCheckError(f"is no {protocol.__name__}: {name}: {error}") from error


checker_lookup_functions.insert(
    0, lambda kind, _args, _extras: check_object if kind in PROTOCOLS.values() else None
)


def make_iam() -> None:
    """A user, a group, a role and policies, with something in everything that they hold."""
    iam = boto3.client("iam", REGION)
    tags = [{"Key": "team", "Value": "shop"}]
    policy = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.create_user(UserName="mira", Tags=tags)
    iam.create_access_key(UserName="mira")
    iam.create_login_profile(UserName="mira", Password="correct horse")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="mira")
    more: dict[str, Any] = {"MaxSessionDuration": 7200, "PermissionsBoundary": policy, "Tags": tags}
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, **more)
    iam.create_instance_profile(InstanceProfileName="i")
    iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
    for kind in ("User", "Group", "Role"):
        owner = {f"{kind}Name": {"User": "mira", "Group": "g", "Role": "r"}[kind]}
        getattr(iam, f"attach_{kind.lower()}_policy")(PolicyArn=policy, **owner)
        put = getattr(iam, f"put_{kind.lower()}_policy")
        put(PolicyName="inline", PolicyDocument=POLICY, **owner)


def make_table() -> None:
    """A table with indexes, a stream, tags, a policy and a row."""
    db = boto3.client("dynamodb", REGION)
    keys = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    local = [keys[0], {"AttributeName": "day", "KeyType": "RANGE"}]
    by_day = [{"AttributeName": "day", "KeyType": "HASH"}]
    all_of_it = {"Projection": {"ProjectionType": "ALL"}}
    types = [{"AttributeName": n, "AttributeType": "S"} for n in ("id", "at", "day")]
    arn = db.create_table(
        TableName="orders",
        KeySchema=keys,
        AttributeDefinitions=types,
        BillingMode="PAY_PER_REQUEST",
        LocalSecondaryIndexes=[{"IndexName": "local", "KeySchema": local, **all_of_it}],
        GlobalSecondaryIndexes=[{"IndexName": "global", "KeySchema": by_day, **all_of_it}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        Tags=[{"Key": "team", "Value": "shop"}],
    )["TableDescription"]["TableArn"]
    db.put_item(TableName="orders", Item={name: {"S": "x"} for name in ("id", "at", "day")})
    db.put_resource_policy(ResourceArn=arn, Policy=POLICY)


def users_and_policies() -> dict[str, object]:
    backend = moto_iam.iam(ACCOUNT)
    policy = next(iter(backend.managed_policies.values()))
    return {
        "MotoIam": backend,
        "MotoPolicy": policy,
        "MotoPolicyVersion": policy.versions[0],
        "MotoPolicyOwner": backend.groups["g"],
        "MotoUser": backend.users["mira"],
        "MotoGroup": backend.groups["g"],
        "MotoRole": moto_iam.role(ACCOUNT, "r"),
        "MotoAccessKey": next(iter(backend.access_keys.values())),
        "MotoInstanceProfile": next(iter(backend.instance_profiles.values())),
        "MotoTagger": backend.tagger,
    }


def tables_and_rows() -> dict[str, object]:
    backend: Any = moto_dynamodb.dynamodb(ACCOUNT, REGION)
    table = backend.tables["orders"]
    (row,) = (row for partition in table.items.values() for row in partition.values())
    return {
        "MotoDynamoDB": backend,
        "MotoTable": table,
        "MotoIndex": table.global_indexes[0],
        "MotoStreamShard": table.stream_shard,
        "MotoStreamRecord": table.stream_shard.items[0],
        "MotoItem": row,
        "MotoAttributeValue": row.hash_key,
        "MotoResourcePolicy": backend.resource_policies[table.table_arn],
        "MotoBackup": backend.create_backup("orders", "backup"),
    }


@pytest.fixture(scope="module")
def real() -> Iterator[dict[str, object]]:
    """Protocol's name -> an object that bare moto has made, with no sandbox about it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        with process.in_process(), process.running():
            make_iam()
            make_table()
            yield users_and_policies() | tables_and_rows()


def test_every_protocol_has_a_real_object(real: dict[str, object]) -> None:
    assert real.keys() == PROTOCOLS.keys()
    assert all(members(it) for it in PROTOCOLS.values())


@pytest.mark.parametrize(("name", "member"), EVERY_MEMBER)
def test_a_real_object_has_each_member_with_its_type(
    name: str, member: str, real: dict[str, object]
) -> None:
    check_member(real[name], PROTOCOLS[name], member)


@pytest.mark.parametrize("make", ["attribute_value", "item", "stream_record"])
def test_what_the_folder_makes_itself_is_like_it(make: str, real: dict[str, object]) -> None:
    value = moto_dynamodb.attribute_value("S", "x")
    made, name = {
        "attribute_value": (value, "MotoAttributeValue"),
        "item": (moto_dynamodb.item({"id": value, "at": value}, "id", "at"), "MotoItem"),
        "stream_record": (moto_dynamodb.stream_record({"eventID": "x"}), "MotoStreamRecord"),
    }[make]
    assert type(made) is type(real[name])
    for member in members(PROTOCOLS[name]):
        check_member(made, PROTOCOLS[name], member)


class Changed:
    """An object of moto's in which one member is gone, or something else."""

    def __init__(self, real: object, member: str, **other: object) -> None:
        self._real, self._member, self._other = real, member, other

    def __getattr__(self, name: str) -> object:
        if name != self._member:
            return getattr(self._real, name)
        if name in self._other:
            return self._other[name]
        raise AttributeError(name)


@pytest.mark.parametrize(("name", "member"), EVERY_MEMBER)
def test_a_member_that_is_gone_or_another_is_noticed(
    name: str, member: str, real: dict[str, object]
) -> None:
    protocol = PROTOCOLS[name]
    check_member(Changed(real[name], ""), protocol, member)
    with pytest.raises(AttributeError, match=member):
        check_member(Changed(real[name], member), protocol, member)
    if (name, member) not in ANYTHING:
        with pytest.raises((TypeCheckError, TypeError)):
            check_member(Changed(real[name], member, **{member: object()}), protocol, member)


#: Members that may be anything: the sandbox puts its own there, or data of many types.
ANYTHING = {
    ("MotoTable", "items"),
    ("MotoStreamShard", "items"),
    ("MotoAttributeValue", "value"),
}


def test_a_method_that_takes_other_parameters_is_noticed(real: dict[str, object]) -> None:
    def create_user(name: str) -> None:
        """A name less, and another one."""

    changed = Changed(real["MotoIam"], "create_user", create_user=create_user)
    with pytest.raises(TypeError):
        check_member(changed, PROTOCOLS["MotoIam"], "create_user")
