"""Bodies made to hurt, on every address that takes one: the right refusal, in under a second, in flat memory.

What is wrong in a document is told by `atdemain.rest.body` (tests/api/test_base.py); here, that no address is
reached by another way, and that nothing is done of what was refused.
"""

from __future__ import annotations

import gc
import gzip
import time
import tracemalloc
from typing import Any

import pytest
from django.urls import reverse

from atdemain import api
from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Delivery, WebhookSecret, WebhookSubscription
from atdemain.notifications.webhooks import events
from atdemain.organisation.models import EntityContact, IdempotentAnswer, PriorityLine
from atdemain.rest.body import MOST_BYTES
from atdemain.rest.problems import MOST_FAULTS
from atdemain.rest.views import ApiView
from cases.models import Case, Contact, Escalation, FaultTicket, IncomingCall
from tests.api.cast import Partner, problem
from tests.notifications.webhook_cast import subscribed
from tests.office import NOW, Office

pytestmark = [pytest.mark.django_db, pytest.mark.once]

#: Of processor for one refusal; of memory at its worst, what the smallest objects of 2 MB of JSON take.
SECONDS, MEGABYTES = 1.0, 64
#: Of an answer, in bytes.
LONGEST = 20_000
MALFORMED = (400, "malformed_json")
UNSUPPORTED = (415, "unsupported_media_type")
#: Name → body, what is said of it, what is answered.
BODIES: dict[str, tuple[bytes, dict[str, str], tuple[int, str]]] = {
    "oversized": (b'"' + b"x" * MOST_BYTES + b'"', {}, (413, "too_large")),
    "oversized, deep": (b"[" * (MOST_BYTES + 1), {}, (413, "too_large")),
    "deep list": (b"[" * 1_000_000, {}, MALFORMED),
    "deep object": (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, {}, MALFORMED),
    "a little too deep": (b"[" * 33 + b"]" * 33, {}, MALFORMED),
    "not a number": (b'{"a": NaN}', {}, MALFORMED),
    "infinity": (b'{"a": -Infinity}', {}, MALFORMED),
    "beyond a float": (b'{"a": 1e999}', {}, MALFORMED),
    "2^63": (b'{"a": 9223372036854775808}', {}, MALFORMED),
    "a million digits": (b'{"a": ' + b"9" * 1_000_000 + b"}", {}, MALFORMED),
    "escaped NUL": (b'{"a": "\\u0000"}', {}, MALFORMED),
    "raw NUL": (b'{"a": "\x00"}', {}, MALFORMED),
    "lone surrogate": (b'{"a": "\\ud800"}', {}, MALFORMED),
    "surrogate as bytes": (b'{"a": "\xed\xa0\x80"}', {}, MALFORMED),
    "a lone surrogate after a million values": (
        b"[" * 28 + b"1," * 900_000 + b'"\\ud800"' + b"]" * 28, {}, MALFORMED
    ),
    "duplicate keys": (b'{"a": 1, "a": 2}', {}, MALFORMED),
    "many duplicate keys": (b"{" + b'"a":1,' * 200_000 + b'"a":1}', {}, MALFORMED),
    "latin-1": ('{"a": "é"}'.encode("latin-1"), {}, MALFORMED),
    "latin-1, said so": (
        '{"a": "é"}'.encode("latin-1"), {"Content_Type": "application/json; charset=iso-8859-1"}, MALFORMED
    ),
    "utf-16": ('{"a": 1}'.encode("utf-16"), {}, MALFORMED),
    "byte order mark": (b"\xef\xbb\xbf{}", {}, MALFORMED),
    "cut short": (b'{"a": [1, 2', {}, MALFORMED),
    "compressed": (gzip.compress(b"{}"), {"Content_Encoding": "gzip"}, UNSUPPORTED),
    "gzip bomb": (gzip.compress(b" " * 50_000_000), {"Content_Encoding": "gzip"}, UNSUPPORTED),
    "compressed, unsaid": (gzip.compress(b"{}"), {}, MALFORMED),
    "another compression": (b"{}", {"Content_Encoding": "br"}, UNSUPPORTED),
    "a form": (b"a=1", {"Content_Type": "application/x-www-form-urlencoded"}, UNSUPPORTED),
    "a form in parts": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
        {"Content_Type": "multipart/form-data; boundary=x"},
        UNSUPPORTED,
    ),
    "plain text": (b"{}", {"Content_Type": "text/plain"}, UNSUPPORTED),
    "many small lists": (b"[" + b"[]," * 690_000 + b"[]]", {}, (422, "validation")),
    "many small numbers": (b"[" + b"1.5," * 500_000 + b"1]", {}, (422, "validation")),
    "many unknown fields": (
        b"{" + b",".join(b'"%d": 1' % n for n in range(150_000)) + b"}", {}, (422, "validation")
    ),
    "a list": (b"[]", {}, (422, "validation")),
    "null": (b"null", {}, (422, "validation")),
    "a text": (b'"x"', {}, (422, "validation")),
    "zero": (b"0", {}, (422, "validation")),
    "an unknown field": (b'{"\xf0\x9f\x92\xa5~/": 1}', {}, (422, "validation")),
}  # fmt: skip
WRITES = [
    (one.name, method)
    for one in api.urlpatterns
    if issubclass(view := getattr(one.callback, "view_class", object), ApiView)
    for method in view.scopes
    if method in ("POST", "PUT", "PATCH")
]


