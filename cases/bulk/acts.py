"""The actions that a manager does on many cases at once, each through the one door.

`foresee` tells before anything is done what the rights and the guards will say; `act` and `undo` do one row
inside the job's transaction. What the door refuses is that row's reason, and stops no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from atdemain.jobs.enums import Outcome
from atdemain.jobs.kinds import Result, RowRefused
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.actors import Actor
from atdemain.organisation.models import InternalAdvisor, User
from atdemain.organisation.participation import owner_objection
from cases import guards, hooks, permissions, workflow
from cases.enums import AssignmentReason, Colour
from cases.guards import CaseFacts
from cases.models import Case
from cases.workflow.assigning import OBJECTIONS

NBSP = "\u00a0"
#: What the form said, as the job keeps it; empty until it is filled.
Data = Mapping[str, Any]
Versions = Mapping[int, int | None]
#: The door's word, and what it is given.
Step = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will become of one case, as far as can be told without acting; `sure`: or only the job will tell."""

    outcome: Outcome = Outcome.DONE
    reason: str = ""
    sure: bool = True


WILL = Foreseen()
#: Seen at one version, now at another: the door would refuse it.
MOVED = Foreseen(Outcome.REFUSED, "Ce dossier a bougé depuis votre choix.")
#: Cases for which a preview asks the engine; beyond, what it would say stays unknown until the job runs.
ADVISED = 200
UNKNOWN = Foreseen(reason="le moteur répondra pendant le traitement", sure=False)


class BulkAct:
    """`performs` is the door's word, and the job's kind."""

    performs: ClassVar[str]
    verb: ClassVar[str]  # « Confier »
    undo_words: ClassVar[str] = ""
    has_way_back: ClassVar[bool] = True
    heeds_version: ClassVar[bool] = True  # False: what happened since the choice does not matter

    def title(self, count: int, data: Data) -> str:
        """« Confier 214 dossiers à J. Martin »."""
        raise NotImplementedError

    # -- before ----------------------------------------------------------------------------------------------

    def foresee(
        self, cases: Sequence[Case], seen: Versions, data: Data, user: User, now: datetime
    ) -> list[Foreseen]:
        """In the order of the cases; `seen`: by key, their versions at the choice."""
        return [self._foresee(case, seen[case.pk], data, user, now) for case in cases]

    def _foresee(self, case: Case, seen: int | None, data: Data, user: User, now: datetime) -> Foreseen:
        if not permissions.can(user, self.performs, case, now):
            return Foreseen(Outcome.REFUSED, workflow.words_of(workflow.NotAllowed()))
        reasons = self.guard(CaseFacts(state=case.state, owned=case.owner_id is not None))
        if reasons:
            return Foreseen(Outcome.REFUSED, " ".join(reason.text for reason in reasons))
        if (how := self.settled(case, data)) is not None:
            return Foreseen(Outcome.ALREADY, how)
        return MOVED if self.heeds_version and case.version != seen else WILL

    def guard(self, facts: CaseFacts) -> list[workflow.Reason]:
        """What the state of the case alone refuses."""
        return guards.working(facts)

    def settled(self, case: Case, data: Data) -> str | None:
        """None, or that the case already is as asked, with how where that says more (French, may be "")."""
        return None

    # -- the job's rows --------------------------------------------------------------------------------------

    def act(self, job: Job, row: JobRow, actor: Actor, now: datetime) -> Result:
        """What is remembered of the case is true: the door refuses it at any other version."""
        case = Case.objects.filter(pk=row.object_id).first()
        if case is None:
            raise RowRefused("Ce dossier n’existe plus.")
        if case.is_working and (how := self.settled(case, job.parameters)) is not None:
            return Result(Outcome.ALREADY, reason=how)
        done = _through_the_door(
            row, self.performs, actor, now, row.version, self.door_data(case, job.parameters, now)
        )
        return Result(memory=self.remember(case, done.case) | {"version": done.case.version})

    def undo(self, job: Job, row: JobRow, actor: Actor, now: datetime) -> Result:
        """Back to what it was, if nobody moved the case since."""
        why = f"Annulation d’un traitement{NBSP}: {job.parameters['undo_reason']}"
        version = row.memory["version"]
        for name, data in self.way_back(row.memory, why, now):
            version = _through_the_door(row, name, actor, now, version, data).case.version
        return Result()

    def remember(self, before: Case, after: Case) -> dict[str, Any]:
        """What undoing will need; JSON."""
        return {}

    def door_data(self, case: Case, data: Data, now: datetime) -> dict[str, Any]:
        raise NotImplementedError

    def way_back(self, memory: Data, why: str, now: datetime) -> list[Step]:
        """The door's words that undo, one after the other, and what each is given."""
        raise NotImplementedError


