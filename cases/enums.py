"""Vocabulary of the cases (domain.md §2.2, §2.7, §3). One word per notion, everywhere."""

from django.db.models import TextChoices


class Segment(TextChoices):
    CONSUMER = "consumer", "Particulier"
    PRO = "pro", "Professionnel"


class PriorityReason(TextChoices):
    ISOLATED = "isolated", "Personne isolée"
    PROFESSIONAL_CRITICAL = "professional_critical", "Activité professionnelle critique"
    OTHER = "other", "Autre"


class Technology(TextChoices):
    COPPER_VOICE = "copper_voice", "Cuivre, fixe"
    DSL = "dsl", "ADSL/VDSL"
    FIBRE = "fibre", "Fibre"
    MOBILE = "mobile", "Mobile"
    TV = "tv", "Télévision"
    UNKNOWN = "unknown", "Technologie à préciser"


class ReasonFamily(TextChoices):
    NO_SYNC = "no_sync", "Pas de synchronisation"
    SLOW = "slow", "Débit lent"
    INTERMITTENT = "intermittent", "Coupures intermittentes"
    VOICE_FAULT = "voice_fault", "Téléphone fixe en panne"
    TV = "tv", "Télévision"
    WIFI = "wifi", "Wi-Fi"
    MAIL = "mail", "Messagerie"
    EQUIPMENT = "equipment", "Équipement"
    APPOINTMENT = "appointment", "Rendez-vous"
    OTHER_TECHNICAL = "other_technical", "Autre motif technique"
    NON_TECHNICAL = "non_technical", "Motif non technique"
    UNKNOWN = "unknown", "Motif à préciser"  # a family of its own (domain.md §11)


class Nature(TextChoices):
    CLIENT = "client", "Client"
    INTERNAL = "internal", "Interne"
    SELF_SERVICE = "self_service", "Libre-service"
    TEST = "test", "Test"


class Identification(TextChoices):
    CERTAIN = "certain", "Certaine"
    PROBABLE = "probable", "Probable"
    NONE = "none", "Aucune"


class Channel(TextChoices):
    VOICE = "voice", "Appel"
    CHAT = "chat", "Tchat"
    DIGITAL_1013PLUS = "digital_1013plus", "Canal digital 1013+"
    EMAIL = "email", "Courriel"
    SOCIAL = "social", "Réseau social"
    WEB_FORM = "web_form", "Formulaire web"
    SHOP = "shop", "Boutique"


class Direction(TextChoices):
    IN = "in", "Entrant"
    OUT = "out", "Sortant"


class ContactOutcome(TextChoices):
    HANDLED = "handled", "Traité"
    ABANDONED = "abandoned", "Abandonné"
    TRANSFERRED = "transferred", "Transféré"
    DROPPED = "dropped", "Coupé"
    VOICEMAIL = "voicemail", "Messagerie"


class ExclusionCode(TextChoices):
    """Why a contact does not count: the first that applies, in this order (domain.md §4.3)."""

    TEST = "test", "contact de test"
    OUTBOUND = "outbound", "appel sortant"
    INTERNAL = "internal", "échange interne"
    UNIDENTIFIED = "unidentified", "client non identifié"
    CHANNEL = "channel", "canal hors de la règle"
    LEG = "leg", "suite d’un même contact"
    DUPLICATE = "duplicate", "doublon d’un autre enregistrement"
    SELF_SERVICE = "self_service", "libre-service, sans conseiller"
    ABANDONED = "abandoned", "raccroché avant réponse"
    SHORT = "short", "conversation trop courte"
    NON_TECHNICAL = "non_technical", "motif non technique"
    RECONNECT = "reconnect", "reprise d’un appel coupé"
    CALLBACK_RETURN = "callback_return", "retour de notre rappel"


class VerdictValue(TextChoices):
    RD3PLUS = "rd3plus", "RD3+"
    BELOW = "below", "sous le seuil"
    EXCLUDED = "excluded", "non compté"


