"""One box: a reference, a number in any writing, a name without accents."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize("form", ["{}", " {} ", "{:lower}", "{:bare}", "{:spaced}"])
def test_a_cases_reference_typed_whole_opens_the_case(known, form):
    case = known.case()
    typed = {
        "{:lower}": case.ref.lower(),
        "{:bare}": case.ref.removeprefix("ATD-"),
        "{:spaced}": case.ref.replace("-", " "),
    }.get(form) or form.format(case.ref)
    answer = known.browser("advisor").get("/search", {"q": typed})
    assert answer["Location"] == f"/cases/{case.ref}/"


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


def test_more_hits_than_the_page_holds_are_said(known):
    for number in range(25):
        known.client(f"Dupont {number:02}")
    page = found(known, "dupont")
    assert page.count('class="at-ref') >= 20
    assert "précisez" in page.lower() or "premiers" in page.lower()


def test_what_is_typed_comes_back_as_words_never_as_markup(known):
    body = known.browser("advisor").get("/search", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert(1)" not in body
