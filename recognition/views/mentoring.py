"""« Accompagnements »: one's own sessions, planned, signed, disputed (domain.md §6.4)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.organisation.enums import Role
from cases.forms.fields import number_in
from cases.views.access import for_roles
from recognition.forms.mentoring import DisputeForm, PlanForm, SettleForm, find, next_half_hour
from recognition.mentoring import facts, history, reading, rules, workflow
from recognition.mentoring.enums import OPEN, SessionState
from recognition.mentoring.workflow import Done, SessionMoved, SessionRefused
from recognition.models import MentoringSession, SessionSignature

READERS = (*facts.ROLES, Role.HR)
MOVED = "Cette séance a changé entre-temps : elle est affichée telle qu’elle est. Relisez, puis recommencez."


@require_safe
@for_roles(*facts.ROLES)
def session_list(request: HttpRequest) -> HttpResponse:
    """What is to be signed first, then what comes, the hours by skill, and the past."""
    now, user = timezone.now(), request.user
    past = reading.for_lines(reading.past(user, now))
    hours = reading.hours_of(user)
    context = {
        "to_sign": list(reading.for_lines(reading.to_sign(user, now))[: reading.PAST]),
        "coming": list(reading.for_lines(reading.coming(user, now))[: reading.PAST]),
        "page": Paginator(past, reading.PAST).get_page(request.GET.get("page")),
        "hours": hours,
        "given": sum(one.given for one in hours),
        "received": sum(one.received for one in hours),
        "within": rules.SIGN_WITHIN,
        "now": now,
    }
    return render(request, "recognition/mentoring/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*facts.ROLES)
def new(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), request.user
    if request.method != "POST":
        start = timezone.localtime(next_half_hour(now))
        form = PlanForm(
            user=user,
            initial={"day": _day_asked(request) or start.date(), "start": start.time(), "minutes": 60},
        )
        return _plan_page(request, form, None)
    form = PlanForm(request.POST, user=user)
    if "find" in request.POST:
        return _plan_page(request, _unchecked(form), None)
    if form.is_valid():
        try:
            done = workflow.plan(form.content(), actor=request.actor, now=now)
        except SessionRefused as refused:
            form.refuse(refused.reasons)
        else:
            _say(request, done, "Séance notée. Les collègues accompagnés sont prévenus.")
            return redirect("recognition:session", pk=done.session.pk)
    return _plan_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*facts.ROLES)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """By its mentor; the signatures are void."""
    now, user = timezone.now(), request.user
    session = _session(request, pk)
    if session.mentor_id != user.pk:
        raise PermissionDenied
    if request.method != "POST":
        stops = rules.change_reasons(session.ends_at, state=session.state, now=now)
        if stops:
            messages.error(request, stops[0].message)
            return redirect("recognition:session", pk=pk)
        return _plan_page(request, PlanForm.of(session, user), session)
    form = PlanForm(request.POST, user=user)
    if "find" in request.POST:
        return _plan_page(request, _unchecked(form), session)
    status = 422
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            done = workflow.edit(pk, form.content(), version=version, actor=request.actor, now=now)
        except SessionRefused as refused:
            workflow.refused(pk, "edited", refused, actor=request.actor, now=now)
            form.refuse(refused.reasons)
        except SessionMoved:
            session = _session(request, pk)
            form.data = form.data.copy()
            form.data["version"] = session.version
            form.add_error(None, _moved(session))
            status = 409
        else:
            voided = " Les signatures sont annulées et les signataires prévenus." if done.voided else ""
            _say(request, done, f"Séance modifiée.{voided}")
            return redirect("recognition:session", pk=pk)
    return _plan_page(request, form, session, status=status)


@require_safe
@for_roles(*facts.ROLES)
def people(request: HttpRequest) -> HttpResponse:
    """Colleagues by name, for the form that is open; what is ticked stays."""
    ticked = {pk for pk in map(number_in, request.GET.getlist("trainees")) if pk is not None}
    chosen = list(facts.colleagues().select_related("unit").filter(pk__in=list(ticked)[:50]))
    words = request.GET.get("who", "")[:80]
    context = {"chosen": chosen, "found": find(words, request.user, ticked), "words": words.strip()}
    return render(request, "recognition/mentoring/_people.html", context)


@require_safe
@for_roles(*READERS)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return session_page(request, _session(request, pk))


@require_POST
@for_roles(*facts.ROLES)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """For oneself, what the page showed: `seen` is the content's hash."""
    _session(request, pk)
    try:
        done = workflow.sign(pk, seen=request.POST.get("seen", ""), actor=request.actor, now=timezone.now())
    except SessionRefused as refused:
        workflow.refused(pk, "signed", refused, actor=request.actor, now=timezone.now())
        messages.error(request, refused.reasons[0].message)
    except SessionMoved:
        messages.error(request, MOVED)
    else:
        words = "Séance signée."
        if done.session.state == SessionState.CO_SIGNED:
            words = f"Séance signée : {_hours(done.session)} d’accompagnement comptent."
        _say(request, done, words)
    return redirect("recognition:session", pk=pk)


