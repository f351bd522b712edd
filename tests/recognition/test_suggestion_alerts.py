"""TM8: late receptions and answers are told exactly once, whoever sweeps (domain.md L33)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections, transaction

from atdemain.notifications.models import Notification
from recognition.models import Suggestion, SuggestionStep
from recognition.suggestions import alerts
from tests.office import NOW, Office, text_of
from tests.recognition.improving import move, suggestion

MINUTE = timedelta(minutes=1)


def alerted(kind: str) -> list[str]:
    found = Notification.objects.filter(kind=f"suggestion_{kind}").order_by("recipient__username")
    return list(found.values_list("recipient__username", flat=True))


@pytest.mark.django_db
def test_unanswered_suggestion_is_told_at_five_twenty_and_twenty_one_business_days(office):
    office.entities["copper"].head = office.people["admin"]
    office.entities["copper"].save()
    one = suggestion(office)
    assert alerts.remind(one.ack_due - MINUTE) == 0
    assert alerts.remind(one.ack_due) == 1
    assert alerted("ack_late") == ["backoffice"]
    assert alerts.remind(one.answer_due - MINUTE) == 0
    assert alerts.remind(one.answer_due) == 1
    assert alerted("answer_late") == ["backoffice"]
    assert alerts.remind(one.escalate_at) == 1
    assert alerted("escalated") == ["admin"]
    assert alerted("escalated_author") == ["colleague"]
    assert alerts.remind(one.escalate_at + timedelta(days=30)) == 0
    kinds = (
        SuggestionStep.objects.filter(suggestion=one, by=None).order_by("pk").values_list("kind", flat=True)
    )
    assert list(kinds) == ["ack_late", "answer_late", "escalated"]


@pytest.mark.django_db
def test_at_twenty_one_days_it_is_on_the_overdue_list_and_not_before(office, clock):
    one = suggestion(office)
    browser = office.browser("advisor")
    clock.move_to(one.answer_due - MINUTE)
    assert one.title not in text_of(office.browser("advisor").get("/suggestions/?signal=overdue"))
    clock.move_to(one.escalate_at)
    browser = office.browser("advisor")
    assert one.title in text_of(browser.get("/suggestions/?signal=overdue"))


@pytest.mark.django_db
def test_answered_or_acknowledged_in_time_is_never_late(office):
    one = move(office, suggestion(office), "acknowledge")
    assert alerts.remind(one.ack_due) == 0
    one = move(office, one, "reject")
    assert alerts.remind(one.escalate_at) == 0


@pytest.mark.django_db
def test_entity_without_a_head_is_told_of_to_who_leads_the_programme(office):
    from atdemain.organisation.models import Programme

    Programme.objects.update(lead=office.people["hr"])
    one = suggestion(office)
    alerts.remind(one.escalate_at)
    assert alerted("escalated") == ["hr"]


def _two_at_once(now: datetime) -> None:
    start = threading.Barrier(2)

    def sweep() -> None:
        try:
            start.wait(10)
            alerts.remind(now)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=sweep) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_alert_exactly_once(office):
    for number in range(4):
        suggestion(office, title=f"Idée numéro {number}")
    late = max(Suggestion.objects.values_list("escalate_at", flat=True))
    _two_at_once(late)
    assert SuggestionStep.objects.filter(kind="escalated").count() == 4
    assert Notification.objects.filter(kind="suggestion_answer_late").count() == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_without_the_conditional_update_two_workers_would_alert_twice(office: Office, monkeypatch):
    """The control: the race is real once the guard is taken away."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writers wait for each other before they read")
    meeting = threading.Barrier(2, timeout=20)
    suggestion(office)
    due = alerts._due

    def seen(alert: alerts.Alert, now: datetime) -> list[int]:
        found = due(alert, now)
        if alert.mark == "ack_alerted_at":
            meeting.wait()
        return found

    def unguarded(alert: alerts.Alert, pk: int, now: datetime) -> bool:
        one = Suggestion.objects.select_related("owner_entity__unit", "author").get(pk=pk)
        with transaction.atomic():
            alerts.told_by_clock(one, alert.kind, now)
        return True

    monkeypatch.setattr(alerts, "_due", seen)
    monkeypatch.setattr(alerts, "_give", unguarded)
    _two_at_once(NOW + timedelta(days=8))
    assert SuggestionStep.objects.filter(kind="ack_late").count() == 2
