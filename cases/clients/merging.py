"""Two client records become one (domain.md §4.4): everything moves, the union is evaluated again.

INV-03 holds through it: where both records have a working case for what becomes one identity, the two
cases are merged by T13 in the same transaction. Refusing would be a dead end, since T13 wants one client.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from atdemain.journal.record import record, refuse
from cases import workflow
from cases.enums import WORKING_STATES
from cases.intake import Reevaluated, reevaluate
from cases.models import Case, Client, ClientAccessGrant, ClientPhone, Contact, Line

REASON = 10  # characters
#: What the kept record takes over where it has nothing of its own.
_FILLED = ("display_name", "unit_id", "preferred_call_slots")


class Refused(Exception):
    """The records cannot be put together or apart; the French sentence says what to do."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


@dataclass(frozen=True, slots=True)
class Merged:
    """`cases_merged`: (closed, kept) references of the cases that T13 put together."""

    kept: Client
    gone: Client
    contacts: int
    cases_merged: tuple[tuple[str, str], ...]
    verdicts: Reevaluated


def objections(kept: Client, gone: Client) -> list[tuple[str, str]]:
    """(code, French sentence): why these two records cannot be merged. Pure."""
    found = []
    if kept.pk == gone.pk:
        found.append(("same", "C’est deux fois la même fiche. Choisissez deux fiches différentes."))
    for client in (kept, gone):
        if client.merged_into_id is not None:
            found.append(("merged", f"La fiche {client.client_ref} est déjà fusionnée dans une autre."))
        if client.pseudonymised_at is not None:
            found.append(("pseudonymised", f"La fiche {client.client_ref} est pseudonymisée."))
    return found


def merge(kept_id: int, gone_id: int, *, actor: Actor, now: datetime, reason: str) -> Merged:
    """Move all that is of `gone` to `kept`; `gone` stays as a pointer, so its reference goes on working.

    Durable, journalled on both records. Raises Refused, which is journalled too.
    """
    try:
        with transaction.atomic(durable=True):
            return _merge(kept_id, gone_id, actor, now, reason.strip())
    except Refused as refusal:
        refuse("client", gone_id, "merge", actor=actor, at=now, reason_code=refusal.code)
        raise


def _merge(kept_id: int, gone_id: int, actor: Actor, now: datetime, reason: str) -> Merged:
    kept, gone = _locked(kept_id, gone_id)
    for code, text in objections(kept, gone):
        raise Refused(code, text)
    if len(reason) < REASON:
        raise Refused("reason_short", f"Dites en {REASON} caractères au moins pourquoi vous fusionnez.")
    moved: dict[str, list[int]] = {
        "contacts": _ids(Contact.objects.filter(client=gone)),
        "lines": _ids(Line.objects.filter(client=gone)),
        "cases": _ids(Case.objects.filter(client=gone)),
        "records": _ids(Client.objects.filter(merged_into=gone)),
    }
    Line.objects.filter(client=gone).update(client=kept)
    Contact.objects.filter(client=gone).update(client=kept)
    Client.objects.filter(merged_into=gone).update(merged_into=kept)
    moved["phones"], twice = _move_phones(kept, gone)
    pairs = _move_cases(kept, gone, actor, now, reason)
    _move_grants(kept, gone)
    filled = _fill(kept, gone)
    Client.objects.filter(pk=gone.pk).update(merged_into=kept)
    gone.merged_into = kept
    verdicts = reevaluate([kept.pk], now=now, actor=actor, newcomers=frozenset(moved["contacts"]))
    personal = {"reason": reason, "kept_ref": kept.client_ref, "gone_ref": gone.client_ref}
    record(
        "client",
        kept.pk,
        "received_merge",
        actor=actor,
        at=now,
        changes={
            "merged_from": [None, gone.pk],
            "contacts": [None, len(moved["contacts"])],
            "cases_merged": [None, [list(pair) for pair in pairs]],
            **{name: [None, value] for name, value in filled.items() if name != "display_name"},
        },
        personal=personal,
    )
    record(
        "client",
        gone.pk,
        "merge",
        actor=actor,
        at=now,
        changes={"merged_into": [None, kept.pk], "moved": [None, moved]},
        personal=personal | {"phones_twice": twice},
    )
    return Merged(kept, gone, len(moved["contacts"]), tuple(pairs), verdicts)


