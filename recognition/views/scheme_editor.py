"""The editor of a draft, section by section; each save is a conditional update (domain.md §6.1, §6.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from recognition.enums import SchemeState
from recognition.forms.conditions import CriterionForm, LevelForm, row_choices, rows_in
from recognition.forms.scheme import (
    IdentityForm,
    MoneyForm,
    PeriodForm,
    RolesForm,
    SectionForm,
    Signatories,
)
from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.scheme import drafting
from recognition.scheme.draft import Issue
from recognition.scheme.drafting import SchemeStale
from recognition.scheme.facts import draft_of
from recognition.scheme.outline import DEEPEST, OutlineRefused, Row, condition_of, moved, rows_of
from recognition.scheme.places import FIELDS, SECTIONS, to_correct
from recognition.scheme.validator import validate
from recognition.scheme.words import raw_outline
from recognition.sources import FORBIDDEN, SOURCES, refusal
from recognition.views.schemes import conflict, posted_version, version_of, who_acts

FORMS: dict[str, type[SectionForm]] = {
    "identity": IdentityForm,
    "period": PeriodForm,
    "roles": RolesForm,
    "money": MoneyForm,
}
CODE = re.compile(r"[a-z0-9_]{1,40}\Z")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def section(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    row = version_of(pk)
    if name not in FORMS:
        raise Http404
    if (answer := _not_a_draft(request, row)) is not None:
        return answer
    posted = request.method == "POST"
    form = FORMS[name](request.POST if posted else None, initial=_initial(row, name))
    signatories = None
    if name == "identity":
        lines = [dict(one) for one in row.signatories]
        signatories = Signatories(request.POST if posted else None, initial=lines, prefix="org")
    context = {"row": row, "form": form, "signatories": signatories, "name": name, "title": SECTIONS[name][0]}
    valid = posted and form.is_valid() and (signatories is None or signatories.is_valid())
    if valid:
        fields = form.content()
        if signatories is not None:
            fields["signatories"] = [line for one in signatories if (line := one.row) is not None]
        if not _errors(form, row, fields, SECTIONS[name][1], context):
            return _save(request, row, fields, form, context, "recognition/scheme/section.html")
    return render(request, "recognition/scheme/section.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def criterion(request: HttpRequest, pk: int, code: str = "") -> HttpResponse:
    """A new one without `code`; « op=remove » takes it away."""
    row = version_of(pk)
    if code and code not in row.criteria:
        raise Http404
    if (answer := _not_a_draft(request, row)) is not None:
        return answer
    posted = request.method == "POST"
    stored = dict(row.criteria.get(code, {"roles": row.eligible_roles}))
    form = CriterionForm(
        request.POST if posted else None, initial={**CriterionForm.shown(stored), "version": row.version}
    )
    context = {
        "row": row,
        "form": form,
        "code": code,
        "forbidden": [name for name, _ in FORBIDDEN.values()],
        "sources": SOURCES.values(),
    }
    template = "recognition/scheme/criterion.html"
    if posted and code and request.POST.get("op") == "remove":
        left = {key: one for key, one in row.criteria.items() if key != code}
        return _save(request, row, {"criteria": left}, form, context, template, done="Le critère est retiré.")
    if posted and form.is_valid():
        own = code or _free_code(form.cleaned_data["label"], row.criteria, "criterion")
        fields = {"criteria": {**row.criteria, own: form.content()}}
        if not _errors(form, row, fields, (f"criteria.{own}",), context):
            return _save(request, row, fields, form, context, template)
    elif posted and "source" in form.cleaned_data and form.cleaned_data["source"] not in SOURCES:
        _name_the_source(form)
    return render(request, template, context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def level(request: HttpRequest, pk: int, code: str = "") -> HttpResponse:
    """A new one without `code`. « op » moves the rows of the condition: nothing is written then."""
    row = version_of(pk)
    known = next((dict(one) for one in row.levels if one.get("code") == code), None)
    if code and known is None:
        raise Http404
    if (answer := _not_a_draft(request, row)) is not None:
        return answer
    posted, template = request.method == "POST", "recognition/scheme/level.html"
    form = LevelForm(
        request.POST if posted else None, initial=_level_initial(row, known), roles=row.eligible_roles
    )
    context: dict[str, Any] = {"row": row, "form": form, "code": code, "depths": range(DEEPEST + 1)}
    context["choices"] = row_choices(row.criteria, row.levels, code)
    rows = rows_of(known.get("condition")) if known else []
    if posted:
        try:
            rows = rows_in(request.POST)
        except ValidationError as error:
            form.add_error(None, error)
    operation = request.POST.get("op", "") if posted else ""
    if operation == "remove_level" and code:
        left = [one for one in row.levels if one.get("code") != code]
        return _save(request, row, {"levels": left}, form, context, template, done="Le niveau est retiré.")
    if operation:
        unbound = LevelForm(initial=_typed(request.POST, form), roles=row.eligible_roles)
        context |= {"form": unbound, **_rows(moved(rows, operation), row), "moved": True}
        return render(request, template, context)
    context |= _rows(rows, row)
    if posted and form.is_valid():
        own = code or _free_code(form.cleaned_data["label"], {one.get("code") for one in row.levels}, "level")
        if (condition := _condition(rows, form, context)) is not None:
            made = {"code": own, **form.content(), "condition": condition or None}
            fields = {"levels": [*(one for one in row.levels if one.get("code") != own), made]}
            fields["levels"].sort(key=lambda one: (one.get("rank") or 0, str(one.get("code"))))
            if not _errors(form, row, fields, (f"levels.{own}", "levels"), context):
                return _save(request, row, fields, form, context, template)
    return render(request, template, context, status=422 if posted else 200)


# -- what the three share --------------------------------------------------------------------------------


def _not_a_draft(request: HttpRequest, row: SchemeVersion) -> HttpResponse | None:
    if row.state == SchemeState.DRAFT:
        return None
    if request.method == "POST":
        return conflict(request, row)
    return redirect("recognition:scheme", row.pk)


def _errors(
    form: SectionForm,
    row: SchemeVersion,
    fields: Mapping[str, Any],
    paths: tuple[str, ...],
    context: dict[str, Any],
) -> bool:
    """What the validator says of the version with these fields, put at them; whether there is anything."""
    money = {"envelope_cents": fields["envelope_cents"]} if "envelope_cents" in fields else {}
    known = {name: value for name, value in fields.items() if name not in ("envelope_cents", "reserve_bp")}
    drawn = replace(draft_of(row), **known, **money)
    found = to_correct(validate(drawn, today=timezone.localdate()), paths)
    for issue in found:
        field = _field(issue, paths)
        if field == "unit":
            continue  # it follows the source, whose refusal says it all
        if field in form.fields:
            form.add_error(field, issue.message)
        elif field == "signatories":
            context.setdefault("signatory_errors", []).append(issue.message)
        elif field == "condition":
            context.setdefault("condition_errors", []).append(issue.message)
        else:
            form.add_error(None, issue.message)
    return bool(found)


def _field(issue: Issue, paths: tuple[str, ...]) -> str:
    name = next(
        (issue.path.removeprefix(f"{path}.") for path in paths if issue.path.startswith(f"{path}.")),
        issue.path,
    )
    return FIELDS.get(name, name).replace("amounts.", "amount_")


def _save(
    request: HttpRequest,
    row: SchemeVersion,
    fields: Mapping[str, Any],
    form: SectionForm,
    context: dict[str, Any],
    template: str,
    *,
    done: str = "",
) -> HttpResponse:
    """By conditional update on the version that the page was drawn with; else 409, what was typed is kept."""
    by, actor = who_acts(request)
    try:
        drafting.change(
            row.pk, fields, version=posted_version(request), by=by, actor=actor, now=timezone.now()
        )
    except SchemeStale as stale:
        if stale.current is None or stale.current.state != SchemeState.DRAFT:
            return conflict(request, stale.current)
        context |= {"row": version_of(row.pk), "stale": True, "current_version": stale.current.version}
        return render(request, template, context, status=409)
    messages.success(request, done or "Le brouillon est enregistré.")
    return redirect("recognition:scheme", row.pk)


def _initial(row: SchemeVersion, name: str) -> dict[str, Any]:
    values = {field: getattr(row, field) for field in FORMS[name].base_fields if hasattr(row, field)}
    if name == "money":
        envelope = BudgetEnvelope.objects.filter(scheme=row).first()
        values |= {
            "envelope_cents": envelope.total_cents if envelope else None,
            "reserve_bp": envelope.reserve_bp if envelope else drafting.RESERVE_BP,
        }
    return {**values, "version": row.version}


def _level_initial(row: SchemeVersion, known: Mapping[str, Any] | None) -> dict[str, Any]:
    if known is None:
        return {"version": row.version, "rank": len(row.levels) + 1, "label": f"Niveau {len(row.levels) + 1}"}
    amounts = {f"amount_{role}": cents for role, cents in (known.get("amounts") or {}).items()}
    return {"version": row.version, "label": known.get("label"), "rank": known.get("rank"), **amounts}


def _typed(data: Any, form: LevelForm) -> dict[str, Any]:
    return {name: data.get(name, "") for name in form.fields}


def _rows(rows: list[Row], row: SchemeVersion) -> dict[str, Any]:
    """Those to draw, and how the condition reads."""
    try:
        condition = condition_of([one for one in rows if one.what])
    except OutlineRefused:
        condition = None
    lines = raw_outline(row.levels, row.criteria, condition) if condition else []
    return {"rows": rows or [Row(0, "")], "lines": lines}


def _condition(rows: list[Row], form: LevelForm, context: dict[str, Any]) -> dict[str, Any] | None:
    """{} without any row; None when a row is refused, which is then said beside it."""
    try:
        return condition_of([one for one in rows if one.what]) or {}
    except OutlineRefused as refused:
        context["condition_errors"] = [refused.message]
        return None


def _name_the_source(form: CriterionForm) -> None:
    _, sentence = refusal(form.cleaned_data["source"])
    if sentence:
        form.add_error("source", sentence)


def _free_code(label: str, taken: Any, fallback: str) -> str:
    """« Accompagnement co-signé » → « accompagnement_co_signe », numbered when it is taken."""
    base = slugify(label).replace("-", "_")[:30] or fallback
    code, number = base, 2
    while code in taken or not CODE.match(code):
        code, number = f"{base}_{number}", number + 1
    return code
