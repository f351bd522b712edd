"""Entraide (domain.md L28): one question at a time, one helper, an outcome and the time it took."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases import hooks
from cases.sentences import sentence
from routing import evidence, mutual_help
from routing.enums import HelpState, PresenceKind
from routing.models import MutualHelpRequest, Skill
from tests.office import HOUR, NOW, Office, text_of
from tests.routing.cast import present, ready, skill

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
QUESTION = "Le port est remonté, le client n’a pas de tonalité."
HELP = reverse("routing:help")


@pytest.fixture
def asked(office: Office) -> MutualHelpRequest:
    """The advisor's question on her case; the colleague is ready to help."""
    ready(office.people["colleague"])
    case = office.case("opened")
    response = office.browser("advisor").post(
        reverse("routing:help_case", args=[case.ref]), {"question": QUESTION}
    )
    assert response.status_code == 302
    return MutualHelpRequest.objects.get()


def accept(office: Office, who: str, asked: MutualHelpRequest):
    return office.browser(who).post(reverse("routing:help_accept", args=[asked.pk]), follow=True)


def close(office: Office, who: str, asked: MutualHelpRequest, **fields):
    data = {f"help-{asked.pk}-{name}": value for name, value in fields.items()}
    return office.browser(who).post(reverse("routing:help_close", args=[asked.pk]), data)


def part(office: Office, who: str, asked: MutualHelpRequest, seen: str = ""):
    address = reverse("routing:help_case", args=[asked.case.ref])
    return office.browser(who).get(address, {"seen": seen}, headers={"HX-Request": "true"})


def test_from_the_question_to_the_outcome_everyone_sees_where_it_is(office, asked, clock):
    page = text_of(office.browser("colleague").get(HELP))
    assert QUESTION in page
    assert "J’aide" in page
    assert QUESTION[:40] in text_of(office.browser("colleague").get(reverse("routing:help_rail")))
    seen = f"{asked.pk}:asked"
    assert part(office, "advisor", asked, seen).status_code == 204  # nothing new yet

    clock.shift(4 * MINUTE)
    assert accept(office, "colleague", asked).status_code == 200
    assert "C. Essai vient aider" in text_of(part(office, "advisor", asked, seen))
    item = Notification.objects.get(kind="help_accepted")
    assert (item.recipient, item.urgent) == (office.people["advisor"], True)

    clock.shift(12 * MINUTE)
    assert close(office, "colleague", asked, outcome="solved", minutes="12").status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.minutes, asked.outcome) == ("closed", 12, "solved")
    given = evidence.help_given(office.people["colleague"].pk, NOW - HOUR, NOW + HOUR)
    assert (given.answers, given.minutes) == (1, 12)
    told = AuditEvent.objects.filter(object_type="case", action__startswith="help_").order_by("seq")
    assert [sentence(event).replace("\u00a0", " ") for event in told] == [
        "Entraide demandée.",
        "Entraide acceptée par C. Essai.",
        "Entraide terminée en 12 min : a débloqué le dossier.",
    ]


def test_two_accept_at_once_one_does_and_the_other_is_told_who(office, asked):
    accept(office, "support", asked)
    page = text_of(accept(office, "colleague", asked))
    assert "S. Essai a déjà accepté cette demande, à 15:30." in page
    asked.refresh_from_db()
    assert asked.helper == office.people["support"]
    assert "rien n’a été enregistré deux fois" in text_of(accept(office, "support", asked))
    assert AuditEvent.objects.filter(action="help_accepted").count() == 1


def test_accept_lost_between_reading_and_writing_is_told_who(office, asked, monkeypatch):
    """The conditional update decides, not what was read before it."""
    objection = mutual_help.Able.why_not

    def meanwhile(self, family):
        MutualHelpRequest.objects.filter(pk=asked.pk).update(
            state=HelpState.ACCEPTED, helper=office.people["support"], accepted_at=NOW
        )
        return objection(self, family)

    monkeypatch.setattr(mutual_help.Able, "why_not", meanwhile)
    assert "S. Essai a déjà accepté" in text_of(accept(office, "colleague", asked))
    asked.refresh_from_db()
    assert asked.helper == office.people["support"]


def test_one_does_not_accept_ones_own(office, asked):
    assert "votre propre demande" in text_of(accept(office, "advisor", asked))
    assert text_of(office.browser("advisor").get(HELP)).count("J’aide") == 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda one: present(one, PresenceKind.BREAK, NOW - MINUTE, NOW + HOUR),
            "Vous n’êtes pas disponible",
        ),
        (lambda one: one.skills.all().delete(), "Il faut la compétence"),
        (lambda one: one.presences.update(ends_at=NOW - HOUR), "Vous n’êtes pas en service"),
    ],
    ids=["on a break", "not trained", "off shift"],
)
def test_who_is_not_free_or_does_not_know_is_told_why(office, asked, make, words):
    make(office.people["colleague"])
    assert words in text_of(office.browser("colleague").get(HELP))
    assert QUESTION[:40] not in text_of(office.browser("colleague").get(reverse("routing:help_rail")))
    assert words in text_of(accept(office, "colleague", asked))
    asked.refresh_from_db()
    assert asked.state == HelpState.ASKED


