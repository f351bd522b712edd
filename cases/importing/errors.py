"""What can be wrong: the profile or the file as a whole, or one row; and what stops a run half-way."""

from __future__ import annotations

import errno

_WHY = {
    errno.ENOENT: "aucun fichier ni dossier de ce nom",
    errno.EACCES: "l’accès en est refusé",
    errno.EPERM: "l’accès en est refusé",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "un des dossiers du chemin n’en est pas un",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.ELOOP: "le lien tourne en rond",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota du disque est atteint",
    errno.EROFS: "le disque ne s’écrit pas",
    errno.EIO: "le disque ne répond pas",
    errno.EMFILE: "trop de fichiers sont ouverts",
}


class ProfileRefused(Exception):
    """The profile or the file cannot be used; French, says what to mend. Raised before the first row."""


class Interrupted(Exception):
    """Asked to stop, or another process goes on with this import. What is committed stays; run it again."""


class RowRejected(Exception):
    """One row that cannot be a contact: its line, its column as the file names it, and why, in French."""

    def __init__(self, line: int, column: str, reason: str) -> None:
        super().__init__(line, column, reason)
        self.line, self.column, self.reason = line, column, reason

    def __str__(self) -> str:
        where = f", colonne {self.column}" if self.column else ""
        return f"ligne {self.line}{where} : {self.reason}"


def why(error: OSError | ValueError) -> str:
    """Why a file does not open, read or write, in French words; no path in them."""
    if not isinstance(error, OSError):
        return "ce nom contient un caractère interdit"
    return _WHY.get(error.errno or 0, f"erreur n° {error.errno} du système")
