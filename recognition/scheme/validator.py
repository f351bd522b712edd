"""What a version lacks before it may be published: every refusal of domain.md §6.1, each at its field. Pure.

Here the identity, the period and the clauses; criteria and levels are in `conditions`. The order is that of the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from recognition.enums import (
    PARTICIPANT_ROLES,
    BudgetPolicy,
    ExitReason,
    LegalBasis,
    Renewal,
)
from recognition.scheme.conditions import of_criteria, of_levels
from recognition.scheme.draft import Draft, Issue

#: Announced later than this before it begins, a version is warned about (domain.md L59).
ANNOUNCED_DAYS = 30
#: Weights of signatories are in hundredths of a per cent.
MAJORITY, REFERENDUM, WHOLE = 50_00, 30_00, 100_00
#: The only rule of proration there is: calendar days, both ends (domain.md §6.5).
PRORATIONS = ("calendar_days",)
#: An agreement without a stated term lasts five years; one that lasts longer is worth a second look.
LONGEST_AGREEMENT = timedelta(days=5 * 366)
ROLES = tuple(role.value for role in PARTICIPANT_ROLES)
JUST_CAUSES = tuple(reason for reason in ExitReason if reason != ExitReason.UNJUSTIFIED)


def validate(draft: Draft, *, today: date) -> list[Issue]:
    """Everything at once, in the order of the page; empty when it may be published today."""
    return [
        *_identity(draft, today),
        *_signatories(draft),
        *_period(draft, today),
        *_renewal(draft),
        *_roles(draft),
        *_just_causes(draft),
        *of_criteria(draft),
        *of_levels(draft),
        *_money(draft),
        *_appeal(draft),
    ]


def refusals(issues: list[Issue]) -> list[Issue]:
    """Those that stop a publication."""
    return [one for one in issues if not one.warning]


def signed_weight(draft: Draft) -> int:
    """Hundredths of a per cent of the organisations that signed."""
    return sum(_weight(one) for one in draft.signatories if one.get("signed") is True)


def _weight(one: object) -> int:
    value = one.get("weight_bp") if isinstance(one, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _identity(draft: Draft, today: date) -> Iterator[Issue]:
    if not draft.name.strip():
        yield Issue(
            "name", "no_name", "Donnez un nom à la version : c’est ainsi que les salariés la reconnaîtront."
        )
    if draft.legal_basis not in LegalBasis.values:
        yield Issue("legal_basis", "no_legal_basis", "Dites sur quel fondement la version repose.")
    if draft.decided_on is None:
        yield Issue("decided_on", "no_decided_on", "Donnez la date de la décision ou de l’accord.")
    elif draft.decided_on > today:
        yield Issue(
            "decided_on", "decided_later", "La décision est datée d’un jour à venir : corrigez la date."
        )
    if not draft.document_url:
        yield Issue(
            "document_url", "no_document", "Aucun lien vers le texte : les salariés le chercheront.", True
        )


def _signatories(draft: Draft) -> Iterator[Issue]:
    names = [str(one.get("organisation", "")).strip() for one in draft.signatories]
    if any(not name for name in names):
        yield Issue("signatories", "signatory_unnamed", "Nommez chaque organisation, ou retirez la ligne.")
    if len(set(names)) < len(names):
        yield Issue(
            "signatories", "signatory_twice", "Une organisation est citée deux fois : gardez une seule ligne."
        )
    if any(not 0 <= _weight(one) <= WHOLE for one in draft.signatories):
        yield Issue("signatories", "weight_out_of_range", "Un poids va de 0 à 100 %.")
    elif sum(_weight(one) for one in draft.signatories) > WHOLE:
        yield Issue(
            "signatories", "weights_over_whole", "Les poids dépassent 100 % à eux tous : corrigez-les."
        )
    if draft.legal_basis != LegalBasis.COLLECTIVE_AGREEMENT:
        return
    signed = signed_weight(draft)
    if signed > MAJORITY:
        return
    share = f"{signed / 100:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    if signed <= REFERENDUM:
        yield Issue(
            "signatories",
            "agreement_not_valid",
            f"Les signataires pèsent {share} % : il en faut plus de 50 %, ou plus de 30 % et un référendum. "
            "Choisissez « Décision unilatérale », ou complétez les signataires.",
        )
    elif not draft.referendum_approved:
        yield Issue(
            "referendum_approved",
            "referendum_missing",
            f"Les signataires pèsent {share} % : sans plus de 50 %, l’accord ne vaut qu’approuvé par référendum. "
            "Cochez-le s’il a eu lieu, ou choisissez « Décision unilatérale ».",
        )


def _period(draft: Draft, today: date) -> Iterator[Issue]:
    start, end = draft.period_start, draft.period_end
    if start is None:
        yield Issue("period_start", "no_start", "Donnez le premier jour de la période.")
    if end is None:
        yield Issue("period_end", "no_end", "Donnez le dernier jour : une version a toujours une fin.")
    if start is None or end is None:
        return
    if end < start:
        yield Issue(
            "period_end", "end_before_start", "La période finit avant de commencer : corrigez une des dates."
        )
        return
    if draft.amends is not None:
        if (start, end) != (draft.amends.start, draft.amends.end):
            yield Issue(
                "period_start",
                "amendment_other_period",
                f"Une amélioration garde la période de la version {draft.amends.number} : du "
                f"{draft.amends.start:%d/%m/%Y} au {draft.amends.end:%d/%m/%Y}. "
                "Pour une autre période, préparez une version nouvelle.",
            )
        if end < today:
            yield Issue(
                "period_end",
                "amendment_too_late",
                "La période est finie : une amélioration n’y changerait plus rien.",
            )
    elif start <= today:
        yield Issue(
            "period_start",
            "starts_too_soon",
            f"La période commence le {start:%d/%m/%Y}, et une version se publie avant de s’appliquer : "
            "choisissez un premier jour à venir.",
        )
    elif (start - today).days < ANNOUNCED_DAYS:
        left = (start - today).days
        yield Issue(
            "period_start",
            "short_notice",
            f"Publiée aujourd’hui, elle commence dans {left} jour{'s' if left > 1 else ''} : "
            f"{ANNOUNCED_DAYS} jours laissent à chacun le temps de connaître les règles.",
            True,
        )
    for other in draft.neighbours:
        if other.start <= end and start <= other.end:
            yield Issue(
                "period_start",
                "period_overlaps",
                f"La version {other.number} couvre déjà du {other.start:%d/%m/%Y} au {other.end:%d/%m/%Y} : "
                "deux versions ne s’appliquent pas le même jour. Commencez après, ou améliorez-la.",
            )
    if draft.legal_basis == LegalBasis.COLLECTIVE_AGREEMENT and end - start > LONGEST_AGREEMENT:
        yield Issue(
            "period_end", "agreement_too_long", "Un accord sans terme dure 5 ans ; celui-ci va au-delà.", True
        )


def _renewal(draft: Draft) -> Iterator[Issue]:
    if draft.renewal not in Renewal.values:
        yield Issue("renewal", "no_renewal", "Dites si la version se reconduit, et comment.")
    if draft.max_renewals is None:
        yield Issue(
            "max_renewals",
            "no_max_renewals",
            "Dites combien de fois la version se reconduit au plus ; 0 si elle ne se reconduit pas.",
        )
    elif draft.max_renewals < 0:
        yield Issue("max_renewals", "negative_renewals", "Un nombre de reconductions n’est pas négatif.")
    elif draft.renewal == Renewal.NONE and draft.max_renewals:
        yield Issue(
            "max_renewals", "renewals_of_none", "« Sans reconduction » : mettez 0, ou changez la clause."
        )
    elif draft.renewal in (Renewal.EXPRESS, Renewal.TACIT) and not draft.max_renewals:
        yield Issue("max_renewals", "renewal_never", "Reconductible combien de fois ? Donnez 1 au moins.")
    if draft.notice_days is None:
        yield Issue("notice_days", "no_notice", "Donnez le préavis, en jours.")
    elif draft.notice_days < 0:
        yield Issue("notice_days", "negative_notice", "Un préavis n’est pas négatif.")
    elif draft.renewal == Renewal.TACIT and draft.notice_days < 1:
        yield Issue(
            "notice_days",
            "notice_of_nothing",
            "Une reconduction tacite est connue avant que la période suivante commence : donnez 1 jour au moins.",
        )
    elif (
        draft.period_start
        and draft.period_end
        and draft.period_end >= draft.period_start
        and draft.notice_days >= (draft.period_end - draft.period_start).days + 1
    ):
        yield Issue(
            "notice_days", "notice_too_long", "Le préavis est plus long que la période : réduisez-le."
        )


def _roles(draft: Draft) -> Iterator[Issue]:
    if not draft.eligible_roles:
        yield Issue("eligible_roles", "no_roles", "Choisissez au moins un rôle concerné.")
    for role in draft.eligible_roles:
        if role not in ROLES:
            yield Issue("eligible_roles", "unknown_role", f"Rôle inconnu : « {str(role)[:40]} ».")


def _just_causes(draft: Draft) -> Iterator[Issue]:
    """All but `unjustified` (domain.md §6.3): what is computed reads no shorter list, so none is published."""
    if not draft.just_causes:
        yield Issue("just_causes", "no_just_causes", "Listez les motifs de sortie qui gardent le prorata.")
    elif left_out := [one.label for one in JUST_CAUSES if one not in draft.just_causes]:
        yield Issue(
            "just_causes",
            "just_cause_left_out",
            f"Une sortie garde le prorata quel que soit son motif, sauf décision des RH : cochez aussi "
            f"{', '.join(f'« {label} »' for label in left_out)}.",
        )
    for cause in draft.just_causes:
        if cause == ExitReason.UNJUSTIFIED:
            yield Issue(
                "just_causes", "unjustified_is_just", "« Sans juste motif » ne peut être un juste motif."
            )
        elif cause not in ExitReason.values:
            yield Issue("just_causes", "unknown_cause", f"Motif inconnu : « {str(cause)[:40]} ».")


def _money(draft: Draft) -> Iterator[Issue]:
    if draft.proration not in PRORATIONS:
        yield Issue(
            "proration", "no_proration", "Dites comment le montant suit le temps passé dans le projet."
        )
    if draft.envelope_cents is None:
        yield Issue("envelope", "no_envelope", "Donnez l’enveloppe de la période, en euros.")
    elif draft.envelope_cents <= 0:
        yield Issue("envelope", "envelope_empty", "L’enveloppe est vide : donnez son montant, en euros.")
    if draft.budget_policy not in BudgetPolicy.values:
        yield Issue("budget_policy", "no_policy", "Dites ce qui se passe si l’enveloppe ne suffit pas.")


def _appeal(draft: Draft) -> Iterator[Issue]:
    if draft.appeal_days is None or draft.appeal_days < 1:
        yield Issue("appeal_days", "no_appeal", "Donnez le délai pour contester, en jours : 1 au moins.")
