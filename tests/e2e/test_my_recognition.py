"""« Ma reconnaissance » in a browser: the award, its proofs, its print, and without script."""

from __future__ import annotations

from datetime import date

import pytest

from atdemain.organisation.models import Participation
from recognition.scheme import seeds
from tests.office import Office
from tests.recognition.campaign_cast import Season, inclusive
from tests.recognition.lived import (
    NINETY_DAYS,
    left,
    participation,
    session,
    suggestion,
    trained,
)

from .axe import violations
from .desk import DESK, PHONE, Sit

MINE = "/account/recognition/"
pytestmark = pytest.mark.browser


@pytest.fixture
def published(office: Office) -> Season:
    """An advisor who left on 31 March, a support still there, and the campaign that awarded them."""
    Participation.objects.all().delete()
    season = Season.of(office, **inclusive())
    advisor = office.people["advisor"]
    left(participation(advisor, last=NINETY_DAYS), office.people["hr"], "mobility")
    trained(advisor)
    suggestion(office, advisor)
    for rank in range(6):
        session(advisor, office.people["colleague"], day=date(2026, 2, 9 + rank), minutes=90)
    season.joins("support", seeds.SUPPORT)
    season.published()
    return season


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_award_is_read_and_recomputed_with_its_proofs(sit: Sit, published: Season, size) -> None:
    desk = sit("advisor", MINE, size=size)
    page = desk.page

    page.get_by_role("heading", name="Niveau 1 retenu").wait_for()
    product = page.get_by_role("group", name="Calcul")
    assert "198,90" in product.inner_text()
    folded = page.get_by_text("6 preuves").first
    folded.focus()
    page.keyboard.press("Enter")
    page.get_by_text("séance du 09/02/2026").first.wait_for()
    assert desk.overflow() == 0
    assert violations(page) == []


def test_print_opens_what_is_folded_and_drops_the_buttons(sit: Sit, published: Season) -> None:
    page = sit("advisor", MINE).page
    button = page.get_by_role("button", name="Imprimer")
    button.wait_for()

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")

    assert page.get_by_text("séance du 09/02/2026").first.is_visible()
    assert not button.is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert not page.get_by_text("séance du 09/02/2026").first.is_visible()


def test_award_reads_without_script(sit: Sit, published: Season) -> None:
    page = sit("advisor", MINE, script=False).page

    assert page.get_by_text("198,90").first.is_visible()
    assert page.get_by_role("button", name="Imprimer").count() == 0


def test_support_sees_own_participation_and_award(sit: Sit, published: Season) -> None:
    """Support's story 10."""
    desk = sit("support", "/")
    page = desk.page
    page.get_by_role("link", name="Ma reconnaissance").click()

    page.get_by_role("heading", name="Aucun niveau retenu").wait_for()
    assert page.get_by_text("181 jours").first.is_visible()
    page.get_by_role("link", name="Où j’en suis aujourd’hui").click()
    page.get_by_role("heading", name="Où j’en suis").wait_for()
    assert violations(page) == []
    desk.go("/account/recognition/eligibility/?on=2026-02-30")
    page.get_by_text("Ce jour n’existe pas").wait_for()
    assert violations(page) == []
