"""Two records of one client put together and taken apart (domain.md §4.4; story « Admin 9 »)."""

import pytest

from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditEvent
from atdemain.journal.verify import verify
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from cases import clients
from cases.enums import CaseState
from cases.explain import OPENING_VERDICT, why_verdict
from cases.intake import receive
from cases.models import Case, Client, ClientAccessGrant, Contact, FailedResolution, Promise
from tests.cases.clock_cast import set_case
from tests.cases.intake_cast import HOUR, HOW, MINUTE, Site, current_verdicts, ns, paris

pytestmark = pytest.mark.django_db

NOW = paris("08/11 12:00")
WHY = "Même personne, vue au guichet avec sa carte."


@pytest.fixture
def site():
    return Site.build()


@pytest.fixture
def admin(site):
    return Actor.of_user(site.person("admin", Role.ADMIN))


def pair(site: Site) -> tuple[Client, Client]:
    """C1 and C2, the same person: three counted calls between them, none RD3+ by itself."""
    site.post([site.call("05/11 10:00"), site.call("08/11 10:00")])
    site.post([site.call("07/11 10:00", "of-c2", client_ref="C2")])
    return tuple(Client.objects.order_by("client_ref"))


def merge(kept: Client, gone: Client, admin: Actor, now=NOW, reason=WHY) -> clients.Merged:
    return clients.merge(kept.pk, gone.pk, actor=admin, now=now, reason=reason)


# -- what the union is worth ----------------------------------------------------------------------------


def test_merge_counts_the_union_and_opens_the_case_it_makes(site, admin):
    kept, gone = pair(site)
    assert clients.outlook(kept, gone, NOW).opens is True
    done = merge(kept, gone, admin)
    assert done.contacts == 1
    assert done.verdicts.opened == 1
    assert list(Contact.objects.order_by("arrived_at").values_list("n_in_window", flat=True)) == [1, 2, 3]
    case = Case.objects.get()
    assert (case.client, case.identity_key, case.detected_late) == (kept, f"client:{kept.pk}", True)
    assert case.contacts.count() == 3


def test_merge_of_old_contacts_changes_verdicts_and_opens_nothing(site, admin):
    kept, gone = pair(site)
    later = paris("15/11 10:00")  # the third contact is exactly 168 h old
    assert clients.outlook(kept, gone, later).opens is False
    merge(kept, gone, admin, later)
    assert current_verdicts() != {}
    assert not Case.objects.exists()


def test_outlook_says_which_verdicts_change_and_writes_nothing(site, admin):
    kept, gone = pair(site)
    seen = clients.outlook(kept, gone, NOW)
    assert (seen.changed, seen.rd3plus) == (2, 1)
    assert [(c.before.n, c.after.n) for c in seen.changes] == [(2, 3), (1, 2)]
    merge(kept, gone, admin)
    assert [Contact.objects.get(pk=c.contact.pk).n_in_window for c in seen.changes] == [3, 2]


def test_merge_lets_a_moved_contact_reopen_a_case_resolved_before_it(site, admin):
    site.post([site.call(at) for at in ("05/11 10:00", "06/11 10:00", "07/11 10:00")])
    case = Case.objects.get()
    set_case(
        case.pk,
        state=CaseState.RESOLVED,
        resolved_at=paris("07/11 12:00"),
        resolution_code="other",
        root_cause="unknown",
    )
    site.post([site.call("08/11 10:00", client_ref="C2")])
    kept, gone = Client.objects.order_by("client_ref")
    merge(kept, gone, admin)
    assert Case.objects.get().state == "opened"
    assert FailedResolution.objects.count() == 1


def test_merge_lets_a_moved_contact_join_the_working_case(site, admin):
    site.post([site.call(at) for at in ("05/11 10:00", "06/11 10:00", "07/11 10:00")])
    site.post([site.call("08/11 10:00", client_ref="C2")])
    kept, gone = Client.objects.order_by("client_ref")
    merge(kept, gone, admin)
    assert Case.objects.get().contacts.count() == 4


# -- what moves -----------------------------------------------------------------------------------------


