"""What every address of the API does alike: errors, strict bodies, ETags, compression, and nothing of the pages."""

from __future__ import annotations

import gzip
import re
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from structlog.testing import capture_logs

from atdemain import api
from atdemain.rest import body
from atdemain.rest.problems import KINDS, Problem
from atdemain.rest.views import ApiView
from tests.api.cast import Partner, problem
from tests.routes import named

pytestmark = pytest.mark.django_db


@pytest.fixture
def p1(office) -> Partner:
    return Partner.of(office)


def views() -> list[tuple[str, type[ApiView]]]:
    """Every view of the API with its name."""
    return [
        (pattern.name, pattern.callback.view_class)
        for pattern in api.urlpatterns
        if issubclass(getattr(pattern.callback, "view_class", object), ApiView)
    ]


def test_me_says_who_asks_with_which_rights_and_limits(p1, office):
    told = p1.get("/me").json()
    assert told["client_id"] == p1.client.client_id
    assert told["entity"] == {"code": "p1", "name": "Partenaire P1"}
    assert told["scopes"] == sorted(p1.client.granted)
    assert told["limits"]["requests_per_minute"] == 600


def test_every_method_of_every_view_says_the_scope_it_asks_for():
    assert views()
    for name, view in views():
        handlers = {m.upper() for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)}
        assert set(view.scopes) == handlers, name


def test_every_post_may_be_sent_again_with_a_key():
    for name, view in views():
        if hasattr(view, "post"):
            assert getattr(view.post, "idempotent", False), name


def test_a_scope_that_is_missing_is_named(office):
    narrow = Partner.of(office, scopes=["cases:read"])
    for name, view in views():
        for method, scope in view.scopes.items():
            if scope in (None, "cases:read"):
                continue
            where = next(where for route, where in named(get_resolver()) if route == f"api:{name}")
            path = "/" + re.sub("<str:ref>|<slug:webhook_id>", "X", where.replace("<int:pk>", "1"))
            answer = narrow.ask(method, path, {})
            assert problem(answer, 403, "missing_scope")["scope"] == scope
            assert "insufficient_scope" in answer["WWW-Authenticate"]


