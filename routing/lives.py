"""What became of cases, read from the journal: when each changed state, colour or owner. Read only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from atdemain.journal.models import AuditEvent

CHUNK = 500  # cases per query


class Step(NamedTuple):
    """From `at` on."""

    at: datetime
    state: str
    colour: str
    owner_id: int | None


def lives(cases: Iterable[int]) -> dict[int, list[Step]]:
    """Every step of these cases, in order; one query per five hundred."""
    found: dict[int, list[Step]] = defaultdict(list)
    ids = list(cases)
    for start in range(0, len(ids), CHUNK):
        rows = (
            AuditEvent.objects.filter(
                object_type="case",
                object_id__in=[str(pk) for pk in ids[start : start + CHUNK]],
                refused=False,
            )
            .exclude(to_state="")
            .order_by("object_id", "seq")
            .values_list("object_id", "at", "to_state", "changes")
        )
        for pk, at, state, changes in rows:
            steps = found[int(pk)]
            colour, owner = (steps[-1].colour, steps[-1].owner_id) if steps else ("orange", None)
            step = Step(
                at,
                state,
                changes["colour"][1] if "colour" in changes else colour,
                changes["owner_id"][1] if "owner_id" in changes else owner,
            )
            if not steps or steps[-1][1:] != step[1:]:
                steps.append(step)
    return dict(found)


def held(steps: Sequence[Step], until: datetime) -> Iterable[tuple[int, datetime, datetime, str, str]]:
    """(owner, from, to, state, colour) of the times somebody kept the case, up to `until`."""
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        end = following.at if following is not None else until
        if step.owner_id is not None and end > step.at:
            yield step.owner_id, step.at, end, step.state, step.colour