@require_POST
@for_roles(*facts.ROLES)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    session = _session(request, pk)
    if session.mentor_id != request.user.pk:
        raise PermissionDenied
    version = number_in(request.POST.get("version")) or 0
    try:
        done = workflow.cancel(pk, version=version, actor=request.actor, now=timezone.now())
    except SessionRefused as refused:
        workflow.refused(pk, "cancelled", refused, actor=request.actor, now=timezone.now())
        messages.error(request, refused.reasons[0].message)
    except SessionMoved:
        messages.error(request, MOVED)
    else:
        _say(request, done, "Séance annulée : chacun retrouve ce temps, les collègues sont prévenus.")
    return redirect("recognition:session", pk=pk)


@require_POST
@for_roles(*facts.ROLES)
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    session = _session(request, pk)
    form = DisputeForm(request.POST)
    if not form.is_valid():
        return session_page(request, session, dispute_form=form, status=422)
    try:
        done = workflow.dispute(pk, text=form.cleaned_data["text"], actor=request.actor, now=timezone.now())
    except SessionRefused as refused:
        workflow.refused(pk, "disputed", refused, actor=request.actor, now=timezone.now())
        messages.error(request, refused.reasons[0].message)
    except SessionMoved:
        messages.error(request, MOVED)
    else:
        _say(request, done, "Séance contestée : elle ne compte plus tant que rien n’est tranché.")
    return redirect("recognition:session", pk=pk)


def session_page(
    request: HttpRequest,
    session: MentoringSession,
    *,
    dispute_form: forms.Form | None = None,
    settle_form: SettleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Who signed what, what this account may do and why not, the story."""
    now, user = timezone.now(), request.user
    signatures = {
        one.user_id: one
        for one in SessionSignature.objects.filter(session=session, voided_at=None).order_by("at")
    }
    trainees = [seat.trainee for seat in session.seats.all()]
    mentor, trainee = session.mentor_id == user.pk, any(one.pk == user.pk for one in trainees)
    party = mentor or trainee
    open_dispute = session.disputes.select_related("by").filter(outcome="").first()
    may_settle = (
        open_dispute is not None
        and not party
        and (
            user.has_role(Role.HR) or (user.has_role(Role.SUPPORT) and user.unit_id == session.mentor.unit_id)
        )
    )
    if may_settle and settle_form is None:
        settle_form = SettleForm(initial={"version": session.version})
    signable = rules.sign_reasons(
        facts.mentor_then(session.mentor, session.starts_at), session.ends_at,
        state=session.state, party=party, now=now,
    )  # fmt: skip
    disputable = rules.dispute_reasons(
        session.starts_at, session.ends_at, state=session.state, trainee=trainee, now=now
    )
    context = {
        "session": session,
        "people": [
            (session.mentor, "tuteur", signatures.get(session.mentor_id)),
            *((one, "collègue accompagné", signatures.get(one.pk)) for one in trainees),
        ],
        "signed": len(signatures),
        "deadline": session.ends_at + rules.SIGN_WITHIN,
        "mentor": mentor,
        "party": party,
        "i_signed": user.pk in signatures,
        "why_not": signable[0].message if signable and party else "",
        "may_change": mentor and not rules.change_reasons(session.ends_at, state=session.state, now=now),
        "may_dispute": trainee and not disputable,
        "dispute": open_dispute,
        "dispute_form": dispute_form or DisputeForm(),
        "settle_form": settle_form if may_settle else None,
        "open": session.state in OPEN,
        "over": session.ends_at <= now,
        "steps": history.story(session.pk),
        "now": now,
    }
    return render(request, "recognition/mentoring/page.html", context, status=status)


def _session(request: HttpRequest, pk: int) -> MentoringSession:
    """The session if this account may see it, else the 404 of an unknown one."""
    found = (
        reading.for_lines(MentoringSession.objects.visible_to(request.user))
        .select_related("mentor__unit")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _plan_page(
    request: HttpRequest, form: PlanForm, session: MentoringSession | None, *, status: int = 422
) -> HttpResponse:
    chosen = form.chosen
    words = (request.POST.get("who", "") if request.method == "POST" else "")[:80]
    ticked = {one.pk for one in chosen}
    context = {
        "form": form,
        "session": session,
        "chosen": chosen,
        "found": find(words, request.user, ticked) if words else [],
        "words": words.strip(),
        "signed": SessionSignature.objects.filter(session=session, voided_at=None).count() if session else 0,
    }
    return render(request, "recognition/mentoring/plan.html", context, status=status if form.errors else 200)


def _unchecked(form: PlanForm) -> PlanForm:
    """What was typed so far, without its refusals: one was only looking for somebody."""
    form._errors = forms.utils.ErrorDict()  # type: ignore[attr-defined]
    return form


def _day_asked(request: HttpRequest) -> Any:
    """`?day=2026-12-04`, from the calendar."""
    try:
        return forms.DateField(input_formats=["%Y-%m-%d"]).clean(request.GET.get("day"))
    except forms.ValidationError:
        return None


def _moved(session: MentoringSession) -> str:
    last = history.story(session.pk)[:1]
    if not last:
        return MOVED
    when = timezone.localtime(last[0].at)
    return f"{last[0].text} par {last[0].by}, le {when:%d/%m à %H:%M}. Ce que vous avez saisi est gardé : relisez, puis recommencez."


def _hours(session: MentoringSession) -> str:
    return rules.duration(session.minutes)


def _say(request: HttpRequest, done: Done, words: str) -> None:
    if done.already:
        messages.info(request, "C’était déjà fait : rien n’a été enregistré deux fois.")
    else:
        messages.success(request, words)
