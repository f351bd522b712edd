"""Four eyes and a ceiling: who validates, on which run, and never a cent above (domain.md §2.6, §6.6, INV-18, L71)."""

from __future__ import annotations

import pytest
import time_machine

from atdemain.jobs import queue
from atdemain.organisation.enums import Role
from atdemain.organisation.roles import set_roles
from recognition.campaigns import envelope as money
from recognition.campaigns import guards
from recognition.campaigns.guards import Facts, Given, Person
from recognition.campaigns.reading import seats
from recognition.campaigns.workflow import CampaignRefused
from recognition.enums import BudgetPolicy, CampaignState, MovementKind
from recognition.models import Award, CampaignValidation, EnvelopeMovement
from tests.recognition.campaign_cast import JULY, Season, fresh
from tests.recognition.lived import NINETY_DAYS

pytestmark = pytest.mark.django_db
WHY = "Décision du 20 juillet."


def refusal(season, campaign, by: str) -> list[str]:
    with pytest.raises(CampaignRefused) as refused:
        season.step(campaign, "validate", by=by)
    return [one.code for one in refused.value.refusals]


def test_two_different_people_of_hr_validate(season):
    """HR 8: the second validator is somebody else."""
    season.joins("advisor")
    campaign = season.computed()
    first = season.step(campaign, "validate", by="hr")
    assert first.state == CampaignState.COMPUTED
    assert season.envelope().committed_cents == 0
    assert refusal(season, campaign, "hr") == ["same_person"]
    second = season.step(campaign, "validate", by="hr2")
    assert second.state == CampaignState.VALIDATED
    assert season.envelope().committed_cents == 400_00
    assert CampaignValidation.objects.filter(output_hash=second.output_hash, run=1).count() == 2


@pytest.mark.parametrize("who", ["manager", "admin", "advisor", "staffrep"])
def test_other_roles_never_validate(season, who):
    season.joins("support", "support")
    campaign = season.computed()
    assert "not_hr" in refusal(season, campaign, who)


@pytest.mark.parametrize("other", [Role.MANAGER, Role.ADMIN])
def test_hr_account_with_a_manager_s_or_an_administrator_s_role_never_validates(season, other):
    season.joins("advisor")
    campaign = season.computed()
    set_roles(season.office.people["hr3"], [Role.HR, other])
    assert refusal(season, campaign, "hr3") == ["other_duties"]


def test_person_with_an_award_validates_only_with_one_who_has_none(season):
    season.joins("advisor")
    for name in ("hr", "hr2"):
        set_roles(season.office.people[name], [Role.HR, Role.SUPPORT])
        season.joins(name, "support", last=season.scheme.period_start)  # an award of nothing is one
    campaign = season.computed()
    season.step(campaign, "validate", by="hr")
    assert refusal(season, campaign, "hr2") == ["both_have_awards"]
    assert season.step(campaign, "validate", by="hr3").state == CampaignState.VALIDATED


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("second", [True, False])
def test_at_most_one_of_the_two_has_an_award(first, second):
    facts = Facts(CampaignState.COMPUTED, run=1, available_cents=0, given=(Given(1, first),))
    refusals = guards.validate(facts, Person(2, frozenset({Role.HR}), second))
    assert [one.code for one in refusals] == (["both_have_awards"] if first and second else [])


def test_validation_given_on_a_run_falls_with_the_next_one(season):
    season.joins("advisor")
    campaign = season.step(season.computed(), "validate", by="hr")
    season.step(campaign, "compute", by="hr2", reason="relecture")
    queue.run_waiting()
    again = fresh(campaign)
    assert [(one.rank, one.stale) for one in seats(again)] == [(1, True), (2, False)]
    assert season.step(again, "validate", by="hr2").state == CampaignState.COMPUTED
    assert season.step(again, "validate", by="hr").state == CampaignState.VALIDATED


