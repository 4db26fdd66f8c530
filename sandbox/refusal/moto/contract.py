"""The names of moto and botocore that the sandbox leans on and that are not promised to stay.

``check`` refuses to start where one is missing. Attributes of moto's objects are named by the
Protocols in iam.py and dynamodb.py.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..errors import SandboxError

#: module, attribute path: what this folder uses of moto and botocore.
CONTRACT: tuple[tuple[str, str], ...] = (
    ("moto", "mock_aws"),
    ("moto.backends", "get_backend"),
    ("moto.settings", "TEST_SERVER_MODE"),
    ("moto.settings", "TEST_DECORATOR_MODE"),
    ("moto.settings", "INITIAL_NO_AUTH_ACTION_COUNT"),
    ("moto.core.authorization", "ActionAuthenticatorMixin._authenticate_and_authorize_action"),
    ("moto.core.base_backend", "BackendDict._instances"),
    ("moto.core.botocore_stubber", "BotocoreStubber.process_request"),
    ("moto.core.botocore_stubber", "MockRawResponse"),
    ("moto.core.utils", "datetime"),
    ("moto.dynamodbstreams.models", "os.urandom"),
    ("moto.iam.models", "os.urandom"),
    ("moto.core.utils", "utcnow"),
    ("botocore.session", "create_loader"),
    ("moto.core.utils", "create_loader"),
    ("moto.core.utils", "get_service_model"),
    ("moto.core.parse", "QueryParser.parse"),
    ("moto.core.base_backend", "BackendDict.__getitem__"),
    ("moto.core.parse", "BaseJSONParser._parse_structure"),
    ("moto.core.responses", "BaseResponse.setup_class"),
    ("moto.core.responses", "BaseResponse.region_regex"),
    ("moto.core.responses", "camelcase_to_underscores"),
    ("moto.core.responses", "method_names_from_class"),
    ("moto.core.serialize", "BaseJSONSerializer._serialize_type_structure"),
    ("moto.core.serialize", "QuerySerializer.serialize"),
    ("moto.core.serialize", "XFormedAttributePicker"),
    ("moto.core.serialize", "SerializationContext"),
    ("moto.iam.models", "iam_backends"),
    ("moto.iam.models", "Group.__init__"),
    ("moto.iam.models", "User.__init__"),
    ("moto.iam.models", "Role"),
    ("moto.iam.models", "AWSManagedPolicy.from_data"),
    ("moto.iam.models", "IAMBackend.create_user"),
    ("moto.iam.models", "IAMBackend.create_access_key"),
    ("moto.iam.models", "IAMBackend.create_temp_access_key"),
    ("moto.iam.models", "ManagedPolicy"),
    ("moto.iam.models", "PolicyVersion"),
    ("moto.iam.exceptions", "MalformedPolicyDocument"),
    ("moto.iam.policy_validation", "IAMPolicyDocumentValidator.validate"),
    ("moto.iam.aws_managed_policies", "aws_managed_policies_data"),
    ("moto.core.exceptions", "HTTPException"),
    ("moto.dynamodb.responses", "DynamoHandler.dispatch"),
    ("moto.dynamodb.responses", "DynamoHandler.transact_get_items"),
    ("moto.dynamodb.responses", "ProjectionExpressionParser.parse"),
    ("moto.dynamodb.models", "DynamoDBBackend.get_item"),
    ("moto.dynamodb.responses", "TRANSACTION_MAX_ITEMS"),
    ("moto.dynamodb.models.dynamo_type", "Item.project"),
    ("moto.dynamodb.exceptions", "MockValidationException"),
    ("moto.dynamodb.exceptions", "IncorrectDataType"),
    ("moto.dynamodb.exceptions", "ItemSizeToUpdateTooLarge"),
    ("moto.dynamodbstreams.models", "dynamodbstreams_backends"),
    ("moto.dynamodb.exceptions", "InvalidUpdateExpressionInvalidDocumentPath"),
    ("moto.dynamodb.parsing.ast_nodes", "ExpressionSelector"),
    ("moto.dynamodb.parsing.executors", "SetExecutor.set"),
    ("moto.dynamodb.parsing.reserved_keywords", "ReservedKeywords.get_reserved_keywords"),
    ("moto.dynamodb.models", "DynamoDBBackend.transact_write_items"),
    ("moto.dynamodb.comparisons", "OpEqual.expr"),
    ("moto.dynamodb.comparisons", "OpNotEqual.expr"),
    ("moto.dynamodb.comparisons", "OpLessThan.expr"),
    ("moto.dynamodb.comparisons", "OpLessThanOrEqual.expr"),
    ("moto.dynamodb.comparisons", "OpGreaterThan.expr"),
    ("moto.dynamodb.comparisons", "OpGreaterThanOrEqual.expr"),
    ("moto.dynamodb.comparisons", "FuncBetween.expr"),
    ("moto.dynamodb.comparisons", "FuncBeginsWith.expr"),
    ("moto.dynamodb.comparisons", "FuncContains.expr"),
    ("moto.dynamodb.comparisons", "FuncIn.expr"),
    ("moto.dynamodb.comparisons", "AttributePath._get_attr"),
    ("moto.dynamodb.comparisons", "AttributeValue"),
    ("moto.dynamodb.comparisons", "FuncSize"),
    ("moto.dynamodb.models", "DynamoDBBackend.put_item"),
    ("moto.dynamodb.models", "DynamoDBBackend.update_item"),
    ("moto.dynamodb.models", "DynamoDBBackend.delete_item"),
    ("moto.dynamodbstreams.responses", "DynamoDBStreamsHandler.dispatch"),
    ("moto.dynamodb.models", "dynamodb_backends"),
    ("moto.dynamodb.models.dynamo_type", "DynamoType"),
    ("moto.dynamodb.models.dynamo_type", "LimitedSizeDict"),
    ("moto.dynamodb.models.dynamo_type", "Item.instances_tracked"),
    ("moto.dynamodb.models.table", "StreamRecord.instances_tracked"),
    ("moto.dynamodb.models.table", "StreamShard.add"),
    ("moto.dynamodb.models.table", "Table.instances_tracked"),
    ("moto.dynamodb.models.table", "Table.query"),
    ("moto.moto_api._internal", "mock_random.seed"),
    ("moto.moto_api._internal.moto_random", "MotoRandom.get_random_string"),
    ("moto.utilities.utils", "get_partition"),
    ("botocore.httpsession", "URLLib3Session.__init__"),
    ("botocore.httpsession", "URLLib3Session.send"),
    ("botocore.parsers", "create_parser"),
)


def check() -> None:
    """Refuse to start on a moto or a botocore that lacks what the sandbox leans on.

    Raises:
        SandboxError: names what is missing.
    """
    for module, path in CONTRACT:
        target: Any = import_module(module)
        for name in path.split("."):
            if not hasattr(target, name):
                raise SandboxError(
                    f"This moto or botocore has no {module}.{path}; the sandbox needs it. "
                    "Install the versions of requirements.lock with `make setup`."
                )
            target = getattr(target, name)
