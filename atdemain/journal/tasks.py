from celery import shared_task
from django.utils import timezone

from atdemain.journal.purging import come_round


@shared_task(name="journal.tasks.purge", expires=50)
def purge() -> None:
    """One short slice: the next one is a minute away, and a sweep must not wait for it."""
    come_round(timezone.now())
