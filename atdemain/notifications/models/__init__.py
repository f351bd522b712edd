from .deliveries import Delivery, OutgoingHold
from .inbox import Notification

__all__ = ["Delivery", "Notification", "OutgoingHold"]
