from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from atdemain.organisation.account_rules import role_problems
from atdemain.organisation.closing import hold_administrators, objections
from atdemain.organisation.enums import DPO, Role
from atdemain.organisation.journalled_admin import JournalledAdmin, admin_actor
from atdemain.organisation.models import InternalAdvisor, Team, User
from atdemain.organisation.participation import objections_to_leaving
from atdemain.organisation.rights import given
from atdemain.organisation.roles import set_dpo, set_roles

OWN = "Vos propres droits se donnent et se retirent par un autre administrateur."


class AccountForm(UserChangeForm):
    asked_by: User | None = None  # who sends the form: AccountAdmin.get_form

    class Meta(UserChangeForm.Meta):
        help_texts = {
            "is_active": "Un compte ouvert se ferme depuis « Départ et accès », en haut de cette page ; "
            "un compte fermé se rouvre ici."
        }

    roles = forms.MultipleChoiceField(
        label="rôles",
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Un compte peut en avoir plusieurs.",
    )

    dpo = forms.BooleanField(
        label="délégué à la protection des données",
        required=False,
        help_text="Répond à « qui a consulté ce client » ; chaque question porte un motif et laisse une trace.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dpo_before = bool(self.instance.pk and self.instance.is_dpo)
        self.fields["dpo"].initial = self.dpo_before
        self.roles_before = sorted(role.value for role in self.instance.roles) if self.instance.pk else []
        self.fields["roles"].initial = self.roles_before

    def clean(self) -> dict[str, Any]:
        """What a role asks of the account; and nobody leaves work in hand behind (domain.md INV-01)."""
        data = super().clean() or self.cleaned_data
        roles = frozenset(Role(role) for role in data.get("roles", []))
        once_internal = InternalAdvisor.objects.filter(pk=self.instance.pk).exists()
        where = {name: data.get(name) for name in ("unit", "entity", "team")}
        for name, why in role_problems(roles, **where, once_internal=once_internal):
            self.add_error(name, why)
        if Role.PARTNER in roles and data.get("dpo"):
            self.add_error("dpo", "Un client partenaire ne lit pas le journal des consultations.")
        if self.asked_by and self.asked_by.pk == self.instance.pk and not self.asked_by.is_superuser:
            for name in {"roles", "dpo"} & set(self.changed_data):
                self.add_error(name, OWN)
        if self.instance.pk and {"roles", "entity"} & set(self.changed_data):
            before = User.objects.get(pk=self.instance.pk)  # the instance already has what was typed
            hold_administrators(before)
            kept = roles
            if before.entity != data.get("entity"):
                kept -= {Role.BACK_OFFICE}  # her escalations are the entity's that she leaves
            for reason in objections(before, timezone.now(), kept, active=True) if before.is_active else ():
                self.add_error(None, reason)
        return data


class ProfileForm(forms.ModelForm):
    """Switching the profile off is leaving: it would keep cases that it may no longer own."""

    def clean_active(self) -> bool:
        active = self.cleaned_data["active"]
        if self.initial.get("active") and not active:
            reasons = objections_to_leaving(self.instance.user, timezone.now())
            if reasons:
                raise forms.ValidationError(reasons)
        return active


class AdvisorProfileInline(admin.StackedInline):
    """Shown once the account is an advisor; switched off, it owns no new case."""

    model = InternalAdvisor
    form = ProfileForm
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
        ("Rôles", {"fields": ["roles", "dpo"]}),
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

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """An account is closed from its own page: with a reason, a date, and its sessions."""
        closing = ["is_active"] if obj is not None and obj.is_active else []
        return [*super().get_readonly_fields(request, obj), *closing]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.asked_by = request.user
        return form

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """No profile to show on an account that does not exist yet."""
        return self.inlines if obj is not None else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not isinstance(form, AccountForm):
            return
        wanted = sorted(form.cleaned_data["roles"])
        groups = set(wanted) - set(form.roles_before)
        if wanted != form.roles_before:
            set_roles(form.instance, [Role(role) for role in wanted])
            moved = {"roles": [form.roles_before, wanted]}
            self.journal(request, form.instance, "roles_changed", form.instance, moved)
        if form.cleaned_data["dpo"] != form.dpo_before:
            set_dpo(form.instance, form.cleaned_data["dpo"])
            moved = {"dpo": [form.dpo_before, form.cleaned_data["dpo"]]}
            self.journal(request, form.instance, "dpo_changed", form.instance, moved)
            groups |= {DPO} if form.cleaned_data["dpo"] else set()
        given(form.instance, groups, actor=admin_actor(request), at=timezone.now())

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
