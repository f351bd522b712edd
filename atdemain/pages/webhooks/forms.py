from __future__ import annotations

from typing import Any

from django import forms

from atdemain.notifications.enums import WebhookEvent
from atdemain.notifications.models import WebhookSubscription
from atdemain.notifications.webhooks.addresses import HTTPS, LONGEST
from atdemain.organisation.models import Entity

_TEXT = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}


class EntityField(forms.ModelChoiceField):
    def __init__(self, **more: Any) -> None:
        super().__init__(
            label="Entité",
            queryset=Entity.objects.order_by("name"),
            empty_label="Choisir…",
            widget=forms.Select(attrs={"class": "form-select"}),
            error_messages={
                "required": "Choisissez l’entité.",
                "invalid_choice": "Cette entité n’existe pas ou plus.",
            },
            **more,
        )


class SubscriptionForm(forms.Form):
    """What an address is told."""

    url = forms.CharField(
        label="Adresse",
        max_length=LONGEST,
        help_text="https://machine.exemple.fr/chemin, sur une machine autorisée pour l’entité.",
        widget=forms.TextInput(attrs={**_TEXT, "inputmode": "url"}),
        error_messages={
            "required": "Donnez l’adresse.",
            "max_length": f"L’adresse dépasse {LONGEST} caractères.",
        },
    )
    events = forms.MultipleChoiceField(
        label="Événements",
        choices=[(event.value, f"{event.label} ({event.value})") for event in WebhookEvent],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Cochez au moins un événement."},
    )
    description = forms.CharField(
        label="Usage",
        required=False,
        max_length=120,
        help_text="Ce que l’adresse fait des messages, et qui prévenir.",
        widget=forms.TextInput(attrs={**_TEXT, "maxlength": 120}),
    )


class NewForm(SubscriptionForm):
    entity = EntityField(help_text="Seuls les événements qui la concernent lui sont envoyés.")
    field_order = ["entity", "url", "events", "description"]


class ChangeForm(SubscriptionForm):
    version = forms.IntegerField(min_value=1, max_value=10**9, widget=forms.HiddenInput)


class HostForm(forms.Form):
    entity = EntityField()
    host = forms.CharField(
        label="Machine",
        max_length=200,
        help_text="Nom complet, par exemple hooks.exemple.fr.",
        widget=forms.TextInput(attrs={**_TEXT, "maxlength": 200}),
        error_messages={"required": "Donnez le nom de la machine."},
    )
    port = forms.IntegerField(
        label="Port",
        min_value=1,
        max_value=65535,
        initial=HTTPS,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
        error_messages={
            "required": "Donnez le port, 443 d’ordinaire.",
            "invalid": "Donnez un nombre entier.",
            "min_value": "Un port va de 1 à 65535.",
            "max_value": "Un port va de 1 à 65535.",
        },
    )

    def clean_host(self) -> str:
        return self.cleaned_data["host"].strip().lower()


def change_form(subscription: WebhookSubscription, data: Any = None) -> ChangeForm:
    initial = {
        "url": subscription.url,
        "events": subscription.events,
        "description": subscription.description,
        "version": subscription.version,
    }
    return ChangeForm(data, initial=initial)
