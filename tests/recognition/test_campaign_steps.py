"""A campaign from its draft to payroll: one door, one row per step, the same evidence and the same hash (§6.6)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from atdemain.jobs import queue
from atdemain.jobs.enums import Status
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from recognition.campaigns import batches, computing, workflow
from recognition.campaigns.workflow import CampaignRefused, StaleCampaign
from recognition.enums import CampaignState
from recognition.forms.campaigns import CampaignForm
from recognition.models import Award, Campaign, Evidence, SchemeVersion, SessionSignature
from tests.recognition.campaign_cast import DAY, JULY, fresh
from tests.recognition.lived import NINETY_DAYS, left, neutralised, participation, session

pytestmark = pytest.mark.django_db


def steps_of(campaign) -> list[str]:
    rows = AuditEvent.objects.filter(object_type="campaign", object_id=campaign.pk, refused=False)
    return list(rows.order_by("seq").values_list("action", flat=True))


def codes(error) -> list[str]:
    return [one.code for one in error.value.refusals]


def test_campaign_goes_through_every_state_with_one_row_for_each(season):
    season.joins("advisor")
    season.joins("support", "support", last=NINETY_DAYS)
    campaign = season.closed()
    assert campaign.state == CampaignState.CLOSED
    assert steps_of(campaign) == [
        "created", "collect", "evidence_frozen", "computed", "validation", "validated", "published", "closed",
    ]  # fmt: skip
    given = dict(Award.objects.values_list("employee__username", "amount_cents"))
    assert given == {"advisor": 400_00, "support": 198_90}
    assert (campaign.total_cents, campaign.people) == (598_90, 2)


def test_vectors_of_the_domain_come_out_of_a_whole_campaign(season):
    one = season.joins("advisor", last=NINETY_DAYS)
    neutralised(one, season.office.people["hr"], date(2026, 4, 1), date(2026, 4, 30), 20)
    season.joins("support", "support", first=date(2026, 2, 15))
    season.mentors("support")
    season.computed()
    assert season.award("advisor").amount_cents == 243_09
    assert season.award("support").amount_cents == 601_10
    assert "800,00\u202f€ × 136 / 181 = 601,10\u202f€" in season.award("support").explanation


def test_every_participant_has_an_award_even_of_nothing(season):
    season.joins("advisor", last=date(2026, 1, 20))
    season.computed()
    award = season.award("advisor")
    assert (award.amount_cents, award.level) == (0, "")
    assert "Aucun niveau retenu" in award.explanation


def test_late_signature_changes_neither_the_evidence_nor_the_hash(season):
    """HR 5: frozen on 20 July, a session signed the day after is not in it."""
    season.joins("advisor")
    trainee = season.office.people["colleague"]
    late = session(season.office.people["advisor"], trainee, day=date(2026, 6, 30), minutes=420, signed={})
    campaign = season.computed()
    seen = (campaign.input_hash, campaign.output_hash)
    SessionSignature.objects.bulk_create(
        SessionSignature(session=late, user=user, at=JULY + DAY, content_hash="a" * 64)
        for user in (season.office.people["advisor"], trainee)
    )
    season.step(campaign, "compute", now=JULY + 2 * DAY)
    queue.run_waiting()
    again = fresh(campaign)
    assert (again.input_hash, again.output_hash) == seen
    assert again.run == 2
    assert season.award("advisor").amount_cents == 400_00


def test_twice_the_same_evidence_gives_the_same_output_hash(season):
    season.crowd(7)
    first = season.computed()
    season.step(first, "collect", now=JULY + DAY)
    queue.run_waiting()
    second = fresh(first)
    assert (first.run, second.run) == (1, 2)
    assert first.output_hash == second.output_hash


def amend(season) -> SchemeVersion:
    """A version published in the place of the season's, for the same period."""
    data = SchemeVersion.objects.filter(pk=season.scheme.pk).values().get()
    data |= {"id": None, "number": 21, "amends_id": season.scheme.pk, "content_hash": "d" * 64}
    return SchemeVersion.objects.create(**data)


