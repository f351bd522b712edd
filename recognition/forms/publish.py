"""How a draft begins, and how its publication is confirmed."""

from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.models import Programme
from recognition.enums import Renewal, SchemeState
from recognition.models import SchemeVersion
from recognition.scheme.drafting import cannot_renew


class StartForm(forms.Form):
    """Only what may be begun is offered."""

    start = forms.ChoiceField(
        label="Partir de",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={
            "required": "Choisissez d’où partir.",
            "invalid_choice": "Ce choix n’est plus possible : choisissez dans la liste.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sources: dict[str, tuple[str, Programme | SchemeVersion]] = {}
        choices = []
        programmes = list(Programme.objects.order_by("pk"))
        many = len(programmes) > 1
        for programme in programmes:
            suffix = f", {programme}" if many else ""
            for row in (
                SchemeVersion.objects.public()
                .filter(programme=programme)
                .select_related("programme")
                .order_by("-number")[:5]
            ):
                for key, label in _offers(row):
                    self._sources[f"{key}:{row.pk}"] = (key, row)
                    choices.append((f"{key}:{row.pk}", label + suffix))
            self._sources[f"blank:{programme.pk}"] = ("blank", programme)
            choices.append((f"blank:{programme.pk}", f"Rien : une version vide{suffix}"))
        field = self.fields["start"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def chosen(self) -> tuple[str, Programme | SchemeVersion]:
        return self._sources[self.cleaned_data["start"]]


def _offers(row: SchemeVersion) -> list[tuple[str, str]]:
    offers = [("copy", f"La version {row.number} « {row.name} », pour une autre période")]
    if row.state in (SchemeState.PUBLISHED, SchemeState.IN_FORCE):
        offers.append(
            ("amend", f"Améliorer la version {row.number} pendant sa période, sans que personne y perde")
        )
    if row.renewal == Renewal.EXPRESS and not cannot_renew(row):
        offers.append(("renew", f"Reconduire la version {row.number} pour la période suivante"))
    return offers


class PublishForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.CharField(
        label="Numéro de la version",
        max_length=6,
        help_text="Écrivez-le pour confirmer : après la publication, plus rien ne se modifie.",
        widget=forms.TextInput(
            attrs={"class": "form-control at-input-num", "inputmode": "numeric", "autocomplete": "off"}
        ),
        error_messages={"required": "Écrivez le numéro de la version pour confirmer."},
    )

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number = number

    def clean_confirmed(self) -> str:
        text = str(self.cleaned_data["confirmed"]).strip()
        if text != str(self.number):
            raise forms.ValidationError(f"Écrivez {self.number}, le numéro de la version, pour confirmer.")
        return text
