"""The state diagram, drawn from the model's own transitions: it cannot drift from the rules.

`mermaid()` for the README, `drawing()` for the page (geometry in attributes, no style).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cases.enums import CaseState
from cases.models import Case

OPENED, ESCALATED, CALLBACK_DUE, RESOLVED = (
    CaseState.OPENED.value,
    CaseState.ESCALATED.value,
    CaseState.CALLBACK_DUE.value,
    CaseState.RESOLVED.value,
)
IN_CHARGE = "conseiller en charge, suppléant, manager"

#: The FSM's method → (its identifier in domain.md §3.2, one per source where it has variants, what it is in
#: French, who does it).
TRANSITIONS: Mapping[str, tuple[str | Mapping[str, str], str, str]] = {
    "promise_callback": ("T02", "promettre un rappel", IN_CHARGE),
    "escalate": ({OPENED: "T03", CALLBACK_DUE: "T03b"}, "escalader", IN_CHARGE),
    "add_escalation": ("T04", "saisir une autre entité", IN_CHARGE),
    "entity_answered": (
        "T05",
        "réponse de l’entité",
        "back-office, partenaire, conseiller (par téléphone), manager",
    ),
    "withdraw_last_escalation": ("T05b", "retirer la dernière escalade", IN_CHARGE),
    "promise_reached": ("T06", "échéance de nouvelles", "système"),
    "told_unresolved": ("T07a", "client informé, à reprendre", IN_CHARGE),
    "told_still_escalated": ("T07b", "client informé, encore en attente", IN_CHARGE),
    "told_and_promise_again": ("T07c", "client informé, rappel redonné", IN_CHARGE),
    "rebook": ("T08", "déplacer le rappel", IN_CHARGE),
    "resolve": ({OPENED: "T09a", CALLBACK_DUE: "T09b"}, "résoudre", IN_CHARGE),
    "reopen_by_contact": ("T10", "nouveau contact", "système"),
    "reopen": ("T11", "rouvrir", "conseiller en charge, manager"),
    "confirm": ("T12", "confirmer", "système"),
    "merge": (
        {OPENED: "T13a", ESCALATED: "T13b", CALLBACK_DUE: "T13c", RESOLVED: "T13d"},
        "fusionner",
        "conseiller des deux dossiers, manager",
    ),
    "merge_brings_callback": ("T13", "fusion : rappel reçu", "système"),
    "merge_brings_escalation": ("T13", "fusion : escalade reçue", "système"),
    "cancel": ({OPENED: "T14a", ESCALATED: "T14b", CALLBACK_DUE: "T14c"}, "annuler", "manager"),
    "restore": ("T15", "rétablir", "manager"),
}


@dataclass(frozen=True, slots=True)
class Passage:
    code: str
    name: str
    who: str
    source: str  # "" for the opening
    target: str
    source_label: str
    target_label: str


def passages() -> list[Passage]:
    """Every way from a state to another, in the order of their identifiers."""
    found = [
        Passage(
            "T01",
            "ouvrir",
            "système, conseiller, soutien, manager",
            "",
            "opened",
            "–",
            CaseState.OPENED.label,
        )
    ]
    for move in Case._meta.get_field("state").get_all_transitions(Case):
        codes, name, who = TRANSITIONS[move.name]
        source, target = CaseState(move.source), CaseState(move.target)
        code = codes if isinstance(codes, str) else codes[source.value]
        found.append(Passage(code, name, who, source.value, target.value, source.label, target.label))
    order = list(CaseState.values)
    return sorted(found, key=lambda p: (p.code, order.index(p.source) if p.source else -1, p.target))


START, END = "<!-- state-diagram -->", "<!-- /state-diagram -->"


def block() -> str:
    """What stands between the README's markers, markers included."""
    return f"{START}\n```mermaid\n{mermaid()}\n```\n{END}"