def test_merge_moves_phones_lines_contacts_and_cases_and_leaves_a_pointer(site, admin):
    kept, gone = pair(site)
    kept.phones.create(e164="+33199000001")
    gone.phones.create(e164="+33199000001", label="bureau")
    gone.phones.create(e164="+33199000002")
    gone.lines.create(line_ref="L2", technology="fibre", unit=site.unit)
    reader = site.person("louise")
    ClientAccessGrant.objects.create(client=gone, user=reader, until=NOW + HOUR)
    merge(kept, gone, admin)
    assert sorted(kept.phones.values_list("e164", flat=True)) == ["+33199000001", "+33199000002"]
    assert kept.lines.get().line_ref == "L2"
    assert kept.contacts.count() == 3
    assert kept.access_grants.get().user == reader
    gone = Client.objects.get(pk=gone.pk)
    assert gone.merged_into == kept
    assert not gone.contacts.exists()
    assert not gone.phones.exists()


def test_merge_completes_the_kept_record_and_never_overwrites_it(site, admin):
    kept, gone = pair(site)
    Client.objects.filter(pk=kept.pk).update(display_name="Ana Diaz", unit=None)
    Client.objects.filter(pk=gone.pk).update(
        display_name="A. Diaz", unit=site.unit, priority_client=True, priority_reason="isolated"
    )
    merge(kept, gone, admin)
    kept = Client.objects.get(pk=kept.pk)
    assert (kept.display_name, kept.unit, kept.priority_client, kept.priority_reason) == (
        "Ana Diaz",
        site.unit,
        True,
        "isolated",
    )


@pytest.mark.parametrize("how", HOW)
def test_merge_then_contacts_under_the_old_reference_count_for_the_kept_record(site, admin, how):
    kept, gone = pair(site)
    merge(kept, gone, admin)
    call = site.call("08/11 13:00", client_ref="C2")
    site.post([call], how)
    assert Contact.objects.get(source_id=call.source_id).client == kept
    assert ns([call]) == [4]
    (again,) = site.post([site.call("07/11 10:00", "of-c2", client_ref="C2")], how, now=NOW + HOUR)
    assert again.status == "unchanged"


def test_merge_of_merges_leads_every_reference_to_the_last_record(site, admin):
    kept, gone = pair(site)
    site.post([site.call("06/11 10:00", client_ref="C3")])
    third = Client.objects.get(client_ref="C3")
    merge(kept, gone, admin)
    merge(third, kept, admin)
    assert set(Client.objects.exclude(pk=third.pk).values_list("merged_into", flat=True)) == {third.pk}
    receive(site.call("08/11 13:00", "x", client_ref="C2"), actor=site.actor, now=paris("08/11 13:01"))
    assert Contact.objects.get(source_id="x").client == third


# -- two working cases of one identity (INV-03) ---------------------------------------------------------


def two_cases(site: Site) -> tuple[Case, Case]:
    for ref in ("C1", "C2"):
        site.post([site.call(at, client_ref=ref) for at in ("05/11 10:00", "06/11 10:00", "07/11 10:00")])
    return tuple(Case.objects.order_by("client__client_ref"))


def test_merge_of_two_clients_with_a_working_case_each_merges_the_cases_in_the_same_act(site, admin):
    first, second = two_cases(site)
    owner = site.person("louise")
    set_case(second.pk, owner_id=owner.pk)
    promise = Promise.objects.create(
        case=second,
        window_start=NOW + 24 * HOUR,
        window_end=NOW + 25 * HOUR,
        made_by=owner,
        made_at=NOW,
        owner_at_promise=owner,
    )
    set_case(second.pk, state=CaseState.CALLBACK_DUE, current_promise_id=promise.pk)
    seen = clients.outlook(first.client, second.client, NOW)
    assert [(a.pk, b.pk) for a, b in seen.cases_merged] == [(first.pk, second.pk)]  # the owned one stays
    done = merge(first.client, second.client, admin)
    assert done.cases_merged == ((first.ref, second.ref),)
    closed, stays = Case.objects.get(pk=first.pk), Case.objects.get(pk=second.pk)
    assert (closed.state, closed.closure_kind, closed.merged_into_id) == ("closed", "merged", stays.pk)
    assert (stays.state, stays.client_id, stays.identity_key) == (
        "callback_due",
        first.client_id,
        f"client:{first.client_id}",
    )
    assert stays.contacts.count() == 6
    assert stays.current_promise == promise
    assert Case.objects.working().count() == 1
    assert Notification.objects.filter(recipient=owner, kind="case_merged").count() == 1
    assert (
        AuditEvent.objects.filter(object_type="case", object_id=str(stays.pk), action="merge_effect").count()
        == 1
    )


