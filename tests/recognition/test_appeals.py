"""An appeal: one's own, in time, answered in fifteen business days; one revision, others unchanged (domain.md §6.6)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation
from atdemain.organisation.roles import set_roles
from atdemain.pages.typography import french
from recognition.appeals import notices, workflow
from recognition.appeals.reading import days_left, standing
from recognition.appeals.revising import Choice, correctable
from recognition.appeals.revising import present_person as award_person
from recognition.appeals.workflow import AppealRefused, StaleAppeal
from recognition.enums import AppealState, MovementKind, RevisionMode
from recognition.evidence.proofs import proofs
from recognition.forms.appeals import DecisionForm
from recognition.models import Appeal, Award, AwardRevision, EnvelopeMovement
from tests.recognition.campaign_cast import ANSWER, DAY, JULY, WHY, fresh
from tests.recognition.lived import NINETY_DAYS, left

pytestmark = pytest.mark.django_db
FRESH = Choice(RevisionMode.FRESH)


def filed(season, name: str = "advisor", *, now=JULY, ground: str = "missing_session", **fields) -> Appeal:
    data = {"text": WHY, "observer_agreed": False} | fields
    return workflow.file(season.award(name).pk, ground=ground, actor=season.actor(name), now=now, **data)


def decided(
    season, appeal: Appeal, *, by: str = "hr", accept: bool = True, now=JULY + DAY, **fields
) -> Appeal:
    data = {"text": ANSWER, "choice": Choice(RevisionMode.FRESH, cutoff=now) if accept else None} | fields
    seen = Appeal.objects.get(pk=appeal.pk).version
    return workflow.decide(appeal.pk, accept=accept, seen=seen, actor=season.actor(by), now=now, **data)


def codes(error) -> list[str]:
    return [one.code for one in error.value.refusals]


@pytest.fixture
def published(season):
    season.joins("advisor")
    season.joins("support", "support", last=NINETY_DAYS)
    season.crowd(5)
    return season.published()


def picture() -> list:
    """Everybody's award as it is, whole."""
    return list(Award.objects.order_by("employee__username").values_list("employee__username").values())


def test_accepted_appeal_revises_one_award_from_the_reserve_and_no_other(season, published):
    """HR 10: one revision, the reserve decreases, others unchanged, hashes included."""
    before, seen = picture(), (published.input_hash, published.output_hash, published.total_cents)
    appeal = filed(season)
    season.mentors("advisor")
    decided(season, appeal)
    revision = AwardRevision.objects.get()
    assert (revision.before_cents, revision.after_cents) == (400_00, 800_00)
    held = season.envelope()
    assert (held.committed_cents, held.reserve_used_cents) == (published.total_cents + 400_00, 400_00)
    assert held.reserve_left_cents == held.reserve_cents - 400_00
    after = picture()
    changed = [
        (one["employee_id"], two["revised_cents"])
        for one, two in zip(before, after, strict=True)
        if one != two
    ]
    assert changed == [(season.office.people["advisor"].pk, 400_00)]
    campaign = fresh(published)
    assert (campaign.input_hash, campaign.output_hash, campaign.total_cents) == seen
    assert campaign.revised_cents == 400_00
    row = EnvelopeMovement.objects.get(kind=MovementKind.APPEAL)
    assert row.cents == 400_00


def test_corrected_value_with_its_reason_is_judged_in_place_of_the_frozen_one(season, published):
    choice = Choice(
        RevisionMode.CORRECTED,
        role="advisor",
        source="mentoring_minutes",
        value=14 * 60,
        reason="Feuille retrouvée.",
    )
    decided(season, filed(season), choice=choice)
    revision = AwardRevision.objects.get()
    assert (revision.after_cents, revision.level, revision.reason) == (
        800_00,
        "level_2",
        "Feuille retrouvée.",
    )
    assert len(revision.output_hash) == 64


