"""What a client of the API may be allowed: each scope with its French words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from oauth2_provider.scopes import BaseScopes

SCOPES: dict[str, str] = {
    "contacts:write": "Transmettre ses contacts",
    "repeat:read": "Demander si un appel serait un réitérant",
    "escalations:read": "Lire les escalades adressées à l’entité",
    "escalations:write": "Accuser, répondre, demander une précision, nommer un interlocuteur",
    "cases:read": "Lire l’essentiel d’un dossier escaladé à l’entité",
    "faults:write": "Transmettre les dérangements que l’entité suit",
    "directory:read": "Lire ses interlocuteurs et ses fils prioritaires",
    "directory:write": "Tenir à jour ses interlocuteurs et son fil prioritaire",
    "flows:read": "Lire ses volumes, son indice de report et sa compensation",
    "webhooks:read": "Lire ses abonnements webhook et leurs envois",
    "webhooks:write": "Créer, changer et terminer ses abonnements webhook",
    "telephony": "Annoncer les appels entrants (central téléphonique interne)",
}


#: What only an entity of the house may have, whatever an administrator ticks: it names any client's case.
INTERNAL = frozenset({"telephony"})


def in_order(names: Iterable[str], *, internal: bool = True) -> list[str]:
    """The scopes that exist, in the order of the table, once each; those an entity of outside may have."""
    wanted = set(names) - (frozenset() if internal else INTERNAL)
    return [name for name in SCOPES if name in wanted]


class ClientScopes(BaseScopes):
    """The token view's question: a client has its own scopes, and all of them when it names none."""

    def get_all_scopes(self) -> dict[str, str]:
        return SCOPES

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return application.granted if application is not None else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application, request)