class Mode(TextChoices):
    LIVE = "live", "Actif"
    SHADOW = "shadow", "Observation"


class WindowMode(TextChoices):
    ROLLING = "rolling", "Glissante"
    CALENDAR = "calendar", "Jours calendaires"


class IdentityScope(TextChoices):
    CLIENT = "client", "Client"
    LINE = "line", "Ligne"
    CLIENT_AND_FAMILY = "client_and_family", "Client et famille de motif"


class ReasonScope(TextChoices):
    TECHNICAL = "technical", "Tout motif technique"
    SAME_FAMILY = "same_family", "Même famille de motif"
    ANY = "any", "Tout motif"


class CaseState(TextChoices):
    OPENED = "opened", "Ouvert"
    ESCALATED = "escalated", "Escaladé"
    CALLBACK_DUE = "callback_due", "Rappel à faire"
    RESOLVED = "resolved", "Résolu, en observation"
    CLOSED = "closed", "Clos"


WORKING_STATES = (CaseState.OPENED, CaseState.ESCALATED, CaseState.CALLBACK_DUE)


class ClosureKind(TextChoices):
    CONFIRMED = "confirmed", "Confirmé"
    MERGED = "merged", "Fusionné"
    CANCELLED = "cancelled", "Annulé"


class Origin(TextChoices):
    RD3PLUS = "rd3plus", "Troisième contact en sept jours"
    MANUAL = "manual", "Ouverture manuelle"
    FAULT_IMPORT = "fault_import", "Dérangement importé"
    PARTNER = "partner", "Partenaire"


class Colour(TextChoices):
    RED = "red", "Rouge"
    ORANGE = "orange", "Orange"
    GREEN = "green", "Vert"


class CancelReason(TextChoices):
    OPENED_IN_ERROR = "opened_in_error", "Ouvert par erreur"
    NOT_OUR_CLIENT = "not_our_client", "N’est pas notre client"
    CLIENT_WITHDREW = "client_withdrew", "Le client renonce"
    MASS_INCIDENT = "mass_incident", "Incident collectif"
    TEST = "test", "Test"


class DissatisfactionCause(TextChoices):
    TECHNICAL_UNRESOLVED = "technical_unresolved", "Problème technique non résolu"
    DELAY = "delay", "Délai"
    ATTITUDE = "attitude", "Accueil, relation"
    PRICE = "price", "Prix"
    OTHER = "other", "Autre"


class RequestStatus(TextChoices):
    OPEN = "open", "À trancher"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"
    LAPSED = "lapsed", "Sans objet"


class ResolutionCode(TextChoices):
    REPAIRED_NETWORK = "repaired_network", "Réparation sur le réseau"
    REPAIRED_HOME = "repaired_home", "Réparation chez le client"
    EQUIPMENT_REPLACED = "equipment_replaced", "Équipement remplacé"
    CONFIGURATION = "configuration", "Réglage ou configuration"
    EXPLAINED = "explained", "Explication donnée au client"
    NO_FAULT_FOUND = "no_fault_found", "Aucun défaut constaté"
    OTHER = "other", "Autre"


class RootCause(TextChoices):
    NETWORK = "network", "Réseau"
    LINE = "line", "Ligne"
    HOME_INSTALLATION = "home_installation", "Installation du client"
    EQUIPMENT = "equipment", "Équipement"
    INFORMATION_SYSTEM = "information_system", "Système d’information"
    USAGE = "usage", "Usage"
    EXTERNAL = "external", "Cause extérieure"
    UNKNOWN = "unknown", "Cause non établie"


class ClientConfirmation(TextChoices):
    CONFIRMED = "confirmed", "Confirmé par le client"
    MESSAGE_LEFT = "message_left", "Message laissé"


class PromiseKind(TextChoices):
    PROGRESS = "progress", "Nouvelles du dossier"
    BAD_NEWS = "bad_news", "Rappel sans solution"
    RESOLUTION_CHECK = "resolution_check", "Vérification de la résolution"
    APPOINTMENT = "appointment", "Rendez-vous"


