"""Duplicates are suggested while typing, without accents or extension, and before posting without script."""

from __future__ import annotations

import pytest

from recognition.models import Suggestion
from recognition.suggestions.similarity import closest, key, words
from tests.office import text_of
from tests.recognition.improving import move, suggestion

KNOWN = [
    (1, key("Lire le numéro de série une fois", "Le script demande deux fois le numéro de série.")),
    (2, key("Prévenir l’unité avant les travaux de nuit", "Une liste la veille éviterait des dossiers.")),
    (3, key("Deux personnes de plus le lundi matin", "La file du lundi déborde à chaque fois.")),
]


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("Demander le numero de SERIE une seule fois", "", [1]),
        ("Numéros de séries", "Le script les demande deux fois", [1]),
        ("Travaux de nuit", "prévenir les unités la veille", [2]),
        ("Plus de monde le lundi", "la file déborde le matin", [3]),
        ("Changer la machine à café", "Elle est en panne", []),
        ("", "", []),
        ("le la les", "de du", []),
        ("<script>", "'; DROP TABLE", []),
    ],
)
def test_closest_finds_what_says_the_same_whatever_the_accents(title: str, text: str, found: list[int]):
    assert [one.pk for one in closest(title, text, KNOWN)] == found


def test_words_drop_what_tells_nothing():
    assert words("Les numéros de série, pour nous !") == {"numero", "serie"}


@pytest.mark.django_db
def test_typing_shows_the_alike_ones_and_not_the_withdrawn(office):
    one = suggestion(office)
    gone = suggestion(office, title="Lire le numéro de série, autrement")
    move(office, gone, "withdraw", "colleague")
    typed = {"title": "Numero de serie", "text": "le lire une seule fois"}
    page = text_of(office.browser("advisor").post("/suggestions/similar/", typed))
    assert f"N° {one.pk}" in page
    assert f"N° {gone.pk}" not in page


@pytest.mark.django_db
def test_posting_what_is_alike_asks_once_then_posts(office):
    suggestion(office)
    sent = {
        "title": "Lire le numéro de série une fois", "text": "Le script demande le numéro de série deux fois.",
        "topic": "script", "owner_entity": office.entities["copper"].pk,
    }  # fmt: skip
    browser = office.browser("advisor")
    asked = browser.post("/suggestions/new/", sent)
    assert asked.status_code == 200
    assert "Une proposition ressemble à la vôtre" in text_of(asked)
    assert Suggestion.objects.count() == 1
    assert browser.post("/suggestions/new/", sent | {"seen": "on"}).status_code == 302
    assert Suggestion.objects.count() == 2


@pytest.mark.django_db
def test_posting_from_a_case_links_it_and_one_not_visible_is_unknown(office):
    case, foreign = office.case(), office.case(owner="stranger", unit="brest")
    browser = office.browser("advisor")
    assert case.ref in text_of(browser.get(f"/suggestions/new/?case={case.ref}"))
    assert browser.get(f"/suggestions/new/?case={foreign.ref}").status_code == 404
    sent = {
        "case": case.ref, "title": "Une idée née du dossier", "text": "Voir le dossier : la mesure s’est perdue.",
        "topic": "tool", "owner_entity": office.entities["copper"].pk,
    }  # fmt: skip
    assert browser.post("/suggestions/new/", sent).status_code == 302
    one = Suggestion.objects.get()
    assert one.case == case
    assert f"/cases/{case.ref}/suggestions/" in browser.get(f"/cases/{case.ref}/").content.decode()
    assert f"N° {one.pk}" in text_of(browser.get(f"/cases/{case.ref}/suggestions/"))
    assert case.ref not in text_of(office.browser("trainer").get(f"/suggestions/{one.pk}/"))
