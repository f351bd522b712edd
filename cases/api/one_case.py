"""`GET /cases/{ref}`: the least that an entity needs of a case it was asked about."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from atdemain.journal.access import log_access
from atdemain.journal.enums import AccessAction, Purpose
from atdemain.rest.views import ApiView
from cases.models import Case, ClientPhone, Escalation, FaultTicket

from . import shapes


class OneCase(ApiView):
    scopes = {"GET": "cases:read"}

    def get(self, request: Any, ref: str) -> HttpResponse:
        """404 without an escalation to the caller's entity, whether the case exists or not."""
        entity = request.user.entity
        found = None
        if "\x00" not in ref:
            cases = Case.objects.asked_of(entity).select_related("line", "unit", "current_promise")
            found = cases.filter(ref=ref).first()
        if found is None:
            raise Http404
        last = Escalation.objects.of_entity(entity).filter(case=found).order_by("-sent_at", "-pk").first()
        if last is None:
            raise Http404
        faults = FaultTicket.objects.filter(case=found).told_to(entity).order_by("-opened_at", "-pk")
        phones: list[str] = []
        if found.is_working and shapes.needs_client(last):
            rows = ClientPhone.objects.filter(client=found.client_id).order_by("pk")
            phones = list(rows.values_list("e164", flat=True))
        response = self.reading(shapes.case(found, list(faults), last, phones))
        if response.status_code == 200:
            log_access(
                self.actor,
                AccessAction.VIEW,
                "case",
                found.pk,
                client_id=found.client_id,
                purpose=Purpose.ESCALATION,
            )
        return response
