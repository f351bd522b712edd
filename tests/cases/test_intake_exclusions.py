"""domain.md §4.3 through the door: each code, one by one, beside the contact just on the other side."""

import pytest

from atdemain.organisation.models import User
from cases import workflow
from cases.models import Case, Client, Contact, Line, RepeatRule
from tests.cases.intake_cast import HOUR, HOW, MINUTE, SECOND, Site, codes, ns, paris

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site.build()


START = paris("07/11 10:00")
ALONE = [
    ("test", {"nature": "test"}, {"nature": "client"}),
    ("outbound", {"direction": "out"}, {"direction": "in"}),
    ("internal", {"nature": "internal"}, {"nature": "client"}),
    ("unidentified", {"identification": "none"}, {"identification": "probable"}),
    ("self_service", {"nature": "self_service"}, {"nature": "client"}),
    ("abandoned", {"outcome": "abandoned"}, {"outcome": "dropped"}),
    ("abandoned", {"outcome": "voicemail"}, {"outcome": "transferred"}),
    ("abandoned", {"answered_at": None, "has_answer_times": True}, {"answered_at": None}),
    ("short", {"talk_s": 9}, {"talk_s": 10}),
    ("short", {"talk_s": 0}, {"talk_s": None}),
    ("non_technical", {"reason_code": "facture"}, {"reason_code": ""}),
]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("code", "excluded", "counted"), ALONE, ids=[f"{row[0]}-{i}" for i, row in enumerate(ALONE)]
)
def test_intake_excludes_by_its_own_content(site, code, excluded, counted, how):
    calls = [site.call("05/11 10:00", **excluded), site.call("07/11 10:00", **counted)]
    site.post(calls, how)
    assert codes(calls) == [code, ""]
    assert ns(calls) == [None, 1]


@pytest.mark.parametrize("how", HOW)
def test_intake_short_is_judged_on_voice_only(site, how):
    calls = [site.call("05/11 10:00", channel="chat", talk_s=2)]
    site.post(calls, how)
    assert codes(calls) == [""]


@pytest.mark.parametrize("how", HOW)
def test_intake_non_technical_counts_where_the_rule_says_any_reason(site, how):
    RepeatRule.objects.update(reason_scope="any")
    calls = [site.call(f"0{day}/11 10:00", reason_code="facture") for day in (5, 6, 7)]
    site.post(calls, how)
    assert ns(calls) == [1, 2, 3]
    assert Case.objects.count() == 1


@pytest.mark.parametrize("how", HOW)
def test_intake_channel_outside_the_rule_does_not_count(site, how):
    RepeatRule.objects.update(channels=["voice"])
    calls = [site.call("05/11 10:00", channel="email")]
    site.post(calls, how)
    assert codes(calls) == ["channel"]


@pytest.mark.parametrize("how", HOW)
def test_intake_the_first_code_that_applies_is_the_one_stored(site, how):
    calls = [
        site.call("05/11 10:00", nature="test", direction="out", outcome="abandoned"),
        site.call("06/11 10:00", direction="out", outcome="abandoned", talk_s=0),
        site.call("07/11 10:00", nature="self_service", outcome="abandoned", talk_s=0, reason_code="facture"),
        site.call("08/11 10:00", outcome="abandoned", talk_s=0, reason_code="facture"),
        site.call("09/11 10:00", talk_s=0, reason_code="facture"),
    ]
    site.post(calls, how)
    assert codes(calls) == ["test", "outbound", "self_service", "abandoned", "short"]


# -- legs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("gap", "outcome", "code"),
    [(60, "transferred", "leg"), (61, "transferred", ""), (30, "handled", "")],
    ids=["60 s after a transfer", "61 s", "no transfer"],
)
def test_intake_a_leg_implied_by_time_follows_a_transfer_within_a_minute(site, gap, outcome, code, how):
    calls = [
        site.call(START, ended_at=START + 5 * MINUTE, outcome=outcome),
        site.call(START + 5 * MINUTE + gap * SECOND),
    ]
    site.post(calls, how, now=START + HOUR)
    assert codes(calls) == ["", code]


@pytest.mark.parametrize("how", HOW)
def test_intake_a_leg_of_a_contact_that_does_not_count_is_no_leg(site, how):
    calls = [
        site.call(START, interaction_id="X", outcome="abandoned"),
        site.call(START + MINUTE, interaction_id="X", leg_no=2),
        site.call(START + 9 * MINUTE, interaction_id="X", leg_no=3),
    ]
    site.post(calls, how, now=START + HOUR)
    assert codes(calls) == ["abandoned", "", "leg"]


@pytest.mark.parametrize("how", HOW)
def test_intake_legs_stay_inside_one_source_system(site, how):
    calls = [
        site.call(START, interaction_id="X"),
        site.call(START + 9 * MINUTE, interaction_id="X", source_system="other", leg_no=2),
    ]
    site.post(calls, how, now=START + HOUR)
    assert codes(calls) == ["", ""]


