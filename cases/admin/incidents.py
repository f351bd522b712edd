from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from atdemain.organisation.journalled_admin import JournalledAdmin, admin_actor
from cases.forms.fields import FIRST_YEAR, LAST_YEAR, MomentField
from cases.forms.incidents import lines_named, working_case
from cases.incidents import retag
from cases.models import Case, Line, MassIncident


class IncidentForm(forms.ModelForm):
    """Lines and the parent case by reference: an incident may cover thousands of lines."""

    line_refs = forms.CharField(
        label="lignes",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Références, une par ligne ou séparées par des espaces. Vide : toute l’unité.",
    )
    parent_ref = forms.CharField(
        label="dossier parent",
        required=False,
        max_length=20,
        help_text="Par exemple ATD-2026-000123. Les contacts de l’incident s’y rattachent.",
    )

    class Meta:
        model = MassIncident
        fields = ["ref", "label", "unit", "starts_at", "ends_at", "cause", "message"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            refs = self.instance.lines.order_by("line_ref").values_list("line_ref", flat=True)
            self.fields["line_refs"].initial = "\n".join(refs)
            parent = self.instance.parent_case
            self.fields["parent_ref"].initial = parent.ref if parent else ""

    def clean_line_refs(self) -> list[Line]:
        return lines_named(self.cleaned_data["line_refs"])

    def clean_parent_ref(self) -> Case | None:
        return working_case(self.cleaned_data["parent_ref"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("starts_at", "ends_at"):
            if data.get(name) and not FIRST_YEAR <= data[name].year <= LAST_YEAR:
                self.add_error(name, MomentField.default_error_messages["year"])
        start, end = data.get("starts_at"), data.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "La fin est après le début.")
        if not data.get("unit") and not data.get("line_refs") and "line_refs" not in self.errors:
            self.add_error("unit", "Donnez l’unité, ou les lignes touchées.")
        return data


@admin.register(MassIncident)
class MassIncidentAdmin(JournalledAdmin):
    form = IncidentForm
    fields = ["ref", "label", "unit", "line_refs", "starts_at", "ends_at", "parent_ref", "cause", "message"]
    list_display = ["label", "ref", "unit", "starts_at", "ends_at", "parent_case"]
    list_filter = ["unit"]
    list_select_related = ["unit", "parent_case"]
    search_fields = ["label", "ref"]

    def save_model(self, request: HttpRequest, obj: MassIncident, form: Any, change: bool) -> None:
        """The contacts known already follow; the lines go in the journal as how many, and by which change."""
        before = MassIncident.objects.filter(pk=obj.pk).first() if change else None
        obj.parent_case = form.cleaned_data["parent_ref"]
        if change:
            obj.version += 1
        else:
            obj.declared_by = request.user
        obj.save()
        held = set(obj.lines.values_list("pk", flat=True))
        wanted = {line.pk for line in form.cleaned_data["line_refs"]}
        obj.lines.set(wanted)
        lines = {"added": sorted(wanted - held), "removed": sorted(held - wanted)}
        more = {f"lines_{name}": [None, ids] for name, ids in lines.items() if ids}
        self.journal(request, obj, "changed" if change else "created", before, more)
        done = retag(obj, now=timezone.now(), actor=admin_actor(request))
        if done.clients:
            messages.info(
                request,
                f"{done.clients} client(s) déjà en contact : {done.changed} verdict(s) changé(s), "
                f"{done.opened} dossier(s) ouvert(s).",
            )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An incident ends; the contacts it held stay told."""
        return False
