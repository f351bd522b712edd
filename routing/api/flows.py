"""`GET /flows`: the entity's own volumes over a month, its origin ratio and its compensation account (L40, L42)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from atdemain.rest.problems import Fault, invalid
from atdemain.rest.views import ApiView
from routing import equity
from routing.facts import policy_in_force
from routing.policy import Policy

MONTHS = 24
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


class Flows(ApiView):
    scopes = {"GET": "flows:read"}
    parameters = frozenset({"month"})

    def get(self, request: Any) -> HttpResponse:
        """Aggregates of the caller's own; of the others, nothing but what the ratio is made of."""
        today = timezone.localdate(self.now)
        month = _month(request.GET.get("month"), today)
        row = policy_in_force(self.now)
        found = equity.partners(month, row.policy() if row else Policy(), only=request.user.entity)
        if not found:
            raise Http404
        own = found[0]
        ratio = own.own_ratio
        return self.reading(
            {
                "month": f"{month:%Y-%m}",
                "complete": (month.year, month.month) < (today.year, today.month),
                "contacts_handled": own.handled,
                "rd3plus_originated": round(float(own.originated), 2),
                "origin_ratio": None if ratio is None else round(ratio, 2),
                "compensation": {
                    "absorbed": own.absorbed,
                    "owed": own.owed,
                    "delivered": own.delivered,
                    "balance": own.balance,
                },
            }
        )


def _month(text: str | None, today: date) -> date:
    """The first day of the month asked for, this one without; 422 out of the last two years."""
    if text is None:
        return today.replace(day=1)
    found = _MONTH.fullmatch(text)
    if found:
        asked = date(int(found[1]), int(found[2]), 1)
        if 0 <= (today.year - asked.year) * 12 + today.month - asked.month < MONTHS:
            return asked
    words = f"Donnez un mois des {MONTHS} derniers, par exemple {today:%Y-%m}."
    raise invalid([Fault("bad_month", words, parameter="month")])
