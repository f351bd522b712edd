"""domain.md §4.5: what a contact, a late record or a correction does to cases."""

from datetime import timedelta

import pytest

from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from cases import workflow
from cases.enums import CaseState
from cases.intake import receive
from cases.models import Case, Client, Contact, FailedResolution, MassIncident, RepeatVerdict
from tests.cases.clock_cast import set_case
from tests.cases.intake_cast import HOUR, HOW, MINUTE, Site, codes, current_verdicts, ns, paris

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site.build()


def three(site: Site, **said) -> list:
    """A client's three calls and the case they open; the third at 08/11 10:00."""
    calls = [site.call(at, **said) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00")]
    for call in calls:
        site.post([call])
    return calls


def resolve(case: Case, at) -> None:
    set_case(
        case.pk,
        state=CaseState.RESOLVED,
        resolved_at=at,
        resolution_code="configuration",
        root_cause="equipment",
    )


# -- attach and reopen ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
def test_intake_a_contact_on_an_open_case_joins_it_and_its_owner_is_told(site, how):
    three(site)
    case = Case.objects.get()
    owner = site.person("louise")
    set_case(case.pk, owner_id=owner.pk)
    (answer,) = site.post([site.call("09/11 10:00")], how)
    assert (answer.outcome, answer.case_id) == ("attached", case.pk)
    assert (Case.objects.count(), case.contacts.count()) == (1, 4)
    assert list(Notification.objects.values_list("recipient__username", "kind")) == [
        ("louise", "contact_on_case")
    ]


@pytest.mark.parametrize("how", HOW)
def test_intake_two_contacts_in_48_hours_raise_the_colour_one_step(site, how):
    three(site)
    set_case(Case.objects.get().pk, colour="green")
    site.post([site.call("09/11 10:00"), site.call("10/11 09:00")], how)
    assert Case.objects.get().colour == "orange"


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("after", "state"),
    [(timedelta(hours=168) - MINUTE, "opened"), (timedelta(hours=168), "resolved")],
    ids=["167 h 59", "168 h"],
)
def test_intake_a_contact_after_a_resolution_reopens_inside_168_hours_only(site, after, state, how):
    three(site)
    case, at = Case.objects.get(), paris("08/11 12:00")
    resolve(case, at)
    (answer,) = site.post([site.call(at + after)], how)
    case = Case.objects.get(pk=case.pk)
    assert case.state == state
    assert FailedResolution.objects.count() == (1 if state == "opened" else 0)
    assert answer.outcome == ("reopened" if state == "opened" else "none")


@pytest.mark.parametrize("how", HOW)
def test_intake_a_contact_at_the_very_instant_of_the_resolution_does_not_reopen(site, how):
    three(site)
    resolve(Case.objects.get(), paris("08/11 12:00"))
    site.post([site.call("08/11 12:00")], how)
    assert Case.objects.get().state == "resolved"


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("at", ["07/11 16:00", "08/11 11:00"], ids=["before the opening", "after it"])
def test_intake_the_late_record_of_a_call_before_the_resolution_joins_the_case_and_opens_no_other(
    site, at, how
):
    """The call in which the advisor resolved comes with the evening's records of the switch."""
    three(site)
    case = Case.objects.get()
    resolve(case, paris("08/11 12:00"))
    site.post([site.call(at)], how, now=paris("08/11 20:00"))
    case = Case.objects.get()
    assert (case.state, case.contacts.count(), case.reopened_count) == ("resolved", 4, 0)
    assert not Notification.objects.exists()


@pytest.mark.parametrize("how", HOW)
def test_intake_a_contact_that_does_not_count_reopens_nothing(site, how):
    three(site)
    resolve(Case.objects.get(), paris("08/11 12:00"))
    site.post([site.call("09/11 10:00", outcome="abandoned", answered_at=None)], how)
    assert Case.objects.get().state == "resolved"


