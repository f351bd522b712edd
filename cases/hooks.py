"""Where apps above `cases` plug in (architecture.md §1): a plain table, no signals.

`in_transaction` hooks run inside the transaction of the event: an error aborts everything.
`after_commit` hooks run once it is committed. A provider answers a question `cases` cannot answer
alone; where absent there is no objection.

Events: cases_opened (cases: those opened together), case_reopened, case_assigned, case_released, case_delegated,
case_resolved, promise_made, clients_pseudonymised (client_ids, case_ids, now),
escalation_sent, escalation_withdrawn, contacts_recounted, demo_seeded (now, the log-in `advisor`, the colleague
`away`, the log-ins `accounts`), then, outside any transaction, demo_lived (the same and the seed's `number`).
Providers: assignment_advice(case, now) -> beside a manager's choice, `sentence`, `suggested` and `words` by
advisor; weigh and weigh_own(case, advisor_id, now) -> in the transaction that gives or takes a case, `over_cap`
and the `caution` to justify, handed on with case_assigned; weighing(cases, now) -> a context in which a batch of
cases is weighed on loads read once; load_words(advisors, now) -> {advisor: their load in a word}; beyond_cap(cases,
advisor_id, now) -> those that would not fit; engine_foresees(cases, now) -> {case: (whom the engine would choose,
why nobody)}, given one after the other; waiting_reasons(cases) -> {case: why nobody has it};
owner_available(user_id, start, end) -> bool; owners_away(windows) -> those of the (user_id, start,
end) given for which it would be False; assignment_policies(case_id) -> {moment: version of the policy that weighed
who would take the case then}; offered_back(case, user_id) -> whether this case, which somebody kept
during their absence, is proposed to them again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

log = structlog.get_logger(__name__)

Hook = Callable[..., None]

in_transaction: dict[str, list[Hook]] = {}
after_commit: dict[str, list[Hook]] = {}
providers: dict[str, Callable[..., Any]] = {}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the manager's page and where what it counts is listed; `words` follow the number."""

    key: str
    count: int
    words: str
    url: str
    pressing: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the case's page drawn by an app above.

    `template` is included where `place` says, with the page's context, and `context` under the name
    `panel`. `why`: a `details.at-explain` beside « Pourquoi ce dossier ? »; `rail`: a `section.at-panel`
    in the right column, above the client; `top`: a notice under the title. `figures`: what it counts at the
    top of the manager's page, in order.
    """

    template: str
    context: dict[str, Any] = field(default_factory=dict)
    place: str = "rail"
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """How the timeline tells a journal row that an app above wrote about a case.

    `icon` and `tone` as in `cases.timeline.LOOK`; `tell` makes the French sentence from the row as
    `cases.sentences` reads it (`new`, `personal`, `entity`, `event`).
    """

    icon: str
    tone: str
    tell: Callable[[Any], str]


#: action of the journal → its story.
stories: dict[str, Story] = {}
#: name → (case, user, now) -> Panel or None; drawn in the order they registered. Each costs queries on
#: every case page: two at most (tests/budgets.py), and none when there is nothing to say to this account.
panels: dict[str, Callable[[Any, Any, datetime], Panel | None]] = {}
#: What apps above draw on the manager's page of the unit: (user, now) -> Panel or None, in order.
team_panels: list[Callable[[Any, datetime], Panel | None]] = []
#: What apps above add to the menu, before the landmarks: (user) -> groups of items (cases/navigation.py).
menus: list[Callable[[Any], list[Any]]] = []
#: What else comes round with the clock, after each sweep, in whichever process sweeps: (now).
rounds: list[Callable[[datetime], None]] = []


def listen(event: str, hook: Hook) -> None:
    """Run `hook` inside the transaction of each `event`; registering twice is once."""
    if hook not in in_transaction.setdefault(event, []):
        in_transaction[event].append(hook)


def fire(event: str, **facts: Any) -> None:
    """Tell everyone registered for `event`; must be called inside the event's transaction."""
    for hook in in_transaction.get(event, ()):
        hook(**facts)
    for hook in after_commit.get(event, ()):
        transaction.on_commit(lambda hook=hook: hook(**facts))


def panels_of(case: Any, user: Any, now: datetime) -> dict[str, list[Panel]]:
    """What apps above draw on the page of this case, by place."""
    drawn: dict[str, list[Panel]] = {}
    for make in panels.values():
        panel = make(case, user, now)
        if panel is not None:
            drawn.setdefault(panel.place, []).append(panel)
    return drawn


def tick(now: datetime) -> None:
    """Run every round; one that fails is logged, and delays neither the others nor the next sweep."""
    for work in rounds:
        try:
            work(now)
        except Exception:
            log.exception("round_failed", work=getattr(work, "__qualname__", str(work)))
