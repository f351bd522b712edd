"""Another unit's client cannot be found, filtered, sorted or guessed: whatever is asked, nothing of hers is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client as Browser
from django.urls import NoReverseMatch, get_resolver, reverse

from cases.faults import FaultUpdate, upsert
from cases.models import Case, Client
from tests.office import NOW, Office
from tests.routes import routes

from .markup import read

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
#: Names that lists and their tools commonly read, shown by a form or not.
USUAL = {
    "q", "who", "client", "owner", "unit", "entity", "state", "sort", "order_by", "ordering", "o", "page", "show",
    "only", "at", "case", "person", "per_page", "view", "kept", "gone",
}  # fmt: skip
#: An exact number or reference finds any client there, whatever the unit, and the log says who looked (§2.6).
BY_EXACT_REFERENCE = {"cases:record", "cases:record_lookup"}
ROLES = ("advisor", "support", "trainer", "manager", "backoffice", "hr", "staffrep", "partner")


@pytest.fixture
def hers(office: Office) -> dict[str, str]:
    """Each thing that is said of the stranger, by what it is."""
    client = office.client("Quibronne Trevarez", unit="brest", phone="+33199007777")
    Client.objects.filter(pk=client.pk).update(client_ref="ETRANGERE-001")
    client.lines.create(line_ref="ETRANGERE-LIG", technology="fibre", unit=office.units["brest"])
    upsert(
        FaultUpdate("ETRTICKET9", opened_at=NOW, line_ref="ETRANGERE-LIG", entity_code="field"),
        actor=office.actor("admin"),
        now=NOW,
    )
    case = office.case(
        "callback_due", client=Client.objects.get(pk=client.pk), unit="brest", owner="stranger"
    )
    office.do(case, "add_note", "stranger", text="Confidence Lokireg de la cliente.")
    office.contact(client, NOW, summary="Parasites Kervoalig sur la ligne.")
    return {
        "name": "Quibronne", "phone": "01 99 00 77 77", "reference": "ETRANGERE-001", "line": "ETRANGERE-LIG",
        "ticket": "ETRTICKET9", "case": Case.objects.get(client=client).ref, "note": "Lokireg", "summary": "Kervoalig",
    }  # fmt: skip


def questions(browser: Browser) -> Iterator[tuple[str, str, set[str]]]:
    """(route, address, names to fill) of each page that needs no object."""
    for route in sorted(set(routes(get_resolver()))):
        if route.startswith(("admin", "account", "health")):
            continue
        try:
            address = reverse(route)
        except NoReverseMatch:
            continue
        page = browser.get(address)
        if page.status_code == 200 and page["Content-Type"].startswith("text/html"):
            yield route, address, USUAL | read(page.content.decode()).inputs - {"csrfmiddlewaretoken"}


def told(browser: Browser, address: str, asked: dict[str, str], hers: dict[str, str], word: str) -> set[str]:
    """What the answer says of her that was not in the question."""
    response = browser.get(address, asked)
    assert response.status_code < 500, (address, asked)
    body = response.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    return {name for name, value in hers.items() if name != word and value in body}


@pytest.mark.parametrize("role", ROLES)
def test_no_question_tells_anything_of_a_stranger(office: Office, hers: dict[str, str], role: str):
    browser, leaks, asked = office.browser(role), [], 0
    for route, address, names in questions(browser):
        for word, value in hers.items():
            if route in BY_EXACT_REFERENCE and word in ("phone", "reference"):
                continue
            found = told(browser, address, dict.fromkeys(names, value), hers, word)
            asked += 1
            leaks += [f"{address} all={value}: {found}"] if found else []
        for name in sorted(names - USUAL | {"q", "who", "sort"}) if role == "advisor" else ():
            found = told(browser, address, {name: hers["name"]}, hers, "name")
            leaks += [f"{address}?{name}={hers['name']}: {found}"] if found else []
    assert leaks == []
    assert asked > 8


def test_the_stranger_is_found_by_her_own_unit(office: Office, hers: dict[str, str]):
    """The negative control: the same questions, asked by who may see her, tell the rest."""
    browser = office.browser("far_manager")
    for word in ("name", "phone", "reference", "ticket"):
        assert told(browser, reverse("cases:search"), {"q": hers[word]}, hers, word), word


@pytest.mark.parametrize("role", ["advisor", "manager", "backoffice"])
def test_her_pages_answer_the_404_of_nobody(office: Office, hers: dict[str, str], role: str):
    """To the byte, but for the tokens of the forms."""
    browser = office.browser(role)
    for real, unknown in (
        (f"/cases/{hers['case']}/", "/cases/ATD-2026-999999/"),
        (f"/clients/{hers['reference']}/", "/clients/INCONNUE-001/"),
    ):
        answers = [browser.get(address) for address in (real, unknown)]
        assert [one.status_code for one in answers] == [404, 404]
        one, other = (
            "".join(line for line in a.content.decode().splitlines() if "csrf" not in line.lower())
            for a in answers
        )
        assert one == other


@pytest.mark.parametrize("role", ["advisor", "manager"])
def test_a_strangers_row_in_a_form_is_refused_as_if_it_did_not_exist(
    office: Office, hers: dict[str, str], role: str
):
    """A merge into her case, an owner of her unit: the words are those of a number that nobody has."""
    case = office.case("opened", owner="advisor")
    browser, target = office.browser(role), Case.objects.get(ref=hers["case"])
    pages = []
    for pk in (target.pk, 10**9):
        form = {"version": case.version, "target": pk, "reason": "Le même client, vérifié ce matin."}
        response = browser.post(f"/cases/{case.ref}/merge/", form)
        assert response.status_code == 422
        pages.append({value for value in hers.values() if value in response.content.decode()})
    assert pages == [set(), set()]
