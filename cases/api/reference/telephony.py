"""The house's own switch."""

from __future__ import annotations

from typing import Any

from atdemain.rest.reference.operations import Answer, Example, describe
from atdemain.rest.reference.operations import Operation as Told
from atdemain.rest.reference.shapes import answered, asked, choice, flag, maybe, moment, named, text, whole
from cases.api import telephony
from cases.enums import CaseState, Mode
from cases.pop import Queue

_KNOWN: dict[str, Any] = {
    "identified": flag("Le numéro est à un seul client."),
    "shared_by": whole("Combien de clients ont ce numéro, quand ce n’est pas un seul."),
    "client_ref": maybe(text("Référence du client.")),
    "case_ref": maybe(text("Le dossier que l’appel rejoindrait.")),
    "case_state": maybe(choice(CaseState.values, "Où il en est.")),
    "contacts_in_window": whole("Contacts qui comptent déjà dans la fenêtre."),
    "would_be_count": maybe(whole("Le rang qu’aurait cet appel ; null s’il ne compterait pas.")),
    "window_hours": whole("La fenêtre, en heures."),
    "rd3plus": flag("L’appel serait RD3+."),
    "mode": maybe(choice(Mode.values, "`live`, ou `shadow` en observation.")),
    "queue": answered(
        "Où l’appel devrait aller.",
        kind=choice([one.value for one in Queue], "Qui suit le dossier, la file RD3+, ou la file commune."),
        unit=maybe(text("L’unité.")),
        extension=maybe(text("Le poste de qui suit le dossier.")),
    ),
}
CALL = text("Nom de l’appel, donné par le central.", pattern=rf"^{telephony.CALL.pattern}$")
NUMBER = text("Numéro présenté, en toute écriture.", most=40)
_NOBODY = {
    "identified": False,
    "shared_by": 0,
    "client_ref": None,
    "case_ref": None,
    "case_state": None,
    "contacts_in_window": 0,
    "would_be_count": None,
    "window_hours": 168,
    "rd3plus": False,
    "mode": None,
    "queue": {"kind": "standard", "unit": None, "extension": None},
}
_INTERNAL = "Réservé à une entité de la maison."

describe(
    telephony.Lookup,
    POST=Told(
        id="look_up_number",
        title="Savoir qui appelle",
        tag="telephony",
        words=f"{_INTERNAL} Rien n’est annoncé à personne.",
        body=named(
            "NumberLookup", asked(required=("number",), number={**NUMBER, "minLength": 1, "pattern": r"\S"})
        ),
        answers={200: Answer(words="Ce qu’on en sait.", shape=named("KnownNumber", answered(**_KNOWN)))},
        examples={
            "number": Example(title="Un numéro inconnu", body={"number": "01 99 00 41 27"}, answer=_NOBODY)
        },
    ),
)
describe(
    telephony.Calls,
    POST=Told(
        id="announce_call",
        title="Annoncer un appel qui sonne",
        tag="telephony",
        words=f"{_INTERNAL} La page du conseiller de ce poste le montre d’elle-même en moins de deux secondes. Annoncé deux "
        "fois, c’est le même appel ; présenté de nouveau à un poste qui ne sonnait plus, il y sonne de nouveau.",
        body=named(
            "RingingCall",
            asked(
                required=("call_id", "extension"),
                call_id=CALL,
                extension=text("Poste qui sonne.", pattern=rf"^{telephony.EXTENSION.pattern}$"),
                number=NUMBER,
                at=moment("Début de la sonnerie ; à l’instant sans précision."),
            ),
        ),
        answers={
            200: Answer(
                words="Ce qu’on en sait, et s’il a été annoncé.",
                shape=named("AnnouncedCall", answered(announced=flag("Une page le montrera."), **_KNOWN)),
            )
        },
        examples={
            "ring": Example(
                title="Le poste 4127 sonne",
                body={"call_id": "c-1", "extension": "4127", "number": "01 99 00 41 27"},
                answer={"announced": True, **_NOBODY},
            )
        },
    ),
)
describe(
    telephony.Ended,
    POST=Told(
        id="end_call",
        title="Dire qu’un appel ne sonne plus",
        tag="telephony",
        words=f"{_INTERNAL} Deux fois valent une.",
        body=named("EndedCall", asked(required=("call_id",), call_id=CALL)),
        answers={
            200: Answer(
                words="S’il sonnait encore.",
                shape=named("CallEnd", answered(ended=flag("Il sonnait encore."))),
            )
        },
        examples={"end": Example(title="Raccroché", body={"call_id": "c-1"}, answer={"ended": True})},
    ),
)
