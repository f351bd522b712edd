"""Every page, as every role: nothing typed is run, nothing inline, nothing cached, nothing changed, nobody else's."""

from __future__ import annotations

import re

import pytest
from django.urls import get_resolver

from tests.permission_cast import concerned
from tests.routes import routes

from .markup import read
from .payloads import PAYLOADS
from .stage import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "frame-ancestors 'none'",
    "form-action 'self'",
    "base-uri 'self'",
    "object-src 'none'",
}


def told(found: list[str]) -> str:
    return "\n".join(found[:30])


def test_the_crawl_reaches_every_route_that_answers_a_page(stage: Stage):
    reached = {one.route for one in stage.visits if one.status == 200}
    assert len(reached) > 60
    known = set(routes(get_resolver()))
    visited = {route for one in stage.visits for route in concerned(one.route)}
    assert len(visited) > len(known) * 0.6
    assert len(stage.visits) > 1_000


def test_no_page_fails(stage: Stage):
    assert told([f"{one.status} {one}" for one in stage.visits if one.status == 500]) == ""


def test_there_are_forty_payloads_and_each_is_told_harmlessly_somewhere(stage: Stage):
    assert len(set(PAYLOADS)) == 40
    shown = "".join(one.body for one in stage.pages)
    missing = [
        number for number in range(1, 41) if f"xss({number})" not in shown and f"{number}" not in shown
    ]
    assert missing == []


def test_nothing_that_was_typed_is_markup(stage: Stage):
    """No handler, no inline script or style, no address that runs, no element we do not write."""
    wrong = [f"{one}: {sorted(found)}" for one in stage.pages if (found := read(one.body).found)]
    assert told(wrong) == ""


def test_a_payload_that_is_not_escaped_would_be_found():
    """The negative control: each payload written as it is breaks the test above, but those that are text anyway."""
    harmless = {one for one in PAYLOADS if not read(f'<p title="{one}">{one}</p>').found}
    assert {text for text in harmless if "<" in text} == set()
    assert len(harmless) <= 4


def test_every_answer_has_the_strict_policy(stage: Stage):
    for one in stage.visits:
        policy = {part.strip() for part in one.headers.get("content-security-policy", "").split(";")}
        assert policy == POLICY, one
        assert "unsafe" not in one.headers["content-security-policy"], one


def test_no_page_stays_in_a_cache(stage: Stage):
    kept = [str(one) for one in stage.visits if "no-store" not in one.headers.get("cache-control", "")]
    assert told(kept) == ""


def test_answers_cannot_be_framed_sniffed_or_told_elsewhere(stage: Stage):
    for one in stage.visits:
        assert one.headers.get("x-frame-options") == "DENY", one
        assert one.headers.get("x-content-type-options") == "nosniff", one
        assert one.headers.get("referrer-policy") == "same-origin", one


def test_reading_changes_nothing_but_the_access_log_and_sessions(stage: Stage):
    changed = {table for table in stage.before if stage.before[table] != stage.after[table]}
    assert changed == {"cases_incomingcall"}  # the second at which the page first drew a ringing call


def test_what_is_not_visible_answers_like_what_does_not_exist(stage: Stage):
    """The same 404, to the byte but for the token of the form that logs out."""
    bodies: dict[str, dict[str, str]] = {}
    for one in stage.pages:
        if one.status == 404 and one.method == "GET":
            body = _without_tokens(one.body)
            bodies.setdefault(one.role, {}).setdefault(body, str(one))
    several = {role: list(found.values()) for role, found in bodies.items() if len(found) > 1}
    assert several == {}
    assert {"advisor", "manager", "backoffice", "admin"} <= set(bodies)


def _without_tokens(body: str) -> str:
    body = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", body)
    return re.sub(r'("X-CSRFToken": )"\w+"', r"\1", body)


#: role → the owners whose texts its pages may show; what an administrator opens one by one is told by route.
MAY_SEE = {
    "advisor": ("(lyon",),
    "support": ("(lyon",),
    "manager": ("(lyon",),
    "backoffice": ("+copper",),
}
OPENED_BY_ADMIN = {"cases:client_merges", "cases:client_split"}
#: What the right of the data-protection officer opens, whatever the role it stands beside.
OPENED_BY_OFFICER = ("cases:subject", "cases:access")
OWNERS = (
    "(lyon)",
    "(brest)",
    "(lyon+copper)",
    "(lyon+field)",
    "(brest+copper)",
    "(brest+field)",
    "(nowhere)",
)


def test_no_page_shows_what_is_somebody_elses(stage: Stage):
    """By page, list, count, error: the token of a stranger's row is nowhere."""
    wrong = []
    for one in stage.visits:
        by_right = one.route.startswith(OPENED_BY_OFFICER)
        if by_right or (one.role == "admin" and one.route in OPENED_BY_ADMIN):
            continue
        allowed = MAY_SEE.get(one.role, ())
        for owner in OWNERS:
            if owner in one.body and not any(part in owner for part in allowed):
                wrong.append(f"{owner} in {one}")
    assert told(wrong) == ""


def test_tokens_of_ones_own_are_shown(stage: Stage):
    """The negative control of the test above: the tokens are on the pages."""
    for role, owner in (("advisor", "(lyon)"), ("manager", "(lyon)"), ("backoffice", "(lyon+copper)")):
        assert any(owner in one.body for one in stage.visits if one.role == role), role
