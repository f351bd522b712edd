from django.db.models import TextChoices


class ActorKind(TextChoices):
    USER = "user", "Utilisateur"
    SYSTEM = "system", "Système"
    API_CLIENT = "api_client", "Client d’API"
    IMPORT = "import", "Import"
