"""axe finds nothing, on any page or dialog of any role, light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from atdemain.jobs import queue
from atdemain.jobs.models import Job
from atdemain.notifications.inbox import notify
from atdemain.notifications.models import Delivery, WebhookAttempt
from atdemain.organisation.models import ApiCall, EntityContact, PriorityLine
from cases import access_log
from cases.enums import ReviewCriterion
from cases.faults import FaultUpdate, upsert
from cases.models import Case, MassIncident, SavedView, SubjectRequest
from routing.models import Briefing, BriefingInvite, InterEntityCall, MutualHelpRequest, RoutingPolicy
from tests.api.cast import Partner
from tests.notifications.webhook_cast import subscribed
from tests.office import HOUR, NOW, Office
from tests.routing.cast import present

from . import recognition_pages
from .axe import violations
from .desk import DESK, PHONE, Desk, Sit

pytestmark = pytest.mark.browser

MINUTE = timedelta(minutes=1)
WIDTHS = (320, 360, 390, 576, 768, 992, 1200, 1366, 1920)

#: role → pages, {names} being objects of the busy office
PAGES: dict[str, tuple[str, ...]] = {
    "advisor": (
        "/", "/inbox/", "/inbox/?show=all", "/queue/", "/ringing/", "/record/", "/record/?who=Jeanne", "/search",
        "/search?q=Jeanne", "/search?q=zzz", "/workflow/", "/account/", "/accounts/password/change/",
        "/accessibilite/", "/cases/{opened}/", "/cases/{late}/", "/cases/{escalated}/", "/cases/{resolved}/",
        "/clients/{client}/", "/clients/{client}/open/", "/cases/{opened}/promise_callback/",
        "/cases/{asked}/", "/cases/{late}/audit/",
        "/faults/", "/faults/?at=hier&show=all", "/faults/{fault}/",
        "/incidents/", "/incidents/{incident}/", "/help/", "/briefings/", "/briefings/{briefing}/",
        "/cases/{opened}/help/",
        "/directory/", "/directory/?show=gaps", "/directory/?q=zzz", "/directory/copper/", "/directory/p1/",
        "/cases/{opened}/entities/", "/cases/{opened}/calls/{call}/", "/participation/", "/planning/",
    ),
    "manager": (
        "/", "/queue/", "/team/", "/team/over-cap/", "/team/leaving/{leaver}/",
        "/cases/{opened}/", "/cases/{asked}/", "/cases/{cancelled}/", "/cases/{resolved}/", "/incidents/", "/incidents/new/",
        "/cases/{opened}/audit/", "/cases/{late}/audit/", "/cases/{cancelled}/audit/",
        "/incidents/{incident}/", "/help/", "/briefings/", "/briefings/new/", "/briefings/{briefing}/",
        "/fairness/",
        "/team/planning/", "/team/planning/{presence}/", "/team/absence/",
        "/team/absence/?person={leaver}&day=2026-11-12&until=2026-11-30",
        "/lists/cases/", "/lists/cases/?state=all&opened_from=hier", "/lists/promises/", "/lists/contacts/",
        "/lists/escalations/?late=answer", "/lists/cases/views/?state=all", "/lists/views/{view}/", "/team/members/",
        "/jobs/", "/jobs/{job}/", "/jobs/{job}/undo/", "/jobs/{export}/", "/bulk/{preview}/",
    ),
    "support": (
        "/", "/queue/", "/cases/{opened}/", "/help/", "/directory/copper/", "/directory/copper/hours/",
        "/directory/copper/contacts/", "/directory/copper/lines/", "/directory/copper/lines/{line}/",
    ),
    "backoffice": ("/", "/escalations/", "/escalations/?only=info", "/cases/{escalated}/", "/directory/"),
    "trainer": ("/", "/inbox/"),
    "hr": ("/",),
    "staffrep": ("/",),
    "admin": (
        "/", "/account/", "/routing/policies/", "/routing/policies/1/", "/routing/policies/new/", "/routing/how/",
        "/participation/", "/participation/at-demain/brest/", "/permissions/?text=compte", "/permissions/?role=manager&text=dossier",
        "/accounts/administration/import/", "/accounts/administration/{leaver}/", "/accounts/two-steps/",
        "/accounts/reauthenticate/", "/retention/", "/service/",
        "/partners/", "/partners/new/", "/partners/{api_client}/",
        "/partners/{api_client}/calls/", "/partners/{api_client}/calls/{api_call}/",
        "/webhooks/", "/webhooks/new/", "/webhooks/{webhook}/",
    ),
    "dpo": (
        "/", "/access/", "/access/{client_question}/", "/access/{person_question}/", "/subject/",
        "/subject/{subject}/", "/subject/{subject}/erase/", "/subject/{free}/erase/", "/retention/",
    ),
    "": (
        "/accounts/login/", "/accounts/password/reset/", "/accessibilite/", "/api/problems/validation",
        "/api/reference/", "/api/reference/answer_escalation/", "/api/guide/", "/api/changes/",
    ),
}  # fmt: skip
#: (role, case, action): every dialog, as it opens from the case's page
DIALOGS = [
    ("advisor", "opened", "promise_callback"),
    ("advisor", "opened", "escalate"),
    ("advisor", "late", "log_attempt"),
    ("advisor", "late", "rebook"),
    ("advisor", "late", "tell_unresolved"),
    ("advisor", "late", "resolve"),
    ("advisor", "late", "add_note"),
    ("advisor", "late", "correct_attempt"),
    ("advisor", "escalated", "answer_escalation"),
    ("advisor", "escalated", "withdraw_escalation"),
    ("advisor", "opened", "warm_transfer"),
    ("backoffice", "escalated", "answer_escalation"),
    ("advisor", "resolved", "reopen"),
    ("manager", "opened", "assign"),
    ("manager", "opened", "delegate"),
    ("manager", "opened", "set_colour"),
    ("manager", "opened", "cancel"),
    ("manager", "asked", "cancel"),
    ("manager", "asked", "refuse_cancel"),
    ("advisor", "opened", "request_cancel"),
    ("advisor", "resolved", "record_satisfaction"),
    ("manager", "cancelled", "restore"),
    ("manager", "opened", "quality_review"),
    ("advisor", "late", "reply_review"),
]


@pytest.fixture
def names(office: Office) -> dict[str, str]:
    """A day with a case in every state, messages read and unread, a client with a story."""
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    client = office.client("Jeanne Martin", phone="+33199001234", priority_client=True)
    office.contact(client, NOW - timedelta(days=2), who="colleague", conflictual=True)
    late = office.case("callback_due", start=NOW - 3 * HOUR, client=client)
    office.do(late, "log_attempt", "advisor", at=NOW - 2 * HOUR, outcome="no_answer")
    office.do(late, "add_note", "advisor", at=NOW - HOUR, text="Le client préfère le matin.")
    office.case("callback_due", start=NOW - 10 * MINUTE)
    office.case("callback_due", start=NOW + HOUR)
    opened = office.case("opened")
    waiting = office.case(owner=None)
    escalated = office.case("escalated")
    resolved = office.case("resolved")
    cancelled = office.case("opened")
    cancelled = office.do(
        cancelled,
        "cancel",
        "manager",
        cancel_reason="opened_in_error",
        reason="Ouvert deux fois pour le même.",
    )
    asked = office.case("opened")
    office.do(
        asked,
        "request_cancel",
        "advisor",
        cancel_reason="not_our_client",
        text="La ligne est passée chez un autre opérateur.",
    )
    precise = office.case("escalated")
    office.do(
        precise,
        "request_info",
        "backoffice",
        escalation=precise.escalations.get().pk,
        text="Quel est le modèle de la box ?",
    )
    for username in ("advisor", "manager", "trainer", "backoffice"):
        for number in range(2):
            notify(
                office.people[username].pk,
                "test",
                f"Rappel à 16:00 : {late.ref}",
                dedupe_key=f"{username}-{number}",
                at=NOW - HOUR,
                url=f"/cases/{late.ref}/",
                urgent=bool(number),
            )
    ticket = FaultUpdate("OC1234567", opened_at=NOW - HOUR, case_ref=late.ref, colour="red")
    fault = upsert(ticket, actor=office.actor("admin"), now=NOW)
    incident = MassIncident.objects.create(
        ref="INC-20261110-A3F9", label="Fibre coupée", unit=office.units["lyon"], starts_at=NOW - HOUR,
        message="Réparation attendue à 18:00.", parent_case=opened,
    )  # fmt: skip
    office.contact(client, NOW - HOUR / 2)
    for case, helper in ((late, "support"), (opened, None)):
        MutualHelpRequest.objects.create(
            case=case, unit=case.unit, asked_by=office.people["advisor"], asked_at=NOW - 9 * MINUTE,
            question="Qui a déjà vu ce défaut ?", expires_at=NOW + HOUR, state="accepted" if helper else "asked",
            helper=office.people[helper] if helper else None, accepted_at=NOW if helper else None,
        )  # fmt: skip
    briefing = Briefing.objects.create(
        unit=office.units["lyon"], subject="Scripts fibre", starts_at=NOW - HOUR, ends_at=NOW,
        led_by=office.people["manager"],
    )  # fmt: skip
    for name in ("advisor", "colleague"):
        BriefingInvite.objects.create(briefing=briefing, user=office.people[name])
    cases = {"late": late, "opened": opened, "escalated": escalated, "resolved": resolved, "asked": asked}
    refs = {name: case.ref for name, case in cases.items()}
    EntityContact.objects.filter(entity__code="p1").delete()
    copper = office.entities["copper"]
    own_hours = [[["08:00", "12:00"], ["14:00", "18:00"]]] * 5 + [[], []]
    line = PriorityLine.objects.create(entity=copper, number="+33199009980", weekly_hours=own_hours)
    call = InterEntityCall.objects.create(
        case=opened,
        by=office.people["advisor"],
        entity=copper,
        line_used="priority",
        started_at=NOW - 2 * MINUTE,
    )
    for wait in (40, 300):
        InterEntityCall.objects.create(
            case=opened,
            by=office.people["advisor"],
            entity=copper,
            line_used="priority",
            started_at=NOW - HOUR,
            wait_s=wait,
            outcome="no_answer",
        )
    refs |= {"call": str(call.pk), "line": str(line.pk)}
    refs |= {"waiting": waiting.ref, "leaver": str(office.people["advisor"].pk)}
    refs |= {"fault": str(fault.ticket_id), "incident": str(incident.pk), "briefing": str(briefing.pk)}
    shift = present(office.people["colleague"], "shift", NOW - HOUR, NOW + 3 * HOUR)
    refs["presence"] = str(shift.pk)
    refs["view"] = str(
        SavedView.objects.create(user=office.people["manager"], listing="cases", name="Rouges").pk
    )
    for name, about in (("subject", client), ("free", office.client("Paul Noël"))):
        asked = SubjectRequest.objects.create(
            client=about,
            channel="letter",
            reason="Copie demandée, identité vue.",
            by=office.people["dpo"],
            at=NOW,
        )
        refs[name] = str(asked.pk)
    answers = dict.fromkeys(ReviewCriterion.values, "yes")
    office.do(late, "quality_review", "manager", comment="Client suivi de près.", **answers)
    days = {"starts_on": NOW.date(), "ends_on": NOW.date(), "reason": "Demande du client, courrier du jour."}
    for kind, subject in (("client", client), ("person", office.people["advisor"])):
        question = access_log.ask(actor=office.actor("dpo"), now=NOW, **{kind: subject}, **days)
        refs[f"{kind}_question"] = str(question.pk)
    refs |= recognition_pages.busy(office)
    refs |= {name: str(job.pk) for name, job in _jobs(office, waiting, resolved).items()}
    refs |= _api_client(office)
    refs["webhook"] = _webhook(office)
    return {**refs, "cancelled": Case.objects.get(pk=cancelled.pk).ref, "client": client.client_ref}


def _api_client(office: Office) -> dict[str, str]:
    """A client of the API and what it sent: taken, refused in part, refused."""
    partner = Partner.of(office)
    for body in ({"contacts": [{"source_system": "acd"}]}, {"contact": []}, {"contacts": []}):
        partner.post("/contacts", body)
    partner.post(
        "/fault-tickets",
        {"fault_tickets": [{"system": "oceane", "ref": "OC1", "opened_at": NOW.isoformat()}]},
    )
    partly = ApiCall.objects.get(refused=1)
    return {"api_client": str(partner.client.pk), "api_call": str(partly.pk)}


def _webhook(office: Office) -> str:
    """A subscription with one message taken, one waiting and one given up."""
    found, _ = subscribed(office.entities["copper"], "https://hooks.exemple.fr/hook")
    for number, status in enumerate(("sent", "pending", "dead")):
        row = Delivery.objects.create(
            channel="webhook", subscription=found, event="case.resolved", recipient=found.url, body="{}",
            key=f"msg_{number}", status=status, next_attempt_at=NOW + HOUR, created_at=NOW,
            last_error="Réponse 500." if status == "dead" else "",
        )  # fmt: skip
        WebhookAttempt.objects.create(
            delivery=row, number=1, at=NOW, duration_ms=84, status_code=204 if status == "sent" else 500,
            error="" if status == "sent" else "Réponse 500.",
        )  # fmt: skip
    return str(found.pk)


def _jobs(office: Office, *cases: Case) -> dict[str, Job]:
    """The manager's: one to confirm, one over with a refusal, an export to fetch."""
    manager, actor = office.people["manager"], office.actor("manager")
    objects = [queue.Object(case.pk, case.ref, case.version) for case in cases]
    chosen = {"user": manager, "now": NOW, "chosen": "choisis un à un"}
    preview = queue.prepare("set_colour", "Couleur", objects, **chosen)
    job = queue.prepare("set_colour", "Couleur", objects, **chosen)
    kept = {"colour": "red", "reason": "Panne du secteur."}
    queue.confirm(job, "Passer 2 dossiers en rouge", kept, actor=actor, now=NOW)
    export = queue.ask(
        "export",
        "Export Dossiers (CSV)",
        actor=actor,
        now=NOW,
        list="cases",
        query="",
        format="csv",
        name="d.csv",
    )
    queue.run_waiting()
    return {"preview": preview, "job": job, "export": export}


