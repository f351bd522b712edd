"""Vocabulary of recognition (domain.md §2.4, §2.7, §6). One word per notion, everywhere."""

from django.db.models import TextChoices

from atdemain.organisation.enums import Role

#: The five roles that may take part (domain.md §2.4); the order of every table.
PARTICIPANT_ROLES = (Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.MANAGER, Role.BACK_OFFICE)

#: Whoever works here: partners do not.
INTERNAL_ROLES = tuple(role for role in Role if role != Role.PARTNER)


class LegalBasis(TextChoices):
    COLLECTIVE_AGREEMENT = "collective_agreement", "Accord collectif"
    UNILATERAL_DECISION = "unilateral_decision", "Décision unilatérale"
    EXPERIMENT_NOTE = "experiment_note", "Note d’expérimentation"


class Renewal(TextChoices):
    NONE = "none", "Sans reconduction"
    EXPRESS = "express", "Reconduction expresse"
    TACIT = "tacit", "Reconduction tacite"


class SchemeState(TextChoices):
    DRAFT = "draft", "Brouillon"
    PUBLISHED = "published", "Publiée"
    IN_FORCE = "in_force", "En vigueur"
    ENDED = "ended", "Terminée"


class BudgetPolicy(TextChoices):
    """What happens when the awards exceed the ceiling (domain.md §6.6)."""

    BLOCK = "block", "Bloquer"
    SCALE = "scale", "Répartir en proportion"


class Comparator(TextChoices):
    AT_LEAST = "at_least", "au moins"
    AT_MOST = "at_most", "au plus"
    IS_TRUE = "is_true", "est vrai"


class Unit(TextChoices):
    """What a fact and its threshold are counted in."""

    DAYS = "days", "jours"
    MINUTES = "minutes", "minutes"
    COUNT = "count", "nombre"
    PERCENT = "percent", "%"
    YES_NO = "yes_no", "oui ou non"


class Outcome(TextChoices):
    """The answer of a criterion, of a group or of a level; insufficient is not « not met » (§6.5)."""

    MET = "met", "Rempli"
    NOT_MET = "not_met", "Non rempli"
    NOT_APPLICABLE = "not_applicable", "Sans objet"
    INSUFFICIENT_DATA = "insufficient_data", "Donnée insuffisante"


class CampaignState(TextChoices):
    DRAFT = "draft", "Brouillon"
    EVIDENCE_FROZEN = "evidence_frozen", "Preuves arrêtées"
    COMPUTED = "computed", "Calculée"
    VALIDATED = "validated", "Validée"
    PUBLISHED = "published", "Publiée"
    CLOSED = "closed", "Close"
    EXPORTED = "exported", "Exportée"


#: Not published yet: what is not published may still change.
OPEN_STATES = ["draft", "evidence_frozen", "computed", "validated"]


class MovementKind(TextChoices):
    """Why an envelope changed (domain.md §6.6)."""

    TOP_UP = "top_up", "Abondement"
    RESERVE = "reserve", "Réserve modifiée"
    COMMIT = "commit", "Engagement d’une campagne"
    APPEAL = "appeal", "Révision sur recours"
    PAY = "pay", "Paiement"


class Ground(TextChoices):
    """What an appeal contests (domain.md §6.6)."""

    MISSING_SESSION = "missing_session", "Une séance manque"
    WRONG_DATES = "wrong_dates", "Mes dates sont fausses"
    WRONG_ROLE = "wrong_role", "Mon rôle est faux"
    JUST_CAUSE = "just_cause", "Le motif de ma sortie"
    CALCULATION = "calculation", "Le calcul"
    OTHER = "other", "Autre chose"


class AppealState(TextChoices):
    FILED = "filed", "Déposé"
    WITHDRAWN = "withdrawn", "Retiré"
    ACCEPTED = "accepted", "Accepté"
    REJECTED = "rejected", "Rejeté"


class SecondLevel(TextChoices):
    """What the joint committee said, recorded (domain.md §6.6)."""

    CONFIRMED = "confirmed", "Décision confirmée"
    REVISED = "revised", "Décision à revoir"


class RevisionMode(TextChoices):
    FRESH = "fresh", "Preuves recueillies à nouveau"
    CORRECTED = "corrected", "Valeur corrigée"


class ExitReason(TextChoices):
    """Why somebody leaves (domain.md §6.3, L24). No health, strike or union value exists (INV-25)."""

    WORKLOAD = "workload", "Charge de travail"
    CONFLICTUAL_EXPOSURE = "conflictual_exposure", "Exposition aux situations conflictuelles"
    LACK_OF_TRAINING = "lack_of_training", "Accompagnement insuffisant en compétences"
    LACK_OF_TOOLS = "lack_of_tools", "Outils inadaptés"
    LACK_OF_STAFF = "lack_of_staff", "Manque d’effectif"
    PROCESS_COMPLEXITY = "process_complexity", "Processus compliqués, fonctionnement en silos"
    LACK_OF_RECOGNITION = "lack_of_recognition", "Métier dévalorisé, manque de reconnaissance"
    MOBILITY = "mobility", "Mobilité"
    PROMOTION = "promotion", "Promotion"
    CONTRACT_END = "contract_end", "Fin de contrat"
    PHASE_END = "phase_end", "Fin de la phase"
    PERSONAL_PROTECTED = "personal_protected", "Raison personnelle, sans détail"
    NOT_VOLUNTEER = "not_volunteer", "N’était pas volontaire"
    UNJUSTIFIED = "unjustified", "Sans juste motif"


class ExitBy(TextChoices):
    EMPLOYEE = "employee", "Le salarié"
    MANAGEMENT = "management", "L’encadrement"
    CONTRACT_END = "contract_end", "La fin du contrat"


class JustCause(TextChoices):
    YES = "yes", "Juste motif"
    NO = "no", "Pas de juste motif"
    PENDING = "pending", "À décider"


class JustCauseBasis(TextChoices):
    """What settled the just cause; only `decision` was somebody's judgement."""

    REASON = "reason", "Le motif vaut juste motif"
    NO_CONSENT = "no_consent", "Désigné qui n’a jamais accepté"
    DECISION = "decision", "Décision des RH"
    SILENCE = "silence", "Dix jours ouvrés sans décision"


class Opinion(TextChoices):
    """The manager's, given and never decisive."""

    JUST = "just", "Juste motif"
    NOT_JUST = "not_just", "Pas de juste motif"
