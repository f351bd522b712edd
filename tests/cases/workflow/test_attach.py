"""A4: the client calls while a case is open (domain.md §4.5, M27 « pressure »)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from cases import workflow
from cases.models import Case, Contact

from .cast import (
    CLOCK,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    Stage,
    forget_notices,
    journal,
    last_sentence,
    sound,
    told,
)

pytestmark = pytest.mark.django_db


def attach(stage: Stage, case: Case, at, *, notify: bool = True, **facts) -> Case:
    contact = stage.contact(case.client, at, **facts)
    with transaction.atomic():
        workflow.attach_contact(case.pk, contact.pk, actor=CLOCK, now=at, notify=notify)
    assert Contact.objects.get(pk=contact.pk).case_id == case.pk
    return stage.again(case)


@pytest.mark.parametrize("situation", ["opened", "escalated", "callback_due"])
def test_contact_joins_the_open_case_and_the_owner_knows_at_once(stage, situation):
    case = stage.at(situation)
    forget_notices()

    after = attach(stage, case, NOW + HOUR, handled_by=stage.colleague)

    assert (after.state, after.colour, after.owner_id) == (case.state, case.colour, case.owner_id)
    assert told() == [("owner", "contact_on_case")]
    assert [row.action for row in journal(case)][-1] == "attach_contact"
    assert last_sentence(case) == "Nouveau contact du client, rattaché au dossier."
    assert sound() == []


def test_contact_taken_by_the_owner_is_not_told_to_the_owner(stage):
    case = stage.at("opened")
    forget_notices()

    attach(stage, case, NOW + HOUR, handled_by=stage.owner)

    assert told() == []


def test_contact_reaches_the_delegate_in_office_too(stage):
    case = stage.at("opened")
    stage.act(case, "delegate", delegate=stage.support.pk)
    forget_notices()

    attach(stage, case, NOW + HOUR)

    assert told() == [("owner", "contact_on_case"), ("support", "contact_on_case")]


def test_second_contact_within_48_hours_raises_the_colour_and_tells_the_manager(stage):
    case = stage.at("opened")
    stage.act(case, "set_colour", "manager", colour="green", reason=REASON)
    attach(stage, case, NOW + HOUR)
    forget_notices()

    case = attach(stage, case, NOW + 48 * HOUR)

    assert case.colour == "orange"
    assert ("manager", "pressure") in told()
    assert last_sentence(case).endswith("; couleur relevée en orange.")


def test_second_contact_after_48_hours_raises_nothing(stage):
    case = stage.at("opened")
    attach(stage, case, NOW + HOUR)
    forget_notices()

    case = attach(stage, case, NOW + HOUR + timedelta(hours=48))

    assert case.colour == "orange"
    assert told() == [("owner", "contact_on_case")]


def test_contact_that_does_not_count_raises_nothing(stage):
    case = stage.at("opened")
    attach(stage, case, NOW + HOUR)

    case = attach(stage, case, NOW + 2 * HOUR, exclusion_code="callback_return")

    assert case.colour == "orange"
    assert ("manager", "pressure") not in told()


def test_contact_that_does_not_count_after_a_pair_is_not_a_second_pressure(stage):
    case = stage.at("opened")
    attach(stage, case, NOW + HOUR)
    attach(stage, case, NOW + 2 * HOUR)
    forget_notices()

    attach(stage, case, NOW + 3 * HOUR, exclusion_code="callback_return")

    assert ("manager", "pressure") not in told()


def test_contacts_before_a_reopening_do_not_press_after_it(stage):
    case = stage.at("opened")
    attach(stage, case, NOW + HOUR)
    stage.resolve(case, at=NOW + 2 * HOUR)
    stage.act(case, "reopen", at=NOW + 3 * HOUR, reason=REASON, closed_by_mistake=True)

    assert attach(stage, case, NOW + 4 * HOUR).colour == "orange"


def test_contact_from_before_the_opening_joins_in_silence(stage):
    case = stage.at("opened")
    forget_notices()

    attach(stage, case, NOW - DAY)

    assert told() == []


def test_contact_of_replayed_history_tells_nobody(stage):
    case = stage.at("opened")
    forget_notices()

    attach(stage, case, NOW + HOUR, notify=False)
    attach(stage, case, NOW + 2 * HOUR, notify=False)

    assert told() == []
    assert stage.again(case).colour == "red"


def test_threshold_lost_after_a_correction_is_told_and_closes_nothing(stage):
    case = stage.at("opened")
    forget_notices()

    with transaction.atomic():
        workflow.flag_threshold(case.pk, met=False, actor=CLOCK, now=NOW + HOUR)

    case = stage.again(case)
    assert (case.state, case.threshold_no_longer_met) == ("opened", True)
    assert sorted(told()) == [("manager", "threshold_no_longer_met"), ("owner", "threshold_no_longer_met")]
    assert last_sentence(case) == "Le seuil de la règle n’est plus atteint après correction."
    with transaction.atomic():
        workflow.flag_threshold(case.pk, met=True, actor=CLOCK, now=NOW + HOUR + MINUTE)
    assert stage.again(case).threshold_no_longer_met is False
