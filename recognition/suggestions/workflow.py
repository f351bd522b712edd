"""The one door of suggestions: posted, answered, done, each step in one transaction with its history line, its
journal row and its notices (domain.md §2.4, L32, L33).

Every move is a conditional update on the state and the version shown: of two who answer at once one does, and the
other is told what it has become. An author who stays anonymous is nowhere but in the suggestion's own row: neither
in its history nor in the journal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.journal.chain import storable
from atdemain.journal.record import record
from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import Entity, User
from cases.models import Case
from recognition.models import Suggestion, SuggestionStep, SuggestionSupport
from recognition.suggestions import rules, similarity
from recognition.suggestions.enums import OPEN, TO_DO, UNCOUNTED, StepKind, SuggestionState, Topic
from recognition.suggestions.people import answerers, may_answer, tell

State = SuggestionState
#: The same form sent again within this is the same gesture.
SAME_CLICK = timedelta(minutes=10)


class SuggestionRefused(Exception):
    """French, says what to do; `field` for a form."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class SomebodyElses(SuggestionRefused):
    """The role has the gesture, but not on this suggestion."""


class SuggestionMoved(Exception):
    """Somebody else changed it since the page was drawn."""


@dataclass(frozen=True, slots=True)
class Done:
    """`already`: it was so before, nothing was written again."""

    suggestion: Suggestion
    already: bool = False


#: What the author reads after the number, and whether those who support it are told too.
_TOLD: dict[StepKind, tuple[str, bool]] = {
    StepKind.ACKNOWLEDGE: ("bien reçue", False),
    StepKind.STUDY: ("mise à l’étude", False),
    StepKind.ACCEPT: ("acceptée", True),
    StepKind.REJECT: ("refusée, avec le motif", True),
    StepKind.START: ("en cours de réalisation", False),
    StepKind.DEPLOY: ("déployée", True),
    StepKind.DUPLICATE: ("rejoint une proposition déjà déposée", False),
    StepKind.TRANSFER: ("transmise à une autre entité", False),
}


def submit(
    *,
    topic: str,
    title: str,
    text: str,
    owner_entity: Entity,
    anonymous: bool,
    actor: Actor,
    now: datetime,
    case: Case | None = None,
    reason_family: str = "",
) -> Suggestion:
    """Raises SuggestionRefused. The entity is told at once; the deadlines are in business days of the author's
    unit (of the entity for who has none). The same words sent again by a second click are the same suggestion: each one
    counts as evidence."""
    user, title, text = actor.user, _clean(title), storable(text).strip()
    if topic not in Topic.values:
        raise SuggestionRefused("Choisissez un thème.", "topic")
    if len(text) < rules.SHORTEST:
        raise SuggestionRefused(
            f"Dites votre proposition en {rules.SHORTEST} caractères au moins (vous en avez {len(text)}).",
            "text",
        )
    for field, written in (("title", title), ("text", text)):
        if said := rules.client_data(written):
            raise SuggestionRefused(
                f"Ce texte contient {said}. Une proposition est lue par tous : retirez-le, et rattachez le dossier si besoin.",
                field,
            )
    acknowledge, answer, escalate = rules.deadlines(calendar_of(user.unit, owner_entity), now)
    with transaction.atomic():
        _one_click_at_a_time(user)
        same = Suggestion.objects.filter(
            author=user, title=title, text=text, topic=topic, owner_entity=owner_entity, case=case,
            anonymous=anonymous, state=State.SUBMITTED, submitted_at__gt=now - SAME_CLICK,
        ).first()  # fmt: skip
        if same is not None:
            return same
        made = Suggestion.objects.create(
            author=user,
            anonymous=anonymous,
            unit=user.unit,
            topic=topic,
            title=title,
            text=text,
            search_key=similarity.key(title, text),
            owner_entity=owner_entity,
            case=case,
            reason_family=reason_family,
            submitted_at=now,
            ack_due=acknowledge,
            answer_due=answer,
            escalate_at=escalate,
        )
        _told(made, StepKind.SUBMIT, actor, now, to_state=State.SUBMITTED, personal={"title": title, "text": text},
              changes={"topic": ["", topic], "entity": [None, owner_entity.pk], "case": [None, case.pk if case else None]})  # fmt: skip
        tell(made, [pk for pk in answerers(owner_entity) if pk != user.pk], "submit", "à recevoir", now)
    return made


