"""Who assesses whom, and when (domain.md §6.7). Pure: facts in, French reasons out.

A trainer assesses the colleagues of the own unit and those the trainer accompanied; HR may assess anybody;
nobody oneself. The employee reads it and may comment.
"""

from __future__ import annotations

from datetime import date

from recognition.mentoring.rules import Objection

ONESELF = "On n’évalue pas ses propres compétences."
OUTSIDE = "Vous évaluez les collègues de votre unité, et ceux que vous avez accompagnés."
COMMENT_LENGTH = 1000


def assess_reasons(*, oneself: bool, in_reach: bool) -> list[Objection]:
    if oneself:
        return [Objection("oneself", ONESELF)]
    return [] if in_reach else [Objection("outside", OUTSIDE)]


def date_reasons(day: date, today: date, hired_on: date | None) -> list[Objection]:
    if day > today:
        return [Objection("future", "Une évaluation ne se date pas d’un jour à venir.", "assessed_on")]
    if hired_on is not None and day < hired_on:
        return [
            Objection(
                "before",
                f"Cette personne est entrée le {hired_on:%d/%m/%Y}\u00a0: donnez une date après.",
                "assessed_on",
            )
        ]
    return []
