"""The case's page: what was promised, what can be done and by whom, the whole story in order."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.organisation.models import Participation, Programme, UnitParticipation
from cases.models import Case
from tests.office import HOUR, NOW, THURSDAY, TOLD, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def page_of(office, case: Case, who: str = "advisor"):
    return office.browser(who).get(f"/cases/{case.ref}/")


def offered(page) -> set[str]:
    """The actions a click reaches."""
    body = page.content.decode()
    links = re.findall(r'<a class="btn[^"]*" href="/cases/[^/]+/([a-z_]+)/', body)
    return {*links, *re.findall(r'<form method="post" action="/cases/[^/]+/([a-z_]+)/"', body)}


def refused(page) -> dict[str, str]:
    """The greyed actions, each with the reason it gives."""
    found = re.findall(r'<li id="why-([a-z_]+)">.*?</b> ?: (.*?)</span></li>', text_of(page), re.S)
    return {action: reason.strip() for action, reason in found}


def opened_by_the_rule(office, name: str = "Léa Moreau") -> Case:
    """Three contacts in seven days, on two channels; the advisor takes the case."""
    Participation.objects.create(
        programme=Programme.objects.get(),
        employee=office.people["advisor"],
        role="advisor",
        mode="volunteer",
        starts_on=(NOW - 30 * DAY).date(),
        consent="accepted",
    )
    UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=office.units["lyon"], participates=True
    )
    client = office.client(name)
    for days, channel in ((3, "voice"), (2, "chat"), (1, "voice")):
        office.contact(client, NOW - days * DAY, channel=channel)
    case = Case.objects.get(client=client)
    return office.do(case, "claim", "advisor", at=NOW - 20 * HOUR)


# -- what it says ----------------------------------------------------------------------------------------


def test_the_promised_time_is_what_the_page_says_first(office):
    case = office.case("callback_due")
    words = text_of(page_of(office, case))
    hero = words.index("Promis au client, jeudi 12 novembre")
    assert "10:00–11:00" in words[hero : hero + 400]
    assert hero < words.index("Fil du dossier")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("opened", "Aucun rappel promis"),
        ("escalated", "BO-Cuivre n’a pas encore répondu"),
        ("resolved", "Résolu, en observation"),
    ],
)
def test_each_state_says_what_it_means(office, state, words):
    assert words in text_of(page_of(office, office.case(state)))


def test_a_late_promise_says_so_in_business_time(office):
    case = office.case("callback_due", start=NOW - 2 * HOUR)
    words = text_of(page_of(office, case))
    assert "en retard de 1 h ouvrées" in words or "en retard de 60 min ouvrées" in words


def test_the_story_is_newest_first_and_says_who_did_what(office):
    case = office.case("escalated", at=NOW - 6 * HOUR)
    office.do(case, "add_note", "colleague", at=NOW - 2 * HOUR, text="Le client préfère le matin.")
    office.do(case, "add_note", "manager", at=NOW - HOUR, text="Suivre de près ce dossier.")
    words = text_of(page_of(office, case))
    story = words[words.index("Fil du dossier") :]
    places = [story.index(text) for text in ("Suivre de près", "préfère le matin", "répartiteur")]
    assert places == sorted(places)
    assert "M. Essai" in story
    assert "C. Essai" in story
    assert "Vous" in story


def test_the_rules_case_explains_itself(office):
    words = text_of(page_of(office, opened_by_the_rule(office)))
    assert "Léa Moreau" in words
    assert "R1" in words


def test_dossier_opened_by_the_rule_with_thirty_entries_costs_at_most_twelve_queries(office):
    case = opened_by_the_rule(office)
    case = office.escalate(case, "advisor", window_start=THURSDAY, window_end=THURSDAY + HOUR)
    for number in range(25):
        who = ("advisor", "colleague", "manager")[number % 3]
        office.do(case, "add_note", who, text=f"Note numéro {number}.")
    browser = office.browser("advisor")
    browser.get(f"/cases/{case.ref}/")
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(f"/cases/{case.ref}/")
    assert page.content.count(b'class="at-tl-item') >= 30
    assert len(queries) <= 12, "\n".join(query["sql"][:150] for query in queries)


def test_dossier_reopened_by_a_contact_costs_no_more(office):
    case = office.case("resolved")
    office.contact(case.client, NOW - HOUR)
    assert Case.objects.get(pk=case.pk).reopened_count == 1
    browser = office.browser("advisor")
    browser.get(f"/cases/{case.ref}/")
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(f"/cases/{case.ref}/")
    assert len(queries) <= 12
    assert "flag_unrelated" in offered(page)


# -- who may do what -------------------------------------------------------------------------------------

OWNER = {"tell_unresolved", "log_attempt", "rebook", "escalate", "resolve", "add_note", "delegate"}


@pytest.mark.parametrize(
    ("who", "has", "has_not"),
    [
        ("advisor", OWNER, {"assign", "cancel", "set_colour", "claim"}),
        ("manager", OWNER | {"assign", "cancel", "set_colour"}, {"claim"}),
        ("colleague", {"add_note"}, OWNER - {"add_note"} | {"assign", "cancel"}),
        ("support", {"add_note"}, OWNER - {"add_note"} | {"assign", "cancel"}),
    ],
)
def test_the_action_bar_offers_each_role_its_own_actions(office, who, has, has_not):
    case = office.case("callback_due", start=NOW)
    actions = offered(page_of(office, case, who))
    assert has <= actions
    assert not has_not & actions


def test_the_delegate_acts_on_the_promise_and_not_on_the_case(office):
    case = office.case("callback_due", start=NOW)
    office.do(case, "delegate", "advisor", delegate=office.people["support"])
    actions = offered(page_of(office, case, "support"))
    assert {"tell_unresolved", "log_attempt", "rebook", "resolve", "return_delegation"} <= actions
    assert not {"escalate", "delegate", "assign"} & actions


def test_an_unkept_case_is_offered_to_any_advisor_of_the_unit(office):
    case = office.case(owner=None)
    assert "claim" in offered(page_of(office, case, "colleague"))
    assert "claim" not in offered(page_of(office, case, "support"))


def test_the_back_office_answers_what_its_entity_was_asked_and_nothing_else(office):
    case = office.case("escalated")
    office.escalate(case, "advisor", entity="field")
    page = page_of(office, case, "backoffice")
    assert offered(page) == {"acknowledge_escalation", "answer_escalation"}
    asked = case.escalations.get(target_entity=office.entities["copper"]).pk
    others = case.escalations.get(target_entity=office.entities["field"]).pk
    assert f"answer_escalation/?escalation={asked}" in page.content.decode()
    assert f"escalation={others}" not in page.content.decode()


def test_what_is_not_possible_now_is_greyed_with_its_reason(office):
    case = office.case("resolved")
    reasons = refused(page_of(office, case))
    assert {"escalate", "resolve"} <= set(reasons)
    assert all(len(reason) > 10 for reason in reasons.values())


def aside(page) -> str:
    """What is not possible now and is no button of the bar, with its reasons."""
    found = re.search(r'<details[^>]*id="not-now".*?</details>', text_of(page), re.S)
    return found[0] if found else ""


def test_every_action_that_the_state_refuses_says_why(office):
    assert "Promettre un rappel" in aside(page_of(office, office.case("escalated")))
    told = aside(page_of(office, office.case("resolved")))
    for label in ("Promettre un rappel", "Noter une tentative", "Déplacer"):
        assert label in told
    assert "Prendre le dossier" not in told


def test_a_colleague_reads_whose_actions_these_are_and_the_queue_says_to_take_it_first(office):
    case = office.case("opened")
    told = aside(page_of(office, case, "colleague"))
    assert f"Le dossier est suivi par {case.owner.user.short_name}" in told
    assert "Promettre un rappel" in told
    assert "Résoudre" in told
    nobody = aside(page_of(office, office.case(owner=None), "colleague"))
    assert "Personne ne suit ce dossier" in nobody
    assert "prenez-le d’abord" in nobody


def test_an_attempt_wrongly_logged_is_corrected_from_the_story_and_stays_told(office):
    case = office.case("callback_due", start=NOW)
    office.do(case, "log_attempt", "advisor", outcome="reached", at=NOW - 5 * timedelta(minutes=1))
    attempt = case.attempts.get().pk
    link = f"/cases/{case.ref}/correct_attempt/?attempt={attempt}"
    assert link in page_of(office, case).content.decode()
    assert link not in page_of(office, case, "colleague").content.decode()
    sent = office.browser("advisor").post(
        link,
        {
            "version": Case.objects.get(pk=case.pk).version,
            "attempt_id": attempt,
            "outcome": "voicemail",
            "reason": "C’était le répondeur.",
        },
    )
    assert sent.status_code == 302
    after = page_of(office, case).content.decode()
    assert link not in after
    right = case.attempts.get(superseded_by__isnull=True)
    assert f"?attempt={right.pk}" in after
    assert case.attempts.count() == 2
    assert "C’était le répondeur." in after


def test_head_and_unknown_parameters_are_harmless(office):
    case = office.case()
    browser = office.browser("advisor")
    assert browser.head(f"/cases/{case.ref}/").status_code == 200
    assert browser.get(f"/cases/{case.ref}/?tab=9&x=%00").status_code == 200


@pytest.mark.parametrize("ref", ["ATD-2026-999999", "x", "ATD%00", "a%2Fb", "%ED%A0%80", "é" * 200])
def test_an_unknown_reference_is_a_404_that_says_what_to_do(office, ref):
    answer = office.browser("advisor").get(f"/cases/{ref}/")
    assert answer.status_code == 404
    assert "cherchez le client par son numéro" in text_of(answer)


def test_what_is_not_visible_reads_exactly_as_what_does_not_exist(office):
    far = office.case(owner="stranger", unit="brest")
    browser = office.browser("advisor")
    hidden, unknown = browser.get(f"/cases/{far.ref}/"), browser.get("/cases/ATD-2026-999999/")
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert without_token(hidden) == without_token(unknown)


def without_token(page) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken").*?"[^"]+"', "", page.content.decode())


def test_told_words_stay_as_they_were_said(office):
    """Markup typed by somebody is words, never markup."""
    case = office.case()
    office.do(case, "add_note", "advisor", text="<script>alert(1)</script> & « fini »")
    body = page_of(office, case).content.decode()
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)" in body
    assert TOLD not in body


def test_a_requested_cancellation_is_shown_and_the_manager_accepts_with_it_filled_in(office):
    case = office.case("opened")
    why = "La ligne est chez un autre opérateur."
    office.do(case, "request_cancel", "advisor", cancel_reason="not_our_client", text=why)

    page = page_of(office, case)
    assert "Vous l’avez demandée" in text_of(page)
    assert not {"request_cancel", "refuse_cancel", "cancel"} & offered(page)
    page = page_of(office, case, "manager")
    assert "Annulation demandée : n’est pas notre client." in text_of(page).replace("\u00a0", " ")
    assert {"refuse_cancel", "cancel"} <= offered(page)
    team = text_of(office.browser("manager").get("/team/"))
    assert "Annulations demandées" in team
    assert f"{case.client}" in team
    assert why in team
    assert why not in text_of(office.browser("far_manager").get("/team/"))
    form = office.browser("manager").get(f"/cases/{case.ref}/cancel/")
    assert 'value="not_our_client" selected' in form.content.decode()
    assert why in text_of(form)
    assert "Demandé par A. Essai" in text_of(form)
