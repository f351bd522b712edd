"""What changed in the API, newest first: what a partner's program may have to do with it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from atdemain.rest.reference.texts import VERSION


class Change(NamedTuple):
    """`version`: the second number grows when something is added, the first when a program must change."""

    version: str
    day: date
    lines: tuple[str, ...]


CHANGES = (
    Change(
        VERSION,
        date(2026, 12, 1),
        (
            "Contacts par lots de 500, avec le résultat de chacun, et verdict d’un appel qui sonne.",
            "Escalades : lister, lire, accuser réception, répondre, demander une précision, nommer un interlocuteur.",
            "L’essentiel d’un dossier escaladé, dérangements, annuaire, fil prioritaire, flux du mois.",
            "Webhooks signés selon Standard Webhooks, avec essai, renouvellement de clé, journal des envois et renvoi.",
            "Téléphonie, pour le central de la maison.",
        ),
    ),
)
