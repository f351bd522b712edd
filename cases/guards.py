"""May it? Pure guards (domain.md §3.2): facts, `now` and data in; the reasons why not out.

Each reason is a French sentence that says what blocks, then what to do. An empty list means yes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.words import bare
from cases import deadlines, ladder
from cases.enums import (
    UNANSWERED,
    AnswerCode,
    AttemptOutcome,
    CaseState,
    ClosureKind,
    Colour,
    Direction,
    EscalationMode,
    EscalationReason,
    PromiseKind,
    RebookInitiator,
)
from cases.reasons import Reason

#: An entity is not asked twice where it is within this time.
ASK_AGAIN = timedelta(hours=1)
#: No entity takes a later appointment: such a date is a slip of the keyboard.
APPOINTMENT_AHEAD = timedelta(days=365)
STATE_WORDS = {
    CaseState.OPENED: "ouvert",
    CaseState.ESCALATED: "escaladé",
    CaseState.CALLBACK_DUE: "en rappel à faire",
    CaseState.RESOLVED: "résolu, en observation",
    CaseState.CLOSED: "clos",
}


@dataclass(frozen=True, slots=True)
class AttemptFact:
    at: datetime
    outcome: str
    inbound: bool = False


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the guards look at, loaded once by the door or by the page."""

    state: str
    owned: bool
    colour: str = Colour.ORANGE
    opened_at: datetime | None = None
    reopened_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    closure_kind: str = ""
    promise_start: datetime | None = None
    promise_end: datetime | None = None
    promise_made: datetime | None = None
    promise_missed: bool = False
    open_entities: frozenset[int] = frozenset()
    entity_names: tuple[str, ...] = ()
    last_answer_at: datetime | None = None
    attempts: tuple[AttemptFact, ...] = ()
    told_contacts: tuple[datetime, ...] = ()  # client contacts handled by the person in charge
    other_working: str = ""  # reference of another working case of the identity

    @property
    def promised(self) -> bool:
        return self.promise_start is not None

    @property
    def since(self) -> datetime | None:
        return self.reopened_at or self.opened_at


def in_state(facts: CaseFacts, *states: CaseState) -> list[Reason]:
    if facts.state in states:
        return []
    words = " ou ".join(STATE_WORDS[state] for state in states)
    return [
        Reason(
            "wrong_state",
            f"Le dossier est {STATE_WORDS[CaseState(facts.state)]} : il faut qu’il soit {words}.",
        )
    ]


def owner_set(facts: CaseFacts) -> list[Reason]:
    if facts.owned:
        return []
    return [Reason("no_owner", "Personne ne garde encore ce dossier : prenez-le ou confiez-le d’abord.")]


def promise_callback(facts: CaseFacts) -> list[Reason]:
    if facts.state == CaseState.CALLBACK_DUE:
        return [Reason("wrong_state", "Un rappel est déjà promis : déplacez-le, ou appelez et informez.")]
    return in_state(facts, CaseState.OPENED) or owner_set(facts)


def promise_kind(kind: str) -> list[Reason]:
    if kind in PromiseKind.values:
        return []
    return [Reason("kind", "Choisissez ce que sera ce rappel.", "kind")]


def promise_needed(facts: CaseFacts, now: datetime) -> bool:
    """Whether escalating now demands a new promise (T03, T03b): T06 would fall due at once otherwise."""
    if not facts.promised or facts.promise_missed:
        return True
    return facts.promise_start is not None and facts.promise_start <= now + deadlines.REMINDER_BEFORE


def escalate(facts: CaseFacts) -> list[Reason]:
    return in_state(facts, CaseState.OPENED, CaseState.CALLBACK_DUE, CaseState.ESCALATED) or owner_set(facts)


