"""A version and what surrounds it, read for the validator."""

from __future__ import annotations

from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.scheme.draft import CONTENT, Draft, Neighbour


def draft_of(version: SchemeVersion) -> Draft:
    """At most three queries."""
    amended = version.amends
    envelope = BudgetEnvelope.objects.filter(scheme=version).first()
    return Draft(
        **{name: getattr(version, name) for name in CONTENT},
        amends=_neighbour(amended) if amended is not None else None,
        envelope_cents=envelope.total_cents if envelope is not None else None,
        neighbours=neighbours(version),
    )


def neighbours(version: SchemeVersion) -> tuple[Neighbour, ...]:
    """The other public versions of the programme; an amendment stands on the period of the whole line it betters."""
    public = list(
        SchemeVersion.objects.public()
        .filter(programme_id=version.programme_id)
        .exclude(pk=version.pk)
        .order_by("number")
    )
    line, upper = set(), version.amends_id
    known = {one.pk: one for one in public}
    while upper is not None and upper not in line:
        line.add(upper)
        upper = known[upper].amends_id if upper in known else None
    return tuple(_neighbour(one) for one in public if one.pk not in line)


def _neighbour(version: SchemeVersion) -> Neighbour:
    assert version.period_start is not None
    assert version.period_end is not None
    return Neighbour(version.number, version.period_start, version.period_end)
