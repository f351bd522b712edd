"""`manage.py backfill`: evaluate the contacts of a period again under the rules in force (domain.md §4.6)."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from atdemain.journal.actors import importer
from atdemain.organisation.models import Unit
from cases import backfill
from cases.enums import ExclusionCode, Mode

LABELS = {
    "clients": "clients",
    "contacts": "contacts",
    "countable": "comptés",
    "verdicts_rd3plus": "verdicts RD3+",
    "identities_rd3plus": "identités RD3+",
    "changed": "contacts dont le verdict change",
    "verdicts_written": "lignes de verdict écrites",
    "cases_opened": "dossiers ouverts",
    "attached": "contacts rattachés",
    "reopened": "dossiers rouverts",
}


class Command(BaseCommand):
    help = (
        "Réévalue les contacts d’une période sous les règles en vigueur à leur date. Sans --apply, compte "
        "seulement. En observation par défaut : aucun dossier ne s’ouvre ; avec --live, seuls les contacts de "
        "moins de 168 h en ouvrent. Interrompue, la même commande reprend ; refaite, elle donne le même compte."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="start", required=True, metavar="AAAA-MM-JJ", help="premier jour")
        parser.add_argument(
            "--to", dest="end", required=True, metavar="AAAA-MM-JJ", help="dernier jour, compris"
        )
        parser.add_argument("--unit", metavar="CODE", help="une seule unité")
        parser.add_argument(
            "--live", action="store_true", help="ouvrir des dossiers (contacts de moins de 168 h)"
        )
        parser.add_argument("--apply", action="store_true", help="écrire ; sans cela, compter seulement")
        parser.add_argument("--json", action="store_true", help="le compte, et rien d’autre, sur la sortie")

    def handle(self, *args: Any, **options: Any) -> None:
        request = self._request(options)
        actor, now = importer("backfill"), timezone.now()
        kept = backfill.unfinished(request) if options["apply"] else None
        if kept is not None:
            self.stderr.write(f"Reprise de l’exécution n° {kept.pk}, interrompue.")
        total = backfill.number_of_clients(request, kept.cursor if kept else 0)
        hidden = not sys.stderr.isatty()
        with tqdm(total=total, unit=" clients", file=sys.stderr, disable=hidden, leave=False) as bar:
            if not options["apply"]:
                self._say(backfill.dry_run(request, actor=actor, now=now, progress=bar.update), options)
                return
            with _stops_when_asked() as stopped:
                kept = backfill.run(request, actor=actor, now=now, progress=bar.update, stop=stopped)
        if kept.finished_at is None:
            self.stderr.write("Interrompue : la même commande reprendra où elle s’est arrêtée.")
            sys.exit(1)
        self._say(backfill.report(kept), options)

    def _request(self, options: dict[str, Any]) -> backfill.Request:
        unit = None
        if options["unit"]:
            unit = Unit.objects.filter(code=options["unit"]).first()
            if unit is None:
                raise CommandError(f"Unité inconnue : {options['unit']}.")
        zone = ZoneInfo(unit.tz if unit else "Europe/Paris")
        start, last = _day(options["start"], "--from"), _day(options["end"], "--to")
        if last < start:
            raise CommandError("La fin (--to) précède le début (--from).")
        mode = Mode.LIVE if options["live"] else Mode.SHADOW
        return backfill.Request(
            _midnight(start, zone), _midnight(last + timedelta(days=1), zone), unit, mode.value
        )

    def _say(self, counts: dict[str, Any], options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        if not options["apply"]:
            self.stdout.write("Rien n’est écrit (ajoutez --apply). Ce que la réévaluation donnerait :")
        for name, number in counts.items():
            if name == "excluded":
                for code, count in number.items():
                    self.stdout.write(f"  {count:>10}  non comptés : {ExclusionCode(code).label}")
            else:
                self.stdout.write(f"  {number:>10}  {LABELS[name]}")


def _day(text: str, option: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option} : « {text} » n’est pas une date AAAA-MM-JJ.") from None
    if not 1970 < day.year < 9000:
        raise CommandError(f"{option} : {text} sort du calendrier.")
    return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


@contextmanager
def _stops_when_asked() -> Iterator[Callable[[], bool]]:
    """Ctrl-C and SIGTERM let the chunk in hand finish."""
    asked: list[int] = []
    before = {
        number: signal.signal(number, lambda got, _frame: asked.append(got))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
