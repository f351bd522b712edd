"""The manager's review of a case, criterion by criterion, and the advisor's right to answer it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms

from cases.enums import ReviewAnswer, ReviewCriterion
from cases.models import QualityReview

from .base import ActionForm
from .fields import radios, text


class ReviewForm(ActionForm):
    """Filled in with the review that stands, which this one then replaces."""

    action = "quality_review"
    title = "Relecture qualité"
    button = "Enregistrer la relecture"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marks = {mark.criterion: mark for mark in self.standing.marks.all()} if self.standing else {}
        for number, criterion in enumerate(ReviewCriterion, 1):
            mark = marks.get(criterion.value)
            answer = radios(f"{number}. {criterion.label}", ReviewAnswer.choices)
            answer.initial = mark.answer if mark else ""
            self.fields[criterion.value] = answer
            comment = forms.CharField(
                label=f"Précision sur le point {number}",
                max_length=400,
                required=False,
                initial=mark.comment if mark else "",
                widget=forms.TextInput(attrs={"class": "form-control"}),
            )
            comment.conditional = True  # type: ignore[attr-defined]
            comment.only_for = "answer"  # type: ignore[attr-defined]
            self.fields[f"{criterion.value}_comment"] = comment
        self.fields["comment"] = text("Appréciation d’ensemble", rows=3, minimum=10)
        self.fields["improvement"] = text(
            "Progrès convenu avec le conseiller", rows=2, maximum=1000, required=False
        )
        if self.standing:
            self.fields["comment"].initial = self.standing.comment
            self.fields["improvement"].initial = self.standing.improvement

    @cached_property
    def standing(self) -> QualityReview | None:
        standing = QualityReview.objects.filter(case=self.case, about=self.case.owner_id, replaced_at=None)
        return standing.prefetch_related("marks").first()

    @property
    def heading(self) -> str:
        return "Corriger la relecture qualité" if self.standing else "Relire la qualité du dossier"

    @property
    def intro(self) -> str:  # type: ignore[override]
        owner = self.case.owner
        if owner is None:
            return "Personne n’a gardé ce dossier."
        told = (
            f"Sur le travail de {owner.user.short_name}, qui la lira et pourra y répondre une fois. "
            "Aucune note, aucun classement. « En partie » et « Non » se justifient."
        )
        return f"{told} La relecture en vigueur reste lisible." if self.standing else told


class ReplyForm(ActionForm):
    action = "reply_review"
    title = "Répondre à la relecture"
    button = "Envoyer la réponse"
    intro = "Votre réponse reste à côté de la relecture, telle quelle. Elle se donne une fois."

    reply = text("Votre réponse", rows=5, minimum=10)