#: Who is looked at on one stage: making it costs more than looking at a dozen pages.
TOGETHER = ("advisor", "manager", "support backoffice trainer hr staffrep", "admin dpo anyone")


@pytest.mark.parametrize("roles", TOGETHER)
@pytest.mark.parametrize("pages", [PAGES, recognition_pages.PAGES], ids=["cases", "recognition"])
def test_pages_have_no_violation(
    sit: Sit, names: dict[str, str], pages: dict[str, tuple[str, ...]], roles: str
) -> None:
    found = []
    for key, paths in pages.items():
        role = key.partition("_")[0]
        if (role or "anyone") not in roles.split():
            continue
        desk = sit(role)
        for path in paths:
            response = desk.go(path.format(**names))
            assert response.status == 200, path
            found += [f"{role} {path} {wrong}" for wrong in _wrong(desk)]
    assert not found


def test_every_role_is_looked_at() -> None:
    looked_at = {role for together in TOGETHER for role in together.split()}
    assert {key.partition("_")[0] or "anyone" for key in {*PAGES, *recognition_pages.PAGES}} <= looked_at


@pytest.mark.parametrize("role", ["advisor", "manager"])
def test_open_dialogs_have_no_violation(sit: Sit, names: dict[str, str], role: str) -> None:
    desk = sit(role)
    found = []
    for who, case, action in DIALOGS:
        if who == role:
            desk.go(f"/cases/{names[case]}/")
            _open(desk, action)
            found += [f"{action} {wrong}" for wrong in _wrong(desk)]
    assert not found


