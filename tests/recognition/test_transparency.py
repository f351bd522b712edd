"""What everybody reads of a published campaign, and what nobody can deduce from it (domain.md §6.6, §11, L70)."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition import transparency
from recognition.campaigns.workflow import exported
from recognition.masking import THRESHOLD, Cell, Kind
from recognition.models import Award
from recognition.public_sums import Gain, lots
from tests.recognition.campaign_cast import JULY
from tests.recognition.test_appeals import FRESH, decided, filed
from tests.recognition.test_masking import Reader, narrowed

pytestmark = pytest.mark.django_db
URL, FILE = "/recognition/transparency/", "/recognition/transparency.csv"


def rows_of(response) -> list[list[str]]:
    text = response.content.decode("utf-8").removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.fixture
def published(season):
    """Lyon: eight advisors of level 1 and three supports; Brest: two advisors."""
    season.crowd(8)
    season.crowd(3, "s", role="support")
    season.crowd(2, "b", unit="brest")
    return season.published()


def test_envelope_is_told_whole(season, published):
    """Staff representative 3: total, reserve, committed, paid, remaining."""
    told = {one.label: one.value for one in transparency.report(published, "unit").figures}
    assert told == {
        "Enveloppe": "10\u202f000,00\u202f€",
        "Réserve de recours": "500,00\u202f€",
        "Engagé": "5\u202f200,00\u202f€",
        "Payé": "0,00\u202f€",
        "Reste, réserve comprise": "4\u202f800,00\u202f€",
        "Bénéficiaires": "13",
    }


def test_unit_of_few_people_is_masked_with_its_median_and_cannot_be_deduced(season, published):
    """Staff representative 2: Brest has two; Lyon is masked so that 13 − 11 tells nothing."""
    report = transparency.report(published, "unit")
    lines = {line.label: line for line in report.lines}
    assert lines["UAT Brest"].whole.word == "< 5"
    assert lines["UAT Brest"].median == lines["UAT Lyon"].median == "–"
    assert lines["UAT Lyon"].whole.word == "n. c."
    assert report.total.whole.word == "13"
    assert report.total.median == "400,00\u202f€"


def test_one_axis_at_a_time_each_with_the_same_total(season, published):
    reports = {axis: transparency.report(published, axis) for axis in transparency.AXES}
    assert {one.total.whole.word for one in reports.values()} == {"13"}
    assert [line.whole.word for line in reports["level"].lines] == ["13", "0"]
    assert reports["role"].lines[0].label == "Conseiller client"


@pytest.mark.parametrize("axis", ["unit", "role", "level"])
def test_file_is_the_page_word_for_word(season, published, axis):
    """Staff representative 10: the CSV equals the screen, masked."""
    browser = season.office.browser("staffrep")
    page = browser.get(f"{URL}?axis={axis}")
    report = page.context["report"]
    lines = rows_of(browser.get(f"{FILE}?axis={axis}"))
    assert lines[0] == list(report.headings)
    assert lines[1 : 1 + len(report.rows())] == report.rows()
    text = page.content.decode()
    for line in report.rows():
        for word in line:
            assert word.replace("<", "&lt;") in text
    assert [line[1] for line in lines if line and line[0] == "Engagé"] == ["5\u202f200,00\u202f€"]


def test_page_before_any_publication_says_what_it_will_hold(season):
    season.joins("advisor")
    season.validated()
    for who in ("advisor", "staffrep", "hr"):
        response = season.office.browser(who).get(URL)
        assert "Aucune campagne n’est publiée" in response.content.decode()
        assert season.office.browser(who).get(FILE).status_code == 404


def test_campaign_that_is_not_published_is_unknown(season):
    season.joins("advisor")
    campaign = season.validated()
    assert season.office.browser("staffrep").get(f"{URL}?campaign={campaign.pk}").status_code == 404


def test_partner_does_not_read_it(season, published):
    assert season.office.browser("partner").get(URL).status_code == 403


def test_staff_representative_reads_no_individual_page(season, published):
    """Staff representative 9: any individual URL is refused."""
    browser = season.office.browser("staffrep")
    award = Award.objects.first()
    for address in (
        f"/recognition/campaigns/{published.pk}/",
        f"/recognition/campaigns/{published.pk}/awards/",
        f"/recognition/campaigns/{published.pk}/awards.csv",
        f"/recognition/campaigns/{published.pk}/awards/{award.pk}/",
        f"/recognition/campaigns/{published.pk}/blocking/",
        f"/recognition/envelopes/{season.scheme.pk}/",
        "/recognition/appeals/",
    ):
        assert browser.get(address).status_code == 403, address


def test_appeal_of_one_moves_no_public_figure(season, published):
    """A sum that moves by one person's amount is that person's amount."""
    before = transparency.report(published, "unit")
    appeal = filed(season, "p00")
    season.mentors("p00")
    decided(season, appeal, choice=FRESH, now=JULY)
    assert Award.objects.get(employee__username="p00").revised_cents == 400_00
    after = transparency.report(published, "unit")
    assert after.rows() == before.rows()
    changed = [
        (one.label, two.note) for one, two in zip(before.figures, after.figures, strict=True) if one != two
    ]
    assert changed == [("Engagé", "hors recours : moins de 5 personnes")]
    assert [one.value for one in after.figures] == [one.value for one in before.figures]


def sums(campaign) -> dict[str, str]:
    return {one.label: one.value for one in transparency.figures(campaign, 0, 0)}


def test_appeals_enter_the_public_sums_by_five_people_and_the_sixth_waits(season, published):
    """The gap of two readings is of five people, or of nobody."""
    told = [sums(published)["Engagé"]]
    for rank in range(6):
        appeal = filed(season, f"p{rank:02}")
        season.mentors(f"p{rank:02}", day=date(2026, 3, 2) + timedelta(days=7 * rank))
        decided(season, appeal, choice=FRESH, now=JULY + timedelta(hours=rank))
        told.append(sums(published)["Engagé"])
    assert season.envelope().committed_cents == 5_200_00 + 6 * 400_00
    assert told == ["5\u202f200,00\u202f€"] * 5 + ["7\u202f200,00\u202f€"] * 2


def test_campaign_of_two_people_moves_no_public_sum_until_and_once_it_is_paid(season):
    season.crowd(8)
    season.crowd(2, "b", unit="brest")
    lyon = season.published(season.computed(season.campaign(unit="lyon")))
    before = sums(lyon)
    brest = season.published(season.computed(season.campaign(unit="brest")))
    assert season.envelope().committed_cents == 10 * 400_00
    assert sums(lyon) == sums(brest) == before
    assert [one.note for one in transparency.figures(brest, 2, 2)][2] == (
        "hors recours et campagnes : moins de 5 personnes"
    )
    late = JULY + timedelta(days=31)
    season.step(brest, "close", now=late)
    exported(brest.pk, season.actor(), late)
    assert season.envelope().paid_cents == 2 * 400_00
    assert sums(lyon) == before


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.sets(st.integers(1, 12), min_size=1, max_size=4)), max_size=12)
)
def test_two_readings_of_a_public_sum_never_differ_by_fewer_than_five_people(events) -> None:
    gains = [
        Gain(JULY + timedelta(days=day), campaign, exported=False, people=frozenset(people), cents=1)
        for day, (campaign, people) in enumerate(events)
    ]
    before: list[Gain] = []
    for seen in range(len(gains) + 1):
        told = [one for lot, whole in lots(gains[:seen]) if whole for one in lot]
        assert told[: len(before)] == before
        more = {person for one in told[len(before) :] for person in one.people}
        assert not more or len(more) >= THRESHOLD
        before = told


def test_unit_that_does_not_take_part_stands_with_its_public_reason(season, published):
    from atdemain.organisation.models import Programme, Unit, UnitParticipation

    unit = Unit.objects.create(code="idf", name="UAT Île-de-France")
    UnitParticipation.objects.create(
        programme=Programme.objects.get(),
        unit=unit,
        participates=False,
        reason_public="Décision locale, publiée.",
    )
    text = season.office.browser("staffrep").get(URL).content.decode()
    assert "UAT Île-de-France" in text
    assert "Ne participe pas" in text


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ABC"),
            st.sampled_from(["advisor", "support"]),
            st.sampled_from(["level_1", "level_2"]),
        ),
        max_size=24,
    )
)
def test_all_the_tables_together_narrow_nothing(people) -> None:
    """The three axes and their files, attacked at once: the words are the same, so the attack is."""
    from collections import Counter

    from recognition.masking import mask_tables

    by_unit, by_role = mask_tables(
        [
            Counter((unit, level) for unit, _, level in people),
            Counter((role, level) for _, role, level in people),
        ]
    )
    reader = Reader(len(people) + 10)
    reader.reads("total", by_unit.total)
    for level, cell in by_unit.columns.items():
        reader.reads(level, cell)
        for side, table in (("unit", by_unit), ("role", by_role)):
            for row in table.rows:
                reader.reads((side, row, level), table.cells.get((row, level), Cell(Kind.SHOWN, 0)))
            reader.knows_that(level, [(side, row, level) for row in table.rows])
    reader.knows_that("total", list(by_unit.columns))
    for side, table in (("unit", by_unit), ("role", by_role)):
        for row, cell in table.rows.items():
            reader.reads((side, row), cell)
            reader.knows_that((side, row), [(side, row, level) for level in by_unit.columns])
        reader.knows_that("total", [(side, row) for row in table.rows])
    assert narrowed(reader) == []
