"""The file of an exit said to be unjustified: answer, opinion, hearing, decision, silence (domain.md §6.3).

HR decides with a written reason once the employee was heard, in ten business days; the clock then settles it in the
employee's favour, once. A manager gives an opinion and decides nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.journal.record import record
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from recognition.enums import JustCause, JustCauseBasis, Opinion
from recognition.models import ParticipationExit
from recognition.participation.leaving import file_url, manages
from recognition.participation.notices import hr_of, manager_of, tell
from recognition.participation.refusal import Refused

TEXT_MIN = 20
#: HR is reminded once, so long before the file settles itself.
REMINDED = timedelta(days=2)
SOON = "just_cause_soon"
SETTLED = "Ce juste motif est déjà réglé : rien n’a été enregistré."
LATE = "Dix jours ouvrés sont passés sans décision : le juste motif est acquis au salarié."


def open_files() -> QuerySet[ParticipationExit]:
    """Those to decide, the most pressing first, with who they are about."""
    return (
        ParticipationExit.objects.filter(just_cause=JustCause.PENDING)
        .select_related("participation__employee__unit", "announced_by")
        .order_by("due_at", "pk")
    )


def answer(pk: int, text: str, *, actor: Actor, now: datetime) -> ParticipationExit:
    """By the employee, as often as needed until it is decided. Raises Refused."""
    with transaction.atomic():
        held = _held(pk, now)
        if held.participation.employee_id != actor.user.pk:
            raise Refused("Seul le salarié répond.")
        text = _said(text, "answer")
        if held.answer == text:
            return held
        held.answer, held.answered_at = text, now
        held.save(update_fields=["answer", "answered_at"])
        _record(held, "answered", actor, now, personal={"answer": text})
        employee = held.participation.employee
        tell(
            hr_of(employee), "just_cause_answered", f"{employee} a répondu sur sa sortie",
            key=f"{pk}:{now.isoformat()}", at=now, url=file_url(held), object_id=pk,
        )  # fmt: skip
    return held


def give_opinion(pk: int, opinion: str, text: str, *, actor: Actor, now: datetime) -> ParticipationExit:
    """By a manager of the person's unit; it decides nothing. Raises Refused."""
    with transaction.atomic():
        held = _held(pk, now)
        if not manages(actor.user, held.participation):
            raise Refused("L’avis est celui d’un manager de l’unité.")
        text = _said(text, "opinion_text")
        if (held.opinion, held.opinion_text, held.opinion_by_id) == (opinion, text, actor.user.pk):
            return held
        before = held.opinion
        held.opinion, held.opinion_text = Opinion(opinion), text
        held.opinion_by, held.opinion_at = actor.user, now
        held.save(update_fields=["opinion", "opinion_text", "opinion_by", "opinion_at"])
        _record(
            held, "opinion_given", actor, now,
            changes={"opinion": [before, str(opinion)]}, personal={"opinion_text": text},
        )  # fmt: skip
    return held


def decide(
    pk: int,
    just_cause: str,
    *,
    heard_on: date,
    hearing_notes: str,
    decision_text: str,
    actor: Actor,
    now: datetime,
) -> ParticipationExit:
    """By HR, who neither declared the exit nor is concerned by it. Raises Refused."""
    with transaction.atomic():
        held = _held(pk, now)
        _check_decider(held, actor.user)
        announced, today = timezone.localdate(held.announced_at), timezone.localdate(now)
        if heard_on > today:
            raise Refused("Le salarié n’a pas encore été entendu : cette date est à venir.", "heard_on")
        if heard_on < announced:
            raise Refused(f"L’entretien suit la sortie, enregistrée le {announced:%d/%m/%Y}.", "heard_on")
        held.just_cause, held.basis = JustCause(just_cause), JustCauseBasis.DECISION
        held.heard_on, held.hearing_notes = heard_on, hearing_notes.strip()
        held.decision_text = _said(decision_text, "decision_text")
        held.decided_by, held.decided_at = actor.user, now
        held.save(
            update_fields=[
                "just_cause", "basis", "heard_on", "hearing_notes", "decision_text", "decided_by", "decided_at",
            ]
        )  # fmt: skip
        _record(
            held, "just_cause_decided", actor, now,
            changes={
                "just_cause": [str(JustCause.PENDING), str(just_cause)],
                "basis": ["", str(held.basis)],
                "heard_on": [None, heard_on],
            },
            personal={"decision_text": held.decision_text, "hearing_notes": held.hearing_notes},
        )  # fmt: skip
        _tell_settled(held, now)
    return held