def perform(
    pk: int, kind: StepKind, *, actor: Actor, expected_version: int, now: datetime, **data: Any
) -> Done:
    """One move of `rules.MOVES`, by who has it. `data`: text, deployed_on, duplicate_of (pk), owner_entity.

    Raises SuggestionRefused, SuggestionMoved, Suggestion.DoesNotExist.
    """
    suggestion, user = _read(pk), actor.user
    move = rules.MOVES[kind]
    if move.by_author and suggestion.author_id != user.pk:
        raise SomebodyElses("Seul l’auteur retire sa proposition.")
    if not move.by_author and not may_answer(user, suggestion):
        raise SomebodyElses(
            "On ne répond pas à sa propre proposition : un collègue de l’entité, ou sa direction, le fait."
            if suggestion.author_id == user.pk
            else "Seule l’entité concernée répond à cette proposition."
        )
    return apply(suggestion, kind, actor=actor, expected_version=expected_version, now=now, **data)


def apply(
    suggestion: Suggestion,
    kind: StepKind,
    *,
    actor: Actor,
    expected_version: int,
    now: datetime,
    text: str = "",
    **data: Any,
) -> Done:
    """The move itself, whoever may; what publishes a script comes here too."""
    move, text = rules.MOVES[kind], storable(text).strip()
    if move.target is not None and suggestion.state == move.target:
        return Done(suggestion, already=True)
    if suggestion.version != expected_version or suggestion.state not in move.sources:
        raise SuggestionMoved
    if len(text) < move.text_min:
        raise SuggestionRefused(
            f"Écrivez-le en {move.text_min} caractères au moins : l’auteur et ceux qui soutiennent la proposition le lisent.",
            "text",
        )
    if said := rules.client_data(text):
        raise SuggestionRefused(f"Ce texte contient {said} : retirez-le, il est lu par tous.", "text")
    fields, changes = _effects(suggestion, kind, text, now, data)
    with transaction.atomic():
        written = Suggestion.objects.filter(
            pk=suggestion.pk, version=expected_version, state__in=move.sources
        ).update(version=expected_version + 1, **fields)
        if not written:
            raise SuggestionMoved
        after = _read(suggestion.pk)
        _told(
            after,
            kind,
            actor,
            now,
            text=text,
            from_state=suggestion.state,
            to_state=after.state,
            changes=changes,
            personal={"text": text} if text else None,
        )
        if kind == StepKind.DUPLICATE:
            _join(after)
        _notices(after, kind, text, now)
    return Done(after)


def support(pk: int, *, actor: Actor, now: datetime) -> Done:
    """Once each, and not one's own. No journal row: whom somebody supports is nobody's business."""
    suggestion = _read(pk)
    if suggestion.author_id == actor.user.pk:
        raise SuggestionRefused("C’est votre proposition : elle vous compte déjà.")
    if suggestion.state not in (*OPEN, *TO_DO):
        raise SuggestionRefused("Cette proposition n’attend plus de soutien.")
    _, made = SuggestionSupport.objects.get_or_create(suggestion=suggestion, user=actor.user)
    return Done(suggestion, already=not made)


def unsupport(pk: int, *, actor: Actor, now: datetime) -> Done:
    gone, _ = SuggestionSupport.objects.filter(suggestion=pk, user=actor.user.pk).delete()
    return Done(_read(pk), already=not gone)


def message(pk: int, text: str, *, actor: Actor, now: datetime) -> SuggestionStep:
    """A word between the author and the entity, read by all. Whoever did not write it is told."""
    suggestion, text, user = _read(pk), storable(text).strip(), actor.user
    by_author = suggestion.author_id == user.pk
    if not by_author and not may_answer(user, suggestion):
        raise SomebodyElses("L’auteur et l’entité concernée s’écrivent ici ; les autres peuvent soutenir.")
    if not text:
        raise SuggestionRefused("Écrivez votre message.", "text")
    if said := rules.client_data(text):
        raise SuggestionRefused(f"Ce message contient {said} : retirez-le, il est lu par tous.", "text")
    with transaction.atomic():
        step = _told(suggestion, StepKind.MESSAGE, actor, now, text=text, personal={"text": text})
        others = answerers(suggestion.owner_entity) if by_author else [suggestion.author_id]
        tell(suggestion, others, "message", "a un message", now, key=str(step.pk), body=text)
    return step


