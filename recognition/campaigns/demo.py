"""What the demonstration has of campaigns: one published with an appeal answered and one that waits, one blocked by a cent.

What people did two half-years ago is written as the doors left it then; campaigns, envelopes and appeals go through
theirs, dated relative to `now`. Deterministic. Without the demonstration's versions there is nothing to compute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from atdemain.jobs import queue
from atdemain.journal.actors import Actor
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import ConsentAnswer, Role
from atdemain.organisation.models import Entity, Participation, User
from recognition.appeals import workflow as appeals
from recognition.appeals.revising import Choice
from recognition.campaigns import envelope, workflow
from recognition.enums import CampaignState, Ground, RevisionMode, SchemeState
from recognition.mentoring.enums import SessionState
from recognition.mentoring.rules import content_hash
from recognition.models import (
    Award,
    BudgetEnvelope,
    Campaign,
    MentoringSession,
    SchemeVersion,
    SessionSignature,
    SessionTrainee,
    Suggestion,
)
from recognition.suggestions import similarity
from routing.models import Skill

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HISTORICAL, INCLUSIVE = "Historique", "Inclusive"
#: The published campaign: still open to appeals for eighteen days.
PUBLISHED_AGO = 12
LONG = 600.0  # seconds left to a computation
#: (topic, title, text) of what was proposed then, in turn.
IDEAS = (
    ("script", "Poser la question du filtre avant d’envoyer un technicien",
     "Une visite sur dix finit sur un filtre mal branché : la question en début d’appel l’éviterait."),
    ("tool", "Garder la mesure de ligne à l’écran pendant l’appel",
     "La mesure se ferme quand on ouvre la fiche du client : on la relance deux ou trois fois par dossier."),
    ("process", "Rappeler le client à l’heure dite, même sans nouvelle",
     "Un client prévenu qu’on attend encore ne rappelle pas : un message court suffirait."),
    ("network", "Signaler les armoires en travaux dans la recherche",
     "On mesure des lignes dont l’armoire est en travaux : le savoir d’emblée ferait gagner dix minutes."),
    ("training", "Une heure d’écoute croisée par mois",
     "Écouter un collègue d’une autre unité apprend plus vite que la fiche : une heure par mois suffit."),
    ("partner", "Un créneau de rappel convenu avec le partenaire",
     "Le partenaire rappelle quand il peut, et le client n’est pas là : convenir d’un créneau à l’avance."),
    ("script", "Demander depuis quand la panne dure",
     "La date du début de la panne oriente la mesure ; elle n’est demandée qu’après la première escalade."),
    ("tool", "Recopier le numéro de dossier d’un seul geste",
     "Le numéro est retapé à chaque échange avec le back-office, avec des fautes : un bouton le copierait."),
    ("silos", "Dire au conseiller ce que l’intervention a trouvé",
     "Le compte rendu du technicien reste chez lui : le conseiller rappelle le client sans rien savoir."),
    ("digital", "Laisser le client déplacer son rappel en ligne",
     "Un client absent à l’heure promise rappelle le service : il pourrait déplacer le rappel lui-même."),
    ("process", "Prévenir les clients d’une coupure avant qu’ils n’appellent",
     "Les coupures prévues sont connues la veille : un message éviterait les appels du matin."),
)  # fmt: skip
ANSWER_TO_IDEA = "Retenu : nous le préparons avec les soutiens pour le prochain semestre."
MISSING = (
    "La séance du printemps avec deux collègues manque : nous l’avons signée tous les trois le jour même."
)
FOUND = "Les trois signatures sont sur la feuille gardée par le formateur : la durée est corrigée."
DATES = "Mon entrée dans le programme est notée une semaine trop tard, mon manager me l’avait confirmée par écrit."
TAKEN_BACK = "La part que rien n’engage revient au budget de formation."


def on_lived(*, now: datetime, advisor: User, accounts: dict[str, User], **_: Any) -> None:
    hr = accounts.get("hr")
    second = (
        User.objects.filter(groups__name=Role.HR.value, is_active=True)
        .exclude(username="hr")
        .order_by("pk")
        .first()
    )
    old, last = _version(HISTORICAL), _version(INCLUSIVE)
    if hr is None or second is None or old is None or last is None or last.period_end is None:
        return
    if timezone.localdate(now) <= last.period_end + DAY:
        return
    people = _people()
    _history(people, advisor, old, last)
    _given(accounts.get("trainer"), people, last)
    _of_leavers(people)
    by = (
        Actor.of_user(hr, role=Role.HR.value, source="seed"),
        Actor.of_user(second, role=Role.HR.value, source="seed"),
    )
    _published(last, by, advisor, now)
    _blocked(old, by[0], now)


def _version(name: str) -> SchemeVersion | None:
    return SchemeVersion.objects.exclude(state="draft").filter(name=name).order_by("number").first()


def _people() -> list[User]:
    """Who accepted, in the order they joined."""
    rows = Participation.objects.filter(consent=ConsentAnswer.ACCEPTED, role=Role.ADVISOR.value)
    return [one.employee for one in rows.select_related("employee__unit").order_by("pk")]


# -- what people did then --------------------------------------------------------------------------------


def _history(people: Sequence[User], advisor: User, old: SchemeVersion, last: SchemeVersion) -> None:
    """Two in three posted an idea; one in five mentored fourteen hours, one in five half of it; one in four had trained
    somebody before. The log-in is among those who lack a session."""
    entity = Entity.objects.filter(internal=True).order_by("pk").first()
    skill = Skill.objects.order_by("pk").first()
    if entity is None or skill is None or last.period_start is None or old.period_end is None:
        return
    spring = last.period_start + 40 * DAY
    for rank, user in enumerate(people):
        own = user.pk == advisor.pk
        if own or rank % 3 != 2:
            _idea(rank, user, entity, _at(spring + (rank % 60) * DAY))
        trainees = [people[(rank + step) % len(people)] for step in (1, 2)]
        sessions = 1 if own else {0: 2, 1: 1}.get(rank % 5, 0)
        if sessions:
            for hours in range(sessions):
                _session(user, trainees, skill, _at(spring + (rank % 50 + 7 * hours) * DAY), 7 * 60)
        if rank % 4 == 0:
            _session(user, trainees[:1], skill, _at(old.period_end - (10 + rank % 30) * DAY), 120)


def _of_leavers(people: Sequence[User]) -> None:
    """Three in four of those who left posted an idea in the half-year that runs, before they did."""
    entity = Entity.objects.filter(internal=True).order_by("pk").first()
    running = (
        SchemeVersion.objects.filter(state=SchemeState.IN_FORCE).order_by("-period_start", "-pk").first()
    )
    if entity is None or running is None or running.period_start is None:
        return
    ended = Participation.objects.filter(employee__in=people, ends_on__gt=running.period_start + 31 * DAY)
    for rank, one in enumerate(ended.select_related("employee__unit").order_by("pk")):
        if rank % 4 != 3:
            _idea(rank, one.employee, entity, _at(running.period_start + (5 + rank % 25) * DAY))


def _given(trainer: User | None, people: Sequence[User], last: SchemeVersion) -> None:
    """The two sessions of level 1 of a trainer, in the last weeks of the half-year."""
    skill = Skill.objects.order_by("pk").first()
    if trainer is None or skill is None or last.period_end is None:
        return
    for days in (20, 13):
        _session(trainer, people[1:4], skill, _at(last.period_end - days * DAY), 180)


def _idea(rank: int, user: User, entity: Entity, at: datetime) -> None:
    topic, title, text = IDEAS[rank % len(IDEAS)]
    Suggestion.objects.create(
        author=user, unit=user.unit, topic=topic, title=title, text=text, owner_entity=entity,
        search_key=similarity.key(title, text), state="accepted", submitted_at=at,
        ack_due=at + 7 * DAY, answer_due=at + 28 * DAY, escalate_at=at + 29 * DAY,
        acknowledged_at=at + 2 * DAY, ack_days=2, answered_at=at + 20 * DAY, answer_days=14, answer=ANSWER_TO_IDEA,
    )  # fmt: skip


def _session(mentor: User, trainees: Sequence[User], skill: Skill, at: datetime, minutes: int) -> None:
    end = at + timedelta(minutes=minutes)
    signed = content_hash(mentor.pk, [one.pk for one in trainees], at, end, skill.code)
    made = MentoringSession.objects.create(
        mentor=mentor, skill=skill, starts_at=at, ends_at=end, state=SessionState.CO_SIGNED, content_hash=signed,
        created_at=at - DAY,
    )  # fmt: skip
    SessionTrainee.objects.bulk_create(SessionTrainee(session=made, trainee=one) for one in trainees)
    SessionSignature.objects.bulk_create(
        SessionSignature(session=made, user=one, at=end + HOUR, content_hash=signed)
        for one in (mentor, *trainees)
    )


# -- campaigns -------------------------------------------------------------------------------------------


def _published(scheme: SchemeVersion, by: tuple[Actor, Actor], advisor: User, now: datetime) -> None:
    at = now - PUBLISHED_AGO * DAY
    campaign = _computed(scheme, f"Campagne {_half(scheme)}", by[0], at - 3 * DAY)
    if campaign is None or campaign.awards.filter(blocked=True).exists():
        return  # somebody's data lack on such a day: HR's list says whose
    for actor, when in ((by[0], at - 2 * DAY), (by[1], at - DAY)):
        campaign = _step(campaign, "validate", actor, when, run=campaign.run)
    campaign = _step(campaign, "publish", by[0], at)
    Notification.objects.filter(kind="campaign_published").exclude(recipient=advisor).update(read_at=at + DAY)
    _appeals(campaign, by[0], advisor, now)


def _appeals(campaign: Campaign, hr: Actor, advisor: User, now: datetime) -> None:
    """The log-in's own, accepted; a colleague's, that waits."""
    level_1 = (
        Award.objects.filter(campaign=campaign, level="level_1", role=Role.ADVISOR.value)
        .select_related("employee")
        .order_by("pk")
    )
    mentors = campaign.evidence.filter(source="distinct_trainees", value__gte=2).values("employee")
    own = level_1.filter(employee=advisor).first() or level_1.filter(employee__in=mentors).first()
    other = level_1.exclude(pk=own.pk).last() if own else None
    if own is None or other is None:
        return
    filed = _file(own, Ground.MISSING_SESSION, MISSING, now - 9 * DAY)
    choice = Choice(
        RevisionMode.CORRECTED,
        role=Role.ADVISOR.value,
        source="mentoring_minutes",
        value=16 * 60,
        reason=FOUND,
    )
    appeals.decide(
        filed.pk, accept=True, text=FOUND, choice=choice, seen=filed.version, actor=hr, now=now - 4 * DAY
    )
    _file(other, Ground.WRONG_DATES, DATES, now - 6 * DAY)


def _file(award: Award, ground: Ground, text: str, at: datetime) -> Any:
    actor = Actor.of_user(award.employee, source="seed")
    return appeals.file(award.pk, ground=ground.value, text=text, observer_agreed=True, actor=actor, now=at)


def _blocked(scheme: SchemeVersion, hr: Actor, now: datetime) -> None:
    """One cent more than the envelope lets a campaign give, once HR took back what nothing had committed."""
    campaign = _computed(scheme, f"Campagne {_half(scheme)}", hr, now - 2 * DAY)
    if campaign is None or not campaign.total_cents:
        return
    held = BudgetEnvelope.objects.get(scheme=scheme)
    cents = _total_for(campaign.total_cents - 1, held.reserve_bp) - held.total_cents
    envelope.top_up(scheme.pk, cents, TAKEN_BACK, seen=held.version, actor=hr, now=now - DAY)


def _total_for(ceiling: int, reserve_bp: int) -> int:
    """The smallest total whose part out of the reserve is `ceiling`, in cents."""
    total = ceiling
    while total - (total * reserve_bp + 5_000) // 10_000 < ceiling:
        total += max(1, ceiling - (total - (total * reserve_bp + 5_000) // 10_000))
    return total


def _computed(scheme: SchemeVersion, name: str, hr: Actor, at: datetime) -> Campaign | None:
    assert scheme.period_end is not None
    campaign = workflow.create(scheme, name=name, reference_date=scheme.period_end, actor=hr, now=at)
    campaign = _step(campaign, "collect", hr, at)
    if campaign.job is not None:
        queue.run_at_once(campaign.job, seconds=LONG)
    # The job's clock is today's; nothing was computed after it was published.
    Campaign.objects.filter(pk=campaign.pk, computed_at__isnull=False).update(frozen_at=at, computed_at=at)
    campaign = Campaign.objects.get(pk=campaign.pk)
    return campaign if campaign.state == CampaignState.COMPUTED else None


def _step(campaign: Campaign, name: str, actor: Actor, at: datetime, **data: Any) -> Campaign:
    present = Campaign.objects.get(pk=campaign.pk)
    return workflow.perform(campaign.pk, name, actor=actor, seen=present.version, now=at, **data)


def _half(scheme: SchemeVersion) -> str:
    """« du premier semestre 2026 »."""
    assert scheme.period_start is not None
    rank = "premier" if scheme.period_start.month < 7 else "second"
    return f"du {rank} semestre {scheme.period_start.year}"


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9)))
