"""A telephone rings: the called advisor's page shows it by itself, and nobody else's (issue 6).

The switch says who is called and by which number; the row it makes is read by the page every second and a
half (`ringing`), written once (`call_id`), and gone within a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q

from atdemain.database import on_postgresql, rows
from atdemain.organisation.models import User
from atdemain.statements import Param, Statement
from cases.models import IncomingCall, PhoneExtension
from cases.models.telephony import RINGERS
from cases.pop import Pop, pop

#: How long the page shows a call that nothing ended.
SHOWN_FOR = timedelta(minutes=2)
#: A switch that announces an older call is telling the past.
STALE = timedelta(minutes=1)
#: A call that left a telephone this long ago rings there anew; sooner, its announcement came twice.
AGAIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Rung:
    """`call`: the row that the called account's page will show; None where the extension is nobody's, or the
    announcement tells the past."""

    pop: Pop
    call: int | None


def ring(extension: str, number: str, call_id: str, *, at: datetime, now: datetime) -> Rung:
    """Announce it to whose extension it is: one statement beside `pop`. The same call again is the same row, which
    rings anew where it had ended: a switch offers a call that nobody took once more."""
    told = pop(number, now)
    if at < now - STALE:
        return Rung(told, None)
    at = min(at, now)
    facts: tuple[Any, ...] = (
        call_id,
        told.number,
        told.caller.id if told.caller else None,
        told.case.id if told.case else None,
        told.shared,
        told.before,
        told.rank,
        told.hours,
        told.rd3plus,
        at,
        at + SHOWN_FOR,
    )
    found = rows(_announcing(on_postgresql()), (*facts, extension, *RINGERS, at - AGAIN))
    if found:
        return Rung(told, found[0][0])
    standing = IncomingCall.objects.filter(
        call_id=call_id, user__phone_extension__number=extension, closed_at=None, until__gt=now
    )
    return Rung(told, standing.values_list("pk", flat=True).first())


_COLUMNS = {
    "call_id": "text", "number": "text", "client_id": "bigint", "case_id": "bigint", "shared": "smallint",
    "before": "integer", "rank": "integer", "hours": "integer", "rd3plus": "boolean",
    "rings_at": "timestamptz", "until": "timestamptz",
}  # fmt: skip


@cache
def _announcing(postgresql: bool) -> str:
    """Whose extension it is, while the account is open and notes calls, is the one told."""
    names = ", ".join(f'"{name}"' for name in _COLUMNS)
    values = ", ".join(f"%s::{kind}" if postgresql else "%s" for kind in _COLUMNS.values())
    users, groups = User._meta.db_table, User.groups.through._meta.db_table
    anew = ", ".join(f'"{name}" = excluded."{name}"' for name in _COLUMNS)
    return (
        f"INSERT INTO {IncomingCall._meta.db_table} AS c (user_id, {names}) SELECT e.user_id, {values} "
        f"FROM {PhoneExtension._meta.db_table} e JOIN {users} u ON u.id = e.user_id "
        "WHERE e.number = %s AND u.is_active AND EXISTS ("
        f"SELECT 1 FROM {groups} g JOIN {Group._meta.db_table} a ON a.id = g.group_id "
        f"WHERE g.user_id = u.id AND a.name IN ({', '.join(['%s'] * len(RINGERS))})) "
        f"ON CONFLICT (call_id, user_id) DO UPDATE SET {anew}, shown_at = NULL, closed_at = NULL "
        "WHERE coalesce(c.closed_at, c.until) < %s RETURNING id"
    )


def ended(call_id: str, now: datetime) -> int:
    """The caller hung up, or somebody else answered: no page shows it any more."""
    return IncomingCall.objects.filter(call_id=call_id, closed_at=None).update(closed_at=now)


#: Asked by every open page that has a telephone: one row of a partial index.
_RINGING = Statement(
    lambda: (
        IncomingCall.objects.filter(
            user=Param("user"), closed_at__isnull=True, until__gt=Param("now"), rings_at__lte=Param("now")
        )
        .order_by("-until")
        .values_list("pk")
    )
)


def ringing(user_id: int, now: datetime) -> int:
    """The call that rings for this account, the last if there are several; 0 for none. One query."""
    found = _RINGING.first(user=user_id, now=now)
    return found[0] if found else 0


def shown(call: IncomingCall, now: datetime) -> bool:
    """Whether this is the first time it is shown: it is then announced, once.

    A call that the switch passed on to another telephone leaves the page of the first.
    """
    if not IncomingCall.objects.filter(pk=call.pk, shown_at=None).update(shown_at=now):
        return False
    before = Q(rings_at__lt=call.rings_at) | Q(rings_at=call.rings_at, pk__lt=call.pk)
    passed_on = IncomingCall.objects.filter(before, call_id=call.call_id, closed_at=None)
    passed_on.update(closed_at=now)
    return True


def close(pk: int, user_id: int, now: datetime) -> IncomingCall | None:
    """Dismissed or taken by whom it called; None when it is not theirs. Twice equals once."""
    call = IncomingCall.objects.select_related("client").filter(pk=pk, user=user_id).first()
    if call is not None and call.closed_at is None:
        IncomingCall.objects.filter(pk=pk, closed_at=None).update(closed_at=now)
    return call
