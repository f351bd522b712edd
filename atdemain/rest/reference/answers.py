"""What every answer has in common: the headers, and each problem that an operation may meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from atdemain.rest.problems import KINDS, MEDIA_TYPE, TYPES, Problem
from atdemain.rest.reference.operations import Operation
from atdemain.rest.reference.shapes import choice, many, moment, named, text, whole

FAULT = named(
    "Fault",
    {
        "type": "object",
        "description": "Ce qui ne convient pas, et où : `pointer` dans le corps (RFC 6901), ou `parameter` "
        "de l’adresse ou d’un en-tête.",
        "properties": {
            "pointer": text(
                "Chemin dans le corps, vide pour le corps entier.", examples=["/contacts/0/arrived_at"]
            ),
            "parameter": text("Nom du paramètre ou de l’en-tête.", examples=["status"]),
            "code": text("Code stable, fait pour un programme.", examples=["missing"]),
            "detail": text("Phrase en français, faite pour une personne.", examples=["Ce champ est exigé."]),
        },
        "required": ["code", "detail"],
    },
)
PROBLEM = named(
    "Problem",
    {
        "type": "object",
        "description": "Une erreur (RFC 9457). `code` ne change pas ; `detail` peut changer.",
        "properties": {
            "type": text("Adresse de la page qui explique cette erreur.", format="uri-reference"),
            "title": text("Ce que c’est."),
            "status": whole("Le même que celui de la réponse HTTP.", least=400, most=599),
            "code": choice(KINDS, "Nom stable de l’erreur."),
            "detail": text("Ce qui s’est passé, en français."),
            "errors": many(FAULT, "Chaque champ ou paramètre en cause."),
            "scope": text("Le droit qui manque (`missing_scope`)."),
            "reason": text("Pourquoi l’état s’y oppose (`conflict`)."),
            "current": {
                "type": "object",
                "description": "L’état et la version actuels (`conflict`, `stale_version`).",
                "additionalProperties": True,
            },
            "until": moment("Quand recommencer (`conflict` d’un renouvellement en cours)."),
            "limit_bytes": whole("Taille acceptée (`too_large`)."),
            "limit_items": whole("Nombre d’éléments accepté (`too_many_items`)."),
        },
        "required": ["type", "title", "status", "code", "detail"],
    },
)
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {
        "description": "Version lue : à renvoyer dans If-None-Match pour relire, dans If-Match pour écrire.",
        "schema": text(examples=['"3"']),
    },
    "Link": {
        "description": 'La page suivante (RFC 8288), `rel="next"` ; absent de la dernière.',
        "schema": text(examples=['<https://…/api/v1/escalations?cursor=…>; rel="next"']),
    },
    "Location": {"description": "Adresse de l’objet créé.", "schema": text(examples=["/api/v1/webhooks/7"])},
    "Idempotency-Replayed": {
        "description": "`true` : réponse déjà donnée à cette clé, rien n’a été refait.",
        "schema": choice(["true"]),
    },
    "RateLimit-Policy": {
        "description": "Requêtes permises par minute.",
        "schema": text(examples=['"minute";q=600;w=60']),
    },
    "RateLimit": {
        "description": "Ce qu’il en reste (`r`), et dans combien de secondes le compte repart (`t`).",
        "schema": text(examples=['"minute";r=597;t=42']),
    },
    "Retry-After": {
        "description": "Secondes à attendre avant de recommencer.",
        "schema": whole(examples=[42]),
    },
    "WWW-Authenticate": {
        "description": "Ce que le jeton doit être (RFC 6750).",
        "schema": text(examples=['Bearer realm="api", error="invalid_token"']),
    },
    "X-Request-ID": {
        "description": "Nom de cette requête dans nos journaux : à citer en cas de question.",
        "schema": text(examples=["5f0d6f0e-7b0f-4c55-9a2b-4a3c4e1d2f60"]),
    },
}
#: Headers of a problem beside those of every answer.
_WITH_PROBLEM = {
    401: ("WWW-Authenticate",), 403: ("WWW-Authenticate",), 409: ("Retry-After",), 412: ("ETag",),
    428: ("ETag",), 429: ("Retry-After",), 503: ("Retry-After",),
}  # fmt: skip
COUNTED = ("RateLimit-Policy", "RateLimit")
ALWAYS = ("X-Request-ID",)


class Facts(NamedTuple):
    """What the view says of itself: its scope (None: any token; "" where no token is asked) and the like."""

    method: str
    scope: str | None
    idempotent: bool
    in_path: tuple[str, ...]
    in_query: frozenset[str]

    @property
    def counted(self) -> bool:
        return self.scope != ""


def problems_of(operation: Operation, facts: Facts) -> list[str]:
    """The codes that this operation may answer, in the order of `KINDS`."""
    codes = {*operation.problems, "bad_request", "too_many_requests", "server_error", "unavailable"}
    if facts.counted:
        codes |= {"unauthenticated", "invalid_token", "expired_token", "validation", "uri_too_long"}
        if facts.scope:
            codes.add("missing_scope")
        if operation.body is not None:
            codes |= {"malformed_json", "length_required", "too_large", "unsupported_media_type"}
    if facts.in_path:
        codes.add("not_found")
    if facts.idempotent:
        codes |= {"idempotency_in_flight", "idempotency_key_reused"}
    if operation.versioned:
        codes |= {"stale_version", "version_required"}
    return [code for code in KINDS if code in codes]


def problem_answers(codes: Iterable[str], *, counted: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    """A response for each status: its codes, each with the body it makes."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(KINDS[code].status, []).append(code)
    for status, together in sorted(by_status.items()):
        lines = [f"- [`{code}`]({TYPES}{code}) : {KINDS[code].title}" for code in together]
        names = [*ALWAYS, *(COUNTED if counted and status not in (400, 401, 500, 503) else ())]
        yield (
            status,
            {
                "description": "\n".join(lines),
                "headers": headers([*names, *_WITH_PROBLEM.get(status, ())]),
                "content": {
                    MEDIA_TYPE: {
                        "schema": PROBLEM,
                        "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in together},
                    }
                },
            },
        )


def headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def problem_examples() -> dict[str, Any]:
    """The body of each problem, as the API makes it. 405 answers a method that is no operation."""
    return {
        code: {"summary": kind.title, "value": Problem(code).body()}
        for code, kind in KINDS.items()
        if code != "method_not_allowed"
    }
