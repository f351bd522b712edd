"""Entraide (domain.md L28): asked inside a case, taken by one colleague who is free and knows, closed with
an outcome and the time it took.

Every step is a conditional update on the state: of two who accept at once one does, and the other is told who.
Each leaves one row on the case's journal (A9).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.journal.record import record
from atdemain.notifications.inbox import notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.models import Case
from routing import presence
from routing.engine import BASE_SKILL
from routing.enums import BUSY_KINDS, HelpOutcome, HelpState
from routing.models import AdvisorSkill, MutualHelpRequest, Skill

#: A question nobody took by then is given back to who asked it [A].
WAITS = timedelta(hours=1)
#: An accepted one that nobody closed by then ends without credit [A].
FORGOTTEN = timedelta(hours=12)
OPEN = (HelpState.ASKED, HelpState.ACCEPTED)
HELPERS = (Role.ADVISOR, Role.SUPPORT)
SHORTEST = 10
LONGEST = 400


class HelpRefused(Exception):
    """French, says what to do; `field` for a form."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True, slots=True)
class Done:
    """`already`: it was so before, nothing was written again."""

    request: MutualHelpRequest
    already: bool = False


@dataclass(frozen=True, slots=True)
class Able:
    """Whether somebody could help now: `objection` for any case, `missing` the skills of some families."""

    objection: str
    held: frozenset[str] | None  # None: whoever's job it is needs no module
    modules: tuple[tuple[str, str, str], ...] = ()  # code, family, label

    def why_not(self, family: str) -> str:
        """ "" when this account may take a question on a case of this family."""
        if self.objection or self.held is None:
            return self.objection
        for code, wanted, label in self.modules:
            if (code == BASE_SKILL or (wanted and wanted == family)) and code not in self.held:
                return f"Il faut la compétence «\u00a0{label}\u00a0», en cours de validité."
        return ""


def able(user: User, now: datetime) -> Able:
    """At most four queries, whatever the number of questions."""
    return Able(_busy(user, now), *_skills(user, now))


def _busy(user: User, now: datetime) -> str:
    status = presence.status(user, now)
    if status.kind in BUSY_KINDS:
        return "Vous n’êtes pas disponible à cette heure\u00a0: revenez disponible pour accepter."
    if status.kind == "off" and not presence.owner_available(user.pk, now, now + timedelta(minutes=1)):
        return "Vous n’êtes pas en service à cette heure."
    return ""


def _skills(user: User, now: datetime) -> tuple[frozenset[str] | None, tuple[tuple[str, str, str], ...]]:
    if user.has_role(Role.SUPPORT):
        return None, ()
    day = timezone.localtime(now).date()
    held = AdvisorSkill.objects.filter(Q(expires_on=None) | Q(expires_on__gte=day), user=user.pk)
    return (
        frozenset(held.order_by().values_list("skill__code", flat=True)),
        tuple(Skill.objects.order_by("pk").values_list("code", "reason_family", "label")),
    )


def may_ask(case: Case, user: User, now: datetime) -> bool:
    return case.is_working and user.has_role(*HELPERS) and case.in_charge(user, now)


def current(case: Case) -> MutualHelpRequest | None:
    """The one under way, else the last; one query."""
    found = MutualHelpRequest.objects.filter(case=case.pk).select_related("asked_by", "helper")
    return found.order_by("-asked_at", "-pk").first()


def ask(case: Case, question: str, *, actor: Actor, now: datetime) -> Done:
    """One question at a time on a case. Asking twice is once."""
    user, question = actor.user, " ".join(question.replace("\x00", "").split())
    if user is None or not may_ask(case, user, now):
        raise HelpRefused("Seul qui suit un dossier en cours y demande de l’aide.")
    if not SHORTEST <= len(question) <= LONGEST:
        raise HelpRefused(
            f"Écrivez votre question en {SHORTEST} à {LONGEST} caractères (vous en avez {len(question)}).",
            "question",
        )
    try:
        with transaction.atomic():
            asked = MutualHelpRequest.objects.create(
                case=case, unit_id=case.unit_id, asked_by=user, asked_at=now, question=question,
                expires_at=now + WAITS,
            )  # fmt: skip
            _tell_case(asked, "help_asked", actor, now, personal={"text": question})
    except IntegrityError:
        known = MutualHelpRequest.objects.filter(case=case, state__in=OPEN).first()
        if known is None:
            raise
        return Done(known, already=True)
    return Done(asked)