class Assign(BulkAct):
    """To one advisor, or to whom the engine says for each case (`advisor` None)."""

    performs, verb = "assign", "Confier"
    undo_words = (
        "Annulé, chaque dossier retourne à qui le gardait ; celui que personne ne gardait retourne à la file, "
        "où le moteur cherche de nouveau."
    )

    def title(self, count: int, data: Data) -> str:
        to = f"à {data['advisor_name']}" if data["advisor"] else "selon le moteur"
        return f"Confier {dossiers(count)} {to}"

    def foresee(
        self, cases: Sequence[Case], seen: Versions, data: Data, user: User, now: datetime
    ) -> list[Foreseen]:
        told = super().foresee(cases, seen, data, user, now)
        if _by_the_engine(data):
            return _of_the_engine(cases, told, now)
        advisor = InternalAdvisor.objects.select_related("user").filter(pk=data.get("advisor")).first()
        if advisor is None:
            return told
        going = [case for case, one in zip(cases, told, strict=True) if one is WILL]
        objections = {
            origin: OBJECTIONS.get(owner_objection(advisor.user, origin, now), "")
            for origin in sorted({case.origin for case in going})
        }
        refused = {case.pk: text for case in going if (text := objections[case.origin])}
        beyond_cap = hooks.providers.get("beyond_cap")
        if beyond_cap and guards.reason_text(data["reason_text"], name="reason_text"):
            fitting = [case for case in going if case.pk not in refused]
            why = f"Au-delà du plafond de {advisor.user.short_name}{NBSP}: donnez une précision."
            refused |= dict.fromkeys(beyond_cap(fitting, advisor.pk, now), why)
        return [
            Foreseen(Outcome.REFUSED, refused[case.pk]) if case.pk in refused else one
            for case, one in zip(cases, told, strict=True)
        ]

    def settled(self, case: Case, data: Data) -> str | None:
        """By the engine, whoever keeps a case goes on with it: run again, it moves nothing."""
        if _by_the_engine(data):
            return f"déjà suivi par {case.owner.user.short_name}" if case.owner else None
        return "" if data.get("advisor") and case.owner_id == data["advisor"] else None

    def remember(self, before: Case, after: Case) -> dict[str, Any]:
        ended = before.delegate_id is not None and after.delegate_id is None
        return {"owner": before.owner_id, **(_delegation(before) if ended else {})}

    def door_data(self, case: Case, data: Data, now: datetime) -> dict[str, Any]:
        """The engine weighs cases that are worked on; of another, the door says why it refuses."""
        reason = {name: data[name] for name in ("reason_code", "reason_text")}
        advisor = data["advisor"] or (_suggested(case, now) if case.is_working else None)
        return {"advisor": advisor, **reason}

    def way_back(self, memory: Data, why: str, now: datetime) -> list[Step]:
        """With the delegation that giving the case to the delegate ended."""
        if memory["owner"] is None:
            return [("return_to_queue", {"reason": why})]
        reason = {"reason_code": AssignmentReason.OTHER.value, "reason_text": why}
        again = _delegate_again(memory, why, now)
        return [("assign", {"advisor": memory["owner"], **reason}), *([again] if again else [])]


class Delegate(BulkAct):
    performs, verb = "delegate", "Nommer un suppléant pour"
    undo_words = "Annulé, chaque dossier retrouve son suppléant d’avant, ou n’en a plus."

    def title(self, count: int, data: Data) -> str:
        return f"{data['delegate_name']}, suppléant sur {dossiers(count)}"

    def foresee(
        self, cases: Sequence[Case], seen: Versions, data: Data, user: User, now: datetime
    ) -> list[Foreseen]:
        told = super().foresee(cases, seen, data, user, now)
        own = Foreseen(Outcome.REFUSED, "Le conseiller en charge ne peut pas être son propre suppléant.")
        return [
            own if one is WILL and case.owner_id == data.get("delegate") else one
            for case, one in zip(cases, told, strict=True)
        ]

    def guard(self, facts: CaseFacts) -> list[workflow.Reason]:
        return guards.working(facts) or guards.owner_set(facts)

    def settled(self, case: Case, data: Data) -> str | None:
        same = bool(data) and case.delegate_id == data["delegate"] and _iso(case.delegate_to) == data["until"]
        return "" if same else None

    def remember(self, before: Case, after: Case) -> dict[str, Any]:
        return _delegation(before)

    def door_data(self, case: Case, data: Data, now: datetime) -> dict[str, Any]:
        until = {"delegate_to": _moment(data["until"])}
        return {"delegate": data["delegate"], "reason": data["reason"], **until}

    def way_back(self, memory: Data, why: str, now: datetime) -> list[Step]:
        return [_delegate_again(memory, why, now) or ("return_delegation", {"reason": why})]


