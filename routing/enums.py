"""Vocabulary of routing (domain.md §2.3, §2.7, §5). One word per notion, everywhere."""

from django.db.models import TextChoices


class PresenceKind(TextChoices):
    """What somebody's time is for. No value tells of health, strike or mandate (INV-25)."""

    SHIFT = "shift", "En service"
    BREAK = "break", "Pause"
    TRAINING = "training", "Formation"
    BRIEFING = "briefing", "Briefing"
    MENTORING = "mentoring", "Accompagnement"
    RECOVERY = "recovery", "Récupération"
    ABSENCE = "absence", "Absence"


#: On one of these, nobody is routed to (domain.md §5.1 E5); absence also ends the shift (E4).
BUSY_KINDS = (
    PresenceKind.BREAK,
    PresenceKind.TRAINING,
    PresenceKind.BRIEFING,
    PresenceKind.MENTORING,
    PresenceKind.RECOVERY,
    PresenceKind.ABSENCE,
)
#: Planned time that weighs on the rest of the day (domain.md §5.3).
SCHEDULED_KINDS = (PresenceKind.TRAINING, PresenceKind.MENTORING)


class PresenceSource(TextChoices):
    PLANNING = "planning", "Planning"
    LIVE = "live", "Un clic du conseiller"


class ExclusionCode(TextChoices):
    """Why a candidate is left out: the first that applies, in this order (domain.md §5.1)."""

    NOT_INTERNAL = "not_internal", "pas conseiller interne"
    NOT_PARTICIPANT = "not_participant", "ne participe pas au programme"
    NO_CONSENT = "no_consent", "n’a pas donné son accord"
    NO_TRAINING = "no_training", "formation manquante ou expirée"
    OFF_SHIFT = "off_shift", "hors service, ou moins de 20 min avant la fin"
    BUSY_PRESENCE = "busy_presence", "en pause, briefing, formation, accompagnement ou récupération"
    OVER_CAP = "over_cap", "plafond"
    RECOVERY_NEEDED = "recovery_needed", "récupération à proposer"
    OTHER_UNIT = "other_unit", "autre unité"
    CLIENT_EXCLUSION = "client_exclusion", "ne reçoit pas ce client"


class AssignmentMode(TextChoices):
    CONTINUITY = "continuity", "Continuité"
    BALANCED = "balanced", "Charge équilibrée"
    OVERFLOW = "overflow", "Débordement"
    MANUAL = "manual", "Choix du manager"
    SELF_CLAIM = "self_claim", "Prise dans la file"
    REBALANCE = "rebalance", "Rééquilibrage"
    DELEGATION = "delegation", "Suppléance"


class Band(TextChoices):
    """Share of the cap in use (domain.md §5.3, §11)."""

    GREEN = "green", "Vert"
    ORANGE = "orange", "Orange"
    RED = "red", "Rouge"
    SATURATED = "saturated", "Saturé"


class RequestCause(TextChoices):
    """Why a case asks for an owner."""

    OPENED = "opened", "Dossier ouvert"
    REOPENED = "reopened", "Dossier rouvert"
    RELEASED = "released", "Dossier rendu à la file"
    RETURNED = "returned", "Retour d’absence"


class HandOverKind(TextChoices):
    """What passes to a colleague while somebody is away (domain.md §5.6)."""

    DELEGATION = "delegation", "Rappel confié à un suppléant"
    MOVE = "move", "Dossier confié"


class HandOverState(TextChoices):
    KEPT = "kept", "En cours"
    OFFERED = "offered", "Proposé au retour"
    TAKEN_BACK = "taken_back", "Repris"
    OVER = "over", "Terminé"


class RecoveryAnswer(TextChoices):
    ACCEPTED = "accepted", "Prise"
    DECLINED = "declined", "Pas maintenant"


class LineUsed(TextChoices):
    PRIORITY = "priority", "Fil prioritaire"
    STANDARD = "standard", "Numéro ordinaire"


class CallOutcome(TextChoices):
    """How the wait of a call to an entity ended; `left`: nobody said, so nothing was measured."""

    ANSWERED = "answered", "A répondu"
    NO_ANSWER = "no_answer", "Pas de réponse"
    UNREACHABLE = "unreachable", "Injoignable"
    WRONG_SERVICE = "wrong_service", "Mauvais service"
    LEFT = "left", "Fin non notée"


class HelpState(TextChoices):
    ASKED = "asked", "Demandée"
    ACCEPTED = "accepted", "Acceptée"
    CLOSED = "closed", "Terminée"
    CANCELLED = "cancelled", "Retirée"
    EXPIRED = "expired", "Sans réponse"


class HelpOutcome(TextChoices):
    SOLVED = "solved", "A débloqué le dossier"
    PARTLY = "partly", "A fait avancer le dossier"
    NOT_SOLVED = "not_solved", "N’a pas suffi"


class BriefingState(TextChoices):
    PLANNED = "planned", "Prévu"
    HELD = "held", "Tenu"
    CANCELLED = "cancelled", "Annulé"


class FlowType(TextChoices):
    RD3PLUS = "rd3plus", "Réitérants RD3+"
    STANDARD = "standard", "Contacts ordinaires"
