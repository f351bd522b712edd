from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from atdemain.organisation.enums import Role

#: The roles whose telephone may be announced: those who note calls.
RINGERS = (Role.ADVISOR.value, Role.SUPPORT.value, Role.MANAGER.value)

extension = RegexValidator(
    r"^[0-9*#]{2,12}\Z", "Un poste s’écrit en chiffres, par exemple 4127, tel que le central l’annonce."
)


class PhoneExtension(models.Model):
    """Whose telephone rings: one extension, one account. An administrator writes it."""

    number = models.CharField("poste", max_length=12, unique=True, validators=[extension])
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="phone_extension", verbose_name="compte"
    )

    class Meta:
        verbose_name = "poste téléphonique"
        verbose_name_plural = "postes téléphoniques"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Poste {self.number}"


class IncomingCall(models.Model):
    """A telephone that rings, for the page of the called advisor alone. Gone within a day.

    What the rule said of it then: `before` contacts counted, `rank` which one it would be (None where it would
    not count). `until`: nothing is shown after; `closed_at`: dismissed, taken, ended, or rung elsewhere.
    `shared`: how many clients have this number, when it is not one.
    """

    call_id = models.CharField("appel", max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="incoming_calls", verbose_name="appelé"
    )
    number = models.CharField("numéro", max_length=20, blank=True)
    client = models.ForeignKey(
        "cases.Client", models.CASCADE, null=True, blank=True, related_name="+", verbose_name="client"
    )
    case = models.ForeignKey(
        "cases.Case", models.CASCADE, null=True, blank=True, related_name="+", verbose_name="dossier"
    )
    shared = models.PositiveSmallIntegerField("clients à ce numéro", default=0)
    before = models.PositiveIntegerField("contacts comptés", default=0)
    rank = models.PositiveIntegerField("rang", null=True, blank=True)
    hours = models.PositiveIntegerField("fenêtre (h)", default=168)
    rd3plus = models.BooleanField("ouvrirait un dossier", default=False)
    rings_at = models.DateTimeField("sonne à")
    until = models.DateTimeField("montré jusqu’à")
    shown_at = models.DateTimeField("montré à", null=True, blank=True)
    closed_at = models.DateTimeField("fermé à", null=True, blank=True)

    class Meta:
        verbose_name = "appel entrant"
        verbose_name_plural = "appels entrants"
        ordering = ["-rings_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["call_id", "user"], name="incoming_call_once"),
            models.CheckConstraint(
                name="incoming_call_lasts", condition=Q(until__gt=F("rings_at")) & ~Q(call_id="")
            ),
        ]
        indexes = [
            # Asked every second and a half by every page that is open.
            models.Index(
                fields=["user", "-until"], condition=Q(closed_at__isnull=True), name="incoming_call_ringing"
            ),
            models.Index(fields=["rings_at"], name="incoming_call_rings_at"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.rings_at:%d/%m/%Y %H:%M:%S}"
