"""What must exist before the first contact of a file: rules, and the unit that its profile names."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.models import Programme, Unit, UnitParticipation
from cases.enums import Mode
from cases.intake import SHADOW
from cases.models import RepeatRule
from cases.reference import PROGRAMME_CODE, ensure_reference

from .profile import Profile, UnitRule


@transaction.atomic
def prepare(profile: Profile, mode: str, *, actor: Actor, now: datetime, dry: bool = False) -> list[str]:
    """Create what is missing; answers what the operator should know, in French sentences.

    `dry`: said in the future, since the caller rolls it back.

    A site without any rule gets the default ones (active in `live` and `replay`, which ask for cases;
    they open some only in units that take part). Nothing that exists is changed.
    """
    said = []
    if not RepeatRule.objects.exists():
        active = mode != SHADOW
        ensure_reference(mode=Mode.LIVE if active else Mode.SHADOW)
        said.append(
            f"Il n’y a aucune règle de réitération : celles par défaut {'seront' if dry else 'ont été'} créées, "
            f"{'actives' if active else 'en observation'} (manage.py init_reference)."
        )
    if profile.unit is not None and _create_unit(profile.unit, actor, now):
        said.append(
            f"L’unité « {profile.unit.name} » ({profile.unit.code}) {'sera' if dry else 'a été'} créée, "
            "comme le profil le demande."
        )
    if mode != SHADOW and not _may_open():
        said.append(
            "Aucun dossier ne s’ouvrira : il faut une règle de réitération active et une unité qui participe "
            "au programme (Administration, ou la table [unit] du profil)."
        )
    return said


def _create_unit(rule: UnitRule, actor: Actor, now: datetime) -> bool:
    """False where it exists: then nothing of it is touched."""
    unit, created = Unit.objects.get_or_create(code=rule.code, defaults={"name": rule.name, "tz": rule.tz})
    if not created:
        return False
    if rule.participates:
        programme = Programme.objects.filter(code=PROGRAMME_CODE).first() or Programme.objects.first()
        if programme is not None:
            UnitParticipation.objects.create(programme=programme, unit=unit, participates=True)
    record(
        "unit", unit.pk, "created", actor=actor, at=now,
        changes={"code": [None, unit.code], "participates": [None, rule.participates]},
    )  # fmt: skip
    return True


def _may_open() -> bool:
    return (
        RepeatRule.objects.filter(mode=Mode.LIVE).exists()
        and UnitParticipation.objects.filter(participates=True).exists()
    )
