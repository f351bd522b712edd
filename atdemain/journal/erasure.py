"""Erasing personal values (architecture.md §4; domain.md §2.9): the payload goes, the chain still verifies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditPayload
from atdemain.journal.record import Entry, record_many

ERASED = "personal_erased"


def erase_personal(
    object_type: str,
    object_ids: Iterable[str | int],
    *,
    actor: Actor,
    at: datetime,
    before: datetime | None = None,
    reason_code: str = "",
) -> int:
    """Delete names, free text and salts told about these objects (only before `before`, if given).

    How many payloads went; one row on each chain tells it. Nothing left to erase: nothing is written.
    """
    payloads = AuditPayload.objects.filter(
        event__object_type=object_type, event__object_id__in=[str(pk) for pk in object_ids]
    )
    if before is not None:
        payloads = payloads.filter(event__at__lt=before)
    with transaction.atomic():
        found = list(payloads.order_by("pk").values_list("pk", "event__object_id"))
        record_many(
            Entry(
                object_type,
                object_id,
                ERASED,
                actor,
                at,
                reason_code=reason_code,
                changes={"payloads": [number, 0]},
            )
            for object_id, number in Counter(object_id for _, object_id in found).items()
        )
        AuditPayload.objects.filter(pk__in=[pk for pk, _ in found]).delete()
    return len(found)