def test_corrected_value_is_proven_by_the_appeal_and_tells_what_it_was(season):
    """The proofs of the former value do not prove the new one."""
    season.joins("advisor")
    season.mentors("advisor", 420)
    season.published()
    fact = award_person(season.award("advisor")).facts["advisor", "mentoring_minutes"]
    assert fact.sources
    choice = Choice(
        RevisionMode.CORRECTED, role="advisor", source="mentoring_minutes", value=480, reason="Feuille relue."
    )
    appeal = decided(season, filed(season), choice=choice)
    again = award_person(season.award("advisor")).facts["advisor", "mentoring_minutes"]
    assert (again.value, again.sources) == (480, (f"appeal:{appeal.pk}",))
    assert again.left_out == ("Avant la correction : 7\xa0h d’accompagnement co-signées (1 preuve).",)
    told = {own: proofs(again.sources, own=own)[f"appeal:{appeal.pk}"] for own in (True, False)}
    assert told[True].words == french(f"recours n° {appeal.pk}, décidé le 21/07/2026")
    assert [one.url for one in told.values()] == [
        f"/recognition/appeals/{appeal.pk}/",
        f"/recognition/appeals/{appeal.pk}/decide/",
    ]


def test_yes_or_no_is_corrected_by_one_or_zero(season, published):
    appeal = filed(season)
    form = DecisionForm(
        {
            "version": appeal.version, "answer": "accept", "mode": "corrected", "fact": "advisor:base_training",
            "value": "7", "reason": "Feuille retrouvée.", "text": ANSWER,
        },
        appeal=appeal, now=JULY,
    )  # fmt: skip
    form.fields["fact"].choices = [("advisor:base_training", "Formation de base")]
    assert not form.is_valid()
    assert form.errors["value"] == ["Cette preuve se dit par oui ou par non : 1 ou 0."]


def test_second_appeal_begins_with_what_the_first_one_revised(season, published):
    choice = Choice(
        RevisionMode.CORRECTED,
        role="advisor",
        source="mentoring_minutes",
        value=14 * 60,
        reason="Feuille retrouvée.",
    )
    decided(season, filed(season), choice=choice)
    again = Choice(
        RevisionMode.CORRECTED, role="advisor", source="mentoring_minutes", value=900, reason="Relue."
    )
    decided(season, filed(season, now=JULY + 2 * DAY), choice=again, now=JULY + 3 * DAY)
    assert [one.added_cents for one in AwardRevision.objects.order_by("pk")] == [400_00, 0]
    assert season.award("advisor").given_cents == 800_00


def test_revision_never_takes_anything_back(season, published):
    season.mentors("advisor")
    decided(season, filed(season))
    choice = Choice(
        RevisionMode.CORRECTED, role="advisor", source="mentoring_minutes", value=0, reason="Feuille relue."
    )
    decided(season, filed(season, now=JULY + 2 * DAY), choice=choice, now=JULY + 3 * DAY)
    assert season.award("advisor").given_cents == 800_00
    assert season.envelope().reserve_used_cents == 400_00


def test_days_are_corrected_by_their_dates_so_that_the_amount_follows(season):
    """A corrected number of days would decide the level and leave the money on the frozen dates."""
    season.joins("advisor", last=NINETY_DAYS)
    season.crowd(5)
    season.published()
    assert season.award("advisor").given_cents == 198_90
    appeal = filed(season, ground="wrong_dates")
    choice = Choice(
        RevisionMode.CORRECTED, role="advisor", source="active_days", value=181, reason="Dates relues."
    )
    with pytest.raises(AppealRefused) as refused:
        decided(season, appeal, choice=choice)
    assert codes(refused) == ["dates"]
    assert [key for key, _ in correctable(season.award("advisor"))] == ["advisor:mentoring_minutes"]
    Participation.objects.filter(employee__username="advisor").update(
        ends_on=None
    )  # as an administrator does
    decided(season, appeal)
    assert season.award("advisor").given_cents == 400_00


