"""What the roles of an account ask of it: the same in the administrator's form and in a file of accounts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from atdemain.organisation.enums import Role

NEED_ENTITY = frozenset({Role.BACK_OFFICE, Role.PARTNER})
NEED_UNIT = frozenset({Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.MANAGER})


def role_problems(
    roles: frozenset[Role], *, unit: Any, entity: Any, team: Any, once_internal: bool = False
) -> Iterator[tuple[str, str]]:
    """(field, French reason). `once_internal`: the account had a profile able to own cases (domain.md L04)."""
    if roles & NEED_ENTITY and not entity:
        yield "entity", "Un spécialiste back-office ou un partenaire appartient à une entité."
    if roles & NEED_UNIT and not unit:
        yield "unit", "Ce rôle s’exerce dans une unité."
    if Role.PARTNER in roles and len(roles) > 1:
        yield "roles", "Un client partenaire n’a aucun autre rôle."
    if Role.PARTNER in roles and once_internal:
        yield "roles", "Ce compte a gardé des dossiers comme conseiller interne : créez-en un autre."
    if team and unit and team.unit_id != unit.pk:
        yield "team", f"Cette équipe est celle d’une autre unité ({team.unit})."
