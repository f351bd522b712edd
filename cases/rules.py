"""The rules as rows: loading them for the pure rule, refusing overlaps.

domain.md §4.6. `load_rulebook()` is what every evaluation starts from.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from atdemain.organisation.models import Unit
from cases.enums import WindowMode
from cases.models import RepeatRule
from cases.repeat import ParticipationFacts, RuleBook, RuleFacts


def facts_of(rule: RepeatRule) -> RuleFacts:
    """The rule as the pure evaluation reads it (an unsaved one has no id: give it one to preview)."""
    return RuleFacts(
        id=rule.pk,
        code=rule.code,
        version=rule.version,
        programme_id=rule.programme_id,
        unit_id=rule.unit_id,
        segment=rule.segment,
        channels=frozenset(rule.channels),
        threshold=rule.threshold,
        window_hours=rule.window_hours,
        window_mode=rule.window_mode,
        identity_scope=rule.identity_scope,
        reason_scope=rule.reason_scope,
        min_talk_s=rule.min_talk_s,
        reconnect_s=rule.reconnect_s,
        callback_return_h=rule.callback_return_h,
        mode=rule.mode,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
    )


def load_rulebook() -> RuleBook:
    """Every rule, participation and unit zone (two small queries)."""
    participations, zones = [], {}
    fields = ("programme_id", "participates", "valid_from", "valid_to")
    units = Unit.objects.order_by().values_list("pk", "tz", *(f"participations__{name}" for name in fields))
    for unit_id, tz, programme_id, *rest in units:
        zones[unit_id] = tz
        if programme_id is not None:
            participations.append(ParticipationFacts(programme_id, unit_id, *rest))
    return RuleBook([facts_of(rule) for rule in RepeatRule.objects.all()], participations, zones)


def overlapping(rule: RepeatRule) -> Iterator[RepeatRule]:
    """The rules of the same specificity (same programme, unit and segment) whose period meets this one's."""
    same = RepeatRule.objects.filter(
        programme_id=rule.programme_id, unit_id=rule.unit_id, segment=rule.segment
    ).exclude(pk=rule.pk)
    for other in same:
        ends_before = rule.valid_to is not None and other.valid_from is not None
        starts_after = rule.valid_from is not None and other.valid_to is not None
        if ends_before and rule.valid_to <= other.valid_from:
            continue
        if starts_after and other.valid_to <= rule.valid_from:
            continue
        yield other


def validate_rule(rule: RepeatRule, *, alone: bool = True) -> None:
    """Refuse what the database cannot: an overlap of equal specificity, a calendar of part days.

    Raises ValidationError, by field, in French. `alone=False` leaves overlaps out (a preview replaces them).
    """
    errors: dict[str, list[str]] = {}
    if rule.window_mode == WindowMode.CALENDAR and (rule.window_hours or 0) % 24:
        errors["window_hours"] = ["En jours calendaires, la fenêtre est un multiple de 24 heures."]
    if not rule.channels:
        errors["channels"] = ["Choisissez au moins un canal."]
    for other in overlapping(rule) if alone else ():
        errors.setdefault("valid_from", []).append(
            f"La règle {other.code} version {other.version} couvre déjà une partie de cette période "
            "pour la même unité et le même segment : fermez-la d’abord."
        )
    if errors:
        raise ValidationError(errors)
