"""Scripts: the version in force, those before, and the suggestion each came from (domain.md L29)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.forms.fields import number_in
from cases.views.access import for_roles
from recognition.forms.suggestions import ScriptForm
from recognition.models import ScriptVersion
from recognition.suggestions import scripts
from recognition.suggestions.querysets import INSIDERS
from recognition.suggestions.workflow import SuggestionMoved, SuggestionRefused

MOVED = "Une autre version vient d’être publiée : votre saisie est gardée. Relisez-la, puis renvoyez."


@require_safe
@for_roles(*INSIDERS)
def script_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "scripts": scripts.in_force(today),
        "today": today,
        "may_write": request.user.has_role(*scripts.WRITERS),
    }
    return render(request, "recognition/scripts/list.html", context)


@require_safe
@for_roles(*INSIDERS)
def script(request: HttpRequest, code: str) -> HttpResponse:
    versions = list(
        ScriptVersion.objects.filter(code=code)
        .select_related("suggestion", "written_by")
        .order_by("-version")
    )
    if not versions:
        raise Http404
    today = timezone.localdate()
    context = {
        "versions": versions,
        "current": next((one for one in versions if one.valid_from <= today), None),
        "title": versions[0].title,
        "code": code,
        "today": today,
        "may_write": request.user.has_role(*scripts.WRITERS),
    }
    return render(request, "recognition/scripts/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*scripts.WRITERS)
def new(request: HttpRequest) -> HttpResponse:
    """`?code=`: the next version of a script; `?suggestion=`: what it comes from."""
    code = request.GET.get("code", "").replace("\x00", "")
    last = ScriptVersion.objects.filter(code=code).order_by("-version").first() if code else None
    if code and last is None:
        raise Http404
    first = {
        "version": last.version if last else 0,
        "title": last.title if last else "",
        "text": last.text if last else "",
        "valid_from": timezone.localdate(),
        "suggestion": number_in(request.GET.get("suggestion")),
    }
    posted, status = request.method == "POST", 200
    form = ScriptForm(request.POST if posted else None, initial=first, code=code)
    if posted and form.is_valid():
        try:
            made = scripts.publish(actor=request.actor, now=timezone.now(), **form.data_for_domain())
        except SuggestionRefused as refused:
            form.add_error(refused.field or None, refused.message)
        except SuggestionMoved:
            form.add_error(*_moved(form, code))
            status = 409
        else:
            messages.success(request, f"« {made.title} », version {made.version} : publiée.")
            return redirect("recognition:script", code=made.code)
    if status == 200 and form.errors:
        status = 422
    return render(
        request, "recognition/scripts/new.html", {"form": form, "last": last, "code": code}, status=status
    )


def _moved(form: ScriptForm, code: str) -> tuple[str | None, str]:
    """For a new script, its code is taken; for a next version, its number is now that of the last one."""
    if not code:
        return (
            "code",
            "Ce code est celui d’un script qui existe : ouvrez-le pour en publier la version suivante.",
        )
    last = ScriptVersion.objects.filter(code=code).order_by("-version").first()
    form.data = form.data.copy()
    form.data["version"] = last.version if last else 0
    return None, MOVED
