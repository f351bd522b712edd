"""Publishing a version: HR, by somebody who wrote nothing of it, before its period begins (domain.md §6.1, INV-17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record, refuse
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Programme, User
from recognition.enums import SchemeState
from recognition.evidence.gather import gather, reading_of
from recognition.models import SchemeVersion
from recognition.scheme import announcing
from recognition.scheme.draft import Issue
from recognition.scheme.drafting import KIND, SchemeStale
from recognition.scheme.dry_run import Loss, People, compare, over, windows
from recognition.scheme.facts import draft_of
from recognition.scheme.fingerprint import fingerprint
from recognition.scheme.validator import refusals, validate
from recognition.terms import Terms


class NotPublished(Exception):
    """Every reason at once; `losses`: who an amendment would take money from."""

    def __init__(self, issues: Sequence[Issue], losses: Sequence[Loss] = ()) -> None:
        super().__init__(" ".join(one.message for one in issues))
        self.issues, self.losses = list(issues), list(losses)


def publish(pk: int, *, version: int, by: User, actor: Actor, now: datetime) -> SchemeVersion:
    """The draft as `version` shows it becomes public. Raises SchemeStale, or NotPublished, which is journalled.

    An amendment is first tried on everybody, with nothing locked: the draft cannot change without its `version`.
    `now` is a parameter like everywhere: the demonstration publishes in the past through this same door.
    """
    try:
        row = _fit(pk, version, by, now)
        if row.amends is not None:
            check_better(row, row.amends, now)
        with transaction.atomic():
            return _publish(row.programme_id, pk, version, by, actor, now)
    except NotPublished as refused:
        codes = sorted({one.code for one in refused.issues})
        refuse(
            KIND, pk, "published", actor=actor, at=now, reason_code=codes[0], changes={"refused": [None, codes]}
        )  # fmt: skip
        raise


def who_may_not(row: SchemeVersion, by: User) -> str:
    """Why this account may not publish it, "" when it may; French."""
    if not by.has_role(Role.HR):
        return "Seules les RH publient une version."
    if by.pk == row.drafted_by_id or by.pk in row.writers:
        return "Vous avez rédigé cette version : une autre personne des RH, qui n’y a rien écrit, doit la publier."
    return ""


def _fit(pk: int, version: int, by: User, now: datetime) -> SchemeVersion:
    """The draft, if all but the dry run lets this account publish it."""
    row = SchemeVersion.objects.select_related("programme", "amends").filter(pk=pk).first()
    if row is None or row.state != SchemeState.DRAFT or row.version != version:
        raise SchemeStale(row)
    if reason := who_may_not(row, by):
        raise NotPublished([Issue("", "same_person", reason)])
    issues = refusals(validate(draft_of(row), today=timezone.localdate(now)))
    if row.amends is not None and row.amends.state not in (SchemeState.PUBLISHED, SchemeState.IN_FORCE):
        message = f"La version {row.amends.number} est terminée : elle ne s’améliore plus."
        issues = [*issues, Issue("amends", "amended_over", message)]
    if issues:
        raise NotPublished(issues)
    return row


def _publish(
    programme_id: int, pk: int, version: int, by: User, actor: Actor, now: datetime
) -> SchemeVersion:
    _one_at_a_time(programme_id)
    row = _fit(pk, version, by, now)
    today = timezone.localdate(now)
    assert row.period_start is not None  # by the validator
    state = SchemeState.IN_FORCE if row.period_start <= today else SchemeState.PUBLISHED
    became = SchemeVersion.objects.filter(pk=pk, version=version, state=SchemeState.DRAFT).update(
        state=state,
        content_hash=fingerprint(row),
        published_by=by,
        published_at=now,
        published_on=today,
        version=version + 1,
    )
    if not became:
        raise SchemeStale(SchemeVersion.objects.filter(pk=pk).first())
    if row.amends is not None:
        _take_the_place(row.amends, actor, now)
    row = SchemeVersion.objects.select_related("programme").get(pk=pk)
    record(
        KIND, pk, "published", actor=actor, at=now, from_state=SchemeState.DRAFT, to_state=state,
        changes={"content_hash": [None, row.content_hash], "published_on": [None, today]}, object_version=row.version,
    )  # fmt: skip
    announcing.published(row, now)
    return row


def _one_at_a_time(programme: int) -> None:
    """Two drafts of one programme published at once would each find the period free."""
    Programme.objects.select_for_update(no_key=True).get(pk=programme)


def check_better(row: SchemeVersion, amended: SchemeVersion, now: datetime) -> None:
    """Both versions on everybody's evidence, of the period so far and of one as long just passed: nobody may get
    less, not even a cent (L61). Raises NotPublished.

    In the request: four seconds of processor for ten thousand people, once in the life of an amendment.
    """
    before, after = amended.terms(), row.terms()
    found: dict[int, Loss] = {}
    for window in windows(after, timezone.localdate(now)):
        old, new = over(before, window), over(after, window)
        for one in compare(old, new, _everybody(row, old, new, now)):
            known = found.get(one.employee_id)
            if known is None or one.before - one.after > known.before - known.after:
                found[one.employee_id] = one
    lost = list(found.values())
    if not lost:
        return
    people = "1 personne y perdrait" if len(lost) == 1 else f"{len(lost)} personnes y perdraient"
    message = (
        f"Une amélioration ne retire rien à personne, et {people} : relevez les montants ou abaissez les seuils, "
        "ou préparez une version nouvelle pour une période à venir."
    )
    raise NotPublished([Issue("amends", "less_favourable", message)], lost)


def _everybody(row: SchemeVersion, before: Terms, after: Terms, now: datetime) -> tuple[People, People]:
    """All participants of the programme, with what each version reads of them, known at the same moment."""
    old = gather(before, cutoff=now, programme_id=row.programme_id)
    if reading_of(before) == reading_of(after):
        return old, old
    return old, gather(after, cutoff=now, programme_id=row.programme_id)


def _take_the_place(amended: SchemeVersion, actor: Actor, now: datetime) -> None:
    """The amended version has ended: its amendment holds for the same period."""
    SchemeVersion.objects.filter(pk=amended.pk).update(state=SchemeState.ENDED, version=amended.version + 1)
    record(
        KIND, amended.pk, "ended", actor=actor, at=now, from_state=amended.state, to_state=SchemeState.ENDED,
        reason_code="amended", object_version=amended.version + 1,
    )  # fmt: skip
