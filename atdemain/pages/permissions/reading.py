"""The permission table as a person reads it: words for answers and situations, and what a filter keeps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from atdemain.organisation.enums import Role
from atdemain.pages.permissions.table import ROLES, Page, Row, Section

#: The roles of the columns, in the order of the table; the last one is nobody logged in.
COLUMNS: dict[str, str] = dict(
    zip(
        ROLES,
        [
            *(
                role.label
                for role in (
                    Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.BACK_OFFICE, Role.MANAGER, Role.HR,
                    Role.STAFF_REP, Role.ADMIN, Role.PARTNER,
                )
            ),
            "Sans connexion",
        ],
        strict=True,
    )
)  # fmt: skip
NOBODY = "nobody"  # the last column, as an address names it

SITUATIONS = {
    "own": "le sien",
    "unit": "de son unité",
    "waiting": "sans conseiller, de son unité",
    "delegated": "délégué au soutien",
    "copper": "de son entité, ou qui lui est escaladé",
    "field": "d’une autre entité",
    "elsewhere": "d’une autre unité",
    "unknown": "inconnu",
    "mine": "le sien",
    "somebody's": "celui d’un autre",
    "recorded": "d’une autre unité, appel noté depuis moins de 24 h",
    "merged": "déjà fusionné",
    "first": "quel qu’il soit",
    "lyon": "quelle qu’elle soit",
    "-": "",
    "cases": "les dossiers",
    "promises": "les rappels promis",
    "contacts": "les contacts",
    "escalations": "les escalades",
    "other": "celui d’un autre",
    "colleague": "celui d’un collègue",
    "asked": "demandé par un client",
    "dpo": "",
    "draft": "en brouillon",
    "published": "une fois publié",
    "running": "en cours de calcul",
    "finished": "une fois calculé",
}
#: Beside the role.
RIGHTS = {"dpo": "avec le droit de délégué à la protection des données"}
READ, ACT = frozenset({"GET", "HEAD"}), frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Answer:
    """`word` says it, `icon` repeats it."""

    key: str
    word: str
    icon: str


YES = Answer("yes", "oui", "check")
NO = Answer("no", "non", "x")
UNKNOWN = Answer("unknown", "introuvable", "eye")
SOME = Answer("some", "selon l’objet", "list")
LOG_IN = Answer("log", "connexion", "lock")
_ANSWERS = {"401": NO, "403": NO, "404": UNKNOWN, "any": SOME, "log": LOG_IN}
NOBODYS = "405"  # no such method, whoever asks: nothing to read


@dataclass(frozen=True)
class Line:
    """One line of the page: what is done, on what, and what each role is answered."""

    verb: str
    situation: str
    answers: dict[str, Answer]


@dataclass(frozen=True)
class Read:
    """A page of the site and its lines."""

    title: str
    key: str
    note: str
    lines: list[Line]


@dataclass(frozen=True)
class Filter:
    """`role`: a column, None for all. `text`: words of the title. `verb`: « lire », « agir » or ""."""

    role: str | None = None
    text: str = ""
    verb: str = ""

    @property
    def columns(self) -> list[str]:
        return list(ROLES) if self.role is None else [self.role]


def shown(sections: Iterable[Section], asked: Filter) -> list[tuple[str, list[Read]]]:
    """The sections with what the filter keeps of them; an empty one is left out."""
    kept = ((section.title, list(_pages(section, asked))) for section in sections)
    return [(title, pages) for title, pages in kept if pages]


def _pages(section: Section, asked: Filter) -> Iterator[Read]:
    for page in section.pages.values():
        title = page.title or page.key
        if asked.text.casefold() not in f"{title} {page.key}".casefold():
            continue
        lines = [line for line in lines_of(page, asked.columns) if asked.verb in line.verb]
        if lines:
            yield Read(title, page.key, page.whole_site, lines)


def lines_of(page: Page, columns: Iterable[str]) -> list[Line]:
    """One line per situation and verb; reading and acting are one line when they are answered alike."""
    lines: list[Line] = []
    for row in page.rows:
        answers = {role: answer_of(row.expected[role]) for role in columns if row.expected[role] != NOBODYS}
        if not answers:
            continue
        verb, situation = verb_of(row), situation_of(row)
        same = next((one for one in lines if (one.situation, one.answers) == (situation, answers)), None)
        if same is None:
            lines.append(Line(verb, situation, answers))
        elif verb not in same.verb:
            lines[lines.index(same)] = Line("lire et agir", situation, answers)
    return lines


def situation_of(row: Row) -> str:
    """« d’une autre unité », « inconnu, avec le droit de délégué… »; "" when there is nothing to choose."""
    return ", ".join(filter(None, (SITUATIONS.get(row.where, row.where), RIGHTS.get(row.right))))


def verb_of(row: Row) -> str:
    methods = set(row.methods)
    both = methods & READ and methods & ACT
    return "lire et agir" if both else "lire" if methods & READ else "agir"


def answer_of(code: str) -> Answer:
    return _ANSWERS.get(code, YES)
