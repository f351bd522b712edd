"""Bytes → rows, in flat memory whatever the file: bounded lines, quotes that never swallow the rest."""

from __future__ import annotations

import csv
import difflib
import io
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from .errors import ProfileRefused, RowRejected
from .profile import Profile

MAX_LINE = 65_536  # characters of a line, and of a row that spans several
MAX_LINES = 200  # lines of one quoted row
SAMPLE = 65_536  # bytes looked at before anything is read
FEW = 30  # odd characters that a small sample may hold and still be a file with some bad rows
BAD = "\ufffd"  # what the decoder puts where bytes are no text
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "une archive gzip : décompressez-la d’abord"),
    (b"PK\x03\x04", "un classeur Excel ou une archive zip : enregistrez-le en CSV d’abord"),
    (b"\xd0\xcf\x11\xe0", "un ancien classeur Excel : enregistrez-le en CSV d’abord"),
    (b"%PDF", "un PDF : demandez les données en CSV"),
    (b"SQLite format 3\x00", "une base SQLite : exportez-la en CSV"),
    (b"BZh", "une archive bzip2 : décompressez-la d’abord"),
    (b"\xfd7zXZ", "une archive xz : décompressez-la d’abord"),
    (b"(\xb5/\xfd", "une archive zstd : décompressez-la d’abord"),
)
_WIDE = ("utf16", "utf32", "utf-16", "utf-32", "utf_16", "utf_32")


class Row(NamedTuple):
    """`line` is the number of its first line in the file; `doubtful`: some cell is not clean text."""

    line: int
    cells: list[str]
    doubtful: bool


