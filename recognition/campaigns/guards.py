"""Why a step of a campaign is refused, in French (domain.md §6.6, INV-18). Pure: facts in, reasons out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from atdemain.organisation.enums import Role
from recognition.enums import BudgetPolicy, CampaignState
from recognition.money import euros


class Refusal(NamedTuple):
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """A validation of the present run: by whom, and whether that person has an award in the campaign."""

    person_id: int
    has_award: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """A campaign as it stands. Cents; `insufficient` and `pending` count awards."""

    state: str
    run: int = 0
    working: bool = False
    participants: int = 0
    insufficient: int = 0
    pending: int = 0
    total_cents: int = 0
    available_cents: int | None = None  # None: the version has no envelope
    budget_policy: str = BudgetPolicy.BLOCK
    given: tuple[Given, ...] = field(default=())
    period_end: date | None = None
    appeal_until: date | None = None
    appeals_waiting: int = 0
    amended_by: int | None = None  # the number of the version that took its place


@dataclass(frozen=True, slots=True)
class Person:
    """Who wants to act; `has_award`: one in this campaign, even of 0 €."""

    pk: int
    roles: frozenset[Role]
    has_award: bool = False


CHANGING = (CampaignState.DRAFT, CampaignState.EVIDENCE_FROZEN, CampaignState.COMPUTED)


def excess(facts: Facts) -> int:
    """Cents over what the envelope may still give, 0 when it fits."""
    if facts.available_cents is None:
        return 0
    return max(0, facts.total_cents - facts.available_cents)


def freeze(facts: Facts, today: date) -> list[Refusal]:
    return list(_freeze(facts, today))


def _freeze(facts: Facts, today: date) -> Iterator[Refusal]:
    yield from _changing(facts, "Arrêter les preuves")
    if facts.amended_by is not None:
        yield amended(facts.amended_by)
    if facts.period_end is not None and today <= facts.period_end:
        yield Refusal(
            "period_running",
            f"La période court jusqu’au {facts.period_end:%d/%m/%Y} : les preuves s’arrêtent une fois qu’elle est "
            "finie.",
        )
    if not facts.participants:
        yield Refusal(
            "empty_period",
            "Personne n’a participé pendant la période, ou chacun a déjà une attribution sous cette version : "
            "il n’y a rien à calculer.",
        )


def amended(number: int) -> Refusal:
    """Both versions would give everybody an award for one period."""
    return Refusal(
        "amended",
        f"La version {number} a amélioré celle-ci et vaut pour la même période : la campagne s’ouvre sous elle.",
    )


def compute(facts: Facts) -> list[Refusal]:
    return list(_compute(facts))


def _compute(facts: Facts) -> Iterator[Refusal]:
    yield from _changing(facts, "Calculer")
    if facts.state == CampaignState.DRAFT:
        yield Refusal("not_frozen", "Arrêtez d’abord les preuves : le calcul ne lit rien d’autre.")


def _changing(facts: Facts, what: str) -> Iterator[Refusal]:
    if facts.working:
        yield Refusal("working", "Un calcul est en cours : attendez sa fin ou arrêtez-le.")
    if facts.state not in CHANGING:
        yield Refusal(
            "already_validated",
            f"{what} n’est plus possible : la campagne est validée. Une attribution ne change plus que par un "
            "recours accepté.",
        )


def blocking(facts: Facts) -> list[Refusal]:
    """What keeps everybody from validating."""
    return list(_blocking(facts))


def _blocking(facts: Facts) -> Iterator[Refusal]:
    if facts.working:
        yield Refusal("working", "Un calcul est en cours : attendez sa fin.")
    if facts.state != CampaignState.COMPUTED:
        yield Refusal("not_computed", _not_computed(facts))
        return
    if facts.insufficient:
        many = facts.insufficient > 1
        yield Refusal(
            "insufficient_data",
            f"{facts.insufficient} participation{'s' if many else ''} {'ont' if many else 'a'} une donnée "
            "insuffisante. Ce n’est pas « non rempli » : complétez la donnée, puis relancez le calcul.",
        )
    if facts.pending:
        one = facts.pending == 1
        yield Refusal(
            "just_cause_pending",
            f"{'Un juste motif attend' if one else f'{facts.pending} justes motifs attendent'} votre décision.",
        )
    if facts.available_cents is None:
        yield Refusal("no_envelope", "Cette version n’a pas d’enveloppe : ouvrez-la d’abord.")
    elif over := excess(facts):
        yield Refusal("over_ceiling", f"La somme dépasse le plafond : dépassement de {euros(over)}.")


def _not_computed(facts: Facts) -> str:
    if facts.state in (CampaignState.DRAFT, CampaignState.EVIDENCE_FROZEN):
        return "Aucun calcul à valider : arrêtez les preuves, puis calculez."
    return "La campagne est déjà validée."


def validate(facts: Facts, person: Person) -> list[Refusal]:
    return [*_blocking(facts), *_person(facts, person)]


def _person(facts: Facts, person: Person) -> Iterator[Refusal]:
    """Four eyes (domain.md §2.6, L71): two people, and never one who decides alone of one's own award."""
    if Role.HR not in person.roles:
        yield Refusal("not_hr", "Seuls les RH valident une campagne.")
    elif not person.roles.isdisjoint({Role.ADMIN, Role.MANAGER}):
        yield Refusal(
            "other_duties",
            "Un compte d’administrateur ou de manager ne valide pas une campagne, même s’il est aussi RH.",
        )
    if any(one.person_id == person.pk for one in facts.given):
        yield Refusal(
            "same_person",
            "Vous avez déjà validé ce calcul : la seconde validation vient d’une autre personne.",
        )
    elif person.has_award and any(one.has_award for one in facts.given):
        yield Refusal(
            "both_have_awards",
            "Vous avez une attribution dans cette campagne, comme la première personne : la seconde validation vient "
            "de quelqu’un qui n’en a pas.",
        )


