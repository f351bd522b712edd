"""T12: nobody called back during seven days, and two more for records that come late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from cases import workflow
from cases.models import Contact, FailedResolution, Timer
from cases.sweep import sweep
from cases.workflow import Refused

from .cast import CLOCK, DAY, HOUR, MINUTE, NOW, forget_notices, last_sentence, reasons_of, sound, told

pytestmark = pytest.mark.django_db

RESOLVED = NOW + 2 * MINUTE
GRACE_ENDS = RESOLVED + timedelta(hours=168 + 48)


def test_confirm_before_the_end_of_the_grace_is_refused(stage):
    case = stage.at("resolved")

    with pytest.raises(Refused) as refusal:
        stage.clock(case, "confirm", at=GRACE_ENDS - MINUTE / 60)

    assert reasons_of(refusal.value) == [("observing", "")]


def test_confirm_at_the_end_of_the_grace_closes_the_case_for_good(stage):
    case = stage.at("resolved")
    forget_notices()

    sweep(GRACE_ENDS - MINUTE)
    assert stage.again(case).state == "resolved"
    sweep(GRACE_ENDS)

    case = stage.again(case)
    assert (case.state, case.closure_kind, case.closed_at) == ("closed", "confirmed", GRACE_ENDS)
    assert last_sentence(case) == "Résolution confirmée : aucun contact en 7 jours."
    assert told() == [("owner", "satisfaction")]  # nothing had swept since the day after
    assert not Timer.objects.filter(case=case, status="pending").exists()
    assert sound(GRACE_ENDS) == []


def test_confirm_of_a_resolution_belied_on_another_case_never_comes(stage):
    """The client called back while another case was open: it goes there, and the resolution failed."""
    case = stage.at("resolved")
    other = stage.open(client=case.client, at=NOW + HOUR, owner="colleague", identity_key="line:9")
    contact = stage.contact(case.client, NOW + DAY)
    forget_notices()

    with transaction.atomic():
        workflow.attach_contact(other.pk, contact.pk, actor=CLOCK, now=NOW + DAY)

    assert Contact.objects.get(pk=contact.pk).case_id == other.pk
    assert FailedResolution.objects.get().case_id == case.pk
    assert sorted(told()) == [("colleague", "contact_on_case"), ("owner", "resolution_belied")]
    report = sweep(GRACE_ENDS)
    assert (report.failed, stage.again(case).state) == (0, "resolved")
    assert Timer.objects.get(case=case, kind="confirm").status == "void"


def test_contact_that_does_not_count_belies_nothing(stage):
    case = stage.at("resolved")
    other = stage.open(client=case.client, at=NOW + HOUR, identity_key="line:9")
    contact = stage.contact(case.client, NOW + DAY, exclusion_code="callback_return")

    with transaction.atomic():
        workflow.attach_contact(other.pk, contact.pk, actor=CLOCK, now=NOW + DAY)

    assert not FailedResolution.objects.exists()
    sweep(GRACE_ENDS)
    assert stage.again(case).state == "closed"
