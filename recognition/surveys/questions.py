"""Questions as data, and answers to them (domain.md §2.4). Pure. No free text: a few words name who wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recognition.surveys.enums import QuestionKind

MOST, MOST_CHOICES = 12, 8
YES_NO = (("yes", "Oui"), ("no", "Non"))
SCALE = tuple((str(mark), str(mark)) for mark in range(1, 6))


@dataclass(frozen=True, slots=True)
class Question:
    """`choices`: (code, label) in order. `key`: how answers name it."""

    key: str
    kind: str
    text: str
    choices: tuple[tuple[str, str], ...]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code for code, _label in self.choices)


def make(key: str, kind: str, text: str, labels: Sequence[str] = ()) -> Question:
    """Raises ValueError (French) for a question nobody could answer."""
    text = " ".join(text.split())
    if not text:
        raise ValueError("Écrivez la question.")
    if kind == QuestionKind.YES_NO:
        return Question(key, kind, text, YES_NO)
    if kind == QuestionKind.SCALE:
        return Question(key, kind, text, SCALE)
    if kind != QuestionKind.SINGLE:
        raise ValueError("Choisissez la forme de la réponse.")
    said = [label for label in (" ".join(one.split()) for one in labels) if label]
    if len(said) < 2:
        raise ValueError("Donnez au moins deux réponses possibles, une par ligne.")
    if len(said) > MOST_CHOICES:
        raise ValueError(f"{MOST_CHOICES} réponses possibles au plus.")
    if len({one.casefold() for one in said}) < len(said):
        raise ValueError("Deux réponses possibles sont les mêmes.")
    return Question(key, kind, text, tuple((f"c{rank}", label) for rank, label in enumerate(said, start=1)))


def to_data(questions: Iterable[Question]) -> list[dict[str, Any]]:
    return [
        {"key": one.key, "kind": str(one.kind), "text": one.text, "choices": [list(pair) for pair in one.choices]}
        for one in questions
    ]  # fmt: skip


def from_data(data: Iterable[Mapping[str, Any]]) -> list[Question]:
    return [
        Question(one["key"], one["kind"], one["text"], tuple((code, label) for code, label in one["choices"]))
        for one in data
    ]


def checked(questions: Iterable[Question], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, in the order of the questions: each exactly one of its choices. Raises ValueError with a key."""
    kept = {}
    for question in questions:
        code = answers.get(question.key, "")
        if code not in question.codes:
            raise ValueError(question.key)
        kept[question.key] = code
    return kept
