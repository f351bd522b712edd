"""The same evidence under two versions (domain.md L68; staff representative 4): who for HR, masked aggregates for others."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atdemain.jobs import queue
from atdemain.jobs.models import Job
from atdemain.journal import retention
from atdemain.organisation.enums import ContractType
from atdemain.organisation.models import Participation, User
from recognition.masking import THRESHOLD
from recognition.models import SimulatedPerson, Simulation
from recognition.money import euros
from recognition.rules import Fact, Interval, Person
from recognition.scheme import seeds
from recognition.simulation import work
from recognition.simulation.figures import Both, _masked, figures
from tests.office import NOW, text_of
from tests.recognition.scheme_cast import BEFORE, actor, draft, programme

pytestmark = pytest.mark.django_db
LIST = "/recognition/simulations/"


def everybody(office, number: int) -> list[User]:
    """`number` advisors of the whole period: 7 of Lyon out of 10, the others of Brest; every fifth is designated."""
    people = User.objects.bulk_create(
        User(
            username=f"p{n}", last_name=f"Essai {n:03}", employee_number=f"P{n:04}",
            unit=office.units["lyon" if n % 10 < 7 else "brest"],
            contract_type=ContractType.APPRENTICESHIP if n % 4 == 0 else ContractType.PERMANENT,
        )
        for n in range(number)
    )  # fmt: skip
    Participation.objects.bulk_create(
        Participation(
            employee=one, programme=programme(), role="advisor", starts_on=BEFORE[0],
            mode="designated" if n % 5 == 0 else "volunteer",
            designated_by=office.people["manager"] if n % 5 == 0 else None,
        )
        for n, one in enumerate(people)
    )  # fmt: skip
    return people


@pytest.fixture
def evidence(monkeypatch):
    """Everybody meets level 1 of both versions, one in two trains colleagues, as `historical` asks."""

    def gathered(terms, *, cutoff, employees, programme_id):
        assert cutoff == NOW
        rows = User.objects.filter(pk__in=employees).order_by("pk")
        return [(one.pk, _person(one, terms)) for one in rows]

    monkeypatch.setattr(work, "gather", gathered)


def _person(one: User, terms) -> Person:
    trains = int((one.employee_number or "P1")[1:]) % 2 == 0
    yes, no = Fact(1, "yes_no"), Fact(0, "yes_no")
    facts = {
        "active_days": Fact(184, "days"), "base_training": yes, "suggestions": Fact(1, "count"),
        "mutual_help_minutes": Fact(0, "minutes"), "in_project_at_end": yes, "just_cause_exit": no,
        "mentoring_minutes": Fact(0, "minutes"), "distinct_trainees": Fact(0, "count"), "front_role": yes,
        "pilot_participation": yes, "trains_colleagues": yes if trains else no,
    }  # fmt: skip
    intervals = (Interval("advisor", terms.period_start, terms.period_end),)
    return Person(
        one.employee_number or "", intervals, {("advisor", code): fact for code, fact in facts.items()}
    )


def ask(office) -> Simulation:
    """v1 against v2, over the second half of 2026, which runs."""
    old = draft(office, replace(seeds.historical(*BEFORE)), name="Historique")
    new = draft(office, seeds.inclusive(*BEFORE), name="Inclusive")
    return work.ask(old, new, actor=actor(office), now=NOW)


def run(asked: Simulation) -> Simulation:
    queue.run_waiting()
    return Simulation.objects.select_related("job", "before", "after").get(pk=asked.pk)


def test_simulation_shows_beneficiaries_and_cost_of_both_versions_on_the_same_evidence(office, evidence):
    everybody(office, 40)
    done = run(ask(office))
    assert work.is_finished(done)
    roles, units, groups = figures(done, masked=False).tables
    assert (roles.total.before, roles.total.before_money) == ("20", "8\u202f000,00\u202f€")
    assert (roles.total.after, roles.total.after_money) == ("40", "16\u202f000,00\u202f€")
    assert roles.total.gap == "8\u202f000,00\u202f€"
    assert [(line.label, line.before, line.after) for line in units.lines] == [
        ("UAT Brest", "4", "12"),
        ("UAT Lyon", "16", "28"),
    ]
    assert [(line.label, line.before, line.after) for line in groups.lines] == [
        ("Sortis du projet en cours de période", "0", "0"),
        ("Alternants", "10", "10"),
        ("Désignés", "4", "8"),
    ]


def test_simulation_for_representatives_masks_fewer_than_five_and_what_would_reveal_them(office, evidence):
    everybody(office, 40)
    done = run(ask(office))
    tables = figures(done, masked=True).tables
    brest, lyon = tables[1].lines
    assert (brest.before, lyon.before) == ("< 5", "n. c.")
    assert {brest.before_money, brest.gap, lyon.before_money, lyon.gap} == {"non publié"}
    assert (brest.after, lyon.after) == ("12", "28")
    assert tables[2].lines[2].before == "< 5"
    SimulatedPerson.objects.filter(pk=done.people.first().pk).update(after_blocked=True)
    assert (figures(done, masked=True).blocked, figures(done, masked=False).blocked) == ("< 5", "1")


def test_simulation_for_representatives_does_not_tell_by_subtraction_that_three_have_nothing(
    office, evidence
):
    everybody(office, 40)
    done = run(ask(office))
    assert figures(done, masked=True).people == "40"
    few = done.people.order_by("pk").values_list("pk", flat=True)[:3]
    done.people.filter(pk__in=list(few)).update(after_cents=0)
    assert (figures(done, masked=True).people, figures(done, masked=False).people) == ("", "40")
    assert "40 personnes" not in text_of(office.browser("staffrep").get(f"{LIST}{done.pk}/"))


def alike(done: Simulation, but: int, cents: int = 800_00) -> Simulation:
    """Both versions give everybody the same, but to the first `but` people of Lyon, whom the first gives nothing."""
    done.people.update(before_cents=cents, after_cents=cents)
    few = done.people.filter(unit__name="UAT Lyon").order_by("pk").values_list("pk", flat=True)[:but]
    done.people.filter(pk__in=list(few)).update(before_cents=0)
    return done


@pytest.mark.parametrize("few", [1, 4])
def test_simulation_for_representatives_hides_a_second_version_that_differs_for_fewer_than_five(
    office, evidence, few
):
    """One person alone whom the second version pays: the gap of the totals would be that award."""
    everybody(office, 40)
    done = alike(run(ask(office)), few)
    for table in figures(done, masked=True).tables:
        for line in [*table.lines, *([table.total] if table.total else [])]:
            assert (line.after, line.after_money, line.gap) == ("non publié",) * 3, line
        assert not table.total or table.total.before == str(40 - few)
    assert figures(done, masked=False).tables[0].total.gap == euros(800_00 * few)
    page = text_of(office.browser("staffrep").get(f"{LIST}{done.pk}/"))
    assert "moins de cinq personnes" in page
    assert f"{40 - few}" in page


def test_simulation_for_representatives_shows_both_versions_where_five_amounts_differ(office, evidence):
    everybody(office, 40)
    tables = figures(alike(run(ask(office)), 5), masked=True).tables
    assert tables[0].total.gap == "4\u202f000,00\u202f€"
    brest, lyon = tables[1].lines
    assert (brest.after, lyon.after) == ("12", "28")


def test_simulation_for_representatives_tells_no_money_by_row_that_would_tell_levels(office, evidence):
    """10 people at 400 € and 2 at 800 €: 12 people and 5 600 € have no other solution, and the levels are masked."""
    everybody(office, 40)
    done = run(ask(office))
    few = done.people.filter(unit__name="UAT Brest").order_by("pk").values_list("pk", flat=True)[:2]
    done.people.filter(pk__in=list(few)).update(after_cents=800_00)
    tables = figures(done, masked=True).tables
    rows = [line for table in tables for line in table.lines]
    assert {money for one in rows for money in (one.before_money, one.after_money, one.gap)} == {"non publié"}
    assert tables[1].total.after_money == "16\u202f800,00\u202f€"
    assert figures(done, masked=False).tables[1].lines[0].after_money == "5\u202f600,00\u202f€"
    page = text_of(office.browser("staffrep").get(f"{LIST}{done.pk}/"))
    assert "5\u202f600,00" not in page


AMOUNTS = st.sampled_from([0, 400_00, 800_00])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), AMOUNTS, AMOUNTS), max_size=40))
def test_no_gap_of_fewer_than_five_people_is_published_nor_deduced(people) -> None:
    """Every gap that the table gives, or that its total gives back, is of nobody or of five amounts and more."""

    def both(label, mine):
        return Both(
            label, sum(1 for a, _ in mine if a), sum(a for a, _ in mine), sum(1 for _, b in mine if b),
            sum(b for _, b in mine), sum(1 for a, b in mine if a != b),
            sum(1 for a, b in mine if bool(a) != bool(b)),
        )  # fmt: skip

    rows = [both(unit, [(a, b) for name, a, b in people if name == unit]) for unit in "ABC"]
    lines, total = _masked(rows, both("Tous", [(a, b) for _, a, b in people]))
    shown = [line.after != "non publié" for line in lines]
    known = [[row] for row, seen in zip(rows, shown, strict=True) if seen]
    if total.after != "non publié":
        known.append([row for row, seen in zip(rows, shown, strict=True) if not seen])
    for group in known:
        for differing in (sum(row.changed for row in group), sum(row.crossed for row in group)):
            assert differing == 0 or differing >= THRESHOLD, (group, lines)


def test_simulation_goes_slice_by_slice_and_on_after_a_stop(office, evidence, monkeypatch):
    monkeypatch.setattr(work, "SLICE", 10)
    everybody(office, 35)
    asked = ask(office)
    assert asked.job.total == 4
    rows = asked.job.rows.order_by("position")
    work.act(asked.job, rows[0], actor(office), NOW)  # a worker killed before it settled its row
    done = run(asked)
    assert (done.job.done, done.people.count()) == (4, 35)
    assert SimulatedPerson.objects.filter(simulation=done).values("employee").distinct().count() == 35


def test_simulation_of_a_period_to_come_reads_the_days_just_passed(office, evidence):
    old = draft(office, name="A")
    new = draft(office, name="B")
    asked = work.ask(old, new, actor=actor(office), now=NOW)
    assert (asked.period_end, (asked.period_end - asked.period_start).days + 1) == (date(2026, 11, 9), 181)


def test_simulation_is_asked_by_hr_and_read_by_representatives_without_names(office, evidence):
    people = everybody(office, 12)
    old, new = draft(office, seeds.historical(*BEFORE)), draft(office, seeds.inclusive(*BEFORE))
    hr, representative = office.browser("hr"), office.browser("staffrep")
    answer = hr.post(LIST, {"before": old.pk, "after": new.pk}, follow=True)
    shown = text_of(answer)
    assert str(people[0]) in shown
    asked = Simulation.objects.get()
    page = text_of(representative.get(f"{LIST}{asked.pk}/"))
    assert "Par unité" in page
    assert not any(str(one) in page for one in people)
    for who in ("losses", "gains", "blocked", "left", "work_study", "designated", "whoever"):
        assert hr.get(f"{LIST}{asked.pk}/?who={who}").status_code == 200
        assert not any(
            str(one) in text_of(representative.get(f"{LIST}{asked.pk}/?who={who}")) for one in people
        )


def test_simulation_at_work_is_unknown_to_representatives(office, evidence):
    everybody(office, 6)
    asked = ask(office)
    assert office.browser("staffrep").get(f"{LIST}{asked.pk}/").status_code == 404
    assert "En attente" in text_of(office.browser("hr").get(f"{LIST}{asked.pk}/"))
    assert "Aucune simulation" in text_of(office.browser("staffrep").get(LIST))
    run(asked)
    assert office.browser("staffrep").get(f"{LIST}{asked.pk}/").status_code == 200


def test_simulation_says_who_lacks_a_proof_under_one_of_the_versions(office, evidence):
    everybody(office, 6)
    done = run(ask(office))
    browser = office.browser("hr")
    assert "Donnée insuffisante :" not in text_of(browser.get(f"{LIST}{done.pk}/"))
    done.people.update(before_blocked=True)
    assert "Donnée insuffisante : 6." in text_of(browser.get(f"{LIST}{done.pk}/"))


@pytest.mark.parametrize("who", ["hr", "staffrep"])
def test_simulation_file_says_what_the_page_says(office, evidence, who):
    everybody(office, 40)
    done = run(ask(office))
    browser = office.browser(who)
    page = browser.get(f"{LIST}{done.pk}/")
    file = browser.get(f"{LIST}{done.pk}/file/")
    text = file.content.decode()
    assert text.startswith("\ufeff")
    rows = [row for row in csv.reader(io.StringIO(text[1:]), delimiter=";") if row]
    shown = page.context["figures"].tables
    wanted = [line for table in shown for line in [*table.lines, *([table.total] if table.total else [])]]
    told = [row for row in rows if row[1:2] and not row[1].startswith("Bénéficiaires")]
    assert told == [
        [one.label, one.before, one.before_money, one.after, one.after_money, one.gap] for one in wanted
    ]


def test_simulation_of_one_version_or_of_none_is_refused(office):
    row = draft(office)
    browser = office.browser("hr")
    for sent in ({}, {"before": row.pk, "after": row.pk}, {"before": "x", "after": row.pk}):
        assert browser.post(LIST, sent).status_code == 422
    assert not Simulation.objects.exists()


def test_simulation_stops_when_its_asker_is_no_longer_hr(office, evidence):
    everybody(office, 6)
    asked = ask(office)
    office.people["hr"].groups.clear()
    run(asked)
    assert Job.objects.get(pk=asked.job_id).status == "failed"
    assert not SimulatedPerson.objects.exists()


def test_simulation_does_not_outlive_its_term(office, evidence, purge):
    everybody(office, 6)
    run(ask(office))
    assert work.RETENTION in retention.KINDS.values()
    purge(NOW + work.KEPT - timedelta(days=1))
    assert Simulation.objects.exists()
    purge(NOW + work.KEPT + timedelta(days=1))
    assert not Simulation.objects.exists()
    assert not SimulatedPerson.objects.exists()


def test_simulation_reads_the_evidence_that_the_product_holds(office):
    """No fake: days of participation alone, under a version that asks for them."""
    everybody(office, 8)
    days = {
        "label": "Jours",
        "source": "active_days",
        "comparator": "at_least",
        "threshold": 60,
        "unit": "days",
    }
    level = {"code": "level_1", "rank": 1, "label": "Niveau 1", "condition": {"criterion": "days"}}
    kept = {"eligible_roles": ["advisor"], "criteria": {"days": {**days, "roles": ["advisor"]}}}
    rows = [
        draft(office, seeds.inclusive(*BEFORE), levels=[level | {"amounts": {"advisor": cents}}], **kept)
        for cents in (100_00, 200_00)
    ]
    done = run(work.ask(*rows, actor=actor(office), now=NOW))
    before, after = done.people.values_list("before_cents", "after_cents").distinct().get()
    assert (before, after) == (7228, 14457)  # 133 days of 184
