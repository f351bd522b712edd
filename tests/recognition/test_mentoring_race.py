"""Two at once: a person in two sessions, signing while the mentor edits, the same reminder (domain.md INV-21)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from atdemain.notifications.models import Notification
from recognition.mentoring import facts, rounds, workflow
from recognition.mentoring.triggers import MENTORING
from recognition.mentoring.workflow import SessionMoved, SessionRefused
from recognition.models import MentoringSession, SessionSignature, SessionTrainee
from tests.office import NOW, Office

from .mentoring_cast import DAY, HOUR, START, content, plan, sign, skill, takes_part

race = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Each in its thread and its connection, all begun together; what each answered or raised."""
    barrier = Barrier(len(acts), timeout=60)

    def run(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            barrier.wait()
            return act()
        except (SessionRefused, SessionMoved, IntegrityError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def planners(office: Office) -> list[Callable[[], object]]:
    """Four mentors who all note a session with the same colleague, at hours that meet."""
    mentors = ("trainer", "manager", "support", "stranger")
    takes_part(office, *mentors)
    wanted = [content(office, "advisor", start=START + n * HOUR / 2) for n in range(len(mentors))]
    return [
        lambda mentor=mentor, one=one: workflow.plan(one, actor=office.actor(mentor), now=NOW)
        for mentor, one in zip(mentors, wanted, strict=True)
    ]


def overlaps() -> int:
    """Pairs of sessions of one trainee that meet."""
    rows = list(MentoringSession.objects.order_by("starts_at"))
    return sum(
        one.starts_at < other.ends_at and other.starts_at < one.ends_at
        for rank, one in enumerate(rows)
        for other in rows[:rank]
    )


def wait_for_all(monkeypatch, threads: int) -> None:
    """Everybody has read who is free before anybody writes."""
    meet, read = Barrier(threads, timeout=60), facts.people

    def slow(*args, **options):
        found = read(*args, **options)
        meet.wait()
        return found

    monkeypatch.setattr(facts, "people", slow)


class TestOverlap:
    pytestmark = race

    def test_four_sessions_noted_at_once_for_one_colleague_leave_one(self, office):
        acts = planners(office)
        for _ in range(5):
            MentoringSession.objects.all().delete()
            found = at_once(*acts)
            assert MentoringSession.objects.count() == 1
            refused = [one for one in found if isinstance(one, SessionRefused)]
            assert len(refused) == 3
            assert all("déjà en accompagnement" in str(one) for one in refused)

    def test_without_the_lock_the_database_still_refuses(self, office, monkeypatch):
        acts = planners(office)
        monkeypatch.setattr(facts, "hold", lambda pks: None)
        wait_for_all(monkeypatch, len(acts))
        found = at_once(*acts)
        assert MentoringSession.objects.count() == 1
        assert sum(isinstance(one, SessionRefused) for one in found) == 3

    def test_without_lock_nor_trigger_somebody_is_in_several_at_once(self, office, monkeypatch):
        """The negative control: what both are for."""
        acts = planners(office)
        monkeypatch.setattr(facts, "hold", lambda pks: None)
        monkeypatch.setattr(workflow.time_taken, "occupy", lambda *args: [])
        wait_for_all(monkeypatch, len(acts))
        with MENTORING.lifted(connection):
            at_once(*acts)
            assert MentoringSession.objects.count() == 4
            assert overlaps() > 0


class TestSigning:
    pytestmark = race

    def test_all_who_sign_at_once_are_signed(self, office):
        names = ("trainer", "advisor", "colleague", "support", "stranger")
        session = plan(office, *names[1:])
        at_once(
            *(
                lambda name=name: workflow.sign(
                    session.pk, seen=session.content_hash, actor=office.actor(name), now=NOW
                )
                for name in names
            )
        )
        session.refresh_from_db()
        assert (session.state, session.version) == ("co_signed", 6)
        assert SessionSignature.objects.filter(voided_at=None).count() == 5

    def test_a_double_click_signs_once(self, office):
        session = plan(office)
        actor = office.actor("trainer")
        found = at_once(
            *[lambda: workflow.sign(session.pk, seen=session.content_hash, actor=actor, now=NOW)] * 6
        )
        assert sum(not one.already for one in found) == 1
        assert SessionSignature.objects.count() == 1

    def test_an_edit_and_a_signature_at_once_never_leave_a_signature_of_another_content(self, office):
        for _ in range(8):
            MentoringSession.objects.all().delete()
            session = plan(office)
            wanted = content(office, "advisor", minutes=60)
            at_once(
                lambda session=session, wanted=wanted: workflow.edit(
                    session.pk, wanted, version=session.version, actor=office.actor("trainer"), now=NOW
                ),
                lambda session=session: workflow.sign(
                    session.pk, seen=session.content_hash, actor=office.actor("advisor"), now=NOW
                ),
            )
            session.refresh_from_db()
            kept = SessionSignature.objects.filter(session=session, voided_at=None)
            assert all(one.content_hash == session.content_hash for one in kept)
            assert kept.count() == (session.minutes == 180)  # the edit lost, or it voided what was signed

    def test_two_clocks_remind_and_expire_once(self, office):
        sign(office, plan(office, "advisor", "colleague"), "trainer")
        at_once(*[lambda: rounds.round_(NOW + 8 * DAY)] * 3)
        assert Notification.objects.filter(kind="mentoring_remind").count() == 2
        at_once(*[lambda: rounds.round_(NOW + 15 * DAY)] * 3)
        assert Notification.objects.filter(kind="mentoring_expired").count() == 3
        assert MentoringSession.objects.get().state == "expired"


@pytest.mark.django_db
class TestTheDatabaseItself:
    """Whatever writes: the administration's shell, a script."""

    def made(self, office: Office, who: str, mentor: str = "manager", start=START, state: str = "draft"):
        with transaction.atomic():
            session = MentoringSession.objects.create(
                mentor=office.people[mentor], skill=skill(), starts_at=start, ends_at=start + HOUR,
                state=state, content_hash="0" * 64, created_at=NOW,
            )  # fmt: skip
            SessionTrainee.objects.create(session=session, trainee=office.people[who])
        return session

    @pytest.mark.parametrize(
        ("who", "mentor"),
        [("colleague", "trainer"), ("advisor", "manager"), ("trainer", "manager"), ("colleague", "advisor")],
    )
    def test_a_row_that_overlaps_is_refused(self, office, who, mentor):
        plan(office)
        with pytest.raises(IntegrityError, match="déjà en accompagnement"):
            self.made(office, who, mentor)
        assert MentoringSession.objects.count() == 1

    def test_moving_or_reviving_a_session_onto_another_is_refused(self, office):
        plan(office)
        later = self.made(office, "advisor", start=START + 4 * HOUR)
        with pytest.raises(IntegrityError), transaction.atomic():
            MentoringSession.objects.filter(pk=later.pk).update(starts_at=START)
        gone = self.made(office, "advisor", state="cancelled")
        with pytest.raises(IntegrityError), transaction.atomic():
            MentoringSession.objects.filter(pk=gone.pk).update(state="draft")

    def test_a_mentor_as_trainee_and_a_fifth_trainee_are_refused(self, office):
        with pytest.raises(IntegrityError, match="un tuteur"):
            self.made(office, "manager")
        session = plan(office, "advisor", "colleague", "support", "stranger")
        with pytest.raises(IntegrityError, match="un tuteur"), transaction.atomic():
            SessionTrainee.objects.create(session=session, trainee=office.people["backoffice"])

    def test_cancelled_and_expired_sessions_hold_no_time(self, office):
        for state in ("cancelled", "expired"):
            self.made(office, "advisor", state=state)
        self.made(office, "advisor")
