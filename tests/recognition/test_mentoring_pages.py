"""The trainer's stories 1 to 5, 8 and 9 of domain.md §8, by the pages; and what they refuse."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.models import Participation
from recognition.models import MentoringSession, SessionSignature
from routing.models import Presence
from tests.office import NOW, Office, text_of

from .mentoring_cast import DAY, GROUP, HOUR, NEW, START, plan, press, sign, takes_part, typed

pytestmark = pytest.mark.django_db


def note(office: Office, *names: str, who: str = "trainer", **changes):
    return office.browser(who).post(NEW, typed(office, *names, **changes))


def told(kind: str) -> set[str]:
    found = Notification.objects.filter(kind=f"mentoring_{kind}")
    return set(found.order_by("pk").values_list("recipient__username", flat=True))


def test_a_trainer_plans_for_four_and_each_signs_until_three_hours_count(office):
    takes_part(office, "trainer")
    assert note(office, *GROUP).status_code == 302
    session = MentoringSession.objects.get()
    assert told("planned") == set(GROUP)
    page = text_of(office.browser("trainer").get(reverse("recognition:session", args=[session.pk])))
    assert session.short_hash in page
    assert "0 sur 5" in page

    assert "Séance signée." in text_of(press(office.browser("trainer"), "sign", session))
    assert told("to_sign") == set(GROUP)
    assert MentoringSession.objects.get().state == "mentor_signed"
    listed = reverse("recognition:mentoring")
    assert "Aucune heure signée" in text_of(office.browser("trainer").get(listed))
    for name in GROUP:
        assert "3 h d’accompagnement comptent" in text_of(press(office.browser(name), "sign", session))
    assert MentoringSession.objects.get().state == "co_signed"
    assert told("co_signed") == {"trainer"}
    page = text_of(office.browser("trainer").get(listed))
    assert ">3 h<" in page
    assert ">3 h<" in text_of(office.browser("stranger").get(listed))
    assert AuditEvent.objects.filter(object_type="mentoring_session").count() == 6


def test_editing_voids_the_signatures_and_tells_the_signers(office):
    session = sign(office, plan(office, "advisor", "colleague"), "trainer", "advisor")
    address = reverse("recognition:session_edit", args=[session.pk])
    browser = office.browser("trainer")
    assert "annule 2 signatures" in text_of(browser.get(address))
    changed = typed(office, "advisor", "support", minutes=120, version=session.version)
    assert "signatures sont annulées" in text_of(browser.post(address, changed, follow=True))
    session.refresh_from_db()
    assert (session.state, session.minutes) == ("draft", 120)
    assert SessionSignature.objects.filter(voided_at=None).count() == 0
    assert SessionSignature.objects.count() == 2
    assert told("voided") == {"trainer", "advisor"}
    assert told("edited") == {"support"}
    assert told("removed") == {"colleague"}
    page = text_of(browser.get(reverse("recognition:session", args=[session.pk])))
    assert "S. Essai ajouté, C. Essai retiré" in page
    assert "Signature annulée : " in page


def test_saving_what_is_already_there_voids_nothing(office):
    session = sign(office, plan(office), "trainer")
    address = reverse("recognition:session_edit", args=[session.pk])
    response = office.browser("trainer").post(address, typed(office, version=1), follow=True)
    assert "déjà fait" in text_of(response)
    assert SessionSignature.objects.filter(voided_at=None).count() == 1


@pytest.mark.parametrize(
    ("mentor", "trainee", "field"), [("trainer", "colleague", "day"), ("manager", "advisor", "trainees"),
                                     ("manager", "trainer", "trainees"), ("advisor", "colleague", "day")]
)  # fmt: skip
def test_nobody_is_in_two_sessions_at_once_in_whatever_part(office, mentor, trainee, field):
    """The first: trainer with advisor, 14:00 to 17:00."""
    plan(office)
    takes_part(office, *({mentor} - {"trainer"}))
    response = note(office, trainee, who=mentor, at=START + HOUR, minutes=30)
    assert response.status_code == 422
    assert "est déjà en accompagnement de 14:00 à 17:00" in response.context["form"].errors[field][0]
    assert MentoringSession.objects.count() == 1


def test_a_session_that_begins_when_another_ends_is_accepted(office):
    plan(office)
    assert note(office, at=START + 3 * HOUR, minutes=30).status_code == 302


def test_seven_hours_a_day_are_the_most_for_anybody(office):
    plan(office, start=START - 4 * HOUR, minutes=240)
    response = note(office, minutes=185)
    assert response.status_code == 422
    errors = response.context["form"].errors
    assert "T. Essai aurait 7 h 05 d’accompagnement le 09/11/2026" in errors["day"][0].replace("\u00a0", " ")
    assert "A. Essai aurait 7 h 05" in errors["trainees"][0].replace("\u00a0", " ")
    assert note(office, minutes=180).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"minutes": "-30"}, "minutes", "au moins 15"),
        ({"minutes": "0"}, "minutes", "au moins 15"),
        ({"minutes": "17"}, "minutes", "par 5"),
        ({"minutes": "481"}, "minutes", "480"),
        ({"minutes": "99999999999999999999"}, "minutes", "480"),
        ({"minutes": "beaucoup"}, "minutes", "entier"),
        ({"minutes": ""}, "minutes", "durée"),
        ({"skill": ""}, "skill", "compétence"),
        ({"skill": "999999"}, "skill", "liste"),
        ({"skill": "99999999999999999999999"}, "skill", "liste"),
        ({"day": "2027-02-29"}, "day", "ne se lit pas"),
        ({"day": "2027-09-01"}, "day", "90"),
        ({"day": "2026-10-01"}, "day", "14"),
        ({"day": ""}, "day", "Donnez le jour"),
        ({"start": "25:00"}, "start", "ne se lit pas"),
        ({"trainees": []}, "trainees", "au moins un"),
        ({"trainees": ["zut"]}, "trainees", "plus en activité"),
        ({"trainees": ["\x00"]}, "trainees", "nul"),
        ({"day": "2026-03-29", "start": "02:30"}, "start", "n’existe pas"),
    ],
)
def test_what_cannot_be_noted_names_the_field_and_keeps_the_rest(office, changes, field, words):
    takes_part(office, "trainer")
    response = note(office, **changes)
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[field])
    assert not MentoringSession.objects.exists()
    assert not Presence.objects.exists()
    if field != "trainees":
        assert "Advisor Essai" in text_of(response)


def test_oneself_and_five_colleagues_are_refused(office):
    takes_part(office, "trainer")
    assert "soi-même" in text_of(note(office, "trainer"))
    assert "Quatre collègues" in text_of(note(office, *GROUP, "manager"))


@pytest.mark.parametrize("name", ["hr", "staffrep", "admin", "partner"])
def test_who_has_no_part_in_mentoring_is_not_proposed(office, name):
    takes_part(office, "trainer")
    assert note(office, name).status_code == 422


def test_a_mentor_who_left_is_refused_with_the_date_when_noting_and_when_signing(office):
    takes_part(office, "trainer", until=date(2026, 11, 8))
    assert "sortie du projet le 08/11/2026" in text_of(note(office))
    session = plan(office, mentor="manager")
    Participation.objects.filter(employee=office.people["manager"]).update(ends_on=date(2026, 11, 8))
    assert "sortie du projet le 08/11/2026" in text_of(press(office.browser("manager"), "sign", session))
    assert not SessionSignature.objects.exists()


def test_the_last_day_of_a_participation_is_a_day_of_it(office):
    takes_part(office, "trainer", until=timezone.localdate(START))
    assert note(office).status_code == 302


def test_a_session_to_come_cannot_be_signed(office):
    session = plan(office, start=NOW + HOUR)
    page = text_of(office.browser("trainer").get(reverse("recognition:session", args=[session.pk])))
    assert "Une séance se signe une fois finie." in page
    assert "Signer la séance" not in page
    assert "une fois finie" in text_of(press(office.browser("trainer"), "sign", session))
    refused = AuditEvent.objects.get(refused=True)
    assert (refused.action, refused.reason_code) == ("mentoring_signed", "future")
    assert not SessionSignature.objects.exists()


def test_nobody_signs_for_another_not_even_the_manager(office):
    session = plan(office)
    assert press(office.browser("manager"), "sign", session).status_code == 404
    assert press(office.browser("colleague"), "sign", session).status_code == 404
    assert press(office.browser("hr"), "sign", session).status_code == 403
    assert not SessionSignature.objects.exists()


def test_signing_twice_is_once_and_a_page_of_another_content_signs_nothing(office):
    session = plan(office)
    browser = office.browser("trainer")
    assert "a changé entre-temps" in text_of(press(browser, "sign", session, seen="0" * 64))
    assert not SessionSignature.objects.exists()
    press(browser, "sign", session)
    assert "déjà fait" in text_of(press(browser, "sign", session))
    assert SessionSignature.objects.count() == 1


def test_a_page_that_did_not_see_a_signature_does_not_void_it(office):
    session = plan(office)
    sign(office, session, "advisor")
    address = reverse("recognition:session_edit", args=[session.pk])
    response = office.browser("trainer").post(address, typed(office, minutes=60, version=session.version))
    assert response.status_code == 409
    assert "Signature de l’empreinte" in text_of(response)
    assert SessionSignature.objects.filter(voided_at=None).count() == 1
    again = typed(office, minutes=60, version=response.context["form"]["version"].value())
    assert office.browser("trainer").post(address, again).status_code == 302


def test_only_the_mentor_edits_and_cancels(office):
    session = plan(office)
    address = reverse("recognition:session_edit", args=[session.pk])
    assert office.browser("advisor").get(address).status_code == 403
    assert press(office.browser("advisor"), "cancel", session).status_code == 403
    browser = office.browser("trainer")
    assert "Séance annulée" in text_of(press(browser, "cancel", session))
    assert "déjà fait" in text_of(press(browser, "cancel", session))
    assert told("cancelled") == {"advisor"}
    assert "Cette séance est annulée" in text_of(browser.get(address, follow=True))
    assert note(office).status_code == 302  # its time is free again


def test_the_same_form_twice_is_one_session(office):
    takes_part(office, "trainer")
    note(office)
    assert note(office).status_code == 302
    assert MentoringSession.objects.count() == 1


def test_a_colleague_is_found_by_a_name_without_its_accents_and_stays_ticked(office):
    office.people["stranger"].last_name = "Éluard"
    office.people["stranger"].save()
    browser = office.browser("trainer")
    response = browser.post(NEW, typed(office, minutes="") | {"find": "1", "who": "eluard"})
    page = text_of(response)
    assert response.status_code == 200
    assert "Stranger Éluard" in page
    assert "Advisor Essai" in page
    assert "Donnez la durée" not in page
    address = reverse("recognition:mentoring_people")
    found = browser.get(address, {"who": "elua", "trainees": [office.people["advisor"].pk]})
    assert [one.username for one in found.context["found"]] == ["stranger"]
    assert [one.username for one in found.context["chosen"]] == ["advisor"]
    assert "Aucun autre collègue" in text_of(browser.get(address, {"who": "zzz"}))


def test_hr_reads_any_session_and_a_support_only_disputed_ones(office):
    session = plan(office)
    address = reverse("recognition:session", args=[session.pk])
    assert office.browser("hr").get(address).status_code == 200
    assert office.browser("support").get(address).status_code == 404
    assert office.browser("staffrep").get(address).status_code == 403


@pytest.mark.parametrize("view", ["month", "week"])
def test_the_calendar_holds_the_session_and_walks_from_one_to_the_next(office, view):
    session = plan(office)
    browser = office.browser("advisor")
    address = reverse("recognition:mentoring_calendar")
    page = text_of(browser.get(address, {"view": view, "day": "2026-11-09"}))
    assert reverse("recognition:session", args=[session.pk]) in page
    assert "lundi 9 novembre" in page.replace("\u00a0", " ")
    assert "Aucune séance" in text_of(browser.get(address, {"view": view, "day": "2026-12-20"}))
    for day in ("zut", "9999-12-31", "2026-02-30", ""):
        assert browser.get(address, {"view": view, "day": day}).status_code == 200


def test_a_session_across_midnight_is_on_both_days_of_the_calendar(office):
    start = timezone.localtime(NOW + DAY).replace(hour=23, minute=0)
    session = plan(office, start=start, minutes=120)
    response = office.browser("trainer").get(
        reverse("recognition:mentoring_calendar"), {"day": f"{start:%Y-%m-%d}"}
    )
    assert [one for one, held in response.context["agenda"] if session in held] == [
        start.date(), (start + DAY).date(),
    ]  # fmt: skip


def test_hostile_words_are_shown_as_words(office):
    session = sign(office, plan(office), "trainer", "advisor")
    text = "<script>alert(1)</script> \u202e La séance n’a pas eu lieu."
    press(office.browser("advisor"), "dispute", session, text=text)
    body = office.browser("hr").get(reverse("recognition:session", args=[session.pk])).content.decode()
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_two_who_mentor_each_other_on_one_skill_within_thirty_days_are_listed_to_hr_not_blocked(office):
    takes_part(office, "trainer", "manager")
    plan(office, "manager", start=START - 10 * DAY)
    plan(office, "trainer", "advisor", mentor="manager", start=START - DAY)
    address = reverse("recognition:mentoring_follow_up")
    (pair,) = office.browser("hr").get(address).context["pairs"]
    assert (pair.one.mentor.username, pair.other.mentor.username) == ("manager", "trainer")
    assert "Accompagnements croisés" not in text_of(office.browser("support").get(address))


@pytest.mark.parametrize("apart", ["skill", "days", "people"])
def test_other_skills_more_than_thirty_days_or_other_people_are_no_pair(office, apart):
    takes_part(office, "trainer", "manager")
    first = START - (13 * DAY if apart == "days" else DAY)
    plan(office, "manager", start=first)
    later = {"start": first + 31 * DAY, "now": first + 31 * DAY} if apart == "days" else {}
    who = "advisor" if apart == "people" else "trainer"
    plan(office, who, mentor="manager", code="cuivre" if apart == "skill" else "fibre", **later)
    assert office.browser("hr").get(reverse("recognition:mentoring_follow_up")).context["pairs"] == []


def test_hr_reads_hours_by_skill_and_no_name(office):
    sign(office, plan(office, "advisor", "colleague"), "trainer", "advisor", "colleague")
    response = office.browser("hr").get(reverse("recognition:mentoring_follow_up"), {"days": "30"})
    assert response.context["hours"] == [
        {"skill": "Module fibre", "minutes": 180, "sessions": 1, "mentors": 1, "trainees": 2}
    ]
    assert "T. Essai" not in text_of(response)
