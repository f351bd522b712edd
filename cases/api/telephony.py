"""The house's own switch: who calls, where the call should go, and the page of whom it rings for (issue 6).

Who called whom is kept a day (`IncomingCall`): these requests leave no other trace.
"""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse

from atdemain.journal.access import log_access
from atdemain.journal.enums import AccessAction, Purpose
from atdemain.rest.fields import Reader
from atdemain.rest.idempotency import idempotent
from atdemain.rest.views import ApiView
from cases import telephony
from cases.pop import Pop, pop

SCOPE = "telephony"
EXTENSION = re.compile(r"[0-9*#]{2,12}")
CALL = re.compile(r"[\x21-\x7e]{1,64}")


def shape(told: Pop) -> dict[str, Any]:
    """References and counts, no name: the switch shows nothing to anybody."""
    case = told.case
    return {
        "identified": told.caller is not None,
        "shared_by": told.shared,
        "client_ref": told.caller.ref if told.caller else None,
        "case_ref": case.ref if case else None,
        "case_state": case.state if case else None,
        "contacts_in_window": told.before,
        "would_be_count": told.rank,
        "window_hours": told.hours,
        "rd3plus": told.rd3plus,
        "mode": told.mode or None,
        "queue": {"kind": told.queue.value, "unit": told.unit or None, "extension": told.extension or None},
    }


class Lookup(ApiView):
    """What is known of a number. Nothing happens but the row that says it was asked."""

    scopes = {"POST": SCOPE}
    logged = False

    @idempotent
    def post(self, request: Any) -> HttpResponse:
        read = Reader(request.data, ("number",))
        number = read.text("number", most=40)
        read.done()
        told = pop(number, self.now)
        if told.caller is not None:
            log_access(
                self.actor,
                AccessAction.SEARCH,
                "client",
                told.caller.id,
                client_id=told.caller.id,
                purpose=Purpose.RECORD,
            )
        return self.answer(shape(told))


class Calls(ApiView):
    """A telephone rings: the same in one call, and the called advisor's page shows it by itself.

    The access row is written when the page shows it.
    """

    scopes = {"POST": SCOPE}
    logged = False

    @idempotent
    def post(self, request: Any) -> HttpResponse:
        read = Reader(request.data, ("call_id", "extension", "number", "at"))
        call = _like(read, "call_id", CALL, "De 1 à 64 caractères ASCII imprimables, sans espace.")
        extension = _like(read, "extension", EXTENSION, "De 2 à 12 chiffres.")
        number = read.text("number", most=40, required=False)
        at = read.at("at", required=False) or self.now
        read.done()
        rung = telephony.ring(extension, number, call, at=at, now=self.now)
        return self.answer({"announced": rung.call is not None, **shape(rung.pop)})


class Ended(ApiView):
    """The caller hung up, or somebody answered elsewhere. Twice equals once."""

    scopes = {"POST": SCOPE}
    logged = False

    @idempotent
    def post(self, request: Any) -> HttpResponse:
        read = Reader(request.data, ("call_id",))
        call = _like(read, "call_id", CALL, "De 1 à 64 caractères ASCII imprimables, sans espace.")
        read.done()
        return self.answer({"ended": telephony.ended(call, self.now) > 0})


def _like(read: Reader, name: str, pattern: re.Pattern[str], words: str) -> str:
    text = read.text(name, most=64)
    if text and not pattern.fullmatch(text):
        read.fault(name, "bad_form", words)
    return text
