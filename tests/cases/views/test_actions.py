"""Every action's form: what is missing is said, what was typed stays, a stale page says who moved the case."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from atdemain.journal.models import AuditEvent
from cases.forms.actions import ACTION_FORMS
from cases.models import Case, Promise
from cases.permissions import SPECIALIST
from tests.office import HOUR, NOW, THURSDAY, TOLD, Office, posted, text_of
from tests.routing.cast import present

pytestmark = pytest.mark.django_db

WHY = "Le client le demande expressément."
SLOT = {"slot": THURSDAY.isoformat(), "minutes": "60"}

#: action → (state, what is sent, the fields that cannot be left out)
FORMS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "promise_callback": ("opened", SLOT, {"slot"}),
    "rebook": (
        "callback_due",
        SLOT | {"initiator": "client", "reason": WHY},
        {"initiator", "reason", "slot"},
    ),
    "tell_unresolved": ("callback_due", {"told": TOLD, "direction": "out"}, {"told", "direction"}),
    "escalate": (
        "opened",
        SLOT
        | {
            "target_entity": "copper",
            "summary": TOLD,
            "reason": "network_diagnosis",
            "colour": "red",
            "mode": "case",
        },
        {"target_entity", "summary", "slot", "reason", "colour", "mode"},
    ),
    "resolve": (
        "callback_due",
        {
            "resolution_code": "repaired_network",
            "root_cause": "line",
            "client_confirmation": "confirmed",
            "reached_now": "on",
            "told": TOLD,
        },
        {"resolution_code", "root_cause", "client_confirmation", "told"},
    ),
    "add_note": ("opened", {"text": "Le client préfère le matin."}, {"text"}),
    "cancel": ("opened", {"cancel_reason": "test"}, {"cancel_reason"}),
    "record_satisfaction": ("resolved", {"score": "4", "cause": "delay"}, {"score", "cause"}),
    "request_cancel": ("opened", {"cancel_reason": "test", "text": WHY}, {"cancel_reason", "text"}),
    "set_colour": ("opened", {"colour": "red", "reason": WHY}, {"colour", "reason"}),
    "reopen": ("resolved", {"reason": WHY}, {"reason"}),
    "delegate": ("opened", {"delegate": "support"}, {"delegate"}),
    "assign": ("opened", {"advisor": "colleague", "reason_code": "load"}, {"advisor", "reason_code"}),
}
BOSS = {"cancel", "set_colour", "assign"}


def scene(office: Office, action: str) -> tuple[Case, Any, dict[str, Any]]:
    """A case in the right state, the browser of who may act, and a form filled in."""
    state, data, _ = FORMS[action]
    case = office.case(state, start=NOW if state == "callback_due" else THURSDAY)
    names = {"target_entity": office.entities, "delegate": office.people, "advisor": office.people}
    data = {name: names[name][value].pk if name in names else value for name, value in data.items()}
    return case, office.browser("manager" if action in BOSS else "advisor"), posted(case, **data)


def at(case: Case, action: str) -> str:
    return f"/cases/{case.ref}/{action}/"


@pytest.mark.parametrize("action", FORMS)
def test_action_filled_in_moves_the_case_once_and_says_so(office, action):
    case, browser, data = scene(office, action)
    before = AuditEvent.objects.filter(object_type="case", refused=False).count()
    answer = browser.post(at(case, action), data)
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.ref}/")
    assert AuditEvent.objects.filter(object_type="case", refused=False).count() == before + 1
    assert 'class="at-toast"' in browser.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("action", FORMS)
def test_action_sent_twice_is_done_once(office, action):
    case, browser, data = scene(office, action)
    browser.post(at(case, action), data)
    events = AuditEvent.objects.filter(object_type="case", refused=False).count()
    again = browser.post(at(case, action), data)
    assert again.status_code == 302
    assert AuditEvent.objects.filter(object_type="case", refused=False).count() == events


@pytest.mark.parametrize(
    ("action", "other"),
    [
        ("add_note", {"text": "Une tout autre note."}),
        ("set_colour", {"colour": "green"}),
        ("promise_callback", {"slot": (THURSDAY + HOUR).isoformat()}),
        ("resolve", {"told": "Rien de ce que dit l’autre onglet."}),
        ("resolve", {"root_cause": "usage"}),
        ("rebook", {"reason": "Pour une tout autre raison."}),
        ("assign", {"reason_code": "skill"}),
        ("delegate", {"reason": "Congé de la semaine."}),
    ],
)
def test_a_second_tab_that_says_something_else_is_told_not_dropped(office, action, other):
    case, browser, data = scene(office, action)
    browser.post(at(case, action), data)
    answer = browser.post(at(case, action), data | other)
    assert answer.status_code == 409
    for words in other.values():
        if " " in words:
            assert words in text_of(answer)


@pytest.mark.parametrize(
    ("action", "missing"),
    [(action, name) for action, (_, _, names) in FORMS.items() for name in sorted(names)],
)
def test_action_without_a_field_says_which_and_keeps_the_rest(office, action, missing):
    case, browser, data = scene(office, action)
    kept = {name: value for name, value in data.items() if name != missing}
    answer = browser.post(at(case, action), kept)
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "at-field-error" in body
    assert Case.objects.get(pk=case.pk).version == case.version
    for value in (TOLD, WHY, "Le client préfère le matin."):
        if value in kept.values():
            assert value in text_of(answer)
    if "slot" in kept:
        assert re.search(rf'value="{re.escape(THURSDAY.isoformat())}"[^>]* checked', body)


def test_action_without_a_field_says_it_in_the_products_words(office):
    case, browser, data = scene(office, "set_colour")
    words = text_of(browser.post(at(case, "set_colour"), {"version": data["version"]}))
    assert "Ce champ est nécessaire." in words  # the reason, which has no words of its own
    assert "Choisissez une réponse." in words
    assert "obligatoire" not in words


@pytest.mark.parametrize("action", FORMS)
def test_action_from_a_stale_page_is_a_409_that_says_who_and_when_and_keeps_the_words(office, action):
    case, browser, data = scene(office, action)
    mover = "advisor" if action in BOSS else "manager"
    office.do(case, "add_note", mover, text="Vu avec le client à l’instant.")
    answer = browser.post(at(case, action), data)
    if action == "add_note":  # a note does not depend on what the page showed
        assert answer.status_code in (302, 409)
        return
    assert answer.status_code == 409
    words = text_of(answer)
    assert "Le dossier a changé entre-temps." in words
    assert f"{mover[0].upper()}. Essai" in words
    assert "15:30" in words
    for value in (TOLD, WHY):
        if value in data.values():
            assert value in words
    fresh = Case.objects.get(pk=case.pk)
    assert f'name="version" value="{fresh.version}"' in answer.content.decode()


@pytest.mark.parametrize("action", FORMS)
def test_action_shown_in_a_dialog_is_the_form_alone(office, action):
    case, browser, data = scene(office, action)
    form = browser.get(at(case, action), headers={"HX-Request": "true"})
    assert form.status_code == 200
    assert form.content.strip().startswith(b"<dialog")
    done = browser.post(at(case, action), data, headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == f"/cases/{case.ref}/"


@pytest.mark.parametrize("action", sorted(ACTION_FORMS))
def test_action_without_its_version_says_to_open_the_case_again(office, action):
    case = office.case("escalated")
    who = "backoffice" if action in SPECIALIST else "advisor"
    if action in BOSS | {"restore", "decide_unrelated", "refuse_cancel", "quality_review"}:
        who = "manager"
    answer = office.browser(who).post(at(case, action), {})
    assert answer.status_code == 422
    assert "rouvrez le dossier et recommencez" in text_of(answer)
    assert Case.objects.get(pk=case.pk).version == case.version


@pytest.mark.parametrize("version", ["x", "1.5", "-1", "9" * 400, "1\x00", "²"])
def test_a_version_that_is_none_never_moves_the_case(office, version):
    case = office.case()
    answer = office.browser("advisor").post(at(case, "add_note"), {"version": version, "text": "Une note."})
    assert answer.status_code in (302, 409, 422)
    events = AuditEvent.objects.filter(object_id=str(case.pk), object_type="case", action="add_note")
    assert events.filter(refused=False).count() == (answer.status_code == 302)


@pytest.mark.parametrize("action", ["claim", "acknowledge_escalation", "return_delegation"])
def test_a_one_click_action_is_never_done_by_a_link(office, action):
    case = office.case("escalated") if action == "acknowledge_escalation" else office.case()
    who = "backoffice" if action in SPECIALIST else "advisor"
    answer = office.browser(who).get(at(case, action))
    assert answer["Location"] == f"/cases/{case.ref}/"
    assert Case.objects.get(pk=case.pk).version == case.version


@pytest.mark.parametrize("who", ["colleague", "support"])
def test_an_action_on_a_colleagues_case_is_a_403_that_says_whose_it_is(office, who):
    case = office.case("opened")
    browser = office.browser(who)
    for answer in (
        browser.get(at(case, "promise_callback")),
        browser.post(at(case, "promise_callback"), posted(case, **SLOT)),
    ):
        assert answer.status_code == 403
        assert "suivi par Advisor Essai" in text_of(answer)
    assert not Promise.objects.exists()


def test_a_manager_acts_in_place_of_the_owner_only_with_a_reason(office):
    case = office.case("opened")
    browser = office.browser("manager")
    silent = browser.post(at(case, "promise_callback"), posted(case, **SLOT))
    assert silent.status_code == 422
    assert "Pourquoi agissez-vous à la place" in text_of(silent)
    told = browser.post(
        at(case, "promise_callback"), posted(case, on_behalf="Conseillère absente jusqu’à lundi.", **SLOT)
    )
    assert told.status_code == 302
    words = text_of(office.browser("advisor").get(f"/cases/{case.ref}/"))
    assert "Conseillère absente jusqu’à lundi." in words


def test_two_advisors_claim_and_the_second_is_told_who_has_it(office):
    case = office.case(owner=None)
    first = office.browser("colleague").post(at(case, "claim"), posted(case))
    browser = office.browser("advisor")
    second = browser.post(at(case, "claim"), posted(case))
    assert (first.status_code, second.status_code) == (302, 302)
    assert Case.objects.get(pk=case.pk).owner_id == office.people["colleague"].pk
    assert "C. Essai vient de prendre ce dossier." in text_of(browser.get(second["Location"]))


def test_assigning_tells_the_advisor_and_proposes_only_who_may_keep_the_case(office):
    case = office.case("opened")
    browser = office.browser("manager")
    form = text_of(browser.get(at(case, "assign")))
    assert "Colleague Essai" in form
    assert "Stranger Essai" not in form
    assert "Support Essai" not in form
    stranger = posted(case, advisor=office.people["stranger"].pk, reason_code="load")
    assert browser.post(at(case, "assign"), stranger).status_code == 422
    other = posted(case, advisor=office.people["colleague"].pk, reason_code="other")
    wordless = browser.post(at(case, "assign"), other)
    assert wordless.status_code == 422
    assert browser.post(at(case, "assign"), other | {"reason_text": WHY}).status_code == 302
    assert "Dossier confié" in text_of(office.browser("colleague").get("/inbox/"))


def test_a_case_handed_over_out_of_sight_leads_home(office):
    """Its owner was the only reason why another unit's advisor saw it."""
    case = office.case("opened", owner="advisor", unit="lyon")
    Case.objects.filter(pk=case.pk).update(unit=office.units["brest"])
    office.people["far_manager"].refresh_from_db()
    browser = office.browser("far_manager")
    data = posted(case, advisor=office.people["stranger"].pk, reason_code="load")
    assert browser.post(at(case, "assign"), data)["Location"] == f"/cases/{case.ref}/"
    assert office.browser("advisor").get(f"/cases/{case.ref}/").status_code == 404


