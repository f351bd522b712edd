"""The cast of mentoring's tests: a trainer who takes part, four colleagues, sessions made by the door."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from atdemain.organisation.enums import ParticipationMode, Role
from atdemain.organisation.models import Participation, Programme
from recognition.mentoring import workflow
from recognition.mentoring.workflow import Content
from recognition.models import MentoringSession
from routing.models import Skill
from tests.office import NOW, Office

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: The afternoon before: 14:00 to 17:00 in Paris.
START = NOW - DAY - timedelta(minutes=90)
GROUP = ("advisor", "colleague", "support", "stranger")
NEW = reverse("recognition:session_new")


def takes_part(office: Office, *names: str, until: date | None = None) -> None:
    for name in names:
        Participation.objects.create(
            programme=Programme.objects.get(),
            employee=office.people[name],
            role=Role.TRAINER,
            mode=ParticipationMode.VOLUNTEER,
            starts_on=date(2026, 1, 1),
            ends_on=until,
        )


def skill(code: str = "fibre") -> Skill:
    return Skill.objects.get_or_create(code=code, defaults={"label": f"Module {code}"})[0]


def content(
    office: Office, *names: str, start: datetime = START, minutes: int = 180, code: str = "fibre"
) -> Content:
    keys = tuple(sorted(office.people[name].pk for name in names or ("advisor",)))
    return Content(keys, skill(code), start, start + minutes * MINUTE)


def plan(
    office: Office, *names: str, mentor: str = "trainer", now: datetime = NOW, **more: Any
) -> MentoringSession:
    """A session noted by its mentor; the default one ended yesterday and lasted three hours."""
    if not Participation.objects.filter(employee=office.people[mentor]).exists():
        takes_part(office, mentor)
    done = workflow.plan(content(office, *names, **more), actor=office.actor(mentor), now=now)
    assert not done.already
    return done.session


def sign(office: Office, session: MentoringSession, *names: str, now: datetime = NOW) -> MentoringSession:
    for name in names:
        workflow.sign(session.pk, seen=session.content_hash, actor=office.actor(name), now=now)
    return MentoringSession.objects.get(pk=session.pk)


def typed(
    office: Office, *names: str, at: datetime = START, minutes: Any = 180, **changes: Any
) -> dict[str, Any]:
    """What the form sends."""
    local = timezone.localtime(at)
    return {
        "skill": skill().pk,
        "day": f"{local:%Y-%m-%d}",
        "start": f"{local:%H:%M}",
        "minutes": str(minutes),
        "trainees": [office.people[name].pk for name in names or ("advisor",)],
        "version": "",
    } | changes


def press(browser: Browser, what: str, session: MentoringSession, **data: Any) -> Any:
    """One of the page's buttons, as it was drawn."""
    shown = MentoringSession.objects.get(pk=session.pk)
    sent = {"version": shown.version, "seen": shown.content_hash} | data
    return browser.post(reverse(f"recognition:session_{what}", args=[session.pk]), sent, follow=True)
