"""Who keeps the case: claim, assign (A1), hand over and take back (domain.md §5.6), delegate (A2), colour (A3)."""

from __future__ import annotations

from datetime import datetime
from itertools import zip_longest
from typing import Any

from atdemain.organisation.enums import Role
from atdemain.organisation.models import InternalAdvisor, User
from atdemain.organisation.participation import owner_objection
from atdemain.statements import Param, Statement
from cases import guards, hooks
from cases.enums import AssignmentReason, Colour
from cases.models import CaseNote
from cases.reasons import Reason

from .door import action
from .move import Move

NBSP = "\u00a0"

#: Why somebody cannot own a case (domain.md §5.1 E1, E2).
OBJECTIONS = {
    "not_internal": "Seul un conseiller client interne garde un dossier.",
    "not_participant": "Ce conseiller ne participe pas au programme : un dossier RD3+ ne peut pas lui être confié.",
    "no_consent": "Ce conseiller n’a pas donné son accord : un dossier RD3+ ne peut pas lui être confié.",
}


def give_to(
    move: Move,
    advisor: InternalAdvisor,
    *,
    reason_code: str = "",
    reason_text: str = "",
    weighed: Any = None,
) -> None:
    """The case is now this advisor's; the promised callback follows with its timers.

    `weighed`: what the provider said of their load, handed on with the event.
    """
    case = move.case
    move.changes["owner"] = [case.owner_id, advisor.pk]
    move.reason_code = reason_code
    if reason_text:
        move.personal["reason"] = reason_text
    told = {"former_owner_id": case.owner_id, "how": move.action, "reason_text": reason_text}
    move.events.append(("case_assigned", {**told, "reason_code": reason_code, "weighed": weighed}))
    case.owner, case.assigned_at = advisor, move.now
    if case.delegate_id == advisor.pk:
        _end_delegation(move)
    move.__dict__.pop("calendar", None)
    move.replan = case.current_promise is not None


@action("claim", any_version=True)
def claim(move: Move) -> None:
    """Two advisors click: the first has it, the second is told who."""
    case, user = move.case, move.user
    if user is None:
        move.refuse(Reason("nobody", "Seul un conseiller prend un dossier."))
    if case.owner is not None:
        whose = (
            "Vous gardez déjà ce dossier."
            if case.owner_id == user.pk
            else f"{case.owner.user.short_name} vient de prendre ce dossier."
        )
        move.refuse(Reason("taken", whose))
    move.check(guards.working(move.bare_facts))
    weighed = _weigh(move, "weigh_own", user.pk)
    _objection(move, user, "")
    give_to(move, user.advisor_profile, weighed=weighed)


@action("assign")
def assign(move: Move) -> None:
    """By a manager, with a reason; the advisor is told at once, and the former one too."""
    case = move.case
    move.check(guards.working(move.bare_facts))
    advisor = _advisor(move.data.get("advisor"))
    code, text = str(move.get("reason_code")), move.text("reason_text")
    if advisor is None:
        move.refuse(Reason("advisor", "Choisissez le conseiller.", "advisor"))
    if advisor.pk == case.owner_id:
        move.refuse(Reason("same", "Ce conseiller garde déjà le dossier.", "advisor"))
    if code not in AssignmentReason.values:
        move.refuse(Reason("reason_code", "Choisissez le motif.", "reason_code"))
    if code == AssignmentReason.OTHER:
        move.check(guards.reason_text(text, name="reason_text"))
    weighed = _weigh(move, "weigh", advisor.pk)
    _objection(move, advisor.user, "advisor")
    if weighed is not None and weighed.caution and guards.reason_text(text, name="reason_text"):
        asked = f"{weighed.caution}{NBSP}: dites pourquoi, en 10 caractères au moins."
        move.refuse(Reason("over_cap", asked, "reason_text"))
    former = case.owner_id
    give_to(move, advisor, reason_code=code, reason_text=text, weighed=weighed)
    label = AssignmentReason(code).label.lower()
    title = f"Dossier confié{NBSP}: {case.client} ({label})"
    body = f"Dossier {case.ref}. {text}" if text else ""
    move.tell(advisor.pk, "case_assigned", title, urgent=True, body=body)
    move.tell(former, "case_reassigned", f"{case.ref} confié à {advisor.user.short_name}")


#: What the four lines of a hand-over note say, in this order.
NOTE_LINES = ("Où en est le dossier", "Ce que le client attend", "Qui doit répondre", "À faire ensuite")
_NOTE_SHORTEST, _NOTE_LONGEST = 3, 300


