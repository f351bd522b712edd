"""A telephone that rings: what 120 open pages cost that ask for it, and what is known of who calls (issue 6).

The floor of a page that asks: its two statements, by the driver. The floor of a call: its own. Then the pages
all ask, each in its turn, while another process announces calls to them.
"""

from __future__ import annotations

import re
import time
from functools import partial
from multiprocessing import get_context
from typing import Any

from django.db import connection
from django.utils import timezone

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_roles
from cases import telephony
from cases.models import ClientPhone, IncomingCall, PhoneExtension

from .cases import build_cases
from .report import Line
from .visiting import Visitor, counted, measured, read_raw

REQUESTS, ROUNDS = 100, 5
PAGES, EVERY_S = 120, 1.5
#: Of one core, for all the pages together; queries of a page that asks, and of a call with its announcement.
SHARE, ASKING, CALLING = 0.33, 2, 6
ADDRESS = "/ringing/?seen=0"
HEADERS = {"HTTP_HX_REQUEST": "true", "HTTP_X_AT_POLL": "1"}
NUMBER = "+33199004127"
#: Calls announced to that many pages, one after the other; how soon each must be shown.
CALLS, BETWEEN_S, SHOWN_S = 60, 0.25, 2.0
_SEEN = re.compile(rb"\?seen=([1-9]\d*)")


def run(options: Any) -> list[Line]:
    size = options.cases[-1]
    now = timezone.now()
    reader = build_cases(size, now)
    PhoneExtension.objects.get_or_create(number="4127", user=reader)
    IncomingCall.objects.bulk_create(  # yesterday's calls, closed or past
        IncomingCall(
            call_id=f"bench-{n}", user=reader, rings_at=now, until=now + telephony.SHOWN_FOR, closed_at=now
        )
        for n in range(5_000)
    )
    return [_asking(Visitor(reader)), _calling(reader, size), _shown()]


def _asking(visitor: Visitor) -> Line:
    def ask() -> bytes:
        return visitor.get(ADDRESS, **HEADERS)

    ask()
    with counted() as ran:
        ask()
    floor = measured(partial(read_raw, [one for one in ran if one[0].startswith("SELECT")]), REQUESTS, ROUNDS)
    ours = measured(ask, REQUESTS, ROUNDS)
    share = ours.cpu_ms / 1000 * PAGES / EVERY_S
    return Line(
        "ringing",
        f"a page asks, {len(ran)} queries; {PAGES} pages every {EVERY_S} s: {share:.0%} of a core",
        "ms CPU",
        floor.cpu_ms,
        ours.cpu_ms,
        floor.cpu_ms / ours.cpu_ms,
        f"≤ {SHARE:.0%} of a core, ≤ {ASKING} queries",
        share <= SHARE and len(ran) <= ASKING,
        {"floor": floor.parts, "ours": ours.parts, "queries": len(ran), "share": round(share, 4)},
    )


def _calling(reader: Any, size: int) -> Line:
    case = reader.advisor_profile.owned_cases.select_related("client").first()
    ClientPhone.objects.get_or_create(client=case.client, e164=NUMBER)
    calls = iter(range(10**9))

    def call() -> Any:
        now = timezone.now()
        return telephony.ring("4127", NUMBER, f"ring-{next(calls)}", at=now, now=now)

    assert call().pop.case is not None
    with counted() as ran:
        call()
    floor = measured(partial(read_raw, [one for one in ran if one[0].startswith("SELECT")]), REQUESTS, ROUNDS)
    ours = measured(call, REQUESTS, ROUNDS)
    return Line(
        "ringing",
        f"a call announced, {size:,} cases, {len(ran)} queries and two of the door",
        "ms CPU",
        floor.cpu_ms,
        ours.cpu_ms,
        floor.cpu_ms / ours.cpu_ms,
        f"≤ {CALLING} queries",
        len(ran) <= CALLING,
        {"floor": floor.parts, "ours": ours.parts, "queries": len(ran)},
    )


def _shown() -> Line:
    """From the moment a call is announced to the moment its page has it, 120 pages asking one process in turn."""
    readers = list(User.objects.filter(username__startswith="pages-").order_by("pk")[:PAGES])
    for reader in readers:
        set_roles(reader, (Role.ADVISOR,))
    PhoneExtension.objects.bulk_create(
        [PhoneExtension(number=f"8{reader.pk}", user=reader) for reader in readers], ignore_conflicts=True
    )
    extensions = [PhoneExtension.objects.get(user=reader).number for reader in readers]
    pages = [Visitor(reader) for reader in readers]
    context = get_context("fork")
    announced = context.Array("d", CALLS)
    connection.close()
    switch = context.Process(target=_announce, args=(extensions[:CALLS], announced))
    switch.start()
    delays, asked, late = _watched(pages, announced)
    switch.join()
    worst = max(delays, default=float("inf")) if len(delays) == CALLS else float("inf")
    return Line(
        "ringing",
        f"a call shown, {len(pages)} pages every {EVERY_S} s, {len(delays)} of {CALLS} calls, the slowest",
        "s",
        None,
        worst,
        None,
        f"≤ {SHOWN_S:.0f} s",
        worst <= SHOWN_S,
        {
            "delays_s": [round(delay, 2) for delay in sorted(delays)],
            "requests": asked,
            "late_s": round(late, 3),
        },
    )


def _announce(extensions: list[str], announced: Any) -> None:
    for rank, extension in enumerate(extensions):
        time.sleep(BETWEEN_S)
        now = timezone.now()
        announced[rank] = time.time()
        telephony.ring(extension, NUMBER, f"shown-{announced[rank]}-{rank}", at=now, now=now)


def _watched(pages: list[Visitor], announced: Any) -> tuple[list[float], int, float]:
    """Delay of each call that was shown, how many requests were answered, and how late the last one was."""
    count, started = len(pages), time.time()
    seen, delays, turn = ["0"] * count, {}, 0
    while len(delays) < CALLS and (due := started + turn * EVERY_S / count) < started + 60:
        time.sleep(max(due - time.time(), 0))
        page = turn % count
        body = pages[page].get(f"/ringing/?seen={seen[page]}", **HEADERS)
        found = _SEEN.search(body)
        if found:
            seen[page] = found[1].decode()
            delays[page] = time.time() - announced[page]
        turn += 1
    return list(delays.values()), turn, time.time() - due
