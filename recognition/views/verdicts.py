"""What the pages of a verdict show, whoever reads them: cards, frieze, levels, proofs, what was left out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.pages.typography import french
from recognition import reading, rules
from recognition.appeals.revising import revision_person
from recognition.eligibility import check, version_on, versions
from recognition.evidence.frozen import person_of
from recognition.evidence.proofs import proofs
from recognition.findings import JUST, PENDING, UNJUSTIFIED, Person, Result
from recognition.forms.eligibility import DayForm
from recognition.models import Award
from recognition.money import euros
from recognition.results import read_result
from recognition.terms import Terms

#: How the participation ended, beside the frieze; the reason is with the proof of its condition.
LEAVING = {
    JUST: "sortie pour juste motif",
    PENDING: "sortie, juste motif à décider",
    UNJUSTIFIED: "sortie sans juste motif",
}


def verdict(terms: Terms, person: Person, result: Result, *, own: bool, final: bool) -> dict[str, Any]:
    """One statement, for the proofs. `own`: the reader is the person."""
    roles = reading.roles(terms, person, result, final=final)
    lines = [line for role in roles for level in role.levels for line in level.lines]
    known = proofs((source for line in lines for source in line.sources), own=own)
    level = next((one.label for one in terms.levels if one.code == result.level), "")
    return {
        "terms": terms,
        "person": person,
        "result": result,
        "level": level,
        "cards": reading.cards(terms, result),
        "computed": euros(result.amount_cents),
        "frieze": reading.frieze(terms, result),
        "leaving": LEAVING.get(person.leaving, ""),
        "roles": [
            {
                "label": role.label,
                "role": role.role,
                "levels": [
                    {
                        "level": level,
                        "lines": [
                            {"line": line, "proofs": [known[source] for source in line.sources]}
                            for line in level.lines
                        ],
                    }
                    for level in role.levels
                ],
            }
            for role in roles
        ],
        "left_out": reading.left_out(person, set(result.verdicts)),
    }


def standing(request: HttpRequest, *, own: bool, employee_id: int | None = None) -> dict[str, Any]:
    """Where somebody stands on the day asked for (`?on=`, today otherwise), under the version of that day."""
    now = timezone.now()
    form = DayForm(request.GET if "on" in request.GET else None, today=timezone.localdate(now))
    context: dict[str, Any] = {
        "form": form, "now": now, "today": timezone.localdate(now), "check": None, "scheme": None, "coming": [],
        "award": None,
    }  # fmt: skip
    if form.is_bound and not form.is_valid():
        return context
    day = form.cleaned_data["on"] if form.is_bound else timezone.localdate(now)
    known = versions()
    scheme = version_on(known, day)
    context |= {"day": day, "scheme": scheme, "coming": [one for one in known if one.period_start > day][-1:]}
    if scheme is None:
        return context
    found = check(scheme, employee_id or request.user.pk, day, now)  # type: ignore[arg-type]
    context |= {"check": found, "terms": found.terms}
    if found.person and found.result:
        context |= verdict(found.terms, found.person, found.result, own=own, final=found.over)
        told = rules.explain(found.terms, found.person, found.result)
        context["explanation"] = (
            told if found.over else french(f"Au {day:%d/%m/%Y}, sans valeur de décision : {told}")
        )
    return context


def award_context(award: Award, *, own: bool) -> dict[str, Any]:
    """An award as it was frozen and computed, or as the last appeal that added to it revised it: nothing of it is
    read again from what happened since.

    After five years only its amount is left (`recognition.campaigns.retention`).
    """
    scheme = award.campaign.scheme
    terms = scheme.terms()
    revisions = list(award.revisions.order_by("at", "pk"))
    added = next((one for one in reversed(revisions) if one.added_cents), None)
    context: dict[str, Any] = {
        "scheme": scheme,
        "amount": euros(award.given_cents),
        "revised": euros(award.revised_cents) if award.revised_cents else "",
        "revisions": revisions,
        "revision": added,
        "scaled": award.amount_cents != award.computed_cents,
        "computed": euros(award.computed_cents),
    }
    if not award.result:
        code = added.level if added else award.level
        level = next((one.label for one in terms.levels if one.code == code), "")
        return {**context, "level": level, "cards": [], "frieze": [], "roles": None}
    rows = award.campaign.evidence.filter(employee=award.employee_id).order_by("role", "source")
    person, result = person_of(award.person, rows), read_result(award.result)
    told = rules.explain(
        terms, person, result, appeal_until=award.campaign.appeal_until, given_cents=award.amount_cents
    )
    context["explanation"] = told
    if added and added.result:
        person, result = revision_person(added), read_result(added.result)
        context |= {
            "computed": euros(result.amount_cents),
            "explanation": added.explanation,
            "explanation_before": told,
        }
    return {**verdict(terms, person, result, own=own, final=True), **context}


def representatives(user: User) -> list[User]:
    """Whom to talk to (L58): the staff representatives of the unit, else all of them. One statement."""
    everybody = list(
        User.objects.filter(groups__name=Role.STAFF_REP.value, is_active=True)
        .select_related("unit")
        .order_by("last_name", "first_name", "pk")[:50]
    )
    return [one for one in everybody if one.unit_id == user.unit_id] or everybody
