"""What reaches the outside and what comes from the switch: a webhook not in service yet, telephones, the switch's key."""

from __future__ import annotations

from datetime import datetime, timedelta

from atdemain.journal.actors import Actor
from atdemain.notifications.enums import DisabledReason, WebhookEvent
from atdemain.notifications.webhooks import subscriptions
from atdemain.organisation import api_clients
from cases.demo.organisation import DEMO_UNIT, Organisation
from cases.models import PhoneExtension

#: client_id and client_secret of the switch in the examples; demonstration data only.
SWITCH = ("demo-central", "atdemain-demo")
#: Nobody answers there (RFC 2606), and nothing is sent: the subscription waits for the entity's machine.
HOST = "hooks.ui-provence.example"
EXTENSIONS = {"advisor": "4127", "support": "4130", "manager": "4100"}


def reach_out(made: Organisation, now: datetime) -> None:
    admin = Actor.of_user(made.accounts["admin"], role="admin", source="seed")
    entity, since = made.entities["ui-provence"], now - timedelta(days=6)
    subscriptions.allow(entity, HOST, 443, actor=admin, now=since)
    hook = subscriptions.create(
        entity,
        f"https://{HOST}/atdemain",
        WebhookEvent.values,
        "Portail de l’UI, en recette : prévenir son équipe avant de reprendre.",
        actor=admin,
        now=since,
    ).subscription
    subscriptions.test(hook, actor=admin, now=since)
    subscriptions.stop(hook, DisabledReason.ADMIN, actor=admin, now=since + timedelta(minutes=4))
    for account, number in EXTENSIONS.items():
        PhoneExtension.objects.create(number=number, user=made.accounts[account])
    api_clients.create(
        made.entities[DEMO_UNIT],
        name="Central téléphonique",
        scopes=["telephony"],
        per_minute=1200,
        actor=admin,
        now=now - timedelta(days=12),
        known_as=SWITCH,
    )
