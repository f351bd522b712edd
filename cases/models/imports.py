from django.conf import settings
from django.db import models


class ImportRun(models.Model):
    """One import of a file; continues where it stopped when the same file, profile and mode come again."""

    class Status(models.TextChoices):
        PREVIEW = "preview", "Aperçu"
        QUEUED = "queued", "En attente"
        RUNNING = "running", "En cours"
        INTERRUPTED = "interrupted", "Interrompu"
        FINISHED = "finished", "Terminé"
        FAILED = "failed", "Refusé"

    file_name = models.CharField("fichier", max_length=255)
    file_sha256 = models.CharField(max_length=64)
    stored_path = models.CharField(max_length=255, blank=True)
    profile_name = models.CharField("profil", max_length=80)
    profile_sha256 = models.CharField(max_length=64)
    profile_text = models.TextField("texte du profil", blank=True)
    mode = models.CharField("mode", max_length=10)
    status = models.CharField("statut", max_length=12, choices=Status.choices, default=Status.RUNNING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField("commencé le")
    updated_at = models.DateTimeField("mis à jour le")
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    rows_total = models.PositiveIntegerField("lignes", null=True, blank=True)
    rows_done = models.PositiveIntegerField("lignes lues", default=0)
    counts = models.JSONField("compte", default=dict)
    error = models.CharField("erreur", max_length=400, blank=True)

    class Meta:
        verbose_name = "import"
        verbose_name_plural = "imports"
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class BackfillRun(models.Model):
    """A re-evaluation of a period and unit; resumable from `cursor` (domain.md §4.6)."""

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    period_start = models.DateTimeField("du")
    period_end = models.DateTimeField("au")
    mode = models.CharField("mode", max_length=10)
    cursor = models.BigIntegerField("dernier client", default=0)
    counts = models.JSONField("compte", default=dict)
    started_at = models.DateTimeField("commencé le")
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "reprise d’historique"
        verbose_name_plural = "reprises d’historique"
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.period_start:%d/%m/%Y} – {self.period_end:%d/%m/%Y}"
