"""Propositions: the list, posting one, its page and what is answered (domain.md L24, L32, L33)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from cases.exporting import csv_file, xlsx_file
from cases.exporting.export import AT_ONCE, CONTENT_TYPES, CSV, Export, zone_of
from cases.list_page import SIZES, page_number, read_page
from cases.models import Case
from cases.views.access import CASE_READERS, for_roles, visible_case
from recognition.forms.suggestions import ActForm, MessageForm, SubmitForm
from recognition.models import Suggestion
from recognition.suggestions import alike, panels, people, rules, workflow
from recognition.suggestions.enums import OPEN, TO_DO, StepKind
from recognition.suggestions.listing import LISTING, OF_FILES
from recognition.suggestions.querysets import ANSWERERS, AUTHORS, READERS

MOVED = "Cette proposition a changé entre-temps : la voici telle qu’elle est. Relisez, puis recommencez."
TOO_MANY = "Plus de 5 000 propositions répondent à ce filtre : resserrez-le pour l’exporter."
DONE = {
    StepKind.ACKNOWLEDGE: "Réception confirmée : l’auteur est prévenu.",
    StepKind.STUDY: "Mise à l’étude : l’auteur est prévenu.",
    StepKind.ACCEPT: "Proposition acceptée : l’auteur et ceux qui la soutiennent sont prévenus.",
    StepKind.REJECT: "Proposition refusée : l’auteur et ceux qui la soutiennent lisent le motif.",
    StepKind.START: "Réalisation commencée : l’auteur est prévenu.",
    StepKind.DEPLOY: "Proposition déployée : l’auteur et ceux qui la soutiennent sont prévenus.",
    StepKind.DUPLICATE: "Doublon déclaré : son auteur et ses soutiens rejoignent l’autre proposition.",
    StepKind.TRANSFER: "Proposition transmise : l’entité choisie et l’auteur sont prévenus.",
    StepKind.WITHDRAW: "Proposition retirée : elle ne compte plus.",
}


@require_safe
@for_roles(*READERS)
def suggestion_list(request: HttpRequest) -> HttpResponse:
    now, user = timezone.now(), request.user
    selection = LISTING.select(user, request.GET, now)
    exact = request.GET.get("count") == "exact"
    page = read_page(selection, page_number(request.GET.get("page")), user.list_size, exact=exact)
    context = {
        "now": now,
        "listing": LISTING,
        "selection": selection,
        "page": page,
        "told": page.told(LISTING.noun).replace("aucun ", "aucune "),
        "table": LISTING.table([], order_by=selection.sort, exclude=OF_FILES),
        "sorts": selection.sorts,
        "rows": "recognition/suggestions/_rows.html",
        "bulk_url": "",
        "sizes": SIZES,
        "may_post": user.has_role(*AUTHORS),
        "answers": user.has_role(*ANSWERERS),
    }
    return render(request, "recognition/suggestions/list.html", context)


@require_safe
@for_roles(*READERS)
def export(request: HttpRequest, extension: str) -> HttpResponse:
    """The rows of the page, all of them, up to five thousand."""
    if extension not in CONTENT_TYPES:
        raise Http404
    now, user = timezone.now(), request.user
    tz = zone_of(user)
    with timezone.override(tz):
        selection = LISTING.select(user, request.GET, now)
        valid = selection.valid
        made = Export(selection, user, now, tz)
        rows = made.count(AT_ONCE + 1) if valid else 0
    if not valid or rows > AT_ONCE:
        if valid:
            messages.error(request, TOO_MANY)
        return redirect(f"{reverse('recognition:suggestions')}?{request.GET.urlencode()}")
    log_access(request, "export", "suggestions", extension, purpose=Purpose.EXPORT, rows=rows)
    if extension == CSV:
        response: Any = StreamingHttpResponse(csv_file.parts(made))
    else:
        response = HttpResponse(xlsx_file.content(made))
    response["Content-Type"] = CONTENT_TYPES[extension]
    response["Content-Disposition"] = f'attachment; filename="{made.name(extension)}"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*AUTHORS)
def new(request: HttpRequest) -> HttpResponse:
    """Alone, or from a case (`?case=`). Those alike are shown once before it is posted."""
    now, posted = timezone.now(), request.method == "POST"
    case = _case(request)
    first = {"reason_family": case.reason_family} if case else {}
    form = SubmitForm(request.POST if posted else None, initial=first)
    found: list[Suggestion] = []
    if posted and form.is_valid():
        data = form.cleaned_data
        found = [] if data["seen"] else alike.find(data["title"], data["text"], request.user)
        if not found:
            try:
                made = workflow.submit(case=case, actor=request.actor, now=now, **form.data_for_domain())
            except workflow.SuggestionRefused as refused:
                form.add_error(refused.field or None, refused.message)
            else:
                messages.success(
                    request, f"Proposition n°\u00a0{made.pk} déposée : vous serez prévenu à chaque étape."
                )
                return redirect("recognition:suggestion", pk=made.pk)
    context = {"form": form, "case": case, "alike": found, "asked": bool(found), "now": now}
    status = 422 if form.errors else 200
    return render(request, "recognition/suggestions/new.html", context, status=status)


@require_POST
@for_roles(*AUTHORS)
def similar(request: HttpRequest) -> HttpResponse:
    """While one types: by POST, so that nothing typed is left in an address."""
    title, text = request.POST.get("title", "")[:120], request.POST.get("text", "")[: rules.LONGEST]
    found = alike.find(title, text, request.user)
    return render(request, "recognition/suggestions/_alike.html", {"alike": found, "asked": False})


@require_safe
@for_roles(*CASE_READERS)
def of_case(request: HttpRequest, ref: str) -> HttpResponse:
    """The part of the case's page, or a page of its own without script."""
    case = visible_case(request, ref)
    panel = {"case": case, "found": panels.born(case, request.user)}
    template = "_panel" if request.htmx else "case"
    return render(request, f"recognition/suggestions/{template}.html", {"panel": panel})


