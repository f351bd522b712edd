"""Entraide: asked in two gestures from the case; whoever accepts is named there by itself within five seconds."""

from __future__ import annotations

import pytest

from routing import mutual_help
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
