"""« Mon compte » and the accessibility statement."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.models import User
from atdemain.pages.forms import SettingsForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account_settings(request: HttpRequest) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = SettingsForm(posted, instance=request.user)
    if request.method == "POST":
        if form.is_valid():
            User.objects.filter(pk=request.user.pk).update(
                theme=form.cleaned_data["theme"], shortcuts_enabled=form.cleaned_data["shortcuts_enabled"]
            )
            messages.success(request, "Réglages enregistrés.")
            return redirect("account_settings")
        return render(request, "account/settings.html", {"form": form}, status=422)
    return render(request, "account/settings.html", {"form": form})


def admin_login(request: HttpRequest) -> HttpResponse:
    """To the site's log-in page; who is logged in and sent here has not the administration."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, "/"))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Open to everyone, logged in or not."""
    return render(request, "accessibility.html")
