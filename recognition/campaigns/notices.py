"""What a campaign tells: everybody in it, once, when it is published."""

from __future__ import annotations

from datetime import datetime

from django.urls import NoReverseMatch, reverse

from atdemain.notifications.inbox import Item, notify_many
from atdemain.pages.typography import french
from recognition.models import Award, Campaign

PUBLISHED = "campaign_published"
BATCH = 1_000


def published(campaign: Campaign, now: datetime) -> None:
    """No amount in the inbox: it is read on a page that only its owner opens."""
    title = french(f"Votre reconnaissance est publiée : {campaign.name}")
    body = f"Ce qui est retenu, le calcul et vos preuves. Recours possible jusqu’au {campaign.appeal_until:%d/%m/%Y}."
    people = list(Award.objects.filter(campaign=campaign).order_by("pk").values_list("employee", "pk"))
    for start in range(0, len(people), BATCH):
        notify_many(
            Item(
                employee, PUBLISHED, title, dedupe_key=f"campaign:{campaign.pk}:published:{employee}", at=now,
                body=body, url=page_of(award), object_type="campaign", object_id=str(campaign.pk),
            )
            for employee, award in people[start : start + BATCH]
        )  # fmt: skip


def page_of(award_id: int) -> str:
    """Where the employee reads one's own award: « Ma reconnaissance » where the site has it."""
    try:
        return reverse("recognition:my_recognition")
    except NoReverseMatch:
        return reverse("recognition:appeal_new", args=[award_id])
