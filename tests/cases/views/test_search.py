"""One box: a reference, a number in any writing, a name without accents."""

from __future__ import annotations

import html
import re

import pytest
import time_machine

from atdemain.journal.models import AccessLog
from cases.clients import merge
from cases.models import Case, FaultTicket
from cases.search import search
from cases.workflow import perform
from tests.office import HOUR, NOW, Office, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(office: Office) -> Office:
    office.client("Éloïse D’Ambrosio-Lefèvre", phone="+33199004127")
    office.client("Jean-François Nuñez", phone="+32470123456")
    office.client("Zoé Le Goff", unit="brest", phone="+33199005555")
    return office


def found(office: Office, words: str, who: str = "advisor") -> str:
    return text_of(office.browser(who).get("/search", {"q": words}))


@pytest.mark.parametrize(
    "words",
    [
        "eloise",
        "ÉLOÏSE",
        "lefevre eloise",
        "d'ambrosio",
        "D’Ambrosio",
        "ambro lef",
        "  Eloise   Lefevre ",
        "élo",
    ],
)
def test_a_name_is_found_without_accents_in_any_order(known, words):
    assert "Éloïse D’Ambrosio-Lefèvre" in found(known, words)


@pytest.mark.parametrize(
    "words",
    ["0199004127", "01 99 00 41 27", "01.99.00.41.27", "01-99-00-41-27", "+33199004127", "+33 1 99 00 41 27",
     "0033199004127", "(+33) 1 99 00 41 27", "01\u00a099\u202f00 41 27", "tél : 01 99 00 41 27"],
)  # fmt: skip
def test_a_number_is_found_in_any_writing(known, words):
    page = found(known, words)
    assert "Éloïse D’Ambrosio-Lefèvre" in page
    assert "Nuñez" not in page


def test_a_foreign_number_is_found_by_its_country_code(known):
    assert "Nuñez" in found(known, "+32 470 12 34 56")


@pytest.mark.parametrize("words", ["loise", "xyz", "01 99 00 00 00", "%", "_", "'", "\\", "*"])
def test_what_matches_nothing_says_so_and_what_to_do(known, words):
    page = found(known, words)
    assert "Éloïse" not in page
    assert "Nuñez" not in page
    assert "Aucun" in page or "aucun" in page


def test_a_clients_reference_is_found_in_any_case(known):
    assert "Éloïse" in found(known, "cli-00001")


@pytest.mark.parametrize("form", ["{}", " {} ", "{:lower}", "{:bare}", "{:spaced}", "{:pasted}", "{:joined}"])
def test_a_cases_reference_typed_whole_opens_the_case(known, form):
    case = known.case()
    typed = {
        "{:lower}": case.ref.lower(),
        "{:bare}": case.ref.removeprefix("ATD-"),
        "{:spaced}": case.ref.replace("-", " "),
        "{:pasted}": case.ref.replace("-", "‑"),
        "{:joined}": case.ref.replace("-", ""),
    }.get(form) or form.format(case.ref)
    answer = known.browser("advisor").get("/search", {"q": typed})
    assert answer["Location"].startswith(f"/cases/{case.ref}/?hit=")


def test_another_units_client_is_not_found_by_name_nor_number(known):
    for words in ("le goff", "01 99 00 55 55"):
        assert "Zoé" not in found(known, words)
        assert "Zoé" in found(known, words, who="stranger")


def test_another_units_case_is_not_found_by_its_reference(known):
    case = known.case(owner="stranger", unit="brest")
    answer = known.browser("advisor").get("/search", {"q": case.ref})
    assert answer.status_code == 200
    assert f"/cases/{case.ref}/" not in answer.content.decode()


def test_a_clients_working_case_comes_with_the_client(known):
    client = known.client("Anatole Brun")
    case = known.case(client=client, at=NOW - HOUR)
    assert case.ref in found(known, "anatole")


def test_an_empty_search_shows_the_box_and_no_client(known):
    for words in ("", "   ", "\x00"):
        page = found(known, words)
        assert "Éloïse" not in page


