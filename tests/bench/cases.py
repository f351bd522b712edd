"""Many cases, written in SQL: fifty open ones for each advisor, the rest closed for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from atdemain.organisation.enums import EntityKind, Role
from atdemain.organisation.models import Entity, InternalAdvisor, Unit, User
from atdemain.organisation.roles import set_roles
from cases.copies import FILL
from cases.models import Case

from .contacts import writing_history

OPEN = 50  # cases of one advisor's day
ADVISORS = 700
READER = "pages-0"


def build_cases(size: int, now: datetime) -> User:
    """`size` cases, OPEN of them in the hands of each advisor; answers one advisor, with five unread items."""
    advisors = _people(min(ADVISORS, size // (2 * OPEN)))
    entity, _ = Entity.objects.get_or_create(
        code="pages", defaults={"name": "BO-Cuivre", "kind": EntityKind.BACK_OFFICE}
    )
    names = {
        "size": size,
        "open": OPEN * len(advisors),
        "advisors": len(advisors),
        "first": advisors[0].pk,
        "unit": advisors[0].unit_id,
        "entity": entity.pk,
        "now": now,
    }
    with connection.cursor() as cursor, writing_history(cursor):
        cursor.execute(_EMPTY)
        for statement in (
            _CLIENTS,
            _LINES,
            _CASES,
            _PROMISES,
            _CURRENT,
            _ESCALATIONS,
            _TIMERS,
            _UNREAD,
            *FILL,
        ):
            cursor.execute(statement, names if "%(" in statement else None)
        for table in ("client", "line", "case", "promise"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('cases_{table}', 'id'), max(id)) FROM cases_{table}"
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    return User.objects.get(pk=advisors[0].pk)


def _people(count: int) -> list[User]:
    """Accounts of consecutive numbers, so that SQL can share cases between them."""
    unit, _ = Unit.objects.get_or_create(
        code="pages", defaults={"name": "UAT Pages", "weekly_hours": [[["00:00", "24:00"]]] * 7}
    )
    have = User.objects.filter(username__startswith="pages-").count()
    User.objects.bulk_create(
        User(username=f"pages-{n}", first_name="Camille", last_name=f"Martin {n}", unit=unit)
        for n in range(have, count)
    )
    people = list(User.objects.filter(username__startswith="pages-").order_by("pk")[:count])
    InternalAdvisor.objects.bulk_create(
        [InternalAdvisor(user=user) for user in people], ignore_conflicts=True
    )
    set_roles(people[0], (Role.ADVISOR,))
    assert people[-1].pk - people[0].pk == count - 1
    return people


_EMPTY = """
TRUNCATE cases_client, cases_line, cases_contact, cases_case, cases_promise, cases_escalation, cases_timer,
  cases_callbackattempt, notifications_notification RESTART IDENTITY CASCADE
"""
_CLIENTS = """
INSERT INTO cases_client (id, client_ref, display_name, name_key, segment, unit_id, preferred_call_slots,
  priority_client, priority_reason, created_at)
SELECT i, 'P' || i, 'Dominique Lefèvre ' || i, 'dominique lefevre ' || i, 'consumer', %(unit)s, '', i %% 20 = 0,
  CASE WHEN i %% 20 = 0 THEN 'other' ELSE '' END, %(now)s FROM generate_series(1, %(size)s) i
"""
_LINES = """
INSERT INTO cases_line (id, line_ref, client_id, technology, unit_id)
SELECT i, 'L' || i, i, 'fibre', %(unit)s FROM generate_series(1, %(size)s) i
"""
#: k is the rank of an open case in its advisor's day: 20 callbacks, 15 waiting, 10 to work, 5 resolved.
_CASES = """
INSERT INTO cases_case (id, ref, client_id, line_id, identity_key, reason_family, state, origin, unit_id,
  owner_id, colour, opened_at, assigned_at, first_action_at, last_event_at, next_due_at, resolved_at, closed_at,
  closure_kind, cancel_reason, resolution_code, root_cause, client_confirmation, reopened_count, detected_late,
  threshold_no_longer_met, version)
