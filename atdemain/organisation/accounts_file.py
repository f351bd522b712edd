"""A file of accounts to create, read line by line: what each says, and why it cannot be (administration).

Nothing is trusted: an encoding that is not the one promised is said, a formula is a refusal, and what the
file means is read again when it is confirmed.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_BYTES = 256 * 1024
MAX_LINES = 500
#: In the order of the template: (heading, field, what it holds).
COLUMNS = (
    ("identifiant", "username", "ce que la personne tape pour se connecter"),
    ("nom", "last_name", ""),
    ("prénom", "first_name", ""),
    ("matricule", "employee_number", "reconnaît un compte déjà créé"),
    ("messagerie", "email", "l’invitation y est envoyée"),
    ("rôles", "roles", "un ou plusieurs, séparés par +"),
    ("unité", "unit", "code de l’unité"),
    ("équipe", "team", "nom de l’équipe dans l’unité, facultatif"),
    ("entité", "entity", "code de l’entité, pour le back-office et les partenaires"),
)
REQUIRED = ("username", "last_name", "first_name", "employee_number", "email", "roles")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NOT_UTF8 = (
    "Ce fichier n’est pas en UTF-8. Dans un tableur, enregistrez-le au format « CSV UTF-8 », "
    "puis déposez-le de nouveau."
)


class FileRefused(Exception):
    """The whole file cannot be read; French."""


@dataclass
class Line:
    """`number`: the line of the file, its heading being the first."""

    number: int
    values: dict[str, str]
    refusals: list[str] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.values.get(name, "")


def decode(data: bytes) -> str:
    """Raises FileRefused on what is too large, or not UTF-8 text."""
    if len(data) > MAX_BYTES:
        raise FileRefused(f"Ce fichier dépasse {MAX_BYTES // 1024} Ko. Découpez-le.")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileRefused(NOT_UTF8)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused(NOT_UTF8) from None
    if "\x00" in text:
        raise FileRefused("Ce fichier n’est pas un CSV : c’est peut-être le classeur lui-même.")
    return text


def read(text: str) -> list[Line]:
    """Raises FileRefused when its headings cannot be read, when it is empty or too long."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        headings = [plain(cell) for cell in next(rows, [])]
        names = _names(headings)
        lines = list(_lines(rows, names))
    except csv.Error:
        raise FileRefused("Ce fichier ne se lit pas comme un CSV : des guillemets restent ouverts.") from None
    if not lines:
        raise FileRefused("Ce fichier n’a aucune ligne sous ses intitulés.")
    if len(lines) > MAX_LINES:
        raise FileRefused(f"Ce fichier a plus de {MAX_LINES} lignes. Découpez-le.")
    return lines


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(";,\t", key=first.count)


def _names(headings: list[str]) -> list[str]:
    known = {plain(heading): name for heading, name, _ in COLUMNS}
    unknown = [heading for heading in headings if heading and heading not in known]
    if unknown:
        raise FileRefused(f"Intitulé inconnu : « {unknown[0][:40]} ». Partez du modèle.")
    names = [known.get(heading, "") for heading in headings]
    doubled = [name for name in names if name and names.count(name) > 1]
    if doubled:
        raise FileRefused("Un intitulé figure deux fois.")
    missing = [heading for heading, name, _ in COLUMNS if name in REQUIRED and name not in names]
    if missing:
        raise FileRefused(f"Il manque : {', '.join(missing)}. Partez du modèle.")
    return names


def _lines(rows: Iterator[list[str]], names: list[str]) -> Iterator[Line]:
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        cells = [unicodedata.normalize("NFC", cell.strip()) for cell in row]
        # csv counts the lines of the file itself, quoted line ends included.
        line = Line(rows.line_num, dict(zip(names, cells, strict=False)))  # type: ignore[attr-defined]
        if len(row) > len(names):
            line.refusals.append("Plus de cases que d’intitulés.")
        raw = [cell for cell in row if cell.lstrip(" ").startswith(FORMULA)]
        if raw:
            line.refusals.append(f"« {raw[0].strip()[:20]} » commence comme une formule de tableur.")
        absent = [heading for heading, name, _ in COLUMNS if name in REQUIRED and not line.get(name)]
        if absent:
            line.refusals.append(f"Il manque : {', '.join(absent)}.")
        yield line


def plain(text: str) -> str:
    """Without case nor accents: « Prénom » and « PRENOM » are one heading."""
    apart = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
