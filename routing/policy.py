"""The routing policy as the engine reads it (domain.md §5.3–§5.5). Pure: a versioned set of weights.

Points are integers in hundredths (9.6 points = 960), so that sums and comparisons are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

POINT = 100  # hundredths in a point


class PolicyRefused(ValueError):
    """By field, in French: what is wrong with a proposed policy."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Policy:
    """Weights in points (one decimal at most), times in minutes, shares in per cent. [A]: all adjustable."""

    opened: float = 10
    callback_due: float = 8
    escalated: float = 5
    resolved: float = 1
    red: float = 1.5
    orange: float = 1.2
    green: float = 1.0
    due_this_shift: float = 4
    overdue: float = 8
    bad_news: float = 3
    conflictual: float = 10
    conflictual_minutes: int = 120
    hard_pair: float = 5
    hard_gap_minutes: int = 5
    scheduled_hour: float = 6
    cap: float = 100
    tie_width_pct: float = 4
    continuity_margin_pct: int = 20
    continuity_days: int = 30
    shift_left_minutes: int = 20
    recovery_minutes: int = 10
    bad_news_limit: int = 5
    skill_level: int = 1
    band_orange_pct: int = 60
    band_red_pct: int = 85
    fairness_in_unit: float = 0.90
    fairness_between_units: float = 0.85
    compensation_ratio: float = 4
    national_pool: bool = True
    version: int = field(default=0, compare=False)

    def factor(self, colour: str) -> int:
        """The colour's factor in hundredths (red 150, orange 120, green 100)."""
        return hundredths({"red": self.red, "orange": self.orange}.get(colour, self.green))

    def points(self, name: str) -> int:
        """A weight in hundredths of a point."""
        return hundredths(getattr(self, name))

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "version"}

    @classmethod
    def from_json(cls, data: Mapping[str, Any], version: int = 0) -> Policy:
        """Raises PolicyRefused: an unknown key, a negative weight, a cap of 0, shares out of order."""
        known = {item.name: item for item in fields(cls) if item.name != "version"}
        errors: dict[str, str] = {}
        values: dict[str, Any] = {}
        for name, value in data.items():
            if name not in known:
                errors[name] = f"Réglage inconnu : {name}."
            elif isinstance(known[name].default, bool):
                values[name] = bool(value)
            elif isinstance(value, bool) or not isinstance(value, int | float) or value != value:
                errors[name] = f"« {LABELS[name]} » est un nombre."
            elif value < 0:
                errors[name] = f"« {LABELS[name]} » ne peut pas être négatif."
            elif value > 10_000:
                errors[name] = f"« {LABELS[name]} » est démesuré."
            else:
                values[name] = type(known[name].default)(value)
        policy = cls(**values, version=version)
        for name in ("cap", "red", "orange", "green"):
            if name not in errors and getattr(policy, name) <= 0:
                errors[name] = f"« {LABELS[name]} » est supérieur à 0."
        for name in ("fairness_in_unit", "fairness_between_units"):
            if name not in errors and getattr(policy, name) > 1:
                errors[name] = f"« {LABELS[name]} » va de 0 à 1."
        if not errors and not 0 < policy.band_orange_pct < policy.band_red_pct < 100:
            errors["band_orange_pct"] = "Les seuils vont dans l’ordre : 0 < orange < rouge < 100 %."
        if errors:
            raise PolicyRefused(errors)
        return policy


def hundredths(value: float) -> int:
    """9.6 → 960."""
    return round(value * POINT)


#: What each setting is called on the administrator's page.
LABELS: dict[str, str] = {
    "opened": "Dossier ouvert (points)",
    "callback_due": "Rappel à faire (points)",
    "escalated": "Dossier escaladé (points)",
    "resolved": "Dossier en observation (points)",
    "red": "Facteur rouge",
    "orange": "Facteur orange",
    "green": "Facteur vert",
    "due_this_shift": "Rappel promis pendant le service (points)",
    "overdue": "Rappel en retard (points)",
    "bad_news": "Rappel sans solution fait ce jour (points)",
    "conflictual": "Contact conflictuel (points au départ)",
    "conflictual_minutes": "Contact conflictuel : s’éteint en (minutes)",
    "hard_pair": "Deux contacts conflictuels rapprochés (points)",
    "hard_gap_minutes": "Rapprochés : moins de (minutes)",
    "scheduled_hour": "Heure d’accompagnement ou de formation restante (points)",
    "cap": "Plafond à temps plein (points)",
    "tie_width_pct": "Écart de charge tenu pour une égalité (% du plafond)",
    "continuity_margin_pct": "Marge de continuité au-delà du plafond (%)",
    "continuity_days": "Continuité : dernier dossier de moins de (jours)",
    "shift_left_minutes": "Temps de service restant exigé (minutes)",
    "recovery_minutes": "Récupération proposée (minutes)",
    "bad_news_limit": "Rappels sans solution par jour avant d’avertir le manager",
    "skill_level": "Niveau de compétence exigé (1 à 4)",
    "band_orange_pct": "Seuil orange (% du plafond)",
    "band_red_pct": "Seuil rouge (% du plafond)",
    "fairness_in_unit": "Équité attendue dans l’unité (indice de Jain)",
    "fairness_between_units": "Équité attendue entre unités (indice de Jain)",
    "compensation_ratio": "Contacts ordinaires dus pour un RD3+ repris (κ)",
    "national_pool": "Débordement vers toutes les unités participantes",
}
