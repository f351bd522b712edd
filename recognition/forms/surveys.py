"""Drafting a survey, and answering one."""

from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.models import Unit
from cases.forms.incidents import moment
from recognition.forms.suggestions import words
from recognition.surveys import questions
from recognition.surveys.enums import AUDIENCE, QuestionKind
from recognition.surveys.questions import Question

#: Empty rows shown below what is written.
SPARE = 2
CHECKS = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})


class SurveyForm(forms.Form):
    title = words("Titre", 120)
    intro = words(
        "Pourquoi cette enquête", 1_000, rows=2, required=False,
        help_text="Ce que vous voulez savoir, et ce qui sera fait des résultats.",
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label="Rôles interrogés",
        choices=[(role.value, role.label) for role in AUDIENCE],
        widget=CHECKS,
        error_messages={
            "required": "Choisissez au moins un rôle.",
            "invalid_choice": "Ce rôle n’est pas proposé.",
        },
    )
    units = forms.ModelMultipleChoiceField(
        Unit.objects.order_by("name"),
        label="Unités interrogées",
        required=False,
        widget=CHECKS,
        help_text="Aucune cochée : toutes.",
        error_messages={
            "invalid_choice": "Une des unités n’est plus proposée.",
            "invalid_pk_value": "Une des unités n’est plus proposée.",
        },
    )
    closes_at = moment("Clôture")
    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)


class QuestionForm(forms.Form):
    text = words("Question", 200, required=False)
    kind = forms.ChoiceField(
        label="Forme de la réponse",
        choices=QuestionKind.choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "Choisissez la forme de la réponse."},
    )
    labels = words(
        "Réponses possibles", 800, rows=3, required=False,
        help_text="Pour « un choix parmi plusieurs » : une par ligne.",
    )  # fmt: skip

    def __init__(self, *args: Any, rank: int, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"q{rank}", **kwargs)
        self.rank = rank
        for field in self.fields.values():
            field.conditional = True  # an empty row is no question: none of them is « facultatif »

    @property
    def written(self) -> bool:
        return bool(self.cleaned_data.get("text") or self.cleaned_data.get("labels"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.question = None
        if not self.errors and (data.get("text") or data.get("labels")):
            try:
                self.question = questions.make(
                    f"q{self.rank}",
                    data["kind"] or QuestionKind.YES_NO,
                    data["text"],
                    data["labels"].splitlines(),
                )
            except ValueError as wrong:
                self.add_error("labels" if data["text"] else "text", str(wrong))
        return data


class Questions:
    """The rows of a draft: what is written, and a few more to fill."""

    def __init__(self, data: Any = None, known: list[Question] | None = None) -> None:
        number = _number(data.get("questions")) if data is not None else len(known or ()) + SPARE
        number = max(1, min(number, questions.MOST))
        first = [
            {
                "text": one.text,
                "kind": one.kind,
                "labels": "\n".join(label for _code, label in one.choices)
                if one.kind == QuestionKind.SINGLE
                else "",
            }
            for one in known or ()
        ]
        self.forms = [
            QuestionForm(data, rank=rank, initial=first[rank - 1] if rank <= len(first) else None)
            for rank in range(1, number + 1)
        ]

    @property
    def count(self) -> int:
        return len(self.forms)

    @property
    def full(self) -> bool:
        return self.count >= questions.MOST

    @classmethod
    def typed(cls, data: Any) -> Questions:
        """What is typed so far, not judged yet, and one more empty row."""
        asked = cls(data)
        names = ("text", "kind", "labels")
        asked.forms = [
            QuestionForm(
                rank=form.rank, initial={name: data.get(form.add_prefix(name), "") for name in names}
            )
            for form in asked.forms
        ]
        if not asked.full:
            asked.forms.append(QuestionForm(rank=asked.count + 1))
        return asked

    def valid(self) -> bool:
        judged = [form.is_valid() for form in self.forms]  # each of them, for its own errors
        return all(judged)

    def read(self) -> list[Question]:
        return [form.question for form in self.forms if form.question is not None]


class AnswerForm(forms.Form):
    """One question, one set of radio buttons; every one is needed."""

    def __init__(self, *args: Any, asked: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        missing = "Choisissez une réponse."
        for question in asked:
            self.fields[question.key] = forms.ChoiceField(
                label=question.text,
                choices=question.choices,
                widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
                help_text="1 : pas du tout ; 5 : tout à fait." if question.kind == QuestionKind.SCALE else "",
                error_messages={"required": missing, "invalid_choice": missing},
            )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else SPARE
