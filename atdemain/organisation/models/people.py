from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac

from atdemain.organisation.enums import DPO, ContractType, Role


class Team(models.Model):
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="teams", verbose_name="unité")
    name = models.CharField("nom", max_length=80)
    manager = models.ForeignKey(
        "organisation.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed_teams",
        verbose_name="manager",
    )

    class Meta:
        verbose_name = "équipe"
        verbose_name_plural = "équipes"
        ordering = ["unit", "name"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="team_unique_in_unit")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """An account. Its roles are its groups, named by `Role` value; several may be held at once."""

    employee_number = models.CharField("matricule", max_length=20, unique=True, null=True, blank=True)
    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, null=True, blank=True, related_name="users", verbose_name="unité"
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="members", verbose_name="équipe"
    )
    entity = models.ForeignKey(
        "organisation.Entity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name="entité",
        help_text="Pour un spécialiste back-office : l’entité dont il traite les escalades.",
    )
    contract_type = models.CharField(
        "contrat", max_length=20, choices=ContractType.choices, default=ContractType.PERMANENT
    )
    working_time_pct = models.PositiveSmallIntegerField("temps de travail (%)", default=100)
    hired_on = models.DateField("entrée", null=True, blank=True)
    left_on = models.DateField("départ", null=True, blank=True)
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name="responsable"
    )
    theme = models.CharField(
        "thème",
        max_length=5,
        default="auto",
        choices=[("auto", "Automatique"), ("light", "Clair"), ("dark", "Sombre")],
    )
    shortcuts_enabled = models.BooleanField("raccourcis clavier", default=True)
    list_size = models.PositiveSmallIntegerField("lignes par page des listes", default=50)

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        ordering = ["last_name", "first_name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="user_working_time_1_100", condition=models.Q(working_time_pct__range=(1, 100))
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The account's roles (one query, cached on the instance; groups may be prefetched)."""
        names = {group.name for group in self.groups.all()}
        return frozenset(role for role in Role if role.value in names)

    @cached_property
    def is_dpo(self) -> bool:
        """Whether an administrator made this account a data-protection officer."""
        return any(group.name == DPO for group in self.groups.all())

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session holds for a password and a set of rights: it ends when either changes."""
        held = ",".join([*sorted(role.value for role in self.roles), *([DPO] if self.is_dpo else [])])
        return salted_hmac(
            "organisation.User.session", f"{self.password}\n{held}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def has_role(self, *roles: Role) -> bool:
        return self.is_active and not self.roles.isdisjoint(roles)

    @property
    def short_name(self) -> str:
        """« C. Roux »: how colleagues read it in a line."""
        return f"{self.first_name[:1]}. {self.last_name}".strip(". ") or self.username

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.username[:2].upper()


class InternalAdvisor(models.Model):
    """The profile that may own a case: an internal front-office advisor, never a partner (domain.md L04).

    A case's owner is a foreign key to this table, so the database itself refuses anyone else.
    """

    user = models.OneToOneField(
        User, models.PROTECT, primary_key=True, related_name="advisor_profile", verbose_name="compte"
    )
    active = models.BooleanField("actif", default=True)

    class Meta:
        verbose_name = "conseiller interne"
        verbose_name_plural = "conseillers internes"

    def __str__(self) -> str:
        return str(self.user)
