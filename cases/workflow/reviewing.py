"""Quality review (domain.md §3.2 A7): the manager reads a case through; the advisor then in charge may answer once.

Neither moves the case. What was written is never changed: the next review of the same person's work on the
case replaces the one that stood, and both stay readable.
"""

from __future__ import annotations

from cases import guards
from cases.enums import ReviewAnswer, ReviewCriterion
from cases.models import QualityReview, ReviewMark
from cases.reasons import Reason

from .door import action
from .move import Move

NBSP = "\u00a0"
#: Answers that owe an explanation to the person whose work was read.
RESERVED = (ReviewAnswer.PARTLY, ReviewAnswer.NO)


@action("quality_review")
def quality_review(move: Move) -> None:
    """Data: each criterion's answer under its name and `<name>_comment`, `comment`, `improvement`."""
    case = move.case
    move.check(guards.owner_set(move.bare_facts))
    about = case.owner.user
    if move.user is None or move.user.pk == about.pk:
        move.refuse(Reason("own_case", "On ne relit pas son propre dossier : un autre manager s’en charge."))
    marks = [_mark(move, criterion) for criterion in ReviewCriterion]
    comment, improvement = move.text("comment", 2000), move.text("improvement", 1000)
    move.check(guards.reason_text(comment, name="comment"))
    former = _standing(case.pk, about.pk)
    before = dict(former.marks.values_list("criterion", "answer")) if former else {}
    if former:
        former.replaced_at = move.now
        former.save(update_fields=["replaced_at"])
    review = QualityReview.objects.create(
        case=case, about=about, by=move.user, at=move.now, comment=comment, improvement=improvement
    )
    for mark in marks:
        mark.review = review
        move.changes[mark.criterion] = [before.get(mark.criterion), mark.answer]
        if mark.comment:
            move.personal[f"{mark.criterion}_comment"] = mark.comment
    ReviewMark.objects.bulk_create(marks)
    move.changes |= {"review": [former.pk if former else None, review.pk], "about": [None, about.pk]}
    move.personal |= {"comment": comment, "improvement": improvement}
    title = f"Votre dossier {case.ref} a été relu{NBSP}: lisez la relecture, vous pouvez y répondre"
    move.tell(about.pk, "case_reviewed", title)


@action("reply_review")
def reply_review(move: Move) -> None:
    """Data `reply`. Once: what the advisor answered stays as it was said."""
    review = _standing(move.case.pk, move.user.pk if move.user else None)
    if review is None:
        move.refuse(Reason("no_review", "Aucune relecture de votre travail n’est en vigueur sur ce dossier."))
    if review.replied_at:
        move.refuse(Reason("already_replied", "Vous avez déjà répondu à cette relecture.", "reply"))
    reply = move.text("reply", 2000)
    move.check(guards.reason_text(reply, name="reply"))
    review.reply, review.replied_at = reply, move.now
    review.save(update_fields=["reply", "replied_at"])
    move.changes |= {"review": [review.pk, review.pk], "about": [None, review.about_id]}
    move.personal["reply"] = reply
    move.tell(review.by_id, "review_replied", f"Réponse à votre relecture de {move.case.ref}")


def _mark(move: Move, criterion: ReviewCriterion) -> ReviewMark:
    answer, comment = str(move.get(criterion.value)), move.text(f"{criterion}_comment", 400)
    if answer not in ReviewAnswer.values:
        move.refuse(Reason("criterion", "Répondez à chaque critère.", criterion.value))
    if answer in RESERVED and len(comment) < 3:
        asked = f"«{NBSP}{ReviewAnswer(answer).label}{NBSP}»{NBSP}: dites pourquoi."
        move.refuse(Reason("criterion_why", asked, f"{criterion}_comment"))
    return ReviewMark(criterion=criterion, answer=answer, comment=comment)


def _standing(case_id: int, about_id: int | None) -> QualityReview | None:
    return QualityReview.objects.filter(case=case_id, about=about_id, replaced_at=None).first()
