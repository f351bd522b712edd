from __future__ import annotations

from django import forms

from atdemain.organisation.models import User


class SettingsForm(forms.ModelForm):
    """What an account sets for itself."""

    class Meta:
        model = User
        fields = ["theme", "shortcuts_enabled"]
        labels = {"theme": "Apparence", "shortcuts_enabled": "Raccourcis clavier d’une seule touche"}
        help_texts = {
            "shortcuts_enabled": "À couper si vous dictez votre saisie ou si une touche part toute seule."
        }
        widgets = {
            "theme": forms.RadioSelect(attrs={"class": "form-check-input"}),
            "shortcuts_enabled": forms.CheckboxInput(attrs={"class": "form-check-input"}),
        }
