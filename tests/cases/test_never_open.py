"""A unit left without any hour: nothing is lost, deadlines run in plain time, administrators are told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atdemain.journal.actors import Actor
from atdemain.notifications.models import Notification
from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.enums import Role
from atdemain.organisation.models import CalendarException, Programme, Unit, UnitParticipation
from cases import ladder, workflow
from cases.enums import CaseState, TimerKind, TimerStatus
from cases.hour_guards import unit_hours
from cases.invariants import broken
from cases.models import Case, Contact, Escalation, Promise, Timer
from cases.sweep import sweep
from cases.timers import plan_silent
from tests.cases.clock_cast import Cast
from tests.cases.intake_cast import HOUR, HOW, MINUTE, Site, paris
from tests.cases.views.test_record import NUMBER, form
from tests.office import NOW, TOLD, Office, posted, text_of

pytestmark = pytest.mark.django_db

CLOSED: list = [[]] * 7
DAY = timedelta(days=1)
SHUT = "L’unité UAT Lyon n’a aucune heure d’ouverture"


def close(unit: Unit) -> None:
    Unit.objects.filter(pk=unit.pk).update(weekly_hours=CLOSED)


def calendar(**fields) -> BusinessCalendar:
    facts = {"tz": "Europe/Paris", "holiday_zone": "metropole", "weekly_hours": CLOSED, "name": "UAT Lyon"}
    return BusinessCalendar.build(**(facts | fields))


def told() -> list[str]:
    return list(
        Notification.objects.filter(kind="unit_never_open")
        .order_by("recipient__username")
        .values_list("recipient__username", flat=True)
    )


@pytest.fixture
def shut(office: Office) -> Office:
    """Cases in every state, then no hour is left to their unit."""
    UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=office.units["lyon"], participates=True
    )
    return office


# -- deadlines -------------------------------------------------------------------------------------------


def test_deadlines_of_a_unit_without_hours_are_in_plain_time():
    never, at = calendar(), NOW
    assert never.ever_opens(at) is False
    assert never.due_in_minutes(at, 60) == at + HOUR
    assert never.due_in_days(at, 3) == at + 3 * DAY
    assert [step.due_at - at for step in ladder.unassigned_steps(never, at)] == [15 * MINUTE, HOUR]
    assert ladder.next_morning(never, at) == at + DAY
    steps = ladder.steps(ladder.Window(at + DAY, at + DAY + HOUR), never)
    assert [step.kind for step in steps][-1] == TimerKind.PROMISE_RED_LIST


def test_deadlines_count_the_openings_that_dated_exceptions_leave():
    today = calendar().local_date(NOW)
    one = calendar(exceptions=[(today + DAY, "09:00", "12:00", "Exceptionnel")])
    assert one.ever_opens(NOW) is True
    assert one.due_in_minutes(NOW, 60) == paris("11/11/2026 10:00")
    assert one.due_in_minutes(NOW, 200) == NOW + 200 * MINUTE  # more than what is left
    assert unit_hours(one, NOW) == []
    assert unit_hours(calendar(), NOW)[0].text.startswith(SHUT)


# -- intake ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
def test_the_third_contact_of_a_unit_without_hours_opens_its_case_and_tells_the_administrator_once(how):
    site = Site.build()
    site.person("admin", Role.ADMIN)
    close(site.unit)
    for ref in ("C1", "C2"):
        site.post([site.call(f"0{day}/11 10:00", client_ref=ref) for day in (5, 6, 7)], how)
    assert (Contact.objects.count(), Case.objects.count()) == (6, 2)
    timer = Timer.objects.filter(kind=TimerKind.UNASSIGNED_HEAD).order_by("pk").first()
    assert timer.due_at == Case.objects.order_by("pk").first().opened_at + HOUR
    assert told() == ["admin"]
    assert Notification.objects.get(kind="unit_never_open").url == (
        f"/admin/organisation/unit/{site.unit.pk}/change/"
    )


def test_a_batch_goes_on_past_a_unit_without_hours():
    site = Site.build()
    close(site.unit)
    other = Unit.objects.create(code="brest", name="UAT Brest")
    calls = [site.call(f"0{day}/11 10:00") for day in (5, 6, 7)]
    calls.append(site.call("07/11 11:00", client_ref="C9", unit_code=other.code))
    done = site.batch(calls, now=paris("07/11 12:00"))
    assert [item.status for item in done.items] == ["created"] * 4
    assert Contact.objects.filter(unit=other).count() == 1
    assert Case.objects.get().unit == site.unit


def test_the_third_contact_typed_on_the_page_is_kept(shut):
    client = shut.client("Léa Moreau", phone=NUMBER)
    shut.contact(client, NOW - 2 * DAY)
    shut.contact(client, NOW - DAY)
    close(shut.units["lyon"])
    page = shut.browser("advisor").post("/record/", form(), follow=True)
    assert page.status_code == 200
    assert Case.objects.get().contacts.count() == 3


def test_a_contact_reopens_a_case_of_a_unit_without_hours(shut):
    case = shut.case("resolved", at=NOW - 2 * DAY)
    close(shut.units["lyon"])
    shut.contact(case.client, NOW - HOUR)
    case.refresh_from_db()
    first = Timer.objects.get(case=case, kind=TimerKind.FIRST_ACTION_OWNER, status=TimerStatus.PENDING)
    assert (case.state, first.due_at) == ("opened", case.reopened_at + 2 * HOUR)
    assert told() == ["admin"]


# -- pages -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "action", "fields"),
    [
        ("opened", "promise_callback", {"kind": "progress"}),
        ("callback_due", "rebook", {"initiator": "client", "reason": "Le client préfère demain."}),
        ("opened", "escalate", {"summary": TOLD, "reason": "network_diagnosis", "colour": "orange", "mode": "case"}),
        ("callback_due", "tell_unresolved", {"told": TOLD, "direction": "out"}),
    ],
)  # fmt: skip
def test_a_form_that_promises_says_that_the_unit_has_no_hours(shut, state, action, fields):
    case = shut.case(state)
    close(shut.units["lyon"])
    browser, url = shut.browser("advisor"), f"/cases/{case.ref}/{action}/"
    page = browser.get(url)
    assert page.status_code == 200
    assert SHUT in text_of(page)
    assert ("data-submit" in page.content.decode()) is (action == "tell_unresolved")  # a slot is its choice
    slot = (NOW + DAY).isoformat()
    entity = shut.entities["copper"].pk
    sent = browser.post(url, posted(case, slot=slot, minutes=60, target_entity=entity, **fields))
    assert sent.status_code == 422
    assert text_of(sent).count(SHUT) == 1
    assert Case.objects.get(pk=case.pk).version == case.version


def test_what_needs_no_window_is_done_in_a_unit_without_hours(shut):
    """Escalating on a promise that stands, answering, telling, resolving, handing over."""
    case = shut.case("callback_due")
    close(shut.units["lyon"])
    case = shut.escalate(case, "advisor")
    escalation = Escalation.objects.get()
    case = shut.do(
        case, "answer_escalation", "backoffice", escalation=escalation.pk, answer_code="fixed", answer_text=TOLD
    )  # fmt: skip
    assert case.current_promise.call_by == NOW + 4 * HOUR
    case = shut.do(case, "tell_unresolved", "advisor", told=TOLD, direction="out")
    assert case.state == "opened"
    for url in ("/", f"/cases/{case.ref}/", "/team/", "/queue/"):
        assert shut.browser("manager").get(url).status_code in (200, 302)
    assert list(broken(NOW)) == []


# -- the clock -------------------------------------------------------------------------------------------


def test_sweep_does_the_work_of_every_timer_of_a_unit_without_hours():
    cast = Cast.gather()
    admin = Site.person(cast, "admin", Role.ADMIN)
    start = paris("14/11/2018 16:00")
    cast.promise(start)
    cast.promise(start, state=CaseState.ESCALATED)
    silent = cast.case(CaseState.OPENED, start - 9 * DAY)
    plan_silent(silent, cast.unit.calendar(), start - 9 * DAY)
    close(cast.unit)
    for now in (start - 30 * MINUTE, start, start + 2 * HOUR, start + DAY):
        report = sweep(now)
        assert (report.failed, report.dead) == (0, 0), report.errors
    assert told() == [admin.username]
    assert not Timer.objects.exclude(last_error="").exists()
    again = Timer.objects.get(case=silent, kind=TimerKind.SILENT_CASE)
    assert again.due_at == start - 30 * MINUTE + 3 * DAY
    assert Promise.objects.filter(status="missed").count() == 2
    sweep(start + 10 * DAY)
    assert told() == [admin.username]


def test_days_all_closed_by_exceptions_leave_every_page_and_every_contact(shut):
    lyon = shut.units["lyon"]
    CalendarException.objects.bulk_create(
        CalendarException(unit=lyon, date=(NOW + number * DAY).date(), reason="Travaux")
        for number in range(40)
    )
    case = shut.case("opened", start=NOW)
    page = shut.browser("advisor").get(f"/cases/{case.ref}/promise_callback/")
    assert page.status_code == 200
    assert "Aucun créneau ouvert cette semaine" in text_of(page)
    opened = workflow.open_manually(
        shut.client().pk, actor=Actor.of_user(shut.people["manager"]), now=NOW, reason_family="no_sync",
        text="Ouvert pendant la fermeture.",
    )  # fmt: skip
    assert Timer.objects.get(case=opened.case, kind=TimerKind.UNASSIGNED_HEAD).due_at > NOW + 39 * DAY
    assert told() == []