def _one_click_at_a_time(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def calendar_of(unit: Any, entity: Entity) -> BusinessCalendar:
    return unit.calendar() if unit is not None else entity.calendar()


# -- the parts of a move ------------------------------------------------------------------------------------


def _effects(
    suggestion: Suggestion, kind: StepKind, text: str, now: datetime, data: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(columns to write, changes for the journal). Raises SuggestionRefused."""
    target = rules.MOVES[kind].target
    fields: dict[str, Any] = {} if target is None else {"state": target}
    changes: dict[str, Any] = {}
    if kind in (StepKind.ACKNOWLEDGE, StepKind.STUDY, StepKind.ACCEPT, StepKind.REJECT):
        days = rules.business_days(
            calendar_of(suggestion.unit, suggestion.owner_entity), suggestion.submitted_at, now
        )
        if suggestion.acknowledged_at is None:
            fields |= {"acknowledged_at": now, "ack_days": days}
        if kind in (StepKind.ACCEPT, StepKind.REJECT):
            fields |= {"answered_at": now, "answer_days": days, "answer": text}
    elif kind == StepKind.DEPLOY:
        fields["deployed_on"] = day = _deployed_on(suggestion, data.get("deployed_on"), now)
        changes["deployed_on"] = [None, day.isoformat()]
    elif kind == StepKind.TRANSFER:
        entity = data.get("owner_entity")
        if entity is None or entity.pk == suggestion.owner_entity_id:
            raise SuggestionRefused("Choisissez une autre entité.", "owner_entity")
        fields["owner_entity"] = entity
        changes["entity"] = [suggestion.owner_entity_id, entity.pk]
    elif kind == StepKind.DUPLICATE:
        original = _original(suggestion, data.get("duplicate_of"))
        fields |= {"duplicate_of": original, "closed_at": now}
        changes["duplicate_of"] = [None, original.pk]
    elif kind == StepKind.WITHDRAW:
        fields["closed_at"] = now
    return fields, changes


def _deployed_on(suggestion: Suggestion, day: date | None, now: datetime) -> date:
    today = timezone.localdate(now)
    day = day or today
    if day > today:
        raise SuggestionRefused("Date à venir : déclarez-la déployée ce jour-là, ou publiez le script daté.", "deployed_on")  # fmt: skip
    if day < timezone.localdate(suggestion.submitted_at):
        raise SuggestionRefused("Cette date précède la proposition.", "deployed_on")
    return day


def _original(suggestion: Suggestion, pk: int | None) -> Suggestion:
    found = Suggestion.objects.filter(pk=pk or 0).first()
    if found is None:
        raise SuggestionRefused("Aucune proposition ne porte ce numéro.", "duplicate_of")
    if found.pk == suggestion.pk:
        raise SuggestionRefused("C’est cette proposition même : donnez le numéro de l’autre.", "duplicate_of")
    if found.state in UNCOUNTED:
        raise SuggestionRefused("Celle-ci est un doublon, ou retirée : donnez le numéro d’une autre.", "duplicate_of")  # fmt: skip
    return found


def _join(duplicate: Suggestion) -> None:
    """Whoever wanted the duplicate wants the original; what was a duplicate of this one follows."""
    original = duplicate.duplicate_of
    wanting = set(duplicate.supports.order_by().values_list("user", flat=True)) | {duplicate.author_id}
    SuggestionSupport.objects.bulk_create(
        [SuggestionSupport(suggestion=original, user_id=pk) for pk in sorted(wanting - {original.author_id, None})],
        ignore_conflicts=True,
    )  # fmt: skip
    duplicate.duplicates.update(duplicate_of=original)


def _notices(suggestion: Suggestion, kind: StepKind, text: str, now: datetime) -> None:
    if kind == StepKind.WITHDRAW:
        tell(suggestion, answerers(suggestion.owner_entity), "withdraw", "retirée par son auteur", now)
        return
    words, to_all = _TOLD[kind]
    key = str(suggestion.version)
    if kind == StepKind.DUPLICATE:
        words = f"rejoint la n°\u00a0{suggestion.duplicate_of_id}"
    tell(suggestion, [suggestion.author_id], str(kind), words, now, key=key, body=text)
    if to_all:
        others = suggestion.supports.order_by("user").values_list("user", flat=True)
        tell(suggestion, others, str(kind), words, now, key=key, body=text)
    if kind == StepKind.TRANSFER:
        tell(suggestion, answerers(suggestion.owner_entity), "submit", "à recevoir", now, key=key)


def _told(
    suggestion: Suggestion, kind: StepKind, actor: Actor, now: datetime, *, text: str = "", **fields: Any
) -> SuggestionStep:
    """The line everybody reads and the journal's row; neither names an author who stays anonymous."""
    user: User | None = actor.user
    mine = user is not None and suggestion.author_id == user.pk
    if mine and suggestion.anonymous:
        actor, user = replace(system(actor.source), kind=actor.kind), None
    record("suggestion", suggestion.pk, str(kind), actor=actor, at=now, object_version=suggestion.version, **fields)  # fmt: skip
    return SuggestionStep.objects.create(
        suggestion=suggestion, at=now, kind=kind, by=user, from_author=mine, text=text
    )


def told_by_clock(suggestion: Suggestion, kind: StepKind, now: datetime) -> SuggestionStep:
    return _told(suggestion, kind, system("clock"), now)


def _read(pk: int) -> Suggestion:
    return Suggestion.objects.select_related(
        "unit", "owner_entity__unit", "duplicate_of", "author"
    ).get(pk=pk)  # fmt: skip


def _clean(text: str) -> str:
    return " ".join(storable(text).split())
