"""Vocabulary of durable recognition (domain.md §6.7, L72, L73)."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices


class CompetencyLevel(IntegerChoices):
    NOTIONS = 1, "1 · Découvre, avec de l’aide"
    AUTONOMOUS = 2, "2 · Pratique seul"
    MASTERED = 3, "3 · Maîtrise, même difficile"
    PASSES_ON = 4, "4 · Maîtrise et transmet"


class DocumentKind(TextChoices):
    ARCQ = "arcq", "Modalités ARCQ"
