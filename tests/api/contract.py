"""What the document promises, held against an answer: its status, its media, its body and its headers.

Stricter than a client should be: a member that the document does not name is a difference too.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse

from atdemain.rest.reference.document import document, operations

Found = dict[str, Any]


@cache
def _paths() -> list[tuple[re.Pattern[str], str, Found]]:
    return [
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), method, found) for path, method, found in operations()
    ]


def operation_of(method: str, path: str) -> Found | None:
    """The operation that this request is; None for one that is none (an unknown address, a method refused)."""
    for pattern, known, found in _paths():
        if known == method and pattern.fullmatch(path):
            return found
    return None


@cache
def closed() -> dict[str, Any]:
    """The document, every object of it closed."""
    told = deepcopy(document())
    _close(told)
    return told


def _close(part: Any) -> None:
    if isinstance(part, dict):
        if part.get("type") == "object" or part.get("type") == ["object", "null"]:
            part.setdefault("additionalProperties", False)
        for inner in part.values():
            _close(inner)
    elif isinstance(part, list):
        for inner in part:
            _close(inner)


@cache
def _validator(path: str, method: str, *inside: str) -> jsonschema_rs.Validator:
    """`inside`: the way from the operation to the schema."""
    schema = closed()["paths"][path][method.lower()]
    for part in inside:
        schema = schema[part]
    whole = {**schema, "components": closed()["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def _place(operation: Found) -> tuple[str, str]:
    return next((path, method) for path, method, found in operations() if found is operation)


def body_errors(operation: Found, body: Any) -> list[str]:
    """What the document does not allow in a request's body."""
    (media,) = operation["requestBody"]["content"]
    validator = _validator(*_place(operation), "requestBody", "content", media, "schema")
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(body)]


def event_errors(event: str, body: Any) -> list[str]:
    """What the document does not allow in the body of an event."""
    content = closed()["webhooks"][event]["post"]["requestBody"]["content"]["application/json"]
    whole = {**content["schema"], "components": closed()["components"]}
    validator = jsonschema_rs.validator_for(whole, validate_formats=True)
    return [f"{event} {error.instance_path}: {error.message}" for error in validator.iter_errors(body)]


def differences(operation: Found, response: HttpResponse) -> list[str]:
    """What in this answer is not as the document says."""
    status = str(response.status_code)
    name = f"{operation['operationId']} {status}"
    told = operation["responses"].get(status)
    if told is None:
        return [f"{name}: not a status of this operation: {response.content[:200]!r}"]
    found = [
        f"{name}: header {header} is told nowhere"
        for header in ("ETag", "Link", "Location", "Retry-After", "WWW-Authenticate", "Idempotency-Replayed")
        if header in response and header not in told["headers"]
    ]
    if "content" not in told:
        return found + ([f"{name}: a body where none is told"] if response.content else [])
    media = response["Content-Type"].partition(";")[0]
    if media not in told["content"]:
        return [*found, f"{name}: {media} is told nowhere"]
    validator = _validator(*_place(operation), "responses", status, "content", media, "schema")
    body = json.loads(response.content)
    found += [f"{name} {error.instance_path}: {error.message}" for error in validator.iter_errors(body)]
    if media == "application/problem+json" and body["code"] not in told["content"][media]["examples"]:
        found.append(f"{name}: the problem {body['code']} is told nowhere")
    return found


def hold(method: str, path: str, response: HttpResponse) -> None:
    """Fails where the answer to one of the document's requests is not as it says."""
    if method == "HEAD" or "Content-Encoding" in response:
        return
    operation = operation_of(method, path)
    found = differences(operation, response) if operation is not None else []
    assert not found, "\n".join(found)
