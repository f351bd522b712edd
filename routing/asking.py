"""What a case asks of the engine: its stages, the skills it needs, who knows this client and who no longer gets them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from atdemain.organisation.models import Unit, UnitParticipation
from cases.enums import Origin
from cases.models import Case
from routing.engine import Request
from routing.facts import Board
from routing.models import ClientExclusion, UnitSharing


@dataclass(frozen=True, slots=True)
class Known:
    """What past cases say of some clients: who kept which of them, and who no longer gets this client.

    `kept`: (client, identity) → (case, owner), the latest opened first; `refused`: client → advisors.
    """

    kept: Mapping[tuple[int, str], Sequence[tuple[int, int]]]
    refused: Mapping[int, Collection[int]]

    @classmethod
    def of(cls, cases: Iterable[Case], board: Board) -> Known:
        """Two queries, however many cases."""
        clients = {case.client_id for case in cases}
        since = board.now - timedelta(days=board.policy.continuity_days)
        kept: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
        refused: dict[int, list[int]] = defaultdict(list)
        past = Case.objects.filter(client__in=clients, owner__isnull=False, last_event_at__gte=since)
        for client, identity, pk, owner in past.order_by("-opened_at", "-pk").values_list(
            "client", "identity_key", "pk", "owner"
        ):
            kept[client, identity].append((pk, owner))
        for client, user in ClientExclusion.objects.filter(client__in=clients).values_list("client", "user"):
            refused[client].append(user)
        return cls(kept, refused)

    def last_owner(self, case: Case) -> int | None:
        """Who keeps, or kept last, another case of the same identity (domain.md §5.2)."""
        others = self.kept.get((case.client_id, case.identity_key), ())
        return next((owner for pk, owner in others if pk != case.pk), None)


def request_for(
    case: Case,
    board: Board,
    stages: tuple[frozenset[int], ...] | None = None,
    *,
    known: Known | None = None,
    former_owner_id: int | None = None,
) -> Request:
    """No query where `stages` (from `stages_for`) and `known` are given. `former_owner_id`: who just lost it."""
    known = known or Known.of([case], board)
    return Request(
        colour=case.colour,
        unit_id=case.unit_id,
        stages=stages if stages is not None else stages_for(case.unit_id, board),
        skills=board.skills_for(case.reason_family),
        needs_participation=case.origin == Origin.RD3PLUS,
        continuity=tuple(dict.fromkeys(pk for pk in (former_owner_id, known.last_owner(case)) if pk)),
        refused=frozenset(known.refused.get(case.client_id, ())),
        state=str(case.state),
    )


def stages_for(unit_id: int, board: Board, *, anywhere: bool = False) -> tuple[frozenset[int], ...]:
    """Own unit, then units with an agreement, then every participating unit (domain.md §5.5); one query.

    `anywhere`: the case waited an hour (TM1), every participating unit is looked into whatever the policy.
    """
    day = timezone.localdate(board.now)
    agreement = UnitSharing.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        unit=unit_id,
        helper=OuterRef("pk"),
    )
    taking_part = (
        UnitParticipation.objects.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            unit=OuterRef("pk"),
        )
        .order_by("-valid_from")
        .values("participates")[:1]
    )
    rows = (
        Unit.objects.exclude(pk=unit_id)
        .annotate(agreed=Exists(agreement), taking_part=Subquery(taking_part))
        .order_by("pk")
        .values_list("pk", "agreed", "taking_part")
    )
    participating = [(pk, agreed) for pk, agreed, taking in rows if taking]
    stages = [frozenset({unit_id}), frozenset(pk for pk, agreed in participating if agreed)]
    if board.policy.national_pool or anywhere:
        stages.append(frozenset(pk for pk, _agreed in participating))
    return tuple(stage for stage in stages if stage)
