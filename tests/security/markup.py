"""What a page is made of, as a browser reads it: is any of it not ours?"""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: Attributes whose value is an address.
ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "srcdoc",
    "poster",
    "xlink:href",
    "hx-get",
    "hx-post",
}
#: Elements that no page of the product has.
NEVER = {"iframe", "object", "embed", "base", "style", "math", "applet", "frame", "audio", "source"}
_TROUBLE = re.compile(r"^[\s\x00-\x20]*(javascript|vbscript|data):", re.IGNORECASE)


def _ours(address: str) -> bool:
    return address.startswith("/") and not address.startswith("//")


class Findings(HTMLParser):
    """`found`: « element attribute » for each thing that a strict policy would not run, or that we never write."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()
        self.inputs: set[str] = set()
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        strange = tag in NEVER or tag.startswith("xss") or "<" in tag
        if strange or (tag == "script" and not _ours(values.get("src", ""))):
            self.found.add(tag)
        if tag == "link" and not _ours(values.get("href", "")):
            self.found.add(f"link {values.get('href')}")
        if tag == "meta" and "http-equiv" in values:
            self.found.add("meta http-equiv")
        for name, value in values.items():
            if name.startswith(("on", "hx-on")) or name == "style":
                self.found.add(f"{tag} {name}")
            if name in ADDRESSES and (_TROUBLE.match(value) or "xss" in value.partition("?")[0]):
                self.found.add(f"{tag} {name}={value[:60]}")
        if tag in ("input", "select", "textarea", "button") and values.get("name"):
            self.inputs.add(values["name"])
        self._script = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.found.add("script with text")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


def read(page: str) -> Findings:
    findings = Findings()
    findings.feed(page)
    findings.close()
    return findings