class PromiseStatus(TextChoices):
    PENDING = "pending", "En attente"
    KEPT = "kept", "Tenu"
    LATE = "late", "En retard"
    MISSED = "missed", "Manqué"
    RENEGOTIATED = "renegotiated", "Déplacé d’accord avec le client"
    BROKEN_REBOOKED = "broken_rebooked", "Non tenu, redonné"
    SUPERSEDED_BY_CLIENT = "superseded_by_client", "Le client a appelé avant"
    CANCELLED = "cancelled", "Annulé"


class AttemptOutcome(TextChoices):
    REACHED = "reached", "Client joint"
    NO_ANSWER = "no_answer", "Pas de réponse"
    VOICEMAIL = "voicemail", "Message laissé"
    BUSY = "busy", "Occupé"
    WRONG_NUMBER = "wrong_number", "Mauvais numéro"
    REFUSED = "refused", "Refus de parler"


UNANSWERED = (AttemptOutcome.NO_ANSWER, AttemptOutcome.VOICEMAIL, AttemptOutcome.BUSY)


class RebookInitiator(TextChoices):
    CLIENT = "client", "Le client"
    US = "us", "Nous"
    NO_ANSWER = "no_answer", "Client pas joint"


class EscalationMode(TextChoices):
    CASE = "case", "Dossier"
    WARM_TRANSFER = "warm_transfer", "Transfert accompagné"


class EscalationReason(TextChoices):
    FIELD_WORK = "field_work", "Intervention sur le terrain"
    NETWORK_DIAGNOSIS = "network_diagnosis", "Diagnostic réseau"
    EQUIPMENT = "equipment", "Équipement"
    ADMINISTRATIVE = "administrative", "Traitement administratif"
    EXPERTISE = "expertise", "Expertise"
    OTHER = "other", "Autre"


class EscalationStatus(TextChoices):
    SENT = "sent", "Envoyée"
    ACKNOWLEDGED = "acknowledged", "Accusée"
    ANSWERED = "answered", "Répondue"
    WITHDRAWN = "withdrawn", "Retirée"


OPEN_ESCALATION = (EscalationStatus.SENT, EscalationStatus.ACKNOWLEDGED)


class AnswerCode(TextChoices):
    FIXED = "fixed", "Réparé"
    NOT_FIXED = "not_fixed", "Non réparé"
    NEEDS_CLIENT = "needs_client", "Besoin du client"
    APPOINTMENT = "appointment", "Rendez-vous pris"
    REJECTED = "rejected", "Rejeté"
    DUPLICATE = "duplicate", "Doublon"


class EscalationNoteKind(TextChoices):
    """What passes between the owner and the entity while an escalation is open."""

    STATUS_REQUEST = "status_request", "Nouvelles demandées"
    STATUS_GIVEN = "status_given", "Nouvelles données"
    INFO_REQUEST = "info_request", "Information demandée"
    INFO_GIVEN = "info_given", "Information donnée"


class ReviewCriterion(TextChoices):
    """What a manager looks at in a case once written (domain.md §3.2 A7): the work, never a mark out of ten."""

    CLIENT_TOLD = "client_told", "Le client a été informé à temps"
    RIGHT_ENTITY = "right_entity", "Le diagnostic et l’entité saisie étaient les bons"
    PROMISES_KEPT = "promises_kept", "Les rappels promis ont été tenus, ou déplacés avec le client"
    CLEAR_NOTES = "clear_notes", "Les notes suffisent à qui reprend le dossier"
    CHECKED_SOLUTION = "checked_solution", "La solution a été expliquée au client et vérifiée avec lui"
    RESPECTFUL_TONE = "respectful_tone", "Les écrits respectent le client et les collègues"


class ReviewAnswer(TextChoices):
    YES = "yes", "Oui"
    PARTLY = "partly", "En partie"
    NO = "no", "Non"
    NOT_CONCERNED = "not_concerned", "Sans objet"


