"""The journal in French: one sentence per action, from the row's codes and its personal values.

An erased payload leaves a true sentence with less in it. Times are told on the clock of whoever reads
(`unit_time`), Paris outside a page; `tz` gives another, the case's own unit in its audit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from django.utils import timezone

from atdemain.journal.enums import ActorKind
from atdemain.journal.models import AuditEvent, AuditPayload
from cases import hooks
from cases.enums import (
    AnswerCode,
    AssignmentReason,
    AttemptOutcome,
    CancelReason,
    CaseState,
    ClientConfirmation,
    Colour,
    DissatisfactionCause,
    EscalationMode,
    FaultSystem,
    Origin,
    PromiseStatus,
    RebookInitiator,
    ResolutionCode,
    RootCause,
)
from cases.fault_words import change_words

NBSP = "\u00a0"
Facts = Mapping[str, Any]


class _Row:
    """Reads `changes` and the payload without caring what is missing."""

    def __init__(self, event: AuditEvent, tz: tzinfo) -> None:
        self.event, self.tz = event, tz
        try:
            self.body: Facts = event.payload.body
        except AuditPayload.DoesNotExist:
            self.body = {}

    def new(self, name: str) -> Any:
        pair = self.event.changes.get(name)
        return pair[1] if isinstance(pair, list) and len(pair) == 2 else None

    def old(self, name: str) -> Any:
        pair = self.event.changes.get(name)
        return pair[0] if isinstance(pair, list) and len(pair) == 2 else None

    def personal(self, name: str, default: str = "") -> str:
        return str(self.body.get(name) or default)

    def at(self, value: str | None) -> str:
        """« 14/11 10:00 »."""
        return parse_moment(value).astimezone(self.tz).strftime("%d/%m %H:%M") if value else ""

    def window(self) -> str:
        """« le 14/11 entre 10:00 et 11:00 », "" without a window."""
        pair = self.new("window")
        if not pair:
            return ""
        start, end = (parse_moment(value).astimezone(self.tz) for value in pair)
        return f"le {start:%d/%m} entre {start:%H:%M} et {end:%H:%M}"

    def slot(self) -> str:
        """« 16/11 09:00–10:00 », "" without a window."""
        pair = self.new("window")
        if not pair:
            return ""
        start, end = (parse_moment(value).astimezone(self.tz) for value in pair)
        return f"{start:%d/%m %H:%M}–{end:%H:%M}"

    @property
    def entity(self) -> str:
        return self.personal("entity_name", "l’entité")


def parse_moment(value: str) -> datetime:
    return datetime.fromisoformat(value.replace("Z", "+00:00"))


def sentence(event: AuditEvent, *, tz: tzinfo | None = None) -> str:
    """« Rappel promis le 14/11 entre 10:00 et 11:00. »"""
    if event.refused:
        return f"Refusé{NBSP}: {ACTION_WORDS.get(event.action, event.action)}."
    story = hooks.stories.get(event.action)
    tell = story.tell if story else SENTENCES.get(event.action)
    row = _Row(event, tz or timezone.get_current_timezone())
    text = tell(row) if tell else ACTION_WORDS.get(event.action, event.action)
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def quote(event: AuditEvent) -> str:
    """The free text that goes with the row: what was said, summed up, answered or noted."""
    try:
        body = event.payload.body
    except AuditPayload.DoesNotExist:
        return ""
    for name in ("told", "summary", "answer_text", "text", "reason", "note", "on_behalf"):
        if body.get(name):
            return str(body[name])
    return ""


def done_sentence(event: AuditEvent | None) -> str:
    """What the toast says after an action: the same words as the journal."""
    return sentence(event) if event else "C’est enregistré."


def _label(choices: Any, value: Any) -> str:
    return choices(value).label if value in choices.values else str(value or "")


def _open(row: _Row) -> str:
    if row.event.reason_code == Origin.RD3PLUS:
        start, end = row.new("window") or (None, None)
        counted = row.new("count") or 3
        span = f", {row.at(start)} → {row.at(end)}" if start else ""
        return f"Dossier ouvert automatiquement{NBSP}: {ordinal(counted)} contact en 7 jours (règle {row.new('rule')}{span})"
    return f"Dossier ouvert{NBSP}: {_label(Origin, row.event.reason_code).lower()}"


def ordinal(number: int) -> str:
    """3 → « 3ᵉ », 1 → « 1ᵉʳ »."""
    return "1ᵉʳ" if number == 1 else f"{number}ᵉ"


CAPACITY = {
    "owner": "par le conseiller en charge",
    "delegate": "par le suppléant",
    "manager": "par le manager",
}


def _promise(row: _Row) -> str:
    return f"Rappel promis {row.window()} {CAPACITY.get(row.new('promised_by'), '')}".rstrip()


def _escalate(row: _Row) -> str:
    colour = _label(Colour, row.new("escalation_colour")).lower()
    text = f"Escaladé vers {row.entity} ({colour})"
    if row.new("mode") == EscalationMode.WARM_TRANSFER:
        text = f"Appel transféré en direct à {row.entity} ({colour})"
    if row.new("ack_due"):
        text += f"{NBSP}; accusé attendu {row.at(row.new('ack_due'))}{NBSP}; réponse attendue {row.at(row.new('answer_due'))}"
    if row.window():
        text += f"{NBSP}; rappel promis {row.window()}"
    return text


def _add_escalation(row: _Row) -> str:
    rank = row.new("entities_open") or 2
    if row.new("mode") == EscalationMode.WARM_TRANSFER:
        return _escalate(row)
    text = f"{'Seconde' if rank == 2 else ordinal(rank)} entité saisie{NBSP}: {row.entity}"
    return text + (
        f"{NBSP}; réponse attendue {row.at(row.new('answer_due'))}" if row.new("answer_due") else ""
    )


def _answer(row: _Row) -> str:
    text = f"{row.entity} répond{NBSP}: {_label(AnswerCode, row.new('answer_code')).lower()}"
    if row.personal("named_contact"):
        text += f", par téléphone ({row.personal('named_contact')})"
    if row.new("appointment_at"):
        text += f", le {row.at(row.new('appointment_at'))}"
    if row.personal("duplicate_of"):
        text += f" de {row.personal('duplicate_of')}"
    if row.new("call_by"):
        text += f". Client à rappeler avant {row.at(row.new('call_by'))}"
    return text


def _asked_where(row: _Row) -> str:
    """Asked by the owner, or by the clock an hour before the callback."""
    if row.event.actor_kind == ActorKind.USER:
        return f"Nouvelles demandées à {row.entity}"
    return f"Une heure avant le rappel, nouvelles demandées à {row.entity}"


def _entity_late(row: _Row) -> str:
    what = "Réponse" if row.new("late") == "answer" else "Accusé de réception"
    return f"{what} de {row.entity} en retard{NBSP}: attendu{'e' if what == 'Réponse' else ''} {row.at(row.new('due'))}"


def _reached(row: _Row) -> str:
    names = row.body.get("entity_names") or []
    if row.new("entities"):
        return f"Échéance de nouvelles atteinte sans réponse de {', '.join(names) or 'l’entité saisie'}"
    return "Échéance de nouvelles atteinte"


def _told(row: _Row) -> str:
    how = "sans solution, de son propre appel" if row.new("direction") == "in" else "sans solution"
    return f"Client informé ({how})" + (f"{NBSP}; prochain rappel {row.slot()}" if row.slot() else "")


def _rebook(row: _Row) -> str:
    who = {
        RebookInitiator.CLIENT: "à la demande du client",
        RebookInitiator.US: "à notre initiative",
        RebookInitiator.NO_ANSWER: "faute de réponse du client",
    }.get(row.event.reason_code, "")
    status = row.new("promise_status")
    judged = f" (l’ancien{NBSP}: {_label(PromiseStatus, status).lower()})" if status else ""
    return f"Rappel déplacé {who}{NBSP}: {row.slot()}{judged}"


def _resolve(row: _Row) -> str:
    code = _label(ResolutionCode, row.new("resolution_code")).lower()
    cause = _label(RootCause, row.new("root_cause")).lower()
    confirmation = _label(ClientConfirmation, row.new("client_confirmation")).lower()
    return f"Résolu{NBSP}: {code} (cause{NBSP}: {cause}){NBSP}; {confirmation}"


def _reopened(row: _Row) -> str:
    minutes = row.new("elapsed_min")
    if minutes is None:
        return "Rouvert"
    days, rest = divmod(int(minutes), 1440)
    span = " ".join(part for part in (f"{days}{NBSP}j" if days else "", f"{rest // 60}{NBSP}h") if part)
    released = f"{NBSP}; à confier de nouveau" if row.old("released") else ""
    return f"Rouvert{NBSP}: nouveau contact {span} après résolution{released}"


def _attempt(row: _Row) -> str:
    return f"Appel au client{NBSP}: {_label(AttemptOutcome, row.new('outcome')).lower()}"


def _correct(row: _Row) -> str:
    old, new = (_label(AttemptOutcome, value).lower() for value in (row.old("outcome"), row.new("outcome")))
    status = row.new("promise_status")
    judged = f"{NBSP}; engagement {_label(PromiseStatus, status).lower()}" if status else ""
    return f"Tentative corrigée{NBSP}: {old} → {new}{judged}"


#: How the engine chose (domain.md §5.2, §5.5).
ROUTE_WORDS = {"continuity": "continuité", "balanced": "charge équilibrée", "overflow": "débordement"}


def _assign(row: _Row) -> str:
    return f"Dossier confié ({_label(AssignmentReason, row.event.reason_code).lower()})"


def _colour(row: _Row) -> str:
    old, new = (_label(Colour, value).lower() for value in (row.old("colour"), row.new("colour")))
    return f"Couleur changée{NBSP}: {old} → {new}"


def _satisfaction(row: _Row) -> str:
    cause = _label(DissatisfactionCause, row.new("cause")).lower()
    why = f"{NBSP}; cause{NBSP}: {cause}" if cause else ""
    if row.old("score") is not None:
        return f"Satisfaction corrigée{NBSP}: {row.old('score')} → {row.new('score')} sur 10{why}"
    return f"Satisfaction du client{NBSP}: {row.new('score')} sur 10{why}"


def _cancel(row: _Row) -> str:
    asked = ", comme demandé" if row.new("cancel_request") else ""
    return f"Annulé{asked}{NBSP}: {_label(CancelReason, row.event.reason_code).lower()}"


def _attach(row: _Row) -> str:
    text = "Nouveau contact du client, rattaché au dossier"
    return text + (
        f"{NBSP}; couleur relevée en {_label(Colour, row.new('colour')).lower()}" if row.new("colour") else ""
    )


def _merge_effect(row: _Row) -> str:
    text = f"{row.personal('merged_ref', 'Un dossier')} fusionné dans celui-ci"
    if row.event.from_state != row.event.to_state:
        text += f"{NBSP}: {_label(CaseState, row.event.to_state).lower()}"
    return text


def _threshold(row: _Row) -> str:
    if row.new("threshold_no_longer_met"):
        return "Le seuil de la règle n’est plus atteint après correction"
    return "Le seuil de la règle est de nouveau atteint"


def _missed(row: _Row) -> str:
    return "Engagement de rappel manqué, sans appel dans la fenêtre"


def _fault(row: _Row) -> str:
    """« Dérangement Océane 12345 : couleur : orange → rouge »."""
    system = _label(FaultSystem, row.new("system"))
    name = f"Dérangement {system} {row.personal('ref', '(valeur effacée)')}"
    if row.event.action == "fault_linked":
        return f"{name} rattaché au dossier, {_label(Colour, row.new('colour')).lower()}"
    pairs = {
        one: row.event.changes[one] for one in ("colour", "status", "entity") if row.event.changes.get(one)
    }
    if "entity" in pairs:
        pairs["entity"] = [None, None]
    words = change_words(pairs, {}).replace("entité responsable\u00a0: aucune", "entité responsable changée")
    return f"{name}{NBSP}: {words}"


#: What a colleague's help gave (`routing.enums.HelpOutcome`, above this app).
HELP_WORDS = {
    "solved": "a débloqué le dossier",
    "partly": "a fait avancer le dossier",
    "not_solved": "n’a pas suffi",
}


def _help_closed(row: _Row) -> str:
    words = HELP_WORDS.get(str(row.new("outcome")), "")
    told = f"Entraide terminée en {row.new('minutes')}{NBSP}min"
    return f"{told}{NBSP}: {words}" if words else told


def _reviewed(row: _Row) -> str:
    return "Relecture qualité corrigée" if row.old("review") else "Relecture qualité faite"


def _erased(row: _Row) -> str:
    number = row.old("payloads") or 0
    several = "s" if number > 1 else ""
    return f"Valeurs personnelles effacées{NBSP}: {number} étape{several} de l’historique"


SENTENCES: Mapping[str, Callable[[_Row], str]] = {
    "fault_linked": _fault,
    "fault_changed": _fault,
    "help_asked": lambda row: "Entraide demandée",
    "help_accepted": lambda row: f"Entraide acceptée par {row.personal('helper_name', 'un collègue')}",
    "help_closed": _help_closed,
    "help_withdrawn": lambda row: "Demande d’entraide retirée",
    "help_expired": lambda row: "Entraide restée sans réponse",
    "open": _open,
    "attach_contact": _attach,
    "promise_callback": _promise,
    "escalate": _escalate,
    "add_escalation": _add_escalation,
    "acknowledge_escalation": lambda row: f"{row.entity} accuse réception",
    "answer_escalation": _answer,
    "withdraw_escalation": lambda row: f"Escalade vers {row.entity} retirée",
    "claim_escalation": lambda row: f"Escalade prise par {row.entity}",
    "hand_back_escalation": lambda row: f"Escalade rendue à la file de {row.entity}",
    "request_info": lambda row: f"{row.entity} demande une précision",
    "name_contact": lambda row: (
        f"{row.entity} donne un interlocuteur{NBSP}: {row.body.get('named_contact') or 'nom effacé'}"
    ),
    "give_info": lambda row: f"Précision donnée à {row.entity}",
    "request_status": _asked_where,
    "give_status": lambda row: f"{row.entity} fait le point",
    "entity_late": _entity_late,
    "promise_reached": _reached,
    "promise_missed": _missed,
    "tell_unresolved": _told,
    "rebook": _rebook,
    "log_attempt": _attempt,
    "correct_attempt": _correct,
    "resolve": _resolve,
    "reopen_by_contact": _reopened,
    "reopen": lambda row: (
        "Rouvert à la main"
        + (f"{NBSP}: clos par erreur" if row.event.reason_code == "closed_by_mistake" else "")
    ),
    "record_satisfaction": _satisfaction,
    "confirm": lambda row: f"Résolution confirmée{NBSP}: aucun contact en 7 jours",
    "merge": lambda row: f"Fusionné dans {row.personal('merged_ref', 'un autre dossier')}",
    "merge_by_client": lambda row: (
        f"Fusionné dans {row.personal('merged_ref', 'un autre dossier')}, comme les fiches du client"
    ),
    "merge_effect": _merge_effect,
    "cancel": _cancel,
    "request_cancel": lambda row: (
        f"Annulation demandée{NBSP}: {_label(CancelReason, row.event.reason_code).lower()}"
    ),
    "refuse_cancel": lambda row: "Demande d’annulation refusée",
    "restore": lambda row: "Annulation annulée",
    "claim": lambda row: "Dossier pris dans la file du service",
    "release": lambda row: "Dossier rendu à la file du service\u00a0: le conseiller ne peut plus le garder",
    "return_to_queue": lambda row: "Dossier rendu à la file du service",
    "assign": _assign,
    "hand_over": lambda row: "Dossier confié à un collègue pendant une absence, avec une note de passage",
    "take_back": lambda row: "Dossier repris au retour d’absence",
    "route": lambda row: (
        f"Dossier confié automatiquement ({ROUTE_WORDS.get(row.event.reason_code, 'charge')})"
    ),
    "delegate": lambda row: f"Suppléance confiée à {row.personal('delegate_name', 'un collègue')}",
    "return_delegation": lambda row: (
        f"Fin de la suppléance de {row.personal('delegate_name', 'un collègue')}"
    ),
    "set_colour": _colour,
    "add_note": lambda row: "Note",
    "flag_threshold": _threshold,
    "flag_unrelated": lambda row: f"Signalé{NBSP}: nouveau contact sans rapport avec ce dossier",
    "decide_unrelated": lambda row: (
        "Motif sans rapport accepté" if row.new("unrelated") == "agreed" else "Motif sans rapport refusé"
    ),
    "quality_review": _reviewed,
    "reply_review": lambda row: "Réponse du conseiller à la relecture qualité",
    "personal_erased": _erased,
}

#: The bare name of an action, for a refusal and for the diagram's table.
ACTION_WORDS: Mapping[str, str] = {
    "fault_linked": "rattacher un dérangement",
    "fault_changed": "mettre à jour un dérangement",
    "help_asked": "demander de l’aide",
    "help_accepted": "accepter d’aider",
    "help_closed": "terminer une entraide",
    "help_withdrawn": "retirer une demande d’entraide",
    "help_expired": "entraide sans réponse",
    "open": "ouvrir",
    "attach_contact": "rattacher un contact",
    "promise_callback": "promettre un rappel",
    "escalate": "escalader",
    "add_escalation": "saisir une autre entité",
    "acknowledge_escalation": "accuser réception",
    "answer_escalation": "répondre à l’escalade",
    "withdraw_escalation": "retirer l’escalade",
    "warm_transfer": "transférer l’appel",
    "claim_escalation": "prendre l’escalade",
    "hand_back_escalation": "rendre l’escalade",
    "request_info": "demander une précision",
    "name_contact": "donner un interlocuteur",
    "give_info": "donner la précision",
    "request_status": "demander des nouvelles",
    "give_status": "faire le point",
    "entity_late": "entité en retard",
    "promise_reached": "échéance de nouvelles atteinte",
    "promise_missed": "rappel manqué",
    "tell_unresolved": "informer le client, sans solution encore",
    "rebook": "déplacer le rappel",
    "log_attempt": "noter une tentative",
    "correct_attempt": "corriger une tentative",
    "resolve": "résoudre",
    "reopen_by_contact": "rouvrir sur un nouveau contact",
    "reopen": "rouvrir",
    "record_satisfaction": "noter la satisfaction",
    "confirm": "confirmer la résolution",
    "merge": "fusionner",
    "merge_by_client": "fusionner avec les fiches du client",
    "merge_effect": "recevoir un dossier fusionné",
    "cancel": "annuler le dossier",
    "request_cancel": "demander l’annulation",
    "refuse_cancel": "refuser l’annulation",
    "restore": "rétablir",
    "claim": "prendre le dossier",
    "release": "retirer à qui ne peut plus le garder",
    "return_to_queue": "rendre à la file du service",
    "assign": "confier le dossier",
    "hand_over": "passer le dossier pendant une absence",
    "take_back": "reprendre le dossier au retour",
    "route": "confier automatiquement",
    "delegate": "nommer un suppléant",
    "return_delegation": "terminer la suppléance",
    "set_colour": "changer la couleur",
    "add_note": "noter",
    "flag_threshold": "signaler le seuil",
    "flag_unrelated": "signaler un motif sans rapport",
    "decide_unrelated": "décider du motif sans rapport",
    "quality_review": "relire la qualité",
    "reply_review": "répondre à la relecture",
    "personal_erased": "effacer des valeurs personnelles",
}
