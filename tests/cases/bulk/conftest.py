from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client as Browser

if TYPE_CHECKING:
    from tests.office import Office


@pytest.fixture
def team(office: Office) -> Office:
    from tests.routing.cast import ready  # this file is read before Django is set up

    for name in ("advisor", "colleague"):
        ready(office.people[name])
    return office


@pytest.fixture
def manager(team: Office) -> Browser:
    return team.browser("manager")
