"""When a client's data has served: 24 months after the last contact or case (domain.md §2.9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from atdemain.journal.actors import system
from atdemain.journal.retention import Deleting, Found, Kind, next_keys
from cases.enums import CaseState, FaultStatus
from cases.importing.queue import ABANDONED, abandoned, forget, left_behind
from cases.models import Case, Client, Contact, FaultTicket, ImportRun, IncomingCall, SubjectRequest

from .fields import PREFIX
from .pseudonymise import pseudonymise, pseudonymise_contacts

KEPT = timedelta(days=730)
#: Clients looked at by one query, and pseudonymised in one transaction.
LOOK, BATCH = 5_000, 100


def due(now: datetime) -> QuerySet[Client]:
    """Clients nothing has happened to for 24 months, and to whom no answer is owed on their own data.

    A merged record follows the one it was merged into.
    """
    limit = now - KEPT
    contacts = Contact.objects.filter(client=OuterRef("pk")).order_by()
    cases = Case.objects.filter(client=OuterRef("pk")).order_by()
    lively = cases.filter(~Q(state=CaseState.CLOSED) | Q(last_event_at__gte=limit))
    faults = FaultTicket.objects.filter(line__client=OuterRef("pk")).order_by()
    waiting = SubjectRequest.objects.filter(erased_at=None, at__gt=now - SubjectRequest.READABLE).order_by()
    return Client.objects.filter(
        ~Q(pk__in=waiting.values_list(Coalesce("client__merged_into", "client"))),
        ~Exists(contacts.filter(arrived_at__gte=limit)),
        ~Exists(lively),
        ~Exists(faults.filter(~Q(status=FaultStatus.CLOSED) | Q(closed_at__gte=limit))),
        # What was imported yesterday of three years ago is three years old; a bare record is as old as itself.
        Q(created_at__lt=limit) | Exists(contacts) | Exists(cases),
        pseudonymised_at=None,
        merged_into=None,
    )


class _Clients:
    """Looked for by ranges of their numbers, so that no query lasts; written a hundred at a time."""

    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        everybody = Client.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        bound = next(iter(everybody[LOOK - 1 : LOOK]), None)
        rows = due(now).filter(pk__gt=after)
        if bound is not None:
            rows = rows.filter(pk__lte=bound)
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        return Found(keys, keys[-1] if len(keys) == BATCH else bound)

    def erase(self, keys: list[Any], now: datetime) -> dict[str, int]:
        """Locked like intake locks them, then judged again; one that is held now waits for the next run."""
        rows = Client.objects.filter(pk__in=keys).order_by("pk")
        held = list(rows.select_for_update(no_key=True, skip_locked=True).values_list("pk", flat=True))
        still = list(due(now).filter(pk__in=held).order_by("pk").values_list("pk", flat=True))
        if not still:
            return {}
        return pseudonymise(still, actor=system("purge"), now=now, reason_code="term")


def unrecognised(now: datetime) -> QuerySet[Contact]:
    """Contacts of no client, as old as that, that still hold what they came with."""
    return Contact.objects.filter(client=None, arrived_at__lt=now - KEPT).exclude(
        source_id__startswith=PREFIX, caller_number="", summary="", content_hash=""
    )


class _Unrecognised:
    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(unrecognised(now), after)

    def erase(self, keys: list[Any], now: datetime) -> dict[str, int]:
        rows = unrecognised(now).filter(pk__in=keys).order_by("pk")
        held = list(rows.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
        return pseudonymise_contacts(held, actor=system("purge"), now=now, reason_code="term")


class _Uploads:
    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(abandoned(now), after)

    def erase(self, keys: list[Any], now: datetime) -> dict[str, int]:
        """The rows now, the files once that is sure."""
        runs = list(abandoned(now).filter(pk__in=keys))
        for run in runs:
            transaction.on_commit(partial(forget, run))
        return {"uploads": abandoned(now).filter(pk__in=[run.pk for run in runs]).delete()[0]}


class _Leftovers:
    """The run stays, and says that its files are gone."""

    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(left_behind(now), after)

    def erase(self, keys: list[Any], now: datetime) -> dict[str, int]:
        """Locked, so that nobody goes on with a run whose file is leaving."""
        runs = list(left_behind(now).filter(pk__in=keys).order_by("pk").select_for_update(of=("self",)))
        for run in runs:
            transaction.on_commit(partial(forget, run))
        gone = ImportRun.objects.filter(pk__in=[run.pk for run in runs])
        return {"import_files": gone.update(stored_path="")}


CLIENTS = Kind(
    "clients",
    "Fiches, contacts et dossiers",
    KEPT,
    "24 mois après le dernier contact ou dossier, l’histoire d’un client ne sert plus qu’aux chiffres",
    (_Clients(), _Unrecognised()),
    fate="pseudonymisation",
)
#: Proof that a right was answered, as long as somebody may contest it.
REQUESTS_KEPT = timedelta(days=5 * 365)
REQUESTS = Kind(
    "subject_requests",
    "Registre des demandes des clients",
    REQUESTS_KEPT,
    "prouver qu’une demande a reçu sa réponse, jusqu’à la prescription",
    (Deleting("subject_requests", lambda now: SubjectRequest.objects.filter(at__lt=now - REQUESTS_KEPT)),),
)
#: A file deposited holds clients' data, and so do its rejects.
UPLOADS = Kind(
    "uploads",
    "Fichiers d’import et leurs rejets",
    ABANDONED,
    "le temps de relire un aperçu, de reprendre un import ou d’en corriger les rejets",
    (_Uploads(), _Leftovers()),
)
#: What a telephone announced: the contact that is then noted says the rest.
CALLS_KEPT = timedelta(days=1)
CALLS = Kind(
    "incoming_calls",
    "Appels entrants annoncés",
    CALLS_KEPT,
    "le temps de décrocher et de noter l’appel",
    (Deleting("incoming_calls", lambda now: IncomingCall.objects.filter(rings_at__lt=now - CALLS_KEPT)),),
    every=timedelta(hours=1),
)
KINDS = (CLIENTS, REQUESTS, UPLOADS, CALLS)
