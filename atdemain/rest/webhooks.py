"""The entity's own webhooks: written, read, tried, renewed and ended, with the log of what was sent."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from atdemain.notifications.enums import DeliveryStatus, DisabledReason, WebhookEvent
from atdemain.notifications.models import Delivery, WebhookAttempt, WebhookSubscription
from atdemain.notifications.webhooks import keys, subscriptions
from atdemain.notifications.webhooks.addresses import LONGEST
from atdemain.notifications.webhooks.subscriptions import Refused, Stale
from atdemain.organisation.models import Entity
from atdemain.rest import conditions, paging
from atdemain.rest.fields import MISSING, Reader, stamp
from atdemain.rest.idempotency import idempotent
from atdemain.rest.problems import Fault, Problem, invalid, pointer
from atdemain.rest.views import ApiView, render

READ, WRITE = "webhooks:read", "webhooks:write"
FIELDS = ("url", "events", "description")
#: Attempts told with each delivery, the last ones.
TOLD = 10
_BIGGEST = 2**63 - 1


def shape(one: WebhookSubscription) -> dict[str, Any]:
    return {
        "id": one.pk,
        "url": one.url,
        "events": one.events,
        "description": one.description,
        "active": one.active,
        "disabled_reason": one.disabled_reason or None,
        "disabled_at": stamp(one.disabled_at),
        "created_at": stamp(one.created_at),
        "version": one.version,
    }


class Webhooks(ApiView):
    scopes = {"GET": READ, "POST": WRITE}

    def get(self, request: Any) -> HttpResponse:
        """All of them: an entity has a few."""
        own = WebhookSubscription.objects.of_entity(request.user.entity).order_by("pk")
        return self.reading({"items": [shape(one) for one in own]})

    @idempotent
    def post(self, request: Any) -> HttpResponse:
        """The key is in this answer alone; what is kept to answer a retry has none."""
        url, events, description, _ = _read(request.data, FIELDS)
        entity = Entity.objects.get(pk=request.user.entity)
        try:
            made = subscriptions.create(entity, url, events, description, actor=self.actor, now=self.now)
        except Refused as refused:
            raise _told(refused) from refused
        one = made.subscription
        where = reverse("api:webhook", args=[one.pk])
        told = {**shape(one), "secret": made.secret}
        return with_secret(self, told, 201, ETag=_etag(one), Location=where)


def with_secret(view: ApiView, told: dict[str, Any], status: int, **headers: str) -> HttpResponse:
    """An answer that shows a key: the copy kept for a retry (`idempotency`) says `null` in its place."""
    response = view.answer(told, status, **headers)
    response.kept = render({**told, "secret": None})  # type: ignore[attr-defined]
    return response


class Webhook(ApiView):
    scopes = {"GET": READ, "PUT": WRITE, "DELETE": WRITE}

    def get(self, request: Any, pk: int) -> HttpResponse:
        one = own(self, pk)
        return self.reading(shape(one), _etag(one))

    def put(self, request: Any, pk: int) -> HttpResponse:
        one = own(self, pk)
        self._same(one)
        url, events, description, active = _read(request.data, (*FIELDS, "active"))
        if active and one.disabled_reason == DisabledReason.ADMIN:
            words = "Un administrateur a suspendu cet abonnement : lui seul le reprend."
            raise Problem("conflict", words, more={"current": shape(one)})
        try:
            one = subscriptions.change(
                one, url, events, description, actor=self.actor, now=self.now, version=one.version
            )
        except Refused as refused:
            raise _told(refused) from refused
        except Stale as stale:
            raise Problem("stale_version", more={"current": shape(stale.current)}) from stale
        if active is True:
            subscriptions.resume(one, actor=self.actor, now=self.now)
        elif active is False:
            subscriptions.stop(one, DisabledReason.PARTNER, actor=self.actor, now=self.now)
        one = own(self, pk)
        return self.answer(shape(one), ETag=_etag(one))

    def delete(self, request: Any, pk: int) -> HttpResponse:
        one = own(self, pk)
        self._same(one)
        subscriptions.end(one, actor=self.actor, now=self.now)
        return HttpResponse(status=204)

    def _same(self, one: WebhookSubscription) -> None:
        conditions.require_version(self.request.META.get("HTTP_IF_MATCH"), one.version, shape(one))


class RotateSecret(ApiView):
    scopes = {"POST": WRITE}

    @idempotent
    def post(self, request: Any, pk: int) -> HttpResponse:
        one = own(self, pk)
        _nothing(request.data)
        try:
            secret = subscriptions.rotate(one, actor=self.actor, now=self.now)
        except keys.RotationUnderWay as under_way:
            words = "Deux clés signent déjà : la suivante attend la fin de ce renouvellement."
            raise Problem("conflict", words, more={"until": stamp(under_way.until)}) from under_way
        told = {"secret": secret, "previous_valid_until": stamp(self.now + keys.OVERLAP)}
        return with_secret(self, told, 200)


class Test(ApiView):
    scopes = {"POST": WRITE}

    @idempotent
    def post(self, request: Any, pk: int) -> HttpResponse:
        one = own(self, pk)
        _nothing(request.data)
        try:
            key = subscriptions.test(one, actor=self.actor, now=self.now)
        except Refused as refused:
            raise Problem("conflict", refused.message, more={"current": shape(one)}) from refused
        return self.answer({"webhook_id": key}, 202)


class Deliveries(ApiView):
    scopes = {"GET": READ}
    parameters = frozenset({"status"}) | paging.PARAMETERS

    def get(self, request: Any, pk: int) -> HttpResponse:
        """From the oldest; no body: it can be asked for again by its case."""
        one = own(self, pk)
        rows = Delivery.objects.filter(subscription=one.pk)
        status = request.GET.get("status")
        if status is not None:
            if status not in DeliveryStatus.values:
                words = f"Valeur attendue parmi {', '.join(DeliveryStatus.values)}."
                raise invalid([Fault("unknown_value", words, parameter="status")])
            rows = rows.filter(status=status)
        piece = paging.piece(rows, request, by="created_at")
        attempts: dict[int, list[WebhookAttempt]] = {}
        for attempt in WebhookAttempt.objects.filter(delivery__in=piece.rows).order_by("-at", "-pk"):
            attempts.setdefault(attempt.delivery_id, []).append(attempt)
        told = {
            "items": [_sent(row, attempts.get(row.pk, [])) for row in piece.rows],
            "next": piece.following,
        }
        return self.reading(told, **({"Link": piece.link} if piece.link else {}))


def _sent(row: Delivery, attempts: list[WebhookAttempt]) -> dict[str, Any]:
    return {
        "webhook_id": row.key,
        "event": row.event,
        "status": row.status,
        "created_at": stamp(row.created_at),
        "sent_at": stamp(row.sent_at),
        "next_attempt_at": stamp(row.next_attempt_at) if row.status == DeliveryStatus.PENDING else None,
        "error": row.last_error or None,
        "attempts": [
            {
                "number": one.number,
                "at": stamp(one.at),
                "status_code": one.status_code,
                "duration_ms": one.duration_ms,
                "error": one.error or None,
            }
            for one in attempts[:TOLD]
        ],
    }


class Resend(ApiView):
    """A message that was given up leaves again at the next round, under the same id."""

    scopes = {"POST": WRITE}

    @idempotent
    def post(self, request: Any, pk: int, webhook_id: str) -> HttpResponse:
        one = own(self, pk)
        row = Delivery.objects.filter(subscription=one.pk, key=webhook_id).first()
        if row is None:
            raise Http404
        _nothing(request.data)
        if row.status != DeliveryStatus.DEAD:
            words = "Ce message n’est pas abandonné : il est parti, ou il partira de lui-même."
            raise Problem("conflict", words, more={"current": {"status": row.status}})
        return _sent_again(self, one, [row.pk])


class ResendAll(ApiView):
    """All those that were given up."""

    scopes = {"POST": WRITE}

    @idempotent
    def post(self, request: Any, pk: int) -> HttpResponse:
        one = own(self, pk)
        _nothing(request.data)
        return _sent_again(self, one, None)


def _sent_again(view: ApiView, one: WebhookSubscription, rows: list[int] | None) -> HttpResponse:
    try:
        number = subscriptions.resend(one, rows, actor=view.actor, now=view.now)
    except Refused as refused:
        raise Problem("conflict", refused.message, more={"current": shape(one)}) from refused
    return view.answer({"sent_again": number}, 202)


def own(view: ApiView, pk: int) -> WebhookSubscription:
    """Of the caller's entity, else 404: somebody else's is told like one that does not exist."""
    found = None
    if pk <= _BIGGEST:
        found = WebhookSubscription.objects.of_entity(view.request.user.entity).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _etag(one: WebhookSubscription) -> str:
    return conditions.of_version(one.version)


def _read(data: Any, known: tuple[str, ...]) -> tuple[str, list[str], str, bool | None]:
    read = Reader(data, known)
    url = read.text("url", most=LONGEST)
    description = read.text("description", most=120, required=False)
    active = read.flag("active") if read.data.get("active") is not None else None
    events = read.data.get("events")
    if events is None:
        read.fault("events", "missing", MISSING)
    elif not isinstance(events, list) or not events or len(events) > len(WebhookEvent.values):
        read.fault("events", "not_a_list", "Donnez une liste d’un à quatre événements.")
    else:
        for rank, event in enumerate(events):
            if event not in WebhookEvent.values:
                words = f"Valeur attendue parmi {', '.join(WebhookEvent.values)}."
                read.faults.append(Fault("unknown_value", words, pointer("events", rank)))
    read.done()
    return url, list(events or ()), description, active


def _nothing(data: Any) -> None:
    Reader(data, ()).done()


def _told(refused: Refused) -> Problem:
    if not refused.field or refused.code == "url_taken":
        return Problem("conflict", refused.message, more={"reason": refused.code})
    return invalid([Fault(refused.code, refused.message, pointer(refused.field))])
