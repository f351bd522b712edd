"""The money of a version: every change under one lock, with its row (domain.md §6.6, INV-18).

Lock order: campaign, then envelope, then award. On SQLite writers come one at a time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from recognition.campaigns import guards
from recognition.campaigns.guards import Refusal
from recognition.enums import MovementKind
from recognition.models import BudgetEnvelope, Campaign, EnvelopeMovement
from recognition.models.campaign import reserve_of
from recognition.money import euros


class EnvelopeRefused(Exception):
    """French reasons; nothing was written."""

    def __init__(self, refusals: list[Refusal]) -> None:
        super().__init__(guards.words(refusals))
        self.refusals = refusals


class StaleEnvelope(Exception):
    """It changed since the page was drawn."""


def locked(scheme_id: int) -> BudgetEnvelope:
    """The envelope of a version, until the end of the transaction. Raises BudgetEnvelope.DoesNotExist."""
    return BudgetEnvelope.objects.select_for_update(no_key=True).get(scheme_id=scheme_id)


@transaction.atomic
def top_up(
    scheme_id: int, cents: int, reason: str, *, seen: int, actor: Actor, now: datetime
) -> BudgetEnvelope:
    """Add to the envelope, or take back what nothing is committed on (`cents` below 0)."""
    held = _seen(scheme_id, seen)
    if not cents:
        raise EnvelopeRefused([Refusal("nothing", "Donnez un montant différent de zéro.")])
    _check(held, total=held.total_cents + cents, reserve_bp=held.reserve_bp)
    return _moved(
        held, MovementKind.TOP_UP, cents, actor, now, reason=reason, total_cents=held.total_cents + cents
    )


@transaction.atomic
def set_reserve(
    scheme_id: int, reserve_bp: int, reason: str, *, seen: int, actor: Actor, now: datetime
) -> BudgetEnvelope:
    held = _seen(scheme_id, seen)
    if reserve_bp == held.reserve_bp:
        raise EnvelopeRefused([Refusal("nothing", "C’est déjà la réserve : il n’y a rien à changer.")])
    if not 0 <= reserve_bp <= 10_000:
        raise EnvelopeRefused([Refusal("share", "La réserve est une part de l’enveloppe, de 0 à 100 %.")])
    _check(held, total=held.total_cents, reserve_bp=reserve_bp)
    return _moved(
        held, MovementKind.RESERVE, 0, actor, now, reason=reason, reserve_bp=reserve_bp,
        before=held.reserve_bp, after=reserve_bp,
    )  # fmt: skip


def commit(campaign: Campaign, actor: Actor, now: datetime) -> BudgetEnvelope:
    """What a validated campaign gives, within total − reserve, inside the transaction that validates it."""
    held = locked(campaign.scheme_id)
    over = campaign.total_cents - held.available_cents
    if over > 0:
        raise EnvelopeRefused(
            [Refusal("over_ceiling", f"La somme dépasse le plafond : dépassement de {euros(over)}.")]
        )
    return _moved(
        held, MovementKind.COMMIT, campaign.total_cents, actor, now, campaign=campaign,
        committed_cents=held.committed_cents + campaign.total_cents,
    )  # fmt: skip


def commit_appeal(campaign: Campaign, cents: int, actor: Actor, now: datetime) -> BudgetEnvelope:
    """What an accepted appeal adds, from the reserve first, never beyond the envelope."""
    held = locked(campaign.scheme_id)
    over = cents - held.remaining_cents
    if over > 0:
        raise EnvelopeRefused(
            [
                Refusal(
                    "over_envelope",
                    f"L’enveloppe ne couvre pas cette révision : il manque {euros(over)}. "
                    "Demandez un abondement, puis décidez.",
                )
            ]
        )
    return _moved(
        held, MovementKind.APPEAL, cents, actor, now, campaign=campaign,
        committed_cents=held.committed_cents + cents, reserve_used_cents=held.reserve_used_cents + cents,
    )  # fmt: skip


def pay(campaign: Campaign, actor: Actor, now: datetime) -> BudgetEnvelope:
    """What payroll received, once per campaign."""
    held = locked(campaign.scheme_id)
    cents = campaign.given_cents
    return _moved(
        held, MovementKind.PAY, cents, actor, now, campaign=campaign, paid_cents=held.paid_cents + cents
    )  # fmt: skip


def _seen(scheme_id: int, version: int) -> BudgetEnvelope:
    held = locked(scheme_id)
    if held.version != version:
        raise StaleEnvelope
    return held


def _check(held: BudgetEnvelope, *, total: int, reserve_bp: int) -> None:
    refusals = guards.envelope(
        total_cents=total,
        reserve_cents=reserve_of(max(total, 0), reserve_bp),
        committed_cents=held.committed_cents,
        by_campaigns_cents=held.by_campaigns_cents,
        reserve_used_cents=held.reserve_used_cents,
    )
    if refusals:
        raise EnvelopeRefused(refusals)


def _moved(
    held: BudgetEnvelope,
    kind: MovementKind,
    cents: int,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    campaign: Campaign | None = None,
    before: int | None = None,
    after: int | None = None,
    **columns: Any,
) -> BudgetEnvelope:
    """Write the columns, the movement and the journal's row."""
    changes = {name: [getattr(held, name), value] for name, value in columns.items()}
    BudgetEnvelope.objects.filter(pk=held.pk).update(version=F("version") + 1, **columns)
    EnvelopeMovement.objects.create(
        envelope=held, kind=kind, cents=cents, reserve_bp_before=before, reserve_bp_after=after, reason=reason,
        campaign=campaign, by=actor.user, at=now,
    )  # fmt: skip
    record(
        "budgetenvelope", held.pk, str(kind), actor=actor, at=now,
        changes=changes | ({"campaign": [None, campaign.pk]} if campaign else {}),
        personal={"reason": reason} if reason else None,
    )  # fmt: skip
    return BudgetEnvelope.objects.get(pk=held.pk)
