"""Reads `table.txt`: sections of addresses, each with its title and its rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

#: The columns of the table, in its order; "" is nobody logged in.
ROLES = (
    "advisor", "support", "trainer", "backoffice", "manager", "hr", "staffrep", "admin", "partner", "",
)  # fmt: skip
FILE = Path(__file__).with_name("table.txt")
WHOLE_SITE = "whole-site"
#: Rights given beside the role: « dpo:unknown » is the situation « unknown » for who has the right.
RIGHTS = frozenset({"dpo"})


@dataclass(frozen=True)
class Row:
    """`situation` as it is written: « unit », or « promise_callback:unit » for an action on a case."""

    route: str
    methods: tuple[str, ...]
    situation: str
    expected: dict[str, str]

    def __str__(self) -> str:
        return f"{self.route} {'|'.join(self.methods)} {self.situation}"

    @property
    def page(self) -> str:
        """What a title is given to: the route, with its action where it has several."""
        action = self.situation.rpartition(":")[0]
        return f"{self.route}:{action}" if action and action not in RIGHTS else self.route

    @property
    def right(self) -> str:
        """The right that the row is about, beside the role; "" for the role alone."""
        first, last = self.situation.partition(":")[0], self.where
        return first if first in RIGHTS else last if last in RIGHTS else ""

    @property
    def where(self) -> str:
        return self.situation.rpartition(":")[2]


@dataclass
class Page:
    """An address, or an action of it. `whole_site`: why none of its objects is another unit's, if so."""

    key: str
    title: str = ""
    whole_site: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Section:
    title: str
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, key: str) -> Page:
        return self.pages.setdefault(key, Page(key))


def read(table: str) -> list[Section]:
    """Raises ValueError, with the line, on one that has not an answer for each role."""
    sections: list[Section] = []
    for line in table.splitlines():
        first, _, rest = line.partition(" ")
        rest = rest.strip()
        if not first or first == "#":
            continue
        if first == "=":
            sections.append(Section(rest))
        elif rest.startswith("«"):
            sections[-1].page(first).title = rest.strip("« »")
        elif rest.startswith(WHOLE_SITE):
            sections[-1].page(first).whole_site = rest.removeprefix(WHOLE_SITE).strip()
        else:
            row = _row(line)
            sections[-1].page(row.page).rows.append(row)
    return sections


def _row(line: str) -> Row:
    route, methods, situation, *answers = line.split()
    if len(answers) == 1:
        answers *= len(ROLES)
    if len(answers) != len(ROLES):
        raise ValueError(f"{len(answers)} answers for {len(ROLES)} roles: {line}")
    return Row(route, tuple(methods.split("|")), situation, dict(zip(ROLES, answers, strict=True)))


SECTIONS = read(FILE.read_text(encoding="utf-8"))
PAGES = [page for section in SECTIONS for page in section.pages.values()]
ROWS = [row for page in PAGES for row in page.rows]
