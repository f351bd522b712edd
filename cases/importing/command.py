"""What the import commands share: their arguments, their exit codes, and the files they must not write over.

0 finished, 1 interrupted, 2 profile or file refused, 3 stopped by an error that nobody foresaw.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandParser

from .errors import Interrupted, ProfileRefused
from .profile import CONTACT, Shape
from .toml import profile_path, shipped

INTERRUPTED, REFUSED, BROKEN = 1, 2, 3
EXITS = (
    "Sort avec 0 (terminé, même avec des rejets), 1 (interrompu), 2 (profil ou fichier refusé) "
    "ou 3 (arrêté par une erreur imprévue)."
)


class ImportCommand(BaseCommand):
    """`work()` does it; what stops it becomes one French line and an exit code."""

    shape: ClassVar[Shape] = CONTACT

    def add_arguments(self, parser: CommandParser) -> None:
        known = ", ".join(shipped(self.shape))
        parser.add_argument("file", help="le fichier")
        parser.add_argument(
            "--profile", required=True, help=f"le profil : un fichier TOML, ou un profil livré ({known})"
        )
        parser.add_argument("--dry-run", action="store_true", help="compte sans rien écrire")
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie, rien d’autre")
        parser.add_argument("--rejects", help="le fichier des rejets (FILE.rejects.csv)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        rejects_path = Path(options["rejects"] or f"{options['file']}.rejects.csv")
        again = (
            "" if options["dry_run"] else " Ce qui est écrit reste ; relancez la même commande pour finir."
        )
        try:
            self._spare_the_sources(rejects_path, path, options["profile"])
            self.work(path, rejects_path, options)
        except ProfileRefused as refusal:
            self.stderr.write(f"Refusé : {refusal}")
            sys.exit(REFUSED)
        except (Interrupted, KeyboardInterrupt):
            self.stderr.write(f"Interrompu.{again}")
            sys.exit(INTERRUPTED)
        except Exception as error:
            if options["traceback"]:
                self.stderr.write(traceback.format_exc())
            said = " ".join(str(error).split())[:200]
            self.stderr.write(
                f"Arrêté {self.place()} par une erreur imprévue : {type(error).__name__}"
                f"{f' ({said})' if said else ''}.{again}"
                f"{'' if options['traceback'] else ' Le détail : --traceback.'}"
            )
            sys.exit(BROKEN)

    def work(self, path: Path, rejects_path: Path, options: dict[str, Any]) -> None:
        """Raises ProfileRefused, Interrupted."""
        raise NotImplementedError

    def place(self) -> str:
        """Where it was when it stopped."""
        return "avant la fin"

    def _spare_the_sources(self, rejects_path: Path, path: Path, profile: str) -> None:
        for source, words in (
            (path, "le fichier à importer"),
            (profile_path(profile, self.shape), "le profil"),
        ):
            if _same(rejects_path, source):
                raise ProfileRefused(
                    f"« {rejects_path} » est {words} : les rejets l’effaceraient. "
                    "Donnez un autre nom à --rejects."
                )


def _same(one: Path, other: Path) -> bool:
    """The same file, by whatever name: a link, another writing of its path."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):  # one of them does not exist, or cannot
        pass
    try:
        return one.resolve() == other.resolve()
    except (OSError, ValueError, RuntimeError):
        return False
