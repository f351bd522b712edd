"""The menu of recognition: short groups, and pages called as the menu calls them."""

from __future__ import annotations

import re

import pytest

from recognition import menu
from tests.recognition.scheme_cast import programme

pytestmark = pytest.mark.django_db
ROLES = ("advisor", "support", "trainer", "manager", "backoffice", "hr", "staffrep", "admin")


@pytest.mark.parametrize("role", ROLES)
def test_menu_of_a_role_has_no_group_too_long_to_read_and_names_nothing_twice(office, role):
    groups = menu.groups(office.people[role])
    assert max(len(group.items) for group in groups) <= 7
    labels = [item.label for group in groups for item in group.items]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("role", ROLES)
def test_page_of_the_menu_opens_under_the_name_the_menu_gives_it(office, role):
    programme()
    browser = office.browser(role)
    wrong = []
    drawn = browser.get("/").content.decode()
    for group in menu.groups(office.people[role]):
        for item in group.items:
            found = re.search(rf'href="([^"]+)"[^>]*>(?:(?!</a>).)*{re.escape(item.label)}', drawn, re.DOTALL)
            assert found, item.label
            response = browser.get(found[1])
            heading = re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.DOTALL)
            if response.status_code != 200 or not heading or not heading[1].strip().startswith(item.label):
                wrong.append((item.label, response.status_code, heading and heading[1]))
    assert not wrong


def test_simulation_compares_the_last_two_versions_unless_told_otherwise(office):
    from tests.recognition.scheme_cast import draft

    rows = [draft(office), draft(office), draft(office)]
    body = office.browser("hr").get("/recognition/simulations/").content.decode()
    chosen = re.findall(r'<option value="(\d+)" selected', body)
    assert chosen == [str(row.pk) for row in rows[-2:]]
