"""The action bar: every action this account may have on the case, possible or greyed with its reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import User
from cases import guards, permissions
from cases.enums import CaseState
from cases.guards import CaseFacts
from cases.models import Case
from cases.reasons import Reason

from .loaded import Loaded, calendar_of
from .move import facts_of
from .outcomes import Offer

Guard = Callable[[CaseFacts, datetime, BusinessCalendar], list[Reason]]


@dataclass(frozen=True, slots=True)
class Button:
    action: str
    label: str
    icon: str
    guard: Guard
    key: str = ""
    grey: bool = True  # shown greyed when refused; else simply left out


def _working(facts: CaseFacts, *_: object) -> list[Reason]:
    return guards.working(facts)


#: By likelihood in the state: the first possible one is the page's one filled button.
BUTTONS: tuple[Button, ...] = (
    Button(
        "claim",
        "Prendre le dossier",
        "check",
        lambda f, n, c: [Reason("taken", "Le dossier est déjà gardé.")] if f.owned else guards.working(f),
        grey=False,
    ),
    Button(
        "tell_unresolved",
        "Appeler et informer",
        "phone",
        lambda f, n, c: guards.tell_unresolved(f),
        grey=False,
    ),
    Button(
        "promise_callback",
        "Promettre un rappel",
        "cal",
        lambda f, n, c: guards.promise_callback(f),
        "p",
        grey=False,
    ),
    Button(
        "log_attempt",
        "Noter une tentative",
        "phone",
        lambda f, n, c: guards.working(f) or guards.owner_set(f),
        grey=False,
    ),
    Button("rebook", "Déplacer", "cal", lambda f, n, c: guards.rebook(f), "p", grey=False),
    Button("escalate", "Escalader", "out", lambda f, n, c: guards.escalate(f), "e"),
    Button("warm_transfer", "Transférer l’appel", "phone", lambda f, n, c: guards.escalate(f), grey=False),
    Button("resolve", "Résoudre", "check", lambda f, n, c: guards.resolve(f, reached_now=True, calendar=c)),
    Button("add_note", "Noter", "note", lambda f, n, c: [], "n"),
    Button(
        "record_satisfaction",
        "Noter la satisfaction",
        "note",
        lambda f, n, c: guards.satisfaction(f),
        grey=False,
    ),
    Button("reopen", "Rouvrir", "folder", lambda f, n, c: guards.reopen(f), grey=False),
    Button("restore", "Rétablir", "folder", lambda f, n, c: guards.restore(f, n), grey=False),
    Button("assign", "Confier", "shuffle", _working, grey=False),
    Button(
        "delegate",
        "Nommer un suppléant",
        "shuffle",
        lambda f, n, c: guards.working(f) or guards.owner_set(f),
        grey=False,
    ),
    Button("return_delegation", "Terminer la suppléance", "x", _working, grey=False),
    Button("set_colour", "Changer la couleur", "octagon", _working, grey=False),
    Button("merge", "Fusionner", "shuffle", lambda f, n, c: guards.merge(f)),
    Button("cancel", "Annuler le dossier", "x", lambda f, n, c: guards.cancel(f)),
    Button("request_cancel", "Demander l’annulation", "x", lambda f, n, c: guards.cancel(f), grey=False),
    Button("flag_unrelated", "Motif sans rapport", "why", _working, grey=False),
    Button("decide_unrelated", "Décider du motif sans rapport", "why", _working, grey=False),
)


def available(
    case: Case,
    user: User,
    *,
    now: datetime,
    calendar: BusinessCalendar | None = None,
    loaded: Loaded | None = None,
) -> list[Offer]:
    """Give `calendar` and `loaded` when the page has read them already."""
    loaded = loaded or Loaded(case)
    facts = facts_of(loaded)
    calendar = calendar or calendar_of(case)
    offers = []
    for button in BUTTONS:
        if not permissions.can(user, button.action, case, now):
            continue
        reasons = button.guard(facts, now, calendar)
        if button.action == "claim" and facts.owned:
            continue
        if button.action == "return_delegation" and case.delegate_id is None:
            continue
        if button.action in ("flag_unrelated", "decide_unrelated") and not _flagged(loaded, button.action):
            continue
        if button.action == "request_cancel" and not reasons and loaded.cancel_asked:
            continue
        if button.action == "merge" and not reasons and not loaded.mergeable:
            reasons = [Reason("nothing_to_merge", "Ce client n’a pas d’autre dossier en cours.")]
        if reasons and (not button.grey or case.state == CaseState.CLOSED):
            continue
        offers.append(
            Offer(button.action, button.label, button.icon, button.key, not reasons, tuple(reasons))
        )
    return offers


def _flagged(loaded: Loaded, action: str) -> bool:
    if not loaded.case.reopened_count or not loaded.failures:
        return False
    _, unrelated = loaded.failures[0]
    return unrelated == ("requested" if action == "decide_unrelated" else "")
