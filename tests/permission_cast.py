"""What a row of `atdemain/pages/permissions/table.txt` is asked on: the object of its situation, the data of its action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import get_resolver, reverse
from django.utils import timezone

from atdemain.jobs import queue
from atdemain.jobs.models import Job
from atdemain.notifications.inbox import notify
from atdemain.organisation.consent import TEXT_VERSION
from atdemain.organisation.models import Participation, PriorityLine, Programme
from atdemain.organisation.roles import set_dpo
from atdemain.pages.permissions.table import ROLES, ROWS, Row
from cases import access_log, clients, recording
from cases.enums import ReviewCriterion
from cases.faults import FaultUpdate, upsert
from cases.intake import IncomingContact
from cases.models import (
    Case,
    ClientAccessGrant,
    ImportRun,
    IncomingCall,
    Line,
    MassIncident,
    SavedView,
    SubjectRequest,
)
from routing.models import (
    Absence,
    Briefing,
    BriefingInvite,
    InterEntityCall,
    MutualHelpRequest,
    Presence,
    RoutingPolicy,
)
from tests.api import permission_outside
from tests.api.permission_outside import OPEN_API, OUTSIDE, UNKNOWN, WHY, Outside
from tests.office import HOUR, NOW, THURSDAY, TOLD, Office
from tests.recognition import improving, permission_campaigns, permission_mentoring, permission_participation
from tests.recognition.permission_scheme import SCHEME, scheme_address
from tests.routes import routes

PAST = NOW - 2 * HOUR
SLOT = {"slot": THURSDAY.isoformat(), "minutes": "60"}
REVIEW = {**dict.fromkeys(ReviewCriterion.values, "yes"), "comment": WHY}
BEHALF = {"on_behalf": "Conseiller absent cet après-midi."}

#: action → (state the case must be in, what its form sends)
ACTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "promise_callback": ("opened", SLOT | BEHALF),
    "rebook": ("callback_due", SLOT | BEHALF | {"initiator": "client", "reason": WHY}),
    "tell_unresolved": ("callback_due", BEHALF | {"told": TOLD, "direction": "out"}),
    "log_attempt": ("callback_due", BEHALF | {"outcome": "no_answer"}),
    "correct_attempt": ("attempted", {"outcome": "reached", "reason": WHY}),
    "resolve": (
        "callback_due",
        BEHALF
        | {
            "resolution_code": "repaired_network",
            "root_cause": "network",
            "client_confirmation": "confirmed",
            "reached_now": "on",
            "told": TOLD,
        },
    ),
    "escalate": (
        "opened",
        SLOT | {"summary": TOLD, "reason": "network_diagnosis", "colour": "orange", "mode": "case"},
    ),
    "withdraw_escalation": ("escalated", {"reason": WHY}),
    "answer_escalation": ("escalated", {"answer_code": "fixed", "answer_text": TOLD}),
    "acknowledge_escalation": ("escalated", {}),
    "claim_escalation": ("escalated", {}),
    "hand_back_escalation": ("taken", {}),
    "request_info": ("escalated", {"text": WHY}),
    "give_status": ("escalated", {"text": WHY}),
    "give_info": ("asked", {"text": WHY}),
    "request_status": ("escalated", {}),
    "warm_transfer": ("opened", SLOT | {"summary": TOLD, "reason": "expertise", "colour": "red"}),
    "add_note": ("opened", {"text": "Le client préfère le matin."}),
    "record_satisfaction": ("resolved", {"score": "4", "cause": "delay"}),
    "claim": ("opened", {}),
    "assign": ("opened", {"reason_code": "load"}),
    "delegate": ("opened", {}),
    "return_delegation": ("opened", {}),
    "set_colour": ("opened", {"colour": "red", "reason": WHY}),
    "reopen": ("resolved", {"reason": WHY}),
    "merge": ("opened", {"reason": WHY}),
    "cancel": ("opened", {"cancel_reason": "test"}),
    "request_cancel": ("opened", {"cancel_reason": "test", "text": WHY}),
    "refuse_cancel": ("cancel_asked", {"reason": WHY}),
    "restore": ("cancelled", {"reason": WHY}),
    "flag_unrelated": ("reopened", {"reason": WHY}),
    "decide_unrelated": ("flagged", {"agreed": "1"}),
    "quality_review": ("opened", REVIEW),
    "reply_review": ("reviewed", {"reply": WHY}),
}


@cache
def concerned(pattern: str) -> list[str]:
    """The routes a row is about: those that fit its name and have no row of a closer name."""
    return [route for route in routes(get_resolver()) if closest(route) == pattern]


@cache
def closest(route: str) -> str:
    names = {row.route for row in ROWS}
    fits = [name for name in names if name == route or fnmatchcase(route, name)]
    return max(fits, key=lambda name: (name == route, len(name)), default="")


class Scene(Outside):
    """One row, set on the stage: `ask` answers what each of its addresses says to a role."""

    def __init__(self, office: Office, row: Row, browsers: Mapping[str, Browser]) -> None:
        self.office, self.row = office, row
        self.action, _, self.situation = row.situation.rpartition(":")
        self.data: dict[str, Any] = dict(FORMS.get(row.route, {}))
        self.objects: dict[str, Any] = {}
        self.browsers = browsers
        if row.route.startswith("admin"):
            office.case()  # the journal has a row
        self._set()
        if row.route.startswith(("partners:", "api:")):
            self._welcome()

    def ask(self, role: str, method: str, addresses: Iterable[str]) -> Iterator[HttpResponse]:
        if self.row.route.startswith("api:") and self.row.route not in OPEN_API:
            yield from self._ask_api(addresses, role, method)
            return
        for address in addresses:
            data = self.data if method == "POST" else {}
            response = getattr(self.browsers[role], method.lower())(address, data)
            if response.status_code == 302 and response["Location"].startswith("/admin/login/"):
                response = self.browsers[role].get(response["Location"])
            yield response

    # -- addresses ---------------------------------------------------------------------------------------

    @property
    def personal(self) -> bool:
        """The addresses are another's for each role; otherwise those of "" serve them all."""
        return self.situation in ("mine", "own") or self.row.route.startswith("recognition:survey")

    def addresses(self, role: str) -> list[str]:
        return [address for route in concerned(self.row.route) for address in self._address(route, role)]

    def _address(self, route: str, role: str) -> Iterator[str]:
        if route.startswith(improving.ROUTES):
            yield from improving.addresses(self, route, role)
        elif route in permission_campaigns.ROUTES:
            yield from permission_campaigns.addresses(self, route, role)
        elif route in ARGUMENTS:
            yield reverse(route, args=ARGUMENTS[route])
        elif route.startswith(OUTSIDE):
            yield self._outside(route)
        elif route.startswith("cases:ringing_"):
            yield reverse(route, args=[self._ringing(role)])
        elif route.startswith("admin"):
            yield self._admin(route)
        elif route in SCHEME:
            yield scheme_address(self.office, route, self.situation, self.data)
        elif route in ("cases:access_answer", "cases:access_file"):
            yield reverse(route, args=[self.objects.get("question", UNKNOWN)])
        elif route in (
            "cases:case",
            "cases:audit",
            "cases:act",
            "routing:why",
            "routing:help_case",
            "routing:take_back",
        ):
            ref = self.objects.get("ref", "ATD-2026-999999")
            yield reverse(route, args=[ref, self.action] if route == "cases:act" else [ref])
        elif route in ("cases:client", "cases:open"):
            yield reverse(route, args=[self.objects.get("client_ref", "CLI-INCONNU")])
        elif route.startswith("cases:import") and route != "cases:imports":
            pk = self.objects.get("run", UNKNOWN)
            yield reverse(route, args=[pk, "discard"] if route == "cases:import_act" else [pk])
        elif route == "cases:client_split":
            yield reverse(route, args=[self.objects.get("client_ref", "CLI-INCONNU")])
        elif route in ("routing:leaving", "recognition:eligibility_of"):
            whose = {"unit": "colleague", "elsewhere": "stranger"}.get(self.situation, "")
            yield reverse(route, args=[self.office.people[whose].pk if whose else UNKNOWN])
        elif route in ("cases:incident", "cases:incident_change", "cases:incident_end"):
            yield reverse(route, args=[self.objects.get("incident", UNKNOWN)])
        elif "help_or_briefing" in self.objects:
            yield reverse(route, args=[self.objects["help_or_briefing"]])
        elif route == "cases:fault":
            yield reverse(route, args=[self.objects.get("fault", UNKNOWN)])
        elif route in DIRECTORY:
            yield reverse(route, args=self._entry(route))
        elif route in ("accounts:account", "accounts:act"):
            whose = self.office.people["hr"].pk if self.situation == "first" else UNKNOWN
            yield reverse(route, args=[whose, self.action] if self.action else [whose])
        elif route in permission_participation.ARGUED:
            yield reverse(route, args=permission_participation.arguments(self, route, role))
        elif route == "participation_unit":
            yield reverse(route, args=[Programme.objects.get().code, self.situation])
        elif route in ("routing:entities", "routing:call_start", "routing:call"):
            yield reverse(route, args=self._call(route))
        elif route in ("cases:list", "cases:saved_view_new"):
            yield reverse(route, args=[self.situation])
        elif route in ("cases:saved_view", "cases:saved_view_delete"):
            yield reverse(route, args=[self._view(role)])
        elif route == "routing:policy":
            # Comes with the migrations; a transactional test before this one empties the tables.
            RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": PAST})
            yield reverse(route, args=[1 if self.situation == "first" else UNKNOWN])
        elif route in ("routing:planning_edit", "routing:absence_end"):
            yield reverse(route, args=[self._away(route)])
        elif route in permission_mentoring.ROUTES:
            yield reverse(route, args=permission_mentoring.arguments(self, route, role))
        elif route == "account_participation":
            self.data["participation"] = self._participation(role)
            yield reverse(route)
        elif route == "cases:inbox_read":
            yield reverse(route, args=[self._item(role)])
        elif route == "cases:recorded":
            yield reverse(route, args=[self._contact(role)])
        elif route in ("cases:subject", "cases:subject_data", "cases:subject_erase"):
            yield reverse(route, args=[self.objects.get("asked", UNKNOWN)])
        elif route in ("cases:import", "cases:import_act", "cases:import_rejects"):
            action = [self.action] if route == "cases:import_act" else []
            yield reverse(route, args=[self._import(), *action])
        elif route == "cases:export":
            yield reverse(route, args=[self.situation, "xlsx"])
        elif route in ("jobs:job", "jobs:file", "jobs:undo", "jobs:act", "cases:bulk"):
            yield reverse(route, args=[self._job(route, role), *(["stop"] if route == "jobs:act" else [])])
        else:
            yield reverse(route)

    def _job(self, route: str, role: str) -> int:
        """A job of this account, or of the other unit's manager: to confirm, over, or with a file that is gone."""
        if self.situation == "unknown":
            return UNKNOWN
        user = self.office.people[role if self.situation == "mine" and role else "far_manager"]
        case = self.objects["case"]
        job = queue.prepare(
            "set_colour", "Essai", [queue.Object(case.pk, case.ref)], user=user, now=NOW, chosen=""
        )
        if route != "cases:bulk":
            Job.objects.filter(pk=job.pk).update(status="finished", done=1)
        if route == "jobs:file":
            Job.objects.filter(pk=job.pk).update(kind="export", expires_at=NOW + HOUR)
        return job.pk

    def _view(self, role: str) -> int:
        """A saved view of this role's account, or of a colleague's."""
        whose = {"own": role, "somebody's": "colleague"}.get(self.situation)
        if not whose:
            return UNKNOWN
        user = self.office.people[whose]
        return SavedView.objects.get_or_create(user=user, listing="cases", name="Mes rouges")[0].pk

    def _entry(self, route: str) -> list[Any]:
        """The entity and, where the address names one, its contact or its priority line."""
        entity = self.office.entities.get(self.situation)
        if not route.startswith(("routing:contact", "routing:line")) or route.endswith("_new"):
            return [entity.code if entity else "inconnue"]
        rows = self.office.entities["copper" if entity is None else self.situation]
        made = PriorityLine.objects.get_or_create(entity=rows, number="+33199009980")[0]
        row = made if route == "routing:line" else rows.contacts.get()
        self.data["version"] = row.version
        return [rows.code, row.pk if entity else UNKNOWN]

    def _call(self, route: str) -> list[Any]:
        ref = self.objects.get("ref", "ATD-2026-999999")
        self.data |= {"contact": self.office.entities["copper"].contacts.get().pk, "outcome": "answered"}
        if route != "routing:call":
            return [ref]
        if self.situation == "unknown":
            return [ref, UNKNOWN]
        call = InterEntityCall.objects.get_or_create(
            case=Case.objects.get(ref=ref),
            by=self.office.people["stranger" if self.situation == "elsewhere" else "advisor"],
            outcome="",
            defaults={
                "entity": self.office.entities["copper"],
                "line_used": "standard",
                "started_at": NOW - timedelta(minutes=2),
            },
        )[0]
        return [ref, call.pk]

    def _admin(self, route: str) -> str:
        if not route.startswith("admin:"):
            return "/" + route.replace("<path:object_id>", str(self._first(route))).replace(
                "(?P<url>.*)$", "nulle-part"
            )
        name = route.removeprefix("admin:")
        if name == "app_list":
            return reverse(route, args=["organisation"])
        if name == "view_on_site":
            return reverse(route, args=[UNKNOWN, UNKNOWN])
        if (
            name.endswith(("_change", "_delete", "_history", "password_change", "unit_preview"))
            and "_" in name
        ):
            return reverse(route, args=[self._first(name)]) if name != "password_change" else reverse(route)
        return reverse(route)

    def _first(self, name: str) -> int:
        """The first object of the model that a route of the administration names."""
        if self.situation != "first":
            return UNKNOWN
        for model in apps.get_models():
            label = f"{model._meta.app_label}_{model._meta.model_name}"
            if name.startswith(f"{label}_") or f"/{label.replace('_', '/', 1)}/" in f"/{name}":
                found = model._default_manager.order_by("pk").first()
                return found.pk if found else UNKNOWN
        return self.office.people["advisor"].pk  # the password of an account

    def _away(self, route: str) -> int:
        """A presence, or a declared absence, of a colleague or of somebody of another unit."""
        whose = {"unit": "colleague", "elsewhere": "stranger"}.get(self.situation, "")
        if not whose:
            return UNKNOWN
        user = self.office.people[whose]
        times = {"user": user, "starts_at": NOW, "ends_at": NOW + HOUR}
        if route == "routing:planning_edit":
            return Presence.objects.get_or_create(**times, kind="shift")[0].pk
        declared = {"declared_by": user, "declared_at": NOW}
        return Absence.objects.get_or_create(**times, returned_at=None, defaults=declared)[0].pk

    # -- objects -----------------------------------------------------------------------------------------

    def _set(self) -> None:
        if self.row.route in permission_campaigns.ROUTES:
            permission_campaigns.set_up(self)
            return
        name = self.row.route.removeprefix("cases:")
        if name.startswith("subject"):
            self._request()
        if name in ("access", "access_answer", "access_file"):
            self._question()
            return
        if self.situation == "unknown":
            return
        if name.startswith("webhooks:"):
            self._subscribed()
        elif name in ("case", "audit", "act", *OF_A_CASE):
            self._case()
        elif name.startswith("jobs:") or name == "bulk":
            self.objects["case"] = self.office.case()
        elif name in ("client", "open"):
            self._client()
        elif name in ("incident", "incident_change", "incident_end"):
            self._incident()
        elif name.startswith("routing:help_"):
            self._help()
        elif name.startswith("routing:briefing_") or name == "routing:briefing":
            self._briefing()
        elif name == "fault":
            self._fault()
        elif name in ("client_merges", "client_split"):
            self._records(merged=name == "client_split")
        elif name in ("import", "import_act", "import_rejects"):
            self.objects["run"] = ImportRun.objects.create(
                file_name="appels.csv", profile_name="essai", mode="shadow", started_at=NOW, updated_at=NOW
            ).pk

    def _case(self) -> None:
        state, data = ACTIONS.get(self.action, ("opened", self.data))
        self.data = dict(data)
        case = self._in_state(state)
        self.objects["ref"] = case.ref
        self._particulars(case)
        self.data["version"] = Case.objects.get(pk=case.pk).version

    def _in_state(self, state: str) -> Case:
        office, where = self.office, self.situation
        owner = {"unit": "colleague", "elsewhere": "stranger", "waiting": None}.get(where, "advisor")
        unit = "brest" if where == "elsewhere" else "lyon"
        if where in ("copper", "field") or state in ("escalated", "taken", "asked"):
            entity = "copper" if where == "copper" else "field"
            case = office.case("escalated", owner=owner, unit=unit, entity=entity)
            specialist, asked = "backoffice" if entity == "copper" else "field", case.escalations.get()
            if state == "taken":
                return office.do(case, "acknowledge_escalation", specialist, escalation=asked.pk)
            if state == "asked":
                return office.do(case, "request_info", specialist, escalation=asked.pk, text=WHY)
            return case
        start = NOW if state == "callback_due" else THURSDAY
        plain = {"callback_due": "callback_due", "resolved": "resolved", "reopened": "resolved"}
        case = office.case(
            {**plain, "flagged": "resolved", "attempted": "callback_due"}.get(state, "opened"),
            owner=owner,
            unit=unit,
            start=start,
        )
        who = owner or "manager"
        boss = "far_manager" if unit == "brest" else "manager"
        if state == "attempted":
            office.do(case, "log_attempt", who, outcome="no_answer", at=PAST)
            self.data["attempt_id"] = case.attempts.get().pk
        elif state == "cancel_asked":
            office.do(case, "request_cancel", who, cancel_reason="test", text=WHY)
        elif state == "cancelled":
            office.do(case, "cancel", boss, cancel_reason="test")
        elif state in ("reopened", "flagged"):
            office.contact(case.client, NOW - 2 * HOUR)
            if state == "flagged":
                office.do(case, "flag_unrelated", who, reason=WHY)
        elif state == "reviewed":
            office.do(case, "quality_review", boss, **REVIEW)
        if where == "delegated":
            office.do(case, "delegate", who, delegate=office.people["support"])
        return Case.objects.get(pk=case.pk)

    def _particulars(self, case: Case) -> None:
        people, unit = self.office.people, "brest" if self.situation == "elsewhere" else "lyon"
        escalation = case.escalations.first()
        if escalation is not None:
            self.data["escalation"] = escalation.pk
            self.data["named_contact"] = escalation.target_entity.contacts.get().pk
        elif self.action in ("escalate", "warm_transfer"):
            self.data["target_entity"] = self.office.entities["copper"].pk
        elif self.action == "assign":
            other = "colleague" if self.situation != "unit" else "advisor"
            self.data["advisor"] = people[other].pk
        elif self.action == "delegate":
            self.data["delegate"] = people["support"].pk
        elif self.action == "merge":
            owner = "stranger" if unit == "brest" else "advisor"
            other = self.office.case("opened", owner=owner, unit=unit)
            QuerySet.update(Case.objects.filter(pk=other.pk), client=case.client_id)
            self.data["target"] = other.pk

    def _client(self) -> None:
        office, where = self.office, self.situation
        if where in ("copper", "field"):
            client = office.case("escalated", entity=where).client
        else:
            client = office.client(unit="brest" if where in ("elsewhere", "recorded") else "lyon")
        if where == "recorded":
            until = NOW + timedelta(hours=1)
            for role in filter(None, ROLES):
                ClientAccessGrant.objects.create(client=client, user=office.people[role], until=until)
        self.objects["client_ref"] = client.client_ref
        self.data = {"reason_family": "slow", "text": "Le client appelle d’un autre poste."}

    def _question(self) -> None:
        """Asked by the data-protection officer; for `dpo`, every account is one, and logged in as such."""
        office, client = self.office, self.office.client()
        if self.situation != "unknown":
            days = {"starts_on": NOW.date(), "ends_on": NOW.date()}
            question = access_log.ask(actor=office.actor("dpo"), now=NOW, reason=WHY, client=client, **days)
            self.objects["question"] = question.pk
        self.data = {"ask": "client", "client-words": client.client_ref, "client-reason": WHY}
        self.data |= {f"client-{name}": NOW.date().isoformat() for name in ("starts_on", "ends_on")}
        self._everybody_protects_data()

    def _everybody_protects_data(self) -> None:
        """For `dpo`: each account has the right beside its role, and is logged in again with it."""
        if "dpo" in (self.situation, self.action):
            for role in filter(None, ROLES):
                set_dpo(self.office.people[role], True)
                self.browsers[role].force_login(self.office.people[role])

    def _fault(self) -> None:
        """A ticket on a line of the unit; another unit's elsewhere, an entity's for `copper` and `field`."""
        unit = "lyon" if self.situation == "unit" else "brest"
        client = self.office.client(unit=unit)
        Line.objects.create(line_ref="L1", client=client, technology="fibre", unit=self.office.units[unit])
        entity = self.situation if self.situation in self.office.entities else ""
        update = FaultUpdate("OC1", opened_at=PAST, line_ref="L1", entity_code=entity)
        self.objects["fault"] = upsert(update, actor=self.office.actor("admin"), now=NOW).ticket_id

    def _help(self) -> None:
        """A colleague's question, waiting."""
        if self.situation == "-":
            return
        unit = "lyon" if self.situation == "unit" else "brest"
        who = self.office.people["colleague" if unit == "lyon" else "stranger"]
        case = self.office.case("opened", owner=who.username, unit=unit)
        self.objects["help_or_briefing"] = MutualHelpRequest.objects.create(
            case=case, unit=case.unit, asked_by=who, asked_at=NOW, question=WHY, expires_at=NOW + HOUR
        ).pk
        name = f"help-{self.objects['help_or_briefing']}"
        self.data = {f"{name}-outcome": "solved", f"{name}-minutes": 1}

    def _briefing(self) -> None:
        """Begun an hour ago, led by the manager; the advisor is invited."""
        if self.situation == "-":
            return
        lyon = self.situation == "unit"
        people = self.office.people
        briefing = Briefing.objects.create(
            unit=self.office.units["lyon" if lyon else "brest"],
            subject="Scripts",
            starts_at=NOW - HOUR,
            ends_at=NOW,
            led_by=people["manager" if lyon else "far_manager"],
        )
        guest = people["advisor" if lyon else "stranger"]
        BriefingInvite.objects.create(briefing=briefing, user=guest)
        self.objects["help_or_briefing"] = briefing.pk
        ended = timezone.localtime(NOW).strftime("%Y-%m-%dT%H:%M")
        self.data = {"version": 1, "ended_at": ended, "present": [guest.pk]}

    def _incident(self) -> None:
        unit = self.office.units["lyon" if self.situation == "unit" else "brest"]
        incident = MassIncident.objects.create(ref="INC-1", label="Panne", unit=unit, starts_at=PAST)
        self.objects["incident"] = incident.pk
        at = PAST.strftime("%Y-%m-%dT%H:%M")
        self.data = {"version": 1, "ends_at": NOW.strftime("%Y-%m-%dT%H:%M")}
        self.data |= {"change-version": 1, "change-label": "Grande panne", "change-starts_at": at}

    def _records(self, *, merged: bool) -> None:
        kept, gone = self.office.client(), self.office.client()
        self.data = {"kept": kept.client_ref, "gone": gone.client_ref, "reason": WHY}
        self.objects["client_ref"] = gone.client_ref
        if merged:
            clients.merge(kept.pk, gone.pk, actor=self.office.actor("admin"), now=NOW, reason=WHY)

    def _request(self) -> None:
        """A client's request on her data, received by the data-protection officer."""
        client = self.office.client()
        self.data = {"client": client.client_ref, "channel": "letter", "reason": WHY, "sure": "on"}
        if self.situation == "asked" and self.row.route != "cases:subject_requests":
            self.objects["asked"] = SubjectRequest.objects.create(
                client=client, channel="letter", reason=WHY, by=self.office.people["dpo"], at=NOW
            ).pk
        self._everybody_protects_data()

    def _participation(self, role: str) -> int:
        whose = "stranger" if self.situation != "mine" else role or "stranger"
        self.data |= {"answer": "accepted", "text_version": TEXT_VERSION}
        return Participation.objects.create(
            programme=Programme.objects.get(),
            employee=self.office.people[whose],
            role="advisor",
            mode="volunteer",
            starts_on=NOW.date(),
        ).pk

    def _item(self, role: str) -> int:
        if self.situation == "unknown":
            return UNKNOWN
        whose = "stranger" if self.situation != "mine" else role or "stranger"
        key = f"essai:{whose}"
        item = notify(self.office.people[whose].pk, "essai", "Un message", dedupe_key=key, at=NOW)
        return item.pk if item else 0

    def _ringing(self, role: str) -> int:
        if self.situation == "unknown":
            return UNKNOWN
        user = self.office.people["stranger" if self.situation != "mine" else role or "stranger"]
        call = IncomingCall.objects.create(
            call_id=f"essai-{user.pk}", user=user, rings_at=NOW, until=NOW + HOUR
        )
        return call.pk

    def _contact(self, role: str) -> int:
        if self.situation == "unknown":
            return UNKNOWN
        user = self.office.people["stranger" if self.situation != "mine" else role or "stranger"]
        client = self.office.client()
        contact = IncomingContact(
            source_id=f"appel-{role}",
            arrived_at=NOW,
            client_id=client.pk,
            unit_id=client.unit_id,
            reason_code="debit-lent",
            handled_by_id=user.pk,
        )
        return recording.save(contact, user=user, actor=self.office.actor(user.username), now=NOW).contact_id

    def _import(self) -> int:
        if self.situation == "unknown":
            return UNKNOWN
        run = ImportRun.objects.create(
            file_name="appels.csv",
            stored_path="absent.upload",
            mode="shadow",
            status=ImportRun.Status.PREVIEW,
            started_at=NOW,
            updated_at=NOW,
        )
        return run.pk