def test_a_reading_known_already_is_answered_304(p1):
    first = p1.get("/me")
    again = p1.get("/me", If_None_Match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert p1.get("/me", If_None_Match='"autre", W/' + first["ETag"]).status_code == 304
    assert p1.get("/me", If_None_Match='"autre"').status_code == 200


def test_an_answer_is_compressed_for_who_accepts_it(p1, office):
    for _ in range(3):
        office.case("escalated", entity="p1")
    answer = p1.get("/escalations", Accept_Encoding="gzip")
    assert answer["Content-Encoding"] == "gzip"
    assert b'"case_ref"' in gzip.decompress(answer.content)
    assert answer["ETag"].startswith('W/"')
    assert answer["Vary"] == "Accept-Encoding"
    assert p1.get("/escalations", If_None_Match=answer["ETag"]).status_code == 304


def test_an_unknown_address_and_a_wrong_method_are_problems_too(p1, client):
    unknown = client.get("/api/v1/nulle-part")
    problem(unknown, 404, "not_found")
    assert unknown["X-Frame-Options"] == "DENY"
    assert unknown["X-Request-ID"]
    problem(client.get("/api/v1/me", headers={"host": "ailleurs.example"}), 400, "bad_request")
    problem(client.get("/api/nulle-part"), 404, "not_found")
    refused = p1.ask("DELETE", "/me")
    problem(refused, 405, "method_not_allowed")
    assert refused["Allow"] == "GET, HEAD"
    problem(client.get("/api/token"), 405, "method_not_allowed")


def test_an_unknown_or_repeated_parameter_is_named(p1):
    told = problem(p1.get("/me?couleur=rouge"), 422, "validation")
    assert told["errors"] == [
        {"parameter": "couleur", "code": "unknown_parameter", "detail": "Ce paramètre n’existe pas ici."}
    ]


def test_a_body_without_its_length_is_411(p1):
    answer = p1.browser.generic(
        "POST", "/api/v1/contacts", HTTP_AUTHORIZATION=f"Bearer {p1.token}", HTTP_TRANSFER_ENCODING="chunked"
    )
    problem(answer, 411, "length_required")


def test_an_address_of_ten_thousand_characters_is_refused_at_once(p1):
    start = time.monotonic()
    problem(p1.get("/me?" + "a=1&" * 2_500), 414, "uri_too_long")
    assert time.monotonic() - start < 1


def test_each_problem_has_a_page_that_says_what_it_means(client):
    for code, kind in KINDS.items():
        page = client.get(f"/api/problems/{code}")
        assert page.status_code == 200
        assert kind.title in page.content.decode()
    assert client.get("/api/problems/inconnu").status_code == 404


def test_a_cookie_opens_nothing_and_no_session_is_read(office, p1):
    browser = office.browser("admin")
    problem(browser.get("/api/v1/me"), 401, "unauthenticated")
    p1.browser = browser
    with CaptureQueriesContext(connection) as captured:
        answer = p1.get("/me")
    assert answer.status_code == 200
    assert len(captured.captured_queries) == 2, captured.captured_queries
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_an_api_request_is_never_led_to_the_second_factor(office, p1, settings):
    settings.SECOND_FACTOR = True
    p1.browser = office.browser("admin")
    assert p1.get("/me").status_code == 200


def test_the_request_log_names_the_client_and_never_the_token(p1):
    with capture_logs() as lines:
        p1.get("/me")
    told = str(lines)
    assert p1.token not in told


def test_a_database_that_does_not_answer_is_503_with_when_to_come_back(p1, monkeypatch):
    from django.db import OperationalError

    def down(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("atdemain.rest.limits.count", down)
    answer = p1.get("/me")
    problem(answer, 503, "unavailable")
    assert answer["Retry-After"] == "5"


def test_a_defect_of_ours_is_a_problem_that_tells_nothing_of_it(p1, monkeypatch):
    def broken(*args: Any, **kwargs: Any) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("atdemain.rest.me.stamp", broken)
    p1.browser.raise_request_exception = False
    answer = p1.get("/me")
    problem(answer, 500, "server_error")
    assert b"secret" not in answer.content


# -- bodies (pure) ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"", "syntax", ""),
        (b"{", "syntax", ""),
        (b'{"a": 1,}', "syntax", ""),
        (b'{"a": "\x00"}', "syntax", ""),
        (b"\xff", "not_utf8", ""),
        (b'{"a": 1, "a": 2}', "duplicate_key", ""),
        (b'{"b": [{"a": 1, "a": 1}]}', "duplicate_key", ""),
        (b"[NaN]", "not_a_number", ""),
        (b"[-Infinity]", "not_a_number", ""),
        (b"[1e999]", "number_out_of_range", ""),
        (b'{"a": 9223372036854775808}', "number_out_of_range", ""),
        (b"[" + b"9" * 1_000_000 + b"]", "number_out_of_range", ""),
        (b'{"a": {"b/c": "x\\u0000"}}', "nul", "/a/b~1c"),
        (b'{"a": ["\\ud800"]}', "lone_surrogate", "/a/0"),
        (b'{"\\uDFFF": 1}', "lone_surrogate", "/?"),
        (b"[" * 33 + b"]" * 33, "too_deep", ""),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep", ""),
        (b"[" * 1_000_000, "too_deep", ""),
    ],
)
def test_a_body_that_may_be_understood_in_two_ways_is_refused_whole_at_once(raw, code, where):
    start = time.monotonic()
    with pytest.raises(Problem) as refused:
        body.read(raw)
    assert time.monotonic() - start < 1
    (fault,) = refused.value.errors
    assert (refused.value.code, fault.code, fault.pointer) == ("malformed_json", code, where)
    assert fault.detail


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'"\\ud83d\\ude00 \\u00e9"', "😀 é"),
        (b'"a\\\\u0000"', "a\\u0000"),
        (b"[9223372036854775807, -9223372036854775808]", [2**63 - 1, -(2**63)]),
        (b"[" * 32 + b"]" * 32, None),
        (b'["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]', ["[" * 40]),
        (b"[1.5, 1e3, -0]", [1.5, 1000.0, 0]),
    ],
)
def test_a_body_that_is_plain_json_is_read_as_it_is(raw, value):
    assert body.read(raw) == value or value is None


def test_a_whole_number_is_one_however_it_is_written():
    told = body.read(b"[150.0, 1.5e2, -0.0, 1.5, 1e300]")
    assert [type(number) for number in told] == [int, int, int, float, float]
