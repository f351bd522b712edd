"""A case is opened (T01): by the rule, many at once where many contacts came in together, or by hand.

`open_cases` and `open_case` need an open transaction in which the client is locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from atdemain.database import insert_instances, reserve_ids, run, table_of, table_params
from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import Entry, record_many, refuse
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit
from atdemain.words import bare
from cases import hooks, permissions, timers
from cases.enums import CaseState, Colour, Origin, ReasonFamily
from cases.models import Case, Client, Contact, Line
from cases.reasons import Reason

from .attaching import attach_contact
from .outcomes import Done, NotAllowed, Refused

MANY_CONTACTS = 5  # from the fifth contact in the window a case opens red (T01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A case to open `at`; `verdict` is the rule's (`cases.repeat.Verdict`), its contacts' ids are joined to it."""

    client_id: int
    line_id: int | None
    identity_key: str
    reason_family: str
    origin: str
    unit_id: int | None
    at: datetime
    contact_ids: Sequence[int] = ()
    verdict: Any = None
    detected_late: bool = False
    text: str = ""


def open_cases(
    openings: Sequence[Opening], *, actor: Actor, now: datetime, replay: bool = False
) -> list[Case]:
    """T01 for each, in their order, in as many statements as for one.

    Answers the case already working for the identity where another transaction opened it first.
    `replay`: no timer is planned and nothing is sent.
    """
    cases = _made(openings)
    try:
        with transaction.atomic(), connection.wrap_database_errors:
            insert_instances(cases)
    except IntegrityError:
        if len(openings) > 1:
            return [
                case for one in openings for case in open_cases([one], actor=actor, now=now, replay=replay)
            ]
        working = Case.objects.working().filter(identity_key=openings[0].identity_key).first()
        if working is None:
            raise
        for pk in openings[0].contact_ids[-1:]:
            attach_contact(working.pk, pk, actor=actor, now=now, notify=not replay)
        return [working]
    _take_contacts(openings, cases)
    record_many((_entry(*one, actor) for one in zip(openings, cases, strict=True)), new=True)
    if not replay:
        timers.plan_opened(cases)
    hooks.fire("cases_opened", cases=cases, actor=actor, now=now, quiet=replay)
    return cases


def open_case(*, actor: Actor, now: datetime, replay: bool = False, **said: Any) -> Case:
    """One case, opened `now`: `said` as in `Opening`."""
    return open_cases([Opening(at=now, **said)], actor=actor, now=now, replay=replay)[0]


def _made(openings: Sequence[Opening]) -> list[Case]:
    """Not written yet, but for their ids, which their references tell. Three queries."""
    clients = Client.objects.in_bulk({one.client_id for one in openings})
    units = Unit.objects.in_bulk({one.unit_id or clients[one.client_id].unit_id for one in openings})
    cases = []
    for pk, one in zip(reserve_ids("cases_case", len(openings)), openings, strict=True):
        client = clients[one.client_id]
        many = one.verdict is not None and (one.verdict.n or 0) >= MANY_CONTACTS
        case = Case(
            pk=pk,
            ref=f"ATD-{one.at:%Y}-{pk:06d}",
            client=client,
            line_id=one.line_id,
            identity_key=one.identity_key,
            reason_family=one.reason_family or ReasonFamily.UNKNOWN,
            origin=one.origin,
            unit=units[one.unit_id or client.unit_id],
            colour=Colour.RED if client.priority_client or many else Colour.ORANGE,
            opened_at=one.at,
            last_event_at=one.at,
            detected_late=one.detected_late,
        )
        cases.append(case)
    return cases


def _take_contacts(openings: Sequence[Opening], cases: Sequence[Case]) -> None:
    pairs = [(pk, case.pk) for one, case in zip(openings, cases, strict=True) for pk in one.contact_ids]
    if not pairs:
        return
    joined = table_of("q", id="bigint", case_id="bigint")
    sql = f"UPDATE cases_contact SET case_id = q.case_id FROM {joined} WHERE cases_contact.id = q.id"
    with connection.wrap_database_errors:
        run(sql, table_params(pairs, 2))