OF_A_CASE = (
    "routing:why",
    "routing:help_case",
    "routing:take_back",
    "routing:entities",
    "routing:call_start",
    "routing:call",
)
DIRECTORY = (
    "routing:entity",
    "routing:entity_hours",
    "routing:contact",
    "routing:contact_new",
    "routing:contact_verify",
    "routing:contact_unreachable",
    "routing:line",
    "routing:line_new",
)
LINE = {"number": "01 99 00 99 81", "target_answer_s": "60"}
PERSON = {"name": "Permanence", "phone": "01 99 00 99 01", "active": "on"}
FORMS: dict[str, dict[str, Any]] = {
    **permission_outside.FORMS,
    "jobs:undo": {"reason": WHY},
    "cases:bulk": {"colour": "red", "reason": WHY},
    "cases:bulk_new": {"action": "assign"},
    "routing:entity_hours": {"hours_0": "08:00-18:00", "version": "1"},
    "routing:contact": PERSON,
    "routing:contact_new": PERSON,
    "routing:line": LINE,
    "routing:line_new": LINE,
    "participation_unit": {
        "version": "0",
        "participates": "0",
        "reason": "L’unité forme d’abord ses équipes.",
        "since": NOW.date().isoformat(),
    },
    "account_settings": {"theme": "dark"},
    "cases:list_size": {"size": "25"},
    "cases:saved_view": {"name": "Mes oranges"},
    "cases:saved_view_new": {"name": "Mes verts"},
    "routing:help_case": {"question": WHY},
    "cases:incident_new": {
        "ref": "INC-2",
        "label": "Panne",
        "starts_at": PAST.strftime("%Y-%m-%dT%H:%M"),
        "parent": "none",
    },
    "routing:leaving": {"to": "engine", "reason_code": "absence"},
    "account_reset_password": {"email": "advisor@exemple.fr"},
    "cases:record": {
        "who": "01 99 00 41 27",
        "client": "new",
        "new_name": "Léa Moreau",
        "reason": "debit-lent",
        "channel": "voice",
        "outcome": "handled",
    },
}
ARGUMENTS = {
    "api:problem": ["validation"],
    "api:operation": ["get_me"],
    "see_as": ["manager"],
    "account_reset_password_from_key": ["1", "set-password"],
}
