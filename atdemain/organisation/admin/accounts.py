from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from atdemain.organisation.enums import Role
from atdemain.organisation.journalled_admin import JournalledAdmin
from atdemain.organisation.models import InternalAdvisor, Team, User
from atdemain.organisation.participation import objections_to_leaving
from atdemain.organisation.roles import set_roles

NEED_ENTITY = (Role.BACK_OFFICE, Role.PARTNER)
NEED_UNIT = (Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.MANAGER)


class AccountForm(UserChangeForm):
    roles = forms.MultipleChoiceField(
        label="rôles",
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Un compte peut en avoir plusieurs.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles_before = sorted(role.value for role in self.instance.roles) if self.instance.pk else []
        self.fields["roles"].initial = self.roles_before

    def clean(self) -> dict[str, Any]:
        """What a role asks of the account; and nobody leaves cases behind (domain.md INV-01)."""
        data = super().clean() or self.cleaned_data
        roles = {Role(role) for role in data.get("roles", [])}
        if roles.intersection(NEED_ENTITY) and not data.get("entity"):
            self.add_error("entity", "Un spécialiste back-office ou un partenaire appartient à une entité.")
        if roles.intersection(NEED_UNIT) and not data.get("unit"):
            self.add_error("unit", "Ce rôle s’exerce dans une unité.")
        if Role.PARTNER in roles and len(roles) > 1:
            self.add_error("roles", "Un client partenaire n’a aucun autre rôle.")
        if Role.PARTNER in roles and InternalAdvisor.objects.filter(pk=self.instance.pk).exists():
            self.add_error(
                "roles", "Ce compte a gardé des dossiers comme conseiller interne : créez-en un autre."
            )
        team, unit = data.get("team"), data.get("unit")
        if team and unit and team.unit_id != unit.pk:
            self.add_error("team", f"Cette équipe est celle d’une autre unité ({team.unit}).")
        was_advisor = Role.ADVISOR.value in self.roles_before and self.instance.pk
        stays = Role.ADVISOR in roles and data.get("is_active", True)
        if was_advisor and not stays:
            for reason in objections_to_leaving(self.instance, timezone.now()):
                self.add_error(None, reason)
        return data


class AdvisorProfileInline(admin.StackedInline):
    """Shown once the account is an advisor; switched off, it owns no new case."""

    model = InternalAdvisor
    extra = 0
    can_delete = False
    verbose_name_plural = "conseiller interne"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class AccountAdmin(JournalledAdmin, UserAdmin):
    form = AccountForm
    inlines = [AdvisorProfileInline]
    list_display = ["username", "last_name", "first_name", "role_labels", "unit", "team", "is_active"]
    list_filter = ["is_active", "groups", "unit", "contract_type"]
    list_select_related = ["unit", "team"]
    search_fields = ["username", "last_name", "first_name", "employee_number", "email"]
    ordering = ["last_name", "first_name"]
    autocomplete_fields = ["unit", "team", "entity", "manager"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password", "is_active"]}),
        ("Identité", {"fields": ["last_name", "first_name", "email", "employee_number"]}),
        ("Rôles", {"fields": ["roles"]}),
        ("Organisation", {"fields": ["unit", "team", "manager", "entity"]}),
        ("Contrat", {"fields": ["contract_type", "working_time_pct", "hired_on", "left_on"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["username", "last_name", "first_name", "usable_password", "password1", "password2"]},
        )
    ]

    @admin.display(description="rôles")
    def role_labels(self, account: User) -> str:
        return ", ".join(sorted(role.label for role in account.roles))

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """No profile to show on an account that does not exist yet."""
        return self.inlines if obj is not None else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not isinstance(form, AccountForm):
            return
        wanted = sorted(form.cleaned_data["roles"])
        if wanted != form.roles_before:
            set_roles(form.instance, [Role(role) for role in wanted])
            moved = {"roles": [form.roles_before, wanted]}
            self.journal(request, form.instance, "roles_changed", form.instance, moved)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        account = self.get_object(request, id)
        response = super().user_change_password(request, id, form_url)
        if account is not None:
            changed = User.objects.exclude(password=account.password).filter(pk=account.pk).exists()
            if changed:
                self.journal(request, account, "password_set", account, {"password": ["", "set"]})
        return response


@admin.register(Team)
class TeamAdmin(JournalledAdmin):
    list_display = ["name", "unit", "manager"]
    list_filter = ["unit"]
    list_select_related = ["unit", "manager"]
    search_fields = ["name", "unit__name"]
    autocomplete_fields = ["unit", "manager"]