def test_campaign_of_a_version_that_was_amended_is_refused_so_that_nobody_is_paid_twice(season):
    season.crowd(6)
    opened = season.campaign()
    amendment = amend(season)
    with pytest.raises(CampaignRefused) as refused:
        season.step(opened, "collect")
    assert codes(refused) == ["amended"]
    with pytest.raises(CampaignRefused) as refused:
        season.campaign(unit="lyon")
    assert (codes(refused), refused.value.field) == (["amended"], "scheme")
    assert list(CampaignForm().fields["scheme"].queryset) == [amendment]
    assert season.office.browser("hr").get(f"/recognition/campaigns/{opened.pk}/").status_code == 200


def test_campaign_on_a_period_without_participation_is_refused_in_words(season):
    with pytest.raises(CampaignRefused) as refused:
        season.campaign()
    assert codes(refused) == ["empty_period"]
    assert refused.value.field == "scheme"
    assert "Personne n’a participé pendant la période" in str(refused.value)
    assert not Campaign.objects.exists()


def test_evidence_is_not_frozen_while_the_period_runs(season):
    season.joins("advisor")
    early = datetime(2026, 6, 30, 8, tzinfo=UTC)
    campaign = season.campaign(now=early)
    with pytest.raises(CampaignRefused) as refused:
        season.step(campaign, "collect", now=early)
    assert codes(refused) == ["period_running"]
    assert AuditEvent.objects.filter(object_type="campaign", action="collect", refused=True).count() == 1


def test_employee_with_two_participations_has_one_award_of_two_segments(season):
    user = season.joins("advisor", last=NINETY_DAYS)
    participation(user, "support", date(2026, 4, 1))
    season.computed()
    award = season.award("advisor")
    assert [one["amount_cents"] for one in award.result["segments"]] == [198_90, 201_10]
    assert award.amount_cents == 400_00


def test_whoever_has_an_award_under_the_version_is_left_out_of_its_next_campaign(season):
    season.joins("advisor")
    season.published()
    season.joins("support", "support")
    second = season.computed(season.campaign(name="Complément"))
    assert list(second.awards.values_list("employee__username", flat=True)) == ["support"]
    assert (second.people, second.already_awarded) == (1, 1)


def test_one_campaign_is_open_at_a_time_for_a_version(season):
    season.joins("advisor")
    season.campaign()
    with pytest.raises(CampaignRefused, match="déjà en cours") as refused:
        season.campaign()
    assert codes(refused) == ["one_open"]


def test_nobody_computes_again_once_it_is_validated(season):
    season.joins("advisor")
    campaign = season.validated()
    for step in ("collect", "compute"):
        with pytest.raises(CampaignRefused) as refused:
            season.step(campaign, step)
        assert codes(refused) == ["already_validated"]


def test_stale_page_changes_nothing(season):
    season.joins("advisor")
    campaign = season.computed()
    with pytest.raises(StaleCampaign):
        workflow.perform(campaign.pk, "compute", actor=season.actor(), seen=campaign.version - 1, now=JULY)
    assert fresh(campaign).version == campaign.version


def test_publication_tells_every_participant_once_without_an_amount(season):
    season.crowd(3)
    campaign = season.published()
    told = Notification.objects.filter(kind="campaign_published")
    assert told.count() == 3
    assert not any("€" in one.title + one.body for one in told)
    assert campaign.appeal_until == date(2026, 8, 19)
    assert "19/08/2026" in told[0].body


@pytest.mark.parametrize("after", [30, 31])
def test_campaign_closes_the_day_after_its_last_day_of_appeal(season, after):
    season.joins("advisor")
    campaign = season.published()
    if after == 31:
        assert season.step(campaign, "close", now=JULY + 31 * DAY).state == CampaignState.CLOSED
        return
    with pytest.raises(CampaignRefused, match="19/08/2026") as refused:
        season.step(campaign, "close", now=JULY + 30 * DAY)
    assert codes(refused) == ["appeals_open"]


