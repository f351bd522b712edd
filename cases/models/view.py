from django.conf import settings
from django.db import models


class SavedView(models.Model):
    """A list as somebody filtered and sorted it, under a name; its owner's alone.

    `query` is the address after `?`, of filters and sort only: what it may show is decided when it is opened.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    listing = models.SlugField("liste", max_length=20, db_index=False)
    name = models.CharField("nom", max_length=60)
    query = models.CharField("filtre", max_length=1000, blank=True)

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "listing", "name"],
                name="saved_view_once",
                violation_error_message="Vous avez déjà une vue de ce nom.",
            )
        ]

    def __str__(self) -> str:
        return self.name
