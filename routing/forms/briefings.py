"""Announcing a briefing, and saying how it was held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db import models

from atdemain.organisation.models import User
from cases.forms.incidents import moment, words
from routing import briefings
from routing.models import Briefing


class PeopleField(forms.ModelMultipleChoiceField):
    def __init__(self, label: str, help_text: str = "") -> None:
        super().__init__(
            User.objects.none(),
            label=label,
            help_text=help_text,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            error_messages={
                "required": "Choisissez au moins une personne.",
                "invalid_choice": "Une des personnes cochées n’est plus proposée.",
                "invalid_pk_value": "Une des personnes cochées n’est plus proposée.",
            },
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class AnnounceForm(forms.Form):
    subject = words("Sujet", 120)
    starts_at = moment("Début")
    minutes = forms.IntegerField(
        label="Durée prévue (min)",
        min_value=5,
        max_value=240,
        initial=15,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={
            "required": "Donnez la durée, en minutes.",
            "invalid": "Un nombre entier de minutes.",
            "min_value": "5 minutes au moins.",
            "max_value": "240 minutes au plus.",
        },
    )
    people = PeopleField("Personnes invitées", "Votre équipe d’abord, cochée d’avance ; puis l’unité.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = models.Case(models.When(team__manager=user.pk, then=0), default=1)
        found = briefings.guests(user.unit).order_by(own, "last_name", "first_name", "pk")
        self.fields["people"].queryset = found
        team = set(
            found.filter(team__manager=user.pk).values_list("pk", flat=True) if not self.is_bound else ()
        )
        self.initial.setdefault("people", sorted(team))

    def data_for_domain(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["ends_at"] = data["starts_at"] + timedelta(minutes=data.pop("minutes"))
        data["people"] = list(data["people"])
        return data


class HoldForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    ended_at = moment("Fin réelle")
    present = PeopleField("Qui était là")

    def __init__(self, *args: Any, briefing: Briefing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = User.objects.filter(briefing_invites__briefing=briefing).order_by(
            "last_name", "first_name", "pk"
        )
