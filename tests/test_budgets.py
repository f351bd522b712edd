"""No page costs a query more at 1,000 rows than at 10, and none costs more than its budget."""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from atdemain.jobs import queue
from atdemain.jobs.models import Job
from atdemain.journal.models import AccessLog, AccessQuestion
from atdemain.journal.record import Entry, record_many
from atdemain.notifications.models import (
    Notification,
)
from atdemain.organisation.models import (
    Entity,
    EntityContact,
    Participation,
    PriorityLine,
    Programme,
    Unit,
    UnitParticipation,
    User,
)
from cases import recording
from cases.enums import CaseState
from cases.intake import IncomingContact
from cases.models import (
    Case,
    Client,
    ClientPhone,
    Contact,
    Escalation,
    FaultTicket,
    FaultTicketChange,
    ImportRun,
    Line,
    MassIncident,
    Promise,
    SubjectRequest,
)
from cases.names import name_key
from routing.models import (
    Assignment,
    Briefing,
    BriefingInvite,
    InterEntityCall,
    MutualHelpRequest,
    Presence,
    Skill,
)
from tests.api import fill_api
from tests.budgets import BUDGETS, OTHERS, WITHOUT_LIST
from tests.office import HOUR, NOW, Office
from tests.recognition import fill_campaigns, fill_improving, fill_mentoring, fill_participation, fill_scheme
from tests.routes import routes
from tests.routing.cast import ready

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FEW, MANY = 10, 1_000
MINUTE = timedelta(minutes=1)


def test_every_page_has_a_budget_or_is_said_to_have_no_list():
    known = {
        route
        for route in routes(get_resolver())
        if not any(fnmatchcase(route, pattern) for pattern in OTHERS)
    }
    named = {*BUDGETS, *WITHOUT_LIST} - {"account_settings", "account_participation"}
    assert known - named == set()
    assert named - known == set()


@pytest.mark.parametrize("route", BUDGETS)
def test_page_costs_the_same_at_ten_and_at_a_thousand_rows(office, route: str):
    who, most = BUDGETS[route]
    browser = office.browser(who)
    address = fill(office, route, FEW)
    browser.get(address)  # the session renews itself once
    few = queries(browser, address)
    address = fill(office, route, MANY)
    many = queries(browser, address)
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= most, "\n".join(many)


