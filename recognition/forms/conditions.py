"""One criterion, one level of a draft. Here everything is asked for: a criterion that does not verify is no criterion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from recognition.enums import PARTICIPANT_ROLES, Comparator, Unit
from recognition.forms.scheme import WHOLE, SectionForm
from recognition.forms.typed import EurosField, minutes, time_words
from recognition.scheme.outline import CRITERION, DEEPEST, LEVEL, Row
from recognition.sources import SOURCES

_TEXT = {"class": "form-control", "autocomplete": "off"}
_SELECT = {"class": "form-select"}
_CHECK = {"class": "form-check-input"}
ROLES = [(role.value, role.label) for role in PARTICIPANT_ROLES]
_UNIT_WORDS = {
    Unit.DAYS.value: "jours",
    Unit.MINUTES.value: "heures",
    Unit.COUNT.value: "nombre",
    Unit.PERCENT.value: "%",
    Unit.YES_NO.value: "oui ou non",
}


class CriterionForm(SectionForm):
    """The unit follows the source. A source outside the list is kept as typed, for its refusal to name it."""

    label = forms.CharField(
        label="Nom du critère",
        max_length=80,
        widget=forms.TextInput(attrs=_TEXT),
        error_messages={"required": "Nommez le critère, en quelques mots que chacun comprend."},
    )
    source = forms.CharField(
        label="Source de la preuve",
        max_length=40,
        help_text="La liste est fermée : ce qui n’y est pas ne se vérifie pas.",
        widget=forms.Select(
            attrs=_SELECT,
            choices=[
                ("", "À choisir"),
                *((one.code, f"{one.label} ({_UNIT_WORDS[one.unit]})") for one in SOURCES.values()),
            ],
        ),
        error_messages={
            "required": "Choisissez une source de preuve : un critère qui ne se vérifie pas n’est pas publiable."
        },
    )
    comparator = forms.ChoiceField(
        label="Comparaison",
        choices=Comparator.choices,
        widget=forms.Select(attrs=_SELECT),
        error_messages={
            "required": "Choisissez comment la valeur est comparée.",
            "invalid_choice": "Choisissez dans la liste.",
        },
    )
    threshold = forms.CharField(
        label="Seuil",
        max_length=12,
        required=False,
        help_text="Un nombre ; pour un temps, 14 h ou 9 h 30. Rien pour « est vrai ».",
        widget=forms.TextInput(attrs={**_TEXT, "class": "form-control at-input-num"}),
    )
    roles = forms.MultipleChoiceField(
        label="Rôles à qui il s’applique",
        choices=ROLES,
        widget=forms.CheckboxSelectMultiple(attrs=_CHECK),
        error_messages={
            "required": "Dites à quels rôles le critère s’applique.",
            "invalid_choice": "Ce rôle n’existe pas : choisissez dans la liste.",
        },
    )

    @staticmethod
    def shown(stored: dict[str, Any]) -> dict[str, Any]:
        """The initial values for a stored criterion."""
        threshold, unit = stored.get("threshold"), stored.get("unit")
        if unit == Unit.YES_NO:
            threshold = ""
        elif unit == Unit.MINUTES and isinstance(threshold, int):
            threshold = time_words(threshold)
        return {**stored, "threshold": threshold}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        source = SOURCES.get(data.get("source", ""))
        data["unit"] = source.unit if source else ""
        text = (data.get("threshold") or "").strip()
        if source is not None and source.kind == "boolean":
            data["threshold"] = 1
            data["comparator"] = Comparator.IS_TRUE.value
            return data
        if source is not None and data.get("comparator") == Comparator.IS_TRUE:
            self.add_error("comparator", f"« {source.label} » se compare à un seuil : au moins, ou au plus.")
        if not text:
            self.add_error("threshold", "Donnez le seuil.")
        elif text.startswith(("-", "−")):
            self.add_error("threshold", "Un seuil n’est pas négatif.")
        elif source is not None and source.unit == Unit.MINUTES:
            data["threshold"] = minutes(text)
            if data["threshold"] is None:
                self.add_error("threshold", "Un temps : 14 h, 9 h 30 ou 90 min.")
        else:
            number = text.removesuffix("%").strip()
            if not number.isdecimal():
                self.add_error("threshold", "Un nombre entier.")
            else:
                data["threshold"] = int(number)
        return data

    def content(self) -> dict[str, Any]:
        """As it is stored, without its code."""
        names = ("label", "source", "comparator", "threshold", "unit")
        roles = self.cleaned_data["roles"]
        return {
            **{name: self.cleaned_data[name] for name in names},
            "roles": [r for r, _ in ROLES if r in roles],
        }


class LevelForm(SectionForm):
    """`roles`: those the version concerns, one amount each; the rows of the condition are read by `rows_in`."""

    label = forms.CharField(
        label="Nom du niveau",
        max_length=60,
        widget=forms.TextInput(attrs=_TEXT),
        error_messages={"required": "Nommez le niveau."},
    )
    rank = forms.IntegerField(
        label="Rang",
        min_value=1,
        max_value=9,
        help_text="1 pour le premier.",
        widget=forms.NumberInput(attrs={"class": "form-control at-input-num", "inputmode": "numeric"}),
        error_messages={
            **WHOLE,
            "required": "Donnez le rang du niveau.",
            "min_value": "Le premier rang est 1.",
        },
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = [(code, label) for code, label in ROLES if code in roles]
        for code, label in self.roles:
            self.fields[f"amount_{code}"] = EurosField(
                label=f"{label} (€)", error_messages={"required": "Donnez le montant, en euros."}
            )

    @property
    def amount_fields(self) -> list[forms.BoundField]:
        return [self[f"amount_{code}"] for code, _ in self.roles]

    def content(self) -> dict[str, Any]:
        return {
            "label": self.cleaned_data["label"],
            "rank": self.cleaned_data["rank"],
            "amounts": {code: self.cleaned_data[f"amount_{code}"] for code, _ in self.roles},
        }


#: More rows than this are not read: a form is not a file.
MOST_ROWS = 120


def rows_in(data: Any) -> list[Row]:
    """The rows of the condition, as posted. Raises ValidationError on what no page sends."""
    depths, whats = data.getlist("depth"), data.getlist("what")
    if len(depths) != len(whats) or len(whats) > MOST_ROWS:
        raise ValidationError("Les lignes de la condition n’ont pas été lues : rechargez la page.")
    return [
        Row(min(int(depth), DEEPEST + 1) if depth.isdecimal() and len(depth) < 4 else 0, what[:60])
        for depth, what in zip(depths, whats, strict=True)
    ]


def row_choices(
    criteria: dict[str, Any], levels: Sequence[dict[str, Any]], own: str
) -> list[tuple[str, Any]]:
    """What a row may say; a level does not refer to itself."""
    roles = dict(ROLES)
    others = [one for one in levels if one.get("code") != own]
    named = []
    for code, one in criteria.items():
        concerned = one.get("roles") or []
        whom = "tous" if len(concerned) == len(roles) else ", ".join(roles.get(r, r) for r in concerned)
        named.append((f"{CRITERION}{code}", f"{one.get('label') or code} ({whom})"))
    return [
        ("Groupes", [("all", "Toutes ces conditions :"), ("any", "L’une de ces conditions au moins :")]),
        ("Critères", named),
        (
            "Autres niveaux",
            [
                (f"{LEVEL}{one['code']}", f"Les conditions de « {one.get('label') or one['code']} »")
                for one in others
            ],
        ),
    ]
