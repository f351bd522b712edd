"""What differs between two versions, in words (domain.md L62): what changes, before, after. Pure of any query.

Read by HR before publishing and by every employee after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recognition.enums import BudgetPolicy, ExitReason, LegalBasis, Renewal
from recognition.models import SchemeVersion
from recognition.money import euros
from recognition.scheme.words import ROLES, raw_criterion, raw_outline

ABSENT = "—"


@dataclass(frozen=True, slots=True)
class Difference:
    """`theme`: the section of the page it belongs to."""

    theme: str
    what: str
    before: str
    after: str


def differences(old: SchemeVersion, new: SchemeVersion) -> list[Difference]:
    """In the order of the page; empty when both say the same."""
    return [one for one in _all(old, new) if one.before != one.after]


def _all(old: SchemeVersion, new: SchemeVersion) -> Iterator[Difference]:
    for theme, what, tell in _SCALARS:
        yield Difference(theme, what, tell(old), tell(new))
    yield from _criteria(old, new)
    yield from _levels(old, new)


def _criteria(old: SchemeVersion, new: SchemeVersion) -> Iterator[Difference]:
    for code in dict.fromkeys([*old.criteria, *new.criteria]):
        one = new.criteria.get(code) or old.criteria.get(code) or {}
        label = str(one.get("label") or code)
        yield Difference("Critères", label, _criterion(old, code), _criterion(new, code))


def _criterion(version: SchemeVersion, code: str) -> str:
    one = version.criteria.get(code)
    if one is None:
        return ABSENT
    roles = ", ".join(ROLES.get(role, role) for role in one.get("roles", ()))
    return f"{raw_criterion(code, one)} ({roles})"


def _levels(old: SchemeVersion, new: SchemeVersion) -> Iterator[Difference]:
    before, after = _by_code(old), _by_code(new)
    for code in dict.fromkeys([*before, *after]):
        one, other = before.get(code), after.get(code)
        label = str((other or one or {}).get("label") or code)
        yield Difference("Niveaux", f"{label}, conditions", _tree(old, one), _tree(new, other))
        for role in dict.fromkeys([*(one or {}).get("amounts", {}), *(other or {}).get("amounts", {})]):
            yield Difference(
                "Montants", f"{label}, {ROLES.get(role, role)}", _amount(one, role), _amount(other, role)
            )


def _by_code(version: SchemeVersion) -> dict[str, Mapping[str, Any]]:
    return {str(one.get("code")): one for one in version.levels}


def _tree(version: SchemeVersion, level: Mapping[str, Any] | None) -> str:
    if level is None:
        return ABSENT
    lines = raw_outline(version.levels, version.criteria, level.get("condition"))
    return "\n".join(f"{'· ' * line.depth}{line.text}" for line in lines) or ABSENT


def _amount(level: Mapping[str, Any] | None, role: str) -> str:
    cents = (level or {}).get("amounts", {}).get(role)
    return ABSENT if not isinstance(cents, int) else euros(cents)


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ABSENT


def _choice(values: Any, value: str) -> str:
    return str(dict(values.choices).get(value, value)) or ABSENT


def _many(names: list[str]) -> str:
    return ", ".join(names) or ABSENT


def _signatories(version: SchemeVersion) -> str:
    signed = [
        f"{one.get('organisation')}{'' if one.get('signed') else ' (non signataire)'}"
        for one in version.signatories
    ]
    return _many(sorted(signed))


def _count(value: int | None, unit: str = "") -> str:
    return ABSENT if value is None else f"{value}{unit}"


_SCALARS = (
    ("Identité", "Nom", lambda v: v.name or ABSENT),
    ("Identité", "Fondement", lambda v: _choice(LegalBasis, v.legal_basis)),
    ("Identité", "Décidé le", lambda v: _day(v.decided_on)),
    ("Identité", "Organisations", _signatories),
    ("Identité", "Approuvé par référendum", lambda v: "oui" if v.referendum_approved else "non"),
    ("Période", "Premier jour", lambda v: _day(v.period_start)),
    ("Période", "Dernier jour", lambda v: _day(v.period_end)),
    ("Période", "Reconduction", lambda v: _choice(Renewal, v.renewal)),
    ("Période", "Reconductions au plus", lambda v: _count(v.max_renewals)),
    ("Période", "Préavis", lambda v: _count(v.notice_days, " jours")),
    ("Rôles", "Rôles concernés", lambda v: _many([lab for role, lab in ROLES.items() if role in v.eligible_roles])),
    (
        "Rôles",
        "Justes motifs de sortie",
        lambda v: _many([str(one.label) for one in ExitReason if one.value in v.just_causes]),
    ),
    ("Montants", "Si l’enveloppe ne suffit pas", lambda v: _choice(BudgetPolicy, v.budget_policy)),
    ("Recours", "Délai pour contester", lambda v: _count(v.appeal_days, " jours")),
)  # fmt: skip
