"""Short ways to write contacts and rules for the tests of the pure rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cases.repeat import ContactFacts, ParticipationFacts, RuleBook, RuleFacts, Verdict, evaluate

PARIS = ZoneInfo("Europe/Paris")
UNIT = 1
LIVE_RULE = RuleFacts(id=1, code="R1", version=1, programme_id=1, mode="live")
TAKES_PART = ParticipationFacts(1, UNIT, True)


def paris(text: str) -> datetime:
    """« 05/11/2018 10:00 » or « 05/11 10:00 » (2018), local Paris time, as aware UTC."""
    day, clock = text.split(" ")
    if day.count("/") == 1:
        day += "/2018"
    parsed = datetime.strptime(f"{day} {clock}", "%d/%m/%Y %H:%M").replace(tzinfo=PARIS)
    return parsed.astimezone(UTC)


def book(*rules: RuleFacts, participations=(TAKES_PART,), zones=None) -> RuleBook:
    return RuleBook(rules or (LIVE_RULE,), participations, zones or {UNIT: "Europe/Paris"})


def contact(number: int | str, at: datetime | str, **changes) -> ContactFacts:
    """A counted call of client 1: five minutes long, answered, reason unknown."""
    start = paris(at) if isinstance(at, str) else at
    facts = ContactFacts(
        id=number if isinstance(number, int) else None,
        source_system="switch",
        source_id=f"{number:05d}" if isinstance(number, int) else number,
        nature="client",
        client_id=1,
        line_id=None,
        unit_id=UNIT,
        segment="consumer",
        identified=True,
        interaction_id="",
        leg_no=1,
        channel="voice",
        direction="in",
        arrived_at=start,
        answered_at=start,
        ended_at=start + timedelta(minutes=5),
        talk_s=300,
        outcome="handled",
        family="",
        handler_key="",
    )
    return facts._replace(**changes)


def verdicts(contacts, rules: RuleBook | None = None, attempts=(), **options) -> dict[str, Verdict]:
    """By source id; the source system is left out where it is clear."""
    answer = evaluate(contacts, rules or book(), attempts, **options)
    return {key[1]: verdict for key, verdict in answer.items()}


def codes(contacts, rules: RuleBook | None = None, attempts=()) -> list[str]:
    """The codes in the order given."""
    answer = evaluate(contacts, rules or book(), attempts)
    return [answer[c.key].code for c in contacts]


def last(contacts, rules: RuleBook | None = None, attempts=()) -> Verdict:
    """The verdict of the last contact given."""
    return evaluate(contacts, rules or book(), attempts)[contacts[-1].key]