def test_a_closed_case_comes_with_its_client_after_the_one_being_worked_on(known):
    client = known.client("Anatole Brun")
    closed = known.case(client=client, at=NOW - 48 * HOUR)
    perform(
        closed.pk, "cancel", actor=known.actor("manager"), expected_version=closed.version, now=NOW,
        cancel_reason="opened_in_error", reason="Ouvert deux fois pour la même panne.",
    )  # fmt: skip
    working = known.case(client=client, at=NOW - HOUR)
    page = found(known, "anatole")
    assert page.index(working.ref) < page.index(closed.ref)


def test_a_client_with_many_cases_shows_three_and_says_how_many_more(known):
    client = known.client("Anatole Brun")
    Case.objects.bulk_create(
        Case(ref=f"ATD-2026-9{n:05}", client=client, identity_key=f"essai:{n}", reason_family="slow",
             origin="manual", unit=client.unit, opened_at=NOW, last_event_at=NOW)
        for n in range(5)
    )  # fmt: skip
    page = found(known, "anatole")
    assert len(set(re.findall(r"ATD-2026-9\d+", page))) == 3
    assert "2 autres dossiers" in page


def test_more_hits_than_the_page_holds_are_said(known):
    for number in range(25):
        known.client(f"Dupont {number:02}")
    page = found(known, "dupont")
    assert page.count("Dupont") >= 20
    assert "20 premiers" in page
    assert "Il y a plus de résultats" in page


def test_a_number_that_more_clients_share_than_the_page_holds_says_so(known):
    for number in range(21):
        known.client(f"Agence {number:02}", phone="+33199007777")
    page = found(known, "01 99 00 77 77")
    assert "20 premiers" in page
    assert "Il y a plus de résultats" in page


def test_a_number_shared_by_many_that_one_does_not_see_still_finds_ones_own(known, monkeypatch):
    monkeypatch.setattr("cases.search.identifiers.MOST", 3)
    for number in range(5):
        known.client(f"Agence {number}", unit="brest", phone="+33199007777")
    known.client("Agence de Lyon", phone="+33199007777")
    assert names(known, "01 99 00 77 77") == ["Agence de Lyon"]


def names(office: Office, words: str, who: str = "advisor") -> list[str]:
    results = search(office.people[who], words, now=NOW)
    return [hit.client.display_name for hit in results.hits]


def test_the_whole_name_comes_first_then_whole_words_then_beginnings_then_the_others(office):
    for name in ("Jean Martineau", "Martin Jeanne", "Paul Jean Martin", "Martin Jean", "Jean Martin"):
        office.client(name)
    assert names(office, "martin jean") == [
        "Jean Martin", "Martin Jean", "Paul Jean Martin", "Martin Jeanne", "Jean Martineau",
    ]  # fmt: skip


def test_a_client_with_a_working_case_comes_before_equal_names(office):
    office.client("Alain Martin")
    office.case(client=office.client("Zoé Martin"))
    assert names(office, "martin") == ["Zoé Martin", "Alain Martin"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [("le", ["Le Goff"]), ("li na", ["Na Li"]), ("l na", []), ("gof l", ["Le Goff"]), ("g", [])],
)
def test_a_word_under_three_letters_begins_a_name_only_beside_a_longer_one(office, words, expected):
    for name in ("Na Li", "Le Goff", "Léa Nadal"):
        office.client(name)
    assert names(office, words) == expected


def test_a_name_of_too_many_in_the_unit_shows_the_whole_name_and_those_with_a_case(office, monkeypatch):
    monkeypatch.setattr("cases.search.names.NEAR", 3)
    for number in range(5):
        office.client(f"Alain Martin {number}")
    office.client("Martin")
    office.case(client=office.client("Zoé Martin"))
    assert names(office, "martin") == ["Martin", "Zoé Martin"]
    assert "très fréquent dans votre unité" in found(office, "martin")
    assert names(office, "martin alain 4") == ["Alain Martin 4"]


