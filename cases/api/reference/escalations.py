"""The entity's escalations, and the limited view of a case."""

from __future__ import annotations

from typing import Any

from atdemain.notifications.enums import WebhookEvent
from atdemain.rest.reference.events import event
from atdemain.rest.reference.listed import LIST_PARAMETERS, listed
from atdemain.rest.reference.operations import Answer, Example, describe
from atdemain.rest.reference.operations import Operation as Told
from atdemain.rest.reference.shapes import (
    NOTHING,
    answered,
    asked,
    choice,
    flag,
    many,
    maybe,
    moment,
    named,
    text,
    whole,
)
from cases.api import escalations
from cases.api.one_case import OneCase
from cases.enums import (
    AnswerCode,
    CaseState,
    Colour,
    EscalationMode,
    EscalationNoteKind,
    EscalationReason,
    EscalationStatus,
    FaultStatus,
    FaultSystem,
    ReasonFamily,
    ResolutionCode,
    Technology,
)

STATUS = choice(EscalationStatus.values, "Où elle en est.")
COLOUR = choice(Colour.values, "Urgence.")
VERSION = whole("Sa version, qui est son ETag.", least=1)
ANSWER = named(
    "EscalationAnswer",
    answered(
        code=choice(AnswerCode.values, "Ce qui a été répondu."),
        text=text("Le texte de la réponse."),
        appointment_at=maybe(moment("Le rendez-vous pris.")),
        duplicate_of=maybe(text("La référence dont elle est le doublon.")),
        tell_client_now=flag("Le client peut être prévenu tout de suite."),
    ),
)
_ESCALATION: dict[str, Any] = {
    "id": whole("Numéro de l’escalade."),
    "version": VERSION,
    "case_ref": text("Le dossier."),
    "status": STATUS,
    "colour": COLOUR,
    "mode": choice(EscalationMode.values, "Dossier, ou transfert accompagné."),
    "reason": choice(EscalationReason.values, "Pourquoi vous êtes sollicité."),
    "summary": text("Ce qui est demandé."),
    "sent_at": moment("Envoyée."),
    "ack_due": moment("Accusé attendu avant."),
    "ack_at": maybe(moment("Accusé donné.")),
    "answer_due": moment("Réponse attendue avant."),
    "answered_at": maybe(moment("Réponse donnée.")),
    "answer": maybe(ANSWER),
    "named_contact": maybe(answered(id=whole("Numéro dans l’annuaire."), name=text("Son nom."))),
    "status_requested_at": maybe(moment("Dernière demande de nouvelles.")),
    "info_requested_at": maybe(moment("Dernière précision que vous avez demandée.")),
    "withdrawn_at": maybe(moment("Retirée.")),
    "withdrawn_reason": maybe(text("Pourquoi elle est retirée.")),
    "updated_at": moment("Dernier changement."),
}
ESCALATION = named("Escalation", answered(**_ESCALATION))
EXCHANGE = named(
    "Exchange",
    answered(
        kind=choice(EscalationNoteKind.values, "Nouvelles ou précision, demandées ou données."),
        at=moment("Quand."),
        text=text("Ce qui a été écrit."),
    ),
)
WHOLE = named(
    "EscalationDetail",
    answered(**_ESCALATION, exchanges=many(EXCHANGE, "Ce qui s’est dit pendant qu’elle était ouverte.")),
)
ANSWERED = named(
    "Answer",
    asked(
        required=("answer_code", "text"),
        answer_code=choice(AnswerCode.values, "`appointment` exige une date, `duplicate` une référence."),
        text=text("La réponse, telle que le conseiller la lira.", least=10, most=2000),
        appointment_at=moment("Le rendez-vous pris, à venir."),
        duplicate_of=text("La référence dont elle est le doublon.", most=60),
        tell_client_now=flag("Le client peut être prévenu tout de suite."),
    ),
)
INFO = named(
    "InfoRequest",
    asked(required=("text",), text=text("La précision demandée au conseiller.", least=10, most=2000)),
)
PERSON = named(
    "NamedContact",
    asked(required=("contact",), contact=whole("Numéro d’un interlocuteur de votre annuaire.")),
)
CASE = named(
    "Case",
    answered(
        "L’essentiel d’un dossier : ni le nom du client, ni les notes des conseillers.",
        ref=text("Référence."),
        state=choice(CaseState.values, "Où il en est."),
        colour=COLOUR,
        reason_family=choice(ReasonFamily.values, "De quoi il s’agit."),
        unit=text("L’unité qui le suit."),
        opened_at=moment("Ouvert."),
        line=maybe(
            answered(ref=text("Référence de la ligne."), technology=choice(Technology.values, "Technologie."))
        ),
        news_promised=maybe(
            answered(
                "Quand des nouvelles ont été promises au client.",
                **{"from": moment("De."), "to": moment("À.")},
            )
        ),
        faults=many(
            named(
                "CaseFault",
                answered(
                    system=choice(FaultSystem.values, "Le système qui le suit."),
                    ref=text("Sa référence."),
                    colour=choice(Colour.values, "Urgence."),
                    status=choice(FaultStatus.values, "Où il en est."),
                    opened_at=maybe(moment("Ouvert.")),
                    closed_at=maybe(moment("Fermé.")),
                ),
            ),
            "Les dérangements liés.",
        ),
        escalation=answered(
            id=whole("Votre dernière escalade sur ce dossier."), status=STATUS, version=VERSION
        ),
        phones=many(text("En E.164."), "Vide, sauf si vous avez répondu avoir besoin du client."),
    ),
)

