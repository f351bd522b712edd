"""Several people at once on one envelope: never a cent too much (INV-18, L70; PostgreSQL, real connections).

The negative controls take the lock away and must see what it prevents.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.db import connection, connections

from recognition.appeals import workflow as appeals
from recognition.appeals.revising import Choice
from recognition.campaigns import envelope, workflow
from recognition.enums import CampaignState, RevisionMode
from recognition.models import Appeal, BudgetEnvelope, Campaign
from tests.office import Office
from tests.recognition.campaign_cast import ANSWER, JULY, Season, fresh
from tests.recognition.test_appeals import filed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
UNITS = ("lyon", "brest", "nord")


@pytest.fixture
def season(transactional_db) -> Iterator[Season]:
    from atdemain.organisation.models import Unit

    with time_machine.travel(JULY, tick=False):
        office = Office.gather()
        office.units["nord"] = Unit.objects.create(code="nord", name="UAT Nord")
        yield Season.of(office, reserve_bp=0)


def together(acts: list[Callable[[], object]]) -> list[object]:
    """Every act in its own thread and connection, all let go at the same instant."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [RuntimeError("never ran")] * len(acts)

    def run(rank: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            results[rank] = acts[rank]()
        except Exception as error:
            results[rank] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def three_campaigns(season: Season) -> list[Campaign]:
    """One per unit, each of 400,00 €, each with its first validation."""
    for unit in UNITS:
        season.joins(f"only-{unit}", unit=unit)
    made = [season.computed(season.campaign(unit=unit, name=unit)) for unit in UNITS]
    return [season.step(one, "validate", by="hr") for one in made]


def validations(season: Season, campaigns: list[Campaign]) -> list[Callable[[], object]]:
    actor = season.actor("hr2")
    assert actor.user.roles
    return [
        lambda one=one: workflow.perform(
            one.pk, "validate", actor=actor, seen=one.version, now=JULY, run=one.run
        )
        for one in campaigns
    ]


def sorts(results: list[object]) -> Counter[str]:
    return Counter(type(one).__name__ for one in results)


def test_three_concurrent_validations_never_exceed_the_envelope_by_a_cent(season):
    """1 199,99 € for three campaigns of 400,00 €: two are validated, the third lacks one cent."""
    campaigns = three_campaigns(season)
    season.gives(total=1_199_99)
    results = together(validations(season, campaigns))
    assert sorts(results) == {"Campaign": 2, "CampaignRefused": 1}
    (refused,) = [one for one in results if isinstance(one, workflow.CampaignRefused)]
    assert "dépassement de 0,01\u202f€" in str(refused)
    assert season.envelope().committed_cents == 800_00
    assert Campaign.objects.filter(state=CampaignState.VALIDATED).count() == 2


def test_three_concurrent_validations_that_fit_all_pass(season):
    campaigns = three_campaigns(season)
    season.gives(total=1_200_00)
    assert sorts(together(validations(season, campaigns))) == {"Campaign": 3}
    assert season.envelope().remaining_cents == 0


def test_without_the_lock_more_is_validated_than_the_envelope_holds(season, monkeypatch):
    """The control: each reads what was committed before the others, and all three pass."""
    gate = threading.Barrier(3)

    def unlocked(scheme_id: int) -> BudgetEnvelope:
        row = BudgetEnvelope.objects.get(scheme_id=scheme_id)
        gate.wait(timeout=60)
        return row

    campaigns = three_campaigns(season)
    season.gives(total=1_199_99)
    monkeypatch.setattr(envelope, "locked", unlocked)
    assert sorts(together(validations(season, campaigns))) == {"Campaign": 3}
    assert sum(Campaign.objects.values_list("total_cents", flat=True)) == 1_200_00 > 1_199_99


def test_one_validation_asked_twice_at_once_commits_once(season):
    campaigns = three_campaigns(season)[:1]
    results = together(validations(season, campaigns * 2))
    assert sorts(results) == {"Campaign": 1, "StaleCampaign": 1}
    assert season.envelope().committed_cents == 400_00
    assert fresh(campaigns[0]).validations.count() == 2


def three_appeals(season: Season) -> list[Callable[[], object]]:
    """Each accepted appeal adds 400,00 € to one award of 400,00 €."""
    names = [f"a{rank}" for rank in range(3)]
    for name in names:
        season.joins(name)
    season.published()
    choice = Choice(
        RevisionMode.CORRECTED,
        role="advisor",
        source="mentoring_minutes",
        value=14 * 60,
        reason="Feuille retrouvée.",
    )
    actor = season.actor("hr")
    assert actor.user.roles
    keys = [filed(season, name).pk for name in names]
    return [
        lambda pk=pk: appeals.decide(
            pk, accept=True, text=ANSWER, choice=choice, seen=1, actor=actor, now=JULY
        )
        for pk in keys
    ]


def test_three_appeals_accepted_at_once_never_exceed_the_envelope(season):
    acts = three_appeals(season)
    season.gives(total=1_200_00 + 1_199_99)
    assert sorts(together(acts)) == {"Appeal": 2, "AppealRefused": 1}
    held = season.envelope()
    assert (held.committed_cents, held.reserve_used_cents) == (2_000_00, 800_00)
    assert Appeal.objects.waiting().count() == 1
    assert Campaign.objects.get().revised_cents == 800_00