def test_merge_moves_a_lone_working_case_with_its_identity(site, admin):
    site.post([site.call(at, client_ref="C2") for at in ("05/11 10:00", "06/11 10:00", "07/11 10:00")])
    site.post([site.call("05/11 11:00")])
    kept, gone = Client.objects.order_by("client_ref")
    merge(kept, gone, admin)
    case = Case.objects.get()
    assert (case.client, case.identity_key, case.threshold_no_longer_met) == (
        kept,
        f"client:{kept.pk}",
        False,
    )
    site.post([site.call("08/11 11:00")])
    assert Case.objects.count() == 1


# -- refusals and the journal ---------------------------------------------------------------------------


def test_merge_refuses_itself_a_merged_record_a_pseudonymised_one_and_a_short_reason(site, admin):
    kept, gone = pair(site)
    for a, b, reason, code in (
        (kept, kept, WHY, "same"),
        (kept, gone, "trop", "reason_short"),
    ):
        with pytest.raises(clients.Refused) as refusal:
            clients.merge(a.pk, b.pk, actor=admin, now=NOW, reason=reason)
        assert refusal.value.code == code
    Client.objects.filter(pk=gone.pk).update(pseudonymised_at=NOW)
    with pytest.raises(clients.Refused, match="pseudonymisée"):
        merge(kept, gone, admin)
    Client.objects.filter(pk=gone.pk).update(pseudonymised_at=None)
    merge(kept, gone, admin)
    with pytest.raises(clients.Refused, match="déjà fusionnée"):
        merge(kept, gone, admin)
    with pytest.raises(clients.Refused, match="n’existe plus"):
        clients.merge(kept.pk, 10**9, actor=admin, now=NOW, reason=WHY)
    refused = AuditEvent.objects.filter(object_type="client", action="merge", refused=True)
    assert list(refused.order_by("pk").values_list("reason_code", flat=True)) == [
        "same",
        "reason_short",
        "pseudonymised",
        "merged",
        "unknown",
    ]


def test_merge_writes_one_row_on_each_record_by_the_administrator_and_the_chains_hold(site, admin):
    kept, gone = pair(site)
    merge(kept, gone, admin)
    rows = AuditEvent.objects.filter(object_type="client").order_by("pk")
    assert [(row.object_id, row.action, row.actor_id, row.actor_role) for row in rows] == [
        (str(kept.pk), "received_merge", admin.id, "admin"),
        (str(gone.pk), "merge", admin.id, "admin"),
    ]
    assert rows[1].payload.body["reason"] == WHY
    assert WHY not in str(rows[1].changes)
    assert not list(verify())


# -- taken apart ----------------------------------------------------------------------------------------


def test_split_gives_back_what_the_merge_took_and_evaluates_both(site, admin):
    kept, gone = pair(site)
    gone.phones.create(e164="+33199000002")
    kept.phones.create(e164="+33199000001")
    gone.phones.create(e164="+33199000001", label="bureau")
    gone.lines.create(line_ref="L2", technology="fibre", unit=site.unit)
    merge(kept, gone, admin)
    by_line = site.call("08/11 12:30", line_ref="L2", client_ref="")
    site.post([by_line])
    parted = clients.split(gone.pk, actor=admin, now=NOW + HOUR, reason="Deux homonymes, en fait.")
    assert parted.contacts == 2  # the one moved, and the one that came since on the line given back
    assert Client.objects.get(pk=gone.pk).merged_into is None
    assert sorted(gone.phones.values_list("e164", "label")) == [
        ("+33199000001", "bureau"),
        ("+33199000002", ""),
    ]
    assert gone.lines.get().line_ref == "L2"
    assert list(kept.contacts.order_by("arrived_at").values_list("n_in_window", flat=True)) == [1, 2]
    assert list(gone.contacts.order_by("arrived_at").values_list("n_in_window", flat=True)) == [1, 2]
    assert Case.objects.get().threshold_no_longer_met is True
    with pytest.raises(clients.Refused, match="aucune autre"):
        clients.split(gone.pk, actor=admin, now=NOW + HOUR, reason="Deux homonymes, en fait.")


def test_split_gives_a_case_back_with_its_identity(site, admin):
    site.post([site.call(at, client_ref="C2") for at in ("05/11 10:00", "06/11 10:00", "07/11 10:00")])
    site.post([site.call("05/11 11:00")])
    kept, gone = Client.objects.order_by("client_ref")
    merge(kept, gone, admin)
    clients.split(gone.pk, actor=admin, now=NOW + HOUR, reason="Deux homonymes, en fait.")
    case = Case.objects.get()
    assert (case.client, case.identity_key, case.threshold_no_longer_met) == (
        gone,
        f"client:{gone.pk}",
        False,
    )


