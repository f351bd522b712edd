"""`GET /me`: who am I, which scopes, which limits."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from atdemain.rest.body import MOST_BYTES
from atdemain.rest.caller import Caller
from atdemain.rest.fields import stamp
from atdemain.rest.views import ApiView


class Me(ApiView):
    scopes = {"GET": None}

    def get(self, request: Any) -> HttpResponse:
        caller: Caller = request.user
        return self.reading(
            {
                "client_id": caller.client_id,
                "name": caller.name,
                "entity": {"code": caller.entity_code, "name": caller.entity_name},
                "scopes": sorted(caller.scopes),
                "token_expires_at": stamp(caller.expires),
                "limits": {"requests_per_minute": caller.per_minute, "body_bytes": MOST_BYTES},
            }
        )
