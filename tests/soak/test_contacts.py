"""A partner posts while processes are killed, in small (`make soak` for the whole)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connections

from cases.models import Contact

from .contacts import audit, storm
from .servers import database_url

SMALL = {"contacts": 400, "kills": 4}


@pytest.mark.crowd
@pytest.mark.django_db(transaction=True)
def test_contacts_posted_while_processes_are_killed_are_stored_once_and_judged_as_in_order(
    tmp_path: Path,
) -> None:
    """And the controls: a contact that is lost, or judged otherwise, is seen."""
    ran = storm(database_url(), tmp_path, seed=1, keyed=0, celery=False, **SMALL)
    found = ran.found
    assert found["ok"], json.dumps(found)
    assert found["rows"] == found["distinct"] == SMALL["contacts"]
    assert sum(found["kills"].values()) == SMALL["kills"]
    assert found["rd3plus"]
    assert found["cases"]

    Contact.objects.filter(source_id="c0").update(n_in_window=99)
    assert [one[0] for one in audit(ran)["differing"]] == ["c0"]
    Contact.objects.filter(source_id="c0").update(source_id="perdu")
    assert audit(ran)["lost"] == ["c0"]
    connections.close_all()
