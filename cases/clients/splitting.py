"""A merge undone (domain.md §4.4: « split does the converse »), from what its journal row says it moved.

Contacts, lines, phones and cases go back; so does what came since on the lines that go back. What came
since without a line stays. A case stays whole: contacts keep the case they joined, and two cases put
together by T13 stay one. Both records are evaluated again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import record, refuse
from cases.intake import Reevaluated, reevaluate
from cases.models import Case, Client, ClientPhone, Contact, Line

from .merging import REASON, Refused, _locked, rekeyed


@dataclass(frozen=True, slots=True)
class Parted:
    kept: Client
    back: Client
    contacts: int
    verdicts: Reevaluated


@dataclass(frozen=True, slots=True)
class PastMerge:
    """A record merged into another, when and how much moved."""

    gone: Client
    kept: Client
    at: datetime | None
    contacts: int


def merges(limit: int = 20) -> list[PastMerge]:
    """The latest merges that still stand, newest first (two queries)."""
    gone = {
        str(client.pk): client
        for client in Client.objects.filter(merged_into__isnull=False).select_related("merged_into")
    }
    events = AuditEvent.objects.filter(
        object_type="client", object_id__in=gone, action="merge", refused=False
    ).order_by("-at", "-pk")
    latest: dict[str, AuditEvent] = {}
    for event in events:
        latest.setdefault(event.object_id, event)
    return [
        PastMerge(gone[pk], gone[pk].merged_into, event.at, len(event.changes["moved"][1]["contacts"]))
        for pk, event in list(latest.items())[:limit]
    ]


def split(gone_id: int, *, actor: Actor, now: datetime, reason: str) -> Parted:
    """Give back to `gone` what its merge took. Durable, journalled on both; raises Refused."""
    try:
        with transaction.atomic(durable=True):
            return _split(gone_id, actor, now, reason.strip())
    except Refused as refusal:
        refuse("client", gone_id, "split", actor=actor, at=now, reason_code=refusal.code)
        raise


def _split(gone_id: int, actor: Actor, now: datetime, reason: str) -> Parted:
    kept_id = Client.objects.filter(pk=gone_id).values_list("merged_into", flat=True).first()
    if kept_id is None:
        raise Refused("not_merged", "Cette fiche n’est fusionnée dans aucune autre.")
    kept, gone = _locked(kept_id, gone_id)
    if gone.merged_into_id != kept.pk:
        raise Refused("moved", "Cette fiche vient de changer. Relisez la page et recommencez.")
    if gone.pseudonymised_at is not None:
        raise Refused(
            "pseudonymised", f"La fiche {gone.client_ref} est pseudonymisée : elle ne se sépare plus."
        )
    if len(reason) < REASON:
        raise Refused("reason_short", f"Dites en {REASON} caractères au moins pourquoi vous séparez.")
    event = (
        AuditEvent.objects.filter(object_type="client", object_id=str(gone.pk), action="merge", refused=False)
        .select_related("payload")
        .order_by("-seq")
        .first()
    )
    if event is None:
        raise Refused("no_trace", "Le journal ne dit pas ce que la fusion avait déplacé.")
    moved = event.changes["moved"][1]
    Client.objects.filter(pk__in=moved["records"], merged_into=kept).update(merged_into=gone)
    Client.objects.filter(pk=gone.pk).update(merged_into=None)
    Line.objects.filter(pk__in=moved["lines"], client=kept).update(client=gone)
    back = Contact.objects.filter(client=kept).filter(
        Q(pk__in=moved["contacts"], line=None) | Q(line__client=gone)
    )
    contacts = list(back.order_by("pk").values_list("pk", flat=True))
    Contact.objects.filter(pk__in=contacts).update(client=gone)
    ClientPhone.objects.filter(pk__in=moved["phones"], client=kept).update(client=gone)
    _phones_again(gone, event)
    for case in Case.objects.filter(pk__in=moved["cases"], client=kept).order_by("pk"):
        Case.objects.filter(pk=case.pk).update(
            client=gone, identity_key=rekeyed(case.identity_key, kept.pk, gone.pk)
        )
    gone.merged_into = None
    verdicts = reevaluate([kept.pk, gone.pk], now=now, actor=actor)
    personal = {"reason": reason, "kept_ref": kept.client_ref, "gone_ref": gone.client_ref}
    changes: dict[str, Any] = {"contacts": [None, len(contacts)]}
    record(
        "client", gone.pk, "split", actor=actor, at=now,
        changes={"merged_into": [kept.pk, None], **changes}, personal=personal,
    )  # fmt: skip
    record(
        "client", kept.pk, "gave_back", actor=actor, at=now,
        changes={"merged_from": [gone.pk, None], **changes}, personal=personal,
    )  # fmt: skip
    return Parted(kept, gone, len(contacts), verdicts)


def _phones_again(gone: Client, event: AuditEvent) -> None:
    """The numbers both records had: the merge kept one of each."""
    payload = getattr(event, "payload", None)
    for number, label in (payload.body or {}).get("phones_twice", []) if payload else []:
        ClientPhone.objects.get_or_create(client=gone, e164=number, defaults={"label": label})
