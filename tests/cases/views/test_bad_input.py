"""Whatever is typed, pasted or forged: an answer in French, never a 500, and nothing half-written."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from cases.forms.actions import ACTION_FORMS
from cases.forms.record import RecordForm
from cases.models import Case, Contact
from cases.permissions import SPECIALIST
from tests.office import NOW, THURSDAY, TOLD, Office, posted, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MEGABYTE = "é" * 1_000_000
#: What no field expects; the surrogate is written as a browser would send it.
JUNK = [
    "\x00",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "\u202e\u200b\ufeff",
    "💥" * 200,
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "%s%n%x",
    "../../etc/passwd",
    "-1",
    "²",
    "٣",
    "9" * 40,
    "9" * 5000,
    "1e309",
    "NaN",
    "2027-03-28T02:30:00+01:00",
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "\r\nSet-Cookie: x=1",
]
#: The same for the forms with many fields: one of each kind.
SOME = ["\x00", JUNK[2], "💥" * 200, "²", "9" * 40, "2026-13-45T99:99:99Z", "9999-12-31T23:59:59-12:00"]
#: Only the form is drawn then: what is tried is what it makes of a value.
DIALOG = {"HX-Request": "true"}
GETS = [
    ("/", "advisor", ["page"]),
    ("/queue/", "advisor", ["page"]),
    ("/inbox/", "advisor", ["page", "show"]),
    ("/search", "advisor", ["q", "page"]),
    ("/record/", "advisor", ["client", "who"]),
    ("/record/clients/", "advisor", ["who"]),
    ("/escalations/", "backoffice", ["page", "e", "only"]),
    ("/team/", "manager", ["page"]),
    ("/imports/", "admin", ["page"]),
    ("/client-merges/", "admin", ["kept", "gone"]),
    ("/accounts/login/", "", ["next"]),
    ("/admin/", "admin", ["q"]),
    ("/admin/organisation/user/", "admin", ["q", "p", "o", "is_active__exact"]),
    ("/workflow/", "advisor", ["x"]),
]
RECORD = {
    "who": "01 99 00 41 27",
    "client": "new",
    "new_name": "Léa Moreau",
    "new_segment": "consumer",
    "reason": "debit-lent",
    "channel": "voice",
    "outcome": "handled",
    "summary": "Débit lent depuis hier.",
    "key": "4b7c5a64-95a4-4a57-9c3b-6f2d3f7f0a11",
    "started": NOW.isoformat(),
}


@pytest.mark.parametrize(("address", "who", "names"), GETS)
def test_no_query_string_breaks_a_page(office, address, who, names):
    browser = office.browser(who)
    for junk in JUNK:
        for name in names:
            answer = browser.get(address, {name: junk})
            assert answer.status_code in (200, 302, 400, 404, 422), (name, junk[:30])
    assert browser.get(f"{address}?{'&'.join(f'a{n}=1' for n in range(900))}").status_code in (200, 302)
    assert browser.get(f"{address}?=&&;%%%&{names[0]}=%ED%A0%80&{names[0]}=%FF").status_code in (
        200,
        302,
        400,
        422,
    )


@pytest.mark.parametrize(
    "pattern", ["/cases/{}/", "/cases/{}/add_note/", "/clients/{}/", "/clients/{}/open/", "/inbox/{}/read/",
                "/record/{}/", "/imports/{}/", "/client-merges/{}/split/", "/admin/organisation/user/{}/change/",
                "/accounts/password/reset/key/{}/", "/{}"],
)  # fmt: skip
def test_no_address_breaks_the_site(office, pattern):
    for who in ("advisor", "admin"):
        browser = office.browser(who)
        for junk in JUNK:
            address = pattern.format(quote(junk[:300], safe=""))
            for method in (browser.get, browser.post):
                assert method(address).status_code < 500, address


def forms(office: Office) -> dict[str, tuple[str, Any]]:
    """action → who may act, a case in the state it needs."""
    scenes = dict.fromkeys(SPECIALIST, ("backoffice", "escalated"))
    scenes["reopen"] = ("advisor", "resolved")
    for action in ("answer_escalation", "withdraw_escalation", "give_info", "request_status"):
        scenes[action] = ("advisor", "escalated")
    for action in ("rebook", "tell_unresolved", "log_attempt", "resolve"):
        scenes[action] = ("advisor", "callback_due")
    for action in (
        "assign", "cancel", "set_colour", "restore", "decide_unrelated", "refuse_cancel", "quality_review",
    ):  # fmt: skip
        scenes[action] = ("manager", "opened")
    return {action: scenes.get(action, ("advisor", "opened")) for action in ACTION_FORMS}


@pytest.mark.parametrize("action", sorted(ACTION_FORMS))
def test_no_value_of_any_field_breaks_an_action(office, action):
    who, state = forms(office)[action]
    case = office.case(state, start=NOW if state == "callback_due" else THURSDAY)
    browser = office.browser(who)
    names = {name for form in [ACTION_FORMS[action]] for name in form.base_fields} | {"from", "escalation"}
    if action == "quality_review":
        names |= {"client_told", "client_told_comment", "comment", "improvement"}
    asked = case.escalations.first()
    good = {"escalation": asked.pk} if asked else {}
    good |= {"slot": THURSDAY.isoformat(), "summary": TOLD, "reason": TOLD, "text": TOLD, "told": TOLD}
    address = f"/cases/{case.ref}/{action}/"
    for name in sorted(names):
        for junk in SOME:
            fresh = Case.objects.get(pk=case.pk)
            answer = browser.post(address, posted(fresh, **good) | {name: junk}, headers=DIALOG)
            assert answer.status_code in (200, 302, 403, 409, 422), (name, junk[:40])
    for bare in (None, "", "[]", "{", "null"):
        answer = browser.post(address, bare, content_type="application/json")
        assert answer.status_code in (302, 400, 422)


@pytest.mark.parametrize("name", sorted(RecordForm.base_fields))
def test_no_value_of_any_field_breaks_the_record_of_a_call(office, name):
    browser = office.browser("advisor")
    for junk in JUNK:
        before = Contact.objects.count()
        answer = browser.post(
            "/record/", RECORD | {name: junk, "key": ""} | ({name: junk} if name == "key" else {})
        )
        assert answer.status_code in (302, 422), (name, junk[:40])
        assert Contact.objects.count() == before + (answer.status_code == 302)


def test_a_million_characters_are_refused_at_their_field_and_kept(office):
    case = office.case()
    browser = office.browser("advisor")
    answer = browser.post(f"/cases/{case.ref}/add_note/", posted(case, text=MEGABYTE))
    assert answer.status_code == 422
    assert "4000 caractères" in text_of(answer) or "4 000 caractères" in text_of(answer)
    assert MEGABYTE[:5000] in text_of(answer)
    assert browser.post("/record/", RECORD | {"summary": MEGABYTE}).status_code == 422
    assert browser.get("/search", {"q": "é" * 50_000}).status_code == 200


def test_a_body_larger_than_any_form_is_a_400_in_french(office):
    case = office.case()
    answer = office.browser("advisor").post(f"/cases/{case.ref}/add_note/", posted(case, text=MEGABYTE * 2))
    assert answer.status_code == 400
    assert "Cette demande ne se lit pas" in text_of(answer)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"text": "x"}'),
        ("text/plain", b"text=x"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"text=x"),
        ("application/x-www-form-urlencoded; charset=nulle-part", b"text=x"),
        ("multipart/form-data", b"text=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"text\"\r\n"),
        ("image/png", b"\x89PNG\r\n\x00\x00"),
        ("", b""),
        ("application/x-www-form-urlencoded", b"text=%ED%A0%80%FF%00&version=1"),
    ],
)  # fmt: skip
def test_a_body_of_another_kind_is_refused(office, kind, body):
    case = office.case()
    browser = office.browser("advisor")
    for address in (
        f"/cases/{case.ref}/add_note/",
        "/record/",
        "/account/",
        "/inbox/read/",
        "/accounts/login/",
    ):
        answer = browser.generic("POST", address, body, content_type=kind)
        assert answer.status_code in (200, 302, 400, 422), address
    assert Case.objects.get(pk=case.pk).version == case.version


@pytest.mark.parametrize("cookie", ["", "x", "a\x00b" * 20, "é" * 40, "9" * 5000, "a" * 32])
def test_a_forged_session_is_nobody(office, cookie):
    browser = office.browser()
    browser.cookies["sessionid"] = cookie
    answer = browser.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_strange_headers_are_harmless(office):
    browser = office.browser("advisor")
    for headers in (
        {"X-AT-Poll": "\x00"},
        {"X-AT-Signature": "é" * 5000, "X-AT-Poll": "1"},
        {"HX-Request": "true", "HX-Current-URL": "javascript:alert(1)"},
        {"Accept": "application/json"},
        {"Accept-Language": "xx,;q=é"},
        {"Referer": "http://[::1"},
    ):
        assert browser.get("/", headers=headers).status_code == 200
    assert browser.get("/", headers={"host": "ailleurs.exemple"}).status_code == 400


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_a_form_whose_bytes_are_no_text_is_refused_whole(office, kind):
    """Stored, it would be « abc��� »."""
    office.client("Léa Moreau", phone="+33199004127")
    fields = {
        "who": b"0199004127", "reason": b"debit-lent", "channel": b"voice", "outcome": b"handled",
        "summary": b"abc\xff\xfe\xe9",
    }  # fmt: skip
    if kind == "urlencoded":
        body = b"&".join(name.encode() + b"=" + quote(value).encode() for name, value in fields.items())
        form = "application/x-www-form-urlencoded"
    else:
        parts = (
            b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (name.encode(), value)
            for name, value in fields.items()
        )
        body, form = b"".join([*parts, b"--x--\r\n"]), "multipart/form-data; boundary=x"
    answer = office.browser("advisor").generic("POST", "/record/", body, content_type=form)
    assert answer.status_code == 400
    assert "Cette demande ne se lit pas" in text_of(answer)
    assert not Contact.objects.exists()


def test_the_replacement_character_itself_is_a_text_like_any_other(office):
    office.client("Léa Moreau", phone="+33199004127")
    fields = {"who": "0199004127", "reason": "debit-lent", "channel": "voice", "outcome": "handled"}
    body = "&".join(f"{name}={quote(value)}" for name, value in (fields | {"summary": "vu : \ufffd"}).items())
    office.browser("advisor").generic(
        "POST", "/record/", body, content_type="application/x-www-form-urlencoded"
    )
    assert Contact.objects.get().summary == "vu : \ufffd"
