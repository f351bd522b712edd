from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.enums import ReasonFamily
from recognition.suggestions.enums import OPEN, StepKind, SuggestionState, Topic
from recognition.suggestions.querysets import SuggestionQuerySet


class Suggestion(models.Model):
    """An idea somebody posts and an entity answers, in 5 then 20 business days of the author's unit (L33).

    Written by `recognition.suggestions.workflow` only. `author` is read by nobody but themselves when
    `anonymous`, and counted all the same (`recognition.suggestions.evidence`). `ack_days`/`answer_days`: business
    days it took. `search_key`: `name_key` of its words, for similarity.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="suggestions",
        verbose_name="auteur",
        help_text="Vide : effacé après le terme de conservation.",
    )
    anonymous = models.BooleanField("anonyme", default=False)
    unit = models.ForeignKey(
        "organisation.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="unité de l’auteur",
    )
    topic = models.CharField("thème", max_length=12, choices=Topic.choices)
    title = models.CharField("titre", max_length=120)
    text = models.TextField("proposition", max_length=4_000)
    search_key = models.TextField(blank=True)
    owner_entity = models.ForeignKey(
        "organisation.Entity",
        models.PROTECT,
        related_name="suggestions",
        verbose_name="entité qui répond",
    )
    case = models.ForeignKey(
        "cases.Case",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="suggestions",
        verbose_name="dossier",
    )
    reason_family = models.CharField(
        "famille de motif", max_length=20, choices=ReasonFamily.choices, blank=True
    )
    state = models.CharField(
        "état", max_length=12, choices=SuggestionState.choices, default=SuggestionState.SUBMITTED
    )
    submitted_at = models.DateTimeField("déposée le")
    ack_due = models.DateTimeField("réception attendue avant le")
    answer_due = models.DateTimeField("réponse attendue avant le")
    escalate_at = models.DateTimeField("signalée à la direction le")
    acknowledged_at = models.DateTimeField("reçue le", null=True, blank=True)
    ack_days = models.PositiveSmallIntegerField("jours ouvrés avant réception", null=True, blank=True)
    answered_at = models.DateTimeField("réponse le", null=True, blank=True)
    answer_days = models.PositiveSmallIntegerField("jours ouvrés avant réponse", null=True, blank=True)
    answer = models.TextField("réponse", max_length=4_000, blank=True)
    deployed_on = models.DateField("déployée le", null=True, blank=True)
    closed_at = models.DateTimeField("retirée ou déclarée en doublon le", null=True, blank=True)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", verbose_name="doublon de"
    )
    ack_alerted_at = models.DateTimeField(null=True, blank=True)
    answer_alerted_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = "proposition"
        verbose_name_plural = "propositions"
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="suggestion_acknowledged",
                condition=Q(state__in=["submitted", "duplicate", "withdrawn"])
                | Q(acknowledged_at__isnull=False, ack_days__isnull=False),
                violation_error_message="Une proposition reçue a une date de réception.",
            ),
            models.CheckConstraint(
                name="suggestion_answered",
                condition=(
                    Q(state__in=["accepted", "in_progress", "deployed", "rejected"])
                    & Q(answered_at__isnull=False, answer_days__isnull=False)
                    & ~Q(answer="")
                )
                | (
                    Q(state__in=["submitted", "acknowledged", "under_study", "duplicate", "withdrawn"])
                    & Q(answered_at__isnull=True)
                ),
                violation_error_message="Une proposition acceptée ou refusée a une réponse écrite.",
            ),
            models.CheckConstraint(
                name="suggestion_duplicate",
                condition=(Q(state="duplicate") & Q(duplicate_of__isnull=False))
                | (~Q(state="duplicate") & Q(duplicate_of__isnull=True)),
                violation_error_message="Un doublon désigne la proposition d’origine.",
            ),
            models.CheckConstraint(
                name="suggestion_not_its_own_duplicate",
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("id")),
                violation_error_message="Une proposition n’est pas son propre doublon.",
            ),
            models.CheckConstraint(
                name="suggestion_deployed",
                condition=(Q(state="deployed") & Q(deployed_on__isnull=False))
                | (~Q(state="deployed") & Q(deployed_on__isnull=True)),
                violation_error_message="Une proposition déployée a une date de déploiement.",
            ),
            models.CheckConstraint(
                name="suggestion_closed",
                condition=(Q(state__in=["duplicate", "withdrawn"]) & Q(closed_at__isnull=False))
                | (~Q(state__in=["duplicate", "withdrawn"]) & Q(closed_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["author", "submitted_at"], name="suggestion_author"),
            models.Index(fields=["owner_entity", "state"], name="suggestion_entity"),
            models.Index(fields=["-submitted_at", "-id"], name="suggestion_newest"),
            models.Index(fields=["ack_due"], condition=Q(state="submitted"), name="suggestion_ack_due"),
            models.Index(
                fields=["answer_due"],
                condition=Q(state__in=["submitted", "acknowledged", "under_study"]),
                name="suggestion_answer_due",
            ),
        ]

    def __str__(self) -> str:
        return f"proposition n°\u00a0{self.pk}"

    @property
    def is_open(self) -> bool:
        """Without an answer yet."""
        return self.state in OPEN

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.answer_due < now

    def author_words(self, reader_id: int | None) -> str:
        """Who posted it, as this reader may know it: themselves, a name, or « anonyme »."""
        if self.author_id is None:
            return "auteur effacé"
        if self.author_id == reader_id:
            return "vous, sans que votre nom s’affiche" if self.anonymous else "vous"
        return "anonyme" if self.anonymous else str(self.author)


class SuggestionStep(models.Model):
    """A line of a suggestion's history, as everybody who reads it sees it. `by` is empty for the clock, and for
    an author who stays anonymous (`from_author` then says that it was them)."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="steps")
    at = models.DateTimeField("le")
    kind = models.CharField("étape", max_length=12, choices=StepKind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    from_author = models.BooleanField("par l’auteur", default=False)
    text = models.TextField("texte", max_length=4_000, blank=True)

    class Meta:
        verbose_name = "étape d’une proposition"
        verbose_name_plural = "étapes des propositions"
        ordering = ["suggestion", "at", "pk"]
        indexes = [models.Index(fields=["suggestion", "at"], name="suggestion_steps")]

    def __str__(self) -> str:
        return f"{self.suggestion_id} : {self.get_kind_display().lower()}"


class SuggestionSupport(models.Model):
    """Somebody else who wants it too: once each. Only how many they are is shown."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="supports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "soutien à une proposition"
        verbose_name_plural = "soutiens aux propositions"
        ordering = ["suggestion", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "user"],
                name="suggestion_support_once",
                violation_error_message="Vous soutenez déjà cette proposition.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id} : {self.user_id}"


class ScriptVersion(models.Model):
    """One version of what is said or asked on a call, and the suggestion it came from (L29). Never rewritten: what
    was said under a version stays readable (`recognition.suggestions.triggers`)."""

    code = models.SlugField("code", max_length=30)
    version = models.PositiveIntegerField("version")
    title = models.CharField("titre", max_length=120)
    text = models.TextField("texte", max_length=8_000)
    valid_from = models.DateField("en vigueur le")
    suggestion = models.ForeignKey(
        Suggestion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="script_versions",
        verbose_name="issue de la proposition",
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="rédigée par"
    )
    written_at = models.DateTimeField("rédigée le")

    class Meta:
        verbose_name = "version de script"
        verbose_name_plural = "versions de scripts"
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"],
                name="script_version_once",
                violation_error_message="Cette version du script existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, v{self.version}"
