"""What axe-core finds on an open page, in both themes."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

SOURCE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Themes differ by colour alone: after all the rules in light, those that read colours in dark.
RULES = {
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
RUN = """async rules => {
  const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
  return found.violations.map(one => one.id + ' : ' + one.nodes.map(node => node.target.join(' ')).join(' | '));
}"""


def violations(page: Page) -> list[str]:
    """« theme: rule: elements » of everything wrong, details opened."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE.read_text())
    found = []
    for theme, rules in RULES.items():
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
        found += [f"{theme} : {one}" for one in page.evaluate(RUN, rules)]
    return found
