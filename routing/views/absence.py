"""The absence planner: what will move, read before it is confirmed; the return; the case taken back (§5.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from cases import workflow
from cases.models import Case
from cases.views.access import for_roles, visible_case
from routing import absence, returning, team
from routing.absence import Preview
from routing.forms.planning import AbsenceForm
from routing.models import Absence
from routing.presence import PresenceRefused

NOTE_LINES = workflow.assigning.NOTE_LINES
NOTE_MOST = 300


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER)
def planner(request: HttpRequest) -> HttpResponse:
    """GET with a person and dates: the preview (`now=1`: from this minute to this evening). POST confirms it."""
    now = timezone.now()
    people = team.advisors_of(request.user)
    posted = request.method == "POST"
    asked = request.POST if posted else _asked(request, now)
    form = AbsenceForm(asked, people=people)
    found: Preview | None = None
    said, status, errors = "", 200, {}
    if form.is_bound and form.is_valid():
        user = form.cleaned_data["person"]
        try:
            start, end = form.bounds()
            if posted:
                wanted, notes = _wanted(request, user), _notes(request, user)
                try:
                    made = absence.declare(
                        user, start, end, actor=request.actor, now=now,
                        version=request.POST.get("version", ""), wanted=wanted, notes=notes,
                    )  # fmt: skip
                except absence.Stale as stale:
                    said, status = stale.message, 409
                except workflow.Conflict:
                    said, status = "Un dossier a changé entre-temps. Relisez, puis confirmez.", 409
                except workflow.Refused as refusal:
                    said, status = "Rien n’est enregistré\u00a0: un dossier ne peut pas passer ainsi.", 422
                    errors = {refusal.case.pk: workflow.words_of(refusal)} if refusal.case else {}
                    said = said if errors else workflow.words_of(refusal)
                else:
                    messages.success(request, _told(made))
                    return redirect("routing:absences")
                found = absence.preview(user, start, end, now, wanted=wanted)
            else:
                absence.check(user, start, end, now)
                found = absence.preview(user, start, end, now)
        except PresenceRefused as refused:
            form.refuse(refused)
    if form.is_bound and form.errors:
        status = 422
    log_access(request, "view", "absence", rows=len(found.lines) if found else 0)
    context = {
        "form": form,
        "found": found,
        "asked": [(name, asked.get(name, "")) for name in form.field_order] if found else [],
        "choices": _choices(found, request.POST if posted else {}, errors) if found else [],
        "said": said,
        "absences": absence.of_team(people.values_list("pk", flat=True), now),
        "now": now,
    }
    return render(request, "routing/absences.html", context, status=status)


@require_POST
@for_roles(Role.MANAGER)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """« De retour »: an absence under way ends now, one to come is cancelled."""
    now = timezone.now()
    row = Absence.objects.select_related("user").filter(pk=pk).first()
    if row is None or not team.advisors_of(request.user).filter(pk=row.user_id).exists():
        raise Http404
    try:
        back = returning.come_back(row, request.actor, now)
    except workflow.WorkflowError as error:
        messages.error(request, workflow.words_of(error))
        return redirect("routing:absences")
    who = row.user.short_name
    if not back:
        messages.info(request, f"Cette absence de {who} est déjà terminée.")
    elif row.starts_at > now:
        messages.success(request, f"L’absence de {who} est annulée. Ses dossiers déplacés lui sont proposés.")
    else:
        messages.success(request, f"{who} est de retour. Ses dossiers déplacés lui sont proposés.")
    return redirect("routing:absences")


@require_POST
@for_roles(Role.ADVISOR)
def take_back(request: HttpRequest, ref: str) -> HttpResponse:
    """One click: the case offered on return is hers again."""
    case = visible_case(request, ref)
    try:
        workflow.perform(
            case.pk,
            "take_back",
            actor=request.actor,
            expected_version=_number(request.POST.get("version", "")),
        )
    except workflow.NotAllowed:
        raise Http404 from None
    except workflow.Conflict as conflict:
        messages.error(
            request, f"{conflict.by} vient de faire avancer ce dossier\u00a0: relisez-le, puis reprenez-le."
        )
    except workflow.Refused as refusal:
        messages.error(request, workflow.words_of(refusal))
    else:
        messages.success(request, f"Vous avez repris {case.client}.")
    return redirect("cases:case", ref=ref)


def _asked(request: HttpRequest, now: Any) -> Any:
    """The preview's question; `now=1` fills the dates in."""
    if "person" not in request.GET:
        return None
    asked = request.GET.copy()
    if asked.get("now"):
        local = timezone.localtime(now)
        asked.update({"day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}", "until": f"{local:%Y-%m-%d}"})
    return asked


def _held(request: HttpRequest, user: Any) -> dict[int, Case]:
    return {case.pk: case for case in Case.objects.working().filter(owner=user.pk).only("pk", "ref")}


def _wanted(request: HttpRequest, user: Any) -> dict[int, int | None]:
    """Who each case goes to, as the page was left: an empty choice is nobody."""
    wanted: dict[int, int | None] = {}
    for pk in _held(request, user):
        text = request.POST.get(f"to-{pk}")
        if text is not None:
            wanted[pk] = _number(text) if text else None
    return wanted


def _notes(request: HttpRequest, user: Any) -> dict[int, list[str]]:
    return {
        pk: [request.POST.get(f"note-{pk}-{rank}", "")[:NOTE_MOST] for rank in range(absence.LINES)]
        for pk in _held(request, user)
    }


def _choices(found: Preview, typed: Mapping[str, str], errors: Mapping[int, str]) -> list[dict[str, Any]]:
    """What the form of the preview shows for each case that passes; what was typed is still there."""
    shown = []
    for line in found.open_choices:
        pk = line.case.pk
        notes = [
            (f"note-{pk}-{rank}", label, typed.get(f"note-{pk}-{rank}", line.note[rank]))
            for rank, label in enumerate(NOTE_LINES)
        ]
        shown.append({"line": line, "notes": notes if found.away.long else [], "error": errors.get(pk, "")})
    return shown


def _told(made: Absence) -> str:
    count = made.handed_over.count()
    what = f"{count} dossier{'s' if count > 1 else ''} ou rappel{'s' if count > 1 else ''} confié{'s' if count > 1 else ''}"
    return f"Absence de {made.user.short_name} enregistrée\u00a0: {what if count else 'rien à déplacer'}."


def _number(text: str) -> int:
    """A number as typed; what is none never fits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