def test_merges_lists_what_still_stands(site, admin):
    kept, gone = pair(site)
    assert clients.merges() == []
    merge(kept, gone, admin)
    (past,) = clients.merges()
    assert (past.gone, past.kept, past.contacts, past.at) == (gone, kept, 1, NOW)
    clients.split(gone.pk, actor=admin, now=NOW + MINUTE, reason="Deux homonymes, en fait.")
    assert clients.merges() == []


PARTED = "Deux homonymes, en fait."


def two_and_two(site: Site, admin: Actor, of_c2=("06/11 10:00", "08/11 10:00")) -> tuple[Client, Client]:
    """Four calls of two records put together: the union opens one case, kept by an advisor."""
    for at in ("05/11 10:00", "06/11 10:00", "07/11 10:00", "08/11 10:00"):
        site.post([site.call(at, client_ref="C2" if at in of_c2 else "C1")])
    site.unit.head = site.person("manager", Role.MANAGER)
    site.unit.save()
    kept, gone = Client.objects.order_by("client_ref")
    merge(kept, gone, admin)
    case = Case.objects.get()
    assert (case.client, case.contacts.count(), case.threshold_no_longer_met) == (kept, 4, False)
    set_case(case.pk, owner_id=site.person("owner").pk)
    return kept, gone


@pytest.mark.parametrize(
    "of_c2",
    [("06/11 10:00", "08/11 10:00"), ("07/11 10:00", "08/11 10:00"), ("05/11 10:00", "06/11 10:00")],
)
def test_split_that_leaves_a_case_under_the_threshold_flags_it_and_tells_once(site, admin, of_c2):
    """Whichever contacts go back, the one that opened the case included (domain.md §4.5)."""
    kept, gone = two_and_two(site, admin, of_c2)
    clients.split(gone.pk, actor=admin, now=NOW + HOUR, reason=PARTED)
    case = Case.objects.get()
    assert sorted(Contact.objects.values_list("client", "n_in_window")) == sorted(
        (client.pk, n) for client in (kept, gone) for n in (1, 2)
    )
    assert (case.state, case.client, case.threshold_no_longer_met) == ("opened", kept, True)
    told = Notification.objects.filter(kind="threshold_no_longer_met").order_by("recipient__username")
    assert list(told.values_list("recipient__username", flat=True)) == ["manager", "owner"]
    flags = AuditEvent.objects.filter(object_type="case", object_id=str(case.pk), action="flag_threshold")
    assert flags.get().changes["threshold_no_longer_met"] == [False, True]
    site.post([site.call("08/11 13:00")])  # the third of the client's own: met again
    assert Case.objects.get().threshold_no_longer_met is False


def test_split_three_contacts_of_another_client_do_not_keep_the_case_up(site, admin):
    for ref in ("C2", "C1"):
        site.post([site.call("05/11 09:00", client_ref=ref, reason_code="facture")])
    Client.objects.get(client_ref="C2").lines.create(line_ref="L2", technology="fibre", unit=site.unit)
    kept, gone = two_and_two(site, admin)
    site.post([site.call("08/11 11:00", line_ref="L2", client_ref="")], now=NOW - HOUR / 2)
    clients.split(gone.pk, actor=admin, now=NOW + HOUR, reason=PARTED)
    assert gone.contacts.order_by("-arrived_at").first().n_in_window == 3
    assert Case.objects.get(client=kept).threshold_no_longer_met is True


def test_split_that_leaves_the_threshold_met_flags_nothing(site, admin):
    _, gone = two_and_two(site, admin, ("05/11 10:00",))
    clients.split(gone.pk, actor=admin, now=NOW + HOUR, reason=PARTED)
    assert Case.objects.get().threshold_no_longer_met is False
    assert not Notification.objects.filter(kind="threshold_no_longer_met").exists()


def test_why_of_a_case_after_a_split_still_lists_what_counted_then(site, admin):
    kept, gone = two_and_two(site, admin)
    clients.split(gone.pk, actor=admin, now=NOW + HOUR, reason=PARTED)
    case = Case.objects.get()
    verdict = OPENING_VERDICT.first(case=case.pk)
    why = why_verdict(verdict, case.contacts.order_by("pk"))
    assert (why.count, [c.client_id == kept.pk for c in why.counted]) == (3, [True, False, True])
