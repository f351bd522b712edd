"""Which two records, then why: the administrator's merge of clients."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cases import phones
from cases.clients.merging import REASON
from cases.models import Client

from .fields import text


class ClientField(forms.CharField):
    """A client by exact reference, or by a number only one record has; cleans to the Client."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"})
        super().__init__(max_length=40, widget=widget, **options)

    def clean(self, value: Any) -> Client | None:
        typed = super().clean(value)
        if not typed:
            return None
        found = list(Client.objects.filter(client_ref__iexact=typed)[:2])
        number = phones.e164(typed)
        if not found and number:
            found = list(Client.objects.filter(phones__e164=number).distinct()[:2])
        if not found:
            raise ValidationError("Aucune fiche à cette référence ni à ce numéro.")
        exact = [client for client in found if client.client_ref == typed]
        if len(found) > 1 and not exact:
            raise ValidationError("Plusieurs fiches répondent : donnez la référence exacte.")
        return exact[0] if exact else found[0]


class PairForm(forms.Form):
    kept = ClientField(label="Fiche à garder", help_text="Référence exacte, ou numéro de téléphone.")
    gone = ClientField(
        label="Fiche à fusionner dedans", help_text="Sa référence continuera de mener au client."
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kept") and data.get("kept") == data.get("gone"):
            self.add_error("gone", "C’est la même fiche. Choisissez deux fiches différentes.")
        return data


class WhyForm(forms.Form):
    reason = text(
        "Pourquoi ?", rows=2, minimum=REASON, maximum=400, help_text="Écrit au journal des deux fiches."
    )
