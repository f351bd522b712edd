"""The search page for each kind of thing typed, by the manager of one unit in five and of a small one.

The floor: the search's own statements, read by the driver and joined as one line of text a row.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils import timezone

from atdemain.organisation.models import User
from cases.models import Case, Client, ClientPhone, FaultTicket

from .report import Line
from .site import COMMON_FIRST, COMMON_LAST, MANAGER, SMALL_MANAGER, sites
from .visiting import Visitor, counted, measured, plans, read_raw, reading, scanned

REQUESTS, ROUNDS = 10, 5
CPU_MS = 50.0


def run(options: Any) -> list[Line]:
    with sites(options) as built:
        size = built[-1][1]
        manager, small = (User.objects.get(username=name) for name in (MANAGER, SMALL_MANAGER))
        return [_search(size, *one) for one in [*_kinds(manager), *_names(manager), *_names(small)]]


def _kinds(user: User) -> list[tuple[User, str, str]]:
    """By whole identifiers, of clients and cases in the middle of the base."""
    client = Client.objects.filter(unit=user.unit_id).order_by("-pk")[1000]
    number = ClientPhone.objects.get(client=client).e164
    closed = Case.objects.filter(unit=user.unit_id, state="closed").order_by("-opened_at")[1000]
    ticket = FaultTicket.objects.filter(line__unit=user.unit_id).order_by("-pk")[100]
    return [
        (user, "case reference", closed.ref or ""),
        (user, "client reference", client.client_ref.lower()),
        (user, "phone number", f"0{number[3]} {number[4:6]} {number[6:8]} {number[8:10]} {number[10:]}"),
        (user, "ticket number", ticket.ref.lower()),
    ]


def _names(user: User) -> list[tuple[User, str, str]]:
    rare = Client.objects.visible_to(user, now=timezone.now()).filter(name_key__regex="^[a-z]+ [a-z]{10,}$")
    first, last = rare.order_by("pk")[10].display_name.split()
    whose = "one unit in five" if user.username == MANAGER else "a small unit"
    return [
        (user, f"{what}, {whose}", words)
        for what, words in (
            ("rare name", last),
            ("common name", COMMON_LAST),
            ("two common words", f"{COMMON_LAST} {COMMON_FIRST}"),
            ("common and rare word", f"{last[:6]} {first}"),
            ("one letter and a name", f"j {COMMON_LAST}"),
            ("three letters", COMMON_LAST[:3]),
            ("one letter", COMMON_LAST[:1]),
            ("no such name", "zzyzx qwerty"),
        )
    ]


def _search(size: int, user: User, what: str, words: str) -> Line:
    address = f"/search?q={words.replace(' ', '+')}"
    visitor = Visitor(user)
    visitor.get(address)
    with counted() as ran:
        body = visitor.get(address)
    asked = reading(ran)
    seen = sorted({table for plan in plans(asked) for table in scanned(plan)})
    floor = measured(partial(read_raw, asked), REQUESTS, ROUNDS)
    ours = measured(lambda: visitor.get(address), REQUESTS, ROUNDS)
    return Line(
        "search",
        f"{what}, {body.count(b'data-line')} lines, {size:,} clients, {len(ran)} queries",
        "ms CPU",
        floor.cpu_ms,
        ours.cpu_ms,
        floor.cpu_ms / ours.cpu_ms,
        f"≤ {CPU_MS:.0f} ms, nothing read whole",
        ours.cpu_ms <= CPU_MS and not seen,
        {"floor": floor.parts, "ours": ours.parts, "queries": len(ran), "read_whole": seen},
    )
