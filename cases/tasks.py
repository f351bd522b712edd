"""What Celery beat calls (architecture.md §4): transport only, the database is the truth."""

from celery import shared_task
from django.utils import timezone

from cases import hooks
from cases.sweep import sweep

#: A sweep that waited longer than this in a queue is not worth running: the next one is there.
EXPIRES_SECONDS = 15


@shared_task(name="cases.tasks.sweep_due", expires=EXPIRES_SECONDS)
def sweep_due() -> None:
    """Send what is due; sweeps again at once while something was left for time's sake."""
    while sweep(timezone.now()).more:
        pass
    hooks.tick(timezone.now())
