"""Errors as the API tells them (RFC 9457): a stable code each, its status and its French words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

#: Where the page of each kind of problem is.
TYPES = "/api/problems/"
MEDIA_TYPE = "application/problem+json"
#: Told of one object, the first ones: a body of nothing but faults would make an answer ten times as long.
MOST_FAULTS = 50


class Kind(NamedTuple):
    """`title` says what it is, `detail` what happened when nothing more precise is known."""

    status: int
    title: str
    detail: str


KINDS: dict[str, Kind] = {
    "malformed_json": Kind(400, "JSON illisible", "Le corps n’est pas un document JSON lisible."),
    "bad_request": Kind(400, "Requête illisible", "La requête ne peut pas être lue."),
    "unauthenticated": Kind(401, "Jeton absent", "Donnez un jeton dans l’en-tête Authorization."),
    "invalid_token": Kind(
        401, "Jeton refusé", "Ce jeton n’existe pas, ou plus : demandez-en un autre au service des jetons."
    ),
    "expired_token": Kind(401, "Jeton expiré", "Ce jeton a expiré : demandez-en un autre."),
    "missing_scope": Kind(403, "Droit manquant", "Ce client n’a pas le droit nécessaire."),
    "forbidden": Kind(403, "Action refusée", "Cette action n’est pas ouverte à ce client."),
    "not_found": Kind(404, "Introuvable", "Rien à cette adresse pour ce client."),
    "method_not_allowed": Kind(405, "Méthode refusée", "Cette adresse n’accepte pas cette méthode."),
    "conflict": Kind(409, "État incompatible", "L’état actuel ne permet pas cette action."),
    "idempotency_in_flight": Kind(
        409, "Déjà en cours", "Une requête avec cette clé est en cours : attendez sa réponse."
    ),
    "stale_version": Kind(
        412, "Version dépassée", "L’objet a changé depuis la version donnée : relisez-le, puis recommencez."
    ),
    "length_required": Kind(
        411, "Longueur exigée", "Donnez la longueur du corps (Content-Length) : il n’est pas lu par morceaux."
    ),
    "too_large": Kind(413, "Corps trop grand", "Le corps dépasse la taille acceptée."),
    "too_many_items": Kind(413, "Trop d’éléments", "Le corps contient plus d’éléments que permis."),
    "uri_too_long": Kind(414, "Adresse trop longue", "L’adresse et ses paramètres sont trop longs."),
    "unsupported_media_type": Kind(
        415,
        "Format refusé",
        "Envoyez un corps JSON, avec Content-Type: application/json et sans compression.",
    ),
    "validation": Kind(422, "Données refusées", "Certaines données ne conviennent pas : voir « errors »."),
    "idempotency_key_reused": Kind(
        422, "Clé déjà employée", "Cette clé d’idempotence a déjà servi pour une autre requête."
    ),
    "version_required": Kind(
        428, "Version exigée", "Donnez dans If-Match la version lue (l’en-tête ETag de l’objet)."
    ),
    "too_many_requests": Kind(
        429, "Trop de requêtes", "La limite de ce client est atteinte : attendez la durée de Retry-After."
    ),
    "server_error": Kind(
        500, "Erreur du service", "Une erreur s’est produite de notre côté : elle est journalisée."
    ),
    "unavailable": Kind(
        503, "Service indisponible", "Le service ne peut pas répondre : réessayez plus tard."
    ),
}
#: The kind of an error known by its status alone.
BY_STATUS = {
    400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    409: "conflict", 413: "too_large", 414: "uri_too_long", 415: "unsupported_media_type", 429: "too_many_requests",
    503: "unavailable",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place. `pointer`: RFC 6901, into the body; or `parameter`, of the address or headers."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str = ""

    def as_dict(self) -> dict[str, str]:
        where = {"parameter": self.parameter} if self.parameter else {"pointer": self.pointer or ""}
        return {**where, "code": self.code, "detail": self.detail}


@dataclass
class Problem(Exception):
    """An answer that is an error. `more`: members beside the standard ones; `headers` go with it."""

    code: str
    detail: str = ""
    errors: list[Fault] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return KINDS[self.code].status

    def body(self, root: str = "") -> dict[str, Any]:
        """`root`: scheme and host, for an absolute type."""
        kind = KINDS[self.code]
        told: dict[str, Any] = {
            "type": f"{root}{TYPES}{self.code}",
            "title": kind.title,
            "status": kind.status,
            "code": self.code,
            "detail": self.detail or kind.detail,
        }
        if self.errors:
            told["errors"] = [fault.as_dict() for fault in self.errors]
        return told | self.more


def of_status(status: int, headers: Mapping[str, str] | None = None) -> Problem:
    code = BY_STATUS.get(status, "server_error" if status >= 500 else "bad_request")
    return Problem(code, headers=dict(headers or {}))


def invalid(faults: Iterable[Fault]) -> Problem:
    """422 with its list of faults, `MOST_FAULTS` at most."""
    return Problem("validation", errors=list(islice(faults, MOST_FAULTS)))


def pointer(*parts: str | int) -> str:
    """« /contacts/0/arrived_at » (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
