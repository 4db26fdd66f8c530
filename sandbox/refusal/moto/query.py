"""The query protocol of IAM and STS: moto's parser and serializer, botocore's reader."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import moto.core.utils
from botocore.model import OperationModel
from botocore.parsers import create_parser
from moto.core.parse import QueryParser
from moto.core.serialize import QuerySerializer, SerializationContext
from werkzeug.datastructures import MultiDict

from .http import RawResponse, header_dict


def _model(service: str, operation: str) -> OperationModel:
    return moto.core.utils.get_service_model(service).operation_model(operation)


def parse_query(service: str, operation: str, body: bytes) -> dict[str, Any]:
    """The members of a request in the query protocol."""
    values = MultiDict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    request: Any = {"values": values, "headers": {}, "body": body, "method": "POST"}
    request.update(url_path="/", url_params={})
    parsed = QueryParser(_model(service, operation)).parse(request)
    return dict(parsed or {})


def serialize_query(
    service: str, operation: str, result: dict[str, Any], request_id: str
) -> RawResponse:
    """A result in the query protocol's XML."""
    context = SerializationContext(request_id)
    model = _model(service, operation)
    done = QuerySerializer(operation_model=model, context=context).serialize(result)
    headers = {**done["headers"], "x-amzn-requestid": request_id}
    return done["status_code"], headers, done["body"]


def read_query_answer(service: str, operation: str, answer: RawResponse) -> dict[str, Any]:
    """The result, or the ``Error``, that an answer in the query protocol holds."""
    status, headers, body = answer
    raw = body.encode() if isinstance(body, str) else body
    response = {"status_code": status, "headers": header_dict(headers), "body": raw}
    shape = _model(service, operation).output_shape
    parsed: dict[str, Any] = create_parser("query").parse(response, shape)
    parsed.pop("ResponseMetadata", None)
    return parsed
