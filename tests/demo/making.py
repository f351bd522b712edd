"""A demonstration that lasts one test, or one folder of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet

from atdemain.organisation.models import User
from cases.demo.seed import seed
from cases.models import Case, Contact
from tests.aside import taken_back

#: contacts of a month small enough for a test
SMALL = 600


def made(now: datetime, total: int) -> Iterator[datetime]:
    """Seed inside a transaction that is taken back."""
    with taken_back():
        seed(now, total=total)
        yield now


def fingerprint() -> list[tuple]:
    cases = Case.objects.order_by("pk").values_list("client__display_name", "state", "colour", "opened_at")
    contacts = Contact.objects.order_by("pk").values_list(
        "source_id", "arrived_at", "exclusion_code", "n_in_window"
    )
    return [
        *cases,
        *contacts,
        *User.objects.order_by("pk").values_list("username", "first_name", "last_name"),
    ]


def mine(**facts: object) -> QuerySet[Case]:
    """The cases of the log-in `advisor`."""
    return Case.objects.filter(owner__user__username="advisor", **facts)
