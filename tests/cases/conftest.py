from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cases.workflow.cast import Stage


@pytest.fixture
def stage(db) -> Stage:
    from tests.cases.workflow.cast import Stage  # this file is read before Django is set up

    return Stage.set()
