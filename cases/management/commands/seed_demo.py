"""`manage.py seed_demo`: the demonstration data, once (see `cases.demo`)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.demo import state
from cases.demo.organisation import PASSWORD
from cases.demo.seed import ACCOUNTS, SEED, TOTAL, seed


class Command(BaseCommand):
    help = (
        "Crée les données de démonstration : 5 unités, 700 salariés, 20 000 contacts sur 30 jours et une "
        "journée crédible. Relancée, dit qu’elles existent et ne change rien. Refuse une base qui contient "
        "autre chose, et la production sans --force-demo."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="effacer la démonstration et la refaire")
        parser.add_argument(
            "--if-empty", action="store_true", help="ne rien faire, sans erreur, si la base n’est pas vide"
        )
        parser.add_argument("--force-demo", action="store_true", help="accepter un serveur de production")
        parser.add_argument("--contacts", type=int, default=TOTAL, help=f"nombre de contacts ({TOTAL})")
        parser.add_argument("--seed", type=int, default=SEED, help=f"graine du hasard ({SEED})")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_empty"] and state.current() is None and not state.is_empty():
            return
        try:
            state.check(force=options["force_demo"])
            known = state.current()
            if known is not None and (options["reset"] or not known.complete):
                if not options["reset"]:
                    self.stderr.write("Une création précédente a été interrompue : elle est refaite.")
                state.wipe()
                known = None
        except state.SeedRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        if known is not None:
            made = timezone.localtime(known.seeded_at)
            self.stdout.write(
                f"Les données de démonstration existent déjà (créées le {made:%d/%m/%Y à %H:%M}) : "
                "rien n’a changé. Pour les refaire : make demo-reset."
            )
            return
        self.stdout.write("Création des données de démonstration, de vingt à quarante secondes…")
        self.stdout.flush()
        summary = seed(
            timezone.now(),
            total=options["contacts"],
            number=options["seed"],
            progress=sys.stderr.isatty() or options["verbosity"] > 1,
        )
        self.stdout.write(summary.as_text())
        self.stdout.write(f"Comptes : {' '.join(ACCOUNTS)} ; mot de passe : {PASSWORD}")
