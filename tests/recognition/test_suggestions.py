"""The life of a suggestion: one door, its author told at each step, once each (domain.md L32, L33)."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction

from atdemain.journal.models import AuditEvent, AuditPayload
from atdemain.notifications.models import Notification
from atdemain.organisation.models import Unit
from recognition.models import Suggestion, SuggestionStep, SuggestionSupport
from recognition.suggestions import rules, workflow
from recognition.suggestions.enums import StepKind, SuggestionState
from tests.office import NOW, Office, text_of
from tests.recognition.improving import DAY, TEXT, WHY, move, suggestion
from tests.recognition.test_mentoring_race import at_once

pytestmark = pytest.mark.django_db

ALL_STATES = tuple(SuggestionState.values)


def told(office: Office, who: str) -> list[str]:
    found = Notification.objects.filter(recipient=office.people[who].pk).order_by("pk")
    return [title.replace("\u00a0", " ") for title in found.values_list("title", flat=True)]


def test_submit_tells_the_entity_and_sets_deadlines_in_business_days_of_the_authors_unit(office):
    one = suggestion(office)
    unit = Unit.objects.get(code="lyon").calendar()
    assert one.ack_due == unit.add_business_days(NOW, 5)
    assert one.answer_due == unit.add_business_days(NOW, 20)
    assert one.escalate_at == unit.add_business_days(NOW, 21)
    assert told(office, "backoffice") == [f"Proposition n° {one.pk} à recevoir : {one.title}"]
    assert [step.kind for step in one.steps.all()] == ["submit"]
    assert AuditEvent.objects.filter(object_type="suggestion", object_id=str(one.pk)).count() == 1


def test_suggestion_sent_twice_by_a_second_click_is_one_and_counts_once(office):
    first = suggestion(office)
    assert suggestion(office, at=NOW + timedelta(seconds=1)).pk == first.pk
    assert suggestion(office, at=NOW + timedelta(minutes=11)).pk != first.pk
    assert suggestion(office, who="advisor").pk != first.pk
    assert Suggestion.objects.count() == 3
    assert AuditEvent.objects.filter(object_type="suggestion", action="submit").count() == 3


def three_clicks(office) -> int:
    at_once(*[lambda: suggestion(office)] * 3)
    return Suggestion.objects.count()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_three_clicks_at_once_post_one_suggestion(office):
    assert three_clicks(office) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_three_clicks_at_once_without_the_lock_post_several(office, monkeypatch):
    """Negative control: all three look before any has written."""
    looked = Barrier(3, timeout=60)
    monkeypatch.setattr(workflow, "_one_click_at_a_time", lambda user: looked.wait())
    assert three_clicks(office) > 1


def test_author_and_who_supports_are_told_at_each_step_until_it_is_deployed(office):
    one = suggestion(office)
    workflow.support(one.pk, actor=office.actor("trainer"), now=NOW)
    for number, kind in enumerate(("acknowledge", "study", "accept", "start", "deploy"), 1):
        one = move(office, one, kind, at=NOW + number * DAY)
    titles = told(office, "colleague")
    assert [title.split(" :")[0].removeprefix(f"Proposition n° {one.pk} ") for title in titles] == [
        "bien reçue", "mise à l’étude", "acceptée", "en cours de réalisation", "déployée",
    ]  # fmt: skip
    assert len(told(office, "trainer")) == 2  # the answer, the deployment
    assert (one.state, one.answer, one.deployed_on) == ("deployed", WHY, (NOW + 5 * DAY).date())
    assert [step.kind for step in one.steps.order_by("pk")] == [
        "submit", "acknowledge", "study", "accept", "start", "deploy",
    ]  # fmt: skip


def test_answer_without_reception_counts_as_both(office):
    one = move(office, suggestion(office), "reject", at=NOW + 8 * DAY)
    assert one.acknowledged_at == one.answered_at == NOW + 8 * DAY
    assert one.ack_days == one.answer_days == 6  # two Sundays and a holiday are not open


@pytest.mark.parametrize("kind", rules.MOVES)
@pytest.mark.parametrize("state", ALL_STATES)
def test_move_from_a_state_that_does_not_have_it_changes_nothing(office, kind: StepKind, state: str):
    one = _in(office, state)
    if state in rules.MOVES[kind].sources or state == rules.MOVES[kind].target:
        return
    who = "colleague" if kind == StepKind.WITHDRAW else "backoffice"
    before = one.steps.count()
    with pytest.raises((workflow.SuggestionMoved, workflow.SuggestionRefused)):
        workflow.perform(
            one.pk, kind, actor=office.actor(who), expected_version=one.version, now=NOW, text=WHY,
            owner_entity=office.entities["field"], duplicate_of=one.pk,
        )  # fmt: skip
    assert Suggestion.objects.get(pk=one.pk).state == state
    assert one.steps.count() == before


def _in(office: Office, state: str) -> Suggestion:
    path = {
        "submitted": (), "acknowledged": ("acknowledge",), "under_study": ("study",), "accepted": ("accept",),
        "in_progress": ("accept", "start"), "deployed": ("accept", "deploy"), "rejected": ("reject",),
        "duplicate": ("duplicate",), "withdrawn": ("withdraw",),
    }[state]  # fmt: skip
    one = suggestion(office)
    for kind in path:
        data = {"duplicate_of": suggestion(office, title="L’originale").pk} if kind == "duplicate" else {}
        one = move(office, one, kind, "colleague" if kind == "withdraw" else "backoffice", **data)
    assert one.state == state
    return one


def test_two_who_answer_at_once_one_does_and_the_other_is_told(office):
    one = suggestion(office)
    move(office, one, "accept")
    with pytest.raises(workflow.SuggestionMoved):
        workflow.perform(
            one.pk, StepKind.REJECT, actor=office.actor("backoffice"), expected_version=one.version, now=NOW, text=WHY
        )  # fmt: skip
    assert Suggestion.objects.get(pk=one.pk).state == "accepted"


def test_same_answer_twice_is_once(office):
    one = suggestion(office)
    move(office, one, "acknowledge")
    done = workflow.perform(
        one.pk, StepKind.ACKNOWLEDGE, actor=office.actor("backoffice"), expected_version=one.version, now=NOW
    )
    assert done.already
    assert SuggestionStep.objects.filter(suggestion=one, kind="acknowledge").count() == 1


def test_support_is_once_each_never_oneself_and_shows_no_name(office):
    one = suggestion(office)
    assert not workflow.support(one.pk, actor=office.actor("trainer"), now=NOW).already
    assert workflow.support(one.pk, actor=office.actor("trainer"), now=NOW).already
    with pytest.raises(workflow.SuggestionRefused):
        workflow.support(one.pk, actor=office.actor("colleague"), now=NOW)
    assert one.supports.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        SuggestionSupport.objects.create(suggestion=one, user=office.people["trainer"])
    page = text_of(office.browser("manager").get(f"/suggestions/{one.pk}/"))
    assert "Trainer" not in page


def test_duplicate_gives_its_author_and_supporters_to_the_original(office):
    original = suggestion(office, "advisor")
    double = suggestion(office, "colleague", title="Une seule lecture du numéro")
    for who in ("trainer", "advisor"):
        workflow.support(double.pk, actor=office.actor(who), now=NOW)
    move(office, double, "duplicate", duplicate_of=original.pk)
    wanting = set(original.supports.values_list("user__username", flat=True).order_by())
    assert wanting == {"trainer", "colleague"}
    assert f"rejoint la n° {original.pk}" in told(office, "colleague")[-1]


@pytest.mark.parametrize("duplicate_of", ["itself", "unknown", "withdrawn"])
def test_duplicate_of_what_is_no_original_is_refused_at_the_field(office, duplicate_of: str):
    one, other = suggestion(office), suggestion(office, title="Une autre idée du même jour")
    move(office, other, "withdraw", "colleague")
    pk = {"itself": one.pk, "unknown": 10**9, "withdrawn": other.pk}[duplicate_of]
    answer = office.browser("backoffice").post(
        f"/suggestions/{one.pk}/do/duplicate/", {"duplicate-version": 1, "duplicate-duplicate_of": pk}
    )
    assert answer.status_code == 422
    assert "at-error" in answer.content.decode()
    assert Suggestion.objects.get(pk=one.pk).state == "submitted"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Rappeler le 06 12 34 56 78 avant de fermer le dossier.", "un numéro de téléphone"),
        ("Écrire à jean.martin@exemple.fr quand la ligne revient.", "une adresse de courriel"),
        ("Le dossier ATD-2026-000123 montre le défaut du script.", "une référence de dossier"),
        ("La fiche CLI-00042 est restée sans appel trois jours.", "une référence de client"),
    ],
)
def test_text_that_holds_a_clients_data_is_refused_and_kept_in_the_form(office, text: str, said: str):
    answer = office.browser("advisor").post(
        "/suggestions/new/",
        {"title": "Une idée", "text": text, "topic": "process", "owner_entity": office.entities["copper"].pk},
    )
    assert answer.status_code == 422
    page = text_of(answer)
    assert said in page
    assert text.split("@")[0] in page
    assert not Suggestion.objects.exists()


def test_database_refuses_an_answered_suggestion_without_an_answer(office):
    one = suggestion(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=one.pk).update(state="accepted")


def test_manager_answers_what_their_unit_is_asked_and_nothing_else(office):
    from atdemain.organisation.models import Entity

    entity = Entity.objects.create(code="uat-lyon", name="UAT Lyon", kind="uat", unit=office.units["lyon"])
    mine, other = suggestion(office, entity=entity), suggestion(office, title="Pour le cuivre")
    browser = office.browser("manager")
    listed = text_of(browser.get("/suggestions/?signal=mine"))
    assert mine.title in listed
    assert other.title not in listed
    assert (
        browser.post(f"/suggestions/{mine.pk}/do/acknowledge/", {"acknowledge-version": 1}).status_code == 302
    )
    assert (
        browser.post(f"/suggestions/{other.pk}/do/acknowledge/", {"acknowledge-version": 1}).status_code
        == 403
    )


def test_nobody_answers_their_own_suggestion(office):
    one = suggestion(office, "backoffice")
    answer = office.browser("backoffice").post(
        f"/suggestions/{one.pk}/do/accept/", {"accept-version": 1, "accept-text": WHY}
    )
    assert answer.status_code == 403
    assert "On ne répond pas à sa propre proposition" in text_of(answer)


def test_transfer_tells_the_other_entity_and_keeps_the_deadlines(office):
    one = suggestion(office)
    moved = move(office, one, "transfer", owner_entity=office.entities["field"])
    assert moved.owner_entity == office.entities["field"]
    assert moved.answer_due == one.answer_due
    assert any("à recevoir" in title for title in told(office, "field"))
    assert any("transmise" in title for title in told(office, "colleague"))


def test_messages_go_between_author_and_entity(office):
    one = suggestion(office)
    workflow.message(one.pk, "Sur quel modèle de box ?", actor=office.actor("backoffice"), now=NOW)
    workflow.message(one.pk, "Sur toutes.", actor=office.actor("colleague"), now=NOW + timedelta(hours=1))
    assert "a un message" in told(office, "colleague")[-1]
    assert "a un message" in told(office, "backoffice")[-1]
    with pytest.raises(workflow.SomebodyElses):
        workflow.message(one.pk, "Moi aussi", actor=office.actor("stranger"), now=NOW)


def test_hostile_texts_are_shown_as_texts(office):
    script = "<script>alert(1)</script> =HYPERLINK(1) et d’autres choses à lire"
    one = suggestion(office, title="<b>=1+1</b>", text=script)
    body = office.browser("advisor").get(f"/suggestions/{one.pk}/").content.decode()
    assert "<script>alert(1)" not in body
    assert "<b>=1+1</b>" not in body
    file = b"".join(office.browser("advisor").get("/suggestions/export/csv/").streaming_content).decode()
    assert "<b>=1+1</b>" in file
    odd = suggestion(office, title="=1+1 \x00 zéro", text=TEXT)
    file = b"".join(office.browser("advisor").get("/suggestions/export/csv/").streaming_content).decode()
    assert "'=1+1" in file
    assert "\x00" not in Suggestion.objects.get(pk=odd.pk).title


def test_export_holds_the_rows_of_the_filter_and_no_other(office):
    suggestion(office, topic="digital", title="Du numérique")
    suggestion(office, topic="silos", title="Des silos")
    response = office.browser("advisor").get("/suggestions/export/csv/?topic=silos")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert "Des silos" in lines[1]


def test_export_of_those_one_supports_counts_every_support(office):
    one = suggestion(office)
    for who in ("advisor", "trainer", "manager"):
        workflow.support(one.pk, actor=office.actor(who), now=NOW)
    response = office.browser("advisor").get("/suggestions/export/csv/?signal=supported")
    (line,) = b"".join(response.streaming_content).decode().splitlines()[1:]
    assert line.split(";")[5] == "3"


def test_after_five_years_the_author_and_the_words_go_and_the_delays_stay(office, purge):
    one = move(office, suggestion(office), "reject", at=NOW + DAY)
    workflow.message(one.pk, "Merci de votre réponse.", actor=office.actor("colleague"), now=NOW + DAY)
    waiting = suggestion(office, title="Toujours sans réponse")
    purge(NOW + timedelta(days=5 * 365 - 1))
    assert Suggestion.objects.get(pk=one.pk).author == office.people["colleague"]
    purge(NOW + timedelta(days=5 * 365 + 2))
    one = Suggestion.objects.get(pk=one.pk)
    assert (one.author, one.title, one.text, one.answer) == (None, "(effacé)", "(effacé)", "(effacé)")
    assert one.answer_days == 0
    assert not one.steps.exclude(text="", by=None).exists()
    assert not AuditPayload.objects.filter(
        event__object_type="suggestion", event__object_id=str(one.pk)
    ).exists()
    assert Suggestion.objects.get(pk=waiting.pk).author == office.people["colleague"]
    page = text_of(office.browser("advisor").get("/suggestions/"))
    assert "auteur effacé" in page
