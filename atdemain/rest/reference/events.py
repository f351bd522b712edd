"""The events that webhooks carry, as the document's `webhooks` tell them."""

from __future__ import annotations

from typing import Any

from atdemain.notifications.enums import TEST_EVENT, WebhookEvent
from atdemain.notifications.webhooks.events import VERSION
from atdemain.rest.reference.operations import JSON
from atdemain.rest.reference.shapes import Shape, answered, choice, moment, text, whole

EVENTS: dict[str, Any] = {}
TITLES = {**dict(WebhookEvent.choices), TEST_EVENT: "Essai d’un abonnement"}
_SIGNED = (
    ("webhook-id", "Le même à chaque nouvel essai : ce que vous avez déjà reçu se reconnaît à lui."),
    ("webhook-timestamp", "Secondes depuis 1970 : refusez ce qui a plus de cinq minutes."),
    ("webhook-signature", "`v1,…` (Standard Webhooks) ; deux signatures pendant un renouvellement de clé."),
)


def event(name: str, data: Shape, example: dict[str, Any]) -> None:
    """Tell the body of an event. Raises KeyError for one that does not exist."""
    body = answered(
        type=choice([name]),
        timestamp=moment("Quand c’est arrivé."),
        version=whole("De ce format.", examples=[VERSION]),
        data=data,
    )
    EVENTS[name] = {
        "post": {
            "operationId": "on_" + name.replace(".", "_"),
            "summary": TITLES[name],
            "description": "Répondez 2xx en moins de dix secondes. L’ordre d’arrivée n’est pas assuré : fiez-vous à la "
            "`version` de l’escalade, à `resolved_at` pour un dossier résolu. 410 arrête l’abonnement, toute autre "
            "erreur est retentée pendant deux jours.",
            "tags": ["webhooks"],
            "parameters": [
                {"name": header, "in": "header", "required": True, "description": words, "schema": text()}
                for header, words in _SIGNED
            ],
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": body, "examples": {"event": {"value": told(name, example)}}}},
            },
            "responses": {
                "2XX": {"description": "Reçu."},
                "410": {"description": "Cette adresse n’existe plus."},
            },
        }
    }


def told(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": name, "timestamp": "2026-11-10T14:30:00Z", "version": VERSION, "data": data}


event(TEST_EVENT, answered(subscription=whole("Numéro de l’abonnement.")), {"subscription": 7})
