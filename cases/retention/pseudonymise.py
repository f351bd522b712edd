"""The one way a client's data stops naming anybody, at its term or before it (domain.md §2.9).

Names, numbers, references and free texts go or become pseudonyms; who did what, when and with what result
stays, so that no figure moves. Salts are thrown away: not even the database knows who it was. The journal's
payloads go by its own erasure, and its chain still verifies.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q

from atdemain.journal.actors import Actor
from atdemain.journal.chain import new_salt
from atdemain.journal.erasure import erase_personal
from atdemain.journal.models import AccessQuestion
from atdemain.journal.record import record_many
from atdemain.notifications.models import Delivery, Notification
from cases import hooks
from cases.enums import CaseState
from cases.models import Case, Client, Contact

from . import partner_calls
from .fields import FIELDS, replacement

ACTION = "pseudonymised"


def objections(client: Client) -> list[str]:
    """French sentences: why this client's data cannot be erased now (one query)."""
    found = []
    if client.pseudonymised_at is not None:
        found.append("Cette fiche est déjà pseudonymisée.")
    if client.merged_into_id is not None:
        found.append("Cette fiche est fusionnée dans une autre : effacez celle-là, elles vont ensemble.")
    going_on = client.cases.exclude(state=CaseState.CLOSED).order_by("opened_at", "pk")
    for case in going_on:
        found.append(
            f"Le dossier {case.ref} est {case.get_state_display().lower()} : quelqu’un s’en occupe encore. "
            "Attendez qu’il soit clos, ou demandez au manager de l’unité de l’annuler."
        )
    return found


def pseudonymise(
    client_ids: Collection[int], *, actor: Actor, now: datetime, reason_code: str, before_term: bool = False
) -> dict[str, int]:
    """These clients and the records merged into them, which the caller has locked and judged; what was touched.

    In the caller's transaction, set-based: as many statements for one client as for a hundred. `before_term`:
    what was announced about them is younger than six months, what partners sent of them younger than thirty
    days, and both go too.
    """
    records = Q(pk__in=client_ids) | Q(merged_into__in=client_ids)
    ids = sorted(Client.objects.filter(records).values_list("pk", flat=True))
    case_ids = sorted(Case.objects.filter(client__in=ids).values_list("pk", flat=True))
    contact_ids = sorted(Contact.objects.filter(client__in=ids).values_list("pk", flat=True))
    hooks.fire("clients_pseudonymised", client_ids=ids, case_ids=case_ids, now=now)
    if before_term:
        _erase_notices(case_ids)
        partner_calls.forget(ids, case_ids)
    _erase_columns(ids)
    questions = AccessQuestion.objects.filter(client_id__in=ids).order_by("pk").values_list("pk", flat=True)
    payloads = 0
    for object_type, objects in (
        ("client", ids),
        ("case", case_ids),
        ("contact", contact_ids),
        ("accessquestion", list(questions)),
    ):
        payloads += erase_personal(object_type, objects, actor=actor, at=now, reason_code=reason_code)
    Client.objects.filter(pk__in=ids).update(pseudonymised_at=now)
    record_many(
        {
            "object_type": "client",
            "object_id": pk,
            "action": ACTION,
            "actor": actor,
            "at": now,
            "reason_code": reason_code,
            "changes": {"pseudonymised_at": [None, now]},
        }
        for pk in ids
    )
    return {
        "clients": len(ids),
        "cases": len(case_ids),
        "contacts": len(contact_ids),
        "journal_payloads": payloads,
    }


def pseudonymise_contacts(
    contact_ids: Collection[int], *, actor: Actor, now: datetime, reason_code: str
) -> dict[str, int]:
    """Contacts in which no client was ever recognised, by the same values as a client's."""
    salt = new_salt()
    for model, _path, values in FIELDS:
        if model is Contact and values is not None:
            Contact.objects.filter(pk__in=contact_ids).update(**_replaced(values, salt))
    payloads = erase_personal("contact", contact_ids, actor=actor, at=now, reason_code=reason_code)
    return {"contacts": len(contact_ids), "journal_payloads": payloads}


def _erase_columns(ids: list[int]) -> None:
    salt = new_salt()
    for model, path, values in FIELDS:
        rows = model._default_manager.filter(**{f"{path}__in": ids})
        if values is None:
            rows.delete()
        else:
            rows.update(**_replaced(values, salt))


def _replaced(values: dict[str, Any], salt: str) -> dict[str, Any]:
    return {name: replacement(name, value, salt) for name, value in values.items()}


def _erase_notices(case_ids: list[int]) -> None:
    """What was announced about these cases names the client: inbox items, and the e-mails of the same keys."""
    notices = Notification.objects.filter(object_type="case", object_id__in=[str(pk) for pk in case_ids])
    Delivery.objects.filter(key__in=notices.values("dedupe_key")).delete()
    notices.delete()
