"""What was typed in the box: as whose identifier it can be read, and its words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cases.faults import ref_key
from cases.names import DASHES, name_key
from cases.phones import e164

LONGEST = 120
SHORTEST_TICKET, LONGEST_TICKET = 3, 40
_CASE_REF = re.compile(r"(?:ATD[-\s]*(\d{4})[-\s]*|(\d{4})[-\s]+)(\d{1,12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """The words as typed, and what they would be as a case's reference, a number (E.164), a client's reference
    (upper case) and a ticket's; "" where they cannot be one. `words` are those of a name, each once."""

    text: str
    case_ref: str
    number: str
    client_ref: str
    ticket: str
    words: tuple[str, ...]


def understand(typed: str) -> Asked:
    """« 2026 123 » → the case ATD-2026-000123; « (+33) 1 99… » → its E.164; « D’Arc, Éloïse » → d, arc, eloise."""
    text = typed.replace("\x00", "").strip()[:LONGEST]
    plain = text.translate(DASHES)
    case_ref = ""
    if reference := _CASE_REF.fullmatch(plain):
        year, number = reference[1] or reference[2], int(reference[3])
        case_ref = f"ATD-{year}-{number:06d}"
    ticket = ref_key(plain)
    return Asked(
        text=text,
        case_ref=case_ref,
        number=e164(text),
        client_ref=plain.upper(),
        ticket=ticket if SHORTEST_TICKET <= len(ticket) <= LONGEST_TICKET else "",
        words=tuple(dict.fromkeys(name_key(text).split())),
    )
