"""A client whose every text is a token nobody else has, and the figures that no purge may move."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Sum

from atdemain.jobs import queue
from atdemain.jobs.enums import Status
from atdemain.jobs.models import Job
from atdemain.journal.actors import system
from atdemain.notifications.deliveries import queue_email
from atdemain.notifications.models import Delivery, Notification
from cases import access_log, workflow
from cases.faults import FaultUpdate, upsert
from cases.models import (
    Case,
    Client,
    Contact,
    Escalation,
    FaultTicket,
    Promise,
    RepeatVerdict,
    SatisfactionAnswer,
)
from routing import mutual_help
from routing.models import Assignment, ClientExclusion
from tests.office import HOUR, NOW, THURSDAY, Office

DAY = timedelta(days=1)
#: 24 months after all that the cast did, and a little.
LATER = NOW + timedelta(days=760)
TOKEN = "zqxj"


def said(word: str) -> str:
    return f"{TOKEN} {word} bien assez long."


def told_client(office: Office) -> Client:
    """Three calls, a case escalated, answered, told, resolved, answered for and closed; a help, a ticket."""
    client = office.client(f"{TOKEN} Moreau", phone="+33199004127", preferred_call_slots=f"{TOKEN} le matin")
    Client.objects.filter(pk=client.pk).update(client_ref=f"{TOKEN}-CLI", priority_client=True)
    client = Client.objects.get(pk=client.pk)
    ticket = FaultUpdate(
        f"{TOKEN}77".upper(), opened_at=NOW - 4 * DAY, line_ref=f"{TOKEN}-LIG", entity_code="copper"
    )
    client.lines.create(line_ref=f"{TOKEN}-LIG", technology="fibre", unit=client.unit)
    upsert(ticket, actor=office.actor("admin"), now=NOW)
    for number, days in enumerate((3, 2, 1)):
        office.contact(
            client,
            NOW - days * DAY,
            who="colleague",
            source_id=f"{TOKEN}-{number}",
            interaction_id=f"{TOKEN}-int-{number}",
            caller_number="+33199004127",
            summary=said("résumé"),
            handler_ref=f"{TOKEN}-agent",
        )
    case = office.case("opened", client=client, at=NOW - HOUR)
    office.do(case, "add_note", "advisor", text=said("note"))
    mutual_help.ask(case, said("question"), actor=office.actor("advisor"), now=NOW)
    case = office.do(
        case,
        "escalate",
        "advisor",
        target_entity=office.entities["copper"],
        summary=said("synthèse"),
        colour="orange",
        mode="case",
        reason="network_diagnosis",
        window_start=THURSDAY,
        window_end=THURSDAY + HOUR,
    )
    escalation = case.escalations.get()
    office.do(case, "request_info", "backoffice", escalation=escalation.pk, text=said("précision"))
    office.do(
        case, "answer_escalation", "backoffice", escalation=escalation.pk, answer_code="not_fixed",
        answer_text=said("réponse"),
    )  # fmt: skip
    office.do(case, "log_attempt", "advisor", at=THURSDAY, outcome="no_answer")
    office.do(case, "request_cancel", "advisor", at=THURSDAY, cancel_reason="test", text=said("demande"))
    office.do(case, "refuse_cancel", "manager", at=THURSDAY, reason=said("refus"))
    case = office.do(
        case, "resolve", "advisor", at=THURSDAY + HOUR, resolution_code="repaired_network", root_cause="network",
        client_confirmation="confirmed", reached_now=True, told=said("dit"),
    )  # fmt: skip
    office.do(case, "record_satisfaction", "advisor", at=THURSDAY + 2 * HOUR, score=4, cause="delay")
    noted(office, case)
    closed(office, case)
    access_log.ask(
        actor=office.actor("dpo"), now=NOW, starts_on=NOW.date(), ends_on=NOW.date(), reason=said("motif"),
        client=client,
    )  # fmt: skip
    ClientExclusion.objects.create(
        client=client, user=office.people["colleague"], decided_by=office.people["manager"], decided_at=NOW
    )
    queue_email("a@exemple.fr", f"{TOKEN} Moreau", "x", Notification.objects.latest("pk").dedupe_key, NOW)
    Delivery.objects.update(status="sent")
    shut = FaultUpdate(f"{TOKEN}77".upper(), closed_at=NOW, status="closed", case_ref=case.ref)
    upsert(shut, actor=office.actor("admin"), now=NOW + HOUR)
    return Client.objects.get(pk=client.pk)


def noted(office: Office, case: Case) -> Job:
    """With others, a while ago."""
    words = {"chosen": said("filtre"), "text": said("note groupée"), "typed": {"text": said("tapé")}}
    rows = [queue.Object(case.pk, case.ref)]
    job = queue.prepare("add_note", "Noter 1 dossier", rows, user=office.people["manager"], now=NOW, **words)
    Job.objects.filter(pk=job.pk).update(status=Status.STOPPED)
    return job


def closed(office: Office, case: Case) -> Case:
    """Confirmed by the clock, ten days after its resolution."""
    at = Case.objects.get(pk=case.pk).resolved_at + 10 * DAY
    workflow.perform(case.pk, "confirm", actor=system("sweep"), expected_version=None, now=at)
    return Case.objects.get(pk=case.pk)


def traces(word: str = TOKEN) -> list[str]:
    """« table.column » wherever this word is written in the database."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found |= {
                    f"{table}.{name}"
                    for name, value in zip(names, row, strict=True)
                    if word.casefold() in str(value).casefold()
                }
    return sorted(found)


def figures() -> dict[str, Any]:
    """What reports are made of: contacts, verdicts and identities, cases, promises, escalations, answers."""

    def by(model: Any, *names: str, **sums: Any) -> list[dict]:
        return list(model.objects.order_by(*names).values(*names).annotate(rows=Count("pk"), **sums))

    return {
        "contacts": by(
            Contact, "unit", "channel", "exclusion_code", "n_in_window", "reason", "handled_by", "conflictual",
            talk=Sum("talk_s"), first=Min("arrived_at"), last=Max("arrived_at"),
            clients=Count("client", distinct=True), sources=Count("source_id", distinct=True),
        ),
        "verdicts": by(RepeatVerdict, "verdict", "count", "mode", keys=Count("identity_key", distinct=True)),
        "cases": by(Case, "state", "colour", "origin", "unit", "owner", "closure_kind", "resolution_code"),
        "promises": by(Promise, "status", "kind"),
        "escalations": by(Escalation, "target_entity", "answer_code", "status"),
        "answers": by(SatisfactionAnswer, "score", "cause", "dissatisfied"),
        "faults": by(FaultTicket, "system", "status", "colour", "responsible_entity"),
        "assignments": by(Assignment, "mode", "to_user"),
        "clients": by(Client, "unit", "segment"),
    }  # fmt: skip
