"""The awards of a campaign, for HR: the list, its file, and one award with what a reader needs to recompute it."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from atdemain.spreadsheets import harmless
from cases.exporting.csv_file import BOM
from cases.exporting.export import CONTENT_TYPES
from cases.list_page import SIZES, page_number, read_page
from cases.views.access import for_roles
from recognition.campaigns.listing import AWARDS, AwardSelection
from recognition.enums import Outcome
from recognition.evidence.frozen import facts_of
from recognition.evidence.proofs import proofs
from recognition.models import Award, Campaign
from recognition.results import read_result
from recognition.sources import SOURCES
from recognition.wording import fact_words


@require_safe
@for_roles(Role.HR)
def award_list(request: HttpRequest, pk: int) -> HttpResponse:
    """`?sort=`, `?page=` and the filters of the list."""
    campaign = get_object_or_404(Campaign.objects.select_related("scheme"), pk=pk)
    now = timezone.now()
    selection = AwardSelection(campaign, request.user, request.GET, now)  # type: ignore[arg-type]
    exact = request.GET.get("count") == "exact"
    page = read_page(selection, page_number(request.GET.get("page")), request.user.list_size, exact=exact)  # type: ignore[union-attr]
    list(selection.labelled(page.rows))
    log_access(request, "view", "campaign_awards", pk, rows=len(page.rows))
    context = {
        "campaign": campaign,
        "now": now,
        "listing": AWARDS,
        "selection": selection,
        "page": page,
        "told": page.told(AWARDS.noun).replace("aucun attribution", "aucune attribution"),
        "table": AWARDS.table([], order_by=selection.sort),
        "sorts": selection.sorts,
        "rows": "recognition/campaigns/_awards_rows.html",
        "sizes": SIZES,
    }
    return render(request, "recognition/campaigns/awards.html", context)


@require_safe
@for_roles(Role.HR)
def award_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The same rows under the same headings, as CSV."""
    campaign = get_object_or_404(Campaign.objects.select_related("scheme"), pk=pk)
    selection = AwardSelection(campaign, request.user, request.GET, timezone.now())  # type: ignore[arg-type]
    if not selection.valid:
        return redirect(f"{reverse('recognition:campaign_awards', args=[pk])}?{request.GET.urlencode()}")
    buffer = io.StringIO(newline="")
    buffer.write(BOM)
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(harmless(heading) for heading, _ in AWARDS.columns)
    lines = 0
    for row in selection.labelled(selection.rows.iterator(chunk_size=500)):
        lines += 1
        writer.writerow(harmless(str(plain(row))) for _, plain in AWARDS.columns)
    log_access(request, "export", "campaign_awards", pk, purpose=Purpose.EXPORT, rows=lines)
    response = HttpResponse(buffer.getvalue(), content_type=CONTENT_TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="attributions-{pk}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@for_roles(Role.HR)
def award(request: HttpRequest, pk: int, award_pk: int) -> HttpResponse:
    """The explanation, then each criterion with the fact it was judged on, and the frozen evidence."""
    row = (
        Award.objects.filter(pk=award_pk, campaign=pk)
        .select_related("campaign__scheme", "employee", "unit")
        .first()
    )
    if row is None:
        raise Http404
    log_access(request, "view", "award", award_pk, rows=1)
    evidence = list(row.campaign.evidence.filter(employee=row.employee_id).order_by("role", "source"))
    facts = facts_of(evidence)
    known = proofs((source for fact in facts.values() for source in fact.sources), own=False)
    context = {
        "award": row,
        "campaign": row.campaign,
        "verdicts": _verdicts(row) if row.result else [],
        "period_days": row.campaign.scheme.terms().period_days,
        "segments": read_result(row.result).segments if row.result else (),
        "blocking": row.result.get("blocking", []),
        "evidence": [
            {
                "role": Role(role).label,
                "label": SOURCES[source].label if source in SOURCES else source,
                "fact": fact,
                "words": fact_words(source, fact),
                "proofs": [known[one] for one in fact.sources],
            }
            for (role, source), fact in sorted(facts.items())
        ],
        "revisions": list(row.revisions.select_related("by").order_by("at", "pk")),
    }
    return render(request, "recognition/campaigns/award.html", context)


def _verdicts(row: Award) -> list[dict[str, Any]]:
    """Level by level, role by role (named where there are two), with each criterion in the version's words."""
    scheme = row.campaign.scheme
    labels = {one["code"]: one["label"] for one in scheme.levels}
    result = read_result(row.result)
    return [
        {
            "role": Role(role).label if len(result.verdicts) > 1 else "",
            "level": labels.get(one.level, one.level),
            "outcome": Outcome(one.outcome).label,
            "met": one.outcome == Outcome.MET,
            "criteria": [
                {
                    "label": scheme.criteria.get(each.criterion, {}).get("label", each.criterion),
                    "outcome": Outcome(each.outcome).label,
                    "met": each.outcome == Outcome.MET,
                    "words": fact_words(scheme.criteria.get(each.criterion, {}).get("source", ""), each.fact)
                    if each.fact
                    else "",
                }
                for each in one.criteria
                if each.outcome != Outcome.NOT_APPLICABLE
            ],
            "missing": one.missing,
        }
        for role, levels in result.verdicts.items()
        for one in levels
        if one.outcome != Outcome.NOT_APPLICABLE
    ]