@require_safe
@for_roles(*READERS)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@require_POST
@for_roles(*AUTHORS, *ANSWERERS)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    if action not in rules.MOVES:
        raise Http404
    kind = StepKind(action)
    if not request.user.has_role(*(AUTHORS if rules.MOVES[kind].by_author else ANSWERERS)):
        raise PermissionDenied
    suggestion = _visible(request, pk)
    form = ActForm(request.POST, kind=kind)
    if not form.is_valid():
        return _page(request, suggestion, refused=form, status=422)
    try:
        done = workflow.perform(
            pk,
            kind,
            actor=request.actor,
            expected_version=form.cleaned_data["version"],
            now=timezone.now(),
            **form.data_for_domain(),
        )
    except workflow.SomebodyElses as refused:
        raise _forbidden(refused) from None
    except workflow.SuggestionRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _page(request, suggestion, refused=form, status=422)
    except workflow.SuggestionMoved:
        messages.error(request, MOVED)
        return _page(request, _visible(request, pk), status=409)
    _say(request, done, DONE[kind])
    return redirect("recognition:suggestion", pk=pk)


@require_POST
@for_roles(*AUTHORS)
def support(request: HttpRequest, pk: int) -> HttpResponse:
    """`withdraw` takes it back."""
    _visible(request, pk)
    gesture, words = (
        (workflow.unsupport, "Soutien retiré.")
        if request.POST.get("withdraw")
        else (workflow.support, "Vous soutenez cette proposition : vous saurez ce qu’elle devient.")
    )
    try:
        done = gesture(pk, actor=request.actor, now=timezone.now())
    except workflow.SuggestionRefused as refused:
        messages.error(request, refused.message)
    else:
        _say(request, done, words)
    return redirect("recognition:suggestion", pk=pk)


