from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker) -> Iterator[datetime]:
    """A demonstration made now, shared by the tests of this folder."""
    from .making import SMALL, made  # models wait until Django is set up

    with django_db_blocker.unblock():
        yield from made(timezone.now(), SMALL)
