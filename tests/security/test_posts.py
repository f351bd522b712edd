"""No form works without its token, and none takes more than it shows."""

from __future__ import annotations

import pytest

from atdemain.pages.permissions.table import ROWS
from tests.office import Office

from .posting import post_everything

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def posted(office: Office):
    return list(post_everything(office))


def test_forms_ask_for_their_token_and_take_only_what_they_show(posted):
    """Every column of every model, sent to every form: what changes is what the form alone changes."""
    asked = [row for row in ROWS if "POST" in row.methods and set(row.expected.values()) != {"405"}]
    routes = {row.route for row in asked if not row.route.startswith(("admin", "api:"))}
    assert len({one.row.route for one in posted}) > len(routes) * 0.9
    assert len(posted) > 60
    assert min(one.extra for one in posted) > 250, "the columns of every model"
    # The API hears no cookie (tests/api/): nothing that a forged form could borrow.
    forms = [one for one in posted if not one.row.route.startswith("api:")]
    open_doors = [str(one) for one in forms if one.without_token != 403]
    assert open_doors == []
    wrong = [f"{one}: {sorted(one.differs)} {one.plain}→{one.loaded}" for one in forms if one.differs]
    assert wrong == [], "\n".join(wrong)
    assert [str(one) for one in forms if one.loaded != one.plain or one.loaded >= 500] == []
    # The negative control: forms do change things, and those that do are most of them.
    assert sum(bool(one.changed) for one in posted) > len(posted) / 2
