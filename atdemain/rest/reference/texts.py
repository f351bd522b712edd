"""What the reference says in words: its introduction, the groups of operations, and the changes."""

from __future__ import annotations

from typing import NamedTuple

TITLE = "API des partenaires d’AT Demain"
#: Of the contract: a field that goes or changes its sense makes another first number.
VERSION = "1.0.0"
INTRODUCTION = """\
Une entité partenaire transmet ses contacts, demande si un appel serait un réitérant, répond aux escalades qui lui sont \
adressées et tient son annuaire à jour. Chaque client de l’API appartient à une entité, et ne voit ni n’écrit que ce \
qui est à elle.

Les corps sont en JSON (UTF-8). Les dates et heures sont en RFC 3339 avec leur fuseau ; les réponses les donnent en UTC. \
Un champ ou un paramètre inconnu est refusé. Les réponses peuvent gagner des champs : ignorez ceux que vous ne \
connaissez pas.

Toute erreur est un `application/problem+json` (RFC 9457) : programmez selon `code`, montrez `detail`.\
"""


class Group(NamedTuple):
    """A group of operations, as a page calls it."""

    title: str
    words: str


#: By the name that programs know.
TAGS = {
    "access": Group("Accès", "Obtenir un jeton, savoir qui l’on est."),
    "contacts": Group("Contacts", "Transmettre ses contacts, demander ce qu’un appel serait."),
    "escalations": Group("Escalades", "Les lister, en accuser réception, y répondre."),
    "faults": Group("Dérangements", "Transmettre les dérangements que l’entité suit."),
    "directory": Group("Annuaire", "Ses interlocuteurs et son fil prioritaire."),
    "flows": Group("Flux", "Ses volumes, son indice de report et sa compensation."),
    "webhooks": Group("Webhooks", "Être prévenu plutôt que demander."),
    "telephony": Group("Téléphonie", "Réservé au central téléphonique de la maison."),
}
