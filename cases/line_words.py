"""The words of a line: what the case is about, and what is owed, as a verb (design: case line). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from atdemain.pages import times
from atdemain.pages.typography import NBSP, NNBSP, WORD_JOINER
from cases.enums import (
    OPEN_ESCALATION,
    AnswerCode,
    CaseState,
    Origin,
    PromiseKind,
    ReasonFamily,
    ResolutionCode,
    Technology,
)

FAMILY = {**{family.value: family.label.lower() for family in ReasonFamily}, ReasonFamily.WIFI.value: "Wi-Fi"}
TECHNOLOGY = {
    Technology.COPPER_VOICE.value: "cuivre",
    Technology.DSL.value: "DSL",
    Technology.FIBRE.value: "fibre",
    Technology.MOBILE.value: "mobile",
    Technology.TV.value: "TV",
}
ANSWERS = {
    AnswerCode.FIXED.value: "Annoncer la réparation, confirmée par {}.",
    AnswerCode.NOT_FIXED.value: "Annoncer que {} n’a pas pu réparer.",
    AnswerCode.NEEDS_CLIENT.value: "{} a besoin du client : demandez-lui.",
    AnswerCode.APPOINTMENT.value: "Annoncer le rendez-vous pris par {}.",
    AnswerCode.REJECTED.value: "{} a rejeté la demande : dites la suite.",
    AnswerCode.DUPLICATE.value: "{} signale un doublon : vérifiez avant d’appeler.",
}
KINDS = {
    PromiseKind.PROGRESS.value: "Donner des nouvelles",
    PromiseKind.BAD_NEWS.value: "Rappel sans solution",
    PromiseKind.RESOLUTION_CHECK.value: "Vérifier que tout fonctionne",
    PromiseKind.APPOINTMENT.value: "Confirmer le rendez-vous",
}
RESOLUTIONS = {code.value: code.label for code in ResolutionCode}


class Waiting(NamedTuple):
    """An escalation of a case on the page."""

    entity: str
    status: str
    ack_at: datetime | None
    ack_due: datetime | None
    answer_due: datetime | None
    answered_at: datetime | None
    answer_code: str
    info_asked_at: datetime | None = None


def unbroken(name: str) -> str:
    """« UI-Provence » is not cut at its hyphen at the end of a line."""
    return name.replace("-", "-" + WORD_JOINER)


def problem(family: str, technology: str | None) -> str:
    """« coupures intermittentes, fibre »."""
    words, known = FAMILY.get(family, family), TECHNOLOGY.get(technology or "")
    return f"{words}, {known}" if known else words


def title(client: str, family: str, technology: str | None) -> str:
    return f"{client} · {problem(family, technology)}"


def asking(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The entities that cannot go on without a detail from whoever is in charge, the longest wait first."""
    asked = [one for one in waiting if one.status in OPEN_ESCALATION and one.info_asked_at]
    return sorted(asked, key=lambda one: one.info_asked_at)


def owed(
    row: Any,
    section: str,
    waiting: Sequence[Waiting],
    now: datetime,
    tz: tzinfo,
    *,
    of_somebody: bool = False,
) -> str:
    """What is owed on this case, beginning with what to do; by the reader, or (`of_somebody`) by its advisor."""
    asked = asking(waiting) if row.state != CaseState.RESOLVED else []
    if not asked:
        return _owed(row, section, waiting, now, tz)
    names = " et ".join(unbroken(one.entity) for one in asked)
    verb = "attendent" if len(asked) > 1 else "attend"
    detail = f"{names} {verb} une précision {'du conseiller' if of_somebody else 'de votre part'}"
    if section == "work":
        return f"{detail}."
    return f"{detail}. {_owed(row, section, waiting, now, tz)}"


def _owed(row: Any, section: str, waiting: Sequence[Waiting], now: datetime, tz: tzinfo) -> str:
    if row.state == CaseState.RESOLVED:
        return f"{RESOLUTIONS.get(row.resolution_code, 'Résolu')}, dit au client."
    still_open = [one for one in waiting if one.status in OPEN_ESCALATION]
    if row.window_start is None:
        return _to_work(row, now, tz)
    if section == "wait":
        return " ".join(_expected(one, now, tz) for one in still_open) or "En attente d’une réponse."
    if still_open:
        names = " et ".join(unbroken(one.entity) for one in still_open)
        verb = "n’ont" if len(still_open) > 1 else "n’a"
        return f"{names} {verb} pas encore répondu{NBSP}: rappel sans solution."
    answered = [one for one in waiting if one.answered_at]
    if answered and row.kind in (PromiseKind.PROGRESS, PromiseKind.BAD_NEWS):
        last = max(answered, key=lambda one: one.answered_at)
        words = ANSWERS.get(last.answer_code, "Donner la réponse de {}.").format(unbroken(last.entity))
        return words.replace(" :", NBSP + ":")
    words = KINDS.get(row.kind, "Rappeler le client")
    return f"{words}{NBSP}: {row.note}" if row.note else f"{words}."


def _to_work(row: Any, now: datetime, tz: tzinfo) -> str:
    if row.reopened_at:
        return f"Rouvert {times.day_time(row.reopened_at, now, tz)}{NBSP}: promettez ou escaladez."
    when = times.day_time(row.opened_at, now, tz)
    if row.origin == Origin.RD3PLUS:
        return f"3ᵉ contact en 7{NBSP}jours, {when}{NBSP}: promettez ou escaladez."
    return f"Ouvert {when}{NBSP}: promettez ou escaladez."


def _expected(one: Waiting, now: datetime, tz: tzinfo) -> str:
    entity = unbroken(one.entity)
    if one.answer_due and one.answer_due < now:
        return f"{entity}{NBSP}: réponse attendue {times.day_time(one.answer_due, now, tz)}{NNBSP}; relancez."
    if one.ack_at is None and one.ack_due:
        when = times.day_time(one.ack_due, now, tz)  # never « avant hier », which is another day
        if one.ack_due < now:
            return f"{entity}{NBSP}: accusé attendu {when}, non reçu{NNBSP}; relancez."
        return f"{entity}{NBSP}: accusé attendu avant {when}."
    if one.answer_due:
        return f"{entity} répond avant {times.day_time(one.answer_due, now, tz)}, accusé reçu."
    return f"{entity} doit répondre."
