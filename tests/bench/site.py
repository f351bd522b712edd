"""A whole site of any size, written in SQL: as many clients as cases, ten contacts each, five units and a small one.

Names are drawn as they are in France: one client in fifty is a Martin, one in thirty a Jean, one in three has a
name that a few dozen share. Fifty cases of each advisor are being worked on, the rest is closed; three cases in a
hundred are followed by another unit than their client's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import product
from typing import Any

from django.db import connection
from django.utils import timezone

from atdemain.organisation.enums import ConsentAnswer, EntityKind, ParticipationMode, Role
from atdemain.organisation.models import Entity, InternalAdvisor, Participation, Programme, Unit, User
from atdemain.organisation.roles import set_roles
from cases.demo.names import COMPANIES, FIRST_NAMES, LAST_NAMES
from cases.names import name_key

from .contacts import prepare_reference, reference_ids, without_indexes, writing_history
from .database import beside, choose, on

UNITS, ADVISORS, OPEN, CONTACTS = 5, 700, 50, 10
#: One client in so many is of the small unit.
SMALL = 200
READER, MANAGER, SMALL_MANAGER = "site-0", "site-manager", "site-small"
COMMON_FIRST, COMMON_LAST = "Jean", "Martin"


def build_site(size: int, now: datetime) -> None:
    """`size` clients and cases, ten times as many contacts; what is there already is kept when it is that size."""
    if not fill_site(size, now, people=ADVISORS):
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def fill_site(size: int, now: datetime, people: int = 0) -> bool:
    """The same before the database has settled, in an open transaction too; False where it was there already.

    `people`: accounts, of whom as many as the size needs own cases; 0: these alone. A page that names them is the
    same page on a small site and on a large one.

    The triggers that copy columns (cases/copies.py) sleep meanwhile: the statements fill them.
    """
    advisors = max(UNITS, min(ADVISORS, size // (2 * OPEN)) // UNITS * UNITS)
    prepare_reference()
    names = reference_ids() | _people(max(people, advisors)) | _words()
    names |= {
        "advisors": advisors,
        "size": size,
        "open": OPEN * advisors,
        "now": now,
        "small": SMALL,
        "units": UNITS,
    }
    with connection.cursor() as cursor, writing_history(cursor):
        if _there(cursor) == size:
            return False
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}, notifications_notification RESTART IDENTITY CASCADE")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SELECT setseed(0.42)")
        with without_indexes(cursor, *TABLES):
            for statement in STATEMENTS:
                cursor.execute(statement, names)
        for table in TABLES:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(1, max(id))) FROM {table}"
            )
        cursor.execute("SET synchronous_commit = on")
    return True


@contextmanager
def sites(options: Any) -> Iterator[list[tuple[str, int]]]:
    """(database, cases) of the smallest site and of the largest, both built; the largest is the bench's own base."""
    small, large = options.cases[0], options.cases[-1]
    own = connection.settings_dict["NAME"]
    build_site(large, timezone.now())
    with beside(choose(), "small", keep=options.keep) as other:
        with on(other):
            build_site(small, timezone.now())
        yield [(other, small), (own, large)]


def _there(cursor: Any) -> int:
    """The size of the site that is there; 0 where the base is another bench's."""
    cursor.execute(
        "SELECT max(id) FROM cases_case WHERE EXISTS (SELECT FROM cases_client WHERE client_ref = 'S1')"
    )
    return cursor.fetchone()[0] or 0