def _locked(kept_id: int, gone_id: int) -> tuple[Client, Client]:
    """Both records, locked in the order of their ids like every batch of intake."""
    found = {
        client.pk: client
        for client in Client.objects.select_for_update(no_key=True)
        .filter(pk__in={kept_id, gone_id})
        .order_by("pk")
    }
    if kept_id not in found or gone_id not in found:
        raise Refused("unknown", "L’une des deux fiches n’existe plus.")
    return found[kept_id], found[gone_id]


def _ids(found: Any) -> list[int]:
    return list(found.order_by("pk").values_list("pk", flat=True))


def _move_phones(kept: Client, gone: Client) -> tuple[list[int], list[list[str]]]:
    """(ids moved, [number, label] of those both records had, which are dropped)."""
    known = set(kept.phones.values_list("e164", flat=True))
    moving = ClientPhone.objects.filter(client=gone).exclude(e164__in=known)
    ids = _ids(moving)
    moving.update(client=kept)
    twice = ClientPhone.objects.filter(client=gone)
    told = [list(row) for row in twice.order_by("pk").values_list("e164", "label")]
    twice.delete()
    return ids, told


def rekeyed(key: str, source_id: int, target_id: int) -> str:
    """The identity key of a case once its client's contacts count for another (a line keeps its own)."""
    own = f"client:{source_id}"
    if key == own or key.startswith(f"{own}:"):
        return f"client:{target_id}{key[len(own) :]}"
    return key


def clashes(
    kept: Iterable[Case], gone: Iterable[Case], kept_id: int, gone_id: int
) -> list[tuple[Case, Case]]:
    """(case that closes, case that stays) for each identity both records are being worked on. Pure.

    The one that has an advisor stays; then the one opened first.
    """
    working = {case.identity_key: case for case in kept if case.state in WORKING_STATES}
    pairs = []
    for case in gone:
        other = working.get(rekeyed(case.identity_key, gone_id, kept_id))
        if case.state in WORKING_STATES and other is not None:
            stays, closes = sorted(
                (case, other), key=lambda one: (one.owner_id is None, one.opened_at, one.pk)
            )
            pairs.append((closes, stays))
    return pairs


def _move_cases(
    kept: Client, gone: Client, actor: Actor, now: datetime, reason: str
) -> list[tuple[str, str]]:
    moving = list(Case.objects.filter(client=gone).order_by("pk"))
    pairs = clashes(Case.objects.filter(client=kept).order_by("pk"), moving, kept.pk, gone.pk)
    Case.objects.filter(client=gone).update(client=kept)
    told = []
    for closes, stays in pairs:
        workflow.apply(
            closes.pk,
            "merge_by_client",
            actor=as_system(actor),
            now=now,
            target=stays.pk,
            reason=f"Fiches clients fusionnées. {reason}",
        )
        told.append((closes.ref or "", stays.ref or ""))
    for case in moving:
        key = rekeyed(case.identity_key, gone.pk, kept.pk)
        if key != case.identity_key:
            Case.objects.filter(pk=case.pk).update(identity_key=key)
    return told


def _move_grants(kept: Client, gone: Client) -> None:
    """Who had just noted a contact of one record goes on seeing it on the other."""
    for grant in ClientAccessGrant.objects.filter(client=gone):
        own = ClientAccessGrant.objects.filter(client=kept, user=grant.user_id).first()
        if own is None:
            ClientAccessGrant.objects.filter(pk=grant.pk).update(client=kept)
            continue
        if own.until < grant.until:
            ClientAccessGrant.objects.filter(pk=own.pk).update(until=grant.until)
        grant.delete()


def _fill(kept: Client, gone: Client) -> dict[str, Any]:
    """What the kept record did not know and the other did."""
    filled: dict[str, Any] = {
        name: getattr(gone, name) for name in _FILLED if not getattr(kept, name) and getattr(gone, name)
    }
    if gone.priority_client and not kept.priority_client:
        filled |= {"priority_client": True, "priority_reason": gone.priority_reason}
    for name, value in filled.items():
        setattr(kept, name, value)
    if filled:
        kept.save()
    return filled


def as_system(actor: Actor) -> Actor:
    """What follows for the cases is the system's act: an administrator has no right on a case."""
    return Actor(ActorKind.SYSTEM, source=actor.source or "client_merge", request_id=actor.request_id)
