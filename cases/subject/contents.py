"""What `cases` holds about a client, table by table: (code, title, columns, rows, note, single)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from atdemain.journal.models import AccessLog
from atdemain.organisation.enums import Role
from cases.models import (
    CallbackAttempt,
    CancelRequest,
    Case,
    CaseNote,
    Client,
    ClientPhone,
    Contact,
    Escalation,
    EscalationNote,
    FaultTicket,
    Line,
    Promise,
    QualityReview,
    RepeatRule,
    RepeatVerdict,
    SatisfactionAnswer,
    SubjectRequest,
)

Told = tuple[Any, ...]


def told(client: Client, ids: list[int]) -> Iterator[Told]:
    yield from _identity(client, ids)
    yield _contacts(ids)
    yield _verdicts(ids)
    yield from _cases(ids)
    yield from _escalations(ids)
    yield from _others(ids)
    yield _readings(ids)


def agent(user: Any) -> str:
    """A colleague, without a name."""
    if user is None:
        return ""
    return f"un agent, {user.unit}" if user.unit_id else "un agent"


def rule_words(rule: RepeatRule) -> str:
    """« 3 contacts comptés ou plus en 168 h, par client, motifs techniques (R1 version 2) »."""
    scope = rule.get_identity_scope_display().lower()
    return (
        f"{rule.threshold} contacts comptés ou plus en {rule.window_hours}\u00a0h, par {scope}, "
        f"motifs\u00a0: {rule.get_reason_scope_display().lower()} ({rule})"
    )


def _identity(client: Client, ids: list[int]) -> Iterator[Told]:
    phones = ClientPhone.objects.filter(client__in=ids).order_by("pk")
    records = Client.objects.filter(pk__in=ids).order_by("pk")
    yield (
        "identity",
        "Identité",
        {
            "reference": "Référence", "other_references": "Anciennes références", "name": "Nom",
            "segment": "Segment", "unit": "Unité", "phones": "Téléphones",
            "preferred_slots": "Préfère être appelé", "priority": "Client prioritaire",
            "priority_reason": "Motif de priorité", "created_at": "Fiche créée le",
        },
        [
            {
                "reference": client.client_ref,
                "other_references": ", ".join(one.client_ref for one in records if one.pk != client.pk),
                "name": client.display_name,
                "segment": client.get_segment_display(),
                "unit": str(client.unit or ""),
                "phones": ", ".join(f"{one.e164} {one.label}".strip() for one in phones),
                "preferred_slots": client.preferred_call_slots,
                "priority": client.priority_client,
                "priority_reason": client.get_priority_reason_display(),
                "created_at": client.created_at,
            }
        ],
        "",
        True,
    )  # fmt: skip
    lines = Line.objects.filter(client__in=ids).select_related("unit").order_by("pk")
    yield (
        "lines",
        "Lignes",
        {"reference": "Référence", "technology": "Technologie", "unit": "Unité", "since": "Depuis", "until": "Jusqu’au"},
        [
            {
                "reference": line.line_ref, "technology": line.get_technology_display(), "unit": str(line.unit),
                "since": line.active_from, "until": line.active_to,
            }
            for line in lines
        ],
    )  # fmt: skip


def _contacts(ids: list[int]) -> Told:
    rows = (
        Contact.objects.filter(client__in=ids)
        .select_related("reason", "unit", "handling_entity", "handled_by__unit", "line", "case")
        .order_by("arrived_at", "pk")
    )
    return (
        "contacts",
        "Contacts",
        {
            "at": "Le", "channel": "Canal", "direction": "Sens", "outcome": "Issue", "reason": "Motif",
            "summary": "Résumé", "number": "Numéro présenté", "line": "Ligne", "wait_s": "Attente (s)",
            "talk_s": "Conversation (s)", "difficult": "Déclaré conflictuel", "counted": "Compté comme réitération",
            "handled_by": "Traité par", "case": "Dossier", "source": "Source",
        },
        [
            {
                "at": one.arrived_at, "channel": one.get_channel_display(),
                "direction": one.get_direction_display(), "outcome": one.get_outcome_display(),
                "reason": one.reason.label if one.reason else "", "summary": one.summary,
                "number": one.caller_number, "line": one.line.line_ref if one.line else "",
                "wait_s": one.wait_s, "talk_s": one.talk_s, "difficult": one.conflictual,
                "counted": "oui" if one.counts else f"non : {one.get_exclusion_code_display()}",
                "handled_by": str(one.handling_entity or "") or agent(one.handled_by),
                "case": one.case.ref if one.case else "", "source": f"{one.source_system} {one.source_id}",
            }
            for one in rows
        ],
    )  # fmt: skip


def _verdicts(ids: list[int]) -> Told:
    rows = (
        RepeatVerdict.objects.filter(contact__client__in=ids)
        .select_related("rule", "contact")
        .order_by("computed_at", "pk")
    )
    return (
        "repeat_verdicts",
        "Décisions automatiques",
        {"at": "Calculée le", "what": "Décision", "contact_at": "Sur le contact du", "rule": "Règle", "replaced_at": "Remplacée le"},
        [
            {
                "at": one.computed_at,
                "what": f"{one.count} contacts comptés : {one.get_verdict_display()}",
                "contact_at": one.contact.arrived_at,
                "rule": rule_words(one.rule),
                "replaced_at": one.superseded_at,
            }
            for one in rows
        ],
        "Un calcul compte les contacts ; un dossier s’ouvre quand la règle est atteinte. Un conseiller décide de la suite.",
    )  # fmt: skip


def _cases(ids: list[int]) -> Iterator[Told]:
    cases = Case.objects.filter(client__in=ids).select_related("unit", "owner__user__unit", "line")
    yield (
        "cases",
        "Dossiers",
        {
            "ref": "Référence", "problem": "Problème", "state": "État", "origin": "Ouvert par",
            "opened_at": "Ouvert le", "resolved_at": "Résolu le", "closed_at": "Clos le", "resolution": "Résolution",
            "cause": "Cause", "confirmation": "Confirmation du client", "priority": "Couleur",
            "reopened": "Réouvertures", "kept_by": "Suivi par",
        },
        [
            {
                "ref": one.ref, "problem": one.get_reason_family_display(), "state": one.get_state_display(),
                "origin": one.get_origin_display(), "opened_at": one.opened_at, "resolved_at": one.resolved_at,
                "closed_at": one.closed_at, "resolution": one.get_resolution_code_display(),
                "cause": one.get_root_cause_display(), "confirmation": one.get_client_confirmation_display(),
                "priority": one.get_colour_display(), "reopened": one.reopened_count,
                "kept_by": agent(one.owner.user) if one.owner else "",
            }
            for one in cases.order_by("opened_at", "pk")
        ],
    )  # fmt: skip
    promises = Promise.objects.filter(case__client__in=ids).select_related("case", "made_by__unit")
    yield (
        "promises",
        "Rappels promis",
        {"case": "Dossier", "made_at": "Promis le", "from": "De", "to": "À", "status": "Statut", "note": "Note"},
        [
            {
                "case": one.case.ref, "made_at": one.made_at, "from": one.window_start, "to": one.window_end,
                "status": one.get_status_display(), "note": one.note,
            }
            for one in promises.order_by("made_at", "pk")
        ],
    )  # fmt: skip
    attempts = CallbackAttempt.objects.filter(case__client__in=ids).select_related("case", "by__unit")
    yield (
        "attempts",
        "Appels et ce qui a été dit",
        {"case": "Dossier", "at": "Le", "outcome": "Issue", "told": "Ce qui a été dit", "correction": "Correction", "by": "Par"},
        [
            {
                "case": one.case.ref, "at": one.at, "outcome": one.get_outcome_display(), "told": one.told,
                "correction": one.correction_reason, "by": agent(one.by),
            }
            for one in attempts.order_by("at", "pk")
        ],
    )  # fmt: skip
    notes = CaseNote.objects.filter(case__client__in=ids).select_related("case", "by__unit")
    yield (
        "notes",
        "Notes",
        {"case": "Dossier", "at": "Le", "text": "Note", "by": "Par"},
        [
            {"case": one.case.ref, "at": one.at, "text": one.text, "by": agent(one.by)}
            for one in notes.order_by("at", "pk")
        ],
    )


def _escalations(ids: list[int]) -> Iterator[Told]:
    rows = Escalation.objects.filter(case__client__in=ids).select_related("case", "target_entity")
    yield (
        "escalations",
        "Demandes à d’autres entités",
        {
            "case": "Dossier", "entity": "Entité", "sent_at": "Envoyée le", "reason": "Motif", "summary": "Résumé",
            "status": "Statut", "answered_at": "Réponse le", "answer": "Réponse", "answer_text": "Texte de la réponse",
            "appointment_at": "Rendez-vous",
        },
        [
            {
                "case": one.case.ref, "entity": str(one.target_entity), "sent_at": one.sent_at,
                "reason": one.get_reason_display(), "summary": one.summary, "status": one.get_status_display(),
                "answered_at": one.answered_at, "answer": one.get_answer_code_display(),
                "answer_text": one.answer_text, "appointment_at": one.appointment_at,
            }
            for one in rows.order_by("sent_at", "pk")
        ],
    )  # fmt: skip
    notes = EscalationNote.objects.filter(escalation__case__client__in=ids).exclude(text="")
    yield (
        "exchanges",
        "Échanges avec ces entités",
        {"at": "Le", "kind": "Type", "text": "Texte", "by": "Par"},
        [
            {"at": one.at, "kind": one.get_kind_display(), "text": one.text, "by": agent(one.by)}
            for one in notes.select_related("by__unit").order_by("at", "pk")
        ],
    )


def _others(ids: list[int]) -> Iterator[Told]:
    answers = SatisfactionAnswer.objects.filter(case__client__in=ids).select_related("case")
    yield (
        "satisfaction",
        "Réponses de satisfaction",
        {"case": "Dossier", "at": "Le", "score": "Note sur 10", "cause": "Cause"},
        [
            {"case": one.case.ref, "at": one.at, "score": one.score, "cause": one.get_cause_display()}
            for one in answers.order_by("at", "pk")
        ],
    )
    faults = FaultTicket.objects.filter(Q(line__client__in=ids) | Q(case__client__in=ids))
    yield (
        "faults",
        "Dérangements",
        {"system": "Système", "ref": "Référence", "opened_at": "Ouvert le", "closed_at": "Fermé le", "status": "Statut"},
        [
            {
                "system": one.get_system_display(), "ref": one.ref, "opened_at": one.opened_at,
                "closed_at": one.closed_at, "status": one.get_status_display(),
            }
            for one in faults.order_by("opened_at", "pk")
        ],
    )  # fmt: skip
    asked = CancelRequest.objects.filter(case__client__in=ids).select_related("case")
    yield (
        "cancel_requests",
        "Demandes d’annulation d’un dossier",
        {"case": "Dossier", "at": "Le", "reason": "Motif", "text": "Explication", "status": "Statut", "refusal": "Refus"},
        [
            {
                "case": one.case.ref, "at": one.at, "reason": one.get_reason_display(), "text": one.text,
                "status": one.get_status_display(), "refusal": one.refusal,
            }
            for one in asked.order_by("at", "pk")
        ],
    )  # fmt: skip
    reviews = QualityReview.objects.filter(case__client__in=ids).select_related("case")
    yield (
        "reviews",
        "Relectures d’un dossier par le manager",
        {"case": "Dossier", "at": "Le"},
        [{"case": one.case.ref, "at": one.at} for one in reviews.order_by("at", "pk")],
        "Elles jugent le travail d’un collègue : ce qu’elles en disent ne regarde que lui.",
    )
    requests = SubjectRequest.objects.filter(client__in=ids).order_by("at", "pk")
    yield (
        "subject_requests",
        "Demandes sur ses données",
        {"at": "Le", "channel": "Reçue par", "reason": "Demande"},
        [{"at": one.at, "channel": one.get_channel_display(), "reason": one.reason} for one in requests],
    )


def _readings(ids: list[int]) -> Told:
    rows = AccessLog.objects.filter(client_id__in=ids).select_related("user__unit").order_by("at", "pk")
    roles = {role.value: role.label for role in Role}
    return (
        "accesses",
        "Consultations de la fiche et des dossiers",
        {"at": "Le", "by": "Par", "action": "Action", "purpose": "Finalité"},
        [
            {
                "at": one.at,
                "by": f"{roles.get(one.role, 'Compte')}, {one.user.unit}" if one.user and one.user.unit_id
                else roles.get(one.role, "Compte"),
                "action": one.get_action_display(),
                "purpose": one.get_purpose_display(),
            }
            for one in rows
        ],
    )  # fmt: skip