def _entry(one: Opening, case: Case, actor: Actor) -> Entry:
    changes: dict[str, Any] = {"contacts": [None, list(one.contact_ids)], "colour": [None, case.colour]}
    verdict = one.verdict
    if verdict is not None:
        changes |= {
            "rule": [None, verdict.rule.label],
            "count": [None, verdict.n],
            "window": [None, [verdict.window_start, verdict.contact.arrived_at]],
        }
    return Entry(
        "case",
        case.pk,
        "open",
        actor,
        one.at,
        to_state=CaseState.OPENED.value,
        reason_code=str(one.origin),
        changes=changes,
        personal={"text": one.text} if one.text else None,
        object_version=case.version,
    )


def open_manually(
    client_id: int,
    *,
    actor: Actor,
    now: datetime,
    reason_family: str,
    line_id: int | None = None,
    text: str = "",
    contact_id: int | None = None,
) -> Done:
    """An advisor, a support or the unit's manager opens a case the rule did not; durable on its own.

    A second click finds the case of the first: `Done(already=True)`. A refusal is journalled on the client.
    """
    try:
        return _open_manually(
            client_id, actor, now, reason_family, line_id, bare(text.replace("\x00", ""))[:2000], contact_id
        )
    except (Refused, NotAllowed) as error:
        code = error.reasons[0].code if isinstance(error, Refused) else "not_allowed"
        refuse("client", client_id, "open", actor=actor, at=now, reason_code=code)
        raise


def _open_manually(
    client_id: int,
    actor: Actor,
    now: datetime,
    reason_family: str,
    line_id: int | None,
    text: str,
    contact_id: int | None,
) -> Done:
    user = actor.user
    if user is None or not permissions.role_may(user, "open"):
        raise NotAllowed
    reasons = []
    if reason_family not in ReasonFamily.values:
        reasons.append(Reason("reason_family", "Choisissez la famille de motif.", "reason_family"))
    if len(text) < 10:
        reasons.append(
            Reason("reason_short", "Dites en 10 caractères au moins pourquoi vous ouvrez ce dossier.", "text")
        )
    with transaction.atomic(durable=True):
        client = Client.objects.select_for_update().get(pk=client_id)
        if client.pseudonymised_at is not None:
            reasons.append(
                Reason("pseudonymised", "Cette fiche est pseudonymisée : plus rien ne s’y ajoute.")
            )
        line = Line.objects.filter(pk=line_id, client=client).first() if line_id else None
        key = f"client:{client.pk}"
        working = Case.objects.working().filter(Q(identity_key=key) | Q(client=client, line=line)).first()
        if working is not None and (event := _just_opened_by(working, actor)):
            return Done(working, event, already=True)
        if working is not None:
            reasons.append(
                Reason(
                    "other_working",
                    f"Le dossier {working.ref} est déjà en cours pour ce client. Travaillez sur celui-là.",
                )
            )
        unit_id = (line.unit_id if line else None) or client.unit_id or user.unit_id
        if unit_id is None or not Unit.objects.filter(pk=unit_id).exists():
            reasons.append(
                Reason(
                    "unit",
                    "Ce client n’est rattaché à aucune unité. Demandez à un administrateur de le rattacher.",
                )
            )
        elif not user.has_role(Role.ADVISOR, Role.SUPPORT) and unit_id != user.unit_id:
            raise NotAllowed  # a manager opens in the own unit only (domain.md §2.6)
        if reasons:
            raise Refused(reasons)
        contact = Contact.objects.filter(pk=contact_id, client=client, case=None).first()
        case = open_case(
            client_id=client.pk,
            line_id=line.pk if line else None,
            identity_key=key,
            reason_family=reason_family,
            origin=Origin.MANUAL,
            unit_id=unit_id,
            actor=actor,
            now=now,
            contact_ids=[contact.pk] if contact else [],
            text=text,
        )
        return Done(case, _first_event(case))


def _first_event(case: Case) -> AuditEvent | None:
    return AuditEvent.objects.filter(object_type="case", object_id=str(case.pk), seq=1).first()


def _just_opened_by(case: Case, actor: Actor) -> AuditEvent | None:
    """The opening of a case by this very account, while nothing has happened on it since."""
    event = _first_event(case) if case.version == 1 and case.origin == Origin.MANUAL else None
    mine = event and (event.actor_kind, event.actor_id) == (actor.kind.value, actor.id)
    return event if mine else None
