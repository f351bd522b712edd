"""`POST /repeat-check`: what a call that rings would be. Writes nothing, whoever asks and how often."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpResponse

from atdemain.organisation.handover import handovers
from atdemain.organisation.models import Unit
from atdemain.rest.fields import Reader
from atdemain.rest.idempotency import idempotent
from atdemain.rest.views import ApiView
from cases import phones
from cases.enums import Channel, Mode
from cases.intake import ClientRow, Provisional, provisional
from cases.models import Case, Client, ClientPhone, Line, Reason

FIELDS = ("client_ref", "line_ref", "caller_number", "unit", "reason", "channel")
_NAMES = ("client_ref", "line_ref", "caller_number")


class Asked(NamedTuple):
    """`client` is None where nobody is known by that name; `named`: by a reference, so certainly somebody.

    `row`: the client's, where it is the one that was asked for.
    """

    client: int | None
    named: bool
    line: int | None = None
    unit: int | None = None
    row: ClientRow | None = None


class RepeatCheck(ApiView):
    scopes = {"POST": "repeat:read"}
    logged = False

    @idempotent
    def post(self, request: Any) -> HttpResponse:
        read = Reader(request.data, FIELDS)
        said = {name: read.text(name, most=40, required=False) for name in (*_NAMES, "unit", "reason")}
        channel = read.choice("channel", Channel.values, required=False) or Channel.VOICE.value
        given = [name for name in _NAMES if said[name]]
        if len(given) != 1 and not read.faults:
            words = "Donnez un client, une ligne ou un numéro, et un seul."
            read.fault("" if not given else given[1], "one_of", words)
        unit, reason = _codes(read, said["unit"], said["reason"])
        number = phones.e164(said["caller_number"])
        if said["caller_number"] and not number:
            read.fault("caller_number", "not_a_number", "Ce n’est pas un numéro de téléphone.")
        read.done()
        asked = _who(said["client_ref"], said["line_ref"], number)
        expected = None
        if asked.client is not None:
            expected = provisional(
                asked.client,
                now=self.now,
                line_id=asked.line,
                unit_id=asked.unit or unit,
                channel=channel,
                reason_id=reason,
                known=asked.row,
            )
        return self.answer(self._told(asked, expected))

    def _told(self, asked: Asked, expected: Provisional | None) -> dict[str, Any]:
        """Somebody unknown is nobody's repeat: a new reference counts one, a number of several people nothing."""
        if expected is None:
            count = 1 if asked.named else None
            return {
                "identified": asked.named,
                "would_be_count": count,
                "rd3plus": False,
                "mode": None,
                "owner_queue": None,
                "transfer_line": None,
            }
        verdict, case = expected.verdict, expected.case
        units: Any = []
        if case is not None:
            units = Case.objects.filter(pk=case.id).order_by().values("unit")
        elif verdict.rd3plus and verdict.mode == Mode.LIVE.value and verdict.contact.unit_id is not None:
            units = [verdict.contact.unit_id]
        queue = next(iter(handovers(units, self.now).values()), None)
        return {
            "identified": True,
            "would_be_count": verdict.n,
            "rd3plus": verdict.rd3plus,
            "mode": verdict.mode if verdict.rd3plus else None,
            "owner_queue": queue.unit if queue else None,
            "transfer_line": (queue.number or None) if queue else None,
        }


def _codes(read: Reader, unit: str, reason: str) -> tuple[int | None, int | None]:
    """Ids of what is named; a code nobody knows is a fault."""
    found: list[int | None] = []
    for name, code, model in (("unit", unit, Unit), ("reason", reason, Reason)):
        pk = model.objects.filter(code=code).values_list("pk", flat=True).first() if code else None
        if code and pk is None:
            read.fault(name, "unknown", f"Code inconnu : {code}.")
        found.append(pk)
    return found[0], found[1]


_ROW = ("pk", "client_ref", "segment", "unit", "merged_into")


def _who(client_ref: str, line_ref: str, number: str) -> Asked:
    """One query. A merged record leads to the one that replaced it, a number of several people to nobody."""
    if client_ref:
        found = Client.objects.filter(client_ref=client_ref).values_list(*_ROW).first()
        return _named(ClientRow._make(found) if found else None)
    if line_ref:
        columns = ("pk", "unit", *(f"client__{name}" for name in _ROW))
        line = Line.objects.filter(line_ref=line_ref).values_list(*columns).first()
        return _named(ClientRow._make(line[2:]), *line[:2]) if line else _named(None)
    rows = ClientPhone.objects.filter(e164=number, client__pseudonymised_at=None).order_by()
    found = [ClientRow._make(row) for row in rows.values_list(*(f"client__{name}" for name in _ROW))[:20]]
    people = {row.merged_into_id or row.id: row for row in found}
    if len(people) != 1:
        return Asked(None, named=False)
    return _named(next(iter(people.values())))._replace(named=False)


def _named(row: ClientRow | None, line: int | None = None, unit: int | None = None) -> Asked:
    if row is None:
        return Asked(None, named=True)
    if row.merged_into_id:
        return Asked(row.merged_into_id, True, line, unit)
    return Asked(row.id, True, line, unit, row)
