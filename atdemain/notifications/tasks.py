from celery import shared_task
from django.utils import timezone

from atdemain.notifications.deliveries import deliver_due
from atdemain.notifications.webhooks import sending

BATCH = 50


@shared_task(name="notifications.tasks.deliver", expires=15)
def deliver() -> None:
    """Send the e-mails that are due, batch after batch, until none is."""
    while deliver_due(timezone.now(), BATCH) == BATCH:
        pass


@shared_task(name="notifications.tasks.deliver_webhooks", expires=15)
def deliver_webhooks() -> None:
    """One batch: where the worker is one process, the reminders come before the rest of a long queue."""
    sending.deliver_due(timezone.now())
