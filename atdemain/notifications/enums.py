from django.db.models import TextChoices


class Channel(TextChoices):
    EMAIL = "email", "Courriel"
    WEBHOOK = "webhook", "Webhook"


class DeliveryStatus(TextChoices):
    PENDING = "pending", "À envoyer"
    CLAIMED = "claimed", "En cours d’envoi"
    SENT = "sent", "Envoyé"
    DEAD = "dead", "Abandonné"
