"""Entraide: asked in two gestures from the case; whoever accepts is named there by itself within five seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from routing import mutual_help
from routing.enums import HelpOutcome
from routing.models import MutualHelpRequest
from tests.office import NOW, Office

from .desk import Sit

pytestmark = pytest.mark.browser


def test_help_asked_in_two_gestures_is_seen_accepted_within_five_seconds(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.page.locator("#help-case:not([hx-get])").wait_for()  # what became of it has been read
    desk.page.get_by_label("Votre question à un collègue").fill("Le client n’a toujours pas de tonalité.")
    desk.click("#help-case button")
    desk.page.locator("#help-case").get_by_text("personne encore").wait_for()
    assert desk.clicks == 1  # and one field
    asked = MutualHelpRequest.objects.get()
    mutual_help.accept(asked.pk, actor=office.actor("support"), now=NOW)
    with desk.page.expect_response(lambda answer: "/help/" in answer.url and answer.status == 200):
        desk.page.clock.fast_forward(4_100)
    desk.page.locator("#help-case").get_by_text("S. Essai vient aider").wait_for()


def test_support_takes_the_oldest_question_and_who_asked_sees_the_name_by_itself(
    office: Office, sit: Sit
) -> None:
    newer, older = (office.case("opened", client=office.client(name)) for name in ("Anne Deux", "Jean Un"))
    for case, ago in ((newer, 2), (older, 9)):
        MutualHelpRequest.objects.create(
            case=case, unit=case.unit, asked_by=office.people["advisor"], asked_at=NOW - timedelta(minutes=ago),
            question="Qui a déjà vu ce défaut ?", expires_at=NOW + timedelta(hours=1),
        )  # fmt: skip
    requester = sit("advisor", f"/cases/{older.ref}/")
    requester.page.locator("#help-case").get_by_text("personne encore").wait_for()
    helper = sit("support", "/help/")
    titles = helper.page.locator("[data-line] .at-line-title").all_inner_texts()
    assert [title.split(" · ")[0] for title in titles] == ["Jean Un", "Anne Deux"]
    helper.page.get_by_role("button", name=f"J’aide A. Essai, {older.ref}").click()
    helper.page.get_by_text("le demandeur voit votre nom").wait_for()
    with requester.page.expect_response(lambda answer: "/help/" in answer.url and answer.status == 200):
        requester.page.clock.fast_forward(4_100)
    requester.page.locator("#help-case").get_by_text("S. Essai vient aider").wait_for()

    helper.page.get_by_role("link", name="Terminer l’entraide").click()
    helper.page.get_by_role("radio", name=HelpOutcome.SOLVED.label).check()
    helper.page.get_by_role("button", name="Terminer l’entraide").click()
    helper.page.get_by_text("Entraide terminée. Merci.").wait_for()
    assert MutualHelpRequest.objects.get(case=older).outcome == HelpOutcome.SOLVED