def test_pending_just_cause_blocks_validation_and_is_listed(season):
    user = season.joins("advisor", last=NINETY_DAYS)
    left(
        user.participations.get(),
        season.office.people["manager"],
        "unjustified",
        facts="Absent sans le dire.",
    )
    campaign = season.computed()
    assert season.award("advisor").pending
    with pytest.raises(CampaignRefused) as refused:
        season.step(campaign, "validate")
    assert codes(refused) == ["just_cause_pending"]


def test_insufficient_data_blocks_validation_and_is_not_not_met(season):
    season.joins("advisor")
    season.mentors("advisor", 420)
    session(
        season.office.people["advisor"], season.office.people["colleague"], day=date(2026, 6, 29), minutes=420,
        signed={season.office.people["advisor"]: datetime(2026, 6, 29, 20, tzinfo=UTC)}, state="mentor_signed",
    )  # fmt: skip
    early = datetime(2026, 7, 6, 8, tzinfo=UTC)
    campaign = season.computed(season.campaign(now=early), now=early)
    award = season.award("advisor")
    assert award.blocked
    assert "donnée insuffisante" in award.result["blocking"][0]
    with pytest.raises(CampaignRefused) as refused:
        season.step(campaign, "validate", now=early)
    assert codes(refused) == ["insufficient_data"]
    season.step(campaign, "collect", now=JULY, reason="délai de signature passé")
    queue.run_waiting()
    assert not season.award("advisor").blocked


# -- the job ---------------------------------------------------------------------------------------------


def test_killed_worker_leaves_its_batches_done_and_the_next_one_ends_the_same(season, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    season.crowd(7)
    campaign = season.step(season.campaign(), "collect")
    done = []
    collect = computing.collect

    def dies(one, people) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(people)
        collect(one, people)

    monkeypatch.setattr(computing, "collect", dies)
    monkeypatch.setattr("atdemain.jobs.work.BATCH", 1)
    with pytest.raises(KeyboardInterrupt):
        queue.run_waiting()
    assert Award.objects.count() == 4
    assert fresh(campaign).state == CampaignState.DRAFT
    monkeypatch.setattr(computing, "collect", collect)
    Job.objects.update(updated_at=JULY - DAY)
    queue.run_waiting()
    first = fresh(campaign)
    assert (first.state, first.people, Award.objects.count()) == (CampaignState.COMPUTED, 7, 7)
    assert Job.objects.get(pk=first.job_id).status == Status.FINISHED
    monkeypatch.setattr(batches, "BATCH", 100)
    season.step(first, "collect")
    queue.run_waiting()
    assert fresh(campaign).output_hash == first.output_hash


def test_batch_that_breaks_leaves_nothing_to_validate_and_says_so(season, monkeypatch):
    season.crowd(3)
    campaign = season.step(season.campaign(), "collect")
    monkeypatch.setattr(computing, "gather", lambda *a, **k: 1 / 0)
    queue.run_waiting()
    assert fresh(campaign).state == CampaignState.DRAFT
    reasons = set(JobRow.objects.exclude(reason="").values_list("reason", flat=True))
    assert computing.INCOMPLETE in reasons


def test_job_that_was_replaced_writes_nothing(season):
    season.crowd(3)
    campaign = season.campaign()
    old = season.step(campaign, "collect").job
    assert queue.stop(old, now=JULY)
    season.step(campaign, "collect")
    assert queue.resume(Job.objects.get(pk=old.pk), now=JULY)
    queue.run_waiting()
    assert fresh(campaign).run == 1
    assert set(JobRow.objects.filter(job=old).values_list("reason", flat=True)) == {computing.REPLACED}


def test_evidence_of_a_second_collection_takes_the_place_of_the_first(season):
    season.crowd(3)
    campaign = season.computed()
    before = Evidence.objects.count()
    season.step(campaign, "collect")
    queue.run_waiting()
    assert Evidence.objects.count() == before > 0
