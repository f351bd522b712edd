from django.db import models
from oauth2_provider.models import AbstractApplication


class ApiClient(AbstractApplication):
    """A partner's REST client: one client = one entity (domain.md §2.8)."""

    entity = models.ForeignKey(
        "organisation.Entity", models.PROTECT, null=True, blank=True, related_name="api_clients"
    )

    class Meta(AbstractApplication.Meta):
        verbose_name = "client d’API"
        verbose_name_plural = "clients d’API"