def accept(pk: int, *, actor: Actor, now: datetime) -> Done:
    asked, user = of_unit(pk, actor), actor.user
    if asked.helper_id == user.pk and asked.state == HelpState.ACCEPTED:
        return Done(asked, already=True)
    if asked.asked_by_id == user.pk:
        raise HelpRefused("C’est votre propre demande\u00a0: un collègue y répond.")
    if asked.state == HelpState.ASKED and asked.expires_at > now:
        objection = able(user, now).why_not(asked.case.reason_family)
        if objection:
            raise HelpRefused(objection)
        with transaction.atomic():
            won = MutualHelpRequest.objects.filter(pk=pk, state=HelpState.ASKED, expires_at__gt=now).update(
                state=HelpState.ACCEPTED, helper=user, accepted_at=now
            )
            if won:
                asked = _read(pk)
                _tell_case(asked, "help_accepted", actor, now, personal={"helper_name": user.short_name})
                _tell(
                    asked.asked_by_id,
                    "accepted",
                    asked,
                    f"{user.short_name} vient vous aider",
                    now,
                    urgent=True,
                )
                return Done(asked)
    raise HelpRefused(_gone(_read(pk), user))


def _gone(asked: MutualHelpRequest, user: User) -> str:
    if asked.state == HelpState.ACCEPTED and asked.helper:
        at = timezone.localtime(asked.accepted_at).strftime("%H:%M")
        return f"{asked.helper.short_name} a déjà accepté cette demande, à {at}."
    if asked.state == HelpState.CLOSED:
        return "Cette demande est terminée."
    if asked.state == HelpState.CANCELLED:
        return f"{asked.asked_by.short_name} a retiré cette demande."
    return "Cette demande n’attend plus\u00a0: personne ne l’avait prise à temps."


def elapsed_minutes(asked: MutualHelpRequest, now: datetime) -> int:
    """Since it was accepted, a started minute counting whole; at least one."""
    return max(1, math.ceil((now - asked.accepted_at).total_seconds() / 60)) if asked.accepted_at else 1


def close(pk: int, *, outcome: str, minutes: int | None, actor: Actor, now: datetime) -> Done:
    """By who helps. `minutes` is what it took, never more than since it was accepted."""
    asked, user = of_unit(pk, actor), actor.user
    if asked.helper_id != user.pk:
        raise HelpRefused("Seul qui a accepté cette demande la termine.")
    if asked.state == HelpState.CLOSED:
        return Done(asked, already=True)
    if asked.state != HelpState.ACCEPTED:
        raise HelpRefused(_gone(asked, user))
    if outcome not in HelpOutcome.values:
        raise HelpRefused("Dites ce que l’aide a donné.", "outcome")
    longest = elapsed_minutes(asked, now)
    if minutes is None or not 1 <= minutes <= longest:
        raise HelpRefused(
            f"De 1 à {longest}\u00a0min\u00a0: vous avez accepté il y a {longest}\u00a0min.", "minutes"
        )
    with transaction.atomic():
        written = MutualHelpRequest.objects.filter(pk=pk, state=HelpState.ACCEPTED, helper=user).update(
            state=HelpState.CLOSED, outcome=outcome, minutes=minutes, closed_at=now
        )
        if written:
            _tell_case(
                asked,
                "help_closed",
                actor,
                now,
                changes={"outcome": [None, outcome], "minutes": [None, minutes]},
            )
            _tell(asked.asked_by_id, "closed", asked, f"Entraide terminée par {user.short_name}", now)
    asked = _read(pk)
    if asked.state != HelpState.CLOSED:
        raise HelpRefused(_gone(asked, user))
    return Done(asked, already=not written)


