"""Every action on a case: one URL each, a page without script, a dialog with it.

GET shows the form; POST goes through the one door (`workflow.perform`). A refusal comes back in the
same form with its reasons and what was typed; a stale version says who moved the case meanwhile.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from cases import workflow
from cases.enums import OPEN_ESCALATION
from cases.forms.actions import ACTION_FORMS, ActionForm
from cases.forms.fields import number_in
from cases.models import Case
from cases.permissions import can, role_may
from cases.sentences import done_sentence

from .access import CASE_READERS, SomebodyElses, for_roles, visible_case


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CASE_READERS)
def act(request: HttpRequest, ref: str, action: str) -> HttpResponse:
    form_class = ACTION_FORMS.get(action)
    if form_class is None:
        raise Http404
    names = form_class.actions or (action,)
    if not any(role_may(request.user, name) for name in names):
        raise PermissionDenied
    case = visible_case(request, ref)
    now = timezone.now()
    if request.method != "POST":
        if form_class.one_click:
            return redirect("cases:case", ref=case.ref)
        if not any(can(request.user, name, case, now) for name in names):
            raise SomebodyElses(case)
        log_access(request, "view", "case", case.pk, client_id=case.client_id, purpose=Purpose.ACTION)
        form = form_class(case=case, user=request.user, now=now, query=request.GET)
        return _show(request, case, form)
    if request.POST.get("from"):  # another week of the grid: nothing is checked yet, what is typed stays
        return _show(
            request, case, form_class.another_week(request.POST, case=case, user=request.user, now=now)
        )
    form = form_class(request.POST, case=case, user=request.user, now=now, query=request.GET)
    if not form.stale and not any(can(request.user, name, case, now) for name in names):
        raise SomebodyElses(case)
    if not form.is_valid():
        return _show(request, case, form, status=422)
    try:
        done = workflow.perform(
            case.pk,
            form.performs,
            actor=request.actor,
            expected_version=form.cleaned_data["version"],
            now=now,
            **form.data_for_workflow(),
        )
    except workflow.NotAllowed:
        raise SomebodyElses(case) from None
    except workflow.Refused as refusal:
        if form_class.one_click:
            for reason in refusal.reasons:
                messages.error(request, reason.text)
            return _back(request, case)
        form.take_refusal(refusal.reasons)
        return _show(request, case, form, status=422)
    except workflow.Conflict as conflict:
        return _conflict(request, case, form, conflict)
    if done.already:
        messages.info(request, "C’était déjà fait : rien n’a été enregistré deux fois.")
    else:
        messages.success(request, done_sentence(done.event))
    return _back(request, done.case)


def _back(request: HttpRequest, case: Case) -> HttpResponse:
    """To the case if this account still sees it, else home (a hand-over may take it out of sight).

    `?desk`: the act came from the specialist's desk, on this escalation.
    """
    if "desk" in request.GET and request.user.has_role(Role.BACK_OFFICE):
        worked_on = number_in(request.POST.get("escalation"))
        url = reverse("cases:escalations")
        if worked_on and case.escalations.filter(pk=worked_on, status__in=OPEN_ESCALATION).exists():
            url = f"{url}?e={worked_on}"
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    seen = Case.objects.visible_to(request.user, now=timezone.now()).filter(pk=case.pk).exists()
    target = redirect("cases:case", ref=case.ref) if seen else redirect("home")
    return HttpResponseClientRedirect(target.url) if request.htmx else target


def _show(request: HttpRequest, case: Case, form: ActionForm, status: int = 200) -> HttpResponse:
    template = "cases/actions/_dialog.html" if request.htmx else "cases/actions/page.html"
    return render(request, template, {"case": case, "form": form, "now": timezone.now()}, status=status)


def _conflict(
    request: HttpRequest, case: Case, form: ActionForm, conflict: workflow.Conflict
) -> HttpResponse:
    """Someone moved the case first: say who, when and what; what was typed stays in the form."""
    fresh = visible_case(request, case.ref)
    form.refresh_version(fresh)
    template = "cases/actions/_dialog.html" if request.htmx else "cases/actions/page.html"
    context = {"case": fresh, "form": form, "conflict": conflict, "now": timezone.now()}
    return render(request, template, context, status=409)
