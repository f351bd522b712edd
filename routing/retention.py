"""Nothing individual is kept beyond seven days; what stays is a team of five (domain.md L18, §2.9, §5.3).

Assignments keep who, when and how, without the figures that were compared.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from atdemain.journal.retention import Blanking, Deleting, Kind
from cases.retention.fields import GONE, Erased
from routing import presence
from routing.models import (
    Absence,
    Assignment,
    ClientExclusion,
    LoadSnapshot,
    MutualHelpRequest,
    RecoveryOffer,
    RoutingRequest,
)

KEPT = timedelta(days=7)
HOURLY = timedelta(hours=1)
EMPTY: dict[str, Any] = {"explanation": {}}

INDIVIDUAL = Kind(
    "individual_load",
    "Charge, présence et récupération de chaque conseiller",
    KEPT,
    "expliquer une affectation récente",
    (
        Deleting("load_snapshots", lambda now: LoadSnapshot.objects.filter(at__lt=now - KEPT)),
        Deleting("recovery_offers", lambda now: RecoveryOffer.objects.filter(offered_at__lt=now - KEPT)),
        Deleting("presences", presence.past),
        Blanking(
            "assignments",
            lambda now: Assignment.objects.filter(at__lt=now - KEPT).exclude(explanation={}),
            EMPTY,
        ),
        Blanking(
            "routing_requests",
            lambda now: RoutingRequest.objects.filter(tried_at__lt=now - KEPT).exclude(explanation={}),
            EMPTY,
        ),
    ),
    every=HOURLY,
)
PLANNING = Kind(
    "planning",
    "Planning passé et absences",
    presence.PLANNING_KEPT,
    "corriger le planning du mois",
    (
        Deleting("shifts", presence.past_planning),
        Deleting("absences", lambda now: Absence.objects.filter(ends_at__lt=now - presence.PLANNING_KEPT)),
    ),
)
KINDS = (INDIVIDUAL, PLANNING)

#: What routing holds about a client.
OF_CLIENTS = (
    Erased(MutualHelpRequest, "case__client", {"question": GONE}),
    Erased(Assignment, "case__client", {"reason_text": "", "explanation": {}}),
    Erased(RoutingRequest, "case__client", EMPTY | {"histogram": {}}),
    Erased(ClientExclusion, "client", None),
)
