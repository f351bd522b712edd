"""« Pourquoi pas de dossier ? » for any client: what counts as of now, what does not and why (domain.md §4).

The same `evaluate()` as everywhere, on contacts the page has loaded; nothing here counts by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from django.db.models import F, Q
from django.utils import timezone

from atdemain.organisation.models import UnitParticipation
from cases.enums import CaseState, ClosureKind, ExclusionCode, IdentityScope, Mode, ReasonFamily, ReasonScope
from cases.intake.neighbourhood import UNCOUNTING, attempts_of, handler_key
from cases.intake.reference import FOREVER, RESUME_AFTER
from cases.models import Case, Client, Contact, RepeatVerdict
from cases.repeat import AttemptFacts, ContactFacts, RuleBook, RuleFacts, Verdict, evaluate, window_start

FRESH = timedelta(hours=168)  # an older contact opens nothing (domain.md §4.5)
NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class NotCounted:
    contact: Contact
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """Contacts counted together: the client's, a line's, a family of reasons'."""

    label: str
    contacts: tuple[Contact, ...]


@dataclass(slots=True)
class ClientWindow:
    """The window as of `end`, under the rule that would judge a contact now."""

    rule: RuleFacts
    start: datetime
    end: datetime
    counted: list[Contact] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)  # the largest first
    not_counted: list[NotCounted] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)  # why there is no case; [] when one is being worked

    @property
    def n(self) -> int:
        """The count that the rule compares with its threshold."""
        return len(self.groups[0].contacts) if self.groups else 0


def client_window(
    client: Client, contacts: Sequence[Contact], cases: Sequence[Case], rules: RuleBook, now: datetime
) -> ClientWindow:
    """`contacts`: the client's latest, with reason, line and mass_incident; `cases`: all of them.

    No query, but one for our attempts where a callback was returned and one or two where a threshold was
    reached without a case.
    """
    since = now - rules.reach
    recent = {contact.pk: contact for contact in contacts if since < contact.arrived_at <= now}
    cancelled = {case.pk: case.cancel_reason for case in cases if case.cancel_reason in UNCOUNTING}
    facts = [_facts(contact, client.segment, cancelled) for contact in recent.values()]
    returned = any(contact.exclusion_code == ExclusionCode.CALLBACK_RETURN for contact in recent.values())
    attempts = attempts_of([case.pk for case in cases], since) if returned else []
    verdicts = sorted(
        evaluate(facts, rules, attempts, detail=True).values(),
        key=lambda verdict: (verdict.contact.arrived_at, verdict.contact.id),
    )
    rule = verdicts[-1].rule if verdicts else rules.choose(client.unit_id, client.segment, now)
    unit_id = verdicts[-1].contact.unit_id if verdicts else client.unit_id
    start, included = window_start(rule, now, rules.zone(unit_id))
    inside = [
        verdict
        for verdict in verdicts
        if verdict.contact.arrived_at > start or (included and verdict.contact.arrived_at == start)
    ]
    window = ClientWindow(rule, start, now)
    window.counted = [recent[verdict.contact.id] for verdict in inside if verdict.counts]
    window.groups = _groups(inside, recent, rule)
    tz = timezone.get_current_timezone()  # the reader's, as everywhere on the page
    window.not_counted = [
        NotCounted(recent[verdict.contact.id], _why(verdict, tz)) for verdict in inside if not verdict.counts
    ]
    if not any(case.is_working for case in cases):
        window.reasons = _reasons(window, inside, recent, {case.pk: case for case in cases}, tz)
    return window


def _facts(contact: Contact, segment: str, cancelled: dict[int, str]) -> ContactFacts:
    incident = contact.mass_incident
    until = None
    if incident is not None:
        until = incident.ends_at + RESUME_AFTER if incident.ends_at else FOREVER
    return ContactFacts(
        id=contact.pk,
        source_system=contact.source_system,
        source_id=contact.source_id,
        nature=contact.nature,
        client_id=contact.client_id,
        line_id=contact.line_id,
        unit_id=contact.unit_id,
        segment=segment,
        identified=contact.identification != "none",
        interaction_id=contact.interaction_id,
        leg_no=contact.leg_no,
        channel=contact.channel,
        direction=contact.direction,
        arrived_at=contact.arrived_at,
        answered_at=contact.answered_at,
        ended_at=contact.ended_at,
        talk_s=contact.talk_s,
        outcome=contact.outcome,
        family=contact.reason.family if contact.reason else "",
        handler_key=handler_key(contact.handled_by_id, contact.handler_ref),
        has_answer_times=contact.has_answer_times,
        suspended_until=until,
        cancelled_as=cancelled.get(contact.case_id, ""),
        case_id=contact.case_id,
    )


def _groups(verdicts: Sequence[Verdict], recent: dict[int, Contact], rule: RuleFacts) -> list[Group]:
    members: dict[tuple[str, str], list[Contact]] = {}
    for verdict in verdicts:
        if verdict.counts:
            family = verdict.contact.family if rule.reason_scope == ReasonScope.SAME_FAMILY else ""
            members.setdefault((verdict.identity_key, family), []).append(recent[verdict.contact.id])
    groups = [Group(_label(contacts[-1], rule), tuple(contacts)) for contacts in members.values()]
    return sorted(
        groups, key=lambda group: (-len(group.contacts), -group.contacts[-1].arrived_at.timestamp())
    )