# -- the grid of slots -----------------------------------------------------------------------------------


def slots(page) -> list[str]:
    return re.findall(r'name="slot" value="([^"]+)"', page.content.decode())


def test_closed_times_cannot_be_picked(office):
    """Wednesday is the 11th of November; nothing is left of today after 19:00; Sunday is shut."""
    case = office.case()
    page = office.browser("advisor").get(at(case, "promise_callback"))
    days = {slot[:10] for slot in slots(page)}
    assert days == {f"2026-11-{day}" for day in (10, 12, 13, 14, 16)}
    assert "Armistice" in text_of(page) or "Férié" in text_of(page)
    assert min(slots(page)) == "2026-11-10T15:00:00+00:00"


def test_hours_at_which_the_owner_is_not_there_cannot_be_picked_and_none_of_the_others_is_refused(office):
    """What the grid offers, the guard takes (T02: owner on shift then, or delegate named)."""
    case = office.case()
    owner = office.people["advisor"]
    for day in range(8):
        start = NOW.replace(hour=8, minute=0) + timedelta(days=day)  # 09:00–13:00 in Paris
        present(owner, "shift", start, start + 4 * HOUR)
    browser = office.browser("advisor")
    page = browser.get(f"/cases/{case.ref}/promise_callback/")
    offered = set(slots(page))
    assert "conseiller absent" in page.content.decode()
    assert offered
    assert {datetime.fromisoformat(slot).hour for slot in offered} == {8, 9, 10, 11}
    proposed = re.search(
        r'value="([^"]+)"[^>]* checked', browser.get(f"/cases/{case.ref}/escalate/").content.decode()
    )
    assert proposed[1] in offered
    office.do(case, "delegate", "advisor", delegate=office.people["support"].pk, reason=WHY)
    assert len(slots(browser.get(f"/cases/{case.ref}/promise_callback/"))) > len(offered)


