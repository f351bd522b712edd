"""The operations of this package's own views: who am I, and the webhooks."""

from __future__ import annotations

from atdemain.notifications.enums import DeliveryStatus, DisabledReason, WebhookEvent
from atdemain.notifications.webhooks.addresses import LONGEST
from atdemain.organisation.api_scopes import SCOPES
from atdemain.rest import webhooks
from atdemain.rest.me import Me
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
)  # fmt: skip

ME = named(
    "Me",
    answered(
        client_id=text("Identifiant du client."),
        name=text("Le nom que lui donne l’administrateur."),
        entity=answered(code=text("Code de votre entité."), name=text("Son nom.")),
        scopes=many(choice(SCOPES), "Les droits de ce jeton."),
        token_expires_at=moment("Fin de validité du jeton."),
        limits=answered(
            requests_per_minute=whole("Requêtes par minute."),
            body_bytes=whole("Taille d’un corps, en octets."),
        ),
    ),
)
EVENT = choice(WebhookEvent.values, "Ce dont on veut être prévenu.")
_SUBSCRIPTION = {
    "id": whole("Numéro de l’abonnement."),
    "url": text("Où les messages sont envoyés."),
    "events": many(EVENT),
    "description": text("À quoi il sert."),
    "active": flag("Faux : plus rien n’est envoyé."),
    "disabled_reason": maybe(choice(DisabledReason.values, "Pourquoi il est suspendu.")),
    "disabled_at": maybe(moment("Depuis quand.")),
    "created_at": moment("Quand il a été créé."),
    "version": whole("Sa version, qui est son ETag."),
}
SUBSCRIPTION = named("Webhook", answered(**_SUBSCRIPTION))
WITH_SECRET = named(
    "WebhookWithSecret",
    answered(
        **_SUBSCRIPTION,
        secret=maybe(text("La clé de signature, montrée une fois ; null quand la réponse est répétée.")),
    ),
)
_GIVEN = {
    "url": text(
        "`https://…`, sur une machine que l’administrateur a permise.",
        most=LONGEST,
        pattern=r"^\s*[hH][tT][tT][pP][sS]://",
    ),
    "events": many(EVENT, least=1, most=len(WebhookEvent.values)),
    "description": text("À quoi il sert.", most=120),
}
NEW = named("NewWebhook", asked(required=("url", "events"), **_GIVEN))
CHANGED = named(
    "WebhookChange",
    asked(required=("url", "events"), **_GIVEN, active=flag("Faux suspend les envois, vrai les reprend.")),
)
ROTATED = named(
    "NewSecret",
    answered(
        secret=maybe(text("La nouvelle clé, montrée une fois ; null quand la réponse est répétée.")),
        previous_valid_until=moment("Jusque-là, les messages portent les deux signatures."),
    ),
)
TRIED = named("WebhookTest", answered(webhook_id=text("Le `webhook-id` du message d’essai.")))
DELIVERY = named(
    "Delivery",
    answered(
        webhook_id=text("Le `webhook-id` du message."),
        event=text("Ce qu’il dit.", examples=[*WebhookEvent.values]),
        status=choice(DeliveryStatus.values, "Où en est l’envoi."),
        created_at=moment("Quand c’est arrivé."),
        sent_at=maybe(moment("Quand il a été reçu.")),
        next_attempt_at=maybe(moment("Prochain essai.")),
        error=maybe(text("Pourquoi le dernier envoi a échoué, ou pourquoi le message est abandonné.")),
        attempts=many(
            named(
                "DeliveryAttempt",
                answered(
                    number=whole("Rang de l’essai."),
                    at=moment("Quand."),
                    status_code=maybe(whole("Réponse HTTP de votre machine.")),
                    duration_ms=maybe(whole("Durée, en millisecondes.")),
                    error=maybe(text("Ce qui a manqué.")),
                ),
            ),
            "Les dix derniers, le plus récent d’abord.",
        ),
    ),
)
SENT_AGAIN = named("SentAgain", answered(sent_again=whole("Messages remis dans la file.")))
DELIVERIES = listed("Deliveries", DELIVERY)

