from .clients import ApiClient
from .demo import DemoState, demo_seeded_at
from .entities import Entity, EntityContact, PriorityLine
from .people import InternalAdvisor, Team, User
from .programme import ConsentEvent, Participation, Phase, Programme, UnitParticipation
from .units import CalendarException, Unit

__all__ = [
    "ApiClient",
    "CalendarException",
    "ConsentEvent",
    "DemoState",
    "Entity",
    "EntityContact",
    "InternalAdvisor",
    "Participation",
    "Phase",
    "PriorityLine",
    "Programme",
    "Team",
    "Unit",
    "UnitParticipation",
    "User",
    "demo_seeded_at",
]