def test_a_name_of_too_many_elsewhere_says_that_the_unit_alone_was_searched(office, monkeypatch):
    monkeypatch.setattr("cases.search.names.ELSEWHERE", 3)
    office.client("Alain Martin")
    for number in range(5):
        office.client(f"Martin {number}", unit="brest")
    assert names(office, "martin") == ["Alain Martin"]
    assert "seuls les clients de votre unité" in found(office, "martin")


def test_a_case_of_ones_unit_leads_to_its_client_of_another(office):
    client = office.client("Anatole Brun", unit="brest")
    office.client("Anatole Autre", unit="brest")
    Case.objects.create(ref="ATD-2026-900001", client=client, identity_key="essai", reason_family="slow",
                        origin="manual", unit=office.units["lyon"], opened_at=NOW, last_event_at=NOW)  # fmt: skip
    assert names(office, "anatole") == ["Anatole Brun"]
    assert names(office, "anatole brun") == ["Anatole Brun"]


def test_a_merged_records_reference_and_number_lead_to_the_one_that_replaced_it(office):
    kept = office.client("Anatole Brun")
    gone = office.client("A. Brun", phone="+33199004127")
    merge(kept.pk, gone.pk, actor=office.actor("admin"), now=NOW, reason="Deux fiches du même abonné.")
    for words in (gone.client_ref, "01 99 00 41 27"):
        assert names(office, words) == ["Anatole Brun"]
    assert names(office, "brun") == ["Anatole Brun"]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("cli-00001", "client_ref"),
        ("01 99 00 41 27", "phone"),
        ("eloise", "name"),
        ("oc 42", "ticket"),
        ("", "case_ref"),
    ],
)
def test_the_log_keeps_what_kind_of_search_it_was_and_never_the_words(known, words, kinds):
    case = known.case()
    FaultTicket.objects.create(system="oceane", ref="OC42", case=case, opened_at=NOW, updated_at=NOW)
    AccessLog.objects.all().delete()
    known.browser("advisor").get("/search", {"q": words or case.ref})
    row = AccessLog.objects.get()
    assert (row.action, row.object_type, row.object_id) == ("search", "search", kinds)
    assert row.rows >= 1


def test_a_tickets_number_finds_its_case(known):
    case = known.case()
    FaultTicket.objects.create(system="oceane", ref="OC42", case=case, opened_at=NOW, updated_at=NOW)
    assert case.ref in found(known, "oc 42")


def links(office: Office, words: str, who: str = "advisor") -> list[str]:
    body = office.browser(who).get("/search", {"q": words}).content.decode()
    return [html.unescape(link) for link in re.findall(r'at-line-title" href="([^"]+)"', body)]


def last_view() -> str:
    return AccessLog.objects.exclude(action="search").latest("pk").action


def test_a_hit_that_is_opened_says_so_in_the_log_and_a_plain_opening_does_not(known):
    case = known.case(client=known.client("Anatole Brun"))
    FaultTicket.objects.create(system="oceane", ref="OC42", case=case, opened_at=NOW, updated_at=NOW)
    browser = known.browser("advisor")
    opened = [*links(known, "anatole"), links(known, "oc42")[0]]
    assert len(opened) == 3
    for link in opened:
        browser.get(link)
        assert last_view() == "hit", link
        browser.get(link.partition("?")[0])
        assert last_view() == "view", link


def test_a_hits_link_marks_nothing_for_another_reader_another_object_or_later(known, office):
    case = known.case(client=known.client("Anatole Brun"))
    other = known.case()
    client_link, case_link = links(known, "anatole")
    query = case_link.partition("?")[2]
    for who, link in (
        ("colleague", case_link),
        ("advisor", f"/cases/{other.ref}/?{query}"),
        ("advisor", client_link.partition("?")[0] + f"?{query}"),
        ("advisor", f"/cases/{case.ref}/?hit=1"),
        ("advisor", f"/cases/{case.ref}/?hit=%00"),
    ):
        assert known.browser(who).get(link).status_code == 200
        assert last_view() == "view", link
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        known.browser("advisor").get(case_link)
    assert last_view() == "view"


def test_what_is_typed_comes_back_as_words_never_as_markup(known):
    body = known.browser("advisor").get("/search", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert(1)" not in body
