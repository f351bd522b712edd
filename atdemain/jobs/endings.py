"""How a job ended, in words: on its page, and in the inbox of who asked."""

from __future__ import annotations

from datetime import datetime

from atdemain.jobs.models import Job
from atdemain.notifications.inbox import notify


def announce(job: Job, now: datetime) -> None:
    """Once for each end, in the transaction that writes it: whoever reads that it is over was told."""
    job.refresh_from_db()
    notify(
        job.asked_by_id,
        "job_over",
        f"{job.get_status_display()} : {job.title}",
        dedupe_key=f"job:{job.pk}:{job.token}",
        at=now,
        body=job.error or ending(job),
        url=f"/jobs/{job.pk}/",
        object_type="job",
        object_id=str(job.pk),
    )


def ending(job: Job) -> str:
    """« 212 faits, 2 refusés. »"""
    if job.expires_at is not None:
        return f"{job.done} ligne{_s(job.done)}. Le fichier reste un jour."
    parts = [f"{job.done} fait{_s(job.done)}"]
    if job.already:
        parts.append(f"{job.already} déjà fait{_s(job.already)}")
    if job.refused:
        parts.append(f"{job.refused} refusé{_s(job.refused)}")
    return f"{', '.join(parts)}."


def _s(count: int) -> str:
    return "s" if count > 1 else ""