def mermaid() -> str:
    """The text between the README's markers."""
    names = {state.value: state.label.replace(",", "") for state in CaseState}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{names[state]}" as {state}' for state in CaseState.values]
    lines.append("    [*] --> opened: T01")
    for (source, target), codes in _pairs().items():
        lines.append(f"    {source} --> {target}: {', '.join(codes)}")
    lines.append("    closed --> [*]")
    return "\n".join(lines)


def _pairs() -> dict[tuple[str, str], list[str]]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for passage in passages():
        if passage.source:
            codes = pairs.setdefault((passage.source, passage.target), [])
            if passage.code not in codes:
                codes.append(passage.code)
    return pairs


BOX = (196, 60)
BEND = 64
PLACES: Mapping[str, tuple[int, int]] = {
    "opened": (170, 150),
    "escalated": (170, 400),
    "callback_due": (530, 275),
    "resolved": (830, 150),
    "closed": (1060, 400),
}
#: Control point of the arrows that would cross a box if they bent like the others.
BENDS: Mapping[tuple[str, str], tuple[int, int]] = {
    ("opened", "resolved"): (500, 90),
    ("resolved", "opened"): (500, 20),
    ("opened", "closed"): (1130, -110),
    ("closed", "opened"): (480, 620),
    ("escalated", "closed"): (620, 450),
    ("callback_due", "closed"): (780, 390),
}
SUBTITLES = {
    "opened": "on travaille dessus",
    "escalated": "une entité doit répondre",
    "callback_due": "à nous d’appeler",
    "resolved": "sept jours d’observation",
    "closed": "terminé",
}


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int
    cx: int
    title_y: int
    subtitle_y: int
    title: str
    subtitle: str


@dataclass(frozen=True, slots=True)
class Arrow:
    d: str
    label: str
    x: int
    y: int


def drawing() -> dict[str, list]:
    """Boxes and arrows of the SVG, in a 1190 × 530 view box."""
    width, height = BOX
    boxes = [
        Box(
            x - width // 2,
            y - height // 2,
            width,
            height,
            x,
            y - 4,
            y + 16,
            CaseState(state).label,
            SUBTITLES[state],
        )
        for state, (x, y) in PLACES.items()
    ]
    arrows = [_arrow(source, target, " · ".join(codes)) for (source, target), codes in _pairs().items()]
    return {"boxes": boxes, "arrows": arrows}


def _arrow(source: str, target: str, label: str) -> Arrow:
    (x1, y1), (x2, y2) = PLACES[source], PLACES[target]
    if source == target:
        top = y1 - BOX[1] // 2
        return Arrow(
            f"M{x1 - 30} {top}C{x1 - 46} {top - 52} {x1 + 46} {top - 52} {x1 + 30} {top - 2}",
            label,
            x1,
            top - 46,
        )
    if (source, target) in BENDS:
        cx, cy = BENDS[source, target]
    else:
        length = math.hypot(x2 - x1, y2 - y1)
        nx, ny = -(y2 - y1) / length, (x2 - x1) / length
        cx, cy = (x1 + x2) / 2 - nx * BEND, (y1 + y2) / 2 - ny * BEND
    sx, sy = _edge(x1, y1, cx, cy, 2)
    tx, ty = _edge(x2, y2, cx, cy, 6)
    lx, ly = (x1 + 2 * cx + x2) / 4, (y1 + 2 * cy + y2) / 4
    return Arrow(f"M{sx} {sy}Q{round(cx)} {round(cy)} {tx} {ty}", label, round(lx), round(ly))


def _edge(x: int, y: int, toward_x: float, toward_y: float, gap: int) -> tuple[int, int]:
    """Where the line from the centre of a box toward a point leaves the box."""
    dx, dy = toward_x - x, toward_y - y
    scale = min(
        (BOX[0] / 2 + gap) / abs(dx) if dx else math.inf, (BOX[1] / 2 + gap) / abs(dy) if dy else math.inf
    )
    return round(x + dx * scale), round(y + dy * scale)