_ONE: dict[str, Any] = {
    "id": 4127,
    "version": 1,
    "case_ref": "ATD-2026-000042",
    "status": "sent",
    "colour": "orange",
    "mode": "case",
    "reason": "network_diagnosis",
    "summary": "Paires inversées au répartiteur, à reprendre.",
    "sent_at": "2026-11-10T08:30:00Z",
    "ack_due": "2026-11-10T12:30:00Z",
    "ack_at": None,
    "answer_due": "2026-11-12T08:30:00Z",
    "answered_at": None,
    "answer": None,
    "named_contact": None,
    "status_requested_at": None,
    "info_requested_at": None,
    "withdrawn_at": None,
    "withdrawn_reason": None,
    "updated_at": "2026-11-10T08:30:00Z",
}
_WHOLE = {**_ONE, "exchanges": []}
_AT = "2026-11-10T14:30:00Z"
_MOVED = {**_WHOLE, "version": 2, "updated_at": _AT}
_FIXED = "Carte remplacée, débit mesuré normal."
_RESPONSE = {200: Answer(words="L’escalade telle qu’elle est maintenant.", shape=WHOLE, headers=("ETag",))}
_REFUSALS = ("conflict", "forbidden")

describe(
    escalations.Escalations,
    GET=Told(
        id="list_escalations",
        title="Lister les escalades adressées à son entité",
        tag="escalations",
        words="Dans l’ordre de leur dernier changement. Pour suivre : gardez le plus grand `updated_at` lu et redemandez "
        "avec `updated_since`, qui remonte de lui-même cinq minutes plus tôt : un changement s’écrit parfois après un plus "
        "récent, et aucun n’est manqué. Ce que vous avez déjà lu se reconnaît à `id` et `version`.",
        query={
            "status": choice(EscalationStatus.values, "Seulement celles qui en sont là."),
            "colour": choice(Colour.values, "Seulement cette urgence."),
            "updated_since": moment("Changées depuis, et cinq minutes plus tôt."),
            **LIST_PARAMETERS,
        },
        answers={
            200: Answer(
                words="Une page d’escalades.",
                shape=listed("Escalations", ESCALATION),
                headers=("ETag", "Link"),
            )
        },
        examples={
            "sent": Example(
                title="Celles qui attendent un accusé",
                query={"status": "sent", "limit": 50},
                answer={"items": [_ONE], "next": None},
            )
        },
    ),
)
describe(
    escalations.OneEscalation,
    GET=Told(
        id="get_escalation",
        title="Lire une escalade",
        tag="escalations",
        answers={200: Answer(words="L’escalade et ses échanges.", shape=WHOLE, headers=("ETag",))},
        examples={"one": Example(title="Une escalade envoyée", path={"id": 4127}, answer=_WHOLE)},
    ),
)
describe(
    escalations.Acknowledge,
    POST=Told(
        id="acknowledge_escalation",
        title="Accuser réception",
        tag="escalations",
        body=NOTHING,
        optional_body=True,
        versioned="always",
        answers=_RESPONSE,
        problems=_REFUSALS,
        examples={
            "acknowledge": Example(
                title="Accuser",
                path={"id": 4127},
                body={},
                answer={**_MOVED, "status": "acknowledged", "ack_at": _AT},
            )
        },
    ),
)
describe(
    escalations.Answer,
    POST=Told(
        id="answer_escalation",
        title="Répondre",
        tag="escalations",
        words="Le dossier revient au conseiller, qui rappelle le client. `needs_client` ouvre ses numéros dans la vue du "
        "dossier.",
        body=ANSWERED,
        versioned="always",
        answers=_RESPONSE,
        problems=_REFUSALS,
        examples={
            "fixed": Example(
                title="C’est réparé",
                path={"id": 4127},
                body={"answer_code": "fixed", "text": _FIXED, "tell_client_now": True},
                answer={
                    **_MOVED,
                    "status": "answered",
                    "ack_at": _AT,
                    "answered_at": _AT,
                    "answer": {
                        "code": "fixed",
                        "text": _FIXED,
                        "appointment_at": None,
                        "duplicate_of": None,
                        "tell_client_now": True,
                    },
                },
            )
        },
    ),
)
describe(
    escalations.RequestInfo,
    POST=Told(
        id="request_info",
        title="Demander une précision",
        tag="escalations",
        body=INFO,
        versioned="always",
        answers=_RESPONSE,
        problems=_REFUSALS,
        examples={
            "ask": Example(
                title="Une question au conseiller",
                path={"id": 4127},
                body={"text": "Quel est le numéro de série du boîtier ?"},
                answer={
                    **_MOVED,
                    "info_requested_at": _AT,
                    "exchanges": [
                        {
                            "kind": "info_request",
                            "at": _AT,
                            "text": "Quel est le numéro de série du boîtier ?",
                        }
                    ],
                },
            )
        },
    ),
)
describe(
    escalations.NamedContact,
    POST=Told(
        id="name_contact",
        title="Nommer un interlocuteur",
        tag="escalations",
        words="La personne que le conseiller peut demander, prise dans l’annuaire de votre entité.",
        body=PERSON,
        versioned="always",
        answers=_RESPONSE,
        problems=_REFUSALS,
        examples={
            "name": Example(
                title="Nommer",
                path={"id": 4127},
                body={"contact": 12},
                answer={**_MOVED, "named_contact": {"id": 12, "name": "Permanence Partenaire P1"}},
            )
        },
    ),
)
describe(
    OneCase,
    GET=Told(
        id="get_case",
        title="Lire l’essentiel d’un dossier",
        tag="escalations",
        words="Seulement un dossier dont une escalade est adressée à votre entité.",
        answers={200: Answer(words="L’essentiel du dossier.", shape=CASE, headers=("ETag",))},
        examples={
            "case": Example(
                title="Un dossier escaladé",
                path={"ref": "ATD-2026-000042"},
                answer={
                    "ref": "ATD-2026-000042",
                    "state": "escalated",
                    "colour": "orange",
                    "reason_family": "no_sync",
                    "unit": "lyon",
                    "opened_at": "2026-11-10T08:30:00Z",
                    "line": None,
                    "news_promised": {"from": "2026-11-12T09:00:00Z", "to": "2026-11-12T10:00:00Z"},
                    "faults": [],
                    "escalation": {"id": 4127, "status": "sent", "version": 1},
                    "phones": [],
                },
            )
        },
    ),
)

_TOLD = {
    "escalation": whole("Numéro de l’escalade."),
    "case_ref": text("Le dossier."),
    "status": STATUS,
    "version": VERSION,
    **{name: _ESCALATION[name] for name in ("colour", "mode", "reason", "sent_at", "ack_due", "answer_due")},
}
for _kind in (
    WebhookEvent.ESCALATION_CREATED, WebhookEvent.ESCALATION_WITHDRAWN, WebhookEvent.ESCALATION_DUE_SOON,
):  # fmt: skip
    event(_kind.value, answered(**_TOLD), {"escalation": 4127, **{k: _ONE[k] for k in _TOLD if k in _ONE}})
event(
    WebhookEvent.CASE_RESOLVED.value,
    answered(
        case_ref=text("Le dossier."),
        colour=COLOUR,
        resolution_code=choice(ResolutionCode.values, "Comment."),
        resolved_at=moment("Quand."),
    ),
    {
        "case_ref": "ATD-2026-000042",
        "colour": "orange",
        "resolution_code": "repaired_network",
        "resolved_at": "2026-11-12T10:10:00Z",
    },
)
