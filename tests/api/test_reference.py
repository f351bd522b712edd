"""The reference is true: each example is sent as it is written, each problem is met, each limit is where it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.utils import timezone

from atdemain.notifications.models import Delivery, WebhookSubscription
from atdemain.organisation.models import IdempotentAnswer, PriorityLine, Programme, UnitParticipation
from atdemain.rest.body import MOST_BYTES
from atdemain.rest.problems import KINDS
from atdemain.rest.reference.document import document
from atdemain.rest.reference.operations import Example, Operation, operation_of
from atdemain.rest.reference.token import TOKEN
from cases.api.batches import MOST
from cases.webhooks import due_soon
from tests.api import contract
from tests.api.cast import Partner, give_token, problem
from tests.api.stage import ABANDONED, OPERATIONS, Stage, versioned
from tests.api.test_base import views
from tests.notifications.webhook_cast import ALL
from tests.office import HOUR, NOW, TOLD

pytestmark = pytest.mark.django_db

RESOLVED = {
    "resolution_code": "repaired_network", "root_cause": "network", "client_confirmation": "confirmed",
    "reached_now": True, "told": TOLD,
}  # fmt: skip
OCTOBER = NOW - timedelta(days=15)
TOLD: dict[str, Operation] = {
    told.id: told
    for _, view in views()
    for method in view.scopes
    if (told := operation_of(view, method)) is not None
}
EXAMPLES = [(name, title) for name, told in TOLD.items() for title in told.examples]


@pytest.fixture
def stage(office, clock) -> Stage:
    return Stage.set(office)


# -- examples --------------------------------------------------------------------------------------------


def _no_line(stage: Stage) -> None:
    PriorityLine.objects.all().delete()


def _a_month_of_repeats(stage: Stage) -> None:
    UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=stage.office.units["lyon"], participates=True, valid_from=None
    )
    client, entity = stage.office.client(), stage.office.entities["p1"]
    for hours in (50, 40, 30):
        at = OCTOBER - hours * HOUR
        stage.office.contact(client, at, entity_id=entity.pk, source_id=f"o-{hours}")


#: What an example needs beside the stage, by its name.
PREPARED: dict[str, Callable[[Stage], None]] = {"first": _no_line, "month": _a_month_of_repeats}


@pytest.mark.parametrize(("name", "title"), EXAMPLES)
def test_each_example_is_answered_as_it_says(stage: Stage, name: str, title: str):
    example = TOLD[name].examples[title]
    PREPARED.get(title, lambda stage: None)(stage)
    headers = {"If_Match": '"1"'} if versioned(OPERATIONS[name][2]) and title != "first" else {}
    query = "?" + urlencode(example.query) if example.query else ""
    answer = stage.send(name, example.body, query, **headers)
    assert answer.status_code == example.status, answer.content
    if example.answer is None:
        assert not answer.content
    else:
        assert outline(answer.json()) == outline(example.answer)


def test_the_examples_of_the_token_are_answered_as_they_say(client, office):
    known = Partner.of(office, known_as=("demo-partenaire-p1", "atdemain-demo"))
    assert known.secret == "atdemain-demo"
    for example in TOLD_TOKEN:
        answer = client.post("/api/token", example.body)
        assert answer.status_code == example.status, answer.content
        assert outline(answer.json()) == outline(example.answer)
        contract.hold("POST", "/api/token", answer)


TOLD_TOKEN: list[Example] = list(TOKEN.examples.values())


def outline(told: Any) -> Any:
    """Names and kinds of what is told: the values are those of the moment."""
    match told:
        case dict():
            return {name: outline(value) for name, value in told.items()}
        case list():
            kinds = [outline(value) for value in told]
            return [kind for rank, kind in enumerate(kinds) if kind not in kinds[:rank]]
        case bool() | None:
            return told
        case int() | float():
            return "number"
    return "text"


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_an_example_of_its_success_and_of_every_body(name: str):
    _, _, found = OPERATIONS[name]
    for status in (status for status in found["responses"] if status < "300"):
        for media in found["responses"][status].get("content", {}).values():
            assert media["examples"]
    if "requestBody" in found:
        (media,) = found["requestBody"]["content"].values()
        for example in media["examples"].values():
            wrong = contract.body_errors(found, example["value"])
            assert wrong == [] or name == "send_contacts", wrong


def test_the_examples_of_the_answers_are_themselves_as_the_document_says():
    for name, (_, _, found) in OPERATIONS.items():
        for status, told in found["responses"].items():
            for media in told.get("content", {}):
                if media != "application/json":
                    continue
                for example in told["content"][media].get("examples", {}).values():
                    answer = HttpResponse(
                        json.dumps(example["value"]), status=int(status), content_type=media
                    )
                    assert contract.differences(found, answer) == [], name


def test_what_differs_from_the_document_is_seen(stage: Stage):
    """The check above can fail."""
    answer = stage.send("get_me")
    found = OPERATIONS["get_me"][2]
    assert contract.differences(found, answer) == []
    for change in ({"name": 4}, {"more": True}):
        answer.content = json.dumps(answer.json() | change)
        assert contract.differences(found, answer)
    answer.status_code = 418
    assert "not a status" in contract.differences(found, answer)[0]
    refused = stage.send("get_me", query="?a=1")
    refused.content = json.dumps(refused.json() | {"code": "conflict"})
    assert "conflict is told nowhere" in contract.differences(found, refused)[-1]


def test_the_body_of_each_event_is_as_the_document_says(stage: Stage, office, clock):
    WebhookSubscription.objects.update(events=ALL)
    for ending in ("withdraw_escalation", "answer_escalation"):
        case = office.case("escalated", entity="p1", at=NOW - HOUR)
        one = case.escalations.get()
        if ending == "withdraw_escalation":
            office.do(case, ending, "advisor", escalation=one.pk, reason=TOLD)
            continue
        due_soon(one.answer_due)
        told = {"answer_code": "fixed", "answer_text": TOLD, "named_contact": stage.ids[12]}
        office.do(case, ending, "advisor", escalation=one.pk, **told)
        office.do(case, "resolve", "advisor", **RESOLVED)
    assert stage.send("test_webhook").status_code == 202
    sent = {row.event: json.loads(row.body) for row in Delivery.objects.exclude(body="{}")}
    assert sent.keys() == document()["webhooks"].keys()
    for event, body in sent.items():
        assert contract.event_errors(event, body) == []
        assert contract.event_errors(event, body | {"more": 1})
        (media,) = document()["webhooks"][event]["post"]["requestBody"]["content"].values()
        assert outline(media["examples"]["event"]["value"]) == outline(body)


# -- problems --------------------------------------------------------------------------------------------


def _in_flight(stage: Stage, name: str) -> HttpResponse:
    client = stage.who(OPERATIONS[name][2]).client
    stage.send(name, **stage.good(name), Idempotency_Key="k")
    IdempotentAnswer.objects.filter(client=client).update(status=None)
    return stage.send(name, **stage.good(name), Idempotency_Key="k")


def _key_reused(stage: Stage, name: str) -> HttpResponse:
    client = stage.who(OPERATIONS[name][2]).client
    IdempotentAnswer.objects.create(
        client=client,
        key="k",
        fingerprint="autre",
        token="t",
        claimed_at=timezone.now(),
        status=200,
        headers={},
    )
    return stage.send(name, **stage.good(name), Idempotency_Key="k")


def _by(**more: Any) -> Callable[[Stage, str], HttpResponse]:
    """Sent by somebody else: another token, no scope…"""

    def send(stage: Stage, name: str) -> HttpResponse:
        who = stage.who(OPERATIONS[name][2])
        if "token" in more:
            who.token = more["token"]
        else:
            who.token = give_token(who.client, **{key: value() for key, value in more.items()})
        return stage.send(name, **stage.good(name), by=who)

    return send


def _sent(**more: Any) -> Callable[[Stage, str], HttpResponse]:
    """The good request, changed so."""
    return lambda stage, name: stage.send(name, **(stage.good(name) | more))


def _elsewhere(stage: Stage, name: str) -> HttpResponse:
    stage.ids = dict.fromkeys((4127, 12, 7), 2**63 - 1)
    stage.ids |= {"ATD-2026-000042": "ATD-2026-999999", ABANDONED: "msg_0"}
    PriorityLine.objects.all().delete()
    return stage.send(name, **stage.good(name))


def _busy(stage: Stage, name: str) -> HttpResponse:
    who = stage.who(OPERATIONS[name][2])
    who.client.requests_per_minute = 1
    who.client.save()
    stage.send(name, by=who, **stage.good(name))
    return stage.send(name, by=who, **stage.good(name))


def _batch(stage: Stage, name: str) -> HttpResponse:
    (member,) = stage.good(name)["body"]
    return stage.send(name, {member: [{}] * (MOST + 1)})


def _chunked(stage: Stage, name: str) -> HttpResponse:
    good = {key: value for key, value in stage.good(name).items() if key != "body"}
    return stage.send(name, None, **good, Transfer_Encoding="chunked")


#: How each problem is met, whatever the operation.
MEET: dict[str, Callable[[Stage, str], HttpResponse]] = {
    "bad_request": _sent(Host="ailleurs.example"),
    "malformed_json": _sent(body=b'{"a": NaN}'),
    "unauthenticated": _by(token=""),
    "invalid_token": _by(token="inconnu"),
    "expired_token": _by(expires=lambda: timezone.now() - timedelta(seconds=1)),
    "missing_scope": _by(scope=lambda: "rien"),
    "not_found": _elsewhere,
    "length_required": _chunked,
    "too_large": _sent(body=b'"' + b"a" * MOST_BYTES + b'"'),
    "too_many_items": _batch,
    "uri_too_long": _sent(query="?" + "a=1&" * 2_500),
    "unsupported_media_type": _sent(Content_Type="text/plain", body=b"{}"),
    "validation": _sent(query="?inconnu=1"),
    "idempotency_in_flight": _in_flight,
    "idempotency_key_reused": _key_reused,
    "version_required": _sent(If_Match=""),
    "stale_version": _sent(If_Match='"99"'),
    "too_many_requests": _busy,
}
#: Met in the tests of what meets them.
ELSEWHERE = {"conflict", "forbidden", "server_error", "unavailable"}
MET = [
    (name, code)
    for name, (_, _, found) in OPERATIONS.items()
    if name != "get_token"
    for told in found["responses"].values()
    for code in told.get("content", {}).get("application/problem+json", {}).get("examples", {})
    if code not in ELSEWHERE
]


@pytest.mark.parametrize("name", sorted({name for name, _ in MET}))
def test_each_problem_that_an_operation_tells_is_met_there(office, clock, name: str):
    stage = Stage.set(office)
    ids = stage.ids
    for code in [code for operation, code in MET if operation == name]:
        before = transaction.savepoint()
        stage.ids = ids
        answer = MEET[code](stage, name)
        problem(answer, KINDS[code].status, code)
        transaction.savepoint_rollback(before)
        stage.partner.client.refresh_from_db()
        stage.switch.client.refresh_from_db()


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"get_token"}))
def test_a_database_that_is_away_is_told_by_every_operation(stage: Stage, name: str, monkeypatch):
    def down(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("gone")

    good = stage.good(name)
    who = stage.who(OPERATIONS[name][2])
    monkeypatch.setattr("atdemain.rest.limits.count", down)
    problem(stage.send(name, **good, by=who), 503, "unavailable")


def test_every_post_that_may_be_sent_again_is_told_so():
    for name, (_, method, found) in OPERATIONS.items():
        told = any(one.get("$ref", "").endswith("/IdempotencyKey") for one in found["parameters"])
        assert told == (method == "POST" and name != "get_token"), name
