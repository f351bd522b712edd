"""The cast of intake's tests: a unit that takes part, live rules, and short ways to write a contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from atdemain.journal.actors import Actor, importer
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Programme, Unit, UnitParticipation, User
from atdemain.organisation.roles import set_roles
from cases.intake import BatchResult, IncomingContact, Received, receive, receive_batch
from cases.models import Case, Client, Contact, Reason, RepeatRule, RepeatVerdict

PARIS = ZoneInfo("Europe/Paris")
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
HOW = ("one", "batch")


def paris(text: str) -> datetime:
    """« 05/11 10:00 » (2018) or « 05/11/2026 10:00:30 », local Paris time, as aware UTC."""
    day, clock = text.split(" ")
    day += "/2018" if day.count("/") == 1 else ""
    clock += ":00" if clock.count(":") == 1 else ""
    return datetime.strptime(f"{day} {clock}", "%d/%m/%Y %H:%M:%S").replace(tzinfo=PARIS).astimezone(UTC)


@dataclass
class Site:
    """One programme, a unit in it, one outside it, the reasons, and the rule R1, live."""

    programme: Programme
    unit: Unit
    outside: Unit
    rule: RepeatRule
    actor: Actor = field(default_factory=lambda: importer("test"))
    made: int = 0

    @classmethod
    def build(cls, **rule: Any) -> Site:
        programme = Programme.objects.create(code="atd", name="AT Demain")
        unit = Unit.objects.create(code="lyon", name="UAT Lyon")
        outside = Unit.objects.create(code="idf", name="UAT Île-de-France")
        UnitParticipation.objects.create(programme=programme, unit=unit, participates=True)
        UnitParticipation.objects.create(
            programme=programme,
            unit=outside,
            participates=False,
            reason_public="L’unité préfère attendre le bilan du pilote.",
        )
        for code, family in (("panne", "no_sync"), ("lent", "slow"), ("facture", "non_technical")):
            Reason.objects.create(code=code, label=code.title(), family=family)
        made = RepeatRule.objects.create(
            **{"code": "R1", "version": 1, "programme": programme, "mode": "live", **rule}
        )
        return cls(programme, unit, outside, made)

    def person(self, username: str, *roles: Role, unit: Unit | None = None) -> User:
        user = User.objects.create(
            username=username, first_name=username.title(), last_name="Test", unit=unit or self.unit
        )
        set_roles(user, roles or (Role.ADVISOR,))
        return user

    def call(self, at: datetime | str, source_id: str = "", **said: Any) -> IncomingContact:
        """A counted call of client C1: answered at once, five minutes long, reason unknown."""
        self.made += 1
        start = paris(at) if isinstance(at, str) else at
        facts: dict[str, Any] = {
            "source_system": "switch",
            "source_id": source_id or f"{self.made:05d}",
            "arrived_at": start,
            "answered_at": start,
            "ended_at": start + 5 * MINUTE,
            "talk_s": 300,
            "client_ref": "C1",
            "unit_code": self.unit.code,
        }
        if said.get("source_system") == "manual":
            facts |= {"ended_at": None, "talk_s": None}
        return IncomingContact(**(facts | said))

    def post(
        self,
        contacts: Sequence[IncomingContact],
        how: str = "one",
        *,
        now: datetime | None = None,
        mode: str = "live",
    ) -> list[Received]:
        """By `receive` in the order given, or all at once by `receive_batch`; just after the last one."""
        at = now or max(contact.arrived_at for contact in contacts) + MINUTE
        if how == "batch":
            return self.batch(contacts, now=at, mode=mode).items
        return [receive(contact, actor=self.actor, now=at, mode=mode) for contact in contacts]

    def batch(self, contacts: Sequence[IncomingContact], *, now: datetime, mode: str = "live") -> BatchResult:
        return receive_batch(contacts, actor=self.actor, now=now, mode=mode)


def state(source_id: str) -> tuple[str, int | None]:
    """(exclusion code, N) of a stored contact."""
    return Contact.objects.values_list("exclusion_code", "n_in_window").get(source_id=source_id)


def codes(contacts: Sequence[IncomingContact]) -> list[str]:
    return [state(contact.source_id)[0] for contact in contacts]


def ns(contacts: Sequence[IncomingContact]) -> list[int | None]:
    return [state(contact.source_id)[1] for contact in contacts]


def current_verdicts() -> dict[str, tuple[str, int, str]]:
    """source_id → (verdict, count, mode) of the rows that are not superseded."""
    rows = RepeatVerdict.objects.filter(superseded_at__isnull=True).order_by("pk")
    return {
        source: (verdict, count, mode)
        for source, verdict, count, mode in rows.values_list("contact__source_id", "verdict", "count", "mode")
    }


def everything() -> dict[str, list[tuple]]:
    """What INV-13 says a repeat leaves unchanged: contacts, verdicts, cases (with their versions)."""
    return {
        "contacts": list(
            Contact.objects.order_by("pk").values_list(
                "source_id", "exclusion_code", "n_in_window", "case_id", "client_id"
            )
        ),
        "verdicts": list(RepeatVerdict.objects.order_by("pk").values_list("pk", "count", "superseded_at")),
        "cases": list(Case.objects.order_by("pk").values_list("pk", "state", "version", "colour")),
        "clients": list(Client.objects.order_by("pk").values_list("pk", "client_ref", "merged_into")),
    }
