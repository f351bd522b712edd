"""The partners' way in: a sandbox client whose secret everybody knows, and one being renewed."""

from __future__ import annotations

from datetime import datetime, timedelta

from atdemain.journal.actors import Actor
from atdemain.organisation import api_clients
from atdemain.organisation.api_scopes import SCOPES
from cases.demo.organisation import Organisation

#: client_id and client_secret of the guide's examples; demonstration data only.
SANDBOX = ("demo-partenaire-p1", "atdemain-demo")


def open_the_api(made: Organisation, now: datetime) -> None:
    actor = Actor.of_user(made.accounts["admin"], role="admin", source="seed")
    api_clients.create(
        made.entities["partenaire-p1"],
        name="Bac à sable",
        scopes=SCOPES,
        actor=actor,
        now=now - timedelta(days=20),
        known_as=SANDBOX,
    )
    first, _ = api_clients.create(
        made.entities["partenaire-p2"],
        name="SI de planification",
        scopes=[name for name in SCOPES if not name.startswith("contacts")],
        per_minute=120,
        actor=actor,
        now=now - timedelta(days=18),
    )
    api_clients.rotate(first, actor=actor, now=now - timedelta(days=1))