def _people(count: int) -> dict[str, Any]:
    """Accounts of consecutive numbers, shared between the units in turn, and a manager for two of the units."""
    hours = {"weekly_hours": [[["00:00", "24:00"]]] * 7}
    units = [
        Unit.objects.get_or_create(code=f"site-{n}", defaults={"name": f"UAT Site {n}", **hours})[0]
        for n in range(UNITS + 1)
    ]
    entity, _ = Entity.objects.get_or_create(
        code="site", defaults={"name": "BO-Site", "kind": EntityKind.BACK_OFFICE}
    )
    have = User.objects.filter(username__regex=r"^site-\d+$").count()
    User.objects.bulk_create(
        User(username=f"site-{n}", first_name="Camille", last_name=f"Essai {n}", unit=units[n % UNITS],
             employee_number=f"SITE{n:04}")
        for n in range(have, count)
    )  # fmt: skip
    people = list(User.objects.filter(username__regex=r"^site-\d+$").order_by("pk")[:count])
    assert people[-1].pk - people[0].pk == count - 1
    InternalAdvisor.objects.bulk_create(
        [InternalAdvisor(user=user) for user in people], ignore_conflicts=True
    )
    if not Participation.objects.filter(employee=people[-1]).exists():
        for user in people:
            set_roles(user, (Role.ADVISOR,))
        Participation.objects.bulk_create(
            Participation(
                employee=user, programme=Programme.objects.order_by("pk")[0], role=Role.ADVISOR,
                mode=ParticipationMode.VOLUNTEER, starts_on=date(2026, 1, 1), consent=ConsentAnswer.ACCEPTED,
            )
            for user in people
        )  # fmt: skip
    User.objects.filter(pk=people[0].pk).update(list_size=50)
    for username, unit in ((MANAGER, units[0]), (SMALL_MANAGER, units[UNITS])):
        manager, _ = User.objects.get_or_create(
            username=username,
            defaults={"unit": unit, "employee_number": username, "last_name": username, "list_size": 50},
        )
        set_roles(manager, (Role.MANAGER,))
    return {
        "first": people[0].pk,
        "unit_ids": [unit.pk for unit in units],
        "entity": entity.pk,
    }


def _words() -> dict[str, Any]:
    """First and last names, the commonest first, and rare last names made of syllables; each with its key."""
    first = [COMMON_FIRST, *(name for name in FIRST_NAMES if name != COMMON_FIRST)]
    last = [COMMON_LAST, *(name for name in LAST_NAMES if name != COMMON_LAST)]
    starts = [
        "Ker",
        "Mal",
        "Gue",
        "Plou",
        "Bar",
        "Tré",
        "Lan",
        "Cas",
        "Per",
        "Vau",
        "Gon",
        "Rou",
        "Sal",
        "Fé",
    ]
    middles = ["ga", "zen", "di", "lo", "ré", "vi", "cha", "no", "bau", "tur", "mi", "gné", "ser", "pon"]
    ends = [
        "rec",
        "dec",
        "nou",
        "vic",
        "mel",
        "dal",
        "zon",
        "tet",
        "lard",
        "quin",
        "gnon",
        "fol",
        "tier",
        "vel",
    ]
    rare = ["".join(parts) for parts in product(starts, middles, middles, ends)]
    lists = {"first_names": first, "last_names": last, "rare_names": rare, "trades": list(COMPANIES)}
    return lists | {f"{name}_keys": [name_key(word) for word in words] for name, words in lists.items()}


#: A client of the small unit, else of the units in turn, as the advisors are.
_UNIT_OF_CLIENT = "CASE WHEN {id} %% %(small)s = 0 THEN %(units)s ELSE ({id} - 1) %% %(units)s END"