def test_just_cause_found_on_appeal_gives_back_what_the_exit_took(season):
    """One of the grounds: HR decided « sans juste motif », nothing else can undo it."""
    user = season.joins("advisor", last=NINETY_DAYS)
    season.crowd(5)
    said = JULY - 40 * DAY
    left(
        Participation.objects.get(employee=user, ends_on=NINETY_DAYS), season.office.people["manager"], "unjustified",
        just_cause="no", basis="decision", due_at=None, decided_at=said, heard_on=said.date(),
        decided_by=season.office.people["hr"], decision_text="Décision motivée, pour ce test.",
    )  # fmt: skip
    season.published()
    assert season.award("advisor").given_cents == 0
    appeal = filed(season, ground="just_cause")
    assert "advisor:just_cause_exit" in dict(correctable(season.award("advisor")))
    choice = Choice(
        RevisionMode.CORRECTED,
        role="advisor",
        source="just_cause_exit",
        value=1,
        reason="Le motif est juste.",
    )
    decided(season, appeal, choice=choice, by="hr2")
    revision = AwardRevision.objects.get()
    assert (revision.after_cents, revision.level) == (198_90, "level_1")
    assert "sans juste motif" not in revision.explanation


def test_revision_that_the_envelope_does_not_cover_is_refused_and_nothing_moves(season, published):
    season.gives(total=published.total_cents + 399_99)
    appeal = filed(season)
    season.mentors("advisor")
    with pytest.raises(AppealRefused, match="il manque 0,01\u202f€") as refused:
        decided(season, appeal)
    assert codes(refused) == ["over_envelope"]
    assert Appeal.objects.get().state == AppealState.FILED
    assert not AwardRevision.objects.exists()
    assert AuditEvent.objects.filter(object_type="appeal", refused=True).count() == 1


@pytest.mark.parametrize(("after", "accepted"), [(30, True), (31, False)])
def test_appeal_is_possible_for_thirty_days(season, published, after, accepted):
    now = JULY + after * DAY
    if accepted:
        assert filed(season, now=now).state == AppealState.FILED
        return
    with pytest.raises(AppealRefused, match="Le délai de recours est passé") as refused:
        filed(season, now=now)
    assert codes(refused) == ["too_late"]


def test_answer_is_due_fifteen_business_days_of_the_unit_later(season, published):
    """Mondays to Saturdays: fifteen open days after Monday 20 July is Thursday 6 August, at closing time."""
    appeal = filed(season)
    assert appeal.due_at == datetime(2026, 8, 6, 18, tzinfo=UTC)
    calendar = season.office.units["lyon"].calendar()
    assert days_left(appeal.due_at, JULY, calendar) == 15
    assert days_left(appeal.due_at, datetime(2026, 8, 6, 8, tzinfo=UTC), calendar) == 0
    assert days_left(appeal.due_at, appeal.due_at, calendar) is None


def test_unanswered_appeal_alerts_hr_and_its_head_once(season, published, settings):
    settings.HR_HEAD = "manager"
    appeal = filed(season)
    for minutes in (-1, 0, 1, 60):
        notices.round_(appeal.due_at + timedelta(minutes=minutes))
    told = Notification.objects.filter(kind="appeal_late").values_list("recipient__username", flat=True)
    assert sorted(told) == ["hr", "hr2", "hr3", "manager"]
    assert Appeal.objects.get().head_told_at == appeal.due_at


def test_answered_appeal_alerts_nobody(season, published):
    appeal = filed(season)
    decided(season, appeal, accept=False)
    notices.round_(appeal.due_at + DAY)
    assert not Notification.objects.filter(kind="appeal_late").exists()


def test_employee_is_told_of_the_answer_and_hr_of_the_appeal(season, published):
    appeal = filed(season)
    assert Notification.objects.filter(kind="appeal_filed").count() == 3
    decided(season, appeal, accept=False)
    (item,) = Notification.objects.filter(recipient__username="advisor", kind="appeal_answered")
    assert item.url == f"/recognition/appeals/{appeal.pk}/"


def test_appeal_says_nothing_of_what_it_contests_outside_its_page(season, published):
    filed(season)
    assert not Notification.objects.filter(title__icontains="séance").exists()
    row = AuditEvent.objects.get(object_type="appeal", action="filed")
    assert WHY not in str(row.changes)
    assert row.payload.body == {"text": WHY}


def test_nobody_contests_for_another(season, published):
    with pytest.raises(Award.DoesNotExist):
        workflow.file(
            season.award("advisor").pk, ground="other", text=WHY, observer_agreed=False,
            actor=season.actor("manager"), now=JULY,
        )  # fmt: skip


