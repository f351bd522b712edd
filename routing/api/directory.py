"""The entity's own directory: read, and kept up to date by whoever answers there (domain.md §2.8, L35, L36).

What may be written is what the pages let write: the same forms, the same journal, the same refusals. A row
that is put is verified: it was written by the entity itself, today.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponse
from django.utils import timezone

from atdemain.organisation.hours_form import DAY_FIELDS
from atdemain.organisation.models import Entity, EntityContact, PriorityLine
from atdemain.organisation.opening_hours import day_as_text
from atdemain.rest import conditions
from atdemain.rest.fields import Reader
from atdemain.rest.problems import Fault, Problem, invalid, pointer
from atdemain.rest.views import ApiView
from routing.directory import changes
from routing.forms.directory import ContactForm, LineForm


def contact_shape(row: EntityContact) -> dict[str, Any]:
    return {
        "id": row.pk,
        "version": row.version,
        "name": row.name,
        "phone": row.phone or None,
        "extension": row.extension or None,
        "email": row.email or None,
        "active": row.active,
        "verified_on": row.verified_on.isoformat() if row.verified_on else None,
    }


def line_shape(row: PriorityLine) -> dict[str, Any]:
    """`weekly_hours`: seven texts from Monday, « 08:00-12:00, 14:00-18:00 »; null follows the entity's."""
    hours = row.weekly_hours
    return {
        "version": row.version,
        "number": row.number,
        "target_answer_s": row.target_answer_s,
        "valid_from": row.valid_from.isoformat() if row.valid_from else None,
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "weekly_hours": [day_as_text(day) for day in hours] if hours else None,
    }


class Directory(ApiView):
    scopes = {"GET": "directory:read"}

    def get(self, request: Any) -> HttpResponse:
        entity = request.user.entity
        people = EntityContact.objects.filter(entity=entity).order_by("pk")
        line = _line(entity, self.now)
        return self.reading(
            {
                "contacts": [contact_shape(row) for row in people],
                "priority_line": line_shape(line) if line else None,
            }
        )


class Contact(ApiView):
    scopes = {"GET": "directory:read", "PUT": "directory:write"}

    def get(self, request: Any, pk: int) -> HttpResponse:
        row = self._row(pk)
        return self.reading(contact_shape(row), conditions.of_version(row.version))

    def put(self, request: Any, pk: int) -> HttpResponse:
        """The whole of it: what is left out is emptied."""
        row = self._row(pk)
        told = request.META.get("HTTP_IF_MATCH")
        conditions.require_version(told, row.version, {"version": row.version})
        read = Reader(request.data, ("name", "phone", "extension", "email", "active"))
        data: dict[str, Any] = {
            name: read.text(name, most=most, required=name == "name")
            for name, most in (("name", 80), ("phone", 40), ("extension", 10), ("email", 254))
        }
        if read.flag("active", default=True):
            data["active"] = "on"
        read.done()
        with transaction.atomic():
            _save(self, ContactForm(data, instance=row), row)
            changes.verify(row, actor=self.actor, now=self.now)
        row = self._row(pk)
        return self.answer(contact_shape(row), ETag=conditions.of_version(row.version))

    def _row(self, pk: int) -> EntityContact:
        row = EntityContact.objects.filter(pk=pk, entity=self.request.user.entity).first()
        if row is None:
            raise Http404
        return row


class PriorityLineView(ApiView):
    """The line that the entity answers today; a first one is made without a version."""

    scopes = {"GET": "directory:read", "PUT": "directory:write"}

    def get(self, request: Any) -> HttpResponse:
        row = _line(request.user.entity, self.now)
        if row is None:
            raise Http404
        return self.reading(line_shape(row), conditions.of_version(row.version))

    def put(self, request: Any) -> HttpResponse:
        """Two first lines at once: the second finds the first, and owes its version."""
        entity = request.user.entity
        _ = request.data  # all of it has come before anything is locked
        with transaction.atomic():
            Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity)
            return self._put(request, _line(entity, self.now))

    def _put(self, request: Any, row: PriorityLine | None) -> HttpResponse:
        if row is not None:
            told = request.META.get("HTTP_IF_MATCH")
            conditions.require_version(told, row.version, {"version": row.version})
        read = Reader(request.data, ("number", "target_answer_s", "valid_from", "valid_to", "weekly_hours"))
        seconds = read.number("target_answer_s", required=False)
        data: dict[str, Any] = {
            "number": read.text("number", most=40),
            "target_answer_s": 60 if seconds is None else seconds,
            "valid_from": read.text("valid_from", most=10, required=False),
            "valid_to": read.text("valid_to", most=10, required=False),
            **_week(read),
        }
        if data["valid_from"] > timezone.localdate(self.now).isoformat():
            words = "Le fil donné ici est celui qui répond aujourd’hui : à partir d’aujourd’hui au plus tard."
            read.fault("valid_from", "refused", words)
        read.done()
        made = row is None
        row = row or PriorityLine(entity_id=request.user.entity)
        _save(self, LineForm(data, instance=row), row)
        row.refresh_from_db()
        return self.answer(line_shape(row), 201 if made else 200, ETag=conditions.of_version(row.version))


def _line(entity: int, now: Any) -> PriorityLine | None:
    lines = PriorityLine.objects.valid_on(timezone.localdate(now)).filter(entity=entity)
    return lines.order_by("target_answer_s", "number").first()


def _week(read: Reader) -> dict[str, str]:
    week = read.data.get("weekly_hours")
    if week is None:
        return {}
    if not isinstance(week, list) or len(week) != 7 or not all(isinstance(day, str) for day in week):
        read.fault("weekly_hours", "not_a_week", "Donnez sept textes, du lundi au dimanche, ou null.")
        return {}
    if not any(day.strip() for day in week):  # the form reads seven empty days as « the entity's hours »
        words = "Sept jours fermés : donnez null pour suivre les horaires de l’entité, ou arrêtez le fil (valid_to)."
        read.fault("weekly_hours", "refused", words)
        return {}
    return {name: day[:200] for name, day in zip(DAY_FIELDS, week, strict=True)}


def _save(view: ApiView, form: forms.ModelForm, row: EntityContact | PriorityLine) -> None:
    """Raises Problem: 422 with what the form refuses at its place, 412 when somebody was quicker."""
    for field in form.fields.values():
        field.strip = False  # the reader took away the white space, as the document understands it
    if not form.is_valid():
        raise invalid(
            Fault(str(error.code or "refused"), " ".join(error.messages), _place(name))
            for name, errors in form.errors.as_data().items()
            for error in errors
        )
    try:
        changes.save(form.instance, seen=row.version if row.pk else None, actor=view.actor, now=view.now)
    except changes.StaleRow as error:
        raise Problem("stale_version") from error


def _place(name: str) -> str:
    if name == "__all__":
        return ""
    return pointer("weekly_hours", DAY_FIELDS.index(name)) if name in DAY_FIELDS else pointer(name)
