"""The improvement loop of the demonstration: some thirty suggestions in every state, each step by its own door at
its own time, the clock's alerts between them. Deterministic, relative to today."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.db.models import F
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, User
from recognition.models import ScriptVersion, Suggestion
from recognition.suggestions import alerts, scripts, workflow
from recognition.suggestions.enums import StepKind
from recognition.suggestions.people import answerers

DAY = timedelta(days=1)
FILE = Path(__file__).with_name("ideas.toml")
#: What an entity says, by step, unless the idea has words of its own.
SAYS = {
    "accept": "C’est juste, et cela ne demande pas de budget : nous le mettons au plan du mois prochain.",
    "reject": "L’outil en place ne le permet pas, et son remplacement n’est pas prévu avant deux ans. L’idée est gardée.",
}


@dataclass(frozen=True, slots=True)
class Idea:
    """As `ideas.toml` writes it. `script`: the version it leads to (code, title, text)."""

    topic: str
    title: str
    text: str
    entity: str
    ago: int
    steps: list[tuple[int, str]]
    who: str | int
    anonymous: bool = False
    family: str = ""
    supports: int = 0
    answer: str = ""
    script: dict[str, str] | None = None


def on_lived(*, now: datetime, advisor: User, accounts: dict[str, User], number: int, **_: Any) -> None:
    random = Random(f"suggestions {number}")
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    ideas = [Idea(**one) for one in told["ideas"]]
    mates = User.objects.filter(unit=advisor.unit_id, advisor_profile__isnull=False).exclude(pk=advisor.pk)
    people = list(mates.order_by("pk"))
    entities = {entity.code: entity for entity in Entity.objects.select_related("unit")}
    support = Actor.of_user(accounts["support"])
    for one in told["scripts"]:
        _publish(one, _at(now, one["ago"]), support, None)
    acts = sorted(
        (idea.ago - after, rank, order, step)
        for rank, idea in enumerate(ideas)
        for order, (after, step) in enumerate(((0, "submit"), *idea.steps))
    )
    made: dict[int, Suggestion] = {}
    for ago in range(max(idea.ago for idea in ideas), -1, -1):
        at = _at(now, ago)
        for _ago, rank, _order, step in (act for act in acts if act[0] == ago):
            idea = ideas[rank]
            author = _who(idea.who, people, accounts)
            if step == "submit":
                made[rank] = _submit(idea, author, entities[idea.entity], at)
                _supported(made[rank], idea, people, author, random, at)
            else:
                _step(made, rank, idea, step, author, support, at + timedelta(hours=2))
        alerts.remind(min(now, at + timedelta(hours=9)))
    alerts.remind(now)
    _read(now)


def _read(now: datetime) -> None:
    """What people were told before the last days was read the same day."""
    told = Notification.objects.filter(kind__startswith="suggestion_", created_at__lt=now - 4 * DAY)
    told.update(read_at=F("created_at") + timedelta(hours=3))


def _at(now: datetime, ago: int) -> datetime:
    """That day at half past nine, the Saturday for a Sunday; today, three hours ago at the latest."""
    day = timezone.localdate(now) - ago * DAY
    day -= DAY * (day.weekday() == 6)
    at = datetime.combine(day, time(9, 30), timezone.get_default_timezone())
    return min(at, now - timedelta(hours=3)) if not ago else at


def _who(who: str | int, people: list[User], accounts: dict[str, User]) -> User:
    return accounts[who] if isinstance(who, str) else people[who % len(people)]


def _submit(idea: Idea, author: User, entity: Entity, at: datetime) -> Suggestion:
    return workflow.submit(
        topic=idea.topic, title=idea.title, text=idea.text, owner_entity=entity, anonymous=idea.anonymous,
        reason_family=idea.family, actor=Actor.of_user(author), now=at,
    )  # fmt: skip


def _supported(
    one: Suggestion, idea: Idea, people: list[User], author: User, random: Random, at: datetime
) -> None:
    others = [user for user in people if user.pk != author.pk]
    for user in random.sample(others, min(idea.supports, len(others))):
        workflow.support(one.pk, actor=Actor.of_user(user), now=at)


def _step(
    made: dict[int, Suggestion],
    rank: int,
    idea: Idea,
    step: str,
    author: User,
    support: Actor,
    at: datetime,
) -> None:
    one = Suggestion.objects.select_related("owner_entity__unit").get(pk=made[rank].pk)
    if step == "script" and idea.script:
        _publish(idea.script, at, support, one)
        return
    kind = StepKind(step)
    data: dict[str, Any] = {}
    if kind == StepKind.DUPLICATE:
        data["duplicate_of"] = made[rank - 1].pk
    elif kind in (StepKind.ACCEPT, StepKind.REJECT):
        data["text"] = idea.answer or SAYS[step]
    actor = author if kind == StepKind.WITHDRAW else _answerer(one, author)
    workflow.perform(
        one.pk, kind, actor=Actor.of_user(actor), expected_version=one.version, now=at, **data
    )  # fmt: skip


def _publish(script: dict[str, Any], at: datetime, by: Actor, suggestion: Suggestion | None) -> None:
    code = script["code"]
    last = ScriptVersion.objects.filter(code=code).count()
    scripts.publish(
        code=code, title=script["title"], text=script["text"], valid_from=timezone.localdate(at),
        suggestion=suggestion, expected_version=last, actor=by, now=at,
    )  # fmt: skip


def _answerer(one: Suggestion, author: User) -> User:
    """The first account of the entity that did not write it."""
    able = User.objects.filter(
        pk__in=answerers(one.owner_entity), groups__name__in=[Role.MANAGER, Role.BACK_OFFICE]
    )
    return able.exclude(pk=author.pk).order_by("pk").distinct()[0]