def test_intake_a_first_leg_that_comes_last_makes_the_others_legs(site):
    first = site.call(START, interaction_id="X")
    second = site.call(START + 9 * MINUTE, interaction_id="X", leg_no=2)
    site.post([second], now=START + HOUR)
    assert codes([second]) == [""]
    site.post([first], now=START + HOUR)
    assert codes([first, second]) == ["", "leg"]
    assert ns([first, second]) == [1, None]


@pytest.mark.parametrize("how", HOW)
def test_intake_a_leg_that_starts_days_later_still_follows_its_interaction(site, how):
    calls = [
        site.call(START, interaction_id="X"),
        site.call(START + 20 * 24 * HOUR, interaction_id="X", leg_no=2),
    ]
    site.post(calls, how)
    assert codes(calls) == ["", "leg"]


@pytest.mark.parametrize("how", HOW)
def test_intake_a_thread_is_one_contact_per_day_of_activity(site, how):
    calls = [
        site.call(START, channel="chat", interaction_id="T"),
        site.call(START + 24 * HOUR - SECOND, channel="chat", interaction_id="T"),
        site.call(START + 24 * HOUR, channel="chat", interaction_id="T"),
        site.call(START + 30 * HOUR, channel="chat", interaction_id="T"),
        site.call(START + 49 * HOUR, channel="chat", interaction_id="T"),
    ]
    site.post(calls, how)
    assert codes(calls) == ["", "leg", "", "leg", ""]
    assert Case.objects.count() == 1  # three blocks


# -- duplicates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("seconds", "handler", "code"),
    [(5, "agent1", "duplicate"), (6, "agent1", ""), (5, "agent2", ""), (5, "", "")],
    ids=["5 s apart", "6 s", "another handler", "unknown handler"],
)
def test_intake_two_systems_with_the_same_handler_within_five_seconds_are_one(
    site, seconds, handler, code, how
):
    calls = [
        site.call(START, handler_ref="agent1"),
        site.call(START + seconds * SECOND, source_system="crm", handler_ref=handler),
    ]
    site.post(calls, how, now=START + HOUR)
    assert codes(calls) == ["", code]


def typed(site: Site, minutes: float, **said):
    said = {"source_system": "manual", "answered_at": None, "handler_ref": "louise"} | said
    return site.call(START + minutes * MINUTE, **said)


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("minutes", "code"), [(0, "duplicate"), (5, "duplicate"), (10, "duplicate"), (10.02, "")]
)
def test_intake_a_contact_typed_during_the_call_or_five_minutes_after_is_the_switchs_own(
    site, minutes, code, how
):
    site.person("louise")
    calls = [site.call(START, handler_ref="louise"), typed(site, minutes)]
    site.post(calls, how, now=START + HOUR)
    assert codes(calls) == ["", code]
    assert ns(calls) == [1, 2 if code == "" else None]


def test_intake_the_switchs_record_that_comes_later_takes_the_place_of_the_typed_one(site):
    User.objects.create(username="louise")
    before = [site.call("05/11 10:00"), site.call("06/11 10:00")]
    site.post(before)
    by_hand = typed(site, 2)
    site.post([by_hand], now=START + 3 * MINUTE)
    case = Case.objects.get()
    switch = site.call(START, handler_ref="louise")
    site.post([switch], now=START + HOUR)
    assert codes([switch, by_hand]) == ["", "duplicate"]
    assert ns([switch, by_hand]) == [3, None]
    case.refresh_from_db()
    assert (Case.objects.count(), case.threshold_no_longer_met) == (1, False)
    assert set(case.contacts.values_list("source_id", flat=True)) == {
        *(call.source_id for call in before),
        by_hand.source_id,
        switch.source_id,
    }


# -- reconnect and callback returns ---------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("seconds", "channel", "code"),
    [(300, "voice", "reconnect"), (301, "voice", ""), (10, "chat", "reconnect")],
)
def test_intake_a_reconnect_within_five_minutes_of_a_dropped_contact_does_not_count(
    site, seconds, channel, code, how
):
    calls = [
        site.call(START, outcome="dropped", ended_at=START + 5 * MINUTE),
        site.call(START + 5 * MINUTE + seconds * SECOND, channel=channel),
    ]
    site.post(calls, how, now=START + HOUR)
    assert codes(calls) == ["", code]


@pytest.mark.parametrize("how", HOW)
def test_intake_a_redial_after_abandonment_counts(site, how):
    calls = [site.call(START, outcome="abandoned", answered_at=None), site.call(START + 6 * MINUTE)]
    site.post(calls, how, now=START + HOUR)
    assert codes(calls) == ["abandoned", ""]


# -- identity scopes ------------------------------------------------------------------------------------


def lines(site: Site, *refs: str) -> None:
    client = Client.objects.create(client_ref="C1", unit=site.unit, segment="pro")
    for ref in refs:
        Line.objects.create(line_ref=ref, client=client, technology="fibre", unit=site.unit)


