"""Units' participation: dated, public, never refused without its reason (domain.md L46, L47)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import Programme, Unit, UnitParticipation
from atdemain.organisation.unit_participation import standings
from tests.office import Office, text_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 10)
DAY = timedelta(days=1)
REASON = "L’unité forme d’abord ses équipes."


@pytest.fixture
def present(office: Office) -> UnitParticipation:
    return UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=office.units["lyon"], participates=True
    )


def decide(office: Office, seen: int, unit: str = "lyon", **data):
    sent = {"version": seen, "participates": "0", "reason": REASON, "since": TODAY.isoformat()} | data
    address = f"/participation/{Programme.objects.get().code}/{unit}/"
    return office.browser("admin").post(address, sent)


def rows() -> list[tuple]:
    found = UnitParticipation.objects.order_by("pk")
    return list(found.values_list("participates", "valid_from", "valid_to", "reason_public"))


def test_decision_ends_the_one_before_and_is_public(office, present):
    assert decide(office, present.pk, since=(TODAY + DAY).isoformat()).status_code == 302
    assert rows() == [(True, None, TODAY, ""), (False, TODAY + DAY, None, REASON)]
    assert AuditEvent.objects.filter(object_type="unitparticipation").count() == 2
    for who in ("staffrep", "trainer", "partner"):
        shown = text_of(office.browser(who).get("/participation/"))
        assert REASON in shown
        assert "À partir du 11/11/2026" in shown
        assert "Changer" not in shown


@pytest.mark.parametrize("reason", ["", "trop court", " " * 30, "dix-neuf caractères"])
def test_refusing_without_twenty_characters_is_refused_in_page_and_database(office, present, reason):
    answer = decide(office, present.pk, reason=reason)
    assert answer.status_code == 422
    assert "en 20 caractères ou plus" in text_of(answer)
    assert rows() == [(True, None, None, "")]
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitParticipation.objects.filter(pk=present.pk).update(participates=False, reason_public=reason)


def test_two_decisions_without_end_are_refused_by_the_database(present):
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitParticipation.objects.create(
            programme=present.programme, unit=present.unit, participates=True, valid_from=TODAY
        )


def test_decision_drawn_before_another_is_told_and_keeps_what_was_typed(office, present):
    decide(office, present.pk)
    answer = decide(office, present.pk, participates="1", reason="Une seconde saisie.")
    assert answer.status_code == 409
    assert "Une autre décision a été prise entre-temps" in text_of(answer)
    assert "Une seconde saisie." in text_of(answer)
    assert len(rows()) == 2


def test_same_day_decision_is_corrected_in_place(office, present):
    decide(office, present.pk)
    seen = UnitParticipation.objects.latest("pk").pk
    assert decide(office, seen, reason="L’unité attend ses recrutements.").status_code == 302
    assert rows()[1] == (False, TODAY, None, "L’unité attend ses recrutements.")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"since": "2026-11-09"}, "aujourd’hui ou plus tard"),
        ({"since": "hier"}, "Écrivez une date"),
        ({"participates": ""}, "Dites si l’unité participe."),
        ({"participates": "1", "reason": ""}, "il n’y a rien à changer"),
    ],
)
def test_decision_badly_made_is_refused_in_words(office, present, data, words):
    answer = decide(office, present.pk, **data)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert rows() == [(True, None, None, "")]


def test_decision_before_one_to_come_names_it(office, present):
    decide(office, present.pk, since=(TODAY + 5 * DAY).isoformat())
    seen = UnitParticipation.objects.latest("pk").pk
    answer = decide(office, seen, since=TODAY.isoformat())
    assert "déjà prévue à partir du 15/11/2026" in text_of(answer)


def test_deleted_unit_is_told_and_nothing_is_written(office):
    answer = decide(office, 0, unit="disparue")
    assert answer.status_code == 302
    page = office.browser("admin").post(
        f"/participation/{Programme.objects.get().code}/disparue/", {}, follow=True
    )
    assert "Cette unité n’existe plus : rien n’a été enregistré." in text_of(page)
    assert rows() == []


def test_unit_with_a_decision_is_never_deleted(office, present):
    with pytest.raises(ProtectedError):
        Unit.objects.get(pk=present.unit_id).delete()


def test_unit_without_decision_does_not_take_part(office):
    found = standings(Programme.objects.get(), TODAY)
    assert [one.participates for one in found] == [False, False]
    assert "aucune décision n’a été prise" in text_of(office.browser("hr").get("/participation/"))
