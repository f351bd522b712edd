"""What the tests of many cases at once do with a browser: choose, check, run, undo."""

from __future__ import annotations

from django.test import Client as Browser
from django.urls import reverse

from atdemain.jobs.models import Job
from cases.models import Case
from tests.office import Office, text_of

WHY = "Panne du secteur, à traiter d’abord."


def choose(browser: Browser, action: str, *cases: Case) -> Job:
    """Tick these cases and ask for this action: the preview it answers."""
    response = browser.post("/bulk/", {"action": action, "case": [case.ref for case in cases]})
    assert response.status_code == 302, text_of(response)
    job = Job.objects.latest("pk")
    assert response["Location"] == reverse("cases:bulk", args=[job.pk])
    return job


def run(browser: Browser, action: str, *cases: Case, **form: object) -> Job:
    job = choose(browser, action, *cases)
    response = browser.post(reverse("cases:bulk", args=[job.pk]), form)
    assert response.status_code == 302, text_of(response)
    assert response["Location"] == reverse("jobs:job", args=[job.pk])
    return Job.objects.get(pk=job.pk)


def undo(browser: Browser, job: Job, reason: str = "Mauvaise liste choisie.") -> Job:
    response = browser.post(reverse("jobs:undo", args=[job.pk]), {"reason": reason})
    assert response.status_code == 302, text_of(response)
    return Job.objects.get(undoes=job)


def to(office: Office, name: str = "colleague", **more: object) -> dict:
    return {"to": office.people[name].pk, "reason_code": "load", "reason_text": "", **more}


def checked(browser: Browser, job: Job, **form: object) -> str:
    """The preview, once checked with these choices."""
    address = reverse("cases:bulk", args=[job.pk])
    assert browser.post(address, form | {"check": "1"}).status_code == 302
    return text_of(browser.get(address))


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def rows(job: Job) -> list[tuple[str, str]]:
    return list(job.rows.order_by("position").values_list("outcome", "reason"))