def _wrong(desk: Desk) -> list[str]:
    found = []
    for (width, height), themes in ((DESK, ("light", "dark")), (PHONE, ("narrow",))):
        desk.page.set_viewport_size({"width": width, "height": height})
        found += [f"{width} px {one}" for one in violations(desk.page, *themes)]
        if desk.overflow() > 0:
            found.append(f"{width} px : {desk.overflow()} px too wide")
    desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    return found


def _open(desk: Desk, action: str) -> None:
    link = desk.page.locator(f"a[data-dialog][href*='/{action}/']").first
    if not link.is_visible():
        desk.page.locator(".at-actions .at-more > summary").click()
    link.click()
    desk.dialog.wait_for()


@pytest.mark.parametrize(
    "make_wrong",
    [
        lambda page: page.evaluate("document.querySelector('h1').outerHTML = '<h1></h1>'"),
        lambda page: page.evaluate("document.querySelector('.at-muted').style.color = '#ccc'"),
    ],
    ids=["empty heading", "pale text"],
)
def test_axe_sees_what_is_wrong(
    sit: Sit, names: dict[str, str], make_wrong: Callable[[object], None]
) -> None:
    """The checks above can fail."""
    desk = sit("advisor", "/")
    make_wrong(desk.page)
    assert violations(desk.page)


def test_forms_with_errors_have_no_violation(sit: Sit, names: dict[str, str]) -> None:
    desk = sit("advisor", "/record/", expects=(422,))
    desk.page.get_by_role("button", name="Noter l’appel").click()
    desk.page.get_by_text("champs à corriger").wait_for()
    assert not violations(desk.page)
    desk.go(f"/cases/{names['opened']}/")
    _open(desk, "escalate")
    desk.dialog.locator("[data-submit]").click()
    desk.dialog.get_by_text("champs à corriger").wait_for()
    assert not violations(desk.page)


def test_no_page_scrolls_sideways_from_320_to_1920_pixels(sit: Sit, names: dict[str, str]) -> None:
    desk = sit("advisor")
    wide = []
    for path in PAGES["advisor"]:
        desk.go(path.format(**names))
        desk.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        for width in WIDTHS:
            desk.page.set_viewport_size({"width": width, "height": 800})
            if desk.overflow() > 0:
                wide.append((path, width, desk.overflow()))
    assert not wide