def queries(browser, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = browser.get(address)
    assert response.status_code == 200
    return [query["sql"][:200] for query in captured.captured_queries if "SAVEPOINT" not in query["sql"]]


# -- what there is to read -------------------------------------------------------------------------------


def fill(office: Office, route: str, number: int) -> str:
    """`number` rows of whatever the page lists; answers its address."""
    fillers = {
        "home": working_cases,
        "cases:team": working_cases,
        "routing:team_members": working_cases,
        "cases:list": lambda office, number: working_cases(office, number) or reverse(route, args=["cases"]),
        "cases:queue": lambda office, number: working_cases(office, number, owned=False),
        "cases:escalations": working_cases,
        "routing:directory": entities,
        "routing:entity": lambda office, number: entities(office, number) or reverse(route, args=["copper"]),
        "routing:entities": lambda office, number: (
            entities(office, number) or reverse(route, args=[story(office, FEW).ref])
        ),
        "participation": units,
        "routing:over_cap": above_the_cap,
        "routing:leaving": kept_by_who_leaves,
        "routing:absences": kept_by_who_is_away,
        "routing:team_planning": planned,
        "routing:my_planning": planned,
        "cases:case": lambda office, number: reverse(route, args=[story(office, number).ref]),
        "cases:client": lambda office, number: reverse(route, args=[story(office, number).client.client_ref]),
        # A page that is not full asks for namesakes elsewhere besides: at ten rows it would cost one query more.
        "cases:search": lambda office, number: namesakes(office, max(number, 30), "?q=dupont"),
        "cases:record": lambda office, number: namesakes(office, number, "?who=dupont"),
        "cases:record_lookup": lambda office, number: namesakes(office, number, "?who=dupont"),
        "cases:recorded": recorded,
        "cases:inbox": messages,
        "cases:imports": runs,
        "jobs:list": lambda office, number: [a_job(office, 1) for _ in range(number)] and None,
        "jobs:job": lambda office, number: reverse(route, args=[a_job(office, number, "finished").pk]),
        "cases:bulk": lambda office, number: reverse(route, args=[a_job(office, number, "preview").pk]),
        "cases:export": lambda office, number: (
            working_cases(office, number) or reverse(route, args=["cases", "xlsx"])
        ),
        "routing:help": questions,
        "routing:help_rail": questions,
        "routing:briefings": held_briefings,
        "routing:briefing": lambda office, number: reverse(route, args=[briefed(office, number)]),
        "cases:incidents": past_incidents,
        "cases:incident": collected,
        "cases:faults": fault_tickets,
        "cases:fault": fault_history,
        "account_participation": participations,
        "cases:audit": lambda office, number: reverse(route, args=[story(office, number).ref]),
        "cases:access": access_questions,
        "cases:access_answer": consulted,
        "cases:subject_requests": asked_for,
        "cases:subject": lambda office, number: asked_for(office, number, story(office, number).client),
        "cases:subject_data": lambda office, number: (
            asked_for(office, number, story(office, number).client) + "data.json"
        ),
        **fill_api.FILLERS,
        **fill_mentoring.FILLERS,
        **fill_participation.FILLERS,
        **fill_improving.FILLERS,
        **fill_scheme.FILLERS,
    }
    if route in fill_campaigns.ROUTES:
        return fill_campaigns.fill(office, route, number)
    found = fillers.get(route, lambda office, number: "")(office, number) or ""
    return found if found.startswith("/") else reverse(route) + found


def add_clients(office: Office, number: int, name: str = "Client") -> list[Client]:
    start = Client.objects.count()
    made = [
        Client(
            client_ref=f"CLI-B{start + n:06}",
            display_name=f"{name} {n}",
            name_key=name_key(f"{name} {n}"),
            unit=office.units["lyon"],
        )
        for n in range(number)
    ]
    return Client.objects.bulk_create(made)


def entities(office: Office, number: int) -> None:
    """Entities, each with a line and somebody; as many people and measured calls for BO-Cuivre."""
    start = Entity.objects.count()
    made = Entity.objects.bulk_create(
        Entity(code=f"ui-{start + n}", name=f"UI {start + n}", kind="ui") for n in range(number)
    )
    copper = office.entities["copper"]
    EntityContact.objects.bulk_create(
        EntityContact(entity=one, name=f"Pilote {start}-{n}", phone="+33199009901")
        for n, one in enumerate([*made, *[copper] * number])
    )
    PriorityLine.objects.bulk_create(PriorityLine(entity=one, number="+33199009980") for one in made)
    case = story(office, FEW)
    InterEntityCall.objects.bulk_create(
        InterEntityCall(
            case=case,
            by=office.people["advisor"],
            entity=copper,
            line_used="priority",
            started_at=NOW - HOUR,
            wait_s=n,
            outcome="answered",
        )
        for n in range(number)
    )


def units(office: Office, number: int) -> None:
    start = Unit.objects.count()
    programme = Programme.objects.get()
    UnitParticipation.objects.bulk_create(
        UnitParticipation(programme=programme, unit=unit, participates=True)
        for unit in Unit.objects.bulk_create(
            Unit(code=f"uat-{start + n}", name=f"UAT {start + n}") for n in range(number)
        )
    )


def working_cases(office: Office, number: int, owned: bool = True) -> None:
    """Cases in every working state, late callbacks first, each with an escalation to BO-Cuivre."""
    clients = add_clients(office, number)
    owner = office.people["advisor"]
    states = [CaseState.CALLBACK_DUE, CaseState.ESCALATED, CaseState.OPENED] if owned else [CaseState.OPENED]
    cases = Case.objects.bulk_create(
        Case(
            ref=f"ATD-2026-8{client.pk:05}",
            client=client,
            identity_key=f"client:{client.pk}",
            reason_family="slow",
            origin="manual",
            unit=office.units["lyon"],
            owner_id=owner.pk if owned else None,
            state=states[n % len(states)],
            opened_at=NOW - 2 * HOUR,
            last_event_at=NOW - HOUR,
            next_due_at=NOW - HOUR + n * MINUTE / 10,
        )
        for n, client in enumerate(clients)
    )
    if not owned:
        return
    promised = [case for case in cases if case.state != CaseState.OPENED]
    promises = Promise.objects.bulk_create(
        Promise(
            case=case,
            window_start=NOW - 2 * HOUR,
            window_end=NOW - HOUR,
            made_by=owner,
            made_at=NOW - 3 * HOUR,
            owner_at_promise=owner,
        )
        for case in promised
    )
    for case, promise in zip(promised, promises, strict=True):
        case.current_promise = promise
    Case.objects.bulk_update(promised, ["current_promise"], batch_size=200)
    Escalation.objects.bulk_create(
        Escalation(
            case=case,
            target_entity=office.entities["copper"],
            reason="other",
            summary="Paires inversées au répartiteur.",
            colour="orange",
            sent_by=owner,
            sent_at=NOW,
            ack_due=NOW + HOUR,
            answer_due=NOW + HOUR,
        )
        for case in promised
    )


def above_the_cap(office: Office, number: int) -> None:
    working_cases(office, number)
    Assignment.objects.bulk_create(
        Assignment(
            case=case, to_user=office.people["advisor"], mode="manual", by=office.people["manager"],
            reason_code="skill", over_cap=True, at=NOW,
        )
        for case in Case.objects.order_by("-pk")[:number]
    )  # fmt: skip


def kept_by_who_leaves(office: Office, number: int) -> str:
    working_cases(office, number)
    return reverse("routing:leaving", args=[office.people["advisor"].pk])


def kept_by_who_is_away(office: Office, number: int) -> str:
    """The preview of a long absence: each case is looked at."""
    working_cases(office, number)
    who = office.people["advisor"].pk
    return reverse("routing:absences") + f"?person={who}&day={NOW:%Y-%m-%d}&until=2026-12-20"


def planned(office: Office, number: int) -> None:
    """Presences of one day."""
    start = Presence.objects.count()
    Presence.objects.bulk_create(
        Presence(
            user=office.people["advisor"],
            kind="briefing",
            starts_at=NOW + (start + n) * MINUTE / 10,
            ends_at=NOW + (start + n) * MINUTE / 10 + MINUTE / 20,
        )
        for n in range(number)
    )


def story(office: Office, number: int) -> Case:
    """A case with `number` contacts and as many journal rows by several people, escalated twice."""
    client = Client.objects.filter(display_name="Histoire").first() or office.client("Histoire")
    case = Case.objects.filter(client=client).first()
    if case is None:
        case = office.case("escalated", client=client)
        office.escalate(case, "advisor", entity="field")
    start = Contact.objects.count()
    Contact.objects.bulk_create(
        Contact(
            source_system="essai",
            source_id=f"budget-{start + n}",
            client=client,
            unit=client.unit,
            case=case,
            channel="voice",
            direction="in",
            arrived_at=NOW - HOUR - n * MINUTE,
            outcome="handled",
            handled_by=office.people["colleague"],
            handling_entity=office.entities["p1"],
            received_at=NOW,
            n_in_window=1,
        )
        for n in range(number)
    )
    actors = [office.actor(name) for name in ("advisor", "colleague", "manager")]
    record_many(
        [
            Entry("case", case.pk, "add_note", actors[n % 3], NOW, personal={"text": f"Note {n}"})
            for n in range(number)
        ]
    )
    return case


def access_questions(office: Office, number: int) -> None:
    client, people = office.client(), office.people
    AccessQuestion.objects.bulk_create(
        AccessQuestion(
            asked_by=people["dpo"],
            asked_at=NOW,
            client_id=client.pk if n % 2 else None,
            person=None if n % 2 else people["advisor"],
            starts_on=NOW.date(),
            ends_on=NOW.date(),
            reason="Demande du client.",
        )
        for n in range(number)
    )


def consulted(office: Office, number: int) -> str:
    """`number` consultations of one client's case, by several people; the question about that client."""
    case = story(office, FEW)
    names = ("advisor", "colleague", "manager")
    AccessLog.objects.bulk_create(
        AccessLog(
            at=NOW,
            user=office.people[names[n % 3]],
            role="advisor",
            action="view",
            object_type="case",
            object_id=str(case.pk),
            client_id=case.client_id,
            purpose="unit",
        )
        for n in range(number)
    )
    question = AccessQuestion.objects.create(
        asked_by=office.people["dpo"],
        asked_at=NOW + HOUR,
        client_id=case.client_id,
        starts_on=NOW.date(),
        ends_on=NOW.date(),
        reason="Demande du client.",
    )
    return reverse("cases:access_answer", args=[question.pk])


def namesakes(office: Office, number: int, query: str) -> str:
    """`number` clients of one name, each with a number and a case; and the search that finds them."""
    clients = add_clients(office, number, "Dupont")
    ClientPhone.objects.bulk_create(
        ClientPhone(client=client, e164=f"+331990{client.pk:05}") for client in clients
    )
    Case.objects.bulk_create(
        Case(
            ref=f"ATD-2026-7{client.pk:05}",
            client=client,
            identity_key=f"client:{client.pk}",
            reason_family="slow",
            origin="manual",
            unit=office.units["lyon"],
            owner_id=office.people["advisor"].pk,
            opened_at=NOW,
            last_event_at=NOW,
        )
        for client in clients
    )
    return query


def messages(office: Office, number: int) -> None:
    start = Notification.objects.count()
    Notification.objects.bulk_create(
        Notification(
            recipient=office.people["advisor"],
            kind="essai",
            title=f"Message {n}",
            created_at=NOW,
            dedupe_key=f"budget:{start + n}",
        )
        for n in range(number)
    )


def fault_tickets(office: Office, number: int) -> None:
    start = Line.objects.count()
    lines = Line.objects.bulk_create(
        Line(
            line_ref=f"L{start + n:05}",
            client=client,
            technology="fibre",
            unit=office.units["lyon"],
        )
        for n, client in enumerate(add_clients(office, number))
    )
    FaultTicket.objects.bulk_create(
        FaultTicket(
            system="oceane", ref=f"OC{line.pk:06}", line=line, opened_at=NOW - HOUR, updated_at=NOW,
            responsible_entity=office.entities["copper"],
        )
        for line in lines
    )  # fmt: skip


def fault_history(office: Office, number: int) -> str:
    case = Case.objects.first() or office.case("opened")
    ticket, _new = FaultTicket.objects.get_or_create(
        system="oceane", ref="OC1", defaults={"case": case, "opened_at": NOW - HOUR, "updated_at": NOW}
    )
    start = ticket.changes_history.count()
    entity = office.entities["copper"].pk
    FaultTicketChange.objects.bulk_create(
        FaultTicketChange(
            ticket=ticket, at=NOW - (start + n) * MINUTE, colour="red", changes={"entity": [None, entity]}
        )
        for n in range(number)
    )
    return reverse("cases:fault", args=[ticket.pk])


def past_incidents(office: Office, number: int) -> None:
    start = MassIncident.objects.count()
    MassIncident.objects.bulk_create(
        MassIncident(
            ref=f"INC-{start + n}", label="Panne", unit=office.units["lyon"], starts_at=NOW - 3 * HOUR,
            ends_at=NOW - HOUR, declared_by=office.people["support"],
        )
        for n in range(number)
    )  # fmt: skip


def collected(office: Office, number: int) -> str:
    """An incident that is on, its parent case, and `number` contacts of as many clients."""
    incident = MassIncident.objects.first() or MassIncident.objects.create(
        ref="INC-1", label="Panne", unit=office.units["lyon"], starts_at=NOW - 3 * HOUR,
        parent_case=office.case("opened"),
    )  # fmt: skip
    Contact.objects.bulk_create(
        Contact(
            source_system="essai", source_id=f"incident-{client.pk}", client=client, unit=client.unit,
            case_id=incident.parent_case_id, mass_incident=incident, channel="voice", direction="in",
            arrived_at=NOW - HOUR, outcome="handled", received_at=NOW, n_in_window=1,
        )
        for client in add_clients(office, number)
    )  # fmt: skip
    return reverse("cases:incident", args=[incident.pk])


def questions(office: Office, number: int) -> None:
    ready(office.people["colleague"]) if not Skill.objects.exists() else None
    working_cases(office, number)
    MutualHelpRequest.objects.bulk_create(
        MutualHelpRequest(
            case=case, unit=case.unit, asked_by=office.people["advisor"], asked_at=NOW - MINUTE,
            question="Qui sait ?", expires_at=NOW + HOUR,
        )
        for case in Case.objects.order_by("-pk")[:number]
    )  # fmt: skip


def held_briefings(office: Office, number: int) -> None:
    made = Briefing.objects.bulk_create(
        Briefing(
            unit=office.units["lyon"], subject=f"Sujet {n}", starts_at=NOW - 3 * HOUR, ends_at=NOW - 2 * HOUR,
            led_by=office.people["manager"], state=state, held_until=until,
        )
        for n in range(number)
        for state, until in (("held", NOW - 2 * HOUR), ("planned", None))
    )  # fmt: skip
    BriefingInvite.objects.bulk_create(
        BriefingInvite(briefing=one, user=office.people["advisor"]) for one in made
    )


def briefed(office: Office, number: int) -> int:
    briefing = Briefing.objects.first() or Briefing.objects.create(
        unit=office.units["lyon"], subject="Sujet", starts_at=NOW - HOUR, ends_at=NOW,
        led_by=office.people["manager"],
    )  # fmt: skip
    start = User.objects.count()
    people = User.objects.bulk_create(
        User(username=f"invite-{start + n}", unit=briefing.unit) for n in range(number)
    )
    BriefingInvite.objects.bulk_create(BriefingInvite(briefing=briefing, user=one) for one in people)
    return briefing.pk


def recorded(office: Office, number: int) -> str:
    """A client with `number` contacts in the window, and the one just noted."""
    user = office.people["advisor"]
    client = office.client()
    for n in range(min(number, 60)):
        office.contact(client, NOW - (n + 2) * HOUR, who="colleague")
    contact = IncomingContact(
        source_id=f"budget-note-{number}",
        arrived_at=NOW,
        client_id=client.pk,
        unit_id=client.unit_id,
        reason_code="debit-lent",
        handled_by_id=user.pk,
    )
    done = recording.save(contact, user=user, actor=office.actor("advisor"), now=NOW)
    return reverse("cases:recorded", args=[done.contact_id])


def runs(office: Office, number: int) -> None:
    ImportRun.objects.bulk_create(
        ImportRun(
            file_name=f"appels-{n}.csv",
            profile_name="essai",
            mode="shadow",
            started_by=office.people["admin"],
            started_at=NOW,
            updated_at=NOW,
        )
        for n in range(number)
    )


def a_job(office: Office, number: int, status: str = "finished") -> Job:
    """The manager's, over `number` cases of the unit."""
    if status == "preview":
        working_cases(office, number)
    known = list(Case.objects.order_by("pk").values_list("pk", "ref", "version")[:number])
    objects = [queue.Object(*row) for row in known] or [queue.Object(n, f"R-{n}") for n in range(number)]
    job = queue.prepare("set_colour", "Essai", objects, user=office.people["manager"], now=NOW, chosen="")
    Job.objects.filter(pk=job.pk).update(status=status)
    return job


def participations(office: Office, number: int) -> None:
    programme = Programme.objects.get()
    Participation.objects.bulk_create(
        Participation(
            employee=office.people["advisor"],
            programme=programme,
            role="advisor",
            mode="volunteer",
            starts_on=NOW.date() + timedelta(days=2 * n),
            ends_on=NOW.date() + timedelta(days=2 * n + 1),
        )
        for n in range(min(number, 30))
    )


def asked_for(office: Office, number: int, client: Client | None = None) -> str:
    """Clients' requests on their data, or one client's, with as many readings of her file."""
    about = [client] if client else add_clients(office, min(number, 100))
    admin = office.people["admin"]
    made = SubjectRequest.objects.bulk_create(
        SubjectRequest(client=one, channel="letter", reason="Elle demande tout.", by=admin, at=NOW)
        for one in about
    )
    if client is None:
        return ""
    AccessLog.objects.bulk_create(
        AccessLog(at=NOW, user=office.people["advisor"], role="advisor", action="view", client_id=client.pk)
        for _ in range(number)
    )
    return reverse("cases:subject", args=[made[0].pk])
