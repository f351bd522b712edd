from django.db.models import TextChoices


class ActorKind(TextChoices):
    USER = "user", "Utilisateur"
    SYSTEM = "system", "Système"
    API_CLIENT = "api_client", "Client d’API"
    IMPORT = "import", "Import"


class AccessAction(TextChoices):
    """How a client's data was reached."""

    VIEW = "view", "Consultation"
    HIT = "hit", "Ouverture depuis une recherche"
    SEARCH = "search", "Recherche"
    RECORD = "record", "Contact noté"
    EXPORT = "export", "Export"


class Purpose(TextChoices):
    """Why an account saw a client's data: by which right, or for which task. A list's row may have none."""

    IN_CHARGE = "in_charge", "Suivi d’un dossier dont on a la charge"
    UNIT = "unit", "Travail de son unité"
    MANAGEMENT = "management", "Encadrement de l’unité"
    ESCALATION = "escalation", "Escalade à son entité"
    GRANT = "grant", "Contact noté depuis moins de 24 heures"
    ACTION = "action", "Préparation d’une action"
    RECORD = "record", "Contact en cours"
    HELP = "help", "Entraide"
    WHY_ADVISOR = "why_advisor", "Explication d’une attribution"
    BULK = "bulk", "Action groupée"
    MERGE = "merge", "Fusion de fiches"
    SPLIT = "split", "Séparation de fiches"
    REJECTS = "rejects", "Rejets d’un import"
    AUDIT = "audit", "Audit du dossier"
    EXPORT = "export", "Export d’une liste"
    CLIENT_REQUEST = "client_request", "Demande du client sur ses données"
    PARTNER_HELP = "partner_help", "Aide à un partenaire de l’API"
    DATA_PROTECTION = "data_protection", "Protection des données"
