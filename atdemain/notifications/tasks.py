from celery import shared_task
from django.utils import timezone

from atdemain.notifications.deliveries import deliver_due

BATCH = 50


@shared_task(name="notifications.tasks.deliver", expires=15)
def deliver() -> None:
    """Send what is due, batch after batch, until nothing is."""
    while deliver_due(timezone.now(), BATCH) == BATCH:
        pass
