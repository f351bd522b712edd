"""What a change of a unit's hours would do to what was promised (administration)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from atdemain.organisation import hours_effects
from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import Unit
from cases.enums import WORKING_STATES, PromiseStatus
from cases.models import Promise

SHOWN = 5  # references named


def register() -> None:
    """Listen to the organisation, which knows nothing of promises; registering twice is once."""
    if promises_outside not in hours_effects.effects:
        hours_effects.effects.append(promises_outside)


def promises_outside(
    unit: Unit, before: BusinessCalendar, after: BusinessCalendar, now: datetime
) -> list[str]:
    """The callbacks to come that fell inside the hours of whoever calls, and no longer would."""
    calls = Q(case__owner__user__unit=unit.pk) | Q(case__owner=None, case__unit=unit.pk)
    coming = (
        Promise.objects.filter(
            calls, status=PromiseStatus.PENDING, window_end__gt=now, case__state__in=WORKING_STATES
        )
        .select_related("case")
        .order_by("window_start", "pk")
    )
    moved = [one for one in coming if before.covers(*_window(one)) and not after.covers(*_window(one))]
    if not moved:
        return []
    refs = ", ".join(one.case.ref for one in moved[:SHOWN])
    more = f" et {len(moved) - SHOWN} autres" if len(moved) > SHOWN else ""
    many = len(moved) > 1
    return [
        f"{len(moved)} rappel{'s' if many else ''} promis sur {len(coming)} "
        f"tomberai{'en' if many else ''}t en dehors des heures ({refs}{more}) : "
        f"{'leurs fenêtres restent promises' if many else 'sa fenêtre reste promise'}, "
        "à tenir ou à déplacer avec le client."
    ]


def _window(promise: Promise) -> tuple[datetime, datetime]:
    return promise.window_start, promise.window_end
