from .appeal import Appeal, AwardRevision
from .award import Award, Evidence
from .campaign import BudgetEnvelope, Campaign, CampaignValidation, EnvelopeMovement
from .durable import Competency, CompetencyRecord, UnitDocument
from .exits import ParticipationExit
from .mentoring import MentoringSession, SessionDispute, SessionSignature, SessionTrainee
from .neutralised import NeutralisedDays
from .scheme import SchemeVersion
from .simulation import SimulatedPerson, Simulation
from .suggestions import ScriptVersion, Suggestion, SuggestionStep, SuggestionSupport
from .surveys import Survey, SurveyAnswer, SurveyTicket

__all__ = [
    "Appeal",
    "Award",
    "AwardRevision",
    "BudgetEnvelope",
    "Campaign",
    "CampaignValidation",
    "Competency",
    "CompetencyRecord",
    "EnvelopeMovement",
    "Evidence",
    "MentoringSession",
    "NeutralisedDays",
    "ParticipationExit",
    "SchemeVersion",
    "ScriptVersion",
    "SessionDispute",
    "SessionSignature",
    "SessionTrainee",
    "SimulatedPerson",
    "Simulation",
    "Suggestion",
    "SuggestionStep",
    "SuggestionSupport",
    "Survey",
    "SurveyAnswer",
    "SurveyTicket",
    "UnitDocument",
]
