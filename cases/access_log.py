"""What the data-protection officer asks of the access log: who saw this client's file, what did this person look at.

A question is a row with its reason, told in the journal before it is answered. The answer is in the order of
time and counts nobody: it is no figure of anyone's work (architecture.md §6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from atdemain.journal.actors import Actor
from atdemain.journal.models import AccessLog, AccessQuestion
from atdemain.journal.record import record
from atdemain.organisation.enums import Role
from atdemain.organisation.models import ApiClient, User
from cases import phones
from cases.audit.readers import of_client, what_words, why_words
from cases.models import Case, Client
from cases.names import name_key

#: Clients or people shown when the words name several.
CANDIDATES = 20
#: How long a period a question about a person may cover, both days included.
PERSON_DAYS = 31


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an answer. `about` is the client's reference, `what` the object seen."""

    at: datetime
    who: str
    role: str
    what: str
    about: str
    why: str
    detail: str


def find_clients(words: str) -> list[Client]:
    """By exact reference or phone, else by name, whatever the unit; a merged record leads to the one kept."""
    words = words.replace("\x00", "").strip()[:120]
    number = phones.e164(words)
    exact = Q(client_ref__iexact=words) | (Q(phones__e164=number) if number else Q(pk__in=[]))
    found = _living(Client.objects.filter(exact))
    keys = [] if number else name_key(words).split()
    if found or sum(map(len, keys)) < 2:
        return found
    named = Q()
    for key in keys:
        named &= Q(name_key__startswith=key) | Q(name_key__contains=" " + key)
    return _living(Client.objects.filter(named))


def _living(clients: QuerySet[Client]) -> list[Client]:
    found = (
        clients.select_related("merged_into__unit", "unit").distinct().order_by("name_key", "pk")[:CANDIDATES]
    )
    return list({kept.pk: kept for one in found for kept in [one.merged_into or one]}.values())


def find_people(words: str) -> list[User]:
    """By log-in or employee number, else by the beginnings of the name; accounts closed since included."""
    words = words.replace("\x00", "").strip()[:120]
    accounts = User.objects.select_related("unit").order_by("last_name", "first_name", "pk")
    exact = list(accounts.filter(Q(username__iexact=words) | Q(employee_number__iexact=words))[:CANDIDATES])
    if exact or len(words) < 2:
        return exact
    named = Q()
    for word in words.split():
        named &= Q(last_name__istartswith=word) | Q(first_name__istartswith=word)
    return list(accounts.filter(named)[:CANDIDATES])


def ask(
    *,
    actor: Actor,
    now: datetime,
    starts_on: date,
    ends_on: date,
    reason: str,
    client: Client | None = None,
    person: User | None = None,
) -> AccessQuestion:
    """Write the question and tell it in the journal; both or neither."""
    with transaction.atomic():
        question = AccessQuestion.objects.create(
            asked_by=actor.user,
            asked_at=now,
            client_id=client.pk if client else None,
            person=person,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
        )
        about = {"client": [None, client.pk]} if client else {"person": [None, person.pk if person else None]}
        days = {"starts_on": [None, starts_on], "ends_on": [None, ends_on]}
        record(
            "accessquestion", question.pk, "asked", actor=actor, at=now, changes=about | days,
            personal={"reason": reason},
        )  # fmt: skip
    return question


def rows_of(question: AccessQuestion, tz: ZoneInfo) -> QuerySet[AccessLog]:
    """The latest first, as the log stood when the question was asked: pages and file agree for good.

    A client's include those of the records merged into it, or that it was merged into for a time.
    """
    start, end = (
        datetime.combine(day, time(), tz).astimezone(UTC)
        for day in (question.starts_on, question.ends_on + timedelta(days=1))
    )
    end = min(end, question.asked_at)
    rows = AccessLog.objects.filter(at__gte=start, at__lt=end).select_related("user").order_by("-at", "-pk")
    if question.person_id is not None:
        return rows.filter(user=question.person_id)
    return rows.filter(of_client(question.client_id))


def lines(rows: Iterable[AccessLog]) -> list[Line]:
    """In words, with the references that the rows name by their ids (two queries)."""
    rows = list(rows)
    clients = dict(
        Client.objects.filter(pk__in={row.client_id for row in rows if row.client_id}).values_list(
            "pk", "client_ref"
        )
    )
    partners = _partners({row.api_client_id for row in rows if row.api_client_id})
    ids = {int(row.object_id) for row in rows if row.object_type == "case" and row.object_id.isdecimal()}
    refs = {str(pk): ref for pk, ref in Case.objects.filter(pk__in=ids).order_by().values_list("pk", "ref")}
    return [
        Line(
            at=row.at,
            who=str(row.user) if row.user else partners.get(row.api_client_id, "Système"),
            role=str(Role(row.role).label) if row.role in Role.values else "",
            what=what_words(row.action, row.object_type)
            + (f" {refs[row.object_id]}" if _is_case(row, refs) else ""),
            about=clients.get(row.client_id, "") if row.client_id else "",
            why=why_words(row.purpose),
            detail=_detail(row),
        )
        for row in rows
    ]


def _partners(ids: set[int]) -> dict[int | None, str]:
    """« Partenaire P1, par l’API »; no query where nothing was read through it."""
    if not ids:
        return {}
    found = ApiClient.objects.filter(pk__in=ids).order_by().values_list("pk", "entity__name")
    return {pk: f"{name}, par l’API" for pk, name in found}


def _is_case(row: AccessLog, refs: dict[str, str]) -> bool:
    return row.object_type == "case" and row.object_id in refs


def _detail(row: AccessLog) -> str:
    """« 12 lignes, filtre : colour=red »."""
    parts = [] if row.rows is None else [f"{row.rows} ligne{'s' if row.rows > 1 else ''}"]
    return ", ".join([*parts, *([f"filtre : {row.filters}"] if row.filters else [])])


COLUMNS = ("Date", "Heure", "Personne", "Rôle", "Consultation", "Client", "Finalité", "Précision")


def table(rows: QuerySet[AccessLog], tz: ZoneInfo, *, chunk: int = 2_000) -> Iterator[Sequence[Any]]:
    """The whole answer as cells, read in pieces."""
    yield COLUMNS
    piece: list[AccessLog] = []
    for row in rows.iterator(chunk_size=chunk):
        piece.append(row)
        if len(piece) == chunk:
            yield from (_cells(line, tz) for line in lines(piece))
            piece = []
    yield from (_cells(line, tz) for line in lines(piece))


def _cells(line: Line, tz: ZoneInfo) -> Sequence[Any]:
    local = line.at.astimezone(tz)
    day, hour = f"{local:%d/%m/%Y}", f"{local:%H:%M:%S}"
    return (day, hour, line.who, line.role, line.what, line.about, line.why, line.detail)
