"""What the permission table's rows of recognition are asked on."""

from __future__ import annotations

from typing import Any

from recognition.mentoring import workflow
from recognition.models import Competency, CompetencyRecord, MentoringSession, UnitDocument
from tests.office import NOW

from .mentoring_cast import DAY, plan, typed

UNKNOWN = 10**9
TEXT = "La séance a duré vingt minutes, pas trois heures."
PAGE = "Le formateur de l’unité évalue avec ses preuves. Le salarié lit et commente ; un désaccord se dit aux RH."

SESSIONS = (
    "recognition:session", "recognition:session_edit", "recognition:session_sign", "recognition:session_cancel",
    "recognition:session_dispute", "recognition:session_settle",
)  # fmt: skip
PEOPLE = ("recognition:dossier_of", "recognition:competency_person")
UNITS = ("recognition:arcq_page", "recognition:arcq_publish")
ROUTES = (*SESSIONS, *PEOPLE, *UNITS, "recognition:competency_comment")


def arguments(scene: Any, route: str, role: str) -> list[Any]:
    """The object of the row's situation; what the form of its action sends goes into the scene."""
    if route in UNITS:
        return [_unit(scene)]
    if scene.situation == "unknown":
        return [UNKNOWN]
    if route in SESSIONS:
        return [_session(scene, route)]
    if route == "recognition:competency_comment":
        whose = role if scene.situation == "mine" and role else "stranger"
        scene.data |= {"comment": "D’accord."}
        return [_record(scene, whose)]
    scene.data |= {
        "competency": _competency().pk, "level": "2", "assessed_on": f"{NOW:%Y-%m-%d}", "words": "Un fait daté.",
    }  # fmt: skip
    return [scene.office.people["advisor" if scene.situation == "unit" else "stranger"].pk]


def _session(scene: Any, route: str) -> int:
    """The trainer's with the advisor, held yesterday; elsewhere, of another unit. Disputed where one settles."""
    office = scene.office
    mentor, trainee = ("trainer", "advisor") if scene.situation == "unit" else ("far_manager", "stranger")
    session = MentoringSession.objects.filter(mentor=office.people[mentor]).first()
    if session is None:
        session = plan(office, trainee, mentor=mentor)
        if route.endswith("settle"):
            workflow.dispute(session.pk, text=TEXT, actor=office.actor(trainee), now=NOW)
            session.refresh_from_db()
    day = f"{NOW:%Y-%m-%d}"
    scene.data |= {"seen": session.content_hash, "version": session.version}
    if route.endswith("edit"):
        scene.data |= typed(office, trainee, minutes=60, version=session.version)
    if route.endswith(("dispute", "settle")):
        scene.data |= {"text": TEXT, "outcome": "rejected", "mentor_heard_on": day, "trainee_heard_on": day}
    return session.pk


def _unit(scene: Any) -> str:
    if scene.situation == "unknown":
        return "inconnue"
    UnitDocument.objects.get_or_create(
        unit=scene.office.units["lyon"],
        dated_on=(NOW - DAY).date(),
        defaults={
            "title": "Modalités", "text": PAGE, "published_by": scene.office.people["hr"], "published_at": NOW,
        },
    )  # fmt: skip
    scene.data |= {"title": "Modalités", "text": PAGE, "dated_on": f"{NOW:%Y-%m-%d}"}
    return "lyon"


def _record(scene: Any, whose: str) -> int:
    people = scene.office.people
    return CompetencyRecord.objects.get_or_create(
        employee=people[whose],
        competency=_competency(),
        assessed_on=NOW.date(),
        defaults={"level": 2, "assessed_by": people["trainer"], "recorded_at": NOW},
    )[0].pk


def _competency() -> Competency:
    return Competency.objects.get_or_create(code="passing_on", defaults={"label": "Accompagner"})[0]


def busy(office: Any) -> dict[str, str]:
    """For the pages that axe reads: sessions to sign, disputed and planned, an assessment, a unit's page."""
    session = plan(office, "advisor", "colleague")
    workflow.sign(session.pk, seen=session.content_hash, actor=office.actor("trainer"), now=NOW)
    disputed = plan(office, "advisor", start=NOW - 3 * DAY)
    workflow.dispute(disputed.pk, text=TEXT, actor=office.actor("advisor"), now=NOW)
    plan(office, "advisor", start=NOW + 2 * DAY)
    counted = plan(office, "advisor", start=NOW - 5 * DAY)
    for name in ("trainer", "advisor"):
        workflow.sign(counted.pk, seen=counted.content_hash, actor=office.actor(name), now=NOW)
    CompetencyRecord.objects.create(
        employee=office.people["advisor"], competency=_competency(), level=3, assessed_on=NOW.date(),
        assessed_by=office.people["trainer"], recorded_at=NOW, comment="D’accord.", commented_at=NOW,
        proofs=[{"kind": "words", "id": None, "words": "Un fait daté."}],
    )  # fmt: skip
    UnitDocument.objects.create(
        unit=office.units["lyon"], title="Modalités", text=PAGE, dated_on=NOW.date(),
        published_by=office.people["hr"], published_at=NOW,
    )  # fmt: skip
    return {"session": str(session.pk), "disputed": str(disputed.pk)}
