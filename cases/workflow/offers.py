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

#: Where an action that is refused is told: greyed in the bar, in the list under it, or nowhere (it would
#: say nothing that the page does not).
BAR, ASIDE, NOWHERE = "bar", "aside", ""

NOT_IN_CHARGE = "not_in_charge"

Guard = Callable[[CaseFacts, datetime, BusinessCalendar], list[Reason]]


@dataclass(frozen=True, slots=True)
class Button:
    action: str
    label: str
    icon: str
    guard: Guard
    key: str = ""
    refused: str = BAR


def _owner_first(facts: CaseFacts, *_: object) -> list[Reason]:
    return guards.working(facts) or guards.owner_set(facts)


def _working(facts: CaseFacts, *_: object) -> list[Reason]:
    return guards.working(facts)


#: By likelihood in the state: the first possible one is the page's one filled button.
BUTTONS: tuple[Button, ...] = (
    Button(
        "claim",
        "Prendre le dossier",
        "check",
        lambda f, n, c: [Reason("taken", "Le dossier est déjà gardé.")] if f.owned else guards.working(f),
        refused=NOWHERE,
    ),
    Button(
        "tell_unresolved",
        "Appeler et informer",
        "phone",
        lambda f, n, c: guards.tell_unresolved(f),
        refused=ASIDE,
    ),
    Button(
        "promise_callback",
        "Promettre un rappel",
        "cal",
        lambda f, n, c: guards.promise_callback(f),
        "p",
        refused=ASIDE,
    ),
    Button(
        "log_attempt",
        "Noter une tentative",
        "phone",
        _owner_first,
        refused=ASIDE,
    ),
    Button("rebook", "Déplacer", "cal", lambda f, n, c: guards.rebook(f), "p", refused=ASIDE),
    Button("escalate", "Escalader", "out", lambda f, n, c: guards.escalate(f), "e"),
    Button("warm_transfer", "Transférer l’appel", "phone", lambda f, n, c: guards.escalate(f), refused=ASIDE),
    Button("resolve", "Résoudre", "check", lambda f, n, c: guards.resolve(f, reached_now=True, calendar=c)),
    Button("add_note", "Noter", "note", lambda f, n, c: [], "n"),
    Button(
        "record_satisfaction",
        "Noter la satisfaction",
        "note",
        lambda f, n, c: guards.satisfaction(f),
        refused=NOWHERE,
    ),
    Button("reopen", "Rouvrir", "folder", lambda f, n, c: guards.reopen(f), refused=NOWHERE),
    Button("restore", "Rétablir", "folder", lambda f, n, c: guards.restore(f, n), refused=NOWHERE),
    Button("assign", "Confier", "shuffle", _working, refused=ASIDE),
    Button(
        "delegate",
        "Nommer un suppléant",
        "shuffle",
        _owner_first,
        refused=ASIDE,
    ),
    Button("return_delegation", "Terminer la suppléance", "x", _working, refused=NOWHERE),
    Button("set_colour", "Changer la couleur", "octagon", _working, refused=ASIDE),
    Button("merge", "Fusionner", "shuffle", lambda f, n, c: guards.merge(f)),
    Button("cancel", "Annuler le dossier", "x", lambda f, n, c: guards.cancel(f)),
    Button("request_cancel", "Demander l’annulation", "x", lambda f, n, c: guards.cancel(f), refused=ASIDE),
    Button(
        "quality_review", "Relire la qualité", "eye", lambda f, n, c: guards.owner_set(f), refused=NOWHERE
    ),
    Button("flag_unrelated", "Motif sans rapport", "why", _working, refused=NOWHERE),
    Button("decide_unrelated", "Décider du motif sans rapport", "why", _working, refused=NOWHERE),
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
        if permissions.can(user, button.action, case, now):
            reasons = button.guard(facts, now, calendar) or _beside(button.action, loaded)
        elif button.action in permissions.OF_THE_CASE and permissions.role_may(user, button.action):
            reasons = [_not_in_charge(case, user, now)]
        else:
            continue
        if _pointless(button.action, loaded, facts):
            continue
        if reasons and (not button.refused or case.state == CaseState.CLOSED):
            continue
        others = bool(reasons) and reasons[0].code == NOT_IN_CHARGE
        offers.append(
            Offer(
                button.action,
                button.label,
                button.icon,
                button.key,
                not reasons,
                tuple(reasons),
                aside=others or button.refused == ASIDE,
            )
        )
    return offers


def _beside(action: str, loaded: Loaded) -> list[Reason]:
    """What refuses the action beside the state of the case."""
    if action == "merge" and not loaded.mergeable:
        return [Reason("nothing_to_merge", "Ce client n’a pas d’autre dossier en cours.")]
    if action == "request_cancel" and loaded.cancel_asked:
        return [Reason("already_asked", "Une demande d’annulation attend déjà le manager.")]
    return []


def _not_in_charge(case: Case, user: User, now: datetime) -> Reason:
    if case.owner is not None:
        text = f"Le dossier est suivi par {case.owner.user.short_name}, à qui cette action revient."
    elif permissions.can(user, "claim", case, now):
        text = "Personne ne suit ce dossier : prenez-le d’abord."
    else:
        text = "Personne ne suit encore ce dossier."
    return Reason(NOT_IN_CHARGE, text)


def _pointless(action: str, loaded: Loaded, facts: CaseFacts) -> bool:
    """Neither possible nor worth a word here."""
    if action == "claim":
        return facts.owned
    if action == "return_delegation":
        return loaded.case.delegate_id is None
    return action in ("flag_unrelated", "decide_unrelated") and not _flagged(loaded, action)


def _flagged(loaded: Loaded, action: str) -> bool:
    if not loaded.case.reopened_count or not loaded.failures:
        return False
    _, unrelated = loaded.failures[0]
    return unrelated == ("requested" if action == "decide_unrelated" else "")
