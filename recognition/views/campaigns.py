"""« Campagnes »: HR's list, one campaign with its steps, and each step by the one door (domain.md §6.6)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.jobs import queue
from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from recognition.campaigns import guards, payroll, reading, workflow
from recognition.campaigns.facts import facts_of, is_working, person_of
from recognition.enums import BudgetPolicy, CampaignState
from recognition.forms.campaigns import CampaignForm, ReasonForm
from recognition.models import Award, BudgetEnvelope, Campaign

PAGE = 50
DONE = {
    "collect": "Les preuves sont recueillies et le calcul est lancé.",
    "compute": "Le calcul est lancé sur les mêmes preuves.",
    "publish": "Campagne publiée : chaque participant est prévenu.",
    "close": "Campagne close : la paie peut la recevoir.",
}
WITH_JOB = ("collect", "compute")
MOVED = "Quelqu’un a agi sur cette campagne entre-temps. Rien n’a changé : relisez-la, puis recommencez si besoin."


@require_safe
@for_roles(Role.HR)
def campaign_list(request: HttpRequest) -> HttpResponse:
    rows = Campaign.objects.select_related("scheme", "unit").order_by("-reference_date", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "recognition/campaigns/list.html", {"page": page, "now": timezone.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def new(request: HttpRequest) -> HttpResponse:
    form = CampaignForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = workflow.create(actor=request.actor, now=timezone.now(), **form.cleaned_data)  # type: ignore[attr-defined]
        except workflow.CampaignRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, "Campagne créée : arrêtez les preuves quand elles sont complètes.")
            return redirect("recognition:campaign", made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "recognition/campaigns/new.html", {"form": form}, status=status)


@require_safe
@for_roles(Role.HR)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _campaign(pk))


@require_POST
@for_roles(Role.HR)
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """422 with the page and the reasons when it is refused; 409 when somebody else acted first."""
    if name not in workflow.STEPS:
        raise Http404
    present = _campaign(pk)
    data: dict[str, Any] = {}
    if name in WITH_JOB:
        form = ReasonForm(request.POST)
        data["reason"] = form.cleaned_data["reason"] if form.is_valid() else ""
    if name == "validate":
        data["run"] = _number(request, "run")
    try:
        done = workflow.perform(
            pk,
            name,
            actor=request.actor,
            seen=_number(request, "version"),
            now=timezone.now(),
            **data,  # type: ignore[attr-defined]
        )
    except workflow.StaleCampaign:
        return _page(request, _campaign(pk), conflict=True, status=409)
    except workflow.CampaignRefused as refused:
        return _page(request, present, refused=refused.refusals, status=422)
    if name in WITH_JOB and done.job is not None:
        queue.run_at_once(done.job)
    messages.success(request, DONE.get(name) or _validated(done))
    return redirect("recognition:campaign", pk)


def _validated(campaign: Campaign) -> str:
    if campaign.state == CampaignState.VALIDATED:
        return "Campagne validée par deux personnes : la somme est engagée."
    return "Première validation enregistrée : une autre personne RH donne la seconde."


@require_POST
@for_roles(Role.HR)
def payroll_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A job writes the file; its page hands it over."""
    present = _campaign(pk)
    try:
        job = payroll.ask(present, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except workflow.CampaignRefused as refused:
        return _page(request, present, refused=refused.refusals, status=422)
    queue.run_at_once(job)
    return redirect("jobs:job", job.pk)


@require_safe
@for_roles(Role.HR)
def blocking(request: HttpRequest, pk: int) -> HttpResponse:
    """What keeps from validating, person by person, with what to do."""
    present = _campaign(pk)
    rows = Award.objects.filter(campaign=present).exclude(blocked=False, pending=False)
    rows = rows.select_related("employee", "unit").order_by("employee__last_name", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    log_access(request, "view", "campaign_blocking", pk, rows=len(page.object_list))
    return render(request, "recognition/campaigns/blocking.html", {"campaign": present, "page": page})


def _campaign(pk: int) -> Campaign:
    row = Campaign.objects.select_related("scheme", "unit", "job", "run_by").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _page(
    request: HttpRequest,
    campaign: Campaign,
    *,
    refused: list[guards.Refusal] | None = None,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    envelope = BudgetEnvelope.objects.filter(scheme=campaign.scheme_id).first()
    facts = facts_of(campaign, envelope=envelope)
    computed = campaign.state == CampaignState.COMPUTED
    blocks = guards.blocking(facts) if computed else []
    why = _why(request, campaign, facts)
    groups = reading.groups(campaign) if campaign.run and campaign.output_hash else []
    context = {
        "campaign": campaign,
        "envelope": envelope,
        "facts": facts,
        "steps": reading.steps(campaign, blocked=bool(blocks)),
        "blocks": blocks,
        "excess": guards.excess(facts) if computed else 0,
        "gauge": reading.gauge(campaign, envelope, facts) if envelope else None,
        "groups": groups,
        "group_people": sum(one.people for one in groups),
        "group_cents": sum(one.total_cents for one in groups),
        "counts": reading.counts(campaign) if groups or campaign.run else None,
        "seats": reading.seats(campaign),
        "working": is_working(campaign),
        "own_job": campaign.job is not None and campaign.job.asked_by_id == request.user.pk,
        "halted": campaign.job is not None and campaign.job.status in ("stopped", "failed"),
        "incomplete": campaign.job is not None and campaign.job.status == "finished" and campaign.job.refused,
        "why": why,
        "refused": refused or [],
        "conflict": conflict,
        "blocks_policy": campaign.scheme.budget_policy == BudgetPolicy.BLOCK,
        "now": timezone.now(),
    }
    return render(request, "recognition/campaigns/page.html", context, status=status)


def _why(request: HttpRequest, campaign: Campaign, facts: guards.Facts) -> dict[str, list[guards.Refusal]]:
    """Why each action offered in this state is impossible; an empty list: it is possible."""
    today = timezone.localdate()
    if campaign.state in guards.CHANGING:
        why = {"collect": guards.freeze(facts, today)}
        if campaign.state != CampaignState.DRAFT:
            why["compute"] = guards.compute(facts)
        if campaign.run and campaign.state == CampaignState.COMPUTED:
            why["validate"] = guards.validate(facts, person_of(campaign, request.user))
        return why
    return {
        CampaignState.VALIDATED.value: {"publish": guards.publish(facts)},
        CampaignState.PUBLISHED.value: {"close": guards.close(facts, today)},
    }.get(str(campaign.state), {})