def escalate_to(
    facts: CaseFacts,
    *,
    entity_id: int | None,
    accepts: bool,
    mode: str,
    reason: str,
    summary: str,
    colour: str,
    promised_start: datetime | None,
    now: datetime,
    calendar: BusinessCalendar,
) -> list[Reason]:
    """`promised_start`: the window the client will have, the new one if any, else the present one."""
    reasons = []
    if entity_id is None:
        reasons.append(Reason("entity_missing", "Choisissez l’entité à saisir.", "target_entity"))
    elif not accepts:
        reasons.append(
            Reason(
                "entity_closed",
                "Cette entité ne reçoit pas d’escalade. Choisissez-en une autre.",
                "target_entity",
            )
        )
    elif entity_id in facts.open_entities:
        reasons.append(
            Reason(
                "entity_already",
                "Cette entité est déjà saisie. Attendez sa réponse ou retirez l’escalade.",
                "target_entity",
            )
        )
    if mode not in EscalationMode.values:
        reasons.append(Reason("mode", "Choisissez le mode : dossier ou transfert de l’appel.", "mode"))
    if reason not in EscalationReason.values:
        reasons.append(Reason("escalation_reason", "Choisissez le motif de l’escalade.", "reason"))
    if len(bare(summary)) < 20:
        reasons.append(
            Reason(
                "summary_short", "Résumez en 20 caractères au moins ce que l’entité doit savoir.", "summary"
            )
        )
    if promised_start is None:
        reasons.append(
            Reason(
                "news_date",
                "Promettez des nouvelles au client avant d’escalader : choisissez un créneau.",
                "window_start",
            )
        )
    elif promised_start > deadlines.news_limit(calendar, now, colour):
        days = deadlines.NEWS_DAYS[Colour(colour)]
        reasons.append(
            Reason(
                "news_too_late",
                f"En {Colour(colour).label.lower()}, le client a des nouvelles sous {days} jours ouvrés. "
                "Choisissez un créneau plus proche.",
                "window_start",
            )
        )
    return reasons


def answer(code: str, text: str, *, by_phone: bool, named_contact: bool) -> list[Reason]:
    reasons = []
    if code not in AnswerCode.values:
        reasons.append(Reason("answer_code", "Choisissez la réponse de l’entité.", "answer_code"))
    if len(bare(text)) < 10:
        reasons.append(Reason("answer_short", "Écrivez la réponse en 10 caractères au moins.", "answer_text"))
    if by_phone and not named_contact:
        reasons.append(
            Reason("named_contact", "Réponse reçue par téléphone : dites de qui.", "named_contact")
        )
    return reasons


def answer_detail(code: str, *, appointment: datetime | None, duplicate: str, now: datetime) -> list[Reason]:
    """What an answer says beside its text: when the appointment is, of what it is the duplicate."""
    if code == AnswerCode.APPOINTMENT and (appointment is None or appointment <= now):
        text = "Donnez la date du rendez-vous, à venir : le client la demandera."
        return [Reason("appointment_at", text, "appointment_at")]
    if code == AnswerCode.APPOINTMENT and appointment is not None and appointment > now + APPOINTMENT_AHEAD:
        text = "Ce rendez-vous est dans plus d’un an : vérifiez l’année, puis donnez sa date."
        return [Reason("appointment_at", text, "appointment_at")]
    if code == AnswerCode.DUPLICATE and not duplicate.strip():
        text = "Dites de quoi c’est le doublon : dossier, ticket ou escalade."
        return [Reason("duplicate_of", text, "duplicate_of")]
    return []


def claim_escalation(holder: str, *, mine: bool) -> list[Reason]:
    if not holder:
        return []
    text = "Vous l’avez déjà prise." if mine else f"{holder} l’a déjà prise. Voyez ensemble qui la garde."
    return [Reason("taken", text)]


def hand_back(*, mine: bool) -> list[Reason]:
    if mine:
        return []
    return [Reason("not_taken", "Vous n’avez pas pris cette escalade : il n’y a rien à rendre.")]


def name_contact(*, found: bool, same: bool) -> list[Reason]:
    if not found:
        text = "Cet interlocuteur n’est pas, ou plus, dans l’annuaire de votre entité."
        return [Reason("named_contact", text, "named_contact")]
    if same:
        return [Reason("already_named", "Cet interlocuteur est déjà nommé sur cette escalade.")]
    return []