@pytest.mark.parametrize("how", HOW)
def test_intake_line_scope_counts_each_line_apart_and_no_line_for_the_client(site, how):
    RepeatRule.objects.update(identity_scope="line")
    lines(site, "L1", "L2")
    calls = [
        site.call("05/11 10:00", line_ref="L1"),
        site.call("05/11 11:00", line_ref="L2"),
        site.call("06/11 10:00", line_ref="L1"),
        site.call("06/11 11:00"),
        site.call("07/11 10:00", line_ref="L1"),
        site.call("07/11 11:00", line_ref="L2"),
    ]
    site.post(calls, how)
    assert ns(calls) == [1, 1, 2, 1, 3, 2]
    case = Case.objects.get()
    line = Line.objects.get(line_ref="L1")
    assert (case.identity_key, case.line_id) == (f"line:{line.pk}", line.pk)
    assert case.contacts.count() == 3


@pytest.mark.parametrize("how", HOW)
def test_intake_pro_rule_by_line_beats_the_general_rule_for_pro_clients_only(site, how):
    RepeatRule.objects.create(
        code="PRO", version=1, programme=site.programme, segment="pro", identity_scope="line", mode="live"
    )
    lines(site, "L1", "L2")
    pro = [site.call(f"0{day}/11 10:00", line_ref=f"L{1 + day % 2}") for day in (5, 6, 7)]
    other = [site.call(f"0{day}/11 10:00", client_ref="C2") for day in (5, 6, 7)]
    site.post([*pro, *other], how)
    assert ns(pro) == [1, 1, 2]
    assert ns(other) == [1, 2, 3]
    assert list(Case.objects.values_list("client__client_ref", flat=True)) == ["C2"]


@pytest.mark.parametrize("how", HOW)
def test_intake_client_and_family_scope_counts_each_family_apart(site, how):
    RepeatRule.objects.update(identity_scope="client_and_family")
    reasons = ["panne", "lent", "panne", "", "panne", ""]
    calls = [site.call(f"05/11 {10 + i}:00", reason_code=reason) for i, reason in enumerate(reasons)]
    site.post(calls, how)
    assert ns(calls) == [1, 1, 2, 1, 3, 2]
    assert Case.objects.get().identity_key.endswith(":no_sync")


@pytest.mark.parametrize("how", HOW)
def test_intake_a_relative_calling_from_another_number_counts_for_the_client(site, how):
    calls = [site.call(f"0{day}/11 10:00", caller_number=f"+3319900000{day}") for day in (5, 6, 7)]
    site.post(calls, how)
    assert Case.objects.get().contacts.count() == 3


# -- shadow ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
def test_intake_a_unit_outside_the_programme_counts_in_shadow_and_opens_nothing(site, how):
    calls = [site.call(f"0{day}/11 10:00", unit_code="idf") for day in (5, 6, 7)]
    answers = site.post(calls, how)
    assert ns(calls) == [1, 2, 3]
    assert (answers[-1].verdict.rd3plus, answers[-1].verdict.mode) == (True, "shadow")
    assert list(Contact.objects.get(source_id=calls[-1].source_id).verdicts.values_list("mode")) == [
        ("shadow",)
    ]
    assert not Case.objects.exists()


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("mode", ["rule", "run"])
def test_intake_shadow_rule_or_shadow_run_counts_and_opens_nothing(site, mode, how):
    if mode == "rule":
        RepeatRule.objects.update(mode="shadow")
    calls = [site.call(f"0{day}/11 10:00") for day in (5, 6, 7)]
    site.post(calls, how, mode="live" if mode == "rule" else "shadow")
    assert ns(calls) == [1, 2, 3]
    assert not Case.objects.exists()


@pytest.mark.parametrize("how", HOW)
def test_intake_the_rule_in_force_at_event_time_applies(site, how):
    change = paris("07/11 00:00")
    RepeatRule.objects.update(valid_to=change)
    RepeatRule.objects.create(
        code="R1", version=2, programme=site.programme, mode="live", threshold=2, valid_from=change
    )
    calls = [site.call("05/11 10:00"), site.call("06/11 10:00"), site.call("07/11 10:00")]
    answers = site.post(calls, how)
    assert [a.verdict.rule.version for a in answers] == [1, 1, 2]
    assert [a.verdict.rd3plus for a in answers] == [False, False, True]


@pytest.mark.parametrize("how", HOW)
def test_intake_without_a_rule_in_force_counts_and_never_opens(site, how):
    RepeatRule.objects.update(valid_from=paris("01/01/2030 00:00"))
    calls = [site.call(f"0{day}/11 10:00") for day in (5, 6, 7)]
    site.post(calls, how)
    assert ns(calls) == [1, 2, 3]
    assert not Case.objects.exists()


def test_intake_contacts_of_a_working_case_are_attached_in_shadow_units_too(site):
    """A case opened by hand in a unit outside the programme is worked like any other."""
    first = site.call("05/11 10:00", unit_code="idf")
    site.post([first])
    client = Client.objects.get()
    case = workflow.open_case(
        client_id=client.pk,
        line_id=None,
        identity_key=f"client:{client.pk}",
        reason_family="no_sync",
        origin="manual",
        unit_id=site.outside.pk,
        actor=site.actor,
        now=paris("05/11 11:00"),
    )
    site.post([site.call("06/11 10:00", unit_code="idf")])
    assert case.contacts.count() == 1
