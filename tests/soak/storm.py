"""What the partner of `tests.soak.contacts` posts, and what it should come to: the same contacts in order."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

PER_CLIENT = 5
DAYS = 10
TOKEN_LIVES = timedelta(hours=6)
#: (exclusion code, N, mode of an RD3+) of a contact.
Verdict = tuple[str, int | None, str | None]


class Site(NamedTuple):
    entity: int
    token: str


def site_environment(url: str, folder: Path, redis: str) -> dict[str, str]:
    """As in production: no debugging, and a journal whose heads are kept apart."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-of-the-soak-tests",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "VAR_DIR": str(folder),
        "JOURNAL_HEADS": str(folder / "heads.log"),
        "EMAIL_URL": "dummymail://",
        "DJANGO_SETTINGS_MODULE": "atdemain.settings",
        "PYTHONWARNINGS": "ignore",
    }


def build_site() -> Site:
    """A unit that takes part, the rules live, one partner with a token as long as the run."""
    from django.utils import timezone
    from oauth2_provider.models import AccessToken

    from atdemain.journal.actors import system
    from atdemain.organisation import api_clients
    from atdemain.organisation.enums import EntityKind
    from atdemain.organisation.models import Entity, Unit, UnitParticipation
    from atdemain.organisation.models.clients import MOST_PER_MINUTE
    from cases.enums import Mode
    from cases.reference import ensure_reference

    programme, _ = ensure_reference(mode=Mode.LIVE)
    hours = [[["00:00", "24:00"]]] * 7
    unit = Unit.objects.create(code="lyon", name="UAT Lyon", weekly_hours=hours)
    UnitParticipation.objects.create(programme=programme, unit=unit, participates=True)
    entity = Entity.objects.create(code="p1", name="Partenaire P1", kind=EntityKind.PARTNER_CONTACT_CENTRE)
    now = timezone.now()
    issued = api_clients.create(
        entity,
        name="SI",
        scopes=["contacts:write"],
        actor=system("soak"),
        now=now,
        per_minute=MOST_PER_MINUTE,
    )
    token = "soak-token"
    AccessToken.objects.create(
        application=issued.client, token=token, scope="contacts:write", expires=now + TOKEN_LIVES
    )
    return Site(entity.pk, token)


def calls(number: int, chance: random.Random) -> list[dict[str, Any]]:
    """Contacts of the last days, five to a client: mostly calls that count, and each reason not to."""
    from django.utils import timezone

    end = timezone.now() - timedelta(hours=1)
    return [_call(rank, end, number // PER_CLIENT, chance) for rank in range(number)]


def _call(rank: int, end: Any, clients: int, chance: random.Random) -> dict[str, Any]:
    client = chance.randrange(clients)
    start = end - timedelta(minutes=chance.randrange(DAYS * 24 * 60))
    lost = chance.random() < 0.08
    return {
        "source_system": chance.choice(["acd", "acd", "acd", "chat"]),
        "source_id": f"c{rank}",
        "arrived_at": start.isoformat(),
        "answered_at": None if lost else start.isoformat(),
        "ended_at": (start + timedelta(minutes=chance.choice([1, 5, 30]))).isoformat(),
        "talk_s": chance.choice([300, 300, 300, 300, 5]),
        "outcome": "abandoned" if lost else chance.choice(["handled"] * 8 + ["transferred", "dropped"]),
        "nature": chance.choice(["client"] * 12 + ["test", "internal"]),
        "client_ref": f"CLI-{client}",
        "client_name": f"Client {client}",
        "unit": "lyon",
        "reason": chance.choice(["pas-de-synchro", "debit-lent"]),
        "handler_ref": f"a{chance.randrange(3)}",
        "interaction_id": f"i{client}" if chance.random() < 0.15 else None,
        "leg_no": chance.choice([1, 2]),
    }


def parcels(sends: Sequence[dict[str, Any]], chance: random.Random) -> Iterator[list[dict[str, Any]]]:
    """Most go alone, some by a few or by dozens."""
    at = 0
    while at < len(sends):
        size = chance.choice([1] * 8 + [5, 30])
        yield list(sends[at : at + size])
        at += size


def judged(suffix: str = "") -> dict[str, Verdict]:
    """The present verdict of each contact whose client's reference ends so, by the source's id."""
    from cases.enums import VerdictValue
    from cases.models import Contact, RepeatVerdict

    rows = Contact.objects.filter(client__client_ref__endswith=suffix, source_system__endswith=suffix)
    live = RepeatVerdict.objects.filter(superseded_at=None, verdict=VerdictValue.RD3PLUS)
    modes = dict(live.values_list("contact", "mode"))
    columns = rows.order_by().values_list("pk", "source_id", "exclusion_code", "n_in_window")
    return {source: (code, n, modes.get(pk)) for pk, source, code, n in columns}


def accepted(told: Sequence[dict[str, Any]], entity: int) -> dict[str, Verdict]:
    """What the same contacts of other clients come to when they are taken in order; undone behind."""
    from django.db import transaction
    from django.utils import timezone

    from atdemain.journal.actors import importer
    from cases.api.contact_items import understand
    from cases.intake import receive_batch

    ordered = sorted(told, key=lambda one: (one["arrived_at"], one["source_id"]))
    others = [
        one | {"client_ref": one["client_ref"] + "-s", "source_system": one["source_system"] + "-s"}
        for one in ordered
    ]
    contacts = [understand(one, 0, entity, "p1") for one in others]
    with transaction.atomic():
        for start in range(0, len(contacts), 500):
            receive_batch(contacts[start : start + 500], actor=importer("soak"), now=timezone.now())
        found = judged("-s")
        transaction.set_rollback(True)
    return found
