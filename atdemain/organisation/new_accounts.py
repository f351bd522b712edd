"""Accounts of a file: each line against the accounts that exist, then all those that may be, in one go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.record import Entry, record_many
from atdemain.organisation.account_rules import role_problems
from atdemain.organisation.accounts_file import COLUMNS, Line, plain
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, Team, Unit, User
from atdemain.organisation.rights import given
from atdemain.organisation.roles import set_roles

#: What a role may be called in a file: its code, or its French name.
ROLE_NAMES = {name: role for role in Role for name in (plain(role.value), plain(role.label))}
ROLE_NAMES |= {"conseiller": Role.ADVISOR, "back-office": Role.BACK_OFFICE, "partenaire": Role.PARTNER}
HEADINGS = {name: heading for heading, name, _ in COLUMNS}


@dataclass
class Proposal:
    """One line understood. `there`: the account it is about exists already, and stays as it is."""

    line: Line
    user: User
    roles: frozenset[Role] = frozenset()
    there: User | None = None
    refusals: list[str] = field(default_factory=list)

    @property
    def creates(self) -> bool:
        return self.there is None and not self.refusals

    @property
    def role_words(self) -> str:
        return ", ".join(sorted(role.label for role in self.roles)) or self.line.get("roles")


def understand(lines: list[Line]) -> list[Proposal]:
    """Every line, in a constant number of queries."""
    ground = _Ground(lines)
    return [ground.proposal(line) for line in lines]


class _Ground:
    """What the lines are read against."""

    def __init__(self, lines: list[Line]) -> None:
        self.units = {unit.code.lower(): unit for unit in Unit.objects.order_by("pk")}
        self.entities = {entity.code.lower(): entity for entity in Entity.objects.order_by("pk")}
        self.teams = {
            (t.unit_id, plain(t.name)): t for t in Team.objects.select_related("unit").order_by("pk")
        }
        wanted = {
            name: [line.get(name).lower() for line in lines]
            for name in ("username", "employee_number", "email")
        }
        lower = {f"lower_{name}": Lower(name) for name in wanted}
        known = User.objects.annotate(**lower).filter(
            Q(lower_username__in=wanted["username"])
            | Q(lower_employee_number__in=wanted["employee_number"])
            | Q(lower_email__in=wanted["email"])
        )
        accounts = list(known.order_by("pk"))
        self.by_username = {one.username.lower(): one for one in accounts}
        self.by_number = {one.employee_number.lower(): one for one in accounts if one.employee_number}
        self.by_email = {one.email.lower(): one for one in accounts if one.email}
        self.counts = {name: Counter(values) for name, values in wanted.items()}

    def proposal(self, line: Line) -> Proposal:
        made = Proposal(line, User(), refusals=list(line.refusals))
        if line.refusals:
            return made
        number = self.by_number.get(line.get("employee_number").lower())
        named = self.by_username.get(line.get("username").lower())
        made.there = number or (named if named and not named.employee_number else None)
        if made.there:
            return made
        for name, what in (("username", named), ("email", self.by_email.get(line.get("email").lower()))):
            if what:
                made.refusals.append(
                    f"{HEADINGS[name].capitalize()} : existe déjà, pour {what} ({what.username})."
                )
        for name, seen in self.counts.items():
            if seen[line.get(name).lower()] > 1:
                made.refusals.append(f"{HEADINGS[name].capitalize()} en double dans le fichier.")
        self._fill(made)
        return made

    def _fill(self, made: Proposal) -> None:
        line = made.line
        made.roles, unknown = _roles(line.get("roles"))
        made.refusals += [f"Rôle inconnu : « {name[:40]} »." for name in unknown]
        unit, entity = self.units.get(line.get("unit").lower()), self.entities.get(line.get("entity").lower())
        team = self.teams.get((unit.pk, plain(line.get("team")))) if unit and line.get("team") else None
        if line.get("unit") and unit is None:
            made.refusals.append(f"Unité inconnue : « {line.get('unit')[:40]} ».")
        if line.get("entity") and entity is None:
            made.refusals.append(f"Entité inconnue : « {line.get('entity')[:40]} ».")
        if line.get("team") and team is None:
            made.refusals.append(f"Équipe inconnue dans cette unité : « {line.get('team')[:40]} ».")
        if not unknown:
            # A name that was not found is already said: it is not missing too.
            found = {"unit": unit or line.get("unit"), "entity": entity or line.get("entity")}
            made.refusals += [why for _, why in role_problems(made.roles, **found, team=None)]
        names = ("username", "last_name", "first_name", "employee_number", "email")
        made.user = User(**{name: line.get(name) for name in names}, unit=unit, team=team, entity=entity)
        made.user.set_unusable_password()
        try:
            made.user.clean_fields(exclude=[f.name for f in User._meta.fields if f.name not in names])
        except ValidationError as error:
            for name, problems in error.message_dict.items():
                made.refusals += [f"{HEADINGS[name].capitalize()} : {problem}" for problem in problems]


def _roles(text: str) -> tuple[frozenset[Role], list[str]]:
    names = [name.strip() for name in re.split(r"[+,/]", text) if name.strip()]
    found = {name: ROLE_NAMES.get(plain(name)) for name in names}
    return frozenset(filter(None, found.values())), [name for name, role in found.items() if role is None]


def create(proposals: Iterable[Proposal], *, actor: Actor, at: datetime) -> list[User]:
    """Those that may be, all or none, each with its row in the journal; no password is made.

    Raises IntegrityError when one of them was created meanwhile.
    """
    made = []
    entries = []
    with transaction.atomic():
        for one in proposals:
            if not one.creates:
                continue
            user = one.user
            user.date_joined = at
            user.save(force_insert=True)
            set_roles(user, one.roles)
            changes, personal = differences(None, user)
            changes["roles"] = [[], sorted(role.value for role in one.roles)]
            given(user, changes["roles"][1], actor=actor, at=at)
            entries.append(Entry("user", user.pk, "created", actor, at, changes=changes, personal=personal))
            made.append(user)
        record_many(entries)
    return made
