"""Each row of a case's chain as a step that a person can read: who, when, what changed, by which rule, from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from atdemain.journal.enums import ActorKind
from atdemain.journal.erasure import ERASED
from atdemain.journal.models import AuditEvent, AuditPayload
from atdemain.journal.verify import Finding, Row
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, Unit, User
from cases import hooks
from cases.enums import CaseState
from cases.models import Case
from cases.navigation import address
from cases.sentences import sentence
from cases.timeline import may_read

from .refusals import refusal_words
from .words import FIELDS, KINDS, QUOTES, Kind, ids_in, source_words, value_words

RESERVED = "Étape réservée au manager et à la personne concernée."
Names = Mapping[tuple[Kind, int], str]


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Step:
    """`tampered`: what is off with this row, as a participle; `erased_at`: when its personal values went."""

    seq: int
    at: datetime
    who: str
    role: str
    text: str
    changes: tuple[Change, ...]
    quotes: tuple[tuple[str, str], ...]
    rule: str
    rule_url: str
    source: str
    version: int | None
    refused: bool
    why_refused: str
    tampered: str
    erased: bool
    erased_at: datetime | None


def steps(
    case: Case,
    events: Sequence[Any],
    *,
    reader: User,
    tz: ZoneInfo,
    rows: Sequence[Row],
    findings: Iterable[Finding],
) -> list[Step]:
    """`events` as `timeline.journal_rows` reads them; `rows` and `findings` of the whole chain."""
    names = _names(events)
    erasures = [(row["seq"], row["at"]) for row in rows if row["action"] == ERASED]
    off = {finding.row_id: finding.kind for finding in findings if finding.row_id}
    policies = hooks.providers.get("assignment_policies")
    given = policies(case.pk) if policies else {}
    told = [_step(case, event, tz, names, erasures, off, given) for event in events]
    return [
        step if may_read(event, reader) else _withheld(step) for step, event in zip(told, events, strict=True)
    ]


def _withheld(step: Step) -> Step:
    """A step of the chain like any other, without what only others read."""
    return replace(step, text=RESERVED, changes=(), quotes=(), why_refused="")


def _step(
    case: Case,
    event: Any,
    tz: ZoneInfo,
    names: Names,
    erasures: list[tuple[int, datetime]],
    off: Mapping[int | None, str],
    policies: Mapping[datetime, int],
) -> Step:
    body = _body(event)
    erased = bool(event.payload_hash) and body is None
    rule, url = _rule(case, event, policies)
    return Step(
        seq=event.seq,
        at=event.at,
        who=_who(event),
        role=_role(event.actor_role),
        text=sentence(event, tz=tz),
        changes=tuple(_changes(event, tz, names)),
        quotes=tuple(_quotes(body or {})),
        rule=rule,
        rule_url=url,
        source=source_words(event.actor_kind, event.source),
        version=event.object_version,
        refused=event.refused,
        why_refused=refusal_words(event.reason_code) if event.refused else "",
        tampered=KINDS.get(off.get(event.pk, ""), ""),
        erased=erased,
        erased_at=next((at for seq, at in erasures if seq > event.seq), None) if erased else None,
    )


def _body(event: AuditEvent) -> dict[str, Any] | None:
    try:
        return event.payload.body
    except AuditPayload.DoesNotExist:
        return None


def _who(event: Any) -> str:
    if event.actor_kind == ActorKind.USER:
        if event.actor_username is None:
            return "Compte supprimé"
        user = User(username=event.actor_username, first_name=event.actor_first, last_name=event.actor_last)
        return str(user)
    return {ActorKind.IMPORT: "Import", ActorKind.API_CLIENT: "Partenaire"}.get(event.actor_kind, "Système")


def _role(code: str) -> str:
    """As it was when the person acted."""
    return Role(code).label if code in Role.values else ""


def _changes(event: AuditEvent, tz: ZoneInfo, names: Names) -> Iterable[Change]:
    if event.from_state != event.to_state and event.to_state:
        yield Change("État", _state(event.from_state), _state(event.to_state))
    for name, pair in event.changes.items():
        told = FIELDS.get(name)
        if told is None or not isinstance(pair, list) or len(pair) != 2:
            continue
        old, new = (value_words(told, value, tz, names) for value in pair)
        if old != new:
            yield Change(told.label, old, new)


def _state(code: str) -> str:
    return str(CaseState(code).label) if code in CaseState.values else "—"


def _quotes(body: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for name, label in QUOTES.items():
        if body.get(name):
            yield label, str(body[name])


def _rule(case: Case, event: AuditEvent, policies: Mapping[datetime, int]) -> tuple[str, str]:
    """The rule or the policy that decided, with its version, and where it is explained."""
    pair = event.changes.get("rule")
    if isinstance(pair, list) and pair[1:]:
        return f"règle {pair[1]}", reverse("cases:case", args=[case.ref]) + "#why-case"
    if event.at in policies and event.action in ("route", "assign", "claim", "hand_over", "take_back"):
        return f"politique d’attribution version {policies[event.at]}", address("routing:why", case.ref)
    return "", ""


def _names(events: Iterable[AuditEvent]) -> Names:
    """Who and what the changes name by their ids: one query for each kind that is there."""
    wanted: dict[Kind, set[int]] = {}
    for event in events:
        for name, pair in event.changes.items():
            told = FIELDS.get(name)
            for value in pair if told and isinstance(pair, list) else ():
                for kind, pk in ids_in(told, value):  # type: ignore[arg-type]
                    wanted.setdefault(kind, set()).add(pk)
    found: dict[tuple[Kind, int], str] = {}
    for kind, model in ((Kind.PERSON, User), (Kind.ENTITY, Entity), (Kind.UNIT, Unit), (Kind.CASE, Case)):
        if kind in wanted:
            found |= {
                (kind, one.pk): str(one) for one in model.objects.filter(pk__in=wanted[kind]).order_by()
            }
    return found
