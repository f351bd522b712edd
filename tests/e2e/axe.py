"""What axe-core finds on an open page, in both themes and on a phone."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

SOURCE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
#: Themes differ by colour alone and widths by everything else: all the rules once, then each apart.
RULES = {
    "light": {"runOnly": {"type": "tag", "values": TAGS}},
    "dark": {"runOnly": {"type": "rule", "values": COLOURS}},
    "narrow": {
        "runOnly": {"type": "tag", "values": TAGS},
        "rules": {one: {"enabled": False} for one in COLOURS},
    },
}
RUN = """async rules => {
  const found = await axe.run(document, {...rules, resultTypes: ['violations']});
  return found.violations.map(one => one.id + ' : ' + one.nodes.map(node => node.target.join(' ')).join(' | '));
}"""


def violations(page: Page, *looks: str) -> list[str]:
    """« look: rule: elements » of everything wrong, details opened; in both themes unless `RULES` are named."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text())
    found = []
    for look in looks or ("light", "dark"):
        theme = "dark" if look == "dark" else "light"
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
        found += [f"{look} : {one}" for one in page.evaluate(RUN, RULES[look])]
    return found