class Table:
    """The rows of a file as its profile separates them. Raises ProfileRefused where it is no such file."""

    def __init__(self, file: BinaryIO, profile: Profile) -> None:
        self.profile = profile
        self._file = file
        sample = file.read(SAMPLE)
        _refuse_other_kinds(sample, profile)
        file.seek(0)
        self._text = io.TextIOWrapper(file, profile.encoding, errors="replace", newline=None)
        self._back: deque[tuple[int, str | None]] = deque()
        self._line = 0
        self.width = 0
        self.header: list[str] = []
        self.index: dict[str, int] = {}
        for _ in range(profile.skip):
            self._next_line()
        if profile.header:
            self.header = self._read_header()
            self.width = len(self.header)
        self.index = self._locate(profile.columns)

    @property
    def position(self) -> int:
        """Bytes taken from the file so far (a little ahead of the rows given)."""
        return self._file.tell()

    def close(self) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[Row | RowRejected]:
        while (found := self._next_line()) is not None:
            number, text = found
            if text is None:
                yield RowRejected(number, "", f"la ligne dépasse {MAX_LINE} caractères.")
                continue
            record = self._record(number, text)
            if isinstance(record, RowRejected) or any(record.cells):
                yield record

    # -- one row -------------------------------------------------------------------------------------------

    def _record(self, number: int, text: str) -> Row | RowRejected:
        profile = self.profile
        if (not profile.quote or profile.quote not in text) and not profile.escape:
            cells, spare = text.split(profile.separator), []
        else:
            found = self._quoted(number, text)
            if isinstance(found, RowRejected):
                return found
            cells, spare = found
        if not self.width and any(cell.strip() for cell in cells):
            self.width = len(cells)
            self._check_positions()
        if len(cells) != self.width:
            while len(cells) > self.width and not cells[-1].strip():
                cells.pop()
            if len(cells) != self.width and any(cell.strip() for cell in cells):
                self._back.extendleft(reversed(spare))
                return RowRejected(
                    number, "", f"{len(cells)} colonnes au lieu de {self.width} : un champ manque ou déborde."
                )
        doubtful = BAD in text or "\x00" in text or bool(spare)
        return Row(number, [cell.strip() for cell in cells], doubtful)

    def _quoted(self, number: int, text: str) -> tuple[list[str], list[tuple[int, str | None]]] | RowRejected:
        """The cells, and the lines after the first that they took. What is refused gives them back."""
        spare: list[tuple[int, str | None]] = []
        whole = text
        while True:
            try:
                return next(self._csv(whole)), spare
            except StopIteration:
                return [""], spare
            except csv.Error as error:
                if "unexpected end of data" not in str(error):
                    reason = "guillemets mal placés."
                    break
            more = self._until_next_quote(len(whole), len(spare))
            spare.extend(more)
            if not more or more[-1][1] is None or self.profile.quote not in more[-1][1]:
                reason = "un guillemet s’ouvre et ne se ferme pas."
                break
            whole = "\n".join([whole, *(line for _n, line in more if line is not None)])
            if len(whole) > MAX_LINE:
                reason = f"entre guillemets, la ligne dépasse {MAX_LINE} caractères."
                break
        self._back.extendleft(reversed(spare))
        return RowRejected(number, "", reason)

    def _until_next_quote(self, length: int, lines: int) -> list[tuple[int, str | None]]:
        """The lines up to one that holds a quote, within the bounds of a row."""
        taken: list[tuple[int, str | None]] = []
        while lines + len(taken) < MAX_LINES and (found := self._next_line()) is not None:
            taken.append(found)
            if found[1] is None or self.profile.quote in found[1]:
                break
            length += len(found[1]) + 1
            if length > MAX_LINE:
                break
        return taken

    def _csv(self, text: str) -> Iterator[list[str]]:
        profile = self.profile
        return csv.reader(
            io.StringIO(text, newline=""),
            delimiter=profile.separator,
            quotechar=profile.quote or None,
            quoting=csv.QUOTE_MINIMAL if profile.quote else csv.QUOTE_NONE,
            escapechar=profile.escape or None,
            strict=True,
        )

    def _next_line(self) -> tuple[int, str | None] | None:
        """(number, text), the text None where the line is too long; None at the end."""
        if self._back:
            return self._back.popleft()
        text = self._text.readline(MAX_LINE + 1)
        if not text:
            return None
        self._line += 1
        if text.endswith("\n"):
            return self._line, text[:-1]
        if len(text) <= MAX_LINE:
            return self._line, text
        while text and not text.endswith("\n"):
            text = self._text.readline(MAX_LINE)
        return self._line, None

    # -- columns -------------------------------------------------------------------------------------------

    def _read_header(self) -> list[str]:
        while (found := self._next_line()) is not None:
            number, text = found
            if text is None:
                raise ProfileRefused(
                    f"La ligne {number} dépasse {MAX_LINE} caractères : ce n’est pas un fichier en lignes, "
                    "ou son encodage n’est pas celui du profil."
                )
            record = self._record(number, text.lstrip("\ufeff"))
            if isinstance(record, RowRejected):
                raise ProfileRefused(f"L’en-tête ne se lit pas : {record}")
            if any(record.cells):
                self.width = 0
                return [_plain(cell) for cell in record.cells]
        raise ProfileRefused("Le fichier est vide : il n’a pas même d’en-tête.")

    def _locate(self, names: Sequence[str]) -> dict[str, int]:
        """Column as the profile names it → its place. All that miss are said at once."""
        index: dict[str, int] = {}
        missing = []
        for name in names:
            place = self._place(_plain(name))
            if place is None:
                missing.append(name)
            else:
                index[name] = place
        if missing:
            raise ProfileRefused(self._missing_words(missing))
        return index

    def _place(self, name: str) -> int | None:
        if name in self.header:
            return self.header.index(name)
        base, _, rank = name.rpartition("#")
        if base and rank.isdigit() and int(rank):
            places = [i for i, head in enumerate(self.header) if head == base]
            return places[int(rank) - 1] if int(rank) <= len(places) else None
        if name.isascii() and name.isdigit() and int(name) and (not self.header or int(name) <= self.width):
            return int(name) - 1
        return None

    def _missing_words(self, missing: Sequence[str]) -> str:
        if not self.header:
            return (
                "Le profil dit que le fichier n’a pas d’en-tête : ses colonnes se donnent par leur rang "
                f"(1, 2, 3…), pas par un nom ({', '.join(missing)})."
            )
        words = []
        for name in missing:
            near = difflib.get_close_matches(name, self.header, 1)
            words.append(f"« {name} »" + (f" (le fichier a « {near[0]} »)" if near else ""))
        seen = ", ".join(head[:40] for head in self.header[:40])
        several = len(missing) > 1
        return (
            f"{'Les colonnes' if several else 'La colonne'} {', '.join(words)} "
            f"{'manquent' if several else 'manque'} dans le fichier. Il a : {seen}. "
            "Vérifiez aussi le séparateur et l’encodage du profil."
        )

    def _check_positions(self) -> None:
        """Without a header the width is the first row's: it must hold every column the profile reads."""
        far = [name for name, place in self.index.items() if place >= self.width]
        if far:
            raise ProfileRefused(
                f"Le fichier a {self.width} colonne(s), le profil lit la n° {', '.join(far)}. "
                "Vérifiez le séparateur."
            )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _refuse_other_kinds(sample: bytes, profile: Profile) -> None:
    """A file that is no text at all, said before its first row."""
    if not sample:
        raise ProfileRefused("Le fichier est vide.")
    for magic, words in _KINDS:
        if sample.startswith(magic):
            raise ProfileRefused(f"Ce fichier n’est pas un CSV : c’est {words}.")
    wide = profile.encoding.lower().startswith(_WIDE)
    if b"\x00" in sample and not wide:
        nuls = sorted((sample[0::2].count(0), sample[1::2].count(0)))
        if sample.startswith((b"\xff\xfe", b"\xfe\xff")) or nuls[1] > len(sample) // 4 > 2 * nuls[0]:
            raise ProfileRefused(
                f"Ce fichier est en UTF-16, le profil le lit en {profile.encoding_shown}. "
                'Écrivez encoding = "utf-16" dans [file].'
            )
        if sample.count(0) > len(sample) // 100:
            raise ProfileRefused("Ce fichier n’est pas un texte : il contient des octets nuls.")
    text = sample.decode(profile.encoding, errors="replace")
    odd = sum(1 for c in text if (c < " " and c not in "\t\n\r\f\v") or c == BAD)
    if odd > max(len(text) // 20, FEW):
        raise ProfileRefused(
            f"Ce fichier ne se lit pas en {profile.encoding_shown} : {odd} caractères illisibles au début. "
            "Est-ce un CSV, et dans cet encodage ?"
        )
