"""Calls to entities in French: on a case's timeline, in a confirmation, in the figures."""

from __future__ import annotations

from typing import Any

from atdemain.pages.typography import NBSP
from routing.enums import CallOutcome, LineUsed


def waited(seconds: int) -> str:
    """40 → « 40 s »; 125 → « 2 min 05 s »; 3 700 → « 1 h 01 min »."""
    if seconds < 60:
        return f"{seconds}{NBSP}s"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min" + (f"{NBSP}{rest:02d}{NBSP}s" if rest else "")
    return f"{minutes // 60}{NBSP}h{NBSP}{minutes % 60:02d}{NBSP}min"


def told(row: Any) -> str:
    """« Appel à BO-Cuivre (fil prioritaire) : a répondu après 2 min 05 s, client en attente. »"""
    outcome = row.event.reason_code
    line = " (fil prioritaire)" if row.new("line") == LineUsed.PRIORITY else ""
    return f"Appel à {row.entity}{line}{NBSP}: {ended(outcome, row.new('wait_s'), bool(row.new('client_on_hold')))}"


def ended(outcome: str, wait_s: int | None, on_hold: bool) -> str:
    """« a répondu après 2 min 05 s, client en attente »."""
    label = CallOutcome(outcome).label if outcome in CallOutcome.values else "fin inconnue"
    words = label[:1].lower() + label[1:]
    if wait_s is not None:
        words += f" après {waited(wait_s)}"
    return words + (", client en attente" if on_hold else "")
