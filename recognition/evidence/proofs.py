"""The proofs behind an id, in words and with their address: one statement for them all, whatever their kinds.

HR reads them without the number nor the page of a suggestion posted anonymously; nobody reads whose load an alert was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, DateField, IntegerField, QuerySet, Value
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from atdemain.organisation.models import EntityContact, Participation, Phase
from atdemain.pages.typography import duration, french, in_sentence
from cases.navigation import address
from recognition.enums import ExitReason
from recognition.models import (
    Appeal,
    MentoringSession,
    NeutralisedDays,
    ParticipationExit,
    ScriptVersion,
    Suggestion,
)
from recognition.wording import period
from routing.models import AdvisorSkill, Briefing, MutualHelpRequest


@dataclass(frozen=True, slots=True)
class Proof:
    """`url`: "" where this reader has no page of it."""

    words: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What one statement brings of any kind; each kind says what its columns hold."""

    pk: int
    first: date | None
    last: date | None
    number: int | None
    text: str


def _day(field: str) -> Any:
    return Cast(TruncDate(field, tzinfo=timezone.get_default_timezone()), DateField())


def _none(kind: Any) -> Any:
    return Cast(Value(None), kind)


def _select(
    rows: QuerySet[Any],
    kind: str,
    *,
    first: Any = None,
    last: Any = None,
    number: Any = None,
    text: Any = None,
) -> QuerySet[Any]:
    return (
        rows.order_by()
        .annotate(
            x_kind=Value(kind, CharField()),
            x_first=first if first is not None else _none(DateField()),
            x_last=last if last is not None else _none(DateField()),
            x_number=Cast(number, IntegerField()) if number is not None else _none(IntegerField()),
            x_text=Cast(text, CharField()) if text is not None else Value("", CharField()),
        )
        .values_list("x_kind", "pk", "x_first", "x_last", "x_number", "x_text")
    )


def _rows(kind: str, ids: list[int]) -> QuerySet[Any]:
    rows: QuerySet[Any]
    match kind:
        case "participation":
            return _select(
                Participation.objects.filter(pk__in=ids),
                kind,
                first=_plain("starts_on"),
                last=_plain("ends_on"),
            )
        case "exit":
            return _select(
                ParticipationExit.objects.filter(pk__in=ids), kind, first=_plain("last_day"), text="reason"
            )
        case "neutralised":
            rows = NeutralisedDays.objects.filter(pk__in=ids)
            return _select(rows, kind, first=_plain("from_on"), last=_plain("to_on"), number="days")
        case "phase":
            return _select(
                Phase.objects.filter(pk__in=ids), kind, first=_plain("starts_on"), last=_plain("ends_on")
            )
        case "skill":
            rows = AdvisorSkill.objects.filter(pk__in=ids)
            return _select(
                rows, kind, first=_plain("validated_on"), last=_plain("expires_on"), text="skill__label"
            )
        case "session":
            rows = MentoringSession.objects.filter(pk__in=ids)
            return _select(rows, kind, first=_day("starts_at"))
        case "help":
            rows = MutualHelpRequest.objects.filter(pk__in=ids)
            return _select(rows, kind, first=_day("accepted_at"), number="minutes")
        case "suggestion":
            rows = Suggestion.objects.filter(pk__in=ids)
            return _select(rows, kind, first=_day("submitted_at"), number="anonymous")
        case "script":
            rows = ScriptVersion.objects.filter(pk__in=ids)
            return _select(rows, kind, first=_plain("valid_from"), number="version", text="code")
        case "briefing":
            return _select(Briefing.objects.filter(pk__in=ids), kind, first=_day("starts_at"))
        case "appeal":
            return _select(Appeal.objects.filter(pk__in=ids), kind, first=_day("decided_at"))
        case "contact":
            return _select(
                EntityContact.objects.filter(pk__in=ids), kind, first=_plain("verified_on"), text="name"
            )
    raise KeyError(kind)


def _plain(field: str) -> Any:
    return Cast(field, DateField())


def _participation(row: Row, own: bool) -> Proof:
    assert row.first
    words = (
        f"participation {period(row.first, row.last)}"
        if row.last
        else f"participation depuis le {row.first:%d/%m/%Y}"
    )
    return Proof(words, address("account_participation") if own else "")


