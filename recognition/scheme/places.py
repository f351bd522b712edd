"""Where on the pages each issue is put right, and which of them a draft may be saved with."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from recognition.scheme.draft import Issue

#: section → (its title, the paths that belong to it)
SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "identity": (
        "Identité et fondement",
        ("name", "legal_basis", "decided_on", "document_url", "signatories", "referendum_approved"),
    ),
    "period": (
        "Période et reconduction",
        ("period_start", "period_end", "renewal", "max_renewals", "notice_days", "appeal_days"),
    ),
    "roles": ("Rôles et justes motifs", ("eligible_roles", "just_causes")),
    "money": ("Enveloppe et prorata", ("envelope", "budget_policy", "proration")),
}
#: What a draft may still lack: told on its page, asked for to publish.
CAN_WAIT = frozenset(
    {
        "no_name", "no_legal_basis", "no_decided_on", "no_start", "no_end", "no_renewal", "no_max_renewals",
        "no_notice", "renewal_never", "no_roles", "no_just_causes", "just_cause_left_out", "no_criteria", "no_levels",
        "no_proration", "no_envelope", "no_policy", "no_appeal", "starts_too_soon", "agreement_not_valid",
        "referendum_missing", "amendment_too_late", "no_condition", "level_unreachable", "level_unreachable_by_role",
    }
)  # fmt: skip
#: path → the name of its field where they differ
FIELDS = {"envelope": "envelope_cents"}


@dataclass(frozen=True, slots=True)
class Placed:
    """An issue and the address of the field where it is put right, "" when none is."""

    issue: Issue
    url: str
    where: str


def placed(issue: Issue, pk: int) -> Placed:
    head, _, rest = issue.path.partition(".")
    code, _, field = rest.partition(".")
    if head == "criteria":
        if not code:
            return Placed(issue, reverse("recognition:criterion_new", args=[pk]), "Critères")
        return Placed(
            issue, f"{reverse('recognition:criterion', args=[pk, code])}#id_{field or 'label'}", "Critères"
        )
    if head == "levels":
        if not code:
            return Placed(issue, reverse("recognition:level_new", args=[pk]), "Niveaux")
        field = field.replace("amounts.", "amount_")
        anchor = "conditions" if field == "condition" else f"id_{field or 'label'}"
        return Placed(issue, f"{reverse('recognition:level', args=[pk, code])}#{anchor}", "Niveaux")
    for section, (title, paths) in SECTIONS.items():
        if head in paths:
            anchor = "signatories" if head == "signatories" else f"id_{FIELDS.get(head, head)}"
            return Placed(
                issue, f"{reverse('recognition:scheme_section', args=[pk, section])}#{anchor}", title
            )
    return Placed(issue, "", "")


def to_correct(issues: list[Issue], prefix: str | tuple[str, ...]) -> list[Issue]:
    """Those of this part of the page that are not saved, even in a draft."""
    paths = (prefix,) if isinstance(prefix, str) else prefix
    return [
        one
        for one in issues
        if not one.warning
        and one.code not in CAN_WAIT
        and any(one.path == path or one.path.startswith(f"{path}.") for path in paths)
    ]
