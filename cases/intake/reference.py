"""The small tables intake needs at hand: rules, units, entities, reasons, mass incidents.

On PostgreSQL they are kept in the process and checked on every use by a fingerprint read in the same
statement as the client's lock, so a change of rule applies to the next contact, in every process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from atdemain.database import on_postgresql, rows
from atdemain.organisation.models import Entity, Unit
from cases.models import MassIncident, Reason
from cases.repeat import RuleBook
from cases.rules import load_rulebook

RESUME_AFTER = timedelta(hours=24)  # individual verdicts resume 24 h after a mass incident (domain.md §4.3)
FOREVER = datetime.max.replace(tzinfo=UTC)

_TABLES = (
    "cases_repeatrule",
    "organisation_unitparticipation",
    "organisation_unit",
    "organisation_entity",
    "cases_reason",
    "cases_massincident",
)
#: An expression that changes whenever a row of these tables does, within one transaction too.
FINGERPRINT = (
    "(SELECT bit_xor(hashtidextended(ctid, xmin::text::bigint * 8 + n)) FROM ({}) reference)".format(
        " UNION ALL ".join(f"SELECT {n} AS n, ctid, xmin FROM {table}" for n, table in enumerate(_TABLES))
    )
)


@dataclass(frozen=True)
class Incident:
    id: int
    unit_id: int | None
    starts_at: datetime
    ends_at: datetime | None
    parent_case_id: int | None

    @property
    def until(self) -> datetime:
        """When individual verdicts resume."""
        return self.ends_at + RESUME_AFTER if self.ends_at is not None else FOREVER

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.until


@dataclass(frozen=True)
class Codes:
    """What a contact may name: units, entities, reasons, by code and by id."""

    units: dict[str, int]
    entities: dict[str, int]
    reasons: dict[str, int]
    families: dict[int, str]
    unit_ids: frozenset[int]
    entity_ids: frozenset[int]


@dataclass(frozen=True)
class Reference(Codes):
    rules: RuleBook
    incidents: dict[int, Incident]
    longest_callback_return: timedelta

    def family(self, reason_id: int | None) -> str:
        """ "" where the reason is not known."""
        return self.families.get(reason_id, "") if reason_id is not None else ""

    def suspended_until(self, incident_id: int | None) -> datetime | None:
        incident = self.incidents.get(incident_id) if incident_id is not None else None
        return incident.until if incident is not None else None

    def incident_for(self, unit_id: int | None, line_id: int | None, at: datetime) -> int | None:
        """The mass incident a contact belongs to: its line first, else its whole unit."""
        active = [incident for incident in self.incidents.values() if incident.covers(at)]
        if not active:
            return None
        if line_id is not None:
            by_line = _incidents_of_line(line_id)
            for incident in active:
                if incident.id in by_line:
                    return incident.id
        for incident in active:
            if incident.unit_id is not None and incident.unit_id == unit_id and not _has_lines(incident.id):
                return incident.id
        return None


def load_codes() -> Codes:
    reasons = list(Reason.objects.order_by().values_list("code", "pk", "family"))
    units = dict(Unit.objects.order_by().values_list("code", "pk"))
    entities = dict(Entity.objects.order_by().values_list("code", "pk"))
    return Codes(
        units=units,
        entities=entities,
        reasons={code: pk for code, pk, _family in reasons},
        families={pk: family for _code, pk, family in reasons},
        unit_ids=frozenset(units.values()),
        entity_ids=frozenset(entities.values()),
    )


def load_reference() -> Reference:
    rules = load_rulebook()
    hours = max((rule.callback_return_h for rule in rules.rules), default=4)
    return Reference(
        **vars(load_codes()),
        rules=rules,
        incidents={
            row[0]: Incident(*row)
            for row in MassIncident.objects.order_by().values_list(
                "pk", "unit_id", "starts_at", "ends_at", "parent_case_id"
            )
        },
        longest_callback_return=timedelta(hours=max(hours, 4)),
    )


_kept: tuple[str, object, Reference] | None = None


def kept_reference(database: str) -> Reference | None:
    """What this process last loaded for that database, to be confirmed by its fingerprint."""
    return _kept[2] if _kept is not None and _kept[0] == database else None


def is_current(database: str, fingerprint: object) -> bool:
    """Whether what this process keeps goes with this fingerprint."""
    return _kept is not None and _kept[0] == database and _kept[1] == fingerprint


def confirm(database: str, fingerprint: object) -> Reference:
    """The reference that goes with this fingerprint, reloaded if anything changed."""
    global _kept
    if _kept is None or _kept[0] != database or _kept[1] != fingerprint:
        _kept = (database, fingerprint, load_reference())
    return _kept[2]


def current_reference(database: str) -> Reference:
    """The reference as it is now; on PostgreSQL one short query when nothing changed."""
    if not on_postgresql():
        return load_reference()
    return confirm(database, rows(f"SELECT {FINGERPRINT}")[0][0])


def _incidents_of_line(line_id: int) -> set[int]:
    sql = "SELECT massincident_id FROM cases_massincident_lines WHERE line_id = %s"
    return {row[0] for row in rows(sql, (line_id,))}


def _has_lines(incident_id: int) -> bool:
    sql = "SELECT 1 FROM cases_massincident_lines WHERE massincident_id = %s LIMIT 1"
    return bool(rows(sql, (incident_id,)))
