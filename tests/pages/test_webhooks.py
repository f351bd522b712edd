"""The administrator's pages of webhooks: what is told where, what became of it, and the way back."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from atdemain.notifications.enums import DeliveryStatus
from atdemain.notifications.models import (
    Delivery,
    OutgoingHold,
    WebhookAttempt,
    WebhookHost,
    WebhookSubscription,
)
from tests.notifications.webhook_cast import subscribed
from tests.office import NOW, Office, text_of

pytestmark = pytest.mark.django_db
URL = "https://hooks.exemple.fr/hook"
LIST, NEW = "/webhooks/", "/webhooks/new/"


@pytest.fixture
def browser(office: Office) -> Browser:
    return office.browser("admin")


@pytest.fixture
def one(office: Office) -> WebhookSubscription:
    return subscribed(office.entities["copper"], URL)[0]


def page(one: WebhookSubscription) -> str:
    return reverse("webhooks:subscription", args=[one.pk])


def act(browser: Browser, one: WebhookSubscription, action: str, **data: object):
    return browser.post(reverse("webhooks:act", args=[one.pk, action]), data, follow=True)


def dead(one: WebhookSubscription, key: str = "msg_1") -> Delivery:
    row = Delivery.objects.create(
        channel="webhook", subscription=one, event="case.resolved", recipient=one.url, body="{}", key=key,
        status="dead", attempts=8, next_attempt_at=NOW, created_at=NOW, last_error="Réponse 500.",
    )  # fmt: skip
    WebhookAttempt.objects.create(
        delivery=row, number=8, at=NOW, duration_ms=120, status_code=500, error="Réponse 500."
    )
    return row


def test_an_empty_list_says_what_to_do_first(browser: Browser) -> None:
    text = text_of(browser.get(LIST))
    assert "Aucun abonnement." in text
    assert "Aucune : rien ne peut partir." in text


def test_a_machine_is_allowed_then_an_address_on_it_and_the_key_is_shown_once(
    office: Office, browser: Browser
) -> None:
    entity = office.entities["copper"].pk
    sent = {"entity": entity, "host": "Hooks.Exemple.FR", "port": "443"}
    assert browser.post(reverse("webhooks:allow"), sent).status_code == 302
    assert str(WebhookHost.objects.get()) == "hooks.exemple.fr"
    made = browser.post(NEW, {"entity": entity, "url": URL, "events": ["case.resolved"]})
    assert made.status_code == 201
    assert "whsec_" in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    subscription = WebhookSubscription.objects.get()
    for where in (LIST, page(subscription)):
        assert "whsec_" not in browser.get(where).content.decode()


def test_an_address_elsewhere_keeps_what_was_typed_and_says_why(
    office: Office, browser: Browser, one
) -> None:
    sent = {"entity": one.entity_id, "url": "https://ailleurs.fr/x", "events": ["case.resolved"]}
    answer = browser.post(NEW, sent)
    text = text_of(answer)
    assert answer.status_code == 422
    assert "ailleurs.fr n’est pas une machine autorisée pour cette entité" in text
    assert 'value="https://ailleurs.fr/x"' in text


@pytest.mark.parametrize("host", ["10.0.0.5", "localhost", "metadata.google.internal", "hooks"])
def test_a_machine_of_the_inside_is_refused_at_its_field(office: Office, browser: Browser, host: str) -> None:
    sent = {"entity": office.entities["copper"].pk, "host": host, "port": "443"}
    answer = browser.post(reverse("webhooks:allow"), sent)
    assert answer.status_code == 422
    assert f'value="{host}"' in text_of(answer)
    assert not WebhookHost.objects.exists()


def test_the_page_tells_each_message_its_attempts_and_what_comes_next(browser: Browser, one) -> None:
    dead(one)
    text = text_of(browser.get(page(one)))
    assert "abandonné" in text
    assert "Réponse 500." in text
    assert "120 ms" in text
    assert "Renvoyer" in text


def test_a_test_is_asked_for_and_the_page_draws_itself_again_until_it_left(browser: Browser, one) -> None:
    text = text_of(act(browser, one, "test"))
    assert "Essai demandé" in text
    assert 'hx-trigger="every 3s"' in text
    Delivery.objects.update(status=DeliveryStatus.SENT, sent_at=NOW)
    assert "every 3s" not in text_of(browser.get(page(one)))


def test_one_dead_message_or_all_are_sent_again_under_the_same_ids(browser: Browser, one) -> None:
    first, _ = dead(one, "msg_1"), dead(one, "msg_2")
    assert "1 envoi remis" in text_of(act(browser, one, "resend", delivery=first.pk))
    assert Delivery.objects.get(key="msg_1").status == DeliveryStatus.PENDING
    assert Delivery.objects.get(key="msg_2").status == DeliveryStatus.DEAD
    assert "1 envoi remis" in text_of(act(browser, one, "resend"))
    assert "Rien à renvoyer" in text_of(act(browser, one, "resend"))


def test_a_message_of_another_subscription_is_not_sent_again_from_here(office: Office, browser: Browser, one):
    other = subscribed(office.entities["field"], URL)[0]
    row = dead(other)
    assert "Rien à renvoyer" in text_of(act(browser, one, "resend", delivery=row.pk))
    assert Delivery.objects.get(pk=row.pk).status == DeliveryStatus.DEAD


@pytest.mark.parametrize("number", ["x", "-1", "1" * 30, "١"])
def test_a_message_that_cannot_exist_is_unknown(browser: Browser, one, number: str) -> None:
    assert act(browser, one, "resend", delivery=number).status_code == 404


def test_a_key_is_renewed_then_the_old_one_is_taken_away(browser: Browser, one) -> None:
    renewed = act(browser, one, "rotate")
    assert renewed.status_code == 201
    assert "whsec_" in renewed.content.decode()
    assert "Deux clés signent." in text_of(browser.get(page(one)))
    assert act(browser, one, "rotate").status_code == 422
    assert "ne signe plus" in text_of(act(browser, one, "end-rotation"))
    assert "C’était déjà fait" in text_of(act(browser, one, "end-rotation"))


def test_it_is_stopped_resumed_then_ended_and_its_log_stays(browser: Browser, one) -> None:
    dead(one)
    assert "Suspendu par un administrateur" in text_of(act(browser, one, "stop"))
    assert act(browser, one, "test").status_code == 422
    assert "Abonnement repris" in text_of(act(browser, one, "resume"))
    text = text_of(act(browser, one, "end"))
    assert "Abonnement terminé" in text
    assert "msg_1" in text
    assert act(browser, one, "resume").status_code == 422
    assert URL not in text_of(browser.get(LIST)).replace("Machines", "")
    assert "Montrer aussi l’abonnement terminé" in text_of(browser.get(LIST))
    assert URL in text_of(browser.get(f"{LIST}?show=all"))


def test_a_page_left_open_does_not_undo_what_somebody_changed(browser: Browser, one) -> None:
    sent = {"url": URL, "events": ["case.resolved"], "version": "1"}
    assert browser.post(page(one), sent).status_code == 302
    answer = browser.post(page(one), {**sent, "events": ["escalation.created"]})
    assert answer.status_code == 409
    assert "a changé depuis" in text_of(answer)
    assert WebhookSubscription.objects.get().events == ["case.resolved"]


def test_a_machine_taken_off_says_what_it_stops(browser: Browser, one) -> None:
    host = WebhookHost.objects.get()
    answer = browser.post(reverse("webhooks:forbid", args=[host.pk]), follow=True)
    assert "rien n’y est plus envoyé" in text_of(answer)
    assert not WebhookHost.objects.exists()


def test_a_hold_on_everything_that_leaves_is_said_where_one_waits_for_a_message(
    browser: Browser, one
) -> None:
    OutgoingHold.objects.create(reason="Restauration", set_at=NOW)
    for where in (LIST, page(one)):
        assert "Les envois sont suspendus." in text_of(browser.get(where))
