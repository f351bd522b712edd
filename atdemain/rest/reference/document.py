"""The OpenAPI 3.1 document, made of what the views say and of what is told of them.

`Described` is the schema class of every view (REST_FRAMEWORK); `completed` adds what is no view's: the token, the
shared parts and the events. `document()` is the whole, made once per process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from atdemain.organisation.api_scopes import SCOPES
from atdemain.rest.reference import shapes
from atdemain.rest.reference.answers import (
    ALWAYS,
    COUNTED,
    HEADERS,
    Facts,
    headers,
    problem_answers,
    problem_examples,
    problems_of,
)  # fmt: skip
from atdemain.rest.reference.events import EVENTS
from atdemain.rest.reference.operations import Example, Operation, operation_of
from atdemain.rest.reference.texts import TAGS
from atdemain.rest.reference.token import TOKEN, TOKEN_FACTS, TOKEN_PATH

SCHEME = "oauth2"
PATH: dict[str, shapes.Shape] = {
    "id": shapes.whole("Numéro de l’objet.", least=1),
    "ref": shapes.text("Référence du dossier.", examples=["ATD-2026-000042"]),
    "webhook_id": shapes.text("Le `webhook-id` du message.", pattern="^[-a-zA-Z0-9_]+$"),
}
_REF = "#/components/parameters/"
#: Parameters that go in a header.
IN_HEADER: dict[str, dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Nom de cette requête, choisi par vous : envoyée deux fois avec la même clé et le même "
        "corps, elle n’est faite qu’une fois et la même réponse est rendue, pendant 24 heures.",
        "schema": shapes.text(
            pattern=r"^[!-~]([ -~]{0,253}[!-~])?$", examples=["7c1f0e52-2f0e-4d0b-9f5e-2d4f3f6f9a10"]
        ),
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "L’ETag d’une lecture précédente : 304 sans corps si rien n’a changé.",
        "schema": shapes.text(examples=['"3"']),
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "L’ETag de l’objet tel que vous l’avez lu : l’écriture est refusée s’il a changé depuis.",
        "schema": shapes.text(least=1, examples=['"3"']),
    },
    "IfMatchExisting": {
        "name": "If-Match",
        "in": "header",
        "description": "L’ETag lu ; à omettre pour la première écriture, quand rien n’existe encore.",
        "schema": shapes.text(examples=['"3"']),
    },
}


class Described(AutoSchema):
    """An operation as `describe` tells it, for the view that it is tied to."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any
    ) -> dict[str, Any]:
        view = type(self.view)
        told = operation_of(view, method)
        if told is None:
            raise LookupError(f"{method} {path} is told nowhere: describe({view.__name__}, {method}=…)")
        return operation(told, facts_of(view, path, method))


def facts_of(view: type, path: str, method: str) -> Facts:
    handler = getattr(view, method.lower())
    return Facts(
        method,
        view.scopes[method],  # type: ignore[attr-defined]
        getattr(handler, "idempotent", False),
        tuple(name for name in PATH if f"{{{name}}}" in path),
        view.parameters if method == "GET" else frozenset(),  # type: ignore[attr-defined]
    )


def operation(told: Operation, facts: Facts) -> dict[str, Any]:
    """Raises ValueError where what is told and what the view says differ."""
    if set(told.query) != facts.in_query:
        raise ValueError(f"{told.id}: parameters {sorted(told.query)}, the view has {sorted(facts.in_query)}")
    found: dict[str, Any] = {
        "operationId": told.id,
        "summary": told.title,
        "description": told.words or told.title,
        "tags": [told.tag],
        "parameters": list(_parameters(told, facts)),
        "responses": dict(sorted(_responses(told, facts).items())),
        "security": [{SCHEME: [facts.scope] if facts.scope else []}] if facts.counted else [],
    }
    if told.body is not None:
        found["requestBody"] = {
            "required": not told.optional_body,
            "content": {told.media: {"schema": told.body, "examples": dict(_requests(told.examples))}},
        }
    return found


def _parameters(told: Operation, facts: Facts) -> Iterator[dict[str, Any]]:
    sent = [example for example in told.examples.values() if example.status < 300]
    for name in facts.in_path:
        example = next(one.path[name] for one in sent)
        yield {"name": name, "in": "path", "required": True, "schema": PATH[name], "example": example}
    for name, shape in told.query.items():
        plain = {key: value for key, value in shape.items() if key != "description"}
        found = {"name": name, "in": "query", "description": shape["description"], "schema": plain}
        yield found | ({"example": sent[0].query[name]} if name in sent[0].query else {})
    if facts.idempotent:
        yield {"$ref": _REF + "IdempotencyKey"}
    if any("ETag" in answer.headers for answer in told.answers.values()) and facts.method == "GET":
        yield {"$ref": _REF + "IfNoneMatch"}
    if told.versioned:
        yield {"$ref": _REF + {"always": "IfMatch", "existing": "IfMatchExisting"}[told.versioned]}


def _responses(told: Operation, facts: Facts) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    counted = COUNTED if facts.counted else ()
    for status, answer in told.answers.items():
        names = [*ALWAYS, *counted, *answer.headers, *(["Idempotency-Replayed"] if facts.idempotent else [])]
        one: dict[str, Any] = {"description": answer.words, "headers": headers(names)}
        if answer.shape is not None:
            examples = {
                name: {"summary": example.title, "value": example.answer}
                for name, example in told.examples.items()
                if example.status == status and example.answer is not None
            }
            media = {"schema": answer.shape} | ({"examples": examples} if examples else {})
            one["content"] = {"application/json": media}
        found[str(status)] = one
    if facts.method == "GET" and any("ETag" in answer.headers for answer in told.answers.values()):
        words = "Rien n’a changé depuis l’ETag donné."
        found["304"] = {"description": words, "headers": headers([*ALWAYS, *counted, "ETag"])}
    for status, problem in problem_answers(problems_of(told, facts), counted=facts.counted):
        if str(status) in found:  # the token's own errors beside ours
            found[str(status)]["content"] |= problem["content"]
            found[str(status)]["description"] += "\n" + problem["description"]
        else:
            found[str(status)] = problem
    return found


def _requests(examples: Mapping[str, Example]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, example in examples.items():
        if example.body is not None:
            yield name, {"summary": example.title, "value": example.body}


def completed(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What no view brings. The order of the paths is that of `atdemain/api.py`."""
    told = {"post": operation(TOKEN, TOKEN_FACTS)}
    return {
        **result,
        "paths": {TOKEN_PATH: told, **result["paths"]},
        "webhooks": EVENTS,
        "components": {
            "schemas": dict(sorted(shapes.COMPONENTS.items())),
            "parameters": IN_HEADER,
            "headers": HEADERS,
            "examples": problem_examples(),
            "securitySchemes": {
                SCHEME: {
                    "type": "oauth2",
                    "description": "Un jeton de quinze minutes, contre l’identifiant et le secret du client.",
                    "flows": {"clientCredentials": {"tokenUrl": TOKEN_PATH, "scopes": SCOPES}},
                }
            },
        },
        "tags": [
            {"name": name, "x-displayName": group.title, "description": group.words}
            for name, group in TAGS.items()
        ],
    }


@cache
def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method in capitals, operation) of the document, in its order."""
    for path, methods in document()["paths"].items():
        for method, found in methods.items():
            yield path, method.upper(), found
