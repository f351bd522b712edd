"""A real browser runs nothing that a client, a colleague or a partner wrote: no dialog, no message of its policy."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from atdemain.organisation.models import EntityContact
from cases.faults import FaultUpdate, upsert
from cases.intake import IncomingContact, receive
from cases.models import Case, Client
from tests.office import HOUR, NOW, THURSDAY, Office
from tests.security.payloads import PAYLOADS

from .desk import Sit

pytestmark = pytest.mark.browser
#: Each payload, whole, in a text that holds them all; a reference holds the shortest ones.
ALL = " ".join(PAYLOADS)
REFERENCE = '"><svg/onload=alert(1)>'


def hostile(text: str) -> str:
    """`xss(n)` as what a browser shows when it runs."""
    return text.replace("xss(", "alert(")


def fed(office: Office) -> Case:
    """Partner-fed references and texts, then what colleagues typed about them."""
    receive(
        IncomingContact(
            source_system="partenaire", source_id="<svg/onload=alert(2)>", client_ref=REFERENCE,
            client_name=hostile(ALL)[:110], line_ref="'><svg/onload=alert(3)>", line_technology="fibre",
            unit_code="lyon", arrived_at=NOW, summary=hostile(ALL)[:390], reason_code="pas-de-synchro",
            handler_ref="<svg/onload=alert(4)>",
        ),
        actor=office.actor("admin"),
        now=NOW,
    )  # fmt: skip
    client = Client.objects.get(client_ref=REFERENCE)
    case = office.case("opened", client=client)
    line = "'><svg/onload=alert(3)>"
    ticket = FaultUpdate("OC<B>ALERT(5)", opened_at=NOW, case_ref=case.ref, line_ref=line)
    upsert(ticket, actor=office.actor("admin"), now=NOW)
    office.do(case, "add_note", "advisor", text=hostile(ALL)[:3900])
    EntityContact.objects.filter(entity__code="copper").update(name=hostile(PAYLOADS[1])[:80])
    office.do(
        case, "escalate", "advisor", target_entity=office.entities["copper"], summary=hostile(ALL)[:1900],
        colour="red", mode="case", reason="network_diagnosis", window_start=THURSDAY,
        window_end=THURSDAY + HOUR,
    )  # fmt: skip
    office.people["colleague"].last_name = hostile(PAYLOADS[7])
    office.people["colleague"].save()
    return case


def test_nothing_that_was_typed_or_fed_runs_in_the_browser(office: Office, sit: Sit) -> None:
    """The watch of every page fails on a console message, so on whatever the policy had to stop as well."""
    case = fed(office)
    ref = quote(REFERENCE, safe="")
    pages = {
        "advisor": ("/", f"/cases/{case.ref}/", f"/clients/{ref}/", f"/search?q={ref}", f"/record/?who={ref}",
                    "/faults/", "/inbox/", f"/cases/{case.ref}/withdraw_escalation/", "/directory/copper/"),
        "manager": ("/team/", f"/cases/{case.ref}/", f"/cases/{case.ref}/assign/"),
        "backoffice": ("/escalations/", f"/cases/{case.ref}/"),
    }  # fmt: skip
    opened = []
    for role, paths in pages.items():
        desk = sit(role)
        desk.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
        for path in paths:
            response = desk.go(path)
            assert response.status == 200, path
            desk.page.wait_for_load_state("load")
    assert opened == []
    assert "alert(" in desk.words(), "the texts are on the page, as texts"
