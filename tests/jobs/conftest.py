from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.jobs.toy import Toy


@pytest.fixture
def toy() -> Iterator[Toy]:
    from atdemain.jobs import kinds  # this file is read before Django is set up
    from tests.jobs.toy import Toy

    made = Toy()
    kinds.register(made.kind())
    yield made
    del kinds.KINDS["toy"]