@action("hand_over")
def hand_over(move: Move) -> None:
    """To a colleague while the owner is away: four lines say where the case stands, and nobody goes above the cap.

    Data: `advisor`, and `note`, the texts of NOTE_LINES.
    """
    case = move.case
    move.check(guards.working(move.bare_facts) or guards.owner_set(move.bare_facts))
    advisor = _advisor(move.data.get("advisor"))
    if advisor is None:
        move.refuse(Reason("advisor", "Choisissez à qui le dossier passe.", "advisor"))
    if advisor.pk == case.owner_id:
        move.refuse(Reason("same", "Ce conseiller garde déjà le dossier.", "advisor"))
    lines = [" ".join(str(line).replace("\x00", "").split()) for line in move.data.get("note") or ()]
    short = [label for label, line in zip_longest(NOTE_LINES, lines) if len(line or "") < _NOTE_SHORTEST]
    if short or len(lines) != len(NOTE_LINES):
        asked = ", ".join(f"«{NBSP}{label}{NBSP}»" for label in short)
        move.refuse(Reason("note", f"La note de passage dit quatre choses. Complétez {asked}.", "note"))
    weighed = _weigh(move, "weigh", advisor.pk)
    _objection(move, advisor.user, "advisor")
    if weighed is not None and weighed.over_cap:
        why = f"{weighed.caution}{NBSP}: choisissez quelqu’un d’autre, ou ne le déplacez pas."
        move.refuse(Reason("over_cap", why, "advisor"))
    former, text = (
        case.owner_id,
        "\n".join(
            f"{label}{NBSP}: {line[:_NOTE_LONGEST]}" for label, line in zip(NOTE_LINES, lines, strict=True)
        ),
    )
    note = CaseNote.objects.create(case=case, by=move.user, at=move.now, text=f"Note de passage\n{text}")
    move.changes["note"] = [None, note.pk]
    move.personal["text"] = note.text
    give_to(move, advisor, reason_code=AssignmentReason.ABSENCE, weighed=weighed)
    title = f"Dossier confié pendant une absence{NBSP}: {case.client}"
    move.tell(advisor.pk, "case_assigned", title, urgent=True, body=f"Dossier {case.ref}. {note.text}"[:400])
    move.tell(
        former, "case_reassigned", f"{case.ref} confié à {advisor.user.short_name} pendant votre absence"
    )


@action("take_back")
def take_back(move: Move) -> None:
    """Back from an absence, the original owner takes the case again; the one who kept it is told."""
    case, user = move.case, move.user
    if user is None:
        move.refuse(Reason("nobody", "Seul un conseiller reprend un dossier."))
    if case.owner_id == user.pk:
        move.refuse(Reason("taken", "Vous gardez déjà ce dossier."))
    move.check(guards.working(move.bare_facts))
    offered = hooks.providers.get("offered_back")
    if offered is None or not offered(case, user.pk):
        move.refuse(
            Reason("not_offered", "Ce dossier ne vous est pas proposé : votre manager peut vous le confier.")
        )
    former = case.owner_id
    weighed = _weigh(move, "weigh_own", user.pk)
    _objection(move, user, "")
    give_to(move, user.advisor_profile, reason_code=AssignmentReason.CONTINUITY, weighed=weighed)
    move.tell(former, "case_reassigned", f"{user.short_name}, de retour, a repris {case.ref}")


@action("route", system=True)
def route(move: Move) -> None:
    """The routing engine's choice: data `advisor`, and `mode`, how it was chosen."""
    case = move.case
    move.check(guards.working(move.bare_facts))
    if case.owner is not None:
        move.refuse(Reason("taken", f"{case.owner.user.short_name} garde déjà ce dossier."))
    advisor = _advisor(move.data.get("advisor"))
    if advisor is None:
        move.refuse(Reason("advisor", "Ce conseiller n’existe plus.", "advisor"))
    _objection(move, advisor.user, "advisor")
    give_to(move, advisor, reason_code=str(move.get("mode")))
    move.tell(advisor.pk, "case_assigned", f"Dossier confié{NBSP}: {case.client}", urgent=True)


def _advisor(value: Any) -> InternalAdvisor | None:
    pk = getattr(value, "pk", value)
    if pk in (None, ""):
        return None
    return _BY_ACCOUNT.first(pk=pk)


#: Written once: asked for each row of what is done on many cases.
_BY_ACCOUNT = Statement(
    lambda: InternalAdvisor.objects.select_related("user__unit", "user__team").filter(pk=Param("pk"))
)


def _weigh(move: Move, provider: str, advisor_id: int) -> Any:
    """What the app that knows the loads says of this choice; None where there is none.

    Asked before the consent is held: whoever decides takes the loads first, then the consent.
    """
    ask = hooks.providers.get(provider)
    return ask(move.case, advisor_id, move.now) if ask and not move.quiet else None


def _objection(move: Move, user: User, field: str) -> None:
    code = owner_objection(user, move.case.origin, move.now, hold=True)
    if code:
        move.refuse(Reason(code, OBJECTIONS[code], field))


