"""What is past its term: counted, or erased (docs/retention.md)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.journal.purging import run
from atdemain.journal.retention import KINDS, Kind, Purged, count


class Command(BaseCommand):
    help = "Compte ce qui a dépassé sa durée de conservation ; avec --apply, l’efface ou le pseudonymise."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--dry-run", action="store_true", help="Compte sans rien changer (par défaut).")
        what.add_argument(
            "--apply", action="store_true", help="Efface, par petits lots ; peut s’interrompre."
        )
        parser.add_argument("--json", action="store_true", help="Répond en JSON.")
        parser.add_argument("--now", help="Compte comme à ce moment (2026-12-01T08:00+01:00).")
        parser.add_argument(
            "--only", action="append", choices=sorted(KINDS), help="Ce type seul (répétable)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = _moment(options["now"])
        if options["apply"] and now > timezone.now():
            raise CommandError("--apply n’efface rien d’avance : --now est dans l’avenir.")
        kinds = [kind for code, kind in KINDS.items() if code in (options["only"] or KINDS)]
        told = run(now, kinds, system("purge")) if options["apply"] else count(now, kinds)
        if options["json"]:
            facts = {"now": now.isoformat(), "applied": options["apply"], "counts": told.counts}
            self.stdout.write(json.dumps(facts | {"more": told.more}, ensure_ascii=False, indent=2))
            return
        for kind in kinds:
            self.stdout.write(_line(kind, told))
        if told.more:
            self.stdout.write("Une autre purge est en cours : elle fait le reste.")
        if not options["apply"]:
            self.stdout.write("Rien n’a changé. Pour effacer, relancez avec --apply.")


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError("--now se donne comme 2026-12-01T08:00+01:00.") from error
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _line(kind: Kind, told: Purged) -> str:
    """« Notifications (6 mois) : 12 notifications, 3 deliveries »."""
    counts = told.counts.get(kind.code, {})
    parts = ", ".join(f"{number} {name}" for name, number in counts.items() if number) or "rien"
    return f"{kind.label} ({kind.term_words})\u00a0: {parts}"
