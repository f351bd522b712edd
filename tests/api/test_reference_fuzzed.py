"""Two thousand requests made from the document: no error of the server, no answer that the document does not tell."""

from __future__ import annotations

import os

import pytest

from tests.api.fuzzing import fuzz
from tests.api.stage import OPERATIONS, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.once]

#: `make soak` asks for more, from elsewhere.
CASES, SEED = int(os.environ.get("FUZZ_CASES", "2000")), int(os.environ.get("FUZZ_SEED", "0"))


def test_two_thousand_cases_of_the_whole_document_are_answered_as_it_tells(office, clock):
    tally = fuzz(Stage.set(office), CASES, SEED)
    print(f"{tally.cases} cases, {len(tally.statuses)} operations: {dict(tally.totals)}")  # noqa: T201
    assert not tally.wrong, f"{len(tally.wrong)}\n" + "\n".join(tally.wrong[:20])
    assert tally.cases >= CASES
    assert tally.statuses.keys() == OPERATIONS.keys()
    assert tally.never_let_in == []
    assert tally.never_accepted == []