def _label(contact: Contact, rule: RuleFacts) -> str:
    if rule.identity_scope == IdentityScope.LINE:
        return f"ligne {contact.line.line_ref}" if contact.line else "sans ligne"
    if rule.identity_scope == IdentityScope.CLIENT_AND_FAMILY or rule.reason_scope == ReasonScope.SAME_FAMILY:
        return ReasonFamily(contact.reason.family if contact.reason else "unknown").label.lower()
    return "client"


def _why(verdict: Verdict, tz: tzinfo) -> str:
    """« suite d’un même contact, celui du 05/11 10:00 »."""
    label = ExclusionCode(verdict.code).label
    because = verdict.because
    if isinstance(because, AttemptFacts):
        return f"{label} du {_time(because.at, tz)}"
    if isinstance(because, ContactFacts):
        return f"{label}, celui du {_time(because.arrived_at, tz)}"
    return label


def _time(at: datetime, tz: tzinfo) -> str:
    return f"{at.astimezone(tz):%d/%m{NBSP}%H:%M}"


# -- why there is no case -------------------------------------------------------------------------------


def _reasons(
    window: ClientWindow,
    verdicts: Sequence[Verdict],
    recent: dict[int, Contact],
    cases: dict[int, Case],
    tz: tzinfo,
) -> list[str]:
    rule = window.rule
    reached = [verdict for verdict in verdicts if (verdict.n or 0) >= verdict.rule.threshold]
    if reached:
        verdict = reached[-1]
        contact = recent[verdict.contact.id]
        at = _time(contact.arrived_at, tz)
        return [
            f"Le seuil de {verdict.rule.threshold} a été atteint le {at}. "
            + _held(verdict, contact, cases, tz)
        ]
    plural = "s" if window.n > 1 else ""
    told = f"{window.n} contact{plural} compté{plural} dans la fenêtre{NBSP}; la règle en demande {rule.threshold}."
    if len(window.groups) > 1:
        told += f" {_apart(rule)}{NBSP}: " + ", ".join(
            f"{group.label} {len(group.contacts)}" for group in window.groups
        )
        told += "."
    return [told]


def _apart(rule: RuleFacts) -> str:
    if rule.identity_scope == IdentityScope.LINE:
        return "Chaque ligne compte à part"
    return "Chaque famille de motif compte à part"


def _held(verdict: Verdict, contact: Contact, cases: dict[int, Case], tz: tzinfo) -> str:
    """What kept the threshold from opening a case, the first that applies."""
    rule = verdict.rule
    if rule.id is None:
        return "Aucune règle n’était en vigueur à cette date."
    if verdict.suspended and contact.mass_incident is not None:
        incident = contact.mass_incident
        until = verdict.contact.suspended_until
        resumes = (
            f"reprennent le {_time(until, tz)}" if until and until != FOREVER else "reprendront après sa fin"
        )
        return (
            f"Ce contact relève de l’incident collectif « {incident.label} »{NBSP}: il compte, "
            f"mais n’ouvre pas de dossier. Les verdicts individuels {resumes}."
        )
    if verdict.mode != Mode.LIVE:
        return _observed(verdict, contact)
    case = cases.get(contact.case_id)
    if case is not None:
        return _ended(case, tz)
    if contact.received_at - contact.arrived_at >= FRESH:
        return "Ce contact a été connu plus de 168 h après. Rien ne s’ouvre pour le passé."
    row = RepeatVerdict.objects.filter(contact=contact, superseded_at=None).first()
    if row is not None and row.mode != Mode.LIVE:
        return "Ce contact a été importé ou recalculé en observation. Rien ne s’est ouvert."
    return "Une correction l’a montré trop tard pour ouvrir un dossier."


def _observed(verdict: Verdict, contact: Contact) -> str:
    if verdict.rule.mode != Mode.LIVE:
        return f"La règle {verdict.rule.label} est en observation{NBSP}: elle compte sans ouvrir de dossier."
    day = contact.arrived_at.date()
    participation = (
        UnitParticipation.objects.filter(unit=contact.unit_id, programme=verdict.rule.programme_id)
        .filter(Q(valid_from=None) | Q(valid_from__lte=day))
        .order_by(F("valid_from").desc(nulls_last=True))
        .first()
    )
    name = contact.unit.name if contact.unit else "L’unité"
    told = f"{name} ne participe pas au programme{NBSP}: ses contacts sont comptés en observation."
    if participation is not None and participation.reason_public:
        told += f" Raison publiée{NBSP}: « {participation.reason_public} »"
    return told


def _ended(case: Case, tz: tzinfo) -> str:
    if case.state == CaseState.RESOLVED:
        return f"Le dossier {case.ref} est résolu, en observation."
    if case.closure_kind == ClosureKind.CANCELLED:
        words = case.get_cancel_reason_display().lower()
        return (
            f"Le dossier {case.ref} a été ouvert, puis annulé le {_time(case.closed_at, tz)}{NBSP}: {words}."
        )
    when = f" le {_time(case.closed_at, tz)}" if case.closed_at else ""
    return f"Le dossier {case.ref} a été ouvert, puis clos{when}."