def request_info(text: str, *, asked: bool) -> list[Reason]:
    if asked:
        return [Reason("already_asked", "Une précision est déjà demandée : attendez-la.", "text")]
    return reason_text(text, name="text")


def give_info(text: str, *, asked: bool) -> list[Reason]:
    if not asked:
        return [
            Reason("not_asked", "L’entité n’attend pas de précision. Laissez une note au dossier.", "text")
        ]
    return reason_text(text, name="text")


def request_status(entity: str, *, asked_at: datetime | None, now: datetime) -> list[Reason]:
    if asked_at is None or now - asked_at >= ASK_AGAIN:
        return []
    text = f"{entity} a déjà été priée de dire où elle en est, il y a moins d’une heure. Appelez-la si c’est urgent."
    return [Reason("already_asked", text)]


def promise_reached(facts: CaseFacts, now: datetime) -> list[Reason]:
    """T06."""
    wrong = in_state(facts, CaseState.ESCALATED)
    if wrong:
        return wrong
    if (
        facts.promise_start is None
        or facts.promise_missed
        or now < facts.promise_start - deadlines.REMINDER_BEFORE
    ):
        return [Reason("not_yet", "L’échéance du rappel n’est pas atteinte.")]
    return []


def tell_unresolved(facts: CaseFacts) -> list[Reason]:
    return in_state(facts, CaseState.CALLBACK_DUE) or owner_set(facts)


def direction(value: str) -> list[Reason]:
    if value in Direction.values:
        return []
    return [Reason("direction", "Dites qui a appelé : vous ou le client.", "direction")]


def told(text: str, *, again: bool, escalated: bool) -> list[Reason]:
    reasons = []
    if len(bare(text)) < 20:
        reasons.append(
            Reason("told_short", "Écrivez en 20 caractères au moins ce que vous avez dit au client.", "told")
        )
    if escalated and not again:
        reasons.append(
            Reason(
                "news_date",
                "Une escalade est ouverte : donnez au client la prochaine date de nouvelles.",
                "window_start",
            )
        )
    return reasons


def rebook(facts: CaseFacts) -> list[Reason]:
    wrong = in_state(facts, CaseState.CALLBACK_DUE) or owner_set(facts)
    if wrong:
        return wrong
    return (
        []
        if facts.promised
        else [Reason("no_promise", "Aucun rappel n’est promis : il n’y a rien à déplacer.")]
    )


def rebooked(facts: CaseFacts, *, initiator: str, reason: str) -> list[Reason]:
    reasons = []
    if initiator not in RebookInitiator.values:
        reasons.append(Reason("initiator", "Dites qui demande à déplacer le rappel.", "initiator"))
    if initiator != RebookInitiator.NO_ANSWER and not reason.strip():
        reasons.append(Reason("rebook_reason", "Dites pourquoi le rappel est déplacé.", "reason"))
    if initiator == RebookInitiator.NO_ANSWER and not any(
        attempt.outcome in UNANSWERED
        and not attempt.inbound
        and (facts.promise_made is None or attempt.at >= facts.promise_made)
        for attempt in facts.attempts
    ):
        reasons.append(
            Reason(
                "no_attempt", "Aucun appel sans réponse n’est noté. Notez d’abord la tentative.", "initiator"
            )
        )
    return reasons


def resolve(
    facts: CaseFacts, *, reached_now: bool, calendar: BusinessCalendar, message_left: bool | None = None
) -> list[Reason]:
    """T09: no open escalation, and the client told. `message_left` None: the page asks in general."""
    if facts.state == CaseState.ESCALATED or facts.open_entities:
        names = ", ".join(facts.entity_names) or "une entité"
        return [
            Reason(
                "escalation_open",
                f"Une escalade est ouverte chez {names}. Attendez sa réponse ou retirez-la.",
            )
        ]
    wrong = in_state(facts, CaseState.OPENED, CaseState.CALLBACK_DUE) or owner_set(facts)
    if wrong or reached_now:
        return wrong
    if client_told(facts) or (message_left is not False and message_stands(facts, calendar)):
        return []
    return [
        Reason(
            "client_not_told",
            "Le client n’a pas encore été informé. Joignez-le, ou laissez un message après trois appels sur deux demi-journées.",
            "reached_now",
        )
    ]


