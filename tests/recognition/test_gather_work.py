"""What training, mentoring, help, suggestions, briefings, alerts and the directory prove, cut at the cutoff."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.journal.actors import Actor
from atdemain.organisation.models import EntityContact, Team, User
from recognition.evidence.gather import gather
from recognition.mentoring.enums import SessionState
from recognition.models import ScriptVersion, Suggestion
from recognition.participation import skills
from recognition.results import input_hash
from recognition.rules import judge
from recognition.scheme import seeds
from recognition.suggestions.evidence import counted_suggestions
from routing.directory.changes import save, verify
from routing.models import AdvisorSkill, Assignment, Briefing, MutualHelpRequest, Skill
from tests.recognition.lived import (
    CUTOFF,
    FIRST,
    LAST,
    known_of,
    noon,
    participation,
    session,
    suggestion,
    trained,
)

ADVISOR, SUPPORT, MANAGER, BACK_OFFICE = seeds.ADVISOR, seeds.SUPPORT, seeds.MANAGER, seeds.BACK_OFFICE
TERMS = seeds.inclusive(FIRST, LAST)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor(office):
    participation(office.people["advisor"])
    return office.people["advisor"]


def fact(who, source, role=ADVISOR, **more):
    return known_of(who, **more).facts[role, source]


# -- training -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("validated", "expires", "value"),
    [
        (date(2026, 6, 30), None, 1),
        (date(2025, 1, 1), date(2026, 1, 1), 1),
        (date(2025, 1, 1), date(2025, 12, 31), 0),
        (date(2026, 7, 1), None, None),
    ],
)
def test_training_counts_when_valid_one_day_of_the_period(advisor, validated, expires, value):
    skill = trained(advisor, validated, expires)

    found = fact(advisor, "base_training")

    assert found.value == value
    assert found.sources == (f"skill:{skill.pk}",)
    assert bool(found.left_out) == (value != 1)


def renewed(office, advisor, *spells: tuple[date, date | None]) -> AdvisorSkill:
    """Validated by a trainer once per spell, each time on that day."""
    skill = Skill.objects.get_or_create(code="base", defaults={"label": "Base"})[0]
    for since, until in spells:
        skills.validate(
            advisor, skill, level=2, validated_on=since, expires_on=until,
            actor=office.actor("trainer"), now=noon(since),
        )  # fmt: skip
    return AdvisorSkill.objects.get(user=advisor, skill__code="base")


AFTER = (date(2026, 7, 10), date(2027, 7, 10))


@pytest.mark.parametrize(
    ("before", "value", "on"),
    [
        ([(date(2025, 7, 9), date(2026, 7, 9))], 1, date(2025, 7, 9)),
        ([(date(2025, 1, 9), date(2025, 12, 31))], 0, None),
        ([(date(2025, 7, 9), date(2026, 7, 9)), (date(2025, 7, 9), date(2025, 12, 31))], 0, None),
        ([], 0, None),
    ],
)
def test_training_validated_again_after_the_period_is_judged_on_the_one_before(
    office, advisor, before, value, on
):
    renewed(office, advisor, *before, AFTER)

    found = fact(advisor, "base_training")

    assert (found.value, found.on) == (value, on)
    assert "validée le 10/07/2026, après la période" in found.left_out[0]


def test_training_of_which_the_journal_does_not_go_back_to_the_first_is_not_known(office, advisor):
    trained(advisor, date(2025, 1, 9), date(2025, 12, 31))  # typed before the journal told of it
    renewed(office, advisor, AFTER)

    found = fact(advisor, "base_training")

    assert found.value is None
    assert "une validation plus ancienne reste à vérifier" in found.left_out[0]


def test_training_nobody_recorded_is_not_met(advisor):
    assert fact(advisor, "base_training").value == 0


# -- mentoring ----------------------------------------------------------------------------------------


def test_session_counts_once_for_the_mentor_and_for_each_signer(advisor, office):
    colleague, support = office.people["colleague"], office.people["support"]
    end = noon(date(2026, 3, 2)) + timedelta(minutes=120)
    made = session(advisor, colleague, support, signed={advisor: end, colleague: end})

    assert (fact(advisor, "mentoring_minutes").value, fact(advisor, "distinct_trainees").value) == (120, 1)
    assert fact(advisor, "mentoring_minutes").sources == (f"session:{made.pk}",)


def test_disputed_session_does_not_count_and_is_listed(advisor, office):
    session(advisor, office.people["colleague"], state=SessionState.DISPUTED)

    found = fact(advisor, "mentoring_minutes")

    assert (found.value, found.pending) == (0, 0)
    assert "contestée" in found.left_out[0]


def test_session_whose_delay_still_runs_is_pending_and_over_it_is_not_counted(advisor, office):
    colleague = office.people["colleague"]
    day = date(2026, 6, 29)
    end = noon(day) + timedelta(minutes=120)
    session(advisor, colleague, day=day, signed={advisor: end}, state=SessionState.MENTOR_SIGNED)

    running = fact(advisor, "mentoring_minutes", cutoff=end + 14 * DAY - timedelta(seconds=1))
    over = fact(advisor, "mentoring_minutes", cutoff=end + 14 * DAY)

    assert (running.value, running.pending) == (0, 120)
    assert (over.value, over.pending) == (0, 0)
    assert "il manque la signature" in over.left_out[0]


def test_late_signature_changes_neither_the_evidence_nor_its_hash(advisor, office):
    """The same cutoff, read before and after the trainee signed: what came later is only listed."""
    colleague = office.people["colleague"]
    day = date(2026, 6, 29)
    end = noon(day) + timedelta(minutes=120)
    cutoff = end + DAY
    made = session(advisor, colleague, day=day, signed={advisor: end}, state=SessionState.MENTOR_SIGNED)
    before = known_of(advisor, cutoff=cutoff)

    made.signatures.create(user=colleague, at=cutoff + DAY, content_hash="a" * 64)
    type(made).objects.filter(pk=made.pk).update(state=SessionState.CO_SIGNED)
    after = known_of(advisor, cutoff=cutoff)

    assert input_hash(TERMS, [after]) == input_hash(TERMS, [before])
    assert "signée le 01/07, après l’arrêt du 30/06" in after.facts[ADVISOR, "mentoring_minutes"].left_out[0]
    assert fact(advisor, "mentoring_minutes").value == 120


# -- help ---------------------------------------------------------------------------------------------


def helped(office, helper, closed, minutes=45, accepted=None, state="closed"):
    return MutualHelpRequest.objects.create(
        case=office.case(), unit=office.units["lyon"], asked_by=office.people["colleague"],
        asked_at=noon(date(2026, 2, 1)), question="Qui connaît ce modem ?", expires_at=noon(date(2026, 2, 2)),
        state=state, helper=helper, accepted_at=accepted or noon(date(2026, 2, 1)), closed_at=closed,
        minutes=minutes if closed else None, outcome="solved" if closed else "",
    )  # fmt: skip


def test_help_closed_in_the_period_counts_in_minutes_and_in_answers(office):
    support = office.people["support"]
    participation(support, SUPPORT)
    one = helped(office, support, noon(date(2026, 2, 1)), 45)
    two = helped(office, support, noon(LAST), 20)
    helped(office, support, noon(date(2026, 7, 1)), 300)

    assert fact(support, "mutual_help_minutes", SUPPORT).value == 65
    assert fact(support, "mutual_help_answers", SUPPORT).sources == (f"help:{one.pk}", f"help:{two.pk}")
    assert len(fact(support, "mutual_help_answers", SUPPORT).left_out) == 1


# -- suggestions --------------------------------------------------------------------------------------


def test_rejected_suggestion_counts_and_duplicate_does_not(advisor, office):
    kept = suggestion(office, advisor)
    refused = suggestion(office, advisor, "rejected", anonymous=True)
    twin = suggestion(office, advisor, "duplicate", duplicate_of=kept)

    found = fact(advisor, "suggestions")

    assert found.value == 2
    assert found.sources == (f"suggestion:{kept.pk}", f"suggestion:{refused.pk}")
    assert found.left_out == (f"Proposition n° {twin.pk} : doublon de la proposition n° {kept.pk}.",)


def test_suggestions_counted_are_those_of_the_improvement_loop(advisor, office):
    kept = suggestion(office, advisor)
    suggestion(office, advisor, "rejected")
    suggestion(office, advisor, "duplicate", duplicate_of=kept)
    suggestion(office, advisor, day=date(2025, 12, 31))
    suggestion(office, advisor, day=date(2026, 7, 1))
    later = suggestion(office, advisor, "duplicate", duplicate_of=kept)
    Suggestion.objects.filter(pk=later.pk).update(closed_at=CUTOFF + DAY)

    theirs = counted_suggestions([advisor.pk], FIRST, LAST, CUTOFF)[advisor.pk]

    assert fact(advisor, "suggestions").sources == tuple(f"suggestion:{pk}" for pk in theirs)
    assert len(theirs) == 3


def test_script_issued_from_a_suggestion_counts_for_its_author(office):
    support = office.people["support"]
    participation(support, SUPPORT)
    origin = suggestion(office, support)
    made = ScriptVersion.objects.create(
        code="modem", version=1, title="Modem", text="…", valid_from=date(2026, 5, 1), suggestion=origin,
        written_by=office.people["trainer"], written_at=noon(date(2026, 4, 30)),
    )  # fmt: skip

    assert fact(support, "script_evolutions", SUPPORT).sources == (f"script:{made.pk}",)


# -- managers and back office -------------------------------------------------------------------------


def briefing(office, leader, day, closed=True):
    at = noon(day)
    return Briefing.objects.create(
        unit=office.units["lyon"], subject="Semaine", starts_at=at, ends_at=at + timedelta(minutes=15),
        led_by=leader, state="held" if closed else "planned",
        held_until=at + timedelta(minutes=15) if closed else None, closed_at=at if closed else None,
    )  # fmt: skip


def test_weekly_briefing_is_a_share_of_whole_weeks_as_a_manager(office):
    manager = office.people["manager"]
    participation(manager, MANAGER, first=date(2026, 1, 7), last=date(2026, 2, 15))  # from a Wednesday
    briefing(office, manager, date(2026, 1, 12))
    briefing(office, manager, date(2026, 1, 14))
    briefing(office, manager, date(2026, 2, 13))
    briefing(office, manager, date(2026, 1, 8))  # in the broken week
    briefing(office, manager, date(2026, 1, 20), closed=False)

    found = fact(manager, "briefing_weeks", MANAGER)

    assert (found.value, found.total) == (2, 5)
    assert len(found.sources) == 3
    assert "20/01/2026" in found.left_out[0]


def above_cap(office, at, mode="continuity", to="advisor", **fields):
    return Assignment.objects.create(
        case=office.case(), to_user=office.people[to], mode=mode, over_cap=True, at=at, **fields
    )


def test_alert_is_answered_by_a_reason_or_by_a_relief_within_a_day(office):
    manager = office.people["manager"]
    participation(manager, MANAGER)
    start = datetime(2026, 3, 3, 9, tzinfo=UTC)
    above_cap(office, start, "manual", by=manager, reason_code="skill", reason_text="Elle connaît ce client.")
    relieved = above_cap(office, start + DAY)
    late = above_cap(office, start + 5 * DAY)
    for one, after in ((relieved, DAY), (late, DAY + timedelta(seconds=1))):
        Assignment.objects.create(
            case=one.case, from_user=one.to_user, to_user=office.people["colleague"], mode="rebalance",
            by=manager, at=one.at + after,
        )  # fmt: skip
    above_cap(office, start, to="stranger")  # another team's

    found = fact(manager, "alerts_answered", MANAGER)

    assert (found.value, found.total, found.pending) == (2, 3, 0)
    assert found.sources == ("over_cap_week:2026-03-02",)
    assert not any("advisor" in one for one in found.left_out)


def test_alert_whose_day_still_runs_is_pending(office):
    manager = office.people["manager"]
    participation(manager, MANAGER)
    above_cap(office, datetime(2026, 6, 30, 9, tzinfo=UTC))

    found = fact(manager, "alerts_answered", MANAGER, cutoff=datetime(2026, 6, 30, 20, tzinfo=UTC))

    assert (found.value, found.total, found.pending) == (0, 1, 1)


def test_manager_without_any_alert_has_answered_them_all(office):
    manager = office.people["manager"]
    participation(manager, MANAGER)
    found = fact(manager, "alerts_answered", MANAGER)

    assert (found.value, found.total) == (0, 0)
    verdicts = judge(TERMS, known_of(manager)).verdicts[MANAGER]
    assert [one.outcome for one in verdicts[1].criteria if one.criterion == "alerts_all"] == ["met"]


def test_team_without_a_manager_weighs_on_nobody(office):
    manager = office.people["manager"]
    participation(manager, MANAGER)
    Team.objects.update(manager=None)
    above_cap(office, datetime(2026, 3, 3, 9, tzinfo=UTC))

    assert fact(manager, "alerts_answered", MANAGER).total == 0


def test_named_contact_is_an_entry_verified_for_the_period(office):
    specialist = office.people["backoffice"]
    participation(specialist, BACK_OFFICE)
    entity = office.entities["copper"]

    def entry(name, verified, **fields):
        return EntityContact.objects.create(entity=entity, name=name, verified_on=verified, **fields)

    by_mail = entry("Cuivre, expertise", date(2026, 2, 1), email="Backoffice@exemple.fr")
    by_name = entry("ESSAI", date(2026, 2, 1))
    entry("Backoffice Essai", date(2025, 9, 1))
    entry("Backoffice Essai", None)
    EntityContact.objects.create(
        entity=office.entities["field"], name="Backoffice Essai", verified_on=date(2026, 2, 1)
    )

    found = fact(specialist, "named_contacts", BACK_OFFICE)

    assert by_name.pk
    assert found.sources == (f"contact:{by_mail.pk}",)
    assert len(found.left_out) == 2


def test_named_contact_verified_again_after_the_period_is_judged_on_the_time_before(office):
    """A specialist who keeps the directory right every 90 days loses nothing by the next time."""
    specialist = office.people["backoffice"]
    participation(specialist, BACK_OFFICE)
    support = Actor.of_user(office.people["support"])
    spring = datetime(2026, 4, 1, 9, tzinfo=UTC)
    summer = CUTOFF - DAY
    entry = EntityContact(entity=office.entities["copper"], name="Backoffice Essai")
    save(entry, seen=None, actor=support, now=spring)
    assert verify(entry, actor=support, now=spring)
    assert verify(entry, actor=support, now=summer)

    found = fact(specialist, "named_contacts", BACK_OFFICE)
    assert (found.value, found.pending, found.sources) == (1, 0, (f"contact:{entry.pk}",))

    entry.refresh_from_db()
    entry.name = "BACKOFFICE Essai"
    save(entry, seen=entry.version, actor=support, now=summer)
    found = fact(specialist, "named_contacts", BACK_OFFICE)
    assert (found.value, found.pending) == (0, 1)
    assert "après la période" in found.left_out[0]


def test_named_contact_verified_after_the_period_for_the_first_time_does_not_count(office):
    specialist = office.people["backoffice"]
    participation(specialist, BACK_OFFICE)
    support = Actor.of_user(office.people["support"])
    entry = EntityContact(entity=office.entities["copper"], name="Backoffice Essai")
    save(entry, seen=None, actor=support, now=datetime(2026, 4, 1, 9, tzinfo=UTC))
    assert verify(entry, actor=support, now=CUTOFF - DAY)

    found = fact(specialist, "named_contacts", BACK_OFFICE)
    assert (found.value, found.pending) == (0, 0)


# -- figures ------------------------------------------------------------------------------------------


def test_gathering_asks_the_same_number_of_statements_for_two_people_and_for_forty(office):
    everybody = [office.people[name] for name in ("advisor", "support", "manager", "backoffice", "trainer")]
    roles = (ADVISOR, SUPPORT, MANAGER, BACK_OFFICE, seeds.TRAINER)
    for rank, (who, role) in enumerate(zip(everybody, roles, strict=True)):
        participation(who, role)
        session(who, office.people["hr"], day=FIRST + timedelta(days=60 + rank))
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert len(gather(TERMS, cutoff=CUTOFF)) == 5
    more = User.objects.bulk_create(
        User(username=f"n{rank}", employee_number=f"N{rank}", last_name=f"N{rank}") for rank in range(40)
    )
    for rank, who in enumerate(more):
        participation(who, roles[rank % 5])
        session(who, office.people["hr"], day=FIRST + timedelta(days=70 + rank))
    with CaptureQueriesContext(connection) as many:
        assert len(gather(TERMS, cutoff=CUTOFF)) == 45

    assert len(many) == len(few) <= 30
