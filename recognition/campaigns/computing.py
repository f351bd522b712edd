"""The job of a campaign: evidence received and frozen, everybody judged, the sum and the hashes (domain.md §6.5, §6.6).

The same evidence under the same version gives the same output hash (INV-20): nothing here reads a clock into a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Sum
from django.urls import reverse

from atdemain.database import among
from atdemain.jobs import kinds
from atdemain.jobs.enums import Outcome
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from recognition import results, rules
from recognition.campaigns import batches, storing, workflow
from recognition.campaigns.participants import already_awarded
from recognition.enums import BudgetPolicy, CampaignState
from recognition.evidence.gather import gather
from recognition.findings import PENDING, Person, Result
from recognition.models import Award, BudgetEnvelope, Campaign, Evidence

REPLACED = "Un autre calcul a été lancé depuis, ou la campagne est validée : celui-ci n’écrit plus rien."
INCOMPLETE = "Une partie des participations n’a pas abouti : relancez le calcul."


def register() -> None:
    kinds.register(kinds.Kind(batches.KIND, may=may, act=act, address=address))


def may(job: Job) -> str:
    return "" if job.asked_by.has_role(Role.HR) else "Seuls les RH calculent une campagne."


def address(row: JobRow) -> str:
    return reverse("recognition:campaign", args=[row.job.parameters["campaign"]])


def act(job: Job, row: JobRow, actor: Actor, now: datetime) -> kinds.Result:
    """One batch, or what closes a stage."""
    campaign = workflow.locked(job.parameters["campaign"])
    if campaign.job_id != job.pk or campaign.state not in (
        CampaignState.DRAFT,
        CampaignState.EVIDENCE_FROZEN,
    ):
        raise kinds.RowRefused(REPLACED)
    stage = row.memory["stage"]
    if stage in (batches.FREEZE, batches.CONCLUDE) and job.rows.filter(outcome=Outcome.REFUSED).exists():
        raise kinds.RowRefused(INCOMPLETE)
    if stage == batches.COLLECT:
        collect(campaign, batches.people_of(row))
    elif stage == batches.FREEZE:
        freeze(campaign, job, actor, now)
    elif stage == batches.COMPUTE:
        compute(campaign, batches.people_of(row))
    else:
        conclude(campaign, actor, now)
    return kinds.Result()


def collect(campaign: Campaign, people: list[int]) -> None:
    """The evidence of these people as the sources say it at the cutoff, in place of what was there."""
    assert campaign.cutoff is not None
    found = gather(
        campaign.scheme.terms(),
        cutoff=campaign.cutoff,
        employees=people,
        programme_id=campaign.scheme.programme_id,
    )
    units = dict(User.objects.filter(pk__in=among(people)).values_list("pk", "unit"))
    Evidence.objects.filter(campaign=campaign, employee__in=among(people)).delete()
    Award.objects.filter(campaign=campaign, employee__in=among(people)).delete()
    Award.objects.bulk_create(
        [
            Award(
                campaign=campaign, scheme_id=campaign.scheme_id, employee_id=pk, unit_id=units[pk],
                role=_role(person), person=results.write_person(person),
            )
            for pk, person in found
        ]
    )  # fmt: skip
    storing.write(campaign, found)


def _role(person: Person) -> str:
    """The last one held."""
    return max(person.intervals, key=lambda one: (one.last, one.first)).role if person.intervals else ""


def freeze(campaign: Campaign, job: Job, actor: Actor, now: datetime) -> None:
    """What an earlier collection left of people who are no longer concerned goes; then nothing moves any more."""
    gone = Award.objects.filter(campaign=campaign).exclude(employee__in=batches.everybody(job))
    Evidence.objects.filter(campaign=campaign, employee__in=gone.values("employee")).delete()
    gone.delete()
    digest = results.input_hash(campaign.scheme.terms(), (person for _, person in people_of(campaign)))
    workflow.write(
        campaign, "evidence_frozen", actor, now, changes={"input_hash": [None, digest]},
        state=CampaignState.EVIDENCE_FROZEN, frozen_at=now, input_hash=digest,
        people=Award.objects.filter(campaign=campaign).count(), already_awarded=already_awarded(campaign),
    )  # fmt: skip


def people_of(campaign: Campaign, people: list[int] | None = None) -> Iterator[tuple[Award, Person]]:
    return storing.people_of(campaign, people, batches.BATCH)


def compute(campaign: Campaign, people: list[int]) -> None:
    terms = campaign.scheme.terms()
    judged = []
    for award, person in people_of(campaign, people):
        result = rules.judge(terms, person)
        award.level = result.level
        award.computed_cents = award.amount_cents = result.amount_cents
        award.pending = person.leaving == PENDING
        award.blocked = len(result.blocking) > int(award.pending)
        award.result = results.write_result(result)
        award.explanation = rules.explain(terms, person, result)
        judged.append(award)
    storing.write_verdicts(judged)


def conclude(campaign: Campaign, actor: Actor, now: datetime) -> None:
    """The sum (shared out where the version says so), the output hash, and the run is there to be validated."""
    if campaign.scheme.budget_policy == BudgetPolicy.SCALE:
        _share_out(campaign)
    digest = results.output_hash(_outputs(campaign))
    total = Award.objects.filter(campaign=campaign).aggregate(total=Sum("amount_cents"))["total"] or 0
    run = campaign.run + 1
    workflow.write(
        campaign, "computed", actor, now,
        changes={"run": [campaign.run, run], "output_hash": [None, digest], "total_cents": [None, total]},
        state=CampaignState.COMPUTED, computed_at=now, run=run, output_hash=digest, total_cents=total,
    )  # fmt: skip


def _outputs(campaign: Campaign) -> Iterator[tuple[str, Result, int]]:
    rows = (
        Award.objects.filter(campaign=campaign).order_by("pk").values_list("person", "result", "amount_cents")
    )
    for person, result, cents in rows.iterator(chunk_size=500):
        yield person["number"], results.read_result(result), cents


def _share_out(campaign: Campaign) -> None:
    """In proportion, exact to the cent, towards what the envelope may still give (domain.md §11)."""
    envelope = BudgetEnvelope.objects.filter(scheme=campaign.scheme_id).first()
    if envelope is None:
        return
    found = Award.objects.filter(campaign=campaign).values_list("person", "computed_cents", "employee")
    numbers = {
        person["number"]: (cents, employee) for person, cents, employee in found.iterator(chunk_size=500)
    }
    given = rules.share_out(
        {number: cents for number, (cents, _) in numbers.items()}, envelope.available_cents
    )
    changed = {numbers[number][1]: cents for number, cents in given.items() if cents != numbers[number][0]}
    terms = campaign.scheme.terms()
    few: list[Award] = []
    for award, person in people_of(campaign, sorted(changed)):
        award.amount_cents = changed[award.employee_id]
        result = results.read_result(award.result)
        award.explanation = rules.explain(terms, person, result, given_cents=award.amount_cents)
        few.append(award)
    for start in range(0, len(few), 500):
        Award.objects.bulk_create(
            few[start : start + 500], update_conflicts=True, unique_fields=["campaign", "employee"],
            update_fields=["amount_cents", "explanation"],
        )  # fmt: skip
