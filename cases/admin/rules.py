from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from atdemain.organisation.journalled_admin import JournalledAdmin
from atdemain.organisation.models import Programme, Unit
from cases.enums import Channel
from cases.models import RepeatRule
from cases.rule_preview import preview
from cases.rules import validate_rule

#: What a version that has judged contacts may still change: when it ends.
OPEN_FIELDS = frozenset({"valid_to"})


class RuleForm(forms.ModelForm):
    previewing = False

    channels = forms.MultipleChoiceField(
        label="canaux comptés", choices=Channel.choices, widget=forms.CheckboxSelectMultiple
    )
    threshold = forms.IntegerField(label="seuil", min_value=2, max_value=9, initial=3)
    window_hours = forms.IntegerField(
        label="fenêtre (h)", min_value=24, max_value=720, initial=168, help_text="168 h pour 7 jours."
    )

    class Meta:
        model = RepeatRule
        fields = [
            "code", "version", "programme", "unit", "segment", "channels", "threshold", "window_hours",
            "window_mode", "identity_scope", "reason_scope", "min_talk_s", "reconnect_s", "callback_return_h",
            "mode", "valid_from", "valid_to",
        ]  # fmt: skip
        help_texts = {
            "unit": "Vide : toutes les unités.",
            "segment": "Vide : tous les segments. La règle la plus précise l’emporte.",
            "mode": "En observation, la règle compte et n’ouvre aucun dossier.",
            "valid_from": "Vide : depuis toujours. La règle en vigueur à l’heure du contact s’applique.",
            "valid_to": "Vide : sans fin. À cette heure, la règle ne s’applique plus.",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("valid_from", self.instance.valid_from), data.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", "La fin est après le début.")
        return data

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        if not self.previewing:  # two administrators at once: the second waits, then sees the first's rule
            Programme.objects.select_for_update().filter(pk=self.instance.programme_id).first()
        try:
            validate_rule(self.instance, alone=not self.previewing)
        except ValidationError as error:
            for name, problems in error.message_dict.items():
                self.add_error(name if name in self.fields else None, problems)


@admin.register(RepeatRule)
class RepeatRuleAdmin(JournalledAdmin):
    form = RuleForm
    change_form_template = "admin/cases/repeatrule/change_form.html"
    list_display = ["code", "version", "unit", "segment", "threshold", "window_hours", "identity_scope", "mode",
                    "valid_from", "valid_to"]  # fmt: skip
    list_filter = ["mode", "programme", "unit"]
    list_select_related = ["unit", "programme"]
    search_fields = ["code"]
    ordering = ["code", "-version"]

    def get_readonly_fields(self, request: HttpRequest, obj: RepeatRule | None = None) -> list[str]:
        """A version that has judged contacts is history: it ends, another one begins."""
        if obj is None or not obj.verdicts.exists():
            return []
        return [name for name in RuleForm.Meta.fields if name not in OPEN_FIELDS]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?from=<id>`: the next version of that rule, to begin when it ends."""
        initial = super().get_changeform_initial_data(request)
        source = initial.pop("from", "")
        rule = RepeatRule.objects.filter(pk=source).first() if str(source).isdecimal() else None
        if rule is None:
            return initial | {"channels": Channel.values}
        last = RepeatRule.objects.filter(code=rule.code).aggregate(last=Max("version"))["last"]
        copied = {
            name: getattr(rule, name) for name in RuleForm.Meta.fields if name not in ("programme", "unit")
        }
        return copied | {
            "programme": rule.programme_id,
            "unit": rule.unit_id,
            "version": last + 1,
            "valid_from": rule.valid_to,
            "valid_to": None,
        }

    def save_model(self, request: HttpRequest, obj: RepeatRule, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        moved = set(form.changed_data) & {"valid_from", "valid_to"} if change else {"valid_from"}
        now = timezone.now()
        if any((at := getattr(obj, name)) is None or at < now for name in moved):
            messages.warning(
                request,
                "Des contacts déjà évalués changent de règle : leurs verdicts suivent avec « manage.py backfill ».",
            )

    # -- « X dossiers au lieu de Y » -----------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="cases_repeatrule_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """What the rule typed in the form would have done; nothing is saved."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        number = request.GET.get("rule", "")
        rule = get_object_or_404(RepeatRule, pk=number) if number.isdecimal() else None
        if request.method != "POST":
            return self.changeform_view(request, str(rule.pk) if rule else None)
        form = self.get_form(request, rule, change=rule is not None)(request.POST, instance=rule)
        form.previewing = True
        if not form.is_valid():
            return self.changeform_view(request, str(rule.pk) if rule else None)
        seen = preview(form.instance, timezone.now())
        names = dict(Unit.objects.values_list("pk", "name"))
        back = (
            reverse("admin:cases_repeatrule_change", args=[rule.pk])
            if rule
            else reverse("admin:cases_repeatrule_add")
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Aperçu de la règle",
            "opts": self.opts,
            "seen": seen,
            "rule": form.instance,
            "units": sorted((names.get(unit, "sans unité"), *pair) for unit, pair in seen.by_unit.items()),
            "typed": [(name, value) for name in form.data for value in form.data.getlist(name)
                      if not name.startswith(("csrf", "_"))],
            "save_url": back,
        }  # fmt: skip
        return render(request, "admin/cases/repeatrule/preview.html", context)