def is_last(facts: Facts) -> bool:
    """Whether one more validation validates the campaign."""
    return len(facts.given) >= 1


def publish(facts: Facts) -> list[Refusal]:
    if facts.state == CampaignState.VALIDATED:
        return []
    if facts.state in CHANGING:
        return [Refusal("not_validated", "Deux personnes RH valident d’abord le calcul.")]
    return [Refusal("already_published", "La campagne est déjà publiée.")]


def close(facts: Facts, today: date) -> list[Refusal]:
    return list(_close(facts, today))


def _close(facts: Facts, today: date) -> Iterator[Refusal]:
    if facts.state != CampaignState.PUBLISHED:
        done = facts.state in (CampaignState.CLOSED, CampaignState.EXPORTED)
        yield Refusal(
            "already_closed" if done else "not_published",
            "La campagne est déjà close." if done else "Publiez d’abord la campagne.",
        )
        return
    if facts.appeal_until is not None and today <= facts.appeal_until:
        yield Refusal(
            "appeals_open", f"Un recours reste possible jusqu’au {facts.appeal_until:%d/%m/%Y} inclus."
        )
    if facts.appeals_waiting:
        one = facts.appeals_waiting == 1
        yield Refusal(
            "appeals_waiting",
            f"{'Un recours attend' if one else f'{facts.appeals_waiting} recours attendent'} une réponse.",
        )


def export(facts: Facts) -> list[Refusal]:
    if facts.state in (CampaignState.CLOSED, CampaignState.EXPORTED):
        return []
    return [Refusal("not_closed", "La paie reçoit une campagne close : plus aucun montant n’y change.")]


def envelope(
    *,
    total_cents: int,
    reserve_cents: int,
    committed_cents: int,
    by_campaigns_cents: int,
    reserve_used_cents: int,
) -> list[Refusal]:
    """Why an envelope cannot become this: never below what is committed, campaigns nor appeals (INV-18)."""
    found: list[Refusal] = []
    if total_cents < committed_cents:
        found.append(
            Refusal(
                "below_committed",
                f"L’enveloppe ne descend pas sous ce qui est engagé : {euros(committed_cents)}.",
            )
        )
    elif total_cents - reserve_cents < by_campaigns_cents:
        found.append(
            Refusal(
                "ceiling_below_committed",
                f"Il ne resterait que {euros(total_cents - reserve_cents)} hors réserve, sous ce que les campagnes ont "
                f"engagé : {euros(by_campaigns_cents)}.",
            )
        )
    if reserve_cents < reserve_used_cents:
        found.append(
            Refusal(
                "reserve_below_used",
                f"La réserve a déjà servi à hauteur de {euros(reserve_used_cents)} : elle ne descend pas plus bas.",
            )
        )
    return found


def words(refusals: Iterable[Refusal]) -> str:
    return " ".join(one.reason for one in refusals)
