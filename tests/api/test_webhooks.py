"""A partner's own webhooks over the API: written, verified, renewed, read, and nobody else's (partner story 8)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from atdemain.journal.models import AuditEvent
from atdemain.notifications.enums import DeliveryStatus, DisabledReason
from atdemain.notifications.models import Delivery, WebhookSubscription
from atdemain.notifications.webhooks import events, sending, subscriptions
from atdemain.organisation.models import IdempotentAnswer
from tests.api.cast import Partner, problem
from tests.notifications.webhook_cast import Receiver, listening, reach_this_machine, subscribed, verified
from tests.office import NOW, Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    reach_this_machine(monkeypatch)
    with listening() as one:
        yield one


@pytest.fixture
def p1(office: Office, receiver: Receiver) -> Partner:
    """Its machine is allowed; P2's and the copper entity's are not."""
    actor = office.actor("admin")
    host = receiver.url.split("/")[2].split(":")[0]
    subscriptions.allow(office.entities["p1"], host, receiver.port, actor=actor, now=NOW)
    return Partner.of(office)


def body(receiver: Receiver, **more: object) -> dict[str, object]:
    return {"url": receiver.url, "events": ["escalation.created", "case.resolved"], **more}


def created(p1: Partner, receiver: Receiver) -> tuple[dict, str]:
    answer = p1.post("/webhooks", body(receiver))
    assert answer.status_code == 201, answer.content
    told = answer.json()
    return told, told.pop("secret")


def test_partner_8_an_escalation_reaches_the_partner_signed_and_its_replay_is_refused(
    office: Office, p1: Partner, receiver: Receiver, clock
) -> None:
    """Story 8, whole: subscribe, be told, verify, refuse what is old or changed."""
    _, secret = created(p1, receiver)
    office.entities["p1"].__class__.objects.filter(code="p1").update(accepts_escalations=True)
    case = office.case("escalated", entity="p1", at=NOW)
    assert sending.deliver_due(NOW) == 1
    [got] = receiver.got
    told = verified(secret, got)
    assert told["type"] == "escalation.created"
    escalation = p1.get(f"/escalations/{told['data']['escalation']}")
    assert escalation.status_code == 200
    assert told["data"]["case_ref"] == case.ref
    clock.shift(301)
    with pytest.raises(WebhookVerificationError, match="too old"):
        verified(secret, got)


def test_creating_answers_the_key_once_and_a_retry_answers_without_it(
    p1: Partner, receiver: Receiver
) -> None:
    first = p1.post("/webhooks", body(receiver), Idempotency_Key="k-1")
    again = p1.post("/webhooks", body(receiver), Idempotency_Key="k-1")
    assert first.status_code == again.status_code == 201
    assert first.json()["secret"].startswith("whsec_")
    assert again.json() == {**first.json(), "secret": None}
    assert again["Idempotency-Replayed"] == "true"
    assert "whsec_" not in IdempotentAnswer.objects.get().body
    assert WebhookSubscription.objects.count() == 1
    one = p1.get(first["Location"]).json()
    assert "secret" not in one
    assert first["ETag"] == '"1"'


def test_reading_answers_304_to_who_has_it_already(p1: Partner, receiver: Receiver) -> None:
    one, _ = created(p1, receiver)
    for path in ("/webhooks", f"/webhooks/{one['id']}"):
        answer = p1.get(path)
        assert answer.status_code == 200
        assert p1.get(path, If_None_Match=answer["ETag"]).status_code == 304


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ({"events": ["case.resolved"]}, "/url", "missing"),
        ({"url": "https://10.0.0.5/x", "events": ["case.resolved"]}, "/url", "url"),
        ({"url": "https://ailleurs.example/x", "events": ["case.resolved"]}, "/url", "host_not_allowed"),
        ({"url": "https://a.example/x", "events": []}, "/events", "not_a_list"),
        ({"url": "https://a.example/x", "events": "tout"}, "/events", "not_a_list"),
        ({"url": "https://a.example/x", "events": ["case.resolved", "x"]}, "/events/1", "unknown_value"),
        ({"url": "https://a.example/x", "events": [{}]}, "/events/0", "unknown_value"),
        ({"url": 3, "events": ["case.resolved"]}, "/url", "not_text"),
        (
            {"url": "https://a.example/x", "events": ["case.resolved"], "secret": "x"},
            "/secret",
            "unknown_field",
        ),
    ],
)
def test_what_does_not_suit_is_told_at_its_place(p1: Partner, sent: dict, pointer: str, code: str) -> None:
    told = problem(p1.post("/webhooks", sent), 422, "validation")
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in told["errors"]]


def test_the_same_address_twice_is_a_conflict(p1: Partner, receiver: Receiver) -> None:
    created(p1, receiver)
    assert problem(p1.post("/webhooks", body(receiver)), 409, "conflict")["reason"] == "url_taken"


def test_a_change_says_which_version_it_read(p1: Partner, receiver: Receiver) -> None:
    one, _ = created(p1, receiver)
    path, sent = f"/webhooks/{one['id']}", body(receiver, events=["case.resolved"])
    problem(p1.ask("PUT", path, sent), 428, "version_required")
    changed = p1.ask("PUT", path, sent, If_Match='"1"')
    assert (changed.status_code, changed.json()["events"], changed["ETag"]) == (200, ["case.resolved"], '"2"')
    stale = problem(p1.ask("PUT", path, sent, If_Match='"1"'), 412, "stale_version")
    assert stale["current"]["version"] == 2


def test_a_partner_stops_and_resumes_its_own_but_not_what_an_administrator_stopped(
    office: Office, p1: Partner, receiver: Receiver
) -> None:
    one, _ = created(p1, receiver)
    path = f"/webhooks/{one['id']}"
    stopped = p1.ask("PUT", path, body(receiver, active=False), If_Match='"1"').json()
    assert (stopped["active"], stopped["disabled_reason"]) == (False, "partner")
    on = p1.ask("PUT", path, body(receiver, active=True), If_Match=f'"{stopped["version"]}"').json()
    assert on["active"]
    found = WebhookSubscription.objects.get()
    subscriptions.stop(found, DisabledReason.ADMIN, actor=office.actor("admin"), now=NOW)
    version = WebhookSubscription.objects.get().version
    refused = p1.ask("PUT", path, body(receiver, active=True), If_Match=f'"{version}"')
    assert "administrateur" in problem(refused, 409, "conflict")["detail"]


def test_an_ended_one_is_gone_for_the_partner(p1: Partner, receiver: Receiver) -> None:
    one, _ = created(p1, receiver)
    path = f"/webhooks/{one['id']}"
    problem(p1.ask("DELETE", path), 428, "version_required")
    assert p1.ask("DELETE", path, If_Match='"1"').status_code == 204
    problem(p1.get(path), 404, "not_found")
    assert p1.get("/webhooks").json() == {"items": []}


def test_a_key_is_renewed_with_an_overlap_and_a_third_waits(p1: Partner, receiver: Receiver) -> None:
    one, old = created(p1, receiver)
    path = f"/webhooks/{one['id']}/rotate-secret"
    told = p1.post(path, {}).json()
    assert told["previous_valid_until"] == "2026-11-11T14:30:00Z"
    assert "until" in problem(p1.post(path, {}), 409, "conflict")
    p1.post(f"/webhooks/{one['id']}/test", {})
    sending.deliver_due(NOW)
    [got] = receiver.got
    assert verified(old, got)["type"] == verified(told["secret"], got)["type"] == "webhook.test"


def test_the_log_tells_each_message_and_each_attempt(p1: Partner, receiver: Receiver) -> None:
    one, _ = created(p1, receiver)
    receiver.answers = 500
    key = p1.post(f"/webhooks/{one['id']}/test", {}).json()["webhook_id"]
    sending.deliver_due(NOW)
    answer = p1.get(f"/webhooks/{one['id']}/deliveries")
    [row] = answer.json()["items"]
    assert (row["webhook_id"], row["event"], row["status"]) == (key, "webhook.test", "pending")
    assert row["next_attempt_at"] > "2026-11-10T14:30"
    [attempt] = row["attempts"]
    assert (attempt["number"], attempt["status_code"], attempt["error"]) == (1, 500, "Réponse 500.")
    assert "body" not in row
    assert p1.get(f"/webhooks/{one['id']}/deliveries?status=dead").json()["items"] == []
    problem(p1.get(f"/webhooks/{one['id']}/deliveries?status=x"), 422, "validation")


def test_the_log_is_read_by_pieces_in_a_few_queries(
    p1: Partner, receiver: Receiver, django_assert_max_num_queries
) -> None:
    one, _ = created(p1, receiver)
    for _ in range(5):
        p1.post(f"/webhooks/{one['id']}/test", {})
    sending.deliver_due(NOW)
    seen: list[str] = []
    path = f"/webhooks/{one['id']}/deliveries?limit=2"
    while path:
        with django_assert_max_num_queries(8):
            told = p1.get(path)
        seen += [row["webhook_id"] for row in told.json()["items"]]
        path = (told.json()["next"] or "").partition("/api/v1")[2]
    assert len(seen) == len(set(seen)) == 5


def test_what_was_given_up_is_seen_with_its_reason_and_sent_again_under_the_same_ids(
    p1: Partner, receiver: Receiver
) -> None:
    one, secret = created(p1, receiver)
    path = f"/webhooks/{one['id']}"
    keys = [p1.post(f"{path}/test", {}).json()["webhook_id"] for _ in range(3)]
    Delivery.objects.update(status=DeliveryStatus.DEAD, attempts=8, last_error="Réponse 500.")
    told = p1.get(f"{path}/deliveries?status=dead").json()["items"]
    assert [(row["webhook_id"], row["error"]) for row in told] == [(key, "Réponse 500.") for key in keys]
    first = p1.post(f"{path}/deliveries/{keys[0]}/resend")
    assert (first.status_code, first.json()) == (202, {"sent_again": 1})
    current = problem(p1.post(f"{path}/deliveries/{keys[0]}/resend"), 409, "conflict")["current"]
    assert current == {"status": "pending"}
    assert p1.post(f"{path}/deliveries/resend", {}).json() == {"sent_again": 2}
    assert p1.post(f"{path}/deliveries/resend", {}).json() == {"sent_again": 0}
    sending.deliver_due(NOW)
    assert [got.headers["webhook-id"] for got in receiver.got] == keys
    assert verified(secret, receiver.got[0])["type"] == "webhook.test"
    acts = AuditEvent.objects.filter(object_type="delivery", action="sent_again")
    assert {(act.actor_kind, act.actor_id) for act in acts} == {("api_client", p1.client.pk)}
    assert acts.count() == 3


def test_a_message_that_is_not_ones_own_or_waits_for_nobody_is_not_sent_again(
    office: Office, p1: Partner, receiver: Receiver
) -> None:
    one, _ = created(p1, receiver)
    path = f"/webhooks/{one['id']}"
    key = p1.post(f"{path}/test", {}).json()["webhook_id"]
    theirs, _ = subscribed(office.entities["copper"], "https://ailleurs.example/x")
    other = events.announce_test(theirs, "x", NOW)
    Delivery.objects.update(status=DeliveryStatus.DEAD)
    for unknown in (other, "msg_0", "x" * 300):
        problem(p1.post(f"{path}/deliveries/{unknown}/resend"), 404, "not_found")
    problem(p1.post(f"{path}/deliveries/{key}/resend", {"x": 1}), 422, "validation")
    p1.ask("PUT", path, body(receiver, active=False), If_Match='"1"')
    for which in (f"{key}/resend", "resend"):
        assert "arrêté" in problem(p1.post(f"{path}/deliveries/{which}"), 409, "conflict")["detail"]
    assert set(Delivery.objects.values_list("status", flat=True)) == {DeliveryStatus.DEAD}


def test_nothing_of_another_entity_is_seen_tried_or_changed(
    office: Office, p1: Partner, receiver: Receiver
) -> None:
    one, _ = created(p1, receiver)
    other = Partner.of(office, "copper")
    unknown = other.get("/webhooks/999999")
    for method, path in (
        ("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/deliveries"), ("POST", "/test"), ("POST", "/rotate-secret"),
        ("POST", "/deliveries/resend"), ("POST", "/deliveries/msg_0/resend"),
    ):  # fmt: skip
        sent = body(receiver) if method == "PUT" else {} if method == "POST" else None
        answer = other.ask(method, f"/webhooks/{one['id']}{path}", sent, If_Match='"1"')
        assert (answer.status_code, answer.content) == (404, unknown.content)
    assert other.get("/webhooks").json() == {"items": []}
    assert WebhookSubscription.objects.get().version == 1


def test_a_right_to_read_does_not_write(office: Office, p1: Partner, receiver: Receiver) -> None:
    created(p1, receiver)
    p1.client.scopes = "webhooks:read"
    p1.client.save()
    assert p1.get("/webhooks").status_code == 200
    problem(p1.post("/webhooks", body(receiver)), 403, "missing_scope")


def test_ids_beyond_what_a_database_holds_are_unknown(p1: Partner) -> None:
    problem(p1.get(f"/webhooks/{2**63}"), 404, "not_found")


@pytest.mark.parametrize("sent", [False, None, 0, "", []])
def test_a_body_that_is_no_object_is_refused_where_none_is_needed(
    p1: Partner, receiver: Receiver, sent
) -> None:
    told, _ = created(p1, receiver)
    for verb in ("rotate-secret", "test"):
        where = f"/webhooks/{told['id']}/{verb}"
        problem(p1.post(where, json.dumps(sent).encode()), 422, "validation")
        assert p1.post(where).status_code in (200, 202)
