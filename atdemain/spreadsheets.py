"""What a spreadsheet must not run: a cell that came from a client, a partner or a file is a text, never a formula."""

from __future__ import annotations

import re

#: A spreadsheet reads a formula from these, full-width ones included, and looks past spaces and quotes before them.
_STARTS = "=+\\-@＝＋－＠"
_FORMULA = re.compile(rf"[\s\x00-\x20\u200b\u2060\ufeff'\"]*[{_STARTS}]|[\t\r\n]")
#: A number in E.164 is exactly that: kept as it is, nothing can hide in it.
_PHONE = re.compile(r"\+\d{6,15}")


def harmless(text: str) -> str:
    """The text as a cell of a CSV file may hold it: one that would run begins with an apostrophe."""
    if _FORMULA.match(text) and not _PHONE.fullmatch(text):
        return f"'{text}"
    return text