SELECT i, 'ATD-P-' || i, i, i, 'client:' || i, 'no_sync', state, 'rd3plus', %(unit)s, owner,
  (ARRAY['green', 'orange', 'red'])[1 + i %% 3], at, at, at, at + interval '1 hour',
  CASE WHEN state <> 'closed' THEN %(now)s::timestamptz + interval '30 min' * (k - 10) END,
  CASE WHEN state IN ('resolved', 'closed') THEN at + interval '1 day' END,
  CASE WHEN state = 'closed' THEN at + interval '10 days' END,
  CASE WHEN state = 'closed' THEN 'confirmed' ELSE '' END, '',
  CASE WHEN state IN ('resolved', 'closed') THEN 'configuration' ELSE '' END,
  CASE WHEN state IN ('resolved', 'closed') THEN 'usage' ELSE '' END, '', 0, false, false, 3
FROM (SELECT i, k, %(first)s + i %% %(advisors)s AS owner,
  CASE WHEN i > %(open)s THEN 'closed' WHEN k < 20 THEN 'callback_due' WHEN k < 35 THEN 'escalated'
    WHEN k < 45 THEN 'opened' ELSE 'resolved' END AS state,
  %(now)s::timestamptz - CASE WHEN i > %(open)s THEN interval '15 days' + interval '1 min' * (i %% 500000)
    ELSE interval '1 hour' * (12 + k) END AS at
  FROM (SELECT i, (i - 1) / %(advisors)s AS k FROM generate_series(1, %(size)s) i) ranked) s
"""
_PROMISES = """
INSERT INTO cases_promise (id, case_id, kind, window_start, window_end, note, made_by_id, made_at,
  owner_at_promise_id, status, version)
SELECT id, id, 'progress', next_due_at, next_due_at + interval '1 hour', 'Après 17 h de préférence', owner_id,
  opened_at, owner_id, 'pending', 1 FROM cases_case WHERE state IN ('callback_due', 'escalated')
"""
_CURRENT = "UPDATE cases_case SET current_promise_id = id WHERE state IN ('callback_due', 'escalated')"
_ESCALATIONS = """
INSERT INTO cases_escalation (case_id, target_entity_id, mode, reason, summary, colour, sent_by_id, sent_at,
  ack_due, answer_due, answer_code, answer_text, duplicate_of, tell_client_now, withdrawn_reason, status, version, updated_at)
SELECT id, %(entity)s, 'case', 'other', 'Ligne coupée depuis le point de concentration.', colour, owner_id,
  opened_at, opened_at + interval '4 hours', opened_at + interval '2 days', '', '', '', false, '', 'sent', 1, opened_at
FROM cases_case WHERE state = 'escalated'
"""
_TIMERS = """
INSERT INTO cases_timer (kind, case_id, promise_id, epoch, due_at, status)
SELECT 'promise_start', case_id, id, version, window_start, 'pending' FROM cases_promise
"""
_UNREAD = """
INSERT INTO notifications_notification (recipient_id, kind, title, body, url, object_type, object_id, urgent,
  created_at, dedupe_key)
SELECT %(first)s, 'promise_before', 'Rappel à 10:30 : ATD-P-' || i, 'Fenêtre promise au client.', '/cases/', 'case',
  i::text, true, %(now)s::timestamptz - interval '1 min' * i, 'pages:' || i FROM generate_series(1, 5) i
"""


def long_story(reader: User, now: datetime, entries: int) -> Case:
    """One of the reader's cases, lived through the door until its timeline holds that many entries."""
    from atdemain.journal.actors import Actor
    from atdemain.journal.models import AuditEvent
    from cases.intake import IncomingContact, receive
    from cases.workflow import perform

    actor = Actor.of_user(reader)
    case = Case.objects.filter(owner=reader.pk, state="callback_due").order_by("pk").first()
    assert case is not None
    for n in range(entries // 3):
        at = now - timedelta(hours=20, minutes=-30 * n)
        receive(
            IncomingContact(
                source_system="story", source_id=f"s{n}", arrived_at=at, answered_at=at, ended_at=at,
                talk_s=400, client_id=case.client_id, unit_id=case.unit_id, handler_ref=reader.username,
                summary="Plus de synchronisation depuis mardi, la box clignote.",
            ),
            actor=actor, now=at,
        )  # fmt: skip

    def told() -> int:
        events = AuditEvent.objects.filter(object_type="case", object_id=str(case.pk), refused=False)
        return events.count() + case.contacts.count()

    while told() < entries:
        case.refresh_from_db(fields=["version"])
        if told() % 2:
            act, data = "log_attempt", {"outcome": "no_answer"}
        else:
            act, data = "add_note", {"text": "Le client préfère être rappelé après 17 h, sur le fixe."}
        perform(case.pk, act, actor=actor, expected_version=case.version, now=now, **data)
    return Case.objects.get(pk=case.pk)
