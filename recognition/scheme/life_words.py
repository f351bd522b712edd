"""How a version ends or goes on, in one sentence (domain.md L69)."""

from __future__ import annotations

from recognition.enums import Renewal
from recognition.models import SchemeVersion
from recognition.scheme import clock


def renewal_words(row: SchemeVersion) -> str:
    """What happens after the last day, in one sentence."""
    end = f"{row.period_end:%d/%m/%Y}" if row.period_end else "(à compléter)"
    if row.renewal == Renewal.NONE:
        return f"Elle s’arrête le {end} et ne se reconduit pas."
    if row.renewal_stopped_on is not None:
        return f"Sa reconduction a été arrêtée le {row.renewal_stopped_on:%d/%m/%Y} : elle finit le {end}."
    left = max((row.max_renewals or 0) - row.renewal_rank, 0)
    times = "une fois" if left == 1 else f"{left} fois"
    if not left:
        return f"Elle finit le {end} : toutes les reconductions prévues ont eu lieu."
    if row.renewal == Renewal.TACIT:
        until = f" avant le {clock.acquired_on(row):%d/%m/%Y}" if row.period_end else ""
        return (
            f"Elle finit le {end}, puis se reconduit d’elle-même pour une période de même durée, {times} au plus, "
            f"sauf si les RH l’arrêtent{until} (préavis de {row.notice_days} jours)."
        )
    return (
        f"Elle finit le {end}. Une décision expresse peut la reconduire pour une période de même durée, {times} "
        f"au plus, avec un préavis de {row.notice_days} jours."
    )
