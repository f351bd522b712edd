"""Who reads a case's quality reviews: its unit's managers, and each advisor those about their own work."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.models import Case, QualityReview, ReviewMark

#: Journal rows that colleagues do not read.
PRIVATE_ACTIONS = frozenset({"quality_review", "reply_review"})


@dataclass(frozen=True, slots=True)
class Told:
    """One review with its criteria. `mine`: about the reader, who may still answer when `answerable`."""

    review: QualityReview
    marks: tuple[ReviewMark, ...]
    mine: bool

    @property
    def answerable(self) -> bool:
        return self.mine and not self.review.replied_at and not self.review.replaced_at


def manages(user: User, case: Case) -> bool:
    return user.has_role(Role.MANAGER) and case.unit_id == user.unit_id


def reviews_of(case: Case, reader: User) -> list[Told]:
    """Those that `reader` may read, the latest first, replaced ones included (one query)."""
    marks = ReviewMark.objects.filter(review__case=case.pk)
    if not manages(reader, case):
        marks = marks.filter(review__about=reader.pk)
    marks = marks.select_related("review__by", "review__about").order_by("-review__at", "-review", "pk")
    return [
        Told(told[0].review, tuple(told), told[0].review.about_id == reader.pk)
        for _pk, group in groupby(marks, key=lambda mark: mark.review_id)
        if (told := list(group))
    ]
