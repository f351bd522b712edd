from .api_calls import ApiCall
from .clients import ApiClient, IdempotentAnswer, RequestCount
from .demo import DemoState, demo_seeded_at
from .entities import Entity, EntityContact, PriorityLine
from .people import InternalAdvisor, Team, User
from .programme import ConsentEvent, Participation, Phase, Programme, UnitParticipation
from .units import CalendarException, Unit

__all__ = [
    "ApiCall",
    "ApiClient",
    "CalendarException",
    "ConsentEvent",
    "DemoState",
    "Entity",
    "EntityContact",
    "IdempotentAnswer",
    "InternalAdvisor",
    "Participation",
    "Phase",
    "PriorityLine",
    "Programme",
    "RequestCount",
    "Team",
    "Unit",
    "UnitParticipation",
    "User",
    "demo_seeded_at",
]
