"""Vocabulary of the improvement loop (domain.md §2.4, L24, L34)."""

from django.db.models import TextChoices


class Topic(TextChoices):
    """What a suggestion is about. The last four are the irritants people named (L24)."""

    PROCESS = "process", "Processus"
    TOOL = "tool", "Outil"
    SCRIPT = "script", "Script"
    NETWORK = "network", "Réseau"
    PARTNER = "partner", "Partenaire"
    DIGITAL = "digital", "Digitalisation"
    TRAINING = "training", "Formation"
    DEVALUATION = "devaluation", "Dévalorisation des métiers"
    STAFFING = "staffing", "Manque d’effectif"
    UNSUITED_IT = "unsuited_it", "SI inadaptés"
    SILOS = "silos", "Fonctionnement en silos"


class SuggestionState(TextChoices):
    SUBMITTED = "submitted", "Déposée"
    ACKNOWLEDGED = "acknowledged", "Reçue"
    UNDER_STUDY = "under_study", "À l’étude"
    ACCEPTED = "accepted", "Acceptée"
    IN_PROGRESS = "in_progress", "En cours de réalisation"
    DEPLOYED = "deployed", "Déployée"
    REJECTED = "rejected", "Refusée"
    DUPLICATE = "duplicate", "Doublon"
    WITHDRAWN = "withdrawn", "Retirée"


#: No answer was given yet.
OPEN = (SuggestionState.SUBMITTED, SuggestionState.ACKNOWLEDGED, SuggestionState.UNDER_STUDY)
#: Said yes; what follows is the doing.
TO_DO = (SuggestionState.ACCEPTED, SuggestionState.IN_PROGRESS)
#: An answer was given.
ANSWERED = (*TO_DO, SuggestionState.DEPLOYED, SuggestionState.REJECTED)
#: Left out of every count: neither evidence nor delay (domain.md §11; docs/decisions.md).
UNCOUNTED = (SuggestionState.DUPLICATE, SuggestionState.WITHDRAWN)


class StepKind(TextChoices):
    """What a line of a suggestion's history tells."""

    SUBMIT = "submit", "Proposition déposée"
    ACKNOWLEDGE = "acknowledge", "Réception confirmée"
    STUDY = "study", "Mise à l’étude"
    ACCEPT = "accept", "Proposition acceptée"
    REJECT = "reject", "Proposition refusée"
    START = "start", "Réalisation commencée"
    DEPLOY = "deploy", "Proposition déployée"
    DUPLICATE = "duplicate", "Déclarée en doublon"
    WITHDRAW = "withdraw", "Proposition retirée"
    TRANSFER = "transfer", "Transmise à une autre entité"
    MESSAGE = "message", "Message"
    ACK_LATE = "ack_late", "Délai de réception dépassé"
    ANSWER_LATE = "answer_late", "Délai de réponse dépassé"
    ESCALATED = "escalated", "Signalée à la direction de l’entité"
