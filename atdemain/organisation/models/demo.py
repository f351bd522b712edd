"""The mark that a database holds demonstration data, and since when."""

from datetime import datetime

from django.db import models

from atdemain.organisation.models.people import User

ONLY_ROW = 1


class DemoState(models.Model):
    """At most one row: written by `seed_demo` before anything else, absent from a real site.

    `complete` stays false when the seeding was interrupted: the next one starts afresh.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY_ROW)
    seeded_at = models.DateTimeField("données créées le")
    seed = models.PositiveIntegerField("graine")
    complete = models.BooleanField("terminé", default=False)

    class Meta:
        verbose_name = "état de démonstration"
        verbose_name_plural = "état de démonstration"
        constraints = [models.CheckConstraint(name="demo_state_only_one", condition=models.Q(id=ONLY_ROW))]

    def __str__(self) -> str:
        return f"{self.seeded_at:%d/%m/%Y %H:%M}"


def demo_seeded_at(user: User | None = None) -> datetime | None:
    """When the demonstration data was made (aware UTC); None on a real site.

    No query for a user loaded by `organisation.backends`, which brings the date along; one otherwise.
    """
    if hasattr(user, "demo_seeded_at"):  # not `__dict__`: the request's user is a lazy object around it
        return user.demo_seeded_at
    return DemoState.objects.values_list("seeded_at", flat=True).first()
