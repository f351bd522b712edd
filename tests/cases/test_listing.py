"""What a list answers: the same rows for its page, an export and a bulk action."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import QueryDict

from atdemain.organisation.models import User
from cases.clients import merge
from cases.enums import Scope
from cases.forms.bulk import AssignManyForm, DelegateManyForm
from cases.list_page import read_page
from cases.listing import LISTS
from cases.models import Case, Client, Contact, Escalation, Promise
from tests.office import HOUR, NOW, Office

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def select(office: Office, who: str, key: str, query: str = "", now: datetime = NOW):
    return LISTS[key].select(office.people[who], QueryDict(query), now)


def refs(selection) -> list[str]:
    return [row.ref if selection.listing.case == "" else row.case.ref for row in selection.rows]


# -- columns, order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", LISTS)
def test_each_list_reads_its_columns_without_a_query_per_row(office, django_assert_num_queries, key):
    case = office.case("escalated")
    office.contact(case.client, NOW, who="advisor")
    selection = select(office, "manager", key)
    assert selection.valid
    with django_assert_num_queries(1):
        rows = list(selection.rows)
        values = [[plain(row) for _, plain in selection.listing.columns] for row in rows]
    assert rows
    assert all(str(case.client) in line for line in values)
    assert all(isinstance(one, str | int | datetime | None) for line in values for one in line)
    headings = [heading for heading, _ in selection.listing.columns]
    assert len(set(headings)) == len(headings)


def test_the_client_column_sorts_without_accents_nor_case_on_both_databases(office):
    for name in ("Zoé Émile", "éric Zola", "Eric Abel", "ÉRIC martin", "Ève Noël"):
        office.case(client=office.client(name))
    named = [str(case.client) for case in select(office, "manager", "cases", "sort=client").rows]
    assert named == ["Eric Abel", "ÉRIC martin", "éric Zola", "Ève Noël", "Zoé Émile"]
    back = [str(case.client) for case in select(office, "manager", "cases", "sort=-client").rows]
    assert back == named[::-1]


@pytest.mark.parametrize("sort", ["opened", "-opened", "client", "-client", "due", "-due", "event", "-event"])
def test_rows_that_are_equal_keep_one_order_from_page_to_page(office, sort):
    client_name = "Jeanne Martin"
    cases = [office.case(owner=None, client=office.client(client_name)) for _ in range(7)]
    selection = select(office, "manager", "cases", f"sort={sort}")
    pages = [row.pk for number in (1, 2, 3, 4) for row in read_page(selection, number, 2).rows]
    expected = sorted(case.pk for case in cases)
    assert pages == (expected[::-1] if sort.startswith("-") else expected)


def test_a_case_without_a_due_time_comes_last_then_first_on_both_databases(office):
    due, none = office.case("callback_due"), office.case(owner=None)
    assert refs(select(office, "manager", "cases", "sort=due")) == [due.ref, none.ref]
    assert refs(select(office, "manager", "cases", "sort=-due")) == [none.ref, due.ref]


def test_a_sort_that_has_no_index_for_closed_cases_is_not_offered_on_them(office):
    assert "due" in select(office, "manager", "cases").sorts
    closed = select(office, "manager", "cases", "state=all&sort=due")
    assert closed.sorts == ["client", "opened"]
    assert closed.sort == "-opened"


def test_contacts_sort_by_arrival_only(office):
    assert select(office, "manager", "contacts").sorts == ["arrived"]


# -- who sees what ----------------------------------------------------------------------------------------


def test_the_scopes_of_an_account_are_together_what_it_may_see(office):
    """A list reads one right at a time: none of them shows more, and together they hide nothing."""
    office.case("escalated"), office.case(owner=None), office.case(owner="stranger", unit="brest")
    far = office.case("escalated", owner="stranger", unit="brest", entity="field")
    Case.objects.filter(pk=far.pk).update(delegate=office.people["advisor"])
    for who in ("advisor", "support", "manager", "far_manager", "stranger", "backoffice", "field"):
        user = office.people[who]
        for model in (Case, Promise, Escalation):
            visible = set(model.objects.visible_to(user, now=NOW).values_list("pk", flat=True))
            rights = model.objects.scopes_of(user)
            found = {
                pk
                for right in rights
                for pk in model.objects.within(user, right).values_list("pk", flat=True)
            }
            assert found == visible, (who, model)
            assert not model.objects.within(
                user, Scope.ENTITY if user.entity_id is None else Scope.UNIT
            ).exists()


def test_the_units_list_leaves_other_units_out_and_a_case_kept_elsewhere_is_a_click_away(office):
    mine, far = office.case(), office.case(owner="stranger", unit="brest")
    Case.objects.filter(pk=far.pk).update(delegate=office.people["advisor"])
    assert refs(select(office, "advisor", "cases")) == [mine.ref]
    assert set(refs(select(office, "advisor", "cases", "scope=mine"))) == {mine.ref, far.ref}


#: From, until: whether the delegate is in office at NOW.
OFFICES = [
    (None, None, True),
    (NOW, NOW + HOUR, True),
    (NOW - HOUR, NOW, False),
    (None, NOW - HOUR, False),
    (NOW + HOUR, None, False),
]


@pytest.mark.parametrize(("start", "end", "sees"), OFFICES)
def test_a_delegate_of_elsewhere_sees_the_case_from_its_start_to_its_end(office, start, end, sees):
    case = office.case("escalated", owner="stranger", unit="brest")
    Case.objects.filter(pk=case.pk).update(
        delegate=office.people["advisor"], delegate_from=start, delegate_to=end
    )
    user, seen = office.people["advisor"], {True: [case.pk], False: []}[sees]
    for model, key in ((Case, "pk"), (Promise, "case"), (Escalation, "case")):
        for rows in (
            model.objects.visible_to(user, now=NOW),
            model.objects.within(user, Scope.MINE, now=NOW),
        ):
            assert list(rows.values_list(key, flat=True)) == seen, model
    assert Client.objects.visible_to(user, now=NOW).filter(pk=case.client_id).exists() is sees
    assert Case.objects.get(pk=case.pk).in_charge(user, NOW) is sees
    assert bool(refs(select(office, "advisor", "cases", "scope=mine"))) is sees
    browser = office.browser("advisor")
    assert browser.get(f"/cases/{case.ref}/").status_code == (200 if sees else 404)
    found = browser.get(f"/search?q={case.ref}", follow=True).text
    assert (str(case.client) in found) is sees


def test_the_page_of_a_case_closes_when_the_delegation_ends_though_its_query_is_written_once(office):
    case = office.case(owner="stranger", unit="brest")
    Case.objects.filter(pk=case.pk).update(delegate=office.people["advisor"], delegate_to=NOW + HOUR / 6)
    browser = office.browser("advisor")
    assert browser.get(f"/cases/{case.ref}/").status_code == 200
    with time_machine.travel(NOW + HOUR / 6, tick=False):
        assert browser.get(f"/cases/{case.ref}/").status_code == 404


def test_an_owner_keeps_the_case_whatever_the_dates_of_its_delegate(office):
    case = office.case(owner="stranger", unit="brest")
    Case.objects.filter(pk=case.pk).update(
        owner=office.people["advisor"].pk, delegate=office.people["colleague"], delegate_to=NOW - HOUR
    )
    assert Case.objects.within(office.people["advisor"], Scope.MINE, now=NOW).get() == case


def test_the_back_office_lists_what_waits_for_its_answer_and_no_other(office):
    asked, other = office.case("escalated"), office.case("escalated", entity="field")
    answered = office.case("escalated")
    office.do(
        answered,
        "answer_escalation",
        "backoffice",
        escalation=answered.escalations.get().pk,
        answer_code="fixed",
        answer_text="Paire reprise au répartiteur.",
    )
    assert refs(select(office, "backoffice", "cases")) == [asked.ref]
    assert refs(select(office, "backoffice", "escalations")) == [asked.ref]
    assert set(refs(select(office, "backoffice", "escalations", "status=all"))) == {asked.ref, answered.ref}
    assert other.ref not in refs(select(office, "backoffice", "escalations", "status=all"))
    form = select(office, "backoffice", "cases").form
    assert "owner" not in form.fields  # another unit's people are not named to an entity


@pytest.mark.parametrize("query", ["", "client=CLI-00001", "client=01 99 00 12 34"])
def test_a_contact_is_listed_with_the_client_one_sees_and_no_other(office, query):
    near = office.client(phone="+33199001234")
    far = office.client(unit="brest", phone="+33199001234")
    office.contact(near, NOW, who="advisor")
    office.contact(far, NOW, who="stranger", unit_id=office.units["lyon"].pk)
    rows = select(office, "manager", "contacts", query).rows
    assert {contact.client_id for contact in rows} == {near.pk}


def test_a_clients_own_unit_reaches_all_its_contacts_by_naming_it(office):
    client = office.client()
    office.contact(client, NOW - 90 * DAY, who="stranger", unit_id=office.units["brest"].pk)
    assert not select(office, "manager", "contacts").rows.exists()
    assert select(office, "manager", "contacts", f"client={client.client_ref}").rows.count() == 1


# -- filters ----------------------------------------------------------------------------------------------


def test_the_filter_is_told_in_words_with_what_holds_without_being_asked(office):
    selection = select(office, "manager", "cases", "colour=red&opened_from=2026-11-01&owner=none&sort=client")
    assert [said.replace("\u00a0", " ") for said in selection.described] == [
        "Périmètre : mon unité",
        "État : en cours",
        "Couleur : rouge",
        "Conseiller en charge : sans conseiller",
        "Ouverts du : 01/11/2026",
    ]
    assert selection.query == "colour=red&owner=none&opened_from=2026-11-01&sort=client"


def test_names_and_acronyms_keep_their_capitals_where_the_filter_is_told(office):
    person = office.people["advisor"]
    User.objects.filter(pk=person.pk).update(last_name="Allard", first_name="Barbara")
    told = [
        said.replace("\u00a0", " ")
        for key, query in (
            ("cases", f"owner={person.pk}&family=wifi"),
            ("promises", f"owner={person.pk}"),
            ("escalations", f"entity={office.entities['copper'].pk}"),
            ("contacts", "counted=rd3plus"),
            ("contacts", "counted=yes"),
        )
        for said in select(office, "manager", key, query).described
    ]
    assert told.count("Conseiller en charge : Allard Barbara") == 2
    for said in (
        "Motif : Wi-Fi",
        "Entité : BO-Cuivre",
        "Décompte : RD3+",
        "Décompte : comptés",
        "Statut : à tenir",
    ):
        assert said in told


def test_people_are_offered_in_the_order_of_their_names_without_accents(office):
    for name, last in (("colleague", "Élie"), ("advisor", "Fabre"), ("support", "de Luca")):
        User.objects.filter(username=name).update(last_name=last)
    choices = {
        "owner": select(office, "manager", "promises").form.fields["owner"].choices,
        "delegate": select(office, "manager", "cases").form.fields["delegate"].choices,
        "bulk owner": AssignManyForm(manager=office.people["manager"], now=NOW).fields["to"].choices,
        "bulk delegate": DelegateManyForm(manager=office.people["manager"], now=NOW)
        .fields["delegate"]
        .choices,
    }
    for where, offered in choices.items():
        shown = [label for _, label in offered if "Élie" in label or "Fabre" in label or "Luca" in label]
        order = [label for name in ("Luca", "Élie", "Fabre") for label in shown if name in label]
        assert shown == order, where
        assert len(shown) == (3 if "delegate" in where else 2), where


def test_a_managers_own_team_in_another_unit_may_be_asked_for(office):
    far = office.people["stranger"]
    assert "owner" in select(office, "manager", "promises", f"owner={far.pk}").form.errors
    User.objects.filter(pk=far.pk).update(manager=office.people["manager"])
    for key in ("cases", "promises"):
        assert select(office, "manager", key, f"owner={far.pk}").valid
        assert "owner" in select(office, "advisor", key, f"owner={far.pk}").form.errors


@pytest.mark.parametrize(
    "query",
    [
        "state=ouvert", "colour=blue", "owner=999999", "owner=%00", "delegate=1e400", "opened_from=hier",
        "opened_from=2026-13-45", "opened_to=0000-00-00", "opened_to=9999-12-31", "signal=%F0%9F%92%A5", "scope=entity",
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_shows_no_row_and_says_where(office, query):  # fmt: skip
    office.case()
    selection = select(office, "manager", "cases", query)
    assert not selection.valid
    assert list(selection.rows) == []
    assert list(selection.form.errors) == [query.partition("=")[0]]


def test_filters_of_cases_each_keep_theirs(office):
    office.case(at=NOW - HOUR)
    silent = office.case(owner="colleague", at=NOW - 10 * DAY)
    red = office.case(owner=None, at=NOW - HOUR)
    office.do(red, "set_colour", "manager", colour="red", reason="Client isolé, sans mobile.")
    late = office.case("callback_due", start=NOW - 3 * HOUR)
    asked = office.case("escalated", at=NOW - HOUR)
    Escalation.objects.update(answer_due=NOW - HOUR)
    again = office.case("resolved", at=NOW - HOUR)
    office.do(again, "reopen", "manager", reason="Le client rappelle, rien ne marche.")
    expected = {
        "owner=none": {red},
        f"owner={office.people['colleague'].pk}": {silent},
        "colour=red": {red, again},  # reopened: one step up
        "signal=silent": {silent},
        "signal=late": {late},
        "signal=late_answer": {asked},
        "signal=reopened": {again},
        "state=escalated": {asked},
        "opened_to=2026-11-01": {silent},
        "opened_from=2026-11-01&owner=none": {red},
        "family=tv": set(),
    }
    for query, cases in expected.items():
        selection = select(office, "manager", "cases", query)
        assert selection.valid, (query, selection.form.errors)
        assert set(refs(selection)) == {case.ref for case in cases}, query


def test_a_day_filter_is_of_the_readers_clock(office):
    """23:30 UTC on the 9th is the 10th in Paris."""
    case = office.case(at=datetime(2026, 11, 9, 23, 30, tzinfo=UTC))
    for query, found in (("opened_from=2026-11-10", True), ("opened_to=2026-11-09", False)):
        assert select(office, "manager", "cases", query).rows.filter(pk=case.pk).exists() == found


def test_contacts_are_read_over_a_month_at_most_unless_a_client_is_named(office):
    wide = "arrived_from=2026-01-01&arrived_to=2026-06-30"
    assert "arrived_to" in select(office, "manager", "contacts", wide).form.errors
    assert select(office, "manager", "contacts", f"{wide}&client=CLI-00001").valid
    month = select(office, "manager", "contacts", "arrived_from=2026-01-01")
    start, end = month.filterset.period
    assert (end - start).days == 31


@pytest.mark.parametrize(
    ("query", "told", "shown"),
    [
        ("arrived_from=2026-10-20", "arrivés du 20/10 au 19/11/2026", ("2026-10-20", "2026-11-19")),
        ("arrived_to=2026-11-19", "arrivés du 20/10 au 19/11/2026", ("2026-10-20", "2026-11-19")),
        ("arrived_from=2026-12-20", "arrivés du 20/12/2026 au 19/01/2027", ("2026-12-20", "2027-01-19")),
        ("arrived_from=2026-11-02&arrived_to=2026-11-03", "arrivés du 02/11 au 03/11/2026", ("2026-11-02", "2026-11-03")),
        ("", "arrivés depuis 7 jours", (None, None)),
        ("client=CLI-9&arrived_from=2026-10-20", "arrivés depuis le 20/10/2026", ("2026-10-20", None)),
        ("client=CLI-9&arrived_to=2026-10-20", "arrivés jusqu’au 20/10/2026", (None, "2026-10-20")),
    ],
)  # fmt: skip
def test_a_period_of_contacts_tells_both_its_real_ends_or_that_one_is_open(office, query, told, shown):
    selection = select(office, "manager", "contacts", query)
    assert selection.described[0].replace("\u00a0", " ") == told
    assert not any("/" in said for said in selection.described[1:])
    assert (selection.form["arrived_from"].value(), selection.form["arrived_to"].value()) == shown
    assert selection.query == query  # an address keeps the end that was left open


def test_a_period_told_as_a_month_holds_its_first_and_its_last_day_and_no_other(office):
    for day in (19, 20, 50, 51):  # of October
        at = datetime(2026, 10, 1, 12, tzinfo=UTC) + (day - 1) * DAY
        office.contact(office.client(), at, who="advisor")
    for query in ("arrived_from=2026-10-20", "arrived_to=2026-11-19"):
        days = [row.arrived_at.day for row in select(office, "manager", "contacts", query).rows]
        assert days == [19, 20], query


@pytest.mark.parametrize("client", ["", "&client=CLI-00001"])
def test_a_period_that_ends_before_it_begins_is_refused_at_its_end(office, client):
    selection = select(
        office, "manager", "contacts", f"arrived_from=2026-11-03&arrived_to=2026-11-02{client}"
    )
    assert selection.form.errors == {"arrived_to": ["Cette fin est avant le début de la période."]}


def test_a_client_is_named_in_any_case_by_its_number_or_by_the_record_it_replaced(office):
    kept, gone = office.client("Jeanne", phone="+33199001234"), office.client("Jeanne")
    office.contact(kept, NOW, who="advisor")
    merge(kept.pk, gone.pk, actor=office.actor("admin"), now=NOW, reason="Deux fiches du même abonné.")
    for words in (kept.client_ref.lower(), gone.client_ref, "01 99 00 12 34", "tél. : 01.99.00.12.34"):
        selection = select(office, "manager", "contacts", f"client={words}")
        assert selection.rows.count() == 1, words
        assert selection.client_id == kept.pk, words


def test_contacts_are_told_apart_by_what_the_rule_made_of_them(office):
    client = office.client()
    for hours in (60, 40, 20):
        office.contact(client, NOW - hours * HOUR, who="advisor")
    office.contact(client, NOW - 10 * HOUR, who="advisor", direction="out")
    numbers = {
        query: select(office, "manager", "contacts", query).rows.count()
        for query in ("", "counted=rd3plus", "counted=yes", "counted=no", "counted=outbound", "channel=chat")
    }
    assert numbers == {
        "": 4, "counted=rd3plus": 1, "counted=yes": 3, "counted=no": 1, "counted=outbound": 1, "channel=chat": 0,
    }  # fmt: skip


# -- copies the database keeps ----------------------------------------------------------------------------


def test_the_database_keeps_the_copies_in_step_whoever_writes(office):
    case = office.case("escalated")
    promise, escalation = case.promises.get(), case.escalations.get()
    assert promise.unit_id == escalation.unit_id == case.unit_id
    assert case.client_key == case.client.name_key != ""
    Client.objects.filter(pk=case.client_id).update(display_name="Éva", name_key="eva")
    assert Case.objects.get(pk=case.pk).client_key == "eva"
    Promise.objects.filter(pk=promise.pk).update(unit=office.units["brest"])
    Case.objects.filter(pk=case.pk).update(client_key="zzz")
    assert Promise.objects.get(pk=promise.pk).unit_id == case.unit_id
    assert Case.objects.get(pk=case.pk).client_key == "eva"
    Case.objects.filter(pk=case.pk).update(unit=office.units["brest"])
    assert Promise.objects.get(pk=promise.pk).unit_id == office.units["brest"].pk
    assert Escalation.objects.get(pk=escalation.pk).unit_id == office.units["brest"].pk


def test_a_contact_of_a_hidden_client_is_hidden(office):
    hidden = office.client(unit="brest")
    office.contact(hidden, NOW, who="stranger", unit_id=office.units["lyon"].pk)
    assert Contact.objects.within(office.people["manager"], Scope.UNIT).count() == 0