# -- late records ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "cases"), [(168 * HOUR - MINUTE, 1), (168 * HOUR, 0)], ids=["167 h 59", "168 h"]
)
@pytest.mark.parametrize("how", HOW)
def test_intake_a_late_record_opens_only_for_a_third_contact_under_168_hours(site, age, cases, how):
    first, second, third = (site.call(at) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00"))
    site.post([first, third])
    site.post([second], how, now=third.arrived_at + age)
    assert ns([first, second, third]) == [1, 2, 3]
    assert current_verdicts()[third.source_id][:2] == ("rd3plus", 3)
    assert Case.objects.count() == cases
    if cases:
        assert Case.objects.get().detected_late is True
        assert Case.objects.get().contacts.count() == 3


def test_intake_replay_opens_at_the_contacts_own_time_and_plans_nothing(site):
    calls = [site.call(at) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00")]
    site.post(calls, "batch", now=paris("01/01/2020 10:00"), mode="replay")
    case = Case.objects.get()
    assert case.opened_at == calls[-1].arrived_at
    assert case.detected_late is False
    assert case.timers.count() == 0
    assert not Notification.objects.exists()


# -- corrections ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", HOW)
def test_intake_a_correction_that_lowers_n_flags_the_case_and_does_not_close_it(site, how):
    calls = three(site)
    case = Case.objects.get()
    owner = site.person("louise")
    set_case(case.pk, owner_id=owner.pk)
    corrected = site.call("07/11 10:00", calls[1].source_id, reason_code="facture")
    (answer,) = site.post([corrected], how, now=paris("08/11 11:00"))
    assert answer.status == "updated"
    assert codes(calls) == ["", "non_technical", ""]
    assert ns(calls) == [1, None, 2]
    case = Case.objects.get()
    assert (case.state, case.threshold_no_longer_met) == ("opened", True)
    assert Notification.objects.filter(recipient=owner, kind="threshold_no_longer_met").count() == 1
    assert current_verdicts()[calls[2].source_id][:2] == ("below", 2)
    assert RepeatVerdict.objects.filter(superseded_at__isnull=False).count() == 1
    assert AuditEvent.objects.filter(object_type="contact", action="corrected").count() == 1


@pytest.mark.parametrize("how", HOW)
def test_intake_the_correction_corrected_back_takes_the_flag_away(site, how):
    calls = three(site)
    for reason in ("facture", ""):
        site.post(
            [site.call("07/11 10:00", calls[1].source_id, reason_code=reason)], how, now=paris("08/11 11:00")
        )
    assert Case.objects.get().threshold_no_longer_met is False
    assert ns(calls) == [1, 2, 3]


@pytest.mark.parametrize("how", HOW)
def test_intake_a_fourth_contact_that_still_reaches_the_threshold_keeps_the_case_unflagged(site, how):
    calls = three(site)
    fourth = site.call("09/11 10:00")
    site.post([fourth])
    site.post([site.call("05/11 10:00", calls[0].source_id, nature="test")], how, now=paris("09/11 11:00"))
    assert ns([*calls, fourth]) == [None, 1, 2, 3]
    assert Case.objects.get().threshold_no_longer_met is False


@pytest.mark.parametrize("how", HOW)
def test_intake_a_third_contact_given_to_another_client_leaves_the_case_and_flags_it(site, how):
    calls = three(site)
    case = Case.objects.get()
    site.post([site.call("08/11 10:00", calls[2].source_id, client_ref="C2")], how, now=paris("08/11 11:00"))
    moved = Contact.objects.get(source_id=calls[2].source_id)
    assert (moved.client.client_ref, moved.case_id, moved.n_in_window) == ("C2", None, 1)
    assert Case.objects.get().threshold_no_longer_met is True
    assert case.contacts.count() == 2


@pytest.mark.parametrize("how", HOW)
def test_intake_a_contact_identified_late_counts_at_its_own_date(site, how):
    calls = [site.call(at) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00")]
    unknown = site.call("07/11 10:00", calls[1].source_id, client_ref="")
    site.post([calls[0], unknown, calls[2]])
    assert codes(calls) == ["", "unidentified", ""]
    assert not Case.objects.exists()
    (answer,) = site.post([calls[1]], how, now=paris("08/11 11:30"))
    assert answer.status == "updated"
    assert ns(calls) == [1, 2, 3]
    case = Case.objects.get()
    assert (case.contacts.count(), case.detected_late) == (3, True)


@pytest.mark.parametrize("how", HOW)
def test_intake_a_late_identification_of_an_old_contact_opens_nothing(site, how):
    calls = [site.call(at) for at in ("05/11 10:00", "07/11 10:00", "08/11 10:00")]
    site.post([calls[0], site.call("07/11 10:00", calls[1].source_id, client_ref=""), calls[2]])
    site.post([calls[1]], how, now=paris("20/11 10:00"))
    assert ns(calls) == [1, 2, 3]
    assert not Case.objects.exists()


# -- cancelled as a test, and restored ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "codes_after", "n_after"),
    [
        ("test", ["test"] * 3 + [""], 1),
        ("not_our_client", ["unidentified"] * 3 + [""], 1),
        ("opened_in_error", [""] * 4, 3),
    ],
)
def test_cancel_counts_its_contacts_out_for_two_reasons_only_and_restore_counts_them_in_again(
    site, reason, codes_after, n_after
):
    manager = Actor.of_user(site.person("manon", Role.MANAGER))
    calls = three(site)
    case = Case.objects.get()
    workflow.apply(
        case.pk,
        "cancel",
        actor=manager,
        now=paris("08/11 11:00"),
        cancel_reason=reason,
        reason="Appels d’essai du service.",
    )
    later = site.call("08/11 12:00")
    site.post([later])
    assert codes([*calls, later])[:3] == codes_after[:3]
    assert ns([later]) == [n_after if reason != "opened_in_error" else 4]
    working = Case.objects.working()
    if reason == "opened_in_error":
        assert working.count() == 1  # it goes on counting: a new case opens
        return
    assert working.count() == 0
    workflow.apply(
        case.pk, "restore", actor=manager, now=paris("08/11 13:00"), reason="C’était bien un client."
    )
    assert codes([*calls, later]) == ["", "", "", ""]
    assert ns([*calls, later]) == [1, 2, 3, 4]
    assert Case.objects.working().get().pk == case.pk


# -- mass incidents -------------------------------------------------------------------------------------


def incident(site: Site, **fields) -> MassIncident:
    return MassIncident.objects.create(
        **{
            "ref": "INC-1",
            "label": "Coupure de fibre",
            "unit": site.unit,
            "starts_at": paris("07/11 00:00"),
        }
        | fields
    )


@pytest.mark.parametrize("how", HOW)
def test_intake_contacts_of_a_mass_incident_count_and_open_no_case_of_their_own(site, how):
    parent_client = Client.objects.create(client_ref="INC", unit=site.unit)
    parent = workflow.open_case(
        client_id=parent_client.pk,
        line_id=None,
        identity_key=f"client:{parent_client.pk}",
        reason_family="no_sync",
        origin="manual",
        unit_id=site.unit.pk,
        actor=site.actor,
        now=paris("07/11 00:10"),
    )
    incident(site, parent_case=parent, ends_at=paris("08/11 00:00"))
    calls = [site.call(at) for at in ("05/11 10:00", "07/11 10:00", "07/11 18:00", "08/11 23:59")]
    site.post(calls, how)
    assert ns(calls) == [1, 2, 3, 4]
    assert list(Case.objects.all()) == [parent]
    assert set(parent.contacts.values_list("source_id", flat=True)) == {c.source_id for c in calls[1:]}
    resumed = site.call("09/11 00:00")  # the incident's end + 24 h
    site.post([resumed], how)
    assert ns([resumed]) == [5]
    assert Case.objects.exclude(pk=parent.pk).get().colour == "red"  # five contacts in the window


@pytest.mark.parametrize("how", HOW)
def test_intake_a_client_with_a_case_of_their_own_joins_it_during_the_incident(site, how):
    three(site)
    incident(site, starts_at=paris("08/11 12:00"))
    site.post([site.call("08/11 13:00")], how)
    assert Case.objects.get().contacts.count() == 4


@pytest.mark.parametrize("how", HOW)
def test_intake_an_incident_of_some_lines_leaves_the_others_alone(site, how):
    client = Client.objects.create(client_ref="C1", unit=site.unit)
    line = client.lines.create(line_ref="L1", technology="fibre", unit=site.unit)
    incident(site, unit=None).lines.add(line)
    calls = [site.call(f"0{day}/11 10:00", line_ref="L1") for day in (7, 8, 9)]
    site.post(calls, how)
    assert not Case.objects.exists()
    site.post([site.call("09/11 11:00")], how)
    assert Case.objects.count() == 1


# -- one case per client --------------------------------------------------------------------------------


def test_intake_a_third_contact_of_many_clients_in_one_batch_opens_one_case_each(site):
    calls = [site.call(f"0{day}/11 10:00", client_ref=f"C{i}") for i in range(20) for day in (5, 6, 7, 8)]
    result = site.batch(calls, now=paris("08/11 11:00"))
    assert (result.cases_opened, result.attached, result.created) == (20, 20, 80)
    assert Case.objects.count() == 20


def test_intake_one_bad_contact_stops_nothing_else(site):
    calls = [
        site.call("05/11 10:00"),
        site.call("06/11 10:00", unit_code="nulle-part"),
        site.call("07/11 10:00"),
        site.call("08/11 10:00"),
    ]
    result = site.batch(calls, now=paris("08/11 11:00"))
    assert [item.status for item in result.items] == ["created", "rejected", "created", "created"]
    assert result.items[1].rejection.field == "unit_code"
    assert Case.objects.count() == 1


def test_receive_answers_the_case_reference_and_the_verdict(site):
    calls = [site.call(at) for at in ("05/11 10:00", "07/11 10:00")]
    site.post(calls)
    answer = receive(site.call("08/11 10:00"), actor=site.actor, now=paris("08/11 10:01"))
    case = Case.objects.get()
    assert (answer.outcome, answer.case_ref, answer.n) == ("opened", case.ref, 3)
    assert [contact.source_id for contact in answer.verdict.counted] == [
        c.source_id for c in (*calls, Contact.objects.order_by("-pk").first())
    ]
