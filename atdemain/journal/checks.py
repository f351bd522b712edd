"""What `check --deploy` says of the journal."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning


def heads_are_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.JOURNAL_HEADS:
        return []
    return [
        Warning(
            "JOURNAL_HEADS ne nomme aucun fichier : rien ne prouvera que des lignes n’ont pas été coupées à la "
            "fin du journal.",
            hint="Donnez un fichier hors de la base, à sauvegarder à part (docs/production.md).",
            id="journal.W001",
        )
    ]