class Own:
    """An internal entity with every right, and one of each thing that the addresses name."""

    def __init__(self, office: Office) -> None:
        self.partner = Partner.of(office, "copper", per_minute=60_000)
        self.escalation = office.case("escalated", entity="copper").escalations.get().pk
        self.directory = office.entities["copper"].contacts.get().pk
        found, _ = subscribed(office.entities["copper"], "https://hooks.partenaire.example/hook")
        self.webhook, self.key = found.pk, events.announce_test(found, "x", NOW)

    def address(self, name: str) -> str:
        pk = getattr(self, name.partition("_")[0], None)
        if pk is None or name in ("webhooks", "escalations", "directory"):
            return reverse(f"api:{name}")
        return reverse(f"api:{name}", args=[pk, self.key] if name == "webhook_resend" else [pk])

    @staticmethod
    def state() -> list[Any]:
        models = (
            Case, Contact, Delivery, Escalation, EntityContact, FaultTicket, IdempotentAnswer, IncomingCall,
            PriorityLine, WebhookSecret, WebhookSubscription,
        )  # fmt: skip
        told = [list(model._default_manager.order_by("pk").values()) for model in models]
        return [*told, AuditEvent.objects.count()]


@pytest.fixture
def own(office, clock) -> Own:
    return Own(office)


def refused(own: Own, method: str, where: str, name: str) -> None:
    body, said, (status, code) = BODIES[name]
    start = time.process_time()
    answer = own.partner.ask(method, where, body, If_Match='"1"', **said)
    seconds = time.process_time() - start
    assert (answer.status_code, answer.json()["code"]) == (status, code), (name, where, answer.content[:300])
    problem(answer, status, code)
    assert seconds < SECONDS, (name, where)
    assert len(answer.content) < LONGEST, (name, where)


@pytest.mark.parametrize(("route", "method"), WRITES, ids=[f"{method} {name}" for name, method in WRITES])
def test_a_body_made_to_hurt_is_refused_at_once_and_nothing_is_done(own, route, method):
    where, before = own.address(route), own.state()
    for name in BODIES:
        refused(own, method, where, name)
    problem(own.partner.ask(method, f"{where}?{'a=1&' * 2_500}", b"{}", If_Match='"1"'), 414, "uri_too_long")
    problem(own.partner.ask(method, f"{where}?a=1", b"{}", If_Match='"1"'), 422, "validation")
    chunked = own.partner.browser.generic(
        method, where, HTTP_AUTHORIZATION=f"Bearer {own.partner.token}", HTTP_TRANSFER_ENCODING="chunked"
    )
    problem(chunked, 411, "length_required")
    assert own.state() == before


@pytest.mark.parametrize("name", BODIES)
def test_a_body_made_to_hurt_takes_little_memory_and_gives_it_back(own, name):
    where = own.address("fault_tickets")
    refused(own, "POST", where, name)
    gc.collect()
    tracemalloc.start()
    try:
        own.partner.ask("POST", where, BODIES[name][0], **BODIES[name][1])
        peak = tracemalloc.get_traced_memory()[1]
        gc.collect()
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert peak < MEGABYTES * 2**20
    assert left < 2**20


@pytest.mark.parametrize("member", ["contacts", "fault_tickets"])
def test_an_item_of_nothing_but_faults_is_told_in_a_few_of_them(own, member):
    items = [{f"inconnu{n}": 1 for n in range(400)}] * 300
    answer = own.partner.post(own.address(member), {member: items})
    assert answer.json()["rejected"] == 300
    assert {len(item["errors"]) for item in answer.json()["items"]} == {MOST_FAULTS}
    assert len(answer.content) < MOST_BYTES


@pytest.mark.parametrize("kind", ["application/json", "APPLICATION/JSON; charset=utf-8"])
def test_the_control_a_plain_body_passes_everywhere_these_stop(own, kind):
    answer = own.partner.post(
        "/contacts", b'{"contacts": [1]}', Content_Type=kind, Content_Encoding="identity"
    )
    assert answer.json()["rejected"] == 1


@pytest.mark.parametrize(
    "route", sorted({name for name, _ in WRITES if name != "priority_line"} | {"webhook_deliveries"})
)
def test_an_id_that_no_database_holds_is_unknown(own, route):
    pattern = next(one for one in api.urlpatterns if one.name == route)
    if "<int:pk>" not in str(pattern.pattern):
        return
    method = next(iter(pattern.callback.view_class.scopes))
    for pk in (2**63, 10**30, 0):
        where = "/api/" + str(pattern.pattern).replace("<int:pk>", str(pk)).replace(
            "<slug:webhook_id>", "x" * 3_000
        )
        problem(
            own.partner.ask(method, where, {} if method != "GET" else None, If_Match='"1"'), 404, "not_found"
        )
