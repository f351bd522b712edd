from celery import shared_task

from atdemain.jobs.background import WORKS


@shared_task(name="jobs.tasks.start_waiting", expires=4)
def start_waiting() -> list[str]:
    """Start what was asked for in the browser, beside the worker; answers what was started."""
    return [work.name for work in WORKS.values() if work.start()]
