"""Durable recognition in the demonstration: assessments worth reading, the pages of three units out of five."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.organisation.models import Unit, User
from recognition.durable import competencies, documents
from recognition.models import Competency

DAY = timedelta(days=1)
#: competency → (level, what was seen)
ADVISOR = {
    "end_to_end": (3, "Trois dossiers de réitération gardés du premier appel à la confirmation du client."),
    "bad_news": (3, "Rappels sans solution tenus à l’heure, avec une nouvelle date à chaque fois."),
    "passing_on": (2, "Anime seule une séance pour une collègue."),
    "coordination": (2, "Fait avancer deux entités sur un même dérangement."),
}
COLLEAGUES = (("diagnosis", 2), ("conflict", 3), ("end_to_end", 2))
PAGES = {
    "uat-sud-est": (120, 20),
    "uat-nord-est": (45,),
    "uat-ouest": (200,),
}
TEXT = """Qui est concerné. Tout salarié qui prend part à AT Demain, ambassadeur ou non, quel que soit son rôle.

Ce qui est reconnu. Sept compétences, de 1 à 4. Chaque évaluation porte ses preuves : séances signées, formations, faits datés.

Qui évalue. Le formateur de l’unité, ou les RH. Le salarié lit l’évaluation le jour même dans son dossier et peut la commenter.

Quand. Au moins une fois par an, avant l’entretien individuel, et à la demande du salarié.

Un désaccord. Il se dit d’abord au formateur, puis aux RH de l’unité ; un représentant du personnel peut accompagner le salarié."""
FORMER = TEXT.replace("Au moins une fois par an", "Une fois tous les deux ans")


def on_lived(*, now: datetime, advisor: User, accounts: dict[str, User], **_: Any) -> None:
    trainer, hr = accounts["trainer"], accounts["hr"]
    known = {one.code: one for one in Competency.objects.order_by("rank")}
    if not known:
        return
    today = timezone.localdate(now)
    for rank, (code, (level, words)) in enumerate(ADVISOR.items()):
        made = _assess(trainer, advisor, known[code], level, words, now - (30 + 9 * rank) * DAY)
        if code == "passing_on":
            competencies.comment(
                made.pk, "D’accord. Je souhaite suivre aussi deux collègues de l’équipe 2.",
                actor=Actor.of_user(advisor), now=now - 40 * DAY,
            )  # fmt: skip
    _assess(
        trainer, advisor, known["end_to_end"], 2, "Premier dossier suivi avec un soutien.", now - 160 * DAY
    )
    for one, (code, level) in zip(
        User.objects.filter(team=advisor.team, is_active=True).exclude(pk=advisor.pk).order_by("pk"),
        COLLEAGUES,
        strict=False,
    ):
        _assess(trainer, one, known[code], level, "Montré sur un cas réel en fin de séance.", now - 25 * DAY)
    _assess(
        hr, trainer, known["passing_on"], 4, "Plus de dix heures signées sur deux modules.", now - 15 * DAY
    )
    for code, ages in PAGES.items():
        unit = Unit.objects.get(code=code)
        for rank, age in enumerate(ages):
            documents.publish(
                unit, title=f"Modalités ARCQ, {unit}", text=TEXT if rank == len(ages) - 1 else FORMER,
                dated_on=today - age * DAY, actor=Actor.of_user(hr), now=now - age * DAY,
            )  # fmt: skip


def _assess(by: User, whom: User, competency: Competency, level: int, words: str, at: datetime) -> Any:
    """With the two latest facts known by then."""
    proofs = [one for one in competencies.proofs_of(whom, at) if one.kind == "session"][:2]
    return competencies.assess(
        whom, competency, level=level, proofs=proofs, words=words,
        assessed_on=timezone.localdate(at), actor=Actor.of_user(by), now=at,
    )  # fmt: skip
