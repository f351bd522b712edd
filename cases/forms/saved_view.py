"""The name of a saved view."""

from __future__ import annotations

from typing import Any

from django import forms

from cases.models import SavedView

MOST = 30


class SavedViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ("name",)
        labels = {"name": "Nom de la vue"}
        error_messages = {
            "name": {
                "required": "Donnez un nom à cette vue.",
                "max_length": "Au plus %(limit_value)d caractères.",
            }
        }
        widgets = {"name": forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        mine = SavedView.objects.filter(user=self.instance.user_id, listing=self.instance.listing)
        others: Any = mine.exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError("Vous avez déjà une vue de ce nom sur cette liste.")
        if self.instance.pk is None and mine.count() >= MOST:
            raise forms.ValidationError(f"Vous avez déjà {MOST} vues sur cette liste : supprimez-en une.")
        return name
