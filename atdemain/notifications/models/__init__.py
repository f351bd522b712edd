from .deliveries import Delivery, OutgoingHold
from .inbox import Notification
from .webhooks import WebhookAttempt, WebhookHost, WebhookSecret, WebhookSubscription

__all__ = [
    "Delivery",
    "Notification",
    "OutgoingHold",
    "WebhookAttempt",
    "WebhookHost",
    "WebhookSecret",
    "WebhookSubscription",
]
