"""Quality review: structured, told to the advisor then in charge, answered once, corrected by the next one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from cases.enums import ReviewAnswer, ReviewCriterion
from cases.models import QualityReview, ReviewMark
from cases.workflow import Conflict, NotAllowed, Refused

from .cast import MINUTE, NOW, SITUATIONS, Stage, forget_notices, journal, last_sentence, sound, told

pytestmark = pytest.mark.django_db

COMMENT = "Client suivi de près, promesse tenue."
REPLY = "Le client avait demandé à attendre, je l’ai noté le 15."


@pytest.fixture
def stage(db) -> Stage:
    return Stage.set()


def review(**answers: Any) -> dict[str, Any]:
    """What the form sends: yes to everything but what is said."""
    return {**dict.fromkeys(ReviewCriterion.values, "yes"), "comment": COMMENT, **answers}


def codes(refusal) -> list[str]:
    return [reason.code for reason in refusal.value.reasons]


@pytest.mark.parametrize("situation", SITUATIONS)
def test_review_in_any_state_writes_one_row_and_moves_nothing(stage, situation):
    case = stage.at(situation)
    state, rows = case.state, len(journal(case))
    stage.act(case, "quality_review", "manager", at=NOW + 20 * MINUTE, **review())
    case = stage.again(case)
    assert case.state == state
    assert len(journal(case)) == rows + 1
    assert last_sentence(case) == "Relecture qualité faite."
    assert sound() == []


def test_review_keeps_each_answer_its_comment_and_who_kept_the_case(stage):
    case = stage.at("opened")
    answers = {
        "clear_notes": "partly",
        "clear_notes_comment": "L’étage manque.",
        "respectful_tone": "not_concerned",
    }
    stage.act(case, "quality_review", "manager", **review(**answers, improvement="Noter l’accès."))
    kept = QualityReview.objects.get()
    assert (kept.about, kept.by, kept.improvement) == (stage.owner, stage.manager, "Noter l’accès.")
    marks = {mark.criterion: (mark.answer, mark.comment) for mark in kept.marks.all()}
    assert marks.keys() == set(ReviewCriterion.values)
    assert marks["clear_notes"] == ("partly", "L’étage manque.")
    event = journal(case)[-1]
    assert event.changes["clear_notes"] == [None, "partly"]
    assert event.payload.body["clear_notes_comment"] == "L’étage manque."
    assert "comment" not in event.changes  # free text is personal


def test_review_tells_the_advisor_and_nobody_else(stage):
    case = stage.at("opened")
    forget_notices()
    stage.act(case, "quality_review", "manager", **review())
    assert told() == [("owner", "case_reviewed")]


@pytest.mark.parametrize(
    "who", ["owner", "colleague", "support", "specialist", "other_manager", "hr", "admin"]
)
def test_review_is_the_units_managers(stage, who):
    case = stage.at("opened")
    with pytest.raises(NotAllowed):
        stage.act(case, "quality_review", who, **review())
    assert not QualityReview.objects.exists()


def test_review_of_a_case_that_nobody_keeps_is_refused(stage):
    case = stage.open(owner=None)
    with pytest.raises(Refused) as refusal:
        stage.act(case, "quality_review", "manager", **review())
    assert codes(refusal) == ["no_owner"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"client_told": ""}, "criterion"),
        ({"client_told": "excellent"}, "criterion"),
        ({"client_told": "no"}, "criterion_why"),
        ({"client_told": "partly", "client_told_comment": " "}, "criterion_why"),
        ({"comment": "bien"}, "reason_short"),
    ],
)
def test_review_without_what_it_owes_is_refused(stage, changed, code):
    case = stage.at("opened")
    with pytest.raises(Refused) as refusal:
        stage.act(case, "quality_review", "manager", **review(**changed))
    assert codes(refusal) == [code]
    assert not QualityReview.objects.exists()


def test_review_sent_twice_is_one_review(stage):
    case = stage.at("opened")
    version = case.version
    stage.act(case, "quality_review", "manager", version=version, **review())
    assert stage.act(case, "quality_review", "manager", version=version, **review()).already
    assert QualityReview.objects.count() == 1
    with pytest.raises(Conflict):
        stage.act(case, "quality_review", "manager", version=version, **review(client_told="not_concerned"))


def test_review_is_corrected_by_the_next_one_and_stays(stage):
    case = stage.at("opened")
    stage.act(case, "quality_review", "manager", **review(client_told="no", client_told_comment="Trop tard."))
    stage.act(
        case,
        "quality_review",
        "manager",
        at=NOW + 30 * MINUTE,
        **review(comment="Relu avec l’appel en main."),
    )
    first, second = QualityReview.objects.order_by("pk")
    assert (first.replaced_at, second.replaced_at) == (NOW + 30 * MINUTE, None)
    assert first.comment == COMMENT
    assert first.marks.get(criterion="client_told").answer == "no"
    assert journal(case)[-1].changes["client_told"] == ["no", "yes"]
    assert last_sentence(case) == "Relecture qualité corrigée."


def test_each_advisor_who_kept_the_case_has_the_own_review(stage):
    case = stage.at("opened")
    stage.act(case, "quality_review", "manager", **review())
    stage.act(case, "assign", "manager", advisor=stage.colleague.pk, reason_code="load")
    stage.act(case, "quality_review", "manager", at=NOW + 30 * MINUTE, **review())
    standing = QualityReview.objects.filter(replaced_at=None)
    assert {one.about for one in standing} == {stage.owner, stage.colleague}
    stage.act(case, "reply_review", "owner", reply=REPLY)  # no longer in charge: the right of reply stays
    assert standing.get(about=stage.owner).reply == REPLY


def test_reply_is_kept_as_it_was_said_once_and_told_to_the_manager(stage):
    case = stage.at("opened")
    stage.act(case, "quality_review", "manager", **review())
    forget_notices()
    stage.act(case, "reply_review", "owner", at=NOW + 30 * MINUTE, reply=REPLY)
    kept = QualityReview.objects.get()
    assert (kept.reply, kept.replied_at) == (REPLY, NOW + 30 * MINUTE)
    assert told() == [("manager", "review_replied")]
    assert last_sentence(case) == "Réponse du conseiller à la relecture qualité."
    with pytest.raises(Refused) as refusal:
        stage.act(case, "reply_review", "owner", at=NOW + 40 * MINUTE, reply="Et j’ajoute ceci encore.")
    assert codes(refusal) == ["already_replied"]
    assert QualityReview.objects.get().reply == REPLY


@pytest.mark.parametrize("who", ["manager", "colleague", "support", "stranger", "admin"])
def test_reply_is_nobody_elses(stage, who):
    case = stage.at("opened")
    stage.act(case, "quality_review", "manager", **review())
    with pytest.raises(NotAllowed):
        stage.act(case, "reply_review", who, reply=REPLY)


def test_reply_to_nothing_is_not_allowed_and_too_short_a_reply_is_refused(stage):
    case = stage.at("opened")
    with pytest.raises(NotAllowed):
        stage.act(case, "reply_review", "owner", reply=REPLY)
    stage.act(case, "quality_review", "manager", **review())
    with pytest.raises(Refused) as refusal:
        stage.act(case, "reply_review", "owner", reply="non")
    assert codes(refusal) == ["reason_short"]


def test_the_database_refuses_two_standing_reviews_half_a_reply_and_a_reservation_without_why(stage):
    case = stage.at("opened")
    stage.act(case, "quality_review", "manager", **review())
    kept = QualityReview.objects.get()
    facts = {"case": case, "about": stage.owner, "by": stage.manager, "at": NOW, "comment": COMMENT}
    wrong = (
        lambda: QualityReview.objects.create(**facts),
        lambda: QualityReview.objects.create(**facts | {"about": stage.manager}),
        lambda: QualityReview.objects.filter(pk=kept.pk).update(reply=REPLY),
        lambda: ReviewMark.objects.filter(review=kept, criterion="client_told").update(
            answer=ReviewAnswer.NO
        ),
        lambda: ReviewMark.objects.create(review=kept, criterion="client_told", answer="yes"),
    )
    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
