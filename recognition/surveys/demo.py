"""The surveys of the demonstration: one closed, where 69 of 150 do not wish to become ambassador, one still open.

Every answer goes through the ballot, at the time of its survey. Who says what is drawn from the seed's number; the
keys of the answers are chance, as always.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from recognition.models import Survey
from recognition.surveys import ballot, launching
from recognition.surveys.questions import make

DAY = timedelta(days=1)
ANSWERS, DO_NOT_WISH = 150, 69
STILL_OPEN = 12
AMBASSADOR = (
    make("q1", "yes_no", "Souhaitez-vous devenir ambassadeur d’AT Demain ?"),
    make("q2", "scale", "Les critères de la prime sont clairs."),
    make("q3", "single", "Qu’est-ce qui vous retient le plus ?",
         ["La charge", "Le manque de formation", "Les outils", "Le manque de reconnaissance", "Rien"]),
)  # fmt: skip
CALLBACKS = (
    make("q1", "scale", "Je peux joindre les entités quand un client attend."),
    make("q2", "yes_no", "Les rappels sans solution sont-ils assez préparés ?"),
)


def on_lived(*, now: datetime, advisor: User, accounts: dict[str, User], number: int, **_: Any) -> None:
    random = Random(f"surveys {number}")
    units = list(Unit.objects.filter(code__in=["uat-sud-est", "uat-nord-est"]).order_by("pk"))
    closed = _opened(
        "Devenir ambassadeur", "Avant la négociation, savoir qui le souhaite, et ce qui retient les autres.",
        accounts["support"], [Role.ADVISOR, Role.SUPPORT, Role.MANAGER], units, AMBASSADOR, now - 40 * DAY, 14,
    )  # fmt: skip
    said = ["no"] * DO_NOT_WISH + ["yes"] * (ANSWERS - DO_NOT_WISH)
    for user, wish in zip(_drawn(closed, random, ANSWERS), said, strict=True):
        marks = {
            "q2": str(random.choice((1, 2, 2, 3, 4))),
            "q3": f"c{random.randint(1, 4 if wish == 'no' else 5)}",
        }
        ballot.answer(closed.pk, user, {"q1": wish, **marks}, now - 35 * DAY)
    launching.close_due(now - 25 * DAY)
    others = [Role.ADVISOR, Role.SUPPORT, Role.BACK_OFFICE]
    under_way = _opened(
        "Joindre les entités, rappeler sans solution", "Pour le prochain comité de prévention.",
        accounts["staffrep"], others, [], CALLBACKS, now - 3 * DAY, 14,
    )  # fmt: skip
    logged_in = {
        user.pk for user in accounts.values() if user.username in ("advisor", "support", "backoffice")
    }
    for user in _drawn(under_way, random, STILL_OPEN, but=logged_in):
        answers = {"q1": str(random.randint(1, 3)), "q2": random.choice(("yes", "no", "no"))}
        ballot.answer(under_way.pk, user, answers, now - DAY)


def _opened(
    title: str,
    intro: str,
    who: User,
    roles: list[Role],
    units: list[Unit],
    questions: Any,
    at: datetime,
    days: int,
) -> Survey:
    actor = Actor.of_user(who)
    draft = launching.save(
        None, title=title, intro=intro, roles=list(roles), units=units, closes_at=at + days * DAY,
        questions=list(questions), expected_version=0, actor=actor, now=at,
    )  # fmt: skip
    return launching.publish(draft, expected_version=draft.version, actor=actor, now=at)


def _drawn(survey: Survey, random: Random, count: int, but: set[int] = frozenset()) -> list[User]:  # type: ignore[assignment]
    asked = sorted(pk for pk in ballot.audience(survey) if pk not in but)
    people = User.objects.in_bulk(random.sample(asked, min(count, len(asked))))
    return [people[pk] for pk in sorted(people)]
