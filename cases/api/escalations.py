"""The entity's own escalations: listed, read, and worked on through the one door (domain.md §2.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.http import Http404, HttpResponse

from atdemain.journal.access import log_access
from atdemain.journal.enums import AccessAction, Purpose
from atdemain.rest import conditions, paging
from atdemain.rest.fields import Reader, moment
from atdemain.rest.idempotency import idempotent
from atdemain.rest.problems import Fault, Problem, invalid
from atdemain.rest.views import ApiView
from cases import workflow
from cases.enums import AnswerCode, Colour, EscalationStatus
from cases.models import Escalation

from . import shapes

#: A case moved by somebody else between our reading and the door: read again, twice at most.
TRIES = 3
CHOICES = {"status": EscalationStatus.values, "colour": Colour.values}
#: A change is dated when its transaction begins and seen when it ends, after later ones sometimes.
OVERLAP = timedelta(minutes=5)
#: What the workflow calls a field, where a partner calls it otherwise.
_TOLD_AS = {"answer_text": "text", "named_contact": "contact"}


class Escalations(ApiView):
    scopes = {"GET": "escalations:read"}
    parameters = frozenset({*CHOICES, "updated_since"}) | paging.PARAMETERS

    def get(self, request: Any) -> HttpResponse:
        """By the order of their last change; `updated_since` goes back by `OVERLAP`."""
        rows = Escalation.objects.of_entity(request.user.entity)
        rows = rows.filter(**self._filters(request.GET)).select_related("case", "named_contact")
        piece = paging.piece(rows, request, by="updated_at")
        told = {"items": [shapes.escalation(one) for one in piece.rows], "next": piece.following}
        response = self.reading(told, **({"Link": piece.link} if piece.link else {}))
        if response.status_code == 200:
            log_access(self.actor, AccessAction.VIEW, "escalations", rows=len(piece.rows))
        return response

    def _filters(self, asked: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        faults = []
        for name, values in CHOICES.items():
            value = asked.get(name)
            if value is None:
                continue
            found[name] = value
            if value not in values:
                words = f"Valeur attendue parmi {', '.join(values)}."
                faults.append(Fault("unknown_value", words, parameter=name))
        if "updated_since" in asked:
            # A « + » that was not escaped arrives as a space.
            since = moment(asked["updated_since"].replace(" ", "+"))
            if since is not None:
                found["updated_at__gte"] = since - OVERLAP if since.year > 1 else since
            else:
                words = "Donnez une date et une heure RFC 3339, avec le fuseau."
                faults.append(Fault("not_a_time", words, parameter="updated_since"))
        if faults:
            raise invalid(faults)
        return found


def _one(view: ApiView, pk: int) -> Escalation:
    """Of the caller's entity, else 404: somebody else's is told like one that does not exist."""
    rows = Escalation.objects.of_entity(view.request.user.entity)
    found = rows.filter(pk=pk).select_related("case", "named_contact", "target_entity").first()
    if found is None:
        raise Http404
    return found


class OneEscalation(ApiView):
    scopes = {"GET": "escalations:read"}

    def get(self, request: Any, pk: int) -> HttpResponse:
        found = _one(self, pk)
        response = self.reading(shapes.whole(found), conditions.of_version(found.version))
        if response.status_code == 200:
            client = found.case.client_id
            log_access(
                self.actor,
                AccessAction.VIEW,
                "case",
                found.case_id,
                client_id=client,
                purpose=Purpose.ESCALATION,
            )
        return response


class Act(ApiView):
    """One action on one escalation: `If-Match` names the version read, the door has the last word."""

    scopes = {"POST": "escalations:write"}
    action: ClassVar[str] = ""
    fields: ClassVar[tuple[str, ...]] = ()

    @idempotent
    def post(self, request: Any, pk: int) -> HttpResponse:
        found = _one(self, pk)
        told = request.META.get("HTTP_IF_MATCH")
        conditions.require_version(told, found.version, _current(found))
        read = Reader(request.data, self.fields)
        data = self.read(read)
        read.done()
        for attempt in range(TRIES):
            try:
                self._perform(found, data)
                break
            except workflow.Conflict as conflict:
                found = _one(self, pk)
                conditions.require_version(told, found.version, _current(found))
                if attempt == TRIES - 1:
                    raise Problem("conflict", more={"current": _current(found)}) from conflict
            except workflow.Refused as refused:
                raise _told(refused, found) from refused
            except workflow.NotAllowed as error:
                raise Problem("forbidden") from error
        now = _one(self, pk)
        return self.answer(shapes.whole(now), ETag=conditions.of_version(now.version))

    def read(self, read: Reader) -> dict[str, Any]:
        """What the action needs of the body."""
        return {}

    def _perform(self, found: Escalation, data: dict[str, Any]) -> None:
        workflow.perform(
            found.case_id,
            self.action,
            actor=self.actor,
            expected_version=found.case.version,
            now=self.now,
            escalation=found.pk,
            **data,
        )


def _current(found: Escalation) -> dict[str, Any]:
    return {"status": found.status, "version": found.version}


def _told(refused: workflow.Refused, found: Escalation) -> Problem:
    """What does not suit in the body is 422 at its place; a state that forbids is 409 with that state."""
    faults = [
        Fault(reason.code, reason.text, f"/{_TOLD_AS.get(reason.field, reason.field)}")
        for reason in refused.reasons
        if reason.field and reason.code not in _OF_THE_STATE
    ]
    if faults and len(faults) == len(refused.reasons):
        return invalid(faults)
    first = next(reason for reason in refused.reasons if not reason.field or reason.code in _OF_THE_STATE)
    more = {"reason": first.code, "current": _current(found)}
    return Problem("conflict", first.text, more=more)


_OF_THE_STATE = frozenset({"already_answered", "withdrawn", "escalation", "already_asked"})


class Acknowledge(Act):
    action = "acknowledge_escalation"


class Answer(Act):
    action = "answer_escalation"
    fields = ("answer_code", "text", "appointment_at", "duplicate_of", "tell_client_now")

    def read(self, read: Reader) -> dict[str, Any]:
        return {
            "answer_code": read.choice("answer_code", AnswerCode.values),
            "answer_text": read.text("text", least=10),
            "appointment_at": read.at("appointment_at", required=False),
            "duplicate_of": read.text("duplicate_of", most=60, required=False),
            "tell_client_now": read.flag("tell_client_now"),
        }


class RequestInfo(Act):
    action = "request_info"
    fields = ("text",)

    def read(self, read: Reader) -> dict[str, Any]:
        return {"text": read.text("text", least=10)}


class NamedContact(Act):
    """Whom the advisor may ask for: somebody of the entity's own directory."""

    action = "name_contact"
    fields = ("contact",)

    def read(self, read: Reader) -> dict[str, Any]:
        return {"named_contact": read.number("contact")}


ACTS: dict[str, Callable[..., HttpResponse]] = {
    "acknowledge": Acknowledge.as_view(),
    "answer": Answer.as_view(),
    "request-info": RequestInfo.as_view(),
    "named-contact": NamedContact.as_view(),
}
