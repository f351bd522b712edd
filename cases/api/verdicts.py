"""What a partner is told of a contact it sent: its count, whether it is RD3+, and where the call goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from atdemain.organisation.handover import Handover, handovers
from cases.enums import Mode, VerdictValue
from cases.intake import Received
from cases.models import Contact, RepeatVerdict

LIVE = Mode.LIVE.value


@dataclass(slots=True)
class Told:
    """`mode` is said of an RD3+ only; `excluded`: why it does not count, "" when it does."""

    rd3plus: bool = False
    count: int | None = None
    mode: str = ""
    excluded: str = ""
    case_ref: str = ""
    unit: int | None = None

    @property
    def handed_over(self) -> bool:
        """Whether the call is for the internal advisors from now on."""
        return self.rd3plus and self.mode == LIVE

    def as_dict(self, lines: dict[int, Handover]) -> dict[str, Any]:
        line = lines.get(self.unit) if self.handed_over and self.unit is not None else None
        return {
            "rd3plus": self.rd3plus,
            "count": self.count,
            "mode": self.mode or None,
            "excluded": self.excluded or None,
            "case_ref": self.case_ref or None,
            "transfer_line": line.number if line else None,
        }


def told_of(items: Sequence[Received], now: datetime) -> list[dict[str, Any]]:
    """One per contact, in order. What is known already is read again as it now is: a query or two in all."""
    stored = _stored([item.contact_id for item in items if _is_known(item)])
    told = [_of(item, stored) for item in items]
    lines = handovers({one.unit for one in told if one.handed_over and one.unit is not None}, now)
    return [one.as_dict(lines) for one in told]


def _is_known(item: Received) -> bool:
    """Stored before and not judged now, or corrected without a word about its case."""
    return item.status == "unchanged" or (item.status == "updated" and not item.case_ref)


def _of(item: Received, stored: dict[int, Told]) -> Told:
    if item.contact_id in stored and _is_known(item):
        before = stored[item.contact_id]
        if item.verdict is None:
            return before
        case_ref = before.case_ref
    else:
        case_ref = item.case_ref
    verdict = item.verdict
    if verdict is None:
        return Told()
    unit = verdict.contact.unit_id
    if not verdict.rd3plus:
        return Told(False, verdict.n, "", verdict.code, case_ref, unit)
    return Told(True, verdict.n, verdict.mode, "", case_ref, unit)


def _stored(ids: Iterable[int | None]) -> dict[int, Told]:
    wanted = [pk for pk in ids if pk is not None]
    if not wanted:
        return {}
    modes = dict(
        RepeatVerdict.objects.filter(
            contact__in=wanted, superseded_at=None, verdict=VerdictValue.RD3PLUS
        ).values_list("contact", "mode")
    )
    rows = Contact.objects.filter(pk__in=wanted).order_by()
    return {
        pk: Told(pk in modes, n, modes.get(pk, ""), code, ref or "", unit)
        for pk, n, code, ref, unit in rows.values_list(
            "pk", "n_in_window", "exclusion_code", "case__ref", "unit"
        )
    }
