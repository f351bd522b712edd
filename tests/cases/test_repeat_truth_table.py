"""domain.md §4.2, row by row, rolling and calendar."""

from datetime import timedelta

import pytest

from cases.repeat import AttemptFacts, RuleFacts

from .repeat_facts import LIVE_RULE, book, codes, contact, last, paris, verdicts

ROLLING = LIVE_RULE
CALENDAR7 = LIVE_RULE._replace(window_mode="calendar", window_hours=168)
CALENDAR8 = LIVE_RULE._replace(window_mode="calendar", window_hours=192)

ROWS = [
    ("A", ["05/11 10:00", "07/11 10:00", "12/11 09:59"], 3, None, None),
    ("B, exactly 168 h", ["05/11 10:00", "07/11 10:00", "12/11 10:00"], 2, None, None),
    ("C", ["05/11 10:00", "07/11 10:00", "12/11 10:01"], 2, None, None),
    ("D", ["05/11 23:50", "08/11 09:00", "12/11 08:00"], 3, 2, 3),
    ("D prime", ["05/11 00:10", "08/11 09:00", "12/11 08:00"], 2, 2, 3),
    ("E", ["22/10 10:00", "24/10 10:00", "29/10 08:59"], 3, None, None),
    ("E prime, 168 h 30 elapsed", ["22/10 10:00", "24/10 10:00", "29/10 09:30"], 2, None, None),
    ("E second, 167 h 30 elapsed", ["19/03 10:00", "21/03 10:00", "26/03 10:30"], 3, None, None),
    ("I, same instant", ["05/11 10:00", "07/11 10:00", "07/11 10:00"], 3, 3, 3),
]


@pytest.mark.parametrize(
    ("times", "rolling", "calendar7", "calendar8"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_evaluate_three_calls_counts_as_the_truth_table(times, rolling, calendar7, calendar8):
    contacts = [contact(i, at) for i, at in enumerate(times, 1)]
    for rule, expected in ((ROLLING, rolling), (CALENDAR7, calendar7), (CALENDAR8, calendar8)):
        if expected is None:
            continue
        verdict = last(contacts, book(rule))
        assert (verdict.code, verdict.n, verdict.rd3plus) == ("", expected, expected >= 3)


def test_evaluate_row_a_says_which_contacts_counted_and_from_when():
    contacts = [contact(i, at) for i, at in enumerate(ROWS[0][1], 1)]
    verdict = last(contacts)
    assert [c.id for c in verdict.counted] == [1, 2, 3]
    assert verdict.window_start == paris("05/11 09:59")
    assert (verdict.identity_key, verdict.mode, verdict.rule.label) == ("client:1", "live", "R1 v1")


def test_evaluate_same_instant_both_contacts_count_for_each_other():
    answer = verdicts([contact(1, "05/11 10:00"), contact(2, "07/11 10:00"), contact(3, "07/11 10:00")])
    assert [answer[f"{i:05d}"].n for i in (1, 2, 3)] == [1, 3, 3]


def test_evaluate_row_f_transfer_legs_are_one_contact():
    start = paris("07/11 10:00")
    contacts = [
        contact(1, "05/11 10:00"),
        contact(2, start, interaction_id="X", leg_no=1, outcome="transferred"),
        contact(3, start + timedelta(minutes=5), interaction_id="X", leg_no=2),
        contact(4, start + timedelta(minutes=9), interaction_id="X", leg_no=3),
    ]
    assert codes(contacts) == ["", "", "leg", "leg"]
    assert verdicts(contacts)["00002"].n == 2


def test_evaluate_row_g_third_call_abandoned_does_not_count():
    contacts = [
        contact(1, "05/11 10:00"),
        contact(2, "07/11 10:00"),
        contact(3, "08/11 10:00", outcome="abandoned", answered_at=None, talk_s=None),
    ]
    assert codes(contacts) == ["", "", "abandoned"]
    assert last(contacts).n is None


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_evaluate_row_h_arrival_order_changes_nothing(order):
    contacts = [contact(1, "05/11 10:00"), contact(2, "07/11 10:00"), contact(3, "08/11 10:00")]
    answer = verdicts([contacts[i] for i in order])
    assert [answer[c.source_id].n for c in contacts] == [1, 2, 3]


def test_evaluate_row_m_withheld_numbers_are_never_grouped():
    contacts = [contact(i, f"0{i}/11 10:00", client_id=None) for i in (1, 2, 3)]
    assert codes(contacts) == ["unidentified"] * 3
    assert {v.identity_key for v in verdicts(contacts).values()} == {""}


def test_evaluate_row_n_return_of_our_callback_does_not_count():
    contacts = [contact(1, "05/11 10:00"), contact(2, "06/11 10:00"), contact(3, "07/11 13:59")]
    attempt = AttemptFacts(id=9, case_id=4, client_id=1, line_id=None, at=paris("07/11 10:00"))
    verdict = last(contacts, attempts=[attempt])
    assert (verdict.code, verdict.because) == ("callback_return", attempt)


@pytest.mark.parametrize(
    ("channels", "expected", "third"),
    [({"voice"}, ["", "channel", ""], 2), ({"voice", "chat"}, ["", "", ""], 3)],
    ids=["voice only", "omnichannel"],
)
def test_evaluate_row_o_call_chat_call_is_decided_by_the_rule(channels, expected, third):
    rule: RuleFacts = LIVE_RULE._replace(channels=frozenset(channels))
    contacts = [
        contact(1, "05/11 10:00"),
        contact(2, "06/11 10:00", channel="chat"),
        contact(3, "07/11 10:00"),
    ]
    assert codes(contacts, book(rule)) == expected
    assert last(contacts, book(rule)).n == third
