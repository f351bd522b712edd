"""Contacts sent, and the verdict asked for while a call rings."""

from __future__ import annotations

from atdemain.rest.reference.operations import Answer, Example, describe
from atdemain.rest.reference.operations import Operation as Told
from atdemain.rest.reference.shapes import answered, asked, choice, flag, maybe, moment, named, text, whole
from cases.api.contact_items import CHOICES, HANDLER, SOURCE_SYSTEM
from cases.api.contacts import KEYS, Contacts
from cases.api.repeat_check import RepeatCheck
from cases.enums import Channel, ExclusionCode, Mode
from cases.intake.checks import LENGTHS, MAX_SECONDS, MOST_LEG

from .batches import batch, results

_LONGEST = {
    **LENGTHS,
    "source_system": SOURCE_SYSTEM,
    "handler_ref": HANDLER,
    "unit": LENGTHS["unit_code"],
    "reason": LENGTHS["reason_code"],
}
_TEXTS = {
    "source_system": "Le système qui vous l’a donné : avec `source_id`, il nomme le contact.",
    "source_id": "Son numéro dans ce système. Renvoyé, il corrige le même contact.",
    "interaction_id": "Ce qui relie les segments d’un même appel, ou les messages d’un même fil.",
    "client_ref": "Référence du client. Inconnue, elle crée la fiche.",
    "client_name": "Nom du client, pour une fiche qui se crée.",
    "line_ref": "Référence de la ligne. Connue, elle identifie son client.",
    "caller_number": "Numéro présenté.",
    "unit": "Code de l’unité du client.",
    "reason": "Code du motif.",
    "handling_entity": "Code de votre entité : la seule permise.",
    "handler_ref": "L’agent qui l’a traité, par un nom à vous.",
    "summary": "Résumé en une ligne.",
}
_CHOSEN = {
    "channel": "Canal ; `voice` sans précision.",
    "direction": "Sens ; `in` sans précision.",
    "nature": "Nature ; `client` sans précision.",
    "outcome": "Issue ; `handled` sans précision.",
    "identification": "Certitude sur le client ; `certain` sans précision.",
    "client_segment": "Segment du client ; `consumer` sans précision.",
    "line_technology": "Technologie de la ligne ; `unknown` sans précision.",
}
_NEEDED = ("source_system", "source_id", "arrived_at")
CONTACT = named(
    "Contact",
    asked(
        "Un contact d’un client avec votre entité.",
        required=_NEEDED,
        **{
            name: text(words, most=_LONGEST.get(name), **({"minLength": 1} if name in _NEEDED else {}))
            for name, words in _TEXTS.items()
        },
        **{name: choice(CHOICES[name], words) for name, words in _CHOSEN.items()},
        arrived_at=moment("Arrivée de l’appel ou du message, depuis 1970 et pas dans l’avenir."),
        answered_at=moment(
            "Réponse d’une personne. Donné null : personne n’a répondu. Omis : on ne sait pas."
        ),
        ended_at=moment("Fin."),
        leg_no=whole("Rang du segment ; 1 sans précision.", most=MOST_LEG),
        wait_s=whole("Attente, en secondes.", most=MAX_SECONDS),
        talk_s=whole("Conversation, en secondes.", most=MAX_SECONDS),
        hold_s=whole("Mise en attente, en secondes.", most=MAX_SECONDS),
    ),
)
_MODE = choice(Mode.values, "`live` : l’appel est à transférer ; `shadow` : la règle est en observation.")
RESULTS = results(
    "Contact",
    KEYS,
    {
        "rd3plus": flag("C’est au moins le troisième contact qui compte dans la fenêtre."),
        "count": maybe(
            whole("Combien comptent dans la fenêtre, celui-ci compris ; null s’il ne compte pas.")
        ),
        "mode": maybe(_MODE),
        "excluded": maybe(choice(ExclusionCode.values, "Pourquoi il ne compte pas.")),
        "case_ref": maybe(text("Le dossier qu’il ouvre ou rejoint.")),
        "transfer_line": maybe(text("Le fil prioritaire où transférer l’appel, en E.164.")),
    },
)
CHECK = named(
    "RepeatCheck",
    asked(
        "Un client, une ligne ou un numéro, et un seul.",
        client_ref=text("Référence du client.", most=40),
        line_ref=text("Référence de la ligne.", most=40),
        caller_number=text("Numéro présenté, en toute écriture.", most=40),
        unit=text("Code de l’unité, si vous la savez.", most=40),
        reason=text("Code du motif, si vous le savez.", most=40),
        channel=choice(Channel.values, "`voice` sans précision."),
    ),
)
CHECKED = named(
    "RepeatCheckAnswer",
    answered(
        identified=flag("On sait qui c’est."),
        would_be_count=maybe(whole("Le rang qu’aurait ce contact ; null s’il ne compterait pas.")),
        rd3plus=flag("Il serait RD3+."),
        mode=maybe(_MODE),
        owner_queue=maybe(text("L’unité qui suit le dossier, ou qui le suivrait.")),
        transfer_line=maybe(text("Le fil prioritaire de cette unité, en E.164.")),
    ),
)
_TAKEN = {
    "index": 0,
    "source_system": "acd",
    "source_id": "2026-4127",
    "status": "created",
    "rd3plus": False,
    "count": 1,
    "mode": None,
    "excluded": None,
    "case_ref": None,
    "transfer_line": None,
}
_SENT = {
    "source_system": "acd",
    "source_id": "2026-4127",
    "arrived_at": "2026-11-10T14:02:11+01:00",
    "answered_at": "2026-11-10T14:03:40+01:00",
    "ended_at": "2026-11-10T14:11:05+01:00",
    "client_ref": "CLI-4127",
    "reason": "pas-de-synchro",
    "talk_s": 445,
    "handler_ref": "agent-12",
}
describe(
    Contacts,
    POST=Told(
        id="send_contacts",
        title="Transmettre des contacts",
        tag="contacts",
        words="Un contact est nommé par (`source_system`, `source_id`) : envoyé de nouveau tel quel il est `unchanged`, "
        "changé il est corrigé (`updated`), jamais doublé. La réponse est 200 même si tous sont rejetés : lisez le "
        "résultat de chacun.",
        body=batch("Contacts", "contacts", CONTACT),
        answers={200: Answer(words="Le résultat de chacun, dans l’ordre donné.", shape=RESULTS)},
        problems=("too_many_items",),
        examples={
            "one": Example(
                title="Un appel traité",
                body={"contacts": [_SENT]},
                answer={"created": 1, "updated": 0, "unchanged": 0, "rejected": 0, "items": [_TAKEN]},
            ),
            "rejected": Example(
                title="Un contact accepté, un rejeté",
                body={"contacts": [_SENT, {"source_system": "acd", "source_id": "2026-4128"}]},
                answer={
                    "created": 1,
                    "updated": 0,
                    "unchanged": 0,
                    "rejected": 1,
                    "items": [
                        _TAKEN,
                        {
                            "index": 1,
                            "source_system": "acd",
                            "source_id": "2026-4128",
                            "status": "rejected",
                            "errors": [
                                {
                                    "pointer": "/contacts/1/arrived_at",
                                    "code": "missing",
                                    "detail": "Ce champ est exigé.",
                                }
                            ],
                        },
                    ],
                },
            ),
        },
    ),
)
describe(
    RepeatCheck,
    POST=Told(
        id="check_repeat",
        title="Demander ce que serait un appel qui sonne",
        tag="contacts",
        words="Rien n’est écrit, aussi souvent qu’on demande. Un numéro partagé par plusieurs clients n’identifie "
        "personne.",
        body=CHECK,
        answers={200: Answer(words="Ce que serait ce contact.", shape=CHECKED)},
        examples={
            "client": Example(
                title="Par la référence du client",
                body={"client_ref": "CLI-4127"},
                answer={
                    "identified": True,
                    "would_be_count": 1,
                    "rd3plus": False,
                    "mode": None,
                    "owner_queue": None,
                    "transfer_line": None,
                },
            )
        },
    ),
)
