"""The demonstration data: deterministic, of today, believable, and refused where it does not belong.

A small month is enough: the organisation and the present day are the same at every size.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent
from atdemain.journal.purging import run
from atdemain.journal.retention import KINDS
from atdemain.journal.verify import verify
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import DemoState, Participation, Unit, UnitParticipation, User
from cases.demo.organisation import DEMO_UNIT, PASSWORD
from cases.demo.seed import ACCOUNTS, TOTAL
from cases.demo.story import KNOWN
from cases.enums import CaseState, Channel, EscalationStatus, PromiseStatus
from cases.invariants import broken
from cases.models import Case, Client, Contact, Escalation, Promise, RepeatVerdict
from cases.retention import due
from tests.cases.retention.cast import figures
from tests.demo.making import SMALL, fingerprint, mine


@pytest.mark.django_db
def test_a_third_call_of_the_known_client_is_the_advisors_to_promise(
    demo: datetime, django_capture_on_commit_callbacks
):
    """The README's walk: record the call, get the case, promise a callback at an hour that is offered."""
    client = Client.objects.get(display_name=KNOWN)
    browser = Browser()
    browser.force_login(User.objects.get(username="advisor"))
    noted = {
        "who": client.client_ref, "client": client.client_ref, "reason": "desynchro", "channel": "voice",
        "outcome": "handled", "key": str(uuid.uuid4()), "started": timezone.now().isoformat(),
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post("/record/", noted)
    told = browser.get(answer["Location"])
    assert "<b>Vous</b> suivez ce dossier" in told.content.decode()
    case = Case.objects.working().get(client=client)
    assert case.owner.user.username == "advisor"
    page = f"/cases/{case.ref}/promise_callback/"
    slots = re.findall(r'name="slot" value="([^"]+)"', browser.get(page).content.decode())
    promised = browser.post(page, {"version": case.version, "slot": slots[0], "minutes": "60"})
    assert promised.status_code == 302
    assert Promise.objects.get(case=case).status == PromiseStatus.PENDING


@pytest.mark.django_db
def test_demo_organisation_is_the_size_the_leaflet_says(demo):
    assert Unit.objects.count() == 5
    assert 680 <= User.objects.count() <= 720
    advisors = Participation.objects.filter(
        role="advisor"
    )  # mentors of the other roles take part beside them
    assert advisors.count() == 124
    assert UnitParticipation.objects.filter(participates=True).count() == 4
    assert advisors.order_by().values("employee__unit").distinct().count() == 4
    answers = advisors.order_by().values_list("consent_events__answer", flat=True).distinct()
    assert {ConsentAnswer.ACCEPTED, ConsentAnswer.DECLINED, None} == set(answers)


@pytest.mark.django_db
def test_demo_has_exactly_the_contacts_asked_over_thirty_days(demo):
    assert TOTAL == 20_000
    assert Contact.objects.count() == SMALL
    arrivals = Contact.objects.order_by("arrived_at").values_list("arrived_at", flat=True)
    assert demo - timedelta(days=31) <= arrivals.first()
    assert arrivals.last() <= demo


@pytest.mark.django_db
def test_demo_phones_belong_to_nobody(demo):
    reached = Client.objects.filter(phones__isnull=False)  # nobody calls back the record of an incident
    numbers = set(reached.order_by().values_list("phones__e164", flat=True))
    assert all(number.startswith("+3319900") for number in numbers)


@pytest.mark.django_db
def test_demo_day_holds_every_situation(demo):
    pending = Promise.objects.filter(case__owner__user__username="advisor", status=PromiseStatus.PENDING)
    late = Promise.objects.filter(
        case__owner__user__username="advisor", case__state=CaseState.CALLBACK_DUE, status=PromiseStatus.MISSED
    )
    assert late.filter(window_end__lt=demo).exists(), "overdue"
    soon = pending.filter(window_start__range=(demo + timedelta(minutes=5), demo + timedelta(minutes=12)))
    assert soon.exists(), "due in ten minutes"
    assert Escalation.objects.filter(
        case__in=mine(state=CaseState.ESCALATED), status=EscalationStatus.SENT, answer_due__lt=demo
    ).exists(), "escalated and unanswered"
    assert Escalation.objects.filter(
        target_entity__code="partenaire-p1", status=EscalationStatus.SENT
    ).exists(), "what the API's guide answers"
    assert mine(state=CaseState.OPENED, reopened_count=1).exists(), "reopened"
    assert mine(state=CaseState.RESOLVED).count() >= 2, "resolved"
    assert mine(state=CaseState.OPENED, reopened_count=0).exists(), "to work"
    assert Case.objects.filter(unit__code=DEMO_UNIT, owner=None, state=CaseState.OPENED).count() >= 3, "queue"


@pytest.mark.django_db
def test_demo_has_a_repeat_that_a_voice_only_rule_would_miss(demo):
    verdicts = (
        RepeatVerdict.objects.filter(superseded_at=None).order_by("pk").values_list("contact_ids", flat=True)
    )
    voices = [Contact.objects.filter(pk__in=ids, channel=Channel.VOICE).count() for ids in verdicts]
    assert min(voices) < 3 <= max(voices)


@pytest.mark.django_db
def test_demo_unit_is_open_all_day_and_the_others_keep_their_hours(demo):
    calendar = Unit.objects.get(code=DEMO_UNIT).calendar()
    midnight = datetime.combine(calendar.local_date(demo), datetime.min.time(), tzinfo=calendar.tz)
    assert all(calendar.is_open(midnight + timedelta(hours=hour)) for hour in range(24))
    other = Unit.objects.exclude(code=DEMO_UNIT).order_by("pk").first().calendar()
    assert not other.is_open(midnight + timedelta(hours=3))


@pytest.mark.django_db
@pytest.mark.parametrize("username", ACCOUNTS)
def test_demo_account_logs_in_and_reaches_its_day(demo, username: str):
    user = User.objects.get(username=username)
    assert user.password.startswith("md5$") or user.password.startswith("argon2")
    browser = Browser()
    assert browser.login(username=username, password=PASSWORD)
    assert browser.get("/", follow=True).status_code == 200


@pytest.mark.django_db
def test_demo_of_yesterday_proposes_to_be_made_again(demo):
    browser = Browser()
    browser.login(username="advisor", password=PASSWORD)
    assert "make demo-reset" not in browser.get("/").content.decode()
    DemoState.objects.update(seeded_at=timezone.now() - timedelta(days=1, minutes=1))
    assert "make demo-reset" in browser.get("/").content.decode()


@pytest.mark.django_db
def test_demo_keeps_the_invariants_and_its_journal_verifies(demo):
    assert AuditEvent.objects.exists()
    call_command("verify_journal", stdout=StringIO())
    call_command("check_invariants", stdout=StringIO())


@pytest.mark.django_db
def test_seed_demo_run_again_says_so_and_changes_nothing(demo, settings):
    settings.DEBUG = True
    before, said = fingerprint(), StringIO()
    call_command("seed_demo", stdout=said)
    assert "existent déjà" in said.getvalue()
    assert fingerprint() == before


@pytest.mark.django_db
def test_demo_is_pseudonymised_after_two_years_and_its_figures_stand(demo):
    """Everything but the clients somebody still works for; the journal verifies, the invariants hold."""
    before, later = figures(), demo + timedelta(days=800)
    told = run(later, list(KINDS.values()), system("purge"))
    assert told.counts["clients"]["clients"] > Client.objects.count() / 2
    assert not due(later).exists()
    assert figures() == before
    assert list(verify()) == []
    assert list(broken(later)) == []