def test_a_module_of_the_problem_is_asked_of_advisors_not_of_supports(office, asked):
    Skill.objects.create(code="sync", label="Synchronisation", reason_family="no_sync")
    assert "Synchronisation" in text_of(accept(office, "colleague", asked))
    skill(office.people["colleague"], "sync")
    assert "Vous aidez sur ce dossier" in text_of(accept(office, "colleague", asked))


def test_asking_twice_is_once_and_only_who_keeps_the_case_asks(office, asked):
    address = reverse("routing:help_case", args=[asked.case.ref])
    again = office.browser("advisor").post(address, {"question": QUESTION}, follow=True)
    assert "déjà en cours" in text_of(again)
    other = office.browser("colleague").post(address, {"question": QUESTION})
    assert other.status_code == 422
    assert "Seul qui suit un dossier" in text_of(other)
    assert MutualHelpRequest.objects.count() == 1


@pytest.mark.parametrize(("typed", "words"), [("", "10 caractères au moins"), ("Aide", "vous en avez 4")])
def test_a_question_too_short_says_so_and_stays(office, typed, words):
    case = office.case("opened")
    response = office.browser("advisor").post(
        reverse("routing:help_case", args=[case.ref]), {"question": typed}
    )
    assert response.status_code == 422
    assert words in text_of(response)
    assert f">\n{typed}</textarea>" in text_of(response)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"outcome": "", "minutes": "3"}, "Dites ce que l’aide a donné."),
        ({"outcome": "solved", "minutes": ""}, "Donnez le temps passé"),
        ({"outcome": "solved", "minutes": "cinq"}, "nombre entier"),
        ({"outcome": "solved", "minutes": "6"}, "vous avez accepté il y a 5 min"),
    ],
)
def test_closing_asks_for_an_outcome_and_a_time_that_can_be(office, asked, clock, fields, words):
    accept(office, "support", asked)
    clock.shift(5 * MINUTE)
    response = close(office, "support", asked, **fields)
    assert response.status_code == 422
    assert words in text_of(response)
    asked.refresh_from_db()
    assert asked.state == HelpState.ACCEPTED
    assert close(office, "colleague", asked, outcome="solved", minutes="5").status_code == 302
    asked.refresh_from_db()
    assert asked.state == HelpState.ACCEPTED  # somebody else's to close


def test_a_question_nobody_took_ends_after_an_hour_and_who_asked_is_told_once(office, asked, clock):
    assert mutual_help.expire in hooks.rounds
    hooks.tick(NOW + 59 * MINUTE)
    assert MutualHelpRequest.objects.get().state == HelpState.ASKED
    clock.shift(HOUR)
    assert "n’attend plus" in text_of(accept(office, "colleague", asked))
    for _again in range(2):
        mutual_help.expire(NOW + HOUR)
    assert MutualHelpRequest.objects.get().state == HelpState.EXPIRED
    assert Notification.objects.filter(kind="help_expired", recipient=office.people["advisor"]).count() == 1


def test_withdrawing_tells_who_had_come_and_is_once(office, asked):
    accept(office, "support", asked)
    address = reverse("routing:help_withdraw", args=[asked.pk])
    assert "Seul qui a demandé" in text_of(office.browser("support").post(address, follow=True))
    for words in ("Demande retirée.", "déjà fait"):
        assert words in text_of(office.browser("advisor").post(address, follow=True))
    assert Notification.objects.get(kind="help_withdrawn").recipient == office.people["support"]
    assert "a retiré cette demande" in text_of(accept(office, "colleague", asked))


def test_median_of_a_unit_is_told_from_five_requests_on(office):
    case = office.case("opened")
    for number in range(5):
        assert evidence.unit_help(office.units["lyon"].pk, NOW - HOUR, NOW + HOUR).median_minutes is None
        MutualHelpRequest.objects.create(
            case=case, unit=case.unit, asked_by=office.people["advisor"], asked_at=NOW, question=QUESTION,
            expires_at=NOW + HOUR, state=HelpState.CANCELLED, helper=office.people["support"],
            accepted_at=NOW + (2 + number) * MINUTE,
        )  # fmt: skip
    found = evidence.unit_help(office.units["lyon"].pk, NOW - HOUR, NOW + HOUR)
    assert (found.accepted, found.median_minutes) == (5, 4.0)
