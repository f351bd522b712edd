"""The lists as pages: filters in the address, sort, pages, counts, saved views."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from atdemain.jobs.models import Job
from atdemain.journal.models import AccessLog
from atdemain.organisation.models import User
from cases import list_page
from cases.listing import LISTS
from cases.models import Case, SavedView
from tests.office import HOUR, NOW, text_of

pytestmark = pytest.mark.django_db


def refs(page) -> list[str]:
    return list(dict.fromkeys(re.findall(r"/cases/(ATD-[^/]+)/", page.content.decode())))


def words(page) -> str:
    """Its body without the token of its forms."""
    return re.sub(r"CSRFToken[^}]+", "", page.content.decode())


@pytest.mark.parametrize("key", LISTS)
def test_a_list_has_a_caption_headings_and_one_row_each(office, key):
    case = office.case("escalated")
    office.contact(case.client, NOW, who="advisor")
    page = office.browser("manager").get(f"/lists/{key}/")
    body = page.content.decode()
    table = re.search(r"<table.*?</table>", body, re.S).group()
    headings = [re.sub(r"<[^>]+>", "", one) for one in re.findall(r'<th scope="col".*?</th>', table)]
    assert headings == [heading for heading, _ in LISTS[key].columns]
    assert table.count('<th scope="row">') == 1
    assert table.count("aria-sort=") == 1
    assert str(case.client) in text_of(page)
    cells = re.findall(r'data-label="([^"]+)"', table)
    assert cells == headings[1:]


def test_what_a_page_shows_is_what_an_export_would_write(office):
    """The row's template and the columns' values say the same, cell by cell."""
    office.case("escalated"), office.case(owner=None)
    page = office.browser("manager").get("/lists/cases/")
    table = re.search(r"<tbody>.*?</tbody>", page.content.decode(), re.S).group()
    shown = re.sub(r"<[^>]+>", " ", table)
    for row in page.context["page"].rows:
        for _heading, plain in LISTS["cases"].columns:
            value = plain(row)
            assert not isinstance(value, str) or value in shown


def test_a_heading_sorts_one_way_then_the_other_and_keeps_the_filter(office):
    first = office.case(client=office.client("Abel"), at=NOW - 2 * HOUR)
    second = office.case(client=office.client("Zoé"), at=NOW - HOUR)
    browser = office.browser("manager")
    page = browser.get("/lists/cases/?owner=&sort=client")
    assert refs(page) == [first.ref, second.ref]
    assert 'aria-sort="ascending"' in page.content.decode()
    link = re.search(r'aria-sort="ascending"><a href="([^"]+)"', page.content.decode()).group(1)
    assert refs(browser.get("/lists/cases/" + link.replace("&amp;", "&"))) == [second.ref, first.ref]


@pytest.mark.parametrize(
    "sort", ["", "owner", "-", "--client", "password", "client__name_key", "x" * 500, "\x00"]
)
def test_a_sort_that_does_not_exist_is_the_usual_one(office, sort):
    office.case()
    page = office.browser("manager").get("/lists/cases/", {"sort": sort})
    assert page.status_code == 200
    assert 'aria-sort="descending"' in page.content.decode()


@pytest.mark.parametrize("number", ["0", "-1", "abc", "9" * 4000, "2", "100000", "\x00", ""])
@pytest.mark.parametrize("key", LISTS)
def test_a_page_that_does_not_exist_shows_one_that_does(office, key, number):
    case = office.case("escalated")
    office.contact(case.client, NOW, who="advisor")
    page = office.browser("manager").get(f"/lists/{key}/", {"page": number})
    assert str(case.client) in text_of(page)


def test_what_was_typed_stays_with_its_error_and_no_row_is_shown(office):
    case = office.case()
    page = office.browser("manager").get("/lists/cases/?opened_from=hier&colour=mauve")
    body = page.content.decode()
    assert page.status_code == 200
    assert 'value="hier"' in body
    assert ">mauve</option>" in body
    assert body.count("at-error") == 2
    assert case.ref not in body


def test_the_count_is_exact_to_a_thousand_then_on_request(office, monkeypatch):
    monkeypatch.setattr(list_page, "COUNTED", 3)
    for _ in range(3):
        office.case()
    browser = office.browser("manager")
    assert "3 dossiers" in text_of(browser.get("/lists/cases/"))
    office.case(), office.case()
    page = text_of(browser.get("/lists/cases/"))
    assert "Plus de 3 dossiers" in page
    assert "Compter exactement" in page
    exact = text_of(browser.get("/lists/cases/?count=exact"))
    assert "5 dossiers" in exact
    assert "Compter exactement" not in exact


def test_the_size_of_a_page_is_remembered_for_its_account(office):
    for _ in range(26):
        office.case(owner=None)
    browser = office.browser("manager")
    assert len(refs(browser.get("/lists/cases/"))) == 26
    answer = browser.post("/lists/size/", {"size": "25", "next": "/lists/cases/?colour=orange"})
    assert answer["Location"] == "/lists/cases/?colour=orange"
    page = browser.get("/lists/cases/")
    assert len(refs(page)) == 25
    assert "Page suivante" in text_of(page)
    assert len(refs(browser.get("/lists/cases/?page=2"))) == 1
    assert len(refs(office.browser("advisor").get("/lists/cases/"))) == 26


@pytest.mark.parametrize(
    ("size", "to"),
    [("1000000", "/lists/cases/"), ("", ""), ("25", "https://exemple.org/"), ("25", "//exemple.org")],
)
def test_a_size_or_a_way_back_that_is_not_offered_is_not_followed(office, size, to):
    answer = office.browser("manager").post("/lists/size/", {"size": size, "next": to})
    assert "exemple.org" not in answer["Location"]
    assert User.objects.get(username="manager").list_size in (25, 50)


def test_a_list_writes_one_row_of_the_access_log_with_what_it_showed(office):
    office.case(), office.case()
    office.browser("manager").get("/lists/cases/?colour=orange")
    row = AccessLog.objects.get(object_type="list")
    assert (row.action, row.object_id, row.rows, row.client_id) == ("view", "cases", 2, None)


def test_a_list_of_one_clients_contacts_names_the_client_in_the_access_log(office):
    client = office.client()
    office.contact(client, NOW, who="advisor")
    office.browser("manager").get(f"/lists/contacts/?client={client.client_ref}")
    assert AccessLog.objects.get(object_type="list").client_id == client.pk


def test_nothing_of_another_unit_is_in_a_list_whatever_is_asked(office):
    far = office.case(
        "escalated", owner="stranger", unit="brest", client=office.client("Inconnue-Brest", unit="brest")
    )
    office.contact(far.client, NOW, who="stranger")
    browser = office.browser("manager")
    asked = ["", "?scope=mine", "?scope=entity", "?state=all", "?status=all", f"?owner={office.people['stranger'].pk}",
             f"?client={far.client.client_ref}", "?sort=client", "?sort=-due", "?count=exact"]  # fmt: skip
    for key in LISTS:
        for query in asked:
            found = text_of(browser.get(f"/lists/{key}/{query}"))
            assert "Inconnue-Brest" not in found, (key, query)
            assert far.ref not in found, (key, query)


# -- saved views ------------------------------------------------------------------------------------------


def test_a_filter_is_saved_under_a_name_opened_renamed_and_deleted(office):
    office.case()
    browser = office.browser("manager")
    page = browser.get("/lists/cases/?colour=red&page=3&count=exact&autre=1")
    assert "Enregistrer cette vue" in text_of(page)
    form = browser.get("/lists/cases/views/?colour=red")
    assert "Couleur : rouge" in text_of(form)
    made = browser.post(
        "/lists/cases/views/?colour=red&page=3&autre=1", {"name": "  Mes   rouges ", "query": "x", "user": 1}
    )
    assert made["Location"] == "/lists/cases/?colour=red"
    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (office.people["manager"], "Mes rouges", "colour=red")
    page = browser.get(made["Location"])
    assert "Mes rouges" in text_of(page)
    assert "Enregistrer cette vue" not in text_of(page)
    assert "Renommer ou supprimer cette vue" in text_of(page)
    browser.post(f"/lists/views/{view.pk}/", {"name": "Urgents"})
    assert "Urgents" in text_of(browser.get("/lists/cases/"))
    browser.post(f"/lists/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Mes rouges", "a\x00b"])
def test_a_name_that_cannot_be_kept_is_refused_at_its_field(office, name):
    SavedView.objects.create(
        user=office.people["manager"], listing="cases", name="Mes rouges", query="colour=red"
    )
    answer = office.browser("manager").post("/lists/cases/views/?colour=green", {"name": name})
    assert answer.status_code == 422
    assert "at-error" in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_a_view_keeps_no_name_or_number_of_a_client(office):
    client = office.client(phone="+33199001234")
    browser = office.browser("manager")
    browser.post("/lists/contacts/views/?client=01+99+00+12+34&channel=voice&sort=zzz", {"name": "Appels"})
    assert SavedView.objects.get().query == "channel=voice"
    assert client.client_ref not in browser.get("/lists/contacts/?channel=voice").content.decode()


def test_a_day_amid_spaces_is_kept_without_them(office):
    day = f"{' ' * 1100}2026-11-01"
    answer = office.browser("manager").post(
        f"/lists/cases/views/?{urlencode({'opened_from': day})}", {"name": "Novembre"}
    )
    assert answer.status_code == 302
    assert SavedView.objects.get().query == "opened_from=2026-11-01"


def test_somebody_elses_view_is_unknown(office):
    view = SavedView.objects.create(
        user=office.people["advisor"], listing="cases", name="Secrète", query="colour=red"
    )
    browser = office.browser("manager")
    unknown = browser.get(f"/lists/views/{view.pk + 999}/")
    for answer in (browser.get(f"/lists/views/{view.pk}/"), browser.post(f"/lists/views/{view.pk}/delete/")):
        assert answer.status_code == unknown.status_code == 404
        assert words(answer) == words(unknown)
    assert "Secrète" not in text_of(browser.get("/lists/cases/"))
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_saved_view_shows_only_what_its_owner_may_see_now(office):
    case = office.case()
    SavedView.objects.create(user=office.people["manager"], listing="cases", name="Tout", query="state=all")
    User.objects.filter(username="manager").update(unit=office.units["brest"])
    found = text_of(office.browser("manager").get("/lists/cases/?state=all"))
    assert case.ref not in found
    assert "Tout" in found


def test_the_menu_opens_the_lists_of_each_role(office):
    for who, keys in {
        "manager": {"cases", "promises", "contacts", "escalations"},
        "advisor": {"cases", "promises", "contacts", "escalations"},
        "support": {"cases", "promises", "contacts", "escalations"},
        "backoffice": {"cases", "escalations"},
        "hr": set(),
        "admin": set(),
    }.items():
        menu = re.search(
            r'<nav class="at-nav".*?</nav>', office.browser(who).get("/").content.decode(), re.S
        ).group()
        assert set(re.findall(r'href="/lists/(\w+)/"', menu)) == keys, who


def test_a_manager_gives_cases_chosen_in_the_list(office):
    case = office.case(owner=None)
    body = office.browser("manager").get("/lists/cases/?owner=none").content.decode()
    assert f'name="case" value="{case.ref}" form="bulk"' in body
    assert 'name="case"' not in office.browser("advisor").get("/lists/cases/").content.decode()
    assert Case.objects.filter(owner=None).count() == 1


@pytest.mark.parametrize("key", ["promises", "escalations"])
def test_cases_are_chosen_from_the_lists_that_the_figures_open(office, key):
    case = office.case("escalated")
    browser = office.browser("manager")
    body = browser.get(f"/lists/{key}/").content.decode()
    assert f'name="case" value="{case.ref}" form="bulk"' in body
    assert 'name="all"' not in body  # « toute la liste » is of cases
    answer = browser.post("/bulk/", {"action": "add_note", "case": [case.ref, case.ref]})
    assert Job.objects.get().total == 1
    assert answer["Location"].startswith("/bulk/")
    assert 'id="bulk"' not in office.browser("advisor").get(f"/lists/{key}/").content.decode()


def test_contacts_are_not_acted_on_as_cases(office):
    office.contact(office.case().client, NOW, who="advisor")
    assert 'id="bulk"' not in office.browser("manager").get("/lists/contacts/").content.decode()