def test_a_callback_is_promised_for_what_it_will_be(office):
    case = office.case()
    sent = SLOT | {"version": case.version, "kind": "appointment"}
    assert office.browser("advisor").post(f"/cases/{case.ref}/promise_callback/", sent).status_code == 302
    assert Promise.objects.get(case=case).kind == "appointment"


def test_another_week_keeps_what_was_typed_and_checks_nothing(office):
    case = office.case()
    data = posted(case, note="Après 18 h", **{"from": "2026-11-17"}, **SLOT)
    page = office.browser("advisor").post(at(case, "promise_callback"), data)
    assert page.status_code == 200
    assert "Après 18 h" in text_of(page)
    assert min(slots(page)).startswith("2026-11-17")
    assert not Promise.objects.exists()


@pytest.mark.parametrize(
    "first", ["0001-01-01", "9999-12-31", "2026-02-30", "x", "2026-11-15T10:00", "\x00", "²"]
)
def test_a_week_that_is_none_shows_one_that_is(office, first):
    case = office.case()
    browser = office.browser("advisor")
    assert slots(browser.get(at(case, "promise_callback"), {"from": first}))
    page = browser.post(at(case, "promise_callback"), posted(case, **{"from": first}))
    assert page.status_code == 200
    assert slots(page)


@pytest.mark.parametrize(
    "slot",
    [
        "x",
        "2026-11-12T10:00:00",
        "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:59:59-02:00",
        "9999-12-31T23:00:00+00:00",
        "2026-11-11T10:00:00+00:00",  # a public holiday
        "2026-11-15T10:00:00+00:00",  # a Sunday
        "2026-11-12T19:30:00+00:00",  # 20:30 in Paris
        "2026-11-10T14:35:00+00:00",  # in five minutes
        "2026-11-09T10:00:00+00:00",  # yesterday
        "2026-12-30T10:00:00+00:00",  # too far
        "2026-11-12T10:00:00+00:00\x00",
    ],
)
def test_a_slot_that_cannot_be_promised_is_refused_at_its_field(office, slot):
    case = office.case()
    answer = office.browser("advisor").post(at(case, "promise_callback"), posted(case, slot=slot))
    assert answer.status_code == 422
    assert "at-error" in answer.content.decode()
    assert not Promise.objects.exists()


