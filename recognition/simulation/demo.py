"""The demonstration's simulations: v1 and v2 on the same evidence, asked for by HR (domain.md L68).

On the last half-year, and on the one that runs: those who left are in it. Worked out last: what people did is written
with the campaigns.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from atdemain.jobs import queue
from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from recognition.models import SchemeVersion
from recognition.scheme.demo import HISTORICAL, INCLUSIVE
from recognition.simulation import work


def on_lived(*, now: datetime, **_: Any) -> None:
    asker = User.objects.filter(username="hr").first()
    public = SchemeVersion.objects.public().order_by("number")
    old = public.filter(name=HISTORICAL).first()
    if asker is None or old is None:
        return
    for new in public.filter(name=INCLUSIVE):
        made = work.ask(old, new, actor=Actor.of_user(asker, role=Role.HR.value), now=now)
        if made.job is not None:
            queue.run_at_once(made.job, seconds=120)