def _exit(row: Row, own: bool) -> Proof:
    assert row.first
    reason = in_sentence(ExitReason(row.text).label)
    return Proof(f"sortie le {row.first:%d/%m/%Y}, {reason}", address("recognition:file", row.pk))


def _neutralised(row: Row, own: bool) -> Proof:
    assert row.first
    assert row.last
    unit = "jour neutralisé" if row.number == 1 else "jours neutralisés"
    return Proof(f"{row.number} {unit} {period(row.first, row.last)}")


def _phase(row: Row, own: bool) -> Proof:
    assert row.first
    return Proof(
        f"phase pilote {period(row.first, row.last)}" if row.last else f"phase pilote du {row.first:%d/%m/%Y}"
    )


def _skill(row: Row, own: bool) -> Proof:
    assert row.first
    until = f", valable jusqu’au {row.last:%d/%m/%Y}" if row.last else ""
    return Proof(f"{row.text}, validée le {row.first:%d/%m/%Y}{until}")


def _session(row: Row, own: bool) -> Proof:
    assert row.first
    return Proof(f"séance du {row.first:%d/%m/%Y}", address("recognition:session", row.pk))


def _help(row: Row, own: bool) -> Proof:
    assert row.first
    return Proof(f"entraide du {row.first:%d/%m/%Y}, {duration(row.number or 0)}")


def _suggestion(row: Row, own: bool) -> Proof:
    if row.number and not own:
        return Proof("proposition anonyme")
    return Proof(f"proposition n° {row.pk}", address("recognition:suggestion", row.pk))


def _script(row: Row, own: bool) -> Proof:
    return Proof(f"script {row.text}, version {row.number}", address("recognition:script", row.text))


def _briefing(row: Row, own: bool) -> Proof:
    assert row.first
    return Proof(f"briefing du {row.first:%d/%m/%Y}", address("routing:briefing", row.pk) if own else "")


def _appeal(row: Row, own: bool) -> Proof:
    decided = f", décidé le {row.first:%d/%m/%Y}" if row.first else ""
    return Proof(
        f"recours n° {row.pk}{decided}", address(f"recognition:appeal{'' if own else '_decide'}", row.pk)
    )


def _contact(row: Row, own: bool) -> Proof:
    seen = f", vérifié le {row.first:%d/%m/%Y}" if row.first else ""
    return Proof(f"{row.text}{seen}")


WORDS: dict[str, Callable[[Row, bool], Proof]] = {
    "appeal": _appeal,
    "participation": _participation,
    "exit": _exit,
    "neutralised": _neutralised,
    "phase": _phase,
    "skill": _skill,
    "session": _session,
    "help": _help,
    "suggestion": _suggestion,
    "script": _script,
    "briefing": _briefing,
    "contact": _contact,
}


def proofs(sources: Iterable[str], *, own: bool) -> dict[str, Proof]:
    """Source id (« session:12 ») → its proof, in one statement. What is gone since is told by its id."""
    wanted: dict[str, list[int]] = defaultdict(list)
    found: dict[str, Proof] = {}
    for source in dict.fromkeys(sources):
        kind, _, key = source.partition(":")
        if kind == "over_cap_week":
            found[source] = Proof(f"alertes de la semaine du {date.fromisoformat(key):%d/%m/%Y}")
        elif kind in WORDS:
            wanted[kind].append(int(key))
        else:
            found[source] = Proof(source)
    for kind, *fields in _read(wanted):
        row = Row(*fields)
        told = WORDS[kind](row, own)
        found[f"{kind}:{row.pk}"] = Proof(french(told.words), told.url)
    for kind, ids in wanted.items():
        for pk in ids:
            found.setdefault(f"{kind}:{pk}", Proof(french(f"preuve n° {pk}, effacée depuis")))
    return found


def _read(wanted: dict[str, list[int]]) -> Iterable[tuple[Any, ...]]:
    parts = [_rows(kind, ids) for kind, ids in sorted(wanted.items())]
    if not parts:
        return ()
    first, *others = parts
    return first.union(*others, all=True) if others else first
