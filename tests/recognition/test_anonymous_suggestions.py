"""An author who stays anonymous is nowhere to be read but by themselves, and counts all the same (domain.md §2.4)."""

from __future__ import annotations

import json

import pytest

from atdemain.journal.models import AuditEvent, AuditPayload
from atdemain.notifications.models import Notification
from recognition.models import SuggestionStep
from recognition.suggestions import workflow
from recognition.suggestions.evidence import counted_suggestions
from tests.office import NOW, Office, text_of
from tests.recognition.improving import DAY, move, suggestion

pytestmark = pytest.mark.django_db
READERS = ("advisor", "support", "trainer", "backoffice", "manager", "hr", "staffrep")


@pytest.fixture
def one(office: Office):
    """Posted from a case its author keeps, written to, answered."""
    case = office.case(owner="colleague")
    made = suggestion(office, "colleague", anonymous=True, case=case)
    workflow.message(made.pk, "Sur toutes les box.", actor=office.actor("colleague"), now=NOW)
    return move(office, made, "accept")


@pytest.mark.parametrize("who", READERS)
def test_no_page_and_no_file_names_the_author(office, one, who: str):
    browser = office.browser(who)
    for address in (
        "/suggestions/",
        f"/suggestions/{one.pk}/",
        "/suggestions/?q=colleague",
        "/suggestions/board/",
    ):
        page = text_of(browser.get(address))
        assert "Colleague" not in page, address
    file = b"".join(browser.get("/suggestions/export/csv/").streaming_content).decode()
    assert "anonyme" in file
    assert "Colleague" not in file


def test_case_does_not_betray_who_keeps_it(office, one):
    """The page of the suggestion hides the case; that of the case hides the suggestion, but from its author."""
    page = text_of(office.browser("manager").get(f"/suggestions/{one.pk}/"))
    assert one.case.ref not in page
    address = f"/cases/{one.case.ref}/suggestions/"
    assert one.title not in text_of(office.browser("manager").get(address))
    assert one.title in text_of(office.browser("colleague").get(address))
    assert one.case.ref in text_of(office.browser("colleague").get(f"/suggestions/{one.pk}/"))


def test_journal_history_and_notices_do_not_name_the_author(office, one):
    author = office.people["colleague"]
    events = AuditEvent.objects.filter(object_type="suggestion", object_id=str(one.pk))
    assert [event.actor_id for event in events.order_by("seq")] == [
        None,
        None,
        office.people["backoffice"].pk,
    ]
    assert not events.exclude(request_id="").exists()
    assert not SuggestionStep.objects.filter(suggestion=one, by=author).exists()
    bodies = json.dumps(list(AuditPayload.objects.filter(event__in=events).values_list("body", flat=True)))
    assert "colleague" not in bodies.lower()
    others = Notification.objects.exclude(recipient=author).filter(object_type="suggestion")
    assert not others.filter(title__icontains="colleague").exists()
    assert not others.filter(body__icontains="colleague").exists()


def test_author_reads_their_own_and_is_told_at_each_step(office, one):
    page = text_of(office.browser("colleague").get(f"/suggestions/{one.pk}/"))
    assert "vous, sans que votre nom s’affiche" in page
    assert (
        Notification.objects.filter(recipient=office.people["colleague"].pk, kind="suggestion_accept").count()
        == 1
    )
    assert one.title in text_of(office.browser("colleague").get("/suggestions/?signal=posted"))


def test_anonymous_one_counts_as_evidence(office, one):
    pk = office.people["colleague"].pk
    found = counted_suggestions([pk], NOW.date() - DAY, NOW.date(), NOW)
    assert found == {pk: (one.pk,)}
