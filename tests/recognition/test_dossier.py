"""The « dossier ARCQ » and what it is made of: assessed competencies, mentoring, trainings, roles (L72, §6.7)."""

from __future__ import annotations

import json
import re

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.notifications.models import Notification
from cases.models import Case
from recognition.durable import competencies, sections
from recognition.durable.sections import Section
from recognition.models import Competency, CompetencyRecord
from routing.models import Assignment
from tests.office import NOW, Office, text_of
from tests.routing.cast import skill

from .improving import move, script, suggestion
from .mentoring_cast import DAY, plan, sign, takes_part

pytestmark = pytest.mark.django_db

MINE = reverse("recognition:dossier")


@pytest.fixture
def competency(db) -> Competency:
    """Comes with the migrations; a transactional test before this one empties the tables."""
    return Competency.objects.get_or_create(code="passing_on", defaults={"label": "Accompagner un collègue"})[
        0
    ]


def typed(about: Competency, **changes) -> dict:
    return {
        "competency": about.pk,
        "level": "3",
        "assessed_on": "2026-11-10",
        "proofs": [],
        "words": "A repris seule trois dossiers de fibre.",
    } | changes


def assess(office: Office, about: Competency, whom: str = "advisor", who: str = "trainer", **changes):
    address = reverse("recognition:competency_person", args=[office.people[whom].pk])
    return office.browser(who).post(address, typed(about, **changes))


def closed(office: Office, number: int, who: str = "advisor") -> list[Case]:
    made = [office.case() for _ in range(number)]
    QuerySet.update(  # the door would take a week of the clock for each
        Case.objects.filter(pk__in=[one.pk for one in made]),
        owner=office.people[who].advisor_profile,
        state="closed", closure_kind="confirmed", closed_at=NOW, resolved_at=NOW - 8 * DAY,
        resolution_code="repaired_network", root_cause="network", client_confirmation="confirmed",
    )  # fmt: skip
    return made


def test_a_trainer_has_an_own_dossier_with_what_was_given_and_held(office):
    takes_part(office, "trainer")
    sign(office, plan(office, "advisor", "colleague"), "trainer", "advisor", "colleague")
    skill(office.people["trainer"])
    page = text_of(office.browser("trainer").get(MINE)).replace("\u00a0", " ")
    assert "Mon dossier ARCQ" in page
    assert ">3 h<" in page
    assert "2 collègues, 1 séance" in page
    assert "Formateur" in page
    assert "Volontaire" in page
    assert "Dossiers de bout en bout" not in page


def test_an_advisor_who_is_no_ambassador_with_twelve_cases_and_one_skill_has_a_dossier(office):
    closed(office, 12)
    skill(office.people["advisor"])
    response = office.browser("advisor").get(MINE)
    assert response.context["dossier"].cases == 12
    assert "Aucune participation enregistrée. Ce dossier vaut aussi sans elle" in text_of(response)
    assert len(response.context["dossier"].skills) == 1


def test_a_case_that_was_somebody_elses_is_not_kept_from_end_to_end(office):
    one, other, third = closed(office, 3)
    people = {"from_user": office.people["colleague"], "to_user": office.people["advisor"], "at": NOW}
    Assignment.objects.create(case=one, mode="rebalance", **people)
    Assignment.objects.create(case=other, mode="delegation", **people)
    Case.objects.filter(pk=third.pk).update(closure_kind="cancelled", cancel_reason="test")
    assert office.browser("advisor").get(MINE).context["dossier"].cases == 1


def test_no_amount_and_no_load_is_in_a_dossier(office):
    takes_part(office, "advisor")
    response = office.browser("advisor").get(MINE)
    article = text_of(response).partition('<article class="at-audit')[2].partition("</article>")[0]
    assert article
    for word in ("€", " prime", "indice", "plafond"):
        assert word not in article.lower()


def test_a_trainer_assesses_with_proofs_and_the_employee_reads_and_comments(office, competency):
    session = sign(office, plan(office, "advisor"), "trainer", "advisor")
    page = text_of(office.browser("trainer").get(reverse("recognition:competencies"), {"who": "advisor"}))
    assert "Advisor Essai" in page
    response = assess(office, competency, proofs=[f"session:{session.pk}"])
    assert response.status_code == 302
    row = CompetencyRecord.objects.get()
    assert [one["kind"] for one in row.proofs] == ["session", "words"]
    assert json.dumps(row.proofs)
    assert Notification.objects.get(kind="competency_assessed").recipient == office.people["advisor"]
    page = text_of(office.browser("advisor").get(MINE))
    assert "niveau 3" in page
    assert "Séance suivie le 09/11/2026, Module fibre" in page

    address = reverse("recognition:competency_comment", args=[row.pk])
    office.browser("advisor").post(address, {"comment": "D’accord, <b>sauf</b> pour la date."})
    body = (
        office.browser("trainer")
        .get(reverse("recognition:competency_person", args=[office.people["advisor"].pk]))
        .content.decode()
    )
    assert "&lt;b&gt;sauf&lt;/b&gt;" in body
    assert Notification.objects.get(kind="competency_commented").recipient == office.people["trainer"]
    assert AuditEvent.objects.filter(object_type="competency_record").count() == 2


