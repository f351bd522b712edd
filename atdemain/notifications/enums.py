from django.db.models import TextChoices


class Channel(TextChoices):
    EMAIL = "email", "Courriel"
    WEBHOOK = "webhook", "Webhook"


class DeliveryStatus(TextChoices):
    PENDING = "pending", "À envoyer"
    CLAIMED = "claimed", "En cours d’envoi"
    SENT = "sent", "Envoyé"
    DEAD = "dead", "Abandonné"


class WebhookEvent(TextChoices):
    """What an entity may be told of (domain.md §2.8)."""

    ESCALATION_CREATED = "escalation.created", "Escalade envoyée à l’entité"
    ESCALATION_WITHDRAWN = "escalation.withdrawn", "Escalade retirée"
    ESCALATION_DUE_SOON = "escalation.due_soon", "Réponse attendue dans moins d’une heure ouvrée"
    CASE_RESOLVED = "case.resolved", "Dossier résolu"


#: Sent by the button « Envoyer un essai », to any subscription.
TEST_EVENT = "webhook.test"


class DisabledReason(TextChoices):
    GONE = "gone", "L’adresse a répondu 410 : elle n’existe plus"
    ADMIN = "admin", "Suspendu par un administrateur"
    PARTNER = "partner", "Suspendu par l’entité"
    ENDED = "ended", "Abonnement terminé"
