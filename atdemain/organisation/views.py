"""The employee's answer to taking part, as the page posts it: for themselves alone (domain.md §6.3).

The page itself, « Ma participation », is `recognition.views.mine`.
"""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone

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


def participations_of(user: User) -> QuerySet[Participation]:
    """Those that run or are to come; an ended one asks for nothing any more."""
    today = timezone.localdate()
    running = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    return Participation.objects.filter(running, employee=user.pk).order_by("starts_on", "pk")


def answer(request: HttpRequest) -> None:
    """What the employee posted, recorded or refused in a message.

    404 for somebody else's participation, as for one that does not exist.
    """
    mine = participations_of(request.user)  # type: ignore[arg-type]
    number, said = request.POST.get("participation", ""), request.POST.get("answer", "")
    known = number.isascii() and number.isdecimal() and len(number) < 19
    participation = mine.filter(pk=int(number)).first() if known else None
    if participation is None or said not in ConsentAnswer.values:
        raise Http404
    if said != ConsentAnswer.WITHDRAWN and request.POST.get("text_version") != TEXT_VERSION:
        messages.error(
            request, "Le texte a changé depuis l’affichage de la page : relisez-le, puis répondez."
        )
        return
    version = TEXT_VERSION if said != ConsentAnswer.WITHDRAWN else _accepted_version(participation)
    try:
        consent(
            participation,
            request.user,
            ConsentAnswer(said),
            version,
            timezone.now(),
            actor=request.actor,  # type: ignore[attr-defined]
        )
    except ConsentRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, THANKS[ConsentAnswer(said)])


def _accepted_version(participation: Participation) -> str:
    """What is withdrawn is the acceptance that was given, in the words it was given to."""
    accepted = (
        participation.consent_events.filter(answer=ConsentAnswer.ACCEPTED).order_by("-at", "-pk").first()
    )
    return accepted.text_version if accepted else TEXT_VERSION
