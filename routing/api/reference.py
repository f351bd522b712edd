"""What the reference of the API tells of the directory and of the flows."""

from __future__ import annotations

from atdemain.rest.reference.operations import Answer, Example, describe
from atdemain.rest.reference.operations import Operation as Told
from atdemain.rest.reference.shapes import (
    answered,
    asked,
    day,
    flag,
    many,
    maybe,
    named,
    number,
    text,
    whole,
)
from routing.api import directory, flows

PERSON = named(
    "DirectoryContact",
    answered(
        id=whole("Numéro de l’interlocuteur."),
        version=whole("Sa version, qui est son ETag.", least=1),
        name=text("Nom ou fonction."),
        phone=maybe(text("Téléphone, en E.164.")),
        extension=maybe(text("Poste.")),
        email=maybe(text("Courriel.")),
        active=flag("Proposé aux conseillers."),
        verified_on=maybe(day("Dernière vérification.")),
    ),
)
LINE = named(
    "PriorityLine",
    answered(
        version=whole("Sa version, qui est son ETag.", least=1),
        number=text("Numéro, en E.164."),
        target_answer_s=whole("Réponse visée, en secondes."),
        valid_from=maybe(day("À partir du.")),
        valid_to=maybe(day("Jusqu’au, compris.")),
        weekly_hours=maybe(
            many(text("« 08:00-12:00, 14:00-18:00 », vide : fermé."), "Sept jours, depuis lundi.")
        ),
    ),
)
PERSON_PUT = named(
    "DirectoryContactChange",
    asked(
        "Tout l’interlocuteur ; un téléphone ou un courriel au moins.",
        required=("name",),
        name=text("Nom ou fonction.", least=1, most=80),
        phone=text("Téléphone, en toute écriture.", most=40),
        extension=text("Poste.", most=10),
        email=text("Courriel.", most=254),
        active=flag("Faux : n’est plus proposé aux conseillers."),
    ),
)
LINE_PUT = named(
    "PriorityLineChange",
    asked(
        required=("number",),
        number=text("Numéro, en toute écriture.", least=1, most=40),
        target_answer_s=whole("Réponse visée, en secondes ; 60 sans précision.", least=1, most=3_600),
        valid_from=day("À partir du, aujourd’hui au plus tard ; vide : dès maintenant."),
        valid_to=day("Jusqu’au, compris ; vide : sans fin."),
        weekly_hours=many(
            text("« 08:00-12:00, 14:00-18:00 », vide : fermé."),
            "Sept jours, depuis lundi, dont un ouvert au moins ; null : les horaires de l’entité.",
            least=7,
            most=7,
        ),
    ),
)
FLOWS = named(
    "Flows",
    answered(
        month=text("Le mois.", examples=["2026-10"]),
        complete=flag("Le mois est fini."),
        contacts_handled=whole("Contacts traités par votre entité."),
        rd3plus_originated=number("Réitérants qui ont commencé chez vous, au prorata."),
        origin_ratio=maybe(number("Indice de report : votre part de réitérants sur votre part de contacts.")),
        compensation=answered(
            absorbed=number("Appels pris pour vous."),
            owed=number("Dus."),
            delivered=number("Rendus."),
            balance=number("Solde."),
        ),
    ),
)

_PERSON = {
    "id": 12,
    "version": 2,
    "name": "Vigie",
    "phone": "+33199009901",
    "extension": None,
    "email": "vigie@exemple.fr",
    "active": True,
    "verified_on": "2026-11-10",
}
_LINE = {
    "version": 1,
    "number": "+33199009981",
    "target_answer_s": 45,
    "valid_from": None,
    "valid_to": None,
    "weekly_hours": ["08:00-20:00"] * 5 + ["09:00-12:00", ""],
}
_LINE_SENT = {"number": "01 99 00 99 81", "target_answer_s": 45, "weekly_hours": _LINE["weekly_hours"]}

describe(
    directory.Directory,
    GET=Told(
        id="get_directory",
        title="Lire son annuaire",
        tag="directory",
        answers={
            200: Answer(
                words="Vos interlocuteurs et votre fil prioritaire.",
                shape=named("Directory", answered(contacts=many(PERSON), priority_line=maybe(LINE))),
                headers=("ETag",),
            )
        },
        examples={
            "directory": Example(
                title="Un interlocuteur et un fil", answer={"contacts": [_PERSON], "priority_line": _LINE}
            )
        },
    ),
)
describe(
    directory.Contact,
    GET=Told(
        id="get_directory_contact",
        title="Lire un interlocuteur",
        tag="directory",
        answers={200: Answer(words="L’interlocuteur.", shape=PERSON, headers=("ETag",))},
        examples={"one": Example(title="Un interlocuteur", path={"id": 12}, answer=_PERSON)},
    ),
    PUT=Told(
        id="put_directory_contact",
        title="Mettre à jour un interlocuteur",
        tag="directory",
        words="Tout l’interlocuteur : ce qui est omis est vidé. L’écrire vaut vérification, à ce jour.",
        body=PERSON_PUT,
        versioned="always",
        answers={200: Answer(words="L’interlocuteur, vérifié ce jour.", shape=PERSON, headers=("ETag",))},
        examples={
            "put": Example(
                title="Un nouveau numéro",
                path={"id": 12},
                body={"name": "Vigie", "phone": "01 99 00 99 01", "email": "vigie@exemple.fr"},
                answer=_PERSON,
            )
        },
    ),
)
describe(
    directory.PriorityLineView,
    GET=Told(
        id="get_priority_line",
        title="Lire son fil prioritaire",
        tag="directory",
        answers={200: Answer(words="Le fil de ce jour.", shape=LINE, headers=("ETag",))},
        problems=("not_found",),
        examples={"line": Example(title="Un fil", answer=_LINE)},
    ),
    PUT=Told(
        id="put_priority_line",
        title="Mettre à jour son fil prioritaire",
        tag="directory",
        words="Le premier se crée sans `If-Match` ; ensuite la version lue est exigée.",
        body=LINE_PUT,
        versioned="existing",
        answers={
            200: Answer(words="Le fil changé.", shape=LINE, headers=("ETag",)),
            201: Answer(words="Le premier fil, créé.", shape=LINE, headers=("ETag",)),
        },
        examples={
            "change": Example(title="De nouveaux horaires", body=_LINE_SENT, answer={**_LINE, "version": 2}),
            "first": Example(title="Le premier fil", body=_LINE_SENT, status=201, answer=_LINE),
        },
    ),
)
describe(
    flows.Flows,
    GET=Told(
        id="get_flows",
        title="Lire ses volumes et son indice de report",
        tag="flows",
        query={
            "month": text(
                f"Le mois, parmi les {flows.MONTHS} derniers ; celui-ci sans précision.",
                pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
                examples=["2026-10"],
            )
        },
        answers={200: Answer(words="Les agrégats du mois.", shape=FLOWS, headers=("ETag",))},
        examples={
            "month": Example(
                title="Le mois d’octobre",
                query={"month": "2026-10"},
                answer={
                    "month": "2026-10",
                    "complete": True,
                    "contacts_handled": 4127,
                    "rd3plus_originated": 37.5,
                    "origin_ratio": 0.91,
                    "compensation": {"absorbed": 30, "owed": 28.5, "delivered": 25, "balance": 3.5},
                },
            )
        },
    ),
)