def settle_silent(now: datetime) -> None:
    """Ten business days without a decision: just cause, once (one query when none is due)."""
    for pk in list(_silent(now).values_list("pk", flat=True)):
        with transaction.atomic():
            taken = (
                _silent(now)
                .filter(pk=pk)
                .update(just_cause=JustCause.YES, basis=JustCauseBasis.SILENCE, decided_at=now)
            )
            if not taken:
                continue  # decided, or settled by another clock, since
            held = ParticipationExit.objects.select_related("participation__employee__unit").get(pk=pk)
            _record(
                held, "just_cause_silence", system("just_cause"), now,
                changes={
                    "just_cause": [str(JustCause.PENDING), str(JustCause.YES)],
                    "basis": ["", str(JustCauseBasis.SILENCE)],
                },
            )  # fmt: skip
            _tell_settled(held, now)


def remind(now: datetime) -> None:
    """HR hears of a file that is about to settle itself, once."""
    for held in open_files().filter(due_at__gt=now, due_at__lte=now + REMINDED):
        if Notification.objects.filter(kind=SOON, object_id=str(held.pk)).exists():
            continue
        employee = held.participation.employee
        tell(
            hr_of(employee), SOON, f"Juste motif à décider sous peu : {employee}",
            key=str(held.pk), at=now, url=file_url(held), object_id=held.pk, urgent=True,
            body=f"Avant le {timezone.localtime(held.due_at):%d/%m/%Y} ; sans décision, le juste motif est acquis.",
        )  # fmt: skip


def may_decide(held: ParticipationExit, user: User) -> bool:
    try:
        _check_decider(held, user)
    except Refused:
        return False
    return held.pending


def _check_decider(held: ParticipationExit, user: User) -> None:
    """As for campaigns and appeals: one account that is two people is neither of the two pairs of eyes."""
    if not user.has_role(Role.HR):
        raise Refused("Le juste motif est décidé par les RH.")
    if user.has_role(Role.MANAGER, Role.ADMIN):
        raise Refused(
            "Un compte de manager ou d’administrateur ne décide pas d’un juste motif, même s’il est aussi RH."
        )
    if held.participation.employee_id == user.pk:
        raise Refused("Nul ne décide de sa propre sortie : une autre personne des RH décide.")
    if held.announced_by_id == user.pk:
        raise Refused("Vous avez enregistré cette sortie : une autre personne des RH décide du juste motif.")
    if held.opinion_by_id == user.pk:
        raise Refused(
            "Vous avez donné un avis sur cette sortie : une autre personne des RH décide du juste motif."
        )


def _silent(now: datetime) -> QuerySet[ParticipationExit]:
    return ParticipationExit.objects.filter(just_cause=JustCause.PENDING, due_at__lt=now).order_by("pk")


def _held(pk: int, now: datetime) -> ParticipationExit:
    """Locked, and still to decide."""
    held = (
        ParticipationExit.objects.select_for_update(of=("self",))
        .select_related("participation__employee__unit", "participation__employee__team")
        .get(pk=pk)
    )
    if not held.pending:
        raise Refused(SETTLED)
    if held.due_at is not None and held.due_at < now:
        raise Refused(LATE)
    return held


def _said(text: str, field: str) -> str:
    text = text.strip()
    if len(text) < TEXT_MIN:
        raise Refused(f"Écrivez au moins {TEXT_MIN} caractères.", field)
    return text


def _record(
    held: ParticipationExit,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    changes: dict[str, object] | None = None,
    personal: dict[str, object] | None = None,
) -> None:
    record("participationexit", held.pk, action, actor=actor, at=now, changes=changes, personal=personal)


def _tell_settled(held: ParticipationExit, now: datetime) -> None:
    """The employee, their manager, who declared it and HR; the reasons stay in the file."""
    employee = held.participation.employee
    outcome = held.get_just_cause_display().lower()
    how = "dix jours ouvrés sans décision" if held.basis == JustCauseBasis.SILENCE else "décision des RH"
    tell(
        [employee.pk], "just_cause_settled", f"Votre sortie : {outcome}",
        key=str(held.pk), at=now, url=file_url(held), object_id=held.pk, urgent=True,
        body=f"Par {how}. Ce qui est déjà acquis le reste.",
    )  # fmt: skip
    others = [*manager_of(employee), held.announced_by_id, *hr_of(employee)]
    tell(
        [pk for pk in others if pk not in (employee.pk, held.decided_by_id)], "just_cause_settled",
        f"{employee}, sortie : {outcome}", key=str(held.pk), at=now, url=file_url(held), object_id=held.pk,
        body=f"Par {how}.",
    )  # fmt: skip
