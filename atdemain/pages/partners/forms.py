from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.api_scopes import INTERNAL, SCOPES
from atdemain.organisation.models import ApiClient, Entity
from atdemain.organisation.models.clients import DEFAULT_PER_MINUTE, LONGEST_NAME, MOST_PER_MINUTE

NBSP = "\u00a0"


class RightsForm(forms.Form):
    """What a client may do, and how often."""

    scopes = forms.MultipleChoiceField(
        label="Droits",
        choices=[(name, f"{words} ({name})") for name, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Cochez au moins un droit."},
    )
    per_minute = forms.IntegerField(
        label="Requêtes par minute",
        min_value=1,
        max_value=MOST_PER_MINUTE,
        initial=DEFAULT_PER_MINUTE,
        help_text="Au-delà, l’API demande d’attendre la minute suivante.",
        widget=forms.NumberInput(attrs={"class": "form-control", "min": 1, "max": MOST_PER_MINUTE}),
        error_messages={"required": "Donnez un nombre.", "invalid": "Donnez un nombre entier."},
    )


class NewForm(RightsForm):
    entity = forms.ModelChoiceField(
        label="Entité",
        queryset=Entity.objects.order_by("name"),
        empty_label="Choisir…",
        help_text="Le client ne verra et n’écrira que ce qui est à elle.",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Choisissez l’entité.",
            "invalid_choice": "Cette entité n’existe pas ou plus.",
        },
    )
    name = forms.CharField(
        label="Nom",
        max_length=LONGEST_NAME,
        help_text="Ce qui se connectera, par exemple « SI du partenaire, production ».",
        widget=forms.TextInput(attrs={"class": "form-control", "maxlength": LONGEST_NAME}),
        error_messages={"required": "Donnez un nom à ce client."},
    )
    field_order = ["entity", "name", "scopes", "per_minute"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        entity = data.get("entity")
        if entity is not None and not entity.internal and INTERNAL & set(data.get("scopes", ())):
            words = f"{', '.join(sorted(INTERNAL))}{NBSP}: ce droit est réservé aux entités internes."
            self.add_error("scopes", words)
        return data


class RevokeForm(forms.Form):
    reason = forms.CharField(
        label="Motif",
        min_length=5,
        max_length=200,
        help_text="Il reste dans l’historique du client.",
        widget=forms.TextInput(attrs={"class": "form-control", "maxlength": 200}),
        error_messages={
            "required": "Dites pourquoi.",
            "min_length": "Dites-le en cinq caractères au moins.",
        },
    )
    sure = forms.BooleanField(
        label="Oui, couper l’accès de ce client dès maintenant",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": "Cochez la case pour confirmer."},
    )


def rights_of(client: ApiClient, data: Any = None) -> RightsForm:
    initial = {"scopes": client.granted, "per_minute": client.requests_per_minute}
    form = RightsForm(data, initial=initial)
    if not client.entity.internal:
        scopes: Any = form.fields["scopes"]
        scopes.choices = [choice for choice in scopes.choices if choice[0] not in INTERNAL]
    return form
