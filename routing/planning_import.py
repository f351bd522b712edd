"""A planning file → presences (docs/planning.md): the profiles of contacts, with the fields of a presence.

One transaction per person: what cannot be read, or overlaps, is a reject of its own line and stops nothing
else. The same file again changes nothing; a line that begins at the same moment as before corrects it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from atdemain.organisation.models import User
from cases.importing.errors import RowRejected
from cases.importing.parsing import Parser
from cases.importing.profile import Profile, Shape
from cases.importing.reading import Table
from routing import presence
from routing.enums import PresenceKind, PresenceSource
from routing.models import Presence
from routing.planning import zone_of

PRESENCE = Shape(
    key="person",
    anchor="starts_at",
    also=("ends_at", "kind"),
    texts=("person",),
    times=("starts_at", "ends_at"),
    choices={"kind": PresenceKind.values},
    profiles=Path(__file__).resolve().parent / "profiles",
)


@dataclass(slots=True)
class Tally:
    """Lines of the file. `people`: those whose planning holds at least one of them."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    people: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "seconds": round(self.seconds, 2)}


@dataclass(slots=True)
class Planned:
    """One line of the file, as read."""

    line: int
    kind: str
    start: datetime
    end: datetime


@dataclass(slots=True)
class Outcome:
    tally: Tally = field(default_factory=Tally)
    rejects: list[RowRejected] = field(default_factory=list)


def import_table(table: Table, profile: Profile, *, dry: bool = False) -> Outcome:
    """Read the whole file, then write person by person; `dry` rolls each of them back."""
    outcome = Outcome()
    by_person: dict[str, list[Planned]] = defaultdict(list)
    parser = Parser(profile, table.index)
    for row in table:
        outcome.tally.rows += 1
        try:
            if isinstance(row, RowRejected):
                raise row
            said = parser.parse(row)
            by_person[said["person"]].append(
                Planned(row.line, said["kind"], said["starts_at"], said["ends_at"])
            )
        except RowRejected as rejected:
            outcome.rejects.append(rejected)
    people = _people(by_person)
    for name, lines in by_person.items():
        wrong = _wrong(people.get(name), name, lines[0], profile)
        if wrong:
            outcome.rejects += [RowRejected(one.line, profile.label("person"), wrong) for one in lines]
            continue
        _write(people[name], lines, profile, outcome, dry=dry)
    outcome.rejects.sort(key=lambda one: one.line)
    outcome.tally.rejected = len(outcome.rejects)
    return outcome


def _people(names: Iterable[str]) -> dict[str, User]:
    """By employee number, else by account name."""
    wanted, found = list(names), {}
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        for key in ("username", "employee_number"):
            rows = User.objects.filter(**{f"{key}__in": some}).select_related("unit").order_by("pk")
            found |= {getattr(user, key): user for user in rows}
    return found


def _wrong(user: User | None, name: str, first: Planned, profile: Profile) -> str:
    if user is None:
        return f"« {name[:60]} » n’est le matricule ni l’identifiant d’aucun compte."
    if not user.is_active:
        return f"le compte de {user.short_name} est fermé."
    zone = zone_of(user)
    if (
        _local_times(profile)
        and first.start.astimezone(zone).utcoffset() != first.start.astimezone(profile.zone).utcoffset()
    ):
        return (
            f"l’unité de {user.short_name} est à l’heure de {zone.key} et le profil lit celle de "
            f"{profile.zone.key} : donnez un fichier et un profil par fuseau (timezone)."
        )
    return ""


def _local_times(profile: Profile) -> bool:
    """Whether the file's hours carry no offset of their own."""
    rule = profile.fields["starts_at"]
    return rule.zone is None and not any("%z" in form or form.startswith("epoch") for form in rule.formats)


def _write(user: User, lines: list[Planned], profile: Profile, outcome: Outcome, *, dry: bool) -> None:
    tally, kept = outcome.tally, 0
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        same_start = _stored(user, lines)
        for one in sorted(lines, key=lambda line: (line.start, line.line)):
            known = same_start.get((one.kind, one.start))
            if known is not None and known.ends_at == one.end:
                tally.unchanged += 1
                kept += 1
                continue
            try:
                presence.check_free(user, one.kind, one.start, one.end, but=known.pk if known else None)
            except presence.PresenceRefused as refused:
                name = refused.field if refused.field in profile.fields else "starts_at"
                text = refused.message[:1].lower() + refused.message[1:]
                outcome.rejects.append(RowRejected(one.line, profile.label(name), text))
                continue
            if known is not None:
                known.ends_at = one.end
                known.save(update_fields=["ends_at"])
                tally.updated += 1
            else:
                row = Presence.objects.create(user=user, kind=one.kind, starts_at=one.start, ends_at=one.end)
                same_start[one.kind, one.start] = row
                tally.created += 1
            kept += 1
        if dry:
            transaction.set_rollback(True)
    tally.people += kept > 0


def _stored(user: User, lines: list[Planned]) -> dict[tuple[str, datetime], Presence]:
    rows = Presence.objects.filter(
        user=user,
        source=PresenceSource.PLANNING,
        starts_at__gte=min(one.start for one in lines),
        starts_at__lte=max(one.start for one in lines),
    )
    return {(row.kind, row.starts_at): row for row in rows.order_by("pk")}
