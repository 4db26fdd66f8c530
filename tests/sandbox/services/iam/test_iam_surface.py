"""Every operation of IAM and AWS STS that botocore knows is answered, or refused in clear words."""

from __future__ import annotations

import contextlib

import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.requests.shapes import service_model
from tests.sandbox.services.iam.asking import ACCOUNT, ROOT, allow, text, trusting

#: What moto has not and the course does not need.
LACKING = {
    "iam": {
        *("AcceptDelegationRequest", "AcquireRole", "AddClientIDToOpenIDConnectProvider"),
        *("AssociateDelegationRequest", "ChangePassword", "CreateDelegationRequest"),
        *("CreateServiceLinkedRole", "CreateServiceSpecificCredential"),
        *("DeleteServiceSpecificCredential", "DisableOrganizationsRootCredentialsManagement"),
        *("DisableOrganizationsRootSessions", "DisableOutboundWebIdentityFederation"),
        *("EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions"),
        *("EnableOutboundWebIdentityFederation", "GenerateOrganizationsAccessReport"),
        *("GenerateServiceLastAccessedDetails", "GetAccountProperties", "GetDelegationRequest"),
        *("GetHumanReadableSummary", "GetMFADevice", "GetOrganizationsAccessReport"),
        *("GetOutboundWebIdentityFederationInfo", "GetRoleTemplateVersion"),
        *("GetServiceLastAccessedDetails", "GetServiceLastAccessedDetailsWithEntities"),
        *("ListDelegationRequests", "ListInstanceProfileTags", "ListMFADeviceTags"),
        *("ListOrganizationsFeatures", "ListPoliciesGrantingServiceAccess"),
        *("ListSAMLProviderTags", "ListServerCertificateTags", "ListServiceSpecificCredentials"),
        *("PutAccountProperties", "RejectDelegationRequest"),
        *("RemoveClientIDFromOpenIDConnectProvider", "ResetServiceSpecificCredential"),
        *("ResyncMFADevice", "SendDelegationToken", "SetSecurityTokenServicePreferences"),
        *("TagMFADevice", "TagSAMLProvider", "TagServerCertificate", "UntagMFADevice"),
        *("UntagSAMLProvider", "UntagServerCertificate", "UpdateDelegationRequest"),
        *("UpdateOpenIDConnectProvider", "UpdateServerCertificate"),
        "UpdateServiceSpecificCredential",
    },
    "sts": {
        *("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"),
        *("DecodeAuthorizationMessage", "GetDelegatedAccessToken", "GetScopedCredentials"),
        "GetWebIdentityToken",
    },
}
#: A member's value, by its name; others are as short as they may be.
KNOWN = {
    **dict.fromkeys(["UserName", "RoleName", "GroupName", "InstanceProfileName"], "someone"),
    **dict.fromkeys(["NewUserName", "NewGroupName", "PolicyName"], "another"),
    "PolicyDocument": allow("kms:*"),
    "AssumeRolePolicyDocument": text(trusting(ROOT)),
    "PolicyInputList": [allow("kms:*")],
    "ActionNames": ["kms:Decrypt"],
    "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/own",
    "PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/own",
    "PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:user/someone",
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/someone",
    "VersionId": "v1",
    "Url": "https://example.com/",
    **dict.fromkeys(["AuthenticationCode1", "AuthenticationCode2"], "123456"),
    "TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/x"},
    "Permissions": {"PolicyTemplateArn": "arn:aws:iam::aws:policy/x"},
    "EntityPath": "o-a1b2c3d4e5/r-f6g7h8i9j0example",
    "Status": "Active",
    "AWSServiceName": "no-service",
}


def minimal(shape, name=""):
    """The least that a shape takes."""
    if name in KNOWN:
        return KNOWN[name]
    if shape.type_name == "structure":
        return {one: minimal(shape.members[one], one) for one in shape.required_members}
    if shape.type_name == "list":
        return [minimal(shape.member)]
    if shape.type_name == "string":
        return shape.metadata.get("enum", ["a" * max(1, shape.metadata.get("min", 1))])[0]
    if shape.type_name == "map":
        return {minimal(shape.key): minimal(shape.value)}
    least = shape.metadata.get("min", 1)
    return {"integer": least, "boolean": True, "blob": b"x" * least}[shape.type_name]


@pytest.fixture(scope="module")
def session():
    """A sandbox with somebody of each kind, made anew for every operation."""
    with Sandbox() as running:
        yield running.session()


@pytest.fixture
def clients(session):
    iam = session.client("iam")
    trust = text(trusting(ROOT))
    for make in (
        lambda: iam.create_user(UserName="someone"),
        lambda: iam.create_group(GroupName="someone"),
        lambda: iam.create_role(RoleName="someone", AssumeRolePolicyDocument=trust),
        lambda: iam.create_instance_profile(InstanceProfileName="someone"),
        lambda: iam.create_policy(PolicyName="own", PolicyDocument=allow("kms:*")),
    ):
        with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
            make()
    once = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return {name: session.client(name, config=once) for name in ("iam", "sts")}


OPERATIONS = [
    (service, operation)
    for service in ("iam", "sts")
    for operation in service_model(service).operation_names
]


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_an_answer_to_every_operation(clients, service, operation):
    shape = service_model(service).operation_model(operation).input_shape
    members = minimal(shape) if shape else {}
    try:
        getattr(clients[service], xform_name(operation))(**members)
        code, error = "answered", {}
    except ClientError as caught:
        error = caught.response["Error"]
        code, status = error["Code"], caught.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status == (501 if code == "NotInSandbox" else min(status, 499)), error
        assert error["Message"], operation
    assert (code == "NotInSandbox") == (operation in LACKING[service]), (members, error)
    if code == "NotInSandbox":
        assert error["Message"].startswith("The sandbox does not have "), error
        assert f"{service}:{operation}" in error["Message"]


def test_most_operations_that_the_course_may_need_are_there():
    known = {operation for _, operation in OPERATIONS}
    assert LACKING["iam"] | LACKING["sts"] <= known
    assert len(known - LACKING["iam"] - LACKING["sts"]) > 120


def test_moto_trips_and_the_refusal_is_clear(clients):
    with pytest.raises(ClientError) as caught:
        clients["iam"].create_service_linked_role(AWSServiceName="no-service")
    message = caught.value.response["Error"]["Message"]
    assert "an answer to iam:CreateServiceLinkedRole with these parameters" in message
    dynamodb = "dynamodb.application-autoscaling.amazonaws.com"
    role = clients["iam"].create_service_linked_role(AWSServiceName=dynamodb)["Role"]
    assert role["Path"] == f"/aws-service-role/{dynamodb}/"


@pytest.mark.parametrize("operation", ["list_users", "list_policies", "list_role_tags"])
def test_a_marker_that_nobody_gave(clients, operation):
    more = {"RoleName": "someone"} if operation == "list_role_tags" else {}
    with pytest.raises(ClientError) as caught:
        getattr(clients["iam"], operation)(Marker="x", **more)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
