"""Was it worth it? The past days under three ways of choosing, and how it is told (issue 3, item 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from atdemain.organisation.models import Unit
from routing.history import DAYS, Past, gather
from routing.replay import OURS, VARIANTS, Outcome, replay

NNBSP = "\u202f"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One outcome per way of choosing, ours first; `units`: id → name."""

    past: Past
    outcomes: list[Outcome]
    units: dict[int, str]

    @property
    def fairest(self) -> Outcome:
        return max(self.outcomes, key=lambda one: one.jain)

    def to_json(self) -> dict[str, Any]:
        return {
            "since": self.past.since.isoformat(),
            "until": self.past.until.isoformat(),
            "openings": len(self.past.openings),
            "advisors": len(self.past.people),
            "policy_version": self.past.policy.version,
            "policies": [
                {
                    "name": one.name,
                    "jain": round(one.jain, 4),
                    "late_share": round(one.late_share, 4),
                    "unassigned": one.unassigned,
                    "over_cap": one.over_cap,
                    "continuity_share": None
                    if one.continuity_share is None
                    else round(one.continuity_share, 4),
                    "jain_by_unit": {
                        self.units.get(pk, str(pk)): round(j, 4) for pk, j in one.by_unit.items()
                    },
                }
                for one in self.outcomes
            ],
            "fairest": self.fairest.name,
        }


def compare(now: datetime, *, days: int = DAYS) -> Comparison:
    """Reads, replays, writes nothing."""
    past = gather(now, days=days)
    outcomes = [
        replay(past.openings, past.people, past.policy, variant, past.until, past.stages_of)
        for variant in VARIANTS
    ]
    return Comparison(past, outcomes, dict(Unit.objects.order_by("name").values_list("pk", "name")))


def by_width(past: Past, widths: Sequence[float]) -> dict[float, float]:
    """Our way's index for other widths of a tie (`tie_width_pct`), everything else alike."""
    return {
        width: replay(
            past.openings,
            past.people,
            replace(past.policy, tie_width_pct=width),
            OURS,
            past.until,
            past.stages_of,
        ).jain
        for width in widths
    }


def as_text(compared: Comparison) -> str:
    """The table, and what it says."""
    past = compared.past
    head = ("Politique", "Jain", "Sans conseiller à 15 min", "Au-delà du plafond", "Continuité gardée")
    rows = [
        (
            one.name,
            f"{one.jain:.3f}".replace(".", ","),
            percent(one.late_share),
            str(one.over_cap),
            "sans objet" if one.continuity_share is None else percent(one.continuity_share),
        )
        for one in compared.outcomes
    ]
    widths = [max(len(row[n]) for row in (head, *rows)) for n in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, tuple("-" * width for width in widths), *rows)
    ]
    days = (past.until - past.since).days
    return "\n".join(
        [
            f"{days} jours rejoués : {len(past.openings)} dossiers ouverts, {len(past.people)} conseillers "
            f"participants, politique version {past.policy.version}. Rien n’est écrit.",
            "",
            *lines,
            "",
            "Jain : équité de la charge par heure disponible dans chaque unité, pondérée par ses conseillers "
            "(1 = égale pour tous).",
            f"La plus équitable : {compared.fairest.name}.",
        ]
    )


def percent(share: float) -> str:
    return f"{share * 100:.1f}{NNBSP}%".replace(".", ",")