class SetColour(BulkAct):
    performs, verb = "set_colour", "Changer la couleur de"
    undo_words = "Annulé, chaque dossier retrouve sa couleur d’avant."

    def title(self, count: int, data: Data) -> str:
        return f"Passer {dossiers(count)} en {Colour(data['colour']).label.lower()}"

    def settled(self, case: Case, data: Data) -> str | None:
        return "" if case.colour == data.get("colour") else None

    def remember(self, before: Case, after: Case) -> dict[str, Any]:
        return {"colour": before.colour}

    def door_data(self, case: Case, data: Data, now: datetime) -> dict[str, Any]:
        return {"colour": data["colour"], "reason": data["reason"]}

    def way_back(self, memory: Data, why: str, now: datetime) -> list[Step]:
        return [("set_colour", {"colour": memory["colour"], "reason": why})]


class AddNote(BulkAct):
    """A note goes beside whatever happened meanwhile: the version seen in the preview does not matter."""

    performs, verb = "add_note", "Noter"
    undo_words = "Une note ne s’annule pas : elle reste au journal du dossier. Ajoutez-en une qui la corrige."
    has_way_back = False
    heeds_version = False

    def title(self, count: int, data: Data) -> str:
        return f"Noter {dossiers(count)}"

    def guard(self, facts: CaseFacts) -> list[workflow.Reason]:
        return []

    def door_data(self, case: Case, data: Data, now: datetime) -> dict[str, Any]:
        return {"text": data["text"]}

    def act(self, job: Job, row: JobRow, actor: Actor, now: datetime) -> Result:
        _through_the_door(row, self.performs, actor, now, None, {"text": job.parameters["text"]})
        return Result()


ACTS: dict[str, BulkAct] = {act.performs: act for act in (Assign(), Delegate(), SetColour(), AddNote())}


def dossiers(count: int) -> str:
    return "1 dossier" if count == 1 else f"{count} dossiers"


def _through_the_door(
    row: JobRow, name: str, actor: Actor, now: datetime, version: int | None, data: dict[str, Any]
) -> workflow.Done:
    try:
        return workflow.apply(row.object_id, name, actor=actor, expected_version=version, now=now, **data)
    except Case.DoesNotExist:
        raise RowRefused("Ce dossier n’existe plus.") from None
    except workflow.WorkflowError as error:
        tell = partial(workflow.journal_refusal, row.object_id, name, error, actor=actor, now=now)
        raise RowRefused(workflow.words_of(error), tell) from error


def _by_the_engine(data: Data) -> bool:
    """Filled, and for nobody in particular."""
    return bool(data) and "advisor" in data and data["advisor"] is None


def _of_the_engine(cases: Sequence[Case], told: Sequence[Foreseen], now: datetime) -> list[Foreseen]:
    """With what the engine would answer to the first ADVISED of those still to give, each after the other."""
    going = [case for case, one in zip(cases, told, strict=True) if one is WILL]
    ask = hooks.providers.get("engine_foresees")
    foreseen = dict.fromkeys([case.pk for case in going], UNKNOWN)
    for pk, (name, why) in (ask(going[:ADVISED], now) if ask else {}).items():
        foreseen[pk] = Foreseen(reason=f"à {name}") if name else Foreseen(Outcome.REFUSED, _nobody(why))
    return [foreseen.get(case.pk, one) for case, one in zip(cases, told, strict=True)]


def _nobody(why: str) -> str:
    return f"Le moteur ne trouve personne.{f' {why[:1].upper()}{why[1:]}.' if why else ''}"


def _suggested(case: Case, now: datetime) -> int:
    """Whom the engine would choose now, the present owner left out."""
    ask = hooks.providers.get("assignment_advice")
    advice = ask(case, now) if ask else None
    if advice is None or advice.suggested is None:
        raise RowRefused(_nobody(advice.histogram if advice else ""))
    return advice.suggested


def _delegation(case: Case) -> dict[str, Any]:
    return {
        "delegate": case.delegate_id,
        "from": _iso(case.delegate_from),
        "until": _iso(case.delegate_to),
    }


def _delegate_again(memory: Data, why: str, now: datetime) -> Step | None:
    """The delegation remembered, as it was; None where there was none, or where it would be over by now."""
    start, end = _moment(memory.get("from", "")), _moment(memory.get("until", ""))
    if memory.get("delegate") is None or (end and end <= now):
        return None
    data = {"delegate": memory["delegate"], "delegate_from": start, "delegate_to": end}
    return "delegate", {**data, "reason": why}


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
