"""What the tests of suggestions and surveys share: one of each in any state, made by the door; the stage of the
permission table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from atdemain.organisation.models import Entity
from recognition.models import ScriptVersion, Suggestion, Survey
from recognition.suggestions import scripts, workflow
from recognition.suggestions.enums import StepKind, Topic
from recognition.surveys import ballot, launching
from recognition.surveys.questions import make
from tests.office import NOW, Office

ROUTES = ("recognition:suggestion", "recognition:script", "recognition:survey")
UNKNOWN = 10**9
TEXT = "Le script demande deux fois le numéro de série : le lire une fois suffirait."
WHY = "La demande est juste, le script change le mois prochain."
DAY = timedelta(days=1)


def suggestion(
    office: Office,
    who: str = "colleague",
    *,
    entity: str | Entity = "copper",
    at: datetime = NOW,
    title: str = "Lire le numéro de série une fois",
    text: str = TEXT,
    topic: str = Topic.SCRIPT,
    anonymous: bool = False,
    **fields: Any,
) -> Suggestion:
    owner = office.entities[entity] if isinstance(entity, str) else entity
    return workflow.submit(
        topic=topic, title=title, text=text, owner_entity=owner, anonymous=anonymous,
        actor=office.actor(who), now=at, **fields,
    )  # fmt: skip


def move(
    office: Office, one: Suggestion, kind: str, who: str = "backoffice", *, at: datetime = NOW, **data: Any
) -> Suggestion:
    version = Suggestion.objects.get(pk=one.pk).version
    if StepKind(kind) in (StepKind.ACCEPT, StepKind.REJECT, StepKind.TRANSFER):
        data.setdefault("text", WHY)
    workflow.perform(
        one.pk, StepKind(kind), actor=office.actor(who), expected_version=version, now=at, **data
    )
    return Suggestion.objects.get(pk=one.pk)


def script(
    office: Office, who: str = "support", *, code: str = "serie", at: datetime = NOW, **fields: Any
) -> ScriptVersion:
    last = ScriptVersion.objects.filter(code=code).order_by("-version").first()
    facts: dict[str, Any] = {
        "code": code, "title": "Numéro de série", "text": "Demandez le numéro de série, une fois.",
        "valid_from": at.date(), "suggestion": None, "expected_version": last.version if last else 0,
    }  # fmt: skip
    return scripts.publish(actor=office.actor(who), now=at, **(facts | fields))


QUESTIONS = (("yes_no", "Souhaitez-vous devenir ambassadeur ?", ()),)
ALL_LYON = ("advisor", "support", "trainer", "back_office", "manager")


def survey(
    office: Office,
    who: str = "support",
    *,
    state: str = "open",
    roles: tuple[str, ...] = ALL_LYON,
    units: tuple[str, ...] = ("lyon",),
    at: datetime = NOW,
    questions: tuple = QUESTIONS,
    title: str = "Devenir ambassadeur",
) -> Survey:
    """Draft, open or closed; nobody has answered."""
    actor = office.actor(who)
    made = launching.save(
        None, title=title, intro="Pour savoir.", roles=list(roles),
        units=[office.units[code] for code in units], closes_at=at + 7 * DAY,
        questions=[make(f"q{rank}", kind, text, labels) for rank, (kind, text, labels) in enumerate(questions, 1)],
        expected_version=0, actor=actor, now=at,
    )  # fmt: skip
    if state != "draft":
        made = launching.publish(made, expected_version=made.version, actor=actor, now=at)
    if state == "closed":
        made = launching.close(made, expected_version=made.version, actor=actor, now=at)
    return made


def answers(office: Office, one: Survey, *people: str, code: str = "yes", at: datetime = NOW) -> None:
    for name in people:
        ballot.answer(one.pk, office.people[name], {"q1": code}, at)


def busy(office: Office) -> dict[str, str]:
    """What there is to see: ideas late, answered and deployed by a script, surveys in each state."""
    then = NOW - 40 * DAY
    idea = suggestion(office, at=then, reason_family="no_sync")
    message = "Sur quel modèle de box ?"
    workflow.message(idea.pk, message, actor=office.actor("backoffice"), now=then)
    idea = move(office, idea, "accept", at=then + DAY)
    script(office, at=then + DAY)
    script(office, at=then + 2 * DAY, suggestion=idea)
    posted = suggestion(office, title="Une deuxième idée", at=then, anonymous=True)
    suggestion(office, title="Une troisième, plus récente", topic="digital")
    draft = survey(office, state="draft", title="Un brouillon")
    asking = survey(office, title="Une enquête ouverte")
    counted = survey(office, at=NOW - 20 * DAY, title="Une enquête close")
    answers(office, counted, "advisor", "colleague", "support", "trainer", "manager", at=NOW - 19 * DAY)
    launching.close_due(NOW - 13 * DAY)
    rows = {"idea": idea, "posted": posted, "unsent": draft, "asking": asking, "counted": counted}
    return {name: str(row.pk) for name, row in rows.items()}


# -- the stage of the permission table ------------------------------------------------------------------------


def addresses(scene: Any, route: str, role: str) -> Iterator[str]:
    name = route.removeprefix("recognition:")
    if name.startswith("survey"):
        yield from _survey(scene, route, name, role)
    elif name.startswith("script"):
        yield from _script(scene, route, name)
    elif name == "suggestion_new":
        scene.data = {
            "title": "Un titre", "text": TEXT, "topic": "script", "owner_entity": scene.office.entities["copper"].pk,
        }  # fmt: skip
        yield reverse(route)
    elif name == "suggestion_similar":
        scene.data = {"title": "Un titre", "text": TEXT}
        yield reverse(route)
    elif name == "suggestion_export":
        yield reverse(route, args=["csv"])
    elif name == "suggestion_case":
        yield reverse(route, args=[_case_ref(scene)])
    elif name in ("suggestions", "suggestion_board"):
        yield reverse(route)
    else:
        one = _suggestion(scene, role)
        action = [scene.action or "acknowledge"] if name == "suggestion_act" else []
        yield reverse(route, args=[one.pk if one else UNKNOWN, *action])


def _case_ref(scene: Any) -> str:
    office, where = scene.office, scene.situation
    if where == "unknown":
        return "ATD-2026-999999"
    if where == "elsewhere":
        return office.case(owner="stranger", unit="brest").ref
    return office.case("escalated", entity="copper").ref if where == "copper" else office.case().ref


def _suggestion(scene: Any, role: str) -> Suggestion | None:
    """The colleague's, to the entity of the situation; this account's own for « mine »."""
    office, where, action = scene.office, scene.situation, scene.action
    scene.data = {"message": WHY}
    if where == "unknown":
        return None
    entity: Any = where if where in ("copper", "field") else "field"
    if where == "unit":
        entity, _ = Entity.objects.get_or_create(
            code="uat-lyon", defaults={"name": "UAT Lyon", "kind": "uat", "unit": office.units["lyon"]}
        )
    author = role if where == "mine" and role not in ("", "hr", "admin", "partner") else "colleague"
    one = suggestion(office, author, entity=entity)
    who = {"copper": "backoffice", "unit": "manager"}.get(where, "field")
    if action in ("start", "deploy"):
        one = move(office, one, "accept", who)
    extra: dict[str, Any] = {"version": one.version, "text": WHY}
    if action == "duplicate":
        extra["duplicate_of"] = suggestion(office, entity=entity, title="Une autre").pk
    elif action == "transfer":
        extra["owner_entity"] = office.entities["p1"].pk
    scene.data |= {f"{action}-{key}": value for key, value in extra.items()}
    return one


def _script(scene: Any, route: str, name: str) -> Iterator[str]:
    if name == "script":
        yield reverse(route, args=[script(scene.office).code if scene.situation == "first" else "inconnu"])
        return
    scene.data = {
        "code": "nouveau", "title": "Un script", "text": "Dites bonjour.", "valid_from": NOW.date().isoformat(),
        "version": "0",
    }  # fmt: skip
    yield reverse(route)


def _survey(scene: Any, route: str, name: str, role: str) -> Iterator[str]:
    office, where = scene.office, scene.situation
    closes = (NOW + 5 * DAY).strftime("%Y-%m-%dT%H:%M")
    scene.data = {
        "title": "Une enquête", "roles": ["advisor"], "closes_at": closes, "questions": "1", "q1-text": "Et vous ?",
        "q1-kind": "yes_no", "version": "1",
    }  # fmt: skip
    if name in ("surveys", "survey_new"):
        yield reverse(route)
        return
    if where == "unknown":
        yield reverse(route, args=[UNKNOWN])
        return
    own = role if role in ("support", "staffrep") else "support"
    other = "staffrep" if own == "support" else "support"
    state = {
        "survey_close": "open",
        "survey_export": "closed",
        "survey_answer": "open",
        "survey_answers": "open",
    }
    if where in ("mine", "somebody's"):
        one = survey(office, own if where == "mine" else other, state=state.get(name, "draft"))
    elif where == "unit":
        one = survey(office, state=state.get(name, "closed"))
    else:
        one = _elsewhere(office, state.get(name, "closed"))
    scene.data |= {"version": one.version} | ({"q1": "yes"} if name == "survey_answer" else {})
    yield reverse(route, args=[one.pk])


def _elsewhere(office: Office, state: str) -> Survey:
    """To five advisors of Brest."""
    enough(office, "brest")
    return survey(office, state=state, roles=("advisor",), units=("brest",))


def enough(office: Office, unit: str, count: int = 4, role: str = "advisor") -> list[str]:
    """`count` more accounts of this role in the unit; their names."""
    from django.contrib.auth.models import Group

    from atdemain.organisation.models import User

    group = Group.objects.get(name=role)
    names = [f"{unit}-{role}-{number}" for number in range(count)]
    for number, name in enumerate(names):
        user, made = User.objects.get_or_create(
            username=name,
            defaults={
                "last_name": f"Renfort {number}",
                "unit": office.units[unit],
                "employee_number": f"X-{name}",
            },
        )
        if made:
            user.groups.add(group)
        office.people[name] = user
    return names
