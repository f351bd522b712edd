"""The one door of a campaign: draft → evidence frozen → computed → validated → published → closed → exported.

`perform` checks, locks, writes and journals in one transaction; a refusal is journalled after the rollback. The job
that freezes and computes is `computing`, which comes back here through `write`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record, refuse
from atdemain.organisation.models import Unit
from recognition.campaigns import batches, envelope, guards, notices
from recognition.campaigns.facts import amended_by, facts_of, person_of
from recognition.campaigns.guards import Facts, Refusal
from recognition.campaigns.participants import participants
from recognition.enums import CampaignState, SchemeState
from recognition.models import Campaign, CampaignValidation, SchemeVersion

OBJECT = "campaign"
NAME_MAX = 80


class CampaignRefused(Exception):
    """French reasons, each with its code; nothing was written. `field` for a form, "" for the whole."""

    def __init__(self, refusals: Sequence[Refusal], field: str = "") -> None:
        super().__init__(guards.words(refusals))
        self.refusals, self.field = list(refusals), field


class StaleCampaign(Exception):
    """Somebody acted since the page was drawn; `campaign` is what it is now."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(f"version {campaign.version}")
        self.campaign = campaign


def create(
    scheme: SchemeVersion,
    *,
    name: str,
    reference_date: date,
    unit: Unit | None = None,
    actor: Actor,
    now: datetime,
) -> Campaign:
    """A campaign of a published version. Raises CampaignRefused, at the field where there is one."""
    if scheme.state == SchemeState.DRAFT:
        raise CampaignRefused(
            [Refusal("scheme_draft", "Cette version est un brouillon : publiez-la d’abord.")], "scheme"
        )
    if (number := amended_by(scheme)) is not None:
        raise CampaignRefused([guards.amended(number)], "scheme")
    if scheme.period_start is None or reference_date < scheme.period_start:
        raise CampaignRefused(
            [Refusal("before_period", "La date de référence est avant le début de la période.")],
            "reference_date",
        )
    campaign = Campaign(
        scheme=scheme, unit=unit, name=name.strip()[:NAME_MAX], reference_date=reference_date,
        created_by=actor.user, created_at=now,
    )  # fmt: skip
    if not participants(campaign).exists():
        raise CampaignRefused(
            [
                one
                for one in guards.freeze(Facts(CampaignState.DRAFT), now.date())
                if one.code == "empty_period"
            ],
            "scheme",
        )
    try:
        campaign.full_clean()
        with transaction.atomic():
            campaign.save()
            record(
                OBJECT, campaign.pk, "created", actor=actor, at=now, to_state=campaign.state,
                changes={"scheme": [None, scheme.pk], "unit": [None, unit.pk if unit else None]},
            )  # fmt: skip
    except (ValidationError, IntegrityError) as error:
        told = " ".join(error.messages) if isinstance(error, ValidationError) else ""
        told = told or "Une campagne est déjà en cours pour cette version : terminez-la d’abord."
        raise CampaignRefused([Refusal("one_open", told)], "scheme") from error
    return campaign


def perform(campaign_id: int, step: str, *, actor: Actor, seen: int, now: datetime, **data: Any) -> Campaign:
    """One step, by its name in STEPS. Raises CampaignRefused, StaleCampaign, Campaign.DoesNotExist."""
    try:
        with transaction.atomic(durable=True):
            campaign = locked(campaign_id)
            if campaign.version != seen:
                raise StaleCampaign(campaign)
            STEPS[step](campaign, facts_of(campaign), actor, now, **data)
    except envelope.EnvelopeRefused as refused:
        _tell(campaign_id, step, refused.refusals, actor, now)
        raise CampaignRefused(refused.refusals) from refused
    except CampaignRefused as refused:
        _tell(campaign_id, step, refused.refusals, actor, now)
        raise
    return Campaign.objects.select_related("scheme", "job").get(pk=campaign_id)


def locked(campaign_id: int) -> Campaign:
    """The campaign until the end of the transaction, with its scheme and job."""
    rows = Campaign.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "scheme", "job", "unit"
    )
    return rows.get(pk=campaign_id)


def write(
    campaign: Campaign, action: str, actor: Actor, now: datetime, *, changes: dict[str, Any] | None = None,
    **fields: Any,
) -> None:  # fmt: skip
    """The only place that writes a campaign: if nobody else did since it was read. Raises StaleCampaign."""
    before = campaign.state
    hit = Campaign.objects.filter(pk=campaign.pk, version=campaign.version).update(
        version=campaign.version + 1, **fields
    )
    if not hit:
        raise StaleCampaign(Campaign.objects.get(pk=campaign.pk))
    campaign.version += 1
    for name, value in fields.items():
        setattr(campaign, name, value)
    record(
        OBJECT, campaign.pk, action, actor=actor, at=now, from_state=before, to_state=campaign.state,
        changes=changes or {}, object_version=campaign.version,
    )  # fmt: skip


