"""The French explanation: domain.md §6.5's own example, word for word, and what each situation adds to it."""

from __future__ import annotations

from datetime import date

from recognition.rules import explain, judge
from recognition.scheme import seeds
from tests.recognition.rules_cast import (
    ADVISOR,
    FIRST,
    LAST,
    MANAGER,
    SUPPORT,
    level_1_only,
    person,
    terms,
)

ORDINARY = str.maketrans({"\u00a0": " ", "\u202f": " "})


def told(one, **more):
    return explain(terms(), one, judge(terms(), one), **more)


def example():
    return person(
        (ADVISOR, FIRST, date(2026, 3, 31)),
        leaving="just",
        dated={"base_training": date(2026, 1, 12)},
        **level_1_only(in_project_at_end=0, just_cause_exit=1),
    )


def test_explanation_of_the_domain_s_example_is_word_for_word():
    assert told(example(), appeal_until=date(2026, 8, 30)).translate(ORDINARY) == (
        "Niveau 1 retenu. Participation du 01/01 au 31/03/2026 : 90 jours sur 181. Formation validée le 12/01. "
        "2 propositions d’amélioration (1 requise). Niveau 2 non retenu : 9 h 30 d’accompagnement co-signées, "
        "14 h requises. Montant : 400,00 € × 90 / 181 = 198,90 € bruts. Recours possible jusqu’au 30/08/2026."
    )


def test_explanation_holds_the_spaces_of_french_typography():
    words = told(example())

    assert "31/03/2026\u00a0: 90\u00a0jours sur 181" in words
    assert "9\u00a0h\u00a030 d’accompagnement" in words
    assert "400,00\u202f€ × 90 / 181 = 198,90\u202f€ bruts" in words
    assert "'" not in words


def test_explanation_of_neutralised_days_shows_them_in_the_product():
    words = told(person((ADVISOR, FIRST, date(2026, 3, 31)), neutralised=20, **level_1_only())).translate(
        ORDINARY
    )

    assert "20 jours neutralisés s’y ajoutent." in words
    assert "Montant : 400,00 € × (90 + 20) / 181 = 243,09 € bruts." in words


def test_explanation_of_two_roles_gives_each_product_and_the_total():
    words = told(
        person(
            (ADVISOR, FIRST, date(2026, 3, 31)),
            (SUPPORT, date(2026, 4, 1), LAST),
            **level_1_only(script_evolutions=2, mutual_help_answers=20),
        )
    ).translate(ORDINARY)

    assert "Conseiller client : Niveau 1 retenu." in words
    assert "Soutien : Niveau 2 retenu." in words
    assert (
        "Montant : 400,00 € × 90 / 181 = 198,90 € ; 800,00 € × 91 / 181 = 402,21 € ; total 601,11 € bruts."
        in words
    )


def test_explanation_of_nothing_reached_names_each_missing_condition():
    words = told(
        person((ADVISOR, FIRST, date(2026, 2, 14)), base_training=0, suggestions=0, mutual_help_minutes=100)
    ).translate(ORDINARY)

    assert "Aucun niveau retenu." in words
    assert (
        "Niveau 1 non retenu : 45 jours de participation, 60 requis ; formation de base non validée ; "
        "0 proposition d’amélioration, 1 requise, ou 1 h 40 d’entraide, 3 h requises." in words
    )
    assert "Niveau 2 non retenu : niveau 1 requis." in words
    assert words.endswith("Montant : 0,00 €.")


def test_explanation_of_an_unjustified_exit_says_why_the_amount_is_nil():
    words = told(person((ADVISOR, FIRST, LAST), leaving="unjustified")).translate(ORDINARY)

    assert "Sortie sans juste motif, décidée par les RH : 0,00 €." in words


def test_explanation_of_shares_says_so_many_out_of_so_many():
    words = told(person((MANAGER, FIRST, LAST), briefing_weeks=(21, 26), alerts_answered=(9, 10)))

    assert "Briefing animé 21 semaines sur 26 (80 % requis)".replace(" %", "\u202f%") in words
    assert "9 alertes de dépassement sur 10 traitées en un jour, 100\u202f% requis" in words


def test_explanation_of_an_unknown_is_not_a_refusal():
    words = told(person((ADVISOR, FIRST, LAST), mentoring_minutes=None)).translate(ORDINARY)

    assert "Niveau 2 en attente : accompagnement co-signé (donnée insuffisante)." in words
    assert "non retenu" not in words


def test_explanation_of_a_scaled_award_says_what_is_given():
    words = told(example(), given_cents=142_18).translate(ORDINARY)

    assert "L’enveloppe est répartie en proportion : 142,18 € bruts attribués." in words


def test_explanation_of_time_in_no_role_of_the_version_says_so():
    one = person((SUPPORT, FIRST, LAST))
    old = seeds.historical(FIRST, LAST)

    words = explain(old, one, judge(old, one)).translate(ORDINARY)

    assert words == "Aucun jour de participation dans un rôle que cette version reconnaît. Montant : 0,00 €."


def test_explanation_of_a_pending_just_cause_says_it_waits():
    words = told(person((ADVISOR, FIRST, LAST), leaving="pending")).translate(ORDINARY)

    assert "Le juste motif de la sortie attend la décision des RH. Montant : 800,00 €" in words
