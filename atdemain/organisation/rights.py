"""Rights that open other people's data: whoever gives one is not alone to know it.

Apps above tell it, and register in `listeners`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from atdemain.journal.actors import Actor
from atdemain.organisation.enums import DPO, Role
from atdemain.organisation.models import User

#: Name of the group → what the right is called.
TOLD = {Role.ADMIN.value: "administrateur", Role.HR.value: "RH", DPO: "délégué à la protection des données"}

#: (who was given it, French names, by whom, when), in the transaction that gives it.
Listener = Callable[[User, list[str], Actor, datetime], None]
listeners: list[Listener] = []


def given(user: User, groups: Iterable[str], *, actor: Actor, at: datetime) -> None:
    """`groups`: those the account has just received, whatever they are."""
    names = [TOLD[name] for name in TOLD if name in set(groups)]
    if names:
        for tell in listeners:
            tell(user, names, actor, at)
