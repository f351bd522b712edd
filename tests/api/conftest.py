"""What the tests of the API share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from tests.api.stage import Stage


@pytest.fixture
def sandbox(transactional_db: None) -> Stage:
    """P1 with the client whose id and secret the guide gives; programs then run at their own hour."""
    from tests.api.stage import Stage
    from tests.office import NOW, Office

    with time_machine.travel(NOW, tick=False):
        return Stage.set(Office.gather(), known_as=("demo-partenaire-p1", "atdemain-demo"))
