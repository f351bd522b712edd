"""The dated page of each unit on how the ARCQ is applied there (domain.md L73): published by HR, never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.models import Unit
from cases.names import name_key
from recognition.durable.enums import DocumentKind
from recognition.mentoring.rules import Objection
from recognition.models import UnitDocument

OBJECT = "unit_document"


class PublicationRefused(Exception):
    def __init__(self, reason: Objection) -> None:
        super().__init__(reason.message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class UnitPages:
    """A unit and its pages, the one that holds first; none: it is missing, and listed for HR."""

    unit: Unit
    pages: tuple[UnitDocument, ...]

    @property
    def current(self) -> UnitDocument | None:
        return self.pages[0] if self.pages else None


def of_units(kind: DocumentKind = DocumentKind.ARCQ) -> list[UnitPages]:
    """Every unit in the order of names; two statements."""
    pages: dict[int, list[UnitDocument]] = {}
    rows = UnitDocument.objects.filter(kind=kind).select_related("published_by").defer("text")
    for row in rows.order_by("-dated_on", "-pk"):
        pages.setdefault(row.unit_id, []).append(row)
    units = sorted(Unit.objects.order_by("pk"), key=lambda unit: name_key(unit.name))
    return [UnitPages(unit, tuple(pages.get(unit.pk, ()))) for unit in units]


def publish(
    unit: Unit, *, title: str, text: str, dated_on: date, actor: Actor, now: datetime
) -> UnitDocument:
    """A new page takes the place of the one before, which stays readable. Raises PublicationRefused."""
    if dated_on > timezone.localdate(now):
        raise PublicationRefused(
            Objection("future", "Une page ne se date pas d’un jour à venir.", "dated_on")
        )
    with transaction.atomic():
        Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
        last = (
            UnitDocument.objects.filter(unit=unit, kind=DocumentKind.ARCQ)
            .order_by("-dated_on", "-pk")
            .first()
        )
        if last is not None and (last.title, last.text, last.dated_on) == (title, text, dated_on):
            return last
        if last is not None and dated_on <= last.dated_on:
            message = (
                f"La page publiée est datée du {last.dated_on:%d/%m/%Y}\u00a0: donnez une date plus récente."
            )
            raise PublicationRefused(Objection("older", message, "dated_on"))
        made = UnitDocument.objects.create(
            unit=unit, title=title, text=text, dated_on=dated_on, published_by=actor.user, published_at=now
        )
        record(
            OBJECT, made.pk, "unit_document_published", actor=actor, at=now,
            changes={"unit_id": [None, unit.pk], "kind": [None, made.kind], "dated_on": [None, dated_on]},
        )  # fmt: skip
    return made