def test_a_second_assessment_keeps_the_first_and_the_last_holds(office, competency):
    assess(office, competency, level="2", assessed_on="2026-10-01")
    assess(office, competency, level="4")
    (one,) = competencies.standings(office.people["advisor"])
    assert (one.record.level, [row.level for row in one.before]) == (4, [2])


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"words": "   "}, "proofs", "au moins une preuve"),
        ({"proofs": ["session:999"]}, "proofs", "n’est plus proposée"),
        ({"level": "5"}, "level", ""),
        ({"level": ""}, "level", "Choisissez"),
        ({"competency": "zut"}, "competency", "liste"),
        ({"assessed_on": "2026-11-11"}, "assessed_on", "à venir"),
        ({"assessed_on": "2027-02-29"}, "assessed_on", "ne se lit pas"),
        ({"assessed_on": ""}, "assessed_on", "jour"),
        ({"words": "x" * 201}, "words", "200"),
    ],
)
def test_what_cannot_be_assessed_names_the_field_and_writes_nothing(
    office, competency, changes, field, words
):
    response = assess(office, competency, **changes)
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    assert not CompetencyRecord.objects.exists()


def test_the_same_competency_twice_on_one_day_is_refused_at_the_day(office, competency):
    assess(office, competency)
    response = assess(office, competency, level="1")
    assert "déjà évaluée au 10/11/2026" in response.context["form"].errors["assessed_on"][0]
    assert CompetencyRecord.objects.get().level == 3


def test_a_trainer_reaches_the_unit_and_those_accompanied_hr_anybody_and_nobody_oneself(office, competency):
    assert assess(office, competency, whom="stranger").status_code == 404
    assert assess(office, competency, whom="trainer").status_code == 404
    assert assess(office, competency, whom="stranger", who="hr").status_code == 302
    sign(office, plan(office, "stranger"), "trainer", "stranger")
    assert assess(office, competency, whom="stranger", assessed_on="2026-11-09").status_code == 302
    assert assess(office, competency, who="manager").status_code == 403


def test_nobody_comments_an_assessment_of_somebody_else(office, competency):
    assess(office, competency)
    address = reverse("recognition:competency_comment", args=[CompetencyRecord.objects.get().pk])
    assert office.browser("colleague").post(address, {"comment": "Non."}).status_code == 404
    response = office.browser("advisor").post(address, {"comment": "x" * 1001})
    assert response.status_code == 422
    assert CompetencyRecord.objects.get().comment == ""


def test_hr_opens_anybodys_dossier_which_is_logged_and_said_a_manager_nobodys(office):
    address = reverse("recognition:dossier_of", args=[office.people["advisor"].pk])
    assert "Advisor Essai" in text_of(
        office.browser("hr").get(reverse("recognition:dossier_people"), {"who": "advisor"})
    )
    assert "Dossier ARCQ de Advisor Essai" in text_of(office.browser("hr").get(address))
    assert AccessLog.objects.get(object_type="arcq_dossier").user == office.people["hr"]
    assert "Qui a ouvert votre dossier" in text_of(office.browser("advisor").get(MINE))
    assert office.browser("manager").get(address).status_code == 403
    assert office.browser("trainer").get(address).status_code == 403
    unknown = reverse("recognition:dossier_of", args=[10**9])
    assert office.browser("hr").get(unknown).status_code == 404


def test_another_theme_adds_its_section_to_the_dossier(office, monkeypatch):
    monkeypatch.setattr(sections, "MORE", [])
    made = Section(
        "Propositions", ("Proposition", "Suite"), [("Un script plus court", "déployée")], "Aucune."
    )
    for _ in range(2):
        sections.add(only := (lambda employee, now, own: made))
        sections.add(only)
    assert len(sections.MORE) == 2
    page = text_of(office.browser("advisor").get(MINE))
    assert "Un script plus court" in page


def test_suggestions_and_their_outcomes_are_in_the_dossier(office):
    one = suggestion(office, "advisor", title="Lire le numéro une fois", at=NOW - 20 * DAY)
    one = move(office, one, "accept", at=NOW - 9 * DAY)
    script(office, at=NOW - 2 * DAY, suggestion=one, valid_from=(NOW - 2 * DAY).date())
    refused = suggestion(office, "advisor", title="Changer la musique")
    move(office, refused, "reject")
    gone = suggestion(office, "advisor", title="Une idée reprise")
    move(office, gone, "withdraw", "advisor")

    page = text_of(office.browser("advisor").get(MINE))

    assert "Lire le numéro une fois" in page
    assert re.search(r"Déployée le \d\d/\d\d/2026, script Numéro de série, v1", page)
    assert f"Refusée le {NOW:%d/%m/%Y}" in page
    assert "Une idée reprise" not in page


def test_anonymous_suggestion_is_in_ones_own_dossier_and_a_number_for_hr(office):
    suggestion(office, "advisor", title="Un retour sans crainte", anonymous=True)
    person = reverse("recognition:dossier_of", args=[office.people["advisor"].pk])

    own = text_of(office.browser("advisor").get(MINE))
    read_by_hr = text_of(office.browser("hr").get(person))

    assert "Un retour sans crainte (anonyme)" in own
    assert "Un retour sans crainte" not in read_by_hr
    assert re.search(r"Et 1\sproposition anonyme,", read_by_hr)


def test_five_years_after_somebody_left_the_assessments_go(office, competency, purge):
    assess(office, competency)
    office.people["advisor"].left_on = NOW.date()
    office.people["advisor"].save()
    purge(NOW + 4 * 365 * DAY)
    assert CompetencyRecord.objects.exists()
    purge(NOW + (5 * 365 + 2) * DAY)
    assert not CompetencyRecord.objects.exists()