class FaultSystem(TextChoices):
    OCEANE = "oceane", "Océane"
    OTHER = "other", "Autre"


class FaultStatus(TextChoices):
    OPEN = "open", "Ouvert"
    IN_PROGRESS = "in_progress", "En cours"
    WAITING = "waiting", "En attente"
    CLOSED = "closed", "Fermé"


class AssignmentReason(TextChoices):
    CONTINUITY = "continuity", "Continuité"
    SKILL = "skill", "Compétence"
    CLIENT_REQUEST = "client_request", "Demande du client"
    LOAD = "load", "Charge"
    ABSENCE = "absence", "Absence"
    LANGUAGE = "language", "Langue"
    OTHER = "other", "Autre"


class TimerKind(TextChoices):
    """What a due row means (domain.md §3.3)."""

    PROMISE_ENTITY = "promise_entity", "Nouvelles demandées à l’entité, 1 heure avant le rappel"
    PROMISE_BEFORE = "promise_before", "30 minutes avant le rappel"
    PROMISE_START = "promise_start", "Heure du rappel"
    PROMISE_MISSED = "promise_missed", "Fin de la fenêtre sans appel"
    PROMISE_WINDOW_END = "promise_window_end", "Fin de la fenêtre dite au client, sans appel"
    PROMISE_PLUS_30 = "promise_plus_30", "30 minutes après la fenêtre"
    PROMISE_PLUS_120 = "promise_plus_120", "2 heures après la fenêtre"
    PROMISE_RED_LIST = "promise_red_list", "Liste rouge du matin"
    UNASSIGNED_MANAGER = "unassigned_manager", "Sans conseiller, manager"
    UNASSIGNED_HEAD = "unassigned_head", "Sans conseiller, direction de l’unité"
    FIRST_ACTION_OWNER = "first_action_owner", "Première action, conseiller"
    FIRST_ACTION_MANAGER = "first_action_manager", "Première action, manager"
    SILENT_CASE = "silent_case", "Dossier silencieux"
    SATISFACTION = "satisfaction", "Question de satisfaction à poser"
    CONFIRM = "confirm", "Fin d’observation"
    ENTITY_ACK = "entity_ack", "Accusé de réception attendu de l’entité"
    ENTITY_ACK_HEAD = "entity_ack_head", "Toujours sans accusé, direction et manager"
    ENTITY_ANSWER = "entity_answer", "Réponse attendue de l’entité"
    ENTITY_ANSWER_HEAD = "entity_answer_head", "Toujours sans réponse, direction et manager"


class TimerStatus(TextChoices):
    PENDING = "pending", "Prévu"
    DONE = "done", "Fait"
    SKIPPED_CATCHUP = "skipped_catchup", "Sauté au rattrapage"
    VOID = "void", "Annulé"
    DEAD = "dead", "En échec"


class Scope(TextChoices):
    """By which right an account sees a case and what belongs to it (domain.md §2.6)."""

    UNIT = "unit", "Mon unité"
    MINE = "mine", "Ceux que je suis"
    ENTITY = "entity", "Mon entité"


class Unrelated(TextChoices):
    NO = "", "Non"
    REQUESTED = "requested", "Demandé"
    AGREED = "agreed", "Accepté"
    REFUSED = "refused", "Refusé"


class SearchKind(TextChoices):
    """As what the words of a search were understood; the access log keeps it, never the words."""

    CASE = "case_ref", "référence de dossier"
    CLIENT = "client_ref", "référence client"
    PHONE = "phone", "numéro de téléphone"
    TICKET = "ticket", "numéro de ticket"
    NAME = "name", "nom"


class SubjectChannel(TextChoices):
    """How the client asked."""

    LETTER = "letter", "Courrier"
    EMAIL = "email", "Courriel"
    PHONE = "phone", "Téléphone, identité vérifiée"
    REPRESENTATIVE = "representative", "Représentant du client"
    AUTHORITY = "authority", "Autorité de contrôle"
