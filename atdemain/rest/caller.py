"""Who asks: the client whose token came with the request, read in one query."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from atdemain.organisation.api_scopes import INTERNAL
from atdemain.rest.problems import Problem
from atdemain.statements import Param, Statement

REALM = 'Bearer realm="api"'


@dataclass(frozen=True, slots=True)
class Caller:
    """A live client of an entity, with the scopes that both its token and its present rights give."""

    client: int
    client_id: str
    name: str
    entity: int
    entity_code: str
    entity_name: str
    scopes: frozenset[str]
    per_minute: int
    expires: datetime
    is_authenticated: bool = True
    pk: None = None  # no account

    def actor(self, request_id: str) -> Actor:
        """As the journal names it; `entity` is what the workflow asks of it."""
        return Actor(
            ActorKind.API_CLIENT,
            self.client,
            role="partner",
            source="api",
            request_id=request_id,
            entity=self.entity,
        )


_TOKEN = Statement(
    lambda: (
        AccessToken.objects.filter(token_checksum=Param("checksum"))
        .order_by()
        .values_list(
            "expires",
            "scope",
            "resource",
            "application",
            "application__client_id",
            "application__name",
            "application__entity",
            "application__entity__code",
            "application__entity__name",
            "application__entity__internal",
            "application__scopes",
            "application__requests_per_minute",
            "application__revoked_at",
        )
    )
)


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer …`, and nothing else: a cookie means nothing here."""

    def authenticate(self, request: Any) -> tuple[Caller, None]:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Problem("unauthenticated", headers={"WWW-Authenticate": REALM})
        caller = _caller(token.strip())
        structlog.contextvars.bind_contextvars(api_client=caller.client_id)
        return caller, None

    def authenticate_header(self, request: Any) -> str:
        return REALM


def _caller(token: str) -> Caller:
    checksum = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    row: Any = _TOKEN.first(checksum=checksum)
    if row is None:
        raise _refused("invalid_token")
    (
        expires, scope, resource, pk, client_id, name, entity, code, entity_name, internal, scopes, per_minute,
        revoked,
    ) = row  # fmt: skip
    if revoked is not None or resource or entity is None:
        raise _refused("invalid_token")
    if expires <= timezone.now():
        raise _refused("expired_token")
    both = frozenset(scope.split()) & frozenset(scopes.split())
    if not internal:
        both -= INTERNAL
    return Caller(pk, client_id, name, entity, code, entity_name, both, per_minute, expires)


def _refused(code: str) -> Problem:
    return Problem(code, headers={"WWW-Authenticate": f'{REALM}, error="invalid_token"'})