def withdraw(pk: int, *, actor: Actor, now: datetime) -> Done:
    """By who asked, before or after somebody came; whoever came is told."""
    asked, user = of_unit(pk, actor), actor.user
    if asked.asked_by_id != user.pk:
        raise HelpRefused("Seul qui a demandé de l’aide retire sa demande.")
    with transaction.atomic():
        written = MutualHelpRequest.objects.filter(pk=pk, state__in=OPEN).update(
            state=HelpState.CANCELLED, closed_at=now
        )
        if written:
            _tell_case(asked, "help_withdrawn", actor, now)
            _tell(asked.helper_id, "withdrawn", asked, f"{user.short_name} n’a plus besoin d’aide", now)
    asked = _read(pk)
    if not written and asked.state != HelpState.CANCELLED:
        raise HelpRefused(_gone(asked, user))
    return Done(asked, already=not written)


def expire(now: datetime) -> int:
    """With the clock: what nobody took, or nobody closed, ends; who asked is told."""
    over = MutualHelpRequest.objects.filter(
        Q(state=HelpState.ASKED, expires_at__lte=now)
        | Q(state=HelpState.ACCEPTED, accepted_at__lte=now - FORGOTTEN)
    ).select_related("case")
    ended = 0
    for asked in over.order_by("asked_at", "pk")[:200]:
        with transaction.atomic():
            written = MutualHelpRequest.objects.filter(pk=asked.pk, state=asked.state).update(
                state=HelpState.EXPIRED, closed_at=now
            )
            if not written:
                continue
            ended += 1
            _tell_case(asked, "help_expired", system("clock"), now)
            words = "Entraide sans réponse" if asked.state == HelpState.ASKED else "Entraide jamais terminée"
            _tell(asked.asked_by_id, "expired", asked, words, now)
    return ended


def waiting(user: User) -> Any:
    """The unit's questions that nobody has taken, the oldest first; never one's own."""
    return (
        MutualHelpRequest.objects.filter(state=HelpState.ASKED, unit=user.unit_id or 0)
        .exclude(asked_by=user.pk)
        .select_related("case__client", "asked_by")
        .order_by("asked_at", "pk")
    )


def mine(user: User) -> Any:
    """What one asked or helps with, that is under way."""
    return (
        MutualHelpRequest.objects.filter(Q(asked_by=user.pk) | Q(helper=user.pk), state__in=OPEN)
        .select_related("case__client", "asked_by", "helper")
        .order_by("asked_at", "pk")
    )


# -- common ----------------------------------------------------------------------------------------------


def _read(pk: int) -> MutualHelpRequest:
    return MutualHelpRequest.objects.select_related("case", "asked_by", "helper").get(pk=pk)


def of_unit(pk: int, actor: Actor) -> MutualHelpRequest:
    """Raises DoesNotExist for one of another unit, unless it is one's own."""
    user = actor.user
    seen = Q(unit=user.unit_id or 0) | Q(asked_by=user.pk) | Q(helper=user.pk)
    return MutualHelpRequest.objects.filter(seen).select_related("case", "asked_by", "helper").get(pk=pk)


def _tell_case(asked: MutualHelpRequest, action: str, actor: Actor, now: datetime, **fields: Any) -> None:
    changes = {"help": [None, asked.pk]} | fields.pop("changes", {})
    record("case", asked.case_id, action, actor=actor, at=now, changes=changes, **fields)


def _tell(
    recipient: int | None,
    what: str,
    asked: MutualHelpRequest,
    title: str,
    now: datetime,
    urgent: bool = False,
) -> None:
    if recipient is None:
        return
    notify_many(
        [
            {
                "recipient_id": recipient,
                "kind": f"help_{what}",
                "title": f"{title}\u00a0: {asked.case.ref}",
                "url": f"/cases/{asked.case.ref}/",
                "object_type": "case",
                "object_id": str(asked.case_id),
                "urgent": urgent,
                "dedupe_key": f"help:{asked.pk}:{what}:{recipient}",
                "at": now,
            }
        ]
    )