def test_sum_one_cent_over_the_ceiling_is_blocked_and_says_one_cent(season):
    """HR 7: 598,90 € for a ceiling of 598,89 €."""
    season.joins("advisor")
    season.joins("support", "support", last=NINETY_DAYS)
    season.gives(total=598_89)
    campaign = season.computed()
    with pytest.raises(CampaignRefused, match="dépassement de 0,01\u202f€") as refused:
        season.step(campaign, "validate")
    assert refused.value.refusals[0].code == "over_ceiling"
    money.top_up(season.scheme.pk, 1, WHY, seen=1, actor=season.actor(), now=JULY)
    assert season.validated(campaign).state == CampaignState.VALIDATED
    assert season.envelope().remaining_cents == 0


def test_reserve_is_out_of_reach_of_a_campaign(season):
    """Five per cent of 421,05 € is 21,05 € (half up): 400,00 € is all that a campaign may give, 399,99 € is not."""
    season.joins("advisor")
    season.gives(total=421_05, reserve_bp=500)
    assert season.envelope().ceiling_cents == 400_00
    campaign = season.computed()
    season.gives(total=421_04, reserve_bp=500)
    assert refusal(season, campaign, "hr") == ["over_ceiling"]
    season.gives(total=421_05, reserve_bp=500)
    assert season.validated(campaign).state == CampaignState.VALIDATED


def test_scale_gives_the_ceiling_exactly_to_the_cent(office):
    """800 / 400 / 198.90 in 1 000.00 → 571.88 / 285.94 / 142.18 (domain.md §6.6)."""
    with time_machine.travel(JULY, tick=False):
        season = Season.of(office, total=1_000_00, reserve_bp=0, budget_policy=BudgetPolicy.SCALE.value)
        season.joins("advisor")
        season.mentors("advisor")
        season.joins("support", "support")
        season.joins("trainer", "trainer", last=NINETY_DAYS)
        campaign = season.computed()
        given = {name: season.award(name).amount_cents for name in ("advisor", "support", "trainer")}
        assert given == {"advisor": 571_88, "support": 285_94, "trainer": 142_18}
        assert campaign.total_cents == 1_000_00
        assert "571,88" in season.award("advisor").explanation
        assert season.validated(campaign).state == CampaignState.VALIDATED


def test_validation_writes_the_movement_that_the_envelope_adds_up_to(season):
    season.joins("advisor")
    campaign = season.validated()
    row = EnvelopeMovement.objects.get(kind=MovementKind.COMMIT)
    assert (row.campaign_id, row.cents) == (campaign.pk, 400_00)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("top_up", -9_600_01), "below_committed"),
        (("top_up", -9_600_00), "ceiling_below_committed"),
        (("reserve", 9_601), "ceiling_below_committed"),
    ],
)
def test_envelope_never_goes_below_what_is_committed(season, change, code):
    """400,00 € of 10 000,00 € committed: nothing may leave less, reserve or total."""
    season.joins("advisor")
    season.validated()
    act, value = change
    do = money.top_up if act == "top_up" else money.set_reserve
    with pytest.raises(money.EnvelopeRefused) as refused:
        do(season.scheme.pk, value, WHY, seen=season.envelope().version, actor=season.actor(), now=JULY)
    assert code in [one.code for one in refused.value.refusals]
    assert season.envelope().total_cents == 10_000_00


def test_envelope_changed_since_it_was_read_is_not_changed(season):
    money.top_up(season.scheme.pk, 100, WHY, seen=1, actor=season.actor(), now=JULY)
    with pytest.raises(money.StaleEnvelope):
        money.top_up(season.scheme.pk, 100, WHY, seen=1, actor=season.actor(), now=JULY)
    assert season.envelope().total_cents == 10_001_00


def test_sums_of_a_campaign_are_those_of_its_awards(season: Season):
    season.crowd(6)
    campaign = season.validated()
    assert campaign.total_cents == sum(Award.objects.values_list("amount_cents", flat=True)) == 6 * 400_00