_CLIENTS = f"""
INSERT INTO cases_client (id, client_ref, display_name, name_key, segment, unit_id, preferred_call_slots,
  priority_client, priority_reason, created_at)
SELECT i, 'S' || i,
  (CASE WHEN pro THEN (%(trades)s::text[])[t] ELSE (%(first_names)s::text[])[f] END) || ' ' ||
    (CASE WHEN common THEN (%(last_names)s::text[])[l] ELSE (%(rare_names)s::text[])[r] END),
  (CASE WHEN pro THEN (%(trades_keys)s::text[])[t] ELSE (%(first_names_keys)s::text[])[f] END) || ' ' ||
    (CASE WHEN common THEN (%(last_names_keys)s::text[])[l] ELSE (%(rare_names_keys)s::text[])[r] END),
  CASE WHEN pro THEN 'pro' ELSE 'consumer' END, (%(unit_ids)s::bigint[])[1 + {_UNIT_OF_CLIENT.format(id="i")}], '',
  i %% 20 = 0, CASE WHEN i %% 20 = 0 THEN 'other' ELSE '' END, %(now)s
FROM (SELECT i, random() < 0.08 AS pro, random() < 0.7 AS common,
    1 + floor(random() * cardinality(%(trades)s::text[]))::int AS t,
    1 + floor(power(random(), 1.5) * cardinality(%(first_names)s::text[]))::int AS f,
    1 + floor(power(random(), 1.5) * cardinality(%(last_names)s::text[]))::int AS l,
    1 + floor(random() * cardinality(%(rare_names)s::text[]))::int AS r
  FROM generate_series(1, %(size)s) i) drawn
"""
_PHONES = """
INSERT INTO cases_clientphone (id, client_id, e164, label)
SELECT i, i, '+336' || lpad(i::text, 8, '0'), '' FROM generate_series(1, %(size)s) i
"""
_LINES = """
INSERT INTO cases_line (id, line_ref, client_id, technology, unit_id)
SELECT id, 'SL' || id, id, (ARRAY['fibre', 'dsl', 'mobile', 'copper_voice'])[1 + id %% 4], unit_id FROM cases_client
"""
#: k is the rank of an open case in its advisor's day: 20 callbacks, 15 waiting, 10 to work (one of them without an
#: owner), 5 resolved. u is the number of its unit: the client's, or for three in a hundred closed ones the next.
_CASES = f"""
INSERT INTO cases_case (id, ref, client_id, client_key, line_id, identity_key, reason_family, state, origin, unit_id,
  owner_id, colour, opened_at, assigned_at, first_action_at, last_event_at, next_due_at, resolved_at, closed_at,
  closure_kind, cancel_reason, resolution_code, root_cause, client_confirmation, reopened_count, reopened_at,
  detected_late, threshold_no_longer_met, version, current_promise_id)
SELECT i, 'ATD-' || to_char(at, 'YYYY') || '-' || lpad(i::text, 6, '0'), client,
  (SELECT name_key FROM cases_client WHERE id = client), client, 'client:' || client,
  (ARRAY['no_sync', 'slow', 'intermittent', 'wifi', 'tv', 'equipment'])[1 + i %% 6], state,
  CASE WHEN i %% 10 = 0 THEN 'manual' ELSE 'rd3plus' END, (%(unit_ids)s::bigint[])[1 + u],
  CASE WHEN k < %(per_advisor)s AND k = 44 THEN NULL
    ELSE %(first)s + CASE WHEN k < %(per_advisor)s THEN (i - 1) %% %(advisors)s
      ELSE u %% %(units)s + %(units)s * floor(random() * (%(advisors)s / %(units)s))::int END END,
  (ARRAY['green', 'orange', 'red'])[1 + i %% 3], at, at, at, at + interval '1 hour',
  CASE WHEN state <> 'closed' THEN %(now)s::timestamptz + interval '30 min' * (k - 10) END,
  CASE WHEN state IN ('resolved', 'closed') THEN at + interval '1 day' END,
  CASE WHEN state = 'closed' THEN at + interval '10 days' END,
  CASE WHEN state = 'closed' THEN 'confirmed' ELSE '' END, '',
  CASE WHEN state IN ('resolved', 'closed') THEN 'configuration' ELSE '' END,
  CASE WHEN state IN ('resolved', 'closed') THEN 'usage' ELSE '' END, '', (i %% 12 = 0)::int,
  CASE WHEN i %% 12 = 0 THEN at + interval '30 min' END, false, false, 3,
  CASE WHEN state IN ('callback_due', 'escalated') THEN i END
FROM (SELECT i, k, client, at,
    CASE WHEN i > %(open)s AND i %% 33 = 0 THEN ({_UNIT_OF_CLIENT.format(id="client")} + 1) %% %(units)s
      WHEN i > %(open)s THEN {_UNIT_OF_CLIENT.format(id="client")} ELSE (i - 1) %% %(units)s END AS u,
    CASE WHEN i > %(open)s THEN 'closed' WHEN k < 20 THEN 'callback_due' WHEN k < 35 THEN 'escalated'
      WHEN k < 45 THEN 'opened' ELSE 'resolved' END AS state
  FROM (SELECT i, (i - 1) / %(advisors)s AS k,
      CASE WHEN i > %(open)s THEN 1 + floor(power(random(), 1.3) * %(size)s)::int ELSE i END AS client,
      %(now)s::timestamptz - CASE WHEN i > %(open)s THEN interval '15 days' + random() * interval '715 days'
        ELSE interval '1 hour' * (12 + (i - 1) / %(advisors)s) END AS at
    FROM generate_series(1, %(size)s) i) ranked) s
""".replace("%(per_advisor)s", str(OPEN))
_PROMISES = """
INSERT INTO cases_promise (id, case_id, unit_id, kind, window_start, window_end, note, made_by_id, made_at,
  owner_at_promise_id, status, closed_at, version)
SELECT id, id, unit_id, 'progress', coalesce(next_due_at, resolved_at), coalesce(next_due_at, resolved_at) + interval '1 hour',
  'Après 17 h de préférence', coalesce(owner_id, %(first)s), opened_at, coalesce(owner_id, %(first)s),
  CASE WHEN state = 'closed' THEN 'kept' ELSE 'pending' END, CASE WHEN state = 'closed' THEN resolved_at END, 1
FROM cases_case WHERE state IN ('callback_due', 'escalated') OR state = 'closed' AND id %% 3 = 0
"""
_ESCALATIONS = """
INSERT INTO cases_escalation (id, case_id, unit_id, target_entity_id, mode, reason, summary, colour, sent_by_id, sent_at,
  ack_due, answer_due, answered_at, answer_code, answer_text, duplicate_of, tell_client_now, withdrawn_reason, status,
  version, updated_at)
SELECT id, id, unit_id, %(entity)s, 'case', 'other', 'Ligne coupée depuis le point de concentration.', colour,
  coalesce(owner_id, %(first)s), opened_at, opened_at + interval '4 hours', opened_at + interval '2 days',
  CASE WHEN state = 'closed' THEN opened_at + interval '1 day' END, CASE WHEN state = 'closed' THEN 'fixed' ELSE '' END,
  '', '', false, '', CASE WHEN state = 'closed' THEN 'answered' ELSE 'sent' END, 1, opened_at
FROM cases_case WHERE state = 'escalated' OR state = 'closed' AND id %% 5 = 0
"""
_TIMERS = """
INSERT INTO cases_timer (kind, case_id, promise_id, epoch, due_at, status)
SELECT 'promise_start', case_id, id, version, window_start, 'pending' FROM cases_promise WHERE status = 'pending'
"""
_FAULTS = """
INSERT INTO cases_faultticket (id, system, ref, line_id, responsible_entity_id, colour, status, opened_at, closed_at,
  updated_at)
SELECT i, 'oceane', 'OC' || lpad(i::text, 8, '0'), 1 + i::bigint * 7919 %% %(size)s, %(entity)s, 'orange',
  CASE WHEN i %% 50 = 0 THEN 'open' ELSE 'closed' END, at, CASE WHEN i %% 50 <> 0 THEN at + interval '2 days' END, at
FROM (SELECT i, %(now)s::timestamptz - interval '700 days' * random() AS at
  FROM generate_series(1, %(size)s / 10) i) s
"""
#: The first contact of each case, then everybody's, over two years.
_CONTACTS = f"""
INSERT INTO cases_contact (source_system, source_id, nature, client_id, unit_id, identification,
  caller_number, interaction_id, leg_no, channel, direction, arrived_at, answered_at, ended_at,
  has_answer_times, wait_s, talk_s, hold_s, outcome, reason_id, handled_by_id, handler_ref, conflictual, summary,
  exclusion_code, n_in_window, content_hash, received_at, case_id)
SELECT 'site', 's' || i, 'client', client, (%(unit_ids)s::bigint[])[1 + {_UNIT_OF_CLIENT.format(id="client")}],
  'certain', '+336' || lpad(client::text, 8, '0'), '', 1, (ARRAY['voice', 'voice', 'voice', 'chat', 'email'])[1 + i / 7 %% 5],
  'in', at, at + interval '20 s', at + interval '5 min', true, 20, 280, 0, 'handled', %(reason)s,
  %(first)s + i %% %(advisors)s, '', false, '', '', 1, md5('s' || i), at, "case"
FROM (
  SELECT id AS i, client_id AS client, opened_at AS at, id AS "case" FROM cases_case
  UNION ALL
  SELECT i, 1 + (i::bigint * 7919) %% %(size)s,
    %(now)s::timestamptz - interval '730 days' * (1 - i::float / ({CONTACTS} * %(size)s::bigint)), NULL
  FROM generate_series(%(size)s + 1, {CONTACTS} * %(size)s) i
) s
"""
STATEMENTS = (
    _CLIENTS, _PHONES, _LINES, _CASES, _PROMISES, _ESCALATIONS, _TIMERS, _FAULTS, _CONTACTS,
)  # fmt: skip
TABLES = tuple(
    f"cases_{name}"
    for name in (
        "client",
        "clientphone",
        "line",
        "case",
        "promise",
        "escalation",
        "timer",
        "faultticket",
        "contact",
    )
)
