"""What is typed in the directory: numbers in any writing, opening hours as seven lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from atdemain.organisation.hours_form import HoursForm
from atdemain.organisation.models import Entity, EntityContact, PriorityLine
from cases import phones

NOT_A_NUMBER = "Ce numéro n’est pas lisible : écrivez par exemple 01 99 00 99 00, ou +33 1 99 00 99 00."


class PhoneField(forms.CharField):
    """Any writing in, E.164 out."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return phones.readable(value) if isinstance(value, str) and value.startswith("+") else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        number = phones.e164(text)
        if not number:
            raise ValidationError(NOT_A_NUMBER)
        return number


class Styled(forms.ModelForm):
    """`version`: the row as the page showed it, empty for a new one."""

    version = forms.IntegerField(required=False, min_value=1, max_value=10**9, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version if self.instance.pk else None
        for name, field in self.fields.items():
            if isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = "form-check-input"
            elif name != "version":
                select = isinstance(field.widget, forms.Select)
                field.widget.attrs["class"] = "form-select" if select else "form-control"


class ContactForm(Styled):
    phone = PhoneField(label="Téléphone", required=False, max_length=40)

    class Meta:
        model = EntityContact
        fields = ["name", "phone", "extension", "email", "active"]
        labels = {
            "name": "Nom ou fonction",
            "extension": "Poste",
            "email": "Courriel",
            "active": "Joignable : proposé aux conseillers",
        }
        error_messages = {
            "name": {"required": "Donnez un nom ou une fonction."},
            "email": {"invalid": "Écrivez une adresse complète, par exemple permanence@exemple.fr."},
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("phone") and not data.get("email") and "phone" not in self.errors:
            self.add_error(
                "phone", "Donnez au moins un téléphone ou un courriel : sans eux, personne ne l’appelle."
            )
        return data


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


OWN_HOURS = (
    "Par exemple 08:00-20:00, ou 08:00-12:00, 14:00-18:00. "
    "Les sept jours vides : il suit les horaires de l’entité. Un seul rempli : les jours vides sont fermés."
)


class LineForm(HoursForm, Styled):
    """Seven empty days: the line keeps the entity's hours, and follows them."""

    hours_help = OWN_HOURS
    field_order = ["version", "number", "target_answer_s", "valid_from", "valid_to"]

    number = PhoneField(
        label="Numéro", max_length=40, error_messages={"required": "Donnez le numéro du fil prioritaire."}
    )

    class Meta:
        model = PriorityLine
        fields = ["number", "target_answer_s", "valid_from", "valid_to"]
        labels = {
            "target_answer_s": "Réponse visée, en secondes",
            "valid_from": "À partir du",
            "valid_to": "Jusqu’au (compris)",
        }
        help_texts = {
            "valid_from": "Vide : dès maintenant.",
            "valid_to": "Vide : sans fin. Un fil qui s’arrête garde son histoire.",
        }
        widgets = {"valid_from": Day(), "valid_to": Day()}
        error_messages = {
            "target_answer_s": {"required": "Donnez la réponse visée, en secondes."},
            "valid_from": {"invalid": "Écrivez une date, par exemple 12/11/2026."},
            "valid_to": {"invalid": "Écrivez une date, par exemple 12/11/2026."},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours_0"].help_text = ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not any(self.instance.weekly_hours or []):
            self.instance.weekly_hours = None
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end < start:
            self.add_error("valid_to", "Le fil finit avant de commencer : corrigez l’une des deux dates.")
        seconds = data.get("target_answer_s")
        if seconds is not None and not 1 <= seconds <= 3600:
            self.add_error("target_answer_s", "La réponse visée va de 1 à 3 600 secondes.")
        number = data.get("number")
        others = PriorityLine.objects.filter(entity=self.instance.entity_id).exclude(pk=self.instance.pk)
        if number and others.filter(number=number).exists():
            self.add_error("number", "Cette entité a déjà ce fil prioritaire : modifiez-le plutôt.")
        return data

    def _get_validation_exclusions(self) -> set[str]:
        """What `clean` has said in the field's own words is not said again."""
        return {*super()._get_validation_exclusions(), "entity", "target_answer_s", "valid_to"}


class EntityHoursForm(HoursForm, Styled):
    class Meta:
        model = Entity
        fields: list[str] = []