def client_told(facts: CaseFacts) -> bool:
    """A `reached` contact, in or out, since the opening (its contact included) and after the last answer."""
    after = max((at for at in (facts.since, facts.last_answer_at) if at), default=None)
    reached = [attempt.at for attempt in facts.attempts if attempt.outcome == AttemptOutcome.REACHED]
    if any(after is None or at >= after for at in reached):
        return True
    return any(facts.last_answer_at is None or at >= facts.last_answer_at for at in facts.told_contacts)


def message_stands(facts: CaseFacts, calendar: BusinessCalendar) -> bool:
    """Three attempts on two half-days at least, with a message left that knows the last answer."""
    tried = [
        attempt
        for attempt in facts.attempts
        if not attempt.inbound and (facts.since is None or attempt.at >= facts.since)
    ]
    halves = {deadlines.half_day(attempt.at, calendar) for attempt in tried}
    messages = [attempt.at for attempt in tried if attempt.outcome == AttemptOutcome.VOICEMAIL]
    told = any(facts.last_answer_at is None or at >= facts.last_answer_at for at in messages)
    return len(tried) >= 3 and len(halves) >= 2 and told


def no_other_working(facts: CaseFacts) -> list[Reason]:
    if not facts.other_working:
        return []
    return [
        Reason(
            "other_working",
            f"Un autre dossier est déjà en cours pour ce client : {facts.other_working}. Travaillez sur celui-là.",
        )
    ]


def reopen(facts: CaseFacts) -> list[Reason]:
    return in_state(facts, CaseState.RESOLVED) or no_other_working(facts)


def confirm(facts: CaseFacts, now: datetime, *, belied: bool) -> list[Reason]:
    """T12: 168 h and the 48 h of grace for late records. `belied`: a contact came during the observation."""
    wrong = in_state(facts, CaseState.RESOLVED)
    if wrong:
        return wrong
    if facts.resolved_at is None or now < ladder.confirm_due(facts.resolved_at):
        return [Reason("observing", "La période d’observation n’est pas terminée.")]
    if belied:
        return [Reason("late_contact", "Le client a repris contact pendant l’observation.")]
    return []


def merge(facts: CaseFacts) -> list[Reason]:
    return in_state(facts, CaseState.OPENED, CaseState.ESCALATED, CaseState.CALLBACK_DUE, CaseState.RESOLVED)


def cancel(facts: CaseFacts) -> list[Reason]:
    return in_state(facts, CaseState.OPENED, CaseState.ESCALATED, CaseState.CALLBACK_DUE)


def satisfaction(facts: CaseFacts) -> list[Reason]:
    confirmed = facts.state == CaseState.CLOSED and facts.closure_kind == ClosureKind.CONFIRMED
    if facts.state == CaseState.RESOLVED or confirmed:
        return []
    return [
        Reason("not_resolved", "La satisfaction se demande quand le dossier est résolu, ou clos confirmé.")
    ]


def restore(facts: CaseFacts, now: datetime) -> list[Reason]:
    if facts.state != CaseState.CLOSED or facts.closure_kind != ClosureKind.CANCELLED:
        return [Reason("not_cancelled", "Seul un dossier annulé se rétablit.")]
    if facts.closed_at is None or now > facts.closed_at + timedelta(days=7):
        return [Reason("too_late", "L’annulation date de plus de 7 jours : ouvrez un nouveau dossier.")]
    return no_other_working(facts)


def reason_text(text: str, minimum: int = 10, name: str = "reason") -> list[Reason]:
    if len(bare(text)) >= minimum:
        return []
    return [
        Reason(
            "reason_short",
            f"Écrivez {'le motif' if name == 'reason' else 'votre texte'}, en {minimum} caractères au moins.",
            name,
        )
    ]


def working(facts: CaseFacts) -> list[Reason]:
    return in_state(facts, CaseState.OPENED, CaseState.ESCALATED, CaseState.CALLBACK_DUE)
