"""One timeline of a case or a client: contacts and everything the journal tells, newest first.

The journal is the story: promises, attempts, escalations, notes and moves each left one row there,
told by `sentences.sentence`. Contacts leave no journal row of their own, so they are merged in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from atdemain.journal.enums import ActorKind
from atdemain.journal.models import AuditEvent
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases import hooks
from cases.enums import Channel, Direction
from cases.models import Contact
from cases.reviews import PRIVATE_ACTIONS
from cases.sentences import quote, sentence

#: action → (icon, tone of the design's timeline); everything else is a plain journal line.
LOOK: Mapping[str, tuple[str, str]] = {
    "open": ("folder", ""),
    "promise_callback": ("phone", "promise"),
    "rebook": ("cal", "promise"),
    "log_attempt": ("phone", "promise"),
    "tell_unresolved": ("phone", "promise"),
    "escalate": ("out", ""),
    "add_escalation": ("out", ""),
    "withdraw_escalation": ("x", ""),
    "acknowledge_escalation": ("check", "answer"),
    "answer_escalation": ("check", "answer"),
    "claim_escalation": ("users", ""),
    "hand_back_escalation": ("users", ""),
    "request_info": ("why", "late"),
    "name_contact": ("person", ""),
    "give_info": ("note", ""),
    "request_status": ("clock", ""),
    "give_status": ("note", "answer"),
    "entity_late": ("alert", "late"),
    "promise_reached": ("clock", "late"),
    "promise_missed": ("alert", "late"),
    "resolve": ("check", "answer"),
    "record_satisfaction": ("note", "answer"),
    "quality_review": ("eye", ""),
    "reply_review": ("note", ""),
    "confirm": ("lock", ""),
    "reopen": ("alert", "late"),
    "reopen_by_contact": ("alert", "late"),
    "merge": ("shuffle", ""),
    "merge_by_client": ("shuffle", ""),
    "cancel": ("x", ""),
    "request_cancel": ("why", ""),
    "refuse_cancel": ("x", ""),
    "restore": ("folder", ""),
    "add_note": ("note", ""),
    "help_asked": ("users", ""),
    "help_accepted": ("users", "answer"),
    "help_closed": ("users", ""),
    "fault_linked": ("buoy", ""),
    "fault_changed": ("buoy", ""),
}
CHANNEL_ICON = {Channel.VOICE: "phone", Channel.SHOP: "folder"}


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    icon: str
    tone: str  # late, answer, promise, journal or ""
    text: str
    by: str = ""
    quote: str = ""
    tags: tuple[str, ...] = ()
    kind: str = "event"  # event, contact, journal: what the page's switches hide
    case_ref: str = ""
    attempt_id: int | None = None


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    entries: tuple[Entry, ...]


def events() -> QuerySet[AuditEvent]:
    """What happened to cases, newest first, with its personal values and who acted: to be narrowed."""
    return journal_rows().filter(refused=False).order_by("-at", "-seq")


def journal_rows() -> QuerySet[AuditEvent]:
    """The same with what was refused, in the order of the chain."""
    actor = User.objects.filter(pk=OuterRef("actor_id")).order_by()
    return (
        AuditEvent.objects.filter(object_type="case")
        .select_related("payload")
        .annotate(
            actor_first=Subquery(actor.values("first_name")),
            actor_last=Subquery(actor.values("last_name")),
            actor_username=Subquery(actor.values("username")),
        )
        .order_by("seq")
    )


def events_of(case_ids: Iterable[int], limit: int) -> list[AuditEvent]:
    """The journal of these cases (one query)."""
    return list(events().filter(object_id__in=[str(pk) for pk in case_ids])[:limit])


def event_entries(
    events: Sequence[AuditEvent],
    *,
    reader: User,
    refs: Mapping[str, str] | None = None,
    correctable: bool = False,
) -> list[Entry]:
    """`correctable`: the reader may correct an attempt, so each one that stands says its id."""
    attempts = standing_attempts(events) if correctable else {}
    entries = []
    for event in events:
        if not may_read(event, reader):
            continue
        icon, tone = look(event.action)
        entries.append(
            Entry(
                at=event.at,
                icon=icon,
                tone=tone,
                text=sentence(event),
                by=_by(event, reader),
                quote=quote(event),
                kind="journal" if tone == "journal" else "event",
                case_ref=(refs or {}).get(event.object_id, ""),
                attempt_id=attempts.get(event.pk),
            )
        )
    return entries


def may_read(event: AuditEvent, reader: User) -> bool:
    """A quality review: whoever it is about, and managers (a case that a manager opens is of their unit)."""
    if event.action not in PRIVATE_ACTIONS:
        return True
    about = (event.changes.get("about") or (None, None))[1]
    return reader.pk in (about, event.actor_id) or reader.has_role(Role.MANAGER)


def look(action: str) -> tuple[str, str]:
    story = hooks.stories.get(action)
    return (story.icon, story.tone) if story else LOOK.get(action, ("hash", "journal"))


def standing_attempts(events: Iterable[AuditEvent]) -> dict[int, int]:
    """Event → the attempt it logged, or put in another's place, unless a later correction replaced it.

    An event that only completes an attempt (« informer », just after « joint ») is not its entry.
    """
    logged: dict[int, int] = {}  # attempt → event
    replaced: set[int] = set()
    for event in events:
        before, after = (event.changes or {}).get("attempt", (None, None))
        if after is not None:
            logged[after] = min(event.pk, logged.get(after, event.pk))
        if before is not None:
            replaced.add(before)
    return {event: attempt for attempt, event in logged.items() if attempt not in replaced}


def _by(event: Any, reader: User) -> str:
    """`event` as `events` reads it."""
    if event.actor_kind == ActorKind.USER:
        if event.actor_id == reader.pk:
            return "Vous"
        if event.actor_username is None:
            return "Compte supprimé"
        actor = User(username=event.actor_username, first_name=event.actor_first, last_name=event.actor_last)
        return actor.short_name
    return {ActorKind.SYSTEM: "Système", ActorKind.IMPORT: "Import", ActorKind.API_CLIENT: "Partenaire"}.get(
        ActorKind(event.actor_kind), ""
    )


def contact_entry(contact: Contact, *, refs: Mapping[int, str] | None = None) -> Entry:
    """A contact, with whether it counted and, if not, why (the caller joined entity and handler)."""
    outbound = contact.direction == Direction.OUT
    if contact.channel == Channel.VOICE:
        what = "Appel sortant" if outbound else "Appel entrant"
    else:
        what = contact.get_channel_display() + (" sortant" if outbound else "")
    if contact.talk_s:
        what += f", {duration(contact.talk_s)}"
    elif contact.outcome != "handled":
        what += f", {contact.get_outcome_display().lower()}"
    summary = contact.summary or (contact.reason.label if contact.reason else "")
    by = [
        str(contact.handling_entity) if contact.handling_entity else "",
        contact.handled_by.short_name if contact.handled_by else "",
    ]
    tag = f"non compté{NBSP}: {contact.get_exclusion_code_display()}" if contact.exclusion_code else "compté"
    tags = [tag, *(["conflictuel"] if contact.conflictual else [])]
    return Entry(
        at=contact.arrived_at,
        icon=CHANNEL_ICON.get(Channel(contact.channel), "note"),
        tone="",
        text=_told(what, summary),
        by=", ".join(part for part in by if part),
        tags=tuple(tags),
        kind="contact",
        case_ref=(refs or {}).get(contact.case_id or 0, ""),
    )


def _told(what: str, summary: str) -> str:
    """« Appel entrant, 7 min : plus de tonalité. »"""
    text = what + (f"{NBSP}: {summary[:1].lower()}{summary[1:]}" if summary else "")
    return text.rstrip(".") + "."


NBSP = "\u00a0"


def duration(seconds: int) -> str:
    """412 → « 7 min »; 40 → « 40 s »; 4 000 → « 1 h 07 »."""
    if seconds < 60:
        return f"{seconds}{NBSP}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min"
    return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60:02d}"


def by_day(entries: Iterable[Entry], tz: ZoneInfo) -> list[Day]:
    """Newest first, grouped by local day."""
    ordered = sorted(entries, key=lambda entry: entry.at, reverse=True)
    return [
        Day(day, tuple(group))
        for day, group in groupby(ordered, key=lambda entry: entry.at.astimezone(tz).date())
    ]
