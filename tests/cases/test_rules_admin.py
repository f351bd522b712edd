"""The administrator's pages on the rule (domain.md §4.6; stories « Admin 1 » and « Admin 2 »)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import Programme, UnitParticipation
from cases.enums import Channel
from cases.models import Case, Client, Contact, Line, MassIncident, Reason, RepeatRule
from cases.rule_preview import preview
from tests.office import HOUR, NOW, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ADD = reverse("admin:cases_repeatrule_add")
PREVIEW = reverse("admin:cases_repeatrule_preview")


@pytest.fixture
def programme(office):
    programme = Programme.objects.get()
    UnitParticipation.objects.create(programme=programme, unit=office.units["lyon"], participates=True)
    return programme


@pytest.fixture
def rule(programme):
    return RepeatRule.objects.get(code="R1")


def typed(programme, **changes):
    """What the form sends for a version of R1, dates as the administration splits them."""
    data = {
        "code": "R1",
        "version": 2,
        "programme": programme.pk,
        "unit": "",
        "segment": "",
        "channels": Channel.values,
        "threshold": 3,
        "window_hours": 168,
        "window_mode": "rolling",
        "identity_scope": "client",
        "reason_scope": "technical",
        "min_talk_s": 10,
        "reconnect_s": 300,
        "callback_return_h": 4,
        "mode": "live",
    }
    for name in ("valid_from", "valid_to"):
        at = changes.pop(name, None)
        data |= {
            f"{name}_0": at.strftime("%d/%m/%Y") if at else "",
            f"{name}_1": at.strftime("%H:%M") if at else "",
        }
    return data | changes


def calls(office, client, *days):
    for day in days:
        office.contact(client, NOW - day * DAY)


# -- versions -------------------------------------------------------------------------------------------


def test_the_administrator_creates_a_version_and_the_journal_says_so(office, programme):
    response = office.browser("admin").post(ADD, typed(programme, unit=office.units["brest"].pk, code="R2"))
    assert response.status_code == 302, response.content.decode()
    rule = RepeatRule.objects.get(code="R2")
    event = AuditEvent.objects.get(object_type="repeatrule", object_id=str(rule.pk))
    assert (event.action, event.actor_id) == ("created", office.people["admin"].pk)
    assert event.changes["threshold"] == [None, 3]


def test_a_version_that_overlaps_one_of_equal_specificity_is_refused(office, programme, rule):
    response = office.browser("admin").post(ADD, typed(programme, valid_from=NOW + DAY))
    assert response.status_code == 200
    assert "R1 version 1 couvre déjà une partie de cette période" in response.content.decode()
    assert RepeatRule.objects.filter(code="R1").count() == 1


def test_a_version_that_begins_when_the_other_ends_is_accepted(office, programme, rule):
    RepeatRule.objects.filter(pk=rule.pk).update(valid_to=(NOW + DAY).replace(minute=0))
    ends = RepeatRule.objects.get(pk=rule.pk).valid_to + HOUR  # the form speaks Paris time
    response = office.browser("admin").post(ADD, typed(programme, valid_from=ends))
    assert response.status_code == 302, response.content.decode()
    assert RepeatRule.objects.filter(code="R1").count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"threshold": 1}, "threshold"),
        ({"threshold": 10}, "threshold"),
        ({"window_hours": 23}, "window_hours"),
        ({"window_hours": 721}, "window_hours"),
        ({"window_mode": "calendar", "window_hours": 100}, "window_hours"),
        ({"channels": []}, "channels"),
        ({"valid_from": NOW + 2 * DAY, "valid_to": NOW + DAY}, "valid_to"),
    ],
)
def test_a_version_that_cannot_be_says_which_field(office, programme, change, field):
    response = office.browser("admin").post(
        ADD, typed(programme, code="R9", unit=office.units["lyon"].pk, **change)
    )
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not RepeatRule.objects.filter(code="R9").exists()


def test_a_version_that_has_judged_contacts_only_ends(office, rule):
    calls(office, office.client(), 3, 2, 1)
    address = reverse("admin:cases_repeatrule_change", args=[rule.pk])
    browser = office.browser("admin")
    ends = NOW + 10 * DAY
    response = browser.post(
        address, {"threshold": 2, "valid_to_0": ends.strftime("%d/%m/%Y"), "valid_to_1": "00:00"}
    )
    assert response.status_code == 302, response.content.decode()
    rule.refresh_from_db()
    assert (rule.threshold, rule.valid_to.date()) == (3, (ends - DAY).date())  # midnight in Paris, in UTC
    page = browser.get(f"{ADD}?from={rule.pk}").content.decode()
    assert 'name="version" value="2"' in page
    assert ends.strftime("%d/%m/%Y") in page


# -- preview --------------------------------------------------------------------------------------------


def test_the_preview_says_x_cases_instead_of_y_and_writes_nothing(office, programme, rule):
    for days in ((20, 18), (10, 9), (3, 2, 1), (27, 26)):
        calls(office, office.client(), *days)
    calls(office, office.client(), 40, 39)  # before the 28 days
    calls(office, office.client(unit="brest"), 5, 4)  # a unit outside the programme
    response = office.browser("admin").post(PREVIEW, typed(programme, threshold=2))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Avec cette règle, les 28 derniers jours auraient ouvert 4 dossiers au lieu de 1." in page
    assert "1 au lieu de 0." in page
    assert "<td>1</td><td>4</td>" in page
    assert RepeatRule.objects.filter(code="R1").count() == 1
    assert Case.objects.count() == 1


def test_the_preview_and_a_replay_agree(office, programme, rule):
    """Nobody resolves: cases a rule would open = identities that reach its threshold."""
    for index in range(6):
        calls(office, office.client(), *range(3 + index % 3, 0, -1))
    seen = preview(rule, NOW)
    assert seen.today.opened == seen.proposed.opened == Case.objects.count() == 6


def test_the_preview_of_a_narrower_rule_counts_only_what_it_changes(office, programme, rule):
    calls(office, office.client(), 3, 2)
    calls(office, office.client(segment="pro"), 3, 2)
    proposed = RepeatRule(
        code="PRO2", version=1, programme=programme, segment="pro", threshold=2, mode="live"
    )
    seen = preview(proposed, NOW)
    assert (seen.today.opened, seen.proposed.opened) == (0, 1)


def test_a_preview_that_cannot_be_read_comes_back_to_the_form(office, programme):
    response = office.browser("admin").post(PREVIEW, typed(programme, threshold=99))
    assert response.status_code == 200
    assert "threshold" in response.context["adminform"].form.errors
    assert RepeatRule.objects.filter(code="R1").count() == 1


def test_the_previewed_rule_is_saved_as_it_was_typed(office, programme):
    browser = office.browser("admin")
    response = browser.post(PREVIEW, typed(programme, code="R3", threshold=4, unit=office.units["lyon"].pk))
    fields = response.context["typed"]
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    assert browser.post(response.context["save_url"], data).status_code == 302
    assert RepeatRule.objects.get(code="R3").threshold == 4


@pytest.mark.parametrize("who", ["advisor", "manager", "hr", "partner"])
def test_the_other_roles_have_no_preview(office, programme, who):
    response = office.browser(who).post(PREVIEW, typed(programme))
    assert response.status_code in (302, 403)


# -- mass incidents and reasons -------------------------------------------------------------------------

INCIDENT = reverse("admin:cases_massincident_add")


def incident(office, **changes):
    start = NOW - 6 * HOUR
    return {
        "ref": "INC-1",
        "label": "Fibre coupée",
        "unit": office.units["lyon"].pk,
        "line_refs": "",
        "starts_at_0": start.strftime("%d/%m/%Y"),
        "starts_at_1": start.strftime("%H:%M"),
        "ends_at_0": "",
        "ends_at_1": "",
        "parent_ref": "",
    } | changes


def test_an_incident_declared_late_takes_the_contacts_already_known(office, programme):
    client = office.client()
    office.contact(client, NOW - 4 * DAY)
    office.contact(client, NOW - 3 * DAY)
    third = office.contact(client, NOW - 2 * HOUR)
    case = Case.objects.get()
    response = office.browser("admin").post(INCIDENT, incident(office))
    assert response.status_code == 302, response.content.decode()
    declared = MassIncident.objects.get()
    assert set(Contact.objects.filter(mass_incident=declared).values_list("pk", flat=True)) == {
        third.contact_id
    }
    assert Case.objects.get(pk=case.pk).threshold_no_longer_met is False  # it stays with whoever works on it
    assert AuditEvent.objects.filter(object_type="massincident").count() == 2  # created, retagged
    office.contact(office.client(), NOW - HOUR)
    assert Contact.objects.filter(mass_incident=declared).count() == 2


@pytest.mark.parametrize("day", ["01/01/0001", "31/12/9999"])
def test_an_incident_of_a_year_that_no_database_holds_is_refused(office, day):
    page = office.browser("admin").post(INCIDENT, incident(office, starts_at_0=day))
    assert page.status_code == 200
    assert "Donnez une année entre" in text_of(page)
    assert not MassIncident.objects.exists()


def test_an_incident_that_ended_earlier_gives_its_contacts_back(office, programme):
    browser = office.browser("admin")
    browser.post(INCIDENT, incident(office))
    client = office.client()
    for hours in (4, 3, 2):
        office.contact(client, NOW - hours * HOUR)
    assert not Case.objects.exists()
    declared = MassIncident.objects.get()
    start = NOW - 60 * HOUR
    end = NOW - 48 * HOUR
    changed = incident(
        office,
        starts_at_0=start.strftime("%d/%m/%Y"),
        ends_at_0=end.strftime("%d/%m/%Y"),
        ends_at_1=end.strftime("%H:%M"),
    )
    address = reverse("admin:cases_massincident_change", args=[declared.pk])
    assert browser.post(address, changed).status_code == 302
    assert not Contact.objects.filter(mass_incident=declared).exists()
    assert Case.objects.get().contacts.count() == 3


def test_an_incident_names_lines_and_a_parent_case_by_reference(office, programme):
    client = office.client()
    line = Line.objects.create(line_ref="L1", client=client, technology="fibre", unit=office.units["lyon"])
    case = office.case("opened")
    browser = office.browser("admin")
    response = browser.post(INCIDENT, incident(office, unit="", line_refs="L1\nL1", parent_ref=case.ref))
    assert response.status_code == 302, response.content.decode()
    declared = MassIncident.objects.get()
    assert (list(declared.lines.all()), declared.parent_case) == ([line], case)
    page = browser.get(reverse("admin:cases_massincident_change", args=[declared.pk])).content.decode()
    assert case.ref in page
    assert "L1" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": ""}, "unit"),
        ({"line_refs": "L404"}, "line_refs"),
        ({"parent_ref": "ATD-2026-999999"}, "parent_ref"),
        ({"ends_at_0": "01/01/2020", "ends_at_1": "10:00"}, "ends_at"),
    ],
)
def test_an_incident_that_cannot_be_says_which_field(office, change, field):
    response = office.browser("admin").post(INCIDENT, incident(office, **change))
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not MassIncident.objects.exists()


def test_a_reason_keeps_its_code_and_its_family_may_change(office):
    reason = Reason.objects.get(code="facture")
    browser = office.browser("admin")
    office.contact(Client.objects.get(pk=office.client().pk), NOW - HOUR, reason_code="facture")
    address = reverse("admin:cases_reason_change", args=[reason.pk])
    response = browser.post(
        address, {"code": "autre", "label": "Facture", "family": "other_technical"}, follow=True
    )
    assert "manage.py backfill" in response.content.decode()
    reason.refresh_from_db()
    assert (reason.code, reason.family) == ("facture", "other_technical")
