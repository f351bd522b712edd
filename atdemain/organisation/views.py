"""« Ma participation »: where an employee accepts, declines or withdraws, for themselves (domain.md §6.3)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from atdemain.organisation.consent import TEXT_VERSION, ConsentRefused, consent
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import Participation, User

THANKS = {
    ConsentAnswer.ACCEPTED: "Accord enregistré : des dossiers RD3+ peuvent vous être confiés.",
    ConsentAnswer.DECLINED: "Refus enregistré : aucun dossier RD3+ ne vous sera confié.",
    ConsentAnswer.WITHDRAWN: (
        "Retrait enregistré : vos dossiers RD3+ en cours sont revenus dans la file de votre unité."
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_participation(request: HttpRequest) -> HttpResponse:
    mine = participations_of(request.user)
    if request.method == "POST":
        _answer(request, mine)
        return redirect("account_participation")
    context = {
        "participations": list(
            mine.select_related("programme", "designated_by").prefetch_related("consent_events")
        ),
        "today": timezone.localdate(),
        "text_version": TEXT_VERSION,
        "consent_text": f"account/consent/{TEXT_VERSION}.html",
    }
    return render(request, "account/participation.html", context)


def participations_of(user: User) -> QuerySet[Participation]:
    """Those that run or are to come; an ended one asks for nothing any more."""
    today = timezone.localdate()
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    return Participation.objects.filter(running, employee=user.pk).order_by("starts_on", "pk")


def _answer(request: HttpRequest, mine: QuerySet[Participation]) -> None:
    """404 for somebody else's participation, as for one that does not exist."""
    number, answer = request.POST.get("participation", ""), request.POST.get("answer", "")
    known = number.isascii() and number.isdecimal() and len(number) < 19
    participation = mine.filter(pk=int(number)).first() if known else None
    if participation is None or answer not in ConsentAnswer.values:
        raise Http404
    if answer != ConsentAnswer.WITHDRAWN and request.POST.get("text_version") != TEXT_VERSION:
        messages.error(
            request, "Le texte a changé depuis l’affichage de la page : relisez-le, puis répondez."
        )
        return
    version = TEXT_VERSION if answer != ConsentAnswer.WITHDRAWN else _accepted_version(participation)
    try:
        consent(
            participation,
            request.user,
            ConsentAnswer(answer),
            version,
            timezone.now(),
            actor=request.actor,  # type: ignore[attr-defined]
        )
    except ConsentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, THANKS[ConsentAnswer(answer)])


def _accepted_version(participation: Participation) -> str:
    """What is withdrawn is the acceptance that was given, in the words it was given to."""
    accepted = (
        participation.consent_events.filter(answer=ConsentAnswer.ACCEPTED).order_by("-at", "-pk").first()
    )
    return accepted.text_version if accepted else TEXT_VERSION
