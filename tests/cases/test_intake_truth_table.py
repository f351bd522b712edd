"""domain.md §4.2 through the door: receive() one by one, and receive_batch(), on a real database."""

from itertools import permutations

import pytest

from atdemain.journal.models import AuditEvent
from cases import workflow
from cases.intake import receive
from cases.models import Case, Contact, Promise, RepeatRule
from tests.cases.intake_cast import (
    HOUR,
    HOW,
    MINUTE,
    SECOND,
    Site,
    codes,
    current_verdicts,
    everything,
    ns,
    paris,
    state,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site.build()


ROWS = [
    ("A", ["05/11 10:00", "07/11 10:00", "12/11 09:59"], 3),
    ("B", ["05/11 10:00", "07/11 10:00", "12/11 10:00"], 2),
    ("C", ["05/11 10:00", "07/11 10:00", "12/11 10:01"], 2),
    ("D", ["05/11 23:50", "08/11 09:00", "12/11 08:00"], 3),
    ("D prime", ["05/11 00:10", "08/11 09:00", "12/11 08:00"], 2),
    ("E", ["22/10 10:00", "24/10 10:00", "29/10 08:59"], 3),
    ("E prime", ["22/10 10:00", "24/10 10:00", "29/10 09:30"], 2),
    ("E second", ["19/03 10:00", "21/03 10:00", "26/03 10:30"], 3),
    ("I", ["05/11 10:00", "07/11 10:00", "07/11 10:00"], 3),
]
IDS = [row[0] for row in ROWS]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(("times", "n"), [row[1:] for row in ROWS], ids=IDS)
def test_intake_three_calls_open_a_case_as_the_truth_table_says(site, times, n, how):
    calls = [site.call(at) for at in times]
    site.post(calls, how)
    assert codes(calls) == ["", "", ""]
    assert ns(calls)[-1] == n
    assert Case.objects.count() == (1 if n >= 3 else 0)
    if n >= 3:
        case = Case.objects.get()
        assert case.contacts.count() == 3
        assert current_verdicts()[calls[-1].source_id] == ("rd3plus", 3, "live")
        assert AuditEvent.objects.filter(object_type="case", action="open").count() == 1


@pytest.mark.parametrize(
    ("hours", "times", "n"),
    [
        (168, ["05/11 23:50", "08/11 09:00", "12/11 08:00"], 2),
        (192, ["05/11 23:50", "08/11 09:00", "12/11 08:00"], 3),
        (168, ["05/11 00:10", "08/11 09:00", "12/11 08:00"], 2),
        (192, ["05/11 00:10", "08/11 09:00", "12/11 08:00"], 3),
    ],
    ids=["D calendar7", "D calendar8", "D prime calendar7", "D prime calendar8"],
)
@pytest.mark.parametrize("how", HOW)
def test_intake_counts_local_days_where_the_rule_says_calendar(site, hours, times, n, how):
    RepeatRule.objects.update(window_mode="calendar", window_hours=hours)
    calls = [site.call(at) for at in times]
    site.post(calls, how)
    assert ns(calls)[-1] == n
    assert Case.objects.count() == (1 if n >= 3 else 0)


@pytest.mark.parametrize("how", HOW)
def test_intake_row_f_transfer_legs_are_one_contact(site, how):
    start = paris("07/11 10:00")
    calls = [
        site.call("05/11 10:00"),
        site.call(start, interaction_id="X", leg_no=1, outcome="transferred"),
        site.call(start + 5 * MINUTE, interaction_id="X", leg_no=2, outcome="transferred"),
        site.call(start + 9 * MINUTE, interaction_id="X", leg_no=3),
    ]
    site.post(calls, how, now=start + HOUR)
    assert codes(calls) == ["", "", "leg", "leg"]
    assert ns(calls) == [1, 2, None, None]
    assert not Case.objects.exists()


@pytest.mark.parametrize("how", HOW)
def test_intake_row_g_third_call_abandoned_opens_nothing(site, how):
    calls = [
        site.call("05/11 10:00"),
        site.call("07/11 10:00"),
        site.call("08/11 10:00", outcome="abandoned", answered_at=None, talk_s=None),
    ]
    site.post(calls, how)
    assert codes(calls) == ["", "", "abandoned"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_intake_row_h_records_out_of_order_open_one_case_when_the_last_one_is_known(site, order):
    calls = [site.call(at) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00")]
    now = paris("08/11 12:30")
    seen = []
    for index in order:
        receive(calls[index], actor=site.actor, now=now)
        seen.append(Case.objects.count())
    assert seen == [0, 0, 1]
    assert ns(calls) == [1, 2, 3]
    case = Case.objects.get()
    assert case.contacts.count() == 3
    assert case.detected_late is True  # the third contact is 2 h 30 old when it is known as such


def test_intake_row_h_a_third_contact_known_at_once_is_not_late(site):
    site.post([site.call(at) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00")])
    assert Case.objects.get().detected_late is False


@pytest.mark.parametrize("how", HOW)
def test_intake_row_m_withheld_numbers_never_identified_are_never_grouped(site, how):
    calls = [site.call(f"0{day}/11 10:00", client_ref="", caller_number="") for day in (5, 6, 7)]
    answers = site.post(calls, how)
    assert codes(calls) == ["unidentified"] * 3
    assert ns(calls) == [None] * 3
    assert [answer.client_id for answer in answers] == [None] * 3
    assert not Case.objects.exists()


@pytest.mark.parametrize("how", HOW)
def test_intake_row_n_the_return_of_our_unanswered_callback_does_not_count_and_joins_the_case(site, how):
    advisor = site.person("louise")
    first = site.call("05/11 10:00")
    site.post([first], now=paris("05/11 10:01"))
    client_id = Contact.objects.get().client_id
    case = workflow.open_case(
        client_id=client_id,
        line_id=None,
        identity_key=f"client:{client_id}",
        reason_family="no_sync",
        origin="manual",
        unit_id=site.unit.pk,
        actor=site.actor,
        now=paris("05/11 11:00"),
    )
    promise = Promise.objects.create(
        case=case,
        window_start=paris("06/11 10:00"),
        window_end=paris("06/11 11:00"),
        made_by=advisor,
        made_at=paris("05/11 11:30"),
        owner_at_promise=advisor,
    )
    case.attempts.create(promise=promise, by=advisor, at=paris("06/11 10:05"), outcome="no_answer")
    back = site.call("06/11 14:04")
    later = site.call("06/11 15:00")
    site.post([back, later], how, now=paris("06/11 15:05"))
    assert codes([back, later]) == ["callback_return", ""]
    assert state(later.source_id) == ("", 2)
    assert set(case.contacts.values_list("source_id", flat=True)) == {back.source_id, later.source_id}


@pytest.mark.parametrize(
    ("channels", "middle", "n"),
    [(["voice"], "channel", 2), (["voice", "chat"], "", 3)],
    ids=["voice", "omni"],
)
@pytest.mark.parametrize("how", HOW)
def test_intake_row_o_call_chat_call_is_decided_by_the_rule(site, channels, middle, n, how):
    RepeatRule.objects.update(channels=channels)
    calls = [site.call("05/11 10:00"), site.call("06/11 10:00", channel="chat"), site.call("07/11 10:00")]
    site.post(calls, how)
    assert codes(calls) == ["", middle, ""]
    assert ns(calls)[-1] == n
    assert Case.objects.count() == (1 if n >= 3 else 0)


@pytest.mark.parametrize("how", HOW)
def test_intake_row_p_the_same_source_id_twice_is_one_contact(site, how):
    calls = [site.call("05/11 10:00", "a"), site.call("07/11 10:00", "b"), site.call("07/11 10:00", "b")]
    answers = site.post(calls, how)
    assert [answer.status for answer in answers] == ["created", "created", "unchanged"]
    assert Contact.objects.count() == 2
    assert state("b") == ("", 2)


@pytest.mark.parametrize("how", HOW)
def test_intake_the_same_contacts_again_change_nothing(site, how):
    calls = [site.call(at) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00", "09/11 09:00")]
    site.post(calls, how)
    before, rows = everything(), AuditEvent.objects.count()
    for again in HOW:
        answers = site.post(calls, again, now=paris("09/11 12:00"))
        assert {answer.status for answer in answers} == {"unchanged"}
    assert everything() == before
    assert AuditEvent.objects.count() == rows


def test_intake_a_contact_six_minutes_in_the_future_is_refused_and_five_is_not(site):
    now = paris("05/11 10:00")
    late = receive(
        site.call(now + 5 * MINUTE + SECOND, ended_at=None, answered_at=None), actor=site.actor, now=now
    )
    good = receive(site.call(now + 5 * MINUTE, ended_at=None, answered_at=None), actor=site.actor, now=now)
    assert (late.status, late.rejection.field) == ("rejected", "arrived_at")
    assert good.status == "created"