@require_POST
@for_roles(*AUTHORS, *ANSWERERS)
def message(request: HttpRequest, pk: int) -> HttpResponse:
    suggestion = _visible(request, pk)
    form = MessageForm(request.POST)
    if form.is_valid():
        try:
            workflow.message(pk, form.cleaned_data["message"], actor=request.actor, now=timezone.now())
        except workflow.SomebodyElses as refused:
            raise _forbidden(refused) from None
        except workflow.SuggestionRefused as refused:
            form.add_error("message" if refused.field else None, refused.message)
        else:
            messages.success(request, "Message envoyé.")
            return redirect("recognition:suggestion", pk=pk)
    return _page(request, suggestion, message_form=form, status=422)


# -- common ----------------------------------------------------------------------------------------------


def _visible(request: HttpRequest, pk: int) -> Suggestion:
    related = ("owner_entity__unit", "unit", "author", "duplicate_of", "case")
    found = Suggestion.objects.visible_to(request.user).select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _case(request: HttpRequest) -> Case | None:
    """The case it is posted from: one that this account may open; 404 otherwise."""
    ref = request.POST.get("case") or request.GET.get("case", "")
    if not ref:
        return None
    if "\x00" in ref or not request.user.has_role(*CASE_READERS):
        raise Http404
    case = Case.objects.visible_to(request.user, now=timezone.now()).filter(ref=ref).first()
    if case is None:
        raise Http404
    return case


def _page(
    request: HttpRequest,
    suggestion: Suggestion,
    *,
    refused: ActForm | None = None,
    message_form: MessageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now, user = timezone.now(), request.user
    mine = suggestion.author_id == user.pk
    answers = not mine and people.may_answer(user, suggestion)
    kinds = rules.moves_from(suggestion.state, author=mine, answerer=answers)
    first = {"version": suggestion.version}
    forms = [
        refused if refused is not None and refused.kind == kind else ActForm(kind=kind, initial=first)
        for kind in kinds
    ]
    supports = set(suggestion.supports.order_by().values_list("user", flat=True))
    context = {
        "suggestion": suggestion,
        "author": suggestion.author_words(user.pk),
        "unit": suggestion.unit if mine or not suggestion.anonymous else None,
        "steps": list(suggestion.steps.select_related("by").order_by("-at", "-pk")),
        "scripts": list(suggestion.script_versions.order_by("version")),
        "forms": forms,
        "refused": refused,
        "mine": mine,
        "answers": answers,
        "supports": len(supports),
        "supported": user.pk in supports,
        "may_support": not mine and user.has_role(*AUTHORS) and suggestion.state in (*OPEN, *TO_DO),
        "may_write": mine or answers,
        "message_form": message_form or MessageForm(),
        "case": _shown_case(request, suggestion, now, mine),
        "overdue": suggestion.is_overdue(now),
        "ack_late": suggestion.state == "submitted" and suggestion.ack_due < now,
        "measurable": bool(suggestion.deployed_on and suggestion.reason_family),
        "now": now,
    }
    return render(request, "recognition/suggestions/page.html", context, status=status)


def _shown_case(request: HttpRequest, suggestion: Suggestion, now: datetime, mine: bool) -> Case | None:
    """To who may open it; an anonymous one's to its author only: the case would say who follows it."""
    if suggestion.case_id is None or (suggestion.anonymous and not mine):
        return None
    if not request.user.has_role(*CASE_READERS):
        return None
    return Case.objects.visible_to(request.user, now=now).filter(pk=suggestion.case_id).first()


def _forbidden(refused: workflow.SomebodyElses) -> PermissionDenied:
    """403 that says who may."""
    error = PermissionDenied(refused.message)
    error.told = refused.message  # type: ignore[attr-defined]
    return error


def _say(request: HttpRequest, done: workflow.Done, words: str) -> None:
    if done.already:
        messages.info(request, "C’était déjà fait : rien n’a été enregistré deux fois.")
    else:
        messages.success(request, words)