def _refuse_if(refusals: list[Refusal]) -> None:
    if refusals:
        raise CampaignRefused(refusals)


def _tell(pk: int, step: str, refusals: list[Refusal], actor: Actor, now: datetime) -> None:
    refuse(
        OBJECT, pk, step, actor=actor, at=now, reason_code=refusals[0].code,
        changes={"codes": [None, [one.code for one in refusals]]},
    )  # fmt: skip


# -- the steps -------------------------------------------------------------------------------------------


def _collect(campaign: Campaign, facts: Facts, actor: Actor, now: datetime, *, reason: str = "") -> None:
    """Evidence received until now, then the computation: a job; what was validated falls with the run."""
    _refuse_if(guards.freeze(facts, timezone.localdate(now)))
    job = batches.ask(campaign, actor=actor, now=now, collect=True)
    write(
        campaign, "collect", actor, now, changes={"job": [None, job.pk], "run": [campaign.run, campaign.run + 1]},
        state=CampaignState.DRAFT, job=job, cutoff=now, frozen_at=None, computed_at=None, input_hash="",
        output_hash="", run_by=actor.user, run_asked_at=now, run_reason=reason.strip()[:160],
    )  # fmt: skip


def _compute(campaign: Campaign, facts: Facts, actor: Actor, now: datetime, *, reason: str = "") -> None:
    """The same evidence once more."""
    _refuse_if(guards.compute(facts))
    job = batches.ask(campaign, actor=actor, now=now, collect=False)
    write(
        campaign, "compute", actor, now, changes={"job": [None, job.pk], "run": [campaign.run, campaign.run + 1]},
        state=CampaignState.EVIDENCE_FROZEN, job=job, computed_at=None, output_hash="", run_by=actor.user,
        run_asked_at=now, run_reason=reason.strip()[:160],
    )  # fmt: skip


def _validate(campaign: Campaign, facts: Facts, actor: Actor, now: datetime, *, run: int) -> None:
    """One of the two validations of this run; the second one commits the money."""
    if run != campaign.run:
        raise StaleCampaign(campaign)
    person = person_of(campaign, actor.user)
    _refuse_if(guards.validate(facts, person))
    CampaignValidation.objects.create(
        campaign=campaign, person=actor.user, run=run, output_hash=campaign.output_hash,
        has_award=person.has_award, at=now,
    )  # fmt: skip
    changes: dict[str, Any] = {"run": [None, run], "output_hash": [None, campaign.output_hash]}
    if not guards.is_last(facts):
        write(campaign, "validation", actor, now, changes=changes)
        return
    held = envelope.commit(campaign, actor, now)
    changes["committed_cents"] = [held.committed_cents - campaign.total_cents, held.committed_cents]
    write(
        campaign, "validated", actor, now, changes=changes, state=CampaignState.VALIDATED, validated_at=now
    )  # fmt: skip


def _publish(campaign: Campaign, facts: Facts, actor: Actor, now: datetime) -> None:
    _refuse_if(guards.publish(facts))
    until = timezone.localdate(now) + timedelta(days=campaign.scheme.appeal_days or 0)
    write(
        campaign, "published", actor, now, changes={"appeal_until": [None, until]}, state=CampaignState.PUBLISHED,
        published_at=now, appeal_until=until,
    )  # fmt: skip
    notices.published(campaign, now)


def _close(campaign: Campaign, facts: Facts, actor: Actor, now: datetime) -> None:
    _refuse_if(guards.close(facts, timezone.localdate(now)))
    write(campaign, "closed", actor, now, state=CampaignState.CLOSED, closed_at=now)


STEPS: dict[str, Callable[..., None]] = {
    "collect": _collect,
    "compute": _compute,
    "validate": _validate,
    "publish": _publish,
    "close": _close,
}


def exported(campaign_id: int, actor: Actor, now: datetime) -> None:
    """Payroll's file is handed over, in that transaction: paid once, however often the file is asked for."""
    campaign = locked(campaign_id)
    _refuse_if(guards.export(facts_of(campaign)))
    if campaign.state == CampaignState.EXPORTED:
        record(OBJECT, campaign.pk, "exported_again", actor=actor, at=now, to_state=campaign.state)
        return
    envelope.pay(campaign, actor, now)
    write(
        campaign, "exported", actor, now, changes={"paid_cents": [None, campaign.given_cents]},
        state=CampaignState.EXPORTED, exported_at=now,
    )  # fmt: skip
