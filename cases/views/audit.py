"""The audit of a case: everything that happened to it, whether the chain holds, and who looked at the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.journal.heads import kept_for
from atdemain.journal.verify import Chain, Row, verify_object
from atdemain.organisation.enums import Role
from cases.audit.durations import spells, totals
from cases.audit.readers import readings
from cases.audit.steps import steps
from cases.audit.words import KINDS
from cases.permissions import can
from cases.reviews import manages, reviews_of
from cases.timeline import journal_rows
from cases.workflow.loaded import calling_unit

from .access import SomebodyElses, for_roles, visible_case

#: Steps on one page; `?all=1` shows them all, for paper.
PAGE = 200


@require_safe
@for_roles(Role.MANAGER, Role.ADVISOR)
def audit_page(request: HttpRequest, ref: str) -> HttpResponse:
    """The unit's manager, and the advisor in charge for the own case, who does not see who looked at it."""
    case, now = visible_case(request, ref), timezone.now()
    if not can(request.user, "read_audit", case, now):
        raise SomebodyElses(case)
    chain = verify_object("case", str(case.pk), kept := kept_for("case", case.pk))
    page = Paginator(chain.rows, max(len(chain.rows), 1) if "all" in request.GET else PAGE).get_page(
        request.GET.get("page")
    )
    tz, unit = case.unit.calendar().tz, calling_unit(case)
    manager = manages(request.user, case)
    seen, more_seen = readings(case, tz) if manager else ([], False)
    context = {
        "case": case,
        "now": now,
        "tz": tz,
        "page": page,
        "steps": steps(
            case,
            _events(page.object_list),
            reader=request.user,
            tz=tz,
            rows=chain.rows,
            findings=chain.findings,
        ),
        "chain": _verdict(chain, kept),
        "totals": totals(spells(_moves(chain.rows)), unit.calendar(), now),
        "hours_of": unit,
        "manager": manager,
        "readings": seen,
        "more_readings": more_seen,
        "reviews": reviews_of(case, request.user),
        "can_review": can(request.user, "quality_review", case, now) and case.owner_id != request.user.pk,
    }
    log_access(request, "view", "case", case.pk, client_id=case.client_id, purpose=Purpose.AUDIT)
    return render(request, "cases/audit/page.html", context)


def _events(rows: Any) -> list[Any]:
    """The page's rows in words; by their keys, so that a forged rank hides none."""
    return list(journal_rows().filter(pk__in=[row["pk"] for row in rows]))


def _moves(rows: list[Row]) -> list[tuple[Any, str]]:
    return [(row["at"], row["to_state"]) for row in rows if not row["refused"] and row["to_state"]]


def _verdict(chain: Chain, kept: Mapping[int, str] | None) -> dict[str, Any]:
    """`outside`: whether the end of the chain was compared with what a file outside the database kept."""
    return {
        "holds": chain.holds,
        "rows": len(chain.rows),
        "erased": chain.summary.erased,
        "outside": bool(kept),
        "ahead": bool(chain.summary.ahead),
        "findings": [(finding.seq, KINDS[finding.kind]) for finding in chain.findings],
    }
