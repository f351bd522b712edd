from django.db import models

from atdemain.organisation.models.clients import ApiClient


class ApiCall(models.Model):
    """A writing request of a partner, kept thirty days to help it when something goes wrong (domain.md §2.9).

    `body` is its beginning, `size` its whole length in bytes; `answer` tells what was refused, "" where nothing
    was. Both may name a client: they are emptied with that client's data.
    """

    #: Characters kept of a body.
    KEPT = 65_536

    client = models.ForeignKey(
        ApiClient, models.CASCADE, related_name="calls", verbose_name="client", db_index=False
    )
    at = models.DateTimeField("le")
    method = models.CharField("méthode", max_length=10)
    path = models.CharField("adresse", max_length=200)
    status = models.PositiveSmallIntegerField("réponse")
    code = models.CharField("code", max_length=40, blank=True)
    #: Items of a batch that were refused, while the others were taken.
    refused = models.PositiveSmallIntegerField("éléments refusés", default=0)
    request_id = models.CharField("identifiant de la requête", max_length=64, blank=True)
    size = models.PositiveIntegerField("taille (octets)", default=0)
    body = models.TextField("corps", blank=True)
    answer = models.TextField("refus", blank=True)

    class Meta:
        verbose_name = "requête d’un client d’API"
        verbose_name_plural = "requêtes des clients d’API"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["client", "id"], name="api_call_client"),
            models.Index(fields=["at"], name="api_call_age"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def went_wrong(self) -> bool:
        return self.status >= 400 or self.refused > 0
