"""One person's award computed again on revised evidence, paid from the reserve; nobody else's moves (domain.md §6.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import F, Sum

from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from recognition import results, rules
from recognition.campaigns import envelope, workflow
from recognition.campaigns.envelope import EnvelopeRefused
from recognition.campaigns.guards import Refusal
from recognition.enums import BudgetPolicy, RevisionMode
from recognition.evidence.frozen import person_of
from recognition.evidence.gather import gather
from recognition.findings import JUST, UNJUSTIFIED, Fact, Person
from recognition.models import Appeal, Award, AwardRevision, Campaign
from recognition.sources import SOURCES
from recognition.terms import Terms
from recognition.trees import ACTIVE_DAYS
from recognition.wording import fact_words

JUST_CAUSE = "just_cause_exit"
DATES = (
    "Les jours suivent les dates de la participation : un administrateur les corrige, puis vous recueillez les preuves à "
    "nouveau."
)


class RevisionRefused(EnvelopeRefused):
    """The evidence cannot be revised so; French, nothing was written."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What HR revises: everything received until `cutoff`, or the `value` of one fact, with the reason."""

    mode: str
    cutoff: datetime | None = None
    role: str = ""
    source: str = ""
    value: int | None = None
    total: int | None = None
    reason: str = ""


def revise(appeal: Appeal, choice: Choice, *, actor: Actor, now: datetime) -> AwardRevision:
    """In the transaction of the decision. Lock order: appeal, campaign, envelope, award. Raises EnvelopeRefused,
    RevisionRefused."""
    campaign = workflow.locked(appeal.award.campaign_id)
    award = Award.objects.get(pk=appeal.award_id)
    terms = campaign.scheme.terms()
    cutoff = choice.cutoff or campaign.cutoff or now
    person = revised_person(campaign, appeal, award, terms, choice, cutoff)
    result = rules.judge(terms, person)
    if result.blocking:
        raise RevisionRefused([Refusal("insufficient_data", " ".join(result.blocking))])
    before = award.given_cents
    after = max(before, in_proportion(campaign, result.amount_cents))
    if after > before:
        envelope.commit_appeal(campaign, after - before, actor, now)
        Award.objects.filter(pk=award.pk).update(revised_cents=F("revised_cents") + after - before)
        added = {"revised_cents": campaign.revised_cents + after - before}
    else:
        added = {}
    workflow.write(
        campaign, "revision", actor, now,
        changes={"award": [None, award.pk], "appeal": [None, appeal.pk], "cents": [before, after]}, **added,
    )  # fmt: skip
    facts = {f"{role}:{source}": results.write_fact(fact) for (role, source), fact in person.facts.items()}
    return AwardRevision.objects.create(
        award=award, appeal=appeal, mode=choice.mode, reason=choice.reason.strip(), cutoff=cutoff,
        before_cents=before, after_cents=after, level=result.level, facts=facts, person=results.write_person(person),
        result=results.write_result(result),
        explanation=rules.explain(terms, person, result, given_cents=after),
        input_hash=results.input_hash(terms, [person]),
        output_hash=results.output_hash([(person.number, result, after)]),
        by=actor.user, at=now,
    )  # fmt: skip


def revised_person(
    campaign: Campaign, appeal: Appeal, award: Award, terms: Terms, choice: Choice, cutoff: datetime
) -> Person:
    """A corrected value is proven by the appeal; what it was, and from how many proofs, is told as left out. A just cause
    found on appeal gives back what the exit took, whether a condition names it or not.
    """
    if choice.mode == RevisionMode.FRESH:
        found = gather(
            terms, cutoff=cutoff, employees=[award.employee_id], programme_id=campaign.scheme.programme_id
        )
        if not found:
            raise RevisionRefused(
                [Refusal("nobody", "Plus aucune participation pendant la période : rien à revoir.")]
            )
        return found[0][1]
    person = present_person(award)
    if (choice.role, choice.source) not in _keys(person) or choice.value is None:
        raise RevisionRefused(
            [Refusal("source", "Choisissez une preuve de ce salarié et sa valeur corrigée.")]
        )
    if choice.source == ACTIVE_DAYS:
        raise RevisionRefused([Refusal("dates", DATES)])
    roles, leaving = {choice.role}, person.leaving
    if choice.source == JUST_CAUSE:
        roles = {role for role, source in person.facts if source == JUST_CAUSE}
        leaving = JUST if choice.value else leaving
    corrected = {}
    for role in roles:
        held = person.facts[role, choice.source]
        corrected[role, choice.source] = Fact(
            choice.value, held.unit, choice.total if choice.total is not None else held.total,
            sources=(f"appeal:{appeal.pk}",), left_out=(*held.left_out, _before(choice.source, held)), on=held.on,
        )  # fmt: skip
    return replace(person, facts={**person.facts, **corrected}, leaving=leaving)


def _keys(person: Person) -> list[tuple[str, str]]:
    """(role, source) of what may be corrected; of an unjustified exit, its just cause always."""
    found = sorted(key for key in person.facts if key[1] in SOURCES)
    if person.leaving == UNJUSTIFIED and not any(source == JUST_CAUSE for _, source in found):
        found.append((max(person.intervals, key=lambda one: (one.last, one.first)).role, JUST_CAUSE))
    return found


def _before(source: str, held: Fact) -> str:
    count = len(held.sources)
    proofs = f" ({count} preuve{'s' if count > 1 else ''})" if count else ""
    return f"Avant la correction : {fact_words(source, held)}{proofs}."


def present_person(award: Award) -> Person:
    """As the campaign froze it, or as the last accepted appeal revised it."""
    last = award.revisions.order_by("-at", "-pk").first()
    if last is None:
        return person_of(award.person, award.campaign.evidence.filter(employee=award.employee_id))
    return revision_person(last)


def revision_person(revision: AwardRevision) -> Person:
    return results.read_person(revision.person, _facts(revision.facts))


def _facts(data: dict[str, Any]) -> dict[tuple[str, str], Fact]:
    found = {}
    for key, fact in data.items():
        role, _, source = key.partition(":")
        found[role, source] = results.read_fact(fact)
    return found


def in_proportion(campaign: Campaign, cents: int) -> int:
    """Where the campaign was shared out, a revision is too, by the same ratio (rounded half up)."""
    if campaign.scheme.budget_policy != BudgetPolicy.SCALE:
        return cents
    sums = Award.objects.filter(campaign=campaign).aggregate(
        given=Sum("amount_cents"), computed=Sum("computed_cents")
    )
    given, computed = sums["given"] or 0, sums["computed"] or 0
    if not computed or given >= computed:
        return cents
    return (2 * cents * given + computed) // (2 * computed)


def correctable(award: Award) -> list[tuple[str, str]]:
    """(« role:source », French) of the facts HR may correct. Not the days: the amount follows the dates, see DATES."""
    return [
        (f"{role}:{source}", f"{SOURCES[source].label} ({Role(role).label.lower()})")
        for role, source in _keys(present_person(award))
        if source != ACTIVE_DAYS
    ]
