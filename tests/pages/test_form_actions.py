"""In every form the action comes first and « Annuler » after it: one order for the eye, the keyboard and Enter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
FORMS = sorted(path for path in TEMPLATES.rglob("*.html") if ">Annuler</a>" in path.read_text())
WRONG = re.compile(r">Annuler</a>\s*(?:\{%[^%]*%\}\s*)*<button[^>]*btn-primary")


def test_there_are_forms_to_look_at():
    assert len(FORMS) > 20


@pytest.mark.parametrize("path", FORMS, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_annuler_comes_after_the_action_and_is_a_quiet_link(path: Path):
    text = path.read_text()
    assert not WRONG.search(text)
    for link in re.findall(r"<a class=\"([^\"]*)\"[^>]*>Annuler</a>", text):
        assert link.startswith("btn btn-quiet")