def test_one_appeal_waits_at_a_time_and_a_withdrawn_one_leaves_room(season, published):
    appeal = filed(season)
    with pytest.raises(AppealRefused) as refused:
        filed(season)
    assert codes(refused) == ["already_open"]
    workflow.withdraw(appeal.pk, seen=1, actor=season.actor("advisor"), now=JULY)
    assert filed(season, now=JULY + DAY).state == AppealState.FILED
    with pytest.raises(Appeal.DoesNotExist):
        workflow.withdraw(Appeal.objects.waiting().get().pk, seen=1, actor=season.actor("support"), now=JULY)


def test_withdrawn_appeal_is_not_decided(season, published):
    appeal = filed(season)
    workflow.withdraw(appeal.pk, seen=1, actor=season.actor("advisor"), now=JULY)
    with pytest.raises(AppealRefused, match="retiré"):
        decided(season, appeal, accept=False)
    with pytest.raises(StaleAppeal):
        workflow.decide(appeal.pk, accept=False, text=ANSWER, seen=1, actor=season.actor(), now=JULY)


def test_decision_is_reasoned(season, published):
    with pytest.raises(AppealRefused, match="motivée") as refused:
        decided(season, filed(season), accept=False, text="Non.")
    assert (codes(refused), refused.value.field) == (["text"], "text")


def test_hr_does_not_decide_of_their_own_appeal_nor_a_manager_of_any(season):
    set_roles(season.office.people["hr3"], [Role.HR, Role.SUPPORT])
    season.joins("hr3", "support")
    season.joins("advisor")
    season.published()
    with pytest.raises(AppealRefused) as refused:
        decided(season, filed(season, "hr3"), by="hr3", accept=False)
    assert codes(refused) == ["own"]
    set_roles(season.office.people["hr2"], [Role.HR, Role.MANAGER])
    with pytest.raises(AppealRefused) as refused:
        decided(season, filed(season), by="hr2", accept=False)
    assert codes(refused) == ["other_duties"]


def second(season, appeal: Appeal, **fields) -> Appeal:
    data = {"on": date(2026, 7, 28), "outcome": "confirmed", "text": ANSWER, "observer": None} | fields
    seen = Appeal.objects.get(pk=appeal.pk).version
    return workflow.record_second_level(
        appeal.pk, seen=seen, actor=season.actor(), now=JULY + 10 * DAY, **data
    )


@pytest.mark.parametrize("agreed", [True, False])
def test_committee_is_recorded_with_an_observer_only_if_the_employee_agreed(season, published, agreed):
    appeal = decided(season, filed(season, observer_agreed=agreed), accept=False)
    observer = season.office.people["staffrep"]
    if agreed:
        assert second(season, appeal, observer=observer).observer == observer
        with pytest.raises(AppealRefused) as refused:
            second(season, appeal)
        assert codes(refused) == ["recorded"]
        return
    with pytest.raises(AppealRefused) as refused:
        second(season, appeal, observer=observer)
    assert codes(refused) == ["observer"]


def test_committee_sees_only_what_was_rejected(season, published):
    with pytest.raises(AppealRefused) as refused:
        second(season, filed(season))
    assert codes(refused) == ["not_rejected"]


def test_campaign_with_a_waiting_appeal_does_not_close(season, published):
    filed(season)
    with pytest.raises(Exception, match="Un recours attend une réponse"):
        season.step(published, "close", now=JULY + 31 * DAY)


def test_employee_reads_how_many_days_are_left(season, published):
    award = season.award("support")
    assert standing(award, JULY + 12 * DAY).days_left == 18
    assert standing(award, JULY + 30 * DAY).days_left == 0
    assert standing(award, JULY + 31 * DAY).days_left is None
    assert standing(award, JULY).may_file


def test_appeal_pages_lead_back_to_ones_own_recognition(season):
    season.joins("advisor")
    season.published()
    appeal, award = filed(season), season.award("advisor")
    browser = season.office.browser("advisor")
    for address in (f"/recognition/awards/{award.pk}/appeal/", f"/recognition/appeals/{appeal.pk}/"):
        body = browser.get(address).content.decode()
        assert "Ma reconnaissance</a></li>" in body, address
