"""« Qui peut quoi »: the administrator reads the table that the tests ask."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.pages.permissions.reading import NO, SITUATIONS, UNKNOWN, YES, Filter, lines_of, shown
from atdemain.pages.permissions.table import PAGES, ROLES, ROWS, SECTIONS, read
from tests.office import text_of

LINE = "cases:case GET|HEAD own 200 200 403 404 200 403 403 403 403 log\n"


def test_every_situation_of_the_table_has_its_words():
    assert {row.where for row in ROWS} - SITUATIONS.keys() == set()


def test_a_section_reads_with_its_titles_notes_and_rows():
    (section,) = read(
        f"# a comment\n= Un dossier\ncases:case « Page »\ncases:case whole-site Pour tous.\n{LINE}"
    )
    page = section.pages["cases:case"]
    assert (section.title, page.title, page.whole_site) == ("Un dossier", "Page", "Pour tous.")
    assert page.rows[0].expected["backoffice"] == "404"


def test_a_row_that_lacks_an_answer_is_named():
    with pytest.raises(ValueError, match="9 answers for 10 roles: cases:case GET own"):
        read("= S\ncases:case GET own 200 200 403 404 200 403 403 403 403\n")


def test_what_is_answered_alike_to_reading_and_acting_is_one_line():
    (section,) = read(
        "= S\nx « X »\n"
        "x GET own 200 403 403 403 200 403 403 403 403 log\n"
        "x POST own 302 403 403 403 422 403 403 403 403 log\n"
        "x POST unknown 404 403 403 403 404 403 403 403 403 log\n"
        "x PUT own 405\n"
    )
    both, unknown = lines_of(section.pages["x"], ROLES)
    assert (both.verb, both.situation, both.answers["advisor"], both.answers["hr"]) == (
        "lire et agir", "le sien", YES, NO,
    )  # fmt: skip
    assert unknown.answers["manager"] == UNKNOWN


def test_every_page_of_the_table_is_shown_when_nothing_is_filtered():
    told = {page.title for _, pages in shown(SECTIONS, Filter()) for page in pages}
    assert told == {page.title for page in PAGES}


@pytest.mark.django_db
def test_the_page_shows_every_title_to_an_administrator(office):
    page = office.browser("admin").get(reverse("permissions"))
    assert page.status_code == 200
    text = text_of(page)
    for one in PAGES:
        assert one.title.replace("\u202f", " ") in text.replace("&#x27;", "’"), one.title
    assert text.count("<tr>") > 150


@pytest.mark.django_db
def test_a_filter_keeps_one_role_some_words_and_one_verb(office):
    address = reverse("permissions")
    text = text_of(
        office.browser("admin").get(address, {"role": "manager", "text": "FUSION", "verb": "agir"})
    )
    assert "Fusionner deux dossiers" in text
    assert "File du service" not in text
    assert '<th scope="col" class="at-perm-role">Manager</th>' in text
    assert '<th scope="col" class="at-perm-role">RH</th>' not in text
    assert "Aucune page ne correspond" in text_of(office.browser("admin").get(address, {"text": "zzz"}))
    nobody = text_of(office.browser("admin").get(address, {"role": "nobody"}))
    assert '<th scope="col" class="at-perm-role">Sans connexion</th>' in nobody


@pytest.mark.django_db
def test_a_filter_that_means_nothing_filters_nothing(office):
    browser, address = office.browser("admin"), reverse("permissions")
    assert text_of(browser.get(address, {"role": "pape", "verb": "danser"})).count("<tr>") == text_of(
        browser.get(address)
    ).count("<tr>")


def test_a_right_beside_the_role_is_said_on_the_line_and_is_no_page_of_its_own():
    (section,) = read("= S\nx « X »\nx GET dpo:unknown 404\nx GET dpo 200\nx GET - 403\n")
    (page,) = section.pages.values()
    assert [line.situation for line in lines_of(page, ROLES)] == [
        "inconnu, avec le droit de délégué à la protection des données",
        "avec le droit de délégué à la protection des données",
        "",
    ]
