from .case import Case, CaseNote, ClientAccessGrant, FailedResolution
from .client import Client, ClientPhone, Line, LineUnit
from .contact import Contact, Reason
from .escalation import CallLeg, Escalation, EscalationNote
from .fault import FaultTicket, FaultTicketChange
from .imports import BackfillRun, ImportRun
from .promise import CallbackAttempt, Promise
from .repeat import MassIncident, RepeatRule, RepeatVerdict
from .request import CancelRequest
from .satisfaction import SatisfactionAnswer
from .timer import Heartbeat, Timer

__all__ = [
    "BackfillRun",
    "CallLeg",
    "CallbackAttempt",
    "CancelRequest",
    "Case",
    "CaseNote",
    "Client",
    "ClientAccessGrant",
    "ClientPhone",
    "Contact",
    "Escalation",
    "EscalationNote",
    "FailedResolution",
    "FaultTicket",
    "FaultTicketChange",
    "Heartbeat",
    "ImportRun",
    "Line",
    "LineUnit",
    "MassIncident",
    "Promise",
    "Reason",
    "RepeatRule",
    "RepeatVerdict",
    "SatisfactionAnswer",
    "Timer",
]
