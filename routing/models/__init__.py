from .absence import Absence, HandOver
from .assignment import Assignment, ClientExclusion, RoutingRequest, UnitSharing
from .directory import InterEntityCall, UnreachableReport
from .flows import FlowCompensation, FlowShareTarget
from .help import Briefing, BriefingInvite, MutualHelpRequest
from .load import LoadSnapshot, RecoveryOffer, TeamLoad
from .policy import RoutingPolicy
from .presence import Presence
from .skills import AdvisorSkill, Skill
from .unit_load import UnitLoad

__all__ = [
    "Absence",
    "AdvisorSkill",
    "Assignment",
    "Briefing",
    "BriefingInvite",
    "ClientExclusion",
    "FlowCompensation",
    "FlowShareTarget",
    "HandOver",
    "InterEntityCall",
    "LoadSnapshot",
    "MutualHelpRequest",
    "Presence",
    "RecoveryOffer",
    "RoutingPolicy",
    "RoutingRequest",
    "Skill",
    "TeamLoad",
    "UnitLoad",
    "UnitSharing",
    "UnreachableReport",
]