@pytest.mark.parametrize("name", ["escalation", "attempt"])
@pytest.mark.parametrize("value", ["²", "9" * 40, "9" * 5000, "-1", "x", "\x00", "", "1.0"])
def test_an_address_naming_nothing_still_shows_its_form(office, name, value):
    case = office.case("escalated")
    browser = office.browser("advisor")
    for action in ("answer_escalation", "withdraw_escalation", "correct_attempt"):
        assert browser.get(at(case, action), {name: value}).status_code == 200


@pytest.mark.parametrize("value", ["²", "9" * 40, "-1", "x", "\x00", "0"])
@pytest.mark.parametrize("action", ["answer_escalation", "withdraw_escalation"])
def test_an_escalation_that_does_not_exist_is_refused_in_words(office, action, value):
    case = office.case("escalated")
    data = posted(case, escalation=value, reason=WHY, answer_code="fixed", answer_text=TOLD)
    answer = office.browser("advisor").post(at(case, action), data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_an_unknown_action_is_a_404(office):
    case = office.case()
    assert office.browser("advisor").get(at(case, "explode")).status_code == 404


@pytest.mark.parametrize("minutes", ["0", "-30", "45", "x", "9" * 30])
def test_a_width_that_is_not_offered_is_refused(office, minutes):
    case = office.case()
    data = posted(case, slot=THURSDAY.isoformat(), minutes=minutes)
    assert office.browser("advisor").post(at(case, "promise_callback"), data).status_code == 422


def test_the_correction_of_an_attempt_refuses_an_hour_that_does_not_exist(office, clock):
    """The night of 28 March 2027 jumps from 02:00 to 03:00 in Paris."""
    clock.move_to(NOW + timedelta(days=140))
    case = office.case("callback_due", at=NOW + timedelta(days=137), start=NOW + timedelta(days=140))
    office.do(case, "log_attempt", "advisor", outcome="reached", at=NOW + timedelta(days=140))
    data = {"attempt_id": case.attempts.get().pk, "outcome": "busy", "reason": WHY, "at": "2027-03-28T02:30"}
    fresh = Case.objects.get(pk=case.pk)
    answer = office.browser("advisor").post(at(case, "correct_attempt"), posted(fresh, **data))
    assert answer.status_code == 422
    assert "changement d’heure" in text_of(answer)


def test_an_hour_hence_is_still_the_same_session(office, clock):
    """A form left open 20 minutes is sent without logging in again; after 40, what to do is said."""
    case = office.case()
    browser = office.browser("advisor")
    browser.get(at(case, "add_note"))
    clock.shift(20 * HOUR / 60)
    data = posted(case, text="Une note.")
    assert browser.post(at(case, "add_note"), data)["Location"] == f"/cases/{case.ref}/"
    clock.shift(40 * HOUR / 60)
    assert "/accounts/login/" in browser.post(at(case, "add_note"), data)["Location"]