@action("delegate")
def delegate(move: Move) -> None:
    """Somebody else calls for a while; the owner stays the owner."""
    case = move.case
    move.check(guards.working(move.bare_facts) or guards.owner_set(move.bare_facts))
    pk = getattr(move.data.get("delegate"), "pk", move.data.get("delegate"))
    who = User.objects.filter(pk=pk, is_active=True).first() if pk else None
    start: datetime | None = move.data.get("delegate_from")
    end: datetime | None = move.data.get("delegate_to")
    if who is None or not who.has_role(Role.ADVISOR, Role.SUPPORT) or who.unit_id != case.unit_id:
        move.refuse(Reason("delegate", "Choisissez un conseiller ou un soutien de l’unité.", "delegate"))
    if who.pk == case.owner_id:
        move.refuse(
            Reason("delegate", "Le conseiller en charge ne peut pas être son propre suppléant.", "delegate")
        )
    if end and end <= max(start or move.now, move.now):
        move.refuse(
            Reason("delegate_to", "La suppléance finit après son début, et pas dans le passé.", "delegate_to")
        )
    if case.delegate_id not in (None, who.pk):
        move.tell(case.delegate_id, "delegation_ended", f"Fin de votre suppléance sur {case.ref}")
    move.changes["delegate"] = [case.delegate_id, who.pk]
    case.delegate, case.delegate_from, case.delegate_to = who, start, end
    text = move.text("reason")
    if text:
        move.personal["reason"] = text
    move.personal["delegate_name"] = who.short_name
    move.events.append(("case_delegated", {"delegate_id": who.pk, "reason_text": text}))
    move.tell(who.pk, "case_delegated", f"Vous êtes suppléant sur {case.ref}, {case.client}", urgent=True)
    move.tell(case.owner_id, "case_delegated", f"{who.short_name} est suppléant sur {case.ref}")


@action("return_delegation")
def return_delegation(move: Move) -> None:
    """The owner calls again; data `reason`, where there is one to say."""
    if move.case.delegate_id is None:
        move.refuse(Reason("no_delegate", "Ce dossier n’a pas de suppléant."))
    former, reason = move.case.delegate_id, move.text("reason")
    if reason:
        move.personal["reason"] = reason
    move.personal["delegate_name"] = move.case.delegate.short_name
    _end_delegation(move)
    move.tell(former, "delegation_ended", f"Fin de votre suppléance sur {move.case.ref}")
    move.tell(move.case.owner_id, "delegation_ended", f"Fin de la suppléance sur {move.case.ref}")


@action("release", system=True)
def release(move: Move) -> None:
    """The owner may no longer keep it (INV-01): back to the unit's queue, where a manager sees it at once."""
    move.check(guards.working(move.bare_facts) or guards.owner_set(move.bare_facts))
    move.tell_manager("case_unassigned", f"Dossier sans conseiller{NBSP}: {move.case.ref}", urgent=True)
    _to_queue(move)


@action("return_to_queue")
def return_to_queue(move: Move) -> None:
    """By a manager, with a reason: nobody keeps it, and whoever may take it is looked for again."""
    reason = move.text("reason")
    move.check(guards.working(move.bare_facts) or guards.owner_set(move.bare_facts))
    move.check(guards.reason_text(reason))
    move.personal["reason"] = reason
    move.tell(move.case.owner_id, "case_reassigned", f"{move.case.ref} rendu à la file du service")
    _to_queue(move)


def _to_queue(move: Move) -> None:
    """Nobody keeps the case any more; the promised callback stays promised."""
    case, former = move.case, move.case.owner_id
    move.changes["owner"] = [former, None]
    case.owner, case.assigned_at = None, None
    move.__dict__.pop("calendar", None)
    move.replan = case.current_promise is not None
    move.events.append(("case_released", {"former_owner_id": former}))


def _end_delegation(move: Move) -> None:
    case = move.case
    move.changes["delegate"] = [case.delegate_id, None]
    case.delegate, case.delegate_from, case.delegate_to = None, None, None


@action("set_colour")
def set_colour(move: Move) -> None:
    colour, reason = str(move.get("colour")), move.text("reason")
    move.check(guards.working(move.bare_facts))
    if colour not in Colour.values:
        move.refuse(Reason("colour", "Choisissez une couleur de priorité.", "colour"))
    if colour == move.case.colour:
        move.refuse(Reason("same", "Le dossier a déjà cette couleur.", "colour"))
    move.check(guards.reason_text(reason))
    move.personal["reason"] = reason
    move.case.colour = colour
    move.tell_in_charge("colour_changed", f"{move.case.ref} passe en {Colour(colour).label.lower()}")
