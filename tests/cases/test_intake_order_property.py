"""INV-14: verdicts are a function of the set of contacts, whatever the order and the parcels they come in."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.enums import Channel
from cases.intake import IncomingContact, reevaluate
from cases.intake.checks import check
from cases.intake.core import database_name
from cases.intake.reference import current_reference
from cases.models import Case, Client, Contact, Line
from cases.repeat import ContactFacts, evaluate
from tests.cases.intake_cast import MINUTE, Site, current_verdicts, paris

pytestmark = pytest.mark.django_db

START = paris("05/11 08:00")
NOW = START + timedelta(days=30)
MINUTES = st.one_of(
    st.integers(0, 12 * 24 * 60),
    st.sampled_from([0, 1, 5, 7 * 24 * 60 - 1, 7 * 24 * 60, 7 * 24 * 60 + 1, 10 * 24 * 60]),
)


@st.composite
def a_contact(draw) -> dict:
    """Mostly counted calls, and often enough each of the things that make one not count."""
    said: dict = {
        "minute": draw(MINUTES),
        "second": draw(st.sampled_from([0, 0, 2, 30])),
        "source_system": draw(st.sampled_from(["switch", "switch", "chatbox", "manual"])),
        "channel": draw(st.sampled_from(["voice", "voice", "voice", Channel.CHAT.value])),
        "outcome": draw(st.sampled_from(["handled"] * 6 + ["transferred", "dropped", "abandoned"])),
        "nature": draw(st.sampled_from(["client"] * 8 + ["test", "internal", "self_service"])),
        "direction": draw(st.sampled_from(["in"] * 8 + ["out"])),
        "reason_code": draw(st.sampled_from(["", "panne", "lent", "facture"])),
        "interaction_id": draw(st.sampled_from([""] * 5 + ["X", "Y"])),
        "leg_no": draw(st.integers(1, 3)),
        "handler_ref": draw(st.sampled_from(["", "", "agent1", "agent2"])),
        "talk_s": draw(st.sampled_from([300, 300, 300, None, 0, 9, 10])),
        "line_ref": draw(st.sampled_from(["", "", "L1", "L2"])),
        "client_ref": draw(st.sampled_from(["C1"] * 8 + ["C2", ""])),
        "length": draw(st.sampled_from([1, 5, 30])),
    }
    if said["line_ref"] and said["client_ref"] != "C1":
        said["client_ref"] = "C1"
    return said


def incoming(site: Site, number: int, said: dict) -> IncomingContact:
    said = dict(said)
    start = START + said.pop("minute") * MINUTE + timedelta(seconds=said.pop("second"))
    end = start + said.pop("length") * MINUTE
    return site.call(start, f"h{number:03d}", **(said | {"ended_at": end}))


def expected(contacts: list[IncomingContact]) -> dict[str, tuple[str, int | None]]:
    """The pure rule on the sorted set, each contact written as facts by hand."""
    reference = current_reference(database_name())
    clients = dict(Client.objects.values_list("client_ref", "pk"))
    lines = dict(Line.objects.values_list("line_ref", "pk"))
    facts = []
    for item in contacts:
        checked = check(item, NOW)
        facts.append(
            ContactFacts(
                id=None,
                source_system=item.source_system,
                source_id=item.source_id,
                nature=item.nature,
                client_id=clients.get(item.client_ref),
                line_id=lines.get(item.line_ref),
                unit_id=reference.units[item.unit_code],
                segment="consumer",
                identified=bool(item.client_ref),
                interaction_id=item.interaction_id,
                leg_no=item.leg_no,
                channel=item.channel,
                direction=item.direction,
                arrived_at=checked.arrived_at,
                answered_at=checked.answered_at,
                ended_at=checked.ended_at,
                talk_s=item.talk_s,
                outcome=item.outcome,
                family=reference.family(reference.reasons.get(item.reason_code)),
                handler_key=item.handler_ref,
            )
        )
    answers: dict[str, tuple[str, int | None]] = {}
    for client in {fact.client_id for fact in facts}:
        own = [fact for fact in facts if fact.client_id == client]
        for verdict in evaluate(own, reference.rules).values():
            answers[verdict.contact.source_id] = (verdict.code, verdict.n)
    return answers


def stored() -> dict[str, tuple[str, int | None]]:
    rows = Contact.objects.values_list("source_id", "exclusion_code", "n_in_window")
    return {source: (code, n) for source, code, n in rows}


class _Undo(Exception):
    pass


def after(work) -> tuple[dict, dict]:
    """What is stored once `work` is done, all of it undone behind.

    Of the verdict rows, those that are RD3+: a row that took one back says only that there was one.
    """
    try:
        with transaction.atomic():
            work()
            rows = current_verdicts().items()
            answer = stored(), {key: row[:2] for key, row in rows if row[0] == "rd3plus"}
            raise _Undo
    except _Undo:
        return answer


def parcels(contacts: list, cuts: list[int]) -> list[list]:
    edges = [0, *sorted({cut % (len(contacts) + 1) for cut in cuts}), len(contacts)]
    return [contacts[a:b] for a, b in pairwise(edges) if b > a]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"identity_scope": "line"},
        {"identity_scope": "client_and_family", "reason_scope": "same_family"},
        {"window_mode": "calendar", "window_hours": 192, "threshold": 2, "channels": ["voice"]},
    ],
    ids=["client", "line", "family", "calendar"],
)
@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_intake_verdicts_do_not_depend_on_the_order_of_arrival(rule, data):
    plan = data.draw(st.lists(a_contact(), min_size=2, max_size=9))
    order = data.draw(st.permutations(range(len(plan))))
    cuts = data.draw(st.lists(st.integers(0, 9), max_size=3))
    with transaction.atomic():
        site = Site.build(mode=data.draw(st.sampled_from(["live", "shadow"])), **rule)
        contacts = [incoming(site, number, said) for number, said in enumerate(plan)]
        shuffled = [contacts[index] for index in order]
        for line in {c.line_ref for c in contacts if c.line_ref}:
            client, _ = Client.objects.get_or_create(client_ref="C1", defaults={"unit": site.unit})
            Line.objects.create(line_ref=line, client=client, technology="fibre", unit=site.unit)
        for ref in {c.client_ref for c in contacts if c.client_ref}:
            Client.objects.get_or_create(client_ref=ref, defaults={"unit": site.unit})
        pure = expected(contacts)

        def one_by_one() -> None:
            site.post(shuffled, now=NOW)

        def in_parcels() -> None:
            for parcel in parcels(shuffled, cuts):
                site.post(parcel, "batch", now=NOW)

        def computed_again() -> None:
            site.post(contacts, "batch", now=NOW)
            reevaluate(Client.objects.values_list("pk", flat=True), now=NOW, actor=site.actor)

        answers = [after(work) for work in (one_by_one, in_parcels, computed_again)]
        for told, verdicts in answers:
            assert told == pure
            assert verdicts == answers[0][1]
        assert not Case.objects.exists()
        transaction.set_rollback(True)
