"""The repeat-contact rule (domain.md §4): pure, and the only place where it is written.

Intake, bulk import, backfill, the change preview and « pourquoi pas de dossier ? » all call
`evaluate()`; none of them counts anything itself.
"""

from .evaluation import evaluate
from .exclusions import event_order
from .facts import (
    DIGITAL,
    MANUAL,
    AttemptFacts,
    ContactFacts,
    ContactKey,
    ParticipationFacts,
    RuleFacts,
    Verdict,
)
from .identity import identity_key
from .rulebook import DEFAULT_RULE, RuleBook, as_utc, choose_rule
from .window import reach, window_start

__all__ = [
    "DEFAULT_RULE",
    "DIGITAL",
    "MANUAL",
    "AttemptFacts",
    "ContactFacts",
    "ContactKey",
    "ParticipationFacts",
    "RuleBook",
    "RuleFacts",
    "Verdict",
    "as_utc",
    "choose_rule",
    "evaluate",
    "event_order",
    "identity_key",
    "reach",
    "window_start",
]
