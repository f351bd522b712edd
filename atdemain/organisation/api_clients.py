"""The keys of the API: given, renewed, changed and withdrawn by an administrator, each time in the journal.

A secret is given back once, by what makes it; the database keeps its hash. An entity has two live clients at
most: the one in use and, during a rotation, the one that takes its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import IntegrityError, transaction
from oauth2_provider.generators import generate_client_id, generate_client_secret
from oauth2_provider.models import AccessToken

from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import record
from atdemain.organisation.api_scopes import in_order
from atdemain.organisation.models import ApiClient, Entity, RequestCount, User
from atdemain.organisation.models.clients import DEFAULT_PER_MINUTE, LONGEST_NAME, MOST_PER_MINUTE, SLOTS

KIND = "api_client"


class ClientRefused(Exception):
    """French, says what to do; `field` for the form, "" for the whole of it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class Issued(NamedTuple):
    """A new client and its secret, which nobody can read again."""

    client: ApiClient
    secret: str


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the history: who did what, when and why."""

    at: datetime
    who: str
    action: str
    reason: str
    changes: dict[str, list[object]]


@transaction.atomic
def create(
    entity: Entity,
    *,
    name: str,
    scopes: Iterable[str],
    actor: Actor,
    now: datetime,
    per_minute: int = DEFAULT_PER_MINUTE,
    renewing: bool = False,
    known_as: tuple[str, str] | None = None,
) -> Issued:
    """A client of this entity. Raises ClientRefused: one is live already (two, `renewing`), no name, no scope, a limit
    out of bounds.

    `known_as`: the id and the secret of a demonstration, which everybody may know; drawn at random otherwise.
    """
    entity = Entity.objects.select_for_update(of=("self",)).get(pk=entity.pk)
    taken = set(ApiClient.objects.filter(entity=entity, revoked_at=None).values_list("slot", flat=True))
    if taken and not renewing:
        raise ClientRefused(f"{entity} a déjà un client en service : renouvelez-le depuis sa page.", "entity")
    free = next((slot for slot in SLOTS if slot not in taken), None)
    if free is None:
        raise ClientRefused("Cette entité a déjà deux clients en service : révoquez d’abord l’ancien.")
    name, granted = name.strip(), in_order(scopes, internal=entity.internal)
    if not name:
        raise ClientRefused("Donnez un nom à ce client.", "name")
    if len(name) > LONGEST_NAME:
        raise ClientRefused(f"Le nom dépasse {LONGEST_NAME} caractères.", "name")
    if not granted:
        raise ClientRefused("Cochez au moins un droit.", "scopes")
    if not 1 <= per_minute <= MOST_PER_MINUTE:
        raise ClientRefused(f"Les requêtes par minute vont de 1 à {MOST_PER_MINUTE}.", "per_minute")
    client_id, secret = known_as or (generate_client_id(), generate_client_secret())
    client = ApiClient(
        entity=entity,
        name=name,
        client_id=client_id,
        client_secret=secret,
        client_type=ApiClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApiClient.GRANT_CLIENT_CREDENTIALS,
        scopes=" ".join(granted),
        requests_per_minute=per_minute,
        slot=free,
        created_by=actor.user,
    )
    try:
        with transaction.atomic():
            client.save()
            ApiClient.objects.filter(pk=client.pk).update(created=now)  # the row says « auto » of its own
    except IntegrityError as error:  # two administrators at once, where nothing locks the entity
        raise ClientRefused("Un client vient d’être créé pour cette entité : relisez.") from error
    client.created = now
    changes = {
        "entity": [None, entity.pk],
        "scopes": ["", client.scopes],
        "requests_per_minute": [None, per_minute],
    }
    record(KIND, client.pk, "created", actor=actor, at=now, changes=changes, personal={"name": ["", name]})
    return Issued(client, secret)


def rotate(client: ApiClient, *, actor: Actor, now: datetime) -> Issued:
    """A second client with the same name, scopes and limit; the first goes on until it is revoked."""
    if not client.live:
        raise ClientRefused("Ce client est révoqué : créez-en un autre pour l’entité.")
    return create(
        client.entity,
        name=client.name,
        scopes=client.granted,
        per_minute=client.requests_per_minute,
        actor=actor,
        now=now,
        renewing=True,
    )


@transaction.atomic
def revoke(client: ApiClient, *, reason: str, actor: Actor, now: datetime) -> bool:
    """From the next request on, neither its secret nor any of its tokens opens anything. False: it already was."""
    if not ApiClient.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=now):
        return False
    AccessToken.objects.filter(application=client.pk).delete()
    record(
        KIND,
        client.pk,
        "revoked",
        actor=actor,
        at=now,
        changes={"revoked_at": [None, now]},
        personal={"reason": reason},
    )
    client.revoked_at = now
    return True


@transaction.atomic
def change(
    client: ApiClient, *, scopes: Iterable[str], per_minute: int, actor: Actor, now: datetime
) -> ApiClient:
    """Other scopes, another limit: tokens already given follow at their next request. Raises ClientRefused."""
    found = ApiClient.objects.select_for_update(of=("self",)).select_related("entity")
    client = found.get(pk=client.pk)
    granted = " ".join(in_order(scopes, internal=client.entity.internal))
    if not client.live:
        raise ClientRefused("Ce client est révoqué : rien ne s’y change plus.")
    if not granted:
        raise ClientRefused("Cochez au moins un droit, ou révoquez le client.", "scopes")
    changes: dict[str, list[object]] = {}
    if granted != client.scopes:
        changes["scopes"] = [client.scopes, granted]
    if per_minute != client.requests_per_minute:
        changes["requests_per_minute"] = [client.requests_per_minute, per_minute]
    if changes:
        client.scopes, client.requests_per_minute = granted, per_minute
        client.save(update_fields=["scopes", "requests_per_minute", "updated"])
        record(KIND, client.pk, "changed", actor=actor, at=now, changes=changes)
    return client


def last_uses(clients: Iterable[ApiClient]) -> dict[int, datetime]:
    """When each client last asked anything of the API; one query."""
    keys = {count_key(client.pk): client.pk for client in clients}
    rows = RequestCount.objects.filter(key__in=list(keys)).values_list("key", "last_at")
    return {keys[key]: at for key, at in rows}


def count_key(client_pk: int) -> str:
    """The row of `RequestCount` of this client."""
    return f"client:{client_pk}"


def history(client: ApiClient) -> list[Act]:
    """What was done to it, the latest first; two queries."""
    rows = AuditEvent.objects.filter(object_type=KIND, object_id=str(client.pk), refused=False)
    events = list(rows.select_related("payload").order_by("-seq"))
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_kind == "user"} - {None})
    return [_act(event, people) for event in events]


def _act(event: AuditEvent, people: dict[int, User]) -> Act:
    body = event.payload.body if hasattr(event, "payload") and event.payload.body else {}
    person = people.get(event.actor_id) if event.actor_kind == "user" and event.actor_id else None
    who = (
        person.short_name if person else "Un compte supprimé" if event.actor_kind == "user" else "Le serveur"
    )
    return Act(event.at, who, event.action, str(body.get("reason") or ""), event.changes)
