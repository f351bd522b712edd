"""Who looked at a case's file, when and why, from the access log: told day by day, never counted by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncDate

from atdemain.journal.enums import AccessAction, Purpose
from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.models import Case, Client

LIMIT = 200
#: What a data-protection officer reads is not the manager's to see: the officer's own page tells it.
OFFICER = (Purpose.DATA_PROTECTION, Purpose.CLIENT_REQUEST)
#: What was opened; a client's own page tells the client's cases too. Any other object is a list.
OBJECTS = {
    "case": "dossier",
    "client": "fiche du client",
    "contact": "contact",
    "fault_ticket": "dérangement",
    "mass_incident": "incident collectif",
    "import_run": "import",
    "access_answer": "journal des consultations",
    "access_questions": "questions au journal des consultations",
    "inbox": "boîte de réception",
    "day": "journée",
    "queue": "file du service",
    "team": "page de l’unité",
    "escalations": "escalades",
    "faults": "dérangements",
    "api_calls": "requêtes d’un partenaire",
    "search": "clients et dossiers",
    "help": "entraide",
    "over_cap": "dossiers au-delà du plafond",
    "assign_many": "attribution de plusieurs dossiers",
    "leaving": "dossiers d’un départ",
    "absence": "dossiers d’une absence",
    "offered_back": "dossiers rendus au retour",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One person, one day, one purpose. `times`: how often; `first` and `last` in UTC."""

    day: date
    who: str
    role: str
    what: str
    why: str
    first: datetime
    last: datetime
    times: int


def of_client(client_id: int) -> Q:
    """The rows of the log about this client (one query): under its own record, those merged into it, and the one
    it was merged into, from then until they were parted."""
    records = Client.objects.filter(Q(pk=client_id) | Q(merged_into=client_id)).order_by().values_list("pk")
    told = AuditEvent.objects.filter(object_type="client", object_id=str(client_id), refused=False)
    moves = told.filter(action__in=("merge", "split")).order_by("seq").values_list("action", "at", "changes")
    elsewhere, into, since = [], None, None
    for action, at, changes in moves:
        if action == "merge":
            into, since = changes["merged_into"][1], at
        elif into is not None:
            elsewhere.append(Q(client_id=into, at__gte=since, at__lt=at))
    if not elsewhere:
        return Q(client_id__in=records)
    own = Q(client_id__in=[pk for (pk,) in records])  # no index answers an OR with a subquery
    return reduce(or_, elsewhere, own)


def readings(case: Case, tz: ZoneInfo) -> tuple[list[Reading], bool]:
    """The latest first, at most `LIMIT`, and whether there are more (two queries).

    The case's own pages, and those of its client since it was opened.
    """
    rows = (
        AccessLog.objects.filter(of_client(case.client_id), at__gte=case.opened_at)
        .filter(~Q(object_type="case") | Q(object_id=str(case.pk)))
        .exclude(purpose__in=OFFICER)
        .order_by()
        .values(
            "user__first_name",
            "user__last_name",
            "user__username",
            "role",
            "action",
            "object_type",
            "purpose",
        )
        .annotate(day=TruncDate("at", tzinfo=tz), first=Min("at"), last=Max("at"), times=Count("pk"))
        .order_by("-last", "user__username")[: LIMIT + 1]
    )
    found = [_reading(row) for row in rows]
    return found[:LIMIT], len(found) > LIMIT


def _reading(row: dict) -> Reading:
    user = User(
        first_name=row["user__first_name"] or "",
        last_name=row["user__last_name"] or "",
        username=row["user__username"] or ("Par l’API" if row["role"] == Role.PARTNER else "Système"),
    )
    return Reading(
        day=row["day"],
        who=str(user),
        role=str(Role(row["role"]).label) if row["role"] in Role.values else "",
        what=what_words(row["action"], row["object_type"]),
        why=why_words(row["purpose"]),
        first=row["first"],
        last=row["last"],
        times=row["times"],
    )


def what_words(action: str, object_type: str) -> str:
    """« Consultation, dossier »."""
    label = str(AccessAction(action).label) if action in AccessAction.values else "Consultation"
    return f"{label}, {OBJECTS.get(object_type, 'liste')}"


def why_words(purpose: str) -> str:
    return str(Purpose(purpose).label) if purpose in Purpose.values else "Liste de travail"
