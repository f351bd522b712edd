"""Posting a suggestion, answering it, publishing a script."""

from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.models import Entity
from cases.enums import ReasonFamily
from cases.forms.fields import RowField, number_in
from cases.forms.filtering import DayField
from recognition.models import Suggestion
from recognition.suggestions import rules
from recognition.suggestions.enums import TO_DO, StepKind, SuggestionState, Topic

CHOOSE = "Choisissez une réponse dans la liste."


def select(label: str, choices: Any, *, required: bool = True, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", "Choisir…" if required else "Aucune"), *choices],
        required=required,
        help_text=help_text,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )


def words(
    label: str, longest: int, *, rows: int = 0, required: bool = True, help_text: str = ""
) -> forms.CharField:
    widget: Any = (
        forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(attrs={"autocomplete": "off"})
    )
    widget.attrs["class"] = "form-control"
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        widget=widget,
        help_text=help_text,
        error_messages={
            "required": "Ce champ est nécessaire.",
            "max_length": f"{longest} caractères au plus (vous en avez %(show_value)s).",
        },
    )


def _entity(label: str, help_text: str = "") -> RowField:
    return RowField(
        Entity.objects.order_by("name"),
        label=label,
        help_text=help_text,
        empty_label="Choisir…",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )


class SubmitForm(forms.Form):
    title = words("Titre", 120, help_text="Ce que vous proposez, en une phrase.")
    text = words(
        "Votre proposition", rules.LONGEST, rows=5,
        help_text="Ce qui se passe aujourd’hui, ce que vous changeriez. Aucune donnée d’un client.",
    )  # fmt: skip
    topic = select("Thème", Topic.choices)
    owner_entity = _entity(
        "Entité concernée", "Celle qui peut agir : elle reçoit la proposition, et vous répond."
    )
    reason_family = select(
        "Famille de motif", ReasonFamily.choices, required=False,
        help_text="Si elle vise un motif d’appel : son effet sur la réitération sera mesuré.",
    )  # fmt: skip
    anonymous = forms.BooleanField(
        label="Ne pas afficher mon nom",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        help_text="Ni votre manager ni personne ne le voit. La proposition compte quand même pour votre "
        "reconnaissance, et les réponses vous parviennent.",
    )
    #: The alike ones were shown: posted all the same.
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def data_for_domain(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class ActForm(forms.Form):
    """One move: only the fields it needs."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: StepKind, **kwargs: Any) -> None:
        super().__init__(*args, prefix=str(kind), **kwargs)
        self.kind, self.move = kind, rules.MOVES[kind]
        if kind == StepKind.DUPLICATE:
            self.fields["duplicate_of"] = words("Numéro de la proposition d’origine", 12)
        elif kind == StepKind.TRANSFER:
            self.fields["owner_entity"] = _entity("Entité", "Les délais ne repartent pas.")
        elif kind == StepKind.DEPLOY:
            self.fields["deployed_on"] = DayField(label="Déployée le", required=False)
        if kind != StepKind.WITHDRAW:
            label = {StepKind.ACCEPT: "Votre réponse", StepKind.REJECT: "Le motif du refus"}.get(
                kind, "Un mot"
            )
            self.fields["text"] = words(label, rules.LONGEST, rows=3, required=bool(self.move.text_min))

    @property
    def label(self) -> str:
        return self.move.label

    def clean_duplicate_of(self) -> int:
        number = number_in(self.cleaned_data["duplicate_of"].strip().lstrip("#").removeprefix("n°").strip())
        if number is None:
            raise forms.ValidationError("Donnez le numéro de l’autre proposition, par exemple 57.")
        return number

    def data_for_domain(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class MessageForm(forms.Form):
    message = words("Votre message", rules.LONGEST, rows=3)


class ScriptForm(forms.Form):
    """`code` is asked for a new script only."""

    code = forms.SlugField(
        label="Code",
        max_length=30,
        help_text="Court, sans espace ni accent : « accueil-fibre ». Il ne change plus.",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={
            "required": "Ce champ est nécessaire.",
            "invalid": "Lettres sans accent, chiffres et tirets seulement.",
        },
    )
    title = words("Titre", 120)
    text = words("Texte", 8_000, rows=10)
    valid_from = DayField(label="En vigueur le", error_messages={"required": "Donnez le jour."})
    suggestion = RowField(
        Suggestion.objects.none(),
        label="Issue de la proposition",
        required=False,
        empty_label="Aucune",
        help_text="Une proposition acceptée. Elle devient « déployée » le jour où cette version entre en vigueur.",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": CHOOSE},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Suggestion.objects.filter(state__in=(*TO_DO, SuggestionState.DEPLOYED)).order_by("-pk")
        self.fields["suggestion"].queryset = found
        self.fields["suggestion"].label_from_instance = lambda one: f"n°\u00a0{one.pk}, {one.title}"
        if code:
            self.fields["code"].widget = forms.HiddenInput()
            self.fields["code"].required = False
            self.code = code

    def data_for_domain(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["expected_version"] = data.pop("version")
        data["code"] = getattr(self, "code", "") or data["code"]
        return data