_ONE = {
    "id": 7,
    "url": "https://hooks.partenaire.example/atdemain",
    "events": ["escalation.created", "case.resolved"],
    "description": "Production",
    "active": True,
    "disabled_reason": None,
    "disabled_at": None,
    "created_at": "2026-11-10T14:30:00Z",
    "version": 1,
}
_KEY = "whsec_bXkgc2VjcmV0IG9mIDMyIGJ5dGVzLCBuZXZlciB1c2Vk"
_SENT = {name: _ONE[name] for name in ("url", "events", "description")}

describe(
    Me,
    GET=Told(
        id="get_me",
        title="Qui suis-je, avec quels droits, dans quelles limites",
        tag="access",
        words="La première requête à faire : elle dit ce que ce jeton ouvre.",
        answers={200: Answer(words="Ce que ce jeton ouvre.", shape=ME, headers=("ETag",))},
        examples={
            "me": Example(
                title="Le client du bac à sable",
                answer={
                    "client_id": "demo-partenaire-p1",
                    "name": "Bac à sable",
                    "entity": {"code": "partenaire-p1", "name": "Partenaire P1"},
                    "scopes": ["contacts:write", "escalations:read"],
                    "token_expires_at": "2026-11-10T14:45:00Z",
                    "limits": {"requests_per_minute": 600, "body_bytes": 2097152},
                },
            )
        },
    ),
)
describe(
    webhooks.Webhooks,
    GET=Told(
        id="list_webhooks",
        title="Lister ses abonnements",
        tag="webhooks",
        answers={
            200: Answer(
                words="Tous : une entité en a cinq au plus.",
                shape=named("Webhooks", answered(items=many(SUBSCRIPTION))),
                headers=("ETag",),
            )
        },
        examples={"list": Example(title="Un abonnement", answer={"items": [_ONE]})},
    ),
    POST=Told(
        id="create_webhook",
        title="S’abonner",
        tag="webhooks",
        words="La machine doit d’abord être permise par un administrateur. La clé de signature n’est montrée que dans "
        "cette réponse : gardez-la.",
        body=NEW,
        answers={
            201: Answer(words="L’abonnement et sa clé.", shape=WITH_SECRET, headers=("ETag", "Location"))
        },
        problems=("conflict",),
        examples={
            "create": Example(
                title="Deux événements", body=_SENT, status=201, answer={**_ONE, "secret": _KEY}
            )
        },
    ),
)
describe(
    webhooks.Webhook,
    GET=Told(
        id="get_webhook",
        title="Lire un abonnement",
        tag="webhooks",
        answers={200: Answer(words="L’abonnement, sans sa clé.", shape=SUBSCRIPTION, headers=("ETag",))},
        examples={"one": Example(title="En service", path={"id": 7}, answer=_ONE)},
    ),
    PUT=Told(
        id="change_webhook",
        title="Changer, suspendre ou reprendre un abonnement",
        tag="webhooks",
        words="Tout l’abonnement : ce qui est omis est vidé, sauf `active` qui reste comme il est.",
        body=CHANGED,
        versioned="always",
        answers={200: Answer(words="L’abonnement changé.", shape=SUBSCRIPTION, headers=("ETag",))},
        problems=("conflict",),
        examples={
            "change": Example(
                title="Un événement de moins",
                path={"id": 7},
                body={**_SENT, "events": ["escalation.created"]},
                answer={**_ONE, "events": ["escalation.created"], "version": 2},
            )
        },
    ),
    DELETE=Told(
        id="end_webhook",
        title="Terminer un abonnement",
        tag="webhooks",
        words="Ce qui n’était pas encore parti ne partira pas.",
        versioned="always",
        answers={204: Answer(words="Terminé.")},
        examples={"end": Example(title="Terminer", path={"id": 7}, status=204)},
    ),
)
describe(
    webhooks.RotateSecret,
    POST=Told(
        id="rotate_webhook_secret",
        title="Renouveler la clé de signature",
        tag="webhooks",
        words="Les messages portent les deux signatures jusqu’à la fin du renouvellement : rien ne se perd.",
        body=NOTHING,
        optional_body=True,
        answers={200: Answer(words="La nouvelle clé.", shape=ROTATED)},
        problems=("conflict",),
        examples={
            "rotate": Example(
                title="Renouveler",
                path={"id": 7},
                body={},
                answer={"secret": _KEY, "previous_valid_until": "2026-11-11T14:30:00Z"},
            )
        },
    ),
)
describe(
    webhooks.Test,
    POST=Told(
        id="test_webhook",
        title="Envoyer un essai",
        tag="webhooks",
        body=NOTHING,
        optional_body=True,
        answers={202: Answer(words="Le message part dans quelques secondes.", shape=TRIED)},
        problems=("conflict",),
        examples={
            "try": Example(
                title="Essayer",
                path={"id": 7},
                body={},
                status=202,
                answer={"webhook_id": "msg_5f0d6f0e7b0f4c559a2b4a3c4e1d2f60"},
            )
        },
    ),
)
describe(
    webhooks.Deliveries,
    GET=Told(
        id="list_webhook_deliveries",
        title="Lire ce qui a été envoyé",
        tag="webhooks",
        words="Du plus ancien au plus récent, sans le corps.",
        query={"status": choice(DeliveryStatus.values, "Seulement ceux-là."), **LIST_PARAMETERS},
        answers={200: Answer(words="Une page d’envois.", shape=DELIVERIES, headers=("ETag", "Link"))},
        examples={
            "all": Example(
                title="Un message reçu du premier coup",
                path={"id": 7},
                query={"status": "sent", "limit": 50},
                answer={
                    "items": [
                        {
                            "webhook_id": "msg_5f0d6f0e7b0f4c559a2b4a3c4e1d2f60",
                            "event": "escalation.created",
                            "status": "sent",
                            "created_at": "2026-11-10T14:30:00Z",
                            "sent_at": "2026-11-10T14:30:04Z",
                            "next_attempt_at": None,
                            "error": None,
                            "attempts": [
                                {
                                    "number": 1,
                                    "at": "2026-11-10T14:30:04Z",
                                    "status_code": 204,
                                    "duration_ms": 38,
                                    "error": None,
                                }
                            ],
                        }
                    ],
                    "next": None,
                },
            )
        },
    ),
)
describe(
    webhooks.ResendAll,
    POST=Told(
        id="resend_webhook_deliveries",
        title="Renvoyer tous les messages abandonnés",
        tag="webhooks",
        words="Ils repartent sous les mêmes identifiants : ce que votre machine a déjà reçu, elle le reconnaît.",
        body=NOTHING,
        optional_body=True,
        answers={202: Answer(words="Ils partent dans quelques secondes.", shape=SENT_AGAIN)},
        problems=("conflict",),
        examples={
            "all": Example(
                title="Un seul était abandonné", path={"id": 7}, body={}, status=202, answer={"sent_again": 1}
            )
        },
    ),
)
describe(
    webhooks.Resend,
    POST=Told(
        id="resend_webhook_delivery",
        title="Renvoyer un message abandonné",
        tag="webhooks",
        words="Sous le même identifiant, aux mêmes conditions qu’un premier envoi.",
        body=NOTHING,
        optional_body=True,
        answers={202: Answer(words="Il part dans quelques secondes.", shape=SENT_AGAIN)},
        problems=("conflict",),
        examples={
            "one": Example(
                title="Un message",
                path={"id": 7, "webhook_id": "msg_5f0d6f0e7b0f4c559a2b4a3c4e1d2f60"},
                body={},
                status=202,
                answer={"sent_again": 1},
            )
        },
    ),
)
