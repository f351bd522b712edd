from .case import Case, CaseNote, ClientAccessGrant, FailedResolution
from .client import Client, ClientPhone, Line, LineUnit
from .contact import Contact, Reason
from .escalation import CallLeg, Escalation, EscalationNote
from .fault import FaultTicket, FaultTicketChange
from .imports import BackfillRun, ImportRun
from .promise import CallbackAttempt, Promise
from .repeat import MassIncident, RepeatRule, RepeatVerdict
from .request import CancelRequest
from .review import QualityReview, ReviewMark
from .satisfaction import SatisfactionAnswer
from .subject import SubjectRequest
from .telephony import IncomingCall, PhoneExtension
from .timer import Heartbeat, Timer
from .view import SavedView

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
    "IncomingCall",
    "Line",
    "LineUnit",
    "MassIncident",
    "PhoneExtension",
    "Promise",
    "QualityReview",
    "Reason",
    "RepeatRule",
    "RepeatVerdict",
    "ReviewMark",
    "SatisfactionAnswer",
    "SavedView",
    "SubjectRequest",
    "Timer",
]
