"""A substitute, a colour or a note for many cases, and what undoes them."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from atdemain.jobs import queue
from atdemain.journal.models import AuditEvent
from cases.models import CaseNote
from tests.office import HOUR, NOW, text_of

from .cast import WHY, choose, now, run, undo

pytestmark = pytest.mark.django_db


def test_delegating_names_the_substitute_and_undoing_takes_it_away(team, manager):
    case, free = team.case(owner="advisor"), team.case(owner=None)
    job = run(manager, "delegate", case, free, delegate=team.people["support"].pk, until="2026-11-20T18:00")
    assert (job.title, job.done, job.refused) == ("S. Essai, suppléant sur 2 dossiers", 1, 1)
    assert now(case).delegate_id == team.people["support"].pk
    assert now(case).delegate_to.isoformat() == "2026-11-20T17:00:00+00:00"
    again = run(manager, "delegate", case, delegate=team.people["support"].pk, until="2026-11-20T18:00")
    assert again.already == 1
    undo(manager, job)
    assert now(case).delegate_id is None


def test_undoing_a_delegation_brings_the_former_substitute_back(team, manager):
    case = team.case(owner="advisor")
    team.do(case, "delegate", "manager", delegate=team.people["colleague"].pk, delegate_to=NOW + 48 * HOUR)
    job = run(manager, "delegate", case, delegate=team.people["support"].pk)
    undo(manager, job)
    assert (now(case).delegate_id, now(case).delegate_to) == (team.people["colleague"].pk, NOW + 48 * HOUR)


def test_undoing_a_delegation_after_the_former_ones_end_leaves_no_substitute_and_keeps_why(team, manager):
    case = team.case(owner="advisor")
    team.do(case, "delegate", "manager", delegate=team.people["colleague"].pk, delegate_to=NOW + HOUR / 6)
    job = run(manager, "delegate", now(case), delegate=team.people["support"].pk)
    with time_machine.travel(NOW + HOUR / 3, tick=False):
        undone = undo(manager, job)
    assert (undone.done, undone.refused) == (1, 0)
    assert now(case).delegate_id is None
    event = AuditEvent.objects.get(object_type="case", action="return_delegation")
    assert "Mauvaise liste choisie." in event.payload.body["reason"]


def test_colour_changes_for_all_and_each_finds_its_own_again(team, manager):
    orange, green = team.case(), team.case()
    team.do(green, "set_colour", "manager", colour="green", reason=WHY)
    job = run(manager, "set_colour", orange, green, colour="red", reason=WHY)
    assert job.title == "Passer 2 dossiers en rouge"
    assert {now(case).colour for case in (orange, green)} == {"red"}
    undo(manager, job)
    assert (now(orange).colour, now(green).colour) == ("orange", "green")


def test_a_note_goes_on_each_case_in_any_state_even_if_it_moved_and_has_no_way_back(team, manager):
    opened, resolved = team.case(), team.case("resolved")
    job = choose(manager, "add_note", opened, resolved)
    team.do(opened, "add_note", "advisor", text="Entre-temps.")
    manager.post(reverse("cases:bulk", args=[job.pk]), {"text": "Incident réseau clos à 14 h."})
    job.refresh_from_db()
    assert (job.done, job.refused) == (2, 0)
    assert CaseNote.objects.filter(text="Incident réseau clos à 14 h.").count() == 2
    page = text_of(manager.get(reverse("jobs:job", args=[job.pk])))
    assert "Une note ne s’annule pas" in page
    assert manager.get(reverse("jobs:undo", args=[job.pk])).status_code == 302
    assert not queue.can_undo(job)
